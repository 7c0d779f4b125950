"""States of the project in a worktree of its own, one after the other, and scenarios that are run there.

One worktree serves all commits: what does not differ between two of them stays untouched, compiled code too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROBE = Path(__file__).with_name("probe.py")
MODEL = ("simulation", "configs", ":(exclude)configs/experiment")  # what moves numbers; studies do not


class NoHistory(RuntimeError):
    """The commits are not at hand."""


class NotRun(RuntimeError):
    """A state does not run in today's environment."""


def git(*arguments: str, at: Path) -> str:
    """What git prints. Raises `NoHistory` with git's own last line where it fails or is missing."""
    try:
        done = subprocess.run(["git", *arguments], cwd=at, capture_output=True, text=True, check=True)
    except OSError as error:
        raise NoHistory(f"git is needed, for the states before: {error}") from error
    except subprocess.CalledProcessError as error:
        raise NoHistory(last_line(error.stderr) or f"git {arguments[0]} failed") from error
    return done.stdout.strip()


def latest(repository: Path = ROOT) -> str:
    """The last commit that touched the model or its settings, in short."""
    return git("log", "-1", "--abbrev=7", "--format=%h", "--", *MODEL, at=repository)


@dataclass(frozen=True)
class Past:
    """A worktree that may hold any state."""

    tree: Path
    cache: Path

    def at(self, commit: str, scenarios: Mapping[str, int], probe: Path = PROBE) -> Iterator[dict[str, Any]]:
        """Run these scenarios, each with so many seeds, as they were at a commit; yield what `probe` says of each run.

        Raises `NoHistory` where the commit is not there, `NotRun` where its code does not run.
        """
        git("checkout", "--quiet", "--detach", commit, at=self.tree)
        asked = json.dumps(dict(scenarios))
        where = {**os.environ, "PYTHONPATH": str(self.tree), "XDG_CACHE_HOME": str(self.cache)}
        done = subprocess.run(
            [sys.executable, "-P", str(probe)],
            input=asked,
            cwd=self.tree,
            env=where,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotRun(last_line(done.stderr) or f"it ended with {done.returncode}")
        yield from map(json.loads, done.stdout.splitlines())


def last_line(text: str) -> str:
    """The last line that says something."""
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


@contextmanager
def past(repository: Path = ROOT) -> Iterator[Past]:
    """A worktree that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        tree, cache = Path(folder) / "tree", Path(folder) / "cache"
        git("worktree", "add", "--quiet", "--detach", str(tree), "HEAD", at=repository)
        try:
            yield Past(tree, cache)
        finally:
            git("worktree", "remove", "--force", str(tree), at=repository)
