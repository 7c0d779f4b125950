"""Files are whole or not there, one by one and together, and on the disk before they have their names."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.whole import write_atomically, write_together


def break_off(file: BinaryIO) -> None:
    file.write(b"half")
    raise OSError("no space left on device")


@given(before=st.none() | st.binary(), after=st.binary(), written=st.integers(0, 50))
def test_a_write_that_breaks_off_leaves_what_was_there(
    tmp_path_factory: pytest.TempPathFactory, before: bytes | None, after: bytes, written: int
) -> None:
    path = tmp_path_factory.mktemp("torn") / "file"
    if before is not None:
        path.write_bytes(before)

    def break_off(file: BinaryIO) -> None:
        file.write(after[:written])
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        write_atomically(path, break_off)
    assert [p.read_bytes() for p in path.parent.iterdir()] == ([] if before is None else [before])
    write_atomically(path, lambda file: file.write(after))
    assert [p.read_bytes() for p in path.parent.iterdir()] == [after]


def test_of_files_that_belong_together_none_is_new_where_one_breaks_off(tmp_path: Path) -> None:
    write_together({tmp_path / "a": b"1", tmp_path / "b": b"1"})
    with pytest.raises(OSError, match="no space"):
        write_together({tmp_path / "a": b"2", tmp_path / "b": break_off})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"1", "b": b"1"}


def test_contents_reach_the_disk_before_the_name_and_the_folder_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[bool, bool]] = []

    def fsync(handle: int) -> None:
        seen.append((stat.S_ISDIR(os.fstat(handle).st_mode), (tmp_path / "new" / "file").exists()))

    monkeypatch.setattr(os, "fsync", fsync)
    write_atomically(tmp_path / "new" / "file", b"whole")
    assert seen == [(False, False), (True, True)]


@pytest.mark.parametrize(("code", "raised"), [(errno.EINVAL, False), (errno.EIO, True)])
def test_a_folder_that_cannot_be_synced_is_no_failure_but_a_broken_disk_is(
    code: int, raised: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def no_folders(path: str | Path, flags: int, *rest: int, **more: int) -> int:
        if Path(path) == tmp_path:
            raise OSError(code, os.strerror(code))
        return opened(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", no_folders)
    try:
        write_atomically(tmp_path / "file", b"whole")
    except OSError:
        assert raised
    else:
        assert not raised
    assert (tmp_path / "file").read_bytes() == b"whole"
