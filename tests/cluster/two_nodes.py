"""A study on a Ray cluster of two nodes, one of which is killed in the middle: `make test-cluster`."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from tests.cluster.ray_nodes import Cluster, on, stored, study, table, wait

HEAD, OTHER = "127.0.0.2", "127.0.0.3"
RUNS = 40
STUDY = ["market=classroom", "market.calibration_consumers=1000", "weeks=104", f"replications={RUNS}"]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    pytest.importorskip("ray")
    folder = Path(tempfile.mkdtemp(prefix="ray"))  # short: Ray makes sockets in it
    cluster = Cluster(folder, (HEAD, OTHER))
    yield cluster
    for ip in cluster.nodes:
        cluster.kill(ip)
    shutil.rmtree(folder, ignore_errors=True)


def test_a_node_that_dies_costs_only_what_it_was_running(
    cluster: Cluster, tmp_path: Path, counted: Callable[..., None]
) -> None:
    process = study(cluster, tmp_path / "ray", *STUDY, *on(cluster))
    wait(lambda: cluster.at_work() == {HEAD, OTHER} and len(stored(tmp_path / "ray")) >= RUNS // 4, process)
    cluster.kill(OTHER)
    wait(lambda: not cluster.workers(OTHER), process)
    before = stored(tmp_path / "ray")
    assert len(before) < RUNS
    _, said = process.communicate()
    assert process.returncode == 0, said
    after = stored(tmp_path / "ray")
    assert len(after) == RUNS
    lost = len(before.items() - after.items())  # or done again
    counted("a study on two nodes, one killed", runs=len(after), stored_before=len(before), lost=lost)
    assert lost == 0
    assert not (tmp_path / "ray" / "default" / "failures").exists()

    assert study(cluster, tmp_path / "plain", *STUDY, "hydra/launcher=joblib").wait() == 0
    for dataset in ("runs", "weekly", "sellers"):
        pd.testing.assert_frame_equal(*(table(tmp_path / name, dataset) for name in ("ray", "plain")), check_exact=True)


def test_whoever_lacks_the_token_is_turned_away(cluster: Cluster) -> None:
    stranger = cluster.environment | {"RAY_AUTH_TOKEN": secrets.token_hex(32)}
    asked = [sys.executable, "-c", f"import ray; ray.init('{cluster.address}')"]
    done = subprocess.run(asked, env=stranger, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode != 0
    assert "oken" in done.stderr
