"""Names for the arrays that the model is made of."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]  # numbers of rows in a table
Masks = NDArray[np.int32]  # sets of channels, a bit each
Rupiah = NDArray[np.int64]

TINY = 1e-300  # divides where a sum may be nothing
