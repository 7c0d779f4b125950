"""First-party goods: what own listings cost, what they may be sold for, and what a copy of a design would earn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..arrays import TINY, Flags, Floats, Rows
from ..chance import Chance, Stream
from ..law.border import stopped_at_border
from ..law.conduct import OwnGoods
from ..law.effective import Arm, WeekTerms
from ..law.rules import raised
from ..settings.platform import PlatformSetting
from ..state.listings import Listings

TEN_MONTHS = 43.5  # weeks


@dataclass(frozen=True)
class FirstParty:
    """An own-goods arm's arithmetic on a week's terms. `brand`: made abroad as its own, else bought in at home."""

    listings: Listings
    opening_cost: Floats  # (J,) unit cost of the opening's listings, Rp
    setting: PlatformSetting  # what it goes by, as its platform wishes
    terms: WeekTerms
    chance: Chance
    number: int = 0  # of the week's arms, the app's first

    @property
    def arm(self) -> Arm:
        """Whose arm it is, where it sells, and what the rules leave of it."""
        return self.terms.arms[self.number]

    @property
    def kind(self) -> int:
        """Of its listings, one of `OWN_KINDS`."""
        return self.arm.owner.kind

    @property
    def own(self) -> Flags:
        """(L,) its own listings."""
        return self.listings.own_of(self.kind)

    @property
    def live_own(self) -> Rows:
        """Rows of its own listings on sale."""
        return np.flatnonzero(self.listings.on_sale & self.own)

    def cost_share(self, brand: Any) -> Any:
        """Unit cost of a copy over its original's, before standards; brand one or an array."""
        return 1.0 - np.where(brand, self.setting.cost_advantage, self.setting.resale_cost_advantage)

    def unit_cost(self, rows: Any, brand: Any) -> Any:
        """Unit cost of copies of these listings, with what standards for foreign goods add. Rp."""
        cost = self.cost_share(brand) * self.opening_cost[self.listings.template[rows]]
        return cost * (1.0 + self.terms.rules.standards * brand)

    def undercut(self, brand: Any) -> Any:
        """Share of the original's price that buyers save; brand one or an array."""
        return np.where(brand, self.setting.undercut, self.setting.resale_undercut)

    def price_share(self, rows: Any, brand: Any) -> Any:
        """Price of a copy over its original's: undercut by what buyers pay, the taxes on either in it.

        An own brand pays duty where its parcel is worth more than the de minimis.
        """
        listings, terms = self.listings, self.terms
        share = (1.0 - self.undercut(brand)) * ((1.0 + listings.tax[rows]) / (1.0 + terms.government.vat))
        worth = terms.order_value * share * listings.price[rows] / listings.listed[rows]
        return share / (1.0 + terms.duty * (brand & (worth > terms.duty_free)))

    def floor_base(self, rows: Rows, cost: Floats) -> Floats:
        """c + f p̄/E, what floors are multiples of: unit cost with the freight f that it pays. Rp a unit."""
        freight = min(self.arm.owner.fees.subsidy, self.terms.channels.shipping)
        return np.asarray(cost + freight * self.listings.listed[rows] / self.terms.order_value)

    def lawful_price(self, rows: Rows, asked: Floats, cost: Floats) -> Floats:
        """What own listings of these designs may be sold for where it would ask less. Rp a unit, of the rows."""
        floors = self.arm.rules.own_floor
        return raised(asked, self.floor_base(rows, cost), floors) if floors else asked

    def asked(self, rows: Rows) -> Floats:
        """What it would ask for own listings without a floor. Rp a unit, of the rows."""
        asked = self.listings.asked[rows]
        return np.where(asked == 0.0, self.listings.price[rows], asked)

    def keep_to_floor(self) -> None:
        """Own prices are at least the floor; what it would ask without one is kept beside."""
        listings, own = self.listings, np.flatnonzero(self.own)
        if not self.arm.rules.own_floor and not listings.asked[own].any():
            return
        listings.asked[own] = asked = self.asked(own)
        cost = listings.unit_cost(own, self.terms.rules.standards)
        listings.price[own] = self.lawful_price(own, asked, cost)

    def profit_an_order(self, rows: Rows, brand: Any, doubt: Any = 1.0) -> Floats:
        """Capture · (E/p̄_j) [p_copy (1 - f) - c_copy - τ p_j]: what a copy brings for each order of its original, Rp.

        f: fulfilment; τ p_j: the commission that it gives up; doubt: what it takes the cost for, over what it is.
        """
        setting, listings = self.setting, self.listings
        cost = doubt * self.unit_cost(rows, brand)
        price = self.lawful_price(rows, self.price_share(rows, brand) * listings.price[rows], cost)
        margin = price * (1.0 - setting.fulfilment) - cost - self.arm.owner.fees.commission * listings.price[rows]
        return np.asarray(setting.capture * self.terms.order_value / listings.listed[rows] * margin)

    def cost_doubt(self, rows: Rows) -> Floats:
        """What it takes the unit costs of these designs for, over what they are: lognormal, keyed by design.

        It knows them better with sellers' data than without.
        """
        setting, data = self.setting, self.arm.rules.seller_data
        sd = setting.cost_doubt_blind + data * (setting.cost_doubt - setting.cost_doubt_blind)
        return np.exp(sd * self.chance.one_normal(Stream.COST_SIGNAL, self.number, 0, self.listings.id[rows]))

    @property
    def planned(self) -> float:
        """N(t) = J · B (1 - e^{-t/T}): how many own listings it would have by now, J designs of shops being on sale.

        B is the bound `own_share`, and T such that a share `pace` of designs is copied in ten months.
        """
        setting, listings = self.setting, self.listings
        bound, pace = setting.own_share, setting.pace
        reached = 1.0 if pace >= bound else 1.0 - (1.0 - pace / bound) ** (self.terms.week / TEN_MONTHS)
        return float(bound * reached * listings.live_sellers.size)

    @property
    def luck(self) -> float:
        """The run's uniform, by which the arm's numbers of own listings are rounded."""
        return float(self.chance.uniform(Stream.ASSORTMENT, self.number)[0, 0])

    def stopped(self, rows: Rows, price: Floats) -> Flags:
        """Whether own brands of these designs at these prices would be stopped at the border."""
        rules, dollar = self.terms.rules, self.terms.government.exchange_rate
        return stopped_at_border(
            self.listings, rows, price, rules.border_eligible, rules.border_floor, dollar, self.chance
        )

    def better_made(self, rows: Rows, price: Floats) -> Flags:
        """Whether copies of these designs may be made abroad at these prices and earn more so than bought in."""
        originals = self.listings.original[rows].astype(np.int64)
        earned = self.profit_an_order(originals, True) >= self.profit_an_order(originals, False)
        return np.asarray(earned & ~self.stopped(rows, price))

    def purchases(self, rows: Rows) -> Floats:
        """What these listings' goods cost, Rp a week of the last weeks, of the rows."""
        listings = self.listings
        units = listings.recent(listings.past_orders)[rows] * self.terms.order_value / listings.listed[rows]
        return np.asarray(units * listings.unit_cost(rows, self.terms.rules.standards))

    def on_sale(self) -> OwnGoods:
        """Its own listings on sale, as the law sees them."""
        listings, own = self.listings, self.live_own
        cost = listings.unit_cost(own, self.terms.rules.standards)
        return OwnGoods(
            listings=own.size,
            brands=int(np.count_nonzero(listings.foreign[own])),
            planned=self.planned,
            luck=self.luck,
            purchases=float(self.purchases(own).sum() / max(self.purchases(listings.live_smes).sum(), TINY)),
            price=listings.price[own],
            asked=self.asked(own),
            base=self.floor_base(own, cost),
        )
