"""report.html: one file, well-formed, self-contained, true to the study, and deaf to hostile names."""

from __future__ import annotations

import base64
import csv
import dataclasses
import gzip
import io
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest
from plotly.offline import get_plotlyjs

from analysis import Study, StudyError, curves, load, report, summary
from analysis.compare import differences, estimate
from analysis.findings import Findings
from analysis.language import speaking
from analysis.parts import Section
from analysis.render import render
from analysis.sections.first import compared
from analysis.sections.limits import limits
from analysis.sections.parties import parties
from analysis.sections.run import run

from .present import there
from .synthetic import OUTCOMES, SyntheticScenario, headline, store

VOID = {"meta", "path", "link", "img", "br", "hr", "input"}
HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> $title \"q\" 'r' & %{y}"


class Page(HTMLParser):
    """Elements with their attributes, text by element, and every tag closed in its turn."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def text_of(self, tag: str) -> list[str]:
        return [text for name, text in self.texts if name == tag]


@pytest.fixture(scope="module")
def text(study: Study) -> str:
    return report.page(study)


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def shown(made: Section | None) -> str:
    """A section as HTML."""
    return render(there(made))


def test_write_makes_one_file_and_leaves_no_draft(
    study: Study, text: str, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "page", lambda study: text)
    folder = shutil.copytree(study.folder, tmp_path / "s")
    before = set(folder.iterdir())
    path = report.write(folder)
    assert set(folder.iterdir()) - before == {path}
    assert path.name == "report.html"
    assert 2e6 < path.stat().st_size < 4e6


def test_a_folder_without_a_study_gets_no_report(tmp_path) -> None:
    with pytest.raises(StudyError):
        report.write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_page_loads_nothing_from_outside(page: Page) -> None:
    for tag, attributes in page.elements:
        assert not {"src", "srcset", "data", "action", "background"} & attributes.keys(), tag
        assert all(value.startswith("#") for name, value in attributes.items() if name == "href" and value), tag
    assert not page.of("link")
    assert not page.of("iframe")
    styles = "".join(page.text_of("style"))
    assert "url(" not in styles
    assert "@import" not in styles
    policy = next(meta["content"] for meta in page.of("meta") if meta.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert "default-src 'none'" in policy


def test_the_plotly_within_is_the_one_that_plotly_carries(text: str) -> None:
    packed = re.search(r'<script type="text/plain" id="plotly">([^<]*)</script>', text)
    assert packed is not None
    assert gzip.decompress(base64.b64decode(packed[1])).decode() == get_plotlyjs()


def test_the_page_can_be_read_by_machines_and_people(page: Page) -> None:
    assert page.of("html")[0]["lang"] == "en"
    assert any(meta.get("name") == "viewport" for meta in page.of("meta"))
    assert len(page.of("h1")) == 1
    assert {scenario.get("scope") for scenario in page.of("th")} == {"col", "row", "rowgroup"}
    assert len(page.of("table")) == len(page.of("caption"))
    assert len(page.of("figure")) == len(page.of("figcaption")) > 10
    assert len({e["id"] for _, e in page.elements if "id" in e}) == sum("id" in e for _, e in page.elements)
    labelled = {section["aria-labelledby"] for section in page.of("section")}
    assert labelled <= {heading.get("id") for heading in page.of("h2")}


def test_each_figure_has_its_data_its_numbers_and_a_key_that_fits(page: Page) -> None:
    figures = [json.loads(text) for text in page.text_of("script") if text.startswith('{"data"')]
    assert len(figures) == len(page.of("figure"))
    assert all("title" not in figure["layout"] for figure in figures)
    assert not any("<" in text for text in page.text_of("script") if text.startswith('{"data"'))
    assert len({figure["data-figure"] for figure in page.of("figure")}) == len(figures)
    packed = [script for script in page.of("script") if script.get("class") == "csv"]
    assert len(packed) == len(figures)
    survival = [json.loads(str(button["data-traces"])) for button in page.of("button")][:5]
    assert survival == [[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11], [12, 13, 14]]


def test_the_file_behind_a_figure_holds_the_numbers_that_it_draws(study: Study, text: str) -> None:
    packed = re.search(r'data-figure="survival".*?class="csv">([^<]*)<', text, re.S)
    assert packed is not None
    file = gzip.decompress(base64.b64decode(packed[1])).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    known = curves(study)
    assert len(rows) == sum(len(curve.week) for curve in known.values())
    last = next(row for row in rows if row["Week"] == "156" and row["Scenario"] == study.labels["c01"])
    assert float(last["mean"]) == pytest.approx(known["c01"].survival[-1], rel=1e-5)


def test_the_table_holds_the_means_and_intervals(study: Study, page: Page) -> None:
    scenarios, intervals = page.text_of("td"), page.text_of("small")
    table = summary(study.values)
    for scenario in study.scenarios:
        survival = estimate(table, scenario, "sme_survival_156w")
        assert f"{100 * survival.mean:.1f} " in scenarios
        assert f"[{100 * survival.low:.1f},\u00a0{100 * survival.high:.1f}]" in intervals


def test_captions_name_the_method_and_a_cut_axis(page: Page) -> None:
    survival = page.text_of("figcaption")[0]
    assert "10 seeds" in survival
    assert "share its shocks" in survival
    assert re.search(r"The vertical axis starts at \d+%", survival)


def test_what_was_run_is_told(study: Study, tmp_path) -> None:
    command = "python -m experiments.run experiment=x"
    facts = {
        "command": command,
        "versions": {"python": "3.11.7", "mesa": "3.3.1"},
        "commit": "0123abc",
        "data_hash": "dd11",
        "model_hash": "0123456789ab",
        "scenarios": [*study.manifest["scenarios"], {"scenario_id": "zz", "label": "never run"}],
        "opening": {"indonesia_2023": {"held_out_error": 0.0098, "listings_left_out": {"no units sold": 340}}},
    }
    folder = shutil.copytree(study.folder, tmp_path / "s")
    (folder / "manifest.json").write_text(json.dumps({**study.manifest, **facts}))
    text = " ".join(part for _, part in Page(report.page(load(folder))).texts)
    told = ["mesa 3.3.1", "0123abc", "dd11", "0123456789ab", "0.98%", "340 no units sold", "0 to 9"]
    assert [fact for fact in [command, *told] if fact not in text] == []
    assert "without a run: never run" in text


def test_runs_that_are_missing_are_said_to_be(tmp_path) -> None:
    """On the first page how many there are; at the end which: a scenario by what it was to set, seeds one by one."""
    scenarios = [*headline()[:2], SyntheticScenario(settings={"platform": "project_s", "regulation": "resale_ban"})]
    planned = {"scenarios": ["c00", "c01", "c02"], "seeds": [0, 4]}
    folder = store(tmp_path / "s", scenarios, seeds=range(4), weeks=30, smes=20, planned=planned)
    assert "12 runs of 30 weeks" in report.page(load(folder))
    assert "missing" not in shown(run(Findings(load(folder))))
    runs = load(folder).runs.query("scenario_id == 'c00' or (scenario_id == 'c01' and seed < 2)")
    runs.to_parquet(folder / "runs/all.parquet")
    assert "2 scenarios, 6 of 12 planned runs of 30 weeks" in report.page(load(folder))
    told = shown(run(Findings(load(folder))))
    assert "without a run: platform=project_s regulation=resale_ban." in told
    assert "Seeds that are missing: Project S (2, 3)." in told


def test_hostile_names_stay_text(tmp_path) -> None:
    scenarios = [
        SyntheticScenario(label=HOSTILE, settings={"market": HOSTILE}),
        SyntheticScenario(0.01, settings={"market": HOSTILE, "platform": HOSTILE, "regulation": HOSTILE}),
    ]
    outcomes = {name: {**of, "label": HOSTILE, "unit": HOSTILE} for name, of in OUTCOMES.items()}
    folder = store(
        tmp_path / "s",
        scenarios,
        seeds=range(3),
        weeks=60,
        smes=20,
        outcomes=outcomes,
        study=HOSTILE,
        command=HOSTILE,
        commit=HOSTILE,
        versions={HOSTILE: HOSTILE},
        opening={HOSTILE: {HOSTILE: [HOSTILE]}},
    )
    plain = [SyntheticScenario(), SyntheticScenario(0.01, settings={"platform": "x", "regulation": "y"})]
    harmless = Page(report.page(load(store(tmp_path / "t", plain, seeds=range(3), weeks=60, smes=20))))
    attacked = Page(report.page(load(folder)))
    assert not attacked.of("img")
    assert not any(name.startswith("on") for _, attributes in attacked.elements for name in attributes)
    assert len(attacked.of("script")) == len(harmless.of("script"))
    assert any(HOSTILE in text for text in attacked.text_of("p"))


def test_the_first_page_compares_the_rules_with_their_baselines(study: Study, page: Page) -> None:
    pairs = {"c01": "c00", "c02": "c01", "c03": "c01", "c04": "c01"}
    changed = differences(study.values, pairs)
    told = page.text_of("strong") + page.text_of("td")
    for scenario in pairs:
        change = 100 * estimate(changed, scenario, "sme_survival_156w").mean
        assert any(text.strip() == f"{change:+.1f}".replace("-", "−") for text in told), scenario
    headings = [text for text in page.text_of("th") if text.startswith("What ") and "against" in text]
    assert headings == [
        f"What changes against “{study.labels['c00']}”",
        f"What a rule changes, against “{study.labels['c01']}”",
    ]


def test_figures_in_the_answer_stand_in_the_first_table(study: Study, page: Page) -> None:
    answered = " ".join(page.text_of("p")).replace("\u00a0", " ")
    best = re.search(r"Of the 3 rules, separation keeps most alive: [\d.]+% \[.*?\], \+([\d.]+) points", answered)
    assert best is not None
    assert f"+{best[1]}" in page.text_of("strong")


def test_a_sweep_of_many_scenarios_says_what_its_tables_leave_out(tmp_path: Path) -> None:
    scenarios = [SyntheticScenario(settings={"demand.impulse": i / 200}) for i in range(120)]
    page = Page(report.page(load(store(tmp_path / "s", scenarios, seeds=[0], weeks=8, smes=4))))
    captions = " ".join(page.text_of("span"))
    assert "10 of 120 scenarios: those that others are held against, those that keep most shops, and those" in captions
    assert "The first 100 of 120 scenarios; all of them: etalase table synthetic --format csv." in captions


def test_of_many_rules_the_first_table_keeps_the_platform_the_best_and_the_worst(tmp_path: Path) -> None:
    named = {"platform": "project_s"}
    rules = [SyntheticScenario(0.002 + i / 1000, 0.1, {**named, "regulation": f"rule_{i:02d}"}) for i in range(20)]
    scenarios = [SyntheticScenario(0.001), SyntheticScenario(0.03, 0.1, named), *rules]
    made = there(compared(Findings(load(store(tmp_path / "s", scenarios, seeds=range(2), weeks=60, smes=200)))))
    kept = [*range(4), *range(16, 20)]
    assert made.rows == ["No Project S", "Project S", *(f"Project S, rule {i:02d}" for i in kept)]
    heads = " ".join(map(str, made.columns))
    assert "Total surplus" in heads
    assert "%; changes in points" in heads


def test_limits_name_the_length_of_the_runs(tmp_path: Path) -> None:
    config = {"market": {"consumers": 5000, "smes": 60}}
    folder = store(tmp_path / "s", [SyntheticScenario()], seeds=[0], weeks=60, smes=20)
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["scenarios"][0]["config"] = config
    (folder / "manifest.json").write_text(json.dumps(manifest))
    assert "5,000 simulated consumers and 60 local shops stand for a whole market, over 60 weeks." in report.page(
        load(folder)
    )


def test_what_copied_shops_are_compared_with_is_told_as_it_is(tmp_path: Path) -> None:
    """With themselves in the other scenario where that copies none; else with nothing that tells what copying does."""
    own = SyntheticScenario(0.01, 0.1, {"platform": "project_s"})
    more = SyntheticScenario(0.02, 0.1, {"platform": "project_s", "demand.impulse": 0.3})
    themselves, start = "compared with themselves in the other scenario", "they differ from the others from the start"
    for name, scenarios, told in (
        ("twins", [SyntheticScenario(), own], themselves),
        ("alone", [own], start),
        ("both", [own, more], start),
        ("none", [SyntheticScenario()], None),
    ):
        html = shown(limits(Findings(load(store(tmp_path / name, scenarios, seeds=[0], weeks=30, smes=100)))))
        assert [words for words in (themselves, start) if words in html] == [told] * (told is not None)


def test_what_is_in_english_is_english_in_every_report(study: Study, tmp_path: Path) -> None:
    opening = {"classroom": {"held_out_error": 0.0098, "smes": 1200}}
    folder = shutil.copytree(study.folder, tmp_path / "s")
    facts = {**study.manifest, "opening": opening, "created": "2026-08-17T10:00:00+00:00"}
    (folder / "manifest.json").write_text(json.dumps(facts))
    with speaking("id"):
        told = shown(run(Findings(load(folder))))
    own = told[told.index('<div lang="en">') :]
    assert "0.98%" in own
    assert "SMEs" in own
    assert "1,200" in own
    assert "17 Agustus 2026" in told


def test_parties_that_do_not_add_up_are_said_so_in_the_readers_language(tmp_path: Path) -> None:
    folder = store(tmp_path / "s", headline(), seeds=range(2), weeks=20, smes=20)
    load(folder).runs.assign(total_surplus=1.0).to_parquet(folder / "runs/all.parquet")
    with speaking("id"):
        told = shown(parties(Findings(load(folder))))
    assert "tidak berjumlah benar" in told
    assert '<span lang="en">' in told


def test_one_run_tells_its_own_story(tmp_path: Path) -> None:
    page = Page(report.page(load(store(tmp_path / "s", headline()[1:2], seeds=[0], weeks=60, smes=100))))
    answered = " ".join(page.text_of("p"))
    assert "The platform sells goods of its own from week 1" in answered
    assert "run more replications" in answered
    assert any(figure["data-figure"] == "story" for figure in page.of("figure"))


def few(count: int) -> list[SyntheticScenario]:
    return [SyntheticScenario(0.002 + 0.001 * i, settings={"demand.impulse": i / 10}) for i in range(count)]


@pytest.mark.parametrize(
    ("scenarios", "seeds", "weeks"),
    [
        (headline()[:1], 1, 1),
        (headline()[:1], 3, 60),
        (headline(), 1, 156),
        pytest.param(headline(), 2, 30, marks=pytest.mark.long),
        pytest.param(few(40), 2, 60, marks=pytest.mark.long),  # above are 120
    ],
    ids=["smallest", "one-scenario", "one-seed", "short", "many-scenarios"],
)
def test_odd_studies_get_a_report_too(
    tmp_path: Path, scenarios: list[SyntheticScenario], seeds: int, weeks: int
) -> None:
    folder = store(tmp_path / "s", scenarios, seeds=range(seeds), weeks=weeks, smes=20)
    assert Page(report.page(load(folder))).of("figure")


@pytest.mark.parametrize("lost", ["manifest.json", "weekly", "sellers"])
def test_a_study_that_lost_a_part_gets_a_report_of_the_rest(tmp_path: Path, lost: str) -> None:
    folder = store(tmp_path / "s", headline(), seeds=range(3), weeks=60, smes=20)
    path = folder / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert Page(report.page(load(folder))).of("table")


def test_a_scenario_with_other_seeds_is_compared_on_the_common_ones(tmp_path: Path) -> None:
    folder = store(tmp_path / "s", headline()[:2], seeds=range(5), weeks=60, smes=20)
    study = load(folder)
    study.runs.query("scenario_id == 'c00' or seed < 3").to_parquet(folder / "runs/all.parquet")
    captions = " ".join(Page(report.page(load(folder))).text_of("span"))
    assert "on 3 seeds in common" in captions


def test_the_source_of_own_listings_is_named_in_place_of_ours(tmp_path: Path) -> None:
    found = load(store(tmp_path / "own", headline(), range(2), weeks=20, smes=40))
    scenarios = [scenario | {"config": {"market": {"listings": "data/mine.csv"}}} for scenario in found.planned]
    for manifest, own in ((found.manifest, False), ({**found.manifest, "scenarios": scenarios}, True)):
        text = report.page(dataclasses.replace(found, manifest=manifest))
        assert ("own listings, mine.csv" in text) == own
        assert ("PRDECT-ID" in text) != own
