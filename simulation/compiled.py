"""numba's `njit` with a cache that stops no run: where it cannot be kept or read, functions are compiled again."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numba
import numba.core.config
from numba.core.caching import FunctionCache

from .surroundings import own_folder

BROKEN = (OSError, EOFError, pickle.UnpicklingError, ValueError, TypeError, AttributeError, ImportError, IndexError)


class Cache(FunctionCache):
    """numba's cache, of which nothing is asked: a full disk or a torn file costs time."""

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """What is kept; None where nothing is, or nothing that can be read, which is then forgotten."""
        try:
            return super().load_overload(sig, target_context)
        except BROKEN:
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep it if that is possible."""
        with suppress(*BROKEN):
            super().save_overload(sig, data)


def njit(*, cache: bool = False, **options: Any) -> Callable[[Any], Any]:
    """`numba.njit`; what is cached lies beside the source, or in the user's folder, or in one of this package's own."""

    def compiled(function: Any) -> Any:
        made = numba.njit(**options)(function)
        if cache and (kept := _cache(function)) is not None:
            made._cache = kept
        return made

    return compiled


def _cache(function: Any) -> Cache | None:
    """The cache of a function; None where there is no folder that it could lie in."""
    with suppress(RuntimeError, OSError):
        return Cache(function)
    folder = own_folder("numba")
    if folder is None:
        return None
    config: Any = numba.core.config
    config.CACHE_DIR = os.environ["NUMBA_CACHE_DIR"] = str(folder)  # for this process, and for those that it starts
    with suppress(RuntimeError, OSError):
        return Cache(function)
    return None
