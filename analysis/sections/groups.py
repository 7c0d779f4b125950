"""Who survives: by group of shops, and the copied against themselves in the other scenario."""

from __future__ import annotations

from .. import figures
from ..compare import reference
from ..findings import Findings
from ..groups import groupings
from ..language import say
from ..parts import Paragraph, Section, section
from .behind import figure


def groups(found: Findings) -> Section | None:
    """Survival by group in the scenario that is looked at closely, and of copied shops in both scenarios."""
    study = found.study
    base, scenario = found.pair or (None, reference(study))
    known = groupings(study)
    drawn = [figure(figures.group_survival(study, scenario, name)) for name in known]
    told = None
    if "copied" in known and base is not None:
        twice = figure(figures.copied_twins(study, scenario, base))
        drawn.append(twice)
        told = twice and Paragraph(
            say(
                "The platform copies what sells, so copied and other shops differ from the start. Where the same shops "
                "are followed in both scenarios one sees what the choice does to the shops that it copies. That is "
                "more than the copy itself: the shops that it does not copy, beside them, meet all the rest of it too."
            )
        )
    return section("groups", say("Who survives: {scenario}", scenario=study.labels[scenario]), told, *drawn)
