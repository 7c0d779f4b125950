"""Sets of worlds as a manifest holds them, and as the records of runs tell of them where a manifest is lost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from .shards import Record

WORLD = "world"  # the column that says in which world of its set a run was, and what a record calls its settings


def digest_of(unknowns: Sequence[str], values: Sequence[Sequence[float]], weights: Sequence[float]) -> str:
    """SHA-256 of a set of worlds, whatever it is called."""
    return hashlib.sha256(json.dumps([unknowns, values, weights]).encode()).hexdigest()


def restored(records: Iterable[Record], digests: set[str]) -> dict[str, Any]:
    """The sets with these digests that the records hold whole, by digest: of runs in equally heavy worlds."""
    found: dict[Any, dict[int, dict[str, float]]] = {}
    for record in records:
        world, settings = record.row.get(WORLD), record.about.get(WORLD)
        if isinstance(world, int) and isinstance(settings, dict):
            found.setdefault(record.about["scenario"].get("worlds"), {})[world] = settings
    sets = (_set_of(worlds) for digest, worlds in found.items() if digest in digests)
    return {one["digest"]: one for one in sets if one["digest"] in digests}


def _set_of(worlds: dict[int, dict[str, float]]) -> dict[str, Any]:
    unknowns = list(next(iter(worlds.values())))
    values = [list(worlds[i].values()) for i in sorted(worlds)]
    weights = [1 / len(values)] * len(values)
    digest = digest_of(unknowns, values, weights)
    return {"name": "restored", "digest": digest, "unknowns": unknowns, "values": values, "weights": weights}
