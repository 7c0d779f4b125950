"""The street and separation: `python -m validation.street` writes docs/street.md and docs/street.svg.

It runs what is missing of the presets `street`, `closure_2023` and `indonesia_2021_2025` and of a study of sizes, and
reads every number off them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Template

from analysis import Study
from analysis.breakeven import GAIN, LOSS, OPEN, TURNS, Line, kind, possible
from analysis.intervals import Estimate
from analysis.markdown import table
from analysis.words import humanise, listing
from experiments import fingerprint
from validation import closure, history, street_picture
from validation.separation import INCOME, OFFLINE, OWN, SHOPS, Separation
from validation.studies import Design, conduct, make_page, preset, values, weekly
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
    for d in found.scenarios(platform, shops):
        counts = [found.effects(platform, shops, name)[d] for name in SHOPS]
        money = [found.effects(platform, shops, name)[d] / 1e9 for name in (OWN, OFFLINE)]
        scenarios = [*(bold(over_seeds(one), 1) for one in (*counts, sum(counts[1:], counts[0])))]
        scenarios += [*(bold(over_seeds(one), 2) for one in (*money, sum(money[1:], money[0])))]
        rows.append([f"{d:g}", *scenarios])
    return table(head, rows)


def bold(estimate: Estimate, decimals: int) -> str:
    """A change with its interval, bold where it leaves out zero."""
    text = number(estimate, decimals, sign=True)
    return f"**{text}**" if estimate.clear else text


def crossings_table(found: Separation) -> str:
    """A row a scenario and street: where separation breaks even by shops and by owners' income."""
    rows = [
        [humanise(platform), f"{shops:g}", *(told(*found.line(platform, shops, of)) for of in (SHOPS, INCOME))]
        for platform in found.platforms
        for shops in found.streets
    ]
    return table(["scenario", "street shops for each SME online", "by shops alive", "by owners' income"], rows, (0,))


def told(net: Line, least: float, most: float) -> str:
    """A break-even in words: the d with those that luck does not rule out, or what holds at every d studied."""
    how = kind(net, least, most)
    if how in (GAIN, LOSS):
        return f"{how} at every d studied"
    if how == OPEN:
        sign = GAIN if float(net.at((least + most) / 2.0)) > 0.0 else LOSS
        return f"{sign} at the d studied, distinguishable from zero at some of them only, or at none"
    ends = possible(net, least, most)
    low, high = (f"{end:.2f}" for end in ends)
    low = f"below {low}" if ends[0] == least else low
    high = f"beyond {high}" if ends[1] == most else high
    text = f"{net.crossing:.2f} [{low}, {high}]"
    return text if net.slope > 0.0 else f"{text}, a loss beyond it"


def reading(found: Separation) -> str:
    """What follows, computed from the tables."""
    lines = []
    for of, words in ((SHOPS, "small shops"), (INCOME, "rupiah of owners' income")):
        nets = [found.line(platform, shops, of) for platform in found.platforms for shops in found.streets]
        kinds = [kind(*net) for net in nets]
        turning = sorted(net.crossing for (net, *_), how in zip(nets, kinds, strict=True) if how == TURNS)
        said = [
            f"saves more {words} than it costs once d exceeds {listing([f'{one:.2f}' for one in turning])}, by "
            f"scenario, in {len(turning)} of {len(nets)}"
            if turning
            else "",
            f"costs more than it saves at every d studied in {kinds.count(LOSS)}" if LOSS in kinds else "",
            f"saves more than it costs at every d studied in {kinds.count(GAIN)}" if GAIN in kinds else "",
            f"keeps one sign, but is distinguishable from zero at some d only or at none, in {kinds.count(OPEN)}"
            if OPEN in kinds
            else "",
        ]
        whole = "; ".join(one for one in said if one)
        lines.append(f"- By {words}, separation {whole.replace('saves more ' + words, 'saves more of them', 1)}.")
    return "\n".join(lines)


def surplus_reading(found: Separation) -> str:
    """What separation does to consumers at the least and the most d studied, over all scenarios."""
    sums = [
        over_seeds(found.effects(platform, shops, "consumer_surplus")[d] / 1e9)
        for platform in found.platforms
        for shops in found.streets
        for d in found.scenarios(platform, shops)
    ]
    least, most = min(one.mean for one in sums), max(one.mean for one in sums)
    return f"{least:+.1f} to {most:+.1f}".replace("-", "−")


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
        scenarios = []
        for weeks in (shut, after):
            now, then = (one[weeks].groupby("seed").sum() for one in (here, there))
            scenarios.append(percent(over_seeds(now["street_orders"] / then["street_orders"] - 1.0), 2, sign=True))
            if weeks is shut:
                back = (now["street_orders"] - then["street_orders"]) / (then["orders"] - now["orders"])
                scenarios.insert(0, percent(over_seeds(back)))
        rows.append([words, *scenarios])
    head = ["reading", "of orders lost online, bought in the street", "street orders, closed", "in the year after"]
    return table(head, rows, (0,))


def size_table(study: Study) -> str:
    """The street where nothing is ruled, at several sizes."""
    rows = []
    for label in SIZE.scenarios:
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
        consumers=surplus_reading(found),
        least=f"{min(found.scenarios(found.platforms[0], few)):g}",
        most=f"{max(found.scenarios(found.platforms[0], few)):g}",
        closure=closure_table(studies[closure.PRESET]),
        closure_d=f"{studies[closure.PRESET].planned[0]['config']['street']['diversion']:g}",
        history=history.write(studies[history.PRESET]),
        sizes=size_table(studies[SIZE.name]),
        platforms=", ".join(names.values()),
        model=fingerprint.model_hash(),
    )


def main(run: Callable[..., Study] = preset, of: Callable[[Design], Study] = conduct) -> int:
    """Run what is missing and write the page and its picture. Returns the exit code."""

    def made() -> dict[Path, str]:
        studies = {name: run(name) for name in ("street", closure.PRESET, history.PRESET)} | {SIZE.name: of(SIZE)}
        picture = street_picture.svg(Separation(studies["street"]))
        return {PAGE: write(studies), PAGE.with_name("street.svg"): picture}

    return make_page(PAGE, made)


if __name__ == "__main__":
    sys.exit(main())
