"""Files that are whole or not there: the one way in which the files of a study are written."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

Content = bytes | Callable[[BinaryIO], object]  # what a file is to hold, or what writes it
NO_FOLDERS = {errno.EINVAL, errno.ENOTSUP, errno.EACCES}  # the answers where a folder cannot be brought to the disk
APPEND = os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)


def write_atomically(path: Path, content: Content) -> None:
    """Write a file so that it is whole or not there, whatever happens and whenever."""
    write_together({path: content})


def write_together(contents: Mapping[Path, Content]) -> None:
    """Write several files; none takes its place before all are on the disk.

    Each is written under a name that begins with a dot, which readers pass over, brought to the disk, and
    renamed. The folder is brought to the disk last: else a crash of the machine could undo the renaming.
    """
    with _drafts(contents) as drafts:
        for path, draft in drafts.items():
            _write(draft, contents[path])
        for path, draft in drafts.items():
            draft.replace(path)
    _sync_all(path.parent for path in contents)


def append(path: Path, data: bytes) -> None:
    """Add `data` to the end of a file that this process alone adds to, on the disk when this returns.

    What could not be written whole is cut off again; where the process ends in between, readers have to tell what
    is not whole. Raises `FileNotFoundError` where there is no such file.
    """
    handle = os.open(path, APPEND)
    try:
        before = os.fstat(handle).st_size
        try:
            _write_all(handle, data)
            os.fsync(handle)
        except OSError:
            with suppress(OSError):
                os.ftruncate(handle, before)
            raise
    finally:
        os.close(handle)


def create(path: Path) -> None:
    """Make an empty file of a new name, and bring its folder to the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, APPEND | os.O_CREAT | os.O_EXCL, 0o666))
    _sync_all([path.parent, path.parent.parent])


def cut(path: Path, length: int) -> None:
    """Cut off what stands behind the first `length` bytes of a file."""
    handle = os.open(path, os.O_RDWR)
    try:
        os.ftruncate(handle, length)
        os.fsync(handle)
    finally:
        os.close(handle)


def move(path: Path, target: Path) -> None:
    """Move a file, on the disk when this returns."""
    target.parent.mkdir(parents=True, exist_ok=True)
    path.replace(target)
    _sync_all([target.parent, path.parent])


def remove(path: Path) -> None:
    """Remove a file if it is there."""
    path.unlink(missing_ok=True)


@contextmanager
def _drafts(paths: Iterable[Path]) -> Iterator[dict[Path, Path]]:
    """A draft beside each path; what is left of them is removed."""
    drafts = {path: path.with_name(f".{uuid4().hex}") for path in paths}
    try:
        yield drafts
    finally:
        for draft in drafts.values():
            remove(draft)


def _write(draft: Path, content: Content) -> None:
    draft.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, bytes):
        content(held := BytesIO())
        content = held.getvalue()
    handle = os.open(draft, APPEND | os.O_CREAT, 0o666)
    try:
        _write_all(handle, content)
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_all(handle: int, data: bytes) -> None:
    """Write it in one call, or in as many as the system makes of it."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _sync_all(folders: Iterable[Path]) -> None:
    for folder in dict.fromkeys(folders):
        _sync(folder)


def _sync(folder: Path) -> None:
    try:
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        if error.errno not in NO_FOLDERS:
            raise
