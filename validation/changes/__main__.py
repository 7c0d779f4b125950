"""Every change that moved the published numbers, run before and after: `python -m validation.changes`.

Runs what `runs.csv` lacks, each state in a temporary worktree of its commit, keeps it there and writes docs/changes.md.
With `--stored` it runs nothing and writes the page of what is kept.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from validation.changes import page
from validation.changes.kept import TABLE, Kept
from validation.changes.past import NoHistory, NotRun, latest, past

PAGE = Path(__file__).resolve().parents[2] / "docs" / "changes.md"
FAILED, STOPPED = 1, 130


def run_missing(kept: Kept, table: Path = TABLE) -> Kept:
    """Run what is missing, commit by commit, and keep each as it ends."""
    missing = kept.missing()
    if not missing:
        return kept
    runs = sum(seeds for scenarios in missing.values() for seeds in scenarios.values())
    print(
        f"changes: {runs} runs at {len(missing)} commits; a quarter of an hour where all are missing", file=sys.stderr
    )
    with past() as tree:
        for commit, scenarios in missing.items():
            began = time.perf_counter()
            try:
                kept = kept.with_runs(commit, list(tree.at(commit, scenarios)))
            except NotRun as error:
                print(f"changes: {commit} does not run here: {error}", file=sys.stderr)
                continue
            kept.write(table)
            print(
                f"changes: {commit}, {len(scenarios)} scenarios, {time.perf_counter() - began:.0f} s", file=sys.stderr
            )
    return kept


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, write, say so. Returns the exit code: 0, 1 where the history is missing, 130 on Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m validation.changes", description=__doc__, allow_abbrev=False)
    parser.add_argument("--stored", action="store_true", help="run nothing; write the page of what is kept")
    asked = parser.parse_args(arguments)
    try:
        kept = Kept.read() if asked.stored else run_missing(Kept.read(today=latest()))
    except NoHistory as error:
        print(f"changes: {error}; --stored writes the page of the runs that are kept", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("changes: stopped; the same command goes on with what is missing", file=sys.stderr)
        return STOPPED
    PAGE.write_text(page.write(kept), encoding="utf-8")
    print(f"wrote docs/{PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
