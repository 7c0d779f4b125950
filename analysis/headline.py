"""The headline of a study in a Markdown page: `python -m analysis.headline results/STUDY README.md [worlds]`.

What stands between the page's two marks is replaced by the study's answer, so that no figure is typed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .answer import answer, sureness, survival
from .datasets import StudyError
from .findings import Findings
from .study import Study, load
from .whole import write_atomically

HEADLINE, WORLDS = "headline", "worlds"
COMMANDS = {HEADLINE: "map", WORLDS: "plausible"}


def marks(name: str) -> tuple[str, str]:
    """What stands before a headline of this name, and after it."""
    return f"<!-- {name}: written by `make {COMMANDS[name]}` -->", f"<!-- /{name} -->"


def told(study: Study, name: str) -> str:
    """The answer as a list; of a study in many worlds what becomes of shops, and how sure that is, as a paragraph."""
    if name == HEADLINE:
        return "\n".join(f"- {line}" for line in answer(study))
    return " ".join([*survival(Findings(study)), sureness(study)])


def headed(page: str, study: Study, name: str = HEADLINE) -> str:
    """The page with the study's answer between its marks. Raises `ValueError` where it has not one of each."""
    first, last = marks(name)
    before, begin, rest = page.partition(first)
    _, end, after = rest.partition(last)
    if not begin or not end or first in rest or last in after:
        raise ValueError(f"the page needs one line {first} and, after it, one line {last}")
    return f"{before}{first}\n{told(study, name)}\n{last}{after}"


def main() -> None:
    """Write the answer from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.headline", description="Write a study's answer in a page."
    )
    parser.add_argument("study", type=Path, help="the study's folder, results/STUDY")
    parser.add_argument("page", type=Path, help="the Markdown file")
    parser.add_argument("name", nargs="?", default=HEADLINE, choices=(HEADLINE, WORLDS), help="whose marks")
    asked = parser.parse_args()
    try:
        text = headed(asked.page.read_text(encoding="utf-8"), load(asked.study), asked.name)
        write_atomically(asked.page, text.encode())
    except (StudyError, ValueError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
