"""A class session: twin scenarios stepped together, a shop a pupil, a vote on the rule. All follows from its log."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from analysis.classroom.declared import WITH, WITHOUT, Declared, PageScenario, merged
from simulation import Market

from . import scenarios

MOST_PLAYERS = 40
RULED = "rule"  # the third scenario: Project S, and from the vote on the rule
MODEL = "model"  # whoever leaves it to the shopkeeper of the model
Event = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """What a pupil wants for the shop: a price by its declared name, and channels, or what the model would do."""

    price: str = MODEL
    channels: tuple[str, ...] | None = None

    def plain(self) -> list[Any]:
        """As the log keeps it."""
        return [self.price, None if self.channels is None else list(self.channels)]

    @classmethod
    def read(cls, plain: Sequence[Any]) -> Choice:
        """From the log."""
        return cls(plain[0], None if plain[1] is None else tuple(plain[1]))


@dataclass
class Session:
    """The state of a session. `keep` takes each event before it happens, so that whatever is seen can be had again."""

    declared: Declared
    keep: Callable[[Event], None]
    code: str = ""
    draw: int = 0
    levels: dict[str, str] = field(default_factory=dict)
    markets: dict[str, Market] = field(default_factory=dict)
    fates: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # of every shop, when the week had ended
    shop_of: dict[str, int] = field(default_factory=dict)  # by the hash of a player's token
    choices: dict[int, Choice] = field(default_factory=dict)
    votes: dict[int, str] = field(default_factory=dict)
    voting: bool = False
    rule: tuple[str, int] | None = None  # level, and the first week in which it holds
    steps: list[dict[int, Choice]] = field(default_factory=list)  # of each week what was done for whom
    away: dict[int, int] = field(default_factory=dict)  # weeks in which the model played a pupil's shop
    reasons: dict[str, list[int]] = field(default_factory=dict)  # closing weeks with a part of Project S off

    # ---- what happens, each as an event of the log

    def open(self, code: str, draw: int, levels: Mapping[str, str]) -> None:
        """Open the session: its scenarios, before the first week."""
        self._happen({"e": "open", "code": code, "draw": draw, "levels": dict(levels)})

    def join(self, token: str, wanted: int | None) -> int:
        """Give a player a shop, the wanted one where it is free; who comes again has the one from before.

        Raises `LookupError` where the class is full.
        """
        name = hashed(token)
        if name not in self.shop_of:
            taken = set(self.shop_of.values())
            free = [shop for shop in range(self.shops) if shop not in taken]
            if not free or len(taken) >= MOST_PLAYERS:
                raise LookupError("the class is full")
            self._happen({"e": "join", "who": name, "shop": wanted if wanted in free else free[0]})
        return self.shop_of[name]

    def choose(self, shop: int, choice: Choice) -> None:
        """Take what a pupil wants from the next week on."""
        self._happen({"e": "choose", "shop": shop, "choice": choice.plain()})

    def step(self, present: set[int]) -> None:
        """One week in every scenario. Shops of pupils who are not there are left to the model."""
        done = {shop: choice for shop, choice in self.choices.items() if shop in present and choice != Choice()}
        away = sorted(set(self.shop_of.values()) - present)
        self._happen({"e": "step", "done": {str(shop): choice.plain() for shop, choice in done.items()}, "away": away})

    def open_vote(self) -> None:
        """Ask everybody for a rule."""
        self._happen({"e": "vote_open"})

    def vote(self, shop: int, level: str) -> None:
        """Count a pupil's vote, the last one only."""
        self._happen({"e": "vote", "shop": shop, "level": level})

    def close_vote(self) -> None:
        """The rule with most votes holds from the next week on; of several that which is declared first."""
        count = Counter(self.votes.values())
        names = [level["name"] for level in self.lever["levels"]]
        winner = max(names, key=lambda name: (count[name], -names.index(name)))
        self._happen({"e": "rule", "level": winner, "week": self.week + 1})

    # ---- what follows from it

    @property
    def lever(self) -> Mapping[str, Any]:
        """The rule that the class votes on."""
        return self.declared.rules[0]

    @property
    def week(self) -> int:
        """The last week that was played."""
        return len(self.steps)

    @property
    def shops(self) -> int:
        """How many shops there are."""
        return len(self.fates[WITH])

    def again(self, event: Event) -> None:
        """Let an event of the log happen anew."""
        happens = {
            "open": self._opened,
            "join": self._joined,
            "choose": self._chosen,
            "step": self._stepped,
            "vote_open": self._vote_opened,
            "vote": self._voted,
            "rule": self._ruled,
        }
        happens[event["e"]](event)

    def _happen(self, event: Event) -> None:
        self.keep(event)
        self.again(event)

    def _opened(self, event: Event) -> None:
        self.code, self.draw, self.levels = event["code"], event["draw"], dict(event["levels"])
        self.markets = {name: self._market(name) for name in (WITHOUT, WITH, RULED)}
        self._look()

    def _joined(self, event: Event) -> None:
        self.shop_of[event["who"]] = event["shop"]

    def _chosen(self, event: Event) -> None:
        self.choices[event["shop"]] = Choice.read(event["choice"])

    def _stepped(self, event: Event) -> None:
        done = {int(shop): Choice.read(plain) for shop, plain in event["done"].items()}
        for market in self.markets.values():
            self._play(market, done)
        self.steps.append(done)
        for shop in event["away"]:
            self.away[shop] = self.away.get(shop, 0) + 1
        self._look()

    def _vote_opened(self, event: Event) -> None:
        self.voting, self.votes = True, {}

    def _voted(self, event: Event) -> None:
        self.votes[event["shop"]] = event["level"]

    def _ruled(self, event: Event) -> None:
        self.voting, self.rule = False, (event["level"], event["week"])
        self.markets[RULED] = self._replayed(self._market(RULED))
        self._look()

    def _look(self) -> None:
        """Note how every shop stands: who reads while the next week runs sees the last one whole."""
        self.fates = {name: scenarios.fates(market) for name, market in self.markets.items()}

    def explain(self) -> None:
        """Run the class's weeks again with each part of Project S switched off: what would have saved whom."""
        found = {}
        for cause in self.declared.causes:
            market = self._replayed(self._market(WITH, cause))
            found[cause] = scenarios.exits(market).tolist()
        self.reasons = found

    def _market(self, name: str, cause: str | None = None) -> Market:
        """A scenario of the session before its first week. The rule holds from the week after the vote on."""
        free = self.levels | {self.lever["name"]: self.lever["levels"][0]["name"]}
        level = self.rule[0] if self.rule and name == RULED else free[self.lever["name"]]
        scenario = PageScenario(WITHOUT if name == WITHOUT else WITH, free | {self.lever["name"]: level}, cause)
        settings = self.declared.settings(scenario)
        config = scenarios.config_of(settings)
        if self.rule and name == RULED and config.regulation:
            starts = {f"regulation.{rule.name}.start_week": self.rule[1] for rule in config.regulation}
            config = scenarios.config_of(merged([settings, starts]))
        return scenarios.open_market(config, self.draw)

    def _replayed(self, market: Market) -> Market:
        for done in self.steps:
            self._play(market, done)
        return market

    def _play(self, market: Market, done: Mapping[int, Choice]) -> None:
        prices = {entry["name"]: entry["value"] for entry in self.declared.data["choices"]["price"]}
        for shop, choice in done.items():
            scenarios.steer(market, shop, prices.get(choice.price), choice.channels)
        market.step()

    # ---- what is shown

    def standing(self) -> dict[str, Any]:
        """What everybody may see."""
        return {
            "week": self.week,
            "weeks": self.declared.weeks,
            "shops": self.shops,
            "scenarios": {name: sum(fate["exit"] == 0 for fate in fates) for name, fates in self.fates.items()},
            "voting": self.voting,
            "votes": dict(Counter(self.votes.values())),
            "rule": self.rule[0] if self.rule else None,
            "players": len(self.shop_of),
            "explained": bool(self.reasons),
        }

    def of_shop(self, shop: int) -> dict[str, Any]:
        """What a pupil sees of the own shop."""
        choice = self.choices.get(shop, Choice())
        return {
            "shop": shop + 1,
            "choice": {"price": choice.price, "channels": choice.channels},
            "vote": self.votes.get(shop),
            "away": self.away.get(shop, 0),
            "fates": {name: fates[shop] for name, fates in self.fates.items()},
            "reasons": {cause: exits[shop] for cause, exits in self.reasons.items()},
        }


def hashed(token: str) -> str:
    """A token as it is kept: nobody who reads the log can play with it."""
    return hashlib.sha256(token.encode()).hexdigest()
