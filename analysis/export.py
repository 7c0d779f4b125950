"""Tables for papers and for other programs: `etalase table STUDY --format csv,latex,markdown,xlsx,parquet`.

CSV has every outcome of every scenario, a row each, with its difference from the reference and from the same scenario
without a rule. LaTeX (booktabs) and Markdown have scenarios in rows and the outcomes of a paper in columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd

from . import latex, markdown
from .compare import HORIZONS, against_reference, differences, estimates, rule_baselines, summary
from .datasets import Stored, StudyError
from .fates import COLUMNS as FATE_COLUMNS
from .fates import fates
from .findings import Findings
from .hazards import hazard_ratios
from .intervals import Estimate
from .language import ENGLISH, say, spoken
from .parties import parties, who_pays
from .study import Study, read
from .tables import doubts
from .whole import write_together
from .words import HARD_SPACE, scale_of, sentence

PAPER = ("consumer_surplus", "sme_profit", "platform_profit", "tax_revenue", "total_surplus", "platform_share")
PARQUET, XLSX = "parquet", "xlsx"
LABEL = re.compile(r"[A-Za-z0-9_-]+")
COLUMNS = 7  # of a table for a paper
RATIOS = 100  # scenarios with hazard ratios: each is a model to fit
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes a text that begins so for a formula
ESTIMATE = ("mean", "low", "high", "n")
MARKS = re.compile(r"([\\`*_{}\[\]<>#~$])")


@dataclass(frozen=True)
class Panel:
    """A table of a paper as text: a caption, heads of columns, and for each scenario its label, means and intervals."""

    name: str
    caption: str
    heads: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str], Sequence[str]]]


@dataclass(frozen=True)
class Asked:
    """Which outcomes a table is to hold (none: those of its form), and what its label begins with."""

    outcomes: Sequence[str] = ()
    label: str = ""


def table(study: Study, form: str, outcomes: Sequence[str] = (), label: str = "") -> str:
    """The study's outcomes as 'csv', 'latex' or 'markdown'. Raises `StudyError` for another form."""
    make, _ = _form(form)
    return make(study, Asked(_known(study, outcomes), _label(label)))


def _known(study: Study, outcomes: Sequence[str]) -> Sequence[str]:
    for name in outcomes:
        if name not in study.outcomes:
            near = get_close_matches(name, study.outcomes, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise StudyError(f"outcomes: got {name}; it may be one or more of {', '.join(study.outcomes)}{hint}")
    return outcomes


def _label(label: str) -> str:
    if label and not LABEL.fullmatch(label):
        raise StudyError(f"label: got {label}; it may be letters, digits, - and _")
    return label


def write_tables(study: Study, forms: Sequence[str], outcomes: Sequence[str] = (), label: str = "") -> list[Path]:
    """Write the tables in these forms to the study's folder `tables`, all of them or none; returns their paths.

    outcomes: those that are columns of LaTeX and Markdown and rows of CSV and xlsx; unless said the main ones there,
    all here. label: what LaTeX's labels and the files' names begin with, so that a paper may hold several studies.

    outcomes.csv, outcomes.tex, outcomes.md; csv has who_pays.csv, hazard_ratios.csv and fates.csv beside it. In
    another language than English its code stands in the name: outcomes.id.csv. parquet is what is stored, as it is:
    runs.parquet, weekly.parquet and sellers.parquet, for pandas, R or Stata.
    """
    asked = Asked(_known(study, outcomes), _label(label))
    texts = [form for form in forms if form not in (PARQUET, XLSX)]
    tables = {("outcomes", ending): make(study, asked) for make, ending in map(_form, texts)}
    if "csv" in forms:
        found = Findings(study)
        others = {"who_pays": _who_pays(found), "hazard_ratios": _hazard_ratios(found), "fates": _fates(found)}
        tables |= {(name, "csv"): text for name, text in others.items()}
    code = "" if spoken().code == ENGLISH else f".{spoken().code}"
    folder = study.folder / "tables"
    front = f"{label}-" if label else ""
    made = {folder / f"{front}{name}{code}.{ending}": text.encode() for (name, ending), text in tables.items()}
    if XLSX in forms:
        made[folder / f"{front}outcomes{code}.xlsx"] = _workbook(study, asked)
    if PARQUET in forms:
        made |= {folder / f"{name}.parquet": _parquet(table) for name, table in _stored(study)}
    write_together(made)
    return list(made)


def _stored(study: Study) -> Iterator[tuple[str, pd.DataFrame]]:
    """Every column of what is stored, by dataset."""
    stored = study.stored or Stored.read(study.folder)
    yield "runs", study.runs
    yield from ((name, read(stored, name)) for name in ("weekly", "sellers"))


def _parquet(table: pd.DataFrame) -> bytes:
    file = BytesIO()
    table.to_parquet(file, index=False)
    return file.getvalue()


def outcome_rows(study: Study) -> pd.DataFrame:
    """A row a scenario and outcome: settings, mean with its 95 % t interval, and the paired differences.

    `less_reference…`: the scenario less the study's first; `less_no_rule…`: less the same scenario without a rule;
    `…_holm`: the p-value of the difference, corrected for all that it stands among.
    """
    index = pd.MultiIndex.from_product([study.scenarios, study.outcomes], names=["scenario_id", "outcome"])
    rows = summary(study.values).reindex(index)[list(ESTIMATE)]
    for name, baselines in (("less_reference", against_reference(study)), ("less_no_rule", rule_baselines(study))):
        told_of = (*ESTIMATE, "holm")
        change = differences(study.values, baselines, study.weeks).reindex(index)[list(told_of)]
        names = {"mean": name} | {column: f"{name}_{column}" for column in told_of[1:]}
        rows = rows.join(change.rename(columns=names))
    counts = [column for column in rows if column == "n" or str(column).endswith("_n")]
    told = _described(study, rows.astype(dict.fromkeys(counts, "Int64")).reset_index())
    outcome = told["outcome"].map(study.outcomes)
    place = list(told).index("outcome") + 1
    told.insert(place, "label", [of.label for of in outcome])
    told.insert(place + 1, "unit", [of.unit for of in outcome])
    return told


def _described(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with `scenario_id`, with the scenario's label and settings beside it."""
    settings = pd.DataFrame.from_dict(study.settings, orient="index")
    settings.insert(0, "scenario", pd.Series(study.labels))
    return settings.rename_axis("scenario_id").reset_index().merge(rows, on="scenario_id")


def csv_text(table: pd.DataFrame, **how: Any) -> str:
    """The table as CSV (RFC 4180); a text that a spreadsheet would run as a formula has an apostrophe before it.

    Lines end in CR LF: only so does Python quote a text that holds either, which would else end its row.
    """
    safe = table.rename(columns=_inert)
    for place, kind in enumerate(safe.dtypes):
        if not pd.api.types.is_numeric_dtype(kind):
            safe.isetitem(place, [_inert(value) for value in safe.iloc[:, place]])
    return str(safe.to_csv(index=False, lineterminator="\r\n", **how))


def _inert(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _csv(study: Study, asked: Asked) -> str:
    return csv_text(_rows(study, asked))


def _rows(study: Study, asked: Asked) -> pd.DataFrame:
    rows = outcome_rows(study)
    return rows[rows["outcome"].isin(asked.outcomes)] if asked.outcomes else rows


def _workbook(study: Study, asked: Asked) -> bytes:
    """A workbook: every scenario and outcome, and what the outcomes are."""
    try:
        import openpyxl  # noqa: F401  # what pandas writes with
    except ImportError as error:
        raise StudyError("format: got xlsx; it may be csv, or xlsx after pip install '.[xlsx]'") from error
    told = [(one.name, one.label, one.unit, one.direction) for one in study.outcomes.values()]
    about = pd.DataFrame(told, columns=["outcome", "label", "unit", "better (1 more, -1 less)"])
    file = BytesIO()
    with pd.ExcelWriter(file, engine="openpyxl") as book:
        for name, sheet in (("outcomes", _rows(study, asked)), ("what they are", about)):
            safe = sheet.rename(columns=_inert).map(_inert)
            safe.to_excel(book, sheet_name=name, index=False, freeze_panes=(1, 0))
    return file.getvalue()


def _who_pays(found: Findings) -> str:
    """As the report has it: under a rule less the same scenario without one, else less the reference."""
    study, known = found.study, parties(found.study)
    rows = who_pays(study, found.baselines)[list(ESTIMATE)].reset_index()
    rows.insert(2, "party", [known[name].name if name in known else "" for name in rows["outcome"]])
    rows.insert(3, "home", [known[name].home if name in known else "" for name in rows["outcome"]])
    rows.insert(4, "less", [study.labels[found.baselines[scenario]] for scenario in rows["scenario_id"]])
    return csv_text(_described(study, rows))


def _hazard_ratios(found: Findings) -> str:
    """The first `RATIOS` scenarios against what `less` says; the rows of any others are empty."""
    columns = ["ratio", "low", "high", "n", "of", "deaths", "seeds", "reason"]
    made, labels = hazard_ratios(found.study, found.baselines, RATIOS), found.study.labels
    rows = [
        [scenario, labels[base], *(getattr(made.get(scenario), name, None) for name in columns)]
        for scenario, base in found.baselines.items()
    ]
    counts = dict.fromkeys(columns[3:-1], "Int64")
    return csv_text(
        _described(found.study, pd.DataFrame(rows, columns=["scenario_id", "less", *columns]).astype(counts))
    )


def _fates(found: Findings) -> str:
    """A row a seed and shop that lives in one of the two scenarios only that the report looks at closely."""
    if not found.pair:
        return csv_text(pd.DataFrame(columns=["scenario", "base", *FATE_COLUMNS]))
    (base, scenario), labels = found.pair, found.study.labels
    rows = fates(found.study, scenario, base).astype({"rank": "Int64", "copied_week": "Int64"})
    rows.insert(0, "scenario", labels[scenario])
    rows.insert(1, "base", labels[base])
    return csv_text(rows)


def _latex(study: Study, asked: Asked) -> str:
    front = f"{asked.label}-" if asked.label else ""
    panels = _panels(study, asked)
    tables = (latex.table(front + one.name, one.caption, one.heads, one.rows) for one in panels)
    return "\n".join([latex.NEEDS, *tables])


def _markdown(study: Study, asked: Asked) -> str:
    return "\n".join(map(_markdown_panel, _panels(study, asked)))


def _markdown_panel(panel: Panel) -> str:
    rows = [
        [label, *(f"{mean} {interval}".rstrip() for mean, interval in zip(means, intervals, strict=True))]
        for label, means, intervals in panel.rows
    ]
    return "\n".join([_mark(panel.caption), "", markdown.table(_marked(["", *panel.heads]), map(_marked, rows))])


def _panels(study: Study, asked: Asked) -> list[Panel]:
    """The means, and where there are several scenarios, what each changes against the reference."""
    if not study.outcomes:
        raise StudyError(f"{study.name}: holds no outcomes")
    caption = say("Mean over seeds and its 95% t interval.")
    names = asked.outcomes or paper_outcomes(study)
    made = [_panel(study, "outcomes", caption, summary(study.values), study.scenarios, names)]
    changes = against_reference(study)
    if changes:
        if len(set(changes.values())) > 1:
            caption = say(
                "Difference from the first scenario of the same market, seed by seed: mean and 95% t interval."
            )
        else:
            base = study.labels[next(iter(changes.values()))]
            caption = say("Difference from “{base}”, seed by seed: mean and 95% t interval.", base=base)
        known = differences(study.values, changes, study.weeks)
        made.append(_panel(study, "differences", caption, known, list(changes), names))
    return made


def _panel(
    study: Study, name: str, caption: str, table: pd.DataFrame, scenarios: Sequence[Any], names: Sequence[str]
) -> Panel:
    known, signed = estimates(table), name == "differences"
    shown = [one for (_, outcome), one in known.items() if outcome in names]
    caption = " ".join([caption, *doubts(shown)])
    heads, columns = [], []
    for outcome in (study.outcomes[one] for one in names):
        column = [known.get((scenario, outcome.name), Estimate()) for scenario in scenarios]
        fit = scale_of(outcome.unit, column, signed)
        unit = f" ({fit.heading.replace(' ', HARD_SPACE)})" if fit.heading and fit.heading != outcome.label else ""
        heads.append(sentence(outcome.label) + unit)
        columns.append([(fit.number(one.mean, signed), fit.interval(one.low, one.high, signed)) for one in column])
    rows = []
    for scenario, row in zip(scenarios, zip(*columns, strict=True), strict=True):
        means, intervals = zip(*row, strict=True)
        rows.append((study.labels[scenario], means, intervals))
    return Panel(name, caption, heads, rows)


def paper_outcomes(study: Study) -> list[str]:
    """The outcomes of a table for a paper: survival at the longest horizon of all, and who gains; else the first.

    What is zero in every run is left out.
    """
    survival = [f"sme_survival_{weeks}w" for weeks in HORIZONS if weeks <= min(study.weeks.values())]
    moving = [name for name in study.outcomes if study.values[name].fillna(0.0).any()]
    chosen = [name for name in (*survival[:1], *PAPER) if name in moving]
    return chosen or moving[:COLUMNS] or list(study.outcomes)[:COLUMNS]


def _mark(text: str) -> str:
    return MARKS.sub(r"\\\1", text.replace("\n", " "))


def _marked(row: Sequence[str]) -> list[str]:
    return [_mark(text) for text in row]


FORMS: Mapping[str, tuple[Callable[[Study, Asked], str], str]] = {
    "csv": (_csv, "csv"),
    "latex": (_latex, "tex"),
    "markdown": (_markdown, "md"),
}


def _form(form: str) -> tuple[Callable[[Study, Asked], str], str]:
    if form not in FORMS:
        raise StudyError(f"format: got {form}; it may be csv, latex, markdown, xlsx or parquet")
    return FORMS[form]
