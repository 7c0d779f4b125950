"""Words and numbers for readers, in the language spoken: names of choices, rupiah, percent, spans of time."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .language import number, say, spoken, word

if TYPE_CHECKING:
    import pandas as pd

    from .intervals import Estimate

NAMES = {
    "marketplace_only": "no Project S",
    "project_s": "Project S",
    "project_s_mild": "mild Project S",
    "project_s_aggressive": "aggressive Project S",
    "project_s_retailer": "Project S as a retailer",
    "no_project_s_but_own_goods": "no Project S, but own goods",
    "project_s_without_own_goods": "Project S without own goods",
    "instagram_style": "Instagram style",
    "tokopedia_merger": "Tokopedia merger",
    "permendag_31_2023": "Permendag 31/2023",
    "eu_dma": "EU DMA",
    "india_pn2_2018": "India PN2/2018",
    "none": "no rule",
    "owns_marketplace": "marketplace of its own",
    "stationary": "stationary opening",
    "shops": "street shops for each SME",
    "diversion": "share of lost orders that the street wins",
    "hhi": "HHI",
    "sme": "SME",
    "smes": "SMEs",
    "sme_support": "SME support",
    "indonesia_2023": "Indonesia 2023",
}
MAGNITUDES = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1.0, ""))
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
NOTHING = "–"
HARD_SPACE = "\u00a0"
SIGNS = "+\u2212"


def humanise(name: str) -> str:
    """`data_firewall` as 'data firewall', `a+b` as 'a + b', in the language spoken; names keep their capitals."""
    return " + ".join(word(NAMES.get(part, part.replace("_", " ").strip())) for part in str(name).split("+"))


def sentence(text: str) -> str:
    """The text with a capital first letter and the rest as it is."""
    return text[:1].upper() + text[1:]


def lower_first(text: str) -> str:
    """A label within a sentence: its first letter small, but not that of 'SME'."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def scenario_labels(settings: Mapping[Any, Mapping[str, Any]]) -> dict[Any, str]:
    """A label for each scenario: the settings in which the scenarios differ, in words, the platform first."""
    names = list(next(iter(settings.values()), {}))
    varying = [name for name in names if len({repr(of[name]) for of in settings.values()}) > 1]
    shown = varying or [name for name in ("platform", "regulation") if name in names]
    shown.sort(key=lambda name: name != "platform")
    return {scenario: _scenario_label({name: of[name] for name in shown}) for scenario, of in settings.items()}


def _scenario_label(shown: Mapping[str, Any]) -> str:
    parts = []
    for name, value in shown.items():
        if value is None or (name == "regulation" and value == "none" and "platform" in shown):
            continue  # a platform's name says by itself that there is no rule
        if name in ("market", "algorithm", "platform", "regulation"):
            parts.append(humanise(value))
        else:
            parts.append(_with_value(setting_name(name), value))
    return sentence(", ".join(parts)) or say("All defaults")


def setting_name(name: str) -> str:
    """A setting by its last name, and whose it is where it is not the app's: 'favour', 'marketplace's favour'."""
    group, _, last = name.removesuffix(".name").rpartition(".")
    return say("marketplace's {setting}", setting=humanise(last)) if group == "rival" else humanise(last)


def _with_value(setting: str, value: Any) -> str:
    """'favour 1.5', 'with own goods', 'without own goods'."""
    if isinstance(value, bool):
        return say("with {setting}", setting=setting) if value else say("without {setting}", setting=setting)
    return f"{setting} {_plain(value)}"


def setting_label(name: str, value: Any) -> str:
    """One setting and its value in words: 'Data firewall', 'Favour 1.5', 'No rule'."""
    return _scenario_label({name: value})


def _plain(value: Any) -> str:
    return amount(value) if isinstance(value, int | float) else word(str(value))


def amount(value: float, figures: int = 6) -> str:
    """A number as it is: whole and large ones in full, others to so many figures; never as 1.2e+06."""
    whole = float(value).is_integer() or 10.0**figures <= abs(value) < math.inf
    return number(value, ",.0f" if whole else f",.{figures}g")


def span(weeks: int) -> str:
    """156 weeks as 'three years'; what is no whole number of years in weeks."""
    years = {
        1: say("one week"),
        52: say("one year"),
        104: say("two years"),
        156: say("three years"),
        208: say("four years"),
        260: say("five years"),
    }
    return years.get(weeks) or plural(weeks, "week")


def draws(noun: str) -> str:
    """'seeds', or 'worlds': what `Study.drawn_in` says, several."""
    return word(f"{noun}s")


def plural(count: int, noun: str) -> str:
    """'1 seed', '10 seeds'."""
    return f"{number(count, ',')} {word(noun if count == 1 else noun + 's')}"


def listing(items: Sequence[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    if len(items) < 3:
        return say(" and ").join(items)
    return say("{several} and {last}", several=", ".join(items[:-1]), last=items[-1])


def date(iso: str) -> str:
    """'2026-11-21T…' as '21 November 2026'; nothing where there is no date."""
    try:
        day = datetime.date.fromisoformat(iso[:10])
    except ValueError:
        return ""
    return f"{day.day} {word(MONTHS[day.month - 1])} {day.year}"


@dataclass(frozen=True)
class Scale:
    """How the numbers of one outcome are written, all alike: value · factor, to `decimals`, in `unit`."""

    factor: float
    unit: str
    decimals: int
    before: str = ""

    def number(self, value: float, sign: bool = False) -> str:
        """The bare number, with U+2212 for minus; '–' where there is none."""
        if not math.isfinite(value):
            return NOTHING
        shown = round(value * self.factor, self.decimals)
        return number(shown or 0.0, f"{'+' if sign and shown else ''},.{self.decimals}f")

    def interval(self, low: float, high: float, sign: bool = False) -> str:
        """'[low, high]', or nothing where one seed gives no interval. No share lies beyond 0 and 1."""
        if not (math.isfinite(low) and math.isfinite(high)):
            return ""
        if self.unit == "%" and not sign and low <= 1 and high >= 0:
            low, high = max(low, 0.0), min(high, 1.0)
        between = ";" if spoken().decimal == "," else ","
        return f"[{self.number(low, sign)}{between}{HARD_SPACE}{self.number(high, sign)}]"

    def full(self, estimate: Estimate, sign: bool = False) -> str:
        """'Rp 1.23 bn [1.10, 1.36]', '71.2% [69.0, 73.4]'; breaks only before the interval."""
        mean = self.number(estimate.mean, sign) + ("%" if self.unit == "%" else "")
        if self.before:
            bare = mean.lstrip(SIGNS)
            mean = say("{money}\u00a0{sign}{number}", money=self.before, sign=mean.removesuffix(bare), number=bare)
        words = HARD_SPACE.join(part for part in (mean, word(self.unit) if self.unit != "%" else "") if part)
        return f"{words} {self.interval(estimate.low, estimate.high, sign)}".rstrip()

    @property
    def heading(self) -> str:
        """The unit as a table's header shows it: 'Rp bn', '%', 'orders'; nothing for a pure number."""
        return " ".join(word(part) for part in (self.before, self.unit) if part not in ("", "1"))


def names_unit(label: str, unit: str) -> bool:
    """Whether a label says its unit itself: 'SMEs on sale' those in SMEs."""
    return f" {unit} ".lower() in f" {label} ".lower()


def is_money(unit: str) -> bool:
    """Whether the unit is rupiah."""
    return unit.lower().startswith("rp")


def is_share(unit: str) -> bool:
    """Whether the unit is a share of one, shown in percent."""
    return unit.lower().startswith(("share", "fraction", "chance", "probability"))


def is_bounded(unit: str, values: pd.Series) -> bool:
    """Whether no value can be below 0 or above 1: a share of something, all of whose known values lie there."""
    return is_share(unit) and bool(values.dropna().between(0, 1).all())


def scale(unit: str, values: Iterable[float], margins: Iterable[float] = (), difference: bool = False) -> Scale:
    """The scale that fits `values` of `unit`: three figures of the largest, two of the typical margin.

    Rupiah are in m, bn or tn, shares in percent (their differences in points), anything else as it is: whole numbers
    without a margin, counts of one seed, without decimals.
    """
    known = [float(v) for v in values if math.isfinite(v)]
    largest = max(map(abs, known), default=0.0)
    factor, shown, before = 1.0, unit, ""
    if is_money(unit):
        size, shown = next(((s, word) for s, word in MAGNITUDES if largest >= s), (1.0, ""))
        factor, before = 1 / size, "Rp"
    elif is_share(unit):
        factor, shown = 100.0, "points" if difference else "%"
    sure = [m for m in margins if math.isfinite(m)]
    if factor == 1.0 and known and not sure and not is_money(unit) and all(v.is_integer() for v in known):
        return Scale(factor, shown, 0, before)
    widths = [m for m in sure if m > 0]
    for_value = _decimals(largest * factor, 3)
    for_margin = _decimals(_median(widths) * factor, 2) if widths else 0
    return Scale(factor, shown, min(max(int(is_share(unit)), for_value, for_margin), 5), before)


def _median(values: Sequence[float]) -> float:
    """The middle of values, the mean of the two middle ones of an even number. `statistics` takes long to import."""
    there, half = sorted(values), len(values) // 2
    return there[half] if len(there) % 2 else (there[half - 1] + there[half]) / 2.0


def scale_of(unit: str, estimates: Sequence[Estimate], difference: bool = False) -> Scale:
    """The scale that fits some estimates of `unit`."""
    return scale(unit, [one.mean for one in estimates], [one.margin for one in estimates], difference)


def common_scale(sizes: Sequence[float], margins: Iterable[float]) -> Scale:
    """The scale in which several sums of rupiah can be held against each other.

    As `scale`; of the `sizes`, each the largest of one outcome, the smallest has a figure if one more decimal gives it.
    """
    fit = scale("Rp", sizes, margins)
    smallest = min((size for size in sizes if size > 0), default=0.0)
    return replace(fit, decimals=min(max(fit.decimals, _decimals(smallest * fit.factor, 1)), fit.decimals + 1))


def _decimals(value: float, figures: int) -> int:
    """Decimals that show so many figures of value."""
    return 0 if value <= 0 else max(0, figures - 1 - math.floor(math.log10(value)))
