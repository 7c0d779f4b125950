"""The command: its options, its page, its answers to bad input."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from analysis import Study
from validation import __main__ as command
from validation.studies import Design, StudyFailed


@pytest.fixture
def chapters(monkeypatch: pytest.MonkeyPatch) -> list[Design]:
    """Two chapters that read the same study; the list grows by the designs that are conducted."""
    conducted: list[Design] = []
    design = Design("shared", {"a": []}, replications=9)

    def conduct(one: Design) -> Study:
        conducted.append(one)
        return SimpleNamespace()  # type: ignore[return-value]

    module = SimpleNamespace(STUDIES=(design,), write=lambda studies: "## What is known, in two\n\ntext\n\n")
    monkeypatch.setattr(command, "CHAPTERS", ("one", "two"))
    monkeypatch.setattr(command, "import_module", lambda name: module)
    monkeypatch.setattr(command, "conduct", conduct)
    return conducted


@pytest.mark.parametrize(
    "arguments", [["--only", "nothing"], ["--seeds", "1"], ["--seeds", "many"], ["baseline"], ["--onl", "size"]]
)
def test_bad_arguments_are_answered_in_one_line(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        command.main(arguments)
    assert left.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert arguments[0].removeprefix("--")[:3] in said.err


def test_a_study_that_two_chapters_read_is_conducted_once(chapters: list[Design]) -> None:
    assert len(command.chapters(["one", "two"])) == 2
    assert [design.replications for design in chapters] == [9]


def test_fewer_seeds_never_mean_more(chapters: list[Design]) -> None:
    command.chapters(["one"], most_seeds=3)
    command.chapters(["one"], most_seeds=30)
    assert [design.replications for design in chapters] == [3, 9]


def test_one_chapter_is_printed_and_nothing_written(
    chapters: list[Design], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    monkeypatch.setattr(command, "PAGE", tmp_path / "validation.md")
    assert command.main(["--only", "one"]) == 0
    assert capsys.readouterr().out == "## What is known, in two\n\ntext\n\n"
    assert command.main(["--seeds", "2"]) == 0
    assert not command.PAGE.exists()
    assert command.main([]) == 0
    page = command.PAGE.read_text()
    assert "- [What is known, in two](#what-is-known-in-two)\n" in page
    assert page.count("\n## What is known, in two\n") == 2
    assert "$" not in page


def test_what_fails_is_said_in_one_line(
    chapters: list[Design], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(design: Design) -> Study:
        raise StudyFailed("study shared: not all runs are there")

    monkeypatch.setattr(command, "conduct", fail)
    assert command.main(["--only", "one"]) == 1
    assert capsys.readouterr().err == "validation: study shared: not all runs are there\n"
