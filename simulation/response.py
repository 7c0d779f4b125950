"""The platform's response: fees that were best at the opening, and are moved when what they earn changes."""

from __future__ import annotations

QUARTER = 13  # weeks
LARGEST_STEP = 0.01  # share of an order's value that a fee may move in a quarter
MOST = 0.5  # of the price: no fee is raised beyond


def commission_benefit(
    commission: float, elasticity: float, own_share: float, own_margin: float, kept: float = 1.0
) -> float:
    """What a point of commission brings, a rupiah of rivals' sales: 1 + [τ (1 - η) + η w m / k] / (1 - τ).

    Rivals pass the fee on, dp/p = dτ/(1-τ), and sell η times as much less, at that price; of the choices that leave
    them a share w falls on own goods, which earn m a rupiah. commission τ, elasticity η > 0, own_share w, own_margin m.
    A tax that leaves the share k (`kept`) of fees takes as much of the goodwill that fees cost, for that is fees to
    come: the fee itself stays, but own goods, which the tax spares, weigh more. In untaxed rupiah of fees.
    """
    lost = commission * (1.0 - elasticity) + elasticity * own_share * own_margin / kept
    return 1.0 + lost / (1.0 - commission)


def subsidy_benefit(take: float, responsiveness: float) -> float:
    """What a rupiah of subsidy an order brings, beside its cost of 1: r · take.

    take: what the platform earns on an order of the social app, Rp; responsiveness: d ln orders for a rupiah.
    """
    return responsiveness * take


def best_reply(fee: float, opening_fee: float, benefit: float, opening_benefit: float, step: float) -> float:
    """The fee f0 · B/B0, at most `step` away from today's.

    Fees cost goodwill that grows with their square (sellers and buyers churn). What is not known is how much: the
    opening's fee f0 is taken to be the best one there, which gives the marginal cost B0 f/f0 (inverse optimum), so
    that the best fee is f0 B/B0 where the benefit is B. Without change, f0 to the bit. Where a higher fee brought
    nothing at the opening (B0 ≤ 0) there is nothing to judge by, and the fee stays.
    """
    if opening_benefit <= 0.0:
        return fee
    wanted = opening_fee * (benefit / opening_benefit)
    return float(min(max(wanted, fee - step, 0.0), fee + step))
