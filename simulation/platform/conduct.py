"""Conduct: what the platform does this week, and would do, as the law looks at it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..arrays import Floats
from ..law.border import stops
from ..law.conduct import Conduct
from ..law.effective import lawful_fees
from ..settings.registry import Choice
from ..settings.rival import RivalSetting
from .feed import candidate_set, rank, rank_search
from .first_party import FirstParty


def conduct(
    goods: FirstParty,
    algorithm: Choice,
    certainty: Floats,
    rival: RivalSetting,
    observed: Callable[[float], Floats],
) -> Conduct:
    """What was done this week, for rules to be held against.

    rival: as it is without rules; observed: share of each cluster that is observed where a share consents.
    """
    listings, terms, chance = goods.listings, goods.terms, goods.chance
    candidates = candidate_set(listings)

    def ranked(own_favour: float) -> list[Floats]:
        """Weights of the app's feed and, where its owner has the marketplace, of a search there with a ranking."""
        feed = rank(candidates, listings, algorithm, certainty, terms, chance, own_favour)
        search = rank_search(candidates, listings, terms, chance, own_favour) if terms.one_owner else None
        return [feed] if search is None else [feed, search]

    return Conduct(
        setting=goods.setting,
        fees=lambda rules: lawful_fees(goods.setting, rival, rules, terms.order_value),
        own=goods.on_sale(),
        ranks_otherwise=lambda favour: not all(map(np.array_equal, ranked(terms.rules.own_favour), ranked(favour))),
        crosses=lambda eligible, floors: stops(listings, terms, eligible, floors, chance),
        observed=observed,
    )
