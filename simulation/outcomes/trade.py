"""The market's outcomes: shares, concentration, prices, channels, sellers, consumers' ties.

A share or a mean of orders is null in a week without orders: there is nothing that it could be of.
"""

from __future__ import annotations

import math

import numpy as np

from ..arrays import TINY
from ..state.channels import MARKETPLACE, OWN_SITE, RIVAL_APP, SOCIAL
from ..state.listings import NOBODYS, PLATFORM_KIND, SME_KIND
from .record import Week, gini_index, herfindahl, log_spread, outcome, ratio, share_of_largest

# ---- the market


@outcome("platform's own share of sales", "share", 0, "mean", of_some=True)
def platform_share(week: Week) -> float:
    """Sales of the own listings of the app's owner over all sales."""
    return ratio(week.sales(PLATFORM_KIND), week.sales())


@outcome("own goods' share of the app's sales", "share", 0, "mean", of_some=True)
def own_share_app(week: Week) -> float:
    """Own sales over all sales, both on the social app; null in a week without any there."""
    sales = week.settlement.social_sales
    return ratio(week.total(sales, PLATFORM_KIND), week.total(sales))


@outcome("own goods' share of the marketplace's sales", "share", 0, "mean", of_some=True)
def own_share_marketplace(week: Week) -> float:
    """Own sales over all sales, both on the marketplace, whoever owns it; null in a week without any there."""
    own = float((week.settlement.sales - week.settlement.social_sales)[week.seller == NOBODYS].sum())
    return ratio(own, own + float(week.settlement.by_channel[:, MARKETPLACE].sum()))


@outcome("imports' share of sales", "share", 0, "mean", of_some=True)
def import_share(week: Week) -> float:
    """Sales of goods sourced abroad over all sales."""
    return ratio(float(week.settlement.sales[week.foreign].sum()), week.sales())


@outcome("share of sales that cross the border", "share", 0, "mean", of_some=True)
def border_share(week: Week) -> float:
    """Sales of goods that cross the border parcel by parcel over all sales; other imports are stocked at home."""
    return ratio(float(week.settlement.sales[week.crosses_border].sum()), week.sales())


@outcome("influencers' credibility", "0 to 1", 1, "last", of_some=True)
def credibility(week: Week) -> float:
    """Mean credibility over influencers; null where there are none."""
    return ratio(float(week.credibility.sum()), week.credibility.size)


@outcome("concentration (HHI)", "1/n to 1", -1, "mean", of_some=True)
def hhi(week: Week) -> float:
    """H = Σ share² over sellers, a platform with own goods being one. Between 1/n and 1."""
    return herfindahl(week.by_seller)


@outcome("sales of the ten largest sellers", "share", -1, "mean", of_some=True)
def top_10_share(week: Week) -> float:
    """Sales of the ten sellers that sell most over all sales, a platform with own goods being one."""
    return share_of_largest(week.by_seller, 10)


@outcome("inequality of SMEs' sales (Gini)", "0 to 1", -1, "mean", of_some=True)
def gini(week: Week) -> float:
    """G = Σ_r (2 r - n - 1) x_r / (n Σ x), x_r the r-th smallest sales among the n local sellers that sell."""
    return gini_index(week.sme_sales)


@outcome("spread of SMEs' sales", "sd of ln sales", -1, "mean", of_some=True)
def sales_log_sd(week: Week) -> float:
    """Standard deviation of ln sales over local sellers that sell."""
    return log_spread(week.sme_sales)


@outcome("spread of SMEs' sales within categories", "sd of ln sales", -1, "mean", of_some=True)
def sales_log_sd_within(week: Week) -> float:
    """Root mean square of ln sales less the category's mean, over local sellers that sell."""
    return log_spread(week.sme_sales, week.seller_category[week.selling_smes])


@outcome("price index", "opening prices = 100", -1, "mean", of_some=True)
def price_index(week: Week) -> float:
    """100 Σ orders · p/p̄ over Σ orders: what an order costs, taxes on top, against listed prices."""
    orders = week.settlement.orders
    return ratio(float(100.0 * np.sum(orders * week.settlement.relative_price)), float(orders.sum()))


@outcome("own-price elasticity", "elasticity", 0, "mean", of_some=True)
def own_elasticity(week: Week) -> float:
    """-Σ A_j p_j/p̄_j over Σ Q_j: the mean own-price elasticity of designs, weighted by orders Q, sets as given."""
    return ratio(float(-np.sum(week.slope * week.settlement.relative_price)), week.orders)


@outcome("SMEs' gross margin", "share", 0, "mean", of_some=True)
def gross_margin(week: Week) -> float:
    """(sales - fees - goods - ads) / (sales - fees) over local sellers: Lerner's index of what fees leave."""
    settlement = week.settlement
    kept = week.total(settlement.sales - settlement.fees, SME_KIND)
    return ratio(week.total(settlement.gross, SME_KIND), kept)


@outcome("conversion", "share of choice occasions", 0, "mean", of_some=True)
def conversion(week: Week) -> float:
    """Orders over choice occasions, one a person and week unless the market expands."""
    return ratio(week.orders, week.occasions)


@outcome("consumer surplus a head", "Rp a week", 1, "mean")
def consumer_surplus_head(week: Week) -> float:
    """Consumer surplus over the people in the market."""
    return week.surplus / max(week.people, TINY)


@outcome("consumer surplus on other channels", "Rp", 0, "sum")
def surplus_elsewhere(week: Week) -> float:
    """Consumer surplus by the share of orders that do not go through the social app, and what the street adds."""
    elsewhere, street = _channel_share(week, SOCIAL), week.street.surplus
    return street if np.isnan(elsewhere) else (week.surplus - street) * (1.0 - elsewhere) + street


def _channel_share(week: Week, channel: int) -> float:
    return ratio(float(week.by_channel[channel]), float(week.by_channel.sum()))


@outcome("social app's share", "share of orders", 0, "mean", of_some=True)
def social_share(week: Week) -> float:
    """Orders through the social app over all orders: `market.app_share` at the opening."""
    return _channel_share(week, SOCIAL)


@outcome("rival app's share", "share of orders", 0, "mean", of_some=True)
def rival_app_share(week: Week) -> float:
    """Orders through the rival social app over all orders."""
    return _channel_share(week, RIVAL_APP)


@outcome("marketplace's share", "share of orders", 0, "mean", of_some=True)
def marketplace_share(week: Week) -> float:
    """Orders through the marketplace over all orders."""
    return _channel_share(week, MARKETPLACE)


@outcome("own sites' share", "share of orders", 0, "mean", of_some=True)
def own_site_share(week: Week) -> float:
    """Orders through sellers' own sites over all orders."""
    return _channel_share(week, OWN_SITE)


@outcome("impulse purchases", "share of orders", -1, "mean", of_some=True)
def impulse_share(week: Week) -> float:
    """Orders made where impulse is in play, paid within the social app, over all orders."""
    return ratio(week.impulse, week.orders)


@outcome("variety", "designs in effect", 1, "mean", of_some=True)
def variety(week: Week) -> float:
    """exp(-Σ s ln s) over designs by orders (Hill number of order 1)."""
    orders = week.settlement.orders[week.settlement.orders > 0]
    share = orders / orders.sum()
    return float(np.exp(-np.sum(share * np.log(share)))) if orders.size else math.nan


@outcome("SMEs' dependence on the social app", "share", -1, "mean", of_some=True)
def dependence(week: Week) -> float:
    """Share of local sellers' sales that go through the social app."""
    return ratio(week.total(week.settlement.social_sales, SME_KIND), week.sales(SME_KIND))


@outcome("SMEs' reach", "exposure, a mean design = 1", 1, "mean", of_some=True)
def reach(week: Week) -> float:
    """How often the social feed shows a local seller's design, over how often it shows a mean design."""
    return week.reach


@outcome("own goods' share of the app's feed", "share", 0, "mean", of_some=True)
def own_feed_share(week: Week) -> float:
    """How much of the social feed shows own goods of the app's owner, favour in it: attention taken, not sales."""
    return week.own_feed


@outcome("SMEs' sales", "Rp", 1, "sum")
def sme_revenue(week: Week) -> float:
    """What local sellers take."""
    return week.sales(SME_KIND)


@outcome("sales of SMEs on the app", "Rp", 1, "sum")
def app_sme_revenue(week: Week) -> float:
    """What local sellers take that opened on the social app, wherever they sell."""
    return float(week.shop_sales[week.from_app].sum())


@outcome("orders", "orders", 0, "sum")
def orders(week: Week) -> float:
    """Orders of all people through all channels."""
    return week.orders


@outcome("SMEs that entered", "SMEs", 1, "sum")
def entrants(week: Week) -> float:
    """Local sellers that entered."""
    return float(week.entered)


@outcome("SMEs that left", "SMEs", -1, "sum")
def exits(week: Week) -> float:
    """Local sellers that closed for good: out of cash, or paused for too long."""
    return float(week.left)


@outcome("SMEs that paused", "SMEs", -1, "sum")
def pauses(week: Week) -> float:
    """Local sellers whose owners took them off sale for a while, each time counted."""
    return float(week.newly_paused)


@outcome("SMEs that opened again", "SMEs", 1, "sum")
def reopenings(week: Week) -> float:
    """Local sellers that opened again after a pause, each time counted."""
    return float(week.reopened)


@outcome("SMEs on sale", "SMEs", 1, "last")
def live_smes(week: Week) -> float:
    """Local sellers, the opening's and later ones, that are open at the end of the week."""
    return float(week.live_smes)


@outcome("SMEs paused", "SMEs", -1, "last")
def paused_smes(week: Week) -> float:
    """Local sellers, the opening's and later ones, that pause at the end of the week."""
    return float(week.paused_smes)


@outcome("SMEs closed", "SMEs", -1, "last")
def closed_smes(week: Week) -> float:
    """Local sellers, the opening's and later ones, that have closed by the end of the week."""
    return float(week.closed_smes)


@outcome("opening SMEs alive", "SMEs", 1, "last")
def opening_smes_alive(week: Week) -> float:
    """Of the opening's SMEs, those alive at the end of the week: on sale, or paused for not too long."""
    return float(week.opening_smes_alive)


@outcome("bad orders", "share of orders", -1, "mean", of_some=True)
def bad_order_share(week: Week) -> float:
    """Orders that turn out bad over all orders, by channel and where goods come from."""
    return ratio(float(week.settlement.bad.sum()), week.orders)


@outcome("refunds", "Rp", 0, "sum")
def refunds(week: Week) -> float:
    """What sellers and the platform give back to consumers for bad orders."""
    return float(week.settlement.refunds.sum())


@outcome("lock-in: habit of the social app", "0 to 1", 0, "mean")
def habit(week: Week) -> float:
    """Mean habit over consumers."""
    return week.ties.habit


@outcome("trust in the social app", "0 to 1", 1, "mean")
def trust(week: Week) -> float:
    """Mean trust over consumers."""
    return week.ties.trust


@outcome("attention to the social app", "share of feed and search", 0, "mean")
def attention(week: Week) -> float:
    """Mean chance over consumers that a feed or search slot is the social app's."""
    return week.ties.attention


@outcome("breaches of data", "breaches", -1, "sum")
def breaches(week: Week) -> float:
    """Breaches of the data that the platform keeps on consumers."""
    return float(week.ties.breaches)


@outcome("privacy exposure", "opening = 1", -1, "mean")
def privacy_exposure(week: Week) -> float:
    """Data that the platform keeps on consumers, who are counted by cluster, relative to the opening.

    Only orders of those whom it observes add to it.
    """
    return week.ties.exposure
