"""The engine's benchmark: `python -m benchmarks.engine [--quick] [--to FOLDER]`.

Prints every table in one run; the full form also writes docs/engine.md and docs/engine.svg.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import FULL, QUICK, Figures, measure, say
from benchmarks.page import page, tables
from benchmarks.picture import svg

DOCS = Path(__file__).parent.parent / "docs"


def write(figures: Figures, folder: Path) -> None:
    """The page and its picture."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "engine.md").write_text(page(figures), encoding="utf-8")
    (folder / "engine.svg").write_text(svg(figures), encoding="utf-8")
    say(f"written: {folder / 'engine.md'} and {folder / 'engine.svg'}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.engine", description="Measure the engine.")
    parser.add_argument("--quick", action="store_true", help="a minute, at small sizes; writes nothing")
    parser.add_argument("--to", type=Path, help="write engine.md and engine.svg here; the full form: docs")
    asked = parser.parse_args(arguments)
    figures = measure(QUICK if asked.quick else FULL)
    print(tables(figures))
    folder = asked.to or (None if asked.quick else DOCS)
    if folder is not None:
        write(figures, folder)


if __name__ == "__main__":
    main()
