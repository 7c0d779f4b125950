"""Who gains and who pays: it adds up, and what does not is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import Study, StudyError, differences
from analysis.compare import against_reference
from analysis.findings import Findings
from analysis.parties import KNOWN, at_home, parties, surpluses, who_pays
from analysis.parts import Figure, Label, Quantity, Table
from analysis.sections.parties import parties as section

from .present import there

rupiah = st.floats(-1e13, 1e13, allow_subnormal=False)
CHOICES = dict.fromkeys(("market", "algorithm", "platform", "regulation"), "none")


def study_of(values: list[list[list[float]]], told: bool = True, total: float = 0.0) -> Study:
    """Scenarios by seeds by three parties, of whom the second is abroad; the stored total is off by `total`."""
    names = list(KNOWN)[:3]
    rows = [
        {
            "scenario_id": f"c{scenario}",
            "seed": seed,
            "weeks": 5,
            **CHOICES,
            **dict(zip(names, of, strict=True)),
            "total_surplus": sum(of) + total,
        }
        for scenario, seeds in enumerate(values)
        for seed, of in enumerate(seeds)
    ]
    known = {name: {"party": name, "home": i != 1} if told else {} for i, name in enumerate(names)}
    return Study(Path("nowhere"), {"outcomes": known | {"total_surplus": {}}}, pd.DataFrame(rows))


@settings(max_examples=25)
@given(st.lists(st.lists(st.lists(rupiah, min_size=3, max_size=3), min_size=3, max_size=3), min_size=2, max_size=4))
def test_gains_add_up_to_the_total(values: list[list[list[float]]]) -> None:
    study = study_of(values)
    made = who_pays(study, against_reference(study))
    means = made["mean"].unstack()
    size = max(1.0, np.abs(values).max())
    stored = differences(study.values[["total_surplus"]], against_reference(study))["mean"]
    sides = at_home(study, against_reference(study))["mean"].unstack()
    for parts, whole in (
        (means.drop(columns="total").sum(axis=1), means["total"]),
        (stored, means["total"]),
        (sides.sum(axis=1), means["total"]),
        (sides["abroad"], means["sme_profit"]),
    ):
        assert parts.to_numpy() == pytest.approx(whole.to_numpy(), abs=1e-9 * size)


def test_a_total_that_is_not_the_sum_is_refused_in_one_line() -> None:
    study = study_of([[[1e12, 2e12, 3e12]] * 2] * 2, total=1e6)
    with pytest.raises(StudyError, match="do not add up to total_surplus in scenario c0, seed 0") as refused:
        surpluses(study)
    assert "\n" not in str(refused.value)


def test_parties_are_the_manifests_else_those_known_by_name(study: Study) -> None:
    assert {name: (one.name, one.home) for name, one in parties(study).items()} == {
        "consumer_surplus": ("consumers", True),
        "sme_profit": ("SMEs", True),
        "platform_profit": ("platform", False),
    }
    untold = study_of([[[1.0, 2.0, 3.0]]], told=False, total=5.0)
    assert [one.name for one in parties(untold).values()] == ["consumers", "SMEs", "importers"]
    assert surpluses(untold)["total"].tolist() == [6.0]  # some parties are missing: the stored total has more


def test_a_study_without_parties_has_nobody_who_pays() -> None:
    runs = pd.DataFrame([{"scenario_id": f"c{i}", "seed": 0, "weeks": 5, **CHOICES, "hhi": 0.1} for i in range(2)])
    study = Study(Path("nowhere"), {}, runs)
    assert parties(study) == {}
    assert who_pays(study, {"c1": "c0"}).empty


def test_the_page_has_what_those_at_home_and_those_abroad_gain(study: Study) -> None:
    made = there(section(Findings(study)))
    [table] = [part for part in made.parts if isinstance(part, Table)]
    assert table.rows == [Label("At home", "Rp bn"), Label("Abroad", "Rp bn")]
    of_project_s = table.cells[1][0]
    assert isinstance(of_project_s, Quantity)
    assert f"{4.1 * 3 * 1.2:+.2f}" in of_project_s.value


def test_where_all_are_at_home_there_is_no_such_table(study: Study) -> None:
    outcomes = {name: {**of, "home": True} for name, of in study.manifest["outcomes"].items()}
    inland = Study(study.folder, {**study.manifest, "outcomes": outcomes}, study.runs)
    made = there(section(Findings(inland)))
    assert [type(part) for part in made.parts] == [Figure]


def test_the_headline_studys_gains_have_intervals(study: Study) -> None:
    made = who_pays(study, against_reference(study)).loc["c01"]
    assert list(made.index) == ["consumer_surplus", "sme_profit", "platform_profit", "total"]
    assert made.loc["platform_profit", "mean"] == pytest.approx(4.1e10 * 3 * 0.12)
    assert (made["n"] == 10).all()
