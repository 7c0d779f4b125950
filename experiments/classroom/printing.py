"""Printing: the sheets of a lesson as PDF through the Chromium that is installed, else as HTML to be printed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.classroom.declared import LANGUAGES
from analysis.classroom.grid import Grid
from analysis.classroom.paper import sheets
from analysis.whole import write_atomically

from ..terminal import say

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
SECONDS = 120


def print_sheets(grid: Grid, folder: Path) -> list[Path]:
    """Write every sheet in every language. Returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    browser = _browser()
    if browser is None:
        say("print: no Chromium is installed here: the sheets are HTML, which any browser prints")
    written = []
    for code in LANGUAGES:
        for name, html in sheets(grid, code).items():
            written.append(_write(browser, folder / f"{name}.{code}", html))
    return written


def _browser() -> str | None:
    named = os.environ.get("CHROMIUM")
    if named == "no":
        return None
    return next((found for name in ([named] if named else BROWSERS) if (found := shutil.which(name))), None)


def _write(browser: str | None, path: Path, html: str) -> Path:
    """Write one sheet. Where the browser fails, the HTML is kept, and why is said."""
    page = path.with_name(f"{path.name}.html")
    if browser is not None:
        with TemporaryDirectory() as own:
            source, printed = Path(own) / "sheet.html", Path(own) / "sheet.pdf"
            source.write_text(html, encoding="utf-8")
            command = [browser, *FLAGS, f"--user-data-dir={own}/profile", "--no-pdf-header-footer"]
            try:
                subprocess.run(
                    [*command, f"--print-to-pdf={printed}", source.as_uri()],
                    check=True,
                    capture_output=True,
                    timeout=SECONDS,
                )
                write_atomically(path.with_name(f"{path.name}.pdf"), printed.read_bytes())
                return path.with_name(f"{path.name}.pdf")
            except (OSError, subprocess.SubprocessError) as error:
                say(f"print: {browser} did not print {path.name} ({type(error).__name__}); it is kept as HTML")
    write_atomically(page, html.encode())
    return page
