"""A module of the user's own that registers strategies, rules and outcomes, named by `plugins=NAME`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis import load
from experiments import compose, fingerprint, plugins
from experiments.run import main
from simulation import Market
from simulation.law.instruments import instruments
from simulation.outcomes import OUTCOMES
from simulation.settings.parameter import ConfigError
from simulation.settings.strategies import STRATEGIES, rankings

SMALL = ["market=classroom", "market.consumers=200", "market.smes=20", "weeks=3"]
SMALL += ["market.calibration_consumers=500", "market.calibration_weeks=2"]
MODULE = '''
from typing import Annotated

import numpy as np

from simulation.law.instruments import instruments
from simulation.outcomes import outcome
from simulation.settings import Spec
from simulation.settings.strategies import pricing_behaviours, rankings


@rankings.register
def small_first(view, *, lead: Annotated[float, Spec("d ln exposure / d ln popularity", "made up", 0.0, 5.0)] = 1.0):
    """Whom few have bought, first."""
    return np.tile(-lead * np.log(view.popularity), (view.certainty.size, 1))


@pricing_behaviours.register
def dear(view):
    """A tenth more than it is listed for."""
    return 1.1 * view.listed


@instruments.register
def own_goods_quota(*, share: Annotated[float, Spec("share of own listings", "made up", 0.0, 1.0)] = 0.5):
    """A part of the own listings may stay."""
    return {"own_brand": share, "resale": share}


@outcome("a constant", "1", 0, "mean")
def answer(week):
    """Forty-two."""
    return 42.0
'''
CHOSEN = ["algorithm=small_first", "algorithm.lead=2", "pricing=dear", "regulation=own_goods_quota"]


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a plugin in the working folder; whatever it registers is gone afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(plugins, "_loaded", {})
    (tmp_path / "my_rules.py").write_text(MODULE)
    registries = [*STRATEGIES.values(), instruments, OUTCOMES]
    before = [dict(registry) for registry in registries]
    yield "my_rules"
    for registry, kept in zip(registries, before, strict=True):
        for name in registry.keys() - kept.keys():
            del registry[name]
    sys.modules.pop("my_rules", None)


@pytest.mark.usefixtures("no_page")
@pytest.mark.parametrize("launcher", [pytest.param("basic", marks=pytest.mark.long), "joblib"])
def test_a_sweep_finds_it_in_every_process(module: str, launcher: str) -> None:
    arguments = ["-m", f"plugins={module}", *SMALL, *CHOSEN, "regulation.own_goods_quota.share=0.2,0.4"]
    assert main([*arguments, "replications=2", f"hydra/launcher={launcher}", "study=mine"]) == 0
    runs = load(Path("results/mine")).runs
    assert len(runs) == 4
    assert (runs["answer"] == 42.0).all()
    assert set(runs["algorithm"]) == {"small_first"}


def test_it_does_what_it_says(module: str) -> None:
    market = Market(compose([f"plugins={module}", *SMALL, *CHOSEN])).run()
    smes = market.listings.live_smes
    assert market.listings.price[smes] == pytest.approx(1.1 * market.listings.listed[smes])
    assert market.series["answer"] == [42.0] * 3


def test_a_preset_may_name_it(module: str, add_preset: object) -> None:
    text = f"defaults:\n  - override /algorithm: small_first\nplugins: {module}\nweeks: 2\n"
    add_preset("mine", text)  # type: ignore[operator]
    assert compose(["experiment=mine"]).algorithm.name == "small_first"


def test_what_is_registered_while_running_is_there_at_once(module: str) -> None:
    with pytest.raises(ConfigError, match="algorithm: got here_and_now; it may be one of chronological"):
        compose(["algorithm=here_and_now"])
    rankings.register(here_and_now)
    assert compose(["algorithm=here_and_now"]).algorithm.name == "here_and_now"


def here_and_now(view: object) -> object:
    """A ranking that a notebook has just defined."""
    raise NotImplementedError


def test_results_of_another_plugin_are_not_taken_for_its_own(module: str, tmp_path: Path) -> None:
    bare = fingerprint.model_hash()
    plugins.Plugins.named(module).load()
    first = fingerprint.model_hash()
    fingerprint.extended.cache_clear()
    (tmp_path / "my_rules.py").write_text(MODULE + "# another\n")
    assert len({bare, first, fingerprint.model_hash()}) == 3


@pytest.mark.parametrize(
    ("named", "line"),
    [
        ("nowhere", "plugins: got nowhere; it may be a module that can be imported from here (ModuleNotFoundError"),
        ("my-rules", "plugins: got my-rules; it may be the name of a Python module"),
        ("broken", "plugins: got broken; it may be a module that can be imported from here (ZeroDivisionError"),
        ("[my_rules,nowhere]", "plugins: got nowhere; it may be a module"),
    ],
)
def test_a_module_that_cannot_be_used_is_one_line(
    module: str, named: str, line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "broken.py").write_text("1 / 0\n")
    assert main([f"plugins={named}", *SMALL]) == 2
    said = capsys.readouterr().err
    assert line in said
    assert said.count("\n") == 1
    assert not Path("results").exists()
