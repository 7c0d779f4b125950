"""The site of the documents: what it is made of is whole. `make docs` makes it and runs its notebooks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs.site import check, gallery, reference, stage
from experiments.catalogue import KINDS
from simulation.law.instruments import instruments
from tests.test_project import ROOT, leads, links

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.md"))
INDEX = ROOT / "docs" / "site" / "index.md"


def toctree() -> list[str]:
    """The pages in the order of the site."""
    blocks = re.findall(r"^```\{toctree\}\n(.*?)^```", INDEX.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines() if line and not line.startswith(":")]
    return [re.sub(r".* <(.*)>$", r"\1", line) for line in lines]


def cells(notebook: str) -> list[str]:
    """The cells of code of a notebook."""
    return re.findall(r"^```\{code-cell\} python\n(.*?)^```$", notebook, re.MULTILINE | re.DOTALL)


def test_every_page_has_one_place_on_the_site() -> None:
    own = [page.relative_to(ROOT).with_suffix("").as_posix() for page in stage.pages()]
    made = [Path(place).with_suffix("").as_posix() for place in stage.generated()]
    assert sorted(toctree()) == sorted([*own, *made, "reference/api"])


def test_there_are_six_notebooks() -> None:
    assert len(NOTEBOOKS) == 6
    listed = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in NOTEBOOKS if f"(notebooks/{page.name})" not in listed] == []


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=[page.stem for page in NOTEBOOKS])
def test_the_code_of_a_notebook_compiles(notebook: Path) -> None:
    text = notebook.read_text(encoding="utf-8")
    found = cells(text)
    assert len(found) >= 4
    assert len(found) == text.count("```{code-cell}")
    for number, code in enumerate(found, 1):
        compile(code, f"{notebook.name}, cell {number}", "exec")


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=[page.stem for page in NOTEBOOKS])
def test_a_notebook_types_no_result(notebook: Path) -> None:
    prose = re.sub(r"^```.*?^```|^---.*?^---", "", notebook.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    prose = re.sub(r"`[^`\n]*`|\([^)\s]*\)", "", prose)
    allowed = {"-1", "+1", "0", "1"}  # the ends of a scale
    assert [number for number in re.findall(r"[-+]?\d[\d.,]*\d|[-+]?\d", prose) if number not in allowed] == []


def test_the_gallery_shows_every_platform_and_preset_with_a_picture() -> None:
    page = gallery.page()
    for kind in ("platforms", "presets"):
        for one in KINDS[kind]():
            [shown] = re.findall(rf"^etalase {one.given}\n```\n\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL)
            pictures = re.findall(r"!\[.*\]\((.*)\)", shown)
            assert len(pictures) + len(cells(shown)) == 1
            assert all((ROOT / picture).is_file() for picture in pictures)
    for code in cells(page):
        compile(code, "gallery", "exec")


def test_every_rule_has_a_card_with_its_settings() -> None:
    page = reference.pages()["reference/rules.md"]
    for name in instruments:
        assert f"regulation={name}\n" in page
        assert [key for key in instruments.schema(name) if f"`regulation.{name}.{key}`" not in page] == []


def test_what_pages_link_to_lies_beside_them(tmp_path: Path) -> None:
    stage.stage(tmp_path)
    for page in stage.pages():
        place = tmp_path / page.relative_to(ROOT)
        assert [link for link in links(place.read_text(encoding="utf-8")) if not leads(place, link)] == []


GOOD = '<a id="top" href="other.html#there">x</a><script src="own.js"></script><a href="https://x.org">y</a>'


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ('<script src="https://x.org/a.js"></script>', "from elsewhere"),
        ('<script src="//x.org/a.js"></script>', "from elsewhere"),
        ('<link rel="stylesheet" href="https://x.org/a.css">', "from elsewhere"),
        ('<img src="lost.png">', "loads lost.png"),
        ('<a href="lost.html">z</a>', "links to lost.html"),
        ('<a href="other.html#nowhere">z</a>', "links to other.html#nowhere"),
        ('<a href="#nowhere">z</a>', "links to #nowhere"),
    ],
)
def test_a_fault_of_the_site_is_found(bad: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "other.html").write_text('<p id="there">')
    (tmp_path / "own.js").touch()
    page = tmp_path / "page.html"
    page.write_text(GOOD)
    assert list(check.faults(tmp_path)) == []
    check.read.cache_clear()
    page.write_text(GOOD + bad)
    [fault] = check.faults(tmp_path)
    check.read.cache_clear()
    assert said in fault
