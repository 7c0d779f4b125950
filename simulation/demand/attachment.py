"""Attachment: what ties consumers to the social app, habit, trust, attention, and what moves it; follows; breaches."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ..arrays import TINY, Flags, Floats, Floats32, Rows
from ..chance import Chance, Stream
from ..law.effective import WeekTerms
from ..settings.channels import Channels
from ..settings.platform import PlatformSetting
from ..state.channels import SOCIAL, bad_orders, delivery
from ..state.consumers import BLOCK, CLUSTERS, FOLLOWS, Consumers, by_audience, spans
from ..state.influencers import Influencers
from ..state.listings import Listings
from ..state.opening import Opening
from ..state.records import Attachment
from .shifters import apps_part

SURE = 1e-12  # utility, to which the appeal at the opening is found


@dataclass(frozen=True)
class OpeningTies:
    """What consumers' ties were at the opening, to which they return, (N,) each; None where no mechanism moves one."""

    habit: Floats32 | None
    trust: Floats32 | None
    attention: Floats32 | None
    price: float = 0.0  # of an order with its delivery, over the listed price
    appeal: float = 0.0  # at which `purchase_chance` has the opening's mean

    @property
    def move(self) -> bool:
        """Whether any mechanism moves a tie."""
        return any(tie is not None for tie in (self.habit, self.trust, self.attention))


def needs_channel(channels: Channels) -> bool:
    """Whether habit or trust moves with what each consumer bought where."""
    return channels.habit_step > 0.0 or channels.trust_loss > 0.0


def opening_ties(consumers: Consumers, opening: Opening, channels: Channels, order_value: float) -> OpeningTies:
    """The ties that consumers open with, as far as a mechanism moves them."""
    trusts = channels.trust_loss > 0.0 or channels.breach_chance > 0.0
    ties = OpeningTies(
        habit=consumers.habit.copy() if channels.habit_step > 0.0 else None,
        trust=consumers.trust.copy() if trusts else None,
        attention=consumers.attention.copy() if channels.dilution > 0.0 else None,
    )
    if ties.habit is None:
        return ties
    price = 1.0 + float(delivery(channels, PlatformSetting().subsidy, order_value)[SOCIAL])
    sample = consumers.alpha[:: max(1, len(consumers) // BLOCK)]
    appeal = opening_appeal(sample, price, float(opening.social_orders.sum()))
    return OpeningTies(ties.habit, ties.trust, ties.attention, price, appeal)


def update_consumers(
    consumers: Consumers,
    opened_with: OpeningTies,
    listings: Listings,
    influencers: Influencers,
    terms: WeekTerms,
    channels: Channels,
    kept: float,
    chance: Chance,
) -> Attachment:
    """Step 11: habit follows purchases, trust bad orders and breaches, attention the feed; some follow others.

    channels: as they are without rules; kept: data on consumers, opening = 1.
    """
    breached = is_breached(chance, terms.week, terms.channels.breach_chance * kept)
    if opened_with.move:
        update_ties(
            consumers,
            opened_with,
            channels,
            week=terms.week,
            bad_share=bad_orders(terms.channels, listings.foreign)[:, SOCIAL],
            promoted=promoted_share(listings, terms.week, terms.platform.favour, terms.sold_share),
            breached=breached,
            chance=chance,
        )
    if terms.influence.churn > 0.0 and len(influencers):
        renew_follows(chance, terms.week, consumers, influencers.audience, terms.influence.churn)
    habit, trust, attention = (
        float(column.mean()) for column in (consumers.habit, consumers.trust, consumers.attention)
    )
    return Attachment(habit, trust, attention * apps_part(terms), int(breached), kept)


def update_ties(
    consumers: Consumers,
    ties: OpeningTies,
    channels: Channels,
    *,
    week: int,
    bad_share: Floats,
    promoted: float,
    breached: bool,
    chance: Chance,
) -> None:
    """A week's change of habit, trust and attention.

    channels: as they are without rules; bad_share (L,), what of each listing's orders on the social app turns out bad
    this week; promoted, the share of the feed that promotes.
    """
    left = (1.0 - promoted) ** channels.dilution if ties.attention is not None else 1.0
    for rows in spans(len(consumers)):
        bought = consumers.bought_on[rows] == SOCIAL
        if ties.habit is not None:
            usual = purchase_chance(consumers.alpha[rows], ties.price, ties.appeal)
            consumers.habit[rows] = habit_after(
                consumers.habit[rows], ties.habit[rows], bought, usual, channels.habit_step
            )
        if ties.trust is not None:
            bad = has_bad_order(chance, week, consumers, rows.start + np.flatnonzero(bought), bought, bad_share)
            consumers.trust[rows] = trust_after(
                consumers.trust[rows], ties.trust[rows], bought, bad, breached, channels
            )
        if ties.attention is not None:
            consumers.attention[rows] = ties.attention[rows] * left


def purchase_chance(alpha: Floats32, price: float, appeal: float) -> Floats32:
    """b̄_i = 1 / (1 + e^{α_i P - v}): how often one of this price sensitivity buys at the opening, by a logit. (n,)"""
    cost = np.minimum(alpha * np.float32(price) - np.float32(appeal), np.float32(80.0))  # e^80 is within float32
    return np.asarray(1.0 / (1.0 + np.exp(cost)), np.float32)


def opening_appeal(alpha: Floats32, price: float, mean: float) -> float:
    """The v at which the mean of `purchase_chance` is `mean`, orders a consumer and week; the least where none are.

    The mean rises with v, so it is bisected in steps of `SURE`; scipy's solvers are slow to import.
    """
    low, high = -100.0, 100.0 + float(alpha.max()) * price

    def mean_at(step: int) -> float:
        return float(purchase_chance(alpha, price, low + SURE * step).mean(dtype=float))

    return low + SURE * bisect_left(range(int((high - low) / SURE)), mean, key=mean_at)


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


def has_bad_order(
    chance: Chance, week: int, consumers: Consumers, buyers: Rows, bought: Flags, bad_share: Floats
) -> Flags:
    """Who of those that bought on the social app got a bad order, keyed (consumer, week). Shape of bought.

    buyers: the rows of those that bought; bad_share (L,) of each listing's orders there.
    """
    bad = np.zeros(bought.size, bool)
    if buyers.size:
        share = bad_share[consumers.last_bought[buyers]]
        bad[bought] = chance.uniform(Stream.BAD_ORDER, consumers.id[buyers], week)[:, 0] < share
    return bad


def promoted_share(listings: Listings, week: int, favour: float, sold: float) -> float:
    """Share of the social feed that promotes: x = o + (1 - o (b-1)/b) a, o the platform's own goods in it, a ads.

    As the week's feed was laid out, favour b in it and before comparison; sold: a of what favour leaves, for a share
    o (b-1)/b of the feed is there by favour alone. 0 at the opening.
    """
    shown = listings.past_shown[:, listings.page(week)]
    own = float(shown[listings.own].sum() / max(shown.sum(), TINY))
    return min(1.0, own + (1.0 - own * (favour - 1.0) / favour) * sold)


def renew_follows(chance: Chance, week: int, consumers: Consumers, audience: Floats, churn: float) -> None:
    """Each follow ends with chance `churn`, one a consumer at most, and another, by audience (K,), takes its place."""
    for rows in spans(len(consumers)):
        luck = chance.uniform(Stream.CHURN, consumers.id[rows], week)
        ended = np.flatnonzero(luck[:, 0] < FOLLOWS * churn)
        place = (luck[ended, 0] / churn).astype(np.int64)
        consumers.follows[rows.start + ended, place] = by_audience(audience, luck[ended, 1])


def is_breached(chance: Chance, week: int, likelihood: float) -> bool:
    """Whether data leak this week, keyed by the week; the likelihood is the setting's times the data kept."""
    return likelihood > 0.0 and bool(chance.uniform(Stream.BREACH, 0, week)[0, 0] < likelihood)


class Observation(NamedTuple):
    """Whom the platform observes: share of each taste cluster (C,), and of those it could observe, the share lost."""

    share: Floats
    lost: float


def observe(consumers: Consumers, cluster_share: Floats, opt_out: float, consent: float = 1.0) -> Observation:
    """Whom the platform observes, and which share of those whom it could observe the law takes away."""
    share = observed_share(consumers, opt_out, consent)
    could, does = (float(cluster_share @ seen) for seen in (observed_share(consumers, opt_out), share))
    return Observation(share, 1.0 - does / could if could > 0.0 else 0.0)


def observed_share(consumers: Consumers, opt_out: float, consent: float = 1.0) -> Floats:
    """Share of each taste cluster's consumers that the platform observes: those concerned no more than opt_out. (C,)

    Where a law asks for consent, a share `consent` of all gives it, the least concerned.
    """
    if consent < 1.0:
        opt_out = min(opt_out, float(np.quantile(consumers.privacy, consent)))
    seen = np.bincount(consumers.cluster, consumers.privacy <= opt_out, minlength=len(CLUSTERS))
    everybody = np.bincount(consumers.cluster, minlength=len(CLUSTERS))
    return np.divide(seen, everybody, out=np.ones(len(CLUSTERS)), where=everybody > 0)
