"""Which worlds a study asks for: `worlds=plausible:50`, `50`, `prior:256`, `morris:20`, or a table of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from simulation.settings.parameter import ConfigError

from .declared import FOLDER, read_unknowns
from .sets import DESIGNS, MOST, Worlds, designed, from_csv, spread

OUTCOMES = FOLDER / "outcomes.yaml"  # of the baseline of outcomes, which moves where the model's numbers do
PLAUSIBLE, PRIOR = "plausible", "prior"
FORM = (
    "plausible, plausible:N, N, prior:N, morris:N, sobol:N, "
    "or the path of a table of worlds (.csv), with :N for N of them"
)


def chosen(text: str | None, market: str) -> Worlds | None:
    """Return the worlds that `worlds=TEXT` asks for; none without it. Raises `ConfigError` where there are none such.

    market: the name of the study's market, which the worlds must be of.
    """
    if text is None:
        return None
    name, _, number = text.rpartition(":") if ":" in text else (text, "", "")
    if text.isdecimal():
        name, number = PLAUSIBLE, text
    if number and not (number.isascii() and number.isdecimal() and 2 <= int(number) <= MOST):
        raise ConfigError("worlds", text, f"{FORM}; N from 2 to {MOST:,}")
    if name in (PRIOR, *DESIGNS):
        if not number:
            raise ConfigError("worlds", text, FORM)
        return spread(read_unknowns(), int(number)) if name == PRIOR else designed(read_unknowns(), name, int(number))
    worlds = _plausible() if name == PLAUSIBLE else _own(text, name)
    if worlds.market and worlds.market != market:
        raise ConfigError("worlds", text, f"worlds of market={market}; these are of market={worlds.market}")
    if not number and max(worlds.weights) > min(worlds.weights) * (1 + 1e-9):
        raise ConfigError("worlds", text, f"{text}:N, for these worlds differ in weight: N are drawn of them by weight")
    return worlds.take(int(number)) if number else worlds


def about_plausible() -> dict[str, Any]:
    """Return what is said of the shipped set: of which market, version and targets it is, and what it rests on."""
    path = FOLDER / f"{PLAUSIBLE}.yaml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def stale_note(worlds: Worlds | None) -> str:
    """Return a line where these are the shipped worlds and the model's numbers have moved since they were found."""
    if worlds is None or not worlds.name.startswith(PLAUSIBLE):
        return ""
    if about_plausible().get("baseline") == yaml.safe_load(OUTCOMES.read_text(encoding="utf-8"))["digest"]:
        return ""
    return (
        "worlds=plausible: the model's numbers have moved since these worlds were found; "
        "`etalase calibrate` finds them anew"
    )


def _plausible() -> Worlds:
    path = FOLDER / f"{PLAUSIBLE}.csv"
    if not path.is_file():
        raise ConfigError("worlds", PLAUSIBLE, "prior:N until `etalase calibrate` has made the plausible ones")
    return from_csv(PLAUSIBLE, path.read_text(encoding="utf-8"), read_unknowns(), about_plausible().get("market", ""))


def _own(text: str, name: str) -> Worlds:
    path = Path(name)
    if path.suffix != ".csv":
        raise ConfigError("worlds", text, FORM)
    try:
        return from_csv(path.name, path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError("worlds", text, f"a table that can be read ({error})") from error
