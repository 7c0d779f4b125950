"""What the project says about itself in several places says the same."""

from __future__ import annotations

import csv
import hashlib
import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DEPENDENCIES = [*PROJECT["dependencies"], *chain(*PROJECT["optional-dependencies"].values())]
LISTINGS = ROOT / "simulation" / "data" / "tokopedia_listings.csv"


def pins(python: str) -> dict[str, str]:
    """Name to version of every line of constraints.txt that holds on a version of Python."""
    lines = [Requirement(line) for line in read("constraints.txt").splitlines() if not line.startswith("#")]
    held = [line for line in lines if line.marker is None or line.marker.evaluate({"python_version": python})]
    assert len({line.name for line in held}) == len(held)
    return {line.name: str(line.specifier).removeprefix("==") for line in held}


def read(name: str) -> str:
    """The text of a file at the project's top."""
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_in_the_documents_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    commands = set(re.findall(r"(?:^|`)make ([a-z]+)", read(page), re.MULTILINE))
    assert commands
    assert commands <= targets


def test_ci_runs_the_tests_of_the_makefile() -> None:
    assert read(".ci/run").splitlines()[-1] == "make test"
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_version_is_the_same_everywhere() -> None:
    assert f"\nversion: {PROJECT['version']}\n" in read("CITATION.cff")
    newest = re.search(r"^## \[(.+?)\]", read("CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == PROJECT["version"]


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_dependency_is_pinned_within_its_range(python: str) -> None:
    pinned = pins(python)
    for text in DEPENDENCIES:
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate({"python_version": python}):
            assert wanted.specifier.contains(pinned[wanted.name]), text


def test_the_listings_are_those_that_their_page_describes() -> None:
    page = (LISTINGS.parent / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(LISTINGS.read_bytes()).hexdigest() in page
    with LISTINGS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [f"| {column} |" for column in rows[0] if f"| {column} |" not in page] == []
    assert f"{len(rows):,} listings" in page
    assert f"{len({row['category'] for row in rows})} of the" in page


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), LISTINGS.parent / "README.md"])
def test_links_to_the_projects_own_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\[[^\]]*\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
