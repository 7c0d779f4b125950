"""The platform: ranking and feed, what it learns, its own goods and their prices, its fees."""

from .assortment import keep_within_cap, review_assortment
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
    "keep_within_cap",
    "lay_out",
    "learn",
    "open_feed",
    "price_own_goods",
    "price_reward",
    "respond",
    "review_assortment",
]
