"""Instruments of regulation: one function each, and bundles, laws that hold several at once.

An instrument returns what it changes in `Rules`; its keyword arguments are its settings, and its enforcement
(`regulation.Enforcement`) comes by itself. To add one, write one function here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from ..settings.parameter import Spec
from ..settings.registry import Registry
from .rules import FIELDS, meet

SCENARIO = "the user's scenario"
EVERY_DESIGN = 1e12  # $ a unit: dearer than anything


def _whom(source: str) -> Spec:
    """Whom a rule holds for, and why by default."""
    unit = "whom it holds for; a marketplace of the app's owner is held with the app"
    return Spec(unit, source, choices=("app", "marketplace", "both"))


class Instruments(Registry):
    """Instruments by name. What one changes must be fields of `Rules`."""

    def register(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Decorator: add an instrument under its own name. Raises `TypeError` where it moves what is no field."""
        super().register(function)
        if strangers := set(function(**self.defaults(function.__name__))) - FIELDS.keys():
            del self[function.__name__]
            raise TypeError(f"{function.__name__} moves {', '.join(sorted(strangers))}: no field of Rules")
        return function


instruments = Instruments("regulation")

# Where a rule leaves nothing of a field, the fields that are about what is no longer there.
CONTRADICTIONS: dict[str, tuple[str, ...]] = {
    "resale": ("own_floor",),
    "marketplace_resale": ("marketplace_own_floor",),
    "border_eligible": ("duty", "duty_free", "border_floor"),
}


def _held_for(on: str, **limits: float) -> dict[str, float]:
    """What holds the app, the marketplace, or both: a field of `Rules` for each."""
    apps = limits if on != "marketplace" else {}
    return apps | ({f"marketplace_{name}": value for name, value in limits.items()} if on != "app" else {})


# ---- the social app, and platforms' own goods


@instruments.register
def separation() -> dict[str, float]:
    """Social media may not take payment: the social app redirects to check out (Permendag 31/2023 Art 21(3))."""
    return {"checkout": 0.0}


@instruments.register
def own_product_ban(
    *,
    on: Annotated[
        str, _whom("both: Permendag 31/2023 Art 21(2) says marketplaces and social commerce (docs/facts.md C [68])")
    ] = "both",
) -> dict[str, float]:
    """A platform may not make what it sells, but may sell what it buys in (Permendag 31/2023 Art 21(2))."""
    return _held_for(on, own_brand=0.0)


@instruments.register
def resale_ban(
    *,
    proxies: Annotated[
        float, Spec("share of own listings that goes on through sellers it stands behind", SCENARIO, 0.0, 1.0)
    ] = 0.0,
    on: Annotated[str, _whom("the user's scenario: the app, whose own goods are the question")] = "app",
) -> dict[str, float]:
    """A platform may not sell on its own account at all, neither its own brand nor bought in (docs/facts.md C)."""
    return _held_for(on, own_brand=proxies, resale=proxies)


@instruments.register
def data_firewall(
    *,
    leak: Annotated[float, Spec("share of the data that leaks through", SCENARIO, 0.0, 1.0)] = 0.0,
    on: Annotated[
        str, _whom("the app: DMA Art 6(2) holds those that are designated, one by one (docs/facts.md B4 [46])")
    ] = "app",
) -> dict[str, float]:
    """The own-goods arm may not use sellers' non-public data (EU DMA Art 6(2); Permendag 31/2023 Art 13)."""
    return _held_for(on, seller_data=leak)


@instruments.register
def data_linking_ban(
    *,
    leak: Annotated[float, Spec("share of the data that is joined all the same", SCENARIO, 0.0, 1.0)] = 0.0,
) -> dict[str, float]:
    """A social app may not join its data with those of a marketplace of the same owner (Permendag 31/2023 Art 13)."""
    return {"linked": leak}


@instruments.register
def neutral_ranking(
    *,
    on: Annotated[
        str,
        _whom("the app: DMA Art 6(5) holds those that are designated, one by one (docs/facts.md B4 [46])"),
    ] = "app",
) -> dict[str, float]:
    """Own listings may not be favoured in feed or ranking (EU DMA Art 6(5); KPPU remedy 2025)."""
    return _held_for(on, own_favour=0.0)


@instruments.register
def transparency() -> dict[str, float]:
    """Each platform tells sellers how it treats own goods: what they believe of it becomes exact (EU P2B 2019/1150)."""
    return {"disclosure": 1.0}


@instruments.register
def below_cost_ban(
    *,
    least: Annotated[
        float, Spec("price over unit cost with the freight that its platform pays", SCENARIO, 0.0, 10.0)
    ] = 1.0,
    on: Annotated[str, _whom("the app, of whose own goods it was proposed (docs/facts.md C [72])")] = "app",
) -> dict[str, float]:
    """Own goods may not be sold under unit cost with freight (proposed in Indonesia in 2023, docs/facts.md C [72])."""
    return _held_for(on, own_floor=least)


# ---- fees


@instruments.register
def commission_cap(
    *,
    cap: Annotated[
        float, Spec("share of price", "San Francisco's on deliveries (docs/facts.md C [60])", 0.0, 1.0)
    ] = 0.15,
    buyers: Annotated[
        float,
        Spec(
            "most fee on buyers, share of an order's listed worth; 1 leaves it free",
            "caps bind sellers' fees",
            0.0,
            1.0,
        ),
    ] = 1.0,
    on: Annotated[
        str, _whom("the user's scenario: the app; San Francisco's holds delivery apps (docs/facts.md C [60])")
    ] = "app",
) -> dict[str, float]:
    """A platform's commission has a ceiling, and its fee on buyers where the law says so; its advertising and its
    subsidy are free to answer, and so are the fees of platforms that it does not hold."""
    return _held_for(on, commission_cap=cap, buyer_fee_cap=buyers)


@instruments.register
def subsidy_cap(
    *,
    cap: Annotated[float, Spec("share of an order's listed worth", SCENARIO, 0.0, 1.0)] = 0.0,
    on: Annotated[str, _whom("the user's scenario: the app, which pays for shipping")] = "app",
) -> dict[str, float]:
    """What a platform adds to shipping has a ceiling (docs/facts.md C)."""
    return _held_for(on, subsidy_cap=cap)


# ---- imports


@instruments.register
def import_price_floor(
    *,
    floor: Annotated[
        float, Spec("$ a unit", "Permendag 31/2023 Art 19 (docs/facts.md C [70])", 0.0, EVERY_DESIGN)
    ] = 100.0,
) -> dict[str, float]:
    """What costs less may not cross the border by parcel; stock in the country is exempt."""
    return {"border_floor": floor}


@instruments.register
def positive_list(
    *,
    eligible: Annotated[
        float, Spec("share of foreign designs", "assumed; four kinds of goods in 2023", 0.0, 1.0)
    ] = 0.2,
    standards: Annotated[float, Spec("share of unit cost", "assumed; SNI, halal, labels", 0.0, 5.0)] = 0.05,
) -> dict[str, float]:
    """Only listed goods may cross the border by parcel, and all foreign goods meet standards (docs/facts.md C [71])."""
    return {"border_eligible": eligible, "standards": standards}


@instruments.register
def import_duty(
    *,
    rate: Annotated[
        float, Spec("share of price", "on textiles 15 to 25 %, shoes 25 to 30 % (docs/facts.md A [37])", 0.0, 10.0)
    ] = 0.2,
    de_minimis: Annotated[float, Spec("$ a parcel", "as in force (docs/facts.md A [37])", 0.0, 1e6)] = 3.0,
) -> dict[str, float]:
    """Parcels that cross the border pay this duty in place of the one in force: it may be higher, or lower."""
    return {"duty": rate, "duty_free": de_minimis}


# ---- taxes


@instruments.register
def seller_tax(
    *,
    rate: Annotated[float, Spec("share of gross sales", "PMK 37/2025 (docs/facts.md C [83])", 0.0, 1.0)] = 0.005,
    threshold: Annotated[float, Spec("Rp of sales a year", "PMK 37/2025 (docs/facts.md C [83])", 0.0, 1e15)] = 5e8,
) -> dict[str, float]:
    """Platforms withhold a tax on domestic sellers' gross sales beyond what is exempt in a year."""
    return {"seller_tax": rate, "seller_tax_free": threshold}


@instruments.register
def platform_tax(
    *,
    rate: Annotated[
        float,
        Spec(
            "share of commissions, fees on buyers and advertising",
            "VAT on foreign digital services (PMK 48/2020)",
            0.0,
            1.0,
        ),
    ] = 0.11,
    on: Annotated[
        str, _whom("the app, which is abroad: PMK 48/2020 is about services from abroad (docs/facts.md C [82])")
    ] = "app",
) -> dict[str, float]:
    """A foreign platform pays a tax on the services that it sells here (PMK 48/2020, docs/facts.md C [82])."""
    apps = {"platform_tax": rate} if on != "marketplace" else {}
    return apps | ({"marketplace_tax": rate} if on != "app" else {})


# ---- consumers


@instruments.register
def privacy_consent(
    *,
    consent: Annotated[float, Spec("share of consumers who give it", "GDPR (docs/facts.md C [80])", 0.0, 1.0)] = 0.875,
) -> dict[str, float]:
    """Only who agrees is observed: the others drop out of the data, who stay are known better (docs/facts.md C)."""
    return {"observed": consent}


@instruments.register
def breach_liability(
    *,
    penalty: Annotated[
        float, Spec("share of a year's turnover", "UU PDP 27/2022 Art 57(3) (docs/facts.md C [75])", 0.0, 1.0)
    ] = 0.02,
    care: Annotated[float, Spec("share of breaches that better care avoids", "assumed", 0.0, 1.0)] = 0.3,
) -> dict[str, float]:
    """A breach of consumers' data costs the platform a share of its turnover, and so it takes better care."""
    return {"breach_fine": penalty, "breaches": 1.0 - care}


@instruments.register
def consumer_protection(
    *,
    avoided: Annotated[float, Spec("share of bad orders that control avoids", "assumed", 0.0, 1.0)] = 0.5,
    refunded: Annotated[float, Spec("least share of bad orders refunded", "assumed", 0.0, 1.0)] = 0.9,
    cost: Annotated[float, Spec("share of a seller's fixed cost", "assumed", 0.0, 5.0)] = 0.01,
) -> dict[str, float]:
    """Refunds, standards and sellers' identity: fewer bad orders, at a cost to sellers (UU 8/1999, PP 80/2019)."""
    return {"bad_orders": 1.0 - avoided, "refunded": refunded, "compliance": cost}


# ---- sellers


@instruments.register
def data_portability(
    *,
    reach: Annotated[
        float, Spec("utility that a seller's own site gains with who bought there last", "assumed", 0.0, 5.0)
    ] = 0.8,
    setup: Annotated[float, Spec("share of an own site's set-up that is left", "assumed", 0.0, 1.0)] = 0.5,
) -> dict[str, float]:
    """Sellers get their customers' and sales data: an own site keeps customers better (EU DMA Art 6(9), 6(10))."""
    return {"site_reach": reach, "site_setup": setup}


@instruments.register
def sme_support(
    *,
    rate: Annotated[float, Spec("share of fixed cost", "assumed", 0.0, 1.0)] = 0.1,
    ceiling: Annotated[float, Spec("Rp of the law a shop and week", "assumed", 0.0, 1e12)] = 100_000.0,
    eligible: Annotated[
        float, Spec("Rp of sales a year; larger shops get nothing", "a micro firm's limit, PP 7/2021", 0.0, 1e15)
    ] = 2e9,
    site: Annotated[float, Spec("share of an own site's set-up", "assumed", 0.0, 1.0)] = 0.5,
) -> dict[str, float]:
    """The treasury pays a share of small shops' fixed cost and of their own sites (KUR loans, onboarding)."""
    return {"support": rate, "site_support": site, "support_ceiling": ceiling, "support_below": eligible}


# ---- bundles


@instruments.register
def permendag_31_2023() -> dict[str, float]:
    """Indonesia's rule of September 2023: no payment on social media, no own products, sellers' data neither used nor
    joined with a marketplace's, a floor and a positive list for imports (docs/facts.md C [68-71])."""
    data = [data_firewall(), data_linking_ban()]
    return meet([separation(), own_product_ban(on="both"), *data, import_price_floor(), positive_list()])


@instruments.register
def eu_dma() -> dict[str, float]:
    """The EU's Digital Markets Act, with the disclosure that P2B asks for: Arts 5(2), 6(2), 6(5), 6(9), 6(10)."""
    return meet([data_firewall(), neutral_ranking(), privacy_consent(), data_portability(), transparency()])


@instruments.register
def india_pn2_2018(
    *,
    purchases: Annotated[
        float, Spec("share of a vendor's purchases that may be the platform's goods", "[81] [92]", 0.0, 0.99)
    ] = 0.25,
    vendors: Annotated[
        float,
        Spec(
            "share of what local sellers buy that vendors buy who would carry its goods",
            "two vendors' share of Amazon India's sales in 2019 (docs/facts.md C, memory: Reuters 2021)",
            0.0,
            1.0,
        ),
    ] = 0.35,
    on: Annotated[
        str, _whom("both: it is about marketplaces, and an app that takes orders is one (docs/facts.md C)")
    ] = "both",
) -> dict[str, float]:
    """India's Press Note 2 of 2018: no stock of its own, no favour; what it sells goes through vendors, of whose
    purchases it may be a quarter (docs/facts.md C). Own goods g beside their other purchases v: g ≤ q (g + v)."""
    return _held_for(on, own_purchases=vendors * purchases / (1.0 - purchases), own_favour=0.0)
