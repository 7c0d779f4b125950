"""Closed, full and poor streams, and signals: the work is done, the code is right, and no traceback is ever seen."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from experiments.run import main
from experiments.terminal import Forgiving, say

from . import fakes
from .fakes import stored

ROOT = Path(__file__).parents[2]
PYTHON = f"{sys.executable} -m experiments.run"
RUN = [*fakes.SMALL, "weeks=3", "replications=2"]
MOMENTS = int(os.environ.get("MOMENTS", "3"))  # at which Ctrl-C is tried: `make test-stops` tries many
STOPPED = "etalase: stopped; what is stored stays, the same command goes on with the rest\n"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="streams as a POSIX shell has them, /dev/full")


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A line of a shell; {etalase} is the command."""
    return subprocess.run(
        ["bash", "-c", line.replace("{etalase}", PYTHON)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


STREAMS = {
    "no stderr": ("2>&-", 0),
    "full stderr": ("2>/dev/full", 0),
    "no stdout": (">&-", 0),
    "full stdout": (">/dev/full", 0),
    "none at all": ("<&- >&- 2>&-", 0),
    "both full": (">/dev/full 2>&1", 0),
    "a reader that goes": ("| head -1", 0),
    "a reader of both that goes": ("2>&1 | true", 0),
}


KEPT = ("full stdout",)  # with none at all: a stream that is full or not there; of one that goes reads a command below


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of studies with one in it, of two runs."""
    folder = tmp_path_factory.mktemp("streams")
    assert main([*RUN[1:], f"results={folder}", "study=there", "workers=1"]) == 0
    return folder


@pytest.mark.parametrize(
    ("launcher", "stream"),
    [
        pytest.param("joblib", "none at all", marks=pytest.mark.long),
        *(pytest.param("basic", stream, marks=() if stream in KEPT else pytest.mark.long) for stream in STREAMS),
    ],
)
def test_a_study_is_run_whatever_its_streams(stream: str, launcher: str, tmp_path: Path) -> None:
    redirected, code = STREAMS[stream]
    arguments = " ".join([*RUN, f"hydra/launcher={launcher}", "workers=2", f"results={tmp_path}"])
    done = shell(f"set -o pipefail; {{etalase}} {arguments} {redirected}")
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "broken off" not in done.stderr + done.stdout
    assert "Exception ignored" not in done.stderr
    assert stored(tmp_path / "default") == 2
    assert (tmp_path / "default/report.html").exists()
    if redirected == ">/dev/full":
        assert done.stderr.count("standard output: No space left on device") == 1


QUICK = ["status there", "--help", "--version"]
SLOW = ["weeks=0", "nope", "report there", "table there --format=csv"]
WORST = ("none at all", "full stdout", "full stderr")
ONCE = {  # of what takes a second: one that answers, two that write and two that are refused, not each on every stream
    *(("status there", stream) for stream in (*WORST, "a reader that goes")),
    *(("report there", "none at all"), ("table there --format=csv", "full stdout")),
    *(("weeks=0", "full stderr"), ("nope", "none at all")),
}


@pytest.mark.parametrize(
    ("command", "stream"),
    [
        pytest.param(command, stream, marks=() if "-" in command[:1] or (command, stream) in ONCE else pytest.mark.long)
        for commands, streams in ((QUICK, STREAMS), (SLOW, WORST))
        for command in commands
        for stream in streams
    ],
)
def test_every_command_ends_with_its_code_whatever_its_streams(stream: str, command: str, study: Path) -> None:
    redirected, _ = STREAMS[stream]
    words = f"{command} results={study}" if "there" in command else command
    done = shell(f"set -o pipefail; {{etalase}} {words} {redirected}")
    bad, answers = command in ("weeks=0", "nope"), command in ("status there", "--help", "--version")
    assert done.returncode == (2 if bad else 1 if answers and ">/dev/full" in redirected.split() else 0), done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    assert "Exception ignored" not in done.stderr
    assert len(done.stderr.splitlines()) <= 1


@pytest.mark.parametrize(
    "encoding", ["ascii", *(pytest.param(code, marks=pytest.mark.long) for code in ("cp1252", "utf-16"))]
)
def test_a_poor_stream_costs_no_work(encoding: str, tmp_path: Path) -> None:
    arguments = [*RUN, "platform=project_s", f"results='{tmp_path}/\u2212x'", "workers=1"]
    done = subprocess.run(
        [sys.executable, "-m", "experiments.run", *arguments],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "\u2212x/default/report.html").exists()
    minus = "\u2212" if encoding.startswith("utf") else "-"
    assert f"{minus}x/default/report.html" in done.stdout.decode(encoding)


@pytest.mark.parametrize(("encoding", "expected"), [("ascii", "-5.2 ? - ?"), ("cp1252", "-5.2 ? – ?"), ("utf-8", None)])
def test_what_a_stream_cannot_take_is_written_plainly(encoding: str, expected: str | None) -> None:
    text, raw = "−5.2 α – 三", io.BytesIO()
    out = Forgiving(io.TextIOWrapper(raw, encoding=encoding))
    print(text, file=out, end="", flush=True)
    assert raw.getvalue().decode(encoding) == (expected or text)
    assert out.lost is None


class Broken(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


def test_what_is_lost_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in (Broken(), None):
        out = Forgiving(stream)
        monkeypatch.setattr(sys, "stderr", out)
        say("something")
        assert out.lost is not None
        assert not out.isatty()


STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture(autouse=True)
def _none_is_left() -> Iterator[None]:
    """A command that a failed test leaves behind would run for minutes beside all others."""
    yield
    while STARTED:
        with suppress(ProcessLookupError):
            os.killpg(STARTED.pop().pid, signal.SIGKILL)


def start(results: Path, *more: str) -> subprocess.Popen[str]:
    """A command in a session of its own, as a terminal starts it."""
    study = [*fakes.SMALL, "weeks=200", "replications=200", "workers=2", f"results={results}", *more]
    process = subprocess.Popen(
        [sys.executable, "-m", "experiments.run", *study],
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    STARTED.append(process)
    return process


def wait_for_runs(process: subprocess.Popen[str], results: Path, runs: int) -> None:
    deadline = time.monotonic() + 120
    while stored(results / "default") < runs:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
WAYS = (("basic", os.kill), ("joblib", os.kill), ("joblib", os.killpg))
FIRST = {("basic", os.kill, signal.SIGHUP), ("joblib", os.killpg, signal.SIGTERM)}  # test_execute.py has SIGINT


@pytest.mark.parametrize(
    ("launcher", "to", "number"),
    [
        pytest.param(*way, number, marks=() if (*way, number) in FIRST else pytest.mark.long)
        for way in WAYS
        for number in SIGNALS
    ],
)
def test_each_signal_ends_a_study_with_the_same_line(launcher: str, to, number: int, tmp_path: Path) -> None:
    """To a whole group, workers among it, too: SIGTERM ends those by itself."""
    process = start(tmp_path, f"hydra/launcher={launcher}")
    wait_for_runs(process, tmp_path, 1)
    to(process.pid, number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (128 + number, "")
    assert err.splitlines(keepends=True)[-1] == STOPPED
    assert "Traceback" not in err
    assert "KeyboardInterrupt" not in err


@pytest.mark.slow
def test_ctrl_c_at_any_moment_says_one_line(tmp_path: Path, counted: Callable[..., None]) -> None:
    """While modules are imported, workers start, runs run: a terminal sends it to the whole group."""
    for i in range(MOMENTS):
        process = start(tmp_path / str(i))
        deadline = time.monotonic() + 60
        while not (tmp_path / str(i)).exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(i * 3.0 / MOMENTS)
        os.killpg(process.pid, signal.SIGINT)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 130
        assert "Traceback" not in err
        assert "KeyboardInterrupt" not in err
        assert err.endswith(STOPPED)
    counted("a study, stopped by Ctrl-C", moments=MOMENTS, tracebacks=0)  # or it had ended above


BEFORE_MAIN = """
import runpy, signal, sys

at = sys.argv.pop(1)

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == at:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Finder())
runpy.run_module("experiments.run", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("module", ["experiments.commands", "experiments.terminal", "argparse", "analysis", "numpy"])
def test_ctrl_c_while_modules_are_loaded_says_no_more_than_a_line(module: str, tmp_path: Path) -> None:
    """Before `main` there is nobody to say it: the command ends as any program does that has no handler."""
    asked = [sys.executable, "-c", BEFORE_MAIN, module, *RUN, f"results={tmp_path}"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    before = module not in ("analysis", "numpy")
    assert (done.returncode, done.stdout) == (-signal.SIGINT if before else 128 + signal.SIGINT, "")
    assert done.stderr == ("" if before else STOPPED)


def test_under_nohup_a_study_goes_on(tmp_path: Path) -> None:
    arguments = " ".join([*RUN, f"results={tmp_path}", "workers=1"])
    done = shell(f"trap '' HUP; {PYTHON} {arguments} & sleep 1.5; kill -HUP $!; wait $!")
    assert done.returncode == 0, done.stderr
    assert stored(tmp_path / "default") == 2
