"""The consumers' week in Starsim: a module of a simulation, its states arrays of Starsim's, its chance Starsim's own.

Every draw is of a distribution of its own, keyed by consumer, as Starsim's common random numbers want it. Between
states and books lies numpy, as in any Starsim module: the rules of `benchmarks.plain_numpy`.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import starsim as ss

from benchmarks.plain_numpy import People, Rules
from benchmarks.week import EMPTY, Books, Rows, Sets, Singles, Week

WEEKS = 20_000  # more than are ever timed


class Shopping(ss.Module):
    """What consumers do in a week. `books` are those of the last one."""

    books: Books

    def __init__(self, week: Week) -> None:
        super().__init__()
        self.week, self.rules = week, Rules(week)
        self.define_states(*(state(f.name, getattr(week, f.name)) for f in fields(People)))
        browsed = week.feed + week.search
        draws = {"social": browsed, "seat": browsed, "favour": browsed, "endorsed": 2}
        draws |= dict.fromkeys(("need", "again", "compare", "luck"), 1)
        self.chance = {name: [ss.random(name=f"{name}_{slot}") for slot in range(n)] for name, n in draws.items()}

    def init_post(self) -> None:
        """Let the consumers have their traits."""
        super().init_post()
        for f in fields(People):
            getattr(self, f.name)[:] = getattr(self.week, f.name)

    def people(self) -> People:
        """The states of everybody, as arrays."""
        return People(*(getattr(self, f.name).values for f in fields(People)))

    def uniforms(self, name: str, slots: int) -> Singles:
        """A uniform for each slot of everybody."""
        draws = [dist.rvs(self.sim.people.auids) for dist in self.chance[name][:slots]]
        return np.stack(draws) if draws else np.empty((0, len(self.sim.people)), np.float32)

    def step(self) -> None:
        """One week."""
        people = self.people()
        self.buy(people, self.rules.consider(people, self.uniforms))

    def buy(self, people: People, sets: Sets) -> None:
        """Choose among these offers."""
        self.books = self.rules.choose(people, sets)
        self.last_bought[:] = people.last_bought


def state(name: str, values: Any) -> ss.Arr:
    """A state of Starsim's like these values."""
    columns = values.shape[1] if values.ndim > 1 else None
    if values.dtype == np.float32:
        return ss.FloatArr(name, columns=columns)
    return ss.Arr(name, dtype=values.dtype, default=0, nan=EMPTY, columns=columns)


class Peer:
    """The week by Starsim."""

    def __init__(self, week: Week) -> None:
        self.sim = ss.Sim(
            n_agents=len(week.alpha),
            modules=Shopping(week),
            dt=ss.weeks(1),
            dur=ss.weeks(WEEKS),
            rand_seed=week.seed % 2**31,
            verbose=0,
            copy_inputs=False,
        )
        self.sim.init()
        [self.shopping] = (module for module in self.sim.modules if isinstance(module, Shopping))

    def step(self) -> Books:
        """Everybody's week, with all that a step of Starsim does."""
        self.sim.run_one_step()
        return self.shopping.books

    @property
    def last_bought(self) -> Rows:
        """What each bought last."""
        return self.shopping.last_bought.values

    def drawn(self) -> Sets:
        """What everybody considers."""
        self.sim.dists.jump()
        return self.shopping.rules.consider(self.shopping.people(), self.shopping.uniforms)

    def given(self, sets: Sets) -> Books:
        """The books that follow from these sets."""
        self.shopping.buy(self.shopping.people(), sets)
        return self.shopping.books
