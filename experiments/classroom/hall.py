"""The hall: the sessions that are open, each with its log on the disk, from which it is had again after a restart."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from analysis.classroom.declared import Declared
from analysis.whole import append, create, write_atomically

from .. import fingerprint
from ..terminal import say
from .border import CODE
from .session import Event, Session

LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # none that looks like another
MOST_SESSIONS = 4
FOLDER, KEY = "sessions", "board.key"


class Hall:
    """Sessions by their codes."""

    def __init__(self, declared: Declared, folder: Path) -> None:
        self.declared, self.folder = declared, folder / FOLDER
        self.folder.mkdir(parents=True, exist_ok=True)
        self.version = fingerprint.model_hash()
        self.sessions: dict[str, Session] = {}
        self.key = self._key()

    def _key(self) -> str:
        """What the teacher's board opens with: kept, so that its link stays good after a restart."""
        path = self.folder / KEY
        if not path.is_file():
            write_atomically(path, secrets.token_urlsafe(32).encode())
            os.chmod(path, 0o600)  # noqa: PTH101  # for its owner alone
        return path.read_text(encoding="ascii")

    def open(self, draw: int, levels: Mapping[str, str]) -> Session:
        """A new session. Raises `LookupError` where as many as may be are open."""
        if len(self.sessions) >= MOST_SESSIONS:
            raise LookupError(f"{MOST_SESSIONS} sessions are open: close one first")
        code = "".join(secrets.choice(LETTERS) for _ in range(6))
        path = self.folder / f"{code}.jsonl"
        create(path)
        session = Session(self.declared, self._keeper(path))
        append(path, _line({"e": "made", "model": self.version}))
        session.open(code, draw, levels)
        self.sessions[code] = session
        return session

    def find(self, code: str) -> Session | None:
        """The open session of a code."""
        return self.sessions.get(code)

    def close(self, code: str) -> None:
        """End a session, and remove its log."""
        del self.sessions[code]
        (self.folder / f"{code}.jsonl").unlink(missing_ok=True)

    def restore(self) -> None:
        """Let every session that was open happen again, up to the last event that reached the disk."""
        for path in sorted(self.folder.glob("*.jsonl")):
            if not CODE.fullmatch(path.stem) or len(self.sessions) >= MOST_SESSIONS:
                continue
            events = _whole_lines(path)
            if len(events) < 2 or events[0].get("model") != self.version:
                say(f"class session {path.stem}: of another version of the model, or empty; left as it is")
                continue
            session = Session(self.declared, self._keeper(path))
            for event in events[1:]:
                session.again(event)
            self.sessions[path.stem] = session
            say(f"class session {path.stem}: as it was, week {session.week}, {len(session.shop_of)} players")

    @staticmethod
    def _keeper(path: Path) -> Callable[[Event], None]:
        return lambda event: append(path, _line(event))


def _line(event: Event) -> bytes:
    return json.dumps(event, separators=(",", ":")).encode() + b"\n"


def _whole_lines(path: Path) -> list[dict[str, Any]]:
    """The events of a log. A last line that is torn is cut off, for the next one begins where it began."""
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    if end < len(data):
        write_atomically(path, data[:end])
    return [json.loads(line) for line in data[:end].splitlines()]
