"""Serving: on this machine's loopback unless phones are asked for, until Ctrl-C."""

from __future__ import annotations

import socket
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from analysis.classroom.declared import Declared
from analysis.classroom.grid import packed
from simulation.settings.parameter import ConfigError

from ..terminal import say
from .make_grid import FOLDER, make_grid

OK, FAILED = 0, 1
NEEDS = ("starlette", "uvicorn", "websockets", "segno")
PORT = 8642
PORTS = 1024, 65535
HERE, EVERYWHERE = "127.0.0.1", "0.0.0.0"


def serve(declared: Declared, results: Path, lan: bool = False, said: str = "") -> int:
    """Serve the page and the class session, at the port that is said. Returns the exit code."""
    port = _port(said)
    if missing := [name for name in NEEDS if find_spec(name) is None]:
        say(f"classroom: got no {missing[0]}; serving needs pip install '.[classroom]' (--export needs nothing)")
        return FAILED
    try:
        listening = socket.create_server((EVERYWHERE if lan else HERE, port))
    except OSError as error:
        say(f"port: got {port}, which cannot be opened ({error.strerror}); it may be another, --port=NUMBER")
        return FAILED
    with listening:
        _run(listening, declared, results, lan, port)
    return OK


def _run(listening: socket.socket, declared: Declared, results: Path, lan: bool, port: int) -> None:
    import uvicorn

    from .app import LOOPBACK, Server, make_app
    from .hall import Hall
    from .live import Live

    grid = make_grid(declared, results)
    hall = Hall(declared, results / FOLDER)
    hall.restore()
    address = _address() if lan else HERE
    hosts = [*LOOPBACK, *([address] if lan else [])]
    server = Server(declared, packed(grid), hall, Live(), hosts, f"http://{address}:{port}/class")
    print(f"Page: http://{HERE}:{port}/")
    print(f"Teacher's board, for this machine alone: http://{HERE}:{port}/board#key={hall.key}", flush=True)
    if lan:
        say(
            f"open to every device on this network at http://{address}:{port}/class, with a session's code; "
            "Ctrl-C closes it"
        )
    uvicorn.Server(uvicorn.Config(make_app(server), **settings())).run(sockets=[listening])


def settings() -> dict[str, Any]:
    """What the server is told: small messages, phones that sleep noticed soon, nothing kept of who came."""
    return {
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "ws": "websockets-sansio",
        "ws_max_size": 4096,
        "ws_max_queue": 8,
        "ws_ping_interval": 5.0,
        "ws_ping_timeout": 10.0,
        "ws_per_message_deflate": False,
        "limit_concurrency": 400,
        "timeout_keep_alive": 5,
        "timeout_graceful_shutdown": 2,
        "h11_max_incomplete_event_size": 16_384,
    }


def _port(said: str) -> int:
    if not said:
        return PORT
    if not said.isascii() or not said.isdigit() or not PORTS[0] <= int(said) <= PORTS[1]:
        raise ConfigError("port", said, f"a whole number from {PORTS[0]} to {PORTS[1]}")
    return int(said)


def _address() -> str:
    """This machine's address on the local network; asking for a route sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("192.0.2.1", 9))
            return str(asking.getsockname()[0])
        except OSError:
            return HERE
