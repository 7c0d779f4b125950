"""`etalase calibrate` on a market whose truth is known: it is found, kept apart from other questions, and resumed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml

from experiments import conduct as conducting
from experiments.execute import execute
from experiments.run import main
from experiments.worlds.sets import from_csv
from simulation.config import Config

from . import fakes

COST, HOURS = "sellers.fixed_cost_share", "sellers.own_hours"  # the first kills shops, the second does nothing
RANGES = f"{COST}: {{low: 0.7, high: 0.95, source: a}}\n{HOURS}: {{low: 0.3, high: 0.7, source: b}}\n"
LUCK, SURE = 0.01, 0.015
WORDS = (
    "study=cal",
    "market.consumers=200",
    "weeks=60",
    "--points=128",
    "--ranges=ranges.yaml",
    "--targets=targets.yaml",
)
FOLDER = Path("results/cal")


def market(config: Config, threads: int = 1) -> tuple[Any, dict[str, Any]]:
    """Of the opening's shops 1.2 - .4 c are alive after a year, c their fixed cost, and luck of sd .01."""
    results, opening = fakes.run(config, threads)
    luck = float(np.random.default_rng(config.seed).normal(0.0, LUCK))
    alive = {"sme_survival_52w": 1.2 - 0.4 * config.sellers.fixed_cost_share + luck}
    return replace(results, outcomes={**results.outcomes, **alive}), opening


@pytest.fixture
def ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Config]:
    """The configs that were run, of the market above."""
    return begin(monkeypatch, tmp_path)


def begin(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[Config]:
    """Go to a folder and write the question there. Returns the list of the configs that are run from then on."""
    monkeypatch.chdir(folder)
    (folder / "ranges.yaml").write_text(RANGES)
    told: list[Config] = []

    def one(config: Config, threads: int) -> tuple[Any, dict[str, Any]]:
        told.append(config)
        return market(config, threads)

    monkeypatch.setattr(conducting, "execute", lambda jobs, launcher: execute(jobs, 1, one))
    ask(0.88)
    return told


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A folder in which the question has been answered, and how many runs that took."""
    with pytest.MonkeyPatch.context() as patch:
        runs = begin(patch, tmp_path_factory.mktemp("asked"))
        assert main(["calibrate", *WORDS]) == 0
        return Path.cwd(), len(runs)


@pytest.fixture
def answered(asked: tuple[Path, int], ran: list[Config]) -> list[Config]:
    """As `ran`, in a copy of that folder: none has been run since."""
    shutil.copytree(asked[0], Path.cwd(), dirs_exist_ok=True)
    return ran


def ask(mean: float, name: str = "sme_survival_52w") -> None:
    """Write the target."""
    Path("targets.yaml").write_text(f"{name}: {{mean: {mean}, sd: {SURE}, discrepancy: 0, source: c}}\n")


def found() -> np.ndarray:
    """Fixed costs in the plausible worlds."""
    worlds = from_csv("found", (FOLDER / "plausible.csv").read_text())
    return np.array(worlds.values)[:, list(worlds.unknowns).index(COST)]


def test_the_truth_is_found_and_what_is_not_told_stays_open(asked: tuple[Path, int], answered: list[Config]) -> None:
    """c = (1.2 - .88)/.4 = .8; its sd (.015² + .01²)^½/.4 = .045, cut by the range at .7: the mean moves by .005."""
    assert asked[1] == 16 + 2 * 128
    about = yaml.safe_load((FOLDER / "plausible.yaml").read_text())
    assert found().mean() == pytest.approx(0.805, abs=4 * 0.045 / about["effective"] ** 0.5)
    assert found().std() == pytest.approx(0.043, rel=0.35)
    profiles = pd.read_csv(FOLDER / "profiles.csv", index_col="unknown")
    assert profiles.loc[COST, "learnt"] > 0.4
    assert abs(profiles.loc[HOURS, "learnt"]) < 0.35
    assert about["worst_coverage"] > 0.8


def test_the_same_command_runs_nothing_and_says_the_same(answered: list[Config]) -> None:
    files = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
    assert main(["calibrate", *WORDS]) == 0
    assert answered == []
    assert {path.name: path.read_bytes() for path in FOLDER.iterdir()} == files


def test_another_question_under_the_same_name_is_not_answered_by_its_runs(answered: list[Config]) -> None:
    """c = .9 is another second wave: runs of the first question's are of other worlds, and must not be taken for it."""
    ask(0.84)
    assert main(["calibrate", *WORDS]) == 0
    again = found()
    for part in Path("results").glob("cal*"):
        for path in sorted(part.rglob("*"), reverse=True):
            path.unlink() if path.is_file() else path.rmdir()
    assert main(["calibrate", *WORDS]) == 0
    assert np.array_equal(found(), again)
    assert again.mean() == pytest.approx(0.9, abs=0.02)


def test_a_world_whose_market_cannot_open_is_left_out_and_counted(
    ran: list[Config], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def some(config: Config, threads: int) -> tuple[Any, dict[str, Any]]:
        if config.sellers.fixed_cost_share > 0.9:
            raise ValueError("no market")
        return market(config, threads)

    monkeypatch.setattr(conducting, "execute", lambda jobs, launcher: execute(jobs, 1, some))
    assert main(["calibrate", *WORDS]) == 0
    assert "worlds cannot be, and are left out" in capsys.readouterr().err
    assert found().max() <= 0.9


def test_runs_that_are_neither_stored_nor_failed_stop_it(
    ran: list[Config], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def half(jobs: Any, launcher: Any) -> None:
        execute(jobs[: len(jobs) // 2], 1, market)

    monkeypatch.setattr(conducting, "execute", half)
    assert main(["calibrate", *WORDS]) == 1
    assert "missing; the same command goes on with the rest" in capsys.readouterr().err
    assert not (FOLDER / "plausible.csv").exists()


def test_where_nothing_fits_the_target_is_named_and_nothing_written(
    ran: list[Config], capsys: pytest.CaptureFixture[str]
) -> None:
    ask(0.2)
    assert main(["calibrate", *WORDS]) == 1
    assert "no world fits: the nearest run misses sme_survival_52w" in capsys.readouterr().err
    assert not (FOLDER / "plausible.csv").exists()


@pytest.mark.parametrize(
    ("change", "line", "runs"),
    [
        (lambda: ask(0.5, "joy"), "targets: got joy; it may be what is measured", 0),
        (lambda: ask(0.5, "sme_survival_156w"), "targets: got sme_survival_156w; it may be what runs", 16),
    ],
)
def test_a_target_that_no_run_shows_is_one_line(
    ran: list[Config], capsys: pytest.CaptureFixture[str], change: Callable[[], None], line: str, runs: int
) -> None:
    change()
    assert main(["calibrate", *WORDS]) == 2
    assert line in capsys.readouterr().err
    assert len(ran) == runs
