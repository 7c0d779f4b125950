"""The public purse, and who gains and pays: every rupiah has a payer, and the parties add up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import Market
from simulation.law.liability import consumer_taxes
from simulation.money.taxes import _beyond
from simulation.outcomes.record import OUTCOMES
from simulation.sellers.multihoming import margins
from simulation.state.ledger import Account
from simulation.state.listings import IMPORTER_KIND, PLATFORM_KIND
from tests.simulation.worlds import BUSY, PROJECT_S, Design, bare, ended, merged, outcome, run, small

RESOURCES = {"landlords", "elsewhere", "suppliers_home", "suppliers_abroad", "carriers"}
EVERYTHING: dict[str, Any] = merged(
    BUSY,
    {
        "regulation": {
            "import_duty": {"de_minimis": 0.0},
            "seller_tax": {"threshold": 0.0},
            "platform_tax": {},
            "sme_support": {},
            "consumer_protection": {},
            "breach_liability": {},
            "positive_list": {},
            "neutral_ranking": {"detection_lag": 6, "fine": 0.05, "oversight_cost": 1e5},
        },
    },
)


@pytest.fixture(scope="module", params=["everything", "project_s", "baseline"])
def weeks(request: pytest.FixtureRequest) -> list[tuple[Market, dict[tuple[str, str, str], int], dict[str, float]]]:
    """Every week's flows and outcomes, of a run."""
    market = Market(small({"everything": EVERYTHING, "project_s": PROJECT_S, "baseline": {}}[request.param]))
    seen = []
    while market.running:
        market.step()
        seen.append((market, market.flows, {name: series[-1] for name, series in market.series.items()}))
    return seen


def test_the_parties_add_up_to_the_total(weeks: Any) -> None:
    parties = {name: o for name, o in OUTCOMES.items() if o.party}
    assert {o.party for o in parties.values()} >= {
        "consumers",
        "SMEs",
        "importers",
        "influencers",
        "platform",
        "rival channels",
        "owners of SMEs",
        "treasury",
    }
    for _, _, found in weeks:
        assert sum(found[name] for name in parties) == pytest.approx(found["total_surplus"], rel=1e-12)
        for name, home in (("surplus_home", True), ("surplus_abroad", False)):
            of = sum(found[party] for party, o in parties.items() if o.home == home)
            assert of == pytest.approx(found[name], rel=1e-12)


def test_money_adds_up_to_the_rupiah(weeks: Any) -> None:
    """What all parties gain in money is what consumers pay less what goods, rents and freight cost."""
    money = [name for name, o in OUTCOMES.items() if o.party and o.party != "consumers"]
    for _, flows, found in weeks:
        net = dict.fromkeys(Account, 0)
        for (_, payer, payee), amount in flows.items():
            net[payer] -= amount
            net[payee] += amount
        assert sum(found[name] for name in money) == -net["consumers"] - sum(net[party] for party in RESOURCES)
        assert found["sme_profit"] == found["sme_cash"] + found["owner_income"]
        assert found["importer_profit"] == found["importer_cash"] + found["owner_income_abroad"]
        assert found["influencer_income"] == net["influencers"]
        assert found["platform_profit"] == net["platform"]
        assert found["tax_revenue"] == net["treasury"]


def test_profit_and_revenue_by_source_add_up(weeks: Any) -> None:
    for _, _, found in weeks:
        taxes = found["platform_tax_revenue"] + found["fine_revenue"]
        earned = found["commission_income"] + found["advertising_income"] + found["own_goods_profit"]
        assert earned - found["subsidy_cost"] - taxes == found["platform_profit"]
        revenue = ("vat_revenue", "duty_revenue", "seller_tax_revenue", "platform_tax_revenue", "fine_revenue")
        assert sum(found[name] for name in revenue) - found["public_cost"] == found["tax_revenue"]
        shares = ("social_share", "rival_app_share", "marketplace_share", "own_site_share")
        assert sum(found[name] for name in shares) == pytest.approx(1.0)


def test_every_source_of_revenue_is_there() -> None:
    market = run(EVERYTHING, {"street": {"shops": 1.0}})
    for name, o in OUTCOMES.items():
        if name.endswith(("_revenue", "public_cost")):
            assert outcome(market, name) > 0.0, o.label


# ---- taxes on what people buy


def test_vat_and_duty_are_paid_on_top_of_the_price() -> None:
    """A seller whose buyers pay t on top asks what it would at the same price to buyers: p = c + p̄ Q / (A (1 + t))."""
    designs = [Design(5.0), Design(5.0)]
    taxed = bare(designs, government={"vat": 0.25, "vat_free": 0.0})
    for _ in range(400):
        taxed.step()
    table, week = taxed.listings, taxed.steps % taxed.config.sellers.memory
    orders, slope = table.past_orders[:, week], table.past_slope[:, week]
    assert table.price == pytest.approx(table.cost + table.listed * orders / slope, rel=1e-6)
    assert taxed.flows["vat", "consumers", "treasury"] == pytest.approx(
        0.25 * taxed.flows["sales", "consumers", "sellers"], rel=1e-6
    )
    free = bare(designs)
    for _ in range(400):
        free.step()
    buyers_pay = 1.25 * table.price
    assert (buyers_pay > free.listings.price).all()
    assert (table.price < free.listings.price).all()


def test_small_local_sellers_are_exempt_from_vat() -> None:
    world = {"government": {"vat": 0.11, "vat_free": 1e15}, "market": {"importers": 8}}
    market = run(world)
    there = market.listings.entry_week < market.steps
    assert (market.listings.vat > 0.0).tolist() == ((market.listings.kind == IMPORTER_KIND) & there).tolist()
    table = run({"government": {"vat": 0.11, "vat_free": 0.0}}).listings
    assert (table.vat[table.entry_week < 24] == 0.11).all()


def test_duty_falls_on_parcels_above_the_de_minimis() -> None:
    market = run({"market": {"importers": 20}}, weeks=2, regulation={"import_duty": {"rate": 0.2, "de_minimis": 4.0}})
    table, setting = market.listings, market.config
    table.price = table.listed * np.where(np.arange(len(table)) % 2, 0.3, 2.0)
    dollars = setting.demand.order_value * table.price / table.listed / setting.government.exchange_rate
    _, duty = consumer_taxes(table, market.terms)
    assert duty.tolist() == np.where(table.crosses_border & (dollars > 4.0), 0.2, 0.0).tolist()
    assert 0 < np.count_nonzero(duty) < np.count_nonzero(table.crosses_border)


# ---- taxes on sellers and the platform, support


@given(st.floats(0, 1e10), st.floats(0, 1e10), st.floats(0, 1e10))
def test_a_year_is_taxed_once_beyond_what_is_exempt(first: float, second: float, free: float) -> None:
    steps = _beyond(np.array([first]), np.zeros(1), free) + _beyond(np.array([first + second]), np.array([first]), free)
    assert steps[0] == pytest.approx(max(0.0, first + second - free), abs=1e-4)


def test_the_sellers_tax_starts_anew_each_year() -> None:
    market = run(weeks=54, regulation={"seller_tax": {"rate": 0.1, "threshold": 2e7}})
    weekly = market.results().weekly["seller_tax_revenue"]
    assert weekly[51] > 10 * max(weekly[52], 1.0)
    assert weekly[0] < weekly[25]


def test_support_goes_to_small_shops_up_to_its_ceiling() -> None:
    how = {"rate": 0.5, "ceiling": 1_000.0, "eligible": 1e12}
    market = run(regulation={"sme_support": how}, weeks=5)
    live = market.results().weekly["live_smes"]
    assert 0 < market.flows["support", "treasury", "sellers"] <= 1_000 / market.terms.lawful_rupiah * live[-2]
    none = run(regulation={"sme_support": how | {"eligible": 0.0}}, weeks=5)
    assert outcome(none, "public_cost") == 0.0
    helped = run(regulation={"sme_support": {"rate": 0.3, "ceiling": 1e9, "eligible": 1e12}}, weeks=60)
    assert outcome(helped, "exits") < outcome(ended(weeks=60), "exits")


def test_smes_profit_counts_support_and_compliance() -> None:
    """In one week, with prices and shops the same, support raises SMEs' profit and compliance lowers it."""
    free = run(weeks=1)
    helped = run(weeks=1, regulation={"sme_support": {"eligible": 1e12}})
    bound = run(weeks=1, regulation={"consumer_protection": {"refunded": 0.0}})
    support = helped.flows["support", "treasury", "sellers"]
    compliance = bound.flows["compliance", "sellers", "suppliers_home"]
    assert support > 0
    assert compliance > 0
    assert outcome(helped, "sme_profit") - outcome(free, "sme_profit") == support
    assert outcome(bound, "sme_profit") - outcome(free, "sme_profit") == -compliance


def test_support_for_own_sites_is_for_small_shops_alone() -> None:
    world = merged(BUSY, {"sellers": {"belief": 0.0}})
    rules = {"data_portability": {"reach": 3.0}, "sme_support": {"rate": 0.0, "site": 1.0, "eligible": 1e12}}
    none = rules | {"sme_support": rules["sme_support"] | {"eligible": 0.0}}
    assert outcome(run(world, regulation=rules), "public_cost") > 0.0
    assert outcome(run(world, regulation=none), "public_cost") == 0.0


@pytest.mark.parametrize("people", [0.01, 1000.0])
def test_the_laws_thresholds_do_not_mind_how_many_are_simulated(people: float) -> None:
    rules = {"seller_tax": {"threshold": 1e8}, "sme_support": {"eligible": 1e8, "ceiling": 5e3}}
    world = {"weeks": 20, "government": {"vat": 0.11, "vat_free": 2e8}, "regulation": rules}
    one, other = ended(world), run(world, market={"people": people})
    assert outcome(one, "vat_revenue") > 0.0
    for name in ("vat_revenue", "seller_tax_revenue", "public_cost"):
        assert outcome(other, name) == pytest.approx(people * outcome(one, name), rel=0.02), name


def test_sellers_who_pay_the_tax_turn_to_their_own_sites() -> None:
    market = run(BUSY, weeks=3)
    rows = market.listings.live
    rules = replace(market.terms.rules, seller_tax=0.2, seller_tax_free=0.0)
    free, taxed = (
        margins(market.listings, rows, terms) for terms in (market.terms, replace(market.terms, rules=rules))
    )
    domestic = ~market.listings.crosses_border[rows] & (market.listings.kind[rows] != PLATFORM_KIND)
    assert (taxed[domestic, :3] < free[domestic, :3]).all()
    assert np.array_equal(taxed[:, 3], free[:, 3])
    assert np.array_equal(taxed[~domestic], free[~domestic])


def test_a_year_of_tax_begins_anew_also_where_the_tax_was_away() -> None:
    market = Market(small(weeks=60))
    for name, until in (("enact", 45), ("repeal", 57), ("enact", 60)):
        if name == "enact":
            market.regulator.enact("seller_tax", rate=0.1, threshold=0.0)
        else:
            market.regulator.repeal("seller_tax")
        while market.steps < until:
            market.step()
    weekly, sales = (market.results().weekly[name] for name in ("seller_tax_revenue", "sme_revenue"))
    assert weekly[57] < 0.1 * sales[57] + 1.0


@pytest.mark.parametrize("rate", [0.97, 1.0])
def test_a_tax_that_leaves_nothing_breaks_nothing(rate: float) -> None:
    market = run(PROJECT_S, sellers={"cash_weeks": 100.0}, regulation={"seller_tax": {"rate": rate, "threshold": 0.0}})
    assert (market.listings.price > 0.0).all()
