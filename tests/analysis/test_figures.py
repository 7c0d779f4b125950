"""Figures: what they draw is the study's, labels keep apart, colours can be told, names stay text."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from analysis import Study, curves, differences, figures, load, summary
from analysis.figures import Drawn, trade
from analysis.figures import curves as drawing
from analysis.figures.measure import measure
from analysis.figures.rows import PALE, Row, x_range
from analysis.hazards import hazard_ratios
from analysis.lines import MAX_LINES, styles, weekly_lines
from analysis.parties import who_pays
from analysis.study import Outcome

from .present import there
from .synthetic import SyntheticScenario, headline, store

FAVOUR, IMPULSE = "platform.favour", "demand.impulse"


def swept(folder: Path, label: str = "", weeks: int = 30, **axes: list[Any]) -> Study:
    scenarios: list[dict[str, Any]] = [{"platform": "project_s"}]
    for name, values in axes.items():
        scenarios = [{**scenario, name.replace("__", "."): value} for scenario in scenarios for value in values]
    made = [
        SyntheticScenario(0.002 + 0.002 * i, i / 50, scenario, label and f"{label}{i}")
        for i, scenario in enumerate(scenarios)
    ]
    return load(store(folder / "s", made, seeds=range(3), weeks=weeks, smes=40))


@pytest.fixture(scope="module")
def curve(tmp_path_factory: pytest.TempPathFactory) -> Study:
    axes = {"platform__favour": [1.0, 2.0, 4.0], "regulation": ["none", "separation"]}
    return swept(tmp_path_factory.mktemp("curve"), **axes)


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Study:
    axes = {"platform__favour": [1.0, 2.0, 4.0, 5.0], "demand__impulse": [0.0, 0.2, 0.4]}
    return swept(tmp_path_factory.mktemp("grid"), **axes)


def test_the_names_at_line_ends_do_not_overlap_in_print_either(study: Study) -> None:
    for made in (figures.survival(study), figures.weekly(study, "platform_share"), figures.weekly(study, "live_smes")):
        layout = there(made).figure.layout
        low, high = layout.yaxis.range
        for height in (drawing.LEAST_HEIGHT, 440, 600):
            pixels = (height - drawing.TOP - drawing.BOTTOM) / (high - low)
            centres = sorted((high - note.y) * pixels + note.ay for note in layout.annotations)
            assert len(centres) == 5
            assert (np.diff(centres) >= drawing.LABEL_LINE).all()


def test_a_line_and_its_band_are_the_curve(study: Study) -> None:
    made, known = there(figures.survival(study)), curves(study)
    assert len(made.figure.data) == 3 * len(known)
    for i, curve in enumerate(known.values()):
        low, high, line = made.figure.data[3 * i : 3 * i + 3]
        assert np.array_equal(line.y, curve.survival)
        assert np.array_equal(low.y, curve.low)
        assert np.array_equal(high.y, curve.high)
        assert high.fill == "tonexty"
        assert made.key[i].traces == (3 * i, 3 * i + 1, 3 * i + 2)
        assert line.name == made.key[i].label == study.labels[list(known)[i]]


@pytest.mark.parametrize("column", ["platform_share", "live_smes"])
def test_weekly_lines_are_the_means_over_seeds_in_the_axis(study: Study, column: str) -> None:
    made = there(figures.weekly(study, column))
    stored = study.weekly.query("scenario_id == 'c01' and week == 100")[column]
    line = weekly_lines(study, column)[1]
    assert line.y[99] == pytest.approx(stored.mean())
    assert line.low[99] < stored.mean() < line.high[99]
    low, high = made.figure.layout.yaxis.range
    for trace in made.figure.data:
        assert np.nanmin(trace.y) >= low - 1e-9
        assert np.nanmax(trace.y) <= high + 1e-9
    assert figures.weekly(study, "no_such_outcome") is None


def test_the_axis_of_a_share_that_is_always_zero_starts_there(tmp_path: Path) -> None:
    study = load(store(tmp_path / "s", [SyntheticScenario()], weeks=8, smes=5))
    assert there(figures.weekly(study, "platform_share")).figure.layout.yaxis.range[0] == 0


def test_bars_start_at_zero_fall_and_carry_the_interval(study: Study) -> None:
    made = there(figures.bars(study, "consumer_surplus"))
    (bars,) = made.figure.data
    table = summary(study.values).xs("consumer_surplus", level="outcome").sort_values("mean", ascending=False)
    assert np.array(bars.x) * 1e9 == pytest.approx(table["mean"].to_numpy())
    assert np.array(bars.error_x.array) * 1e9 == pytest.approx(table["margin"].to_numpy())
    low, high = made.figure.layout.xaxis.range
    assert low == 0 < max(bars.x) < high
    assert made.figure.layout.xaxis.title.text == "Consumer surplus, Rp bn"


def test_differences_are_paired_around_a_zero_line(study: Study) -> None:
    baselines = dict.fromkeys(study.scenarios[2:], "c01")
    made = there(figures.difference_bars(study, "platform_share", baselines))
    table = differences(study.values, baselines).xs("platform_share", level="outcome")
    assert sorted(made.figure.data[0].x) == pytest.approx(sorted(100 * table["mean"]))
    assert made.table.set_index("scenario")["mean"].to_dict() == pytest.approx(
        {study.labels[scenario]: mean for scenario, mean in table["mean"].items()}
    )
    low, high = made.figure.layout.xaxis.range
    assert low < 0 < high
    assert made.figure.layout.shapes[0].x0 == 0
    assert "“Project S”" in made.caption


def test_the_parties_bars_add_up_to_the_total(study: Study) -> None:
    baselines = dict.fromkeys(study.scenarios[1:], "c00")
    made = there(figures.who_pays(study, baselines))
    for _, scenario in made.table.groupby("scenario"):
        total = scenario["party"] == "Total"
        assert total.sum() == 1
        assert scenario.loc[~total, "mean"].sum() == pytest.approx(float(scenario.loc[total, "mean"].iloc[0]))
    told = who_pays(study, baselines)["mean"]
    assert sorted(made.table["mean"]) == pytest.approx(sorted(told))


def test_of_many_scenarios_the_bare_one_and_both_ends_gain_and_pay(tmp_path: Path) -> None:
    hazards = {"none": 0.02, **{f"rule_{i}": 0.002 * (1 + (7 * i) % 11) for i in range(11)}}
    ruled = [SyntheticScenario(h, h, {"platform": "project_s", "regulation": rule}) for rule, h in hazards.items()]
    scenarios = [SyntheticScenario(), *ruled]
    study = load(store(tmp_path / "s", scenarios, seeds=range(2), weeks=60, smes=200))
    made = there(figures.who_pays(study, dict.fromkeys(study.scenarios[1:], study.scenarios[0])))
    told = [note.text for note in made.figure.layout.annotations if "less “" in note.text]
    assert [text.partition(", less")[0].removeprefix("<b>") for text in told] == [
        "Project S",
        *(f"Project S, rule {i}" for i in (0, 8, 5, 6, 3)),
    ]
    assert (
        "Of 12 scenarios the first without a rule and the 5 that keep most and fewest shops are drawn" in made.caption
    )
    assert made.table["scenario"].nunique() == 12


def test_without_an_interval_no_bar_is_pale(tmp_path: Path) -> None:
    single = load(store(tmp_path / "s", headline(), seeds=[0], weeks=60, smes=100))
    several = load(store(tmp_path / "t", headline(), seeds=range(3), weeks=60, smes=100))
    for study, pale in ((single, False), (several, True)):
        for draw in (figures.who_pays, figures.difference_bars):
            made = there(draw(study))
            assert ("Pale" in made.caption) == pale
            if not pale:
                assert not any(f",{PALE}" in colour.replace(" ", "") for colour in made.figure.data[0].marker.color)


@pytest.mark.parametrize("draw", [figures.distribution, figures.shop_profits])
def test_of_many_scenarios_the_reference_and_both_ends_are_drawn(
    tmp_path: Path, draw: Callable[[Study], Drawn]
) -> None:
    hazards = [0.041, *(0.004 * (1 + (7 * i) % 20) for i in range(20))]
    scenarios = [SyntheticScenario(h, settings={"demand.impulse": h}) for h in hazards]
    study = load(store(tmp_path / "s", scenarios, seeds=range(2), weeks=60, smes=200))
    made = draw(study)
    ranked = sorted(hazards[1:])
    drawn = [h for h in hazards if h in [0.041, *ranked[:7], *ranked[-7:]]]
    assert [note.text for note in made.figure.layout.annotations] == [f"Impulse {h:g}" for h in drawn]
    assert "The reference, the 7 highest and 7 lowest of 21 scenarios; the table has all." in made.caption
    assert len(made.table) == 21


def test_of_very_many_bars_the_reference_and_both_ends_are_drawn_by_falling_mean(tmp_path: Path) -> None:
    hazards = [0.041, *(0.002 * (1 + (7 * i) % 30) for i in range(30))]
    scenarios = [SyntheticScenario(h, settings={"demand.impulse": h}) for h in hazards]
    study = load(store(tmp_path / "s", scenarios, seeds=range(2), weeks=60, smes=400))
    made = there(figures.bars(study))
    assert "The reference, the 11 highest and 11 lowest of 31 scenarios; the table has all." in made.caption
    [bars] = made.figure.data
    assert len(bars.x) == 23
    assert list(bars.x) == sorted(bars.x, reverse=True)
    assert "Impulse 0.041" in [name for name, _ in bars.customdata]
    assert len(made.table) == 31


def test_of_very_many_choices_those_that_keep_most_and_fewest_are_traded_off(tmp_path: Path) -> None:
    hazards = [0.001 * (1 + (11 * i) % 45) for i in range(45)]
    scenarios = [SyntheticScenario(0.02), *(SyntheticScenario(h, 0.1, {"demand.impulse": h}) for h in hazards)]
    made = there(figures.trade_off(load(store(tmp_path / "s", scenarios, seeds=[0], weeks=30, smes=200))))
    assert len(made.figure.data) == trade.MAX_MARKS
    across = made.table["x_mean"].sort_values()
    drawn = sorted(trace.x[0] / 100 for trace in made.figure.data)
    assert (drawn[0], drawn[-1]) == pytest.approx((across.iloc[0], across.iloc[-1]))
    assert "Of 45 scenarios the 40 that keep most and fewest shops are drawn; the table has all." in made.caption


def test_every_seed_is_a_dot(study: Study) -> None:
    made = there(figures.distribution(study, "platform_share"))
    dots = [trace for trace in made.figure.data if trace.type == "scatter"]
    for scenario, trace in zip(study.scenarios, dots, strict=True):
        assert sorted(trace.x) == pytest.approx(sorted(study.values.loc[scenario, "platform_share"]))
    median = study.values["platform_share"].groupby(level="scenario_id").median()
    assert made.table["q50"].tolist() == pytest.approx([median[scenario] for scenario in study.scenarios])


def test_a_curve_draws_what_was_run_and_nothing_between(curve: Study) -> None:
    made = there(figures.of_outcome(curve, "platform_share"))
    assert made.name == "curve-platform_share"
    lines = [trace for trace in made.figure.data if trace.mode == "lines+markers"]
    assert [list(line.x) for line in lines] == [[1.0, 2.0, 4.0]] * 2
    means = curve.values["platform_share"].groupby(level="scenario_id", sort=False).mean()
    assert sorted([*lines[0].y, *lines[1].y]) == pytest.approx(sorted(means))
    assert list(made.figure.layout.xaxis.tickvals) == [1.0, 2.0, 4.0]
    assert set(made.table["line"]) == {"No rule", "Separation"}
    assert len(made.table) == len(curve.scenarios)


def test_a_setting_that_some_scenarios_lack_is_a_level(tmp_path: Path) -> None:
    scenarios = [{"platform": "marketplace_only"}, *({"platform": "project_s", FAVOUR: 1 + i / 10} for i in range(3))]
    made = [SyntheticScenario(0.01 + 0.01 * i, settings=one) for i, one in enumerate(scenarios)]
    study = load(store(tmp_path / "s", made, seeds=range(3), weeks=30, smes=40))
    level = there(figures.sweep_curve(study)).figure.data[-1]
    assert level.line.dash != "solid"
    assert len(set(level.y)) == 1
    assert list(level.x) == pytest.approx([1.0, 1.2])


def test_an_axis_over_decades_is_logarithmic_and_its_labels_lie_on_it(tmp_path: Path) -> None:
    study = swept(tmp_path, market__consumers=[1000, 10_000, 1_000_000], regulation=["none", "separation"])
    made = there(figures.sweep_curve(study)).figure
    assert made.layout.xaxis.type == "log"
    assert {note.x for note in made.layout.annotations} == {math.log10(1_000_000)}
    assert list(made.layout.xaxis.ticktext) == ["1,000", "10,000", "1,000,000"]


def test_a_map_has_each_scenario_in_its_place_with_its_value_written_in(grid: Study) -> None:
    made = there(figures.of_outcome(grid, "platform_share"))
    assert made.name == "map-platform_share"
    (drawn,) = made.figure.data
    written = {(note.x, note.y): note.text for note in made.figure.layout.annotations}
    across, up = [0.0, 0.2, 0.4], [1.0, 2.0, 4.0, 5.0]
    for scenario, settings in grid.settings.items():
        x, y = across.index(settings[IMPULSE]), up.index(settings[FAVOUR])
        mean = grid.values.loc[scenario, "platform_share"].mean()
        assert drawn.z[y][x] == pytest.approx(mean)
        assert float(written[x, y].rstrip("%")) == pytest.approx(100 * mean, abs=0.06)


def test_a_place_without_a_value_is_told_whether_or_not_it_was_run(tmp_path: Path) -> None:
    study = swept(tmp_path, platform__favour=[1.0, 2.0, 4.0], demand__impulse=[0.0, 0.2, 0.4])
    study.values.loc[study.scenarios[0], "platform_share"] = np.nan
    assert "White: 1 place without a value." in there(figures.heat_map(study, "platform_share")).caption


def test_a_map_of_differences_is_centred_on_none(grid: Study) -> None:
    made = there(figures.heat_map(grid, "platform_share", grid.scenarios[0]))
    assert made.figure.layout.coloraxis.cmin == -made.figure.layout.coloraxis.cmax
    assert made.figure.data[0].z[0][0] == 0


def test_the_trade_off_puts_each_choice_where_it_belongs(study: Study) -> None:
    baselines = dict.fromkeys(study.scenarios[2:], "c01")
    made = there(figures.trade_off(study, baselines))
    table = differences(study.values, baselines)["mean"]
    survival, surplus = (table.xs(name, level="outcome") for name in ("sme_survival_156w", "consumer_surplus"))
    assert sorted(trace.x[0] for trace in made.figure.data) == pytest.approx(sorted(100 * survival))
    assert sorted(trace.y[0] * 1e9 for trace in made.figure.data) == pytest.approx(sorted(surplus))
    assert [entry.label for entry in made.key] == ["1  Separation", "2  Neutral ranking", "3  Data firewall"]
    colours = {study.labels[scenario].partition(", ")[2]: ink for scenario, (ink, _) in styles(study).items()}
    assert all(colours[entry.label[3:].lower()] == entry.ink for entry in made.key)


def test_a_mark_is_as_large_as_the_public_cost(study: Study, tmp_path: Path) -> None:
    folder = store(tmp_path / "s", headline(), seeds=range(3), weeks=60, smes=40)
    runs = pd.read_parquet(folder / "runs/all.parquet")
    costs = {"c02": 4e9, "c03": 1e9}
    runs.assign(public_cost=runs["scenario_id"].map(costs).fillna(0.0)).to_parquet(folder / "runs/all.parquet")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["outcomes"]["public_cost"] = {"label": "public cost", "unit": "Rp", "direction": -1}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    made = there(figures.trade_off(load(folder), dict.fromkeys(costs, "c01")))
    sizes = {trace.name: trace.marker.size for trace in made.figure.data}
    share = [(size - trade.LEAST) / (trade.MOST - trade.LEAST) for size in sorted(sizes.values())]
    assert share == pytest.approx([0.5, 1.0])  # areas as 1 to 4
    small, large = sorted(made.figure.data, key=lambda trace: trace.marker.size)
    assert large.zorder < small.zorder  # what is large lies below, and one sees through it
    opacity = [float(trace.marker.color.rpartition(",")[2].rstrip(")")) for trace in (small, large)]
    assert opacity[1] < 0.3 < opacity[0]
    assert large.marker.size < 30  # of the 260 px that a telephone has across
    assert all(note.bgcolor.startswith("rgba(255,255,255") for note in made.figure.layout.annotations)
    assert any("public cost" in note.text for note in made.figure.layout.annotations)


def test_ratios_stand_on_an_axis_of_powers_around_one(study: Study) -> None:
    ratios = list(hazard_ratios(study).values())
    made = there(figures.forest(study, ratios))
    assert list(made.figure.data[0].x) == pytest.approx([one.ratio for one in ratios])
    assert made.figure.layout.xaxis.type == "log"
    low, high = made.figure.layout.xaxis.range
    assert low < 0 < high
    assert made.table["deaths"].tolist() == [one.deaths for one in ratios]


def test_the_last_ratio_without_an_interval_is_not_cut_in_half() -> None:
    """A mark of 11 px on 130 px of a telephone: its half is 4%."""
    fit = measure(Outcome("ratio", "ratio", "1"), [5.58])
    low, high = map(math.log10, x_range([Row("a", 5.58), Row("b", 1.0)], fit, ratios=True))
    assert (high - math.log10(5.58)) / (high - low) > 0.06


def test_headings_over_the_panels_of_a_story_fit_a_telephone(tmp_path: Path) -> None:
    study = load(store(tmp_path / "s", headline()[1:2], seeds=[0], weeks=60, smes=100))
    long = "platform's own share of all sales of goods in the market"
    study.outcomes["platform_share"] = replace(study.outcomes["platform_share"], english=long)
    notes = there(figures.story(study)).narrow["annotations"]
    rows = [row for note in notes for row in note["text"].replace("<b>", "").replace("</b>", "").split("<br>")]
    assert len(rows) > len(notes)
    assert max(map(len, rows)) <= 38
    assert any(row.startswith("Platform's own share of all sales") for row in rows)


def test_many_scenarios_get_lines_alone_of_which_few_are_named(tmp_path: Path) -> None:
    scenarios = [
        SyntheticScenario(0.002 + 0.002 * i, settings={"platform": "project_s", FAVOUR: 1 + i / 100}) for i in range(70)
    ]
    study = load(store(tmp_path / "s", scenarios, seeds=[0], weeks=8, smes=20))
    made = there(figures.survival(study))
    assert len(made.figure.data) == len(made.key) == MAX_LINES
    assert not made.direct
    named = [trace for trace in made.figure.data if trace.line.color != drawing.GREY.line]
    assert len(named) == len(made.figure.layout.annotations) == 2 * drawing.NAMED - 1
    ends = sorted(trace.y[-1] for trace in made.figure.data)
    assert {ends[0], ends[-1]} <= {trace.y[-1] for trace in named}
    assert "The first 60 of 70 scenarios" in made.caption
    assert len(set(list(styles(study).values())[:37])) == 37
    assert "the numbers have intervals" not in there(figures.weekly(study, "live_smes")).caption  # of one seed
