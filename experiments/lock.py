"""One writer at a time in a study's folder. The system lets go of the lock when the process ends, however it ends."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from analysis.shards import StudyError

from .terminal import say

CANNOT_LOCK = {errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP}  # the answers of file systems that have no locks


def locked(folder: Path) -> FileLock:
    """Return a context that holds the folder against other commands.

    On entering, it raises `filelock.Timeout` where another command holds the folder, and any other `OSError`
    where it cannot be locked. It never falls back on a file whose presence is the lock: a kill would leave it.
    """
    return FileLock(folder / ".lock", blocking=False, fallback_to_soft=False)


@contextmanager
def locked_if_possible(folder: Path) -> Iterator[None]:
    """Hold the folder as `locked` does. Where the file system cannot lock, say so in one line and go on."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked(folder))
        except OSError as error:
            if error.errno not in CANNOT_LOCK:
                raise
            say(f"{folder}: this file system cannot lock; run no second command on this study until this one ends")
        yield


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a stored study. Raises `StudyError` where another command is writing it."""
    with ExitStack() as stack:
        try:
            stack.enter_context(locked_if_possible(folder))
        except Timeout as error:
            raise StudyError(f"study: got {folder.name}; it may be a study that no other command is running") from error
        yield


def is_held(folder: Path) -> bool:
    """Return whether a command holds the folder now; no where that cannot be told."""
    try:
        with locked(folder):
            return False
    except Timeout:
        return True
    except OSError:  # a folder that may only be read, or that cannot be locked
        return False
