"""The site of the documents: what it is made of is whole. `make docs` makes it and runs its notebooks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from analysis import meanings
from analysis.language import languages, speaking
from analysis.words import humanise
from docs.site import cards, check, class_page, concept, gallery, measured, reference, stage
from experiments.catalogue import KINDS
from simulation.law.instruments import instruments
from tests.test_project import ROOT, leads, links

NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.md"))
SPAN = re.MULTILINE | re.DOTALL
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


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("name", sorted(instruments))
def test_a_card_tells_what_why_who_pays_and_when_it_fails(name: str, code: str) -> None:
    with speaking(code):
        meaning = meanings.rules()[name]
        [told] = re.findall(
            rf"^## {re.escape(cards.sentence(humanise(name)))}\n(.*?)(?=^## |\Z)", cards.page(code), SPAN
        )
    words = cards.texts(code)
    for text in (meaning.says, meaning.aims, meaning.source, meaning.leaves, words["why"], words["pays"]):
        assert text in told
    assert told.index(words["pays"]) < told.index(words["fails"])


def test_a_card_has_the_numbers_of_the_page_and_the_side_that_pays() -> None:
    page = """\
| rule | SMEs alive, points: frozen | SMEs alive, points: adaptive | consumer surplus, Rp bn: frozen |
| --- | ---: | ---: | ---: |
| no rule: the level | 65.47 [60.71, 70.22] | 63.97 [60.68, 67.25] | 30.66 [27.87, 33.44] |
| separation | **−7.07 [−11.22, −2.92]** | −0.10 [−8.07, +4.40] | **+1,002.45 [+4.45, +2,000.44]** |
| import duty | 0.00 [0.00, 0.00] | 0.00 [0.00, 0.00] | 0.00 [0.00, 0.00] |

| rule | SMEs alive, shops as above | SMEs alive, rigid shops |
| --- | ---: | ---: |
| separation | **−7.1 points [−11.2, −2.9]** | **−13.5 points [−19.9, −7.1]** |
"""
    tell = cards.Teller("en", cards.texts("en"), measured.measured(page))
    assert cards.pays(tell, "separation") == (
        "Gains: consumers Rp +1,002.45 bn [+4.45, +2,000.44]. Pays: SMEs alive −7.07 points [−11.22, −2.92]."
    )
    failing = "\n".join(cards.fails(tell, "separation", "More."))
    assert "not distinguishable from zero: −0.10 points [−8.07, +4.40]" in failing
    assert "the effect on SMEs alive is −13.5 points [−19.9, −7.1]" in failing
    assert "Nothing changes" in cards.pays(tell, "import_duty")
    assert cards.pays(tell, "data_linking_ban") == "Not measured by itself. Permendag 31/2023 includes it."
    assert "by itself" in cards.pays(tell, "sme_support")
    with pytest.raises(ValueError, match="got the cell 'many'"):
        measured.measured(page.replace("65.47 [60.71, 70.22]", "x").replace("0.00 [0.00, 0.00]", "many"))


def test_the_project_has_measured_the_rules_that_it_compares() -> None:
    assert len(measured.measured()) >= 20
    assert all((measured.ALIVE, measured.FROZEN) in effects for effects in measured.measured().values())


@pytest.mark.parametrize("code", languages())
def test_the_figure_of_the_concept_page_is_what_the_command_draws(code: str) -> None:
    assert concept.FILES[code].read_text(encoding="utf-8") == concept.figure(code)


def test_languages_have_the_same_texts() -> None:
    def form(texts: object) -> object:
        return {name: form(text) for name, text in texts.items()} if isinstance(texts, dict) else type(texts)

    assert form(cards.texts("id")) == form(cards.texts("en"))


def test_the_site_carries_the_whole_class_page_else_a_trial_else_says_how(tmp_path, monkeypatch) -> None:
    whole, trial = tmp_path / "whole.html", tmp_path / "trial.html"
    said = dict(zip((whole, trial, None), class_page.SAYS.values(), strict=True))
    for name, value in {"WHOLE": whole, "TRIAL": trial, "SAYS": said}.items():
        monkeypatch.setattr(class_page, name, value)
    assert class_page.carried() is None
    assert 'href="class.html"' not in class_page.page()
    trial.touch()
    assert class_page.carried() == trial
    assert "two draws" in class_page.page()
    whole.touch()
    assert class_page.carried() == whole
    assert "two draws" not in class_page.page()


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
