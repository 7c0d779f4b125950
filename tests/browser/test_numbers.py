"""What the answer says in numbers stands in the report's tables: of the scenario that it names, under the outcome."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from analysis.tables import STANDS

from .studies import EACH

# a value in its unit, and its interval
SAID = re.compile(r"([+−]?(?:Rp\s?)?[+−]?\d[\d.,]*)%?(?:\s\w+){0,2}\s(\[[^\[\]]*\])")
# differences that these tables lack: the best rule's lead, how far the ends lie apart, and the flow that a rule moves
# most, which tests/analysis/test_why.py holds to the runs
ALONE = (
    *("its lead over the next", "they lie", "what changes most"),
    *("selisihnya dari peringkat kedua", "jaraknya", "yang paling berubah"),
)
WHERE = ".compared, figure[data-figure$='-survival'] details table"
TABLES = """(where) => [...document.querySelectorAll(where)].map((table) => ({
  first: table.matches(".compared"),
  heads: [...table.querySelectorAll("thead th")].map((th) => th.firstChild.textContent.trim()),
  rows: [...table.querySelectorAll("tbody tr:not(.group)")].map((row) => [...row.cells].map((e) => e.textContent)),
}))"""


@pytest.mark.parametrize("name", [each for each in EACH if each.values != ("run",)])
def test_numbers_of_the_answer_are_those_of_the_tables(visit, name) -> None:
    page = visit(name).page
    known = [cell for table in page.evaluate(TABLES, WHERE) for cell in cells(table)]
    outcomes = {outcome for _, outcome, _ in known if outcome}
    told, sentences = 0, page.locator(".answer p").all_text_contents()
    for last, sentence in pairwise(["", *sentences]):
        start = 0
        for found in SAID.finditer(sentence):
            before, start = sentence[start : found.start()].lower(), found.end()
            if any(words in before for words in ALONE):
                continue
            text = found[1].replace("Rp", "").strip() + found[2]
            what = next((outcome for outcome in outcomes if outcome in before), "")
            scenarios = [names for names, outcome, shown in known if (outcome, shown) == (what, packed(text))]
            assert any(named(names, last + sentence) for names in scenarios), (found[0], what, scenarios)
            told += 1
    assert told >= 3


def cells(table):
    """Each mean with its interval: what its row is called, its outcome ('' for survival), its text."""
    for row in table["rows"]:
        first = next((i for i, text in enumerate(row) if "[" in text), len(row))
        for i in range(first, len(row)):
            outcome = table["heads"][i].lower() if table["first"] and i > first else ""
            yield row[:first], outcome, packed(row[i]).removesuffix(STANDS)


def named(names, sentences) -> bool:
    """Whether the sentences name what a row stands for, by its whole label or by the last of its parts."""
    said = sentences.lower().replace("without ", "no ")
    return all(any(part.lower() in said for part in (name, name.rpartition(", ")[2])) for name in names)


def packed(text: str) -> str:
    return "".join(text.split())
