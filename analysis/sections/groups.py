"""Who survives: by group of shops, and the copied against themselves in the other world."""

from __future__ import annotations

from .. import figures
from ..compare import reference
from ..findings import Findings
from ..groups import groupings
from ..language import say
from .block import figure, paragraph, section


def groups(found: Findings) -> str:
    """Survival by group in the world that is looked at closely, and of copied shops in both worlds."""
    study = found.study
    base, cell = found.pair or (None, reference(study))
    known = groupings(study)
    drawn = [figure(figures.group_survival(study, cell, name)) for name in known]
    told = ""
    if "copied" in known and base is not None:
        drawn.append(figure(figures.copied_twins(study, cell, base)))
        told = paragraph(
            say("The platform copies what sells, so copied and other shops differ from the start. What copying does is "
                "seen where the same shops are followed in both worlds.")
        )  # fmt: skip
    return section("groups", say("Who survives: {cell}", cell=study.labels[cell]), told if any(drawn) else "", *drawn)
