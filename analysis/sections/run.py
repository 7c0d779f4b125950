"""What was run: the commands that make it again, versions, hashes, scenarios."""

from __future__ import annotations

from .. import provenance
from ..findings import Findings
from ..language import say
from ..parts import Section, section


def run(found: Findings) -> Section | None:
    """The section."""
    return section("provenance", say("What was run"), *provenance.parts(found.study))
