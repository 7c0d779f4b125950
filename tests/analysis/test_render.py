"""Parts as HTML: each has its template, and no text of theirs is ever read as HTML."""

from __future__ import annotations

import re
import tomllib
import typing
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import UndefinedError, nodes

import analysis
from analysis.card import shape
from analysis.figures import Column, Drawn, Entry
from analysis.lines import INKS
from analysis.parts import (
    Bullets,
    Code,
    Commands,
    Contents,
    English,
    Figure,
    First,
    Folded,
    Heading,
    Label,
    Named,
    Paragraph,
    Part,
    Picture,
    Quantity,
    Section,
    Table,
    Terms,
)
from analysis.render import environment, fill, render

PACKAGE = Path(analysis.__file__).parent
TEMPLATES = PACKAGE / "templates"
MARK = "☂"  # in no template


def drawn(text: str) -> Drawn:
    entry = Entry(text, INKS[1], "dash", (0,))
    figure = go.Figure(go.Scatter(y=[1], name=text), {"height": 400, "margin": {"t": 50}})
    return Drawn(text, text, text, figure, pd.DataFrame({"a": [1.0]}), {"a": Column(text)}, (entry,))


def samples(text: str) -> list[Part]:
    """A part of each kind, with the text wherever there may be one."""
    words = [text, Quantity(text, text, True), Label(text, text), Named(text, text), Code([text, text])]
    table = Table(text, text, words, words, [words] * 5, "numbers", [(text, 4), ("", 1)])
    plain: list[Part] = [
        *words,
        table,
        Paragraph(text, "note", text),
        Heading(text),
        Bullets([text, Bullets([text])]),
        Terms([(text, text), (text, Terms([(text, text)]))]),
        Commands([(text, text), (text, text)]),
        English(text),
        Folded(text, table),
        Figure(drawn(text), table, "H4sI"),
        Figure(drawn(text)),
        Picture(text, text, 9, 9, 1, [shape("text", text, fill=text), shape("path", d=text)], text),
    ]
    section = Section(text, text, plain)
    return [*plain, section, First(text, text, plain, [text]), Contents([section, section])]


class Reader(HTMLParser):
    """What a page holds beside its scripts: elements with their attributes, and texts."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.read: list[tuple[str, str | None]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.read += [(tag, None), *attrs]

    def handle_data(self, data: str) -> None:
        if self.cdata_elem is None:
            self.read.append(("", data))


def test_there_is_a_sample_and_a_template_of_every_part() -> None:
    kinds = {*typing.get_args(Part), First}
    assert {type(part) for part in samples("x")} == kinds
    named = {f"{kind.__name__.lower()}.html" for kind in kinds}
    assert named | {"report.html", "brief.html", "slides.html"} == set(environment().list_templates(["html"]))


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1))
@example("</script><script>alert(1)</script><img src=x onerror=alert(2)> \"q\" 'r' & {{ 7 * 7 }} {% raw %} &lt;")
def test_text_stays_text_wherever_it_stands(text: str) -> None:
    for part, harmless in zip(samples(text), samples(MARK), strict=True):
        wanted = [(name, value and value.replace(MARK, text)) for name, value in Reader(render(harmless)).read]
        assert Reader(render(part)).read == wanted, type(part)
        assert any(value and text in value for _, value in wanted)


def test_no_template_and_no_code_can_mark_a_text_as_safe() -> None:
    """So that a text is escaped is no matter of care. The class page's own style and script alone are no texts."""
    files = ("from markupsafe import Markup\n", "Markup(style())", "Markup(_held(script()))")
    for path in TEMPLATES.iterdir():
        tree = environment().parse(path.read_text())
        assert {one.name for one in tree.find_all(nodes.Filter)} <= {"tojson", "list", "length"}, path
        assert not list(tree.find_all((nodes.EvalContextModifier, nodes.MarkSafe))), path
    for path in PACKAGE.rglob("*.py"):
        source = path.read_text()
        if path == PACKAGE / "classroom" / "page.py":
            assert [source.count(one) for one in files] == [1, 1, 1]
            for one in files:
                source = source.replace(one, "")
        assert not re.search(r"\bmarkupsafe\b|\b__html__\b|\bMarkup\b", source), path


def test_a_part_that_is_forgotten_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        fill("report.html", language="en")


def test_templates_and_languages_go_with_the_package() -> None:
    """A wheel has all files of the packages that are named, but for those that git ignores."""
    settings = tomllib.loads((PACKAGE.parent / "pyproject.toml").read_text())
    wheel = settings["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert PACKAGE.name in wheel["packages"]
    assert not {"exclude", "only-include", "include"} & wheel.keys()
    assert {path.suffix for path in TEMPLATES.iterdir()} == {".html", ".css", ".js"}
