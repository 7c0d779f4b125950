"""The page of settings is what the command makes, and other pages name only settings that there are."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments import settings_page
from experiments.schema import StudySetting, setting_types
from simulation.config import GROUPS
from simulation.law.instruments import instruments
from simulation.law.regulation import Enforcement
from simulation.outcomes.record import OUTCOMES
from simulation.settings.parameter import Spec
from simulation.settings.strategies import STRATEGIES

DOCS = settings_page.PAGE.parent
PAGES = [page for page in sorted(DOCS.glob("*.md")) if page.name != "mesa.md"]  # that page names Python


@pytest.fixture(scope="module")
def made() -> str:
    """The page as it is made now, once for all tests that read it."""
    return settings_page.page()


def specs() -> Iterator[tuple[str, Spec]]:
    """Every field that a config can hold, and what is declared of it."""
    for group in (*GROUPS.values(), Enforcement, StudySetting):
        for field in dataclasses.fields(group):
            yield f"{group.__name__}.{field.name}", field.metadata["spec"]


def test_the_page_is_what_the_command_makes(made: str) -> None:
    assert settings_page.PAGE.read_text(encoding="utf-8") == made, "python -m experiments.settings_page"


def test_the_command_writes_the_page(made: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings_page, "PAGE", tmp_path / "parameters.md")
    settings_page.main()
    assert (tmp_path / "parameters.md").read_text(encoding="utf-8") == made


def test_every_setting_and_every_outcome_has_one_row(made: str) -> None:
    rows = re.findall(r"^\| `([\w.]+)` \|", made, re.MULTILINE)
    enforced = {f.name for f in dataclasses.fields(Enforcement)}
    chosen = {f"{group}.name" for group in STRATEGIES}
    settings = {name for name in setting_types() if name.rpartition(".")[2] not in enforced} - chosen
    assert settings | set(OUTCOMES) <= set(rows)
    own = [row for row in rows if not row.startswith("algorithm.")]  # algorithms share settings
    assert len(own) == len(set(own))


def test_a_choice_is_told_in_a_whole_sentence_and_a_preset_in_all_its_scenarios(made: str) -> None:
    rows = [line.split(" | ") for line in made.splitlines() if re.match(r"\| `\w+=\w+` \|", line)]
    assert len(rows) == len(
        [path for path in settings_page.CONFIGS.glob("*/*.yaml") if path.parent.name != settings_page.DECLARED]
    )
    assert [said for _, said, _ in rows if not said.endswith(".")] == []
    scenarios = {name: sets.rpartition(", ")[2].removesuffix(" |") for name, _, sets in rows if "`experiment=" in name}
    assert scenarios["| `experiment=rules`"] == f"{2 * (1 + len(instruments))} scenarios"
    assert scenarios["| `experiment=project_s`"] == "8 scenarios"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# @package _global_\n# It goes over\n# two lines. Another.\nweeks: 4\n# More.\n", "It goes over two lines."),
        ("# A share of 0.3, say: all\nname: x\n", "A share of 0.3, say: all"),
        ("name: x\n", ""),
    ],
)
def test_the_first_sentence_of_a_file(text: str, said: str) -> None:
    assert settings_page.first_sentence(text) == said


def test_every_row_is_complete(made: str) -> None:
    rows = [line for line in made.splitlines() if line.startswith("| `")]
    scenarios = [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]
    assert {len(row) for row in scenarios} <= {3, 5, 6}
    assert [row for row in scenarios if not all(row)] == []


@pytest.mark.parametrize(("name", "spec"), list(specs()))
def test_every_setting_says_its_unit_and_its_source(name: str, spec: Spec) -> None:
    assert spec.unit, name
    assert spec.source, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_only_settings_that_there_are(page: Path) -> None:
    groups = "|".join([*GROUPS, *STRATEGIES])
    named = set(re.findall(rf"`((?:{groups})\.[a-z_]+)`", page.read_text(encoding="utf-8")))
    files = {name for name in named if name.endswith((".py", ".md", ".csv"))}
    assert named - files - set(setting_types()) == set()
