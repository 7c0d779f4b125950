"""What is left of a Ray that was started here, when the command that started it is gone, however it went.

A process of its own waits on a pipe that the command holds. When the pipe closes, the command has ended or was killed;
then it ends every process whose command line names Ray's folder, which no other has, and removes the folder.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "etalase-ray-"
TURNS = 20  # looks for processes: some start others before they end
LOOK = 0.25  # seconds between two


@contextmanager
def cared_for() -> Iterator[Path]:
    """A new folder for temporary files, short for Ray makes sockets in it; gone soon after this process has left it."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    command = [sys.executable, str(Path(__file__).resolve()), str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as watcher:
        try:
            yield folder
        finally:
            if watcher.stdin is not None:
                watcher.stdin.close()


def clean_up(folder: Path) -> None:
    """End the processes that name a folder, and remove it; done when two looks in a row found nothing.

    One look is not enough: a process that has just been started shows no command line for a moment.
    """
    clean = 0
    for _ in range(TURNS):
        left = processes_naming(str(folder))
        for process in left:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        shutil.rmtree(folder, ignore_errors=True)
        clean = 0 if left or folder.exists() else clean + 1
        if clean == 2:
            return
        time.sleep(LOOK)


def processes_naming(text: str) -> list[int]:
    """The processes, but this one, whose command line holds a text; none where the system does not show them."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        process = int(path.parent.name)
        with suppress(OSError):
            if text in path.read_text(errors="replace") and process != os.getpid():
                found.append(process)
    return found


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()  # until whoever started this is gone
    clean_up(Path(sys.argv[1]))
