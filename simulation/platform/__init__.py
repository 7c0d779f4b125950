"""The platform: ranking and feed, what it learns, its own goods and their prices, its fees."""

from .assortment import grow_stocks, keep_within_rules, review_assortment
from .conduct import conduct
from .feed import draw_tables, lay_out, open_feed
from .fees import respond
from .first_party import FirstParty
from .learning import learn
from .own_pricing import price_own_goods
from .ranking import price_reward

__all__ = [
    "FirstParty",
    "conduct",
    "draw_tables",
    "grow_stocks",
    "keep_within_rules",
    "lay_out",
    "learn",
    "open_feed",
    "price_own_goods",
    "price_reward",
    "respond",
    "review_assortment",
]
