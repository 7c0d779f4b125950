"""The progress bar: what it says, what it leaves on a terminal and in a file, and that it stops no run."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator

import pytest

from experiments import progress
from experiments.progress import Progress

LINE = re.compile(r"\[[#.]{24}\] \d+ of \d+ runs(, \d+ failed)?, .*(run/s|s/run), [\d:]+, [\d:?]+ left")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "EVERY", {True: 0.01, False: 0.01})


def watch(out: io.StringIO) -> str:
    """What is written while three runs are done and one fails, besides six of an earlier command."""
    stored, failed = [5], [1]
    with Progress(4, lambda: (stored[0], failed[0]), out) as watching:
        time.sleep(0.05)
        stored[0], failed[0] = 8, 2
    assert watching.counted() == (3, 1)
    return out.getvalue()


def test_a_terminal_sees_one_line_that_changes() -> None:
    text = watch(Terminal())
    assert text.count("\n") == 1
    assert text.endswith("\n")
    lines = [line.strip() for line in text.split("\r") if line.strip()]
    assert all(LINE.fullmatch(line) for line in lines)
    assert lines[0].startswith("[........................] 0 of 4 runs, ")
    assert lines[-1].startswith("[########################] 3 of 4 runs, 1 failed, ")


def test_a_file_gets_plain_lines() -> None:
    lines = watch(io.StringIO()).splitlines()
    assert len(lines) > 1
    assert all(LINE.fullmatch(line) for line in lines)
    assert "3 of 4 runs, 1 failed" in lines[-1]


def test_the_end_is_shown_when_the_work_breaks_off() -> None:
    out = io.StringIO()
    with pytest.raises(KeyboardInterrupt), Progress(3, lambda: (0, 0), out):
        raise KeyboardInterrupt
    assert "0 of 3 runs" in out.getvalue()


class Broken(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError


def closed() -> io.StringIO:
    out = io.StringIO()
    out.close()
    return out


@pytest.mark.parametrize("out", [Broken(), closed()])
def test_what_cannot_be_shown_stops_no_run(out: io.StringIO) -> None:
    with Progress(3, lambda: (2, 0), out):
        time.sleep(0.05)


def test_a_folder_that_cannot_be_read_for_a_moment_stops_no_run() -> None:
    def answers() -> Iterator[tuple[int, int]]:
        yield 0, 0
        raise OSError("stale file handle")

    counts, out = answers(), io.StringIO()
    with Progress(3, lambda: next(counts), out):
        time.sleep(0.05)
