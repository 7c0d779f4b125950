"""The plausible worlds that are shipped: of today's ranges and targets, of today's model, and told as they are."""

from __future__ import annotations

import hashlib
import sys

import numpy as np
import pandas as pd
import pytest
import yaml

from experiments import compose, plan
from experiments.worlds.chosen import OUTCOMES, about_plausible, chosen
from experiments.worlds.declared import FOLDER, read_targets, read_unknowns
from validation import plausible
from validation.baseline_hash import TABLE, baseline

pytestmark = pytest.mark.skipif(not about_plausible(), reason="no set is shipped")


def test_the_set_is_of_todays_model() -> None:
    """Where the baseline of outcomes has moved since: `python -m validation.plausible --calibrate`, or a notice."""
    stale = about_plausible()["baseline"] != baseline()
    assert stale == (plausible.STALE.strip() in plausible.PAGE.read_text(encoding="utf-8"))


def test_the_command_knows_of_which_outcomes_it_is() -> None:
    """`make outcomes` writes it; a release has no table of outcomes."""
    assert yaml.safe_load(OUTCOMES.read_text(encoding="utf-8")) == {"digest": baseline()}


def test_of_stale_worlds_a_study_says_so(tmp_path, monkeypatch) -> None:
    (other := tmp_path / "outcomes.yaml").write_text("digest: 0a0b0c\n")
    asked = ["market=indonesia_2023", "worlds=plausible:2", "study=x"]
    usual = plan.make(asked).notes
    monkeypatch.setattr(sys.modules["experiments.worlds.chosen"], "OUTCOMES", other)
    assert plan.make(asked).notes == ("worlds=plausible: the model's numbers have moved since these worlds were found; "
                                      "`etalase calibrate` finds them anew",)  # fmt: skip
    assert plan.make([*asked[:1], "worlds=prior:2", "study=x"]).notes == ()
    assert bool(usual) == (about_plausible()["baseline"] != baseline())


def test_the_baseline_moves_where_a_number_does(tmp_path, monkeypatch) -> None:
    (other := tmp_path / "outcomes.csv").write_text(TABLE.read_text() + "x,1\n")
    monkeypatch.setattr("validation.baseline_hash.TABLE", other)
    assert baseline() == hashlib.sha256(other.read_bytes()).hexdigest()[:16]


def test_the_set_is_what_is_said_of_it() -> None:
    worlds, about = chosen("plausible", "indonesia_2023"), about_plausible()
    assert worlds is not None
    assert (len(worlds), about["market"]) == (about["worlds"], "indonesia_2023")
    assert worlds.digest == about["digest"]
    assert list(worlds.unknowns) == about["unknowns"] == [one.name for one in read_unknowns()]
    assert 0.85 <= about["coverage_of_90"] <= 0.95
    assert about["truths"] >= 100


def test_profiles_and_targets_are_of_the_same_names() -> None:
    profiles = pd.read_csv(FOLDER / "plausible_profiles.csv", index_col="unknown")
    targets = pd.read_csv(FOLDER / "plausible_targets.csv", index_col="target")
    assert list(profiles.index) == [one.name for one in read_unknowns()]
    assert list(targets.index) == [one.name for one in read_targets()]
    assert (profiles["low"] <= profiles["median"]).all()
    assert np.isfinite(targets["distance"]).all()


def test_as_many_as_are_asked_for_stand_for_the_set() -> None:
    whole, few = chosen("plausible", "indonesia_2023"), chosen("40", "indonesia_2023")
    assert whole is not None
    assert few is not None
    assert set(few.values) <= set(whole.values)
    assert sum(few.weights) == pytest.approx(1)


def test_what_is_said_beside_the_set_is_plain() -> None:
    text = (FOLDER / "plausible.yaml").read_text(encoding="utf-8")
    assert yaml.safe_load(text) == about_plausible()
    assert "/tmp" not in text


def test_readme_and_walks_say_how_large_the_app_is() -> None:
    """The shares are settings, told by hand where a reader compares two studies."""
    (known,) = (one for one in read_unknowns() if one.name == "market.app_share")
    usual, taught = (compose(given).market.app_share for given in ((), ("market=classroom",)))
    said = f"between {100 * known.low:.0f} and {100 * known.high:.0f} %, where the study above has {100 * usual:.0f} %"
    assert said in plausible.README.read_text(encoding="utf-8")
    walks = plausible.PAGE.with_name("walks.md").read_text(encoding="utf-8").replace("\n", " ")
    assert f"the app has {100 * taught:.0f} % of their orders" in walks
    assert f"the app has {100 * usual:.0f} %." in walks
