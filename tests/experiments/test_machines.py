"""Other machines: no home, an unknown user, folders that cannot be written, a container's share of the cores."""

from __future__ import annotations

import errno
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
from experiments.run import main

from . import fakes
from .fakes import stored

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
    assert stored(place / "work/results/default") == 2


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


def limited(kilobytes: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command under `ulimit -v`, without a number of threads that alone would take it up."""
    words = f"ulimit -v {kilobytes}; exec {sys.executable} -m experiments.run {' '.join(arguments)}"
    few = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}
    return subprocess.run(
        ["bash", "-c", words], cwd=ROOT, env=os.environ | few, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.parametrize("megabytes", [150, 250, 350, 450, 600])
def test_too_little_memory_is_told_in_one_line(megabytes: int, tmp_path: Path) -> None:
    """Whatever is done with it, done or not; but never a traceback."""
    done = limited(megabytes * 1024, *RUN, f"results={tmp_path}", "hydra/launcher=basic")
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 1)
    if done.returncode:
        assert "emory" in done.stderr.splitlines()[-1]
        assert done.stderr.splitlines()[-1].startswith("etalase: ")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
        ImportError("x.so: failed to map segment from shared object"),
    ],
)
def test_want_is_told_in_one_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def raising(*_: object) -> None:
        raise error

    monkeypatch.setattr("experiments.conduct.conduct", raising)
    assert main(["weeks=2"]) == 1
    out, err = capsys.readouterr()
    assert (out, len(err.splitlines())) == ("", 1)
    assert err.startswith("etalase: broken off: ")


def test_what_is_no_want_is_not_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.conduct.conduct", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["weeks=2"])


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOENT, "No such file or directory"), OSError(errno.ENOSPC, "No space left on device")]
)
def test_without_semaphores_the_runs_are_run_in_this_process(
    error: OSError, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def none_left(*_: object) -> None:
        raise error

    monkeypatch.setattr("_multiprocessing.SemLock", none_left)
    assert main([*RUN, f"results={tmp_path}", "workers=2", "hydra/launcher=joblib"]) == 0
    err = capsys.readouterr().err
    assert f"etalase: no semaphores can be made here (/dev/shm: {error.strerror}): runs are run in this process" in err
    assert stored(tmp_path / "default") == 2


@needs_root
def test_without_dev_shm_a_study_is_run(tmp_path: Path) -> None:
    hidden = ["unshare", "--mount", "bash", "-c", 'mount -t tmpfs -o ro none /dev/shm && exec "$@"', "bash"]
    if not shutil.which("unshare") or subprocess.run([*hidden, "true"], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    command = [*hidden, sys.executable, "-m", "experiments.run", *RUN, "workers=2", f"results={tmp_path}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("no semaphores can be made here (/dev/shm: Read-only file system)") == 1
    assert "Warning" not in done.stderr


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
