"""Markets that many tests read, each made once in a worker."""

from __future__ import annotations

import numpy as np
import pytest

from simulation import Market
from tests.simulation.worlds import PROJECT_S, Scene, Watched, ended, small


@pytest.fixture(scope="session")
def baseline() -> Market:
    """A small market without Project S, at its end. Read only."""
    return ended()


@pytest.fixture(scope="session")
def project_s() -> Market:
    """The same market with Project S, at its end. Read only."""
    return ended(PROJECT_S)


def scene_of(*changes: dict[str, object], weeks: int = 12) -> Scene:
    """What the consumers of a small market of 900 meet after some weeks."""
    market = Watched(small({"market": {"consumers": 900}}, *changes))
    for _ in range(weeks):
        market.step()
    return market.scene


@pytest.fixture(scope="session")
def scene() -> Scene:
    """A week of a market without Project S."""
    return scene_of()


@pytest.fixture(scope="session")
def own_scene() -> Scene:
    """A week of a market in which copies stand beside their originals."""
    scene = scene_of(PROJECT_S)
    assert np.count_nonzero(scene.shop.own) >= 3
    return scene


@pytest.fixture(scope="session")
def merged_scene() -> Scene:
    """The same where the platform owns the marketplace, too, and sells there."""
    return scene_of(PROJECT_S, {"platform": {"owns_marketplace": True}})
