"""Rules and the closure once more, in a market whose shops can shrink: what hangs on that they cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scipy.stats import spearmanr

from analysis import Study
from analysis.words import humanise, listing
from validation import closure
from validation.studies import values
from validation.tables import over_seeds, percent, points, table

if TYPE_CHECKING:
    from validation.rules import Compared

SURVIVAL, PROFIT = "sme_survival_156w", "sme_profit"
ALIKE = 0.8  # rank correlation


def write(rigid: Compared, shrinking: Compared, closed: Study, closed_shrinking: Study) -> dict[str, Any]:
    """The section's tables and figures by the names that the page gives them."""
    alive = [percent(over_seeds(values(one, closure.OPEN)["sme_survival_104w"])) for one in (closed, closed_shrinking)]
    return {
        "shrinking_seeds": max(shrinking.study.seeds.values()), "alive_rigid": alive[0], "alive_shrinking": alive[1],
        "shrinking": effects(rigid, shrinking), "shrinking_reading": reading(rigid, shrinking),
        "shrinking_closure": closures(closed, closed_shrinking),
    }  # fmt: skip


def effects(rigid: Compared, shrinking: Compared) -> str:
    """A row a rule: what it does to survival and to SMEs' profit in both markets, fees frozen."""
    head = ["rule", "SMEs alive, shops as above", "SMEs alive, shops that shrink",
            "SME profit, as above", "SME profit, shops that shrink"]  # fmt: skip
    both = (rigid, shrinking)
    level = [percent(one.level(SURVIVAL)) for one in both] + [_of_level(one, None) for one in both]
    rows = [["no rule: the level", *level]]
    for rule in rigid.names:
        alive = [_bold(points(one.effect(rule, SURVIVAL)), one.effect(rule, SURVIVAL).clear) for one in both]
        rows.append([humanise(rule), *alive, *(_of_level(one, rule) for one in both)])
    return table(head, rows)


def _of_level(found: Compared, rule: str | None) -> str:
    """SMEs' profit under a rule over that without one, less 1, seed by seed; the level itself without a rule."""
    if rule is None:
        return f"Rp {found.written(PROFIT, found.level(PROFIT), sign=False)} {found.unit(PROFIT).removeprefix('Rp ')}"
    here, there = (found.study.values.loc[found.cell(one, "frozen"), PROFIT] for one in (rule, "none"))
    change = over_seeds((here / there - 1.0).dropna())
    return _bold(percent(change, sign=True), change.clear)


def _bold(text: str, clear: bool) -> str:
    return f"**{text}**" if clear else text


def reading(rigid: Compared, shrinking: Compared) -> str:
    """How alike the two are: the order of the rules, and the rules whose sign is beyond doubt in both and turns."""
    pairs = {rule: (rigid.effect(rule, SURVIVAL), shrinking.effect(rule, SURVIVAL)) for rule in rigid.names}
    order = spearmanr(*zip(*((a.mean, b.mean) for a, b in pairs.values()), strict=True)).statistic
    turned = [humanise(rule) for rule, (a, b) in pairs.items() if a.clear and b.clear and a.mean * b.mean < 0]
    saved = [(a.mean, b.mean) for a, b in pairs.values() if a.clear and b.clear]
    smaller = sum(abs(b) < abs(a) for a, b in saved)
    sign = f"turns under {listing(turned)}" if turned else "turns under no rule"
    return (
        f"The rules stand in {'much the same' if order > ALIKE else 'another'} order (rank correlation {order:.2f}); "
        f"a sign that is beyond doubt in both {sign}. "
        f"Of {len(saved)} such effects on survival {smaller} are smaller where shops can shrink."
    )


def closures(rigid: Study, shrinking: Study) -> str:
    """What the closure of 2023 does to survival in both markets."""
    rows = []
    for label, words in closure.CLOSED.items():
        both = [closure.measures(one, label) for one in (rigid, shrinking)]
        rows += [[f"{name}, {words}", *(found[name] for found in both)] for name in (closure.RETURN, closure.END)]
    return table(["the closure of 2023", "shops as above", "shops that shrink"], rows)
