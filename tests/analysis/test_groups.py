"""Survival by group: groups add up to the whole, copying is timed, the copied are held against themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import Study, curves, load
from analysis.findings import Findings
from analysis.groups import copied_pairs, copied_twins, group_curves, groupings, uncopied_pairs, uncopied_twins
from analysis.parts import Figure, Paragraph, Section
from analysis.sections.groups import groups as section
from analysis.survival import kaplan_meier, tally

from .present import there
from .synthetic import SyntheticScenario, headline, store

WEEKS = 20
lives = st.lists(
    st.tuples(st.none() | st.integers(1, WEEKS), st.none() | st.integers(1, WEEKS)), min_size=1, max_size=40
)


def study_of(shops: list[tuple[int | None, int | None]]) -> Study:
    """One run of 20 weeks with shops of these weeks of exit and of copying."""
    choices = dict.fromkeys(("market", "algorithm", "platform", "regulation"), "none")
    runs = pd.DataFrame([{"scenario_id": "c", "seed": 0, "weeks": WEEKS, **choices}])
    study = Study(Path("nowhere"), {}, runs)
    table = pd.DataFrame(shops, columns=["exit_week", "copied_week"], dtype=float)
    table = table.assign(run=0, seed=0, seller_id=range(len(shops)), opening_orders=range(len(shops)))
    channels = pd.Categorical.from_codes([i % 2 for i in range(len(shops))], ["social", "social+marketplace"])
    study.__dict__["shops"] = table.assign(opening_channels=channels)
    return study


def two_scenarios(here: list[tuple[int | None, int | None]], there: list[tuple[int | None, int | None]]) -> Study:
    """The same shops in the scenarios c and b, one run each."""
    scenarios = {"c": study_of(here), "b": study_of(there)}
    runs = pd.concat([one.runs.assign(scenario_id=scenario) for scenario, one in scenarios.items()], ignore_index=True)
    study = Study(Path("nowhere"), {}, runs)
    shops = [one.shops.assign(run=run) for run, one in enumerate(scenarios.values())]
    study.__dict__["shops"] = pd.concat(shops, ignore_index=True)
    return study


@given(lives)
def test_copied_and_not_copied_add_up_to_the_whole_in_every_week(shops: list[tuple[int | None, int | None]]) -> None:
    shops = [(gone, copied if copied is None or gone is None or copied <= gone else None) for gone, copied in shops]
    study, copied = study_of(shops), np.array([week or WEEKS for _, week in shops])
    start, end = np.zeros(len(shops), int), np.full(len(shops), WEEKS)
    is_copied = copied < WEEKS
    before = tally(study, study.shops, start, copied)
    after = tally(study, study.shops[is_copied], copied[is_copied], end[is_copied])
    whole = tally(study, study.shops, start, end)
    assert before.died.sum(0) + after.died.sum(0) == pytest.approx(whole.died.sum(0))
    assert before.censored.sum(0) + after.censored.sum(0) == pytest.approx(whole.censored.sum(0))


@given(lives, st.sampled_from(["channels", "size"]))
def test_groups_survivors_are_the_wholes(shops: list[tuple[int | None, int | None]], grouping: str) -> None:
    """All are watched to the end, so survival is a share and the groups' shares pool to all shops'."""
    study = study_of(shops)
    made = group_curves(study, "c", grouping)
    if grouping not in groupings(study):
        assert made == {}
        return
    assert sum(curve.shops for curve in made.values()) == len(shops)
    pooled = sum(curve.shops * curve.survival for curve in made.values()) / len(shops)
    assert pooled == pytest.approx(curves(study)["c"].survival)


def test_a_shop_counts_as_copied_only_from_its_copy_on() -> None:
    """Four shops, two of them copied in week 10; deaths in week 5 and, of a copied one, in week 15."""
    made = group_curves(study_of([(5, None), (None, None), (15, 10), (None, 10)]), "c", "copied")
    assert made["not copied"].survival[[4, 5, 20]] == pytest.approx([1, 3 / 4, 3 / 4])
    assert made["copied"].week[0] == 10  # before that there is nobody in it
    assert made["copied"].survival[[0, 4, 5]] == pytest.approx([1, 1, 1 / 2])
    assert (made["not copied"].shops, made["copied"].shops) == (4, 2)


def test_who_dies_in_the_week_of_its_copy_died_uncopied() -> None:
    made = group_curves(study_of([(10, 10), (None, 8)]), "c", "copied")
    assert made["not copied"].survival[10] == 0  # the other one left this group in week 8
    assert (made["copied"].shops, made["copied"].survival[-1]) == (1, 1)


def test_groupings_are_those_that_split_the_study(study: Study, tmp_path) -> None:
    assert [[group.name for group in groups] for groups in groupings(study).values()] == [
        ["not_copied", "copied"],
        ["one", "several"],
        ["small", "middle", "large"],
    ]
    folder = store(tmp_path / "s", [SyntheticScenario()], seeds=[0], weeks=5, smes=5)
    bare = pd.read_parquet(folder / "sellers")[["scenario_id", "seed", "seller_id", "kind", "entry_week", "exit_week"]]
    bare.to_parquet(folder / "sellers/all.parquet")
    assert groupings(load(folder)) == {}
    assert group_curves(load(folder), "c00", "copied") == {}


def test_sizes_are_thirds_of_a_runs_shops(study: Study) -> None:
    made = group_curves(study, "c01", "size")
    assert list(made) == ["smallest third", "middle third", "largest third"]
    assert [curve.shops for curve in made.values()] == pytest.approx([5000 / 3] * 3, abs=10)
    assert {curve.seeds for curve in made.values()} == {10}


def test_the_copied_are_held_against_themselves_from_the_copy_on(study: Study) -> None:
    made = copied_twins(study, "c01", "c00")
    assert list(made) == [study.labels["c01"], study.labels["c00"]]
    pairs = copied_pairs(study, "c01", "c00")
    assert (pairs["copied_week"] == 8).all()
    for curve, scenario in zip(made.values(), ("", "_base"), strict=True):
        assert (curve.shops, curve.week[-1]) == (len(pairs), 156 - 8)
        assert curve.survival[0] == 1
        assert curve.survival[-1] == pytest.approx(pairs["lived" + scenario].mean())


def test_the_uncopied_are_followed_in_both_scenarios_from_the_week_of_the_copies(study: Study) -> None:
    made = uncopied_twins(study, "c01", "c00")
    pairs = uncopied_pairs(study, "c01", "c00")
    copied = set(copied_pairs(study, "c01", "c00")[["seed", "seller_id"]].itertuples(index=False))
    assert not copied & set(pairs[["seed", "seller_id"]].itertuples(index=False))
    assert (pairs["start"] == 8).all()
    for (label, curve), scenario in zip(made.items(), ("", "_base"), strict=True):
        assert (curve.shops, curve.survival[0]) == (len(pairs), 1)
        assert curve.survival[-1] == pytest.approx(pairs["lived" + scenario].mean()), label


def test_who_is_copied_later_is_watched_among_the_uncopied_up_to_then_in_both_scenarios() -> None:
    """Copies in weeks 4, 4 and 10: the third shop counts among the uncopied from week 4 to 10, and no death after."""
    study = two_scenarios(
        [(None, 4), (None, 4), (12, 10), (None, None)], [(None, None), (None, None), (15, None), (6, None)]
    )
    pairs = uncopied_pairs(study, "c", "b")
    assert pairs[["seller_id", "start", "stop"]].to_numpy().tolist() == [[2, 4, 10], [3, 4, WEEKS]]
    here, there = uncopied_twins(study, "c", "b").values()
    assert (here.survival[-1], there.survival[2]) == (1, 1 / 2)


def test_without_copies_or_where_both_scenarios_copy_there_are_no_twins(study: Study) -> None:
    for scenario, base in (("c00", "c01"), ("c02", "c01")):
        assert copied_twins(study, scenario, base) == uncopied_twins(study, scenario, base) == {}


def test_a_page_of_rules_alone_does_not_hold_the_copied_against_the_copied(study: Study, tmp_path: Path) -> None:
    """Project S in both scenarios: what it does to shops is not to be seen there."""
    assert figures_of(there(section(Findings(study))))[-1] == "copied-c01"
    rules = load(store(tmp_path / "s", headline()[1:], seeds=range(3), weeks=60, smes=100))
    found = Findings(rules)
    assert found.pair is not None
    made = there(section(found))
    assert figures_of(made) == ["group-copied-c01", "group-channels-c01", "group-size-c01"]
    assert not any(isinstance(part, Paragraph) for part in made.parts)  # nor told what the copied are held against


def figures_of(made: Section) -> list[str]:
    return [part.drawn.name for part in made.parts if isinstance(part, Figure)]


def test_survival_from_delayed_entry_is_that_of_the_shops_at_risk() -> None:
    """Shops that come in week 10 and after which nobody dies before say nothing of the weeks before."""
    study = study_of([(3, None), (12, None), (None, None)])
    counts = tally(study, study.shops, np.array([0, 10, 10]), np.full(3, WEEKS))
    survival, _ = kaplan_meier(counts.died.sum(0), counts.censored.sum(0))
    assert survival[[2, 3, 11, 12]] == pytest.approx([1, 0, 0, 0])
    late = study.shops[study.shops["exit_week"] != 3]
    counts = tally(study, late, np.array([10, 10]), np.full(2, WEEKS))
    survival, _ = kaplan_meier(counts.died.sum(0), counts.censored.sum(0))
    assert survival[[10, 11, 12, 20]] == pytest.approx([1, 1, 1 / 2, 1 / 2])
