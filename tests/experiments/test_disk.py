"""A disk that is full: told in one line, and nothing that was stored is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments import plan
from experiments.execute import execute, plan_jobs
from experiments.folder import opened
from experiments.run import main

from . import fakes
from .stored import runs, tables

resource = pytest.importorskip("resource")
ROOT = Path(__file__).parents[2]
SMALL = [*fakes.SMALL, "weeks=4", "workers=1"]
LIMITED = """
import resource, sys
from experiments.run import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), -1))
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few hundred kilobytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.name != "posix" or os.geteuid() != 0 or not _mounted("-t", "tmpfs", "-o", "size=400k", "tmpfs", str(folder)):
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _mounted(*arguments: str) -> bool:
    return subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode == 0


def readable(folder: Path) -> list[int]:
    """Rows of every dataset, each file of it read."""
    return [len(table) for table in tables(folder).values()]


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.long), 2])
def test_a_full_file_system(small_disk: Path, workers: int) -> None:
    planned = plan.make(["weeks=2", "replications=200", f"results={small_disk}"])
    with opened(planned, "etalase") as study:
        with pytest.raises(OSError, match="No space left on device"):
            execute(plan_jobs(study.store, study.missing, workers), workers, fakes.run)
        stored = runs(planned.folder)
        assert 0 < len(stored) < 200
        assert study.store.failed() == set()
    assert readable(planned.folder)[0] == len(stored)

    assert _mounted("-o", "remount,size=20m", str(small_disk))
    with opened(planned, "etalase") as study:
        assert study.runs_missing == 200 - len(stored)
        execute(plan_jobs(study.store, study.missing, 1), 1, fakes.run)
        assert stored < runs(planned.folder)
    assert readable(planned.folder) == [200, 400, 600]


def limited(most: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command in a process that may write files of so many bytes and no more."""
    command = [sys.executable, "-c", LIMITED, str(most), *SMALL, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.usefixtures("no_page")
@pytest.mark.slow
@pytest.mark.parametrize(
    "most", [200, pytest.param(9_000, marks=pytest.mark.long)]
)  # bytes: not even the manifest, no run
def test_files_that_may_not_grow(tmp_path: Path, most: int) -> None:
    results = f"results={tmp_path}"
    assert main([*SMALL, results]) == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.shard")}
    done = limited(most, "replications=3", results)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "broken off: [Errno 27] File too large" in done.stderr.splitlines()[-1]
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.shard")} == before
    assert main([*SMALL, "replications=3", results]) == 0
    assert len(runs(tmp_path / "default")) == 3
