"""Each rule is named with its change; the best, the worst and the law in force with the flow that they move most."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from analysis import Study, load
from analysis.answer import answer
from analysis.findings import Findings
from analysis.language import speaking
from analysis.why import moves_most, why

from .present import there
from .synthetic import OUTCOMES, SyntheticScenario, store

RUPIAH = {"unit": "Rp", "direction": 0}
SHARE = {"unit": "share of orders", "direction": 0}
FLOWS = {
    "sme_revenue": {"label": "SMEs' sales", **RUPIAH},
    "commission_income": {"label": "commissions", **RUPIAH},
    "social_share": {"label": "social app's share", **SHARE},
    "price_index": {"label": "price index", "unit": "opening prices = 100", "direction": -1},
}
START = {"sme_revenue": 1e9, "commission_income": 5e7, "social_share": 0.6, "price_index": 100.0}
STUDY = [
    ("none", 0.02, {}),
    ("resale_ban", 0.012, {"social_share": 0.55, "commission_income": 4.9e7}),
    ("commission_cap", 0.016, {"social_share": 0.61, "commission_income": 2e7}),
    ("transparency", 0.02, {}),
    ("permendag_31_2023", 0.024, {"price_index": 112.0, "social_share": 0.5}),
    ("separation", 0.03, {"social_share": 0.1}),
]


def study_of(folder: Path, rules: list[tuple[str, float, dict[str, float]]], seeds: int = 6, **more: float) -> Study:
    scenarios = [
        SyntheticScenario(hazard, 0.1, {"platform": "project_s", "regulation": rule} | more, measured=START | moved)
        for rule, hazard, moved in rules
    ]
    return load(store(folder, scenarios, range(seeds), weeks=60, smes=300, outcomes=OUTCOMES | FLOWS))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return study_of(tmp_path_factory.mktemp("why") / "s", STUDY)


def told(study: Study) -> str:
    return " ".join(answer(study)).replace("\u00a0", " ").replace("−", "-")


@pytest.mark.parametrize(
    ("rule", "flow", "size"),
    [
        ("resale_ban", "social_share", 0.05),
        ("commission_cap", "commission_income", 3e7 / 1e9),  # of what the shops sell, more than a point of orders
        ("permendag_31_2023", "price_index", 0.12),
        ("separation", "social_share", 0.5),
    ],
)
def test_the_flow_that_moves_most_is_measured_against_all_that_is_sold(
    study: Study, rule: str, flow: str, size: float
) -> None:
    found = Findings(study)
    scenarios = {of["regulation"]: scenario for scenario, of in study.settings.items()}
    moved = there(moves_most(found, scenarios[rule], scenarios["none"]))
    assert moved.name == flow
    assert moved.size == pytest.approx(size)


def test_a_rule_that_moves_nothing_is_said_to(study: Study) -> None:
    found = Findings(study)
    scenarios = {of["regulation"]: scenario for scenario, of in study.settings.items()}
    assert "none changes distinguishably from zero" in why(found, scenarios["transparency"], scenarios["none"])


def test_a_flow_whose_interval_holds_zero_cannot_be_the_one(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    made = study_of(folder, STUDY[:2])
    runs = made.runs
    noisy = runs["scenario_id"].eq("c01") & runs["seed"].mod(2).eq(0)
    runs.loc[noisy, "social_share"] = 0.9  # up on one half of the seeds, down on the other
    runs.to_parquet(folder / "runs/all.parquet")
    found = Findings(load(folder))
    assert not found.change("c01", "c00", "social_share").clear
    assert there(moves_most(found, "c01", "c00")).name == "commission_income"


def test_the_best_the_worst_and_the_law_in_force_are_told_with_why(study: Study) -> None:
    said = told(study)
    assert "Of the 5 rules, resale ban keeps most alive" in said
    assert "What changes most: social app's share, -5.0 points" in said
    assert "Fewest live under separation: " in said
    assert "Under the law in force, Permendag 31/2023, " in said
    assert "What changes most: price index, +12" in said
    assert said.count("What changes most") == 3


def test_every_rule_is_named_under_what_it_does(study: Study) -> None:
    (line,) = [text for text in answer(study) if text.startswith("All rules, in points: ")]
    helps, harms, nothing = line.split("; ")
    assert "resale ban (+" in helps
    assert "commission cap (+" in helps
    assert "Permendag 31/2023 (−" in harms
    assert "separation (−" in harms
    assert "no difference on any seed: transparency." in nothing


def test_a_change_that_may_be_chance_is_said_to_be(tmp_path: Path) -> None:
    rules = [("none", 0.02, {}), ("separation", 0.0201, {}), ("resale_ban", 0.01, {})]
    said = told(study_of(tmp_path / "s", rules))
    assert "not distinguishable from zero: separation." in said
    (law,) = [text for text in said.split("Under ") if text.startswith("separation, the core of the law in force")]
    assert "(not distinguishable from zero)" in law
    assert "Fewest live" not in said  # which rule comes last is luck then


def test_one_seed_names_all_rules_and_claims_nothing(tmp_path: Path) -> None:
    said = told(study_of(tmp_path / "s", STUDY, seeds=1))
    assert "All rules, in points on the one seed: resale ban (+" in said
    for claim in ("What changes most", "Fewest live under", "law in force"):
        assert claim not in said


def test_the_law_has_a_range_where_several_scenarios_have_it(tmp_path: Path) -> None:
    scenarios = [
        SyntheticScenario(
            0.02 + more + slow, 0.1, {"platform": "project_s", "regulation": rule, "platform.favour": favour}
        )
        for rule, more in (("none", 0.0), ("permendag_31_2023", 0.01), ("resale_ban", -0.01))
        for favour, slow in ((1.0, 0.0), (2.0, 0.01))
    ]
    said = told(load(store(tmp_path / "s", scenarios, range(6), weeks=60, smes=300)))
    assert "Over the 2 scenarios with it the change goes from -" in said


def test_what_is_told_of_rules_is_whole_in_indonesian(study: Study) -> None:
    with speaking("id") as spoken:
        spoken.lacks.clear()
        said = " ".join(answer(study))
        assert spoken.lacks == set()
    assert "Yang paling berubah: bagian aplikasi sosial, −5,0" in said
    assert "Dengan aturan yang berlaku, Permendag 31/2023, " in said


IN_THE_STREET = {"street_survival_156w": {"label": "street shops alive", "unit": "share", "direction": 1}}


def beside_a_street(folder: Path, beliefs: dict[float, float], shops: float = 1.4) -> str:
    """What is told of separation in scenarios of these diversions, under which it saves so many street shops."""
    scenarios, config = [], []
    for diversion, saved in beliefs.items():
        for rule, hazard, alive in (("none", 0.003, 0.7), ("separation", 0.005, 0.7 + saved)):
            of = {"platform": "project_s", "regulation": rule, "street.diversion": diversion}
            scenarios.append(SyntheticScenario(hazard, 0.1, of, measured={"street_survival_156w": alive}))
            config.append({"street": {"shops": shops, "diversion": diversion}})
    found = load(store(folder, scenarios, range(5), smes=200, outcomes=OUTCOMES | IN_THE_STREET))
    planned = [one | {"config": of} for one, of in zip(found.planned, config, strict=True)]
    return told(dataclasses.replace(found, manifest={**found.manifest, "scenarios": planned}))


def test_what_separation_does_in_the_street_is_told_with_its_belief(tmp_path: Path) -> None:
    text = beside_a_street(tmp_path / "one", {0.4: 0.02})
    assert "alive by +2.0 points [+2.0, +2.0] where 40% of lost orders are bought there; nobody has measured" in text


def test_over_several_beliefs_it_is_told_at_both_ends(tmp_path: Path) -> None:
    text = beside_a_street(tmp_path / "many", {0.1: 0.01, 0.4: 0.09, 0.8: 0.05})
    assert "alive by +1.0 points [+1.0, +1.0] where 10% of lost orders are bought there and +5.0 points" in text
    assert "+9.0 points" not in text.partition("In the street")[2].partition(".;")[0].partition("nobody")[0]


def test_without_a_street_nothing_is_told_of_it(tmp_path: Path) -> None:
    assert "In the street" not in beside_a_street(tmp_path / "none", {0.4: 0.02}, shops=0.0)
