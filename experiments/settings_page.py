"""A page of every setting and outcome, made from the code: `python -m experiments.settings_page`."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
import re
import types
import typing
from collections.abc import Iterable, Sequence
from typing import Any

from omegaconf import OmegaConf

from analysis import markdown
from analysis.words import plural
from simulation.config import GROUPS, SEED, WEEKS, Config
from simulation.law.instruments import instruments
from simulation.law.regulation import Enforcement
from simulation.law.rules import FIELDS
from simulation.outcomes.record import OUTCOMES
from simulation.settings.parameter import KINDS, Spec
from simulation.settings.registry import Registry
from simulation.settings.strategies import STRATEGIES

from .configs import CONFIGS
from .plan import make
from .schema import StudySetting, plain_type

PAGE = CONFIGS.parent / "docs" / "parameters.md"

Setting = tuple[str, Any, Any, Spec]  # dotted name, annotation, default, Spec

HEADER = """\
# Settings and outcomes

Every setting with its default, unit, range and source, and every outcome with its definition. Made from the
code by `python -m experiments.settings_page`: change the code, not this page. What each setting does is said in
[model.md](model.md), what a source is in [facts.md](facts.md).

A setting is given as `name=value`, such as `market.smes=200`, a sweep as `name=value,value` after `-m`. What
is out of range is refused before anything runs.
"""
STUDY = """\
## A study

What is run, how often, and where results go.
"""
NAMES = """\
## Names that stand for settings

`market=classroom` and its like: each a file in `configs/`, and what it sets.
"""
STRATEGY = {
    "algorithm": "how the platform ranks its feed",
    "pricing": "how sellers price",
    "own_pricing": "what the platform asks for its own goods once they are on sale",
    "motive": "which own goods are worth having to the platform",
    "response": "whether the platform moves its fees",
}
CHOOSES = """\
## {group}

`{group}=NAME` chooses {what}, `{group}.SETTING=value` changes a setting of the chosen one.
"""
REGULATION = """\
## regulation

`regulation=NAME`, or `'regulation=[NAME,NAME]'` for several; `none` is no rule. Each has its own settings, if
any, and those of its enforcement.
"""
RULES = """\
### Fields of Rules

What instruments change. Two changes to a field meet in the stricter, so the order of rules cannot matter. A rule
that holds in part moves a field a part of the way from free; a threshold comes with the first part of it.
"""
OUTCOME = """\
## Outcomes

A column each in the stored runs. A run's value is the sum, the mean or the last of its weeks; a survival
share is that of one week. "Better" is for local sellers and society.
"""
BETTER = {1: "more", -1: "less", 0: "neither"}


def page() -> str:
    """The whole page, as Markdown."""
    parts = [HEADER, STUDY, table(_study()), NAMES, _names()]
    for name, group in GROUPS.items():
        parts += [f"## {name}\n\n{docstring(group)}\n", table(group_settings(name, group))]
    for name, registry in STRATEGIES.items():
        parts += [CHOOSES.format(group=name, what=STRATEGY[name]), *_choices(registry, name)]
    parts += [REGULATION, *_choices(instruments, "regulation.{name}")]
    parts += [f"### Enforcement\n\n{docstring(Enforcement)}\n", table(group_settings("regulation.NAME", Enforcement))]
    parts += [RULES, _rules()]
    parts += [OUTCOME, _outcomes()]
    return "\n".join(parts)


def table(settings: Iterable[Setting]) -> str:
    """A table of settings, a row each."""
    rows = [
        (f"`{name}`", written(default), spec.unit, may_be(annotation, spec), spec.source)
        for name, annotation, default, spec in settings
    ]
    return _markdown(("setting", "default", "unit", "may be", "source"), rows)


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return markdown.table(head, rows, words=range(len(head)))


def _study() -> list[Setting]:
    own = [("seed", int, Config.seed, SEED), ("weeks", int, Config.weeks, WEEKS)]
    return [*own, *group_settings("", StudySetting)]


def group_settings(group: str, parameters: type) -> list[Setting]:
    """The settings of a parameter group, by their dotted names."""
    hints = typing.get_type_hints(parameters)
    prefix = f"{group}." if group else ""
    return [(prefix + f.name, hints[f.name], f.default, f.metadata["spec"]) for f in dataclasses.fields(parameters)]


def _choices(registry: Registry, path: str) -> list[str]:
    """A paragraph for each registered function and, where it has settings, a table of them."""
    parts = []
    for name in sorted(registry):
        prefix = path.format(name=name)
        schema = registry.schema(name).items()
        settings = [(f"{prefix}.{key}", kind, default, spec) for key, (kind, default, spec) in schema]
        parts.append(f"### {name}\n\n{docstring(registry[name])}\n")
        if settings:
            parts.append(table(settings))
    return parts


def _changes(rule: str) -> dict[str, Any]:
    """What an instrument changes by default, whatever it may be chosen to hold for."""
    named = {key: spec.choices for key, (_, _, spec) in instruments.schema(rule).items() if spec.choices}
    defaults = instruments.defaults(rule)
    found: dict[str, Any] = {}
    for chosen in itertools.product(*named.values()):
        found |= instruments[rule](**defaults | dict(zip(named, chosen, strict=True)))
    return found


def _rules() -> str:
    """What each field of `Rules` is and who changes it, to which value."""
    rows = []
    for name, of in FIELDS.items():
        changed = {rule: _changes(rule).get(name) for rule in sorted(instruments)}
        by = ", ".join(f"`{rule}` {written(value)}" for rule, value in changed.items() if value is not None)
        stricter = {min: "the lower", max: "the higher"}[of.metadata["meet"]]
        rows.append((f"`Rules.{name}`", of.metadata["what"], written(of.default), stricter, by or "`displacement`"))
    return _markdown(("field", "what it is", "free", "stricter", "changed by, to"), rows)


DECLARED = "unknowns"  # of configs/: what worlds are drawn from, which nobody chooses by its name


def _names() -> str:
    """What each file of configs/ is, in its own first sentence, and what it sets."""
    rows = []
    for path in sorted(CONFIGS.glob("*/*.yaml")):
        if path.parent.name == DECLARED:
            continue
        settings = dict(OmegaConf.load(path).items())
        scenarios = [_scenarios(path.stem)] if settings.pop("scenarios", None) else []
        changed = [f"{key} {written(value)}" for key, value in settings.items() if key != "name"]
        said = first_sentence(path.read_text(encoding="utf-8"))
        rows.append((f"`{path.parent.name}={path.stem}`", said, ", ".join([*changed, *scenarios]) or "nothing"))
    return _markdown(("choice", "what it is", "sets"), rows)


def first_sentence(text: str) -> str:
    """The first sentence of a file's opening comment, however many lines it goes over."""
    comment = itertools.takewhile(lambda line: line.startswith("#"), text.splitlines())
    said = " ".join(line.removeprefix("#").strip() for line in comment if "@package" not in line)
    return re.split(r"(?<=\.) ", said, maxsplit=1)[0]


def _scenarios(preset: str) -> str:
    """How many scenarios a preset makes, its sweeps taken apart."""
    return plural(len(make([f"experiment={preset}"]).scenarios), "scenario")


def _outcomes() -> str:
    rows = []
    for name, outcome in OUTCOMES.items():
        over = outcome.over if outcome.weekly else f"week {outcome.week}"
        said = docstring(getattr(outcome, "measure", type(outcome)))
        rows.append((f"`{name}`", outcome.label, outcome.unit, BETTER[outcome.direction], over, said))
    return _markdown(("outcome", "what it is", "unit", "better", "over the weeks", "definition"), rows)


def may_be(annotation: Any, spec: Spec) -> str:
    """What a setting may be, in the words of its error message."""
    optional = types.NoneType in typing.get_args(annotation)
    return spec.allowed(KINDS[plain_type(annotation)]) + (", or null" if optional else "")


def written(value: object) -> str:
    """A value as a command line or a YAML file would have it."""
    if value == ():
        return "none"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:,.12g}" if isinstance(value, int | float) else str(value)


def docstring(described: Any) -> str:
    """A docstring as one line."""
    return " ".join((inspect.getdoc(described) or "").split())


def main() -> None:
    """Write the page where the documents are."""
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote docs/{PAGE.name}")


if __name__ == "__main__":
    main()
