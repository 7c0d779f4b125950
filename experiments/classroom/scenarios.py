"""One run of a scenario of the class page: the only place of it that opens a market, and reads or sets its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import yaml

from analysis.classroom.declared import DeclarationError, Declared, overrides
from analysis.classroom.grid import LIVES, Draw
from simulation import Market
from simulation.config import Config
from simulation.opening import open_market as opening_of
from simulation.sellers.costs import basic_fixed_cost, upkeep
from simulation.settings.parameter import ConfigError
from simulation.state.channels import CHANNELS, OWN_SITE, mask_of
from simulation.state.ledger import Account
from simulation.state.listings import STILL_THERE

from .. import compose
from ..configs import CONFIGS

FILE = CONFIGS / "classroom.yaml"
OPENING_SEED = 0  # of the shops, which every draw has


def declaration(**sizes: int) -> Declared:
    """What configs/classroom.yaml declares, with other `draws` or `weeks` where given.

    Raises `ConfigError` where it cannot be used.
    """
    try:
        data = yaml.safe_load(FILE.read_text(encoding="utf-8")) | sizes
        return Declared(data | {"paths": min(data["paths"], data["draws"])})
    except (DeclarationError, yaml.YAMLError) as error:
        raise ConfigError("classroom.yaml", " ".join(str(error).split()), "as its comment says") from error


def config_of(settings: Mapping[str, Any]) -> Config:
    """The checked config of the run that settings describe, by the function that the command line uses."""
    return compose(overrides(settings))


def open_market(config: Config, seed: int) -> Market:
    """The market of one draw, before its first week: in every draw the same shops, and other random events."""
    opening = opening_of(replace(config, seed=OPENING_SEED))
    return Market(replace(config, seed=seed), opening=opening)


def shop_rows(market: Market) -> int:
    """How many shops open with the market: they are its first rows."""
    return market.listings.opening_rows


def exits(market: Market) -> np.ndarray[Any, np.dtype[np.uint16]]:
    """The week in which each opening shop closed; LIVES where it has not."""
    weeks = market.listings.exit_week[: shop_rows(market)]
    return np.where(weeks == STILL_THERE, LIVES, weeks).astype(np.uint16)


def cash(market: Market) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The cash of each opening shop, Rp."""
    return np.asarray(market.ledger.balance[Account.SELLERS][: shop_rows(market)], float)


def orders(market: Market) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The orders of each opening shop in the last week."""
    there = market.listings.exit_week[: shop_rows(market)]
    last = market.listings.last(market.listings.past_orders)[: shop_rows(market)]
    return np.where((there == STILL_THERE) | (there == market.listings.recorded), last, 0.0)


def party_sums(declared: Declared, outcomes: Mapping[str, float | None]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """What each declared party has gained over the run, Rp."""
    return np.array([sum(outcomes[name] or 0.0 for name in party["outcomes"]) for party in declared.parties])


def draw(declared: Declared, config: Config, seed: int) -> Draw:
    """One run of a scenario, week by week to its end."""
    market = open_market(config, seed)
    weekly_orders, weekly_cash = [], []
    while market.steps < config.weeks:
        market.step()
        weekly_orders.append(orders(market))
        weekly_cash.append(cash(market))
    found = market.results()
    return Draw(
        exits=exits(market),
        parties=party_sums(declared, found.outcomes),
        own_share=np.nan_to_num(np.asarray(found.weekly["platform_share"], float)),  # null in weeks without sales
        orders=np.stack(weekly_orders, axis=1),
        cash=np.stack(weekly_cash, axis=1),
    )


def shops_of(config: Config) -> Sequence[Mapping[str, Any]]:
    """What is known of each shop when the market opens: its wares, price, channels, weekly orders and costs."""
    market = open_market(config, 0)
    table = market.results().sellers
    fixed, n = market.sellers.fixed_cost, shop_rows(market)
    return [
        {
            "category": table["category"][i],
            "price": round(float(table["listed_price"][i])),
            "channels": table["opening_channels"][i].split("+"),
            "orders": round(float(table["opening_orders"][i] or 0.0), 1),
            "costs": round(float(fixed[i])),
            "cash": round(float(cash(market)[i])),
        }
        for i in range(n)
    ]


def steer(market: Market, shop: int, price: float | None, channels: Sequence[str] | None) -> None:
    """Set a shop's price, in listed prices, and its channels for the coming week; None leaves either to the model.

    Channels cost what they cost the model's shops. Its own site, which has to be set up, stays as it is.
    """
    listings = market.listings
    if listings.exit_week[shop] != STILL_THERE:
        return
    if price is not None:
        listings.price[shop] = price * listings.listed[shop]
    if channels is None:
        return
    kept = int(listings.channel_mask[shop]) >> OWN_SITE & 1
    row = np.array([listings.seller[shop]])  # a shop of the class has one design
    share = market.config.sellers.channel_cost
    basic = basic_fixed_cost(market.sellers, listings, row, market.opening, share)
    listings.channel_mask[shop] = mask_of(CHANNELS.index(name) for name in channels) | kept << OWN_SITE
    came_with = market.opening.channel_mask[listings.template[[shop]]]
    market.sellers.fixed_cost[row] = basic * upkeep(listings.channel_mask[[shop]], came_with, share)


def fates(market: Market) -> list[dict[str, Any]]:
    """How each shop stands: the week in which it closed or 0, whether it pauses, cash, orders, price, channels."""
    listings, n = market.listings, shop_rows(market)
    masks = listings.channel_mask[:n].tolist()
    paused = listings.paused[:n].tolist()
    columns = (exits(market).tolist(), cash(market).tolist(), orders(market).tolist(), listings.price[:n].tolist())
    return [
        {
            "exit": gone,
            "paused": idle,
            "cash": round(money),
            "orders": round(sold, 1),
            "price": round(price),
            "channels": [name for bit, name in enumerate(CHANNELS) if mask >> bit & 1],
        }
        for gone, money, sold, price, mask, idle in zip(*columns, masks, paused, strict=True)
    ]
