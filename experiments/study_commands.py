"""What can be asked of a stored study; `commands` says how. Whatever takes its time to import is imported late."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path

from filelock import Timeout

from analysis.datasets import FAILURES, MANY, MARK, Run, StudyError, files, last_failure, planned_runs, runs_of
from analysis.language import ENGLISH, languages, speaking

from .lock import is_held, locked, locked_if_possible

ADDRESS = re.compile(r"[A-Za-z][\w+.-]+:")  # of a URL, which some readers of files take for a place elsewhere
RECENT = 100  # runs that the rate is taken from


def folder_of(name: str, arguments: Sequence[str]) -> Path:
    """Return the folder of the study that the arguments name. Raises `StudyError` where they name none."""
    given = dict(argument.split("=", 1) for argument in arguments if argument.startswith("results="))
    named = [argument for argument in arguments if not argument.startswith("results=")]
    if ADDRESS.match(given.get("results", "")):
        raise StudyError(f"results: got {given['results']}; it may be the path of a folder on this machine")
    results = Path(given.get("results") or "results")
    known = sorted(path.parent.name for path in results.glob("*/manifest.json"))
    there = f"one of {', '.join(known)}" if known else f"a study in {results}/, where there is none yet"
    if len(named) != 1:
        raise StudyError(f"{name}: got {' '.join(named) or 'nothing'}; it may be {there}")
    if named[0] not in known:
        raise StudyError(f"study: got {named[0]}; it may be {there}")
    return results / named[0]


def status(folder: Path) -> None:
    """Print what is done, what failed, what is missing, how fast it goes and what went wrong last."""
    planned = _planned(folder)
    marks = files(folder / MARK)
    stored, failed = runs_of(folder / MARK), runs_of(folder / FAILURES) & planned
    print(
        f"study {folder.name}{', being run' if is_held(folder) else ''}: {len(planned & stored):,} of "
        f"{len(planned):,} runs done, {len(failed):,} failed, {len(planned - stored - failed):,} missing"
    )
    if more := len(stored - planned):
        print(f"of earlier commands: {more:,} more")
    written = sorted(path.stat().st_mtime for path in marks if not path.name.startswith(MANY))[-RECENT:]
    if len(written) > 1:
        print(f"rate: {_rate((len(written) - 1) / max(written[-1] - written[0], 1e-3))}, over the last {len(written)}")
    if failed:
        print(f"last failure: {last_failure(folder)}")


def _rate(per_second: float) -> str:
    """Runs a second, or seconds a run where there is less than one."""
    return f"{per_second:.1f} a second" if per_second >= 1 else f"{1 / per_second:.1f} s a run"


def _planned(folder: Path) -> set[Run]:
    """The runs that the last command on a study was to have: each of its cells with each of its seeds."""
    path = folder / "manifest.json"
    try:
        return planned_runs(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise StudyError(f"study: got {folder.name}; it may be one whose {path} says what was planned") from error


def make_compact(folder: Path) -> None:
    """Make one file of each dataset. Raises `StudyError` where another command is writing the study."""
    from .compact import compact

    try:
        with locked_if_possible(folder):
            compact(folder)
    except Timeout as error:
        raise StudyError(f"study: got {folder.name}; it may be a study that no other command is running") from error
    print(f"study {folder.name}: {len(runs_of(folder / MARK)):,} runs in {len(files(folder / MARK))} file")


def make_report(folder: Path, language: str = ENGLISH, format: str = "") -> None:
    """Write the report anew from what is stored, or its figures as pictures where a format is given."""
    from analysis import load, report

    from .compact import compact_many

    with _speaking(language):
        with suppress(OSError), locked(folder):  # whoever runs the study compacts it in the end
            compact_many(folder)
        if format:
            from analysis.pictures import write_pictures

            _say_where(write_pictures(load(folder), format.split(",")))
        else:
            print(f"Report: {report.write(folder, language)}")


def make_table(folder: Path, format: str = "csv", language: str = ENGLISH) -> None:
    """Write the tables of means and of differences, for a paper or a spreadsheet."""
    from analysis import load
    from analysis.export import write_tables

    with _speaking(language):
        _say_where(write_tables(load(folder), format.split(",")))


def _speaking(language: str) -> AbstractContextManager[object]:
    if language not in languages():
        raise StudyError(f"language: got {language}; it may be {' or '.join(languages())}")
    return speaking(language)


def _say_where(paths: Sequence[Path]) -> None:
    print(*paths, sep="\n")
