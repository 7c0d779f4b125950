"""The command: its options, its page, its answers to bad input. Two real chapters, of studies made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import Study
from validation import __main__ as command
from validation import patterns, project_s
from validation.studies import Design, StudyFailed


@pytest.fixture
def conducted(studies: dict[str, Study], small_markets: None, monkeypatch: pytest.MonkeyPatch) -> list[Design]:
    """The designs that are conducted: their studies are there already."""
    asked: list[Design] = []

    def conduct(design: Design) -> Study:
        asked.append(design)
        return studies[design.name]

    monkeypatch.setattr(command, "CHAPTERS", ("project_s", "patterns"))
    monkeypatch.setattr(command, "conduct", conduct)
    return asked


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


def test_the_page_holds_every_chapter_and_links_to_it(
    conducted: list[Design], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A study that both chapters read is conducted once."""
    monkeypatch.setattr(command, "PAGE", tmp_path / "validation.md")
    assert command.main([]) == 0
    page = command.PAGE.read_text(encoding="utf-8")
    assert "- [Project S](#project-s)\n- [Patterns of real platforms](#patterns-of-real-platforms)\n" in page
    assert page.index("\n## Project S\n") < page.index("\n## Patterns of real platforms\n")
    assert "$" not in page
    both = [*project_s.STUDIES, *patterns.STUDIES]
    assert len(both) > len(conducted)
    assert {design.name: design for design in both} == {design.name: design for design in conducted}


def test_one_chapter_is_printed_and_nothing_written(
    conducted: list[Design], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "PAGE", tmp_path / "validation.md")
    assert command.main(["--only", "project_s"]) == 0
    assert capsys.readouterr().out.startswith("## Project S\n")
    assert [design.name for design in conducted] == [design.name for design in project_s.STUDIES]
    assert not command.PAGE.exists()


def test_fewer_seeds_never_mean_more_and_are_only_printed(
    conducted: list[Design], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(command, "PAGE", tmp_path / "validation.md")
    monkeypatch.setattr(command, "CHAPTERS", ("project_s",))
    usual = {design.name: design.replications for design in project_s.STUDIES}
    for most in (5, 1_000):
        assert command.main(["--seeds", str(most)]) == 0
        assert {design.name: design.replications for design in conducted} == {
            name: min(seeds, most) for name, seeds in usual.items()
        }
        conducted.clear()
    assert "## Project S" in capsys.readouterr().out
    assert not command.PAGE.exists()


def test_what_fails_is_said_in_one_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(design: Design) -> Study:
        raise StudyFailed(f"study {design.name}: not all runs are there")

    monkeypatch.setattr(command, "conduct", fail)
    assert command.main(["--only", "project_s"]) == 1
    name = project_s.STUDIES[0].name
    assert capsys.readouterr().err == f"validation: study {name}: not all runs are there\n"
