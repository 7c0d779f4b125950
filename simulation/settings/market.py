"""The market that opens: who is in it in week 0, and how it is calibrated."""

from __future__ import annotations

from dataclasses import dataclass

from .parameter import parameter


@dataclass(frozen=True)
class MarketSetting:
    """Who is in the market in week 0, and how it is calibrated."""

    name: str = parameter(
        "plain",
        unit="name",
        choices=("plain", "indonesia_2023", "classroom"),
        source="the label of the market in results",
    )
    consumers: int = parameter(
        20_000,
        unit="simulated consumers",
        low=1,
        high=100_000_000,
        source="outcomes stand still from here on (docs/validation.md, The size of the market)",
    )
    smes: int = parameter(
        500,
        unit="opening SMEs",
        low=1,
        high=100_000,
        source="a compromise with speed: not all outcomes stand still (docs/validation.md, The size of the market)",
    )
    designs: float = parameter(
        1.0,
        unit="designs of an opening SME, mean",
        low=1.0,
        high=100.0,
        source="assumed, with 5 and 20 as checks; what is observed is larger, but counted by listing, which weights "
        "the large",
    )
    designs_spread: float = parameter(
        1.2,
        unit="sd of ln of the designs that an opening SME has beyond its first",
        low=0.0,
        high=2.0,
        source="assumed; a heavy tail: with a mean of 5, half have 3 or fewer, one in a hundred 30 or more",
    )
    importers: int = parameter(
        0,
        unit="importers that join in week 1",
        low=0,
        high=10_000,
        source="the user's scenario, 0 to 100",
    )
    importers_wave: int = parameter(
        0,
        unit="importers that join in the week of the wave",
        low=0,
        high=10_000,
        source="the user's scenario",
    )
    importers_wave_week: int = parameter(
        0,
        unit="the week of the wave, 0 for never; who joins in it sells from the next on",
        low=0,
        high=10_000,
        source="the user's scenario",
    )
    influencers: int = parameter(
        100,
        unit="influencers",
        low=0,
        high=10_000,
        source="assumed",
    )
    openings: int = parameter(
        0,
        unit="opening draws that seeds take turns with, so that several start from the same one; 0 is one a seed",
        low=0,
        high=2**31 - 1,
        source="0; a number tells the luck of the opening from that of the weeks after it (docs/plausible.md)",
    )
    people: float = parameter(
        1.0,
        unit="people a simulated consumer stands for",
        low=1e-6,
        high=1e6,
        source="scale only",
    )
    listings: str | None = parameter(
        None,
        unit="path of a CSV file; null is the listings that come with Etalase",
        source="simulation/data/README.md",
    )
    listings_sha256: str | None = parameter(
        None,
        unit="SHA-256 that the file must have; null takes any",
        source="what a study is planned with, its runs are held to (docs/listings.md)",
    )
    listings_format: str = parameter(
        "plain",
        unit="how the file writes numbers: 12500 and 4.8, or as in Indonesia Rp12.500, 1,2rb and 4,8",
        choices=("plain", "id"),
        source="docs/listings.md",
    )
    listings_currency: str = parameter(
        "IDR",
        unit="currency of the file's prices; USD is converted with government.exchange_rate",
        choices=("IDR", "USD"),
        source="docs/listings.md",
    )
    listings_categories: str | None = parameter(
        None,
        unit="other names for the file's categories, as FROM=TO; FROM=TO; nothing as TO leaves out",
        source="docs/listings.md",
    )
    order_share: float = parameter(
        0.20,
        unit="share of consumers who order in an opening week",
        low=0.001,
        high=0.9,
        source=".1 to .3; about Rp 16,000 a user and week at Rp 80,000 an order (docs/facts.md A)",
    )
    app_share: float = parameter(
        0.34,
        unit="the social app's share of online orders at the opening",
        low=0.001,
        high=1.0,
        source="TikTok in Indonesia (docs/facts.md A [5, 6]): .05 in 2022, .11 in 2024, .34 with Tokopedia, which it "
        "bought (the default); .8 shows dominance",
    )
    calibration_consumers: int = parameter(
        20_000,
        unit="consumers of the calibration's own population",
        low=100,
        high=10_000_000,
        source="its own size, whatever the run's",
    )
    calibration_weeks: int = parameter(
        24,
        unit="weeks of draws in the calibration",
        low=1,
        high=520,
        source="chosen for the held-out error that the manifest tells",
    )
