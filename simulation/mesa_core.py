"""Mesa's core alone: the spaces, the collector and the batch runner are imported when somebody asks for them.

A market needs `Model`, `Agent` and `AgentSet`. The rest of Mesa brings pandas and half of scipy with it, which takes
half a second. `mesa.DataCollector` and the like work as ever.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

LATE = {
    "DataCollector": "mesa.datacollection",
    "batch_run": "mesa.batchrunner",
    "discrete_space": "mesa.discrete_space",
    "experimental": "mesa.experimental",
    "space": "mesa.space",
}


def import_core() -> None:
    """Import `mesa` with placeholders for the rest, which go again; a Mesa that needs it to start is imported whole."""
    if "mesa" in sys.modules:
        return
    placeholders = {home: ModuleType(home) for home in LATE.values()}
    for name, home in LATE.items():
        setattr(placeholders[home], name, None)
    sys.modules.update(placeholders)
    try:
        mesa: Any = importlib.import_module("mesa")
    except ImportError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "mesa"]:
            del sys.modules[name]
        return
    for name, home in LATE.items():
        sys.modules.pop(home, None)
        vars(mesa).pop(name, None)
    mesa.__getattr__ = _late


def _late(name: str) -> Any:
    """What `mesa` has under a name, imported now."""
    if name not in LATE:
        raise AttributeError(f"module 'mesa' has no attribute {name!r}")
    mesa, home = sys.modules["mesa"], importlib.import_module(LATE[name])
    found = home if LATE[name] == f"mesa.{name}" else getattr(home, name)
    setattr(mesa, name, found)
    return found


import_core()
