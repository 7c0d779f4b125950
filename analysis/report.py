"""The study's report: one file, report.html, that opens without a network and needs nothing beside it."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from plotly.offline import get_plotlyjs

from . import figures, sections
from .answer import question
from .figures.dark import DARK
from .findings import Findings
from .language import ENGLISH, number, say, speaking, spoken
from .render import fill
from .study import Study, load
from .whole import write_atomically
from .words import date, humanise, plural, sentence, span


def write(study: str | Path | Study, language: str = ENGLISH) -> Path:
    """Make the report of a study (or of that in a folder), whole or not at all: report.html, report.id.html.

    Raises `StudyError` without a study, `ValueError` for a language that there is not.
    """
    return write_page(study, language, "report", page)


def write_page(study: str | Path | Study, language: str, name: str, made: Callable[[Study], str]) -> Path:
    """Write a page of a study in a language, whole or not at all: NAME.html, in Indonesian NAME.id.html."""
    study = study if isinstance(study, Study) else load(study)
    path = study.folder / (f"{name}.html" if language == ENGLISH else f"{name}.{language}.html")
    with speaking(language):
        text = made(study).encode()
    write_atomically(path, text)
    return path


def page(study: Study) -> str:
    """The report as HTML, in the language spoken."""
    found = Findings(study)
    return fill(
        "report.html",
        language=spoken().code,
        title=sentence(humanise(study.name)),
        question=question(found),
        made=made_of(study),
        parts=sections.of(found),
        looks=(("light", say("light")), ("dark", say("dark")), ("projector", say("projector"))),
        config=_config(study),
        plotly=_plotly(),
    )


def _config(study: Study) -> dict[str, Any]:
    """What the page's script is told: plotly's settings, and the words that it shows."""
    words = {
        "Download plot as a PNG": say("Download plot as a PNG"),
        "Pan": say("Pan"),
        "Zoom": say("Zoom"),
        "Autoscale": say("Autoscale"),
        "Reset axes": say("Reset axes"),
    }
    own = {
        "failed": say("This browser cannot draw the figure; its numbers are in the table below."),
        "drawn": say("Its numbers are in the table below."),
        "csv": say("Download the numbers (CSV)"),
        "file": study.name,
    }
    code = spoken().code
    locales = {code: {"dictionary": words, "format": {}}} if code != ENGLISH else {}
    return figures.CONFIG | {"locale": code, "locales": locales, "words": own, "dark": DARK}


@cache
def _plotly() -> str:
    """The plotly.js that plotly.py carries, gzipped, as base64: 2 MB for 4.8."""
    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), 9, mtime=0)).decode()


def made_of(study: Study) -> str:
    """How many scenarios and runs of how many weeks a study has, and when it was made."""
    low, high = min(study.weeks.values()), max(study.weeks.values())
    weeks = span(low) if low == high else say("{low} to {high} weeks", low=str(low), high=str(high))
    scenarios, runs = plural(len(study.scenarios), "scenario"), plural(len(study.runs), "run")
    if study.missing_runs:
        planned = number(len(study.runs) + len(study.missing_runs), ",")
        runs = say("{n} of {planned} planned runs", n=number(len(study.runs), ","), planned=planned)
    many = say("{scenarios}, {runs} of {weeks}", scenarios=scenarios, runs=runs, weeks=weeks)
    return ", ".join(part for part in (many, date(str(study.manifest.get("created") or ""))) if part)
