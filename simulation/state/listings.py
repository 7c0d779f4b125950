"""Listings: every design that is or was on sale. A row a design; a shop, a row in `Sellers`, has one or several."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import loops
from ..arrays import Flags, Floats, Masks, Rows, Rupiah
from .table import Table, column, table

KINDS = ("sme", "importer", "platform", "marketplace")
SME_KIND, IMPORTER_KIND, PLATFORM_KIND, MARKETPLACE_KIND = range(4)
OWN_KINDS = (PLATFORM_KIND, MARKETPLACE_KIND)  # own goods of the app's owner, and of a marketplace of another one
COPY_BITS = {PLATFORM_KIND: 2, MARKETPLACE_KIND: 4}  # of a copy's id, by which it differs from that of its original
STILL_THERE = NOT_PAUSED = NOBODYS = -1


def listing_id(category: Rows, week: int, number: Rows, owner: int = 0) -> Rows:
    """A stable id: who owns it, its category, the week it came, and its number among those."""
    return np.asarray((np.int64(owner) << 56) | (category.astype(np.int64) << 40) | (np.int64(week) << 24) | number)


def mean_of_life(past: Floats, recorded: int, entry_week: Rows, opening_rows: int) -> Floats:
    """Mean of the weeks of memory that a row has lived; the opening's, the first so many, have lived them all.

    past (n, M), entry_week (n,); recorded: the last week of the past. (n,)
    """
    mean = np.empty(len(past))
    loops.mean_of_life(past, recorded, entry_week, opening_rows, mean)
    return mean


@table
class Listings(Table):
    """Every listing that ever was, by row, in the order of entry. L rows, M weeks of memory, 4 channels H."""

    # who sells it
    id: Rows = column(
        np.int64,
        "",
        "stable id of owner's kind, category, week of entry and number among those: the key of its chance",
        of="seller",
    )
    seller: Rows = column(np.int64, "row", "its shop, in `Sellers`; -1 for a platform's own", of="seller")
    kind: NDArray[np.int8] = column(
        np.int8,
        "",
        "0 SME, 1 importer, 2 own goods of the app's owner, 3 of a marketplace of another owner",
        of="seller",
    )
    channel_mask: Masks = column(
        np.int32,
        "",
        "channels its shop keeps, a bit each: 1 social app, 2 rival app, 4 marketplace, 8 own site",
        of="seller",
    )
    entry_week: Rows = column(np.int64, "week", "the week in which it came; 0 for the opening", of="seller")
    exit_week: Rows = column(
        np.int64, "week", "the week in which it left, or -1 while it is there", newcomer=STILL_THERE, of="seller"
    )
    paused: Flags = column(bool, "", "whether its shop pauses, so that it is off sale", newcomer=False, of="seller")
    pause_outlook: Floats = column(
        float,
        "ln orders",
        "its shock and ln of the market's mean orders when its shop paused",
        newcomer=0.0,
        of="seller",
    )
    foreign: Flags = column(bool, "", "whether its goods are made abroad", newcomer=False, of="seller")
    crosses_border: Flags = column(
        bool,
        "",
        "whether it ships each parcel across the border; false where it sells from stock in the country",
        newcomer=False,
        of="seller",
    )
    ad_bid: Floats = column(float, "share of gross profit on the app", "bid for ad slots", newcomer=0.0, of="seller")
    channel_orders: Floats = column(
        float, "orders", "orders by channel since its shop last reviewed them", dims=("H",), newcomer=0.0, of="seller"
    )
    revenue: Rupiah = column(np.int64, "Rp", "sales over the run", newcomer=0, of="seller")
    social_revenue: Rupiah = column(np.int64, "Rp", "sales over the run on the social app", newcomer=0, of="seller")
    earned: Rupiah = column(
        np.int64, "Rp", "gross profit over the run; of own goods less what their entry cost", newcomer=0, of="seller"
    )
    # the design
    category: Rows = column(np.int64, "", "position of its category in `Opening.categories`", of="design")
    original: NDArray[np.int32] = column(
        np.int32, "row", r"$o(j)$: the row itself, for a copy that of its original", of="design"
    )
    template: Rows = column(np.int64, "row", "the opening listing that it is modelled on", of="design")
    copy: NDArray[np.int32] = column(
        np.int32, "row", "its live copy, whosever it is, or -1 for none", newcomer=-1, of="design"
    )
    copied_week: Rows = column(
        np.int64, "week", "the week in which a platform first copied it, or -1 for never", newcomer=-1, of="design"
    )
    copyable: Floats = column(
        float, "0 to 1", "how far others can make it: less where the seller's effort matters", newcomer=1.0, of="design"
    )
    place: Floats = column(
        float, r"unit vector in $\mathbb{R}^4$", r"$y_j$, place in taste space", dims=("taste",), of="design"
    )
    quality: Floats = column(float, "utility", r"$q_j$, the same for all consumers", of="design")
    reputation: Floats = column(float, "utility", r"$r_j$, from its rating at the opening", of="design")
    shock: Floats = column(
        float, "utility", r"$z_j$, shock to demand; a copy sells under that of its original", of="design"
    )
    lean: Floats = column(
        float,
        "0 to 1",
        r"$l_j$, where its customers are: weights of the app's tables are times $2 l_j$, others' times $2 (1 - l_j)$",
        newcomer=0.5,
        of="design",
    )
    shock_sd: Floats = column(float, "utility", r"$\sigma_j$, stationary sd of the shock", of="design")
    awareness: Floats = column(float, "share", "consumers who have heard of it, of all", newcomer=1.0, of="design")
    seen: Floats = column(
        float,
        "opening weeks of a mean listing's orders",
        r"$n_j$, the platform's data on it",
        newcomer=0.0,
        of="design",
    )
    seen_there: Floats = column(
        float, "opening weeks of a mean listing's orders", "the marketplace's data on it", newcomer=0.0, of="design"
    )
    effort: Floats = column(
        float, "utility", "$S_j$, quality that its seller's effort upholds without a threat", newcomer=0.0, of="design"
    )
    lapse: Floats = column(
        float, "utility", "quality that it has lost because its seller puts less effort in", newcomer=0.0, of="design"
    )
    threat: Floats = column(
        float,
        "share",
        "$L_j$, of what effort returns, what its seller fears to lose to a copy",
        newcomer=0.0,
        of="design",
    )
    # the offer
    listed: Floats = column(float, "Rp a unit", r"$\bar p_j$, the listed price, which stays", of="offer")
    price: Floats = column(float, "Rp a unit", r"$p_j$, what it asks this week, taxes apart", of="offer")
    cost: Floats = column(float, "Rp a unit", r"$c_j$, before what standards add to foreign goods", of="offer")
    asked: Floats = column(
        float,
        "Rp a unit",
        "what an own listing would ask without a floor; 0 before there was one",
        newcomer=0.0,
        of="offer",
    )
    affiliate: Floats = column(float, "share of price", r"$\kappa_j$, commission to influencers", of="offer")
    blocked: Flags = column(bool, "", "whether the rules keep it off sale this week", newcomer=False, of="offer")
    vat: Floats = column(float, "share of price", "value-added tax that buyers pay on top", newcomer=0.0, of="offer")
    duty: Floats = column(float, "share of price", "duty that buyers pay on top", newcomer=0.0, of="offer")
    past_orders: Floats = column(float, "orders", r"$Q_j$ of the last $M$ weeks", dims=("M",), newcomer=0.0, of="offer")
    past_seen: Floats = column(
        float,
        "orders",
        "those of the last $M$ weeks through channels that the platform runs: what it sees of them",
        dims=("M",),
        newcomer=0.0,
        of="offer",
    )
    past_there: Floats = column(
        float, "orders", "those of the last $M$ weeks through the marketplace", dims=("M",), newcomer=0.0, of="offer"
    )
    past_slope: Floats = column(
        float, "orders a listed price", r"$A_j$ of the last $M$ weeks", dims=("M",), newcomer=0.0, of="offer"
    )
    past_gross: Floats = column(
        float, "Rp", r"$G_j$, gross profit of the last $M$ weeks", dims=("M",), newcomer=0.0, of="offer"
    )
    past_fees: Floats = column(
        float,
        "orders",
        r"orders × the share that fees took, of the last $M$ weeks",
        dims=("M",),
        newcomer=0.0,
        of="offer",
    )
    past_shown: Floats = column(
        float,
        "a mean design = 1",
        "how often the social feed showed it, in the last $M$ weeks",
        dims=("M",),
        newcomer=0.0,
        of="offer",
    )
    # beside the columns
    opening_rows: int  # the first so many are the opening's
    recorded: int = 0  # the last week whose trade stands in the past
    learned: dict[str, NDArray[Any]] = dataclasses.field(default_factory=dict)  # what a pricing strategy notes, by row

    # ---- who is there

    @property
    def on_sale(self) -> Flags:
        """(L,) whether a listing is on sale: it has not left, and its shop does not pause."""
        return np.asarray((self.exit_week == STILL_THERE) & ~self.paused)

    @property
    def live(self) -> Rows:
        """Rows of the listings on sale."""
        return self._on_sale_of(SME_KIND, MARKETPLACE_KIND)

    @property
    def own(self) -> Flags:
        """(L,) platforms' own listings."""
        return np.asarray(self.kind >= PLATFORM_KIND)

    @property
    def live_own(self) -> Rows:
        """Rows of platforms' own listings on sale."""
        return self._on_sale_of(PLATFORM_KIND, MARKETPLACE_KIND)

    @property
    def live_sellers(self) -> Rows:
        """Rows of the listings on sale that are no platform's."""
        return self._on_sale_of(SME_KIND, IMPORTER_KIND)

    @property
    def live_smes(self) -> Rows:
        """Rows of the local sellers on sale."""
        return self._on_sale_of(SME_KIND, SME_KIND)

    def _on_sale_of(self, least: int, most: int) -> Rows:
        """Rows of the listings on sale of these kinds."""
        return np.asarray(loops.rows_on_sale(self.exit_week, self.paused, self.kind, least, most))

    def own_of(self, kind: int) -> Flags:
        """(L,) own listings of one of `OWN_KINDS`."""
        return np.asarray(self.kind == kind)

    def seen_by(self, kind: int) -> tuple[Floats, Floats]:
        """What an owner of this kind has seen of every design: orders of the last weeks (L, M), and data (L,)."""
        return (self.past_seen, self.seen) if kind == PLATFORM_KIND else (self.past_there, self.seen_there)

    # ---- shops and their designs

    def by_shop(self, values: NDArray[Any]) -> Floats:
        """Sums over each shop's designs, (N,) by row of `Sellers`; what is a platform's own is left out.

        values: of the first so many of all rows.
        """
        return np.asarray(loops.first_by_shop(self.seller, np.ascontiguousarray(values, float)))

    def of_shops(self, values: NDArray[Any], own: Any) -> NDArray[Any]:
        """Each listing's shop's value, (L,), of values by shop (N,); `own` for a platform's own."""
        return np.where(self.seller >= 0, values[self.seller], own)

    def designs_of(self, shops: Rows) -> Rows:
        """Rows of all designs of these shops."""
        return np.asarray(loops.designs_of(self.seller, shops))

    # ---- what an order is worth

    @property
    def tax(self) -> Floats:
        """t (L,), by which the price to the buyer is p (1 + t)."""
        return self.vat + self.duty

    @property
    def relative_price(self) -> Floats:
        """p (1 + t) / p̄ (L,): what buyers pay the seller and the state, over the listed price."""
        return self.price / self.listed * (1.0 + self.tax)

    @property
    def value(self) -> Floats:
        """Quality + shock of the design + reputation, utility. (L,)"""
        return self.quality + self.shock[self.original] + self.reputation

    def unit_cost(self, rows: Any, standards: float) -> Floats:
        """Unit cost of these listings with what standards add to foreign goods, a share. Rp, shape of `rows`."""
        return np.asarray(self.cost[rows] * (1.0 + standards * self.foreign[rows]))

    def affiliate_rate(self, bonus: float) -> Floats:
        """What an influencer gets of orders through it, the app's bonus for its own goods in it. Share, (L,)."""
        return np.asarray(self.affiliate + bonus * self.own_of(PLATFORM_KIND))

    # ---- the past

    def page(self, week: int) -> int:
        """Where a week stands in the past."""
        return week % self.past_orders.shape[1]

    def record(
        self,
        week: int,
        orders: Floats,
        by_channel: Floats,
        slope: Floats,
        gross: Rupiah,
        fees: Rupiah,
        sales: Rupiah,
        *,
        people: float,
        seen_on: tuple[int, ...],
        there_on: int,
    ) -> None:
        """Write a week's trade over the oldest one; who pauses keeps the past it paused with.

        orders, sales, gross profit and fees (L,) of all people; by_channel (L, 4) and slope (L,), as prices with taxes
        move them, of one consumer a person, of whom there are `people`; the app's owner sees what is bought through
        `seen_on`, the marketplace through `there_on`.
        """
        self.recorded = week
        pasts = self.past_orders, self.past_seen, self.past_there, self.past_slope, self.past_gross, self.past_fees
        trade = orders, by_channel, slope, self.vat, self.duty, gross, fees, sales
        loops.note_trade(*pasts, self.page(week), self.paused, *trade, people, np.array(seen_on), there_on)

    def note_shown(self, week: int, often: Floats) -> None:
        """Write how often a week's feed showed each listing, (L,), over the oldest week; who pauses keeps its past."""
        loops.note_week(self.past_shown, self.page(week), self.paused, often)

    def last(self, past: Floats, rows: Any = slice(None)) -> Floats:
        """The last recorded week of a past (L, M), of these rows."""
        return past[rows, self.page(self.recorded)]

    def recent(self, past: Floats) -> Floats:
        """Mean over the weeks of memory that a listing has lived. past (L, M) to (L,)."""
        return mean_of_life(past, self.recorded, self.entry_week, self.opening_rows)

    def popularity(self, mean_orders: float, prior: float) -> Floats:
        """Mean orders of the last weeks relative to the opening's mean listing, plus the prior. (L,)"""
        return self.recent(self.past_orders) / mean_orders + prior

    def append(self, rows: int, **given: Any) -> Rows:
        """Add rows to all columns and to what pricing strategies have noted; returns their numbers."""
        new = Table.append(self, rows, **given)
        for name, notes in self.learned.items():
            self.learned[name] = np.concatenate([notes, np.zeros((rows, *notes.shape[1:]), notes.dtype)])
        return new

    def take(self, rows: Any) -> Listings:
        """A table of these rows, in this order; a slice of all is a copy."""
        taken = Table.take(self, rows)
        taken.learned = {name: np.array(notes[rows]) for name, notes in self.learned.items()}
        taken.opening_rows = int(np.count_nonzero(np.arange(len(self))[rows] < self.opening_rows))
        return taken

    def fault(self) -> str | None:
        """The first column, or note of a pricing strategy, that holds NaN or infinity or has a wrong length."""
        for name, notes in self.learned.items():
            if len(notes) != len(self) or (notes.dtype.kind == "f" and not np.isfinite(notes.sum())):
                return name
        return Table.fault(self)

    def note(self, rows: Rows, notes: dict[str, NDArray[Any]]) -> None:
        """Keep what a pricing strategy noted of these rows; other rows keep theirs, or zeros. Older notes go."""
        self.learned = {name: known for name, known in self.learned.items() if name in notes}
        for name, values in notes.items():
            known = self.learned.get(name)
            if known is None:
                known = self.learned[name] = np.zeros((len(self), *values.shape[1:]), values.dtype)
            known[rows] = values


PAST = tuple(name for name, one in Listings.columns().items() if "M" in one.dims)  # the last weeks of each listing
