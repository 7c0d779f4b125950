"""The rule cards: of each rule what it says, why it is wanted, who gains and who pays, when it fails, how it is set."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from analysis import meanings
from analysis.language import ENGLISH, number, speaking
from analysis.markdown import table
from analysis.words import humanise, listing, sentence
from experiments.catalogue import KINDS, Entry
from experiments.settings_page import may_be, written
from simulation.law.instruments import instruments
from simulation.law.regulation import Enforcement
from simulation.law.rules import FIELDS

from .measured import ADAPTIVE, ALIVE, FROZEN, RIGID, Effect, Effects, measured

TEXTS = Path(__file__).with_name("texts")
FOR_THE_STREET = "separation"


@dataclass(frozen=True)
class Teller:
    """The texts of a language, and what has been measured of each rule."""

    code: str
    texts: dict[str, Any]
    found: dict[str, Effects]

    def effect(self, effect: Effect) -> str:
        """An effect with its interval: `+7.63 points [+4.28, +10.98]`."""
        mean, low, high = (
            number(value, f"{'+' if value else ''},.{effect.places}f")
            for value in (effect.mean, effect.low, effect.high)
        )
        return f"{self.texts['units'][effect.unit].format(value=mean)} [{low}, {high}]"

    def party(self, of: str, effect: Effect) -> str:
        """Whom an effect falls on, and how large it is."""
        return f"{self.texts['parties'][of]} {self.effect(effect)}"


def page(code: str = ENGLISH) -> str:
    """All cards as one page, in a language. Settings, which are English, stand in the English cards only."""
    with speaking(code):
        tell = Teller(code, texts(code), measured())
        return "\n".join([tell.texts["head"].lstrip(), *(card(tell, rule) for rule in KINDS["rules"]())])


@cache
def texts(code: str) -> dict[str, Any]:
    """The texts of the cards in a language."""
    return tomllib.loads((TEXTS / f"{code}.toml").read_text(encoding="utf-8"))


def card(tell: Teller, rule: Entry) -> str:
    """A rule's card, in the language spoken."""
    meaning = meanings.rule(rule.name)
    assert meaning is not None, f"no text tells what {rule.name} is"
    lines = [
        f"## {sentence(humanise(rule.name))}",
        meaning.says,
        f"**{tell.texts['why']}.** {meaning.aims}",
        f"**{tell.texts['source']}.** {meaning.source}.",
        f"**{tell.texts['pays']}.** {pays(tell, rule.name)}",
        f"**{tell.texts['fails']}.**",
        "\n".join(f"- {line}" for line in fails(tell, rule.name, meaning.leaves)),
    ]
    return "\n\n".join([*lines, *(_setting_it(rule) if tell.code == ENGLISH else ())]) + "\n"


def pays(tell: Teller, name: str) -> str:
    """Whom a rule gives to and takes from, as far as it is measured, fees frozen."""
    effects = {of: one for (of, how), one in _effects(tell, name).items() if how == FROZEN}
    if not effects:
        return _unmeasured(tell, name)
    if all(one.nothing for one in effects.values()):
        return str(tell.texts["nothing"])
    kinds = {
        "gains": [tell.party(of, one) for of, one in effects.items() if one.clear and one.mean > 0],
        "loses": [tell.party(of, one) for of, one in effects.items() if one.clear and one.mean < 0],
        "unclear": [tell.texts["parties"][of] for of, one in effects.items() if not one.clear],
    }
    return " ".join(f"{tell.texts[kind]}: {'; '.join(told)}." for kind, told in kinds.items() if told)


def fails(tell: Teller, name: str, leaves: str) -> Iterator[str]:
    """What a rule does not reach, and what its effect on shops hangs on, as far as it is measured."""
    yield tell.texts["reach"].format(leaves=leaves)
    effects = _effects(tell, name)
    if includes(name, FOR_THE_STREET):
        yield tell.texts["street"]
    for how, when in ((ADAPTIVE, "answer"), (RIGID, "rigid")):
        if (one := effects.get((ALIVE, how))) is not None and not _bites_on_nothing(effects):
            said = tell.texts["clear" if one.clear else "vague"].format(effect=tell.effect(one))
            yield f"{tell.texts[when]}, {said}"
    if not effects:
        yield tell.texts["unknown_fails"]


def settings(entry: Entry) -> Iterator[str]:
    """A table of an entry's own settings, where it has any; those that every rule has are left out."""
    shared = set(Enforcement.__dataclass_fields__)
    rows = [
        (f"`{name}`", written(default), spec.unit, may_be(annotation, spec), spec.source)
        for name, annotation, default, spec in entry.settings
        if name.rpartition(".")[2] not in shared
    ]
    if rows:
        yield table(("setting", "default", "unit", "may be", "source"), rows, words=range(5))


def _setting_it(rule: Entry) -> Sequence[str]:
    """How a rule is tried, what it changes in the model, and its settings."""
    changes = instruments[rule.name](**instruments.defaults(rule.name))
    rows = [
        (f"`{name}`", FIELDS[name].metadata["what"], written(FIELDS[name].default), written(value))
        for name, value in changes.items()
    ]
    command = f"```sh\netalase platform=project_s {rule.given}\n```"
    changed = [table(("changes", "which is", "without it", "with it"), rows, words=range(4))] if rows else []
    return [command, *changed, *settings(rule)]


def includes(law: str, rule: str) -> bool:
    """Whether a law asks for all that a rule asks for."""
    asks, asked = (instruments[name](**instruments.defaults(name)).items() for name in (law, rule))
    return asked <= asks


def _effects(tell: Teller, name: str) -> Effects:
    with speaking(ENGLISH):  # docs/rules.md is English
        return tell.found.get(humanise(name), {})


def _bites_on_nothing(effects: Effects) -> bool:
    return all(one.nothing for one in effects.values())


def _unmeasured(tell: Teller, name: str) -> str:
    holding = [sentence(humanise(law)) for law in instruments if law != name and includes(law, name)]
    if not holding:
        return str(tell.texts["unmeasured"])
    return str(tell.texts["unmeasured_part"].format(bundles=listing(holding)))
