"""What the project says about itself in several places says the same."""

from __future__ import annotations

import csv
import hashlib
import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
DEPENDENCIES = [*PROJECT["dependencies"], *chain(*PROJECT["optional-dependencies"].values())]
LOCK = sorted((ROOT / "requirements").glob("*.txt"))
LISTINGS = ROOT / "simulation" / "data" / "tokopedia_listings.csv"
PAGES = [
    *sorted(ROOT.glob("*.md")),
    *sorted(ROOT.glob("docs/*.md")),
    *sorted(ROOT.glob("docs/id/*.md")),
    *sorted(ROOT.glob("docs/notebooks/*.md")),
    LISTINGS.parent / "README.md",
]


def lines_of(text: str) -> list[str]:
    """The lines of a file of requirements that are no comments."""
    return [line for line in text.splitlines() if not line.startswith("#")]


def pins(python: str) -> dict[str, str]:
    """Name to version of every line of constraints.txt that holds on a version of Python."""
    held = [
        line
        for line in map(Requirement, lines_of(read("constraints.txt")))
        if line.marker is None or line.marker.evaluate({"python_version": python})
    ]
    assert len({line.name for line in held}) == len(held)
    return {line.name: str(line.specifier).removeprefix("==") for line in held}


def locked(path: Path) -> Iterator[tuple[Requirement, int]]:
    """Every package of a file of the lock, and how many hashes it has."""
    for line in path.read_text(encoding="utf-8").replace("\\\n", "").splitlines():
        if not line.startswith("#"):
            package, *hashes = re.split(r"\s+--hash=sha256:(?=[0-9a-f]{64}\b)", line)
            yield Requirement(package), len(hashes)


def read(name: str) -> str:
    """The text of a file at the project's top."""
    return (ROOT / name).read_text(encoding="utf-8")


def without_code(text: str) -> str:
    """A page without its blocks of code."""
    return re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)


def links(text: str) -> list[str]:
    """The links of a page that stay within the project."""
    prose = re.sub(r"`[^`\n]*`", "", without_code(text))
    return [link for link in re.findall(r"\[[^\]]*\]\(([^)\s]+)\)", prose) if not re.match(r"[a-z]+:", link)]


def leads(page: Path, link: str) -> bool:
    """Whether a link of a page leads to a file and, where it names one, to a heading of it."""
    path, _, anchor = link.partition("#")
    target = page.parent / path if path else page
    return target.exists() and (not anchor or (target.suffix == ".md" and anchor in anchors(target)))


def anchors(page: Path) -> set[str]:
    """What GitHub calls a page's headings: small letters, no signs but - and _, a hyphen a space, -1 for the second."""
    said = re.findall(r"^#{1,6} +(.*?)[ #]*$", without_code(page.read_text(encoding="utf-8")), re.MULTILINE)
    words = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in said)  # of a link its words
    names = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in words]
    return {f"{name}-{n}" if (n := names[:i].count(name)) else name for i, name in enumerate(names)}


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_make_command_in_the_documents_exists(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", read("Makefile"), re.MULTILINE))
    commands = set(re.findall(r"(?:^|`)make ([a-z]+)", read(page), re.MULTILINE))
    assert commands
    assert commands <= targets


def test_ci_runs_the_tests_of_the_makefile() -> None:
    commands = ["make test", "make test-long", "make docs", "make test-pythons", "make test-stops"]
    assert read(".ci/run").splitlines()[-5:] == commands
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_version_is_the_same_everywhere() -> None:
    assert f"\nversion: {PROJECT['version']}\n" in read("CITATION.cff")
    newest = re.search(r"^## \[(.+?)\]", read("CHANGELOG.md"), re.MULTILINE)
    assert newest is not None
    assert newest.group(1) == PROJECT["version"]


def test_the_citation_has_a_date_and_the_changelog_s_where_that_has_one() -> None:
    cited = re.search(r"^date-released: (\d{4}-\d\d-\d\d)$", read("CITATION.cff"), re.MULTILINE)
    newest = re.search(r"^## \[.+?\] – (.+)$", read("CHANGELOG.md"), re.MULTILINE)
    assert cited is not None
    assert newest is not None
    assert newest.group(1) in ("Unreleased", cited.group(1))


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_every_dependency_is_pinned_within_its_range(python: str) -> None:
    pinned = pins(python)
    for text in DEPENDENCIES:
        wanted = Requirement(text)
        if wanted.marker is None or wanted.marker.evaluate({"python_version": python}):
            assert wanted.specifier.contains(pinned[wanted.name]), text


@pytest.mark.parametrize("path", LOCK, ids=[path.stem for path in LOCK])
def test_the_lock_has_the_pinned_versions_and_their_hashes(path: Path) -> None:
    pinned = {(line.name, str(line.specifier)) for line in map(Requirement, lines_of(read("constraints.txt")))}
    names = {name for name, _ in pinned}
    found = list(locked(path))
    assert found
    for package, hashes in found:
        version = str(package.specifier)
        assert hashes > 0, package
        assert re.fullmatch(r"==[^,*]+", version), package
        assert package.name not in names or (package.name, version) in pinned, package


@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
@pytest.mark.parametrize("extra", ["base", *PROJECT["optional-dependencies"]])
def test_the_lock_has_all_that_is_asked_for(python: str, extra: str) -> None:
    paths = {path.stem: path for path in LOCK}
    there = {
        canonicalize_name(package.name)
        for name in {"base", extra}
        for package, _ in locked(paths[name])
        if package.marker is None
        or package.marker.evaluate({"python_version": python, "python_full_version": f"{python}.9"})
    }
    for text in PROJECT["dependencies"] if extra == "base" else PROJECT["optional-dependencies"][extra]:
        wanted = Requirement(text)
        assert canonicalize_name(wanted.name) in there or (
            wanted.marker and not wanted.marker.evaluate({"python_version": python})
        ), text


def test_the_listings_are_those_that_their_page_describes() -> None:
    page = (LISTINGS.parent / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(LISTINGS.read_bytes()).hexdigest() in page
    with LISTINGS.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [f"| {column} |" for column in rows[0] if f"| {column} |" not in page] == []
    assert f"{len(rows):,} listings" in page
    assert f"{len({row['category'] for row in rows})} of the" in page


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_links_to_the_projects_own_pages_lead_to_a_file_and_a_heading(page: Path) -> None:
    assert [link for link in links(page.read_text(encoding="utf-8")) if not leads(page, link)] == []


@pytest.mark.parametrize(
    ("link", "good"),
    [
        ("README.md", True),
        ("docs", True),
        ("README.md#ways-in", True),
        ("#whats-_new_-from-2-000-on", True),
        ("#twice-1", True),
        ("#twice-2", False),
        ("#no-heading", False),
        ("docs/nowhere.md", False),
        ("docs/README.md#nowhere", False),
        ("docs/closure.svg#nowhere", False),
    ],
)
def test_a_link_that_leads_nowhere_is_found(link: str, good: bool, tmp_path: Path) -> None:
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    (tmp_path / "README.md").symlink_to(ROOT / "README.md")
    page = tmp_path / "page.md"
    page.write_text("# What's `_new_` from 2 (000) on?\n## Twice\n```sh\n# no heading\n```\n## [Twice](x.md)\n")
    assert leads(page, link) is good


def test_links_are_found_over_lines_and_not_in_code() -> None:
    text = (
        "[a\n`b`](one.md) ![c](two.svg) `[d](three.md)`\n```md\n[e](four.md)\n```\n[f](https://x.org/y.md#z)\n[g](#h)\n"
    )
    assert links(text) == ["one.md", "two.svg", "#h"]
