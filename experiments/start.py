"""Where the script `etalase` starts."""

from . import quiet  # noqa: F401  # first: from here on Ctrl-C leaves no traceback
from .run import main

__all__ = ["main"]
