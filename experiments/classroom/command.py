"""The command `etalase classroom`: serve the page, write it as a file, print the paper."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from analysis.classroom.declared import Declared
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
SIZES = {"draws": 100, "weeks": 520}  # what a trial makes smaller, and the most of each
TAKES = ("results", *SIZES)
ALLOWED = "results=FOLDER, draws=NUMBER or weeks=NUMBER"


def classroom(
    words: Sequence[str], export: str = "", picture: str = "", print: str = "", lan: bool = False, port: str = ""
) -> int:
    """Write the page to a file, a picture of it, or the paper into a folder; or else serve it. Returns the exit code.

    lan: whether phones on the local network may come in, too.
    """
    results, declared = _asked(words)
    if not (export or picture or print):
        from .serving import serve  # what it needs is an extra

        return serve(declared, results, lan, port)
    grid = make_grid(declared, results)
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


def _asked(words: Sequence[str]) -> tuple[Path, Declared]:
    """The folder of results, and the declaration with the number of draws and weeks that the command line asks for."""
    given = dict(word.split("=", 1) for word in words if "=" in word)
    unknown = [word for word in words if word.partition("=")[0] not in given or word.partition("=")[0] not in TAKES]
    if unknown:
        raise ConfigError(
            "classroom", unknown[0], f"{ALLOWED}; markets, rules and beliefs stand in configs/classroom.yaml"
        )
    sizes = {name: _count(name, given[name], most) for name, most in SIZES.items() if name in given}
    return Path(given.get("results") or RESULTS), declaration(**sizes)


def _count(name: str, said: str, most: int) -> int:
    if not said.isascii() or not said.isdigit() or not 1 <= int(said) <= most:
        raise ConfigError(name, said, f"a whole number from 1 to {most}")
    return int(said)
