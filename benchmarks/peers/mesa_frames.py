"""The consumers' week in mesa-frames: consumers are a table of polars, and their week is expressions over its columns.

The rules are those of `simulation.demand.browsing` in the mode `sampled` with expected books; chance comes from the
model's generator. What one looks up is gathered by row from a series, nothing is joined; an empty slot is null; the
query is lazy, so that polars itself drops what is asked for twice or not at all; and only those who see a design and
its copy go through the nest.
"""

from __future__ import annotations

from functools import reduce
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF
from numpy.typing import NDArray
from polars import col, when

from benchmarks.week import EMPTY, MARKETPLACE, SOCIAL, Books, Floats, K, Rows, Sets, Week

TRAITS = ("alpha", "impulsiveness", "privacy", "habit", "trust", "attention")


def series(values: NDArray[Any], empty: bool = False) -> pl.Series:
    """A table to look up, null where nothing is there."""
    table = pl.Series(values)
    return table.set(table == EMPTY, None) if empty else table


def at(table: pl.Series, place: pl.Expr) -> pl.Expr:
    """What a table has there."""
    return pl.lit(table).gather(place)


def by(name: str, slots: int) -> list[pl.Expr]:
    """A column for each slot."""
    return [col(f"{name}_{slot}") for slot in range(slots)]


class Consumers(AgentSetPolars):
    """All consumers. `step` is their week; its books are in `books`."""

    agents: pl.DataFrame
    books: Books

    def __init__(self, model: ModelDF, week: Week) -> None:
        super().__init__(model)
        self.week, self.rng = week, model.random
        self.read_tables(week)
        columns = {name: getattr(week, name) for name in TRAITS}
        columns |= {f"taste_{d}": column for d, column in enumerate(week.taste.T)}
        table = {name: series(np.ascontiguousarray(column)) for name, column in columns.items()}
        table |= {f"follows_{k}": series(column.copy(), empty=True) for k, column in enumerate(week.follows.T)}
        table["cluster"] = series(week.cluster.astype(np.int32))
        table["last_bought"] = series(week.last_bought, empty=True)
        self.add(pl.DataFrame({"unique_id": np.arange(len(week.alpha))} | table))

    def read_tables(self, week: Week) -> None:
        """The week's tables, as series."""
        self.seats, self.first, self.count = series(week.seats, empty=True), series(week.first), series(week.count)
        self.favoured = series(week.favoured)
        self.need_chance, self.need_alias = series(week.need_chance), series(week.need_alias.astype(np.int32))
        self.place = [series(np.ascontiguousarray(column)) for column in week.place.T]
        self.value, self.price = series(week.value), series(week.price)
        self.kept, self.elsewhere = series(week.kept.astype(np.int32)), series(week.elsewhere)
        self.original = series(week.original)
        self.family = series(np.where(week.root >= 0, week.root, np.arange(len(week.root), dtype=np.int32)))
        self.copy_of = series(week.copy, empty=True)
        self.endorsing, self.endorsement = series(week.endorsing, empty=True), series(week.endorsement)
        self.friction, self.delivery = series(week.friction), series(week.delivery)

    def step(self) -> None:
        """One week."""
        self.buy(self.considered())

    def luck(self) -> pl.Expr:
        """A uniform for each."""
        return pl.lit(pl.Series(self.rng.random(len(self), np.float32)))

    # ---- who sees what

    def considered(self) -> pl.LazyFrame:
        """The consumers with row_s and channel_s of each slot s, who endorses, and the luck that picks the purchase."""
        week, frame = self.week, self.agents.lazy().with_columns(luck=self.luck())
        for slot in range(week.feed):
            frame = self.scroll(frame, slot)
        wanted = self.luck() * week.needs
        frame = frame.with_columns(wanted=wanted, need=wanted.cast(pl.Int32)).with_columns(
            need=when(col("wanted") - col("need") < at(self.need_chance, col("need")))
            .then(col("need"))
            .otherwise(at(self.need_alias, col("need")))
        )
        for slot in range(week.feed, week.feed + week.search):
            frame = self.look_for(frame, slot)
        frame = self.listen(frame) if week.endorsed else frame.with_columns(endorser=pl.lit(None, pl.Int16))
        frame = self.again(frame, week.slots - 1) if week.again else frame
        return self.compare(frame) if week.own_goods and week.comparison > 0 else frame

    def seated(self, frame: pl.LazyFrame, slot: int, table: pl.Expr, own: pl.Expr) -> pl.LazyFrame:
        """A draw from these tables, or, as often as they are favoured, from those of own goods. own: null for none."""
        if self.week.own_goods:
            favour = when(self.luck() < at(self.favoured, own)).then(self.week.own_tables + own)
            table = pl.coalesce(favour, table)
        seat = at(self.first, col("table")) + (self.luck() * at(self.count, col("table"))).cast(pl.Int32)
        return frame.with_columns(table=table).with_columns(at(self.seats, seat).alias(f"row_{slot}"))

    def scroll(self, frame: pl.LazyFrame, slot: int) -> pl.LazyFrame:
        """A slot of the feed."""
        frame = frame.with_columns(social=self.luck() < col("attention"))
        own = when("social").then("cluster")
        frame = self.seated(frame, slot, when("social").then("cluster").otherwise(self.week.clusters), own)
        elsewhere = at(self.elsewhere, col(f"row_{slot}"))
        return frame.with_columns(when("social").then(SOCIAL).otherwise(elsewhere).alias(f"channel_{slot}"))

    def look_for(self, frame: pl.LazyFrame, slot: int) -> pl.LazyFrame:
        """A slot of the search."""
        clusters, needs = self.week.clusters, self.week.needs
        frame = frame.with_columns(social=self.luck() < col("attention"))
        table = when("social").then(col("need")).otherwise(col("need") + needs) + clusters
        frame = self.seated(frame, slot, table + 1, table)
        return frame.with_columns(when("social").then(SOCIAL).otherwise(MARKETPLACE).alias(f"channel_{slot}"))

    def listen(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """The slot of an endorsement."""
        slot, (first, second, third) = self.week.endorsed_slot, by("follows", 3)
        frame = frame.with_columns(pick=self.luck() * 3)
        picked = when(col("pick") < 1).then(first).when(col("pick") < 2).then(second).otherwise(third)
        row, away = col(f"row_{slot}"), self.luck() >= col("attention")
        frame = frame.with_columns(endorser=picked).with_columns(
            at(self.endorsing, col("endorser")).alias(f"row_{slot}")
        )
        return frame.with_columns(
            when(row.is_not_null()).then("endorser").alias("endorser"),
            when(row.is_not_null() & away).then(at(self.elsewhere, row)).otherwise(SOCIAL).alias(f"channel_{slot}"),
        )

    def again(self, frame: pl.LazyFrame, slot: int) -> pl.LazyFrame:
        """The slot of what was bought last, through the best channel that its seller keeps."""
        week, app, kept = self.week, 1 << SOCIAL, col("kept")
        away = (self.luck() >= col("attention")) & (kept != app)
        ways = [
            when((kept // 2**channel) % 2 == 1).then(
                float(week.friction[channel])
                - col("alpha") * float(week.delivery[channel])
                + (self.app() if channel == SOCIAL else 0.0)
            )
            for channel in range(K)
        ]
        best = pl.max_horizontal(by("way", K))
        return (
            frame.with_columns(kept=at(self.kept, col("last_bought")).fill_null(0))
            .with_columns(kept=when(away).then(kept // (2 * app) * (2 * app)).otherwise(kept))
            .with_columns(way.alias(f"way_{channel}") for channel, way in enumerate(ways))
            .with_columns(
                when(kept > 0).then("last_bought").alias(f"row_{slot}"),
                pl.coalesce(
                    *(when(way == best).then(channel) for channel, way in enumerate(by("way", K))), SOCIAL
                ).alias(f"channel_{slot}"),
            )
        )

    def compare(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """Copies shown beside their originals, in place of own goods in the feed, the last of them first."""
        week, slots, turn = self.week, self.week.slots, series(self.rng.random(len(self.copy_of)))
        rows, channels, copies, shows = (by(name, slots) for name in ("row", "channel", "copy", "shows"))
        frame = (
            frame.with_columns(
                *(
                    when(channel == SOCIAL).then(at(self.copy_of, row)).alias(f"copy_{slot}")
                    for slot, (row, channel) in enumerate(zip(rows, channels, strict=True))
                ),
                mine=self.luck(),
            )
            .with_columns(
                ((col("mine") + at(turn, copy)) % 1.0 < week.comparison).fill_null(False).alias(f"shows_{slot}")
                for slot, copy in enumerate(copies)
            )
            .with_columns(compares=pl.any_horizontal(shows))
            .collect()
            .lazy()
        )
        shown = frame.filter("compares").with_columns(
            *(
                ((channels[slot] == SOCIAL) & (at(self.original, rows[slot]) != rows[slot]))
                .fill_null(False)
                .alias(f"own_{slot}")
                for slot in range(week.feed)
            ),
            place=pl.lit(week.feed - 1),
        )
        shown = reduce(self.beside, range(slots), shown).drop("place", *(f"own_{slot}" for slot in range(week.feed)))
        return pl.concat([frame.filter(~col("compares")), shown])

    def beside(self, frame: pl.LazyFrame, slot: int) -> pl.LazyFrame:
        """The copy of what a slot shows, in the last place of the feed that is left to it."""
        copy, spot, rows = col(f"copy_{slot}"), col("spot"), by("row", self.week.feed)
        there = pl.any_horizontal((row == copy).fill_null(False) for row in rows)
        own = enumerate(by("own", self.week.feed))
        last = pl.max_horizontal(when(mine & (col("place") >= place)).then(place) for place, mine in own)
        return (
            frame.with_columns(spot=when(col(f"shows_{slot}") & ~there).then(last))
            .with_columns(
                *(
                    when(spot == place).then(copy).otherwise(row).alias(f"row_{place}")
                    for place, row in enumerate(rows)
                ),
                place=pl.coalesce(spot - 1, "place"),
            )
            .drop("spot")
        )

    # ---- what is chosen

    def app(self) -> pl.Expr:
        """Utility of the social app."""
        week = self.week
        return week.habit_value * col("habit") + week.trust_value * col("trust") - week.privacy_cost * col("privacy")

    def utility(self, slot: int) -> pl.Expr:
        """V of a slot's offer."""
        week, row, channel = self.week, col(f"row_{slot}"), col(f"channel_{slot}")
        fit = [col(f"taste_{d}") * at(place, row) for d, place in enumerate(self.place)]
        value = week.match * sum(fit[1:], start=fit[0]) + at(self.value, row) + at(self.friction, channel)
        value -= col("alpha") * (at(self.price, row) + at(self.delivery, channel))
        value += when(channel == SOCIAL).then(col("app") + (col("haste") if week.hasty(slot) else 0.0)).otherwise(0.0)
        if slot == week.endorsed_slot:
            value += at(self.endorsement, col("endorser")).fill_null(0.0)
        return value

    def buy(self, frame: pl.LazyFrame) -> None:
        """Choose among these offers, write the books, and what each buys to `last_bought`."""
        week, slots = self.week, range(self.week.slots)
        rows, weights, shares, reached, slopes = (
            by(name, week.slots) for name in ("row", "weight", "share", "reached", "slope")
        )
        sold = (
            self.weighted(frame)
            .with_columns(total=1.0 + pl.sum_horizontal(weights))
            .with_columns(
                (weight / col("total")).fill_null(0.0).alias(f"share_{s}") for s, weight in enumerate(weights)
            )
            .with_columns(
                (share * (1.0 - share + col(f"steeper_{s}").fill_null(0.0))).alias(f"slope_{s}")
                for s, share in enumerate(shares)
            )
            .with_columns(
                *((share * week.visits).alias(f"share_{s}") for s, share in enumerate(shares)),
                *((slope * week.visits * col("alpha")).alias(f"slope_{s}") for s, slope in enumerate(slopes)),
            )
            .with_columns(sums=pl.cum_sum_horizontal(*shares).struct.rename_fields([f"reached_{s}" for s in slots]))
            .unnest("sums")
            .select(
                *("unique_id", "cluster", "alpha", "haste", "endorser", "total"),
                *(f"{name}_{s}" for name in ("row", "channel", "share", "slope") for s in slots),
                pl.coalesce(*(when(col("luck") < reached[s]).then(rows[s]) for s in slots), "last_bought").alias(
                    "bought"
                ),
                hurried=pl.sum_horizontal(
                    when(col(f"channel_{s}") == SOCIAL).then(shares[s]) for s in slots if week.hasty(s)
                ),
            )
            .collect()
        )
        self.agents = self.agents.with_columns(
            last_bought=sold.select("unique_id", "bought").sort("unique_id")["bought"]
        )
        self.books = self.written(sold)

    def weighted(self, frame: pl.LazyFrame) -> pl.LazyFrame:
        """weight_s of each slot's offer, null where nobody buys it, and steeper_s, how much steeper a nest makes it."""
        slots, families = range(self.week.slots), by("family", self.week.slots)
        twice = pl.any_horizontal(families[a] == families[b] for a, b in combinations(slots, 2)).fill_null(False)
        offers = (
            frame.with_columns(haste=self.week.impulse * col("impulsiveness"), app=self.app())
            .select(
                *("unique_id", "cluster", "alpha", "haste", "endorser", "luck", "last_bought"),
                *(f"{name}_{s}" for name in ("row", "channel") for s in slots),
                *(self.utility(s).alias(f"value_{s}") for s in slots),
                *(at(self.family, col(f"row_{s}")).alias(f"family_{s}") for s in slots),
            )
            .with_columns(twice=twice)
            .with_columns(
                *(value.exp().alias(f"weight_{s}") for s, value in enumerate(by("value", len(slots)))),
                *(pl.lit(None, pl.Float32).alias(f"steeper_{s}") for s in slots),
            )
            .collect()
            .lazy()
        )
        return pl.concat([offers.filter(~col("twice")), self.nested(self.best(offers.filter("twice")))])

    def best(self, offers: pl.LazyFrame) -> pl.LazyFrame:
        """Of several offers of one design the best one stays."""
        slots = range(self.week.slots)
        rows, values, weights = (by(name, len(slots)) for name in ("row", "value", "weight"))
        worse: list[list[pl.Expr]] = [[] for _ in slots]
        for a, b in combinations(slots, 2):
            worse[b].append((rows[a] == rows[b]) & (values[a] >= values[b]))
            worse[a].append((rows[a] == rows[b]) & (values[a] < values[b]))
        stays = [~pl.any_horizontal(others).fill_null(False) for others in worse]
        return offers.with_columns(
            when(stays[s]).then(column).name.keep() for s in slots for column in (values[s], weights[s])
        )

    def nested(self, offers: pl.LazyFrame) -> pl.LazyFrame:
        """A design and its copy have weights e^{V/λ}/D · D^λ, and are chosen more steeply."""
        if not self.week.own_goods:
            return offers
        nest, slots = np.float32(self.week.nest), range(self.week.slots)
        families, values, inside, together, within = (
            by(name, len(slots)) for name in ("family", "value", "inside", "together", "within")
        )
        return (
            offers.with_columns((values[s] / nest).exp().alias(f"inside_{s}") for s in slots)
            .with_columns(
                pl.sum_horizontal(when(families[s] == families[k]).then(inside[k]) for k in slots).alias(
                    f"together_{s}"
                )
                for s in slots
            )
            .with_columns((inside[s] / together[s]).alias(f"within_{s}") for s in slots)
            .with_columns((within[s] * together[s].pow(nest)).alias(f"weight_{s}") for s in slots)
            .with_columns(((1.0 / nest - 1.0) * (1.0 - within[s])).alias(f"steeper_{s}") for s in slots)
            .drop(f"{name}_{s}" for name in ("inside", "together", "within") for s in slots)
        )

    def written(self, sold: pl.DataFrame) -> Books:
        """The books."""
        week, designs, endorsed = self.week, len(self.value), self.week.endorsed_slot
        orders = (
            pl.concat(
                sold.lazy().select(of=f"row_{s}", channel=f"channel_{s}", share=f"share_{s}", slope=f"slope_{s}")
                for s in range(week.slots)
            )
            .drop_nulls("of")
            .group_by("of", "channel")
            .agg(total("share"), total("slope"))
            .collect()
            .lazy()
        )
        through, uplifted = np.zeros(len(week.endorsing) * 2), np.zeros(designs)
        if week.endorsed:
            listened = sold.lazy().filter(col("endorser").is_not_null()).with_columns(share=f"share_{endorsed}")
            account = col("endorser").cast(pl.Int32) * 2 + (col(f"channel_{endorsed}") != SOCIAL)
            through = summed(listened.with_columns(of=account), "share", len(through))
            uplifted = summed(listened.with_columns(of=f"row_{endorsed}"), "share", designs)
        shares, inclusive = pl.sum_horizontal(by("share", week.slots)), col("total").log()
        worth = week.order_value / col("alpha") * (inclusive * week.visits - col("haste") * col("hurried"))
        surplus, impulse, inside = sold.select(
            each.cast(pl.Float64).sum().alias(name)
            for name, each in (("surplus", worth), ("impulse", col("hurried")), ("inclusive", inclusive))
        ).row(0)
        return Books(
            orders=summed(orders.with_columns(of=col("of") * K + col("channel")), "share", designs * K).reshape(-1, K),
            endorsed=uplifted,
            slope=summed(orders, "slope", designs),
            by_influencer=through.reshape(-1, 2),
            by_cluster=summed(sold.lazy().select(of="cluster", share=shares), "share", week.clusters),
            surplus=surplus,
            impulse=impulse,
            inclusive=inside,
        )


def total(name: str) -> pl.Expr:
    """A sum in double precision."""
    return col(name).cast(pl.Float64).sum()


def summed(frame: pl.LazyFrame, name: str, accounts: int) -> Floats:
    """The sum of a column in each account, `of`. (accounts,)"""
    found = frame.group_by("of").agg(total(name)).collect()
    sums = np.zeros(accounts)
    sums[found["of"].to_numpy()] = found[name].to_numpy()
    return sums


class Shopping(ModelDF):
    """The market of a week's consumers."""

    def __init__(self, week: Week) -> None:
        super().__init__(week.seed)
        self.consumers = Consumers(self, week)
        self.agents += self.consumers


class Peer:
    """The week by mesa-frames."""

    def __init__(self, week: Week) -> None:
        self.week, self.model = week, Shopping(week)

    def step(self) -> Books:
        """Everybody's week."""
        self.model.step()
        return self.consumers.books

    @property
    def consumers(self) -> Consumers:
        """The consumers as the model has them."""
        found = self.model.get_agents_of_type(Consumers)
        assert isinstance(found, Consumers)
        return found

    @property
    def last_bought(self) -> Rows:
        """What each bought last."""
        return self.consumers["last_bought"].fill_null(EMPTY).to_numpy()

    def drawn(self) -> Sets:
        """What everybody considers."""
        frame = self.consumers.considered().sort("unique_id").collect()
        rows, channels = (
            np.column_stack([frame[f"{name}_{slot}"].fill_null(EMPTY).to_numpy() for slot in range(self.week.slots)])
            for name in ("row", "channel")
        )
        return Sets(rows, channels, frame["endorser"].fill_null(EMPTY).to_numpy(), frame["luck"].to_numpy())

    def given(self, sets: Sets) -> Books:
        """The books that follow from these sets."""
        frame = self.consumers.agents.with_columns(
            *(series(column.copy(), empty=True).alias(f"row_{s}") for s, column in enumerate(sets.rows.T)),
            *(series(column.copy()).alias(f"channel_{s}") for s, column in enumerate(sets.channels.T)),
            endorser=series(sets.endorser, empty=True),
            luck=series(sets.luck),
        )
        self.consumers.buy(frame.lazy())
        return self.consumers.books
