"""Calibrated openings are kept in a folder of the user's, by the hash of what enters them."""

from __future__ import annotations

import dataclasses
import getpass
import hashlib
import json
import math
import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numba
import numpy as np
import scipy
from filelock import FileLock
from numpy.typing import NDArray

from ..config import Config
from ..state.consumers import CLUSTERS
from ..state.opening import Opening
from .calibration import ENTERING_OWN, CalibrationError, calibrate, changes_opening, stationary
from .listings_file import Source, load_source

LIBRARIES = [f"{one.__name__} {one.__version__}" for one in (np, numba, scipy)]  # whose versions may change results
DRAFT = ".opening-"  # how the names of files begin that are being written
OLD = 24 * 3600.0  # seconds after which a draft is nobody's, and a failure is tried again
_failed: dict[Path, str] = {}  # in this process, for where nothing can be written

# Settings that the opening does not depend on, so that a sweep over them calibrates once.
NOT_ENTERING: dict[str, frozenset[str]] = {
    "market": frozenset(
        {
            "name",
            "consumers",
            "openings",
            "importers",
            "importers_wave",
            "importers_wave_week",
            "people",
        }
    ),
    "demand": frozenset(
        {
            "books",
            "nest",
            "shock_persistence",
            "market_expansion",
            "most_visits",
            "trend_sd",
            "trend_persistence",
            "season",
            "entrant_awareness",
            "innovation",
            "imitation",
        }
    ),
    "consideration": frozenset(),
    "channels": frozenset(
        {
            "redirect",
            "bad_abroad",
            "habit_step",
            "trust_loss",
            "trust_recovery",
            "dilution",
            "opt_out",
            "breach_chance",
            "breach_loss",
            "others_abroad",
        }
    ),
    "sellers": frozenset(
        {
            "adjustment",
            "memory",
            "fixed_cost_share",
            "fixed_cost_size_elasticity",
            "effort",
            "effort_decay",
            "effort_protects",
            "threat",
            "threat_tilt",
            "copy_loss",
            "threat_price",
            "own_hours",
            "avoidable_share",
            "cash_weeks",
            "cash_spread",
            "entrant_cash_weeks",
            "shop_review_weeks",
            "reservation_spread",
            "pause_cost",
            "pause_weeks",
            "entry_rate",
            "entry_elasticity",
            "entrant_quality_sd",
            "import_cost_advantage",
            "share_domestic_stock",
            "channel_review_weeks",
            "channel_inertia",
            "channel_cost",
            "own_site_setup",
            "belief",
        }
    ),
    "influence": frozenset(
        {
            "review_weeks",
            "churn",
            "commission_adjustment",
            "live_share",
            "live_uplift",
            "live_capacity",
            "credibility_loss",
            "credibility_recovery",
        }
    ),
    "rival": frozenset({"abroad", "sold_week", "response", "churn", "own_goods", "favour", "own_share", "ranking"}),
}


def open_market(config: Config, threads: int = 1) -> Opening:
    """The opening of a config and its seed, from the cache where it is there.

    Raises `CalibrationError` where the market cannot open; that, too, is kept.
    """
    source = load_source(config.market)
    opening = _found(config, source, lambda: calibrate(config, threads, source))
    if changes_opening(config.platform):
        base = opening
        opening = _found(config, source, lambda: stationary(config, base, threads), own=True)
    # the same bytes may have been read under another name
    return dataclasses.replace(opening, report=opening.report | {"listings": source.name})


def _found(config: Config, source: Source, find: Callable[[], Opening], own: bool = False) -> Opening:
    path = cache_folder() / f"opening-{opening_hash(config, source, own)}.npz"
    opening = _kept(path)
    if opening is None:
        with _alone(path.with_suffix(".lock")):  # the workers of a sweep want the same one at the same time
            opening = _kept(path) or _calibrated(find, path)
    return opening


def _calibrated(find: Callable[[], Opening], path: Path) -> Opening:
    try:
        opening = find()
    except CalibrationError as error:
        message = _failed[path] = str(error)
        _write(_failure(path), lambda file: file.write(_signed(message)))
        raise
    _write(path, lambda file: _pack(file, opening))
    return opening


def _kept(path: Path) -> Opening | None:
    """The opening as it is kept; None where there is none that can be used. Raises the error that is kept instead."""
    if (message := _failed.get(path) or _read_failure(_failure(path))) is not None:
        raise CalibrationError(message)
    return _cached(path)


def opening_hash(config: Config, source: Source | None = None, own: bool = False) -> str:
    """Hash of everything that enters the opening: seed, settings, listings, the model's code and what computes with it.

    own: of the platform's own stationary market, for which the platform enters, too.
    """
    entering: dict[str, Any] = {"seed": config.opening_seed} | {
        group: {name: value for name, value in dataclasses.asdict(getattr(config, group)).items() if name not in free}
        for group, free in NOT_ENTERING.items()
    }
    entering["market"]["listings"] = (source or load_source(config.market)).sha256
    del entering["market"]["listings_sha256"]
    if config.market.listings_currency == "USD":
        entering["exchange_rate"] = config.government.exchange_rate
    if own:
        entering["platform"] = {name: getattr(config.platform, name) for name in ENTERING_OWN}
    entering["model"] = model_hash()
    entering["libraries"] = LIBRARIES
    return hashlib.sha256(json.dumps(entering, sort_keys=True).encode()).hexdigest()[:16]


def model_hash(folder: Path = Path(__file__).parents[1]) -> str:
    """Hash of the model's source, subfolders included: results of one version are never taken for another's."""
    total = hashlib.sha256()
    for source in sorted(folder.rglob("*.py")):
        total.update(source.relative_to(folder).as_posix().encode() + b"\0" + source.read_bytes() + b"\0")
    return total.hexdigest()[:16]


def cache_folder() -> Path:
    """Where calibrated openings are kept: $ETALASE_CACHE, or the user's cache folder, or one for temporary files."""
    if given := os.environ.get("ETALASE_CACHE"):
        return Path(given)
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home
        home = Path()
    if home.is_absolute():
        return home / ".cache" / "etalase"
    return Path(tempfile.gettempdir()) / f"etalase-{os.getuid() if hasattr(os, 'getuid') else getpass.getuser()}"


# ---- files


def _write(path: Path, content: Callable[[BinaryIO], object]) -> None:
    """Write a file whole or not at all; a folder that cannot be written costs time, not the run."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _tidy(path.parent)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=DRAFT)
        try:
            with os.fdopen(handle, "wb") as file:
                content(file)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        _sync(path.parent)
    except OSError:
        return


def _sync(folder: Path) -> None:
    """Bring a folder to the disk: else a crash of the machine could undo a renaming."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _tidy(folder: Path) -> None:
    """Remove what writers that were killed left long ago."""
    for pattern in (f"{DRAFT}*", "tmp*.npz"):
        for path in folder.glob(pattern):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > OLD:
                    path.unlink()


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until no other process is in here; where files cannot be locked, do without."""
    with ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(path, fallback_to_soft=False))
        except (OSError, NotImplementedError):
            pass
        yield


# ---- what stands in them


def _pack(file: BinaryIO, opening: Opening) -> None:
    """Write an opening with a digest over all of it."""
    names = [f.name for f in dataclasses.fields(opening) if f.name != "report"]
    data: dict[str, Any] = {name: np.asarray(getattr(opening, name)) for name in names}
    data["report"] = np.asarray(json.dumps(opening.report))
    np.savez(file, **data, digest=np.asarray(_digest(data)))


def _cached(path: Path) -> Opening | None:
    """The opening in a file; None where the file is not there or is not, to the bit, what was written."""
    try:
        return _load(path)
    except Exception:  # what a damaged file raises is the reader's affair: here it is calibrated again
        return None


def _load(path: Path) -> Opening | None:
    names = [f.name for f in dataclasses.fields(Opening)]
    with zipfile.ZipFile(path) as archive:  # a damaged length must not ask for more memory than there is
        if any(member.file_size > path.stat().st_size for member in archive.infolist()):
            return None
    with np.load(path, allow_pickle=False) as file:
        data = {name: file[name] for name in names}
        if str(file["digest"]) != _digest(data):
            return None
    values: dict[str, Any] = data | {
        "categories": tuple(data["categories"].tolist()),
        "inclusive": float(data["inclusive"]),
        "attention": float(data["attention"]),
        "report": json.loads(str(data["report"])),
    }
    opening = Opening(**values)
    return opening if _sound(opening) else None


def _digest(data: Mapping[str, NDArray[Any]]) -> str:
    """SHA-256 over names, types, shapes and bytes of arrays."""
    total = hashlib.sha256()
    for name in sorted(data):
        array = np.ascontiguousarray(data[name])
        total.update(f"{name} {array.dtype.str} {data[name].shape}\n".encode())
        total.update(array.tobytes())
    return total.hexdigest()


def _sound(opening: Opening) -> bool:
    """Whether all arrays have the types and shapes of an opening, and all numbers are finite and in range."""
    j, m, clusters = opening.ids.size, opening.stock_bought.size, len(CLUSTERS)
    shapes = {"place": (j, 4), "by_channel": (j, 4), "by_cluster": (clusters,), "need": (len(opening.categories),)}
    shapes |= {"stock_cluster": (m,), "stock_bought": (m,)}
    types: dict[str, Any] = {"ids": np.int64, "seller": np.int64, "category": np.int64}
    types |= {"channel_mask": np.int32, "stock_cluster": np.uint8, "stock_bought": np.int32}
    arrays = {f.name: getattr(opening, f.name) for f in dataclasses.fields(opening)}
    return (
        all(
            array.shape == shapes.get(name, (j,))
            and array.dtype == types.get(name, np.float64)
            and bool(np.isfinite(array).all())
            for name, array in arrays.items()
            if isinstance(array, np.ndarray)
        )
        and math.isfinite(opening.inclusive)
        and 0.0 <= opening.attention <= 1.0
        and _within(opening.category, 0, len(opening.categories))
        and np.array_equal(np.unique(opening.seller), np.arange(opening.seller.max(initial=-1) + 1))
        and _within(opening.stock_cluster, 0, clusters)
        and _within(opening.stock_bought, -1, j)
    )


def _within(values: NDArray[Any], low: int, end: int) -> bool:
    return bool(((values >= low) & (values < end)).all())


# ---- failures: as sure as openings, and as dear to find


def _failure(path: Path) -> Path:
    return path.with_suffix(".failed")


def _signed(message: str) -> bytes:
    content = message.encode()
    return hashlib.sha256(content).hexdigest().encode() + b"\n" + content


def _read_failure(path: Path) -> str | None:
    """The message of a calibration that failed within the last day; None where there is none."""
    try:
        content = path.read_bytes()
        fresh = time.time() - path.stat().st_mtime < OLD
        message = content[65:].decode()
    except (OSError, UnicodeDecodeError):
        return None
    return message if fresh and message and content == _signed(message) else None
