"""Figures of plotly on the site, drawn by the script that plotly.py carries: the site has it itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.core.render import MimeData, NbElementRenderer
from plotly.offline import get_plotlyjs
from sphinx.application import Sphinx

MIME = "application/vnd.plotly.v1+json"
SCRIPTS = ("plotly.min.js", "figures.js")


def drawn(data: MimeData) -> nodes.raw:
    """A figure's place on the page, with what it is drawn from."""
    figure = json.dumps({name: data.content[name] for name in ("data", "layout")}, separators=(",", ":"))
    inside = figure.replace("<", "\\u003c")  # no text of it ends the script
    html = f'<div class="figure"><script type="application/json">{inside}</script></div>'
    return nodes.raw(text=html, format="html", classes=["output"])


def with_figures(render: Callable[[NbElementRenderer, MimeData], list[nodes.Element]]) -> Callable[..., Any]:
    """MyST-NB's way to render one output of a cell, which then takes plotly's figures too."""

    def rendered(renderer: NbElementRenderer, data: MimeData) -> list[nodes.Element]:
        return [drawn(data)] if data.mime_type == MIME else render(renderer, data)

    return rendered


def _with_scripts(app: Sphinx, page: str, template: str, context: object, doctree: nodes.document | None) -> None:
    """A page with figures loads what draws them."""
    if doctree is not None and any('<div class="figure">' in node.astext() for node in doctree.findall(nodes.raw)):
        for script in SCRIPTS:
            app.add_js_file(script)


def _write_plotly(app: Sphinx, error: Exception | None) -> None:
    if error is None:
        (Path(app.outdir) / "_static" / SCRIPTS[0]).write_text(get_plotlyjs(), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Tell Sphinx and MyST-NB of it."""
    # instead of an entry point, which would have to be installed
    NbElementRenderer.render_mime_type = with_figures(NbElementRenderer.render_mime_type)
    app.connect("html-page-context", _with_scripts)
    app.connect("build-finished", _write_plotly)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
