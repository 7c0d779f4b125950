"""Quantiles over seeds and shops, and who wins and loses by size."""

from __future__ import annotations

import numpy as np
import pytest

from analysis import Study, load
from analysis.distributions import quantiles, shop_quantiles, winners_and_losers
from analysis.twins import deciles, twins

from .synthetic import SyntheticScenario, load_study


def test_winners_and_losers_by_decile_add_up(study: Study) -> None:
    pairs = twins(study, "c01", "c00")
    decile = deciles(pairs)
    assert np.bincount(decile.astype(int)).tolist() == [0, *[500] * 10]
    made = winners_and_losers(study, "c01", "c00")
    assert list(made.index.get_level_values("decile").unique()) == list(range(1, 11))
    means = made["mean"].unstack()
    assert ((means["rises"] + means["falls"]) <= 1).all()
    change = (pairs["profit"] - pairs["profit_base"]).sum()
    assert 500 * means["change"].sum() == pytest.approx(change, rel=1e-9)
    assert means["falls"].idxmax() == 10  # the largest are copied, and a copy halves their profit


def test_quantiles_are_ordered_and_equal_pandas(study: Study) -> None:
    made = quantiles(study, "consumer_surplus")
    assert list(made.index) == study.scenarios
    assert (made["n"] == 10).all()
    assert (np.diff(made.drop(columns="n").to_numpy(), axis=1) >= 0).all()
    assert made.loc["c01", 0.5] == pytest.approx(study.values.loc["c01", "consumer_surplus"].median())


@pytest.mark.parametrize("column", ["profit", "revenue"])
def test_shops_quantiles_are_over_all_shops_of_a_scenario(study: Study, column: str) -> None:
    made = shop_quantiles(study, column)
    assert list(made.index) == study.scenarios
    assert (made["n"] == 5000).all()
    assert (np.diff(made.drop(columns="n").to_numpy(), axis=1) >= 0).all()
    assert made.loc["c03", 0.75] == pytest.approx(study.shops_of("c03")[column].quantile(0.75))


def test_against_itself_a_scenario_has_neither_winners_nor_losers(study: Study) -> None:
    assert (winners_and_losers(study, "c01", "c01")["mean"] == 0).all()


def test_a_study_without_shops_has_no_quantiles_of_them(tmp_path) -> None:
    study = load_study(tmp_path / "s", [SyntheticScenario(), SyntheticScenario()], seeds=[0], weeks=5, smes=5)
    (study.folder / "sellers/all.parquet").unlink()
    study = load(study.folder)
    assert shop_quantiles(study).empty
    assert winners_and_losers(study, "c01", "c00").empty
