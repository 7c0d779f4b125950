"""docs/changes.md, of the runs that are kept: errors with before and after, and the headline state by state."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from analysis.intervals import Estimate
from analysis.markdown import table
from analysis.words import NOTHING
from validation.changes.declared import ERRORS, MENDED, SEEDS, STATES, TODAY, WHOLE, WHOLE_S, Figure, State
from validation.changes.kept import Kept
from validation.tables import number, over_seeds, percent, points

FORMS: dict[str, Callable[..., str]] = {
    "percent": percent,
    "points": points,
    "number": partial(number, decimals=1),
    "rupiah": partial(number, decimals=2, factor=1e-9),
}
NOT_RUN = "does not run here"


def write(kept: Kept) -> str:
    """The page."""
    by_commit = {state.commit: told(kept, state) for state in STATES}
    first, mended, last = (by_commit[commit] for commit in (STATES[0].commit, MENDED, TODAY))
    return TEXT.format(
        seeds=SEEDS,
        first=commit(kept, STATES[0].commit),
        today=commit(kept, TODAY),
        effect_first=first[3],
        effect_last=last[3],
        effect_mended=mended[3],
        mended=MENDED,
        own_first=first[4],
        own_last=last[4],
        states=states(kept),
        errors=errors(kept),
        in_words=in_words(),
        minutes=round(kept.runs["seconds"].sum() / 60.0),
    )


def commit(kept: Kept, state: str) -> str:
    """The commit of a state, as code."""
    return f"`{kept.commit(state)}`"


# ---- state by state


def states(kept: Kept) -> str:
    """The headline question in every state."""
    head = [
        "commit",
        "what changed",
        "errors",
        "alive, no Project S",
        "alive, Project S",
        "effect",
        "own share of sales",
    ]
    rows = []
    for state in STATES:
        _, without, with_it, effect, own = told(kept, state)
        what = f"{state.changes}{' (today)' if state.commit == TODAY else ''}"
        rows.append([commit(kept, state.commit), what, state.mends, without, with_it, effect, own])
    return table(head, rows, words=(0, 1, 2))


def told(kept: Kept, state: State) -> tuple[str, str, str, str, str]:
    """A state's commit, survival without Project S and with it, the effect, and own goods' share of sales."""
    without, with_it = (kept.of(state.commit, scenario, "alive") for scenario in (WHOLE, WHOLE_S))
    if without.empty or with_it.empty:
        return state.commit, NOT_RUN, NOT_RUN, NOTHING, NOTHING
    own = over_seeds(kept.of(state.commit, WHOLE_S, "own_share"))
    effect, alive = points(over_seeds(with_it - without)), [percent(over_seeds(one)) for one in (without, with_it)]
    return state.commit, alive[0], alive[1], effect, percent(own)


# ---- error by error


def errors(kept: Kept) -> str:
    """Every error's figures, before its mend and after."""
    rows = [
        [
            f"{error.number} {error.name}" if k == 0 else "",
            figure.what,
            *(shown(kept, state, scenario, figure) for state, scenario in figure.sides),
            f"{commit(kept, figure.mend.before)} to {commit(kept, figure.mend.after)}",
        ]
        for error in ERRORS
        for k, figure in enumerate(error.figures)
    ]
    return table(["error", "figure", "before", "after", "commits"], rows, words=(0, 1, 4))


def in_words() -> str:
    """What each error was and what is now, a numbered line each."""
    return "".join(f"{error.number}. **{error.name}.** {error.was} *Now:* {error.now}\n" for error in ERRORS)


def shown(kept: Kept, state: str, scenario: str, figure: Figure) -> str:
    """A figure in a state, in words."""
    found = estimate(kept, state, scenario, figure)
    if found is None:
        return NOT_RUN
    if figure.how == "spread":
        return f"{100.0 * found.mean:.1f} points" if figure.form == "points" else f"{found.mean:.3f}"
    say, change = FORMS[figure.form], figure.how in ("less", "over") or figure.of == "first_week"
    return say(found, sign=True) if change and figure.form == "percent" else say(found)


def estimate(kept: Kept, state: str, scenario: str, figure: Figure) -> Estimate | None:
    """Mean and interval over seeds, each seed's two scenarios held against each other; None where nothing was run."""
    here = kept.of(state, scenario, figure.of)
    there = kept.of(state, figure.against, figure.of) if figure.against else here
    if here.empty or there.empty:
        return None
    if figure.how == "spread":
        return Estimate(float(np.std(here, ddof=1)), np.nan, here.size)
    return over_seeds({"level": here, "less": here - there, "over": here / there - 1.0}[figure.how])


TEXT = """\
<!-- Written by `python -m validation.changes`; change validation/changes, not this file. -->
# From the old numbers to the new

A review of the market at commit {first} found thirteen errors. As shipped there, Project S moved survival by
{effect_first} and had {own_first} of all sales. In today's market, {today}, the same question
gives {effect_last} and {own_last} of all sales. This page shows which change moved what.

Mended errors are a part of the way: with those mended that this question hangs on, the effect was {effect_mended}
(`{mended}`). The rest is no mend. Sellers who fear to be copied put in less effort and save its cost, which is assumed
(`6bb28b6`), and the default Project S was set to a smaller own share, as evidence has it (`2a900fe`).

Each state of the project was checked out and run again, with the same {seeds} seeds. Brackets hold 95 % intervals over
these seeds. In one state, runs with the same seed share their random events; in different states they do not. From
`67eb701` on each seed has an opening of its own, so that intervals of levels are wider. Errors that were mended later
are still in a state's figures.

## Error by error

{in_words}
Each error by the figures that it concerns, before its mend and after. Where one change mended several errors, it moved
the figure as a whole. Both sides have the same market, weeks and seeds. A setting that was renamed goes by the name of
its time; `validation/changes/declared.py` has them all.

{errors}
Error 13 was a list. No row above has the rest of it: rivals with owners abroad count as abroad, India's quarter is of
purchases and not of listings, ratios of nothing are null and not 0, effects are corrected for their number (Holm), and
impulse is at most 1.

## Change by change

The headline question in each state: how many of the opening's small shops live after three years, with Project S and
without it. There are 20,000 consumers; all else is that state's own default. *Own share* is own goods' share of all
sales in the third year. A row has all changes since the row above it.

{states}
"Project S" is not the same in all rows. At first it was a share of slots for copies of the ten best designs, from
`42cc811` on favour as odds for a number of copies that grows, and from `1fc383c` on the default of four strengths,
which `2a900fe` and `696821c` set by the own share that they reach.

`python -m validation.changes` makes this page. It runs what `validation/changes/runs.csv` lacks and keeps it there.
Where all is lacking, that takes {minutes} minutes of one core. It needs the repository's history. `--stored` makes the
page of what is kept, at once.
"""
