"""What a study is called that nobody named: its preset and its settings, so that two of them seldom share a folder."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import overrides
from .configs import is_path
from .overrides import Given

LONGEST = 100
DIGEST = 8  # letters that stand for what a name has no room for
NOTHING_SET = "default"


def named_after(given: Sequence[Given]) -> str:
    """Return a name made of what was given: 'project_s', 'classroom-project_s', 'classroom-favour_1_to_1_5'.

    Of a choice its value, of another setting its last word and its value; of a sweep the first value and the last.
    What does not change what a run yields (seeds, workers, folders) is left out, and so the same study goes on.
    """
    preset = [_name(one.values[0]) for one in given if one.key == "experiment"]
    told = [_told(one) for one in given if not overrides.of_study(one.key)]
    parts = [part for part in map(_plain, (*preset, *told)) if part]
    name = "-".join(parts).lstrip("-")
    if len(name) > LONGEST:
        digest = hashlib.sha256(repr([(one.key, one.texts) for one in given]).encode()).hexdigest()[:DIGEST]
        name = f"{name[: LONGEST - DIGEST - 1].rstrip('-_')}-{digest}"
    return name or NOTHING_SET


def _name(preset: Any) -> str:
    """A preset's name, which is that of its file where it is given by its path."""
    return Path(preset).stem if is_path(str(preset)) else str(preset)


def _told(one: Given) -> str:
    """A setting and what it was given."""
    first, last = one.texts[0], one.texts[-1]
    if "/" not in one.key and "." not in one.key and one.key != "weeks":
        values = "_".join(one.texts)
    elif one.swept and not one.draw:
        values = f"{_word(one.key)}_{first}_to_{last}"
    else:
        values = f"{_word(one.key)}_{first}"
    return values


def _word(key: str) -> str:
    return key.rpartition(".")[2]


def _plain(text: str) -> str:
    """A text in the letters that a folder's name may have."""
    return re.sub(r"[^a-z0-9-]+", "_", text.lower()).strip("_-")
