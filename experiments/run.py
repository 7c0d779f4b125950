"""The command `etalase`, also `python -m experiments.run`."""

from __future__ import annotations

if __name__ == "__main__":
    from . import quiet  # noqa: F401  # first: from here on Ctrl-C leaves no traceback

import errno
import gc
import sys
from collections.abc import Sequence

from .commands import COMMANDS, RUN, RUNNING, Command, Options, UsageError, parse, show_help
from .limits import be_modest, shortage
from .stopping import Stop, stoppable
from .terminal import NOBODY_READS, forgiving, say

OK, FAILED, BAD_INPUT = 0, 1, 2
SELDOM = 50_000, 20, 100  # new objects until garbage is looked for: imports, settings and figures make much, and none
WANT = {errno.ENOMEM, errno.EAGAIN}
RESERVE = 32 << 20  # bytes that are let go where memory is short, so that this can be said
WANTING = ("annot allocate memory", "failed to map segment", "can't start new thread", "nable to allocate")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, by default the process's own.

    Returns the exit code: 0; 1 where runs failed, or an answer could not be written; 2 on bad input; 128 + the signal
    that stopped it, so 130 on Ctrl-C.
    """
    if arguments is None:
        gc.set_threshold(*SELDOM)
    reserve: list[bytearray] = []
    with forgiving() as out, stoppable(to_the_end=arguments is None) as stop:
        try:
            code = _main(sys.argv[1:] if arguments is None else arguments, reserve)
        except BaseException as error:
            if stop.signal is not None or isinstance(error, KeyboardInterrupt):
                return _stopped(stop)
            if not _is_want(error):
                raise
            reserve.clear()
            say(
                f"broken off: too little memory, or too few threads ({_first_line(error)}); what is stored stays, the "
                "same command goes on with the rest where ulimit or the container allow more"
            )
            return FAILED
        out.flush()
        if out.lost and out.lost.errno not in NOBODY_READS:
            say(f"standard output: {out.lost.strerror}; what was to be printed is lost")
            return max(code, FAILED if _only_answers(arguments) else OK)
    return code


def _stopped(stop: Stop) -> int:
    """Say that a signal ended the command, whatever it led to. Returns the exit code."""
    say("stopped; what is stored stays, the same command goes on with the rest")
    return stop.code


def _is_want(error: BaseException | None) -> bool:
    """Whether an error, or what led to it, comes of too little memory or too few threads."""
    if error is None:
        return False
    wanting = isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in WANT)
    return wanting or any(sign in str(error) for sign in WANTING) or _is_want(error.__cause__ or error.__context__)


def _first_line(error: BaseException) -> str:
    return " ".join((str(error).splitlines() or [type(error).__name__])[0].split()) or type(error).__name__


def _only_answers(arguments: Sequence[str] | None) -> bool:
    """Whether what a command prints is all that it does."""
    given = sys.argv[1:] if arguments is None else arguments
    return given[:1] == ["status"] or bool({"-h", "--help", "--version"} & set(given))


def _main(arguments: Sequence[str], reserve: list[bytearray]) -> int:
    """Run a command if the machine allows what it needs; reserve: takes what can be let go later."""
    try:
        name, words, options = parse(arguments)
    except UsageError as error:
        say(str(error))
        return BAD_INPUT
    except SystemExit:  # argparse has shown what it was asked for
        return OK
    command = COMMANDS.get(name, RUNNING)
    if wanting := shortage(command.needs):
        say(wanting)
        return FAILED
    be_modest(command.needs)
    reserve.append(bytearray(RESERVE))
    return (_ask if command.of_a_study else _work)(name, command, words, options)


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
            if not words and not options:
                show_help()
                return OK
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
