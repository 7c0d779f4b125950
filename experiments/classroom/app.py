"""The server's routes: page, class page, board, live runs; every answer keeps the browser in bounds by its headers."""

from __future__ import annotations

import gzip
import io
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import segno
from plotly.offline import get_plotlyjs
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from analysis.classroom import page
from analysis.classroom.declared import WITH, WITHOUT, Declared, PageScenario, merged

from .border import MOST_BYTES, RefusedError, levels, live_values, message, only, whole
from .hall import Hall
from .live import BusyError, Live
from .room import Room

# plotly.js makes an empty style sheet and fills it by script: the hash is that of nothing
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; "
    "img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-cache",
}
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
BUSY, TOO_LARGE, BAD, FORBIDDEN = 429, 413, 400, 403


@dataclass(frozen=True)
class Server:
    """What the routes need."""

    declared: Declared
    grid: bytes  # packed
    hall: Hall
    live: Live
    hosts: Sequence[str]  # by which it may be called
    join_address: str  # of the class page, for phones


class Guarded:
    """Headers on every answer; nothing is taken from another site's page."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from our own pages."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        said = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if not _own(said):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await JSONResponse({"error": "from another site"}, FORBIDDEN)(scope, receive, send)
            return

        async def with_headers(answer: Message) -> None:
            if answer["type"] == "http.response.start":
                headers = MutableHeaders(scope=answer)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(answer)

        await self.app(scope, receive, with_headers)


def _own(said: Mapping[str, str]) -> bool:
    """Whether a request is no page's of another site: it has no origin, or ours."""
    origin = said.get("origin")
    return origin is None or origin.partition("://")[2] == said.get("host")


def make_app(server: Server) -> Starlette:
    """The application."""
    room = Room(server.hall)

    async def phone(socket: WebSocket) -> None:
        await room.phone(socket)

    async def board(socket: WebSocket) -> None:
        if socket.client is None or socket.client.host not in ("127.0.0.1", "::1"):
            await socket.close(1008)  # the board is for the laptop that serves it
            return
        await room.board(socket)

    @asynccontextmanager
    async def life(app: Starlette) -> AsyncIterator[None]:
        yield
        await server.live.close()

    files = _files(server)
    routes: list[BaseRoute] = [Route(path, _giving(*file)) for path, file in files.items()]
    routes += [
        Route("/qr.svg", _qr(server)),
        Route("/api/run", _run(server), methods=["POST"]),
        WebSocketRoute("/ws/class", phone),
        WebSocketRoute("/ws/board", board),
    ]
    guards = [
        Middleware(Guarded),
        Middleware(TrustedHostMiddleware, allowed_hosts=list(server.hosts), www_redirect=False),
    ]
    return Starlette(routes=routes, middleware=guards, lifespan=life)


def _files(server: Server) -> dict[str, tuple[bytes, str]]:
    """What is served as it is, by path: content and kind."""
    html, css, js = "text/html; charset=utf-8", "text/css; charset=utf-8", "text/javascript; charset=utf-8"
    session = page.session_html
    return {
        "/": (page.html(server.grid, served=True).encode(), html),
        "/page.css": (page.style().encode(), css),
        "/page.js": (page.script().encode(), js),
        "/plotly.js": (get_plotlyjs().encode(), js),
        "/class": (session("class", server.declared, server.join_address).encode(), html),
        "/board": (session("board", server.declared, server.join_address).encode(), html),
        "/session.css": (page.style("session").encode(), css),
        "/class.js": (page.script(page.CLASS_SCRIPTS).encode(), js),
        "/board.js": (page.script(page.BOARD_SCRIPTS).encode(), js),
    }


def _giving(content: bytes, kind: str) -> Callable[[Request], Awaitable[Response]]:
    packed = gzip.compress(content, 6)

    async def give(request: Request) -> Response:
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, media_type=kind, headers={"Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
        return Response(content, media_type=kind)

    return give


def _qr(server: Server) -> Callable[[Request], Awaitable[Response]]:
    async def give(request: Request) -> Response:
        """The address of the class page with the code of an open session in it, as a square to be photographed."""
        code = request.query_params.get("code", "")
        if server.hall.find(code) is None:
            return JSONResponse({"error": "code"}, 404)
        drawn = io.BytesIO()
        segno.make(f"{server.join_address}#code={code}", error="m").save(drawn, kind="svg", scale=8, border=2)
        return Response(drawn.getvalue(), media_type="image/svg+xml")

    return give


def _run(server: Server) -> Callable[[Request], Awaitable[Response]]:
    async def run(request: Request) -> Response:
        try:
            settings, draw = asked(server.declared, message(await _body(request)))
        except RefusedError as error:
            return JSONResponse({"error": str(error)}, BAD)
        who = request.client.host if request.client else ""
        try:
            return JSONResponse(await server.live.run(who, settings, draw))
        except BusyError as error:
            return JSONResponse({"error": str(error), "queue": server.live.waiting}, BUSY)

    return run


async def _body(request: Request) -> bytes:
    """The body, read no further than it may be long."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise RefusedError(f"message: it may have {MOST_BYTES} bytes")
    return body


def asked(declared: Declared, said: Mapping[str, Any]) -> tuple[dict[str, Any], int]:
    """The settings of both twins, and the draw, of a request for a live run."""
    only(said, "levels", "values", "draw")
    chosen, values = levels(declared, said), live_values(declared, said)
    draw = whole(said, "draw", 0, declared.draws - 1)
    free = declared.usual
    settings = {}
    for twin in (WITHOUT, WITH):
        rules = {lever["name"]: free[lever["name"]] for lever in declared.rules} if twin == WITHOUT else {}
        scenario = declared.settings(PageScenario(twin, chosen | rules))
        own = declared.twins[twin]["settings"]
        settings[twin] = merged([scenario, {name: value for name, value in values.items() if name not in own}])
    return settings, draw
