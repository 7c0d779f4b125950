"""What a study reads is fixed in bytes when it is planned: all runs read the same, or fail and say so."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from analysis.datasets import FAILURES
from experiments import conduct as conducting
from experiments import plan
from experiments.execute import execute, plan_jobs
from experiments.folder import opened
from experiments.inputs import keep
from experiments.run import main
from simulation import Config, ConfigError
from simulation.opening.listings_file import load_source

from . import fakes

HEADER = "category,price_idr,rating,units_sold\n"
FOLDER = Path("results/default")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(price: int, name: str = "live.csv", more: str = "") -> str:
    """Write listings of a price; return their SHA-256."""
    content = f"{HEADER}Toys,{price},4.5,100\n{more}".encode()
    Path(name).write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def carry_out(monkeypatch: pytest.MonkeyPatch, *arguments: str, simulate=fakes.run, copy: bool = True) -> int:
    """Conduct a study in this process; `copy`: whether it may keep what it reads."""
    monkeypatch.setattr(conducting, "execute", lambda jobs, launcher: execute(jobs, 1, simulate))
    if not copy:
        monkeypatch.setattr(conducting.inputs, "keep", lambda *_: None)
    with opened(
        plan.make(fakes.named("weeks=2", "market.listings=live.csv", *arguments), multirun=True), "etalase …"
    ) as study:
        return conducting.carry_out(study)


class Overwriting:
    """Runs that read their listings, and a file that somebody writes anew after each."""

    def __init__(self) -> None:
        self.read: list[bytes] = []

    def __call__(self, config: Config, threads: int = 1) -> object:
        source = load_source(config.market)
        self.read.append(source.content)
        write(60_000 + len(self.read))
        results, _ = fakes.run(config)
        return results, {"listings": source.name, "listings_hash": source.sha256}


def test_a_file_that_is_overwritten_while_a_sweep_runs_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sha256, runs = write(50_000), Overwriting()
    content = Path("live.csv").read_bytes()
    assert carry_out(monkeypatch, "replications=4", simulate=runs) == 0
    assert runs.read == [content] * 4
    assert (FOLDER / "inputs" / f"{sha256}.csv").read_bytes() == content
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    assert [scenario["listings"] for scenario in manifest["scenarios"]] == [sha256]
    assert manifest["opening"]["indonesia_2023"] == {"listings": "live.csv", "listings_hash": sha256}


def test_a_run_that_would_read_other_bytes_fails_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    sha256, runs = write(50_000), Overwriting()
    assert carry_out(monkeypatch, "replications=3", simulate=runs, copy=False) == 1
    assert len(runs.read) == 1
    told = [path.read_text().splitlines()[-1] for path in (FOLDER / FAILURES).iterdir()]
    assert len(told) == 2
    assert all(f"market.listings: got live.csv; it may be the file of SHA-256 {sha256}" in line for line in told)


def test_a_copy_that_was_changed_fails_and_is_written_anew_by_the_next_command(monkeypatch: pytest.MonkeyPatch) -> None:
    sha256, runs = write(50_000), Overwriting()
    arguments, content = ("replications=1",), Path("live.csv").read_bytes()
    planned = plan.make(fakes.named("weeks=2", "market.listings=live.csv", *arguments))
    keep(planned.folder, planned.inputs)
    copy = FOLDER / "inputs" / f"{sha256}.csv"
    copy.write_bytes(b"torn")
    with opened(planned, "etalase …") as study:
        execute(plan_jobs(study.store, study.missing, workers=1), 1, runs)
        assert study.store.failed()
    assert runs.read == []
    assert carry_out(monkeypatch, *arguments, simulate=runs) == 0
    assert runs.read == [content]


def test_a_file_is_read_once_for_all_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    write(50_000)
    reads, read = [], Path.read_bytes

    def changing(self: Path) -> bytes:
        content = read(self)
        if self.name == "live.csv":
            reads.append(content)
            write(50_000 + len(reads))
        return content

    monkeypatch.setattr(Path, "read_bytes", changing)
    planned = plan.make(["market.listings=live.csv", "market.order_share=0.1,0.2", "weeks=1,2"], multirun=True)
    assert len(reads) == 1
    assert list(planned.inputs.values()) == reads
    assert {scenario.listings for scenario in planned.scenarios} == {hashlib.sha256(reads[0]).hexdigest()}


def test_a_study_of_the_models_own_listings_keeps_none(monkeypatch: pytest.MonkeyPatch) -> None:
    planned = plan.make([])
    assert planned.inputs == {}
    assert planned.scenarios[0].listings is None
    assert planned.scenarios[0].run_config(3, Path()).market.listings is None


def test_the_digest_may_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    sha256 = write(50_000)
    assert plan.make(["market.listings=live.csv", f"market.listings_sha256={sha256}"]).inputs
    write(60_000)
    with pytest.raises(ConfigError, match=rf"it may be the file of SHA-256 {sha256}; this one has"):
        plan.make(["market.listings=live.csv", f"market.listings_sha256={sha256}"])


def test_what_is_left_out_is_said_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    write(50_000, more="Toys,5000,4.5,0\nToys,5000,,9\n,5000,4.5,3\nToys,5000,4.5,0\n")
    carry_out(monkeypatch, "market.order_share=0.1,0.2", "replications=2")
    lines = [line for line in capsys.readouterr().err.splitlines() if "left out" in line]
    assert lines == [
        "etalase: live.csv: 1 of 5 listings can be used; left out: 2 no units sold, 1 without a rating, "
        "1 without a category"
    ]


def test_a_whole_run_of_an_indonesian_export(capsys: pytest.CaptureFixture[str]) -> None:
    """Through the command line: read in its own format, left out counted in the manifest, the copy beside it."""
    rows = [f"Mainan & Hobi;Rp{12 + k}.500;4,{k};{k + 1},2rb terjual" for k in range(9)]
    rows += ["Logam Mulia;Rp900.000;5,0;30 terjual", "Mainan & Hobi;Rp9.000;4,5;"]
    Path("toko.csv").write_bytes("\r\n".join(["sep=;", "Category;Price;Rating;Units Sold", *rows]).encode("utf-16"))
    assert (
        main([*fakes.SMALL[:-1], "market.smes=9", "weeks=2", "market.listings=toko.csv", "market.listings_format=id"])
        == 0
    )
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    [report] = manifest["opening"].values()
    assert report["listings"] == "toko.csv"
    assert report["listings_hash"] == hashlib.sha256(Path("toko.csv").read_bytes()).hexdigest()
    assert sorted(report["listings_left_out"].values()) == [1, 1]
    assert "toko.csv: 9 of 11 listings can be used" in capsys.readouterr().err
