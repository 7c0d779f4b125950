"""Parts of a page as HTML: a part is drawn by the file in `templates/` that has the name of its class.

Every text in a part is plain, and the templates escape it: no part holds HTML, and nothing marks a text as safe.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from .language import say
from .parts import Part


def render(part: Part) -> str:
    """Return one part as HTML, in the language spoken."""
    return fill(_template(part), part=part)


def fill(template: str, **parts: Any) -> str:
    """Return a template with its parts filled in, in the language spoken."""
    return environment().get_template(template).render(**parts)


@cache
def environment() -> Environment:
    """Return the templates, which escape whatever they are given."""
    made = Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.policies["json.dumps_kwargs"] = {}  # the keys in their own order
    made.globals |= {"say": say, "template": _template}
    return made


def _template(part: Part) -> str:
    kind = str if isinstance(part, str) else type(part)  # numpy's own strings are strings
    return f"{kind.__name__.lower()}.html"
