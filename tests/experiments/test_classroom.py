"""The class page's grid and its session, over real runs of a small market."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.classroom.declared import WITH, WITHOUT, Declared, PageScenario, overrides
from analysis.classroom.grid import packed
from analysis.classroom.paper import SHEETS
from experiments import compose
from experiments.classroom import border, hall, scenarios, session
from experiments.classroom.make_grid import make_grid
from experiments.classroom.printing import print_sheets, take_picture
from experiments.run import main
from simulation import Market
from tests.analysis import classroom_grid

SMALL = {"market": "classroom", "market.calibration_consumers": 1000, "market.consumers": 1000, "market.smes": 30}
WEEKS = 12


def small(weeks: int = WEEKS, draws: int = 2) -> Declared:
    """One rule, one belief, one cause, so that a grid takes seconds."""
    data = classroom_grid.data(market=SMALL, weeks=weeks, draws=draws, paths=1)
    rule, push = data["levers"][0], data["levers"][1]
    rule["levels"], push["levels"] = rule["levels"][:2], push["levels"][1:]
    return Declared(data | {"levers": [rule, push], "causes": data["causes"][:1]})


@pytest.fixture(scope="module")
def declared() -> Declared:
    return small()


@pytest.fixture
def rooms(declared, tmp_path) -> hall.Hall:
    return hall.Hall(declared, tmp_path)


def opened(rooms: hall.Hall) -> session.Session:
    return rooms.open(0, rooms.declared.usual)


# ---- the grid


def test_the_grid_holds_what_the_command_line_would_run_and_is_read_again(declared, tmp_path) -> None:
    grid = make_grid(declared, tmp_path, workers=1)
    for scenario in (
        PageScenario(WITHOUT, declared.usual),
        PageScenario(WITH, declared.usual | {"rule": "neutral", "push": "hard"}),
    ):
        for draw in range(declared.draws):
            settings = overrides(declared.settings(scenario))
            opening = Market(compose([*settings, "seed=0"])).opening
            market = Market(compose([*settings, f"seed={draw}"]), opening=opening).run()
            np.testing.assert_array_equal(grid.exits[grid.index[scenario.key], draw], scenarios.exits(market))
            share = market.results().weekly["platform_share"]
            np.testing.assert_array_equal(grid.own_share[grid.index[scenario.key], draw], share)
            profit = market.results().outcomes["sme_profit"]
            assert grid.parties[grid.index[scenario.key], draw, 0] == profit
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.npz")}
    assert len(before) == len(set(grid.index.values()))
    torn = min(before)
    torn.write_bytes(torn.read_bytes()[:100])
    again = make_grid(declared, tmp_path, workers=1)
    moved = [path for path, at in before.items() if path.stat().st_mtime_ns != at]
    assert moved == [torn], "what is whole is not run again"
    np.testing.assert_array_equal(again.exits, grid.exits)
    assert again.made_by["hash"] == grid.made_by["hash"]


def test_the_projects_own_declaration_can_be_run() -> None:
    declared = scenarios.declaration()
    for scenario in list(declared.scenarios())[::5]:
        config = scenarios.config_of(declared.settings(scenario))
        assert config.platform.own_goods == (scenario.twin == WITH)
        assert bool(config.regulation) == (
            scenario.levels["rule"] != "none" or scenario.cause in ("copying", "data")
        ), "only rules and some causes are regulation"


def test_a_trial_is_the_declaration_with_fewer_draws_and_weeks() -> None:
    whole, trial = scenarios.declaration(), scenarios.declaration(draws=2, weeks=52)
    assert (trial.draws, trial.weeks, trial.paths) == (2, 52, 2)
    assert [scenario.key for scenario in trial.scenarios()] == [scenario.key for scenario in whole.scenarios()]
    assert scenarios.declaration(draws=8).paths == whole.paths


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["classroom", "platform=project_s"], "classroom: got platform=project_s; it may be results=FOLDER"),
        (["classroom", "draws=0"], "draws: got 0; it may be a whole number from 1 to 100"),
        (["classroom", "weeks=many"], "weeks: got many"),
        (["classroom", "draws"], "classroom: got draws; it may be results=FOLDER, draws=NUMBER or weeks=NUMBER"),
        (["classroom", "--port", "99"], "port: got 99; it may be a whole number from 1024 to 65535"),
        (["classroom", "--port=x"], "port: got x"),
        (["classroom", "--export"], "classroom: got the option --export without a value"),
    ],
)
def test_bad_input_is_answered_in_one_line(arguments, says, capsys) -> None:
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert says in said
    assert said.count("\n") == 1


def test_a_missing_extra_is_said_in_one_line(monkeypatch, capsys) -> None:
    monkeypatch.setattr("experiments.classroom.serving.find_spec", lambda name: None if name == "segno" else name)
    assert main(["classroom"]) == 1
    said = capsys.readouterr().err
    assert "got no segno" in said
    assert "pip install '.[classroom]'" in said
    assert said.count("\n") == 1


# ---- the session


def test_a_session_without_pupils_is_the_run_itself(rooms, declared) -> None:
    one = opened(rooms)
    for _ in range(WEEKS):
        one.step(set())
    for name, scenario in (
        (WITHOUT, PageScenario(WITHOUT, declared.usual)),
        (WITH, PageScenario(WITH, declared.usual)),
    ):
        market = Market(compose([*overrides(declared.settings(scenario)), "seed=0"])).run()
        assert [fate["exit"] for fate in one.fates[name]] == scenarios.exits(market).tolist()
    assert one.fates[session.RULED] == one.fates[WITH], "no rule yet"


def test_a_pupils_price_and_channels_hold_in_every_scenario_while_the_phone_is_there(rooms, declared) -> None:
    one = opened(rooms)
    shop = one.join("a" * 32, 6)
    listed = one.markets[WITH].listings.listed[shop]
    one.choose(shop, session.Choice("low", ("rival_app", "social")))
    low = next(entry["value"] for entry in declared.data["choices"]["price"] if entry["name"] == "low")
    asked = []
    for market in one.markets.values():
        scenarios.steer(market, shop, low, ("rival_app", "social"))
        asked.append(market.listings.price[shop])
        assert {"social", "rival_app"} <= set(scenarios.fates(market)[shop]["channels"])
    np.testing.assert_allclose(asked, low * listed)
    one.step({shop})
    assert one.steps[-1] == {shop: one.choices[shop]}
    one.step(set())
    assert one.steps[-1] == {}, "the model plays who is away"
    assert one.of_shop(shop)["away"] == 1


def test_channels_cost_what_they_cost_the_models_shops(rooms) -> None:
    market = opened(rooms).markets[WITH]
    shop, before = 3, market.sellers.fixed_cost[3]
    kept = scenarios.fates(market)[shop]["channels"]
    scenarios.steer(market, shop, None, ("social", "rival_app", "marketplace"))
    more = len(scenarios.fates(market)[shop]["channels"]) - len(kept)
    share = market.config.sellers.channel_cost
    assert market.sellers.fixed_cost[shop] == pytest.approx(before * (1 + share * more))
    scenarios.steer(market, shop, None, tuple(name for name in kept if name != "own_site"))
    assert market.sellers.fixed_cost[shop] == pytest.approx(before)


def test_a_rule_that_is_voted_for_changes_nothing_before_its_week(rooms) -> None:
    one = opened(rooms)
    shops = [one.join(letter * 32, None) for letter in "abc"]
    for _ in range(5):
        one.step(set(shops))
    one.open_vote()
    for shop, level in zip(shops, ("none", "neutral", "neutral"), strict=True):
        one.vote(shop, level)
    one.close_vote()
    assert one.rule == ("neutral", 6)
    assert one.fates[session.RULED] == one.fates[WITH]
    rule = one.markets[session.RULED].config.regulation
    assert [(found.name, found.enforcement.start_week) for found in rule] == [("neutral_ranking", 6)]
    for _ in range(WEEKS - 5):
        one.step(set(shops))
    assert one.markets[session.RULED].terms.rules != one.markets[WITH].terms.rules


def test_whoever_comes_again_has_the_same_shop_and_a_full_class_says_so(rooms) -> None:
    one = opened(rooms)
    assert one.join("x" * 32, 7) == 7
    assert one.join("y" * 32, 7) != 7
    assert one.join("x" * 32, 2) == 7
    for i in range(one.shops - 2):
        one.join(f"{i:032}", None)
    with pytest.raises(LookupError, match="full"):
        one.join("z" * 32, None)
    assert len(set(one.shop_of.values())) == one.shops


def test_a_session_is_as_it_was_after_a_restart_even_with_a_torn_last_line(rooms, declared, tmp_path) -> None:
    one = opened(rooms)
    shop = one.join("secret-token-of-a-pupil-0", 4)
    one.choose(shop, session.Choice("high", ("marketplace",)))
    for week in range(6):
        one.step({shop} if week % 2 else set())
    one.open_vote()
    one.vote(shop, "neutral")
    one.close_vote()
    one.step({shop})
    log = tmp_path / hall.FOLDER / f"{one.code}.jsonl"
    assert b"secret-token" not in log.read_bytes()
    with log.open("ab") as file:
        file.write(b'{"e":"step","done":{"4"')
    again = hall.Hall(declared, tmp_path)
    again.restore()
    other = again.find(one.code)
    assert again.key == rooms.key
    assert other is not None
    assert other.standing() == one.standing()
    assert other.of_shop(shop) == one.of_shop(shop)
    assert other.join("secret-token-of-a-pupil-0", None) == shop
    other.step({shop})
    one.step({shop})
    assert other.fates == one.fates, "and it goes on as it would have"


def test_what_cannot_be_kept_has_not_happened(rooms) -> None:
    one = opened(rooms)
    one.join("a" * 32, 0)
    before = one.standing(), one.of_shop(0)

    def full(event: object) -> None:
        raise OSError(28, "No space left on device")

    one.keep = full
    for what in (lambda: one.step({0}), lambda: one.choose(0, session.Choice("low")), one.open_vote):
        with pytest.raises(OSError, match="No space left"):
            what()
    assert (one.standing(), one.of_shop(0)) == before


def test_why_is_told_by_scenarios_in_which_one_part_is_off(rooms) -> None:
    one = opened(rooms)
    shop = one.join("a" * 32, 0)
    one.choose(shop, session.Choice("high"))
    for _ in range(WEEKS):
        one.step({shop})
    one.explain()
    assert set(one.reasons) == set(rooms.declared.causes)
    assert one.of_shop(shop)["reasons"] == {cause: exits[shop] for cause, exits in one.reasons.items()}


def test_sessions_of_another_model_are_left_as_they_are(rooms, declared, tmp_path, capsys) -> None:
    one = opened(rooms)
    log = tmp_path / hall.FOLDER / f"{one.code}.jsonl"
    log.write_bytes(log.read_bytes().replace(rooms.version.encode(), b"0" * 12))
    again = hall.Hall(declared, tmp_path)
    again.restore()
    assert again.sessions == {}
    assert log.is_file()
    assert "another version of the model" in capsys.readouterr().err


# ---- the border


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@given(st.one_of(st.binary(max_size=300), JSON.map(lambda what: json.dumps(what).encode())))
def test_whatever_comes_is_an_object_or_refused_in_one_line(data) -> None:
    try:
        found, said = border.message(data), ""
    except border.RefusedError as error:
        found, said = {}, str(error)
    assert isinstance(found, dict)
    assert "\n" not in said


@given(JSON, JSON, JSON)
def test_levels_and_values_are_declared_ones_or_refused(chosen, values, draw) -> None:
    declared = Declared(classroom_grid.data())
    said = {"levels": chosen, "values": values, "draw": draw}
    try:
        levels, found = border.levels(declared, said), border.live_values(declared, said)
        number = border.whole(said, "draw", 0, 4)
    except border.RefusedError:
        return
    assert set(levels) == {lever["name"] for lever in declared.levers}
    assert all(isinstance(value, float) and np.isfinite(value) for value in found.values())
    assert 0 <= number <= 4


def test_long_deep_and_strange_messages_are_refused() -> None:
    for data in (b"x" * 5000, b"[" * 2000, b'{"a":NaN}', b'{"a":1e999}'[:-1], b"\xff\xfe", "\ud800", b"[]", b"1", b""):
        with pytest.raises(border.RefusedError):
            border.message(data)


def test_an_allowance_refills() -> None:
    allowance = border.Allowance(3, 1e-9)
    assert [allowance.take() for _ in range(5)] == [True, True, True, False, False]
    quick = border.Allowance(1, 1e9)
    assert all(quick.take() for _ in range(100))
    assert Path(scenarios.FILE).is_file()


# ---- paper and picture


def test_sheets_are_html_where_there_is_no_browser(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("CHROMIUM", "no")
    written = print_sheets(classroom_grid.grid(), tmp_path / "paper")
    assert sorted(path.name for path in written) == sorted(
        f"{name}.{code}.html" for name in SHEETS for code in ("en", "id")
    )
    assert all("<html" in path.read_text(encoding="utf-8") for path in written)
    assert not take_picture(packed(classroom_grid.grid()), tmp_path / "page.png")
    assert capsys.readouterr().err.count("no Chromium is installed here") == 2


def test_a_browser_that_fails_leaves_the_sheet_as_html(tmp_path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("CHROMIUM", "false")
    written = print_sheets(classroom_grid.grid(), tmp_path)
    assert {path.suffix for path in written} == {".html"}
    assert "did not make it" in capsys.readouterr().err
