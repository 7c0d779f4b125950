"""The paper for a lesson: shop cards, worksheet, key and the teacher's guide, each from the grid, in each language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..language import number, speaking
from .declared import WITH, WITHOUT, PageScenario
from .grid import LIVES, Grid, named
from .page import style, templates, texts

SHEETS = ("cards", "worksheet", "key", "guide")
STEPS = 7
EXAMPLES = 3
A_YEAR = 52
DRAW = 0  # the draw where the page opens


class Teller:
    """What the grid says, in one language, at the usual beliefs."""

    def __init__(self, grid: Grid, code: str) -> None:
        self.grid, self.code, self.declared = grid, code, grid.declared
        self.texts, self.page_texts = texts("paper_texts")[code], texts()[code]
        self.shops = len(grid.shops)

    def say(self, name: str, **parts: Any) -> str:
        """A text of the paper, its parts filled in."""
        return self.texts[name].format(**parts)

    def of(self, thing: Mapping[str, Any]) -> Any:
        """What a declared thing says of itself."""
        return thing[self.code]

    def key(self, twin: str, cause: str | None = None, **levels: str) -> str:
        """A scenario's key: the usual levels but for those that are named."""
        return PageScenario(twin, self.declared.usual | levels, cause).key

    def exits(self, key: str) -> list[int]:
        """Closing weeks in the draw where the page opens."""
        return [int(week) for week in self.grid.exits[self.grid.index[key], DRAW]]

    def lives_in(self, key: str, shop: int) -> int:
        """In how many draws a shop lives."""
        return int((self.grid.exits[self.grid.index[key], :, shop] == LIVES).sum())

    def fate(self, week: int) -> str:
        """A closing week in words."""
        return self.say("lives") if week == LIVES else self.say("closes", week=number(week, ","))

    @property
    def span(self) -> str:
        """How long a run is."""
        weeks = self.declared.weeks
        if weeks == A_YEAR:
            return self.page_texts["one_year"]
        return self.page_texts["some_years"].format(
            years=number(weeks / A_YEAR, ".0f" if weeks % A_YEAR == 0 else ".1f")
        )

    def rupiah(self, value: float, sign: str = "") -> str:
        """Rupiah to about three figures."""
        for size, name in ((1e9, "bn"), (1e6, "m"), (1e3, "k")):
            if abs(value) >= size:
                return self.page_texts[f"rupiah_{name}"].format(value=number(value / size, f"{sign},.1f"))
        return self.page_texts["rupiah_one"].format(value=number(value, f"{sign},.0f"))

    def channels(self, names: Sequence[str]) -> str:
        """Channels in words."""
        known = {entry["name"]: self.of(entry) for entry in self.declared.data["choices"]["channels"]}
        return ", ".join(known.get(name, self.say("own_site")) for name in names)


def sheets(grid: Grid, code: str) -> dict[str, str]:
    """Each sheet as HTML, by its name."""
    with speaking(code):
        tell = Teller(grid, code)
        made = tell.say("made", **{name: grid.made_by[name] for name in ("hash", "made")})
        filled = {"cards": cards(tell), "worksheet": worksheet(tell), "key": key(tell), "guide": guide(tell)}
        return {
            name: templates()
            .get_template("paper.html")
            .render(kind=name, title=tell.say(name), language=code, made=made, css=style("paper"), **parts)
            for name, parts in filled.items()
        }


def cards(tell: Teller) -> dict[str, Any]:
    """A card a shop."""
    return {
        "cards": [
            {
                "title": tell.say("card", shop=i + 1),
                "category": tell.of(named(shop["category"])),
                "facts": [
                    (tell.say("price"), tell.rupiah(shop["price"])),
                    (tell.say("orders"), number(shop["orders"], ",.1f")),
                    (tell.say("costs"), tell.rupiah(shop["costs"])),
                    (tell.say("channels"), tell.channels(shop["channels"])),
                ],
                "guess": tell.say("my_guess", span=tell.span),
            }
            for i, shop in enumerate(tell.grid.shops)
        ]
    }


def worksheet(tell: Teller) -> dict[str, Any]:
    """What a pupil fills in."""
    numbers = {
        "n": tell.shops,
        "span": tell.span,
        "draw": DRAW + 1,
        "draws": tell.declared.draws,
    }
    rows = [[tell.of(cause)["without"], "☐", ""] for cause in tell.declared.causes.values()]
    heads = ["", tell.say("w_lives"), tell.say("w_in", **numbers)]
    return {
        "before": [tell.say(name, **numbers) for name in ("w_intro", "w_name_none", "w_1", "w_2", "w_3")],
        "tables": [("", heads, rows)],
        "after": [tell.say(name, **numbers) for name in ("w_4", "w_5", "w_6", "w_7", "w_write")],
    }


def key(tell: Teller) -> dict[str, Any]:
    """What became of every shop, and what each rule does."""
    scenarios = [tell.key(WITHOUT), tell.key(WITH)] + [tell.key(WITH, cause) for cause in tell.declared.causes]
    heads = [
        tell.say("shop"),
        *(tell.of(tell.declared.twins[twin])["name"] for twin in (WITHOUT, WITH)),
        *(tell.of(cause)["without"] for cause in tell.declared.causes.values()),
        tell.say("in_draws", draws=tell.declared.draws),
    ]
    fates = [[tell.fate(week) for week in tell.exits(scenario)] for scenario in scenarios]
    rows = [
        [
            str(shop + 1),
            *(fate[shop] for fate in fates),
            f"{tell.lives_in(scenarios[0], shop)} / {tell.lives_in(scenarios[1], shop)}",
        ]
        for shop in range(tell.shops)
    ]
    intro = tell.say("k_intro", draw=DRAW + 1, weeks=tell.declared.weeks, lives=tell.say("lives"))
    return {
        "before": [intro],
        "tables": [(tell.say("k_shops"), heads, rows), *(_rules(tell, lever) for lever in tell.declared.rules)],
        "after": [],
    }


def _rules(tell: Teller, lever: Mapping[str, Any]) -> tuple[str, list[str], list[list[str]]]:
    """Each level of a rule against the first: shops, and each party's gain."""
    names = [level["name"] for level in lever["levels"]]
    places = [tell.grid.index[tell.key(WITH, **{lever["name"]: name})] for name in names]
    gains = tell.grid.parties[places].mean(axis=1)
    alive = [kept(tell, {lever["name"]: name}) for name in names]
    rows = [
        [
            tell.of(level)["name"],
            number(alive[i], ".1f"),
            *(tell.rupiah(float(value), "+") if i else "" for value in gains[i] - gains[0]),
        ]
        for i, level in enumerate(lever["levels"])
    ]
    heads = [
        tell.of(lever)["name"],
        tell.say("alive"),
        *(f"{tell.of(party)}, {tell.say('against')}" for party in tell.declared.parties),
    ]
    return tell.say("k_rules", draws=tell.declared.draws), heads, rows


def kept(tell: Teller, levels: Mapping[str, str]) -> float:
    """Shops that live to the end under Project S, the mean over draws."""
    return float(tell.grid.alive(tell.key(WITH, **levels), tell.declared.weeks).mean())


def guide(tell: Teller) -> dict[str, Any]:
    """The lesson, step by step, with the numbers that the class will see."""
    steps = [
        (tell.say("g_minutes", minutes=tell.page_texts[f"step_{i}_minutes"]), tell.page_texts[f"step_{i}"])
        for i in range(1, STEPS + 1)
    ]
    return {
        "before": [tell.say(name) for name in ("g_need", "g_before", "g_aim")],
        "tables": [],
        "after": [],
        "heading": tell.say("g_title"),
        "steps": (tell.say("g_steps"), steps),
        "lists": [
            (tell.say("g_numbers"), numbers_to_see(tell)),
            (tell.say("g_asked"), [tell.say(name) for name in ("g_q1", "g_q2", "g_q3", "g_after")]),
        ],
    }


def numbers_to_see(tell: Teller) -> list[str]:
    """Sentences with the numbers of the page: the twins, shops worth a look, the order of the rules."""
    without, with_it = tell.exits(tell.key(WITHOUT)), tell.exits(tell.key(WITH))
    said = []
    for week in (tell.declared.weeks // 3, tell.declared.weeks):
        alive = [int(tell.grid.alive(tell.key(twin), week)[DRAW]) for twin in (WITHOUT, WITH)]
        said.append(tell.say("g_alive", draw=DRAW + 1, n=tell.shops, week=week, without=alive[0], **{"with": alive[1]}))
    groups = {
        "g_lost": [i for i in range(tell.shops) if without[i] == LIVES != with_it[i]],
        "g_both": [i for i in range(tell.shops) if LIVES not in (without[i], with_it[i])],
        "g_lives": [i for i in range(tell.shops) if without[i] == with_it[i] == LIVES],
    }
    for name, shops in groups.items():
        said.append(tell.say(name, shops=", ".join(str(i + 1) for i in shops[:EXAMPLES]) or tell.say("g_none")))
    said += _deciding(tell, groups["g_lost"])
    return said + _orders(tell)


def _deciding(tell: Teller, lost: Sequence[int]) -> list[str]:
    """What would have saved the first shops that closed only with Project S."""
    saved = {name: np.array(tell.exits(tell.key(WITH, name))) == LIVES for name in tell.declared.causes}
    said: list[str] = []
    for shop in lost:
        causes = [tell.of(tell.declared.causes[name])["name"] for name, lives in saved.items() if lives[shop]]
        if causes and len(said) < EXAMPLES:
            said.append(tell.say("g_decides", shop=shop + 1, causes=", ".join(causes)))
    return said


def _orders(tell: Teller) -> list[str]:
    """The order of the first rule's levels under the usual beliefs, and the first beliefs that turn it."""
    lever = tell.declared.rules[0]
    names = {level["name"]: tell.of(level)["name"] for level in lever["levels"]}

    def order(beliefs: Mapping[str, str]) -> list[tuple[str, float]]:
        found = [(name, kept(tell, {**beliefs, lever["name"]: name})) for name in names]
        return sorted(found, key=lambda pair: -pair[1])

    def spelt(found: Sequence[tuple[str, float]]) -> str:
        return " > ".join(f"{names[name]} ({number(value, '.1f')})" for name, value in found)

    usual = order({})
    said = [tell.say("g_rules", draws=tell.declared.draws, order=spelt(usual))]
    for belief in tell.declared.beliefs:
        for level in belief["levels"]:
            found = order({belief["name"]: level["name"]})
            if [name for name, _ in found] != [name for name, _ in usual]:
                beliefs = f"“{tell.of(belief)['name']}: {tell.of(level)['name']}”"
                return [*said, tell.say("g_turns", beliefs=beliefs, order=spelt(found))]
    return [*said, tell.say("g_holds")]
