"""The Mesa model under the market: consumers, who live in columns, beside agents who are objects."""

from __future__ import annotations

import gc
import itertools
import math
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, NoReturn, Self

import mesa
import numpy as np
from mesa.agent import AgentSet

from ..arrays import Rows, Rupiah
from ..chance import Chance
from ..config import Config
from ..opening.state import OpeningFigures
from ..sellers.entry import close_shops
from ..state.check import check
from ..state.consumers import Consumers
from ..state.influencers import Influencers
from ..state.ledger import Ledger
from ..state.listings import IMPORTER_KIND, Listings
from ..state.opening import Opening
from ..state.records import NOBODY
from ..state.sellers import Sellers
from ..street import Street
from .consumers import Consumer, ConsumerSet, Method, limit
from .influencers import Influencer
from .sellers import SME, Importer, StreetShop

ROWS_BETWEEN_SWEEPS = 2_000_000


class Everybody(AgentSet):
    """All agents of a market: the consumers, who live in columns, and then the others, who are objects.

    What it hands out is made anew each time, so nothing that is done to it changes who is in the market.
    Left out are the orders and groups that would mix the two, and adding and removing.
    """

    def __init__(self, consumers: ConsumerSet, others: AgentSet) -> None:
        self.consumers, self.others = consumers, others

    def __len__(self) -> int:
        return len(self.consumers) + len(self.others)

    def __iter__(self) -> Iterator[Any]:
        return itertools.chain(self.consumers, self.others)

    def __getitem__(self, item: Any) -> Any:
        places = range(len(self))[item]
        if isinstance(item, slice):
            return [self[place] for place in places]
        n = len(self.consumers)
        return self.consumers[places] if places < n else next(itertools.islice(self.others, places - n, None))

    def __contains__(self, agent: object) -> bool:
        return agent in self.consumers or agent in self.others

    def __repr__(self) -> str:
        return f"<Everybody: {len(self.consumers):,} consumers and {len(self.others):,} others>"

    def __reduce__(self) -> tuple[Any, ...]:
        return Everybody, (self.consumers, self.others)

    def __copy__(self) -> Everybody:
        return Everybody(self.consumers.copy(), self.others)

    copy = __copy__

    def to_list(self) -> list[Any]:
        """All of them."""
        return list(self)

    def get(self, attr_names: Any, handle_missing: str = "error", default_value: Any = None) -> list[Any]:
        """Everybody's value of an attribute, or a list of values for each where `attr_names` is a list."""
        asked = attr_names, handle_missing, default_value
        return self.consumers.get(*asked) + self.others.get(*asked)

    def set(self, attr_name: str, value: Any) -> Everybody:
        """Give everybody the same value of an attribute."""
        self.consumers.set(attr_name, value)
        self.others.set(attr_name, value)
        return self

    def map(self, method: Method, *args: Any, **kwargs: Any) -> list[Any]:
        """What a method, or a function, returns for each."""
        return self.consumers.map(method, *args, **kwargs) + self.others.map(method, *args, **kwargs)

    def do(self, method: Method, *args: Any, **kwargs: Any) -> Everybody:
        """Call a method, or a function, on each."""
        self.consumers.do(method, *args, **kwargs)
        self.others.do(method, *args, **kwargs)
        return self

    def select(
        self,
        filter_func: Callable[[Any], bool] | None = None,
        at_most: float = math.inf,
        inplace: bool = False,
        agent_type: Any = None,
    ) -> Everybody:
        """The first `at_most` (a number, or a share up to 1.0) of a type for whom `filter_func` holds.

        The type comes first: the function is asked about no other agents.
        """
        size = limit(at_most, len(self))
        consumers = self.consumers.select(filter_func, size, agent_type=agent_type)
        others = self.others.select(agent_type=agent_type).select(filter_func, size - len(consumers))
        if not inplace:
            return Everybody(consumers, others)
        self.consumers, self.others = consumers, others
        return self

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise NotImplementedError(
            "not for all agents at once: take market.agents_by_type[TYPE]; an agent leaves by agent.remove()"
        )

    shuffle = shuffle_do = sort = groupby = add = discard = remove = _from_iterable = _refuse


class AgentModel(mesa.Model):
    """A Mesa model whose consumers are rows of `population`. `agents` and the like count them in."""

    config: Config
    population: Consumers
    sellers: Sellers
    listings: Listings
    influencers: Influencers
    ledger: Ledger
    opening: Opening
    street: Street
    first: OpeningFigures
    chance: Chance
    series: dict[str, list[float]]  # outcomes by week
    _rows_made: ClassVar[int] = 0

    def __init__(self, seed: int, consumers: int) -> None:
        self._sweep(consumers)
        super().__init__(rng=seed)
        self.agent_id_counter = consumers + 1  # a consumer's unique_id is its row, counted from 1
        self.seller_of_row: dict[int, SME] = {}
        self.street_of_row: dict[int, StreetShop] = {}

    @staticmethod
    def _sweep(rows: int) -> None:
        """Free the models that nobody holds any more, once they may hold many rows.

        A model and its agents hold each other, so only the garbage collector frees them; it counts objects,
        not bytes, and would let tens of models lie about.
        """
        AgentModel._rows_made += rows
        if AgentModel._rows_made > ROWS_BETWEEN_SWEEPS:
            AgentModel._rows_made = 0
            gc.collect()

    @property
    def consumers(self) -> ConsumerSet:
        """The consumers, as a Mesa `AgentSet`."""
        return ConsumerSet(self)

    @property
    def agents(self) -> Everybody:
        """All agents, consumers first."""
        return Everybody(self.consumers, super().agents)

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], AgentSet]:
        """The agents of each type."""
        return {Consumer: self.consumers, **super().agents_by_type}

    @property
    def agent_types(self) -> list[type[mesa.Agent]]:
        """The types of agents that there are."""
        return list(self.agents_by_type)

    if hasattr(mesa.Agent, "_ids"):  # Mesa 3.3 counts ids in a dict that keeps every model (mesa/mesa#3179)

        def register_agent(self, agent: mesa.Agent) -> None:
            """Take a new agent in, under the model's own count of ids."""
            mesa.Agent._ids.pop(self, None)
            agent.unique_id = self.agent_id_counter
            self.agent_id_counter += 1
            super().register_agent(agent)

    @property
    def shop_tables(self) -> tuple[Sellers, Listings]:
        """The shops and their designs."""
        return self.sellers, self.listings

    def check_state(self, week: int) -> None:
        """Raises `StateError` where a table that the next week starts from is not finite or points to nowhere."""
        check(week, self.population, *self.shop_tables, self.influencers)

    # ---- births and deaths

    def enrol(self, rows: Rows) -> None:
        """Give new shops, rows of `sellers`, their Mesa agents."""
        for row in rows.tolist():
            kind = Importer if self.sellers.kind[row] == IMPORTER_KIND else SME
            self.seller_of_row[row] = kind(self, row)

    def close(self, rows: Rows, week: int) -> None:
        """The shops in these rows close, and their agents leave the model."""
        close_shops(*self.shop_tables, self.ledger, rows, week)
        for row in rows.tolist():
            mesa.Agent.remove(self.seller_of_row.pop(row))

    def enrol_street(self, entered: Rows, closed: Rows) -> None:
        """Give new offline shops, rows of `street.sellers`, their Mesa agents; those of shops that close leave."""
        for row in entered.tolist():
            self.street_of_row[row] = StreetShop(self, row)
        for row in closed.tolist():
            mesa.Agent.remove(self.street_of_row.pop(row))

    def open_second_shops(self) -> Rupiah:
        """Owners open second shops, online or in the street. Returns what opening each of those online cost, Rp."""
        here = *self.shop_tables, self.ledger, self.opening, self.first
        opened, cost, stalls = self.street.move(*here, self.chance)
        self.enrol(opened)
        self.enrol_street(stalls, NOBODY)
        return cost

    def enrol_opening(self) -> None:
        """Give the shops that open, those in the street and the influencers their Mesa agents."""
        self.enrol(np.arange(len(self.sellers)))
        self.enrol_street(self.street.there, NOBODY)
        self.influencer_agents = [Influencer(self, k) for k in range(len(self.influencers))]

    # ---- what users ask for

    def run(self) -> Self:
        """All weeks that remain of the horizon."""
        while self.steps < self.config.weeks:
            self.step()
        return self

    @property
    def week(self) -> int:
        """The week that runs or, between weeks, comes next."""
        return 1 + min(map(len, self.series.values()))

    def consumer(self, i: int) -> Consumer:
        """Consumer i of the population as a Mesa agent."""
        return self.consumers[i]

    @property
    def smes(self) -> list[SME]:
        """The live local sellers, as Mesa agents."""
        return list(self.agents_by_type.get(SME, ()))
