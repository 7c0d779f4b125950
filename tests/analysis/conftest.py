"""Studies that several tests read."""

from __future__ import annotations

import pytest

from analysis import Study, load

from .synthetic import headline, store


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The headline study in small: five scenarios, ten seeds, three years, 500 shops."""
    return load(store(tmp_path_factory.mktemp("results") / "headline", headline()))
