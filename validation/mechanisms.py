"""Every mechanism of the model, its neutral setting, and what switching it off does.

`python -m validation.mechanisms` runs what is missing under results/validation and writes docs/mechanisms.md.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis import Study
from analysis.markdown import table
from experiments import fingerprint
from simulation.opening.cache import NOT_ENTERING
from validation.studies import HEADLINE, PROJECT_S, WITH, Design, conduct, make_page, values
from validation.tables import over_seeds, percent, points

PAGE = Path(__file__).parent.parent / "docs" / "mechanisms.md"
AGAIN = "†"
SURVIVAL = f"sme_survival_{HEADLINE.weeks}w"
SEEDS = 4


@dataclass(frozen=True)
class Mechanism:
    """A mechanism by its overrides of Project S: switched on, and neutral. One of them is empty: the default."""

    words: str
    on: tuple[str, ...] = ()
    neutral: tuple[str, ...] = ()

    @property
    def calibrated_again(self) -> bool:
        """Whether the opening depends on one of its settings."""
        names = [setting.split("=")[0].partition(".") for setting in self.on + self.neutral]
        return any(group in NOT_ENTERING and name not in NOT_ENTERING[group] for group, _, name in names)


def off(words: str, *neutral: str) -> Mechanism:
    """A mechanism that is on by default."""
    return Mechanism(words, neutral=neutral)


def on(words: str, *settings: str) -> Mechanism:
    """A mechanism that is neutral by default."""
    return Mechanism(words, on=settings)


NONE_BAD = (
    "channels.bad_social=0",
    "channels.bad_rival_app=0",
    "channels.bad_marketplace=0",
    "channels.bad_own_site=0",
    "channels.bad_abroad=0",
)

# In the order of the model's list; the last groups are what makes shops live and die.
MECHANISMS = (
    off("in-app checkout", "platform.checkout=0"),
    off("algorithmic discovery", "algorithm=random"),
    off("impulse", "demand.impulse=0"),
    off("free-shipping subsidy", "platform.subsidy=0"),
    off("live streaming", "influence.live_share=0"),
    off("influencers", "influence.endorsement=0"),
    off("influencers' credibility", "influence.credibility_loss=0"),
    off("follower churn", "influence.churn=0"),
    off("word of mouth", "demand.entrant_awareness=1"),
    off("trends", "demand.trend_sd=0"),
    off("seasons", "demand.season=0"),
    off("uplift of feed and shop in one", "channels.checkout=0"),
    off("data on who buys", "platform.personalisation=0"),
    off("winners found in sellers' data", "regulation=data_firewall"),
    off("copying (Project S itself)", "platform.own_goods=false"),
    off("undercutting", "platform.undercut=0"),
    off("cheaper foreign sourcing", "platform.cost_advantage=0"),
    off("luck in what is copied", "platform.choice_spread=0"),
    off("luck in how good a copy is", "platform.quality_spread=0"),
    off("doubt about sellers' costs", "platform.cost_doubt=0", "platform.cost_doubt_blind=0"),
    off("fulfilment of own goods", "platform.fulfilment=0"),
    off("a stock of own goods that grows", "platform.ramp_weeks=0"),
    off("self-preference", "platform.favour=1"),
    off("comparison of copy and original", "platform.comparison=0"),
    on("hybrid pricing of own goods", "own_pricing=hybrid"),
    on("growth at a loss", "motive=growth"),
    on("the platform's response in fees", "response=adaptive"),
    on("the marketplace's response in fees", "rival.response=adaptive"),
    on("one owner of app and marketplace", "platform.owns_marketplace=true"),
    on("advertising", "platform.ad_load=0.2"),
    off("commissions set by sellers", "influence.commission_adjustment=0"),
    on("the platform outbids for endorsements", "platform.affiliate_bonus=0.1"),
    on("import flood", "market.importers_wave=50", "market.importers_wave_week=52"),
    on("privacy opt-out", "channels.opt_out=0.875"),
    off("breaches", "channels.breach_chance=0"),
    off("bad orders and refunds", *NONE_BAD),
    off("trust that bad orders cost", "channels.trust_loss=0"),
    off("VAT and duty", "government.vat=0", "government.duty=0"),
    on(
        "taxes on sellers and the platform", "regulation=[seller_tax,platform_tax]", "regulation.seller_tax.threshold=0"
    ),
    on(
        "government oversight",
        "regulation=neutral_ranking",
        "regulation.neutral_ranking.detection_lag=26",
        "regulation.neutral_ranking.fine=0.1",
        "regulation.neutral_ranking.workaround_lag=104",
        "regulation.neutral_ranking.oversight_cost=1e6",
    ),
    off("lock-in by habit", "channels.habit_step=0"),
    off("habit, trust and privacy in the choice", "channels.habit=0", "channels.trust=0", "channels.privacy=0"),
    on("diluted focus", "channels.dilution=0.5"),
    off(
        "other channels of sellers",
        "channels.keeps_rival_app=0",
        "channels.keeps_marketplace=0",
        "channels.keeps_own_site=0",
        "market.app_share=1",
    ),
    off("the street", "street.shops=0"),
    on("owners who open a second shop online or in the street", "street.ease=0.22", "street.stall_ease=0.22"),
    on("people take the app up", "demand.adoption=2"),
    off("sellers join and leave channels", "sellers.channel_review_weeks=0"),
    off("sellers' own prices", "sellers.adjustment=0"),
    on("fixed markups", "pricing=fixed_markup"),
    on("learning sellers (Q-learning)", "pricing=q_learning"),
    on("a market that grows with its offer", "demand.market_expansion=1"),
    off("entry", "sellers.entry_rate=0"),
    off("luck of designs", "demand.shock_sd=0"),
    off("fixed costs", "sellers.fixed_cost_share=0"),
    off("costs that fall with sales", "sellers.avoidable_share=0"),
    off("owners' own hours", "sellers.own_hours=0"),
    off("shops that pause", "sellers.shop_review_weeks=0"),
)


def label(settings: tuple[str, ...]) -> str:
    """The label of Project S under overrides; the headline's own where there is none."""
    return ", ".join((WITH, *settings))


SCENARIOS = {
    label(settings): [PROJECT_S, *settings]
    for mechanism in MECHANISMS
    for settings in (mechanism.on, mechanism.neutral)
    if settings
}
STUDIES = (HEADLINE, Design("mechanisms", SCENARIOS, replications=SEEDS))


def write(studies: Mapping[str, Study]) -> str:
    """The page."""
    head = ["mechanism", "on", "neutral", "SMEs alive", "consumer surplus", "platform's own share"]
    rows = [row(studies, mechanism) for mechanism in MECHANISMS]
    return TEXT.format(
        number=len(MECHANISMS),
        weeks=HEADLINE.weeks,
        seeds=SEEDS,
        again=AGAIN,
        table=table(head, rows, (0, 1, 2)),
        model=fingerprint.model_hash(),
    )


def row(studies: Mapping[str, Study], mechanism: Mechanism) -> list[str]:
    """A mechanism's line: neutral less on, paired by seed."""
    there, without = (
        values(studies["mechanisms" if settings else HEADLINE.name], label(settings))
        for settings in (mechanism.on, mechanism.neutral)
    )
    return [
        mechanism.words + (f" {AGAIN}" if mechanism.calibrated_again else ""),
        code(mechanism.on),
        code(mechanism.neutral),
        points(over_seeds((without[SURVIVAL] - there[SURVIVAL]).dropna())),
        percent(over_seeds((without["consumer_surplus"] / there["consumer_surplus"] - 1.0).dropna()), sign=True),
        points(over_seeds((without["platform_share"] - there["platform_share"]).dropna())),
    ]


def code(settings: tuple[str, ...]) -> str:
    """Overrides as code; `default` where there is none."""
    return ", ".join(f"`{one}`" for one in settings) or "default"


TEXT = """\
<!-- Written by `python -m validation.mechanisms`; change that, not this file. -->
# What each mechanism does

Each of the {number} mechanisms that can be switched is switched off, one at a time, under Project S: its neutral
setting less the setting in which it is on, paired seed by seed, over {weeks} weeks, {seeds} seeds a line, with the 95 %
interval. A plus under *SMEs alive* means that more of the opening's small sellers live on without the mechanism.

Where the default is neutral, the value in which it is on is an example and no estimate: its size means little beyond
its sign. Neutral is absent, to the bit. A {again} marks what the opening is calibrated under: there the qualities of
designs take up what the mechanism gave, so that the market opens with the same sales, and the line shows what is left.

{table}
What each rule does is in [rules.md](rules.md). Made by `make mechanisms` from version `{model}` of the model.
"""


def main() -> int:
    """Run what is missing and write the page. Returns the exit code."""
    return make_page(PAGE, lambda: {PAGE: write({design.name: conduct(design) for design in STUDIES})})


if __name__ == "__main__":
    sys.exit(main())
