"""What a reader is told, in every language: nothing untranslated, numbers with the language's own signs."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import nodes

from analysis import Study, language, load, report
from analysis.answer import answer, question
from analysis.findings import Findings
from analysis.intervals import Estimate
from analysis.language import catalogue, languages, number, say, speaking, word
from analysis.parties import KNOWN
from analysis.provenance import KEYS
from analysis.render import environment
from analysis.study import CHOICES
from analysis.words import MAGNITUDES, MONTHS, NAMES, date, humanise, listing, plural, scale, span
from simulation import outcomes
from simulation.law.instruments import instruments
from simulation.settings.strategies import STRATEGIES

from .synthetic import SyntheticScenario, headline, store

ANALYSIS = Path(language.__file__).parent
ROOT = ANALYSIS.parent
PARAMETERS = (ROOT / "docs/parameters.md").read_text()
OTHERS = [code for code in languages() if code != "en"]


def told() -> Iterator[str]:
    """Every template of the code: what `say` is called with, and the nouns of `plural`."""
    for path in ANALYSIS.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                yield from spoken_by(node, node.func.id)
    for name in environment().list_templates(["html"]):
        for call in calls(name):
            if isinstance(call.node, nodes.Name) and call.node.name == "say":
                yield call.args[0].as_const()


def calls(template: str) -> Iterator[nodes.Call]:
    """What a template of the page calls."""
    source = (ANALYSIS / "templates" / template).read_text()
    return environment().parse(source).find_all(nodes.Call)


def spoken_by(call: ast.Call, name: str) -> Iterator[str]:
    if name == "say":
        first = call.args[0]
        for part in (first.body, first.orelse) if isinstance(first, ast.IfExp) else (first,):
            assert isinstance(part, ast.Constant), f"{ast.unparse(call)}: a template stands in the code"
            yield str(part.value)
    elif name == "plural" and isinstance(call.args[1], ast.Constant):
        yield from (str(call.args[1].value), f"{call.args[1].value}s")


def outside() -> Iterator[str]:
    """What a study can bring with it: outcomes, parties, choices, settings, categories; and the words of code."""
    for of in outcomes.OUTCOMES.values():
        yield from (of.label, of.party, of.unit)
    settings = re.findall(r"^\| `([\w.=]+)`", PARAMETERS, re.MULTILINE)
    yield from re.findall(r"\w+", " ".join(re.findall(r"\| one of ([\w, ]+) \|", PARAMETERS)))
    strategies = {*STRATEGIES, *(name for registry in STRATEGIES.values() for name in registry)}
    names = {re.split("[.=]", name)[-1] for name in settings} | {*instruments} | strategies
    yield from (NAMES.get(name, name.replace("_", " ")) for name in names)
    yield from pd.read_csv(ROOT / "simulation/data/tokopedia_listings.csv")["category"].unique()
    yield from (*NAMES.values(), *MONTHS, *KNOWN.values(), *dict(KEYS).values(), *(name for _, name in MAGNITUDES))
    yield from CHOICES
    yield from ("points", "classroom", "tax revenue")  # the last is a label of older studies


def parts(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("code", OTHERS)
def test_every_template_of_the_code_is_translated(code: str) -> None:
    known, wanted = catalogue(code).templates.keys(), set(told())
    assert sorted(wanted - known) == []
    assert sorted(known - wanted - set(outside())) == []  # none that nobody says


@pytest.mark.parametrize("code", OTHERS)
def test_a_translation_fills_in_what_the_english_does(code: str) -> None:
    assert catalogue(code).templates
    for english, text in catalogue(code).templates.items():
        assert parts(text) == parts(english), english
        assert text.strip(), english
        assert re.findall(r"^ *| *$", text) == re.findall(r"^ *| *$", english), english


@pytest.mark.parametrize("code", OTHERS)
def test_what_the_model_can_name_is_translated(code: str) -> None:
    known = catalogue(code).templates.keys()
    labels = {of.label for of in outcomes.OUTCOMES.values()} | {of.party for of in outcomes.OUTCOMES.values()}
    units = {of.unit for of in outcomes.OUTCOMES.values()} - {"Rp", "share", "1"}
    chosen = [name for registry in STRATEGIES.values() for name in registry]
    choices = {NAMES.get(name, name.replace("_", " ")) for name in [*instruments, *chosen]}
    assert set(CHOICES) <= known
    named = (labels | units | choices | set(NAMES.values())) - {"", "HHI", "SME"}
    assert len(named - known) <= len(named) / 20, sorted(named - known)  # a new one may wait for its translation


def shapes(folder: Path) -> Iterator[Study]:
    """Studies of each shape: scenarios under rules, a curve, a map, names, one run."""
    sweep = [{"demand.impulse": i / 10} for i in range(3)]
    grid = [{"demand.impulse": i / 10, "platform.own_share": j / 100} for i in range(3) for j in range(3)]
    names = [{"algorithm": name} for name in ("popularity", "random")]
    for i, settings in enumerate((sweep, grid, names)):
        scenarios = [SyntheticScenario(0.002 + 0.001 * j, settings=one) for j, one in enumerate(settings)]
        yield load(store(folder / str(i), scenarios, seeds=range(3), weeks=30, smes=20))
    yield load(store(folder / "rules", headline(), seeds=range(2), weeks=60, smes=20))
    yield load(store(folder / "run", headline()[1:2], seeds=[0], weeks=30, smes=20))


@pytest.mark.parametrize("code", OTHERS)
def test_a_report_lacks_no_translation(tmp_path: Path, code: str) -> None:
    with speaking(code) as spoken:
        spoken.lacks.clear()
        for study in shapes(tmp_path):
            assert f'<html lang="{code}">' in report.page(study)
        assert spoken.lacks == set()


def test_a_sweep_of_algorithms_is_asked_about_in_indonesian(tmp_path: Path) -> None:
    scenarios = [SyntheticScenario(settings={"algorithm": name}) for name in ("popularity", "random")]
    with speaking("id"):
        asked = question(Findings(load(store(tmp_path / "s", scenarios, seeds=[0], weeks=9, smes=9))))
    assert asked.endswith("bergantung pada algoritme?")


def test_the_same_study_answers_in_each_language(study: Study) -> None:
    english = " ".join(answer(study))
    with speaking("id"):
        indonesian = " ".join(answer(study))
    digits = re.compile(r"\d+")
    assert digits.findall(english) == digits.findall(indonesian)
    assert "Setelah tiga tahun" in indonesian
    assert " ".join(answer(study)) == english  # labels are of the language that asks for them


def test_numbers_have_the_signs_of_their_language() -> None:
    money = scale("Rp", [1.234e9], [5e7])
    with speaking("id"):
        assert number(-1234567.5, ",.1f") == "−1.234.567,5"
        assert money.full(Estimate(1.234e9, 5e7, 9)).replace("\u00a0", " ") == "Rp1,234 miliar [1,184; 1,284]"
        assert money.full(Estimate(-2.06e9), sign=True).replace("\u00a0", " ") == "−Rp2,060 miliar"
        assert (listing(["a", "b"]), listing(["a", "b", "c"])) == ("a dan b", "a, b, dan c")
        assert scale("share", [0.7]).full(Estimate(0.712)) == "71,2%"
        assert (plural(1200, "run"), span(156)) == ("1.200 simulasi", "tiga tahun")
        assert date("2026-08-17T10:00:00+00:00") == "17 Agustus 2026"
        assert humanise("data_firewall+import_duty") == "sekat data + bea masuk"
    assert number(-1234567.5, ",.1f") == "−1,234,567.5"


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_a_number_reads_back_in_every_language(value: float, decimals: int) -> None:
    for code in languages():
        with speaking(code) as spoken:
            text = number(value, f",.{decimals}f")
        plain = text.replace(spoken.thousands, "").replace(spoken.decimal, ".").replace("−", "-")
        assert float(plain) == pytest.approx(value, rel=1e-12, abs=0.51 * 10.0**-decimals)


@given(st.text(), st.text())
def test_a_part_is_never_read_as_a_template(one: str, other: str) -> None:
    with speaking("id"):
        assert say("{outcome} by {size}", outcome=one, size=other) == f"{one} sebesar {other}"


def test_an_unknown_word_stays_and_an_unknown_language_is_named() -> None:
    with speaking("id"):
        assert word("something of a user's") == "something of a user's"
    with pytest.raises(ValueError, match="got xx; it may be one of en, id"), speaking("xx"):
        pass
