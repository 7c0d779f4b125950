"""Scenarios off the grid, run live: a queue, so many processes, one run a visitor, a limit of time."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

SECONDS = 30.0  # of one request; a market that must be calibrated first takes most of them
MOST_WAITING = 60
MOST_KNOWN = 500


class BusyError(RuntimeError):
    """A run that is refused. Its message is one line."""


class Live:
    """Processes that run scenarios, and who waits for them."""

    def __init__(self, processes: int = 2, seconds: float = SECONDS) -> None:
        self.processes, self.seconds = processes, seconds
        self.idle: asyncio.Queue[Process | None] = asyncio.Queue()
        for _ in range(processes):
            self.idle.put_nowait(None)  # started when first needed
        self.asking: set[str] = set()
        self.started: set[Process] = set()
        self.known: dict[str, Any] = {}  # closing weeks by what was asked, the oldest first

    @property
    def waiting(self) -> int:
        """How many wait for a process."""
        return max(0, len(self.asking) - self.processes)

    async def run(self, who: str, settings: Mapping[str, Any], draw: int) -> dict[str, Any]:
        """Run the scenarios of one request, by name, side by side; one that has been run before is not run again.

        Raises `BusyError` where this visitor, or everybody, already waits for one, or where it takes too long.
        """
        if who in self.asking:
            raise BusyError("one run at a time: yours is still running")
        if len(self.asking) >= MOST_WAITING:
            raise BusyError(f"{len(self.asking)} runs are waiting already; try again soon")
        self.asking.add(who)
        queue, began = self.waiting, time.monotonic()
        try:
            found = await asyncio.gather(
                *(self._scenario({"settings": one, "draw": draw}) for one in settings.values()), return_exceptions=True
            )
        finally:
            self.asking.discard(who)
        for one in found:
            if isinstance(one, BaseException):
                raise one
        told = dict(zip(settings, found, strict=True))
        return {**told, "seconds": round(time.monotonic() - began, 2), "queue": queue}

    async def _scenario(self, asked: Mapping[str, Any]) -> Any:
        """The closing weeks of one scenario."""
        name = json.dumps(asked, sort_keys=True)
        if name in self.known:
            return self.known[name]
        process = await self.idle.get()
        try:
            process = await self._alive(process)
            found = await asyncio.wait_for(self._ask(process, asked), self.seconds)
        except BaseException as error:
            self._kill(process)
            process = None
            if isinstance(error, TimeoutError):
                raise BusyError(f"the run took more than {self.seconds:g} seconds and was stopped") from error
            raise
        finally:
            self.idle.put_nowait(process)
        if len(self.known) >= MOST_KNOWN:
            self.known.pop(next(iter(self.known)))
        self.known[name] = found
        return found

    async def _alive(self, process: Process | None) -> Process:
        if process is not None and process.returncode is None:
            return process
        command = (sys.executable, "-m", "experiments.classroom.worker")
        process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=1 << 22)
        self.started.add(process)
        return process

    @staticmethod
    async def _ask(process: Process, asked: Mapping[str, Any]) -> Any:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(asked).encode() + b"\n")
        await process.stdin.drain()
        line = await process.stdout.readline()
        if not line:
            raise BusyError("the run ended without an answer")
        return json.loads(line)

    def _kill(self, process: Process | None) -> None:
        if process is not None:
            self.started.discard(process)
            with suppress(ProcessLookupError):
                process.kill()

    async def close(self) -> None:
        """End every process."""
        for process in list(self.started):
            self._kill(process)
            await process.wait()
