"""Progress: what is stored is what is done, so any executor's runs are counted in the study's folder."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TextIO

WIDTH = 24
EVERY = {True: 0.3, False: 20.0}  # seconds between looks, on a terminal and elsewhere


class Progress:
    """A bar on stderr while runs are done elsewhere; a plain line now and then where stderr is no terminal.

    >>> with Progress(total=50, count=store.count):
    ...     execute(jobs)
    """

    def __init__(self, total: int, count: Callable[[], tuple[int, int]], out: TextIO | None = None) -> None:
        self.total, self.count, self.out = total, count, out or sys.stderr
        self.live = self.out.isatty()
        self.before = count()
        self.start = time.monotonic()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Progress:
        """Start to look."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Show the end of it."""
        self._ended.set()
        self._thread.join()
        self._show(end="\n")

    def counted(self) -> tuple[int, int]:
        """Runs done and runs failed since the start."""
        done, failed = (now - then for now, then in zip(self.count(), self.before, strict=True))
        return done, failed

    def _watch(self) -> None:
        while not self._ended.wait(EVERY[self.live]):
            self._show(end="" if self.live else "\n")

    def _show(self, end: str) -> None:
        line = status(*self.counted(), self.total, time.monotonic() - self.start)
        self.out.write(f"\r\x1b[K{line}{end}" if self.live else f"{line}{end}")
        self.out.flush()


def status(done: int, failed: int, total: int, seconds: float) -> str:
    """One line: a bar, runs done and failed, the rate, the time left."""
    ended = done + failed
    filled = WIDTH * ended // max(1, total)
    parts = [f"[{'#' * filled}{'.' * (WIDTH - filled)}] {done:,} of {total:,} runs"]
    if failed:
        parts.append(f"{failed:,} failed")
    if ended:
        parts.append(rate(ended / max(seconds, 1e-9)))
    if 0 < ended < total:
        parts.append(f"{clock(seconds * (total - ended) / ended)} left")
    else:
        parts.append(clock(seconds))
    return ", ".join(parts)


def rate(per_second: float) -> str:
    """Runs a second, or seconds a run where there is less than one."""
    return f"{per_second:.1f} a second" if per_second >= 1 else f"{1 / per_second:.1f} s a run"


def clock(seconds: float) -> str:
    """Seconds as m:ss, or as h:mm:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
