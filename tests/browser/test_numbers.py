"""What the answer says in numbers stands in the report's tables."""

from __future__ import annotations

import re

import pytest

from .studies import MADE

INTERVAL = re.compile(r"\[[^\[\]]*\d[^\[\]]*\]")
LEADS = 1  # the lead of the best rule over the next is no column of a table


@pytest.mark.parametrize("name", [name for name in MADE if name != "run"])
def test_intervals_of_the_answer_are_those_of_the_tables(visit, name) -> None:
    page = visit(name).page
    said = set(INTERVAL.findall(" ".join(page.locator(".answer p").all_text_contents())))
    shown = set(INTERVAL.findall(" ".join(page.locator("td").all_text_contents())))
    assert said
    assert len(said - shown) <= LEADS, said - shown
