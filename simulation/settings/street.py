"""The street: how many shops sell offline only, how large they are, and what of the online trade comes from them."""

from __future__ import annotations

from dataclasses import dataclass

from .parameter import ConfigError, parameter

FEWEST = 10  # offline shops: their customers have nowhere else to go, so that fewer would ask more and more


@dataclass(frozen=True)
class StreetSetting:
    """Offline shops, in localities. `diversion` is a belief that nobody has settled: tell a curve over it."""

    shops: float = parameter(
        0.0,
        unit="offline shops for each SME that opens the market; 0 is no street",
        low=0.0,
        high=100.0,
        source="none unless chosen; 1.4 to 16: 41.5 % of firms asked, 3.8 of 66 m UMKM sold online (docs/facts.md A)",
    )
    diversion: float = parameter(
        0.4,
        unit="share of online orders that, were they not online, would be bought in the street",
        low=0.0,
        high=0.95,
        source="assumed, .1 to .8: .6 in Chinese cities (McKinsey 2013), little at a grocer (Pozzi 2013)",
    )
    online_share: float = parameter(
        0.1,
        unit="share of retail that is bought online, of what these shops sell",
        low=0.01,
        high=0.9,
        source="assumed, .04 to .15: .043 in 2019 and .114 implied for 2025 in South-East Asia (docs/facts.md A)",
    )
    size_spread: float = parameter(
        2.1,
        unit="sd of ln sales over offline shops",
        low=0.0,
        high=4.0,
        source="derived: 83 % of e-commerce firms sell under Rp 0.3 bn a year, 97.4 % under 2.5 bn (BPS)",
    )
    locality: int = parameter(
        100,
        unit="offline shops of a locality at least, which has customers of its own",
        low=10,
        high=1_000_000,
        source="assumed; a market street and those around it",
    )
    nest: float = parameter(
        0.5,
        unit="λ of the shops of a locality: 1 are as unlike each other as two goods, near 0 the same shop twice",
        low=0.05,
        high=1.0,
        source="assumed",
    )

    ease: float = parameter(
        0.0,
        unit="share of owners of 40 years in the street who are at ease with selling online; 0 is nobody moves",
        low=0.0,
        high=1.0,
        source="none unless chosen; .22 to .29: 71 to 78 % of who sells offline is at ease there (docs/facts.md A)",
    )
    stall_ease: float = parameter(
        0.0,
        unit="share of owners of 40 years online who are at ease with a shop in the street; 0 is nobody moves",
        low=0.0,
        high=1.0,
        source="none unless chosen; assumed",
    )
    ease_age: float = parameter(
        0.3,
        unit="by which ln of the share at ease online falls, and of that in the street grows, for ten years of age",
        low=0.0,
        high=5.0,
        source="assumed; 0 is all ages alike",
    )
    owner_age: float = parameter(
        42.0,
        unit="years, mean age of owners at the opening",
        low=18.0,
        high=80.0,
        source="assumed; of owners who sell online 25 % are 25 to 34 years old and 33 % 35 to 44 (BPS 2020)",
    )
    entrant_age: float = parameter(
        35.0,
        unit="years, mean age of owners who come later",
        low=18.0,
        high=80.0,
        source="assumed; a younger cohort",
    )
    age_spread: float = parameter(
        11.0,
        unit="years, sd of owners' ages",
        low=0.0,
        high=30.0,
        source="assumed; so that a quarter to a third is in each of those ten years",
    )
    move_weeks: int = parameter(
        26,
        unit="weeks between two looks of an owner at the other side",
        low=1,
        high=520,
        source="assumed",
    )
    move_cost: float = parameter(
        4.0,
        unit="weeks of fixed cost that opening a second shop costs its owner",
        low=0.0,
        high=520.0,
        source="assumed; as the set-up of an own site",
    )

    def localities(self, smes: int) -> int:
        """Localities of equal size beside so many opening SMEs; none without a street."""
        return min(self.number(smes), max(1, self.number(smes) // self.locality))

    def number(self, smes: int) -> int:
        """Offline shops beside so many opening SMEs."""
        return round(self.shops * smes)


def check_street(street: StreetSetting, smes: int, online: float) -> None:
    """Refuse a street of so few shops that each could ask any price, and one that sells less than it would win.

    smes: at the opening; online: orders online a head and week. Raises `ConfigError`.
    """
    if street.shops == 0.0:
        return
    if street.number(smes) < FEWEST:
        raise ConfigError("street.shops", street.shops, f"0, or {FEWEST / smes:.3g} and more beside {smes:,} SMEs")
    captive_orders(street, online)


def captive_orders(street: StreetSetting, online: float) -> float:
    """b = s (1 - e)/e - d (1 - s), orders a head and week that are bought in the street whatever there is online.

    s online orders a head and week, e the online share of retail, d the diversion: of the occasions on which nobody
    orders online, d go to the street, and the rest of its sales is captive. Raises `ConfigError` where more would go
    there than it sells.
    """
    sold = online * (1.0 - street.online_share) / street.online_share
    if (captive := sold - street.diversion * (1.0 - online)) < 0.0:
        most = sold / max(1.0 - online, 1e-9)
        raise ConfigError(
            "street.diversion",
            street.diversion,
            f"at most {most:.3g} beside street.online_share = {street.online_share:g}: the street sells no more",
        )
    return captive
