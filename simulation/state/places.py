"""Places: where designs stand in taste space."""

from __future__ import annotations

import numpy as np

from ..arrays import Floats, Rows
from ..chance import Chance, Stream, calibration


def place_designs(chance: Chance, category: Rows, ids: Rows) -> Floats:
    """Places in taste space: unit vectors around a direction of the category, a seed's own. Shape (J, 4)."""
    centre = calibration(chance.seed).directions(Stream.PLACE, 1, category)
    place = 0.5 * centre + chance.directions(Stream.PLACE, 0, ids)
    return place / np.linalg.norm(place, axis=1, keepdims=True)
