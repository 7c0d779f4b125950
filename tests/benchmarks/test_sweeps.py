"""The benchmark of sweeps at a tiny size: its arithmetic, its table, its place in the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import sweeps
from benchmarks.clock import Machine, Timing
from benchmarks.sweeps import FULL, HEADING, Figures, Plan, reading, rows, section, write


def figures(
    bare: float = 10.0, sweep: float = 10.9, two: float = 10.8, read: float = 0.5, store: float = 49.0
) -> Figures:
    times = {"bare": bare, "seeds": sweep, "scenarios": sweep, "one worker": 20.0, "two workers": two}
    return Figures(
        plan=FULL,
        machine=Machine("a processor", 2, "Linux", {}, 0.1),
        times={name: Timing((seconds,)) for name, seconds in times.items()},
        storing=store,
        reading=Timing((read,)),
        took=60.0,
    )


def met(made: Figures) -> list[str]:
    return [row[-1] for row in rows(made) if row[-1]]


def test_targets_are_met_or_not() -> None:
    assert met(figures()) == ["yes"] * 5
    assert met(figures(sweep=11.1)) == ["no", "no", "yes", "yes", "yes"]
    assert met(figures(two=10.9)) == ["yes", "yes", "no", "yes", "yes"]
    assert met(figures(store=51.0)) == ["yes", "yes", "yes", "no", "yes"]
    with_ray = figures()
    with_ray.times["Ray"] = Timing((12.2,))
    assert met(with_ray) == ["yes", "yes", "yes", "no", "yes", "yes"]
    assert met(figures(read=1.1)) == ["yes", "yes", "yes", "yes", "no"]


def test_more_is_more_than_the_bare_runs() -> None:
    assert figures().over("seeds") == pytest.approx(0.09)


def test_a_study_is_stored_and_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeps, "SHORT", ["market=classroom", "market.calibration_consumers=1000", "weeks=2"])
    storing, read = reading(Plan(runs=1, scenarios=1, read=5, repetitions=1), tmp_path)
    assert min(storing, read.median) > 0
    assert len(list((tmp_path / "read" / "shards").iterdir())) == 1


def test_the_section_takes_the_place_of_the_last_one(tmp_path: Path) -> None:
    guide = (sweeps.DOCS / "sweeps.md").read_text(encoding="utf-8").partition(HEADING)[0]
    for sweep in (11.0, 12.0):
        write(figures(sweep=sweep), tmp_path)
    page = (tmp_path / "sweeps.md").read_text(encoding="utf-8")
    assert page == f"{guide}{HEADING}\n{section(figures(sweep=12.0))}"
    assert page.count(HEADING) == 1
