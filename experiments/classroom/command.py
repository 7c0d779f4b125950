"""The command `etalase classroom`: serve the page, write it as a file, print the paper."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from analysis.classroom.grid import packed
from analysis.classroom.page import TooLargeError, export
from simulation.settings.parameter import ConfigError

from ..terminal import say
from .make_grid import make_grid
from .printing import print_sheets
from .worlds import declaration

OK, FAILED = 0, 1
RESULTS = "results"


def classroom(words: Sequence[str], **options: Any) -> int:
    """Do what the options ask for; without any, serve the page on this machine. Returns the exit code."""
    results = _results(words)
    declared = declaration()
    if not options.keys() & {"export", "print"}:
        return _serve(results, options)
    grid = make_grid(declared, results)
    if "export" in options:
        target = Path(options["export"])
        try:
            size = export(packed(grid), target)
        except TooLargeError as error:
            say(str(error))
            return FAILED
        print(f"Page: {target} ({size / 1e6:.1f} MB, grid {grid.made_by['hash']})")
    if "print" in options:
        for path in print_sheets(grid, Path(options["print"])):
            print(path)
    return OK


def _results(words: Sequence[str]) -> Path:
    given = [word for word in words if not word.startswith("results=")]
    if given:
        raise ConfigError(
            "classroom", given[0], "results=FOLDER; markets, rules and beliefs stand in configs/classroom.yaml"
        )
    return Path(next((word.partition("=")[2] for word in words), "") or RESULTS)


def _serve(results: Path, options: Any) -> int:
    from .serving import serve  # what it needs is an extra

    return serve(results, options)
