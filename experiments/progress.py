"""Progress: what is stored is what is done, so any executor's runs are counted in the study's folder."""

from __future__ import annotations

import io
import sys
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TextIO

from tqdm import tqdm

FORM = "[{bar:24}] {desc}, {rate_fmt}, {elapsed}, {remaining} left"
WIDGET_FORM = "{bar} {desc}, {rate_fmt}, {elapsed}, {remaining} left"
EVERY = {True: 0.3, False: 20.0}  # seconds between looks, on a terminal and elsewhere


class Bar(tqdm):
    """tqdm's bar without the thread that tqdm starts to watch its bars: ours is looked after already."""

    monitor_interval = 0


# tqdm's own lock is one for processes, too, and so needs semaphores and a process to watch them.
Bar.set_lock(threading.RLock())


class Progress:
    """A bar on stderr while runs are done elsewhere; a plain line now and then where stderr is no terminal.

    In a notebook it is the bar that tqdm.auto takes there.

    tqdm draws the bar and words the line. It has no plain lines of its own: in a file or a pipe it would write a
    bar over and over, so these lines are printed here. Whatever goes wrong here, the runs go on.

    >>> with Progress(total=50, count=Counter(store)):
    ...     execute(jobs)
    """

    def __init__(self, total: int, count: Callable[[], tuple[int, int]], out: TextIO | None = None) -> None:
        self.total, self.count, self.before = total, count, count()
        self.out = out or sys.stderr
        kind, form = _bar_of_a_notebook() if out is None and in_a_notebook() else (Bar, FORM)
        self.live = kind is not Bar or _is_terminal(self.out)
        file = self.out if self.live else io.StringIO()
        self.bar = kind(total=total, desc=self._done(0, 0), file=file, bar_format=form, ascii=".#", unit="run")
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


def in_a_notebook() -> bool:
    """Whether a notebook's kernel runs this, whose stderr is no terminal and yet is looked at."""
    python = sys.modules.get("IPython")
    return python is not None and hasattr(python.get_ipython(), "kernel")


def _bar_of_a_notebook() -> tuple[type, str]:
    """tqdm's choice for a notebook, and its form: a widget where there are widgets, else a line of text."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tqdm warns where there are no widgets; the line of text does as well
        from tqdm.auto import tqdm as chosen
        from tqdm.notebook import tqdm as widget

    class Shown(chosen):
        monitor_interval = 0

    return Shown, WIDGET_FORM if issubclass(chosen, widget) else FORM


def _is_terminal(out: TextIO) -> bool:
    try:
        return out.isatty()
    except (ValueError, AttributeError):  # closed, or there is none
        return False
