"""The rules compared, and the closure of 2023: `python -m validation.rules` writes docs/rules.md.

It runs what is missing of the presets `rules` and `closure_2023`, as they are and with rigid shops, and reads
every number off them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from analysis import Study
from analysis.markdown import table
from analysis.words import humanise, listing, scale, sentence
from experiments import fingerprint
from experiments.search.mixes import BUNDLES
from validation import closure, closure_picture, rigid
from validation.compared import RESPONSES, SURVIVAL, Compared
from validation.studies import RIGID, make_page, preset

PAGE = Path(__file__).parent.parent / "docs" / "rules.md"
TEMPLATE = Path(__file__).with_name("rules.md")
CLOSURE = closure.PRESET
STUDIES = {
    "rules": ["rules"],
    CLOSURE: [CLOSURE],
    "rules_rigid": ["rules", "study=rules_rigid", "replications=3", *RIGID],
    "closure_rigid": [CLOSURE, "study=closure_rigid", *RIGID],
}
SURPLUS, SME, PLATFORM, TOTAL = "consumer_surplus", "sme_profit", "platform_profit", "total_surplus"
SELLERS_AND_BUYERS = {SURVIVAL: "SMEs alive", SME: "SME profit", SURPLUS: "consumer surplus"}
STREET = {
    "street_survival_156w": "street shops alive",
    "all_survival_156w": "all small shops alive",
    "all_owner_income": "income of all owners",
}
OTHERS = {PLATFORM: "platform profit", "influencer_income": "influencer income", "tax_revenue": "public revenue"}


def effects_table(found: Compared, outcomes: Mapping[str, str]) -> str:
    """A row a rule, the platform's fees frozen and adaptive side by side."""
    head = ["rule", *(f"{words}, {found.unit(o)}: {how}" for o, words in outcomes.items() for how in RESPONSES)]
    rows = [
        [
            "no rule: the level",
            *(found.written(o, found.level(o, how), sign=False) for o in outcomes for how in RESPONSES),
        ]
    ]
    for rule in found.names:
        scenarios = (found.written(o, found.effect(rule, o, how)) for o in outcomes for how in RESPONSES)
        rows.append([humanise(rule), *scenarios])
    return table(head, rows)


def payers_table(found: Compared) -> str:
    """Who gains and who pays, in rupiah: a row a party, and the total, which is their sum."""
    parties = {name: of for name, of in found.study.manifest["outcomes"].items() if of.get("party")}
    best = [rule for rule in found.names if rule not in BUNDLES][:2]
    chosen = [*BUNDLES, *best]
    head = ["party", "where", *(humanise(rule) for rule in chosen)]
    rows = [
        [of["party"], "home" if of["home"] else "abroad"]
        + [found.written(TOTAL, found.effect(rule, name)) for rule in chosen]
        for name, of in parties.items()
    ]
    rows.append(["**all**", "", *(found.written(TOTAL, found.effect(rule, TOTAL)) for rule in chosen)])
    return table(head, rows, (0, 1))


def reading(found: Compared) -> list[str]:
    """The table in ten lines, every figure and every name computed from it."""
    single = [rule for rule in found.names if rule not in BUNDLES]
    lines = [_keeps_most, _kills, _harmless_to_buyers, _bundles, _idle, _total, _platform, _purse, _answer, _sure]
    return [line(found, single) for line in lines]


def _points(found: Compared, rule: str, outcome: str = SURVIVAL, response: str = "frozen") -> str:
    return found.scale(outcome).full(found.effect(rule, outcome, response), sign=True)


def _told(found: Compared, rules: Sequence[str], outcome: str = SURVIVAL) -> str:
    return listing([f"{humanise(rule)} ({_points(found, rule, outcome)})" for rule in rules]) or "none"


def _clear(found: Compared, rules: Sequence[str], outcome: str, sign: int) -> list[str]:
    """The rules whose effect on an outcome has this sign beyond doubt, the largest first."""
    effects = {rule: found.effect(rule, outcome) for rule in rules}
    told = [rule for rule, effect in effects.items() if effect.clear and effect.mean * sign > 0]
    return sorted(told, key=lambda rule: -sign * effects[rule].mean)


def _keeps_most(found: Compared, single: list[str]) -> str:
    level = found.written(SURVIVAL, found.level(SURVIVAL), sign=False)
    most = _told(found, _clear(found, single, SURVIVAL, 1)[:3])
    return f"Without a rule {level} % of the small sellers live on. Most are saved by {most}."


def _kills(found: Compared, single: list[str]) -> str:
    return f"Fewer live on under: {_told(found, _clear(found, single, SURVIVAL, -1)[:3])}."


def _harmless_to_buyers(found: Compared, single: list[str]) -> str:
    dear = _clear(found, single, SURPLUS, -1)
    both = [rule for rule in _clear(found, single, SURVIVAL, 1) if rule not in dear]
    return f"These rules save sellers without a distinguishable cost to consumers: {_told(found, both, SURPLUS)}."


def _bundles(found: Compared, single: list[str]) -> str:
    said = [f"{humanise(b)} {_points(found, b)} alive, {_points(found, b, SURPLUS)} to consumers" for b in BUNDLES]
    return f"The three laws: {'; '.join(said)}."


def _idle(found: Compared, single: list[str]) -> str:
    columns = [(outcome, how) for outcome in (*SELLERS_AND_BUYERS, *STREET, *OTHERS) for how in RESPONSES]
    idle = [rule for rule in single if not any(found.effect(rule, *column).clear for column in columns)]
    names = listing([humanise(rule) for rule in idle]) or "none"
    return f"No effect, or none distinguishable from zero in any column: {names}."


def _total(found: Compared, single: list[str]) -> str:
    gain, loss = (_told(found, _clear(found, single, TOTAL, sign)[:2], TOTAL) for sign in (1, -1))
    return f"All parties together gain most by {gain}; they lose most by {loss}."


def _platform(found: Compared, single: list[str]) -> str:
    return f"The platform pays most for: {_told(found, _clear(found, single, PLATFORM, -1)[:3], PLATFORM)}."


def _purse(found: Compared, single: list[str]) -> str:
    gain, loss = (_told(found, _clear(found, single, "tax_revenue", s)[:2], "tax_revenue") for s in (1, -1))
    return f"The public purse gains most by {gain}; it pays most for {loss}."


def _answer(found: Compared, single: list[str]) -> str:
    added = {rule: found.answer(rule, SURVIVAL) for rule in found.names}
    clear = sorted((r for r, one in added.items() if one.clear), key=lambda rule: -abs(added[rule].mean))[:2]
    unit = found.study.outcomes[SURVIVAL].unit
    fits = {rule: scale(unit, [added[rule].mean], [added[rule].margin], difference=True) for rule in clear}
    said = listing([f"{fits[rule].full(added[rule], sign=True)} under {humanise(rule)}" for rule in clear])
    if not clear:
        return "Under no rule is it distinguishable from zero what the platform's response in fees adds to survival."
    return f"Where fees answer, that adds most to what the rule does to survival: {said}."


def _sure(found: Compared, single: list[str]) -> str:
    seeds = max(found.study.seeds.values())
    return (
        f"Brackets are 95 % intervals over {seeds} pairs of twin scenarios: the play of chance, not the doubt "
        "about the model. Its largest doubts: how strongly own goods are shown (limits.md), and whether shops can "
        "shrink (below)."
    )


def write(studies: Mapping[str, Study]) -> str:
    """The page: the text by hand around the tables."""
    found = Compared(studies["rules"])
    seeds, street = max(found.study.seeds.values()), found.study.planned[0]["config"]["street"]
    made: dict[str, Any] = {
        "number": len(found.names),
        "seeds": seeds,
        "model": fingerprint.model_hash(),
        "sellers": effects_table(found, SELLERS_AND_BUYERS),
        "streets": effects_table(found, STREET),
        "others": effects_table(found, OTHERS),
        "street": f"{street['shops']:g}",
        "diversion": f"{street['diversion']:.0%}".replace("%", " %"),
        "payers": payers_table(found),
        "closure": closure.write(studies[CLOSURE]),
        "reading": "\n".join(f"{k}. {sentence(line)}" for k, line in enumerate(reading(found), start=1)),
    }
    made |= rigid.write(found, Compared(studies["rules_rigid"]), studies[CLOSURE], studies["closure_rigid"])
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(made)


def main(conduct: Callable[..., Study] = preset) -> int:
    """Run what is missing and write the page and its picture. Returns the exit code."""

    def made() -> dict[Path, str]:
        studies = {name: conduct(*said) for name, said in STUDIES.items()}
        return {PAGE: write(studies), PAGE.with_name("closure.svg"): closure_picture.svg(studies[CLOSURE])}

    return make_page(PAGE, made)


if __name__ == "__main__":
    sys.exit(main())
