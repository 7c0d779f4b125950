"""Printing: the sheets of a lesson as PDF through the Chromium that is installed, else as HTML to be printed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.classroom.declared import LANGUAGES
from analysis.classroom.grid import Grid
from analysis.classroom.page import html
from analysis.classroom.paper import sheets
from analysis.whole import write_atomically

from ..terminal import say

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
SECONDS = 120
VIEW = ("--window-size=1280,900",)
SHOWN = "#seen=1"


def print_sheets(grid: Grid, folder: Path) -> list[Path]:
    """Write every sheet in every language. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    browser = _browser()
    if browser is None:
        say("print: no Chromium is installed here: the sheets are HTML, which any browser prints")
    written = []
    for code in LANGUAGES:
        for name, sheet in sheets(grid, code).items():
            written.append(_write(browser, folder / f"{name}.{code}", sheet))
    return written


def _browser() -> str | None:
    named = os.environ.get("CHROMIUM")
    if named == "no":
        return None
    return next((found for name in ([named] if named else BROWSERS) if (found := shutil.which(name))), None)


def take_picture(grid: bytes, path: Path) -> bool:
    """Take a picture of the page as it is after the guess. Returns whether there is one."""
    browser = _browser()
    if browser is None:
        say("picture: no Chromium is installed here, so there is none")
        return False
    size = (*VIEW, "--hide-scrollbars", "--force-prefers-reduced-motion", "--virtual-time-budget=20000")
    return _browse(browser, html(grid, served=False), path, "--screenshot", SHOWN, *size)


def _browse(browser: str, page: str, path: Path, what: str, fragment: str = "", *flags: str) -> bool:
    """Let the browser make a file of a page. Returns whether it did; if not, why is said."""
    with TemporaryDirectory() as own:
        source, made = Path(own) / "page.html", Path(own) / f"made{path.suffix}"
        source.write_text(page, encoding="utf-8")
        command = [
            browser,
            *FLAGS,
            f"--user-data-dir={own}/profile",
            *flags,
            f"{what}={made}",
            source.as_uri() + fragment,
        ]
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, made.read_bytes())
        except (OSError, subprocess.SubprocessError) as error:
            say(f"{path.name}: {browser} did not make it ({type(error).__name__})")
            return False
    return True


def _write(browser: str | None, path: Path, sheet: str) -> Path:
    """Write one sheet. Where the browser fails, it is HTML."""
    printed, page = (path.with_name(f"{path.name}.{kind}") for kind in ("pdf", "html"))
    if browser is not None and _browse(browser, sheet, printed, "--print-to-pdf", "", "--no-pdf-header-footer"):
        return printed
    write_atomically(page, sheet.encode())
    return page
