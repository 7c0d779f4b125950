"""The command `etalase classroom`: serve the page, write it as a file, print the paper."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.classroom.grid import packed
from analysis.classroom.page import TooLargeError
from analysis.classroom.page import export as write_page
from simulation.settings.parameter import ConfigError

from ..terminal import say
from .make_grid import make_grid
from .printing import print_sheets, take_picture
from .scenarios import declaration

OK, FAILED = 0, 1
RESULTS = "results"


def classroom(
    words: Sequence[str], export: str = "", picture: str = "", print: str = "", lan: bool = False, port: str = ""
) -> int:
    """Write the page to a file, a picture of it, or the paper into a folder; or else serve it. Returns the exit code.

    lan: whether phones on the local network may come in, too.
    """
    results = _results(words)
    if not (export or picture or print):
        from .serving import serve  # what it needs is an extra

        return serve(results, lan, port)
    grid = make_grid(declaration(), results)
    if export:
        target = Path(export)
        try:
            size = write_page(packed(grid), target)
        except TooLargeError as error:
            say(str(error))
            return FAILED
        tell(f"Page: {target} ({size / 1e6:.1f} MB, grid {grid.made_by['hash']})")
    if picture and take_picture(packed(grid), Path(picture)):
        tell(f"Picture: {picture}")
    if print:
        for path in print_sheets(grid, Path(print)):
            tell(str(path))
    return OK


def tell(line: str) -> None:
    """Say a line on standard output."""
    sys.stdout.write(f"{line}\n")


def _results(words: Sequence[str]) -> Path:
    given = [word for word in words if not word.startswith("results=")]
    if given:
        raise ConfigError(
            "classroom", given[0], "results=FOLDER; markets, rules and beliefs stand in configs/classroom.yaml"
        )
    return Path(next((word.partition("=")[2] for word in words), "") or RESULTS)
