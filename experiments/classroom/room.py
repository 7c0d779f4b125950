"""Who is connected to which session, and what each is told. One event at a time, whoever sends it."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from .border import CODE, MOST_WEEKS, TOKEN, Allowance, RefusedError, among, levels, message, only, text, whole
from .hall import Hall
from .session import MODEL, Choice, Session

SEND_SECONDS = 5.0  # for one message to a phone; one that takes none is left
JOIN_SECONDS = 15.0  # until somebody who is connected has said who it is
MOST_CONNECTIONS = 120
BAD_MESSAGES = 20  # after which a connection ends
POLICY, FULL = 1008, 1013  # why a connection is ended


class Room:
    """The connections of all sessions."""

    def __init__(self, hall: Hall) -> None:
        self.hall, self.lock = hall, asyncio.Lock()
        self.phones: dict[str, dict[WebSocket, int]] = {}  # by session: each phone's shop
        self.boards: dict[WebSocket, str | None] = {}  # each board's session
        self.count = 0
        self.joins: dict[str, Allowance] = {}  # by address: so many codes may be tried

    # ---- phones

    async def phone(self, socket: WebSocket) -> None:
        """Serve a pupil's phone until it goes."""
        await self._serve(socket, self._phone)

    async def _phone(self, socket: WebSocket) -> None:
        first = message(await asyncio.wait_for(_received(socket), JOIN_SECONDS))
        only(first, "do", "code", "token", "shop")
        among(first, "do", ["join"])
        self._may_try(socket)
        session = self.hall.find(text(first, "code", CODE))
        if session is None:
            await _send(socket, {"error": "code"})
            return
        known = first.get("token") is not None
        token = text(first, "token", TOKEN) if known else secrets.token_urlsafe(24)
        wanted = None if first.get("shop") is None else whole(first, "shop", 1, session.shops) - 1
        async with self.lock:
            try:
                shop = session.join(token, wanted)
            except LookupError:
                await _send(socket, {"error": "full"})
                return
        self.phones.setdefault(session.code, {})[socket] = shop
        try:
            await _send(socket, {"token": token, "code": session.code, **self._seen(session, shop)})
            await self._tell_boards(session)
            await self._listen(socket, lambda said: self._of_phone(session, shop, said))
        finally:
            self.phones.get(session.code, {}).pop(socket, None)  # the session may have been closed
            await self._tell_boards(session)

    async def _of_phone(self, session: Session, shop: int, said: Mapping[str, Any]) -> None:
        does = among(said, "do", ["choose", "vote", "look"])
        if does == "choose":
            only(said, "do", "price", "channels")
            choice = self._choice(session, said)
            async with self.lock:
                session.choose(shop, choice)
        elif does == "vote":
            only(said, "do", "level")
            level = among(said, "level", [one["name"] for one in session.lever["levels"]])
            if not session.voting:
                raise RefusedError("vote: it may be given while the vote is open")
            async with self.lock:
                session.vote(shop, level)
            await self._tell_boards(session)
        await self._tell_shop(session, shop)

    @staticmethod
    def _choice(session: Session, said: Mapping[str, Any]) -> Choice:
        declared = session.declared.data["choices"]
        price = among(said, "price", [entry["name"] for entry in declared["price"]])
        known = [entry["name"] for entry in declared["channels"]]
        channels = said.get("channels")
        if channels is None:
            return Choice(price, None)
        names = (
            [among({"channels": name}, "channels", known) for name in channels] if isinstance(channels, list) else []
        )
        if not 0 < len(names) <= len(known) or len(set(names)) < len(names):
            raise RefusedError(f"channels: it may be a list of some of {', '.join(known)}, or null")
        return Choice(price or MODEL, tuple(sorted(names)))

    def _may_try(self, socket: WebSocket) -> None:
        address = socket.client.host if socket.client else ""
        if len(self.joins) > 10_000:
            self.joins.clear()
        if not self.joins.setdefault(address, Allowance(120, 2.0)).take():
            raise RefusedError("join: it may be tried again in a moment")

    # ---- boards

    async def board(self, socket: WebSocket) -> None:
        """Serve the teacher's board until it goes."""
        await self._serve(socket, self._board)

    async def _board(self, socket: WebSocket) -> None:
        first = message(await asyncio.wait_for(_received(socket), JOIN_SECONDS))
        only(first, "do", "key", "code")
        if not hmac.compare_digest(str(first.get("key")).encode("utf-8", "replace"), self.hall.key.encode()):
            await _send(socket, {"error": "key"})
            return
        code = first.get("code")
        sessions = self.hall.sessions
        self.boards[socket] = code if code in sessions else next(iter(sessions), None)
        try:
            await self._tell_board(socket)
            await self._listen(socket, lambda said: self._of_board(socket, said))
        finally:
            self.boards.pop(socket, None)

    async def _of_board(self, socket: WebSocket, said: Mapping[str, Any]) -> None:
        does = among(said, "do", ["open", "step", "vote_open", "vote_close", "explain", "close", "look"])
        if does == "open":
            await self._open(socket, said)
        code = self.boards[socket]
        session = self.hall.find(code) if code else None
        if session is None:
            await self._tell_board(socket)
            return
        if does == "step":
            only(said, "do", "weeks")
            await self._step(session, whole(said, "weeks", 1, MOST_WEEKS))
        elif does == "close":
            await self._close(session)
        elif does in ("vote_open", "vote_close", "explain"):
            only(said, "do")
            await self._change(
                session, {"vote_open": session.open_vote, "vote_close": session.close_vote}.get(does, session.explain)
            )
        await self._tell_all(session)
        await self._tell_board(socket)

    async def _open(self, socket: WebSocket, said: Mapping[str, Any]) -> None:
        declared = self.hall.declared
        only(said, "do", "draw", "levels")
        draw, chosen = whole(said, "draw", 1, declared.draws) - 1, levels(declared, said)
        async with self.lock:
            try:
                self.boards[socket] = (await asyncio.to_thread(self.hall.open, draw, chosen)).code
            except LookupError as error:
                raise RefusedError(f"open: {error}") from error

    async def _step(self, session: Session, weeks: int) -> None:
        for _ in range(min(weeks, session.declared.weeks - session.week)):
            present = set(self.phones.get(session.code, {}).values())
            async with self.lock:
                await asyncio.to_thread(session.step, present)
            await self._tell_all(session)

    async def _change(self, session: Session, what: Any) -> None:
        async with self.lock:
            await asyncio.to_thread(what)

    async def _close(self, session: Session) -> None:
        async with self.lock:
            self.hall.close(session.code)
        for phone in list(self.phones.pop(session.code, {})):
            await _send(phone, {"error": "closed"})
            await _end(phone, POLICY)
        for board, code in self.boards.items():
            if code == session.code:
                self.boards[board] = next(iter(self.hall.sessions), None)

    # ---- telling

    def _seen(self, session: Session, shop: int) -> dict[str, Any]:
        return {"class": session.standing(), "mine": session.of_shop(shop)}

    async def _tell_shop(self, session: Session, shop: int) -> None:
        seen = self._seen(session, shop)
        phones = self.phones.get(session.code, {})
        await asyncio.gather(*(_send(phone, seen) for phone, owner in list(phones.items()) if owner == shop))

    async def _tell_all(self, session: Session) -> None:
        phones = self.phones.get(session.code, {})
        seen = {shop: self._seen(session, shop) for shop in set(phones.values())}
        await asyncio.gather(*(_send(phone, seen[shop]) for phone, shop in list(phones.items())))
        await self._tell_boards(session)

    async def _tell_boards(self, session: Session) -> None:
        await asyncio.gather(
            *(self._tell_board(board) for board, code in list(self.boards.items()) if code == session.code)
        )

    async def _tell_board(self, board: WebSocket) -> None:
        code = self.boards.get(board)
        session = self.hall.find(code) if code else None
        if session is None:
            await _send(board, {"code": None})
            return
        present = len(set(self.phones.get(session.code, {}).values()))
        await _send(board, {"code": session.code, "present": present, "class": session.standing()})

    # ---- one connection

    async def _serve(self, socket: WebSocket, how: Any) -> None:
        await socket.accept()
        if self.count >= MOST_CONNECTIONS:
            await _end(socket, FULL)
            return
        self.count += 1
        try:
            await how(socket)
        except RefusedError as error:
            await _send(socket, {"refused": str(error)})
        except (WebSocketDisconnect, TimeoutError, RuntimeError):
            pass  # it has gone, or never said who it is
        finally:
            self.count -= 1
            await _end(socket, POLICY)

    @staticmethod
    async def _listen(socket: WebSocket, take: Any) -> None:
        """Take message after message; who sends too many, or too many bad ones, is cut off."""
        allowance, bad = Allowance(30, 5.0), 0
        while bad < BAD_MESSAGES:
            data = await _received(socket)
            try:
                if not allowance.take():
                    raise RefusedError("message: it may come five times a second")
                await take(message(data))
            except RefusedError as error:
                bad += 1
                await _send(socket, {"refused": str(error)})
            except OSError as error:  # the log could not be written, so nothing has happened
                await _send(socket, {"refused": f"not kept: {error.strerror}"})


async def _received(socket: WebSocket) -> str | bytes:
    """The next message, text or bytes. Raises `WebSocketDisconnect` where the other side has gone."""
    found = await socket.receive()
    if found["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(found.get("code", 1000))
    data: str | bytes = found["text"] if found.get("text") is not None else found.get("bytes", b"")
    return data


async def _send(socket: WebSocket, what: Mapping[str, Any]) -> None:
    """Send what can be sent in time; a phone that has gone, or sleeps, holds up nobody."""
    if socket.application_state is not WebSocketState.CONNECTED:
        return
    with suppress(RuntimeError, WebSocketDisconnect, TimeoutError, OSError):
        await asyncio.wait_for(socket.send_json(what), SEND_SECONDS)


async def _end(socket: WebSocket, code: int) -> None:
    if socket.application_state is WebSocketState.CONNECTED:
        with suppress(RuntimeError, WebSocketDisconnect, OSError):
            await socket.close(code)
