"""Who may import whom, and what no file may say."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("simulation", "configs", "experiments", "analysis", "hydra_plugins")
FOLDERS = (*PACKAGES, "tests", "docs", "benchmarks", "validation", ".ci")
LAST = {"validation", "benchmarks", "tests"}  # they import the rest, and nothing of the rest imports them
FORBIDDEN = {
    "simulation": {"hydra", "omegaconf", "plotly", "pandas", "experiments", "analysis", *LAST},
    "analysis": {"hydra", "omegaconf", "simulation", "experiments", *LAST},
    "experiments": LAST,
}
REGISTRY = re.compile(r"pypi\.org|pythonhosted\.|npmjs\.|anaconda\.org|index-url|find-links|://\S+/simple\b")
MACHINE = re.compile(r"(?<![\w.}-])/(?:work|tmp|root|home|opt|mnt|Users)/")


def imported(source: str, package: str) -> set[str]:
    """The top-level packages that a module of a flat `package` imports."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(package if node.level else node.module or "")
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            constants = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            names |= {value for value in constants if isinstance(value, str)}
    return {name.partition(".")[0] for name in names}


def offences(text: str) -> list[str]:
    """Addresses of package registries and paths of one machine in a text."""
    return [found.group() for pattern in (REGISTRY, MACHINE) for found in pattern.finditer(text)]


def project_files() -> Iterator[Path]:
    """Every file of the project but this one: those at its top, without a worktree's .git, and those in its folders."""
    for path in [*ROOT.iterdir(), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]:
        if path.is_file() and "__pycache__" not in path.parts and path not in (Path(__file__), ROOT / ".git"):
            yield path


def only_offenders(found: dict[Path, Collection[str]]) -> dict[str, Collection[str]]:
    """The files with something found in them, by their path in the project."""
    return {str(path.relative_to(ROOT)): what for path, what in found.items() if what}


@pytest.mark.parametrize("package", FORBIDDEN)
def test_a_package_imports_only_what_it_may(package: str) -> None:
    sources = list((ROOT / package).rglob("*.py"))
    assert sources
    forbidden = FORBIDDEN[package]
    assert only_offenders({path: imported(path.read_text(), package) & forbidden for path in sources}) == {}


@pytest.mark.parametrize(
    ("source", "package"),
    [
        ("import plotly.express as px", "plotly"),
        ("def f():\n    from hydra.core import config_store", "hydra"),
        ("if TYPE_CHECKING:\n    import pandas as pd, os", "pandas"),
        ("importlib.import_module('omegaconf')", "omegaconf"),
        ("from .market import Market", "simulation"),
    ],
)
def test_the_reader_of_imports_sees_them(source: str, package: str) -> None:
    assert package in imported(source, "simulation")


def test_configs_hold_no_logic() -> None:
    paths = list((ROOT / "configs").rglob("*"))
    assert paths
    for path in paths:
        if path.suffix == ".py":
            docstring = ast.get_docstring(tree := ast.parse(path.read_text()))
            assert len(tree.body) == (docstring is not None), path
        elif path.is_file() and "__pycache__" not in path.parts:
            assert path.suffix == ".yaml", path


def test_no_file_names_a_registry_or_a_path_of_one_machine() -> None:
    texts = {path: path.read_text(encoding="utf-8", errors="replace") for path in project_files()}
    assert only_offenders({path: offences(text) for path, text in texts.items()}) == {}


@pytest.mark.parametrize(
    "text",
    ["https://pypi.org", "https://x.example/simple", "--index-url", "file:///tmp/x", "'/home/me/x.csv'"],
)
def test_the_reader_of_texts_sees_them(text: str) -> None:
    assert offences(text)


@pytest.mark.parametrize("text", ["docs/work/", "econ.example.org/home/x", "./tmp/x", "{folder}/tmp/x"])
def test_relative_paths_and_addresses_pass(text: str) -> None:
    assert offences(text) == []
