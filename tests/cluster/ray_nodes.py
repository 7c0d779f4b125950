"""Ray's nodes on loopback addresses of this machine, and studies that are run on them."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import pandas as pd

from analysis.datasets import Stored
from tests.experiments.stored import tables

ROOT = Path(__file__).parents[2]


class Cluster:
    """Nodes of one processor each, the first of them the head, each a loopback address; they share a token."""

    def __init__(self, folder: Path, nodes: Sequence[str]) -> None:
        head, *others = nodes
        with socket.create_server((head, 0)) as free:
            self.address = f"{head}:{free.getsockname()[1]}"
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
        self.nodes = {head: self._start(head, "--head", f"--port={port}", "--include-dashboard=false")}
        for ip in others:
            self.join(ip)

    def join(self, ip: str) -> None:
        """Start a node of the cluster."""
        self.nodes[ip] = self._start(ip, f"--address={self.address}")

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
        self._signal(ip, signal.SIGKILL)

    def silence(self, ip: str, seconds: float) -> None:
        """Let a node say nothing for a while, as when its network is cut."""
        self._signal(ip, signal.SIGSTOP)
        time.sleep(seconds)
        self._signal(ip, signal.SIGCONT)

    def _signal(self, ip: str, number: signal.Signals) -> None:
        for pid in self.workers(ip) | self.nodes[ip]:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def at_work(self) -> set[str]:
        """The nodes that run a job of a study now."""
        return {ip for ip in self.nodes if any("_call" in command_line(pid) for pid in self.workers(ip))}


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


def study(cluster: Cluster, results: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "experiments.run", "study=default", f"results={results}", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=cluster.environment, stderr=subprocess.PIPE, text=True)


def on(cluster: Cluster) -> list[str]:
    """What runs a study on a cluster."""
    return ["hydra/launcher=ray", f"hydra.launcher.ray.init.address={cluster.address}"]


def wait(until: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for what is needed, however long a busy machine takes, while the command is at work."""
    while not until():
        assert process.poll() is None, process.stderr.read() if process.stderr else ""
        time.sleep(0.05)


def stored(results: Path) -> dict[tuple[str, int], float]:
    return {run: record.written for run, record in Stored.read(results / "default").records.items()}


def table(results: Path, dataset: str) -> pd.DataFrame:
    return tables(results / "default")[dataset]
