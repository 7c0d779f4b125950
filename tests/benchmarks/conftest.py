"""A small market for the benchmark."""

from __future__ import annotations

import pytest

from benchmarks.scenes import PLATFORMS, Scene, settings, warm

MARKET = {
    "consumers": 2_000,
    "smes": 60,
    "influencers": 10,
    "calibration_consumers": 2_000,
    "calibration_weeks": 4,
}


@pytest.fixture(scope="session", params=PLATFORMS)
def scene(request: pytest.FixtureRequest) -> Scene:
    """A week under each platform. Read only."""
    data = settings(request.param, MARKET)
    data["platform"] |= {"own_share": 0.1, "comparison": 0.5}
    return warm(data).scene()
