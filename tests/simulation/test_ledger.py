"""One ledger: whole rupiah, two ends, and balances that always add up to nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import Market
from simulation.state.ledger import Account, Ledger, LedgerError, Purpose
from tests.simulation.worlds import PROJECT_S, run, small

SELLERS, INFLUENCERS = 5, 3
MEMBERS = {"sellers": SELLERS, "influencers": INFLUENCERS}
AMOUNTS = st.floats(0.0, 1e14)


@st.composite
def transfers(draw: st.DrawFn) -> dict[str, Any]:
    """A transfer between any two parties, one amount or several, to and from any accounts."""
    payer, payee = draw(st.sampled_from(Account)), draw(st.sampled_from(Account))
    amounts = draw(st.lists(AMOUNTS, min_size=1, max_size=6))

    def members(party: str) -> list[int] | None:
        if party not in MEMBERS:
            return None
        account = st.integers(0, MEMBERS[party] - 1)
        return draw(st.lists(account, min_size=len(amounts), max_size=len(amounts)))

    return {
        "purpose": draw(st.sampled_from(Purpose)),
        "payer": payer,
        "payee": payee,
        "amount": amounts,
        "payer_member": members(payer),
        "payee_member": members(payee),
    }


def worth(ledger: Ledger, party: str) -> int:
    """A party's balance over all its accounts."""
    return int(ledger.balance[party].sum())


@given(todo=st.lists(transfers(), max_size=12))
def test_any_transfers_conserve_money_and_have_two_ends(todo: list[dict[str, Any]]) -> None:
    ledger = Ledger(SELLERS, INFLUENCERS)
    for transfer in todo:
        before = {party: worth(ledger, party) for party in Account}
        moved = int(ledger.transfer(**transfer).sum())
        change = {party: worth(ledger, party) - before[party] for party in Account}
        one_party = transfer["payer"] == transfer["payee"]
        ends = {} if one_party or moved == 0 else {transfer["payer"]: -moved, transfer["payee"]: moved}
        assert {party: d for party, d in change.items() if d} == ends
    assert {p: ledger.flow(payee=p) - ledger.flow(payer=p) for p in Account} == {
        party: worth(ledger, party) for party in Account
    }
    ledger.close_week()


@given(amount=AMOUNTS)
def test_what_moves_is_whole_and_the_fraction_stays_with_the_payer(amount: float) -> None:
    ledger = Ledger(SELLERS, INFLUENCERS)
    [moved] = ledger.transfer("sales", "consumers", "sellers", amount, payee_member=[2])
    assert moved.dtype.kind == "i"
    assert moved - 1e-5 <= amount < moved + 1.0
    assert ledger.balance["sellers"].tolist() == [0, 0, moved, 0, 0]


@pytest.mark.parametrize("amount", [-1.0, -1e-9, float("nan"), float("inf"), -float("inf"), [1.0, float("nan")]])
def test_what_is_no_amount_is_refused_and_nothing_moves(amount: float | list[float]) -> None:
    ledger = Ledger(SELLERS, INFLUENCERS)
    with pytest.raises(LedgerError, match="sales: from consumers to platform"):
        ledger.transfer("sales", "consumers", "platform", amount)
    assert all(worth(ledger, party) == 0 for party in Account)
    assert ledger.close_week() == {}


@pytest.mark.parametrize("amount", [2.0**53 + 2.0, 9.3e18, 1e300])
def test_more_than_a_float_counts_in_whole_rupiah_is_refused(amount: float) -> None:
    ledger = Ledger(SELLERS, INFLUENCERS)
    with pytest.raises(LedgerError, match=r"above 2\^53"):
        ledger.transfer("sales", "consumers", "platform", amount)
    assert all(worth(ledger, party) == 0 for party in Account)
    [moved] = ledger.transfer("sales", "consumers", "platform", 2.0**53)
    assert moved == 2**53


@pytest.mark.parametrize(
    ("members", "fault"), [([0, SELLERS], "no such account"), ([-1, 0], "no such account"), ([0], "as many accounts")]
)
def test_an_account_that_is_not_there_is_refused_and_nothing_moves(members: list[int], fault: str) -> None:
    for end in ("payer", "payee"):
        ledger = Ledger(SELLERS, INFLUENCERS)
        ends = {"payer": "consumers", "payee": "consumers"} | {end: "sellers", f"{end}_member": members}
        with pytest.raises(LedgerError, match=fault):
            ledger.transfer("sales", amount=[1.0, 2.0], **ends)  # type: ignore[arg-type]
        assert all(worth(ledger, party) == 0 for party in Account)


SALE = {"purpose": "sales", "payer": "consumers", "payee": "sellers"}


@pytest.mark.parametrize("end", SALE)
@pytest.mark.parametrize("name", ["retailers", "Sales", "", None])
def test_a_name_that_is_not_known_is_an_error_that_names_those_there_are(end: str, name: str | None) -> None:
    """In a transfer, where nothing moves, and in a question, where None means any."""
    ledger = Ledger(SELLERS, INFLUENCERS)
    ledger.transfer(**SALE, amount=7.0, payee_member=[0])
    what, those = ("purpose", Purpose) if end == "purpose" else ("account", Account)
    message = rf"^{what}: got {name}; it may be {', '.join(those)}$"
    with pytest.raises(LedgerError, match=message):
        ledger.transfer(**SALE | {end: name}, amount=1.0, payee_member=[0])
    if name is None:
        assert ledger.flow(**SALE | {end: name}) == 7
    else:
        with pytest.raises(LedgerError, match=message):
            ledger.flow(**SALE | {end: name})
    assert ledger.balance["sellers"].tolist() == [7, 0, 0, 0, 0]
    assert ledger.close_week() == {tuple(SALE.values()): 7}


def test_several_transfers_to_one_account_all_arrive() -> None:
    ledger = Ledger(SELLERS, INFLUENCERS)
    ledger.transfer("sales", "consumers", "sellers", [1, 2, 3], payee_member=[4, 4, 0])
    assert ledger.balance["sellers"].tolist() == [3, 0, 0, 0, 3]


def test_flows_are_asked_for_by_any_end() -> None:
    ledger = Ledger(SELLERS, INFLUENCERS)
    ledger.transfer("sales", "consumers", "platform", 5)
    ledger.transfer("commission", "consumers", "rivals", 2)
    ledger.transfer("subsidy", "platform", "carriers", 1)
    assert (ledger.flow(), ledger.flow(payer="consumers"), ledger.flow(payee="platform")) == (8, 7, 5)
    assert ledger.flow(payer="platform", payee="carriers") == 1
    assert ledger.flow(payer="platform", payee="rivals") == 0
    assert [ledger.flow(purpose) for purpose in ("sales", "commission", Purpose.SUBSIDY, "vat")] == [5, 2, 1, 0]
    assert ledger.flow("commission", payer=Account.CONSUMERS, payee="platform") == 0
    ledger.close_week()
    assert ledger.flow() == 0


def test_books_that_are_off_stop_the_week() -> None:
    ledger = Ledger(SELLERS, INFLUENCERS)
    ledger.balance["treasury"][0] += 1
    with pytest.raises(LedgerError, match="off by Rp 1"):
        ledger.close_week()


@pytest.mark.parametrize("rules", [{}, {"regulation": {"separation": {}}}], ids=["none", "separation"])
def test_every_week_of_a_run_balances_party_by_party(rules: dict[str, Any]) -> None:
    market = Market(small(PROJECT_S, {"market": {"importers": 5}}, rules))
    for _ in range(20):
        before = {party: worth(market.ledger, party) for party in Account}
        market.step()
        change = {party: worth(market.ledger, party) - before[party] for party in Account}
        flows = dict.fromkeys(Account, 0)
        for (_, payer, payee), amount in market.flows.items():
            assert type(amount) is int
            assert amount >= 0
            flows[payer] -= amount
            flows[payee] += amount
        assert flows == change
        assert sum(worth(market.ledger, party) for party in Account) == 0
        assert all(accounts.dtype.kind == "i" for accounts in market.ledger.balance.values())


def test_no_live_seller_ends_a_week_in_debt(project_s: Market) -> None:
    assert (project_s.ledger.balance["sellers"] >= 0).all()
    gone = np.flatnonzero(project_s.sellers.exit_week >= 0)
    assert (project_s.ledger.balance["sellers"][gone] == 0).all()


def test_sellers_figures_are_the_ledgers(baseline: Market) -> None:
    """Revenue and profit of the sellers' table add up to the weekly outcomes, in whole rupiah."""
    weekly = baseline.results().weekly
    assert baseline.sellers.profit.sum() == weekly["sme_profit"].sum()
    assert weekly["influencer_income"].sum() == baseline.influencers.income.sum()
    assert worth(baseline.ledger, "platform") == weekly["platform_profit"].sum()
    assert worth(baseline.ledger, "rivals") + worth(baseline.ledger, "marketplace") == weekly["rival_profit"].sum()


def test_a_subsidy_may_pay_the_whole_of_shipping() -> None:
    channels = {"attention": 1.0, "keeps_rival_app": 0.0, "keeps_marketplace": 0.0, "keeps_own_site": 0.0}
    free = {"channels": channels, "platform": {"subsidy": 10_000.0}, "market": {"people": 37.7}}
    for seed in range(10):
        market = run(free, seed=seed)
        assert market.flows["shipping", "consumers", "carriers"] == 0 < market.flows["subsidy", "platform", "carriers"]
