"""Etalase: an agent-based model of a platform market whose platform may also sell.

>>> from simulation import Config, Market
>>> Market(Config.read({"platform": {"name": "project_s", "own_goods": True}})).run()
"""

from .config import Config
from .market import Market, Results, StateError
from .opening import CalibrationError, Opening
from .parameters import ConfigError

__all__ = ["CalibrationError", "Config", "ConfigError", "Market", "Opening", "Results", "StateError"]
