"""Settings that have another name now, or another meaning: who gives the old one is told the new one."""

from __future__ import annotations

from collections.abc import Mapping

# Old dotted name to new one; both stand for all that is below them, too.
RENAMED: Mapping[str, str] = {
    "sellers.pricing": "pricing",
    "sellers.price_steps": "pricing.price_steps",
    "sellers.learning_rate": "pricing.learning_rate",
    "sellers.discount_factor": "pricing.discount_factor",
    "sellers.exploration_decay": "pricing.exploration_decay",
    "sellers.monopoly_margin": "pricing.monopoly_margin",
    "platform.own_pricing": "own_pricing",
    "platform.motive": "motive",
    "platform.loss_budget": "motive.loss_budget",
    "platform.response": "response",
    "channels.marketplace_fee": "rival.commission",
}

ODDS = "given as platform.favour, the odds of own listings in feed and search (1 is none, 2 shows them twice as often)"

# What is measured in another unit now, so that the old value says nothing: a dotted name, or GROUP=NAME, to what to do.
REPLACED: Mapping[str, str] = {
    "platform.self_preference": ODDS,
    "algorithm.own_boost": ODDS,
    "channels.rivals_abroad": "given as rival.abroad, of the marketplace, and channels.others_abroad, of the rival app "
    "and payment services",
    "algorithm=self_preferencing": f"algorithm=personalised with favour {ODDS}",
}


def new_name(name: str, renamed: Mapping[str, str] = RENAMED) -> str | None:
    """Return what a setting is called now; None where it was not renamed."""
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        if (new := renamed.get(".".join(parts[:end]))) is not None:
            return ".".join([new, *parts[end:]])
    return None
