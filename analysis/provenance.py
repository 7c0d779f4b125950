"""What was run: settings, seeds, versions, hashes, the opening market's own report; all from the manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from .study import Study
from .tables import Table
from .words import NOTHING, humanise, sentence

KEYS = (
    ("study", "Study"),
    ("created", "Made"),
    ("commit", "Commit"),
    ("model_hash", "Model hash"),
    ("data_hash", "Data hash"),
    ("seeds", "Seeds"),
    ("versions", "Versions"),
)
MANY = 12
NESTED = (Mapping, list, tuple)
PERCENT = ("held_out_error",)


def html(study: Study) -> str:
    """The section's HTML; what the manifest lacks is left out."""
    manifest = study.manifest
    shown = {label: manifest[key] for key, label in KEYS if manifest.get(key)}
    parts = [_command(manifest.get("command")), plain_html(shown), _cells(study), _missing(study)]
    for market, report in (manifest.get("opening") or {}).items():
        parts.append(f"<h3>The opening market: {escape(humanise(market))}</h3>{plain_html(report)}")
    parts.append('<p class="note">Every setting of every cell stands in manifest.json beside this file.</p>')
    return "\n".join(part for part in parts if part)


def _command(command: Any) -> str:
    if not command:
        return ""
    text = command if isinstance(command, str) else " ".join(map(str, command))
    return f"<p>Made by <code>{escape(text)}</code></p>"


def _cells(study: Study) -> str:
    overrides = {cell["cell_id"]: cell.get("overrides") for cell in study.planned}
    rows = [[_overrides(overrides.get(c)), str(study.weeks[c]), str(study.seeds[c])] for c in study.cells]
    labels = [escape(study.labels[cell]) for cell in study.cells]
    caption, columns = "The cells; the first is the reference", ("Set", "Weeks", "Seeds")
    return Table(caption, "Cell", columns, labels, rows, kind="text").html()


def _overrides(overrides: Any) -> str:
    if not overrides:
        return NOTHING
    items = [f"{k}={v}" for k, v in overrides.items()] if isinstance(overrides, Mapping) else overrides
    items = [items] if isinstance(items, str) else items
    return " ".join(f"<code>{escape(str(item))}</code>" for item in items)


def _missing(study: Study) -> str:
    """Cells that were planned and have no run."""
    absent = [cell for cell in study.planned if cell["cell_id"] not in set(study.cells)]
    if not absent:
        return ""
    names = ", ".join(str(cell.get("label") or cell["cell_id"]) for cell in absent[:MANY])
    more = f" and {len(absent) - MANY} more" if len(absent) > MANY else ""
    return f"<p>Planned, but without a run: {escape(names)}{more}.</p>"


def plain_html(value: Any, inner: bool = False) -> str:
    """Plain data (dicts, lists, numbers, text) as HTML; flat dicts within others take a line."""
    if isinstance(value, Mapping):
        if inner and not any(isinstance(v, NESTED) for v in value.values()):
            return "; ".join(_item(k, v) for k, v in value.items()) or "none"
        rows = "".join(f"<dt>{escape(_name(k))}</dt><dd>{_value(v, k)}</dd>" for k, v in value.items())
        return f"<dl>{rows}</dl>"
    return _list_html(value) if isinstance(value, list | tuple) else _scalar(value)


def _item(name: Any, value: Any) -> str:
    """'mesa 3.3.1'; a count stands before what it counts: '9 no units sold'."""
    words = (escape(humanise(str(name))), _scalar(value, name))
    return " ".join(reversed(words) if isinstance(value, int) else words)


def _value(value: Any, name: Any) -> str:
    return plain_html(value, inner=True) if isinstance(value, NESTED) else _scalar(value, name)


def _scalar(value: Any, name: Any = "") -> str:
    if value is None:
        return NOTHING
    if isinstance(value, float):
        return f"{value:.2%}" if name in PERCENT else f"{value:,.4g}"
    return escape(f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value))


def _name(key: Any) -> str:
    return sentence(humanise(str(key)))


def _list_html(values: Sequence[Any]) -> str:
    whole = all(isinstance(v, int) and not isinstance(v, bool) for v in values)
    if whole and len(values) > 2 and list(values) == list(range(values[0], values[-1] + 1)):
        return f"{values[0]} to {values[-1]}"
    if not any(isinstance(v, NESTED) for v in values):
        more = f" and {len(values) - MANY} more" if len(values) > MANY else ""
        return escape(", ".join(str(v) for v in values[:MANY])) + more
    more = f"<li>and {len(values) - MANY} more</li>" if len(values) > MANY else ""
    return f"<ul>{''.join(f'<li>{plain_html(v, inner=True)}</li>' for v in values[:MANY])}{more}</ul>"
