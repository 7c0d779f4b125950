"""Rankings: from what the platform may see to a score per (taste cluster, design).

A ranking is one function from a read-only `RankingView` to scores, logarithms of exposure weights up to a
constant; its keyword arguments are its config schema. To add one, write one function here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from ..arrays import Flags, Floats, freeze
from ..settings.parameter import Spec
from ..settings.registry import Choice
from ..settings.strategies import rankings

Exponent = Annotated[
    float,
    Spec(
        "d ln exposure / d ln popularity",
        "assumed; with search's exponent it must leave popularity stable (docs/model.md, Ranking)",
        0.0,
        1.5,
    ),
]
TasteWeight = Annotated[float, Spec("score at perfect fit and full knowledge", "assumed", 0.0, 10.0)]
SMALLEST_TAKE = 1e-6  # of an order's listed value: below, the logarithm stops


@dataclass(frozen=True)
class RankingView:
    """What a ranking sees, filtered by the rules on data. Dimensions: C taste clusters, J live designs."""

    popularity: Floats  # (J,) mean weekly orders of the last weeks, relative to the opening mean, plus a prior
    affinity: Floats  # (C, J) inner product of cluster centre and design
    certainty: Floats  # (C,) φ, how exactly a consumer's cluster is known
    posted: Floats  # (J,) weeks since the seller's last post, 0 to 1
    response: Floats  # (J,) popularity over how often the feed has shown the design, 1 on average
    commission: Floats  # (J,) what the platform takes of an order as a marketplace, share of its listed value
    own_margin: Floats  # (J,) what it earns on an order of its own goods; 0 where the listing is not its own
    price: Floats  # (J,) what buyers pay over the listed price, 1 where neither prices nor taxes have moved
    own: Flags  # (J,) own listings of the platform that ranks
    own_favour: float  # what the rules leave of the favour to own listings, 0 to 1 (its odds come on top, `favoured`)

    def __post_init__(self) -> None:
        freeze(self)


@rankings.register
def popularity(view: RankingView, *, popularity_exponent: Exponent = 0.6) -> Floats:
    """γ ln popularity_j, the same for every cluster."""
    return np.tile(popularity_exponent * np.log(view.popularity), (view.certainty.size, 1))


@rankings.register
def personalised(view: RankingView, *, popularity_exponent: Exponent = 0.6, taste_weight: TasteWeight = 1.0) -> Floats:
    """γ ln popularity_j + w φ_c (centre_c · place_j): fit counts as far as the cluster is known."""
    fit = taste_weight * view.certainty[:, None] * view.affinity
    return popularity(view, popularity_exponent=popularity_exponent) + fit


@rankings.register
def chronological(
    view: RankingView,
    *,
    fading: Annotated[float, Spec("score lost in a week", "assumed; a post is old after a few days", 0.0, 20.0)] = 3.0,
) -> Floats:
    """-f · weeks since the last post: every seller posts once a week, the newest first, whoever looks."""
    return np.tile(-fading * view.posted, (view.certainty.size, 1))


@rankings.register
def random(view: RankingView) -> Floats:
    """0: every design is as likely as any other."""
    return np.zeros(view.affinity.shape)


@rankings.register
def engagement(
    view: RankingView,
    *,
    response_exponent: Annotated[
        float, Spec("d ln exposure / d ln response", "assumed; as strong as the popularity of others", 0.0, 1.5)
    ] = 0.6,
    taste_weight: TasteWeight = 1.0,
) -> Floats:
    """ε ln response_j + w φ_c (centre_c · place_j): what viewers react to when they see it, however large it is."""
    fit = taste_weight * view.certainty[:, None] * view.affinity
    return response_exponent * np.log(view.response) + fit


@rankings.register
def revenue(
    view: RankingView,
    *,
    popularity_exponent: Exponent = 0.6,
    taste_weight: TasteWeight = 1.0,
    take_exponent: Annotated[
        float, Spec("d ln exposure / d ln take", "assumed; 1 ranks by expected revenue", 0.0, 2.0)
    ] = 1.0,
) -> Floats:
    """`personalised` + ρ ln take_j: commission on others' orders, the margin on own ones as far as rules let it."""
    earned = view.commission + view.own_favour * np.where(view.own, view.own_margin - view.commission, 0.0)
    score = personalised(view, popularity_exponent=popularity_exponent, taste_weight=taste_weight)
    return score + take_exponent * np.log(np.maximum(earned, SMALLEST_TAKE))


@rankings.register
def price_directed(
    view: RankingView,
    *,
    popularity_exponent: Exponent = 0.6,
    taste_weight: TasteWeight = 1.0,
    price_exponent: Annotated[
        float,
        Spec(
            "- d ln exposure / d ln price", "assumed; rewards price cuts (Johnson, Rhodes, Wildenbeest 2023)", 0.0, 5.0
        ),
    ] = 1.0,
) -> Floats:
    """`personalised` - η ln(p_j (1 + t_j) / p̄_j): who cuts the price is shown more, and sellers know it."""
    score = personalised(view, popularity_exponent=popularity_exponent, taste_weight=taste_weight)
    return score - price_exponent * np.log(view.price)


def price_reward(algorithm: Choice, feed_share: float) -> float:
    """By how many per cent orders rise through the feed where a price falls by one: what sellers are told."""
    return float(algorithm.parameters.get("price_exponent", 0.0)) * feed_share
