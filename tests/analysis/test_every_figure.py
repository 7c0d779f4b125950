"""Every figure: whole, text where names are hostile, in the reader's signs, and drawn from odd studies too."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from plotly.io import renderers

from analysis import Study, figures, load
from analysis.figures import Drawn
from analysis.hazards import hazard_ratios
from analysis.language import speaking

from .present import there
from .synthetic import SyntheticScenario, headline, store

HOSTILE = '<a href="javascript:x()">y</a>$title %{y} 🙂 ' + "long " * 40

FIGURES: dict[str, Callable[[Study], Drawn | None]] = {
    "survival": figures.survival,
    "group": lambda study: figures.group_survival(study, study.scenarios[-1], "size"),
    "twins": lambda study: figures.copied_twins(study, study.scenarios[-1], study.scenarios[0]),
    "weekly": lambda study: figures.weekly(study, "platform_share"),
    "of_outcome": figures.of_outcome,
    "money": lambda study: figures.of_outcome(study, "consumer_surplus"),
    "bars": figures.bars,
    "difference": figures.difference_bars,
    "who_pays": figures.who_pays,
    "distribution": figures.distribution,
    "trade_off": figures.trade_off,
    "story": lambda study: figures.story(study, study.scenarios[-1]),
    "forest": lambda study: figures.forest(study, list(hazard_ratios(study).values())),
    "shop_profits": figures.shop_profits,
    "winners": lambda study: figures.winners(study, study.scenarios[-1], study.scenarios[0]),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_whole(study: Study, name: str) -> None:
    made = there(FIGURES[name](study))
    assert made.title
    assert made.caption.endswith(".")
    assert list(made.table) == list(made.columns)
    assert len(made.table)
    assert made.figure.layout.title.text
    page = made.for_page()
    assert json.loads(json.dumps(page)) == page
    assert "title" not in page["layout"]
    assert 100 < page["layout"]["height"] < made.figure.layout.height
    assert set(made.narrow) <= {
        "annotations",
        "height",
        "margin.l",
        "margin.r",
        "margin.t",
        "margin.b",
        "font.size",
        "xaxis.dtick",
        "xaxis.nticks",
        "xaxis.range",
        "xaxis.title.text",
        "yaxis.title.text",
        "coloraxis.showscale",
    }


@pytest.mark.parametrize("name", FIGURES)
def test_a_hostile_name_is_text_in_the_figure(tmp_path: Path, name: str) -> None:
    scenarios = [
        SyntheticScenario(0.01 + 0.01 * i, i / 10, one.settings, f"{HOSTILE}{i}")
        for i, one in enumerate(headline()[:3])
    ]
    outcomes = {"label": HOSTILE, "unit": "share of " + HOSTILE, "direction": 1}
    known = {"consumer_surplus": {**outcomes, "unit": "Rp"}, "platform_share": outcomes, "live_smes": outcomes}
    study = load(store(tmp_path / "s", scenarios, seeds=range(3), weeks=30, smes=40, outcomes=known))
    drawn = json.dumps(there(FIGURES[name](study)).for_page(), ensure_ascii=False)
    assert "<a " not in drawn
    assert {part.partition(">")[0] for part in drawn.split("<")[1:]} <= {"br", "b", "/b", "extra", "/extra"}


@pytest.mark.parametrize("name", FIGURES)
def test_in_indonesian_numbers_have_their_signs(study: Study, name: str) -> None:
    with speaking("id"):
        made = there(FIGURES[name](study))
    assert made.figure.layout.separators == ",."


@pytest.mark.parametrize(("seeds", "weeks", "smes"), [(1, 1, 5), (1, 60, 20), (2, 30, 0)])
def test_odd_studies_draw_what_they_have(tmp_path: Path, seeds: int, weeks: int, smes: int) -> None:
    study = load(store(tmp_path / "s", headline()[:2], seeds=range(seeds), weeks=weeks, smes=smes))
    for draw in FIGURES.values():
        made = draw(study)
        assert made is None or json.dumps(made.for_page())


def test_nothing_can_be_sent_anywhere() -> None:
    assert "sendChartToCloud" in figures.CONFIG["modeBarButtonsToRemove"]
    assert figures.CONFIG["plotlyServerURL"] == ""
    assert figures.CONFIG["showSendToCloud"] is False


def test_a_figure_shows_itself_in_a_notebook(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renderers, "default", "plotly_mimetype")  # as in JupyterLab
    assert "application/vnd.plotly.v1+json" in there(figures.bars(study))._repr_mimebundle_()
