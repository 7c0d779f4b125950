"""The brief holds what it must, whole in each language, computed from the study; the browser's tests hold its sheet."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from analysis import Study, StudyError, brief, load
from analysis.brief_pictures import changes_picture, survival_picture
from analysis.findings import Findings
from analysis.intervals import Estimate
from analysis.language import languages, speaking

from .present import there
from .synthetic import SyntheticScenario, headline, store

PARTS = ("answer", "cards", "pictures", "table", "footer")


def text_of(page: str) -> str:
    shown = re.sub(r"<(style|script)>.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", shown))).replace("\u00a0", " ")


def studies(folder: Path) -> dict[str, Study]:
    """Studies of each shape."""
    curve = [SyntheticScenario(0.002 + i / 500, settings={"demand.impulse": i / 10}) for i in range(4)]
    scenarios = {"rules": headline(), "curve": curve, "run": headline()[1:2]}
    return {
        name: load(store(folder / name, of, seeds=range(3), weeks=60, smes=60, model_hash="100af6da0313"))
        for name, of in scenarios.items()
    }


def test_a_brief_of_rules_has_answer_cards_pictures_table_and_sources(study: Study) -> None:
    page = brief.page(study)
    for part in PARTS:
        assert f'class="{part}"' in page or f"<{part}>" in page, part
    said = text_of(page)
    for words in (
        "Most shops live under · The core of the law in force Separation",
        "Fewest shops live under Data firewall",
        "it sends buyers elsewhere to check out",
        "Permendag 31/2023, Article 21(3)",
        "Not covered:",
        "Who pays",
        "What the result depends on",
        "PRDECT-ID",
    ):
        assert words in said, words
    assert page.count("<svg") == 2
    assert page.count("<article>") == 2  # separation is the best and the law's core: it stands once


def test_its_figures_are_those_of_the_study(study: Study) -> None:
    said, found = text_of(brief.page(study)), Findings(study)
    for scenario in ("c00", "c01", "c02", "c03"):  # without Project S, with it, the best rule and the worst
        assert f"{found.share(scenario)} ".replace("\u00a0", " ") in said


def test_it_loads_nothing_and_marks_no_text_as_safe(study: Study) -> None:
    page = brief.page(study)
    assert set(re.findall(r"https?://[^\s\"'<]+", page)) == {"http://www.w3.org/2000/svg"}
    assert not re.search(r"<(link|img|iframe|script src)", page)


@pytest.mark.parametrize("code", languages())
def test_a_brief_lacks_no_translation_and_no_part(tmp_path: Path, code: str) -> None:
    with speaking(code) as spoken:
        spoken.lacks.clear()
        for name, study in studies(tmp_path).items():
            page = brief.page(study)
            assert f'<html lang="{code}">' in page
            assert ("<article>" in page) is (name == "rules")
            assert "<table" in page
            assert not re.search(r"\bnan\b", text_of(page))
        assert spoken.lacks == set()


def test_the_file_has_the_language_in_its_name(tmp_path: Path) -> None:
    study = studies(tmp_path)["run"]
    assert brief.write(study).name == "brief.html"
    assert brief.write(study.folder, "id").name == "brief.id.html"
    with pytest.raises(StudyError):
        brief.write(tmp_path / "none")


def test_hostile_names_stay_text(tmp_path: Path) -> None:
    hostile = '<script>alert(1)</script>"&'
    scenarios = [
        SyntheticScenario(0.01 + i / 100, 0.1, one.settings, f"{hostile}{i}") for i, one in enumerate(headline())
    ]
    scenarios.append(SyntheticScenario(0.02, 0.1, {"platform": "project_s", "regulation": "<b>mine</b>"}))
    page = brief.page(load(store(tmp_path / "s", scenarios, seeds=range(3), weeks=30, smes=40)))
    assert "<script>alert" not in page
    assert "<b>mine" not in page


def test_who_pays_names_who_loses_surely_and_nobody_else(study: Study) -> None:
    found = Findings(study)
    told = brief.payers(found)
    gains = {
        (scenario, name): found.change(scenario, base, name)
        for scenario, base in found.baselines.items()
        for name in PARTIES
    }
    for scenario in found.baselines:
        losers = {PARTIES[name] for name in PARTIES if lost(gains[scenario, name])}
        assert {name for name in PARTIES.values() if name.lower() in told[scenario].lower()} == losers


PARTIES = {"consumer_surplus": "consumers", "sme_profit": "SMEs", "platform_profit": "platform"}


def lost(change: Estimate) -> bool:
    return change.clear and change.mean < 0


def test_of_one_seed_nobody_is_said_to_pay(tmp_path: Path) -> None:
    study = load(store(tmp_path / "s", headline(), seeds=[1], weeks=60, smes=60))
    assert brief.payers(Findings(study)) == {}
    assert "run more replications" in text_of(brief.page(study))


def test_the_pictures_are_of_the_scenarios_that_are_told(study: Study) -> None:
    found = Findings(study)
    curves = there(survival_picture(found))
    labels = [
        study.labels[scenario] for scenario in ("c00", "c01", "c02", "c03")
    ]  # of the rules the best and the worst
    assert re.sub(r" \d+%", "", curves.said) == ", ".join(labels)
    rows = there(changes_picture(found))
    drawn = [element.text for element in rows.elements if element.tag == "text"]
    assert drawn.count("Separation") == 1
    marks = [element for element in rows.elements if element.tag == "circle"]
    assert len(marks) == len(found.rules[1])
    xs = [float(mark.attrib["cx"]) for mark in marks]
    assert xs == sorted(xs, reverse=True)  # the best first, the farthest right


def test_a_mark_is_hollow_where_its_interval_holds_zero(tmp_path: Path) -> None:
    rules = (("none", 0.02), ("resale_ban", 0.01), ("separation", 0.0201))
    scenarios = [SyntheticScenario(h, 0.1, {"platform": "project_s", "regulation": rule}) for rule, h in rules]
    found = Findings(load(store(tmp_path / "s", scenarios, seeds=range(4), weeks=60, smes=300)))
    sure, unsure = (one for one in there(changes_picture(found)).elements if one.tag == "circle")
    assert sure.attrib["fill"] != "#ffffff"
    assert unsure.attrib["fill"] == "#ffffff"


def test_many_rules_keep_the_law_in_force_in_picture_and_table(tmp_path: Path) -> None:
    names = ["none", *(f"rule_{i:02d}" for i in range(20)), "permendag_31_2023"]
    hazards = [0.02, *(0.01 + i / 1000 for i in range(20)), 0.0195]
    scenarios = [
        SyntheticScenario(h, 0.1, {"platform": "project_s", "regulation": n})
        for n, h in zip(names, hazards, strict=True)
    ]
    study = load(store(tmp_path / "s", scenarios, seeds=range(5), weeks=60, smes=200))
    found = Findings(study)
    picture = there(changes_picture(found))
    assert "Permendag 31/2023" in [one.text for one in picture.elements]
    assert "14 of 21 are drawn." in picture.caption
    table = re.search(r"<table.*</table>", brief.page(study), re.DOTALL)
    assert "Permendag 31/2023" in there(table).group()


def test_own_listings_are_the_source_where_a_study_has_them(tmp_path: Path) -> None:
    folder = store(tmp_path / "s", headline()[:1], seeds=range(2), weeks=9, smes=9)
    manifest = (folder / "manifest.json").read_text()
    config = '"label": "", "config": {"market": {"listings": "mine.csv"}}'
    (folder / "manifest.json").write_text(manifest.replace('"label": ""', config, 1))
    said = text_of(brief.page(load(folder)))
    assert "the study's own listings" in said
    assert "PRDECT-ID" not in said


def test_a_picture_calls_rules_by_their_names_alone_where_that_tells_them_apart(tmp_path: Path) -> None:
    """Other scenarios have the same rules, another answer of the platform: the names of the picture need not say so."""
    scenarios = [
        SyntheticScenario(0.004 + i / 1000, 0.1, {"platform": "project_s", "regulation": rule, "response": response})
        for response in ("frozen", "adaptive")
        for i, rule in enumerate(("none", "data_firewall", "neutral_ranking"))
    ]
    found = Findings(load(store(tmp_path / "s", scenarios, seeds=range(3), weeks=60, smes=60)))
    words = [one.text for one in there(changes_picture(found)).elements if one.tag == "text"]
    assert {"Data firewall", "Neutral ranking"} <= set(words)
