"""The progress bar: what it says, and what it leaves on a terminal and in a file."""

from __future__ import annotations

import io
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import progress
from experiments.progress import Progress, clock, status


@pytest.mark.parametrize(
    ("done", "failed", "seconds", "line"),
    [
        (0, 0, 3, "[........................] 0 of 40 runs, 0:03"),
        (10, 0, 20, "[######..................] 10 of 40 runs, 2.0 s a run, 1:00 left"),
        (18, 2, 5, "[############............] 18 of 40 runs, 2 failed, 4.0 a second, 0:05 left"),
        (38, 2, 4000, "[########################] 38 of 40 runs, 2 failed, 100.0 s a run, 1:06:40"),
    ],
)
def test_the_line(done: int, failed: int, seconds: float, line: str) -> None:
    assert status(done, failed, 40, seconds) == line


@given(st.integers(0, 10**6))
def test_the_clock_tells_the_seconds(seconds: int) -> None:
    parts = [int(part) for part in clock(seconds).split(":")]
    assert sum(part * 60**i for i, part in enumerate(reversed(parts))) == seconds


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def watch(out: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(progress, "EVERY", {True: 0.01, False: 0.01})
    stored = [5]
    with Progress(3, lambda: (stored[0], 1), out) as watching:
        time.sleep(0.05)
        stored[0] = 8
    assert watching.counted() == (3, 0)
    return out.getvalue()


def test_a_terminal_sees_one_line_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    text = watch(Terminal(), monkeypatch)
    assert text.count("\n") == 1
    assert text.endswith("\n")
    assert "0 of 3 runs" in text.split("\r")[1]
    assert "3 of 3 runs" in text.split("\r")[-1]


def test_a_file_gets_plain_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    text = watch(io.StringIO(), monkeypatch)
    assert "\r" not in text
    assert "3 of 3 runs" in text.splitlines()[-1]


def test_the_end_is_shown_when_the_work_breaks_off() -> None:
    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt), Progress(3, lambda: (0, 0), out):
        raise KeyboardInterrupt
    assert "0 of 3 runs" in out.getvalue()
