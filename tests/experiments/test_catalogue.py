"""`etalase list` and `etalase explain`: every name is there, and each is told with its settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from experiments.catalogue import KINDS
from experiments.run import main
from simulation.law.instruments import instruments
from simulation.outcomes.record import OUTCOMES
from simulation.settings.strategies import STRATEGIES


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(arguments) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_of_a_kind_is_listed_with_what_it_is(kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = {line.split()[0]: line for line in said(capsys, "list", kind).splitlines() if line.startswith("  ")}
    entries = {one.name: one for one in KINDS[kind]()}
    assert lines.keys() == entries.keys()
    for name, one in entries.items():
        assert one.says
        assert len(lines[name].split()) > 1


def test_the_kinds_hold_all_that_is_registered() -> None:
    names = {kind: {one.name for one in entries()} for kind, entries in KINDS.items()}
    assert names["rules"] == set(instruments)
    assert names["rankings"] == set(STRATEGIES["algorithm"])
    assert names["outcomes"] == set(OUTCOMES)
    assert {"project_s", "marketplace_only"} <= names["platforms"]
    assert {"project_s", "rules"} <= names["presets"]


def test_all_kinds_are_listed_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "list")
    assert all(f"etalase list {kind}" in out for kind in KINDS)


@pytest.mark.parametrize(
    "name", [*sorted(instruments), *STRATEGIES["algorithm"], "project_s", "platform.undercut", "hhi"]
)
def test_a_name_is_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "explain", name)
    assert out.startswith(f"{name} (")
    if name in instruments:
        text = " ".join(out.split())
        assert " ".join(instruments[name].__doc__.split()) in text
        for setting, (_, _, spec) in instruments.schema(name).items():
            assert f"regulation.{name}.{setting}=" in out
            assert spec.source in text
        assert f"regulation.{name}.start_week=1" in out


def test_a_name_of_two_kinds_is_told_twice(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "explain", "project_s")
    assert "project_s (platforms)" in out
    assert "project_s (presets)" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["explain", "seperation"], "did you mean separation?"),
        (["explain"], "explain: got nothing; it may be one name"),
        (["explain", "a", "b"], "explain: got a b; it may be one name"),
        (["list", "ruls"], "did you mean rules?"),
        (["list", "--colour"], "list: got the option --colour"),
    ],
)
def test_what_is_unknown_is_one_line(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert words in err
    assert len(err) < 500


def test_a_rule_of_ones_own_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    rule = "from simulation.law.instruments import instruments\n@instruments.register\n"
    Path("my_told_rules.py").write_text(f'{rule}def my_told_rule():\n    """It is mine."""\n    return {{}}\n')
    try:
        assert "It is mine." in said(capsys, "explain", "my_told_rule", "plugins=my_told_rules")
    finally:
        instruments.pop("my_told_rule", None)
