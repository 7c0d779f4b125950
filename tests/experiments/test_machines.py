"""Other machines: no home, an unknown user, folders that cannot be written, a container's share of the cores."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from numba.core.caching import _CacheLocator

from experiments import cores, limits
from experiments.commands import COMMANDS, RUNNING
from experiments.cores import core_count
from experiments.run import main
from simulation import kernels

from . import fakes
from .fakes import stored

ROOT = Path(__file__).parents[2]
NOBODY = 54_321  # a user whom no machine knows
KEPT = "home/.cache/numba"  # in the folder of a user without a home
LEFT = "fill_uniforms"  # a function that is compiled in a moment, and that every market calls
NOT_KEPT = {"NUMBA_OPT": "0", "NUMBA_LOOP_VECTORIZE": "0"}  # compiled sooner, but numba keeps nothing of it
RUN = [*fakes.SMALL, "weeks=3", "replications=2"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="users as Linux has them")


@pytest.fixture(scope="module")
def installed() -> Iterator[Path]:
    """A copy of the project that every user can read and nobody but its owner can write, compiled by its owner.

    What of it is compiled already comes with it.
    """
    folder = Path(tempfile.mkdtemp(prefix="etalase-test-"))
    folder.chmod(0o755)
    for name in ("simulation", "experiments", "analysis", "configs"):
        shutil.copytree(ROOT / name, folder / "installed" / name, ignore=shutil.ignore_patterns("*.pyc*", "*.tmp*"))
    for name in ("work", "temporary", "home"):
        (folder / name).mkdir()
    check_done(run(folder, launcher="basic", HOME=str(folder / "home")), folder)
    yield folder / "installed"
    shutil.rmtree(folder)


@pytest.fixture
def place(installed: Path) -> Iterator[Path]:
    """A folder that every user can reach, in which the project is installed."""
    folder = Path(tempfile.mkdtemp(prefix="etalase-test-"))
    folder.chmod(0o755)
    (folder / "installed").symlink_to(installed)
    for name in ("work", "temporary", "home"):
        (folder / name).mkdir()
        (folder / name).chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def run(place: Path, *before: str, launcher: str = "joblib", **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in the folder `work`, with nothing in its environment but what is given."""
    command = [*before, sys.executable, "-m", "experiments.run", *RUN, "workers=2", f"hydra/launcher={launcher}"]
    inherited = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    given = inherited | {
        "PYTHONPATH": str((place / "installed").resolve()),  # numba keeps by the path
        "TMPDIR": str(place / "temporary"),
        **environment,
    }
    return subprocess.run(
        command, cwd=place / "work", env=given, capture_output=True, text=True, timeout=300, check=False
    )


def check_done(done: subprocess.CompletedProcess[str], place: Path) -> None:
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in (place / "work").iterdir()) == ["results"]
    assert stored(place / "work/results/default") == 2


@pytest.mark.parametrize(
    ("home", "launcher"),
    [
        ("/proc", "basic"),  # none at all: below, of a user whom the machine does not know either
        *(
            pytest.param(home, "joblib", marks=pytest.mark.long)
            for home in (None, "", "/nowhere/at/all", "relative", "/proc")
        ),
    ],
)
def test_without_a_home_of_use_a_study_is_run_and_nothing_left(place: Path, home: str | None, launcher: str) -> None:
    check_done(run(place, launcher=launcher, **({} if home is None else {"HOME": home})), place)


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


def compiled_but_one(installed: Path, own: Path) -> None:
    """Put what the owner of the install has compiled where numba looks for a user's own, all but one function."""
    for beside in installed.rglob("__pycache__"):
        source = next(beside.parent.glob("*.py"))
        there = own / KEPT / _CacheLocator.get_suitable_cache_subpath(str(source))
        shutil.copytree(beside, there, ignore=shutil.ignore_patterns("*.pyc", f"kernels.{LEFT}-*"))
    own.chmod(0o700)  # or anybody could have put code there, and nothing of it is used
    for path in (own, *own.rglob("*")):
        os.chown(path, NOBODY, NOBODY)


@needs_root
@pytest.mark.long  # as the one without a home, of another user
@pytest.mark.parametrize("before", ["all but one", "nothing"])
def test_a_user_whom_the_machine_does_not_know(place: Path, as_nobody: list[str], before: str) -> None:
    """As `docker -u` runs it: an install of root's, no entry in passwd, a home that is none, or one.

    Where nothing is compiled for this user before, that takes half a minute: else one function is left to compile.
    """
    own = place / "temporary" / f"etalase-{NOBODY}"
    if before != "nothing":
        compiled_but_one((place / "installed").resolve(), own)
    assert not list(own.rglob(f"kernels.{LEFT}-*.nbi"))
    check_done(run(place, *as_nobody, launcher="basic"), place)
    shutil.rmtree(place / "work/results")
    assert list(own.rglob(f"kernels.{LEFT}-*.nbi"))
    assert list(own.rglob("opening-*.npz"))
    if before == "nothing":
        with_home = {"HOME": str(place / "home"), "NUMBA_CACHE_DIR": str(own / KEPT)}
        check_done(run(place, *as_nobody, launcher="basic", **with_home), place)
        assert (place / "home/.cache/etalase").exists()


@pytest.mark.long
@needs_root
def test_the_root_folder_is_no_home_of_a_user_who_cannot_write_there(place: Path, as_nobody: list[str]) -> None:
    check_done(run(place, *as_nobody, launcher="basic", HOME="/"), place)
    assert list((place / "temporary" / f"etalase-{NOBODY}").rglob("opening-*.npz"))


@pytest.mark.long
@needs_root
def test_where_nothing_can_be_kept_it_is_compiled_again(place: Path, as_nobody: list[str]) -> None:
    """Somebody else has made the folder for temporary files that would be this user's own: it is not used."""
    taken = place / "temporary" / f"etalase-{NOBODY}"
    taken.mkdir()
    check_done(run(place, *as_nobody, launcher="basic", HOME="/", **NOT_KEPT), place)
    assert list(taken.iterdir()) == []


def test_a_torn_file_of_compiled_code_is_compiled_again(place: Path) -> None:
    """Of some functions what says where their code lies, of others the code itself."""
    own = place / "installed"
    copied = own.resolve()
    own.unlink()
    shutil.copytree(copied, own)
    here = f"py{sys.version_info.major}{sys.version_info.minor}"  # other Pythons' files may lie beside
    lines = {
        name: getattr(kernels, name).py_func.__code__.co_firstlineno for name in ("endorse", "post", "fill_uniforms")
    }
    files = {name: f"kernels.{name}-{line}.{here}" for name, line in lines.items()}  # not those of another version
    torn = [
        *own.rglob(f"{files['endorse']}.nbi"),
        *own.rglob(f"{files['post']}.nbi"),
        *own.rglob(f"{files['fill_uniforms']}.*.nbc"),
    ]
    assert len(torn) >= 3
    halves = {path: path.stat().st_size // 2 for path in torn}
    for path, half in halves.items():
        os.truncate(path, half)
    check_done(run(place, launcher="basic", HOME=str(place / "home")), place)
    assert all(path.stat().st_size > half for path, half in halves.items())


def limited(limit: str, kilobytes: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command under `ulimit -v` or `-d`."""
    words = [sys.executable, "-m", "experiments.run", *arguments]
    limit = f'ulimit -S{limit} {kilobytes}; exec "$@"'
    return subprocess.run(
        ["bash", "-c", limit, "bash", *words], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
    )


NEEDS = {name: command.needs for name, command in {"weeks=2": RUNNING, **COMMANDS}.items()}


LITTLE = {  # kB of what so many MiB are needed
    "next to nothing": lambda needed: 48 << 10,
    "half": lambda needed: needed << 9,
    "less by one": lambda needed: (needed << 10) - 1,
}


@pytest.mark.parametrize(
    ("command", "limit", "given"),
    [
        pytest.param(*case, marks=() if case[0] == "weeks=2" or case[1:] == ("v", "less by one") else pytest.mark.long)
        for case in product(NEEDS, ("v", "d"), LITTLE)
    ],
)
def test_too_little_memory_is_told_in_one_line_before_anything_is_loaded(command: str, limit: str, given: str) -> None:
    what, needed = {"v": ("address space", NEEDS[command].address), "d": ("data", NEEDS[command].data)}[limit]
    kilobytes = LITTLE[given](needed)
    done = limited(limit, kilobytes, command, "results=/nowhere/at/all")
    assert done.stderr == (
        f"etalase: ulimit -{limit}: got {kilobytes} kB of {what}; this command needs {needed << 10} kB or more, or "
        "unlimited\n"
    )
    assert (done.returncode, done.stdout) == (1, "")


EVERY = tuple(name for name, command in COMMANDS.items() if command.of_a_study)


@pytest.mark.parametrize(
    ("limit", "launchers", "names"),
    [
        ("v", ("basic",), ("status",)),
        pytest.param("v", ("joblib", "basic"), EVERY, marks=pytest.mark.long),
        pytest.param("d", ("joblib", "basic"), EVERY, marks=pytest.mark.long),
    ],
)
def test_with_what_is_needed_a_command_is_carried_out(
    limit: str, launchers: tuple[str, ...], names: tuple[str, ...], tmp_path: Path
) -> None:
    """As much as is asked for, and not a page more; workers have the limit too."""
    settings = " ".join(one for one in RUN if not one.startswith("study="))
    commands = {f"study={of} hydra/launcher={of} {settings} workers=2": RUNNING.needs for of in launchers}
    commands |= {f"{name} {launchers[0]}": COMMANDS[name].needs for name in names}
    for command, needs in commands.items():
        needed = needs.address if limit == "v" else needs.data
        done = limited(limit, needed << 10, *command.split(), f"results={tmp_path}")
        assert done.returncode == 0, (command, done.stderr)
    assert {stored(tmp_path / of) for of in launchers} == {2}
    assert not list(tmp_path.rglob("failures"))


@pytest.mark.parametrize("arguments", ["--help", "--version", "status --help", "--nope"])
def test_what_loads_nothing_needs_next_to_nothing(arguments: str) -> None:
    done = limited("v", 48 << 10, *arguments.split())
    assert done.returncode == (2 if arguments == "--nope" else 0), done.stderr
    assert len(done.stderr.splitlines()) == (arguments == "--nope")


@pytest.mark.parametrize(
    ("given", "cores", "room", "expected"),
    [("", 64, 0, 1), ("64", 64, 0, 1), ("", 64, 10, 11), ("2", 64, 10, 2), ("9,9", 4, 10, 4), ("0", 4, 10, 1)],
)
def test_under_a_limit_libraries_start_the_threads_that_fit(
    given: str, cores: int, room: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = limits.MODEL.address * limits.MIB + room * limits.THREAD
    monkeypatch.setattr(
        limits.resource, "getrlimit", lambda which: (address if which == limits.resource.RLIMIT_AS else -1, -1)
    )
    monkeypatch.setattr(limits, "core_count", lambda: cores)
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", given)
    monkeypatch.setenv("OMP_NUM_THREADS", given)
    monkeypatch.setenv("ARROW_DEFAULT_MEMORY_POOL", "mimalloc")
    limits.be_modest(limits.MODEL)
    assert os.environ["OPENBLAS_NUM_THREADS"] == os.environ["OMP_NUM_THREADS"] == str(expected)
    assert os.environ["ARROW_DEFAULT_MEMORY_POOL"] == "system"


def test_without_a_limit_libraries_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits.resource, "getrlimit", lambda which: (limits.resource.RLIM_INFINITY,) * 2)
    before = dict(os.environ)
    limits.be_modest(limits.MODEL)
    assert dict(os.environ) == before
    assert limits.shortage(limits.MODEL) == ""


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


@pytest.mark.long
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
