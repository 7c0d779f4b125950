"""The cache of openings is never believed: what is not to the bit what was written is calibrated again."""

from __future__ import annotations

import dataclasses
import json
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from simulation import CalibrationError, Opening
from simulation.opening import cache as opening_cache
from simulation.opening.cache import open_market, opening_hash
from simulation.opening.calibration import calibrate
from simulation.opening.listings_file import Source
from tests.simulation.faults import FAULTS, damaged
from tests.simulation.test_opening import TINY, entries, equal
from tests.simulation.worlds import small

CONFIG = small(TINY)


@pytest.fixture(scope="session")
def made() -> Opening:
    """A small opening."""
    return calibrate(CONFIG)


@pytest.fixture
def calls(made: Opening, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Source]:
    """An empty cache, a calibration that takes no time, and a list of its calls."""
    asked: list[Source] = []

    def at_once(_config: object, _threads: int, source: Source) -> Opening:
        asked.append(source)
        return made

    monkeypatch.setenv("ETALASE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(opening_cache, "calibrate", at_once)
    monkeypatch.setattr(opening_cache, "_failed", {})
    return asked


def kept(calls: list[Source]) -> Path:
    """The one file of the cache, just written."""
    open_market(CONFIG)
    assert len(calls) == 1
    [path] = entries(Path(os.environ["ETALASE_CACHE"]))
    return path


# ---- a valid archive of other numbers


def arrays(path: Path) -> dict[str, Any]:
    """All that is in a file."""
    with np.load(path) as file:
        return dict(file)


def times(factor: float) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        data["quality"] = data["quality"] * factor

    return change


def signed(change: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    """A change by somebody who writes the digest anew."""

    def change_and_sign(data: dict[str, Any]) -> None:
        change(data)
        data["digest"] = np.asarray(
            opening_cache._digest({name: data[name] for name in data if name not in ("digest",)})
        )

    return change_and_sign


def put(name: str, value: Callable[[Any], Any]) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.update({name: np.asarray(value(data[name]))})


OTHERS: dict[str, Callable[[dict[str, Any]], None]] = {
    "floats times 1.5": times(1.5),
    "one bit": put("cost", lambda cost: np.nextafter(cost, np.inf)),
    "another report": put("report", lambda said: str(said).replace("usable", "other")),
    "two arrays exchanged": lambda data: data.update(quality=data["cost"], cost=data["quality"]),
    "no digest": lambda data: data.pop("digest"),
    "no quality": lambda data: data.pop("quality"),
    "signed NaN": signed(put("quality", lambda quality: quality * np.nan)),
    "signed shape": signed(put("quality", lambda quality: quality[:-1])),
    "signed type": signed(put("quality", lambda quality: quality.astype(np.float32))),
    "signed row that is not there": signed(put("stock_bought", lambda rows: rows + np.int32(1_000))),
    "signed category that is not there": signed(put("category", lambda rows: rows + 1_000)),
    "signed infinity": signed(put("inclusive", lambda _: np.inf)),
    "signed text for numbers": signed(put("net", lambda net: net.astype(str))),
    "signed report that is none": signed(put("report", lambda _: "{")),
}


@pytest.mark.parametrize("change", OTHERS.values(), ids=list(OTHERS))
def test_a_valid_archive_of_other_content_is_made_again(
    calls: list[Source], made: Opening, change: Callable[[dict[str, Any]], None]
) -> None:
    path = kept(calls)
    data = arrays(path)
    change(data)
    np.savez(path, **data)
    assert equal(open_market(CONFIG), made)
    assert len(calls) == 2
    assert equal(open_market(CONFIG), made)
    assert len(calls) == 2  # written anew


def test_an_untouched_archive_is_read(calls: list[Source], made: Opening) -> None:
    path = kept(calls)
    np.savez(path, **arrays(path))
    assert equal(open_market(CONFIG), made)
    assert len(calls) == 1


# ---- bytes cut, flipped, replaced


def test_no_damage_is_believed(
    calls: list[Source], made: Opening, monkeypatch: pytest.MonkeyPatch, counted: Callable[..., None]
) -> None:
    """Of many files damaged at random each is read as it was or made again; none stops a run."""
    path, key = kept(calls), opening_cache.model_hash()
    monkeypatch.setattr(os, "fsync", lambda _: None)  # a disk is slow and has its own test
    monkeypatch.setattr(opening_cache, "model_hash", lambda: key)  # nor does the model change
    content, chance, wrong, again = path.read_bytes(), random.Random(14), 0, 0
    for _ in range(FAULTS):
        path.write_bytes(damaged(content, chance))
        before = len(calls)
        wrong += not equal(open_market(CONFIG), made)
        again += len(calls) - before
    counted("spoilt openings in the cache", files=FAULTS, made_again=again, tracebacks=0, wrong=wrong)
    assert wrong == 0
    assert again > 0.6 * FAULTS


# ---- writing


def test_what_killed_writers_left_goes_after_a_day(calls: list[Source], tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir()
    for name, age in ((".opening-old", 2), (".opening-new", 0), ("tmpabc.npz", 2), ("tmpnew.npz", 0), ("mine.txt", 9)):
        (folder / name).write_bytes(b"torn")
        os.utime(folder / name, (time.time() - age * 86_400,) * 2)
    open_market(CONFIG)
    left = {path.name for path in folder.iterdir()}
    assert {".opening-new", "tmpnew.npz", "mine.txt"} <= left
    assert not {".opening-old", "tmpabc.npz"} & left


@pytest.mark.parametrize("where", ["savez", "fsync", "replace"])
def test_a_full_disk_leaves_nothing_behind(
    calls: list[Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, made: Opening
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    place = {"savez": (np, "savez"), "fsync": (os, "fsync"), "replace": (Path, "replace")}[where]
    monkeypatch.setattr(*place, full)
    assert equal(open_market(CONFIG), made)
    assert not [path for path in (tmp_path / "cache").iterdir() if path.suffix != ".lock"]


def test_the_folder_is_brought_to_the_disk_after_the_renaming(
    calls: list[Source], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    sync, replace = os.fsync, Path.replace

    def syncing(handle: int) -> None:
        seen.append("folder" if os.path.samestat(os.fstat(handle), (tmp_path / "cache").stat()) else "file")
        sync(handle)

    def replacing(path: Path, target: Path) -> Path:
        seen.append("rename")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(Path, "replace", replacing)
    open_market(CONFIG)
    assert seen == ["file", "rename", "folder"]


@pytest.mark.parametrize("home", [None, "", "~nobody"])
def test_without_a_home_openings_are_kept_elsewhere(home: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_home() -> Path:
        if home is None:
            raise RuntimeError("Could not determine home directory.")
        return Path(home)

    monkeypatch.delenv("ETALASE_CACHE")
    monkeypatch.setattr(Path, "home", no_home)
    assert opening_cache.cache_folder().is_absolute()
    assert "~" not in str(opening_cache.cache_folder())


# ---- the key


def test_the_key_has_the_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.split()[0] for one in opening_cache.LIBRARIES] == ["numpy", "numba", "scipy"]
    before = opening_hash(CONFIG)
    monkeypatch.setattr(opening_cache, "LIBRARIES", ["numpy 0", *opening_cache.LIBRARIES[1:]])
    assert opening_hash(CONFIG) != before


def own(path: Path, **settings: object) -> dict[str, Any]:
    """Settings with a user's own listings."""
    return {"market": {"listings": str(path), **settings}}


def write(path: Path) -> Path:
    """A file of twenty listings."""
    rows = [f"{c},{20_000 + 900 * k},4.{k},{100 * (k + 1)}" for c in ("Toys", "Food") for k in range(10)]
    path.write_text("\n".join(["category,price_idr,rating,units_sold", *rows]))
    return path


def test_the_key_has_what_listings_are_read_with_and_not_where_they_lie(tmp_path: Path) -> None:
    one, other = (write(tmp_path / name) for name in ("a.csv", "b.csv"))

    def key(path: Path, rate: float = 15_500.0, **settings: object) -> str:
        return opening_hash(small(TINY, own(path, **settings), {"government": {"exchange_rate": rate}}))

    sha256 = Source("", one.read_bytes()).sha256
    assert key(one) == key(other) == key(one, rate=1.0) == key(one, listings_sha256=sha256)
    read = [key(one), key(one, listings_format="id"), key(one, listings_categories="Toys=Games")]
    dollars = [key(one, rate, listings_currency="USD") for rate in (15_500.0, 1.0)]
    assert len({*read, *dollars}) == 5


def test_a_report_names_the_file_that_was_read(calls: list[Source], tmp_path: Path) -> None:
    one, other = (write(tmp_path / name) for name in ("a.csv", "b.csv"))
    names = [open_market(small(TINY, own(path))).report["listings"] for path in (one, other, one)]
    assert names == ["a.csv", "b.csv", "a.csv"]
    assert len(calls) == 1


def test_hash_key_and_listings_come_from_one_reading(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is another at every reading is read once."""
    path, reads = write(tmp_path / "live.csv"), []
    read = Path.read_bytes

    def changing(self: Path) -> bytes:
        content = read(self)
        if self == path:
            reads.append(content)
            path.write_bytes(content + b"\nToys,5000,4.0,9")
        return content

    monkeypatch.setenv("ETALASE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(Path, "read_bytes", changing)
    report = open_market(small(TINY, own(path))).report
    assert len(reads) == 1
    assert report["listings_hash"] == Source("", reads[0]).sha256
    assert report["smes"].startswith("10 of 20 usable")


# ---- failures


@pytest.fixture
def failing(calls: list[Source], monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A calibration that fails, and a list of its calls."""
    tried: list[int] = []

    def fail(*_: object) -> Opening:
        tried.append(1)
        raise CalibrationError("look at listing 3 of Toys")

    monkeypatch.setattr(opening_cache, "calibrate", fail)
    return tried


def tell() -> str:
    with pytest.raises(CalibrationError) as refused:
        open_market(CONFIG)
    return str(refused.value)


@pytest.mark.parametrize("lost", ["process", "folder"])
def test_a_calibration_that_fails_fails_once(
    failing: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    first = tell()
    if lost == "process":
        monkeypatch.setattr(opening_cache, "_failed", {})
    else:
        for path in (tmp_path / "cache").glob("*.failed"):
            path.unlink()
    assert tell() == first == "look at listing 3 of Toys"
    assert len(failing) == 1


@pytest.mark.parametrize("content", [b"", b"\xff" * 99, b"0" * 64 + b"\nanother message", b"x"])
def test_a_damaged_failure_is_tried_again(
    failing: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    tell()
    [path] = (tmp_path / "cache").glob("*.failed")
    path.write_bytes(content)
    monkeypatch.setattr(opening_cache, "_failed", {})
    assert tell() == "look at listing 3 of Toys"
    assert len(failing) == 2


def test_an_old_failure_is_tried_again(failing: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tell()
    [path] = (tmp_path / "cache").glob("*.failed")
    os.utime(path, (time.time() - 2 * 86_400,) * 2)
    monkeypatch.setattr(opening_cache, "_failed", {})
    tell()
    assert len(failing) == 2


def test_a_price_that_cannot_be_met_names_its_listing(tmp_path: Path) -> None:
    rows = [f"Toys,{20_000 + k},4.5,{50 + k}" for k in range(30)]
    path = tmp_path / "own.csv"
    path.write_text("\n".join(["category,price_idr,rating,units_sold", *rows, "Food,900000000,4.5,90000"]))
    with pytest.raises(CalibrationError, match=r"listing 1 of Food\b"):
        calibrate(small(TINY, own(path, smes=31)))


def test_the_report_is_kept_to_the_letter(calls: list[Source], made: Opening) -> None:
    path = kept(calls)
    assert json.loads(str(arrays(path)["report"])) == made.report
    assert {f.name for f in dataclasses.fields(Opening)} | {"digest"} == set(arrays(path))
