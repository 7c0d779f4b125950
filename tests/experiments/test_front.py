"""The front door from Python: simulate, sweep, load; what they return, what they share with the command."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from inspect import signature
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import experiments
from analysis import StudyError
from experiments import BatchMarket, Run, Study, execute, load, plan, simulate, sweep
from experiments.overrides import read
from experiments.run import main
from experiments.spelled import overrides, spelled
from simulation import ConfigError, Market
from simulation.law.instruments import instruments

from . import fakes
from .stored import tables

ROOT = Path(__file__).parents[2]
SMALL = {
    "market": "classroom",
    "market.consumers": 500,
    "market.calibration_consumers": 1000,
    "market.smes": 20,
    "weeks": 3,
}
SWEPT = {"platform": ["marketplace_only", "project_s"], "replications": 2, "study": "mine"}


@pytest.fixture(scope="module")
def run() -> Run:
    return simulate(SMALL, platform="project_s", seed=1)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return sweep(SMALL, SWEPT, results=str(tmp_path_factory.mktemp("results")), workers=1)


def test_importing_it_costs_nothing() -> None:
    code = "import sys, experiments; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"'hydra'", "'numpy'", "'pandas'", "'simulation'", "'analysis'"} & set(done.stdout.split(", "))


def test_what_is_public_is_there_and_documented() -> None:
    for name in experiments.__all__:
        assert getattr(experiments, name).__doc__
    assert not hasattr(experiments, "no_such_name")


class TestSpelling:
    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=5,
        )
    )
    def test_every_value_is_read_back_as_it_was_given(self, value: Any) -> None:
        if isinstance(value, str) and "${" in value:
            return  # a reference, which is one on the command line, too
        (one,) = read(overrides([{"market.listings": value}], {}), multirun=False)
        assert one.values == (value,)

    @given(st.lists(st.one_of(st.integers(), st.sampled_from(["none", "a b", "1"])), min_size=2, max_size=4))
    def test_a_list_is_several_values_of_a_sweep(self, values: list[Any]) -> None:
        (one,) = read(overrides([{"market.listings": values}], {}, sweeps=True), multirun=True)
        assert (one.values, one.swept) == (tuple(values), True)

    def test_a_list_in_a_list_is_one_value(self) -> None:
        given_ = overrides([], {"regulation": ["none", ["separation", "data_firewall"]]}, sweeps=True)
        assert given_ == ["regulation=none,[separation,data_firewall]"]

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (np.float64(0.5), "0.5"),
            (np.arange(3), "[0,1,2]"),
            (range(2), "[0,1]"),
            (pd.Series([1.5]), "[1.5]"),
            ((1, 2), "[1,2]"),
            ({"start_week": 52}, "{start_week:52}"),
            ("my shops.csv", "'my shops.csv'"),
            ("2024", "'2024'"),
        ],
    )
    def test_values_of_other_kinds(self, value: Any, text: str) -> None:
        assert spelled(value) == text

    @pytest.mark.parametrize(
        ("value", "words"), [(object(), "a text, a number"), ({"a": object}, "a text"), ([], "one value or more")]
    )
    def test_what_has_no_spelling_is_refused_by_its_setting(self, value: Any, words: str) -> None:
        with pytest.raises(ConfigError, match=f"^weeks: got .*{words}"):
            overrides([{"weeks": value}], {}, sweeps=True)


class TestSimulate:
    def test_it_yields_what_the_market_does(self, run: Run) -> None:
        market = Market(experiments.compose([*overrides([SMALL], {}), "platform=project_s", "seed=1"]))
        results = market.run().results()
        assert run.outcomes.dropna().to_dict() == {k: v for k, v in results.outcomes.items() if v is not None}
        assert run.weekly.index.tolist() == results.weekly["week"].tolist()
        assert run.weekly["sme_profit"].tolist() == results.weekly["sme_profit"].tolist()
        assert run.sellers["revenue"].tolist() == results.sellers["revenue"]
        assert isinstance(run.market, Market)

    def test_it_runs_what_the_command_runs(self, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[int] = []
        through = execute.market_at_end
        monkeypatch.setattr(execute, "market_at_end", lambda c, t: asked.append(c.seed) or through(c, t))
        simulate(SMALL, seed=5)
        execute.run_market(experiments.compose([*overrides([SMALL], {}), "seed=6"]), 1)
        assert asked == [5, 6]

    def test_settings_may_be_given_in_every_form(self, run: Run) -> None:
        typed = simulate(*overrides([SMALL], {}), "platform=project_s", seed=np.int64(1))
        pd.testing.assert_frame_equal(typed.weekly, run.weekly)

    def test_it_is_short_on_a_line_and_a_table_in_a_notebook(self, run: Run) -> None:
        for one in (run, run.market):
            assert len(repr(one)) < 150
            assert "\n" not in repr(one)
        assert "classroom, project_s, rules: none, seed 1, 3 weeks" in repr(run)
        assert "SME profit" in run._repr_html_()
        assert len(run._repr_html_()) < 5_000
        assert re.search(r"Rp −?[\d.,]+ (m|bn|tn)", run._repr_html_())
        assert not re.search(r"\de[+-]\d", run._repr_html_())

    def test_its_weeks_are_drawn(self, run: Run) -> None:
        drawn = run.plot("sme_profit", "hhi")
        assert drawn.table["sme_profit"].tolist() == run.weekly["sme_profit"].tolist()
        assert len(repr(drawn)) < 200
        with pytest.raises(StudyError, match="outcome: got profits; it may be one of"):
            run.plot("profits")

    def test_every_outcome_has_its_label_and_unit(self, run: Run) -> None:
        assert run.table.loc["sme_profit", ["label", "unit"]].tolist() == ["SME profit", "Rp"]
        assert set(run.table.index) == set(run.outcomes.index)

    @pytest.mark.parametrize("name", ["replications", "study", "results"])
    def test_what_concerns_stored_runs_is_refused(self, name: str) -> None:
        with pytest.raises(ConfigError, match=f"{name}: got .*simulate runs one market and stores nothing; sweep does"):
            simulate(SMALL, **{name: 3})

    def test_several_values_are_for_sweep(self) -> None:
        with pytest.raises(ConfigError, match="in Python with sweep"):
            simulate("weeks=2,3")


class TestSweep:
    def test_it_stores_what_the_command_stores(
        self, study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        swept = ["platform=marketplace_only,project_s", "replications=2", "study=mine"]
        assert main(["-m", *overrides([SMALL], {}), *swept, "workers=1"]) == 0
        ours, theirs = tables(study.folder), tables("results/mine")
        for name in theirs:
            pd.testing.assert_frame_equal(ours[name], theirs[name], check_exact=True)
        again = sweep(SMALL, SWEPT)
        assert "4 of the runs stored already" in capsys.readouterr().err
        pd.testing.assert_frame_equal(again.runs, study.runs)
        assert len(load("mine").runs) == 4

    def test_it_is_made_again_by_the_command_it_tells(self, study: Study) -> None:
        _, multi, *arguments = shlex.split(study.manifest["command"])
        scenarios = plan.make(arguments, multirun=multi == "-m").scenarios
        assert [scenario.scenario_id for scenario in scenarios] == study.scenarios

    def test_its_tables_speak_of_scenarios_by_their_labels(self, study: Study) -> None:
        table = study.summary("sme_profit", "hhi")
        assert table.index.names == ["scenario", "outcome"]
        assert list(table.index.unique("scenario")) == ["No Project S", "Project S"]
        by_hand = study.runs.groupby("platform")["sme_profit"].mean()
        assert table.loc[("Project S", "sme_profit"), "mean"] == pytest.approx(by_hand["project_s"])
        change = study.differences("sme_profit")
        assert change["mean"].to_numpy() == pytest.approx([by_hand["project_s"] - by_hand["marketplace_only"]])
        back = study.differences("sme_profit", against="Project S")
        assert back["mean"].to_numpy() == pytest.approx(-change["mean"].to_numpy())

    @pytest.mark.parametrize(
        ("asked", "words"),
        [
            (lambda s: s.summary("profits"), "outcome: got profits; it may be one of "),
            (lambda s: s.differences(against="none"), "against: got none; it may be one of No Project S, Project S"),
            (lambda s: s.report("xx"), "language: got xx; it may be en or id"),
            (lambda s: s.plot("profits"), "outcome: got profits; it may be one of "),
            (lambda s: load("no_such"), "holds no runs"),
        ],
    )
    def test_bad_input_is_one_line(self, study: Study, asked: Any, words: str) -> None:
        with pytest.raises(StudyError, match=words) as error:
            asked(study)
        assert "\n" not in str(error.value)

    def test_it_is_short_on_a_line_and_a_table_in_a_notebook(self, study: Study) -> None:
        assert repr(study) == (
            "<Study mine: 2 scenarios, 4 runs; .runs .weekly .shops .summary() .differences() .plot() .report()>"
        )
        assert "Project S" in study._repr_html_()
        assert len(study._repr_html_()) < 5_000
        assert re.search(r"\d%.*Rp −?[\d.,]+", study._repr_html_(), re.DOTALL)

    def test_it_draws_and_reports(self, study: Study) -> None:
        assert study.plot("sme_profit").table is not None
        assert study.report("id") == study.folder / "report.id.html"

    def test_its_plugins_are_imported(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        rule = "from simulation.law.instruments import instruments\n@instruments.register\n"
        Path("my_front_rules.py").write_text(f'{rule}def my_front_rule():\n    """Nothing."""\n    return {{}}\n')
        how = {"regulation": "my_front_rule", "plugins": "my_front_rules"}
        try:
            assert simulate(SMALL, how).config.regulation[0].name == "my_front_rule"
            assert sweep(SMALL, how, workers=1).runs["regulation"].tolist() == ["my_front_rule"]
        finally:
            instruments.pop("my_front_rule", None)

    def test_a_rule_of_a_notebook_is_for_simulate(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

        @instruments.register
        def my_notebook_rule() -> dict[str, float]:
            """Nothing."""
            return {}

        try:
            assert simulate(SMALL, regulation="my_notebook_rule").outcomes["sme_profit"]
            with pytest.raises(ConfigError, match="got my_notebook_rule; it may be of a module that plugins="):
                sweep(SMALL, regulation=["none", "my_notebook_rule"])
        finally:
            instruments.pop("my_notebook_rule")
        assert not Path("results").exists()


def test_mesas_batch_run_runs_it() -> None:
    """Mesa 3.3 takes seeds as a parameter like any other, Mesa 3.5 as `rng`."""
    scenarios, seeds = SMALL | {"platform.favour": [1, 2]}, [0, 1]
    if "rng" in signature(mesa.batch_run).parameters:
        rows = mesa.batch_run(BatchMarket, scenarios, rng=seeds, data_collection_period=1, display_progress=False)
    else:
        scenarios |= {"seed": seeds}
        rows = mesa.batch_run(BatchMarket, scenarios, data_collection_period=1, display_progress=False)
    table = pd.DataFrame(rows)
    assert len(table) == 2 * 2 * 3
    alone = simulate(SMALL | {"platform.favour": 2.0}, seed=1)
    mine = table[(table["platform.favour"] == 2) & (table["seed"] == 1)]
    assert mine["sme_profit"].tolist() == alone.weekly["sme_profit"].tolist()


def test_fakes_are_of_the_form_that_the_engine_has() -> None:
    config = experiments.compose([*fakes.SMALL, "weeks=1"])
    assert type(fakes.run(config)[0]) is type(execute.run_market(config, 1)[0])


@pytest.mark.parametrize("many", ["sample(0.1,0.8)", "range(1,4)", "glob(*)"])
def test_many_values_in_one_text_are_those_of_the_command_line(many: str) -> None:
    assert overrides([], {"x.y": many}, sweeps=True) == [f"x.y={many}"]
    assert overrides([], {"x.y": many}) == [f"x.y='{many}'"]


def test_a_sample_is_swept_from_python() -> None:
    said = overrides([{"street.diversion": "sample(0.1,0.8)", "samples": 4, "market": "classroom"}], {}, sweeps=True)
    found = [scenario.config["street"]["diversion"] for scenario in plan.make(said, multirun=True).scenarios]
    assert len(set(found)) == 4
    assert all(0.1 <= one <= 0.8 for one in found)
