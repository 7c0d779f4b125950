"""The stored data: the schema's version is told, its columns are documented, none goes without a new version."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from experiments.stored_columns import SCHEMA, sellers_schema, weekly_schema

PAGE = Path(__file__).parents[2] / "docs" / "sweeps.md"
WORDS, WHOLE, REAL = "string", "int64", "double"
SELLERS = {  # of each version
    1: {
        **dict.fromkeys(("kind", "category", "status", "opening_channels", "channels"), WORDS),
        **dict.fromkeys(("seller_id", "designs", "entry_week", "exit_week", "copied_week", "paused_week"), WHOLE),
        **dict.fromkeys(("revenue", "profit", "opening_orders", "recent_orders"), REAL),
        **dict.fromkeys(("quality", "reputation", "listed_price", "price"), REAL),
    }
}
WEEKLY = {1: {"week", "opening_smes_alive", "live_smes", "sme_profit", "platform_share", "price_index", "variety"}}


def test_no_column_goes_or_changes_its_type_without_a_new_version() -> None:
    there = {field.name: str(field.type) for field in sellers_schema()}
    assert {name: there.get(name) for name in SELLERS[SCHEMA]} == SELLERS[SCHEMA]
    assert set(weekly_schema().names) >= WEEKLY[SCHEMA]


def test_every_column_of_sellers_is_documented_and_no_other() -> None:
    rows = re.findall(r"^\| (`.+?`) \|", PAGE.read_text(encoding="utf-8").partition("| column of `sellers` |")[2], re.M)
    told = [name for row in rows[: rows.index("`listed_price`, `price`") + 1] for name in re.findall(r"`(\w+)`", row)]
    assert sorted(told) == sorted(sellers_schema().names)


def test_the_page_and_every_manifest_tell_the_version(small_manifest: dict) -> None:
    assert f"`schema` in `manifest.json`, now {SCHEMA}." in PAGE.read_text(encoding="utf-8")
    assert small_manifest["schema"] == SCHEMA


@pytest.fixture
def small_manifest(tmp_path: Path) -> dict:
    """The manifest of a study that has been planned."""
    import json

    from experiments import plan
    from experiments.folder import opened

    made = plan.make(["market=classroom", f"results={tmp_path}", "study=s"])
    with opened(made, "etalase"):
        pass
    return json.loads((tmp_path / "s" / "manifest.json").read_text(encoding="utf-8"))
