"""Who gains and who pays: each party's surplus, and where the platform's profit and the state's revenue come from."""

from __future__ import annotations

from ..state.ledger import Account, Purpose
from ..state.listings import IMPORTER_KIND, SME_KIND
from .record import Week, outcome


def _booked(week: Week, account: Account) -> float:
    """What an account was paid less what it paid, Rp."""
    return float(week.flow(payee=account) - week.flow(payer=account))


def _earned_on_own_goods(week: Week, account: Account) -> float:
    """An owner's own sales less what they cost, Rp: of refunds and affiliates a platform pays those of own goods."""
    costs = (Purpose.OWN_GOODS, Purpose.FULFILMENT, Purpose.ENTRY, Purpose.AFFILIATES, Purpose.REFUNDS)
    return float(week.flow(Purpose.OWN_SALES, payee=account) - sum(week.flow(cost, payer=account) for cost in costs))


# ---- who gains, who pays


@outcome("consumer surplus", "Rp", 1, "sum", party="consumers")
def consumer_surplus(week: Week) -> float:
    """Σ_i (E/α_i) [ln(1 + Σ_g D_g^λ) + Σ_j s_ij (V^e - V^d)], given what each considered.

    V^e leaves out impulse, and takes in what bad orders cost beyond what the choice foresaw.
    """
    return week.surplus


@outcome("SME profit", "Rp", 1, "sum")
def sme_profit(week: Week) -> float:
    """Local sellers' sales less fees, goods and fixed costs, their owners' hours among them."""
    return week.profit(SME_KIND)


@outcome("profit of SMEs on the app", "Rp", 1, "sum")
def app_sme_profit(week: Week) -> float:
    """Sales less fees, goods and fixed costs of local sellers that opened on the social app."""
    return week.profit_of(week.from_app)


@outcome("importer profit", "Rp", 0, "sum")
def importer_profit(week: Week) -> float:
    """Importers' sales less fees, goods and fixed costs, their owners' hours among them."""
    return week.profit(IMPORTER_KIND)


@outcome("SMEs' cash", "Rp", 1, "sum", party="SMEs")
def sme_cash(week: Week) -> float:
    """By how much the cash in local sellers' shops grows."""
    return week.total_of_shops(week.cash_kept, SME_KIND)


@outcome("importers' cash", "Rp", 0, "sum", party="importers", home=False)
def importer_cash(week: Week) -> float:
    """By how much the cash in importers' shops grows."""
    return week.total_of_shops(week.cash_kept, IMPORTER_KIND)


@outcome("SME owners' income", "Rp", 1, "sum", party="owners of SMEs")
def owner_income(week: Week) -> float:
    """What owners of local shops take and are left with, less what they put in and what their hours would have earned.

    It is SME profit less the shops' cash.
    """
    return week.total_of_shops(week.drawn, SME_KIND)


@outcome("SME owners' earnings", "Rp", 1, "sum")
def owner_earnings(week: Week) -> float:
    """What owners of local shops take home for their hours and their money, less what they put in."""
    return week.total_of_shops(week.drawn, SME_KIND) + week.total_of_shops(week.hours, SME_KIND)


@outcome("income of owners of SMEs on the app", "Rp", 1, "sum")
def app_owner_income(week: Week) -> float:
    """What owners of local shops that opened on the social app draw and are left with, less what they put in."""
    return float(week.drawn[week.from_app].sum())


@outcome("importer owners' income", "Rp", 0, "sum", party="owners of importers", home=False)
def owner_income_abroad(week: Week) -> float:
    """What owners of importers take less what they put in and what their hours would have earned."""
    return week.total_of_shops(week.drawn, IMPORTER_KIND)


@outcome("influencer income", "Rp", 1, "sum", party="influencers")
def influencer_income(week: Week) -> float:
    """Affiliate commissions."""
    return float(week.flow(payee=Account.INFLUENCERS))


@outcome("platform profit", "Rp", 0, "sum", party="platform", home=False)
def platform_profit(week: Week) -> float:
    """All that the platform takes less all that it pays."""
    return _booked(week, Account.PLATFORM)


@outcome("platform profit of owners at home", "Rp", 0, "sum", party="owners of the platform at home")
def platform_profit_home(week: Week) -> float:
    """What the platform, which is abroad, passes on to owners at home (`platform.home_share`)."""
    return week.fees.home_share * platform_profit(week)


@outcome("platform profit passed on", "Rp", 0, "sum", party="platform, for owners at home", home=False)
def platform_profit_passed_on(week: Week) -> float:
    """The same, as the platform gives it away: the two are nothing in all."""
    return 0.0 - platform_profit_home(week)


@outcome("rival channels' profit", "Rp", 0, "sum")
def rival_profit(week: Week) -> float:
    """What the rival app, the rival marketplace and payment services book, profit on own goods in it.

    A marketplace of the app's owner is in the platform's books.
    """
    return marketplace_profit(week) + _booked(week, Account.RIVALS)


@outcome("marketplace's profit", "Rp", 0, "sum")
def marketplace_profit(week: Week) -> float:
    """All that the marketplace takes less all that it pays; one of the app's owner is in the platform's books."""
    return _booked(week, Account.MARKETPLACE)


@outcome("rival channels' profit, owners at home", "Rp", 0, "sum", party="rival channels")
def rival_profit_home(week: Week) -> float:
    """The part of rival channels' profit whose owners are at home."""
    return rival_profit(week) - rival_profit_abroad(week)


@outcome("rival channels' profit, owners abroad", "Rp", 0, "sum", party="foreign owners of rival channels", home=False)
def rival_profit_abroad(week: Week) -> float:
    """The part of rival channels' profit whose owners are abroad (`rival.abroad`, `channels.others_abroad`)."""
    marketplace = week.marketplace.abroad * marketplace_profit(week)
    return marketplace + week.others_abroad * _booked(week, Account.RIVALS)


@outcome("public revenue less cost", "Rp", 1, "sum", party="treasury")
def tax_revenue(week: Week) -> float:
    """Taxes, duty and fines less support and oversight: what the treasury takes less what it pays."""
    return float(
        week.flow(payee=Account.TREASURY) - week.flow(payer=Account.TREASURY) + week.street.taxes - week.street.support
    )


@outcome("total surplus", "Rp", 1, "sum")
def total_surplus(week: Week) -> float:
    """Everybody's: that of all parties.

    Goods, freight, rents, owners' hours, set-up, compliance, oversight are nobody's surplus.
    """
    return week.surplus_home + week.surplus_abroad


@outcome("surplus at home", "Rp", 1, "sum")
def surplus_home(week: Week) -> float:
    """That of the parties at home: consumers, SMEs, street shops, their owners, influencers, rivals, the treasury."""
    return week.surplus_home


@outcome("surplus abroad", "Rp", 0, "sum")
def surplus_abroad(week: Week) -> float:
    """That of the parties abroad: the platform, importers and their owners, foreign owners of rivals."""
    return week.surplus_abroad


# ---- where the platform's profit and the state's revenue come from


@outcome("commissions", "Rp", 0, "sum")
def commission_income(week: Week) -> float:
    """What sellers pay the platform for what they sell through it."""
    return float(week.flow(Purpose.COMMISSION, payee=Account.PLATFORM))


@outcome("fees on buyers", "Rp", 0, "sum")
def buyer_fee_income(week: Week) -> float:
    """What buyers pay the platform on the orders of its app."""
    return float(week.flow(Purpose.BUYER_FEE, payee=Account.PLATFORM))


@outcome("commission", "share of price", 0, "mean")
def commission(week: Week) -> float:
    """The platform's commission, as the rules let it."""
    return week.fees.commission


@outcome("subsidy", "Rp an order", 0, "mean")
def subsidy(week: Week) -> float:
    """What the platform pays of an order's shipping on its app, as the rules let it."""
    return week.fees.subsidy


@outcome("fee on buyers", "Rp an order", 0, "mean")
def buyer_fee(week: Week) -> float:
    """What a buyer pays the platform for an order on its app, as the rules let it."""
    return week.fees.buyer_fee


@outcome("marketplace's commission", "share of price", 0, "mean")
def marketplace_commission(week: Week) -> float:
    """The marketplace's commission, as the rules let it."""
    return week.marketplace.commission


@outcome("marketplace's subsidy", "Rp an order", 0, "mean")
def marketplace_subsidy(week: Week) -> float:
    """What the marketplace pays of an order's shipping there, as the rules let it."""
    return week.marketplace.subsidy


@outcome("marketplace's fee on buyers", "Rp an order", 0, "mean")
def marketplace_buyer_fee(week: Week) -> float:
    """What a buyer pays the marketplace for an order there, as the rules let it."""
    return week.marketplace.buyer_fee


@outcome("share of the feed sold", "share", 0, "mean")
def ad_load(week: Week) -> float:
    """Share of the feed's slots that the platform sells: none where nobody is shown a feed."""
    return week.sold_share


@outcome("advertising", "Rp", 0, "sum")
def advertising_income(week: Week) -> float:
    """What sellers pay the platform for slots in the feed."""
    return float(week.flow(Purpose.ADVERTISING, payee=Account.PLATFORM))


@outcome("profit on own goods", "Rp", 0, "sum")
def own_goods_profit(week: Week) -> float:
    """Own sales of the app's owner less goods, fulfilment, entry, affiliates and refunds."""
    return _earned_on_own_goods(week, Account.PLATFORM)


@outcome("marketplace's profit on own goods", "Rp", 0, "sum")
def marketplace_own_goods_profit(week: Week) -> float:
    """The same of a marketplace of another owner."""
    return _earned_on_own_goods(week, Account.MARKETPLACE)


@outcome("subsidies", "Rp", 0, "sum")
def subsidy_cost(week: Week) -> float:
    """What the platform pays of its buyers' shipping."""
    return float(week.flow(Purpose.SUBSIDY, payer=Account.PLATFORM))


@outcome("VAT", "Rp", 0, "sum")
def vat_revenue(week: Week) -> float:
    """What buyers pay on top of the prices of those who are liable."""
    return float(week.flow(Purpose.VAT, payee=Account.TREASURY) + week.street.taxes)


@outcome("duty", "Rp", 0, "sum")
def duty_revenue(week: Week) -> float:
    """What buyers pay on parcels that cross the border."""
    return float(week.flow(Purpose.DUTY, payee=Account.TREASURY))


@outcome("tax on sellers", "Rp", 0, "sum")
def seller_tax_revenue(week: Week) -> float:
    """What platforms withhold of domestic sellers' sales."""
    return float(week.flow(Purpose.SELLER_TAX, payee=Account.TREASURY))


@outcome("tax on the platform", "Rp", 0, "sum")
def platform_tax_revenue(week: Week) -> float:
    """What platforms pay on commissions, fees on buyers and advertising."""
    return float(week.flow(Purpose.PLATFORM_TAX, payee=Account.TREASURY))


@outcome("fines", "Rp", 0, "sum")
def fine_revenue(week: Week) -> float:
    """What the platform pays for rules broken unseen and for breaches."""
    return float(week.flow(Purpose.FINES, payee=Account.TREASURY))


@outcome("public cost", "Rp", -1, "sum")
def public_cost(week: Week) -> float:
    """What the treasury pays to support local sellers and to watch over the rules."""
    return float(week.flow(payer=Account.TREASURY) + week.street.support)
