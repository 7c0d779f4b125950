"""The manifest of a study. It is a file like any other: what is read from it has its form, or is left out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .old_names import manifest_today
from .shards import MODEL, Run

NAME = "manifest.json"
DIGEST = "sha256"  # the field that holds the digest of all others; studies of earlier versions have none
MOST_SEEDS = 10_000_000

Manifest = dict[str, Any]


def read_manifest(folder: Path) -> tuple[Manifest, str]:
    """The fields of a study's manifest that have their form, and in one line what is wrong with it, if anything is.

    A manifest that is not the one that was written is taken for none: what is stored tells of itself.
    """
    path = folder / NAME
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}, f"{path}: there is none"
    except (ValueError, OSError, RecursionError) as error:
        return {}, f"{path}: cannot be read ({str(error).splitlines()[0]})"
    if not isinstance(data, dict):
        return {}, f"{path}: holds no fields"
    if DIGEST in data and data[DIGEST] != digest(data):
        return {}, f"{path}: is not what was written"
    data = manifest_today(data)
    kept = {name: value for name, value in data.items() if name in FORMS and FORMS[name](value)}
    wrong = [name for name in data if name in FORMS and name not in kept and data[name] is not None]
    return kept, f"{path}: {', '.join(wrong)} of another form than it should have" if wrong else ""


def sealed(manifest: Mapping[str, Any]) -> Manifest:
    """The manifest with its digest."""
    return {**manifest, DIGEST: digest(manifest)}


def digest(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of the fields, whatever their order and spacing."""
    fields = {name: value for name, value in manifest.items() if name != DIGEST}
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def planned_runs(manifest: Mapping[str, Any]) -> set[Run]:
    """The runs that the last command on a study was to have; none where the manifest does not say."""
    wanted = manifest.get("planned")
    if not wanted:
        return set()
    return {(scenario_id, seed) for scenario_id in wanted["scenarios"] for seed in range(*wanted["seeds"])}


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _fields(value: Any) -> bool:
    return isinstance(value, dict)


def _list_of(form: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(form, value))


def _model(value: Any) -> bool:
    return _text(value) and MODEL.fullmatch(value) is not None


def _scenario(value: Any) -> bool:
    if not (_fields(value) and _text(value.get("scenario_id")) and _text(value.get("label", ""))):
        return False
    overrides, config = value.get("overrides") or [], value.get("config") or {}
    given = overrides if isinstance(overrides, list) else [overrides] if _fields(overrides) or _text(overrides) else [0]
    groups = [config.get(name) or {} for name in ("platform", "market")] if _fields(config) else [0]
    return all(_text(one) or _fields(one) for one in given) and all(map(_fields, groups))


def _outcomes(value: Any) -> bool:
    return _fields(value) and all(map(_outcome, value.values()))


def _outcome(value: Any) -> bool:
    return value is None or (_fields(value) and _direction(value.get("direction")))


def _direction(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool) and -1 <= value <= 1)


def _set_of_worlds(value: Any) -> bool:
    if not (_fields(value) and _text(value.get("name")) and _list_of(_text)(value.get("unknowns"))):
        return False
    rows, weights, numbers = value.get("values"), value.get("weights"), _list_of(_number)
    return (
        isinstance(rows, list)
        and numbers(weights)
        and len(weights) == len(rows) > 0
        and all(numbers(row) and len(row) == len(value["unknowns"]) for row in rows)
    )


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _planned(value: Any) -> bool:
    if not (_fields(value) and _list_of(_text)(value.get("scenarios")) and _list_of(_whole)(value.get("seeds"))):
        return False
    seeds = value["seeds"]
    return len(seeds) == 2 and len(value["scenarios"]) * (seeds[1] - seeds[0]) <= MOST_SEEDS


FORMS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("study", "created", "finished", "commit", "data_hash"), _text),
    "command": lambda value: _text(value) or _list_of(_text)(value),
    "model_hash": _model,
    "versions": lambda value: _fields(value) and all(one is None or _text(one) for one in value.values()),
    "schema": _whole,
    "columns": _list_of(_text),
    "outcomes": _outcomes,
    "seeds": _list_of(_whole),
    "planned": _planned,
    "scenarios": _list_of(_scenario),
    "worlds": lambda value: _fields(value) and all(map(_set_of_worlds, value.values())),
    "opening": lambda value: _fields(value) and all(map(_fields, value.values())),
}
