"""What is known of a week when it ends, and the registry of the outcomes that are measured on it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import loops
from ..arrays import Flags, Floats, Rows, Rupiah
from ..law.effective import WeekTerms
from ..settings.channels import Channels
from ..settings.platform import PlatformSetting
from ..settings.rival import RivalSetting
from ..state.channels import foreseen_loss
from ..state.influencers import Influencers
from ..state.ledger import Account, Ledger
from ..state.listings import NOT_PAUSED, OWN_KINDS, PLATFORM_KIND, SME_KIND, Listings
from ..state.records import Attachment, Settlement, StreetWeek, WeekDemand
from ..state.sellers import Sellers


@dataclass(frozen=True)
class Week:
    """What is known of a week when it ends. Dimensions: L designs; N shops, this week's entrants among them."""

    settlement: Settlement
    fixed: Rupiah  # (N,) Rp
    kind: NDArray[np.int8]  # (L,)
    seller: Rows  # (L,) row of its shop, or -1 for a platform's own
    foreign: Flags  # (L,)
    crosses_border: Flags  # (L,) of these, where each parcel crosses the border
    credibility: Floats  # of influencers
    slope: Floats  # (L,) A, orders of all people for a listed price
    occasions: float  # choice occasions of all people
    surplus: float  # Rp, all people
    live_smes: int  # on sale
    paused_smes: int
    closed_smes: int  # so far
    newly_paused: int  # SMEs that paused this week
    reopened: int  # SMEs that opened again this week
    opening_smes_alive: int  # on sale or paused
    entered: int
    left: int
    flow: Callable[..., int]  # the ledger's flows of the week: flow(purpose, payer=…, payee=…)
    by_channel: Floats  # (4,) orders of all people
    impulse: float  # orders with impulse in play
    reach: float  # mean exposure of SMEs in the social feed, 1 for a mean design
    own_feed: float  # share of the social feed that shows own goods
    people: float  # heads
    from_app: Flags  # (N,) who opened on the social app
    hours: Rupiah  # (N,) Rp, what owners' hours would have earned elsewhere
    seller_kind: NDArray[np.int8]  # (N,)
    seller_category: Rows  # (N,)
    cash_kept: Rupiah  # (N,) Rp, by which the shop's cash grew
    drawn: Rupiah  # (N,) Rp, what its owner took out less what it put in, forgone earnings among it
    ties: Attachment  # of consumers to the social app
    fees: PlatformSetting  # the platform's terms, as the rules let them
    sold_share: float  # of the feed's slots, none where there is no feed
    marketplace: RivalSetting  # its terms, as the rules let them
    others_abroad: float  # share of what the rival app and payment services take whose owners are abroad
    street: StreetWeek

    def sales(self, kind: int | None = None) -> float:
        """Sales in Rp, of one kind of seller or of all."""
        return self.total(self.settlement.sales, kind)

    def total(self, rupiah: Rupiah, kind: int | None = None) -> float:
        """The sum of rupiah by design (L,), of one kind of seller or of all."""
        return float(rupiah.sum() if kind is None else loops.total_of_kind(rupiah, self.kind, kind))

    def total_of_shops(self, rupiah: Rupiah, kind: int) -> float:
        """The sum of rupiah by shop (N,) over those of a kind."""
        return float(loops.total_of_kind(rupiah, self.seller_kind, kind))

    @cached_property
    def orders(self) -> float:
        """Orders of all people through all channels."""
        return float(self.settlement.orders.sum())

    @cached_property
    def surplus_home(self) -> float:
        """Surplus of the parties at home, Rp."""
        return self._surplus(home=True)

    @cached_property
    def surplus_abroad(self) -> float:
        """Surplus of the parties abroad, Rp."""
        return self._surplus(home=False)

    def _surplus(self, home: bool) -> float:
        return sum(self.measured(name) for name, at_home in SURPLUS_OF.items() if at_home == home)

    def measured(self, name: str) -> float:
        """The week's value of an outcome, measured once."""
        known = self._known
        if name not in known:
            known[name] = OUTCOMES[name].measure(self)
        return known[name]

    def append_to(self, series: Mapping[str, list[float]]) -> None:
        """Append the week's value of each outcome to its series."""
        for name, values in series.items():
            values.append(self.measured(name))

    @cached_property
    def _known(self) -> dict[str, float]:
        return {}

    def by_shop(self, values: NDArray[Any]) -> Floats:
        """Sums over each shop's designs of values by design (L,), without platforms' own. (N,)"""
        return longer(loops.first_by_shop(self.seller, values.astype(float)), self.seller_kind.size)

    @cached_property
    def shop_sales(self) -> Floats:
        """Sales of each shop in Rp. (N,)"""
        return self.by_shop(self.settlement.sales)

    @cached_property
    def shop_gross(self) -> Floats:
        """Gross profit of each shop in Rp. (N,)"""
        return self.by_shop(self.settlement.gross)

    @cached_property
    def selling_smes(self) -> Flags:
        """(N,) local sellers with sales this week."""
        return np.asarray((self.seller_kind == SME_KIND) & (self.shop_sales > 0))

    @cached_property
    def sme_sales(self) -> Floats:
        """Sales in Rp of the local sellers that have any."""
        return self.shop_sales[self.selling_smes]

    @cached_property
    def by_seller(self) -> Floats:
        """Sales of each seller in Rp, the app's owner being one, and a marketplace that sells being another."""
        there = self.settlement.fixed.size  # who has come this week sells from the next on
        own = [self.sales(kind) for kind in OWN_KINDS if kind == PLATFORM_KIND or self.sales(kind)]
        return np.append(self.shop_sales[:there], own)

    def profit(self, kind: int) -> float:
        """Profit after fixed costs in Rp, of one kind of shop."""
        return self.profit_of(self.seller_kind == kind)

    def profit_of(self, mine: Flags) -> float:
        """Profit after fixed costs in Rp, of these shops (N,)."""
        return float(self._shop_profit[mine].sum())

    @cached_property
    def _shop_profit(self) -> Floats:
        return self.shop_gross - self.fixed


def week_record(
    sellers: Sellers,
    listings: Listings,
    influencers: Influencers,
    ledger: Ledger,
    demand: WeekDemand,
    street: StreetWeek,
    settlement: Settlement,
    ties: Attachment,
    terms: WeekTerms,
    visits: float,
    heads: float,
    setup: Rupiah,
    entered: int,
) -> Week:
    """The record of the week that ends.

    visits: choice occasions a head; heads: people in the market; setup: what shops paid for new channels, or to be
    opened as an owner's second one, Rp, (N,) without this week's entrants; entered: SMEs.
    """
    sold, people = settlement.orders.size, terms.people
    shops = sellers.kind, sellers.exit_week, sellers.paused_week, sellers.opened_week, sellers.entry_week
    on_sale, paused, closed, newly_paused, reopened, left, opening = loops.counts_of_shops(*shops, terms.week)
    return Week(
        settlement=settlement,
        fixed=longer(settlement.fixed, len(sellers)) + longer(setup, len(sellers)),
        kind=listings.kind[:sold],
        seller=listings.seller[:sold],
        foreign=listings.foreign[:sold],
        crosses_border=listings.crosses_border[:sold],
        credibility=influencers.credibility,
        slope=demand.slope * people,
        occasions=visits * heads,
        surplus=demand.surplus * people + unforeseen(settlement, terms.channels, terms.order_value) + street.surplus,
        live_smes=on_sale,
        paused_smes=paused,
        closed_smes=closed,
        newly_paused=newly_paused,
        reopened=reopened,
        opening_smes_alive=opening,
        entered=entered,
        left=left,
        flow=ledger.flow,
        ties=ties,
        by_channel=demand.orders.sum(axis=0) * people,
        impulse=demand.impulse * people,
        reach=mean_reach(sellers, listings, terms.week),
        own_feed=own_feed(listings, terms.week),
        people=heads,
        from_app=sellers.from_app,
        hours=longer(settlement.hours, len(sellers)),
        seller_kind=sellers.kind,
        seller_category=sellers.category,
        cash_kept=ledger.change(Account.SELLERS),
        drawn=ledger.change(Account.OWNERS),
        fees=terms.platform,
        sold_share=terms.sold_share,
        marketplace=terms.rival,
        others_abroad=terms.channels.others_abroad,
        street=street,
    )


def longer(values: NDArray[Any], shops: int) -> NDArray[Any]:
    """The same of so many shops: those that have just come have nothing yet."""
    grown = np.zeros(shops, values.dtype)
    grown[: values.size] = values
    return grown


def unforeseen(settlement: Settlement, channels: Channels, order_value: float) -> float:
    """Σ (V^e - V^d) of bad orders in Rp: refunds - E · bad · (cost - what the choice counted).

    A bad order costs α_i · cost in utility, that is E · cost in rupiah whoever bought it; the choice counted
    α_i · foreseen (cost - refunded), as if the listed price came back.
    """
    missed = channels.bad_cost - foreseen_loss(channels)
    return float(settlement.refunds.sum() - order_value * missed * settlement.bad.sum())


def mean_reach(sellers: Sellers, listings: Listings, week: int) -> float:
    """Mean exposure in the social feed over the SMEs' designs of the week; NaN where there are none."""
    gone = (sellers.exit_week == week) & (sellers.paused_week == NOT_PAUSED)
    there = (sellers.on_sale & (sellers.opened_week < week)) | gone | (sellers.paused_week == week)
    smes = listings.of_shops((sellers.kind == SME_KIND) & (sellers.entry_week < week) & there, own=False)
    shown = listings.past_shown[smes, listings.page(week)]
    return ratio(float(shown.sum()), shown.size)


def own_feed(listings: Listings, week: int) -> float:
    """Share of the week's social feed, before comparison, that shows own goods; NaN for an empty feed."""
    shown = listings.past_shown[:, listings.page(week)]
    return ratio(float(shown[listings.own].sum()), float(shown.sum()))


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
    of_some: bool = False  # whether it is of something that a week may be without, and then NaN, that is null

    def of_run(self, series: Floats) -> float | None:
        """The run's value from its weekly series; weeks without a value are left out, null where none has one."""
        there = series[-1:] if self.over == "last" else series
        there = there[~np.isnan(there)] if self.of_some else there
        if there.size == 0:
            return None
        return float(np.sum(there)) if self.over == "sum" else float(np.mean(there))


@dataclass(frozen=True)
class Survival:
    """The share of the opening's small shops that live at the end of a week; null for a shorter run.

    of: SMEs online, those on the app, offline shops (`street`), or both online and offline (`all`).
    """

    week: int
    of: str = "sme"
    unit: str = "share"
    direction: int = 1
    weekly: bool = False
    party: str = ""
    home: bool = True

    @property
    def name(self) -> str:
        """The outcome's column."""
        return f"{self.of}_survival_{self.week}w"

    @property
    def label(self) -> str:
        """The outcome in words."""
        return f"{SURVIVORS[self.of]} alive after {self.week} weeks"


SURVIVORS = {
    "sme": "opening SMEs",
    "app_sme": "opening SMEs on the app",
    "street": "opening shops in the street",
    "all": "opening SMEs and shops in the street",
}


def ratio(part: float, whole: float) -> float:
    """part / whole; NaN where there is no whole."""
    return part / whole if whole > 0.0 else math.nan


def herfindahl(sales: Floats) -> float:
    """H = Σ share². sales (n,) ≥ 0; NaN where nothing is sold."""
    total = sales.sum()
    return float(np.sum((sales / total) ** 2)) if total > 0 else math.nan


def share_of_largest(sales: Floats, number: int) -> float:
    """The share of so many largest in all sales (n,) ≥ 0; NaN where nothing is sold."""
    return ratio(float(np.sort(sales)[-number:].sum()), float(sales.sum()))


def gini_index(sales: Floats) -> float:
    """G = Σ_r (2 r - n - 1) x_r / (n Σ x), x_r the r-th smallest of sales (n,) ≥ 0; NaN where nothing is sold."""
    n = sales.size
    return ratio(float(np.sum((2.0 * np.arange(1, n + 1) - n - 1) * np.sort(sales))), float(n * sales.sum()))


def log_spread(sales: Floats, group: Rows | None = None) -> float:
    """Standard deviation of ln sales (n,) > 0, about the mean of each one's `group` (n,) where given; NaN for none."""
    if sales.size == 0:
        return math.nan
    log = np.log(sales)
    member = np.zeros(log.size, np.int64) if group is None else group
    mean = np.bincount(member, log) / np.maximum(np.bincount(member), 1)
    return float(np.sqrt(np.mean((log - mean[member]) ** 2)))


OUTCOMES: dict[str, Any] = {
    survival.name: survival for of in SURVIVORS for week in (52, 104, 156) for survival in [Survival(week, of)]
}
SURPLUS_OF: dict[str, bool] = {}  # the outcomes that are a party's surplus, and whether it is at home


def outcome(
    label: str, unit: str, direction: int, over: str, party: str = "", home: bool = True, *, of_some: bool = False
) -> Callable[[Callable[[Week], float]], Any]:
    """Decorator: register a weekly outcome under its function's name.

    of_some: it is a share or mean of what a week may be without (orders, sellers, influencers), and NaN in such a week.
    """

    def register(measure: Callable[[Week], float]) -> Callable[[Week], float]:
        name = measure.__name__
        OUTCOMES[name] = Outcome(name, label, unit, direction, over, measure, party=party, home=home, of_some=of_some)
        if party:
            SURPLUS_OF[name] = home
        return measure

    return register
