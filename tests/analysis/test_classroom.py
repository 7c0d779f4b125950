"""The class page: what is declared, how the grid is packed, that every text is there, what the paper says."""

from __future__ import annotations

import gzip
import json
import re
import string
from pathlib import Path

import numpy as np
import pytest

from analysis.classroom import page, paper
from analysis.classroom.declared import WITH, WITHOUT, DeclarationError, Declared, PageScenario, merged, overrides
from analysis.classroom.grid import LIVES, SHARE_STEPS, packed

from . import classroom_grid as made

TEXTS = ("texts", "session_texts", "paper_texts")
SCRIPTS = Path(page.__file__).parent / "scripts"
KINDS = {"<f4": np.float32, "<u2": np.uint16, "|u1": np.uint8}


@pytest.fixture(scope="module")
def grid():
    return made.grid()


def unpacked(data: bytes) -> tuple[dict, dict[str, np.ndarray]]:
    """What the page reads, read by the rules that `packed` tells."""
    whole = gzip.decompress(data)
    length = int.from_bytes(whole[:8], "little")
    head, at, arrays = json.loads(whole[8 : 8 + length]), 8 + length, {}
    for name, kind, shape in head["arrays"]:
        size = int(np.prod(shape)) * np.dtype(kind).itemsize
        arrays[name] = np.frombuffer(whole[at : at + size], KINDS[kind]).reshape(shape)
        at += size + -size % 8
    assert at == len(whole)
    return head, arrays


def test_the_page_gets_every_closing_week_exactly(grid) -> None:
    head, arrays = unpacked(packed(grid))
    assert head["index"] == grid.index
    np.testing.assert_array_equal(arrays["exits"], grid.exits)
    np.testing.assert_allclose(arrays["parties"], grid.parties, rtol=1e-6)
    np.testing.assert_allclose(arrays["own_share"] / SHARE_STEPS, grid.own_share, atol=0.5 / SHARE_STEPS)


def test_paths_are_those_of_scenarios_without_a_cause_and_good_enough_to_draw(grid) -> None:
    head, arrays = unpacked(packed(grid))
    assert [key for key, scenario in grid.index.items() if scenario in head["paths_of"]] == [
        key for key in grid.index if key.endswith("|")
    ]
    for name in ("orders", "cash"):
        most = np.array([shop[f"most_{name}"] for shop in head["shops"]])[:, None]
        told = (arrays[name] / head["levels"]) ** 2 * most
        assert np.all(np.abs(told - getattr(grid, name)[head["paths_of"]]) <= most / head["levels"])


def test_there_is_a_scenario_for_every_level_and_one_without_project_s_for_every_belief(grid) -> None:
    declared = grid.declared
    rules = int(np.prod([len(lever["levels"]) for lever in declared.rules]))
    beliefs = int(np.prod([len(lever["levels"]) for lever in declared.beliefs]))
    assert len(grid.index) == beliefs * (1 + rules + len(declared.causes))


def test_settings_of_a_scenario_are_laid_over_each_other_and_rules_join() -> None:
    assert merged([{"a": 1, "regulation": "x"}, {"a": 2, "regulation": ["y", "x"]}]) == {
        "a": 2,
        "regulation": ["x", "y"],
    }
    assert overrides({"a": True, "b": None, "c": ["x", "y"], "d": 0.5}) == ["a=true", "b=null", "c=[x,y]", "d=0.5"]
    declared = Declared(made.data())
    without = declared.settings(PageScenario(WITHOUT, declared.usual | {"push": "hard"}))
    assert without == declared.settings(PageScenario(WITHOUT, declared.usual | {"push": "mild"})), (
        "there is nothing to favour"
    )


def spoilt(change) -> dict:
    data = made.data()
    change(data)
    return data


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d["levers"][0].update(kind="wish"), "rule.kind: got wish; it may be rule or belief"),
        (lambda d: d["levers"][1]["levels"].extend(d["levers"][1]["levels"]), "push.levels: got 8; it may be 2 to 4"),
        (lambda d: d["levers"][1].update(usual="soft"), "push.usual: got soft; it may be one of mild, planned, hard"),
        (lambda d: d.update(draws=0), "draws: got 0"),
        (lambda d: d.update(paths=99), "paths: got 99; it may be at most `draws`"),
        (lambda d: d.pop("levers"), "got no 'levers'"),
        (lambda d: d["causes"][0].pop("id"), "it may be said in en and id"),
        (lambda d: d["causes"][0]["id"].pop("name"), "it may be the same parts in en and id"),
    ],
)
def test_a_declaration_that_cannot_be_used_is_refused_in_one_line(change, says) -> None:
    with pytest.raises(DeclarationError) as refused:
        Declared(spoilt(change))
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


# ---- words


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("folder", TEXTS)
def test_every_text_is_there_in_both_languages_with_the_same_parts(folder) -> None:
    english, indonesian = page.texts(folder)["en"], page.texts(folder)["id"]
    assert list(english) == list(indonesian)
    assert {name for name in english if fields(english[name]) != fields(indonesian[name])} == set()
    alike = {name for name in english if english[name] == indonesian[name] and len(english[name].split()) > 3}
    assert alike == set(), "a sentence that is the same in both is not translated"


@pytest.mark.parametrize(
    ("folder", "names"), [("texts", page.PAGE_SCRIPTS), ("session_texts", (*page.CLASS_SCRIPTS, "board"))]
)
def test_scripts_ask_for_texts_that_there_are_and_none_is_left_over(folder, names) -> None:
    source = "\n".join((SCRIPTS / f"{name}.js").read_text(encoding="utf-8") for name in names)
    known = page.texts(folder)["en"]
    assert {name for name in re.findall(r'say\("(\w+)"', source) if name not in known} == set()
    assert set(known) - set(re.findall(r'"(\w+)"', source)) - composed(source, known) == set()


def composed(source: str, known: dict[str, str]) -> set[str]:
    """Texts whose names a script puts together, as `step_${step}_minutes`."""
    forms = re.findall(r"say\(`([^`]*)`", source)
    patterns = [re.sub(r"\\\$\\\{.*?\\\}", r"\\w+", re.escape(form)) for form in forms]
    return {name for name in known if any(re.fullmatch(pattern, name) for pattern in patterns)}


def test_no_result_is_typed_in_a_text() -> None:
    """A number in a text is one of its parts, a minute of the lesson, or what a question is counted with."""
    for folder in TEXTS:
        for texts in page.texts(folder).values():
            for name, text in texts.items():
                bare = re.sub(r"\{\w+\}|^\d\. |1 (to|sampai) ", "", text)
                if not (name.endswith("_minutes") or name == "g_title"):
                    assert not re.search(r"\d", bare), (name, text)


# ---- the file


def test_the_page_is_one_small_file_that_names_nothing_outside(grid, tmp_path) -> None:
    size = page.export(packed(grid), tmp_path / "class.html")
    html = (tmp_path / "class.html").read_text(encoding="utf-8")
    assert size == len(html.encode()) < page.MOST_BYTES
    markup = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    assert re.findall(r"(?:src|href)=\"(?!data:)", markup) == []
    assert not re.search(r"^(import|export) ", page.script(), re.MULTILINE)


def test_a_page_that_is_too_large_is_not_written(grid, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(page, "MOST_BYTES", 1000)
    with pytest.raises(page.TooLargeError, match="it may be 1,000"):
        page.export(packed(grid), tmp_path / "class.html")
    assert list(tmp_path.iterdir()) == []


def test_the_served_page_has_no_script_and_no_style_of_its_own(grid) -> None:
    html = page.html(packed(grid), served=True)
    kinds = re.findall(r"<script([^>]*)>", html)
    assert all("src=" in kind or "application/json" in kind or "text/plain" in kind for kind in kinds)
    assert "<style" not in html
    assert " style=" not in html


def test_what_stands_in_the_grid_cannot_leave_its_element(grid) -> None:
    assert "</script" not in json.dumps(page.texts()).lower()
    assert set(re.search(r'id="grid">([^<]*)<', page.html(packed(grid), served=True))[1]) <= set(
        string.ascii_letters + string.digits + "+/="
    )


# ---- the paper


@pytest.mark.parametrize("code", ["en", "id"])
def test_the_key_says_what_became_of_every_shop(grid, code) -> None:
    html = paper.sheets(grid, code)["key"]
    rows = re.findall(r'<tr><th scope="row">(\d+)</th>(.*?)</tr>', html)
    assert len(rows) == made.SHOPS
    lives = page.texts("paper_texts")[code]["lives"]
    scenarios = [PageScenario(WITHOUT, grid.declared.usual), PageScenario(WITH, grid.declared.usual)]
    for shop, cells in rows:
        told = re.findall(r"<td>(.*?)</td>", cells)
        for scenario, text in zip(scenarios, told, strict=False):
            week = grid.exits[grid.index[scenario.key], 0, int(shop) - 1]
            assert (text == lives) if week == LIVES else (str(week) in text)
        counts = [
            int((grid.exits[grid.index[scenario.key], :, int(shop) - 1] == LIVES).sum()) for scenario in scenarios
        ]
        assert told[-1] == f"{counts[0]} / {counts[1]}"


def test_there_is_a_card_a_shop_and_a_guide_with_the_numbers_of_the_grid(grid) -> None:
    sheets = paper.sheets(grid, "en")
    assert sheets["cards"].count('class="card"') == made.SHOPS
    for twin in (WITHOUT, WITH):
        alive = int(grid.alive(PageScenario(twin, grid.declared.usual).key, made.WEEKS)[0])
        assert re.search(rf"\b{alive}\b", sheets["guide"])
    assert set(sheets) == set(paper.SHEETS)


def test_the_guide_says_that_the_order_of_rules_turns_only_where_it_does(grid) -> None:
    said = paper.numbers_to_see(paper.Teller(grid, "en"))
    assert said[-1] == page.texts("paper_texts")["en"]["g_holds"], "each rule's hazard is that of no rule by one factor"
    lever = grid.declared.rules[0]["name"]
    first, last = (
        level["name"] for level in (grid.declared.rules[0]["levels"][0], grid.declared.rules[0]["levels"][-1])
    )
    usual, other = grid.declared.usual, grid.declared.usual | {"app": "third"}
    swapped = made.grid()
    a, b = (grid.index[PageScenario(WITH, other | {lever: name}).key] for name in (first, last))
    swapped.exits[[a, b]] = grid.exits[[b, a]]
    assert usual != other
    assert paper.numbers_to_see(paper.Teller(swapped, "en"))[-1].startswith("The order of the rules changes")
