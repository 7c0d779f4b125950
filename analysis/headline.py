"""The headline of a study in a Markdown page: `python -m analysis.headline results/STUDY README.md`.

What stands between the page's two marks is replaced by the study's answer, so that no figure is typed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .answer import answer
from .datasets import StudyError
from .study import Study, load
from .whole import write_atomically

BEGIN, END = "<!-- headline: written by `make map` -->", "<!-- /headline -->"


def headed(page: str, study: Study) -> str:
    """The page with the study's answer between its marks. Raises `ValueError` where it has not one of each."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end or BEGIN in rest or END in after:
        raise ValueError(f"the page needs one line {BEGIN} and, after it, one line {END}")
    return f"{before}{BEGIN}\n{' '.join(answer(study))}\n{END}{after}"


def main() -> None:
    """Write the answer from the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m analysis.headline", description="Write a study's answer in a page."
    )
    parser.add_argument("study", type=Path, help="the study's folder, results/STUDY")
    parser.add_argument("page", type=Path, help="the Markdown file")
    asked = parser.parse_args()
    try:
        text = headed(asked.page.read_text(encoding="utf-8"), load(asked.study))
        write_atomically(asked.page, text.encode())
    except (StudyError, ValueError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
