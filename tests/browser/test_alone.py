"""A report asks nobody for anything, tells nobody anything, and has nothing to complain of."""

from __future__ import annotations

import pytest

from .studies import EACH

# what plotly calls its buttons, and what would send the data somewhere
UPLOADS = ("share", "cloud", "chart studio", "upload", "edit chart", "plot.ly", "http")


@pytest.mark.parametrize("name", EACH)
def test_the_page_asks_for_itself_only_and_is_content(visit, report, name) -> None:
    opened = visit(name)
    assert opened.requests == [report(name).as_uri()]
    assert opened.complaints == []


def test_what_the_page_would_ask_for_is_seen_and_refused(visit) -> None:
    opened = visit("rules")
    asked = "(at) => fetch(at).then(() => 'let through', () => 'refused')"
    assert opened.page.evaluate(asked, "https://example.org/") == "refused"
    assert opened.complaints, "the page's own policy says so"
    opened.complaints.clear()
    opened.requests[1:] = []


@pytest.mark.parametrize("name", EACH)
def test_no_button_sends_anything_anywhere(visit, name) -> None:
    page = visit(name).page
    said = page.evaluate(
        "[...document.querySelectorAll('button, a, .modebar-btn, form, input')].map((e) => "
        "[e.tagName, e.textContent, e.title, e.dataset.title, e.ariaLabel, e.getAttribute('href')].join(' '))"
    )
    assert said
    assert [text for text in said if any(word in text.lower() for word in UPLOADS)] == []
