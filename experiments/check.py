"""Checking: every byte of a study is read, every digest compared, every part of every run looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from analysis.datasets import DATASETS, FAILURES, SHARDS, Stored, StudyError, failed_runs, files, shards
from analysis.manifest import NAME, planned_runs, read_manifest
from analysis.old_files import read_file
from analysis.words import plural

from . import mend as mending
from .lock import held, is_held
from .terminal import say

OK, FAILED = 0, 1
OWN = {NAME, SHARDS, FAILURES, mending.DAMAGED, mending.SUPERSEDED, *DATASETS, "pictures", "tables"}
PAGES = (".html", ".pdf")  # reports and briefs


def check(folder: Path, mend: bool = False) -> int:
    """Print what is wrong with a study, once it is mended if that is asked for. Returns 0 where nothing is, else 1."""
    if mend:
        with held(folder):
            _, said = mending.mend(folder, read_manifest(folder)[0], deep=True)
        for line in said:
            say(line)
    stored, running = Stored.read(folder), is_held(folder)
    manifest, wrong = stored.manifest()
    found = [*_damaged(stored, running), *_foreign(folder), *([wrong] if wrong else [])]
    for line in found:
        print(line)
    missing = planned_runs(manifest) - stored.runs
    if missing:
        failed = len(missing & failed_runs(folder))
        print(
            f"{plural(len(missing), 'planned run')} missing, {failed:,} of them failed; the same sweep runs them again"
        )
    old = sum(map(len, stored.old.held.values()))
    if old:
        print(
            f"{plural(old, 'file')} of an earlier version, without a digest: that each can be read to its end is all "
            "that was checked; a number that was changed in it would not be found"
        )
    number = len(shards(folder)) + old
    print(
        f"study {folder.name}: {plural(len(stored.runs), 'run')} in {plural(number, 'file')}, "
        + (
            f"{plural(len(found), 'fault')}"
            if found
            else "nothing wrong was found"
            if old
            else "every byte as it was written"
        )
    )
    return FAILED if found or missing else OK


def _damaged(stored: Stored, running: bool) -> Iterator[str]:
    """What is torn, damaged, incomplete, of another form, or twice."""
    yield from stored.told
    if not running:  # else it may be a write under way
        yield from (str(one) for one in stored.damage if one.torn)
    for record in stored.records.values():
        try:
            record.check()
        except StudyError as error:
            yield str(error)
    for one in stored.doubles:
        yield f"{one.path}: run {one.run[0]}-{one.run[1]} stands there once more"
    for path in (path for name in DATASETS for path in stored.old.held[name]):
        try:
            read_file(path).validate(full=True)
        except ValueError as error:
            yield str(error)


def _foreign(folder: Path) -> Iterator[str]:
    """What does not belong into a study's folder."""
    own = set(shards(folder))
    for path in [*files(folder), *files(folder / SHARDS)]:
        if path not in own and path.name not in OWN and path.suffix not in PAGES:
            yield f"{path}: no file of a study"
