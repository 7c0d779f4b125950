"""What stored files call by an older name. A scenario was called a cell; files of that time are read for ever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OLD = {"cell": "scenario", "cells": "scenarios", "cell_id": "scenario_id"}


def today(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields under today's names; a name of today goes before its older one. No settings are looked into."""
    renamed = {OLD[name]: value for name, value in data.items() if name in OLD}
    return renamed | {name: value for name, value in data.items() if name not in OLD}


def manifest_today(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a manifest's fields under today's names, those of its plan and of its scenarios among them."""
    fields = today(data)
    if isinstance(planned := fields.get("planned"), dict):
        fields["planned"] = today(planned)
    if isinstance(scenarios := fields.get("scenarios"), list):
        fields["scenarios"] = [today(one) if isinstance(one, dict) else one for one in scenarios]
    return fields
