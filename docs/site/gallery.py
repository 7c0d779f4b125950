"""The gallery: each platform and each preset with the command that runs it and a picture of what it does."""

from __future__ import annotations

from experiments.catalogue import KINDS, Entry

from .reference import title

HEAD = """\
---
file_format: mystnb
kernelspec:
  name: python3
---

# Gallery of scenarios

Each scenario has one command and one picture. The command runs the full scenario and writes a report. Most pictures are
drawn when this site is built, on the small market of the class page and few random draws: they show what kind of
picture to expect, and are no results.

```{code-cell} python
from experiments import simulate, sweep
```
"""
PLATFORMS = """\
## Platforms

One small market under each platform, on the same random events.
"""
PRESETS = """\
## Presets

A preset is a whole study: several scenarios, each with the same seeds.
"""
STORED = {  # pictures that another command of the project writes
    "closure_2023": ("docs/closure.svg", "make rules"),
    "dominance": ("docs/dominance.svg", "make map"),
    "dominance_coarse": ("docs/dominance.svg", "make map"),
    "street": ("docs/street.svg", "make street"),
    "plausible": ("docs/plausible.svg", "make plausible"),
    "project_s_worlds": ("docs/worlds.svg", "make plausible"),
}
CLASS = """\
## The class page

Sixty small shops, with and without Project S, for a lesson: [The class page](docs/classroom.md).

```sh
etalase classroom --export results/class.html
```

![The class page: two lines of shops alive by week, rules and beliefs](docs/class.png)
"""


def page() -> str:
    """The whole page, a notebook."""
    platforms = [platform(one) for one in KINDS["platforms"]()]
    presets = [preset(one) for one in KINDS["presets"]()]
    return "\n".join([HEAD, PLATFORMS, *platforms, PRESETS, *presets, CLASS])


def platform(one: Entry) -> str:
    """A platform, and one market under it."""
    code = f'simulate(market="classroom", platform="{one.name}", seed=0, weeks=104).plot("live_smes", "price_index")'
    return _entry(one, f"etalase {one.given}", _cell(code))


def preset(one: Entry) -> str:
    """A preset, and the picture that a command keeps or a small form of it draws."""
    if one.name in STORED:
        picture, made_by = STORED[one.name]
        shown = f"![{one.says}]({picture})\n\nWritten by `{made_by}`.\n"
    else:
        small = 'market="classroom", weeks=13, replications=2'
        shown = _cell(f'sweep(experiment="{one.name}", {small}, study="{one.name}").plot("sme_profit")')
    return _entry(one, f"etalase {one.given}", shown)


def _entry(one: Entry, command: str, shown: str) -> str:
    return f"### {title(one.name)}\n\n{one.says}\n\n```sh\n{command}\n```\n\n{shown}"


def _cell(code: str) -> str:
    return f"```{{code-cell}} python\n{code}\n```\n"
