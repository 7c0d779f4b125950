"""The packages of the extra `lab`, imported only where they are used: most studies need none of them."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..datasets import StudyError


def needed(module: str, use: str) -> Any:
    """The module; raises `StudyError` with the one line to type where it is not installed."""
    try:
        return import_module(module)
    except ImportError as error:
        package = {"sklearn": "scikit-learn"}.get(module.partition(".")[0], module.partition(".")[0])
        raise StudyError(f"{use} needs {package}, which is not installed: pip install '.[lab]'") from error
