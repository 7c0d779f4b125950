"""Shell completion: `eval "$(etalase --shell-completion install=bash)"`, or zsh; fish takes `| source`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from analysis.datasets import is_study
from simulation.settings.parameter import ConfigError

from .commands import COMMANDS
from .schema import SETTINGS, choices, setting_types

BASH = """\
_etalase() {
    local line="${COMP_LINE:0:COMP_POINT}" word
    word="${line##* }"
    mapfile -t COMPREPLY < <(COMP_LINE="$line" etalase --shell-completion query 2>/dev/null)
    if [[ $word == *=* && $COMP_WORDBREAKS == *=* ]]; then COMPREPLY=("${COMPREPLY[@]#"${word%%=*}="}"); fi
    if [[ ${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -F _etalase etalase
"""
ZSH = """\
_etalase() {
    local -a found
    found=("${(@f)$(COMP_LINE="${LBUFFER}" etalase --shell-completion query 2>/dev/null)}")
    compadd -S '' -- $found
}
compdef _etalase etalase
"""
FISH = "complete -c etalase -f -a '(COMP_LINE=(commandline -cp) etalase --shell-completion query 2>/dev/null)'\n"
SCRIPTS: Mapping[str, str] = {"bash": BASH, "zsh": ZSH, "fish": FISH}
BOOLEANS = ("false", "true")


def answer(asked: str) -> int:
    """Print a shell's script, or what may stand where the cursor is. Returns 0.

    Raises `ConfigError` for anything else.
    """
    action, _, shell = asked.partition("=")
    if action == "query":
        print("\n".join(completions(os.environ.get("COMP_LINE", ""))))
    elif action == "install" and shell in SCRIPTS:
        print(SCRIPTS[shell], end="")
    else:
        allowed = ", ".join(f"install={name}" for name in SCRIPTS)
        raise ConfigError("--shell-completion", asked, f"{allowed}; read it in with eval, fish with source")
    return 0


def completions(line: str) -> list[str]:
    """Return what may stand in place of the last word of a line, which may be empty."""
    _, *words = line.split(" ")
    before, word = words[:-1], (words or [""])[-1]
    return sorted({text for text in _candidates([one for one in before if one], word) if text.startswith(word)})


def _candidates(before: list[str], word: str) -> Iterator[str]:
    """All that may stand there."""
    command = COMMANDS.get(before[0]) if before else None
    if command is not None and command.of_a_study:
        yield from (path.name for path in _results(before).glob("*") if is_study(path))
        yield from (f"--{option}" for option in command.options)
    elif command is not None:
        yield from _names(before[0])
    elif "=" in word:
        key = word.partition("=")[0]
        values = choices(key) or (BOOLEANS if setting_types().get(key.lstrip("+")) is bool else ())
        yield from (f"{key}={value}" for value in values)
    else:
        yield from () if before else COMMANDS
        yield from (f"{name}=" for name in {*SETTINGS, *setting_types()})


def _names(command: str) -> Iterator[str]:
    from .catalogue import KINDS  # late: it reads every file of configs/

    yield from KINDS if command == "list" else (one.name for entries in KINDS.values() for one in entries())


def _results(before: list[str]) -> Path:
    given = [word.partition("=")[2] for word in before if word.startswith("results=")]
    return Path(given[0] if given else "results")
