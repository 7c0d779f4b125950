"""A server of the class page over a synthetic grid and a small market, here or in a process; phones without a screen.

python -m tests.experiments.classroom_server FOLDER
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from websockets.sync.client import ClientConnection, connect

from analysis.classroom.grid import packed
from experiments.classroom.app import LOOPBACK, Server, make_app
from experiments.classroom.hall import Hall
from experiments.classroom.live import Live
from experiments.classroom.serving import settings
from tests.analysis import classroom_grid

SMALL = {"market": "classroom", "market.calibration_consumers": 1000, "market.consumers": 1000}
PATIENCE = 60.0


class Served:
    """A running server."""

    def __init__(self, port: int, key: str, hall: Hall | None = None) -> None:
        self.port, self.key, self.hall = port, key, hall
        self.address = f"http://127.0.0.1:{port}"

    def ask(self, path: str, body: Any = None, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        """Status, content and headers of an answer."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, headers)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read(), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, error.read(), dict(error.headers)

    def wire(self, path: str, **options: Any) -> ClientConnection:
        """A connection for a phone or a board."""
        return connect(
            f"ws://127.0.0.1:{self.port}{path}", open_timeout=PATIENCE, close_timeout=5, legacy=True, **options
        )

    def board(self) -> Board:
        """The teacher's board."""
        return Board(self)

    def phone(self, code: str, token: str | None = None, shop: int | None = None) -> Phone:
        """A pupil's phone."""
        return Phone(self, code, token, shop)


class Board:
    """The teacher's board: what it says is answered."""

    def __init__(self, served: Served) -> None:
        self.wire = served.wire("/ws/board")
        self.seen = self.say(do="board", key=served.key)

    def say(self, **what: Any) -> dict[str, Any]:
        """Send, and return the next answer."""
        self.wire.send(json.dumps(what))
        return self.hear()

    def hear(self) -> dict[str, Any]:
        """The next answer."""
        self.seen = json.loads(self.wire.recv(timeout=PATIENCE))
        return self.seen

    def until(self, week: int) -> dict[str, Any]:
        """Hear until a week has been played."""
        while self.seen["class"]["week"] < week:
            self.hear()
        return self.seen


class Phone:
    """A phone that has joined."""

    def __init__(self, served: Served, code: str, token: str | None, shop: int | None) -> None:
        self.wire = served.wire("/ws/class")
        self.wire.send(json.dumps({"do": "join", "code": code, "token": token, "shop": shop}))
        self.seen = json.loads(self.wire.recv(timeout=PATIENCE))
        self.token = self.seen.get("token")

    def say(self, **what: Any) -> None:
        """Send."""
        self.wire.send(json.dumps(what))

    def until(self, good: Any) -> dict[str, Any]:
        """Hear until something is seen."""
        while not good(self.seen):
            self.seen = json.loads(self.wire.recv(timeout=PATIENCE))
        return self.seen


@contextmanager
def serving(folder: Path, market: dict[str, Any] | None = None, **changes: Any) -> Iterator[Served]:
    """Serve for as long as the context lasts."""
    grid = classroom_grid.grid(market=market or SMALL, **changes)
    hall, live = Hall(grid.declared, folder), Live(processes=1)
    hall.restore()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        app = make_app(Server(grid.declared, packed(grid), hall, live, LOOPBACK, f"http://127.0.0.1:{port}/class"))
        server = uvicorn.Server(uvicorn.Config(app, **settings()))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        until = time.monotonic() + PATIENCE
        while not server.started and time.monotonic() < until:
            time.sleep(0.02)
        try:
            yield Served(port, hall.key, hall)
        finally:
            server.should_exit = True
            thread.join(PATIENCE)


@contextmanager
def serving_apart(folder: Path) -> Iterator[Served]:
    """Serve in a process of its own, which is killed at the end without a word."""
    command = [sys.executable, "-m", "tests.experiments.classroom_server", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])
    try:
        port, key = process.stdout.readline().split()
        yield Served(int(port), key)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def main() -> None:
    """Serve until killed."""
    with serving(Path(sys.argv[1])) as served:
        sys.stdout.write(f"{served.port} {served.key}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
