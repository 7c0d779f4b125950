"""What ties consumers to the social app, habit, trust, attention, and what moves it; follows that end; breaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .chance import Chance, Purpose
from .channels import SOCIAL, bad_orders, delivery
from .columns import Columns
from .consumers import BLOCK, CLUSTERS, FOLLOWS, blocks, by_audience
from .government import pay_for_breach
from .platform_setting import PlatformSetting
from .promotion import sold_share

if TYPE_CHECKING:
    from .channels import Channels
    from .config import Config
    from .market import Market
    from .opening import Opening

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Ties:
    """Consumers' ties to the social app at the end of a week; habit, trust and attention are means, 0 to 1."""

    habit: float
    trust: float
    attention: float
    breaches: int  # of the week, 0 or 1
    exposure: float  # data kept on consumers, opening = 1


def needs_channel(channels: Channels) -> bool:
    """Whether habit or trust moves with what each consumer bought where."""
    return channels.habit_step > 0.0 or channels.trust_loss > 0.0


class Habits:
    """What consumers' ties were at the opening, and the rules by which they move away from there and back."""

    def __init__(self, people: Columns, opening: Opening, config: Config) -> None:
        channels = config.channels
        moves = {
            "habit": channels.habit_step > 0.0,
            "trust": channels.trust_loss > 0.0 or channels.breach_chance > 0.0,
            "attention": channels.dilution > 0.0,
        }
        self.opening = Columns(**{name: getattr(people, name).copy() for name, moving in moves.items() if moving})
        if "habit" in self.opening.names:
            social = delivery(channels, PlatformSetting().subsidy, config.demand.order_value)[SOCIAL]
            sample = people.alpha[:: max(1, len(people) // BLOCK)]
            self.price = 1.0 + float(social)
            self.appeal = opening_appeal(sample, self.price, float(opening.social_orders.sum()))

    def update(self, market: Market, week: int, breached: bool) -> None:
        """A week's change of habit, trust and attention."""
        people, channels, opening = market.population, market.config.channels, self.opening
        left = (1.0 - promoted_share(market)) ** channels.dilution if "attention" in opening.names else 1.0
        for rows in blocks(np.arange(len(people))) if opening.names else ():
            bought = people.bought_on[rows] == SOCIAL
            if "habit" in opening.names:
                usual = purchase_chance(people.alpha[rows], self.price, self.appeal)
                people.habit[rows] = habit_after(
                    people.habit[rows], opening.habit[rows], bought, usual, channels.habit_step
                )
            if "trust" in opening.names:
                bad = has_bad_order(market, week, rows[bought], bought)
                people.trust[rows] = trust_after(
                    people.trust[rows], opening.trust[rows], bought, bad, breached, channels
                )
            if "attention" in opening.names:
                people.attention[rows] = opening.attention[rows] * left


def update_consumers(market: Market, week: int) -> Ties:
    """Step 11: habit follows purchases, trust bad orders and breaches, attention the feed; some follow others."""
    people, setting = market.population, market.config
    kept = float(market.cluster_share @ (market.platform.data / market.platform.opening_data))
    breached = is_breached(market.chance, week, market.channels.breach_chance * kept)
    if breached:
        pay_for_breach(market)
    market.habits.update(market, week, breached)
    if setting.influence.churn > 0.0 and len(market.influencers):
        renew_follows(market.chance, week, people, market.influencers.audience, setting.influence.churn)
    habit, trust, attention = (float(getattr(people, name).mean()) for name in ("habit", "trust", "attention"))
    return Ties(habit, trust, attention * market.rules.attention, int(breached), kept)


def purchase_chance(alpha: Floats32, price: float, appeal: float) -> Floats32:
    """b̄_i = 1 / (1 + e^{α_i P - v}): how often one of this price sensitivity buys at the opening, by a logit. (n,)"""
    cost = np.minimum(alpha * np.float32(price) - np.float32(appeal), np.float32(80.0))  # e^80 is within float32
    return np.asarray(1.0 / (1.0 + np.exp(cost)), np.float32)


def opening_appeal(alpha: Floats32, price: float, mean: float) -> float:
    """The v at which the mean of `purchase_chance` is `mean`, orders a consumer and week, by bisection."""
    low, high = -100.0, 100.0 + float(alpha.max()) * price
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if purchase_chance(alpha, price, middle).mean() < mean else (low, middle)
    return 0.5 * (low + high)


def habit_after(habit: Floats32, opening: Floats32, bought: Flags, usual: Floats32, step: float) -> Floats32:
    """h' = h + s [b (1 - b̄) h0 (1 - h) - (1 - b) b̄ (1 - h0) h], b whether one bought on the social app.

    A linear operator (Bush and Mosteller 1955): a purchase closes a part of the gap to 1, a week without one a part
    of the gap to 0. With b̄ purchases a week, as at the opening, the mean change is s b̄ (1 - b̄) (h0 - h): the mean
    is stationary at the opening's h0. It stays within 0 and 1 by itself. All (n,); s in [0, 1].
    """
    up, down = (1.0 - usual) * opening * (1.0 - habit), usual * (1.0 - opening) * habit
    return np.asarray(habit + step * np.where(bought, up, -down), np.float32)


def trust_after(
    trust: Floats32, opening: Floats32, bought: Flags, bad: Flags, breached: bool, channels: Channels
) -> Floats32:
    """T' = (1 - L) [T + r (T0 - T) - l T (d - β0 b)], d a bad order and b any on the social app, L a breach's loss.

    β0, the share of orders that are bad at the opening, is what is expected of an order: where no more are bad, the
    mean stays at the opening's T0. Held within 0 and 1. All (n,).
    """
    surprise = bad - channels.bad_social * bought
    after = trust + channels.trust_recovery * (opening - trust) - channels.trust_loss * trust * surprise
    return np.clip((1.0 - channels.breach_loss * breached) * after, 0.0, 1.0).astype(np.float32)


def has_bad_order(market: Market, week: int, buyers: NDArray[np.int64], bought: Flags) -> Flags:
    """Who of those that bought on the social app got a bad order, keyed (consumer, week). Shape of bought."""
    people, bad = market.population, np.zeros(bought.size, bool)
    if buyers.size:
        share = bad_orders(market.channels, market.listings.abroad)[people.last_bought[buyers], SOCIAL]
        bad[bought] = market.chance.uniform(Purpose.BAD_ORDER, people.id[buyers], week)[:, 0] < share
    return bad


def promoted_share(market: Market) -> float:
    """Share of the social feed that promotes: x = o + (1-ψ) a, o the platform's own goods in it, a ads.

    As the week's feed was laid out, self-preference in it and before comparison. 0 at the opening.
    """
    table, setting = market.listings, market.platform.terms
    shown = table.past_shown[:, market.steps % market.config.sellers.memory]
    own = float(shown[table.own].sum() / max(shown.sum(), 1e-300))
    favour = setting.self_preference if own > 0.0 else 0.0
    return min(1.0, own + (1.0 - favour) * sold_share(market))


def renew_follows(chance: Chance, week: int, people: Columns, audience: Floats, churn: float) -> None:
    """Each follow ends with chance `churn`, one a consumer at most, and another, by audience (K,), takes its place."""
    for rows in blocks(np.arange(len(people))):
        luck = chance.uniform(Purpose.CHURN, people.id[rows], week)
        ended = np.flatnonzero(luck[:, 0] < FOLLOWS * churn)
        place = (luck[ended, 0] / churn).astype(np.int64)
        people.follows[rows[ended], place] = by_audience(audience, luck[ended, 1])


def is_breached(chance: Chance, week: int, likelihood: float) -> bool:
    """Whether data leak this week, keyed by the week; the likelihood is the setting's times the data kept."""
    return likelihood > 0.0 and bool(chance.uniform(Purpose.BREACH, 0, week)[0, 0] < likelihood)


def observed_share(people: Columns, opt_out: float, consent: float = 1.0) -> Floats:
    """Share of each taste cluster's consumers that the platform observes: those concerned no more than opt_out. (C,)

    Where a law asks for consent, a share `consent` of all gives it, the least concerned.
    """
    if consent < 1.0:
        opt_out = min(opt_out, float(np.quantile(people.privacy, consent)))
    seen = np.bincount(people.cluster, people.privacy <= opt_out, minlength=len(CLUSTERS))
    everybody = np.bincount(people.cluster, minlength=len(CLUSTERS))
    return np.divide(seen, everybody, out=np.ones(len(CLUSTERS)), where=everybody > 0)
