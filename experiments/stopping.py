"""Ctrl-C, SIGTERM and SIGHUP: each ends a command in the same way, with one line and the exit code 128 + the signal."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

PATIENCE = 1.0  # seconds in which a second signal is the first one's echo: a shell's beside a terminal's
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
OF_A_TERMINAL = {one for one in SIGNALS if one != signal.SIGTERM}  # it sends them to the workers, too


class Stop:
    """Whether the command has been asked to stop, by which signal, and when."""

    signal: int | None = None
    since: float = 0.0

    @property
    def code(self) -> int:
        """The exit code of a command that was stopped."""
        return 128 + (self.signal or signal.SIGINT)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Take the signal. One that comes while the command is ending ends it at once, if it is no echo."""
        if self.signal is None:
            self.signal, self.since = number, time.monotonic()
            raise KeyboardInterrupt
        if time.monotonic() - self.since > PATIENCE:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)

    def unraisable(self, what: Any) -> None:
        """Python cannot raise out of a finaliser: where the signal fell into one, raise it again after it."""
        if issubclass(what.exc_type, KeyboardInterrupt):
            again, self.signal = self.signal or signal.SIGINT, None
            _thread.interrupt_main(signal.Signals(again))
        else:
            sys.__unraisablehook__(what)


@contextmanager
def stoppable(to_the_end: bool) -> Iterator[Stop]:
    """Raise `KeyboardInterrupt` at each of `SIGNALS` that is not ignored, as SIGHUP is under nohup.

    to_the_end: nothing comes after it but the end of the process, in which a signal ends it without a word.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {one: signal.getsignal(one) for one in SIGNALS}
    taken = {one: how for one, how in before.items() if how not in (signal.SIG_IGN, None)}
    hook, sys.unraisablehook = sys.unraisablehook, stop.unraisable
    for one in taken:
        signal.signal(one, stop)
    try:
        yield stop
    finally:
        for one, how in taken.items():
            signal.signal(one, signal.SIG_DFL if to_the_end else how)
        if not to_the_end:
            sys.unraisablehook = hook


@contextmanager
def workers_start() -> Iterator[None]:
    """Let processes that are started in here never see the signals of a terminal; this one goes on to see them.

    A signal that this thread blocks is blocked in its processes from their first instruction on, and here another
    thread takes it: Python then raises in the main thread all the same.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    ended = threading.Event()
    threading.Thread(target=ended.wait, daemon=True).start()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, OF_A_TERMINAL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        ended.set()
