"""Worlds: draws of what nobody has measured, which a study may meet in place of one set of settings."""

from .chosen import chosen, stale_note
from .sets import Worlds

__all__ = ["Worlds", "chosen", "stale_note"]
