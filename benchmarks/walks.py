"""The walks of docs/walks.md, followed in an empty folder as written, with a clock.

    python -m benchmarks.walks            # all of them; writes the times into the page
    python -m benchmarks.walks teacher    # those with this word in their heading, printed only

The commands are those of the page. `ADDRESS` is this clone.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from analysis.markdown import table
from analysis.whole import write_atomically

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "walks.md"
MARKS = "<!-- measured -->\n", "<!-- /measured -->"
STEP = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)  # `sh no clock` is left out


@dataclass(frozen=True)
class Step:
    """What is done, in the words that stand before it, and its commands."""

    says: str
    commands: str


def walks(page: str) -> dict[str, list[Step]]:
    """The steps of each walk by its heading."""
    parts = re.split(r"^## (.*)\n", page, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], map(_steps, parts[1::2]), strict=True))


def _steps(text: str) -> list[Step]:
    steps, end = [], 0
    for block in STEP.finditer(text):
        before = re.sub(r"^```.*?^```", "", text[end : block.start()], flags=re.MULTILINE | re.DOTALL)
        paragraph = " ".join(before.strip().split("\n\n")[-1].split())
        steps.append(Step(re.split(r"[.:](?: |$)", paragraph)[0], block[1]))
        end = block.end()
    return steps


def follow(steps: Sequence[Step], folder: Path, source: Path = ROOT) -> Iterator[float]:
    """Do each step, in one shell; yields the seconds that each took. Raises `RuntimeError` where one fails."""
    with subprocess.Popen(
        ["bash", "-e"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_alone()
    ) as shell:
        assert shell.stdin is not None
        assert shell.stdout is not None
        for step in steps:
            began = time.monotonic()
            commands = step.commands.replace("ADDRESS", str(source))
            shell.stdin.write(f"{commands}\necho {DONE}\n")
            shell.stdin.flush()
            if not any(line.strip() == DONE for line in shell.stdout):
                raise RuntimeError(f"walks: the step “{step.says}” failed; its commands are\n{commands}")
            yield time.monotonic() - began
        shell.stdin.close()


DONE = "the step is done"


def _alone() -> dict[str, str]:
    """The environment without the one that this runs in."""
    return {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}


def said(seconds: float) -> str:
    """A time for readers."""
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


def measured(found: dict[str, list[tuple[Step, float]]]) -> str:
    """The table of times."""
    rows = []
    for heading, steps in found.items():
        who = heading.partition(":")[0]
        rows += [(who if k == 0 else "", step.says, said(seconds)) for k, (step, seconds) in enumerate(steps)]
        rows.append(("", "**all steps**", f"**{said(sum(seconds for _, seconds in steps))}**"))
    load = f", with a load of {os.getloadavg()[0]:.0f} by other work at the end" if os.getloadavg()[0] > CORES else ""
    machine = f"Measured once, on {date.today():%d %B %Y}, on {CORES} cores, Python {platform.python_version()}{load}."
    return f"{machine}\n\n{table(('walk', 'step', 'took'), rows, words=range(2))}"


CORES = os.cpu_count() or 1


def main(words: Sequence[str]) -> None:
    """Follow the walks that are asked for; of all of them the times go into the page."""
    found: dict[str, list[tuple[Step, float]]] = {}
    for heading, steps in walks(PAGE.read_text(encoding="utf-8")).items():
        if not all(word in heading for word in words):
            continue
        with tempfile.TemporaryDirectory() as folder:
            found[heading] = []
            for step, seconds in zip(steps, follow(steps, Path(folder)), strict=True):
                found[heading].append((step, seconds))
                print(f"{heading.partition(':')[0]}: {step.says}: {said(seconds)}", flush=True)
    if not words:
        head, _, rest = PAGE.read_text(encoding="utf-8").partition(MARKS[0])
        write_atomically(PAGE, f"{head}{MARKS[0]}{measured(found)}{MARKS[1]}{rest.partition(MARKS[1])[2]}".encode())


if __name__ == "__main__":
    main(sys.argv[1:])
