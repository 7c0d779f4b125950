"""Sellers: prices, costs, channels, advertising, entry and exit."""

from .advertising import review_bids, review_commissions
from .costs import fixed_costs
from .effort import review_effort
from .entry import add_sellers, draw_newcomers
from .multihoming import review_channels
from .owners import review_shops
from .pricing import set_prices
from .second_shops import Side, open_second_shops, owner_ages

__all__ = [
    "Side",
    "add_sellers",
    "draw_newcomers",
    "fixed_costs",
    "open_second_shops",
    "owner_ages",
    "review_bids",
    "review_channels",
    "review_commissions",
    "review_effort",
    "review_shops",
    "set_prices",
]
