"""Calibrated openings are kept in a folder of the user's, by the hash of what enters them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from filelock import FileLock

from ..config import Config
from ..state.opening import Opening
from .calibration import calibrate
from .listings_file import file_hash, listings_path

# Settings that the opening does not depend on, so that a sweep over them calibrates once.
NOT_ENTERING: dict[str, frozenset[str]] = {
    "market": frozenset(
        {
            "name",
            "consumers",
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
        }
    ),
    "sellers": frozenset(
        {
            "adjustment",
            "memory",
            "fixed_cost_share",
            "fixed_cost_size_elasticity",
            "avoidable_share",
            "cash_weeks",
            "entrant_cash_weeks",
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
}


def open_market(config: Config, threads: int = 1) -> Opening:
    """The calibrated opening of a config, from the cache where it is there."""
    path = cache_folder() / f"opening-{opening_hash(config)}.npz"
    if (opening := _cached(path)) is not None:
        return opening
    with _alone(path.with_suffix(".lock")):  # the workers of a sweep want the same one at the same time
        opening = _cached(path)
        if opening is None:
            opening = calibrate(config, threads)
            _save(path, opening)
    return opening


def opening_hash(config: Config) -> str:
    """Hash of everything that enters the opening: settings, listings and the model's code."""
    entering: dict[str, Any] = {
        group: {name: value for name, value in dataclasses.asdict(getattr(config, group)).items() if name not in free}
        for group, free in NOT_ENTERING.items()
    }
    entering["market"]["listings"] = file_hash(listings_path(config.market.listings))
    entering["model"] = model_hash()
    return hashlib.sha256(json.dumps(entering, sort_keys=True).encode()).hexdigest()[:16]


def model_hash(folder: Path = Path(__file__).parents[1]) -> str:
    """Hash of the model's source, subfolders included: results of one version are never taken for another's."""
    total = hashlib.sha256()
    for source in sorted(folder.rglob("*.py")):
        total.update(source.relative_to(folder).as_posix().encode() + b"\0" + source.read_bytes() + b"\0")
    return total.hexdigest()[:16]


def cache_folder() -> Path:
    """Where calibrated openings are kept: $ETALASE_CACHE, or the user's cache folder."""
    return Path(os.environ.get("ETALASE_CACHE") or Path.home() / ".cache" / "etalase")


def _save(path: Path, opening: Opening) -> None:
    """Write the cache whole or not at all; a folder that cannot be written costs time, not the run."""
    data = {f.name: getattr(opening, f.name) for f in dataclasses.fields(opening)}
    data["report"] = json.dumps(opening.report)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".npz")
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **data)
        Path(name).replace(path)
    except OSError:
        return


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Wait until no other process is in here; where files cannot be locked, do without."""
    with ExitStack() as stack:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(FileLock(path, fallback_to_soft=False))
        except OSError:
            pass
        yield


def _cached(path: Path) -> Opening | None:
    try:
        return _load(path)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _load(path: Path) -> Opening:
    with np.load(path) as data:
        values = {f.name: data[f.name] for f in dataclasses.fields(Opening)}
    values["categories"] = tuple(str(name) for name in values["categories"])
    values["inclusive"] = float(values["inclusive"])
    values["report"] = json.loads(str(values["report"]))
    return Opening(**values)
