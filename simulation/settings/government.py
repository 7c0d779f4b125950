"""The state: what it takes whatever the rules, and what the law's money is worth."""

from __future__ import annotations

from dataclasses import dataclass

from .parameter import parameter


@dataclass(frozen=True)
class Government:
    """What the state takes whatever the instruments, and what a dollar is worth."""

    vat: float = parameter(
        0.11,
        unit="share of price, on top of it",
        low=0.0,
        high=1.0,
        source="in force from April 2022 (UU 7/2021), on imports without a de minimis (docs/facts.md C [91])",
    )
    vat_free: float = parameter(
        4.8e9,
        unit="Rp of sales a year, up to which a local seller is exempt",
        low=0.0,
        high=1e15,
        source="PMK 197/2013; the platform and importers always pay",
    )
    duty: float = parameter(
        0.075,
        unit="share of price, on parcels that cross the border, on top of it",
        low=0.0,
        high=10.0,
        source="in force from 30 January 2020 (PMK 199/2019), textiles, bags and shoes more (docs/facts.md C [91])",
    )
    duty_free: float = parameter(
        3.0,
        unit="$ a parcel, up to which there is no duty",
        low=0.0,
        high=1e6,
        source="in force from 30 January 2020 (PMK 199/2019, docs/facts.md C [91])",
    )
    mean_sales: float = parameter(
        8.3e7,
        unit="Rp of sales a year that the mean opening shop stands for",
        low=1.0,
        high=1e15,
        source="Rp 80,000 in a week from .2 of 100 shoppers a shop; what the law's thresholds are held against",
    )
    exchange_rate: float = parameter(
        15_500.0,
        unit="Rp a $",
        low=1.0,
        high=1e6,
        source="about Bank Indonesia's rate at the end of 2023",
    )
