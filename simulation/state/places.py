"""Places: where designs stand in taste space."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from ..arrays import Floats, Rows
from ..chance import Chance, Stream, calibration, unit


def place_designs(chance: Chance, category: Rows, ids: Rows) -> Floats:
    """Places in taste space: unit vectors around a direction of the category, a seed's own. Shape (J, 4)."""
    centre = _centres(chance.seed, int(category.max(initial=0)) + 1)[category]
    return unit(0.5 * centre + chance.directions(Stream.PLACE, 0, ids))


@lru_cache(maxsize=64)
def _centres(seed: int, categories: int) -> Floats:
    """A seed's direction of each category. Shape (K, 4)."""
    return calibration(seed).directions(Stream.PLACE, 1, np.arange(categories))
