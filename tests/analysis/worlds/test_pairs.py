"""Which two unknowns depend on each other, of effects whose truth is known, and the map of the pair."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from analysis.figures import interaction_map
from analysis.worlds.pairs import interactions, middles, thirds

from .made_up import worlds

KINDS = {"a": "linear", "b": "log", "c": "linear", "d": "linear"}


def drawn(many: int = 120, seed: int = 2) -> tuple[pd.DataFrame, pd.Series]:
    draw = np.random.default_rng(seed)
    unknowns = pd.DataFrame(draw.random((many, 4)), columns=list("abcd")).rename_axis("world")
    unknowns["b"] = 10 ** unknowns["b"]
    return unknowns, pd.Series(1 / many, unknowns.index)


def test_the_pair_whose_product_matters_comes_first_with_its_share() -> None:
    unknowns, weights = drawn(2000)
    a, b = unknowns["a"] - 0.5, np.log10(unknowns["b"]) - 0.5
    effects = (a + b + 4 * a * b + unknowns["c"] ** 2).rename("survival")
    made = interactions(effects, weights, unknowns, KINDS)
    assert made.index[0] in [("a", "b"), ("b", "a")]
    parts = np.array([1 / 12, 1 / 12, 16 / 144, 4 / 45])  # of a, b, 4ab, c², as the integrals have it
    assert made["share"].iloc[0] == pytest.approx(parts[2] / parts.sum(), abs=0.04)
    assert made["holm"].iloc[0] < 1e-6
    assert made["share"].iloc[1:].max() < 0.01
    assert len(made) == 6


def test_without_an_interaction_chance_is_said_to_be_chance() -> None:
    """100 studies without any: a pair is called sure in about one of twenty."""
    sure = 0
    for seed in range(100):
        unknowns, weights = drawn(60, seed)
        noise = np.random.default_rng([seed, 1]).normal(0, 0.3, 60)
        made = interactions((unknowns["a"] + noise).rename("survival"), weights, unknowns, KINDS)
        sure += made["holm"].iloc[0] <= 0.05
    assert sure <= 12


def test_thirds_are_means_that_one_can_count() -> None:
    one = pd.Series([1.0, 2.0, 3.0, 1.0, 2.0, 3.0])
    other = pd.Series([1.0, 1.0, 1.0, 9.0, 9.0, 9.0])
    effects, weights = pd.Series([0.0, 1.0, 2.0, 10.0, 11.0, 12.0], name="survival"), pd.Series([1 / 6] * 6)
    made = thirds(effects, weights, one, other)
    assert made["mean"].tolist() == [0.0, 10.0, 1.0, 11.0, 2.0, 12.0]
    assert made.index.get_level_values("one").tolist() == [0, 0, 1, 1, 2, 2]
    assert made["n"].tolist() == [1] * 6
    assert made["low"].isna().all()
    assert middles(one, weights) == [1.0, 2.0, 3.0]


def test_few_worlds_have_no_pairs() -> None:
    unknowns, weights = drawn(12)
    assert interactions(unknowns["a"].rename("survival"), weights, unknowns, KINDS).empty


def test_the_map_is_drawn_where_there_is_an_interaction_alone() -> None:
    plain = worlds(100, luck=0.0)
    diversion, favour = plain.unknowns["street.diversion"], np.log10(plain.unknowns["platform.own_favour"])
    effects = plain.effects.copy()
    there = effects.index.get_level_values("scenario_id") == "separation"
    effects.loc[there, "survival"] = ((diversion - 0.5) * (favour - 0.5)).to_numpy()
    made = interaction_map(replace(plain, effects=effects, rows=None), "separation", "survival")
    assert made is not None
    assert "lost online orders" in made.title
    assert "own favour" in made.title
    assert list(made.table) == list(made.columns)
    corners = made.table.set_index(["across", "up"])["mean"]
    assert corners.iloc[0] > 0 > corners.iloc[2], "both low helps, one low and one high does harm"
    assert interaction_map(plain, "support", "survival") is None
