"""The form in which runs are stored: shards, files to which one process adds a record a run.

A record is a header and four parts, behind each other:

    header   magic, scenario id, seed, when it was written, the lengths of the parts, SHA-256 of all the rest of the
    record row      the run's row of `runs`, as JSON
    about    the scenario with its settings, the model's hash, the report of the opening market; JSON, zstd
    weekly   a row a week, less its keys, an Arrow stream, zstd
    sellers  a row a seller, likewise

A record is all three tables of a run or nothing: what the digest does not confirm is passed over, and the search goes
on at the next magic. So a write that broke off costs its own run and no other, and a shard needs no index.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .old_names import today

if TYPE_CHECKING:
    import pyarrow as pa

MAGIC = b"\x93ETALAS1"
HEADER = struct.Struct("<8s 10s q d 4I 32s")
DIGEST = 32  # bytes at the header's end
ENDING = ".shard"
SCENARIO = re.compile(r"[0-9a-f]{10}")  # the form of a scenario's id
MODEL = re.compile(r"[0-9a-f]{12}(?:[0-9a-f]{4})?")  # the form of a model's hash
CHUNK = 1 << 20
FIXED = {"weeks": int, "market": str, "algorithm": str, "platform": str, "regulation": str}  # what every row has
PLAIN = {str, int, float, bool, type(None)}

Run = tuple[str, int]  # (scenario_id, seed)


class StudyError(ValueError):
    """A folder that holds no readable study. Its message is one line."""


@dataclass(frozen=True)
class Record:
    """A record as it was found: whose it is and where it stands. Only the row is kept; the rest is read when asked."""

    path: Path
    offset: int
    run: Run
    written: float
    lengths: tuple[int, ...]  # of the four parts
    digest: bytes
    row_text: bytes

    @property
    def end(self) -> int:
        """Where the next record begins."""
        return self.offset + HEADER.size + sum(self.lengths)

    @cached_property
    def row(self) -> dict[str, Any]:
        """The run's row of `runs`, less its keys."""
        row = self._json(self.row_text)
        plain = set(map(type, row.values())) <= PLAIN
        fixed = all(type(row.get(name)) is kind for name, kind in FIXED.items())
        if not (plain and fixed and row["weeks"] >= 0):
            raise self._wrong("a row of another form")
        return row

    @cached_property
    def about(self) -> dict[str, Any]:
        """The scenario, the model's hash, the report of the opening market."""
        about = today(self._json(_unpacked(self._part(1))))
        if isinstance(scenario := about.get("scenario"), dict):
            about["scenario"] = scenario = today(scenario)
        own = (
            isinstance(scenario, dict)
            and scenario.get("scenario_id") == self.run[0]
            and isinstance(scenario.get("config", {}), dict)
        )
        if not own:
            raise self._wrong("another scenario than its own")
        return about

    def table(self, dataset: str) -> pa.Table:
        """The run's rows of `weekly` or `sellers`, less their keys."""
        import pyarrow as pa

        try:
            with pa.ipc.open_stream(_unpacked(self._part({"weekly": 2, "sellers": 3}[dataset]))) as stream:
                table = stream.read_all()
        except (ValueError, OSError, pa.ArrowException) as error:
            if isinstance(error, StudyError):
                raise
            raise self._wrong(f"no readable {dataset}") from error
        return table

    def check(self) -> None:
        """Read every part. Raises `StudyError` where one has another form than it should."""
        _ = self.row, self.about
        for dataset in ("weekly", "sellers"):
            self.table(dataset).validate(full=True)

    def whole(self) -> bytes:
        """The whole record as it stands in its file. Raises `StudyError` where it is not what it was."""
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset)
                data = file.read(self.end - self.offset)
        except OSError as error:
            raise StudyError(f"{self.path}: changed while it was read ({error.strerror}); try again") from error
        if not _holds(data, self.digest):
            raise StudyError(f"{self.path}: changed while it was read; try again")
        return data

    def _part(self, number: int) -> memoryview:
        begin = HEADER.size + sum(self.lengths[:number])
        return memoryview(self.whole())[begin : begin + self.lengths[number]]

    def _json(self, text: bytes) -> dict[str, Any]:
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise self._wrong("no JSON where it should be") from error
        if not isinstance(data, dict):
            raise self._wrong("a row of another form")
        return data

    def _wrong(self, what: str) -> StudyError:
        scenario_id, seed = self.run
        return StudyError(f"{self.path}: the record of run {scenario_id}-{seed} holds {what}")


@dataclass(frozen=True)
class Damage:
    """Bytes of a file that are no record."""

    path: Path
    begin: int
    end: int
    torn: bool  # a record's beginning, at the end of the file: a write that broke off

    def __str__(self) -> str:
        what = "a write that broke off" if self.torn else "damaged or foreign"
        return f"{self.path}: {self.end - self.begin:,} bytes at {self.begin:,}, {what}"


def encode(
    run: Run,
    written: float,
    row: Mapping[str, Any],
    about: Mapping[str, Any],
    weekly: pa.Table,
    sellers: pa.Table,
) -> bytes:
    """A record, ready to be added to a shard."""
    said = json.dumps(about, ensure_ascii=False, default=lambda value: value.tolist()).encode("utf-8", "replace")
    parts = [json.dumps(row).encode(), _packed(said), _packed(_stream(weekly)), _packed(_stream(sellers))]
    scenario_id, seed = run
    if not SCENARIO.fullmatch(scenario_id):
        raise ValueError(f"a scenario's id is ten hex digits, not {scenario_id}")
    head = HEADER.pack(MAGIC, scenario_id.encode(), seed, written, *map(len, parts), b"\0" * DIGEST)[:-DIGEST]
    total = hashlib.sha256(head)
    for part in parts:
        total.update(part)
    return b"".join([head, total.digest(), *parts])


def scan(path: Path) -> Iterator[Record | Damage]:
    """What stands in a shard, in its order, each record confirmed by its digest."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        offset = good = 0
        while offset < size:
            found = _record(path, file, offset, size)
            if found is None:
                offset = _next_magic(file, offset + 1, size)
                continue
            if good < offset:
                yield Damage(path, good, offset, torn=False)
            yield found
            offset = good = found.end
        if good < size:
            yield Damage(path, good, size, _is_torn(file, good, size))


def count(path: Path, offset: int = 0) -> tuple[int, int]:
    """How many records follow each other from `offset` on, and where they end; only their headers are read."""
    number = 0
    with path.open("rb") as file:
        size = file.seek(0, 2)
        while (head := _header(file, offset, size)) and head[2] <= size:
            number, offset = number + 1, head[2]
    return number, offset


def _header(file: BinaryIO, offset: int, size: int) -> tuple[tuple[Any, ...], bytes, int] | None:
    """The fields of a header, its bytes, and where its record is to end; none where there is no header."""
    if offset + HEADER.size > size:
        return None
    file.seek(offset)
    head = file.read(HEADER.size)
    if len(head) < HEADER.size or not head.startswith(MAGIC):
        return None
    fields = HEADER.unpack(head)
    return fields, head, offset + HEADER.size + sum(fields[4:8])


def _record(path: Path, file: BinaryIO, offset: int, size: int) -> Record | None:
    """The record that begins here, if one does and is whole."""
    found = _header(file, offset, size)
    if found is None or found[2] > size:
        return None
    (_, scenario, seed, written, *lengths, digest), head, end = found
    total, row = hashlib.sha256(head[:-DIGEST]), file.read(lengths[0])
    total.update(row)
    left = end - offset - HEADER.size - len(row)
    while left > 0 and (chunk := file.read(min(left, CHUNK))):
        total.update(chunk)
        left -= len(chunk)
    scenario_id = scenario.decode("latin-1")
    if total.digest() != digest or not (SCENARIO.fullmatch(scenario_id) and seed >= 0 and math.isfinite(written)):
        return None
    return Record(path, offset, (scenario_id, seed), written, tuple(lengths), digest, row)


def _holds(data: bytes, digest: bytes) -> bool:
    """Whether a record's bytes are what its digest says."""
    total = hashlib.sha256(data[: HEADER.size - DIGEST])
    total.update(memoryview(data)[HEADER.size :])
    return total.digest() == digest


def _next_magic(file: BinaryIO, offset: int, size: int) -> int:
    """Where the next magic stands, else the file's end."""
    while offset < size:
        file.seek(offset)
        place = file.read(CHUNK).find(MAGIC)
        if place >= 0:
            return offset + place
        offset += CHUNK - len(MAGIC) + 1
    return size


def _is_torn(file: BinaryIO, offset: int, size: int) -> bool:
    """Whether the rest of a file is the beginning of a record and less than it was to be."""
    file.seek(offset)
    begun = file.read(len(MAGIC))
    if offset + HEADER.size > size:
        return MAGIC.startswith(begun)
    found = _header(file, offset, size)
    return found is not None and found[2] > size


def _stream(table: pa.Table) -> bytes:
    import pyarrow as pa

    with pa.BufferOutputStream() as out:
        with pa.ipc.new_stream(out, table.schema) as stream:
            stream.write_table(table)
        return out.getvalue().to_pybytes()


def _packed(data: bytes) -> bytes:
    """The data as zstd makes them, behind their own length, which Arrow asks for."""
    import pyarrow as pa

    return struct.pack("<I", len(data)) + pa.compress(data, codec="zstd", asbytes=True)


def _unpacked(data: memoryview) -> bytes:
    import pyarrow as pa

    try:
        (length,) = struct.unpack("<I", data[:4])
        unpacked: bytes = pa.decompress(data[4:], length, codec="zstd", asbytes=True)
    except (struct.error, ValueError, OSError) as error:
        raise ValueError("the part cannot be unpacked") from error
    return unpacked
