"""The page of changes: each state is its commit's, each seed is held against itself, the page is that of its table."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import compose
from simulation import Market
from validation.changes import __main__ as command
from validation.changes import page, past, probe
from validation.changes.declared import ERRORS, SEEDS, STATES, TODAY, WHOLE, WHOLE_S, all_scenarios
from validation.changes.kept import Kept
from validation.changes.past import NoHistory, NotRun, Past, git

PROBE = """\
import json, sys
import model
for scenario, seeds in json.load(sys.stdin).items():
    for seed in range(seeds):
        figures = {"alive": model.ALIVE + seed}
        print(json.dumps({"settings": scenario, "seed": seed, "seconds": 1.0, "figures": figures}))
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository of three commits: two models, and one that does not run."""
    root = tmp_path / "repository"
    root.mkdir()
    git("init", "--quiet", at=root)
    for name, text in (("old", "ALIVE = 1"), ("new", "ALIVE = 2"), ("broken", "raise SystemExit('no such module')")):
        (root / "model.py").write_text(text)
        git("add", "model.py", at=root)
        git("-c", "user.name=n", "-c", "user.email=e", "commit", "--quiet", "--message", name, at=root)
        git("tag", name, at=root)
    (tmp_path / "probe.py").write_text(PROBE)
    return root


@pytest.fixture
def tree(repository: Path) -> Iterator[Past]:
    """A worktree of it."""
    with past.past(repository) as found:
        yield found


def test_each_commit_answers_for_itself(tree: Past, tmp_path: Path) -> None:
    asked = {"weeks=1": 2}
    for commit, alive in (("new", 2), ("old", 1)):
        said = list(tree.at(commit, asked, tmp_path / "probe.py"))
        assert [(one["seed"], one["figures"]["alive"]) for one in said] == [(0, alive), (1, alive + 1)]


def test_what_is_not_there_and_what_does_not_run_are_told_apart(tree: Past, tmp_path: Path) -> None:
    with pytest.raises(NotRun, match="no such module"):
        list(tree.at("broken", {"weeks=1": 1}, tmp_path / "probe.py"))
    with pytest.raises(NoHistory, match="never"):
        list(tree.at("never", {"weeks=1": 1}, tmp_path / "probe.py"))


def test_the_worktree_is_gone_afterwards_even_where_it_was_stopped(repository: Path) -> None:
    trees: list[Path] = []

    def stopped() -> None:
        with past.past(repository) as found:
            assert (found.tree / "model.py").is_file()
            trees.append(found.tree)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert [tree.exists() for tree in trees] == [False]
    assert git("worktree", "list", at=repository).count("\n") == 0


def test_where_there_is_no_repository_one_line_says_what_can_be_done(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setattr(command, "latest", lambda: past.latest(tmp_path))
    assert command.main([]) == command.FAILED
    said = capsys.readouterr().err
    assert said.startswith("changes: ")
    assert said.count("\n") == 1
    assert "--stored" in said


# ---- figures


def test_figures_are_those_of_the_outcomes() -> None:
    overrides = ["market=classroom", "weeks=60", "platform=project_s_retailer", "seed=1"]
    found = probe.figures(overrides)
    market = Market(compose(overrides)).run()
    results, weekly = market.results(), market.results().weekly
    sellers = pd.DataFrame(results.sellers)
    assert found["consumer_surplus"] == pytest.approx(results.outcomes["consumer_surplus"])
    assert found["alive"] == pytest.approx(
        1 - sellers.query("kind == 'sme' and entry_week == 0")["exit_week"].count() / 60
    )
    assert found["own_share"] == pytest.approx(np.mean(weekly["platform_share"][-52:]))
    assert found["copies"] == (sellers["kind"] == "platform").sum() > 0
    assert 0.0 < found["worst_month"] < 0.2
    assert found["leak"] == pytest.approx(
        np.mean(weekly["platform_share"][52:56]) / np.mean(weekly["platform_share"][47:51])
    )


# ---- the table and the page


def made(change: float = 0.0) -> Kept:
    """Every declared scenario; survival is .6 and a hundredth a seed, less `change` under Project S."""
    rows = [
        {"commit": "new" if commit == TODAY else commit, "settings": scenario, "seed": seed, "seconds": 30.0}
        | {
            "alive": 0.6 + 0.01 * seed - change * ("project_s" in scenario),
            "own_share": 0.25,
            "platform_profit": 1e9 + seed,
        }
        for (commit, scenario), seeds in all_scenarios().items()
        for seed in range(seeds)
    ]
    return Kept(pd.DataFrame(rows), "new")


def test_effects_are_of_the_same_seed_and_today_is_the_commit_that_was_run() -> None:
    text = page.states(made(0.1))
    rows = [line for line in text.splitlines()[2:] if line]
    assert len(rows) == len(STATES)
    assert all("−10.0\xa0points [−10.0,\xa0−10.0]" in row and "25.0 %" in row for row in rows)
    assert rows[-1].startswith("| `new` |")


def test_every_error_has_its_figures_before_and_after() -> None:
    text = page.errors(made())
    assert [error.number for error in ERRORS] == list(range(1, 14))
    assert text.count("\n") == 2 + sum(len(error.figures) for error in ERRORS)
    [fees] = [line for line in text.splitlines() if line.startswith("| 11 ")]
    assert fees.count("0.0 %") == 2  # the same profit in both scenarios, seed by seed


def test_a_state_that_did_not_run_is_said_to_be_so() -> None:
    kept = made()
    first = STATES[0].commit
    without = Kept(kept.runs[kept.runs["commit"] != first], "new")
    assert page.NOT_RUN in next(line for line in page.states(without).splitlines() if f"`{first}`" in line)
    assert set(without.missing()) == {first}
    assert set(without.missing()[first]) == {WHOLE, WHOLE_S}


def test_what_is_kept_is_read_as_it_was_and_what_nobody_asks_for_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    made().write(path)
    table = pd.read_csv(path)
    stray = table.iloc[:1].assign(settings="weeks=1")
    late = table.iloc[:1].assign(seed=SEEDS)
    pd.concat([stray, late, table]).to_csv(path, index=False)
    kept = Kept.read(path)
    assert kept.today == "new"
    pd.testing.assert_frame_equal(kept.runs, table, check_dtype=False)
    assert kept.missing() == {}
    assert set(Kept.read(path, "newer").missing()) == {"newer"}


def test_runs_of_a_commit_take_the_place_of_those_that_were_there() -> None:
    kept = made()
    first = STATES[0].commit
    new = [{"settings": WHOLE, "seed": seed, "seconds": 1.0, "figures": {"alive": 0.1}} for seed in range(SEEDS)]
    mixed = kept.with_runs(first, new)
    assert len(mixed.runs) == len(kept.runs)
    assert mixed.of(first, WHOLE, "alive").tolist() == [0.1] * SEEDS
    assert mixed.of(first, WHOLE_S, "alive").tolist() == kept.of(first, WHOLE_S, "alive").tolist()


def test_the_committed_page_is_that_of_the_committed_runs() -> None:
    kept = Kept.read()
    assert kept.missing() == {}
    assert command.PAGE.read_text(encoding="utf-8") == page.write(kept), "python -m validation.changes --stored"


def test_every_state_is_in_the_history() -> None:
    """Where the history is at hand: an archive or a shallow clone has none."""
    try:
        if git("rev-parse", "--is-shallow-repository", at=past.ROOT) != "false":
            pytest.skip("a shallow clone")
    except NoHistory:
        pytest.skip("no repository")
    commits = {commit for commit, _ in all_scenarios()} - {TODAY}
    known = subprocess.run(
        ["git", "cat-file", "--batch-check"],
        cwd=past.ROOT,
        input="\n".join(commits),
        text=True,
        capture_output=True,
        check=True,
    ).stdout.splitlines()
    assert len(known) == len(commits)
    assert [line for line in known if " commit " not in line] == []
