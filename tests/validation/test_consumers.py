"""The page of consumers: spreads, the consumers' part of them and costs of a study whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from analysis import Study
from experiments import compose
from simulation.chance import Chance, Stream
from tests.validation.made import made
from validation import antithetic, consumers
from validation.antithetic import Mirrored
from validation.consumers import ASKED, NUMBERS, PLATFORM, SAMPLED, SEEDS, USUAL, WITH, label

SURVIVAL = ASKED[0]
SHOPS, DRAWN = 0.01, 0.02  # sd of a seed's effect from shops; of the noise that the smallest number of consumers adds


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Shops' luck is the same at every number, noise falls with its root; one draw each doubles the spread."""
    draw = np.random.default_rng(5)
    luck, noise = (sd * draw.permutation(np.linspace(-1.5, 1.5, SEEDS)) for sd in (SHOPS, DRAWN))
    runs = {}
    for n in (*NUMBERS, 0):
        for platform in PLATFORM:
            effect = -0.05 + luck + noise * (NUMBERS[0] / (n or USUAL)) ** 0.5
            effect = 2 * effect if n == 0 else effect
            alive = 0.6 + (effect if platform == WITH else np.zeros(SEEDS))
            name = label(platform, n) if n else label(platform, USUAL, "one draw each")
            more = {one.outcome: alive for one in ASKED}
            runs[name] = pd.DataFrame({"seed": np.arange(SEEDS), **more})
    return made(tmp_path_factory.mktemp("consumers"), runs)


def test_the_consumers_part_is_the_distance_from_the_largest_number(study: Study) -> None:
    largest = consumers.found(study, SURVIVAL, NUMBERS[-1])
    parts = [float((consumers.found(study, SURVIVAL, n) - largest).std()) for n in NUMBERS[:-1]]
    unit = 100 * DRAWN * float(np.linspace(-1.5, 1.5, SEEDS).std(ddof=1))
    root = (NUMBERS[0] / np.array(NUMBERS)) ** 0.5
    assert parts == pytest.approx(unit * (root[:-1] - root[-1]))


def test_seeds_are_those_that_the_wanted_width_needs() -> None:
    assert consumers.runs_needed(1.0, 1.96) == pytest.approx(1.0)
    assert consumers.runs_needed(2.0, 0.98) == pytest.approx(16.0)


def test_the_cheapest_number_pays_for_time_and_spread(study: Study) -> None:
    """Where time is the same at every number the largest is best; where it grows a thousandfold, the smallest."""
    free = consumers.best(study, dict.fromkeys(NUMBERS, 1.0))
    dear = consumers.best(study, {n: float(1000**k) for k, n in enumerate(NUMBERS)})
    assert f"least at {NUMBERS[-1]:,} consumers" in free[0]
    assert "least at 5,000 consumers" in dear[0]


def test_enough_consumers_add_little_beside_the_spread_over_seeds(study: Study) -> None:
    share = consumers.added(study, SURVIVAL)
    first = next(n for n in share if share[n] <= consumers.LITTLE)
    assert list(share.values()) == sorted(share.values(), reverse=True)  # the noise of this study falls with its root
    assert f": from {first:,} consumers on." in consumers.enough(study)[0]
    assert f"it is {100 * share[USUAL]:.0f} %" in consumers.enough(study)[0]


def test_where_no_number_is_enough_it_is_said(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "LITTLE", 0.0)
    assert ": at none of these numbers." in consumers.enough(study)[0]


def test_the_page_tells_what_is_free(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumers, "seconds", lambda n: n / 10_000)
    monkeypatch.setattr(consumers, "mirrored_table", lambda: "mirrored")
    page = consumers.write(study)
    assert all(f"**{one.words}**" in page for one in ASKED)
    assert f"| {SURVIVAL.words} |" in page
    assert "| 2.00 |" in page
    assert Path(consumers.TEMPLATE).is_file()


def test_the_study_has_both_platforms_at_every_number() -> None:
    assert len(consumers.DESIGN.scenarios) == 2 * (len(NUMBERS) + 1)
    assert sum(SAMPLED in said for said in consumers.DESIGN.scenarios.values()) == 2


def test_a_mirror_image_has_the_opposite_luck_and_the_same_words() -> None:
    plain, image, who = Chance(3), Mirrored(3), np.arange(50)
    assert image.uniform(Stream.PRICE, who, 7) == pytest.approx(1.0 - plain.uniform(Stream.PRICE, who, 7))
    assert image.normal(Stream.PRICE, who, 7) == pytest.approx(-plain.normal(Stream.PRICE, who, 7))
    assert image.one_normal(Stream.PRICE, who, 7) == pytest.approx(-plain.one_normal(Stream.PRICE, who, 7))
    assert (image.words(Stream.PRICE, who, 7) == plain.words(Stream.PRICE, who, 7)).all()


def test_an_answer_that_luck_alone_makes_falls_with_its_mirror_image() -> None:
    luck = np.random.default_rng(2).normal(size=(200, 1))
    found = np.stack([np.hstack([luck, luck, np.abs(luck)]), np.hstack([-luck, luck, np.abs(luck)])], axis=1)
    rho = [one[0] for one in antithetic.correlations(found + 1e-6 * np.random.default_rng(3).normal(size=found.shape))]
    assert rho == pytest.approx([-1.0, 1.0, 1.0], abs=1e-6)


def test_a_mirror_image_opens_the_same_market_and_lives_another_life() -> None:
    config = compose(["market=classroom", "market.calibration_consumers=1000", "weeks=4"])
    plain, again, image = (antithetic.outcomes(config, mirrored) for mirrored in (False, False, True))
    assert plain == again
    assert plain["sme_profit"] != image["sme_profit"]


def test_pairs_gain_where_their_interval_is_narrower() -> None:
    """Ten seeds of sd 1 against five pairs, at the correlation that the formula gives."""
    rho = antithetic.least_gain(10)
    half = [stats.t.ppf(0.975, n - 1) * (var / n) ** 0.5 for n, var in ((10, 1.0), (5, (1.0 + rho) / 2.0))]
    assert half[0] == pytest.approx(half[1])
    assert -1.0 < rho < antithetic.least_gain(100) < 0.0
