"""The short answer says what the study shows, and no more than it can."""

from __future__ import annotations

import re

import pytest

from analysis import Study, load
from analysis.answer import answer

from .synthetic import SyntheticCell, headline, store

PROJECT_S = {"platform": "project_s"}


def plain(sentences: list[str]) -> str:
    return " ".join(sentences).replace("\u00a0", " ").replace("−", "-")


def test_the_headline_is_told_in_figures_of_the_study(study: Study) -> None:
    said = plain(answer(study))
    means = 100 * study.values.groupby(level="cell_id").mean()["sme_survival_156w"]
    assert f"After three years {means['c00']:.1f}% [" in said
    assert "of the opening SMEs live without Project S" in said
    assert f"{means['c01']:.1f}% [" in said
    told = r"With the same luck in both worlds that is (-[\d.]+) points .*?: about (\d+) of 500 shops fewer"
    change = re.search(told, said)
    assert change is not None
    assert float(change[1]) == pytest.approx(means["c01"] - means["c00"], abs=0.051)
    assert int(change[2]) == pytest.approx(5 * (means["c00"] - means["c01"]), abs=0.51)
    assert "Of the 3 rules, separation keeps most alive" in said
    assert "its lead over the next, neutral ranking," in said
    assert "95% intervals over 10 seeds" in said


def test_the_price_of_the_best_rule_is_named_in_rupiah(study: Study) -> None:
    said = plain(answer(study))
    surplus = study.values["consumer_surplus"].groupby(level="cell_id").mean()
    told = re.search(r"separation changes consumer surplus by Rp (-[\d.]+) bn", said)
    assert told is not None
    assert float(told[1]) == pytest.approx((surplus["c02"] - surplus["c01"]) / 1e9, rel=0.01)


def test_worlds_that_do_not_differ_are_said_not_to(tmp_path) -> None:
    cells = [SyntheticCell(0.004), SyntheticCell(0.004, settings=PROJECT_S)]
    study = load(store(tmp_path / "s", cells, seeds=range(4), weeks=60, smes=50))
    assert "which 4 seeds cannot tell from none" in plain(answer(study))


def test_one_seed_claims_no_interval(tmp_path) -> None:
    said = plain(answer(load(store(tmp_path / "s", headline(), seeds=[3], weeks=60, smes=80))))
    assert "After one year" in said
    assert "[" not in said
    assert "On the one seed in common the difference is" in said
    assert "run more replications" in said


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([SyntheticCell(0.003)], "of the opening SMEs live (No Project S)."),
        (
            [SyntheticCell(h, settings={"demand.impulse": h}) for h in (0.02, 0.01, 0.03)],
            "Of the 3 cells “Impulse 0.01” keeps most",
        ),
        (
            [
                SyntheticCell(0.003, settings=PROJECT_S | {"regulation": rule})
                for rule in ("none", "separation")
            ],
            "Under separation:",
        ),
    ],
)
def test_other_studies_get_their_own_story(tmp_path, cells: list[SyntheticCell], expected: str) -> None:
    study = load(store(tmp_path / "s", cells, seeds=range(3), weeks=30, smes=60))
    said = plain(answer(study))
    assert said.startswith("After 30 weeks")
    assert expected in said


def test_a_study_without_smes_says_so(tmp_path) -> None:
    study = load(store(tmp_path / "s", [SyntheticCell()], seeds=[0], weeks=5, smes=0))
    assert answer(study) == ["No run has opening SMEs, so there is no survival to compare."]
