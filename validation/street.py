"""The street and separation: `python -m validation.street` writes docs/street.md and docs/street.svg.

It runs what is missing of the presets `street`, `closure_2023` and `indonesia_2021_2025` and of a study of sizes, and
reads every number off them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Template

import numpy as np

from analysis import Study
from analysis.breakeven import BreakEven
from analysis.intervals import Estimate
from analysis.markdown import table
from analysis.words import humanise
from experiments import fingerprint
from validation import closure, history, street_picture
from validation.separation import INCOME, OFFLINE, OWN, SHOPS, Separation
from validation.studies import Design, StudyFailed, conduct, preset, values, weekly
from validation.tables import in_unit, number, over_seeds, percent

PAGE = Path(__file__).parent.parent / "docs" / "street.md"
TEMPLATE = Path(__file__).with_name("street.md")
SIZES = (200, 500, 1_000)
SIZE = Design(
    "street_size", {f"{n:,} SMEs": [f"market.smes={n}", "platform=marketplace_only"] for n in SIZES}, replications=4
)


def effects_table(found: Separation, platform: str, shops: float) -> str:
    """A row a diversion: what separation does online, in the street, together, in shops and in rupiah."""
    head = ["d", "online shops alive", "street shops alive", "both", "owners online, Rp bn", "in the street", "both"]
    rows = []
    for d in found.cells(platform, shops):
        counts = [found.effects(platform, shops, name)[d] for name in SHOPS]
        money = [found.effects(platform, shops, name)[d] / 1e9 for name in (OWN, OFFLINE)]
        cells = [*(bold(over_seeds(one), 1) for one in (*counts, sum(counts[1:], counts[0])))]
        cells += [*(bold(over_seeds(one), 2) for one in (*money, sum(money[1:], money[0])))]
        rows.append([f"{d:g}", *cells])
    return table(head, rows)


def bold(estimate: Estimate, decimals: int) -> str:
    """A change with its interval, bold where it leaves out zero."""
    text = number(estimate, decimals, sign=True)
    return f"**{text}**" if estimate.clear else text


def crossings_table(found: Separation) -> str:
    """A row a world and street: where separation breaks even by shops and by owners' income."""
    rows = [
        [humanise(platform), f"{shops:g}", *(told(found.crossing(platform, shops, of)) for of in (SHOPS, INCOME))]
        for platform in found.platforms
        for shops in found.streets
    ]
    return table(["world", "street shops for each SME online", "by shops alive", "by owners' income"], rows, (0,))


def told(crossing: BreakEven) -> str:
    """A break-even in words: between 0 and 1 a number with its interval, beyond them what that means."""
    low, high = max(crossing.low, 0.0), min(crossing.high, 1.0)
    if not crossing.within(0.0, 1.0):
        sure = np.isfinite([crossing.low, crossing.high]).all() and (crossing.low > 1.0 or crossing.high < 0.0)
        return "at no d from 0 to 1" if sure else "not from 0 to 1, as far as can be told"
    if low <= 0.0 and high >= 1.0:
        return f"{crossing.value:.2f} (anywhere from 0 to 1 by its interval)"
    return f"{crossing.value:.2f} [{low:.2f}, {high:.2f}]"


def reading(found: Separation) -> str:
    """What follows, computed from the tables."""
    lines = []
    for of, words in ((SHOPS, "shops alive"), (INCOME, "owners' income")):
        some = [
            (platform, shops, one)
            for platform in found.platforms
            for shops in found.streets
            if (one := found.crossing(platform, shops, of)).within(0.0, 1.0)
        ]
        worlds = len(found.platforms) * len(found.streets)
        if some:
            least, most = (end(one.value for *_, one in some) for end in (min, max))
            others = worlds - len(some)
            rest = f"; in the other {others} it costs more than it saves at every d" if others else ""
            lines.append(
                f"By {words}, separation saves more than it costs from a d of {least:.2f} to {most:.2f} on in "
                f"{len(some)} of {worlds} worlds{rest}."
            )
        else:
            lines.append(f"By {words}, separation costs more than it saves at every d, in all {worlds} worlds.")
    return "\n".join(f"- {line}" for line in lines)


def closure_table(study: Study) -> str:
    """Orders in the street while TikTok Shop was closed, and after its return, over those had it stayed open."""
    rows = []
    for label, words in closure.CLOSED.items():
        here, there = (
            weekly(study, one, "street_orders", "orders").sort_values(["seed", "week"]).reset_index(drop=True)
            for one in (label, closure.OPEN)
        )
        shut = (here["week"] >= closure.FIRST) & (here["week"] <= closure.LAST)
        after = here["week"].between(closure.LAST + 1, closure.YEAR_LATER)
        cells = []
        for weeks in (shut, after):
            now, then = (one[weeks].groupby("seed").sum() for one in (here, there))
            cells.append(percent(over_seeds(now["street_orders"] / then["street_orders"] - 1.0), 2, sign=True))
            if weeks is shut:
                back = (now["street_orders"] - then["street_orders"]) / (then["orders"] - now["orders"])
                cells.insert(0, percent(over_seeds(back)))
        rows.append([words, *cells])
    head = ["reading", "of orders lost online, bought in the street", "street orders, closed", "in the year after"]
    return table(head, rows, (0,))


def size_table(study: Study) -> str:
    """The street where nothing is ruled, at several sizes."""
    rows = []
    for label in SIZE.cells:
        of = values(study, label)
        rows.append(
            [
                label,
                percent(over_seeds(of["street_survival_156w"])),
                percent(over_seeds(of["online_share"])),
                number(over_seeds(of["street_price_index"]), 3),
                in_unit("share", over_seeds(of["sme_survival_156w"])),
            ]
        )
    return table(["market", "street shops alive", "online share of orders", "prices", "SMEs alive"], rows)


def write(studies: Mapping[str, Study]) -> str:
    """The page: the text by hand around the tables."""
    found = Separation(studies["street"])
    few, many = found.streets[0], found.streets[-1]
    names = {name: humanise(name) for name in found.platforms}
    tables = {
        f"{size}_{k}": effects_table(found, platform, shops)
        for size, shops in (("few", few), ("many", many))
        for k, platform in enumerate(found.platforms)
    }
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        tables,
        seeds=max(found.study.seeds.values()),
        few=f"{few:g}",
        many=f"{many:g}",
        smes=found.study.planned[0]["config"]["market"]["smes"],
        crossings=crossings_table(found),
        reading=reading(found),
        closure=closure_table(studies[closure.PRESET]),
        closure_d=f"{studies[closure.PRESET].planned[0]['config']['street']['diversion']:g}",
        history=history.write(studies[history.PRESET]),
        sizes=size_table(studies[SIZE.name]),
        platforms=", ".join(names.values()),
        model=fingerprint.model_hash(),
    )


def main(run: Callable[..., Study] = preset, of: Callable[[Design], Study] = conduct) -> int:
    """Run what is missing and write the page. Returns the exit code."""
    try:
        studies = {name: run(name) for name in ("street", closure.PRESET, history.PRESET)} | {SIZE.name: of(SIZE)}
    except StudyFailed as error:
        print(f"street: {error}", file=sys.stderr)
        return 1
    PAGE.write_text(write(studies), encoding="utf-8")
    PAGE.with_name("street.svg").write_text(street_picture.svg(Separation(studies["street"])), encoding="utf-8")
    print(f"wrote {PAGE.parent.name}/{PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
