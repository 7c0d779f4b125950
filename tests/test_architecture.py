"""Who may import whom, and what no file may say."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest

from tests.imports import (
    PACKAGES,
    ROOT,
    circles,
    imported,
    imports_of,
    module_of,
    private,
    reached_into,
    source_of,
    sources,
    tops,
)

FOLDERS = (*PACKAGES, "tests", "docs", "benchmarks", "validation", ".ci")
LAST = {"validation", "benchmarks", "tests", "docs"}  # they import the rest, and nothing of the rest imports them
FORBIDDEN = {
    "simulation": {"hydra", "omegaconf", "plotly", "pandas", "experiments", "analysis", *LAST},
    "analysis": {"hydra", "omegaconf", "simulation", "experiments", *LAST},
    "experiments": LAST,
}
WITHOUT_CIRCLES = ("experiments", "analysis", "validation", "benchmarks")
REGISTRY = re.compile(r"pypi\.org|pythonhosted\.|npmjs\.|anaconda\.org|index-url|find-links|://\S+/simple\b")
MACHINE = re.compile(r"(?<![\w.}-])/(?:work|tmp|root|home|opt|mnt|Users)/")


def offences(text: str) -> list[str]:
    """Addresses of package registries and paths of one machine in a text."""
    return [found.group() for pattern in (REGISTRY, MACHINE) for found in pattern.finditer(text)]


def project_files() -> Iterator[Path]:
    """Every file of the project but this one: those at its top, without a worktree's .git, and those in its folders."""
    for path in [*ROOT.iterdir(), *(path for folder in FOLDERS for path in (ROOT / folder).rglob("*"))]:
        own = path.name not in (".git", Path(__file__).name)  # .git is a file where the checkout is a worktree
        if own and path.is_file() and "__pycache__" not in path.parts:
            yield path


def only_offenders(found: Mapping[Path, Collection[str]]) -> dict[str, Collection[str]]:
    """The files with something found in them, by their path in the project."""
    return {str(path.relative_to(ROOT)): what for path, what in found.items() if what}


@pytest.mark.parametrize("folder", FORBIDDEN)
def test_a_package_imports_only_what_it_may(folder: str) -> None:
    assert sources(folder)
    assert only_offenders({path: tops(imports_of(path)) & FORBIDDEN[folder] for path in sources(folder)}) == {}


@pytest.mark.parametrize("folder", ["validation", "benchmarks", "experiments"])
def test_nobody_reaches_into_another_object_or_module(folder: str) -> None:
    found = {path: [*reached_into(source_of(path)), *private(imports_of(path))] for path in sources(folder)}
    assert only_offenders(found) == {}


@pytest.mark.parametrize("package", WITHOUT_CIRCLES)
def test_no_package_has_a_circle(package: str) -> None:
    assert circles({module_of(path): imports_of(path) for path in sources(package)}) == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("import plotly.express as px", "plotly.express"),
        ("def f():\n    from hydra.core import config_store", "hydra.core.config_store"),
        ("if TYPE_CHECKING:\n    import pandas as pd, os", "pandas"),
        ("importlib.import_module('omegaconf')", "omegaconf"),
        ("from .market import Market", "experiments.lab.market.Market"),
        ("from ..plan import make", "experiments.plan.make"),
        ("from .. import plan", "experiments.plan"),
        ("import_module('..plan', __package__)", "experiments.plan"),
    ],
)
def test_the_reader_of_imports_sees_them(source: str, name: str) -> None:
    assert name in imported(source, "experiments.lab")


@pytest.mark.parametrize(
    ("imports", "found"),
    [
        ({"p": [], "p.a": ["p.b.f"], "p.b": ["p.c"], "p.c": ["p.a.g"], "p.d": ["p.a"]}, [["p.a", "p.b", "p.c"]]),
        ({"p": ["p.a.f"], "p.a": ["p.g"]}, [["p", "p.a"]]),  # a name that the package itself has
        ({"p": ["p.a.f"], "p.a": ["p.b"], "p.b": ["numpy"]}, []),
        ({"p.q": ["p.q.a.f"], "p.q.a": ["p.r.f"], "p.r": ["p.q.a"]}, [["p.q.a", "p.r"]]),
    ],
)
def test_circles_are_seen(imports: dict[str, list[str]], found: list[list[str]]) -> None:
    assert circles(imports) == found


def test_a_notebook_is_read_and_what_is_private_in_it_seen(tmp_path: Path) -> None:
    code = ["%matplotlib inline\n", "from experiments import compose\n", "from simulation._hidden import x\n"]
    cells = [{"cell_type": "markdown", "source": "import y"}, {"cell_type": "code", "source": code}]
    (path := tmp_path / "first.ipynb").write_text(json.dumps({"cells": cells}))
    names = imported(source_of(path), "docs.notebooks")
    assert names == {"experiments.compose", "simulation._hidden.x"}
    assert private(names) == {"simulation._hidden.x"}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("market._shelf()", ["market._shelf"]),
        ("super()._step", ["super()._step"]),
        ("self.market._rows = 1", ["self.market._rows"]),
        ("self._rows, cls._made, a.__class__, a._", ["a._"]),
    ],
)
def test_who_reaches_into_another_is_seen(source: str, found: list[str]) -> None:
    assert reached_into(source) == found


def test_configs_hold_no_logic() -> None:
    paths = list((ROOT / "configs").rglob("*"))
    assert paths
    for path in paths:
        if path.suffix == ".py":
            docstring = ast.get_docstring(tree := ast.parse(path.read_text()))
            assert len(tree.body) == (docstring is not None), path
        elif path.is_file() and "__pycache__" not in path.parts:
            assert path.suffix in (".yaml", ".csv"), path


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
