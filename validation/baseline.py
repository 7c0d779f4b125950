"""The market without Project S, five years long: does it live as real ones do?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from analysis import Study, kaplan_meier
from analysis.intervals import Estimate
from analysis.markdown import table
from analysis.survival import count
from simulation.chance import Chance
from simulation.config import Config
from simulation.opening.listings_file import read_listings
from simulation.outcomes.record import gini_index, herfindahl, log_spread, share_of_largest
from simulation.state.consumers import draw_consumers
from simulation.state.influencers import draw_influencers
from validation import facts
from validation.studies import Design, config, sellers, values, weekly
from validation.tables import band, number, over_seeds, percent, verdict

Floats = NDArray[np.float64]

BASELINE = "no Project S"
YEAR, YEARS, MONTH = 52, 5, 4
STUDIES = (Design("baseline", {BASELINE: ["platform=marketplace_only"]}, weeks=YEARS * YEAR, replications=16),)

SIZES = ("smallest third", "middle third", "largest third")
STILL = 0.10  # a change of concentration from the first to the last year that counts as none
SHARE = (100.0, "%")


def write(studies: Mapping[str, Study]) -> str:
    """The chapter."""
    study = studies[STUDIES[0].name]
    seeds, consumers = len(values(study, BASELINE)), config(study, BASELINE)["market"]["consumers"]
    sections = (survival, turnover, together, hazards, concentration, conduct_of_trade, not_judged)
    return INTRODUCTION.format(seeds=seeds, consumers=consumers) + "\n".join(section(study) for section in sections)


INTRODUCTION = """\
## The market without Project S

Before the model may say what Project S changes, it has to live as a real market does without it. Here it runs for
five years with nobody but small sellers in it, {seeds} times with other random events ({seeds} seeds), with
{consumers:,} simulated consumers.

"""
NOT_JUDGED = """\
### Not judged here

- **Live selling** raises a product's sales by a factor of {live}. What a live adds
  (`influence.live_uplift`) is set by that range, so that nothing is left to judge.
- **Commerce in the feed** is {commerce} of videos. In the model every place in the feed is an offer: it has no other
  videos, and says nothing of how much commerce a feed can bear. A person sees {videos} videos a day, so the
  {offers} offers that the model shows in a week stand for those that somebody considers, not for all that pass by.
"""


def not_judged(study: Study) -> str:
    """What is known of real markets and cannot be held against this one."""
    live, commerce, videos = facts.LIVE_UPLIFT, facts.FEED_COMMERCE, facts.VIDEOS_A_DAY
    return NOT_JUDGED.format(
        live=f"{band(live.low, live.high, 1)} ({live.source})",
        commerce=f"{band(commerce.low, commerce.high, 0, *SHARE)} ({commerce.source})",
        videos=f"{band(videos.low, videos.high)} ({videos.source})",
        offers=offers(study),
    )


# ---- survival


def survival(study: Study) -> str:
    """Kaplan-Meier by year, yearly exit and half-life against what is known of small firms."""
    by_year = yearly_survival(study)
    exit_rate = over_seeds(mean_exit(by_year[:, 3], 3))
    found = [
        (f"opening SMEs alive at {year * YEAR} weeks", over_seeds(by_year[:, year]), fact)
        for year, fact in facts.SURVIVAL.items()
    ]
    found += [
        ("yearly exit, first three years", exit_rate, facts.EXIT_RATE),
        ("the same, against the aim", exit_rate, facts.EXIT_AIM),
    ]
    rows = [facts.row(what, one, fact, percent, band(fact.low, fact.high, 0, *SHARE)) for what, one, fact in found]
    fact, years = facts.HALF_LIFE, partial(number, decimals=1)
    half = over_seeds([half_life(one) for one in by_year])
    rows.append(facts.row("years until half are gone", half, fact, years, band(fact.low, fact.high, 1)))
    return f"{SURVIVAL_TEXT}{facts.tally(rows)}\n\n{table(facts.HEAD, rows, facts.WORDS)}"


SURVIVAL_TEXT = """\
### How long small sellers live

SMEs are the small local sellers of the opening. The yearly exit is the constant rate that leaves as many after three
years. Where more than half live after five years, the half-life goes on at the rate of the last two. The real ranges
span new firms in the United States, who die sooner, and small firms of all ages.

"""


def turnover(study: Study) -> str:
    """How many shops come and go: entry was set so that both are about equal."""
    runs = values(study, BASELINE)
    shops = config(study, BASELINE)["market"]["smes"]
    come, go = (over_seeds(runs[name] / (YEARS * shops)) for name in ("entrants", "exits"))
    return (
        f"Entry is a parameter (`sellers.entry_rate`), set so that about as many come as go. For each hundred SMEs of "
        f"the opening {number(come, 1, factor=100)} enter and {number(go, 1, factor=100)} leave in a year, and after "
        f"{YEARS} years {number(over_seeds(runs['live_smes'] / shops), 0, factor=100)} are on sale.\n"
    )


def together(study: Study) -> str:
    """The most shops that closed in any four weeks, against the aim."""
    return f"\n{most_told(study, BASELINE, YEARS * YEAR)}\n"


def most_told(study: Study, label: str, end: int) -> str:
    """The most shops that closed in any four weeks of a scenario's runs, in a sentence."""
    found = sellers(study, label, "kind", "entry_week", "exit_week").query("kind == 'sme'", engine="python")
    worst, aim = most_closed(found, end), facts.MONTH_MOST
    at_most, judged = band(-np.inf, aim.high, 0, *SHARE), verdict(over_seeds(worst), aim.low, aim.high)
    return (
        f"In the worst four weeks of a run {percent(over_seeds(worst))} of the shops there closed, in the worst run "
        f"{percent(Estimate(worst.max()))}. The aim is {at_most} while no rule starts: {judged}."
    )


def most_closed(shops: pd.DataFrame, end: int) -> pd.Series:
    """By seed, the largest share of shops there as four weeks begin that closes within them; weeks 1 to `end`."""
    weeks = np.arange(1, end + 1)

    def worst(one: pd.DataFrame) -> float:
        entered, left = one["entry_week"].to_numpy(int), pd.to_numeric(one["exit_week"]).dropna().to_numpy(int)
        there = (np.bincount(entered, minlength=end + 1).cumsum() - np.bincount(left, minlength=end + 1).cumsum())[:-1]
        closed = np.convolve(np.bincount(left, minlength=end + 1)[weeks], np.ones(MONTH), "valid")
        return float((closed / np.maximum(there[: closed.size], 1)).max())

    return shops.groupby("seed")[["entry_week", "exit_week"]].apply(worst)


def yearly_survival(study: Study) -> Floats:
    """S at 0, 1, … years of the opening SMEs, a row a seed. (S, YEARS + 1)"""
    counts = count(study)
    each, _ = kaplan_meier(counts.died, counts.censored)
    return np.asarray(each[:, ::YEAR])


def mean_exit(survival: Floats, years: float) -> Floats:
    """1 - S^(1/years): the constant yearly exit that leaves the share S after so many years."""
    return np.asarray(1.0 - survival ** (1.0 / years))


def half_life(by_year: Floats) -> float:
    """Years until S = .5, log-linear between years; beyond the last, at the rate of the last two. by_year (Y + 1,)"""
    log, years = -np.log(np.maximum(by_year, 1e-12)), np.arange(by_year.size)
    if log[-1] >= np.log(2.0):
        return float(np.interp(np.log(2.0), log, years))
    rate = (log[-1] - log[-3]) / 2.0
    return float(years[-1] + (np.log(2.0) - log[-1]) / rate) if rate > 0 else np.inf


# ---- hazards


def hazards(study: Study) -> str:
    """Yearly exit by age and by size at the opening."""
    shops = sellers(study, BASELINE, "kind", "entry_week", "exit_week", "opening_orders")
    shops = shops[shops["kind"] == "sme"].assign(opening=lambda shop: shop["entry_week"] == 0)
    end = YEARS * YEAR
    ages = [(age, age + 1) for age in range(YEARS)]
    by_age = {
        name: [exit_by_seed(shops[shops["opening"] == opening], end, *age) for age in ages]
        for name, opening in (
            ("opening SMEs, by year since the opening", True),
            ("later entrants, by year of age", False),
        )
    }
    newcomers = shops[~shops["opening"]]
    young = ratio(exit_by_seed(newcomers, end, 0, 1), exit_by_seed(newcomers, end, 1, YEARS))
    opening = shops[shops["opening"]]
    third = opening.groupby("seed")["opening_orders"].transform(lambda x: (x.rank(method="first") - 1) * 3 // len(x))
    by_size = [exit_by_seed(opening[third == k], end, 0, YEARS) for k in range(3)]
    small = ratio(by_size[0], by_size[2])
    times = partial(number, decimals=2)
    rows = [
        facts.row("entrants: first year of life over later years", young, facts.YOUNG_DIE_SOONER, times, "above 1"),
        facts.row("opening SMEs: smallest third over largest", small, facts.SMALL_DIE_SOONER, times, "above 1"),
    ]
    head = ["yearly exit", *(f"year {low + 1}" for low, _ in ages)]
    age_rows = [[name, *(percent(over_seeds(of)) for of in found)] for name, found in by_age.items()]
    size_rows = [[name, percent(over_seeds(of))] for name, of in zip(SIZES, by_size, strict=True)]
    return (
        f"{HAZARD_TEXT}{table(head, age_rows)}\n{table(['by sales at the opening', 'yearly exit'], size_rows)}\n"
        f"As ratios. {facts.tally(rows)}\n\n{table(facts.HEAD, rows, facts.WORDS)}"
    )


HAZARD_TEXT = """\
### Who dies

Of real firms the young and the small die sooner (facts A [16]). The exit of a year is the share of those alive at its
start who are gone at its end. How old the shops of the opening are is unknown: their years count from the opening.

"""


def exit_by_seed(shops: pd.DataFrame, end: int, young: float, old: float) -> pd.Series:
    """Yearly exit 1 - exp(-D/T) between two ages in years, by seed: D deaths, T years lived at that age by week `end`.

    A shop that enters in week w sells from w + 1 on; NaN where nobody has lived at that age.
    """
    left = pd.to_numeric(shops["exit_week"]).astype(float)
    lived = (left.fillna(end) - shops["entry_week"]) / YEAR
    at_age = (lived.clip(upper=old) - young).clip(lower=0.0)
    died = left.notna() & (lived > young) & (lived <= old)
    by_seed = pd.DataFrame({"seed": shops["seed"], "years": at_age, "died": died}).groupby("seed").sum()
    rate = by_seed["died"] / by_seed["years"].where(by_seed["years"] > 0)
    return pd.Series(1.0 - np.exp(-rate), rate.index)


def ratio(above: pd.Series, below: pd.Series) -> Estimate:
    """Mean over seeds of one over the other, where the other is not 0."""
    return over_seeds((above / below.where(below > 0)).to_numpy(float))


# ---- concentration

MEASURES: dict[str, tuple[str, Callable[[Floats, NDArray[np.int64]], float]]] = {
    "sales_log_sd": ("spread of sales (sd of ln)", lambda sales, _: log_spread(sales)),
    "sales_log_sd_within": ("spread within a category", log_spread),
    "top_10_share": ("share of the ten largest", lambda sales, _: share_of_largest(sales, 10)),
    "hhi": ("Herfindahl index (HHI)", lambda sales, _: herfindahl(sales)),
    "gini": ("Gini index", lambda sales, _: gini_index(sales)),
}


def concentration(study: Study) -> str:
    """Concentration of sales by year beside the listings', and whether it drifts."""
    opening = sellers(study, BASELINE, "entry_week", "opening_orders", "category").query("entry_week == 0")
    opening = opening[opening["seed"] == opening["seed"].min()]
    listed, category = opening["opening_orders"].to_numpy(float), pd.factorize(opening["category"])[0]
    weeks = weekly(study, BASELINE, *MEASURES)
    year = (weeks["week"] - 1) // YEAR
    by_year = weeks.drop(columns="week").groupby(["seed", year.rename("year")]).mean()
    rows, verdicts = [], []
    for name, (label, measure) in MEASURES.items():
        years = by_year[name].unstack("year")
        change = over_seeds(years[YEARS - 1] / years[0] - 1.0)
        verdicts.append(drift(change))
        means = [f"{years[k].mean():.3f}" for k in range(YEARS)]
        rows.append([label, f"{measure(listed, category):.3f}", *means, percent(change, sign=True), verdicts[-1]])
    head = [
        "sales of a week",
        "the listings",
        *(f"year {k + 1}" for k in range(YEARS)),
        "change, first to last year",
        "verdict",
    ]
    moved = sum(verdict == DRIFTS for verdict in verdicts)
    said = f"{moved} of {len(rows)} measures drift" if moved else "No measure is seen to drift"
    units, _ = read_listings(None)
    spread = (
        f"{log_spread(units.units):.2f} over all and {log_spread(units.units, units.category):.2f} within a category"
    )
    return f"{CONCENTRATION_TEXT.format(spread=spread, still=STILL)}{said}.\n\n{table(head, rows, (0, len(head) - 1))}"


CONCENTRATION_TEXT = """\
### How sales are spread

The opening gives each shop the sales of a real listing, so the first column is met at the start by construction: it set
the qualities of designs. What judges the model is whether the spread stays when sellers price, die and enter. In units
sold, the listings' spread (sd of ln) is {spread}. Drift is the relative change of a
measure from the first year's mean to the fifth's; within ±{still:.0%} it counts as standing still.

"""
STANDS, DRIFTS, UNSURE = "stands still", "**drifts**", "cannot tell"


def drift(change: Estimate, still: float = STILL) -> str:
    """Whether a relative change is small for sure, there for sure, or neither."""
    if change.known and -still <= change.low and change.high <= still:
        return STANDS
    return DRIFTS if change.clear else UNSURE


# ---- conduct


def conduct_of_trade(study: Study) -> str:
    """Elasticities, margins, orders and the influencers' audiences."""
    runs, settings = values(study, BASELINE), config(study, BASELINE)
    tail = over_seeds([follower_tail(Config.read({**settings, "seed": int(seed)})) for seed in runs.index])
    two, share = partial(number, decimals=2), percent
    found = (
        ("own-price elasticity", over_seeds(runs["own_elasticity"]), facts.ELASTICITY, two, (1, 1.0, "")),
        ("gross margin after fees", over_seeds(runs["gross_margin"]), facts.MARGIN, share, (0, *SHARE)),
        ("orders a person and week", over_seeds(runs["conversion"]), facts.ORDERS, two, (1, 1.0, "")),
        (
            "orders an offer looked at",
            over_seeds(runs["conversion"] / offers(study)),
            facts.CONVERSION,
            share,
            (0, *SHARE),
        ),
        ("tail of influencers' followers", tail, facts.FOLLOWER_TAIL, two, (1, 1.0, "")),
    )
    rows = [facts.row(what, one, fact, say, band(fact.low, fact.high, *form)) for what, one, fact, say, form in found]
    return f"{TRADE_TEXT.format(offers=offers(study))}{facts.tally(rows)}\n\n{table(facts.HEAD, rows, facts.WORDS)}"


TRADE_TEXT = """\
### How people buy and sellers price

The own-price elasticity says by how many percent a design's orders fall when its price rises by one; the mean is over
orders. A gross margin is what goods leave of a price after fees. Orders per visit have no exact counterpart: the model
knows no visit to a shop, but {offers} offers that a consumer looks at in a week. The tail is the exponent of the
density of follower numbers among the upper half of influencers.

"""


def offers(study: Study) -> int:
    """Offers that a consumer looks at in a week."""
    slots = config(study, BASELINE)["consideration"]
    return int(slots["feed"] + slots["search"] + slots["endorsed"] + slots["last_bought"])


def follower_tail(settings: Config) -> float:
    """γ of the density x^-γ of followers, by maximum likelihood above the median: 1 + k / Σ ln(x / x_median).

    Followers are counted in a run's own population. Source: Clauset, Shalizi, Newman (2009), continuous form.
    """
    chance, n = Chance(settings.seed), settings.market.influencers
    audience = draw_influencers(chance, n, settings.influence).audience
    people = draw_consumers(chance, settings.market.consumers, settings.demand, 1.0, audience)
    return tail_exponent(np.bincount(people.follows[people.follows >= 0], minlength=n).astype(float))


def tail_exponent(sizes: Floats) -> float:
    """1 + k / Σ ln(x_i / x_0) over the k sizes above the median x_0."""
    least = np.median(sizes)
    upper = sizes[sizes > least]
    return float(1.0 + upper.size / np.log(upper / max(least, 1.0)).sum())
