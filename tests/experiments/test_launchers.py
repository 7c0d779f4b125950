"""Launchers: what they may be told, and that each runs every job once."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from experiments import launchers, plan, slurm
from experiments.cores import core_count
from experiments.execute import execute, plan_jobs
from experiments.folder import opened
from experiments.launchers import CLUSTER, Launcher
from experiments.store import Counter
from simulation.settings.parameter import ConfigError

from . import fakes


def chosen(*arguments: str) -> Launcher:
    return plan.make(arguments).launcher


@pytest.mark.parametrize(
    ("arguments", "name", "workers"),
    [
        ([], "joblib", core_count()),
        (["workers=3"], "joblib", 3),
        (["hydra.launcher.n_jobs=5"], "joblib", 5),
        (["workers=3", "hydra/launcher=joblib", "hydra.launcher.n_jobs=5"], "joblib", 5),
        (["hydra/launcher=basic"], "basic", 1),
    ],
)
def test_what_is_chosen(arguments: list[str], name: str, workers: int) -> None:
    assert (chosen(*arguments).name, chosen(*arguments).workers) == (name, workers)


def test_ray_is_refused_where_it_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launchers, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"hydra/launcher: got ray; it may be basic or joblib"):
        chosen("hydra/launcher=ray")


class TestRaysSettings:
    """They are checked before Ray is loaded."""

    @pytest.fixture(autouse=True)
    def _installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(launchers, "find_spec", find_spec if find_spec("ray") else lambda name: name)

    def test_address_and_processors(self) -> None:
        launcher = chosen("hydra/launcher=ray", "hydra.launcher.ray.init.address=10.0.0.1:6379", "workers=4")
        assert dict(launcher.settings) == {"ray.init.address": "10.0.0.1:6379", "ray.init.num_cpus": 4}
        assert launcher.workers == CLUSTER

    @pytest.mark.parametrize(
        ("setting", "said"),
        [
            ("ray.init.address=5", "or null"),
            ("ray.init.address=head", "HOST:PORT"),
            ("ray.init.address='a b:1'", "HOST:PORT"),
            ("ray.init.num_cpus=0", "from 1"),
            ("ray.address=auto", "ray.init.address"),
            ("n_jobs=2", "ray.init.num_cpus"),
        ],
    )
    def test_what_is_refused(self, setting: str, said: str) -> None:
        with pytest.raises(ConfigError, match=said):
            chosen("hydra/launcher=ray", f"hydra.launcher.{setting}")


class TestSlurm:
    """What may be asked of SLURM, and what the command makes of its answers; `make test-slurm` runs a real one."""

    @pytest.fixture(autouse=True)
    def _installed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(slurm, "missing", lambda: "")

    def test_settings_are_named_as_those_of_hydras_plugin(self) -> None:
        launcher = chosen("hydra/launcher=submitit_slurm", "hydra.launcher.partition=short", "hydra.launcher.mem_gb=4")
        assert (launcher.settings["partition"], launcher.settings["mem_gb"]) == ("short", 4.0)
        assert (launcher.workers, launcher.elsewhere) == (CLUSTER, True)

    @pytest.mark.parametrize(
        ("setting", "said"),
        [("cpus_per_task=0", "from 1"), ("nodes=2", "array_parallelism"), ("timeout_min=x", "got x")],
    )
    def test_bad_settings_are_one_line(self, setting: str, said: str) -> None:
        with pytest.raises(ConfigError, match=said):
            chosen("hydra/launcher=submitit_slurm", f"hydra.launcher.{setting}")

    def test_without_slurm_or_submitit_it_is_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(slurm, "missing", lambda: "SLURM's sbatch on the PATH")
        with pytest.raises(ConfigError, match="submitit_slurm needs SLURM's sbatch on the PATH"):
            chosen("hydra/launcher=submitit_slurm")

    @pytest.mark.parametrize(
        ("queue", "answered", "lost"),
        [
            ([{"7_0", "7_1"}, {"7_1"}, set()], {"7_0": 1, "7_1": 2}, []),
            ([{"7_0", "7_1"}, {"7_1"}, {"7_1"}, set(), set(), set()], {"7_1": 3}, ["7_0"]),
            ([None, None, {"7_0", "7_1"}], {"7_0": 2, "7_1": 2}, []),  # SLURM does not answer for a while
        ],
        ids=["all answer", "one is lost", "silence"],
    )
    def test_who_has_no_answer_and_no_place_in_the_queue_is_lost(
        self,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        queue: list[set[str] | None],
        answered: dict[str, int],
        lost: list[str],
    ) -> None:
        """answered: at which look each element's answer is there."""
        looks = iter(range(100))
        jobs = [
            SimpleNamespace(job_id=name, paths=SimpleNamespace(result_pickle=tmp_path / name), exception=lambda: None)
            for name in ("7_0", "7_1")
        ]

        def look(names: list[str]) -> set[str] | None:
            now = next(looks)
            for name, when in answered.items():
                if now >= when:
                    (tmp_path / name).touch()
            return queue[min(now, len(queue) - 1)]

        monkeypatch.setattr(slurm, "in_queue", look)
        monkeypatch.setattr(slurm, "LOOK", 0.001)
        monkeypatch.setattr(slurm, "GRACE", 0.0)
        assert slurm.wait(jobs) == lost

    def test_an_error_of_an_element_ends_the_study(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (path := tmp_path / "7_0").touch()
        paths = SimpleNamespace(result_pickle=path)
        job = SimpleNamespace(job_id="7_0", paths=paths, exception=lambda: ValueError("disk full"))
        monkeypatch.setattr(slurm, "in_queue", lambda names: set())
        with pytest.raises(OSError, match="disk full"):
            slurm.wait([job])


def test_a_ray_of_our_own_has_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a stand-in for Ray that runs its tasks at once: what it is started with, and that its folder goes."""
    folders: list[Path] = []

    class Task:
        def __init__(self, function) -> None:
            self.remote = function

    stand_in, errors = ModuleType("ray"), ModuleType("ray.exceptions")
    errors.RayTaskError = errors.RayError = OSError
    stand_in.exceptions = errors
    stand_in.init = lambda **given: folders.append(Path(given["_temp_dir"]))
    stand_in.remote = lambda **_: Task
    stand_in.get = lambda result: result
    stand_in.shutdown = lambda: (folders[0] / "log").write_text("of Ray")
    monkeypatch.setitem(sys.modules, "ray", stand_in)
    monkeypatch.setitem(sys.modules, "ray.exceptions", errors)
    planned = plan.make(["weeks=2", "replications=3", f"results={tmp_path}"])
    with opened(planned, "etalase") as study:
        jobs = plan_jobs(study.store, study.missing, 1)
        settings = {"ray.init.address": None, "ray.init.num_cpus": 1}
        execute(jobs, simulate=fakes.run, launcher=Launcher("ray", settings))
        assert (len(study.store.stored()), len(study.store.failed())) == (3, 0)
    assert len(folders) == 1
    assert not folders[0].exists()


@pytest.mark.parametrize("address", ["127.0.0.1:1", "127.0.0.1:99999"])
def test_a_cluster_that_does_not_answer_is_told_at_once(address: str) -> None:
    with pytest.raises(OSError, match="no Ray cluster answers"):
        launchers.knock(address)


@pytest.mark.parametrize("name", ["basic", "joblib"])
def test_every_job_is_run_once(name: str, tmp_path: Path) -> None:
    planned = plan.make(["weeks=2", "replications=6", f"results={tmp_path}", f"hydra/launcher={name}", "workers=2"])
    with opened(planned, "etalase") as study:
        jobs = plan_jobs(study.store, study.missing, planned.launcher.workers)
        execute(jobs, simulate=fakes.run, launcher=planned.launcher)
        assert Counter(study.store)() == (6, 0)
