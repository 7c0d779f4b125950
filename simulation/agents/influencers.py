"""Influencers as Mesa agents."""

from __future__ import annotations

from .cells import Cell, RowAgent


class Influencer(RowAgent):
    """One influencer, as a Mesa agent over a row of `market.influencers`."""

    table_name = "influencers"
    shown = ("audience", "credibility", "endorsing", "income")

    live = Cell()
    orders = Cell()
    audience = Cell()
    niche = Cell()
    credibility = Cell()
    endorsing = Cell()
    income = Cell()
