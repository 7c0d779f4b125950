"""The reports that the browser opens: studies of each shape with a known truth, and a small real one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pytest

from analysis import report
from analysis.diversion import ONLINE, STREET
from tests.analysis.synthetic import OUTCOMES, SyntheticScenario, headline, store

REAL = ("market=classroom", "market.calibration_consumers=1000", "platform=project_s", "weeks=20", "replications=2")
FAVOUR, CUT, DIVERSION = "platform.favour", "platform.undercut", "street.diversion"


def one() -> list[SyntheticScenario]:
    """A single scenario."""
    return [SyntheticScenario(0.004, 0.1, {"platform": "project_s"})]


def curve() -> list[SyntheticScenario]:
    """Scenarios along one setting."""
    return [
        SyntheticScenario(0.002 + 0.004 * x, x / 3, {"platform": "project_s", FAVOUR: 1.0 + 10.0 * x})
        for x in (0.0, 0.1, 0.2, 0.4)
    ]


def grid() -> list[SyntheticScenario]:
    """Scenarios over two settings."""
    return [
        SyntheticScenario(
            0.002 + 0.004 * x + 0.002 * y, x / 3, {"platform": "project_s", FAVOUR: 1.0 + 10.0 * x, CUT: y}
        )
        for x in (0.0, 0.1, 0.2, 0.4)
        for y in (0.0, 0.15, 0.3)
    ]


def multiples() -> list[SyntheticScenario]:
    """Scenarios over a number, a rule, and the rule's strength, which means nothing where the rule is not on."""
    strength = "regulation.commission_cap.cap"
    rules = [{"regulation": "none"}, *({"regulation": "commission_cap", strength: cap} for cap in (0.01, 0.02, 0.03))]
    return [
        SyntheticScenario(
            0.004 + 0.01 * y + 0.1 * rule.get(strength, 0.0), y / 2, {"platform": "project_s", CUT: y} | rule
        )
        for rule in rules
        for y in (0.0, 0.15, 0.3)
    ]


def street() -> list[SyntheticScenario]:
    """Separation over the belief on the street, on two platforms."""
    return [
        SyntheticScenario(
            0.004 + 0.002 * (rule != "none"),
            0.1,
            {"platform": platform, "regulation": rule, DIVERSION: d},
            "",
            {ONLINE: 90.0 - 6.0 * (rule != "none"), STREET: 130.0 + 14.0 * d * (rule != "none")},
        )
        for platform in ("marketplace_only", "project_s")
        for d in (0.1, 0.4, 0.8)
        for rule in ("none", "separation")
    ]


def of_the_street(folder: Path) -> Path:
    """The report of a study of the street, in Indonesian."""
    alive = {name: {"label": name, "unit": "shops", "direction": 1} for name in (ONLINE, STREET)}
    return report.write(store(folder, street(), range(3), weeks=60, smes=100, outcomes=OUTCOMES | alive), "id")


def made(scenarios: Callable[[], Sequence[SyntheticScenario]], seeds: int, language: str, folder: Path) -> Path:
    """The report of a synthetic study."""
    return report.write(store(folder, scenarios(), range(seeds), weeks=60, smes=100), language)


def real(folder: Path) -> Path:
    """A study as a class would run it, from the command to the page."""
    where = (f"results={folder.parent}", f"study={folder.name}")
    command = [sys.executable, "-m", "experiments.run", "-m", *REAL, "regulation=none,separation", *where]
    subprocess.run(command, check=True, capture_output=True)
    return folder / "report.html"


MADE: dict[str, Callable[[Path], Path]] = {
    "rules": partial(made, headline, 3, "en"),
    "rules in Indonesian": partial(made, headline, 3, "id"),
    "curve": partial(made, curve, 3, "en"),
    "map": partial(made, grid, 2, "id"),
    "multiples": partial(made, multiples, 3, "id"),
    "run": partial(made, one, 1, "en"),
    "street": of_the_street,
    "real": real,
}
MORE = ("rules in Indonesian", "curve", "map", "multiples", "run")  # a map is looked at once more, on a wall
EACH = [pytest.param(name, marks=pytest.mark.long if name in MORE else ()) for name in MADE]
