"""The rules compared, and the closure of 2023: `python -m validation.rules` writes docs/rules.md.

It runs what is missing of the presets `rules` and `closure_2023` and reads every number off them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Template
from typing import Any

from analysis import Study
from analysis.compare import differences, estimates, rule_baselines, summary
from analysis.intervals import Estimate
from analysis.words import humanise, listing, scale, sentence
from experiments import provenance
from validation import closure, closure_picture
from validation.studies import StudyFailed, preset
from validation.tables import table

PAGE = Path(__file__).parent.parent / "docs" / "rules.md"
TEMPLATE = Path(__file__).with_name("rules.md")
RESPONSES = ("frozen", "adaptive")
BUNDLES = ("permendag_31_2023", "eu_dma", "india_pn2_2018")
SURVIVAL, SURPLUS, SME, PLATFORM, TOTAL = (
    "sme_survival_156w", "consumer_surplus", "sme_profit", "platform_profit", "total_surplus",
)  # fmt: skip
SELLERS_AND_BUYERS = {SURVIVAL: "SMEs alive", SME: "SME profit", SURPLUS: "consumer surplus"}
OTHERS = {PLATFORM: "platform profit", "influencer_income": "influencer income", "tax_revenue": "public revenue"}


@dataclass(frozen=True)
class Compared:
    """Every rule less the same world without one, seed by seed."""

    study: Study

    @cached_property
    def effects(self) -> dict[tuple[Any, str], Estimate]:
        """Paired differences by (cell, outcome)."""
        return estimates(differences(self.study.values, rule_baselines(self.study)))

    @cached_property
    def levels(self) -> dict[tuple[Any, str], Estimate]:
        """Means by (cell, outcome)."""
        return estimates(summary(self.study.values))

    def cell(self, rule: str, response: str) -> Any:
        """The cell of a rule under a response of the platform."""
        wanted = {"regulation": rule, "platform.response": response}
        return next(c for c, of in self.study.settings.items() if wanted.items() <= of.items())

    @cached_property
    def names(self) -> list[str]:
        """The rules, single instruments by falling survival first, then the bundles."""
        every = {of["regulation"] for of in self.study.settings.values()} - {"none"}
        single = sorted(every - set(BUNDLES), key=lambda rule: -self.effect(rule, SURVIVAL).mean)
        return [*single, *BUNDLES]

    def effect(self, rule: str, outcome: str, response: str = "frozen") -> Estimate:
        """What a rule does to an outcome."""
        return self.effects[self.cell(rule, response), outcome]

    def level(self, outcome: str, response: str = "frozen") -> Estimate:
        """An outcome without a rule."""
        return self.levels[self.cell("none", response), outcome]

    def written(self, outcome: str, one: Estimate, sign: bool = True) -> str:
        """A number with its interval, in the scale of the outcome's column, bold where the interval leaves out zero."""
        column = [self.effect(rule, outcome, response) for rule in self.names for response in RESPONSES]
        known = self.study.outcomes[outcome]
        fit = scale(known.unit, [e.mean for e in column], [e.margin for e in column], difference=True)
        text = f"{fit.number(one.mean, sign)} {fit.interval(one.low, one.high, sign)}"
        return f"**{text}**" if sign and one.clear else text

    def unit(self, outcome: str) -> str:
        """The unit that `written` leaves out."""
        column = [self.effect(rule, outcome, response) for rule in self.names for response in RESPONSES]
        return scale(self.study.outcomes[outcome].unit, [e.mean for e in column], difference=True).heading


def effects_table(found: Compared, outcomes: Mapping[str, str]) -> str:
    """A row a rule, the platform's fees frozen and adaptive side by side."""
    head = ["rule", *(f"{words}, {found.unit(o)}: {how}" for o, words in outcomes.items() for how in RESPONSES)]
    rows = [["no rule: the level", *(found.written(o, found.level(o, how), sign=False)
                                     for o in outcomes for how in RESPONSES)]]  # fmt: skip
    for rule in found.names:
        cells = (found.written(o, found.effect(rule, o, how)) for o in outcomes for how in RESPONSES)
        rows.append([humanise(rule), *cells])
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
    one = found.effect(rule, outcome, response)
    unit = found.study.outcomes[outcome].unit
    return scale(unit, [one.mean], [one.margin], difference=True).full(one, sign=True)


def _told(found: Compared, rules: Sequence[str], outcome: str = SURVIVAL) -> str:
    return listing([f"{humanise(rule)} ({_points(found, rule, outcome)})" for rule in rules]) or "none"


def _keeps_most(found: Compared, single: list[str]) -> str:
    better = [rule for rule in single if found.effect(rule, SURVIVAL).clear and found.effect(rule, SURVIVAL).mean > 0]
    level = found.written(SURVIVAL, found.level(SURVIVAL), sign=False)
    return f"Without a rule {level} % of the small sellers live on. Most are saved by {_told(found, better[:3])}."


def _kills(found: Compared, single: list[str]) -> str:
    worse = [rule for rule in single if found.effect(rule, SURVIVAL).clear and found.effect(rule, SURVIVAL).mean < 0]
    return f"Fewer live on under {_told(found, worse[::-1][:3])}." if worse else "No single rule leaves fewer alive."


def _harmless_to_buyers(found: Compared, single: list[str]) -> str:
    both = [
        rule for rule in single
        if found.effect(rule, SURVIVAL).clear and found.effect(rule, SURVIVAL).mean > 0
        and not (found.effect(rule, SURPLUS).clear and found.effect(rule, SURPLUS).mean < 0)
    ]  # fmt: skip
    return f"Saving sellers at no cost to consumers that can be told from none: {_told(found, both, SURPLUS)}."


def _bundles(found: Compared, single: list[str]) -> str:
    said = [f"{humanise(b)} {_points(found, b)} alive, {_points(found, b, SURPLUS)} to consumers" for b in BUNDLES]
    return f"The three laws: {'; '.join(said)}."


def _idle(found: Compared, single: list[str]) -> str:
    idle = [r for r in single if not any(found.effect(r, o).clear for o in (*SELLERS_AND_BUYERS, *OTHERS))]
    names = listing([humanise(rule) for rule in idle]) or "none"
    return f"With nothing to bite on here, or too little to be told from none in any column: {names}."


def _total(found: Compared, single: list[str]) -> str:
    ranked = sorted(single, key=lambda rule: -found.effect(rule, TOTAL).mean)
    return f"All parties together gain most by {_told(found, ranked[:1], TOTAL)} and lose most by " \
           f"{_told(found, ranked[-1:], TOTAL)}."  # fmt: skip


def _platform(found: Compared, single: list[str]) -> str:
    ranked = sorted(single, key=lambda rule: found.effect(rule, PLATFORM).mean)
    return f"It costs the platform most: {_told(found, ranked[:3], PLATFORM)}."


def _purse(found: Compared, single: list[str]) -> str:
    ranked = sorted(single, key=lambda rule: -found.effect(rule, "tax_revenue").mean)
    return f"The public purse gains most by {_told(found, ranked[:2], 'tax_revenue')} and pays most for " \
           f"{_told(found, ranked[-1:], 'tax_revenue')}."  # fmt: skip


def _answer(found: Compared, single: list[str]) -> str:
    def turned(rule: str) -> float:
        return found.effect(rule, SURVIVAL, "adaptive").mean - found.effect(rule, SURVIVAL).mean

    most = max(found.names, key=lambda rule: abs(turned(rule)))
    ends = f"{_points(found, most)} with fees frozen, {_points(found, most, response='adaptive')} where they answer"
    return f"The platform's answer in fees changes most under {humanise(most)}: {ends}."


def _sure(found: Compared, single: list[str]) -> str:
    seeds = max(found.study.seeds.values())
    return (
        f"Brackets are 95 % intervals over {seeds} pairs of twin worlds: the play of chance, not the doubt about the "
        "model. Its largest doubts, how strongly own goods are shown and that no shop can shrink, stand in limits.md."
    )


def write(studies: Mapping[str, Study]) -> str:
    """The page: the text by hand around the tables."""
    found = Compared(studies["rules"])
    seeds = max(found.study.seeds.values())
    made: dict[str, Any] = {
        "number": len(found.names), "seeds": seeds, "model": provenance.model_hash(),
        "sellers": effects_table(found, SELLERS_AND_BUYERS), "others": effects_table(found, OTHERS),
        "payers": payers_table(found), "closure": closure.write(studies["closure_2023"]),
        "reading": "\n".join(f"{k}. {sentence(line)}" for k, line in enumerate(reading(found), start=1)),
    }  # fmt: skip
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(made)


def main(conduct: Callable[[str], Study] = preset) -> int:
    """Run what is missing and write the page. Returns the exit code."""
    try:
        studies = {name: conduct(name) for name in ("rules", "closure_2023")}
    except StudyFailed as error:
        print(f"rules: {error}", file=sys.stderr)
        return 1
    PAGE.write_text(write(studies), encoding="utf-8")
    PAGE.with_name("closure.svg").write_text(closure_picture.svg(studies["closure_2023"]), encoding="utf-8")
    print(f"wrote {PAGE.parent.name}/{PAGE.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
