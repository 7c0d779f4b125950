"""The emulator of a truth that is known: its error, what it refuses, what it says of itself."""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
import pytest
from scipy.stats import qmc

from analysis.datasets import StudyError
from analysis.worlds.emulator import Emulator, emulate, emulated_sobol

KINDS = {"x": "linear", "scale": "log", "idle": "linear"}


def study(many: int = 80, seeds: int = 3, luck: float = 0.2, seed: int = 1) -> tuple[pd.Series, pd.DataFrame]:
    """Effects sin(3x) + log10(scale)² with luck of a known size; `idle` does nothing."""
    draw = np.random.default_rng(seed)
    unit = qmc.LatinHypercube(3, rng=draw).random(many)
    unknowns = pd.DataFrame({"x": unit[:, 0], "scale": 10 ** unit[:, 1], "idle": unit[:, 2]}).rename_axis("world")
    index = pd.MultiIndex.from_product([range(many), range(seeds)], names=["world", "seed"])
    values = np.repeat(truth(unknowns), seeds) + luck * draw.standard_normal(many * seeds)
    return pd.Series(values, index, name="survival"), unknowns


def truth(unknowns: pd.DataFrame) -> np.ndarray:
    return np.sin(3 * unknowns["x"].to_numpy()) + np.log10(unknowns["scale"].to_numpy()) ** 2


@pytest.fixture(scope="module")
def made() -> Emulator:
    return emulate(*study(), KINDS)


def test_its_error_is_that_of_worlds_that_were_not_run(made: Emulator) -> None:
    _, others = study(200, seed=2)
    inside = others[[made.outside(others.loc[[world]]) == "" for world in others.index]]
    assert len(inside) > 100
    said = made.ask(inside)
    off = said["mean"].to_numpy() - truth(inside)
    assert np.sqrt(np.mean(off**2)) < 0.1, "luck of 0.2 over 3 seeds leaves 0.115"
    assert made.error < 0.1
    assert np.mean(np.abs(off) < 1.96 * said["sd"]) > 0.85
    assert said["emulated"].all()


def test_the_seeds_own_error_is_luck_over_the_root_of_seeds(made: Emulator) -> None:
    assert made.own == pytest.approx(0.2 / 3**0.5, rel=0.15)
    assert made.trusted


def test_of_an_effect_that_it_cannot_learn_it_is_not_trusted() -> None:
    """Every world its own effect, and hardly any luck: held-out worlds are missed by far more than seeds leave."""
    _, unknowns = study(60)
    draw = np.random.default_rng(3)
    index = pd.MultiIndex.from_product([range(60), range(3)], names=["world", "seed"])
    values = np.repeat(draw.normal(size=60), 3) + 0.01 * draw.normal(size=180)
    made = emulate(pd.Series(values, index, name="survival"), unknowns, KINDS)
    assert made.error > 0.5
    assert not made.trusted
    with pytest.raises(StudyError, match="it must be below the seeds' own"):
        emulated_sobol(made)


def test_sobol_of_the_emulated_effect_is_the_truths(made: Emulator) -> None:
    """Var sin(3x) and Var t² of uniform x, t: the effect is their sum, so first and total indices are the same."""
    x = np.linspace(0, 1, 10_001)
    parts = np.array([np.var(np.sin(3 * x)), np.var(x**2), 0.0])
    one, two = emulated_sobol(made)
    shares = one.loc[["x", "scale", "idle"]]
    assert shares["first"].tolist() == pytest.approx(parts / parts.sum(), abs=0.1)
    assert shares["total"].tolist() == pytest.approx(parts / parts.sum(), abs=0.1)
    assert two["index"].abs().max() < 0.1
    assert one["emulated"].all()
    assert two["emulated"].all()


def test_it_refuses_worlds_outside_of_its_own(made: Emulator) -> None:
    inside = made.unknowns.iloc[[0]]
    with pytest.raises(StudyError, match=r"survival, emulated: got x = 2; it may be from .* to .*; run that world"):
        made.ask(inside.assign(x=2.0))
    with pytest.raises(StudyError, match="got no scale; it has learned from worlds with it"):
        made.ask(inside.drop(columns="scale"))
    assert made.ask(inside).shape == (1, 3)


def test_it_refuses_a_hole_in_its_worlds() -> None:
    differences, unknowns = study(200)
    ring = unknowns[(unknowns["x"] - 0.5).abs() + (np.log10(unknowns["scale"]) - 0.5).abs() > 0.45][["x", "scale"]]
    kept = differences[differences.index.isin(ring.index, level="world")]
    made = emulate(kept, ring, KINDS)
    with pytest.raises(StudyError, match="got world 7, far from every world"):
        made.ask(pd.DataFrame({"x": [0.5], "scale": [10**0.5]}, index=[7]))


def test_worlds_with_more_seeds_count_more() -> None:
    """Of two worlds at almost the same place the one on forty seeds decides, the one on a single seed does not."""
    differences, unknowns = study(40, luck=0.3)
    twin = unknowns.loc[[0]].assign(x=unknowns.loc[0, "x"] + 1e-4).rename(index={0: 40})
    index = pd.MultiIndex.from_product([[40], range(40)], names=["world", "seed"])
    heavy = pd.Series(truth(twin)[0] + 0.3 * np.random.default_rng(8).standard_normal(40), index, name="survival")
    wrong = differences.drop([(0, 1), (0, 2)])
    wrong.loc[(0, 0)] = truth(twin)[0] + 3.0
    made = emulate(pd.concat([wrong, heavy]), pd.concat([unknowns, twin]), KINDS)
    assert made.ask(twin)["mean"].iloc[0] == pytest.approx(truth(twin)[0], abs=0.3)


def test_an_unknown_that_is_the_same_everywhere_is_left_out() -> None:
    differences, unknowns = study(40)
    made = emulate(differences, unknowns.assign(idle=3.0), KINDS)
    assert list(made.unknowns) == ["x", "scale"]


@pytest.mark.parametrize(
    ("differences", "said"),
    [
        (study(5)[0], "survival: got 5 worlds; an emulator needs 20"),
        (study(30, seeds=1)[0], "survival: got one run in each world"),
        (study(30)[0] * 0 + 1.0, "survival: got the same effect in all 30 worlds"),
    ],
)
def test_too_little_is_one_line(differences: pd.Series, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        emulate(differences, study(30)[1], KINDS)


def test_without_the_extra_one_line_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.gaussian_process", None)
    with pytest.raises(StudyError, match=r"an emulator needs scikit-learn.*pip install '\.\[lab\]'"):
        emulate(*study(30), KINDS)
