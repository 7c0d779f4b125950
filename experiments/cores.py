"""How many cores this process may use: those that it is bound to, and no more than its container is given."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def core_count(root: Path = Path("/")) -> int:
    """The cores that this process may use; root: of the file system, for tests."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    shares = [share for share in _shares(root) if share > 0]
    return max(1, min([cores, *map(math.ceil, shares)]))


def _shares(root: Path) -> Iterator[float]:
    """The cores' worth of time that each control group, from this process's own upwards, is given."""
    mounts = root / "sys/fs/cgroup"
    try:
        groups = [line.split(":", 2) for line in (root / "proc/self/cgroup").read_text().splitlines()]
    except OSError:  # no Linux
        return
    for _, controllers, path in (group for group in groups if len(group) == 3):
        if not controllers:  # version 2
            for folder in _upwards(mounts, path):
                with suppress(OSError, ValueError, ZeroDivisionError):
                    quota, period = (folder / "cpu.max").read_text().split()
                    yield int(quota) / int(period)  # "max" is no number: no limit
        elif "cpu" in controllers.split(","):
            for folder in (one for name in ("cpu", controllers) for one in _upwards(mounts / name, path)):
                with suppress(OSError, ValueError, ZeroDivisionError):
                    quota, period = ((folder / f"cpu.cfs_{of}_us").read_text() for of in ("quota", "period"))
                    yield int(quota) / int(period)  # -1: no limit


def _upwards(mount: Path, path: str) -> list[Path]:
    """The folders of a group and of those that it is in; of a container's group, often its mount alone is there."""
    folder = mount / path.strip("/")
    return [one for one in (folder, *folder.parents) if one == mount or mount in one.parents]
