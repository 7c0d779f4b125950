"""Names for the arrays that the model is made of."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]  # numbers of rows in a table
Masks = NDArray[np.int32]  # sets of channels, a bit each
Rupiah = NDArray[np.int64]

TINY = 1e-300  # divides where a sum may be nothing


def freeze(view: Any) -> None:
    """Make the arrays of a frozen dataclass read-only, those in its dicts too; who handed them over may still write."""
    for name, value in vars(view).items():
        object.__setattr__(view, name, _read_only(value))


def _read_only(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _read_only(inner) for name, inner in value.items()}
    if not isinstance(value, np.ndarray):
        return value
    seen = value.view()
    seen.flags.writeable = False
    return seen
