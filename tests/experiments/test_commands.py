"""Asking a stored study: status, check, report, table."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import cast

import pandas as pd
import pytest

from experiments import plan
from experiments.commands import COMMANDS, Command
from experiments.execute import execute, plan_jobs
from experiments.folder import opened
from experiments.run import main
from simulation.settings.parameter import ConfigError

from . import fakes
from .stored import tables

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def conduct(*arguments: str, simulate=fakes.run, seeds: int | None = None) -> None:
    """A study; of each scenario only the first `seeds` are run, if they are given."""
    with opened(plan.make(fakes.named("weeks=2", *arguments), multirun=True), "etalase …") as study:
        missing = [(scenario, found[:seeds]) for scenario, found in study.missing if seeds != 0]
        jobs = plan_jobs(study.store, missing, workers=1)
        execute(jobs, 1, simulate)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert main(arguments) == 0
    return capsys.readouterr().out.splitlines()


def test_status_counts_what_is_done_failed_and_missing(capsys: pytest.CaptureFixture[str]) -> None:
    sweep = ("platform=marketplace_only,project_s", "replications=9")
    conduct("study=mine", *sweep, seeds=5, simulate=fakes.fail_odd_seeds)
    lines = said(capsys, "status", "mine")
    assert lines[0] == "study mine: 6 of 18 runs done, 4 failed, 8 missing"
    assert lines[1].startswith("rate: ")
    assert lines[-1].startswith("last failure: FloatingPointError: week 3: price is not finite with seed")


def test_status_is_of_the_last_command(capsys: pytest.CaptureFixture[str]) -> None:
    conduct("study=mine", "demand.match=1,2", "replications=5")
    conduct("study=mine", "demand.match=1,3", "replications=2", seeds=1)
    assert said(capsys, "status", "mine")[:2] == [
        "study mine: 3 of 4 runs done, 0 failed, 1 missing",
        "of earlier commands: 8 more",
    ]


def test_compact_has_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    conduct("study=mine", "replications=4")
    before = {path: path.read_bytes() for path in Path("results/mine").rglob("*") if path.is_file()}
    (line,) = said(capsys, "compact", "mine")
    assert "nothing to do" in line
    assert {path: path.read_bytes() for path in Path("results/mine").rglob("*") if path.is_file()} == before


def test_a_study_that_is_being_run_has_a_status_and_is_checked_but_not_mended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    conduct("study=mine")
    with opened(plan.make(["study=mine", "weeks=2"]), "etalase"):
        assert "mine, being run: 1 of 1" in said(capsys, "status", "mine")[0]
        assert said(capsys, "check", "mine") == ["study mine: 1 run in 1 file, every byte as it was written"]
        assert main(["check", "mine", "--mend"]) == 2
    assert "no other command" in capsys.readouterr().err


def test_the_report_is_made_again(capsys: pytest.CaptureFixture[str]) -> None:
    conduct("study=mine", "results=elsewhere", "replications=2")
    assert said(capsys, "report", "mine", "results=elsewhere") == ["Report: elsewhere/mine/report.html"]
    assert Path("elsewhere/mine/report.html").exists()


def test_the_report_is_made_in_indonesian_beside_the_english_one(capsys: pytest.CaptureFixture[str]) -> None:
    conduct("study=mine")
    for arguments in (["--language", "id"], ["--language=id"]):
        assert said(capsys, "report", "mine", *arguments) == ["Report: results/mine/report.id.html"]
    assert '<html lang="id">' in Path("results/mine/report.id.html").read_text()
    assert not Path("results/mine/report.html").exists()


def test_a_brief_is_html_where_there_is_no_browser_and_no_fault_of_the_study(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM", "no")
    conduct("study=mine", "replications=2")
    for arguments, name in ((), "brief.html"), (("--language", "id"), "brief.id.html"):
        assert main(["brief", "mine", *arguments]) == 0
        out, err = capsys.readouterr()
        assert out == f"Brief: results/mine/{name}\n"
        assert err == f"etalase: brief: no Chromium is installed here, so there is no PDF: any browser prints {name}\n"
        assert "<main" in Path("results/mine", name).read_text()
    Path("results/mine/brief.pdf").write_bytes(b"%PDF")
    assert main(["check", "mine"]) == 0


def test_a_brief_says_its_pdf_where_the_browser_made_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    conduct("study=mine", "replications=2")
    for browser, made in (("true", False), ("false", False)):  # commands that make nothing
        monkeypatch.setenv("CHROMIUM", browser)
        assert main(["brief", "mine"]) == 0
        out, err = capsys.readouterr()
        assert ("brief.pdf" in out) is made
        assert "did not make it" in err


def test_tables_are_written_in_each_form_that_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    conduct("study=mine", "replications=2")
    paths = [Path(line) for line in said(capsys, "table", "mine", "--format", "latex,markdown")]
    assert {path.suffix for path in paths} == {".tex", ".md"}
    assert all(path.read_text() for path in paths)


def test_what_is_stored_can_be_had_as_parquet(capsys: pytest.CaptureFixture[str]) -> None:
    conduct("study=mine", "replications=2")
    paths = {Path(line).stem: Path(line) for line in said(capsys, "table", "mine", "--format", "parquet")}
    for name, table in tables("results/mine").items():
        found = pd.read_parquet(paths.pop(name)).astype(table.dtypes)
        pd.testing.assert_frame_equal(found, table, check_exact=True, check_categorical=False)
    assert paths == {}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["report", "mine", "--language", "xx"], "language: got xx; it may be en or id"),
        (["report", "mine", "--colour", "red"], "report: got the option --colour; it may be --language or --format"),
        (["report", "mine", "--language"], "report: got the option --language without a value"),
        (["report", "--language", "--format", "png", "mine"], "report: got the option --language without a value"),
        (["report", "mine", "--lang", "id"], "report: got the option --lang; it may be --language or --format"),
        (["report", "mine", "--format", "gif"], "format: got gif; it may be "),
        (["table", "mine", "--format", "xls"], "format: got xls; it may be "),
        (["status", "mine", "--format", "csv"], "status: got the option --format; it may be left out"),
    ],
)
def test_a_wrong_option_is_said_in_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    conduct("study=mine")
    before = sorted(Path("results").rglob("*"))
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert words in err
    assert sorted(Path("results").rglob("*")) == before


@pytest.mark.parametrize("name", ["status", "check", "compact", "report", "brief", "table"])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nope"], "study: got nope; it may be one of mine, yours"),
        (["nope", "results=empty"], "study: got nope; it may be a study in empty/, where there is none yet"),
        (["../x"], "study: got ../x; it may be one of mine, yours"),
        ([], "got nothing; it may be one of mine, yours"),
        (["mine", "yours"], "got mine yours; it may be one of mine, yours"),
        (["study=-m"], "study: got study=-m; it may be one of mine, yours"),
        (["mine", "weeks=2"], "got mine weeks=2; it may be one of mine, yours"),
    ],
)
def test_what_is_no_study_is_said_in_one_line(
    name: str, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for study in ("yours", "mine"):
        conduct(f"study={study}")
    assert main([name, *arguments]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert words in err


@pytest.mark.parametrize("name", ["status", "check", "compact", "report", "brief", "table"])
def test_a_study_without_runs_is_no_trouble(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    conduct("study=mine", seeds=0)
    assert main([name, "mine"]) == {"report": 2, "brief": 2, "table": 2, "check": 1}.get(name, 0)
    assert "Traceback" not in capsys.readouterr().err


def test_a_damaged_manifest_is_said_and_what_is_stored_is_told_all_the_same(
    capsys: pytest.CaptureFixture[str],
) -> None:
    conduct("study=mine")
    Path("results/mine/manifest.json").write_text("{")
    assert said(capsys, "status", "mine") == ["study mine: 1 run stored; nothing says what was planned"]
    assert main(["report", "mine"]) == 0
    assert "manifest.json" in capsys.readouterr().err.splitlines()[0]
    assert main(["check", "mine"]) == 1


def test_status_does_without_the_model_and_without_numpy(tmp_path: Path) -> None:
    conduct("study=mine", "replications=2")
    code = "import sys; from experiments.run import main; main(sys.argv[1:]); print(sorted(sys.modules))"
    command = [sys.executable, "-c", code, "status", "mine", f"results={tmp_path}/results"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "2 of 2 runs done" in done.stdout
    heavy = ("hydra", "numba", "mesa", "plotly", "pandas", "numpy", "scipy", "pyarrow")
    assert not {f"'{name}'" for name in heavy} & set(done.stdout.replace(",", " ").split())


def test_options_may_stand_anywhere_after_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    conduct("study=mine", "results=there")
    for arguments in (["--language", "id", "mine", "results=there"], ["mine", "--language=id", "results=there"]):
        assert said(capsys, "report", *arguments) == ["Report: there/mine/report.id.html"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_takes_the_options_it_declares_and_tells_them(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = COMMANDS[name]
    _, *options = inspect.signature(command.load()).parameters
    assert sorted(options) == sorted(command.options)
    told = " ".join(said(capsys, name, "--help"))
    assert all(f"--{option}" in told for option in options)
    assert f"etalase {name} {command.takes.split()[0]}" in " ".join(said(capsys, "--help"))


class TestOneEntryMakesACommand:
    @pytest.fixture(autouse=True)
    def _made_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        entry = Command("Greet who is named.", "made_up:greet", {"in": "en|id"}, of_a_study=False, takes="NAME")
        monkeypatch.setitem(cast("dict[str, Command]", COMMANDS), "greet", entry)
        monkeypatch.setitem(sys.modules, "experiments.made_up", cast("ModuleType", SimpleNamespace(greet=self.greet)))

    def greet(self, words: list[str], **options: str) -> int:
        if not words:
            raise ConfigError("greet", "nobody", "a name")
        sys.stdout.write(f"hello {words} {options}\n")
        return 0

    def test_it_is_called_with_its_words_and_options(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert said(capsys, "greet", "you", "--in", "id") == ["hello ['you'] {'in': 'id'}"]

    def test_it_is_told_in_help_and_to_who_mistypes_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "greet     Greet who is named." in "\n".join(said(capsys, "--help"))
        assert main(["gret", "you"]) == 2
        assert "did you mean greet?" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("arguments", "line"),
        [
            (["greet"], "etalase: greet: got nobody; it may be a name\n"),
            (["greet", "you", "--on", "x"], "etalase: greet: got the option --on; it may be --in\n"),
        ],
    )
    def test_its_bad_input_is_one_line(
        self, arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(arguments) == 2
        assert capsys.readouterr().err == line
