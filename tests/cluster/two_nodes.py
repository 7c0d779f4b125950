"""A study on a Ray cluster of two nodes, one of which is killed in the middle: `make test-cluster`.

The nodes are two loopback addresses of this machine, and talk to nobody who lacks their token.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from analysis.datasets import Stored
from tests.experiments.stored import tables

ROOT = Path(__file__).parents[2]
HEAD, OTHER = "127.0.0.2", "127.0.0.3"
RUNS = 40
STUDY = ["market=classroom", "market.calibration_consumers=1000", "weeks=104", f"replications={RUNS}"]


class Cluster:
    """Two nodes of one processor each."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server((HEAD, 0)) as free:
            self.address = f"{HEAD}:{free.getsockname()[1]}"
        self.environment = os.environ | {
            "RAY_TMPDIR": str(folder),
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": secrets.token_hex(32),
            "RAY_USAGE_STATS_ENABLED": "0",
            "HOME": str(folder),
            "ETALASE_CACHE": os.environ["ETALASE_CACHE"],
            "NUMBA_CACHE_DIR": str(folder / "numba"),
        }
        port = self.address.partition(":")[2]
        self.nodes = {
            HEAD: self._start(HEAD, "--head", f"--port={port}", "--include-dashboard=false"),
            OTHER: self._start(OTHER, f"--address={self.address}"),
        }

    def _start(self, ip: str, *options: str) -> set[int]:
        """Start a node and wait until it stands. Its processes: all that were not there before."""
        before = own_processes(self.environment["RAY_TMPDIR"])
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", *options]
        subprocess.run(
            [*command, f"--node-ip-address={ip}", "--num-cpus=1"],
            env=self.environment,
            check=True,
            capture_output=True,
            timeout=120,
        )
        return own_processes(self.environment["RAY_TMPDIR"]) - before

    def workers(self, ip: str) -> set[int]:
        """The processes of a node in which tasks run: children of its own."""
        return {pid for pid in all_processes() if parent(pid) in self.nodes[ip]}

    def kill(self, ip: str) -> None:
        """End a node as a power cut does."""
        for pid in self.workers(ip) | self.nodes[ip]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def all_processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def own_processes(folder: str) -> set[int]:
    """The processes whose command line names a folder."""
    return {pid for pid in all_processes() if folder in command_line(pid)}


def command_line(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    pytest.importorskip("ray")
    folder = Path(tempfile.mkdtemp(prefix="ray"))  # short: Ray makes sockets in it
    cluster = Cluster(folder)
    yield cluster
    for ip in cluster.nodes:
        cluster.kill(ip)
    shutil.rmtree(folder, ignore_errors=True)


def study(cluster: Cluster, results: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "experiments.run", *STUDY, f"results={results}", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=cluster.environment, stderr=subprocess.PIPE, text=True)


def wait(until: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for what is needed, however long a busy machine takes, while the command is at work."""
    while not until():
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        time.sleep(0.05)


def stored(results: Path) -> dict[tuple[str, int], float]:
    return {run: record.written for run, record in Stored.read(results / "default").records.items()}


def table(results: Path, dataset: str) -> pd.DataFrame:
    return tables(results / "default")[dataset]


def test_a_node_that_dies_costs_only_what_it_was_running(
    cluster: Cluster, tmp_path: Path, counted: Callable[..., None]
) -> None:
    ray = ["hydra/launcher=ray", f"hydra.launcher.ray.init.address={cluster.address}"]
    process = study(cluster, tmp_path / "ray", *ray)

    def both_at_work() -> bool:
        busy = {ip for ip in cluster.nodes if any("_call" in command_line(pid) for pid in cluster.workers(ip))}
        return busy == {HEAD, OTHER} and len(stored(tmp_path / "ray")) >= RUNS // 4

    wait(both_at_work, process)
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

    assert study(cluster, tmp_path / "plain", "hydra/launcher=joblib").wait() == 0
    for dataset in ("runs", "weekly", "sellers"):
        pd.testing.assert_frame_equal(*(table(tmp_path / name, dataset) for name in ("ray", "plain")), check_exact=True)


def test_whoever_lacks_the_token_is_turned_away(cluster: Cluster) -> None:
    stranger = cluster.environment | {"RAY_AUTH_TOKEN": secrets.token_hex(32)}
    asked = [sys.executable, "-c", f"import ray; ray.init('{cluster.address}')"]
    done = subprocess.run(asked, env=stranger, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode != 0
    assert "oken" in done.stderr
