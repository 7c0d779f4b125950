"""Project S: who is copied, what it does to them, how far the platform's own share grows, what carries the result.

A shop is compared with itself: the same seed without Project S shares every shock with the run that has it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from analysis import Study
from analysis.intervals import Estimate
from analysis.markdown import table
from experiments import compose
from simulation.chance import Chance
from simulation.config import Config
from simulation.demand.shifters import shocks
from simulation.opening.cache import open_market
from simulation.opening.state import opening_listings
from simulation.settings.platform import PlatformSetting
from simulation.state.listings import PLATFORM_KIND
from simulation.state.opening import Opening
from validation import levers
from validation.baseline import most_told
from validation.studies import HEADLINE, PROJECT_S, WITH, WITHOUT, Design, sellers, values, weekly
from validation.tables import number, over_seeds, percent, points

YEAR = 52
TEN_MONTHS = 43
REVIEW = PlatformSetting().review_weeks  # the week of the first review; no copy is on sale before it
SHOP = ["seed", "seller_id"]

# The headline study's two scenarios, stopped earlier: what a shop has sold by then.
SCENARIOS = {WITHOUT: ["platform=marketplace_only"], WITH: [PROJECT_S]}
SHORTER = tuple(
    Design(f"until_week_{weeks}", SCENARIOS, weeks=weeks, replications=4)
    for weeks in (REVIEW, REVIEW + YEAR, REVIEW + 2 * YEAR)
)
STUDIES = (HEADLINE, *SHORTER, *levers.STUDIES)
Studies = Mapping[str, Study]


def write(studies: Studies) -> str:
    """The chapter."""
    sections = (who_is_copied, what_it_does, luck_passes, the_platforms_share)
    return "\n".join([introduction(studies), *(section(studies) for section in sections), levers.write(studies)])


INTRODUCTION = """\
## Project S

Every {review} weeks the platform looks for what would pay and sells copies of it, more likely of what would pay more:
sourced {cost:.0%} cheaper, priced {undercut:.0%} lower and worse by about as much as that is worth, of {pace:.0%} of
designs in ten months and of {share:.0%} in the end, and shown at {favour:g} times the odds that their score alone gives
them. Nobody knows that this is how it would be done: it is a scenario. {seeds} seeds unless a table has fewer.
"""


def introduction(studies: Studies) -> str:
    """What the platform does under the defaults."""
    setting = compose([PROJECT_S]).platform
    return INTRODUCTION.format(
        review=setting.review_weeks,
        cost=setting.cost_advantage,
        undercut=setting.undercut,
        pace=setting.pace,
        share=setting.own_share,
        favour=setting.favour,
        seeds=len(values(studies[HEADLINE.name], WITH)),
    )


# ---- shops


def opening_shops(study: Study, label: str, *columns: str) -> pd.DataFrame:
    """The opening SMEs of one scenario, by seed and id: these columns of `sellers` as numbers."""
    shops = sellers(study, label, "seller_id", "kind", "entry_week", *columns)
    shops = shops[(shops["kind"] == "sme") & (shops["entry_week"] == 0)].set_index(SHOP)
    return shops[list(columns)].astype(float)


def copied_by(studies: Studies, week: int) -> pd.Series:
    """Whether each opening SME was copied up to a week."""
    return opening_shops(studies[HEADLINE.name], WITH, "copied_week")["copied_week"] <= week


def with_their_copies(study: Study) -> pd.Series:
    """What each opening SME's product sold under Project S, the shop's own and its copy's together. Rp."""
    own = opening_shops(study, WITH, "revenue")["revenue"]
    rows = sellers(study, WITH, "seller_id", "kind", "revenue").query("kind == 'platform'")
    copies = rows.assign(seller_id=rows["seller_id"] ^ (PLATFORM_KIND << 56)).set_index(SHOP)["revenue"]
    return own.add(copies.reindex(own.index), fill_value=0.0)


def by_window(studies: Studies, label: str, copies: bool = False) -> pd.DataFrame:
    """Sales of each opening SME between one study's end and the next one's, a column a window's last week. Rp."""
    sold = {}
    for design in (*SHORTER, HEADLINE):
        study = studies[design.name]
        one = with_their_copies(study) if copies else opening_shops(study, label, "revenue")["revenue"]
        sold[design.weeks] = one
    total = pd.concat(sold, axis=1, join="inner")
    return total.diff(axis=1).fillna(total)


def change(with_it: pd.Series, without: pd.Series, group: pd.Series) -> Estimate:
    """The sum over a group's shops with Project S over the same shops' without it, less 1, seed by seed."""
    sums = [one[group.reindex(one.index)].groupby("seed").sum() for one in (with_it, without)]
    return over_seeds(sums[0] / sums[1] - 1.0)


# ---- sections


def who_is_copied(studies: Studies) -> str:
    """The chance of being copied by opening sales."""
    shops = opening_shops(studies[HEADLINE.name], WITH, "opening_orders", "copied_week")
    place = shops["opening_orders"].groupby("seed").rank(ascending=False, pct=True)
    shops["tenth"] = np.ceil(place * 10 - 1e-9).astype(int)
    shops["soon"], shops["ever"] = shops["copied_week"] <= TEN_MONTHS, shops["copied_week"].notna()
    shops["share"] = shops["opening_orders"] / shops["opening_orders"].groupby("seed").transform("sum")
    last = int(shops.loc[shops["ever"], "tenth"].max()) if shops["ever"].any() else 1
    rows = []
    groups = {tenths(k, k): shops["tenth"] == k for k in range(1, last + 1)}
    groups |= {"of it, the best-selling fiftieth": place <= max(0.02, place.min())}
    groups |= {tenths(k, 10): shops["tenth"] >= k for k in (last + 1, 1) if k <= 10}
    for name, group in groups.items():
        by_seed = shops[group].groupby("seed")
        share = f"{100 * by_seed['share'].sum().mean():.1f} %"
        rows.append([name, share, *(percent(over_seeds(by_seed[when].mean())) for when in ("soon", "ever"))])
    text = (
        "### Who is copied\n\nOpening SMEs in ten groups of equal number, by their orders at the opening. In "
        f"{HEADLINE.weeks} weeks the platform copies {shops.groupby('seed')['ever'].sum().mean():.1f} of them on "
        f"average{f', all in the {tenths(1, last)}' if last < 10 else ''}.\n\n"
    )
    head = ["opening sales", "their share of all orders", "copied within ten months", f"within {HEADLINE.weeks} weeks"]
    return text + table(head, rows)


def tenths(first: int, last: int) -> str:
    """'best-selling tenth', 'tenths 5 to 10'."""
    if (first, last) == (1, 10):
        return "all"
    if last == 1:
        return "best-selling tenth"
    if first == 1:
        return f"best-selling {last} tenths"
    return f"tenth {first}" if first == last else f"tenths {first} to {last}"


def what_it_does(studies: Studies) -> str:
    """Sales, survival and profit of the copied and of the others, against the same shops without Project S."""
    first = copied_by(studies, REVIEW)
    never = ~copied_by(studies, HEADLINE.weeks)
    return (
        "### What it does to the shops\n\nEvery shop against itself in the scenario without Project S. "
        f"'Copied' are the shops of the first review, in week {REVIEW}; 'never copied' those that are not copied "
        f"in {HEADLINE.weeks} weeks. Up to week {REVIEW} the scenarios are the same. Sales by year come from "
        f"{len(values(studies[SHORTER[0].name], WITH))} seeds.\n\n"
        f"{sales_table(studies, first, never)}\n{fate_table(studies, first, never)}\n"
        f"{naive(studies, first, never)}\n{most_told(studies[HEADLINE.name], WITH, HEADLINE.weeks)}\n"
    )


def sales_table(studies: Studies, first: pd.Series, never: pd.Series) -> str:
    """Sales by year after copying."""
    with_it, without = by_window(studies, WITH), by_window(studies, WITHOUT)
    product = by_window(studies, WITH, copies=True)
    rows, begin = [], 1
    for year, last in enumerate(int(week) for week in with_it.columns):
        figures = (
            change(with_it[last], without[last], first),
            change(product[last], without[last], first),
            change(with_it[last], without[last], never),
        )
        when = f"year {year} after copying" if year else "before"
        rows.append([when, f"{begin} to {last}", *(percent(figure, sign=True) for figure in figures)])
        begin = last + 1
    head = ["sales", "weeks", "copied shops", "their product, copy included", "never copied"]
    return table(head, rows, words=(0, 1))


def fate_table(studies: Studies, first: pd.Series, never: pd.Series) -> str:
    """Survival and profit over the whole run."""
    scenarios = {label: fates(studies, label) for label in (WITHOUT, WITH)}
    rows = []
    for name, group in (("copied", first), ("never copied", never), ("all opening SMEs", first | True)):
        alive = {label: shops[group]["alive"].groupby("seed").mean() for label, shops in scenarios.items()}
        rows.append(
            [
                name,
                f"{group.groupby('seed').sum().mean():.0f}",
                percent(over_seeds(alive[WITHOUT])),
                percent(over_seeds(alive[WITH])),
                points(over_seeds(alive[WITH] - alive[WITHOUT])),
                percent(change(scenarios[WITH]["profit"], scenarios[WITHOUT]["profit"], group), sign=True),
            ]
        )
    weeks = HEADLINE.weeks
    head = ["shops", "how many", f"alive after {weeks} weeks, without", "with Project S", "effect", "effect on profit"]
    return table(head, rows)


def fates(studies: Studies, label: str) -> pd.DataFrame:
    """Whether each opening SME is alive at the end, and its profit. Rp."""
    shops = opening_shops(studies[HEADLINE.name], label, "exit_week", "profit")
    return shops.assign(alive=shops["exit_week"].isna())


def naive(studies: Studies, first: pd.Series, never: pd.Series) -> str:
    """What a comparison with other shops would say in place of the twins'."""
    alive = {label: fates(studies, label)["alive"] for label in (WITHOUT, WITH)}

    def gap(label: str) -> Estimate:
        return over_seeds(alive[label][first].groupby("seed").mean() - alive[label][never].groupby("seed").mean())

    twin = over_seeds((alive[WITH].astype(float) - alive[WITHOUT].astype(float))[first].groupby("seed").mean())
    return (
        "Held against the never copied of their own scenario, the copied would seem to differ in survival by "
        f"{points(gap(WITH))}; against themselves it is {points(twin)}. Without Project S the same two groups differ "
        f"by {points(gap(WITHOUT))} already: who is copied is no accident.\n"
    )


def the_platforms_share(studies: Studies) -> str:
    """The platform's own share of sales, and the shops on sale, over time."""
    study = studies[HEADLINE.name]
    weeks = sorted({REVIEW, REVIEW + 4, 26, YEAR, 2 * YEAR, HEADLINE.weeks})
    own = weekly(study, WITH, "platform_share").pivot(index="seed", columns="week", values="platform_share")
    live = {
        label: weekly(study, label, "live_smes").pivot(index="seed", columns="week", values="live_smes")
        for label in (WITHOUT, WITH)
    }
    rows = [
        [str(week), percent(over_seeds(own[week])), *(number(over_seeds(live[label][week]), 0) for label in live)]
        for week in weeks
    ]
    head = ["week", "the platform's own share of sales", "SMEs on sale without Project S", "with"]
    copies = sellers(study, WITH, "kind", "exit_week").query("kind == 'platform' and exit_week.isna()", engine="python")
    left = copies.groupby("seed").size().reindex(own.index, fill_value=0).mean()
    text = f"### The platform's share\n\nAt the end {left:.1f} copies are on sale on average.\n\n"
    return f"{text}{table(head, rows)}"


# ---- luck


def demand_shocks(opening: Opening, config: Config, seed: int, weeks: int) -> np.ndarray:
    """z_jt/σ_j of the opening's designs in weeks 0 to `weeks`: the run's own draws. Shape (weeks + 1, J)."""
    listings = opening_listings(opening, config.sellers, 1.0, config.demand.order_value, 0.0, Chance(seed))
    path = [listings.shock]
    for week in range(1, weeks + 1):
        listings.shock = shocks(Chance(seed), week, listings, config.demand.shock_persistence)
        path.append(listings.shock)
    return np.array(path) / opening.shock_sd


LUCK_TEXT = """\
### Luck passes

{verdict} The mean shock to demand of the designs copied at the first review, in standard deviations of each design's
own shocks:

{table}
In the scenario without Project S those very shops sell, a week of the year after, {copied} against weeks 1 to {review};
the never copied sell {never}. A comparison of before and after would put this down to the copies. Twins do not.
"""
PASSES = "What is copied was lucky, and its luck passes."
STAYS = "**No regression to the mean is seen**: a year later the copied designs are as lucky as they were."


def luck_passes(studies: Studies) -> str:
    """The regression to the mean of what is copied: shocks and, without Project S, sales."""
    first, never = copied_by(studies, REVIEW), ~copied_by(studies, HEADLINE.weeks)
    z = luck(first)
    after = (0, 13, 26, YEAR, 2 * YEAR)
    rows = [[str(weeks), number(over_seeds(z[REVIEW + weeks]), 2, sign=True)] for weeks in after]
    now, change_in_a_year = over_seeds(z[REVIEW]), over_seeds(z[REVIEW + YEAR] - z[REVIEW])
    passes = now.clear and now.mean > 0 and change_in_a_year.clear and change_in_a_year.mean < 0
    sold = by_window(studies, WITHOUT)
    weekly_sales = sold.div(np.diff([0, *sold.columns]), axis="columns")
    return LUCK_TEXT.format(
        verdict=PASSES if passes else STAYS,
        table=table(["weeks after copying", "shock"], rows),
        copied=percent(move(weekly_sales, first), sign=True),
        never=percent(move(weekly_sales, never), sign=True),
        review=REVIEW,
    )


def move(sold: pd.DataFrame, group: pd.Series) -> Estimate:
    """A group's sales in the second window over those in the first, less 1."""
    before, later = (sold.loc[group.reindex(sold.index), week].groupby("seed").sum() for week in sold.columns[:2])
    return over_seeds(later / before - 1.0)


def luck(copied: pd.Series) -> pd.DataFrame:
    """The mean shock of each seed's copied designs, a row a seed, a column a week. Own standard deviations."""
    config = compose([PROJECT_S])
    opening = open_market(config)
    rows = {}
    for seed in copied.index.unique("seed"):
        path = demand_shocks(opening, config, seed, HEADLINE.weeks)
        there = copied.loc[seed]
        rows[seed] = path[:, np.isin(opening.ids, there.index[there])].mean(axis=1)
    return pd.DataFrame.from_dict(rows, orient="index")
