"""Printing: the sheets of a lesson as PDF through the Chromium that is installed, else as HTML to be printed."""

from __future__ import annotations

from pathlib import Path

from analysis.classroom.declared import LANGUAGES
from analysis.classroom.grid import Grid
from analysis.classroom.page import html
from analysis.classroom.paper import sheets
from analysis.whole import write_atomically

from ..printing import browse, find_browser, print_page
from ..terminal import say

VIEW = ("--window-size=1280,900",)
SHOWN = "#seen=1&l-push=retailer"  # after the guess, where the app pushes as hard as it can


def print_sheets(grid: Grid, folder: Path) -> list[Path]:
    """Write every sheet in every language. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    browser = find_browser()
    if browser is None:
        say("print: no Chromium is installed here: the sheets are HTML, which any browser prints")
    written = []
    for code in LANGUAGES:
        for name, sheet in sheets(grid, code).items():
            written.append(_write(browser, folder / f"{name}.{code}", sheet))
    return written


def take_picture(grid: bytes, path: Path) -> bool:
    """Take a picture of the page after the guess, where own goods sell most. Returns whether there is one."""
    browser = find_browser()
    if browser is None:
        say("picture: no Chromium is installed here, so there is none")
        return False
    size = (*VIEW, "--hide-scrollbars", "--force-prefers-reduced-motion", "--virtual-time-budget=20000")
    return browse(browser, html(grid, served=False), path, "--screenshot", SHOWN, *size)


def _write(browser: str | None, path: Path, sheet: str) -> Path:
    """Write one sheet. Where the browser fails, it is HTML."""
    printed, page = (path.with_name(f"{path.name}.{kind}") for kind in ("pdf", "html"))
    if browser is not None and print_page(browser, sheet, printed):
        return printed
    write_atomically(page, sheet.encode())
    return page
