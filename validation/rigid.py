"""Rules and the closure once more, in a market of rigid shops: what hangs on that shops shrink and pause."""

from __future__ import annotations

from typing import Any

from scipy.stats import spearmanr

from analysis import Study
from analysis.intervals import Estimate
from analysis.markdown import table
from analysis.words import humanise, listing
from validation import closure
from validation.compared import SURVIVAL, Compared
from validation.studies import values
from validation.tables import in_unit, over_seeds, percent, points

PROFIT = "sme_profit"
ALIKE = 0.8  # rank correlation


def write(above: Compared, rigid: Compared, closed: Study, closed_rigid: Study) -> dict[str, Any]:
    """The section's tables and figures by the names that the page gives them."""
    alive = [percent(over_seeds(values(one, closure.OPEN)["sme_survival_104w"])) for one in (closed, closed_rigid)]
    return {
        "rigid_seeds": max(rigid.study.seeds.values()),
        "alive_above": alive[0],
        "alive_rigid": alive[1],
        "rigid": effects(above, rigid),
        "rigid_reading": reading(above, rigid),
        "rigid_closure": closures(closed, closed_rigid),
    }


def effects(above: Compared, rigid: Compared) -> str:
    """A row a rule: what it does to survival and to SMEs' profit in both markets, fees frozen."""
    head = [
        "rule",
        "SMEs alive, shops as above",
        "SMEs alive, rigid shops",
        "SME profit, as above",
        "SME profit, rigid shops",
    ]
    both = (above, rigid)
    alive, profit = ([one.level(outcome) for one in both] for outcome in (SURVIVAL, PROFIT))
    rows = [["no rule: the level", *map(percent, alive), *(in_unit("Rp", one) for one in profit)]]
    for rule in above.names:
        effects = [one.effect(rule, SURVIVAL) for one in both]
        changes = [_relative(one, rule) for one in both]
        texts = [*map(points, effects), *(percent(one, sign=True) for one in changes)]
        told = (f"**{text}**" if one.clear else text for text, one in zip(texts, [*effects, *changes], strict=True))
        rows.append([humanise(rule), *told])
    return table(head, rows)


def _relative(found: Compared, rule: str) -> Estimate:
    """SMEs' profit under a rule over that without one, less 1, seed by seed."""
    here, there = (found.study.values.loc[found.scenario(one, "frozen"), PROFIT] for one in (rule, "none"))
    return over_seeds((here / there - 1.0).dropna())


def reading(above: Compared, rigid: Compared) -> str:
    """How alike the two are: the order of the rules, and the rules whose sign is beyond doubt in both and turns."""
    pairs = {rule: (above.effect(rule, SURVIVAL), rigid.effect(rule, SURVIVAL)) for rule in above.names}
    order = spearmanr(*zip(*((a.mean, b.mean) for a, b in pairs.values()), strict=True)).statistic
    sure = {rule: (a.mean, b.mean) for rule, (a, b) in pairs.items() if a.clear and b.clear}
    turned = [humanise(rule) for rule, (a, b) in sure.items() if a * b < 0]
    larger = sum(abs(b) > abs(a) for a, b in sure.values())
    sign = (
        f"the effect of {listing(turned)} is distinguishable from zero in both and has the other sign"
        if turned
        else "no rule has an effect that is distinguishable from zero in both and has the other sign"
    )
    return (
        f"The rules stand in {'much the same' if order > ALIKE else 'another'} order (rank correlation {order:.2f}); "
        f"{sign}. "
        f"Of {len(sure)} such effects on survival {larger} are larger where shops are rigid."
    )


def closures(above: Study, rigid: Study) -> str:
    """What the closure of 2023 does to survival in both markets."""
    rows = []
    for label, words in closure.CLOSED.items():
        both = [closure.measures(one, label) for one in (above, rigid)]
        rows += [[f"{name}, {words}", *(found[name] for found in both)] for name in (closure.RETURN, closure.END)]
    return table(["the closure of 2023", "shops as above", "rigid shops"], rows)
