"""The patterns of docs/facts.md B, one by one: the real figure, the model's, and whether it holds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import Study
from analysis.intervals import Estimate
from analysis.markdown import table
from experiments import compose
from simulation import Market
from simulation.demand.exact import log_exposure
from simulation.opening.cache import open_market
from simulation.opening.listings_file import read_listings
from simulation.outcomes.record import log_spread
from simulation.platform.feed import candidate_set, rank
from simulation.state.channels import SOCIAL, keeps
from validation import facts, levers, project_s
from validation.facts import Fact
from validation.project_s import REVIEW, SCENARIOS, TEN_MONTHS, YEAR, change, copied_by, opening_shops
from validation.studies import HEADLINE, PROJECT_S, WITH, WITHOUT, Design, sellers, values, weekly
from validation.tables import band, number, over_seeds, percent

Floats = NDArray[np.float64]
Studies = Mapping[str, Study]

BAN, BLIND, EVEN = "separation", "same feed for all", "feed blind to popularity"
DISCOVERY = Design(
    "discovery",
    {
        BLIND: [*SCENARIOS[WITHOUT], "algorithm=popularity"],
        EVEN: [*SCENARIOS[WITHOUT], "algorithm.popularity_exponent=0"],
    },
    replications=3,
)
CLOSURE = Design("closure", {BAN: [*SCENARIOS[WITHOUT], "regulation=separation"]}, weeks=YEAR, replications=3)
STUDIES = (*project_s.STUDIES, DISCOVERY, CLOSURE)

NOT_YET, FREE, SWITCH = "not yet in the model", "sign left free", "off by default"
LOOKS = range(12, 61, 12)  # weeks at which the ranking is looked at
LOOK_SEEDS = range(4)
GOODS = {"homogeneous": 0.0, "differentiated": 1.0}  # `demand.match`
NARROW, NARROW_SEEDS = 4, range(3)  # feed slots


def write(studies: Studies) -> str:
    """The chapter."""
    parts = (copying, helping, favour, superstars, narrower, leakage, real_listings)
    rows = [row for part in parts for row in part(studies)]
    judged = [row for row in rows if row[facts.VERDICT] not in (NOT_YET, FREE, SWITCH)]
    return f"{TEXT}{facts.tally(judged)}\n\n{table(facts.HEAD, rows, facts.WORDS)}\n{NOTES}"


TEXT = f"""\
## Patterns of real platforms

Every pattern of facts.md B, with what the model shows under its defaults unless the line says otherwise. '{NOT_YET}':
the mechanism is missing. '{FREE}': the literature knows both, so the model may show either.

"""
NOTES = """\
Notes. B4: own brands have 30 to 60 % of the prominence of sponsored listings, and these hold 17.3 % of places: 5 to
10 %. A feed of this model has no first place, each is as good as another. Ranks are by exposure in the feed, and a
market of a few hundred designs has fewer ranks to gain than Amazon. B6: ratios, since the number of sellers differs;
a market of a few hundred sellers has no thousandth part. B7: the opening is the same for both widths, so that costs
and qualities stay and only what is seen changes; the source's narrower sets are those of the cheapest offers, here
they are narrower by chance. B8: 'moves' is what other channels gain in the year after, of what the social app loses.
B9: the opening is a sample of the listings.
"""


def row(what: str, found: Estimate, fact: Fact, say: Callable[[Estimate], str], real: str) -> list[str]:
    """A row of the table."""
    return facts.row(what, found, fact, say, real)


def absent(what: str, real: str, source: str) -> list[str]:
    """A row for what the model does not have."""
    return [what, "–", real, NOT_YET, "no", source]


signed = partial(percent, sign=True)


# ---- B1 and B2: copying


def copying(studies: Studies) -> list[list[str]]:
    """B1: how many are copied, who, and what follows."""
    headline = studies[HEADLINE.name]
    shops = opening_shops(headline, WITH, "opening_orders", "copied_week", "reputation")
    shops["copied"] = shops["copied_week"] <= TEN_MONTHS
    chance = over_seeds(shops.groupby("seed")["copied"].mean())
    first = copied_by(studies, REVIEW)
    sales = {label: opening_shops(headline, label, "revenue")["revenue"] for label in (WITHOUT, WITH)}
    product = project_s.with_their_copies(headline)
    return [
        row("B1: products copied within ten months", chance, facts.COPIED, percent, "3 %"),
        row(
            "B1: orders at the opening of the copied, times those of the others",
            contrast(shops, "opening_orders", pd.Series.div),
            facts.MORE_POPULAR,
            number,
            "above 1",
        ),
        row(
            "B1: rating of the copied less that of the others (utility)",
            contrast(shops, "reputation", pd.Series.sub),
            facts.BETTER_RATED,
            partial(number, sign=True),
            "above 0",
        ),
        absent("B1: fewer copies where the seller's effort matters", "falls", facts.COPIED.source),
        row(
            "B1: sales of the copied, against themselves without Project S",
            change(sales[WITH], sales[WITHOUT], first),
            facts.COPIED_STALL,
            signed,
            "below 0",
        ),
        row(
            "B1: demand for a copied product, copy included",
            change(product, sales[WITHOUT], first),
            facts.PRODUCT_GROWS,
            signed,
            "above 0",
        ),
    ]


def contrast(shops: pd.DataFrame, column: str, compare: Callable[[pd.Series, pd.Series], pd.Series]) -> Estimate:
    """The mean of the copied compared with the mean of the others, seed by seed."""
    copied, others = (shops[shops["copied"] == which].groupby("seed")[column].mean() for which in (True, False))
    return over_seeds(compare(copied, others))


def helping(studies: Studies) -> list[list[str]]:
    """B2: entry may help merchants; B3 waits for its mechanism."""
    effect = over_seeds(levers.effect_on_sales(studies, *levers.grid(*levers.preset())))
    default = over_seeds(levers.effect_on_sales(studies, (), ()))
    return [
        [
            "B2: effect of entry on all merchants' sales, defaults",
            signed(default),
            "either sign",
            FREE,
            "no",
            "facts B2",
        ],
        row(f"B2: the same under `experiment={levers.PRESET}`", effect, facts.ENTRY_HELPS, signed, "above 0"),
        absent("B3: sellers under threat innovate less, raise prices, move on", "seen", "facts B3 [44]"),
    ]


# ---- B4: self-preference


def favour(_: Studies) -> list[list[str]]:
    """B4: what an own listing gains in the feed over what its score alone would give; B5 is a switch."""
    looks = [prominence(seed) for seed in LOOK_SEEDS]
    return [
        row(
            "B4: own listings' share of the feed's places",
            over_seeds([look.share for look in looks]),
            facts.PROMINENCE,
            percent,
            band(facts.PROMINENCE.low, facts.PROMINENCE.high, 0, 100, "%"),
        ),
        row(
            "B4: the same, times what the score alone would give",
            over_seeds([look.times for look in looks]),
            facts.FAVOURED,
            number,
            "above 1",
        ),
        row(
            "B4: ranks that an own listing gains in the feed",
            over_seeds([look.ranks for look in looks]),
            facts.RANKS,
            partial(number, decimals=1),
            "20 to 30",
        ),
        [
            "B5: a platform that loses one instrument turns to others (`response`)",
            "–",
            "seen",
            SWITCH,
            "no",
            "facts B5",
        ],
    ]


class Prominence(NamedTuple):
    """How the social feed shows own listings."""

    share: float  # of its places
    times: float  # what their score alone would give
    ranks: float  # that they gain on average


def prominence(seed: int) -> Prominence:
    """How the feed of a run under Project S shows own listings; means over `LOOKS`."""
    market = Market(compose([PROJECT_S, f"seed={seed}", f"weeks={LOOKS[-1]}"]))
    found = []
    while market.running:
        market.step()
        own = market.listings.own[market.listings.live]
        if market.steps in LOOKS and own.any():
            found.append(prominence_now(market, own))
    return Prominence(*np.mean(found, axis=0).tolist())


def feed_by_score(market: Market) -> Floats:
    """How strongly the feed shows each design on sale to each taste cluster, by score and renown alone. (C, J)"""
    listings, certainty = market.listings, market.platform.certainty
    candidates = candidate_set(listings)
    score = rank(candidates, listings, market.config.algorithm, certainty, market.terms, market.chance)
    return np.asarray(score * keeps(candidates.channel_mask, SOCIAL) * listings.awareness[candidates.rows])


def prominence_now(market: Market, own: NDArray[np.bool_]) -> Prominence:
    """The same in one week, clusters weighted by their consumers."""
    score = feed_by_score(market)
    people = np.bincount(market.population.cluster, minlength=len(score)) / len(market.population)
    shown, alone = (np.exp(log_exposure(score, own, favour)) for favour in (market.terms.platform.favour, 1.0))
    place = [np.argsort(np.argsort(-weights, axis=1), axis=1)[:, own] for weights in (alone, shown)]
    share, fair = (float((people @ weights[:, own]).sum()) / own.size for weights in (shown, alone))
    return Prominence(share, share / fair, float((people @ (place[0] - place[1])).mean()))


# ---- B6: concentration


def superstars(studies: Studies) -> list[list[str]]:
    """B6: how few sellers make most of the sales, and what discovery does to it."""
    headline, other = studies[HEADLINE.name], studies[DISCOVERY.name]
    sold = sellers(headline, WITHOUT, "revenue").groupby("seed")["revenue"]
    makers = {share: sold.apply(partial(makers_of, share=share)) for share in (0.1, 0.5, 0.9)}
    said = [f"{over_seeds(one).mean:,.1f}" for one in makers.values()]
    rows = [
        row(
            f"B6: makers of 10 % of sales over makers of 90 % ({said[0]} of {said[2]} sellers)",
            over_seeds(makers[0.1] / makers[0.9]),
            facts.FEW,
            partial(percent, decimals=2),
            band(facts.FEW.low, facts.FEW.high, 2, 100, "%"),
        ),
        row(
            f"B6: makers of half over makers of 90 % ({said[1]} of {said[2]} sellers)",
            over_seeds(makers[0.5] / makers[0.9]),
            facts.HALF,
            percent,
            band(facts.HALF.low, facts.HALF.high, 1, 100, "%"),
        ),
    ]
    for name, ours, theirs in (
        ("a personal feed", values(headline, WITHOUT), values(other, BLIND)),
        ("a feed that follows popularity", values(headline, WITHOUT), values(other, EVEN)),
    ):
        effect = over_seeds((ours["hhi"] / theirs["hhi"] - 1.0).dropna())
        rows.append([f"B6: concentration (HHI) by {name}", signed(effect), "either sign", FREE, "no", "facts B6 [59]"])
    return rows


def makers_of(sales: Sequence[float], share: float) -> float:
    """How many of the largest sellers make this share of all sales, between two by a straight line."""
    largest = np.sort(np.asarray(sales, float))[::-1]
    reached = np.concatenate([[0.0], np.cumsum(largest)]) / largest.sum()
    k = int(np.searchsorted(reached, share))
    return float(k - 1 + (share - reached[k - 1]) / (reached[k] - reached[k - 1]))


# ---- B7: narrower choice sets


def narrower(_: Studies) -> list[list[str]]:
    """B7: prices when fewer offers are seen, for goods that differ in fit and for goods that do not."""
    rows = []
    for name, match in GOODS.items():
        ratios = [price_of_width(match, NARROW, seed) / price_of_width(match, None, seed) for seed in NARROW_SEEDS]
        effect = over_seeds(np.array(ratios) - 1.0)
        fact = facts.NARROW_HELPS if match == 0.0 else facts.NARROW_HARMS
        real = "below 0: helps competition" if match == 0.0 else "not below 0"
        what = f"B7: prices with {NARROW} feed slots in place of the default's, {name} goods"
        rows.append(row(what, effect, fact, partial(signed, decimals=2), real))
    return rows


def price_of_width(match: float, feed: int | None, seed: int) -> float:
    """The price index after a year without Project S, the feed narrowed from the first week on. Opening = 100."""
    config = compose([f"demand.match={match}", f"seed={seed}", f"weeks={YEAR}"])
    opening = open_market(config)
    if feed is not None:
        seen = dataclasses.replace(config.consideration, feed=feed)
        config = dataclasses.replace(config, consideration=seen)
    return float(Market(config, opening=opening).run().series["price_index"][-1])


# ---- B8: a ban leaks


def leakage(studies: Studies) -> list[list[str]]:
    """B8: where demand goes when the social app may not take payment."""
    free, banned = flows(studies[HEADLINE.name], WITHOUT), flows(studies[CLOSURE.name], BAN)
    lost = (free["social"] - banned["social"]).dropna()
    moved = over_seeds((banned["elsewhere"] - free["elsewhere"]).dropna() / lost)
    gone = Estimate(1.0 - moved.mean, moved.margin, moved.n)
    return [
        row("B8: of the demand that a ban displaces, moves to other channels", moved, facts.MOVES, percent, "a part"),
        row("B8: of the same, disappears", gone, facts.DISAPPEARS, percent, "a part"),
        [
            "B8: workarounds come after a lag (`workaround_lag`; rules.md dates it)",
            "–",
            "ten weeks in 2023",
            SWITCH,
            "no",
            facts.MOVES.source,
        ],
    ]


def flows(study: Study, label: str) -> pd.DataFrame:
    """Sales of the first year through the social app and elsewhere, by seed, in orders at listed prices.

    Every sale is an SME's: the scenario has neither Project S nor importers.
    """
    weeks = weekly(study, label, "orders", "price_index", "dependence")
    weeks = weeks[weeks["week"] <= YEAR]
    total = weeks["orders"] * weeks["price_index"] / 100.0
    social = total * weeks["dependence"]
    return pd.DataFrame({"social": social, "elsewhere": total - social}).groupby(weeks["seed"]).sum()


# ---- B9: real listings

MOMENTS: dict[str, Callable[[pd.DataFrame], float]] = {
    "sd of log units": lambda shops: log_spread(shops["units"].to_numpy(float)),
    "the same within a category": lambda shops: log_spread(
        shops["units"].to_numpy(float), pd.factorize(shops["category"])[0]
    ),
    "correlation of log price and log units": lambda shops: float(
        np.corrcoef(np.log(shops["price"]), np.log(shops["units"]))[0, 1]
    ),
}


def real_listings(studies: Studies) -> list[list[str]]:
    """B9: spread of units sold and its correlation with price, as the market goes on."""
    early = next(design for design in project_s.SHORTER if design.weeks > YEAR)
    moments = [("at the opening", HEADLINE, "opening_orders")]
    moments += [(f"after {design.weeks} weeks", design, "recent_orders") for design in (early, HEADLINE)]
    usable, _ = read_listings(None)
    listed = pd.DataFrame({"category": usable.category, "price": usable.price, "units": usable.units})
    rows = []
    for when, design, column in moments:
        sold = units(studies[design.name], column)
        for what, measure in MOMENTS.items():
            found, real = over_seeds([measure(one) for _, one in sold.groupby("seed")]), measure(listed)
            sets = facts.QUALITIES if column == "opening_orders" else ""
            fact = Fact(real - facts.UNITS_LIKE, real + facts.UNITS_LIKE, "facts B9, the listings themselves", sets)
            shown = number(Estimate(real)) + f" ± {facts.UNITS_LIKE:g}"
            rows.append(row(f"B9: {what}, {when}", found, fact, number, shown))
    return rows


def units(study: Study, column: str) -> pd.DataFrame:
    """Units a week of the SMEs on sale without Project S that sell, up to a constant: an order's worth."""
    shops = sellers(study, WITHOUT, "kind", "category", "exit_week", "listed_price", "price", column)
    if column == "opening_orders":
        shops = shops.assign(price=shops["listed_price"], exit_week=np.nan)
    there = shops[(shops["kind"] == "sme") & shops["exit_week"].isna() & (shops[column] > 0)]
    return there.assign(units=there[column] / there["listed_price"])
