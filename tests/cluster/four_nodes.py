"""A long study on four Ray nodes that die, join, fall silent, and lose their head: `make test-cluster`.

CLUSTER_RUNS says of how many runs (2,000 by `make trials`).
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from experiments.aftercare import processes_naming
from tests.cluster.ray_nodes import Cluster, on, stored, study, table, wait

HEAD, *OTHERS = (f"127.0.1.{place}" for place in range(1, 5))
NEW = "127.0.1.9"
SILENT = 20.0  # seconds
RUNS = int(os.environ.get("CLUSTER_RUNS", "200"))
STUDY = ["market=classroom", "market.calibration_consumers=1000", "weeks=26", f"replications={RUNS}"]


@pytest.fixture
def start() -> Iterator[Callable[[], Cluster]]:
    """A function that starts a cluster of four nodes; of all of them nothing is left."""
    pytest.importorskip("ray")
    made: list[Cluster] = []
    folders: list[Path] = []

    def of_four() -> Cluster:
        folders.append(Path(tempfile.mkdtemp(prefix="ray")))
        made.append(Cluster(folders[-1], (HEAD, *OTHERS)))
        return made[-1]

    yield of_four
    for cluster, folder in zip(made, folders, strict=True):
        for ip in cluster.nodes:
            cluster.kill(ip)
        shutil.rmtree(folder, ignore_errors=True)
        assert processes_naming(str(folder)) == []


def test_nodes_that_die_join_and_fall_silent_cost_only_time(
    start: Callable[[], Cluster], tmp_path: Path, counted: Callable[..., None]
) -> None:
    cluster = start()
    process = study(cluster, tmp_path / "ray", *STUDY, *on(cluster))
    kept: dict[tuple[str, int], float] = {}
    lost = 0

    def until(runs: int) -> None:
        nonlocal lost, kept
        wait(lambda: len(stored(tmp_path / "ray")) >= runs, process)
        now = stored(tmp_path / "ray")
        lost, kept = lost + len(kept.items() - now.items()), now

    until(RUNS // 8)
    cluster.kill(OTHERS[0])
    until(RUNS // 4)
    cluster.join(NEW)
    until(RUNS // 2)
    cluster.silence(OTHERS[1], SILENT)
    _, said = process.communicate()
    assert process.returncode == 0, said
    after = stored(tmp_path / "ray")
    lost += len(kept.items() - after.items())
    counted("a study on four nodes: one killed, one joined, one silent", runs=len(after), lost=lost)
    assert (len(after), lost) == (RUNS, 0)
    assert not (tmp_path / "ray" / "default" / "failures").exists()
    assert study(cluster, tmp_path / "plain", *STUDY, "hydra/launcher=joblib").wait() == 0
    for dataset in ("runs", "weekly", "sellers"):
        pd.testing.assert_frame_equal(*(table(tmp_path / name, dataset) for name in ("ray", "plain")), check_exact=True)


def test_without_its_head_a_cluster_is_gone_and_another_goes_on(
    start: Callable[[], Cluster], tmp_path: Path, counted: Callable[..., None]
) -> None:
    cluster = start()
    process = study(cluster, tmp_path, *STUDY, *on(cluster))
    wait(lambda: len(stored(tmp_path)) >= RUNS // 4, process)
    for ip in cluster.nodes:  # nodes without a head end by themselves, in a minute
        cluster.kill(ip)
    _, said = process.communicate(timeout=300)
    assert process.returncode != 0
    assert said.count("Traceback") == 0, said
    before = stored(tmp_path)
    assert 0 < len(before) < RUNS
    again = start()
    began = time.monotonic()
    _, said = study(again, tmp_path, *STUDY, *on(again)).communicate()
    after = stored(tmp_path)
    lost = len(before.items() - after.items())
    seconds = round(time.monotonic() - began)
    counted(
        "a cluster that lost its head, and another", runs=len(after), before=len(before), lost=lost, seconds=seconds
    )
    assert (len(after), lost) == (RUNS, 0), said
