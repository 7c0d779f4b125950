"""The study's report: one file, report.html, that opens without a network and needs nothing beside it."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any
from uuid import uuid4

import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from . import figures, provenance
from .answer import answer
from .compare import against_reference, differences, reference, rule_baselines, summary
from .lines import MAX_LINES, STROKES, Line, survival_lines, weekly_lines
from .study import Study, load
from .survival import Curve, curves
from .tables import difference_table, line_table, outcome_table
from .words import humanise, listing, plural, sentence, span

NO_VALUE = "“–”: no value, as where the run is shorter than the outcome's horizon."
BOLD = "Bold: the 95% interval leaves out zero, as one in twenty would by chance where nothing differs."
WEEKLY = (("platform_share", figures.platform_share, "share"), ("live_smes", figures.live_smes, ""))


def write(folder: str | Path) -> Path:
    """Make report.html of the study in `folder`, whole or not at all. Raises `StudyError` without one."""
    study = load(folder)
    path = study.folder / "report.html"
    draft = path.with_name(f".{uuid4().hex}")
    try:
        draft.write_text(page(study), encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return path


def page(study: Study) -> str:
    """The report as HTML. All text from configs and files is escaped on its way in."""
    known = curves(study)
    return _template("report.html").substitute(
        title=escape(sentence(humanise(study.name))),
        made=escape(_made(study)),
        style=_asset("report.css"),
        script=_asset("report.js"),
        answer="\n".join(f"<p>{escape(text)}</p>" for text in answer(study)),
        survival=_survival(study, known),
        weekly=_weekly(study),
        outcomes=_outcomes(study),
        differences=_differences(study),
        provenance=provenance.html(study),
        config=_json(figures.CONFIG),
        plotly=_plotly(),
    )


def _asset(name: str) -> str:
    return (files(__package__) / "page" / name).read_text(encoding="utf-8")


def _template(name: str) -> Template:
    return Template(_asset(name))


@cache
def _plotly() -> str:
    """The plotly.js that plotly.py carries, gzipped, as base64: 2 MB for 4.8."""
    return base64.b64encode(gzip.compress(get_plotlyjs().encode(), 9, mtime=0)).decode()


def _json(data: Any) -> str:
    """JSON that can stand within a script element."""
    return json.dumps(data).replace("<", "\\u003c")


def _made(study: Study) -> str:
    many = f"{plural(len(study.cells), 'cell')}, {plural(len(study.runs), 'run')}"
    created = str(study.manifest.get("created") or "")
    return ", ".join(part for part in (f"{many} of {_horizon(study)}", created[:10]) if part)


def _horizon(study: Study) -> str:
    low, high = min(study.weeks.values()), max(study.weeks.values())
    return span(low) if low == high else f"{low} to {high} weeks"


def _figure(made: go.Figure, lines: Sequence[Line], unit: str, caption: str) -> str:
    """A figure with its heading, plot, key, caption and the numbers behind it."""
    plain = json.loads(made.to_json())
    title = plain["layout"].pop("title")["text"]
    plain["layout"].update(height=figures.HEIGHT, showlegend=False)
    plain["layout"]["margin"]["t"] = figures.TOP
    plain["layout"].pop("template", None)
    plain["narrowTick"] = 2 * plain["layout"]["xaxis"]["dtick"]
    return (
        f'<figure data-figure><h3>{escape(title)}</h3><div class="plot"></div>'
        f'<script type="application/json">{_json(plain)}</script>{_key(lines)}'
        f"<figcaption>{escape(caption)}</figcaption>"
        f"<details><summary>The numbers</summary>{line_table(lines, unit, title)}</details></figure>"
    )


def _key(lines: Sequence[Line]) -> str:
    """The lines' names with a sample of each; a button shows and hides its line."""
    each = 3 if figures.banded(lines) else 1
    entries = "".join(
        f'<li><button type="button" aria-pressed="true" data-traces="{[*range(i * each, i * each + each)]}">'
        f"{_sample(line)}{escape(line.label)}</button></li>"
        for i, line in enumerate(lines)
    )
    kind = "short" if figures.direct(lines) else "long"
    return f'<ul class="key {kind}" aria-label="Lines">{entries}</ul>'


def _sample(line: Line) -> str:
    dash = f' stroke-dasharray="{STROKES[line.dash]}"' if STROKES[line.dash] else ""
    return (
        f'<svg width="30" height="8" aria-hidden="true"><path d="M0 4H30" stroke="{line.ink.line}" '
        f'stroke-width="3"{dash}/></svg>'
    )


def _survival(study: Study, known: dict[Any, Curve]) -> str:
    if not known:
        return "<p>No run has opening SMEs.</p>"
    lines = survival_lines(study, known)
    made = figures.survival(study, known)
    return _figure(made, lines, "share", " ".join([*_method(known, lines), *_common(study, made, lines)]))


def _method(known: dict[Any, Curve], lines: Sequence[Line]) -> list[str]:
    """How curves and bands are made, for the caption."""
    said = ["Kaplan-Meier; a cell's seeds pooled, shops alive at the end censored there."]
    if not figures.banded(lines):
        return said
    if {curve.method for curve in known.values()} >= {"seeds"}:
        seeds = sorted({curve.seeds for curve in known.values() if curve.method == "seeds"})
        said.append(
            f"Bands: 95% t intervals over the S(t) of {listing([str(n) for n in seeds])} seeds, for the "
            "shops of one seed share its shocks and are not independent."
        )
    if {curve.method for curve in known.values()} >= {"greenwood"}:
        said.append(
            "With fewer than three seeds the band is Greenwood's (95%, log-log), as if all shops were "
            "independent: too narrow where shocks are shared."
        )
    return said


def _common(study: Study, made: go.Figure, lines: Sequence[Line]) -> list[str]:
    """What captions of all figures say of the axis and of lines left out."""
    said = []
    floor = made.layout.yaxis.range[0]
    if floor > 0:
        start = f"{floor:.0%}" if "%" in made.layout.yaxis.tickformat else f"{floor:,.0f}"
        said.append(f"The vertical axis starts at {start}.")
    if not figures.direct(lines):
        said.append("Bands are left out for so many lines; the table of outcomes has intervals.")
    if len(study.cells) > MAX_LINES:
        said.append(f"The first {MAX_LINES} of {len(study.cells)} cells are drawn.")
    return said


def _weekly(study: Study) -> str:
    drawn = []
    for column, make, unit in WEEKLY:
        lines = weekly_lines(study, column)
        if lines:
            made = make(study)
            what = f"{_mean(study)}{' with its 95% t interval' if figures.banded(lines) else ''}."
            drawn.append(_figure(made, lines, unit, " ".join([what, *_common(study, made, lines)])))
    return "\n".join(drawn) or "<p>The study kept no weekly outcomes.</p>"


def _outcomes(study: Study) -> str:
    if not study.outcomes:
        return "<p>The study holds no outcomes.</p>"
    brackets = "; in brackets its 95% t interval" if _several(study) else ""
    return outcome_table(study, summary(study.values), f"{_mean(study)}{brackets}. {NO_VALUE}")


def _several(study: Study) -> bool:
    return max(study.seeds.values()) > 1


def _mean(study: Study) -> str:
    return "Mean over seeds" if _several(study) else "One seed"


def _differences(study: Study) -> str:
    """Paired differences against the reference, and each rule against its world without one."""
    if len(study.cells) < 2 or not study.outcomes:
        return ""
    first = f"Each cell less the reference, “{study.labels[reference(study)]}”, seed by seed"
    made = [_difference(study, against_reference(study), first)]
    ruled = {cell: base for cell, base in rule_baselines(study).items() if base != reference(study)}
    if ruled:
        made.append(_difference(study, ruled, "Each rule less the same world without a rule, seed by seed"))
    return (
        '<section aria-labelledby="differences"><h2 id="differences">What the choices change</h2>'
        "<p>Two cells share every shock of a seed, so their difference on it is what the choice did. "
        f"{BOLD if _several(study) else ''}</p>{''.join(made)}</section>"
    )


def _difference(study: Study, baselines: dict[Any, Any], caption: str) -> str:
    table = differences(study.values, baselines)
    seeds = table["n"][table["n"] > 0]
    common = f", on {plural(int(seeds.min()), 'common seed')}" if seeds.nunique() == 1 else ""
    numbers = "; mean and 95% t interval" if _several(study) else ""
    return difference_table(study, table, f"{caption}{common}{numbers}.")
