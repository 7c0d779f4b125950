"""What the commands say on the terminal, which may be closed, full, or poor in characters: no work is lost by it."""

from __future__ import annotations

import codecs
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

PLAIN = {"\u2212": "-", "–": "-", "—": "-", "…": "...", "“": '"', "”": '"', "’": "'", "\xa0": " ", "\u202f": " "}
NOBODY_READS = {errno.EPIPE, errno.EBADF}  # whoever read has gone, as head does, or there never was anybody


def say(text: str) -> None:
    """Print one line on stderr, whatever is in the text."""
    print("etalase:", " ".join(text.split()), file=sys.stderr)


def _plainly(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that a stream cannot take: a hyphen for a minus sign, ? where nothing is near."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(PLAIN.get(one, "?") for one in error.object[error.start : error.end]), error.end


codecs.register_error("plainly", _plainly)


class Forgiving:
    """A stream that takes all that is written to it. Where it cannot be passed on, `lost` is the reason."""

    def __init__(self, stream: Any) -> None:
        self.lost = None if stream else OSError(errno.EBADF, os.strerror(errno.EBADF))
        self.stream = stream or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
        with suppress(AttributeError, OSError, ValueError):  # a stream of a notebook or of a test
            self.stream.reconfigure(errors="plainly")

    def write(self, text: str) -> int:
        """Write text, all of it or in the end nothing."""
        self._try("write", text)
        return len(text)

    def flush(self) -> None:
        """Pass on what was written."""
        self._try("flush")

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return bool(self._try("isatty"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    def _try(self, method: str, *arguments: str) -> Any:
        if self.lost is None:
            try:
                return getattr(self.stream, method)(*arguments)
            except OSError as error:
                self.lost = error
            except ValueError:  # it has been closed
                self.lost = OSError(errno.EBADF, os.strerror(errno.EBADF))
            self._forget()
        return None

    def _forget(self) -> None:
        """Let what is left in the stream's buffer go nowhere, or Python would try it again when it ends."""
        with suppress(AttributeError, OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.stream.fileno())
            os.close(nowhere)


@contextmanager
def forgiving() -> Iterator[Forgiving]:
    """Make stdout and stderr forgiving; yields stdout."""
    _open_streams()
    before = sys.stdout, sys.stderr
    out, err = Forgiving(sys.stdout), Forgiving(sys.stderr)
    sys.stdout, sys.stderr = out, err
    try:
        yield out
    finally:
        out.flush()
        err.flush()
        sys.stdout, sys.stderr = before


def _open_streams() -> None:
    """Open the standard streams that are closed on nothing, or the next file that is opened would take their place."""
    for stream in range(3):
        try:
            os.fstat(stream)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
            os.set_inheritable(nowhere, True)
