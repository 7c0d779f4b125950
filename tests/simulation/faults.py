"""Damage to files, at random and yet the same every time."""

from __future__ import annotations

import os
import random

FAULTS = int(os.environ.get("FAULTS", "400"))  # make test-faults has 10,000


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Bytes of a file after something has gone wrong with it: cut, left out, flipped, replaced, zeroed, a zip's own."""
    data, kind = bytearray(content), chance.randrange(6)
    at, length = chance.randrange(len(data)), 1 << chance.randrange(12)
    if kind == 0:
        del data[at:]
    elif kind == 1:
        del data[at : at + length]
    elif kind == 2:
        data[at] ^= 1 << chance.randrange(8)
    elif kind == 3:
        data[at : at + length] = chance.randbytes(min(length, len(data) - at))
    elif kind == 4:
        data[at : at + length] = bytes(min(length, len(data) - at))
    else:
        at = chance.choice([m for m in range(len(data)) if data[m : m + 2] == b"PK"] or [0]) + chance.randrange(60)
        data[min(at, len(data) - 1)] ^= 1 << chance.randrange(8)
    return bytes(data)
