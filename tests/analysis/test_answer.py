"""The short answer says what the study shows, and no more than it can."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from analysis import Study, load
from analysis.answer import answer, question
from analysis.findings import Findings
from analysis.sections.first import compared

from .present import there
from .synthetic import SyntheticScenario, headline, store

PROJECT_S = {"platform": "project_s"}


def plain(sentences: list[str]) -> str:
    return " ".join(sentences).replace("\u00a0", " ").replace("−", "-")


def test_the_headline_is_told_in_figures_of_the_study(study: Study) -> None:
    said = plain(answer(study))
    means = 100 * study.values.groupby(level="scenario_id").mean()["sme_survival_156w"]
    assert f"After three years {means['c00']:.1f}% [" in said
    assert "of the opening SMEs live without Project S" in said
    assert f"{means['c01']:.1f}% [" in said
    told = r"With the same random events in both scenarios that is (-[\d.]+) points .*?: about (\d+) of 500 shops fewer"
    change = re.search(told, said)
    assert change is not None
    assert float(change[1]) == pytest.approx(means["c01"] - means["c00"], abs=0.051)
    assert int(change[2]) == pytest.approx(5 * (means["c00"] - means["c01"]), abs=0.51)
    assert "Of the 3 rules, separation keeps most alive" in said
    assert "its lead over the next, neutral ranking," in said
    assert "95% intervals over 10 seeds" in said


def test_the_price_of_the_best_rule_is_named_in_rupiah(study: Study) -> None:
    said = plain(answer(study))
    surplus = study.values["consumer_surplus"].groupby(level="scenario_id").mean()
    told = re.search(r"separation changes consumer surplus by Rp (-[\d.]+) bn", said)
    assert told is not None
    assert float(told[1]) == pytest.approx((surplus["c02"] - surplus["c01"]) / 1e9, rel=0.01)


def test_scenarios_that_do_not_differ_are_said_not_to(tmp_path) -> None:
    for hazard, said in (
        (0.0041, "With 4 seeds that is not distinguishable from zero"),
        (0.004, "there is no difference, on any"),
    ):
        scenarios = [SyntheticScenario(0.004), SyntheticScenario(hazard, settings=PROJECT_S)]
        study = load(store(tmp_path / str(hazard), scenarios, seeds=range(4), weeks=60, smes=400))
        assert said in plain(answer(study))
    assert "changes" not in plain(answer(study))  # nor does it tell the price of nothing


def ruled(rules: list[tuple[str, float, dict[str, float]]]) -> list[SyntheticScenario]:
    return [SyntheticScenario(hazard, 0.1, PROJECT_S | {"regulation": rule} | at) for rule, hazard, at in rules]


def test_rules_that_keep_the_same_share_on_every_seed_are_not_said_to_be_in_doubt(tmp_path) -> None:
    rules = ruled([("none", 0.02, {}), ("a", 0.01, {}), ("b", 0.01, {}), ("c", 0.03, {})])
    said = plain(answer(load(store(tmp_path / "s", rules, seeds=range(4), weeks=60, smes=100))))
    assert "Of the 3 rules, a and b keep most alive, the same share on every seed: " in said


def test_the_rules_are_those_of_the_scenario_that_the_question_is_about(tmp_path) -> None:
    without, sells = ({"platform": name} for name in ("marketplace_only", "project_s"))
    rules = [("none", 0.02), ("a", 0.01), ("b", 0.03)]
    scenarios = [SyntheticScenario(h, 0.1, at | {"regulation": rule}) for at in (without, sells) for rule, h in rules]
    said = plain(answer(load(store(tmp_path / "s", scenarios, seeds=range(4), weeks=60, smes=200))))
    assert "Of the 2 rules, “Project S, a” keeps most alive" in said
    assert "This is against “Project S” only; rules in other scenarios stand in the tables below." in said
    assert "in other scenarios" not in plain(
        answer(load(store(tmp_path / "t", scenarios[3:], seeds=[0], weeks=9, smes=9)))
    )


def test_rules_in_the_scenario_without_the_platform_alone_are_told_there(tmp_path) -> None:
    scenarios = [SyntheticScenario(settings={"regulation": rule}) for rule in ("none", "a")]
    scenarios.insert(1, SyntheticScenario(0.01, 0.1, PROJECT_S))
    said = plain(answer(load(store(tmp_path / "s", scenarios, seeds=range(3), weeks=60, smes=100))))
    assert "Under a: " in said


def test_rules_that_the_seeds_cannot_rank_are_not_ranked(tmp_path) -> None:
    rules = ruled([("none", 0.02, {}), ("a", 0.01, {}), ("b", 0.0101, {}), ("c", 0.03, {})])
    said = plain(answer(load(store(tmp_path / "s", rules, seeds=range(4), weeks=60, smes=100))))
    assert "Of the 3 rules, a and b are too close to rank" in said
    assert "scenarios" not in said.replace("both scenarios", "")  # the ends are the rules', which are told already
    one = plain(answer(load(store(tmp_path / "one", rules, seeds=[0], weeks=60, smes=100))))
    assert "a, b and c are too close to rank" in one


def test_one_rule_at_some_settings_is_one_rule(tmp_path) -> None:
    leaky = [("a", 0.005 + leak / 50, {"regulation.leak": leak}) for leak in (0.1, 0.3, 0.5)]
    scenarios = ruled([("none", 0.02, {}), *leaky])
    said = plain(answer(load(store(tmp_path / "s", scenarios, seeds=range(4), weeks=60, smes=200))))
    assert "Of the 3 settings of one rule, “A, leak 0.1” keeps most alive" in said


def with_outcomes(folder: Path, scenarios: list[SyntheticScenario], **more: tuple[str, np.ndarray]) -> Study:
    """A study with further outcomes in Rp: what each is called, and its value in each scenario."""
    store(folder, scenarios, seeds=range(3), weeks=60, smes=100)
    manifest = json.loads((folder / "manifest.json").read_text())
    runs = load(folder).runs
    at = runs["scenario_id"].str[1:].astype(int)
    for name, (label, values) in more.items():
        manifest["outcomes"][name] = {"label": label, "unit": "Rp", "direction": 1}
        runs[name] = np.asarray(values, float)[at] * (1 + runs["seed"] / 100)
    (folder / "manifest.json").write_text(json.dumps(manifest))
    runs.to_parquet(folder / "runs/all.parquet")
    return load(folder)


def test_all_at_home_are_told_of_and_the_treasury_where_it_gains_or_pays(study: Study, tmp_path) -> None:
    """Total surplus, in which what a platform abroad earns counts, only where no sum of those at home is kept."""
    assert "total surplus by Rp" in plain(answer(study))
    assert "platform's profit (abroad) by Rp" in plain(answer(study))
    home = "surplus at home", np.array([9.0, 5, 6, 5, 5]) * 1e9
    for cost, told in (([0.0, 0, 0, 0, 0], False), ([0.0, 0, -2, 0, 0], True)):
        purse = "public revenue", np.array(cost) * 1e9
        made = with_outcomes(tmp_path / str(told), headline(), surplus_home=home, tax_revenue=purse)
        said = plain(answer(made))
        assert "and surplus at home by Rp +1.0" in said
        assert "total surplus" not in said
        assert ("public revenue by Rp -2.0" in said) == told
        table = there(compared(Findings(made)))
        heads = " ".join(map(str, table.columns))
        assert "Surplus at home" in heads
        assert ("Public revenue" in heads) == told
        assert "profit (abroad)" in heads


def test_sums_in_rupiah_are_told_in_one_unit_with_as_many_decimals(tmp_path) -> None:
    small = np.array([0, 0, 1.2e8, 0, 0])
    parts = {"tax_revenue": ("public revenue", small), "surplus_home": ("surplus at home", 100 * small)}
    made = with_outcomes(tmp_path / "s", headline(), **parts)
    price = next(text for text in answer(made) if "over the whole" in text)
    told = re.findall("by Rp\u00a0[+−]?[\\d,]+[.](\\d+)\u00a0(\\w+)", price)
    assert len(told) == 5
    assert len({(len(decimals), unit) for decimals, unit in told}) == 1
    assert {unit for _, unit in told} == {"bn"}


def test_a_difference_on_fewer_seeds_than_the_levels_says_so(tmp_path) -> None:
    folder = store(tmp_path / "s", headline()[:2], seeds=range(5), weeks=60, smes=100)
    assert "that both have" not in plain(answer(load(folder)))
    load(folder).runs.query("scenario_id == 'c01' or seed < 3").to_parquet(folder / "runs/all.parquet")
    assert " on the 3 seeds that both have" in plain(answer(load(folder)))


def test_ends_picked_after_the_fact_are_said_to_be(tmp_path) -> None:
    apart, alike = (0.01, 0.02, 0.04), (0.01, 0.0101, 0.0102)
    for hazards, told in ((apart, "Picked as the ends"), (alike, "are too close to rank")):
        scenarios = [SyntheticScenario(h, settings={"demand.impulse": h}) for h in hazards]
        said = plain(answer(load(store(tmp_path / told, scenarios, seeds=range(3), weeks=60, smes=100))))
        assert [words for words in ("Picked as the ends", "are too close to rank") if words in said] == [told]
    two = plain(answer(load(store(tmp_path / "two", scenarios[:2], seeds=[0], weeks=60, smes=100))))
    assert "Picked" not in two


def test_the_platform_is_asked_about_only_where_it_starts_to_sell(tmp_path) -> None:
    rules = headline()[1:]
    other = [SyntheticScenario(settings={"platform": "instagram_style", "regulation": "none"})]
    asked = [
        question(Findings(load(store(tmp_path / str(i), scenarios, seeds=[0], weeks=8, smes=9))))
        for i, scenarios in enumerate((headline(), [SyntheticScenario(), *other], [*rules, *other]))
    ]
    assert ["sell" in text.replace("sell through", "") for text in asked] == [True, False, True]
    assert "Which rule" not in asked[1]


def test_a_scenario_that_lost_what_it_had_is_held_against_a_named_one(tmp_path) -> None:
    scenarios = [SyntheticScenario(0.01, 0.1, PROJECT_S), SyntheticScenario(0.005)]
    said = plain(answer(load(store(tmp_path / "s", scenarios, seeds=range(3), weeks=60, smes=100))))
    assert "Against “Project S”, “No Project S” changes consumer surplus by" in said


def test_a_story_tells_no_week_of_closures_where_nobody_closed(tmp_path) -> None:
    for hazard, told in ((0.01, True), (1e-9, False)):
        folder = store(tmp_path / str(hazard), [SyntheticScenario(hazard, 0.1)], seeds=[0], weeks=60, smes=300)
        assert ("than in any other 13 weeks" in plain(answer(load(folder)))) == told
    weekly = pd.read_parquet(folder / "weekly/all.parquet")
    weekly["opening_smes_alive"] = np.nan
    weekly.loc[weekly["week"] > 50, "platform_share"] = np.nan
    weekly.to_parquet(folder / "weekly/all.parquet")
    said = plain(answer(load(folder)))
    assert "they take" in said
    assert "nan" not in said
    assert "–" not in said


def test_one_seed_claims_no_interval(tmp_path) -> None:
    said = plain(answer(load(store(tmp_path / "s", headline(), seeds=[3], weeks=60, smes=80))))
    assert "After one year" in said
    assert "[" not in said
    assert "On the one seed in common the difference is" in said
    assert "run more replications" in said


@pytest.mark.parametrize(
    ("scenarios", "expected"),
    [
        ([SyntheticScenario(0.003)], "of the opening SMEs live (No Project S)."),
        (
            [SyntheticScenario(h, settings={"demand.impulse": h}) for h in (0.02, 0.01, 0.03)],
            "Of the 3 scenarios “Impulse 0.01” keeps most",
        ),
        (
            [SyntheticScenario(0.003, settings=PROJECT_S | {"regulation": rule}) for rule in ("none", "separation")],
            "Under separation:",
        ),
    ],
)
def test_other_studies_get_their_own_story(tmp_path, scenarios: list[SyntheticScenario], expected: str) -> None:
    study = load(store(tmp_path / "s", scenarios, seeds=range(3), weeks=30, smes=60))
    said = plain(answer(study))
    assert said.startswith("After 30 weeks")
    assert expected in said


def test_a_study_without_smes_says_so(tmp_path) -> None:
    study = load(store(tmp_path / "s", [SyntheticScenario()], seeds=[0], weeks=5, smes=0))
    assert answer(study) == ["No run has opening SMEs, so there is no survival to compare."]
