"""Memory over many runs in one process: `python -m benchmarks.memory [RUNS]` prints it every hundred runs."""

from __future__ import annotations

import gc
import os
import sys
import weakref
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from simulation import Config, Market

STATM = Path("/proc/self/statm")
TINY = Config.read(
    {
        "weeks": 4,
        "market": {
            "name": "classroom",
            "consumers": 3_000,
            "smes": 20,
            "influencers": 5,
            "calibration_consumers": 1_000,
            "calibration_weeks": 2,
        },
    }
)


def resident() -> int:
    """Bytes of this process that are in memory; its peak where the system does not tell."""
    if STATM.exists():
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def runs(number: int, config: Config = TINY) -> Iterator[tuple[int, int, int]]:
    """Run market after market: after each its number, resident bytes, and how many are in memory still."""
    opening = Market(config).opening
    markets: weakref.WeakSet[Market] = weakref.WeakSet()
    for run in range(1, number + 1):
        market = Market(config, opening=opening).run()
        market.results()
        markets.add(market)
        yield run, resident(), len(markets)


def growth(sizes: Sequence[int]) -> float:
    """Bytes that each run leaves behind, once warm: the slope over the later half of the runs."""
    late = sizes[len(sizes) // 2 :]
    return float(np.polyfit(np.arange(len(late)), late, 1)[0])


def main(number: int) -> None:
    """Print the table, and what is left when the garbage is collected."""
    print(f"Mesa {version('mesa')}, Python {sys.version.split()[0]}, {TINY.market.consumers:,} consumers")
    print(f"{'runs':>6} {'resident MB':>12} {'markets in memory':>18}")
    sizes = []
    for run, size, alive in runs(number):
        sizes.append(size)
        if run == 1 or run % 100 == 0:
            print(f"{run:>6,} {size / 1e6:>12.1f} {alive:>18}")
    print(f"growth over the later half: {growth(sizes):,.0f} bytes a run")
    gc.collect()
    print(f"markets in memory after a collection: {sum(isinstance(o, Market) for o in gc.get_objects())}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
