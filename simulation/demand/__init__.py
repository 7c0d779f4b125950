"""Consumers: what shifts demand, what they meet, consider and choose, what ties them to the app, who endorses what."""

from .attachment import Observation, needs_channel, observe, observed_share, update_consumers
from .browsing import browse, go_shopping
from .endorsement import endorse
from .offers import offer_set
from .shifters import shift_demand, visits

__all__ = [
    "Observation",
    "browse",
    "endorse",
    "go_shopping",
    "needs_channel",
    "observe",
    "observed_share",
    "offer_set",
    "shift_demand",
    "update_consumers",
    "visits",
]
