"""What can be asked of a stored study; `commands` says how. Whatever takes its time to import is imported late."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from analysis.datasets import Stored, StudyError, failed_runs, is_study, last_failure
from analysis.language import ENGLISH, languages, speaking
from analysis.manifest import planned_runs, read_manifest
from analysis.words import plural

from .lock import held, is_held
from .terminal import say

ADDRESS = re.compile(r"[A-Za-z][\w+.-]+:")  # of a URL, which some readers of files take for a place elsewhere
MOST_LINES = 5
RECENT = 100  # runs that the rate is taken from


def folder_of(name: str, arguments: Sequence[str]) -> Path:
    """Return the folder of the study that the arguments name. Raises `StudyError` where they name none."""
    given = dict(argument.split("=", 1) for argument in arguments if argument.startswith("results="))
    named = [argument for argument in arguments if not argument.startswith("results=")]
    if ADDRESS.match(given.get("results", "")):
        raise StudyError(f"results: got {given['results']}; it may be the path of a folder on this machine")
    results = Path(given.get("results") or "results")
    known = sorted(path.name for path in results.glob("*") if is_study(path))
    there = f"one of {', '.join(known)}" if known else f"a study in {results}/, where there is none yet"
    if len(named) != 1:
        raise StudyError(f"{name}: got {' '.join(named) or 'nothing'}; it may be {there}")
    if named[0] not in known:
        raise StudyError(f"study: got {named[0]}; it may be {there}")
    return results / named[0]


def status(folder: Path) -> None:
    """Print what is done, what failed, what is missing, how fast it goes and what went wrong last."""
    stored, running = Stored.read(folder), is_held(folder)
    manifest, wrong = stored.manifest()
    planned = planned_runs(manifest)
    done, failed = stored.runs, failed_runs(folder) & planned - stored.runs
    name = f"study {folder.name}{', being run' if running else ''}"
    if "planned" not in manifest:
        print(f"{name}: {plural(len(done), 'run')} stored; nothing says what was planned")
    else:
        print(
            f"{name}: {len(planned & done):,} of {len(planned):,} runs done, {len(failed):,} failed, "
            f"{len(planned - done - failed):,} missing"
        )
        if more := len(done - planned):
            print(f"of earlier commands: {more:,} more")
    written = sorted(record.written for record in stored.records.values())[-RECENT:]
    if len(written) > 1:
        print(f"rate: {_rate((len(written) - 1) / max(written[-1] - written[0], 1e-3))}, over the last {len(written)}")
    if failed:
        print(f"last failure: {last_failure(folder)}")
    _note(folder, (*stored.told, *([wrong] if wrong else [])))


def _note(folder: Path, lines: Sequence[str]) -> None:
    """Say what is damaged, and what to do."""
    for line in lines[:MOST_LINES]:
        say(line)
    if lines:
        more = f"and {len(lines) - MOST_LINES:,} more; " if len(lines) > MOST_LINES else ""
        say(f"{more}etalase check {folder.name} tells all, --mend sets aside what is damaged")


def _rate(per_second: float) -> str:
    """Runs a second, or seconds a run where there is less than one."""
    return f"{per_second:.1f} a second" if per_second >= 1 else f"{1 / per_second:.1f} s a run"


def make_compact(folder: Path) -> None:
    """Make a study of an earlier version one of this: few files in place of thousands."""
    from .mend import mend

    stored = Stored.read(folder)
    if not stored.old:
        print(f"study {folder.name}: nothing to do, studies are stored in few files as they are run")
        return
    with held(folder):
        stored, said = mend(folder, read_manifest(folder)[0])
    for line in said:
        say(line)
    print(f"study {folder.name}: {len(stored.records):,} runs, taken over from files of an earlier version")


def make_report(folder: Path, language: str = ENGLISH, format: str = "") -> None:
    """Write the report anew from what is stored, or its figures as pictures where a format is given."""
    from analysis import load, report

    with _speaking(language):
        study = load(folder)
        _note(folder, study.notes)
        if format:
            from analysis.pictures import write_pictures

            _say_where(write_pictures(study, format.split(",")))
        else:
            print(f"Report: {report.write(study, language)}")


def make_brief(folder: Path, language: str = ENGLISH, format: str = "page") -> None:
    """Write the study on one A4 page, or on five slides: as HTML, and as PDF where a Chromium is installed."""
    from analysis import brief, load, slides

    from .printing import find_browser, print_page

    forms = {"page": brief.write, "slides": slides.write}
    if format not in forms:
        raise StudyError(f"format: got {format}; it may be {' or '.join(forms)}")
    with _speaking(language):
        study = load(folder)
        _note(folder, study.notes)
        page = forms[format](study, language)
    name = {"page": "Brief", "slides": "Slides"}[format]
    print(f"{name}: {page}")
    browser, printed = find_browser(), page.with_suffix(".pdf")
    if browser is None:
        say(f"brief: no Chromium is installed here, so there is no PDF: any browser prints {page.name}")
    elif print_page(browser, page.read_text(encoding="utf-8"), printed):
        print(f"{name}: {printed}")


def make_table(folder: Path, format: str = "csv", language: str = ENGLISH, outcomes: str = "", label: str = "") -> None:
    """Write the tables of means and of differences, for a paper or a spreadsheet."""
    from analysis import load
    from analysis.export import write_tables

    with _speaking(language):
        study = load(folder)
        _note(folder, study.notes)
        _say_where(write_tables(study, format.split(","), outcomes.split(",") if outcomes else (), label))


def _speaking(language: str) -> AbstractContextManager[object]:
    if language not in languages():
        raise StudyError(f"language: got {language}; it may be {' or '.join(languages())}")
    return speaking(language)


def _say_where(paths: Sequence[Path]) -> None:
    print(*paths, sep="\n")
