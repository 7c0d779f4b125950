"""The walks of docs/walks.md can be followed, and are followed as written."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from benchmarks import walks
from experiments import plan
from experiments.commands import COMMANDS

PAGE = walks.PAGE.read_text(encoding="utf-8")


def test_there_is_a_walk_for_each_user_and_its_commands_are_ones_that_there_are() -> None:
    found = walks.walks(PAGE)
    assert [re.findall("economist|ministry|teacher", heading) for heading in found] == [
        ["economist"],
        ["ministry"],
        ["teacher"],
    ]
    for steps in found.values():
        assert "git clone" in steps[0].commands
        for step in steps:
            lines = re.findall(r"^etalase (.+)", step.commands.replace("\\\n", ""), re.MULTILINE)
            for words in map(shlex.split, lines):
                own = [word for word in words if word != "-m" and "listings" not in word]
                assert words[0] in COMMANDS or plan.make(own, multirun="-m" in words).scenarios


def test_the_times_on_the_page_are_of_its_own_steps() -> None:
    told = PAGE.partition(walks.MARKS[0])[2].partition(walks.MARKS[1])[0]
    rows = [line.split(" | ")[1] for line in told.splitlines() if line.startswith("| ")][2:]
    steps = [step.says for steps in walks.walks(PAGE).values() for step in steps]
    assert [row for row in rows if not row.startswith("**")] == steps


def test_steps_are_done_one_after_another_in_one_shell(tmp_path: Path) -> None:
    steps = [walks.Step("go", "mkdir inside; cd inside; here=ADDRESS"), walks.Step("write", "echo $here > said")]
    assert [seconds >= 0 for seconds in walks.follow(steps, tmp_path, Path("/there"))] == [True, True]
    assert (tmp_path / "inside" / "said").read_text() == "/there\n"


def test_a_step_that_fails_stops_the_walk(tmp_path: Path) -> None:
    steps = [walks.Step("fail", "false"), walks.Step("go on", "touch said")]
    with pytest.raises(RuntimeError, match="the step “fail” failed"):
        list(walks.follow(steps, tmp_path))
    assert not (tmp_path / "said").exists()
