"""The process of a peer: `python -m benchmarks.peers MODULE FOLDER`, by a Python that has the peer's library.

It reads week.npz of the folder, then a command a line: `step` answers with the seconds of a week and its orders,
`drawn` writes sets.npz, what everybody considers in a week, and `given` reads given.npz, such sets, and writes
books.npz, what follows from them, and bought.npy, what each has bought last then.
"""

from __future__ import annotations

import json
import sys
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Protocol

import numpy as np

from benchmarks.week import Books, Rows, Sets, Week


class Peer(Protocol):
    """What each module of this package has, made of a week."""

    @property
    def last_bought(self) -> Rows:
        """What each bought last."""

    def step(self) -> Books:
        """Everybody's week."""

    def drawn(self) -> Sets:
        """What everybody considers in a week."""

    def given(self, sets: Sets) -> Books:
        """The books that follow from these sets."""


def answer(peer: Peer, command: str, folder: Path) -> dict[str, float]:
    """Do what a line asks for."""
    if command == "drawn":
        peer.drawn().write(folder / "sets.npz")
        return {}
    began = perf_counter()
    books = peer.step() if command == "step" else peer.given(Sets.read(folder / "given.npz"))
    took = perf_counter() - began
    if command == "given":
        books.write(folder / "books.npz")
        np.save(folder / "bought.npy", peer.last_bought)
    return {"seconds": took, "orders": float(books.orders.sum())}


def main(module: str, folder: Path) -> None:
    """Answer line after line; whatever else is printed goes to stderr."""
    answers = sys.stdout
    with redirect_stdout(sys.stderr):
        peer: Peer = import_module(f"benchmarks.peers.{module}").Peer(Week.read(folder / "week.npz"))
        for line in sys.stdin:
            print(json.dumps(answer(peer, line.strip(), folder)), file=answers, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
