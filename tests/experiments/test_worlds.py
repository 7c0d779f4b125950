"""Worlds: what is declared of the unknowns, sets of worlds, and studies that are run in them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import load
from analysis.findings import Findings
from analysis.worlds.of_study import worlds_of
from analysis.worlds.sensitivity import design_of
from experiments import conduct as conducting
from experiments import plan
from experiments.execute import execute
from experiments.run import main
from experiments.worlds.chosen import chosen
from experiments.worlds.declared import Unknown, read_targets, read_unknowns
from experiments.worlds.sets import Worlds, from_csv, spread
from simulation.settings.parameter import ConfigError

from . import fakes

KNOWN = read_unknowns()
SMALL = ("market.consumers=200", "market.smes=30", "market.calibration_weeks=2", "weeks=4")


def worlds(number: int = 4, weights: tuple[float, ...] = ()) -> Worlds:
    values = tuple((round(0.1 + 0.01 * i, 2), 3.0 + i) for i in range(number))
    return Worlds("made", ("street.diversion", "demand.price_sensitivity"), values, weights or (1 / number,) * number)


# ---- what is declared


def test_every_unknown_holds_its_default_has_a_source_and_is_a_setting() -> None:
    plain = plan.make(["market=indonesia_2023", "study=x"]).scenarios[0].config
    for one in KNOWN:
        group, _, key = one.name.partition(".")
        assert one.low <= plain[group][key] <= one.high, one.name
        assert one.source
    assert {one.name for one in KNOWN if one.kind == "belief"} >= {"street.diversion", "market.app_share"}


@given(st.floats(0.01, 10), st.floats(1.01, 50), st.sampled_from(["linear", "log"]), st.floats(0, 1))
def test_a_share_of_a_range_is_found_again(low: float, times: float, scale: str, share: float) -> None:
    one = Unknown("x", low, low * times, "made", scale)
    assert one.share(one.at(share)) == pytest.approx(share, abs=1e-9)
    assert one.low * (1 - 1e-12) <= one.at(share) <= one.high * (1 + 1e-12)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("street.diversion: {low: 0.1, high: 0.8}", "street.diversion: got ['high', 'low']"),
        ("street.diversion: {low: 0.1, high: 0.8, source: ' '}", "street.diversion.source"),
        ("street.diversion: {low: 0.8, high: 0.1, source: a}", "street.diversion.high: got 0.1"),
        ("street.diversion: {low: 0.1, high: 2, source: a}", "street.diversion: got 2"),
        ("street.diversity: {low: 0.1, high: 0.8, source: a}", "street.diversity"),
        ("market.smes: {low: 10, high: 20, source: a}", "market.smes"),
        ("street.diversion: {low: 0, high: 0.8, source: a, scale: log}", "street.diversion.low: got 0"),
        ("street.diversion: {low: 0.1, high: .nan, source: a}", "street.diversion.high: got nan"),
        ("street.diversion: {low: 0.1, high: 0.8, source: a, kind: rule}", "street.diversion.kind: got rule"),
        ("[]", "got list"),
        ("{", "a YAML file that can be read"),
    ],
)
def test_a_bad_range_is_one_line(tmp_path: Path, text: str, line: str) -> None:
    (path := tmp_path / "ranges.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        read_unknowns(path)
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [("gini: {mean: 0.5, sd: 0, source: a}", "gini.sd: got 0"), ("gini: {mean: x, sd: 1, source: a}", "gini.mean")],
)
def test_a_bad_target_is_one_line(tmp_path: Path, text: str, line: str) -> None:
    (path := tmp_path / "targets.yaml").write_text(text)
    with pytest.raises(ConfigError, match=line):
        read_targets(path)


def test_a_target_has_half_its_own_sd_as_discrepancy_unless_said(tmp_path: Path) -> None:
    (path := tmp_path / "t.yaml").write_text(
        "gini: {mean: .5, sd: .1, source: a}\nhhi: {mean: 1, sd: 1, discrepancy: 0, source: b}"
    )
    assert [one.discrepancy for one in read_targets(path)] == [0.05, 0.0]


# ---- sets


def test_a_spread_fills_every_range_evenly() -> None:
    made = spread(KNOWN, 256)
    table = np.array([[one.share(v) for one, v in zip(KNOWN, row, strict=True)] for row in made.values])
    assert np.abs(table.mean(axis=0) - 0.5).max() < 0.01  # of 256 Sobol' points; .018 is one sd of as many random ones
    assert (np.histogram(table[:, 0], 16, (0, 1))[0] == 16).all()
    assert spread(KNOWN, 256).digest == made.digest


@given(st.lists(st.floats(0.001, 1), min_size=2, max_size=30), st.integers(2, 60))
def test_as_many_worlds_are_taken_of_each_as_it_weighs(raw: list[float], number: int) -> None:
    total = math.fsum(raw)
    made = worlds(len(raw), tuple(weight / total for weight in raw))
    taken = made.take(number)
    assert len(taken) == number
    assert len(set(taken.weights)) == 1
    for row, weight in zip(made.values, made.weights, strict=True):
        assert abs(taken.values.count(row) - weight * number) <= 1 + 1e-6


def test_a_set_is_read_as_it_was_written() -> None:
    made = spread(KNOWN, 16)
    again = from_csv("made", made.csv(), KNOWN)
    assert again.values == made.values
    assert again.weights == pytest.approx(made.weights)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda text: text.replace("world,", "word,", 1), "a table with the columns"),
        (lambda text: text.replace("street.diversion", "street.online", 1), "worlds of today's ranges"),
        (lambda text: text.replace("\n1,", "\n1,-", 1), "line 3"),
        (lambda text: text + "x,y\n", "line 18"),
        (lambda text: text.splitlines()[0], "a table with the columns"),
    ],
)
def test_a_bad_set_is_one_line(change, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        from_csv("made", change(spread(KNOWN, 16).csv()), KNOWN)
    assert line in str(caught.value)


@pytest.mark.parametrize("text", ["foo", "prior", "prior:1", "prior:x", "prior:99999", "none.csv", "1", "plausible:1"])
def test_worlds_that_there_are_not_are_one_line(text: str) -> None:
    with pytest.raises(ConfigError, match=r"^worlds: got "):
        chosen(text, "indonesia_2023")


# ---- studies


def test_all_scenarios_meet_the_same_worlds_and_keep_what_they_chose(tmp_path: Path) -> None:
    (path := tmp_path / "w.csv").write_text(worlds().csv())
    planned = plan.make(
        ["market=indonesia_2023", f"worlds={path}", "replications=2", "street.diversion=.3,.6", "study=x", *SMALL], True
    )
    assert len(planned.seeds) == 8
    for scenario, diversion in zip(planned.scenarios, (0.3, 0.6), strict=True):
        for seed in planned.seeds:
            config = scenario.run_config(seed)
            assert config.street.diversion == diversion
            assert config.demand.price_sensitivity == 3.0 + seed % 4
            assert config.seed == seed


def test_a_market_without_a_street_has_none_in_any_world() -> None:
    scenario = plan.make(["market=plain", "worlds=prior:4", "study=x"]).scenarios[0]
    assert {scenario.run_config(seed).street.shops for seed in range(4)} == {0}


def test_a_scenario_in_worlds_is_another_than_without(tmp_path: Path) -> None:
    ids = {
        plan.make(["market=plain", *more, "study=x"]).scenarios[0].scenario_id
        for more in ([], ["worlds=prior:4"], ["worlds=prior:8"])
    }
    assert len(ids) == 3


@pytest.mark.usefixtures("no_page")
def test_a_study_tells_its_worlds_and_of_each_run_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(conducting, "execute", lambda jobs, launcher: execute(jobs, 1, fakes.run))
    (tmp_path / "w.csv").write_text(worlds().csv())
    said = ["-m", "market=plain", "platform=marketplace_only,project_s", "study=s", *SMALL]
    assert main([*said, "worlds=w.csv", "replications=2"]) == 0
    study = load(Path("results/s"))
    assert len(study.runs) == 16
    assert (study.runs["world"] == study.runs["seed"] % 4).all()
    assert study.worlds is not None
    assert study.worlds["values"] == [list(row) for row in worlds().values]
    assert "world" not in study.settings[study.scenarios[0]]
    assert (
        study.values.index.get_level_values("seed").tolist() == [0, 1, 2, 3] * 2
    )  # a row a world, the mean of its seeds
    Path("results/s/manifest.json").unlink()  # what is stored tells of its worlds, too
    again = load(Path("results/s"))
    assert again.worlds is not None
    assert (again.worlds["values"], again.worlds["digest"]) == (study.worlds["values"], study.worlds["digest"])
    assert main([*said, "replications=3"]) == 0  # runs of other worlds are set aside: seeds of them are no twins
    own = load(Path("results/s"))
    assert (len(own.runs), own.worlds) == (6, None)
    aside = load(next(Path("results/s/superseded").iterdir()))
    assert (len(aside.runs), aside.worlds and len(aside.worlds["values"])) == (16, 4)


def test_a_table_in_which_worlds_differ_in_weight_is_drawn_by_weight(tmp_path: Path) -> None:
    (path := tmp_path / "w.csv").write_text(worlds(4, (0.5, 0.25, 0.25, 0.0)).csv())
    with pytest.raises(ConfigError, match=r"w.csv:N, for these worlds differ in weight"):
        chosen(str(path), "indonesia_2023")
    made = chosen(f"{path}:4", "indonesia_2023")
    assert made is not None
    assert [made.values.count(row) for row in worlds(4).values] == [2, 1, 1, 0]


@pytest.mark.parametrize("setting", ["street={diversion: 0.55}", "street.diversion=0.55"])
def test_what_is_given_to_a_scenario_stays_in_every_world(setting: str) -> None:
    scenario = plan.make(["market=indonesia_2023", "worlds=prior:4", setting, "study=x"]).scenarios[0]
    assert {scenario.run_config(seed).street.diversion for seed in range(4)} == {0.55}


def test_what_a_preset_or_another_market_sets_stays_in_every_world() -> None:
    dated = plan.make(["experiment=indonesia_2021_2025", "worlds=prior:4", "study=x"]).scenarios[0]
    classroom = plan.make(["market=classroom", "worlds=prior:4", "study=x"]).scenarios[0]
    for scenario in (dated, classroom):
        own = scenario.config["market"]["app_share"]
        assert {scenario.run_config(seed).market.app_share for seed in range(4)} == {own}
        assert len({scenario.run_config(seed).demand.price_sensitivity for seed in range(4)}) == 4


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("world,weight,foo.bar\n0,1,1\n1,1,2\n", "foo.bar"),
        ("world,weight,seed\n0,1,1\n1,1,2\n", "seed"),
        ('world,weight,street.diversion\n0,1,"0.1\n', "worlds"),
        ("world,weight,street.diversion\n0,0,0.1\n1,0,0.2\n", "weights of 0"),
        ("world,weight,street.diversion\n0,1,7\n1,1,0.2\n", "street.diversion: got 7"),
    ],
)
def test_a_bad_table_of_ones_own_is_one_line(tmp_path: Path, text: str, line: str) -> None:
    (path := tmp_path / "worlds.csv").write_text(text)
    with pytest.raises(ConfigError) as caught:
        chosen(str(path), "plain")
    assert line in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_table_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    (path := tmp_path / "w.csv").write_bytes(b"\xef\xbb\xbf" + worlds().csv().replace("\n", "\r\n").encode() + b"\r\n")
    made = chosen(str(path), "plain")
    assert made is not None
    assert made.values == worlds().values


@pytest.mark.usefixtures("no_page")
def test_openings_that_seeds_share_are_told_from_the_luck_after_them(tmp_path: Path) -> None:
    """Two worlds, two openings each, one of them with two runs: every run knows its world and its opening."""
    arguments = [
        "market=indonesia_2023",
        *SMALL,
        "regulation=[],neutral_ranking",
        "platform=project_s",
        "worlds=prior:2",
    ]
    turns = ["market.openings=4", "replications=3", "study=turns", f"results={tmp_path}"]
    assert main(["-m", *arguments, *turns]) == 0
    study = load(tmp_path / "turns")
    found = worlds_of(Findings(study))
    assert found is not None
    assert found.rows is not None
    index = found.rows.index.to_frame(index=False)
    assert (index["opening"] == index["seed"] % 4).all()
    assert (index["opening"] % 2 == index["world"]).all()
    assert index.groupby("world")["opening"].nunique().tolist() == [2, 2]
    scenario = found.scenarios[0]
    differences = found.differences(scenario, next(iter(found.outcomes)))
    assert differences is not None
    assert list(differences.index.names) == ["world", "seed"]


@pytest.mark.usefixtures("no_page")
@pytest.mark.parametrize("openings", [0, pytest.param(2, marks=pytest.mark.long)])
def test_without_two_openings_a_world_there_is_no_opening_to_tell(tmp_path: Path, openings: int) -> None:
    arguments = [
        "market=indonesia_2023",
        *SMALL,
        "regulation=[],neutral_ranking",
        "platform=project_s",
        "worlds=prior:2",
    ]
    given = [f"market.openings={openings}", "replications=2", "study=turns", f"results={tmp_path}"]
    assert main(["-m", *arguments, *given]) == 0
    found = worlds_of(Findings(load(tmp_path / "turns")))
    assert found is not None
    assert found.rows is not None
    assert list(found.rows.index.names) == ["scenario_id", "world", "seed"]


@pytest.mark.parametrize(("asked", "many"), [("morris:3", 3), ("sobol:2", 2)])
def test_designs_for_indices_are_worlds_too(asked: str, many: int) -> None:
    """Their blocks have d + 1 and d + 2 worlds, in which one unknown moves at a time; all may be run."""
    made = chosen(asked, "indonesia_2023")
    assert made is not None
    assert len(made) == many * (len(KNOWN) + (1 if asked.startswith("morris") else 2))
    kind = asked.partition(":")[0]
    assert design_of(pd.DataFrame(made.values, columns=made.unknowns)) == kind
    assert made.plain()["ranges"]["street.diversion"] == [0.1, 0.8]
    plan.make(["market=indonesia_2023", *SMALL, f"worlds={asked}", "study=x"])


@pytest.mark.parametrize(
    ("asked", "line"), [("morris", "morris:N"), ("sobol:3", "power of two"), ("sobol:1024", "at most 10,000 worlds")]
)
def test_a_design_that_cannot_be_is_one_line(asked: str, line: str) -> None:
    with pytest.raises(ConfigError, match=line):
        chosen(asked, "indonesia_2023")
