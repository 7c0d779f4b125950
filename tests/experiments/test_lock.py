"""One writer at a time: held while its process lives and no longer, and done without where it cannot be had."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import Timeout

from experiments.lock import is_held, locked, locked_if_possible
from experiments.run import main

from . import fakes

fcntl = pytest.importorskip("fcntl")
ROOT = Path(__file__).parents[2]
HOLD = """
import sys, pathlib
from experiments.lock import locked
with locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_folder_is_held_by_one_process_until_it_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert is_held(tmp_path)
        with pytest.raises(Timeout), locked_if_possible(tmp_path):
            pass
        holder.kill()
    assert not is_held(tmp_path)
    with locked(tmp_path):
        assert is_held(tmp_path)


def cannot_lock(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    """Stands for a file system without locks, which the machine of a test has not."""

    def flock(*_: object) -> None:
        raise OSError(code, "no locks here")

    monkeypatch.setattr(fcntl, "flock", flock)


@pytest.mark.usefixtures("no_page")
@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_where_nothing_can_be_locked_a_study_says_so_and_goes_on(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    cannot_lock(monkeypatch, code)
    assert main([*fakes.SMALL, "weeks=2", "workers=1"]) == 0
    assert capsys.readouterr().err.count("this file system cannot lock") == 1
    assert main(["status", "default"]) == 0
    assert capsys.readouterr().err == ""


def test_another_failure_to_lock_stops_the_study(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    cannot_lock(monkeypatch, errno.EIO)
    assert main([*fakes.SMALL, "weeks=2"]) == 2
    assert "results: got results; it may be a folder that can be written" in capsys.readouterr().err
