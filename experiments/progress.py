"""Progress: what is stored is what is done, so any executor's runs are counted in the study's folder."""

from __future__ import annotations

import io
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TextIO

from tqdm import tqdm

FORM = "[{bar:24}] {desc}, {rate_fmt}, {elapsed}, {remaining} left"
EVERY = {True: 0.3, False: 20.0}  # seconds between looks, on a terminal and elsewhere


class Bar(tqdm):
    """tqdm's bar without the thread that tqdm starts to watch its bars: ours is looked after already."""

    monitor_interval = 0


# tqdm's own lock is one for processes, too, and so needs semaphores and a process to watch them.
Bar.set_lock(threading.RLock())


class Progress:
    """A bar on stderr while runs are done elsewhere; a plain line now and then where stderr is no terminal.

    tqdm draws the bar and words the line. It has no plain lines of its own: in a file or a pipe it would write a
    bar over and over, so these lines are printed here. Whatever goes wrong here, the runs go on.

    >>> with Progress(total=50, count=Counter(store)):
    ...     execute(jobs)
    """

    def __init__(self, total: int, count: Callable[[], tuple[int, int]], out: TextIO | None = None) -> None:
        self.total, self.count, self.before = total, count, count()
        self.out = out or sys.stderr
        self.live = _is_terminal(self.out)
        file = self.out if self.live else io.StringIO()
        self.bar = Bar(total=total, desc=self._done(0, 0), file=file, bar_format=FORM, ascii=".#", unit="run")
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
        self._show()
        with suppress(Exception):
            self.bar.close()

    def counted(self) -> tuple[int, int]:
        """Return how many runs are done, and how many failed, since the start."""
        done, failed = (max(0, now - then) for now, then in zip(self.count(), self.before, strict=True))
        return done, failed

    def _watch(self) -> None:
        while not self._ended.wait(EVERY[self.live]):
            self._show()

    def _show(self) -> None:
        with suppress(Exception):
            done, failed = self.counted()
            self.bar.n, self.bar.desc = done + failed, self._done(done, failed)
            if self.live:
                self.bar.refresh()
            else:
                print(self.bar, file=self.out, flush=True)

    def _done(self, done: int, failed: int) -> str:
        return f"{done:,} of {self.total:,} runs" + (f", {failed:,} failed" if failed else "")


def _is_terminal(out: TextIO) -> bool:
    try:
        return out.isatty()
    except (ValueError, AttributeError):  # closed, or there is none
        return False
