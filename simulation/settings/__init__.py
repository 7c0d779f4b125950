"""Every group of parameters, each with default, unit, range and source, and the strategies chosen by name."""

from .channels import Channels
from .demand import Consideration, Demand
from .government import Government
from .influence import Influence
from .market import MarketSetting
from .parameter import ConfigError, Spec, build, check, parameter, unknown
from .platform import PlatformSetting
from .registry import Choice, Registry
from .rival import RivalSetting
from .sellers import Selling
from .strategies import STRATEGIES, choose
from .street import StreetSetting

__all__ = [
    "STRATEGIES",
    "Channels",
    "Choice",
    "ConfigError",
    "Consideration",
    "Demand",
    "Government",
    "Influence",
    "MarketSetting",
    "PlatformSetting",
    "Registry",
    "RivalSetting",
    "Selling",
    "Spec",
    "StreetSetting",
    "build",
    "check",
    "choose",
    "parameter",
    "unknown",
]
