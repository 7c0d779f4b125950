"""The command that runs the long trials: what their tests count is what stands in the page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from benchmarks import trials
from benchmarks.trials import AFTER, BEFORE, TRIALS, Trial, main, page

PAGE = f"# Sweeps\n{BEFORE}\nold\n\n| `make test-soak` | markets | left 0 | yesterday |\n{AFTER}The report\n"
MAKEFILE = """
test-kill:
\techo '["a study, killed", {"kills": 50, "lost_runs": 0}]' >> $(COUNTS)
test-faults:
\tfalse
"""


def rows(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| `make")]


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "Makefile").write_text(MAKEFILE)
    (tmp_path / "sweeps.md").write_text(PAGE)
    monkeypatch.setattr(trials, "ROOT", tmp_path)
    return tmp_path / "sweeps.md"


def test_a_trial_has_its_counts_in_the_page_and_other_rows_stay(written: Path) -> None:
    assert main(["test-kill", f"--to={written}"]) == 0
    text = written.read_text()
    kill, soak = rows(text)
    assert kill.startswith("| `make test-kill` | a study, killed | kills 50, lost runs 0 |")
    assert soak.endswith("| left 0 | yesterday |")
    assert (text.count(BEFORE), text.count(AFTER), text.count("old")) == (1, 1, 0)


def test_a_trial_that_fails_is_named_and_leaves_the_page(written: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["test-faults", f"--to={written}"]) == 1
    assert capfd.readouterr().err.endswith("failed: test-faults\n")
    assert written.read_text() == PAGE


def test_a_trial_run_again_takes_its_place() -> None:
    text = PAGE
    for lost in (3, 0):
        text = page(text, [Trial("test-kill", (("a study", {"lost": lost}),), 2.0, 1, date(2026, 11, 30))])
    assert rows(text)[0] == "| `make test-kill` | a study | lost 0 | 30 November 2026, 1 core, 2.0 minutes in all |"
    assert len(rows(text)) == 2


def test_each_trial_is_a_target_and_stands_in_the_page() -> None:
    makefile, text = (trials.ROOT / "Makefile").read_text(), trials.PAGE.read_text(encoding="utf-8")
    assert [name for name in TRIALS if f"\n{name}: " not in makefile or f"| `make {name}` |" not in text] == []
