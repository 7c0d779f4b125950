"""A process that runs scenarios for the served page: a line of JSON in, one out. It is killed where it is slow."""

from __future__ import annotations

import json
import sys

from . import scenarios


def main() -> None:
    """Run each scenario that is asked for, and say which shop closed when."""
    for line in sys.stdin:
        asked = json.loads(line)
        market = scenarios.open_market(scenarios.config_of(asked["settings"]), asked["draw"])
        market.run()
        print(json.dumps(scenarios.exits(market).tolist()), flush=True)


if __name__ == "__main__":
    main()
