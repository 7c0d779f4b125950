"""Rules: how instruments meet, how far they hold, what they leave alone and what they bite."""

from __future__ import annotations

import copy
import dataclasses
import json
from dataclasses import replace
from functools import cache, partial
from itertools import pairwise, permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation import Market
from simulation.law.instruments import CONTRADICTIONS, instruments
from simulation.law.regulation import Enforcement, Rule, choose_rules, rules_of
from simulation.law.rules import FIELDS, FREE, Rules, _limit, _rule, at_least, at_most, in_part, meet, nobody
from simulation.settings.parameter import ConfigError
from tests.simulation.drawn import chosen, some
from tests.simulation.worlds import BUSY, PROJECT_S, STRICT, ended, merged, outcome, run, same, small


def strictness(rules: Rules) -> dict[str, float]:
    """How far each field has moved from the world without rules; a limit without end counts by what it leaves free.

    Limits count by what they do to something far beyond them.
    """
    return {name: _distance(name, getattr(FREE, name), getattr(rules, name)) for name in FIELDS}


def _distance(name: str, free: Any, value: Any) -> float:
    if FIELDS[name].metadata["limit"]:
        return at_least(-1.0, value) if FIELDS[name].metadata["meet"] is max else -at_most(1e13, value)
    return -value if np.isinf(free) else abs(free - value)


@st.composite
def a_rule(draw: st.DrawFn, names: st.SearchStrategy[str]) -> Rule:
    """An instrument with any parameters and any enforcement."""
    name = draw(names)
    parameters = instruments.choose(name, draw(chosen(instruments, name))).parameters
    how = draw(some(Enforcement)) | {"start_week": draw(st.integers(1, 30)), "phase_in": draw(st.integers(0, 20))}
    return Rule(name, parameters, Enforcement(**how))


ANY = st.sampled_from(sorted(instruments))
LAWFUL = st.builds(
    lambda rule: replace(rule, enforcement=Enforcement(rule.enforcement.start_week, rule.enforcement.phase_in)),
    a_rule(ANY),
)


@pytest.mark.parametrize("name", instruments)
@settings(max_examples=10)
@given(data=st.data())
def test_an_instrument_changes_fields_that_rules_have(name: str, data: st.DataObject) -> None:
    parameters = instruments.choose(name, data.draw(chosen(instruments, name))).parameters
    changes = instruments[name](**parameters)
    assert set(changes) <= set(FIELDS)
    assert all(np.isfinite(value) for value in changes.values())


@pytest.mark.parametrize("name", instruments)
def test_an_instrument_does_something_when_it_holds(name: str) -> None:
    assert rules_of(1, (Rule(name, instruments.defaults(name)),)) != FREE


@given(week=st.integers(1, 60), pair=st.tuples(a_rule(ANY), a_rule(ANY)))
def test_two_rules_in_either_order_are_the_same_to_the_bit(week: int, pair: tuple[Rule, Rule]) -> None:
    assert rules_of(week, pair) == rules_of(week, pair[::-1])


@given(week=st.integers(1, 60), book=st.lists(a_rule(ANY), max_size=4))
def test_the_order_of_rules_does_not_matter(week: int, book: list[Rule]) -> None:
    assert len({rules_of(week, order) for order in permutations(book)}) == 1


@pytest.mark.parametrize("pair", [("separation", "eu_dma"), ("own_product_ban", "import_price_floor")])
def test_the_order_in_which_rules_are_written_changes_no_run(pair: tuple[str, str]) -> None:
    markets = [Market(small(BUSY, regulation={name: {"start_week": 3} for name in pair}, weeks=8)) for _ in range(2)]
    markets[1].regulator.chosen = markets[1].regulator.chosen[::-1]
    assert same(markets[0].run(), markets[1].run())


@given(rule=a_rule(ANY), less=st.floats(0.0, 1.0), more=st.floats(0.0, 1.0))
def test_in_every_field_full_enforcement_is_at_least_as_strict_as_partial(rule: Rule, less: float, more: float) -> None:
    less, more = sorted((less, more))
    held = [strictness(replace(FREE, **rule.changes(share))) for share in (0.0, less, more, 1.0)]
    assert held[0] == strictness(FREE)
    for weaker, stronger in pairwise(held):
        assert all(weaker[name] <= stronger[name] for name in FIELDS)
    for name, value in rule.changes(less).items():  # and the field itself says which is the stricter
        full = rule.changes(1.0)[name]
        assert FIELDS[name].metadata["limit"] or FIELDS[name].metadata["meet"](value, full) == full


@given(week=st.integers(1, 60), book=st.lists(LAWFUL, min_size=1, max_size=4))
def test_a_rule_that_is_phased_in_grows(week: int, book: list[Rule]) -> None:
    now, later, full = (strictness(rules_of(w, tuple(book))) for w in (week, week + 1, 10_000))
    assert all(now[name] <= later[name] <= full[name] for name in FIELDS)


@given(week=st.integers(1, 60), book=st.lists(a_rule(ANY), min_size=1, max_size=4))
def test_one_more_rule_never_frees(week: int, book: list[Rule]) -> None:
    fewer, all_of_them = strictness(rules_of(week, tuple(book[1:]))), strictness(rules_of(week, tuple(book)))
    assert all(fewer[name] <= all_of_them[name] for name in FIELDS)


@pytest.mark.parametrize("name", FIELDS)
def test_free_is_the_laxest_value_of_a_field(name: str) -> None:
    free = getattr(FREE, name)
    for rule in instruments:
        value = in_part(instruments[rule](**instruments.defaults(rule)), 1.0).get(name, free)
        assert meet([{name: free}, {name: value}]) == meet([{name: value}, {name: free}]) == {name: value}


def test_no_rules_are_the_free_world() -> None:
    assert rules_of(1, ()) == FREE
    assert meet([]) == {}
    assert in_part({"checkout": 0.0, "seller_tax_free": 3.0}, 0.0) == {"checkout": 1.0, "seller_tax_free": np.inf}


# ---- enforcement


@given(start=st.integers(1, 100), phase_in=st.integers(0, 50), week=st.integers(1, 200))
def test_strength_grows_from_nothing_to_full(start: int, phase_in: int, week: int) -> None:
    enforcement = Enforcement(start, phase_in)
    strength = enforcement.strength(week)
    assert (strength == 0.0) == (week < start)
    assert (strength == 1.0) == (week >= start + phase_in)
    assert 0.0 <= strength <= 1.0


@given(how=some(Enforcement), week=st.integers(1, 200))
def test_enforcement_never_exceeds_its_probability(how: dict[str, Any], week: int) -> None:
    enforcement = Enforcement(**how)
    assert 0.0 <= enforcement.strength(week) <= enforcement.probability
    assert enforcement.strength(week) == 0.0 or not enforcement.undetected(week)


def test_a_rule_waits_to_be_seen_broken_and_ends_where_a_way_round_is_found() -> None:
    how = Enforcement(start_week=10, detection_lag=4, probability=0.5, workaround_lag=20, workaround=0.75)
    assert [how.strength(week) for week in (9, 10, 13, 14, 29, 30)] == [0.0, 0.0, 0.0, 0.5, 0.5, 0.125]


def test_displacement_moves_people_to_other_channels() -> None:
    alone = run(PROJECT_S, regulation={"separation": {}})
    moved = run(PROJECT_S, regulation={"separation": {"displacement": 0.6}})
    assert moved.terms.rules.attention == pytest.approx(0.4)
    assert alone.terms.rules.attention == 1.0
    assert outcome(moved, "social_share") < 0.8 * outcome(alone, "social_share")
    assert outcome(moved, "marketplace_share") > outcome(alone, "marketplace_share")
    assert outcome(moved, "surplus_elsewhere") > outcome(alone, "surplus_elsewhere")


def test_a_fine_falls_due_once_for_what_went_unseen() -> None:
    how = {"start_week": 4, "detection_lag": 3, "probability": 0.5, "fine": 0.1}
    market = Market(small(PROJECT_S, regulation={"separation": how}))
    turnover = []
    while market.steps < 10:
        market.step()
        turnover.append(sum(amount for (_, _, payee), amount in market.flows.items() if payee == "platform"))
    fines = market.results().weekly["fine_revenue"]
    assert np.flatnonzero(fines).tolist() == [6]  # week 7, the first in which it is seen
    assert fines[6] == pytest.approx(0.5 * 0.1 * sum(turnover[3:6]), abs=1.0)


# ---- what is broken unseen follows from the fields that a rule moves

# Taxes are levied, support and disclosure given, standards met by others, and a marketplace of another owner is not
# fined; any other field can be broken.
NOBODYS = {
    *(name for name in FIELDS if name.startswith("marketplace_")),
    *("attention", "standards", "duty", "duty_free", "seller_tax", "seller_tax_free", "platform_tax"),
    *("breaches", "breach_fine", "bad_orders", "refunded", "compliance", "disclosure"),
    *("site_reach", "site_setup", "support", "site_support", "support_ceiling", "support_below"),
}
BREAKABLE = set(FIELDS) - NOBODYS

# Here everything that a rule forbids is done; there nothing of it is.
GUILTY = merged(BUSY, {"channels": {"breach_chance": 0.0}, "platform": {"buyer_fee": 500.0, "owns_marketplace": True}})
INNOCENT: dict[str, Any] = {
    "channels": {"opt_out": 0.0},
    "platform": {"own_goods": False, "checkout": 0.0, "commission": 0.0, "subsidy": 0.0},
}
FOUND_OUT = 15  # a way round is found as soon as the rule is enforced: but for the fine the world is one without it
UNSEEN: dict[str, Any] = {"start_week": 12, "detection_lag": 3, "workaround_lag": 3, "fine": 0.1}


def strictest(name: str) -> float:
    """As little as a field may allow, or more than anybody does."""
    return 0.0 if FIELDS[name].metadata["meet"] is min else 1e6


@pytest.fixture(scope="module")
def turnovers() -> dict[bool, float]:
    """What the platform of either world took while nobody saw, Rp, guilty or not."""
    taken = {}
    for guilty, world in ((True, GUILTY), (False, INNOCENT)):
        market, flows = Market(small(world)), []
        while market.steps < FOUND_OUT - 1:
            market.step()
            flows.append(sum(amount for (_, _, payee), amount in market.flows.items() if payee == "platform"))
        taken[guilty] = float(sum(flows[UNSEEN["start_week"] - 1 :]))
    return taken


@cache
def before_the_rule(plain: str) -> Market:
    """A world until the week before the rule starts, of which copies go on: nobody acts on a rule to come."""
    market = Market(small(json.loads(plain), weeks=FOUND_OUT + 1))
    while market.steps < UNSEEN["start_week"] - 1:
        market.step()
    return market


def fines(world: dict[str, Any], rule: str, **parameters: float) -> Any:
    """Fines by week of a world in which a rule goes unseen."""
    ruled = copy.deepcopy(before_the_rule(json.dumps(world)))
    ruled.regulator.enact(rule, **(UNSEEN | parameters))
    return ruled.run().results().weekly["fine_revenue"]


def test_a_rule_of_the_setting_is_fined_as_one_that_is_enacted_just_before_it_starts() -> None:
    ruled = run(GUILTY, weeks=FOUND_OUT + 1, regulation={"separation": UNSEEN})
    assert np.array_equal(ruled.results().weekly["fine_revenue"], fines(GUILTY, "separation"))


def fined(weekly: Any, turnover: float) -> bool:
    """Whether a fine is paid: then one alone, when it is due, on what was taken in the meantime."""
    if not weekly.any():
        return False
    assert np.flatnonzero(weekly).tolist() == [FOUND_OUT - 1]
    assert weekly[FOUND_OUT - 1] == pytest.approx(UNSEEN["fine"] * turnover, abs=1.0)
    return True


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_says_when_it_is_broken(name: str) -> None:
    """By what is done where everything is, not by what is done where nothing is, and never where it is free."""
    broken = FIELDS[name].metadata["broken"]
    full = replace(FREE, **in_part({name: strictest(name)}, 1.0))
    guilty, innocent = (market._conduct(market.terms) for market in (ended(GUILTY), ended(INNOCENT)))
    assert broken(guilty, FREE, full) == (name in BREAKABLE)
    assert not broken(innocent, FREE, full)
    assert not broken(guilty, FREE, FREE)


def test_a_field_that_does_not_say_when_it_is_broken_is_no_field() -> None:
    for declare in (partial(_rule, 1.0, min, "share"), partial(_limit, min, "most")):
        with pytest.raises(TypeError, match="broken"):
            declare()
        assert declare(broken=nobody).metadata["broken"] is nobody


@pytest.mark.parametrize("name", FIELDS)
def test_a_rule_that_nobody_knew_is_fined_by_the_fields_that_it_moves(
    name: str, turnovers: dict[bool, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is registered, and nothing else: where it can be broken and is, the platform pays, and nowhere else."""
    monkeypatch.setitem(instruments, "new_rule", lambda: {name: strictest(name)})
    assert fined(fines(GUILTY, "new_rule"), turnovers[True]) == (name in BREAKABLE)
    assert not fines(INNOCENT, "new_rule").any()


def test_a_new_rule_of_several_fields_is_broken_where_one_of_them_is(
    turnovers: dict[bool, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(instruments, "new_rule", lambda: {"duty": 0.1, "resale": 0.0, "support": 0.1})
    assert fined(fines(GUILTY, "new_rule"), turnovers[True])
    monkeypatch.setitem(instruments, "new_rule", lambda: {"duty": 0.1, "resale": 1.0, "support": 0.1})
    assert not fines(GUILTY, "new_rule").any()


def moved(name: str, **parameters: float) -> set[str]:
    """The fields that an instrument moves, with these parameters."""
    rule = replace(FREE, **Rule(name, instruments.defaults(name) | parameters).asks(1.0))
    return {field for field in FIELDS if getattr(rule, field) != getattr(FREE, field)}


@pytest.mark.parametrize("name", instruments)
def test_who_breaks_a_rule_unseen_is_fined(name: str, turnovers: dict[bool, float]) -> None:
    strict = STRICT.get(name, {})
    assert fined(fines(GUILTY, name, **strict), turnovers[True]) == bool(moved(name, **strict) & BREAKABLE)
    assert not fines(INNOCENT, name, **strict).any()


@pytest.mark.parametrize("name", instruments)
def test_a_marketplace_is_fined_for_what_it_does_and_nothing_else(name: str) -> None:
    """It takes payment, subsidises and observes from the first week on; its commission is below the cap."""
    how = {"detection_lag": 3, "fine": 0.1, "displacement": 0.5}
    weekly = run(regulation={name: how}, weeks=6).results().weekly["fine_revenue"]
    does = moved(name) & {"checkout", "subsidy_cap", "observed"}
    assert np.flatnonzero(weekly).tolist() == ([3] if does else [])


def test_who_has_found_a_way_round_breaks_nothing_unseen() -> None:
    how = {"detection_lag": 4, "fine": 0.1}
    fines = [
        outcome(run(regulation={"separation": how | {"workaround_lag": lag}}, weeks=6), "fine_revenue")
        for lag in (None, 2, 0)
    ]
    assert fines[0] > fines[1] > fines[2] == 0.0


def test_favour_in_the_ranking_is_favour() -> None:
    how = {"start_week": 12, "detection_lag": 4, "fine": 0.1}
    for algorithm, due in (({"name": "revenue"}, True), ({}, False)):
        world = merged(PROJECT_S, {"platform": {"favour": 1.0, "comparison": 0.0}})
        market = run(world, algorithm=algorithm, regulation={"neutral_ranking": how}, weeks=20)
        assert (outcome(market, "fine_revenue") > 0.0) == due, algorithm


def test_own_goods_break_rules_from_when_they_are_there() -> None:
    """The first copies come in week 8: nothing is favoured, made or looked at wrongly before that can be seen."""
    for rule, due in (("neutral_ranking", True), ("own_product_ban", True), ("below_cost_ban", False)):
        for start in (1, 12):
            market = run(PROJECT_S, regulation={rule: {"start_week": start, "detection_lag": 4, "fine": 0.1}}, weeks=20)
            assert (outcome(market, "fine_revenue") > 0.0) == (due and start == 12), (rule, start)


def test_a_rule_enacted_on_the_way_starts_in_the_coming_week() -> None:
    market = Market(small(PROJECT_S))
    for _ in range(10):
        market.step()
    market.regulator.enact("separation", phase_in=4)
    market.step()
    assert market.terms.rules.checkout == pytest.approx(0.8)
    market.regulator.enact("separation", workaround_lag=2)
    seen = []
    for _ in range(3):
        market.step()
        seen.append(market.terms.rules.checkout)
    assert seen == [0.0, 0.0, 1.0]


# ---- contradictions


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"resale_ban": {}}, {"below_cost_ban": {}}),
        ({"positive_list": {"eligible": 0.0}}, {"import_duty": {}}),
        ({"positive_list": {"eligible": 0.0}}, {"import_price_floor": {}}),
    ],
)
def test_a_contradiction_names_both(one: dict[str, Any], other: dict[str, Any]) -> None:
    for book in (one | other, other | one):
        with pytest.raises(ConfigError) as refused:
            choose_rules(book)
        assert all(name in str(refused.value) for name in book)
        assert "\n" not in str(refused.value)


def test_what_holds_in_part_contradicts_nothing() -> None:
    for how in ({"proxies": 0.1}, {"probability": 0.9}, {"workaround_lag": 5}):
        assert len(choose_rules({"resale_ban": how, "below_cost_ban": {}})) == 2
    assert {*CONTRADICTIONS, *(field for about in CONTRADICTIONS.values() for field in about)} <= set(FIELDS)


def test_every_pair_of_instruments_at_its_defaults_is_lawful_or_refused_in_either_order() -> None:
    refused = set()
    for pair in permutations(sorted(instruments), 2):
        try:
            choose_rules({name: {} for name in pair})
        except ConfigError:
            refused.add(pair)
    assert refused == {("below_cost_ban", "resale_ban"), ("resale_ban", "below_cost_ban")}


# ---- what changes nothing, and what bites


@pytest.mark.parametrize(
    ("world", "rule"),
    [
        ({}, {"commission_cap": {"cap": 0.04}}),
        (PROJECT_S, {"commission_cap": {"cap": 0.04}}),
        (PROJECT_S, {"subsidy_cap": {"cap": 0.025}}),
        (PROJECT_S, {"below_cost_ban": {"least": 1.0}}),
        ({"market": {"importers": 8}}, {"import_price_floor": {"floor": 1e-6}}),
        ({}, {"data_firewall": {}}),
        ({}, {"own_product_ban": {}}),
        ({}, {"resale_ban": {}}),
        ({}, {"neutral_ranking": {}}),
        ({}, {"below_cost_ban": {}}),
        ({}, {"import_duty": {}}),
        ({}, {"positive_list": {}}),
        (PROJECT_S, {"positive_list": {"eligible": 1.0, "standards": 0.0}}),
        (PROJECT_S, {"seller_tax": {"threshold": 1e15}}),
        (PROJECT_S, {"sme_support": {"rate": 0.0, "site": 0.0}}),
        (PROJECT_S, {"privacy_consent": {"consent": 1.0}}),
        (PROJECT_S, {"separation": {"probability": 0.0}}),
        (PROJECT_S, {"eu_dma": {"workaround_lag": 0}}),
    ],
    ids=lambda part: "+".join(part) or "baseline",
)
def test_a_rule_with_nothing_to_bite_changes_nothing_to_the_bit(world: dict[str, Any], rule: dict[str, Any]) -> None:
    assert same(ended(world), run(world, regulation=rule))


@pytest.mark.parametrize("name", instruments)
def test_every_instrument_bites_where_there_is_something_to_bite(name: str) -> None:
    world = merged(BUSY, {"platform": {"owns_marketplace": True}} if name == "data_linking_ban" else {})
    ruled = run(world, regulation={name: {"start_week": 2} | STRICT.get(name, {})})
    weekly, free = ruled.results().weekly, ended(world).results().weekly
    same_first = (np.array_equal(weekly[name][:1], free[name][:1], equal_nan=True) for name in free)
    assert all(same_first)  # test_twins.py has later starts
    assert any(not np.array_equal(weekly[name], free[name], equal_nan=True) for name in free)


def test_what_is_barred_sells_nothing() -> None:
    world = merged(BUSY, {"government": {"vat": 0.0}})
    ruled = run(world, regulation={"import_price_floor": {"floor": 1e9, "start_week": 9}})
    assert ruled.results().weekly["border_share"][:8].min() > 0.0
    assert not ruled.results().weekly["border_share"][8:].any()
    stocked = merged(world, {"sellers": {"share_domestic_stock": 1.0}, "platform": {"own_goods": False}})
    assert same(run(stocked), run(stocked, regulation={"import_price_floor": {"floor": 1e9}}))


def test_transparency_moves_beliefs_and_never_the_ranking() -> None:
    world = merged(BUSY, {"sellers": {"belief": 5.0}})
    told = Market(small(world, regulation={"transparency": {}}))
    exact = Market(small(world, sellers={**world["sellers"], "belief": 1.0}))
    assert same(told.run(), exact.run())


def test_consent_takes_the_most_concerned_out_of_the_data() -> None:
    market = run(PROJECT_S, regulation={"privacy_consent": {"consent": 0.6}})
    assert market.observation.share @ market.cluster_share == pytest.approx(0.6, abs=0.01)


def test_enforcement_is_the_same_for_every_instrument() -> None:
    fields = {f.name for f in dataclasses.fields(Enforcement)}
    for name in instruments:
        assert not fields & set(instruments.schema(name))
