"""Docstrings as reStructuredText: they are written as plain text, in which * and _ stand for themselves."""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

CODE = re.compile(r"`[^`]+`")
SIGNS = re.compile(r"[\\*|_]")


def escaped(line: str) -> str:
    """A line in which only `code` is marked."""
    parts = []
    end = 0
    for code in CODE.finditer(line):
        parts += [SIGNS.sub(r"\\\g<0>", line[end : code.start()]), f"`{code.group()}`"]
        end = code.end()
    return "".join([*parts, SIGNS.sub(r"\\\g<0>", line[end:])])


def rewritten(lines: list[str]) -> list[str]:
    """The lines of a docstring: prose escaped, examples and indented blocks as they are, each in a block."""
    made: list[str] = []
    block = False
    for line in lines:
        is_code = line.startswith((">>>", "...", "    "))
        if is_code and not block:
            made += ["", "::", ""]
        elif block and not is_code and line:
            made.append("")
        made.append(f"    {line}" if is_code else escaped(line))
        block = is_code or (block and not line)
    return made


def _process(app: Sphinx, what: str, name: str, of: Any, options: Any, lines: list[str]) -> None:
    lines[:] = rewritten(lines)


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx of it."""
    app.connect("autodoc-process-docstring", _process)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
