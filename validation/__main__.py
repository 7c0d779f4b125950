"""The model against the world: `python -m validation [--only CHAPTER] [--seeds N]`.

Runs the studies that are missing under results/validation and writes docs/validation.md. With an option it
prints what was asked for and writes nothing.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from string import Template
from typing import NoReturn, Protocol, cast

from analysis import Study
from experiments import fingerprint
from simulation.settings.parameter import ConfigError
from validation.studies import Design, StudyFailed, conduct

CHAPTERS = ("baseline", "size", "project_s", "patterns", "oracle", "twins")
TEMPLATE = Path(__file__).with_name("page.md")  # the text by hand
PAGE = Path(__file__).parent.parent / "docs" / "validation.md"
FAILED, BAD_INPUT, STOPPED = 1, 2, 130


class Chapter(Protocol):
    """A module of this package: the studies that it reads, and what it makes of them."""

    STUDIES: tuple[Design, ...]

    def write(self, studies: Mapping[str, Study]) -> str:
        """Markdown that starts with a heading of the second level."""


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        """Leave with the line on stderr."""
        self.exit(BAD_INPUT, f"validation: {message}\n")


def chapters(names: Sequence[str], most_seeds: int | None = None) -> dict[str, str]:
    """The text of each of these chapters, after what its studies lack has been run."""
    modules = {name: cast(Chapter, import_module(f"validation.{name}")) for name in names}
    designs = {design.name: design for module in modules.values() for design in module.STUDIES}
    if most_seeds is not None:
        designs = {
            name: dataclasses.replace(design, replications=min(design.replications, most_seeds))
            for name, design in designs.items()
        }
    studies = {name: conduct(design) for name, design in designs.items()}
    return {name: module.write(studies).strip() + "\n" for name, module in modules.items()}


def page(texts: Mapping[str, str]) -> str:
    """The whole page: the text by hand around the chapters."""
    contents = "\n".join(f"- [{title}](#{anchor(title)})" for title in map(heading, texts.values()))
    made = {"contents": contents, "chapters": "\n".join(texts.values()), "model": fingerprint.model_hash()}
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(made)


def heading(text: str) -> str:
    """A chapter's title."""
    return text.splitlines()[0].lstrip("# ")


def anchor(title: str) -> str:
    """Where a heading's link leads."""
    return "".join(c for c in title.lower().replace(" ", "-") if c.isalnum() or c in "-_")


def count(text: str) -> int:
    """A number of seeds; an interval takes two."""
    if not text.isdecimal() or int(text) < 2:
        raise argparse.ArgumentTypeError(f"got {text}, may be a whole number from 2")
    return int(text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, write, say so. Returns the exit code: 0, 1 where runs failed, 2 on bad input, 130 on Ctrl-C."""
    parser = Parser(prog="python -m validation", description="Check the model against the world.", allow_abbrev=False)
    parser.add_argument("--only", choices=CHAPTERS, metavar="CHAPTER", help="print one chapter: " + ", ".join(CHAPTERS))
    parser.add_argument("--seeds", type=count, metavar="N", help="at most N seeds a scenario, to look at; printed")
    asked = parser.parse_args(arguments)
    try:
        texts = chapters([asked.only] if asked.only else CHAPTERS, asked.seeds)
    except (ConfigError, StudyFailed) as error:
        print(f"validation: {error}", file=sys.stderr)
        return BAD_INPUT if isinstance(error, ConfigError) else FAILED
    except KeyboardInterrupt:
        print("validation: stopped; the same command goes on with what is missing", file=sys.stderr)
        return STOPPED
    if asked.only or asked.seeds:
        print("\n".join(texts.values()))
    else:
        PAGE.write_text(page(texts), encoding="utf-8")
        print(f"wrote docs/{PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
