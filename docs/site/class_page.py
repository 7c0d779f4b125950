"""The page of the site that carries the class page: the whole one where `make page` has made it, else a trial."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
NAME = "class.html"
WHOLE, TRIAL = ROOT / "results" / NAME, ROOT / "build" / NAME
TEXT = """\
# Open the class page

{says}

![The class page: two lines of shops alive by week, rules and beliefs](docs/class.png)

[The class page](docs/classroom.md) tells what is on it and how to teach with it.
"""
OPEN = '<p><a href="class.html"><strong>Open the class page</strong></a> (English and Indonesian)</p>'
SAYS = {
    WHOLE: f"""\
This is the page that `make page` made. It opens from disk, too: save it and give it to a class.

{OPEN}""",
    TRIAL: f"""\
This is a trial of the page: every rule and every belief, but two draws of one year. It is good for a first look.
`make page` makes the whole page, which a lesson needs; `make docs` then carries that one.

{OPEN}""",
    None: "The site was built without the page. `make page` makes it; `make docs` then carries it.",
}


def carried() -> Path | None:
    """The class page that the site carries: the whole one, else a trial, else none."""
    return next((path for path in (WHOLE, TRIAL) if path.is_file()), None)


def page() -> str:
    """The page of the site that leads to it."""
    return TEXT.format(says=SAYS[carried()])
