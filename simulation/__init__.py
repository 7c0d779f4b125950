"""Etalase: an agent-based model of a platform market whose platform may also sell.

>>> from simulation import Config, Market
>>> Market(Config.read({"platform": {"name": "project_s", "own_goods": True}})).run()
"""

from .config import Config
from .consumers import Consumer
from .influencers import Influencer
from .market import Market, Results, StateError
from .opening import CalibrationError, Opening
from .parameters import ConfigError
from .platform import Platform
from .regulation import Regulator
from .sellers import SME, Importer

__all__ = [
    "SME",
    "CalibrationError",
    "Config",
    "ConfigError",
    "Consumer",
    "Importer",
    "Influencer",
    "Market",
    "Opening",
    "Platform",
    "Regulator",
    "Results",
    "StateError",
]
