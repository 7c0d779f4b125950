"""One class page for all its tests, and a function that opens it."""

from __future__ import annotations

import pytest

from analysis.classroom import page as made_page
from analysis.classroom.grid import packed
from tests.analysis import classroom_grid as made

CALM = {"reduced_motion": "reduce"}


@pytest.fixture(scope="package")
def grid():
    return made.grid()


@pytest.fixture(scope="package")
def file(grid, tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "class.html"
    made_page.export(packed(grid), path)
    return path


@pytest.fixture
def opened(look, file):
    """A function that opens the page at a fragment; every page is closed at the end."""
    pages = []

    def at(fragment: str = "", **how):
        pages.append(look(f"{file.as_uri()}#{fragment}" if fragment else file.as_uri(), **{**CALM, **how}))
        return pages[-1]

    yield at
    for one in pages:
        one.page.close()
