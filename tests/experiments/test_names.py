"""What a study is called that nobody named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments import plan
from experiments.names import named_after
from experiments.overrides import read
from experiments.run import main
from experiments.schema import STUDY_NAME


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ([], "default"),
        (["replications=3", "seed=7", "workers=2", "results=x"], "default"),
        (["market=classroom"], "classroom"),
        (["market=classroom", "platform=project_s"], "classroom-project_s"),
        (["experiment=project_s"], "project_s"),
        (["experiment=project_s", "market=classroom", "replications=9"], "project_s-classroom"),
        (["weeks=52"], "weeks_52"),
        (["market.smes=60"], "smes_60"),
        (["platform.favour=1,1.5,2"], "favour_1_to_2"),
        (["platform.favour=range(1,2,0.25)"], "favour_1_0_to_1_75"),
        (["regulation=none,separation,[separation,data_firewall]"], "none_separation_separation_data_firewall"),
        (["regulation=separation", "regulation.separation.start_week=52"], "separation-start_week_52"),
        (['market.listings="my shops.csv"'], "listings_my_shops_csv"),
    ],
)
def test_a_study_is_named_after_its_settings(arguments: list[str], name: str) -> None:
    assert named_after(read(arguments, multirun=True)) == name


def test_a_name_that_is_given_stands() -> None:
    assert plan.make(["study=mine", "market=classroom"]).study == "mine"


@given(st.lists(st.text(min_size=1), unique=True, min_size=1, max_size=4))
def test_every_name_is_one_that_a_folder_may_have(texts: list[str]) -> None:
    from experiments.overrides import Given

    given_ = [Given(f"market.setting_{i}", (text,), (text,), False) for i, text in enumerate(texts)]
    assert STUDY_NAME.fullmatch(named_after(given_))


def test_long_names_end_in_what_tells_them_apart() -> None:
    many = ["algorithm.lead=1", *(f"demand.{'x' * 30}{i}={i}" for i in range(5))]
    one, two = (named_after(_given([*many, f"demand.last={last}"])) for last in (1, 2))
    assert one != two
    assert len(one) <= 100
    assert re.fullmatch(r".*-[0-9a-f]{8}", one)


def _given(texts: list[str]) -> list:
    from experiments.overrides import Given

    return [Given(key, (value,), (value,), False) for key, _, value in (text.partition("=") for text in texts)]


def test_two_markets_do_not_fall_into_one_study() -> None:
    assert plan.make(["market.smes=60"]).folder != plan.make(["market.smes=500"]).folder


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_bare_it_helps(
    arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 0
    out, err = capsys.readouterr()
    assert out.startswith("usage: etalase")
    assert (err, list(tmp_path.iterdir())) == ("", [])
