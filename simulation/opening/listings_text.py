"""Tables of others as text: from bytes to rows with their lines, from what stands in a field to a number.

Strict, so that nothing is read as what it is not: where a file can be read in two ways it is refused, with the line
and what to do.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SEPARATORS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
SAME = {"price": "price_idr"}  # other names of a column
SEP_LINE = re.compile(r'"?sep=([,;|\t])"?[ ,;|\t]*(?:\r\n|\r|\n)', re.IGNORECASE)
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
MISSING = frozenset({"", "-", "–", "—", "nan", "na", "n/a", "#n/a", "null", "none", "\\n"})

NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
THOUSANDS = re.compile(r"[1-9]\d{0,2}([.,])\d{3}(\1\d{3})*", re.ASCII)
INDONESIAN = re.compile(
    r"(?:(?:rp|idr)\.? ?)?(?:terjual |sold )?(?P<number>-?(?:[1-9]\d{0,2}(?:\.\d{3})+|\d+)(?:,\d+)?)"
    r" ?(?P<times>rb|ribu|jt|juta)?(?P<more> ?\+)?(?: terjual| sold)?",
    re.ASCII,
)
TIMES = {None: 1.0, "rb": 1e3, "ribu": 1e3, "jt": 1e6, "juta": 1e6}


Row = tuple[int, list[str]]  # the line that it begins in, its fields


class TextError(ValueError):
    """A text that cannot be read. The message says where, why, and what would help."""


@dataclass(frozen=True)
class Columns:
    """What is wanted of a table: for each row the line that it begins in, as an editor counts, and its fields."""

    header: list[str]  # all names, in small letters, _ for a space
    lines: list[int]
    fields: dict[str, list[str]]  # by name; only of wanted columns that are there


def read_columns(content: bytes, wanted: Sequence[str]) -> Columns:
    """Return the wanted columns of a file; rows without any text are passed over.

    The separator is the one that a first line `sep=` names, or else the one that finds most of the `wanted` columns.
    Raises `TextError` at the first thing that cannot be read.
    """
    text = decoded(content)
    named = SEP_LINE.match(text)
    skipped = 1 if named else 0
    before = csv.field_size_limit(max(len(text), 1))  # a field may be as long as the file
    try:
        found = {sep: _header(text, sep, skipped) for sep in (named[1] if named else SEPARATORS)}
        separator = max(found, key=lambda sep: (len(set(found[sep]) & set(wanted)), len(found[sep])))
        return _columns(_rows(text, separator, skipped), found[separator], separator, wanted)
    finally:
        csv.field_size_limit(before)


def _columns(rows: Iterator[Row], header: list[str], separator: str, wanted: Sequence[str]) -> Columns:
    twice = [name for name, count in Counter(header).items() if count > 1 and name]
    if twice:
        raise TextError(f"a CSV file that names each column once (its header has {twice[0]!r} twice)")
    places = {name: header.index(name) for name in wanted if name in header}
    lines, fields = list[int](), {name: list[str]() for name in places}
    next(rows, None)
    for line, row in rows:
        if len(row) != len(header):
            raise TextError(
                f"a CSV file with as many fields in each row as in its header, {len(header)} (line {line} has "
                f"{len(row)}): put quotes around a text or number with {SEPARATORS[separator]} in it"
            )
        lines.append(line)
        for name, place in places.items():
            fields[name].append(row[place])
    return Columns(header, lines, fields)


def decoded(content: bytes) -> str:
    """Return the text of a file in UTF-8 or UTF-16, with or without a byte order mark."""
    head = content[:200]
    if content.startswith(UTF_16):
        encoding = "utf-16"
    elif b"\0" in head:
        encoding = "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = 1 + content[: error.start].count(b"\n")
        raise TextError(f"text in UTF-8 or UTF-16 (line {line} is neither): save it as 'CSV UTF-8'") from None
    if "\0" in text:
        raise TextError("a text file of comma-separated values (this one holds bytes that are no text)")
    return text


def _header(text: str, separator: str, skipped: int) -> list[str]:
    """The names of the columns if this were the separator; none where it cannot be."""
    try:
        _, fields = next(_rows(text, separator, skipped), (0, []))
    except TextError:
        return []
    names = ["_".join(re.split(r"[\s_]+", name.strip().casefold())) for name in fields]
    return [SAME.get(name, name) for name in names]


def _rows(text: str, separator: str, skipped: int) -> Iterator[Row]:
    """The rows after the lines that are skipped, each with its line; those without text are counted and passed over."""
    lines = io.StringIO(text, newline="")
    for _ in range(skipped):
        next(lines)
    reader, begins = csv.reader(lines, delimiter=separator, strict=True), skipped + 1
    try:
        for fields in reader:
            if any(map(str.strip, fields)):
                yield begins, fields
            begins = skipped + reader.line_num + 1
    except csv.Error as error:
        reason = "a quote opens there and does not end" if "end of data" in str(error) else str(error)
        raise TextError(f"a CSV file of comma-separated values (line {begins}: {reason})") from None


def number(said: str, form: str, whole: bool = False) -> float:
    """Return what a field says in a form, plain or id; NaN where it says nothing. `whole`: it counts something.

    Raises `TextError` where it is no number in that form, or could be two.
    """
    if said.isascii() and said.isdigit():  # nearly all of them
        return float(said)
    text = " ".join(said.split()).casefold()
    if text in MISSING:
        return float("nan")
    return _indonesian(text) if form == "id" else _plain(text, whole)


def rating(said: str, form: str) -> float:
    """Return the stars that a field says; of a rating there are no thousands, so 4.875 is a decimal in both forms."""
    text = said.strip().casefold()
    if text in MISSING:
        return float("nan")
    point = text.replace(",", ".") if form == "id" else text
    if not NUMBER.fullmatch(point):
        hint = ", or give market.listings_format=id" if NUMBER.fullmatch(text.replace(",", ".")) else ""
        raise TextError(f"write it as 4.8{hint}")
    return float(point)


def _plain(text: str, whole: bool) -> float:
    if THOUSANDS.fullmatch(text):
        joined = re.sub("[.,]", "", text)
        raise TextError(f"it may be {joined} or a decimal: write {joined}, or give market.listings_format=id")
    if not NUMBER.fullmatch(text):
        if "$" in text or "usd" in text:
            raise TextError("leave the currency out and give market.listings_currency=USD")
        hint = ", or give market.listings_format=id" if INDONESIAN.fullmatch(text) else ""
        raise TextError(f"write a plain number, as 12500{hint}")
    value = float(text)
    if whole and value % 1.0 > 0.0:
        raise TextError("a count is whole: write 1150 for what was 1.150, or give market.listings_format=id")
    return value


def _indonesian(text: str) -> float:
    found = INDONESIAN.fullmatch(text)
    if not found:
        raise TextError("with market.listings_format=id write it as 12500, Rp12.500 or 1,2rb terjual")
    return float(found["number"].replace(".", "").replace(",", ".")) * TIMES[found["times"]]
