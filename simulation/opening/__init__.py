"""The opening market: listings, their calibration and its cache, and the state that a run starts from."""

from .cache import open_market
from .calibration import CalibrationError
from .state import open_state
from .street import open_street

__all__ = ["CalibrationError", "open_market", "open_state", "open_street"]
