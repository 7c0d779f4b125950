"""What the study rests on: its assumptions, its sources, and what must not be read into it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..compare import reference
from ..findings import Findings
from ..groups import copied_pairs, groupings
from ..language import number, say
from ..parts import Bullets, Code, Folded, Heading, Paragraph, Section, Table, section
from ..words import NOTHING, amount, span

SOURCES = (
    "Sutoyo R., Achmad S., Chowanda A., Andangsari E. W., Isa S. M. (2022), PRDECT-ID, Data in Brief 44, 108554, "
    "doi 10.1016/j.dib.2022.108554",
    "Kaplan E. L., Meier P. (1958), Journal of the American Statistical Association 53; Greenwood M. (1926)",
    "Cox D. R. (1972), Journal of the Royal Statistical Society B 34; Efron B. (1977)",
    "Berry S., Levinsohn J., Pakes A. (1995), Econometrica 63",
)


def limits(found: Findings) -> Section | None:
    """Assumptions, sources, limits."""
    return section(
        "limits",
        say("Assumptions, sources, limits"),
        Heading(say("What it assumes")),
        Bullets(list(_assumed(found))),
        _settings(found),
        Heading(say("What it cannot tell")),
        Bullets(list(_limits(found))),
        Heading(say("Where it comes from")),
        Paragraph(_listings(own := (_config(found).get("market") or {}).get("listings"))),
        Bullets(SOURCES[1:] if own else SOURCES),
        Paragraph(
            say("The project's docs/facts.md and docs/parameters.md say where each figure is from and how sure it is.")
        ),
    )


def _assumed(found: Findings) -> Iterator[str]:
    market = _config(found).get("market") or {}
    if {"consumers", "smes"} <= set(market):
        yield say(
            "{consumers} simulated consumers and {smes} local shops stand for a whole market, over {span}.",
            consumers=number(market["consumers"], ","),
            smes=number(market["smes"], ","),
            span=span(found.study.weeks[reference(found.study)]),
        )
    yield say(
        "Each week consumers choose among the offers that they see and shops set prices, pause where they earn less "
        "than their owners' hours would elsewhere, and close after a long pause or without cash. The platform ranks "
        "and reviews its own range, and new shops may open."
    )
    yield say(
        "All scenarios of a seed share every shock, so that they differ only by what the choice did; what is not set "
        "here stands at its default."
    )


def _limits(found: Findings) -> Iterator[str]:
    yield from of_this_study(found)
    yield from _always()
    yield from _of_copies(found)


def of_this_study(found: Findings) -> Iterator[str]:
    """What cannot be told because of the rules and the platform that this study has."""
    rules = {rule for of in found.study.settings.values() for rule in str(of["regulation"]).split("+")}
    if rules & {"separation", "permendag_31_2023"}:
        yield _of_separation(_config(found).get("street") or {})
    if any(str(of["platform"]).startswith("project_s") for of in found.study.settings.values()):
        yield say(
            "A scenario, not a forecast: “Project S” is what the press called a plan of TikTok's to sell its own "
            "goods; TikTok has denied such plans for Indonesia. Nothing here claims that it happened."
        )


def _of_separation(street: Mapping[str, Any]) -> str:
    """Whom separation was made for, and whether they are in the study."""
    if not street.get("shops"):
        return say(
            "Separation was made for traders who sell in the street. They are not in this study, so what is said of "
            "it here counts one side."
        )
    return say(
        "What separation does for shops in the street depends on a belief: of an order that is not placed online, "
        "{share} is bought there (street.diversion). Nobody has measured it; experiment=street tells a curve over it.",
        share=number(street["diversion"], ".0%"),
    )


def _always() -> Iterator[str]:
    """What holds for every study."""
    yield say("A difference between two scenarios is known better than the level of either.")
    yield say(
        "Intervals hold the play of chance within the model; they say nothing of wrong settings or missing mechanisms."
    )
    yield say("Sums in rupiah are those of the simulated market, not of a country.")
    yield say(
        "The shops are drawn from listings that sold and were reviewed; the many that never sold are not in the data."
    )
    yield say(
        "Consumer surplus counts a cheaper copy as a gain at once; total surplus adds everybody's rupiah alike, rich "
        "and poor."
    )


def _of_copies(found: Findings) -> Iterator[str]:
    """What is seen of copied shops."""
    base, scenario = found.pair or (None, reference(found.study))
    if base is not None and not copied_pairs(found.study, scenario, base).empty:
        yield say(
            "Copied shops are winners: they are compared with themselves in the other scenario, not with the uncopied."
        )
    elif "copied" in groupings(found.study):
        yield say(
            "Copied shops are winners: they differ from the others from the start, so their curves beside each other "
            "do not show what copying does."
        )


def _listings(own: str | None) -> str:
    if own:
        return say(
            "The opening market is drawn from the study's own listings, {file}; qualities and costs are solved such "
            "that the listed prices and sales come out. The works that the methods are from:",
            file=Path(own).name,
        )
    return say(
        "The opening market is drawn from real Indonesian listings (PRDECT-ID); qualities and costs are solved such "
        "that the listed prices and sales come out. The works that the methods are from:"
    )


def _config(found: Findings) -> Mapping[str, Any]:
    """The settings of the reference scenario, all of them, as the manifest holds them."""
    configs = {scenario["scenario_id"]: scenario.get("config") or {} for scenario in found.study.planned}
    return configs.get(reference(found.study)) or {}


def _settings(found: Findings) -> Folded | None:
    """Every setting of the reference, folded up."""
    rows = dict(_flat(_config(found)))
    if not rows:
        return None
    caption = say(
        "The settings of {scenario}; what other scenarios set stands under “What was run”.",
        scenario=found.quoted(reference(found.study)),
    )
    texts = [[NOTHING if value is None else _text(value)] for value in rows.values()]
    names = [Code([name]) for name in rows]
    return Folded(say("Every setting"), Table(caption, say("Setting"), [say("Value")], names, texts))


def _flat(config: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in config.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{within}{name}.")
        else:
            yield f"{within}{name}", value


def _text(value: Any) -> str:
    return amount(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)
