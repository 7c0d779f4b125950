"""What a module or a notebook imports, read off its source, and which import each other in a circle."""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Mapping
from importlib.util import resolve_name
from pathlib import Path

from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

ROOT = Path(__file__).parent.parent
PACKAGES = ("simulation", "configs", "experiments", "analysis")


def module_of(path: Path) -> str:
    """The dotted name of a file: that of its folder for an `__init__`."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imported(source: str, package: str) -> set[str]:
    """What a module in `package` imports, by absolute dotted names: of `from x import y` x.y, wherever it stands."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            home = "." * node.level + (node.module or "")
            home = resolve_name(home, package) if node.level else home
            names |= {f"{home}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and "import" in ast.unparse(node.func):
            constants = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            texts = [value for value in constants if isinstance(value, str)]
            names |= {resolve_name(text, package) if text.startswith(".") else text for text in texts}
    return names


def imports_of(path: Path) -> set[str]:
    """What a module or a notebook imports."""
    package = module_of(path) if path.name == "__init__.py" else module_of(path.parent / "__init__.py")
    return imported(source_of(path), package)


def source_of(path: Path) -> str:
    """The Python of a file; of a notebook its cells of code, without the shell's and IPython's lines."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return text
    cells = [cell["source"] for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    lines = [line for cell in cells for line in "".join(cell).splitlines()]
    return "\n".join(line for line in lines if line.lstrip()[:1] not in ("%", "!"))


def sources(folder: str) -> list[Path]:
    """Every module and notebook in a folder and below it."""
    return [path for ending in ("py", "ipynb") for path in sorted((ROOT / folder).rglob(f"*.{ending}"))]


def tops(names: Collection[str]) -> set[str]:
    """The top-level packages of dotted names."""
    return {name.partition(".")[0] for name in names}


def private(names: Collection[str]) -> set[str]:
    """The names that are of our packages and not public."""
    return {name for name in names if name.partition(".")[0] in PACKAGES and "._" in name}


def reached_into(source: str) -> list[str]:
    """The attributes with a leading underscore that a source reads or writes of anything but itself and its class."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and node.attr.startswith("_")
        and not node.attr.endswith("__")
        and ast.unparse(node.value) not in ("self", "cls")
        and ast.unparse(node) != "os._exit"  # public in spite of its name
    ]


def circles(imports: Mapping[str, Collection[str]]) -> list[list[str]]:
    """The groups of modules that import each other. Whoever imports a submodule does not import its package."""
    modules = sorted(imports)
    place = {module: i for i, module in enumerate(modules)}
    edges = [
        (place[module], place[home])
        for module, names in imports.items()
        for home in {name if name in place else name.rpartition(".")[0] for name in names} & place.keys()
    ]
    rows, columns = zip(*edges, strict=True) if edges else ((), ())
    graph = csr_array(([1] * len(edges), (rows, columns)), shape=(len(modules), len(modules)))
    _, label = connected_components(graph, connection="strong")
    groups = [[module for module in modules if label[place[module]] == group] for group in sorted(set(label))]
    return [group for group in groups if len(group) > 1]
