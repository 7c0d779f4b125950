"""Survival by group: copied or not, one channel or several, small or large.

A shop becomes copied in some week, and until then it must have lived. To count it as copied from the start
would credit copying with the weeks before it (immortal time). So it is watched among the not copied up to
that week and among the copied after it (Simon, Makuch 1984), and the groups' deaths and shops at risk add up
to all shops' in every week.

The platform copies what sells, so copied and other shops differ from the start. What the choice does to the shops
that it copies is seen in `copied_twins`: the same shops in a scenario that copies nobody. That is more than the copy
itself, for the choice changes all else too: `uncopied_twins` has what it does to the other shops meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from .language import say
from .study import Study
from .survival import Curve, pooled_curve, tally
from .twins import BASE, horizon, twins

SEVERAL = "+"  # stands between a shop's channels


@dataclass(frozen=True)
class Group:
    """Some of the shops: its name, and what it is called in the language spoken."""

    name: str
    label: str


@dataclass(frozen=True)
class Watch:
    """Shops of a group, each watched after the week `start` and up to the week `stop`."""

    shops: pd.DataFrame
    start: NDArray[np.int_]
    stop: NDArray[np.int_]


def groupings(study: Study) -> dict[str, list[Group]]:
    """What opening SMEs can be grouped by: only what the study kept and in which its shops differ.

    `channels` are those that a shop opened with; `size` is thirds of a run's shops by orders in the opening week.
    """
    shops, found = study.shops, {}
    if shops["copied_week"].notna().any():
        found["copied"] = [Group("not_copied", say("not copied")), Group("copied", say("copied"))]
    if several(shops["opening_channels"]).nunique() > 1:
        found["channels"] = [Group("one", say("one channel")), Group("several", say("several channels"))]
    if shops["opening_orders"].nunique() > 2:
        thirds = (say("smallest third"), say("middle third"), say("largest third"))
        found["size"] = [Group(name, label) for name, label in zip(("small", "middle", "large"), thirds, strict=True)]
    return found


def group_curves(study: Study, scenario: Any, grouping: str) -> dict[str, Curve]:
    """Kaplan-Meier curves of a scenario's opening SMEs by group: label to curve, without groups that have no shop.

    Weeks count from the opening. A shop is copied where a platform copied it in this scenario; a curve begins with
    the first week after which it has a shop.
    """
    groups = groupings(study).get(grouping, [])
    curves = {}
    for group, watch in zip(groups, _watches(study, scenario, grouping), strict=False):
        made = _curve(study, scenario, watch)
        if made:
            curves[group.label] = made
    return curves


def copied_twins(study: Study, scenario: Any, base: Any) -> dict[str, Curve]:
    """Curves of the shops that a platform copied in `scenario`, there and in `base`, by the scenarios' labels.

    Week 0 is the week in which a shop was copied in `scenario`. Only shops that then lived in both scenarios count,
    so that neither has a lead; the curves end with the shorter scenario. Empty where `base` copies too.
    """
    return _twin_curves(study, scenario, base, copied_pairs(study, scenario, base))


def uncopied_twins(study: Study, scenario: Any, base: Any) -> dict[str, Curve]:
    """As `copied_twins`, of the shops that were not copied then: week 0 is the median week of their seed's copies.

    Who is copied later is watched up to that week, in both scenarios.
    """
    return _twin_curves(study, scenario, base, uncopied_pairs(study, scenario, base))


def copied_pairs(study: Study, scenario: Any, base: Any) -> pd.DataFrame:
    """The rows of `twins` that were copied in `scenario` when the shop lived in both scenarios, before the last week.

    Watched after the week `start`, that of the copy, up to the week `stop`. None where `base` copies too: the
    shops that it leaves alone are then no fair sample.
    """
    pairs = twins(study, scenario, base)
    known = pairs[pairs["copied_week"].notna()] if pairs["copied_week" + BASE].isna().all() else pairs[:0]
    return _watched(known.assign(start=known["copied_week"], stop=horizon(study, scenario, base)))


def uncopied_pairs(study: Study, scenario: Any, base: Any) -> pd.DataFrame:
    """As `copied_pairs`, the shops not copied by the median week of their seed's copies, `start`."""
    pairs, last = twins(study, scenario, base), horizon(study, scenario, base)
    median = copied_pairs(study, scenario, base).groupby("seed")["start"].median() // 1
    pairs = pairs.assign(start=pairs["seed"].map(median), stop=pairs["copied_week"].clip(upper=last).fillna(last))
    return _watched(pairs)


def _watched(pairs: pd.DataFrame) -> pd.DataFrame:
    """The shops that live in both scenarios when the watch starts."""
    lived = ~(pairs["exit_week"] <= pairs["start"]) & ~(pairs["exit_week" + BASE] <= pairs["start"])
    return pairs[lived & (pairs["start"] < pairs["stop"])]


def _twin_curves(study: Study, scenario: Any, base: Any, pairs: pd.DataFrame) -> dict[str, Curve]:
    start, stop = np.zeros(len(pairs), int), (pairs["stop"] - pairs["start"]).to_numpy(int)
    curves = {}
    for which, suffix in ((scenario, ""), (base, BASE)):
        since = pairs["exit_week" + suffix] - pairs["start"]
        made = _curve(
            study, which, Watch(pd.DataFrame({"run": pairs["run" + suffix], "exit_week": since}), start, stop)
        )
        if made:
            curves[study.labels[which]] = made
    return curves


def _watches(study: Study, scenario: Any, grouping: str) -> Iterator[Watch]:
    """For each group of a grouping, in order, which shops of the scenario are watched when."""
    shops = study.shops_of(scenario)
    start, stop = np.zeros(len(shops), int), np.full(len(shops), study.weeks[scenario])
    if grouping == "copied":
        copied = shops["copied_week"].to_numpy(float)
        is_copied = copied < stop
        yield Watch(shops, start, np.where(is_copied, copied, stop).astype(int))
        yield Watch(shops[is_copied], copied[is_copied].astype(int), stop[is_copied])
        return
    member = several(shops["opening_channels"]) if grouping == "channels" else _thirds(shops)
    for number in range(2 if grouping == "channels" else 3):
        mine = (member == number).to_numpy()
        yield Watch(shops[mine], start[mine], stop[mine])


def _curve(study: Study, scenario: Any, watch: Watch) -> Curve | None:
    watched = (watch.start == 0) | ~(watch.shops["exit_week"].to_numpy(float) <= watch.start)
    if not watched.any():
        return None
    shops = watch.shops[watched]
    counts = tally(study, shops, watch.start[watched], watch.stop[watched])
    until = replace(counts, weeks=np.full(len(counts.weeks), watch.stop[watched].max()))
    made, first = pooled_curve(until.of(scenario)), watch.start[watched].min()
    parts = {name: getattr(made, name)[first:] for name in ("week", "survival", "low", "high")}
    return replace(made, **parts, shops=len(shops))


def several(channels: pd.Series) -> pd.Series:
    """1 where a shop keeps more than one channel, 0 where one, NaN where that is not known."""
    return channels.map({name: float(SEVERAL in name) for name in channels.cat.categories}).astype(float)


def _thirds(shops: pd.DataFrame) -> pd.Series:
    """0, 1, 2: the third of its run's shops that a shop is in by orders in the opening week."""
    share = shops.groupby("run")["opening_orders"].rank(method="first", pct=True)
    return np.ceil(3 * share - 1e-9) - 1
