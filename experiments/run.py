"""The command `etalase`, also `python -m experiments.run`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from .commands import COMMANDS, RUN, RUNNING, Command, Options, UsageError, parse
from .terminal import say

OK, FAILED, BAD_INPUT, STOPPED = 0, 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns the exit code: 0, 1 where runs failed, 2 on bad input, 130 on Ctrl-C."""
    try:
        name, words, options = parse(sys.argv[1:] if arguments is None else arguments)
    except UsageError as error:
        say(str(error))
        return BAD_INPUT
    except SystemExit:  # argparse has shown what it was asked for
        return OK
    command = COMMANDS.get(name, RUNNING)
    try:
        return (_ask if command.of_a_study else _work)(name, command, words, options)
    except KeyboardInterrupt:
        say("stopped; what is stored stays, the same command goes on with the rest")
        return STOPPED


def _ask(name: str, command: Command, words: Sequence[str], options: Options) -> int:
    """Ask a stored study, without the model."""
    from analysis.datasets import StudyError

    from .study_commands import folder_of

    try:
        code = command.load()(folder_of(name, words), **options)
    except StudyError as error:
        say(str(error))
        return BAD_INPUT
    except OSError as error:
        say(str(error))
        return FAILED
    return int(code or OK)


def _work(name: str, command: Command, words: Sequence[str], options: Options) -> int:
    """Run what needs the model."""
    from simulation.settings.parameter import ConfigError

    try:
        if name == RUN:
            _refuse_words(words)
        return int(command.load()(words, **options))
    except ConfigError as error:
        say(str(error))
        return BAD_INPUT
    except OSError as error:
        from .conduct import broken_off

        return broken_off(error)


def _refuse_words(words: Sequence[str]) -> None:
    """Refuse a first word that is neither a command nor a setting."""
    from simulation.settings.parameter import unknown

    from .schema import SETTINGS

    first = next(iter(words), "")
    if first[:1].isalpha() and "=" not in first and first.split(".")[0] not in SETTINGS:
        raise unknown("command", first, list(COMMANDS), "NAME=VALUE, or one of")


if __name__ == "__main__":
    sys.exit(main())
