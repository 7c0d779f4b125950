"""Platforms: which channel each runs, what it charges there, and in whose books that is."""

from __future__ import annotations

from typing import NamedTuple

from .ledger import Account
from .listings import MARKETPLACE_KIND, PLATFORM_KIND

BOOKS = {PLATFORM_KIND: Account.PLATFORM, MARKETPLACE_KIND: Account.MARKETPLACE}  # in which own goods of a kind are


class Fees(NamedTuple):
    """What a platform sets: commission, share of price; subsidy and the fee on buyers, Rp an order; share of feed
    slots sold."""

    commission: float
    subsidy: float
    ad_load: float
    buyer_fee: float = 0.0


class PlatformTerms(NamedTuple):
    """A platform in a week. Two platforms of one owner have the same account."""

    channel: int  # that it runs
    account: Account  # its owner's books
    fees: Fees  # as far as the rules let it
    tax: float = 0.0  # share of what it takes for its services that the treasury gets
    kind: int = PLATFORM_KIND  # of its own listings; a marketplace of the app's owner has none of its kind
