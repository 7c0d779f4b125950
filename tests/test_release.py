"""The wheel and the source archive, installed into an empty environment: they hold all that the first commands need.

Other interpreters than this one: PYTHONS="/path/python3.12 /path/python3.13".
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PYTHONS = [sys.executable, *os.environ.get("PYTHONS", "").split()]
SMALL = ("market=classroom", "market.calibration_consumers=1000", "weeks=8", "replications=1")
# a file of each kind that the code reads, by which a package that forgets a kind is found
NEEDED = (
    "configs/experiment/project_s.yaml",
    "configs/classroom.yaml",
    "simulation/data/tokopedia_listings.csv",
    "simulation/py.typed",
    "analysis/languages/id.toml",
    "analysis/languages/meanings",
    "analysis/templates/report.js",
    "analysis/templates/slides.css",
    "analysis/classroom/scripts",
    "analysis/classroom/texts",
    "experiments/classroom",
)
NOT_SHIPPED = ("tests/", "validation/", "benchmarks/", "docs/", "results/")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The source archive, and the wheel that is made of it."""
    folder = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "build", "--outdir", str(folder), str(ROOT))
    assert "Successfully built" in done
    (wheel,), (archive,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return {"wheel": wheel, "archive": archive}


def run(*command: str, cwd: Path | None = None) -> str:
    """What a command says; a test fails with it where it fails."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def first_command() -> list[str]:
    """README's first command of a study, as it is typed."""
    found = re.search(
        r"^python -m experiments\.run .*$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert found
    return shlex.split(found[0], comments=True)[1:]


@pytest.mark.long
@pytest.mark.slow
def test_wheel_and_archive_hold_what_is_needed(built: dict[str, Path]) -> None:
    names = zipfile.ZipFile(built["wheel"]).namelist()
    assert [one for one in NEEDED if not any(name.startswith(one) for name in names)] == []
    assert [name for name in names if name.startswith(NOT_SHIPPED)] == []
    tracked = run("git", "-C", str(ROOT), "ls-files", "simulation", "configs", "experiments", "analysis").splitlines()
    assert sorted(set(tracked) - set(names)) == []
    with tarfile.open(built["archive"]) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    assert {*tracked, "README.md", "LICENSE", "CITATION.cff", "CHANGELOG.md", "pyproject.toml"} <= inside


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("kind", ["wheel", "archive"])
def test_the_first_command_runs_in_an_empty_environment(built, tmp_path: Path, kind: str, python: str) -> None:
    if kind == "archive" and python != PYTHONS[0]:
        pytest.skip("the wheel of the archive is the same on every Python")
    if subprocess.run([python, "-c", "import ensurepip"], capture_output=True, check=False).returncode:
        pytest.skip("this Python makes no environment with pip in it")
    run(python, "-m", "venv", str(tmp_path / "env"))
    own = str(tmp_path / "env" / "bin" / "python")
    run(own, "-m", "pip", "install", "--quiet", "-c", str(ROOT / "constraints.txt"), str(built[kind]))
    said = run(own, *first_command(), *SMALL, "study=first", cwd=tmp_path)
    assert "report.html" in said
    page = (tmp_path / "results" / "first" / "report.html").read_text(encoding="utf-8")
    assert "Kaplan-Meier" in page
    assert len(page) > 2_000_000, "plotly is in it"
    etalase = str(tmp_path / "env" / "bin" / "etalase")
    version = run(etalase, "--version", cwd=tmp_path).split()[1]
    assert built["wheel"].name.startswith(f"etalase-{version}-")
    for command in (
        ("brief", "first", "--language", "id"),
        ("brief", "first", "--format", "slides"),
        ("list", "rules"),
    ):
        run(etalase, *command, cwd=tmp_path)
    assert (tmp_path / "results" / "first" / "brief.id.html").exists()
    where = run(own, "-c", "import simulation; print(simulation.__file__)", cwd=tmp_path)
    assert str(tmp_path) in where
