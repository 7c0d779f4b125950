"""Other machines: no home, an unknown user, folders that cannot be written, a container's share of the cores."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from experiments import cores
from experiments.cores import core_count

from . import fakes

ROOT = Path(__file__).parents[2]
NOBODY = 54_321  # a user whom no machine knows
RUN = [*fakes.SMALL, "weeks=3", "replications=2"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="users as Linux has them")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user can reach, and a copy of the project in it that nobody but its owner can write."""
    folder = Path(tempfile.mkdtemp(prefix="etalase-test-"))
    folder.chmod(0o755)
    for name in ("simulation", "experiments", "analysis", "configs"):
        shutil.copytree(ROOT / name, folder / "installed" / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("work", "temporary", "home"):
        (folder / name).mkdir()
        (folder / name).chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def run(place: Path, *before: str, launcher: str = "joblib", **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in the folder `work`, with nothing in its environment but what is given."""
    command = [*before, sys.executable, "-m", "experiments.run", *RUN, "workers=2", f"hydra/launcher={launcher}"]
    inherited = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    given = inherited | {"PYTHONPATH": str(place / "installed"), "TMPDIR": str(place / "temporary")} | environment
    return subprocess.run(
        command, cwd=place / "work", env=given, capture_output=True, text=True, timeout=300, check=False
    )


def check_done(done: subprocess.CompletedProcess[str], place: Path) -> None:
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in (place / "work").iterdir()) == ["results"]
    assert len(list((place / "work/results/default/runs").glob("[!.]*"))) == 2


@pytest.mark.parametrize("home", [None, "", "/nowhere/at/all", "relative", "/proc"])
def test_without_a_home_of_use_a_study_is_run_and_nothing_left(place: Path, home: str | None) -> None:
    check_done(run(place, **({} if home is None else {"HOME": home})), place)


needs_root = pytest.mark.skipif(
    not hasattr(os, "getuid") or os.getuid() != 0 or shutil.which("setpriv") is None,
    reason="another user can be taken on by root only",
)


@pytest.fixture
def as_nobody() -> list[str]:
    """The words that begin a command of a user whom the machine does not know."""
    words = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    if subprocess.run([*words, sys.executable, "-c", "import numba"], capture_output=True, check=False).returncode:
        pytest.skip("another user cannot reach this interpreter")
    return words


@needs_root
@pytest.mark.parametrize("home", [None, "/", "home"])
def test_a_user_whom_the_machine_does_not_know(place: Path, as_nobody: list[str], home: str | None) -> None:
    """As `docker -u` runs it: an install of root's, no entry in passwd, a home that is / or none."""
    environment = {} if home is None else {"HOME": str(place / home) if home == "home" else home}
    check_done(run(place, *as_nobody, launcher="basic", **environment), place)
    own = place / "temporary" / f"etalase-{NOBODY}"
    if home == "home":
        assert (place / "home/.cache/etalase").exists()
    else:
        assert list(own.rglob("*.nbi"))
        assert list(own.rglob("opening-*.npz"))


@needs_root
def test_where_nothing_can_be_kept_it_is_compiled_again(place: Path, as_nobody: list[str]) -> None:
    """Somebody else has made the folder for temporary files that would be this user's own: it is not used."""
    taken = place / "temporary" / f"etalase-{NOBODY}"
    taken.mkdir()
    check_done(run(place, *as_nobody, launcher="basic", HOME="/"), place)
    assert list(taken.iterdir()) == []


def test_a_torn_file_of_compiled_code_is_compiled_again(place: Path) -> None:
    check_done(run(place, HOME=str(place / "home")), place)
    kept = [*(place / "installed").rglob("*.nbi"), *(place / "installed").rglob("*.nbc")]
    assert kept
    for path in kept:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    shutil.rmtree(place / "work/results")
    check_done(run(place, HOME=str(place / "home")), place)


GROUPS = {  # what a machine of 8 cores says, and how many of them may be used
    "no groups": ({}, 8),
    "version 2, no limit": ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "max 100000\n"}, 8),
    "version 2": ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "200000 100000\n"}, 2),
    "a part of a core": ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "50000 100000\n"}, 1),
    "two cores and a half": ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "250000 100000\n"}, 3),
    "more than there are": ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "6400000 100000\n"}, 8),
    "the group above": (
        {
            "proc/self/cgroup": "0::/a/b\n",
            "sys/fs/cgroup/a/b/cpu.max": "max 100000\n",
            "sys/fs/cgroup/a/cpu.max": "400000 100000\n",
        },
        4,
    ),
    "version 1": (
        {
            "proc/self/cgroup": "4:memory:/x\n3:cpu,cpuacct:/docker/x\n",
            "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "300000\n",
            "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        },
        3,
    ),
    "version 1, no limit": (
        {
            "proc/self/cgroup": "3:cpu,cpuacct:/\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "-1\n",
            "sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
        },
        8,
    ),
    "what nobody can read": ({"proc/self/cgroup": "0::/\nodd", "sys/fs/cgroup/cpu.max": "\n0 0\n"}, 8),
    "a period of nothing": ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/cpu.max": "100 0\n"}, 8),
}


@pytest.mark.parametrize("groups", GROUPS)
def test_a_container_has_the_cores_that_it_is_given(
    groups: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, expected = GROUPS[groups]
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(cores.os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    assert core_count(tmp_path) == expected
