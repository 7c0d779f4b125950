"""Etalase: an agent-based model of a platform market whose platform may also sell.

>>> from simulation import Config, Market
>>> Market(Config.read({"platform": {"name": "project_s", "own_goods": True}})).run()
"""

from . import mesa_core  # noqa: F401  # first: before anything imports Mesa
from .agents.consumers import Consumer
from .agents.influencers import Influencer
from .agents.platform import Marketplace, Platform
from .agents.regulator import Regulator
from .agents.sellers import SME, Importer, StreetShop
from .config import Config
from .market import Market
from .opening.calibration import CalibrationError
from .outcomes import Results
from .settings import ConfigError
from .state.check import StateError
from .state.opening import Opening

__all__ = [
    "SME",
    "CalibrationError",
    "Config",
    "ConfigError",
    "Consumer",
    "Importer",
    "Influencer",
    "Market",
    "Marketplace",
    "Opening",
    "Platform",
    "Regulator",
    "Results",
    "StateError",
    "StreetShop",
]
