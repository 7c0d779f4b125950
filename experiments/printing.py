"""Printing: a page as PDF or as a picture through the Chromium that is installed, else as HTML to be printed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from analysis.whole import write_atomically

from .terminal import say

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
SECONDS = 120


def find_browser() -> str | None:
    """Return the Chromium that is named by CHROMIUM or else installed; None where there is none or CHROMIUM=no."""
    named = os.environ.get("CHROMIUM")
    if named == "no":
        return None
    return next((found for name in ([named] if named else BROWSERS) if (found := shutil.which(name))), None)


def print_page(browser: str, page: str, path: Path) -> bool:
    """Print a page into a PDF. Returns whether there is one; if not, why is said."""
    return browse(browser, page, path, "--print-to-pdf", "", "--no-pdf-header-footer")


def browse(browser: str, page: str, path: Path, what: str, fragment: str = "", *flags: str) -> bool:
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
