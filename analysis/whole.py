"""Files that are whole or not there: the one way in which the files of a study are written."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

Content = bytes | Callable[[BinaryIO], object]  # what a file is to hold, or what writes it
NO_FOLDERS = {errno.EINVAL, errno.ENOTSUP, errno.EACCES}  # the answers where a folder cannot be brought to the disk


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
    for folder in dict.fromkeys(path.parent for path in contents):
        _sync(folder)


@contextmanager
def _drafts(paths: Iterable[Path]) -> Iterator[dict[Path, Path]]:
    """A draft beside each path; what is left of them is removed."""
    drafts = {path: path.with_name(f".{uuid4().hex}") for path in paths}
    try:
        yield drafts
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _write(draft: Path, content: Content) -> None:
    draft.parent.mkdir(parents=True, exist_ok=True)
    with draft.open("wb") as file:
        file.write(content) if isinstance(content, bytes) else content(file)
        file.flush()
        os.fsync(file.fileno())


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
