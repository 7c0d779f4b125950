"""What users of Hydra type: each works, or one line says what to do instead."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from experiments import completion, configs, plan
from experiments.commands import COMMANDS, ELSEWHERE
from experiments.completion import completions
from experiments.habits import INSTEAD
from experiments.run import main
from experiments.schema import CONFIG_FIELDS
from simulation import Config

from . import fakes

ROOT = Path(__file__).parents[2]
MINE = """\
# Two scenarios of my own.
weeks: 7
scenarios:
  - [platform=project_s]
  - ["platform=marketplace_only"]
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def ids(*arguments: str) -> list[str]:
    return [scenario.scenario_id for scenario in plan.make(arguments, multirun=True).scenarios]


@pytest.mark.parametrize("sign", ["+", "++"])
@pytest.mark.parametrize("rest", ["weeks=9", "market=classroom", "experiment=project_s", "platform.favour=1,2"])
def test_a_plus_gives_what_is_given_without_it(sign: str, rest: str) -> None:
    assert ids(sign + rest) == ids(rest)


@pytest.mark.parametrize("name", [*INSTEAD, "hydra.job_logging", "hydra/help", "hydra.output_subdir", "~market"])
@pytest.mark.parametrize("sign", ["", "+", "++"])
def test_what_is_hydras_alone_is_answered(name: str, sign: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([sign + name + "=x"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert name.split(".")[0].lstrip("~") in err
    assert not list(Path().iterdir())


@pytest.mark.parametrize("option", ELSEWHERE)
def test_an_option_of_hydras_is_answered(option: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([option, "x"]) == 2
    assert capsys.readouterr().err == f"etalase: option: got {option}; it may be {ELSEWHERE[option]}\n"


@pytest.mark.parametrize("name", ["submitit_local", "rq"])
def test_launchers_of_plugins_are_answered_by_those_that_there_are(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([f"hydra/launcher={name}"]) == 2
    assert "one of basic, joblib, ray, submitit_slurm; " in capsys.readouterr().err


class TestOwnPresets:
    @pytest.fixture(autouse=True)
    def _mine(self) -> None:
        Path("mine.yaml").write_text(MINE)

    @pytest.mark.parametrize("path", ["./mine.yaml", "mine.yaml", "sub/../mine.yaml"])
    def test_a_preset_is_given_by_its_path(self, path: str) -> None:
        Path("sub").mkdir()
        planned = plan.make([f"experiment={path}", "market=classroom"])
        assert planned.study == "mine-classroom"
        assert [scenario.config["platform"]["name"] for scenario in planned.scenarios] == [
            "project_s",
            "marketplace_only",
        ]
        assert {scenario.config["weeks"] for scenario in planned.scenarios} == {7}

    def test_a_changed_file_is_read_again(self) -> None:
        before = ids("experiment=./mine.yaml")
        Path("mine.yaml").write_text(MINE.replace("7", "8"))
        assert before != ids("experiment=./mine.yaml")

    def test_it_may_have_defaults_and_plugins(self) -> None:
        Path("mine.yaml").write_text("defaults:\n  - override /market: classroom\nplugins: no_such_module\n")
        assert main(["experiment=./mine.yaml"]) == 2
        Path("mine.yaml").write_text("defaults:\n  - override /market: classroom\n")
        assert plan.make(["experiment=./mine.yaml"]).scenarios[0].config["market"]["smes"] == 60

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            (None, "a preset's name or the path of its file"),
            ("a: [", "a preset's name or the path of its file"),
            ("weks: 3", "a preset that composes"),
            ("weeks: ${oc.env:HOME}", "are not resolved"),
        ],
    )
    def test_a_file_that_is_none_is_one_line(
        self, text: str | None, words: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        Path("bad.yaml").write_text(text) if text else None
        assert main(["experiment=./bad.yaml"]) == 2
        err = capsys.readouterr().err
        assert err.count("\n") == 1
        assert words in err

    def test_a_folder_of_ones_own_is_searched_and_forgotten(self, capsys: pytest.CaptureFixture[str]) -> None:
        for group, text in (("experiment", f"# @package _global_\n{MINE}"), ("market", "name: classroom\nsmes: 33\n")):
            Path("own dir", group).mkdir(parents=True)
            Path("own dir", group, "home.yaml").write_text(text)
        asked = ["--config-dir", "own dir", "--cfg", "job", "experiment=home", "market=home"]
        assert main(asked) == 0
        shown = list(yaml.safe_load_all(capsys.readouterr().out))
        assert [(one["weeks"], one["market"]["smes"]) for one in shown] == [(7, 33)] * 2
        assert main(["experiment=home"]) == 2
        assert configs.folders() == (configs.CONFIGS,)

    @pytest.mark.parametrize("name", ["nope", "mine.yaml"])
    def test_what_is_no_folder_is_said(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--config-dir", name, "weeks=3"]) == 2
        assert f"--config-dir: got {name}; it may be a folder" in capsys.readouterr().err

    def test_a_name_of_etalases_own_is_not_hidden(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("own/experiment").mkdir(parents=True)
        Path("own/experiment/rules.yaml").write_text(MINE)
        assert main(["--config-dir", "own", "weeks=3"]) == 2
        assert "rules is one of Etalase's own" in capsys.readouterr().err


class TestCfgAndInfo:
    @pytest.mark.parametrize("arguments", [["market=classroom"], ["-m", "weeks=4,5", "regulation=none,separation"]])
    def test_what_is_shown_is_what_would_be_run(self, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert main([*arguments, "--cfg", "job"]) == 0
        shown = list(yaml.safe_load_all(capsys.readouterr().out))
        scenarios = plan.make([a for a in arguments if a != "-m"], multirun=True).scenarios
        found = [Config.read({name: one[name] for name in CONFIG_FIELDS}) for one in shown]
        assert found == [scenario.run_config(0) for scenario in scenarios]
        assert not list(Path().iterdir())

    @pytest.mark.parametrize("kind", ["hydra", "all"])
    def test_the_rest_of_hydras_is_answered(self, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--cfg", kind]) == 2
        assert f"--cfg: got {kind}; it may be job" in capsys.readouterr().err

    def test_info_tells_where_names_are_looked_up(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--info"]) == 0
        out = capsys.readouterr().out
        assert str(configs.CONFIGS) in out
        assert "joblib" in out


class TestCompletion:
    @pytest.mark.parametrize(
        ("line", "found"),
        [
            ("etalase market=c", ["market=classroom"]),
            ("etalase weeks=3 platform=market", ["platform=marketplace_only"]),
            ("etalase platform.own_g", ["platform.own_goods="]),
            ("etalase platform.own_goods=", ["platform.own_goods=false", "platform.own_goods=true"]),
            ("etalase sta", ["status"]),
            ("etalase explain data_f", ["data_firewall"]),
            ("etalase list plat", ["platforms"]),
            ("etalase status ", ["--"] * 0 + ["mine"]),
            ("etalase nonsense=", []),
        ],
    )
    def test_what_may_stand_there_is_told(self, line: str, found: list[str]) -> None:
        Path("results/mine/shards").mkdir(parents=True)
        assert completions(line) == found

    def test_every_command_and_setting_can_be_completed(self) -> None:
        found = completions("etalase ")
        assert {*COMMANDS} <= set(found)
        assert "regulation=" in found

    @pytest.mark.skipif(shutil.which("bash") is None, reason="no bash here")
    def test_bash_takes_its_script(self) -> None:
        cases = {"etalase market=cl": "classroom", "etalase platform.own_g": "platform.own_goods="}
        for line, wanted in cases.items():
            script = (
                f"{completion.BASH}\nCOMP_LINE='{line}'; COMP_POINT={len(line)}; _etalase; echo \"${{COMPREPLY[*]}}\""
            )
            path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
            done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, env={"PATH": path}, cwd=ROOT)
            assert done.stdout.strip() == wanted, done.stderr

    @pytest.mark.parametrize("shell", completion.SCRIPTS)
    def test_each_shell_has_a_script(self, shell: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["-sc", f"install={shell}"]) == 0
        assert capsys.readouterr().out == completion.SCRIPTS[shell]

    def test_another_shell_is_answered(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--shell-completion", "install=tcsh"]) == 2
        assert "install=bash, install=zsh, install=fish" in capsys.readouterr().err


def test_the_manifest_keeps_the_command_as_it_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("own/market").mkdir(parents=True)
    Path("own/market/home.yaml").write_text("name: classroom\nsmes: 33\n")
    asked: list[str] = []
    monkeypatch.setattr("experiments.conduct.conduct", lambda words, multi, command: asked.append(command) or 0)
    assert main(["-m", "market=home", "--config-dir", "own"]) == 0
    assert asked == ["etalase -m --config-dir own market=home"]
    assert fakes.named()
