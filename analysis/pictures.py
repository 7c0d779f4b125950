"""The report's figures as files for print and slides: results/STUDY/pictures/NAME.png, .svg or .pdf.

Chromium draws them, through kaleido: `pip install '.[pictures]'`. It is started once for all of them,
and loads nothing from outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from . import sections
from .datasets import StudyError
from .figures import Drawn
from .findings import Findings
from .language import ENGLISH, spoken
from .parts import Figure, Section
from .study import Study
from .whole import write_together

FORMS = ("png", "svg", "pdf")
WIDTH = 760  # px: 6.3 inches of an A4 page at 120 px an inch, so that 14 px are 8 points
SCALE = 2.5  # of png: 300 pixels an inch on that page
NO_KALEIDO = "pictures are drawn by kaleido, which is not installed: pip install '.[pictures]'"
NO_CHROMIUM = (
    "pictures are drawn in Chromium or Chrome, and none could be started: install it (Debian: apt-get install "
    "chromium), or say where it is in BROWSER_PATH"
)


def write_pictures(study: Study, forms: Sequence[str], drawn: Sequence[Drawn] | None = None) -> list[Path]:
    """Write the figures (the report's unless said) in each of the forms. Raises `StudyError` where it cannot."""
    wrong = [form for form in forms if form not in FORMS]
    if wrong:
        raise StudyError(f"format: got {', '.join(wrong)}; it may be {', '.join(FORMS)}, or several of them")
    render = _renderer()
    folder = study.folder / "pictures"
    language = "" if spoken().code == ENGLISH else f".{spoken().code}"
    figures = report_figures(study) if drawn is None else drawn
    with TemporaryDirectory(prefix=".pictures-", dir=study.folder) as draft:
        asked = [_asked(one, Path(draft) / f"{one.name}{language}.{form}") for one in figures for form in forms]
        render(asked)
        made = {folder / one["path"].name: one["path"].read_bytes() for one in asked}
    write_together(made)
    return list(made)


def report_figures(study: Study) -> list[Drawn]:
    """The figures of the study's report, in their order."""
    made = sections.of(Findings(study))
    parts = (part for section in made if isinstance(section, Section) for part in section.parts)
    return list({part.drawn.name: part.drawn for part in parts if isinstance(part, Figure)}.values())


def _asked(drawn: Drawn, path: Path) -> dict[str, Any]:
    size = {"width": WIDTH, "height": drawn.figure.layout.height, "scale": SCALE if path.suffix == ".png" else 1}
    return {"fig": drawn.figure, "path": path, "opts": size}


def _renderer() -> Any:
    """Kaleido's own renderer, its errors turned into one line."""
    try:
        import kaleido
        from kaleido.errors import BrowserClosedError, BrowserFailedError, ChromeNotFoundError
    except ImportError as error:
        raise StudyError(NO_KALEIDO) from error

    def render(asked: list[dict[str, Any]]) -> None:
        try:
            kaleido.write_fig_from_object_sync(asked, kopts={"mathjax": False}, cancel_on_error=True)
        except (BrowserClosedError, BrowserFailedError, ChromeNotFoundError, FileNotFoundError) as error:
            raise StudyError(NO_CHROMIUM) from error

    return render
