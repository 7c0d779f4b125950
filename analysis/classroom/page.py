"""The page: markup, style, scripts, texts and grid, joined into one file that opens from disk, or in parts to serve."""

from __future__ import annotations

import gzip
import re
import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from ..whole import write_atomically
from .declared import LANGUAGES, Declared
from .grid import as_text

MOST_BYTES = 8_000_000
HOME = files(__package__)
PAGE_SCRIPTS = (
    "data",
    "words",
    "state",
    "sentences",
    "charts",
    "play",
    "levers",
    "shops",
    "pays",
    "take",
    "teacher",
    "live",
    "main",
)
CLASS_SCRIPTS = ("words", "wire", "phone")
BOARD_SCRIPTS = ("words", "wire", "board")
IMPORT = re.compile(r'^import (\{[^}]*\}|\* as \w+) from "\./(\w+)\.js";$', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?(?:const|let|function)) (\w+)", re.MULTILINE)


# plotly.js brings a style sheet for maps, which no chart here is, unless an element of this id is there already
MAPS = re.compile(r'getElementById\("([0-9a-f]{64})"\)')


class TooLargeError(ValueError):
    """A page that is larger than it may be. Its message is one line."""


def texts(folder: str = "texts") -> dict[str, dict[str, str]]:
    """Every text by language and name."""
    return {code: tomllib.loads((HOME / folder / f"{code}.toml").read_text(encoding="utf-8")) for code in LANGUAGES}


def script(names: tuple[str, ...] = PAGE_SCRIPTS) -> str:
    """The ES modules as one script: each a function of its own whose exports the later ones take, for none can be
    imported from disk."""
    parts = ['"use strict";', "const modules = {};"]
    for name in names:
        source = (HOME / "scripts" / f"{name}.js").read_text(encoding="utf-8")
        exported = ", ".join(match[2] for match in EXPORT.finditer(source))
        body = EXPORT.sub(r"\1 \2", IMPORT.sub(_taken, source))
        parts.append(f"modules.{name} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();")
    return "\n".join(parts)


def _taken(match: re.Match[str]) -> str:
    what = match[1].removeprefix("* as ").replace(" as ", ": ")
    return f"const {what} = modules.{match[2]};"


def style(name: str = "page") -> str:
    """A style sheet."""
    return (HOME / "templates" / f"{name}.css").read_text(encoding="utf-8")


@cache
def templates() -> Environment:
    """The templates, which escape whatever they are given."""
    return Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def html(grid: bytes, *, served: bool) -> str:
    """The page over a packed grid: whole, or with style and scripts beside it."""
    maps = MAPS.search(get_plotlyjs())
    parts: dict[str, Any] = {"served": served, "maps": maps[1] if maps else "", "texts": texts(), "grid": as_text(grid)}
    if not served:
        plotly = as_text(gzip.compress(get_plotlyjs().encode(), 9, mtime=0))
        # both are our own files, and neither may end the element that they stand in
        parts |= {"css": Markup(style()), "script": Markup(_held(script())), "plotly": plotly}
    return templates().get_template("page.html").render(parts)


def session_html(kind: str, declared: Declared, join_address: str) -> str:
    """The page of the class session: `class` for a pupil's phone, `board` for the teacher."""
    parts = {"kind": kind, "declared": declared.data, "join_address": join_address, "texts": texts("session_texts")}
    return templates().get_template("session.html").render(parts)


def export(grid: bytes, path: Path) -> int:
    """Write the page as one file. Returns its size in bytes. Raises `TooLargeError` where it is above MOST_BYTES."""
    content = html(grid, served=False).encode()
    if len(content) > MOST_BYTES:
        raise TooLargeError(
            f"class page: got {len(content):,} bytes; it may be {MOST_BYTES:,}: "
            "fewer levels, draws or paths in classroom.yaml"
        )
    write_atomically(path, content)
    return len(content)


def _held(source: str) -> str:
    if "</script" in source.lower():
        raise ValueError("a script of the class page holds </script>")
    return source
