"""The report's figures as files: which are drawn, how they are named, what is said where nothing can draw them."""

from __future__ import annotations

import re
import shutil
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from analysis import Study, StudyError, load, report
from analysis.language import speaking
from analysis.pictures import report_figures, write_pictures

from .synthetic import headline, store


class Chromium:
    """In the place of kaleido: notes what it is asked for and writes the form's name as a picture."""

    def __init__(self, error: Exception | None = None) -> None:
        self.asked: list[dict[str, Any]] = []
        self.started = 0
        self.error = error

    def write_fig_from_object_sync(self, asked: Any, *, kopts: dict[str, Any], cancel_on_error: bool) -> None:
        assert kopts == {"mathjax": False}  # else it would be loaded from the network
        assert cancel_on_error
        self.started += 1
        for one in asked:
            self.asked.append(one)
            one["path"].write_text(one["path"].suffix)
            if self.error:
                raise self.error


class BrowserFailedError(RuntimeError):
    pass


def install(monkeypatch: pytest.MonkeyPatch, chromium: Chromium) -> Chromium:
    errors = types.ModuleType("kaleido.errors")
    for name in ("BrowserClosedError", "BrowserFailedError", "ChromeNotFoundError"):
        setattr(errors, name, BrowserFailedError)
    module = types.ModuleType("kaleido")
    module.write_fig_from_object_sync = chromium.write_fig_from_object_sync  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "kaleido", module)
    monkeypatch.setitem(sys.modules, "kaleido.errors", errors)
    return chromium


@pytest.fixture
def small(tmp_path: Path) -> Study:
    return load(store(tmp_path / "s", headline()[:2], seeds=range(2), weeks=60, smes=20))


def test_the_pictures_are_the_figures_of_the_report_in_every_form(
    small: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    chromium = install(monkeypatch, Chromium())
    paths = write_pictures(small, ["png", "svg", "pdf"])
    shown = re.findall(r'<figure data-figure="([^"]+)"', report.page(small))
    assert sorted({path.stem for path in paths}) == sorted(shown)
    assert {path.suffix for path in paths} == {".png", ".svg", ".pdf"}
    assert all(path.read_text() == path.suffix for path in paths)
    assert {path.parent for path in paths} == {small.folder / "pictures"}
    assert chromium.started == 1
    assert len(chromium.asked) == len(paths)
    assert all(one["opts"]["height"] == one["fig"].layout.height for one in chromium.asked)


def test_pictures_in_another_language_stand_beside_the_english_ones(
    small: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, Chromium())
    with speaking("id"):
        paths = write_pictures(small, ["svg"])
    assert {path.name.partition(".")[2] for path in paths} == {"id.svg"}


def test_without_kaleido_one_line_says_how_to_get_it(small: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kaleido", None)
    with pytest.raises(StudyError, match=r"^pictures are drawn by kaleido.*pip install '\.\[pictures\]'$"):
        write_pictures(small, ["png"])


def test_without_chromium_one_line_says_so_and_nothing_is_left(small: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sorted(small.folder.iterdir())
    install(monkeypatch, Chromium(BrowserFailedError("no chrome\nat all")))
    with pytest.raises(StudyError, match="apt-get install chromium") as raised:
        write_pictures(small, ["png"])
    assert "\n" not in str(raised.value)
    assert sorted(small.folder.iterdir()) == before


def test_an_unknown_form_is_refused(small: Study) -> None:
    with pytest.raises(StudyError, match="format: got gif; it may be png, svg, pdf"):
        write_pictures(small, ["png", "gif"])


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("chromium") or shutil.which("google-chrome")), reason="no Chromium here")
def test_chromium_draws_them(small: Study) -> None:
    pytest.importorskip("kaleido")
    drawn = report_figures(small)[:1]
    paths = write_pictures(small, ["png", "svg", "pdf"], drawn)
    starts = {"png": b"\x89PNG", "svg": b"<svg", "pdf": b"%PDF"}
    for path in paths:
        assert path.read_bytes().startswith(starts[path.suffix[1:]])
    svg = next(path for path in paths if path.suffix == ".svg").read_text()
    assert "Share of the opening SMEs still alive" in svg
