"""Pin what an install of Etalase brings, with the hashes of all of its files: `make lock`.

Versions are those of constraints.txt. base.txt is what Etalase needs, EXTRA.txt what an extra adds to it, and build.txt
what builds it and those dependencies that come as source. Each file holds for Python 3.11, 3.12 and 3.13 on Linux,
macOS and Windows.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
PYTHON = "3.11.5"  # the oldest for which everything is there: soupsieve, of the documents
BUILD = "hatchling\neditables\nsetuptools\n"


def pinned(uv: str, *arguments: str, given: str = "") -> list[str]:
    """Ask uv for the closure of requirements: of each package name, version, where it holds, and hashes."""
    command = [uv, "pip", "compile", "--quiet", "--universal", "--generate-hashes", f"--python-version={PYTHON}"]
    command += ["--no-header", "--no-annotate", "--constraint=constraints.txt", *arguments]
    text = subprocess.run(command, cwd=ROOT, input=given, check=True, capture_output=True, text=True).stdout
    return re.findall(r"^\S.*\n(?:^ .*\n)*", text, re.MULTILINE)


def write(name: str, packages: list[str]) -> None:
    """Write a file of the lock."""
    (HERE / f"{name}.txt").write_text(f"# Written by `make lock`.\n{''.join(packages)}", encoding="utf-8")


def main(uv: str) -> None:
    """Write all files of the lock."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    base = pinned(uv, "pyproject.toml")
    write("base", base)
    for extra in project["optional-dependencies"]:
        every = pinned(uv, "pyproject.toml", f"--extra={extra}")
        write(extra, [package for package in every if package not in base])
    write("build", pinned(uv, "-", given=BUILD))


if __name__ == "__main__":
    main(sys.argv[1])
