"""Outcomes: one function each, from a week's record to a number with unit and direction.

A weekly outcome is a function of `Week`; a run's value is its sum or its mean over the weeks, or, for the
survival shares, read off the sellers. To add one, write one function here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .channels import MARKETPLACE, OWN_SITE, RIVAL_APP, SOCIAL
from .habits import Ties
from .sellers import IMPORTER_KIND, PLATFORM_KIND, SME_KIND
from .trade import Takings

Floats = NDArray[np.float64]
TINY = 1e-300


@dataclass(frozen=True)
class Week:
    """What is known of a week when it ends. Dimensions: L table rows."""

    takings: Takings
    fixed: NDArray[np.int64]  # (L,) Rp
    kind: NDArray[np.int8]  # (L,)
    category: NDArray[np.int64]  # (L,)
    abroad: NDArray[np.bool_]  # (L,)
    border: NDArray[np.bool_]  # (L,) of these, where each parcel crosses the border
    credibility: Floats  # of influencers
    relative_price: Floats  # (L,) p/p̄
    slope: Floats  # (L,) A, orders of all people for a listed price
    occasions: float  # choice occasions of all people
    surplus: float  # Rp, all people
    live_smes: int
    opening_smes_alive: int
    entered: int
    left: int
    flow: Callable[..., int]  # the ledger's flows of the week: flow(purpose, payer=…, payee=…)
    by_channel: Floats  # (4,) orders of all people
    impulse: float  # orders with impulse in play
    reach: float  # mean exposure of SMEs in the social feed, 1 for a mean design
    people: float  # heads
    seller_kind: NDArray[np.int8]  # (N,) of every seller, this week's entrants among them
    cash_kept: NDArray[np.int64]  # (N,) Rp, by which the shop's cash grew
    drawn: NDArray[np.int64]  # (N,) Rp, what its owner drew less what it put in
    ties: Ties  # of consumers to the social app

    def sales(self, kind: int | None = None) -> float:
        """Sales in Rp, of one kind of seller or of all."""
        sales = self.takings.sales if kind is None else self.takings.sales[self.kind == kind]
        return float(sales.sum())

    def selling_smes(self) -> NDArray[np.bool_]:
        """(L,) local sellers with sales this week."""
        return (self.kind == SME_KIND) & (self.takings.sales > 0)

    def sme_sales(self) -> Floats:
        """Sales in Rp of the local sellers that have any."""
        return self.takings.sales[self.selling_smes()].astype(float)

    def by_seller(self) -> Floats:
        """Sales of each seller in Rp, the platform being one."""
        own = self.kind == PLATFORM_KIND
        return np.append(self.takings.sales[~own], self.takings.sales[own].sum()).astype(float)

    def profit(self, kind: int) -> float:
        """Profit after fixed costs in Rp, of one kind of seller."""
        mine = self.kind == kind
        return float((self.takings.gross - self.fixed)[mine].sum())


@dataclass(frozen=True)
class Outcome:
    """An outcome: how it is measured, in what unit, and whether more of it is better (+1), worse (-1) or neither."""

    name: str
    label: str
    unit: str
    direction: int
    over: str  # sum, mean or last of the weeks
    measure: Callable[[Week], float]
    weekly: bool = True
    party: str = ""  # whose surplus it is: those of all parties add up to the total
    home: bool = True  # whether that party lives in the country

    def of_run(self, series: Floats) -> float:
        """The run's value from its weekly series."""
        if self.over == "sum":
            return float(np.sum(series))
        return float(np.mean(series)) if self.over == "mean" else float(series[-1])


@dataclass(frozen=True)
class Survival:
    """The share of opening SMEs that live at the end of a week; null where the run is shorter."""

    week: int
    unit: str = "share"
    direction: int = 1
    weekly: bool = False
    party: str = ""
    home: bool = True

    @property
    def name(self) -> str:
        """The outcome's column."""
        return f"sme_survival_{self.week}w"

    @property
    def label(self) -> str:
        """The outcome in words."""
        return f"opening SMEs alive after {self.week} weeks"


def herfindahl(sales: Floats) -> float:
    """H = Σ share². sales (n,) ≥ 0; 0 where nothing is sold."""
    return float(np.sum((sales / max(sales.sum(), TINY)) ** 2))


def share_of_largest(sales: Floats, number: int) -> float:
    """The share of so many largest in all sales (n,) ≥ 0; 0 where nothing is sold."""
    return float(np.sort(sales)[-number:].sum() / max(sales.sum(), TINY))


def gini_index(sales: Floats) -> float:
    """G = Σ_r (2 r - n - 1) x_r / (n Σ x), x_r the r-th smallest of sales (n,) ≥ 0; 0 where nothing is sold."""
    n = sales.size
    return float(np.sum((2.0 * np.arange(1, n + 1) - n - 1) * np.sort(sales)) / max(n * sales.sum(), TINY))


def log_spread(sales: Floats, group: NDArray[np.int64] | None = None) -> float:
    """Standard deviation of ln sales (n,) > 0, about the mean of each one's `group` (n,) where given; 0 for none."""
    if sales.size == 0:
        return 0.0
    log = np.log(sales)
    _, member = np.unique(np.zeros(log.size, np.int64) if group is None else group, return_inverse=True)
    mean = np.bincount(member, log) / np.bincount(member)
    return float(np.sqrt(np.mean((log - mean[member]) ** 2)))


OUTCOMES: dict[str, Any] = {survival.name: survival for survival in map(Survival, (52, 104, 156))}


def outcome(
    label: str, unit: str, direction: int, over: str, party: str = "", home: bool = True
) -> Callable[[Callable[[Week], float]], Any]:
    """Decorator: register a weekly outcome under its function's name."""

    def register(measure: Callable[[Week], float]) -> Callable[[Week], float]:
        name = measure.__name__
        OUTCOMES[name] = Outcome(name, label, unit, direction, over, measure, party=party, home=home)
        return measure

    return register


# ---- who gains, who pays


@outcome("consumer surplus", "Rp", 1, "sum", party="consumers")
def consumer_surplus(week: Week) -> float:
    """Σ_i (E/α_i) [ln(1 + Σ_g D_g^λ) + Σ_j s_ij (V^e - V^d)], given what each considered.

    V^e leaves out impulse, and takes in what bad orders cost beyond what the choice foresaw.
    """
    return week.surplus


@outcome("SME profit", "Rp", 1, "sum")
def sme_profit(week: Week) -> float:
    """Local sellers' sales less fees, goods and fixed costs."""
    return week.profit(SME_KIND)


@outcome("importer profit", "Rp", 0, "sum")
def importer_profit(week: Week) -> float:
    """Importers' sales less fees, goods and fixed costs."""
    return week.profit(IMPORTER_KIND)


@outcome("SMEs' cash", "Rp", 1, "sum", party="SMEs")
def sme_cash(week: Week) -> float:
    """By how much the cash in local sellers' shops grows."""
    return float(week.cash_kept[week.seller_kind == SME_KIND].sum())


@outcome("importers' cash", "Rp", 0, "sum", party="importers", home=False)
def importer_cash(week: Week) -> float:
    """By how much the cash in importers' shops grows."""
    return float(week.cash_kept[week.seller_kind == IMPORTER_KIND].sum())


@outcome("SME owners' income", "Rp", 1, "sum", party="owners of SMEs")
def owner_income(week: Week) -> float:
    """What owners of local shops draw and are left with, less what they put in: SME profit less the shops' cash."""
    return float(week.drawn[week.seller_kind == SME_KIND].sum())


@outcome("importer owners' income", "Rp", 0, "sum", party="owners of importers", home=False)
def owner_income_abroad(week: Week) -> float:
    """What owners of importers draw less what they put in."""
    return float(week.drawn[week.seller_kind == IMPORTER_KIND].sum())


@outcome("influencer income", "Rp", 1, "sum", party="influencers")
def influencer_income(week: Week) -> float:
    """Affiliate commissions."""
    return float(week.flow(payee="influencers"))


@outcome("platform profit", "Rp", 0, "sum", party="platform", home=False)
def platform_profit(week: Week) -> float:
    """All that the platform takes less all that it pays."""
    return float(week.flow(payee="platform") - week.flow(payer="platform"))


@outcome("rival channels' fees", "Rp", 0, "sum", party="rival channels")
def rival_profit(week: Week) -> float:
    """What the rival app, the rival marketplace and payment services take from sellers."""
    return float(week.flow(payee="rivals") - week.flow(payer="rivals"))


@outcome("public revenue less cost", "Rp", 1, "sum", party="treasury")
def tax_revenue(week: Week) -> float:
    """Taxes, duty and fines less support and oversight: what the treasury takes less what it pays."""
    return float(week.flow(payee="treasury") - week.flow(payer="treasury"))


@outcome("total surplus", "Rp", 1, "sum")
def total_surplus(week: Week) -> float:
    """Everybody's: that of all parties. Goods, freight, rents, set-up, compliance, oversight are nobody's surplus."""
    return _surplus(week, True) + _surplus(week, False)


@outcome("surplus at home", "Rp", 1, "sum")
def surplus_home(week: Week) -> float:
    """That of the parties at home: consumers, SMEs and their owners, influencers, rival channels, treasury."""
    return _surplus(week, True)


@outcome("surplus abroad", "Rp", 0, "sum")
def surplus_abroad(week: Week) -> float:
    """That of the parties abroad: the platform, importers and their owners."""
    return _surplus(week, False)


def _surplus(week: Week, home: bool) -> float:
    return sum(party.measure(week) for party in OUTCOMES.values() if party.party and party.home == home)


# ---- where the platform's profit and the state's revenue come from


@outcome("commissions", "Rp", 0, "sum")
def commission_income(week: Week) -> float:
    """What sellers pay the platform for what they sell through it."""
    return float(week.flow("commission", payee="platform"))


@outcome("advertising", "Rp", 0, "sum")
def advertising_income(week: Week) -> float:
    """What sellers pay the platform for slots in the feed."""
    return float(week.flow("advertising", payee="platform"))


@outcome("profit on own goods", "Rp", 0, "sum")
def own_goods_profit(week: Week) -> float:
    """Own sales less goods, entry, affiliates and refunds."""
    costs = ("own goods", "entry of own goods", "affiliates", "refunds")
    return float(week.flow("own sales", payee="platform") - sum(week.flow(cost, payer="platform") for cost in costs))


@outcome("subsidies", "Rp", 0, "sum")
def subsidy_cost(week: Week) -> float:
    """What the platform pays of its buyers' shipping."""
    return float(week.flow("subsidy", payer="platform"))


@outcome("VAT", "Rp", 0, "sum")
def vat_revenue(week: Week) -> float:
    """What buyers pay on top of the prices of those who are liable."""
    return float(week.flow("vat", payee="treasury"))


@outcome("duty", "Rp", 0, "sum")
def duty_revenue(week: Week) -> float:
    """What buyers pay on parcels that cross the border."""
    return float(week.flow("duty", payee="treasury"))


@outcome("tax on sellers", "Rp", 0, "sum")
def seller_tax_revenue(week: Week) -> float:
    """What platforms withhold of domestic sellers' sales."""
    return float(week.flow("seller tax", payee="treasury"))


@outcome("tax on the platform", "Rp", 0, "sum")
def platform_tax_revenue(week: Week) -> float:
    """What the platform pays on commissions and advertising."""
    return float(week.flow("platform tax", payee="treasury"))


@outcome("fines", "Rp", 0, "sum")
def fine_revenue(week: Week) -> float:
    """What the platform pays for rules broken unseen and for breaches."""
    return float(week.flow("fines", payee="treasury"))


@outcome("public cost", "Rp", -1, "sum")
def public_cost(week: Week) -> float:
    """What the treasury pays to support local sellers and to watch over the rules."""
    return float(week.flow(payer="treasury"))


# ---- the market


@outcome("platform's own share of sales", "share", 0, "mean")
def platform_share(week: Week) -> float:
    """Sales of the platform's own listings over all sales."""
    return week.sales(PLATFORM_KIND) / max(week.sales(), 1.0)


@outcome("imports' share of sales", "share", 0, "mean")
def import_share(week: Week) -> float:
    """Sales of goods sourced abroad over all sales."""
    return float(week.takings.sales[week.abroad].sum()) / max(week.sales(), 1.0)


@outcome("share of sales that cross the border", "share", 0, "mean")
def border_share(week: Week) -> float:
    """Sales of goods that cross the border parcel by parcel over all sales; other imports are stocked at home."""
    return float(week.takings.sales[week.border].sum()) / max(week.sales(), 1.0)


@outcome("influencers' credibility", "0 to 1", 1, "last")
def credibility(week: Week) -> float:
    """Mean credibility over influencers; 0 where there are none."""
    return float(week.credibility.sum()) / max(week.credibility.size, 1)


@outcome("concentration (HHI)", "1/n to 1", -1, "mean")
def hhi(week: Week) -> float:
    """H = Σ share² over sellers, the platform being one. Between 1/n and 1."""
    return herfindahl(week.by_seller())


@outcome("sales of the ten largest sellers", "share", -1, "mean")
def top_10_share(week: Week) -> float:
    """Sales of the ten sellers that sell most over all sales, the platform being one seller."""
    return share_of_largest(week.by_seller(), 10)


@outcome("inequality of SMEs' sales (Gini)", "0 to 1", -1, "mean")
def gini(week: Week) -> float:
    """G = Σ_r (2 r - n - 1) x_r / (n Σ x), x_r the r-th smallest sales among the n local sellers that sell."""
    return gini_index(week.sme_sales())


@outcome("spread of SMEs' sales", "sd of ln sales", -1, "mean")
def sales_log_sd(week: Week) -> float:
    """Standard deviation of ln sales over local sellers that sell."""
    return log_spread(week.sme_sales())


@outcome("spread of SMEs' sales within categories", "sd of ln sales", -1, "mean")
def sales_log_sd_within(week: Week) -> float:
    """Root mean square of ln sales less the category's mean, over local sellers that sell."""
    return log_spread(week.sme_sales(), week.category[week.selling_smes()])


@outcome("price index", "opening prices = 100", -1, "mean")
def price_index(week: Week) -> float:
    """100 Σ orders · p/p̄ over Σ orders: what an order costs against listed prices."""
    orders = week.takings.orders
    return float(100.0 * np.sum(orders * week.relative_price) / max(orders.sum(), TINY))


@outcome("own-price elasticity", "elasticity", 0, "mean")
def own_elasticity(week: Week) -> float:
    """-Σ A_j p_j/p̄_j over Σ Q_j: the mean own-price elasticity of designs, weighted by orders Q, sets as given."""
    return float(-np.sum(week.slope * week.relative_price) / max(week.takings.orders.sum(), TINY))


@outcome("SMEs' gross margin", "share", 0, "mean")
def gross_margin(week: Week) -> float:
    """(sales - fees - goods - ads) / (sales - fees) over local sellers: Lerner's index of what fees leave."""
    smes, takings = week.kind == SME_KIND, week.takings
    kept = float((takings.sales - takings.fees)[smes].sum())
    return float(takings.gross[smes].sum()) / kept if kept > 0 else 0.0


@outcome("conversion", "share of choice occasions", 0, "mean")
def conversion(week: Week) -> float:
    """Orders over choice occasions, one a person and week unless the market expands."""
    return float(week.takings.orders.sum() / max(week.occasions, TINY))


@outcome("consumer surplus a head", "Rp a week", 1, "mean")
def consumer_surplus_head(week: Week) -> float:
    """Consumer surplus over the people in the market."""
    return week.surplus / max(week.people, TINY)


@outcome("consumer surplus on other channels", "Rp", 0, "sum")
def surplus_elsewhere(week: Week) -> float:
    """Consumer surplus by the share of orders that do not go through the social app: what is displaced lands here."""
    return week.surplus * (1.0 - _channel_share(week, SOCIAL))


def _channel_share(week: Week, channel: int) -> float:
    return float(week.by_channel[channel] / max(week.by_channel.sum(), TINY))


@outcome("social app's share", "share of orders", 0, "mean")
def social_share(week: Week) -> float:
    """Orders through the social app over all orders."""
    return _channel_share(week, SOCIAL)


@outcome("rival app's share", "share of orders", 0, "mean")
def rival_app_share(week: Week) -> float:
    """Orders through the rival social app over all orders."""
    return _channel_share(week, RIVAL_APP)


@outcome("marketplace's share", "share of orders", 0, "mean")
def marketplace_share(week: Week) -> float:
    """Orders through the marketplace over all orders."""
    return _channel_share(week, MARKETPLACE)


@outcome("own sites' share", "share of orders", 0, "mean")
def own_site_share(week: Week) -> float:
    """Orders through sellers' own sites over all orders."""
    return _channel_share(week, OWN_SITE)


@outcome("impulse purchases", "share of orders", -1, "mean")
def impulse_share(week: Week) -> float:
    """Orders made where impulse is in play, paid within the social app, over all orders."""
    return float(week.impulse / max(week.takings.orders.sum(), TINY))


@outcome("variety", "designs in effect", 1, "mean")
def variety(week: Week) -> float:
    """exp(-Σ s ln s) over designs by orders (Hill number of order 1)."""
    share = week.takings.orders / max(week.takings.orders.sum(), TINY)
    share = share[share > 0]
    return float(np.exp(-np.sum(share * np.log(share))))


@outcome("SMEs' dependence on the social app", "share", -1, "mean")
def dependence(week: Week) -> float:
    """Share of local sellers' sales that go through the social app."""
    smes = week.kind == SME_KIND
    return float(week.takings.social_sales[smes].sum()) / max(week.sales(SME_KIND), 1.0)


@outcome("SMEs' reach", "exposure, a mean design = 1", 1, "mean")
def reach(week: Week) -> float:
    """How often the social feed shows a local seller's design, over how often it shows a mean design."""
    return week.reach


@outcome("SMEs' sales", "Rp", 1, "sum")
def sme_revenue(week: Week) -> float:
    """What local sellers take."""
    return week.sales(SME_KIND)


@outcome("orders", "orders", 0, "sum")
def orders(week: Week) -> float:
    """Orders of all people through all channels."""
    return float(week.takings.orders.sum())


@outcome("SMEs that entered", "SMEs", 1, "sum")
def entrants(week: Week) -> float:
    """Local sellers that entered."""
    return float(week.entered)


@outcome("SMEs that left", "SMEs", -1, "sum")
def exits(week: Week) -> float:
    """Local sellers that ran out of cash."""
    return float(week.left)


@outcome("SMEs on sale", "SMEs", 1, "last")
def live_smes(week: Week) -> float:
    """Local sellers, the opening's and later ones, alive at the end of the week."""
    return float(week.live_smes)


@outcome("opening SMEs alive", "SMEs", 1, "last")
def opening_smes_alive(week: Week) -> float:
    """Of the opening's SMEs, those alive at the end of the week."""
    return float(week.opening_smes_alive)


@outcome("bad orders", "share of orders", -1, "mean")
def bad_order_share(week: Week) -> float:
    """Orders that turn out bad over all orders, by channel and where goods come from."""
    return float(week.takings.bad.sum() / max(week.takings.orders.sum(), TINY))


@outcome("refunds", "Rp", 0, "sum")
def refunds(week: Week) -> float:
    """What sellers and the platform give back to consumers for bad orders."""
    return float(week.takings.refunds.sum())


@outcome("lock-in: habit of the social app", "0 to 1", 0, "mean")
def habit(week: Week) -> float:
    """Mean habit over consumers."""
    return week.ties.habit


@outcome("trust in the social app", "0 to 1", 1, "mean")
def trust(week: Week) -> float:
    """Mean trust over consumers."""
    return week.ties.trust


@outcome("attention to the social app", "share of feed and search", 0, "mean")
def attention(week: Week) -> float:
    """Mean chance over consumers that a feed or search slot is the social app's."""
    return week.ties.attention


@outcome("breaches of data", "breaches", -1, "sum")
def breaches(week: Week) -> float:
    """Breaches of the data that the platform keeps on consumers."""
    return float(week.ties.breaches)


@outcome("privacy exposure", "opening = 1", -1, "mean")
def privacy_exposure(week: Week) -> float:
    """Data that the platform keeps on consumers, who are counted by cluster, relative to the opening.

    Only orders of those whom it observes add to it.
    """
    return week.ties.exposure
