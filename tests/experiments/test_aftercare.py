"""What a command that was killed has left behind is cleared away: processes that name its folder, and the folder."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments.aftercare import cared_for, processes_naming

ROOT = Path(__file__).parents[2]
CHILD = [sys.executable, "-c", "import time; time.sleep(600)"]
COMMAND = """
import subprocess, sys, time
from experiments.aftercare import cared_for
with cared_for() as folder:
    (folder / "session").mkdir()
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)", f"--temp-dir={folder}/session"])
    print(folder, flush=True)
    time.sleep(600)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are found in /proc")


def wait_until_gone(folder: Path) -> None:
    deadline = time.monotonic() + 60
    while folder.exists() or processes_naming(str(folder)):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def wait_for_one(text: str) -> None:
    """Wait for a process of this command line: a new process shows none for a moment."""
    deadline = time.monotonic() + 60
    while len(processes_naming(text)) != 1:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_of_a_killed_command_nothing_is_left(number: signal.Signals) -> None:
    bystander = subprocess.Popen([*CHILD, "--temp-dir=elsewhere"])
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    assert folder.is_dir()
    wait_for_one(f"{folder}/session")
    process.send_signal(number)
    process.wait()
    wait_until_gone(folder)
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_at_the_end_the_folder_is_gone() -> None:
    with cared_for() as folder:
        (folder / "log").write_text("of Ray")
    assert not folder.exists()
