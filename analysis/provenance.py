"""What was run: settings, seeds, versions, hashes, the opening market's own report; all from the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from .study import Study
from .tables import Table
from .words import humanise, sentence

KEYS = (
    ("study", "Study"), ("created", "Made"), ("commit", "Commit"), ("model_hash", "Model hash"),
    ("data_hash", "Data hash"), ("seeds", "Seeds"), ("versions", "Versions"),
)
MANY = 12


def html(study: Study) -> str:
    """The section's HTML; what the manifest lacks is left out."""
    manifest = study.manifest
    shown = {label: manifest[key] for key, label in KEYS if manifest.get(key)}
    parts = [_command(manifest.get("command")), plain_html(shown), _cells(study), _missing(study)]
    for market, report in (manifest.get("opening") or {}).items():
        parts.append(f"<h3>The opening market: {escape(humanise(market))}</h3>{plain_html(report)}")
    parts.append('<p class="note">The resolved settings of every cell stand in manifest.json beside this file.</p>')
    return "\n".join(part for part in parts if part)


def _command(command: Any) -> str:
    if not command:
        return ""
    text = command if isinstance(command, str) else " ".join(map(str, command))
    return f"<p>Made by <code>{escape(text)}</code></p>"


def _cells(study: Study) -> str:
    overrides = {c.get("cell_id"): c.get("overrides") for c in study.manifest.get("cells") or ()}
    seeds = study.runs.groupby("cell_id")["seed"].nunique()
    rows = [
        [_overrides(overrides.get(cell)), f"{study.weeks[cell]}", f"{seeds[cell]}"] for cell in study.cells
    ]
    labels = [escape(study.labels[cell]) for cell in study.cells]
    return Table("The cells, the first the reference", "Cell", ("Set", "Weeks", "Seeds"), labels, rows).html()


def _overrides(overrides: Any) -> str:
    if not overrides:
        return "–"
    items = [f"{k}={v}" for k, v in overrides.items()] if isinstance(overrides, Mapping) else overrides
    items = [items] if isinstance(items, str) else items
    return " ".join(f"<code>{escape(str(item))}</code>" for item in items)


def _missing(study: Study) -> str:
    """Cells that were planned and have no run."""
    absent = [c for c in study.manifest.get("cells") or () if c.get("cell_id") not in set(study.cells)]
    if not absent:
        return ""
    names = ", ".join(str(cell.get("label") or cell.get("cell_id")) for cell in absent[:MANY])
    more = f" and {len(absent) - MANY} more" if len(absent) > MANY else ""
    return f"<p>Planned, but without a run: {escape(names)}{more}.</p>"


def plain_html(value: Any, name: str = "") -> str:
    """Plain data (dicts, lists, numbers, text) as nested HTML; long lists are cut, and say so."""
    if isinstance(value, Mapping):
        rows = "".join(f"<dt>{escape(_name(k))}</dt><dd>{plain_html(v, str(k))}</dd>" for k, v in value.items())
        return f"<dl>{rows}</dl>"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return _list_html(value)
    if isinstance(value, float):
        return f"{value:.2%}".replace("%", " %") if name.endswith(("error", "share")) else f"{value:,.6g}"
    if value is None:
        return "–"
    return escape(f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value))


def _name(key: Any) -> str:
    return sentence(humanise(str(key)))


def _list_html(values: Sequence[Any]) -> str:
    whole = all(isinstance(v, int) and not isinstance(v, bool) for v in values)
    if whole and len(values) > 2 and list(values) == list(range(values[0], values[-1] + 1)):
        return f"{values[0]} to {values[-1]}"
    if not any(isinstance(v, Mapping | list | tuple) for v in values):
        more = f" and {len(values) - MANY} more" if len(values) > MANY else ""
        return escape(", ".join(str(v) for v in values[:MANY])) + more
    more = f"<li>and {len(values) - MANY} more</li>" if len(values) > MANY else ""
    return f"<ul>{''.join(f'<li>{plain_html(v)}</li>' for v in values[:MANY])}{more}</ul>"
