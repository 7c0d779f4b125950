"""Every file of a study, spoilt at random: whatever is in it, no traceback and no wrong number.

`make test` tries a few, the same each time; `make test-faults` ten thousand. Files of earlier versions have no
digests, so that a wrong number in them cannot be told; that they are never a traceback holds of them too.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from analysis import StudyError
from analysis.manifest import read_manifest
from experiments import fingerprint, plan
from experiments.execute import execute, plan_jobs
from experiments.folder import opened
from experiments.launchers import Launcher
from experiments.plan import Plan
from experiments.plugins import NO_PLUGINS
from experiments.run import main
from experiments.scenarios import Scenario
from simulation.settings.parameter import ConfigError

from . import fakes
from .stored import tables

TRIALS = int(os.environ.get("TRIALS", "5"))
REPORTED = 10  # one in so many is also reported, which takes longer
FIXTURES = Path(__file__).parent / "fixtures"
FOLDER = Path("results/default")
OLD_MODEL = "8fc6d58f968f"
SWEEP = ["study=default", "weeks=2", "platform=project_s", "platform.favour=1,3", "replications=2"]


def spoil(path: Path, luck: random.Random, others: list[Path]) -> str:
    """Spoil a file in one of many ways. Returns which."""
    data = bytearray(path.read_bytes())
    place = luck.randrange(len(data) + 1)
    how = luck.choice(
        ["cut", "flipped", "some flipped", "replaced", "filled", "put in", "doubled", "emptied", "exchanged"]
    )
    if how == "cut":
        del data[place:]
    elif how in ("flipped", "some flipped"):
        for _ in range(1 if how == "flipped" else luck.randint(2, 40)):
            data[luck.randrange(len(data))] ^= 1 << luck.randrange(8)
    elif how == "replaced":
        data[place : place + 50] = luck.randbytes(50)
    elif how == "filled":
        data[place : place + 4096] = bytes(min(4096, len(data) - place))
    elif how == "put in":
        data[place:place] = luck.randbytes(luck.randint(1, 300))
    elif how == "doubled":
        data += data[place:]
    path.write_bytes(luck.choice(others).read_bytes() if how == "exchanged" else b"" if how == "emptied" else data)
    return how


def one_line(error: Exception) -> None:
    assert "\n" not in str(error)


def told(capsys: pytest.CaptureFixture[str]) -> str:
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert all(line.startswith("etalase: ") for line in err.splitlines())
    return err


def stays(found: dict[str, pd.DataFrame], wanted: dict[str, pd.DataFrame]) -> None:
    """What is read is what was written, of as many runs as are there."""
    there = set(zip(found["runs"]["scenario_id"], found["runs"]["seed"], strict=True))
    for name, table in wanted.items():
        of = [run in there for run in zip(table["scenario_id"], table["seed"], strict=True)]
        columns = [one for one in table if one in found[name]]  # of one scenario left no setting tells it apart
        left = table.loc[of, columns].reset_index(drop=True)
        pd.testing.assert_frame_equal(found[name][columns], left, check_exact=True, check_categorical=False)


def asked(capsys: pytest.CaptureFixture[str], trial: int) -> bool:
    """Ask every command that reads a study. Whether `check` finds it whole."""
    codes = {}
    for command in ("status", "check", *(("report", "table") if trial % REPORTED == 0 else ())):
        codes[command] = main([command, "default"])
        assert codes[command] in (0, 1, 2)
        told(capsys)
    return codes["check"] == 0


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def carry_out(planned: Plan) -> None:
    with opened(planned, "etalase …") as study:
        execute(plan_jobs(study.store, study.missing, workers=1), 1, fakes.run)
        study.finish()


def test_no_spoilt_file_of_a_study_is_a_traceback_or_a_wrong_number(
    scene: Path, capsys: pytest.CaptureFixture[str], counted: Callable[..., None]
) -> None:
    planned = plan.make(SWEEP, multirun=True)
    carry_out(planned)
    with opened(planned, "etalase …"):  # another process's shard
        shutil.move(next((FOLDER / "shards").iterdir()), FOLDER / "shards" / f"{'0' * 32}.shard")
    more = plan.make([*SWEEP[:-1], "replications=3"], multirun=True)
    carry_out(more)
    wanted = tables(FOLDER)
    shutil.copytree(FOLDER, scene / "whole")
    files = [path for path in (scene / "whole").rglob("*") if path.is_file() and path.name[0] != "."]
    assert len(files) >= 3
    changed = missed = 0
    for trial in range(TRIALS):
        luck = random.Random(trial)
        shutil.rmtree(FOLDER)
        shutil.copytree(scene / "whole", FOLDER)
        for path in luck.sample(files, luck.choice([1, 1, 1, 2])):
            spoil(FOLDER / path.relative_to(scene / "whole"), luck, files)
        try:
            stays(tables(FOLDER), wanted)
        except StudyError as error:
            one_line(error)
        same = all((FOLDER / path.relative_to(scene / "whole")).read_bytes() == path.read_bytes() for path in files)
        changed += not same
        found_whole = asked(capsys, trial)
        missed += found_whole and not same
        carry_out(more)
        found = tables(FOLDER)
        for name, table in wanted.items():
            pd.testing.assert_frame_equal(found[name], table, check_exact=True, check_categorical=False)
        assert main(["check", "default"]) == 0
        told(capsys)
    counted("spoilt studies", studies=TRIALS, changed=changed, missed=missed, tracebacks=0, wrong=0)
    assert missed == 0


@pytest.mark.parametrize("form", ["single_files", "compacted"])
def test_no_spoilt_file_of_an_earlier_version_is_a_traceback(
    form: str,
    scene: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    counted: Callable[..., None],
) -> None:
    monkeypatch.setattr(fingerprint, "model_hash", lambda: OLD_MODEL)
    listed = plan_of_old(FIXTURES / form)
    files = [path for path in (FIXTURES / form).rglob("*") if path.is_file() and path.name[0] != "."]
    for trial in range(TRIALS):
        luck = random.Random(trial)
        shutil.rmtree(FOLDER, ignore_errors=True)
        shutil.copytree(FIXTURES / form, FOLDER)
        path = luck.choice(files)
        spoil(FOLDER / path.relative_to(FIXTURES / form), luck, files)
        asked(capsys, trial)
        try:
            with opened(listed, "etalase …") as study:
                assert study.runs_missing <= (1 if form == "single_files" else 4)
                study.finish()
        except ConfigError as error:
            one_line(error)
        asked(capsys, trial)
    name = form.replace("_", " ")
    counted(f"spoilt studies of an earlier version, {name}", studies=TRIALS, tracebacks=0)  # or it had ended above


def plan_of_old(folder: Path) -> Plan:
    scenarios = read_manifest(folder)[0]["scenarios"]
    made = tuple(Scenario(**{**scenario, "overrides": tuple(scenario["overrides"])}) for scenario in scenarios)
    return Plan("default", FOLDER, made, range(2), Launcher("basic"), NO_PLUGINS)
