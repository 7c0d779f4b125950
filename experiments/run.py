"""The command `etalase`, also `python -m experiments.run`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

HELP = """\
etalase [-m] [NAME=VALUE ...]       (or python -m experiments.run)
etalase status|compact STUDY [results=FOLDER]
etalase report STUDY [--language en|id] [--format png,svg,pdf] [results=FOLDER]
etalase table STUDY [--language en|id] [--format csv,latex,markdown] [results=FOLDER]
etalase --version

Runs a market, or a study of many, and writes results/STUDY/report.html.

  etalase market=classroom platform=project_s    one small market, in seconds
  etalase experiment=project_s                   the headline study: Project S, and each rule against it
  etalase -m platform=project_s regulation=none,separation,'[separation,data_firewall]' replications=5
                                                 a sweep: a cell for each combination of values, each a list
                                                 (1,2,3) or a range without its end (range(0,1,0.1))

What to run     market, platform, algorithm, regulation (a name, or '[a,b]'), demand, consideration;
                experiment=PRESET for all that a preset says
How much        weeks=156; seed=0, replications=1 (in every cell the seeds seed, seed+1, ...)
With what       workers=null (every core); hydra/launcher=joblib (processes), basic (this process) or ray
Where to        results/STUDY: study=NAME, results=FOLDER
Any parameter   market.consumers=10000, platform.self_preference=0.5, regulation.separation.start_week=52

A name that does not exist is answered with those that do. What is stored is not run again: a study that
was stopped goes on when the same command is given, and more seeds or cells are added to it. status tells how
far a study is, compact makes few files of many, report writes the report anew (with --format also each of its
figures as a picture), table writes its tables for a paper or a spreadsheet (latex and markdown hold means and
differences; who pays, hazard ratios and fates are in csv only).
"""
HELP_FLAGS = {"-h", "--help"}
COMMANDS = ("status", "compact", "report", "table")
MANY_FLAGS = {"-m", "--multirun"}
VERSION_FLAG = "--version"
OPTIONS = "-m or --multirun, -h or --help, --version; --language and --format after report or table"
BAD_INPUT, STOPPED = 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns the exit code: 0, 1 where runs failed, 2 on bad input, 130 on Ctrl-C."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if HELP_FLAGS & set(arguments):
        print(HELP, end="")
        return 0
    if VERSION_FLAG in arguments:
        from .fingerprint import versions

        print("etalase", versions()["etalase"] or "(not installed)")
        return 0
    try:
        if arguments and arguments[0] in COMMANDS:
            from .commands import command  # late, like all that follows: help comes at once, status soon

            return command(arguments[0], arguments[1:])
        return _conduct([a for a in arguments if a not in MANY_FLAGS], bool(MANY_FLAGS & set(arguments)))
    except KeyboardInterrupt:
        print("etalase: stopped; what is stored stays, the same command goes on with the rest", file=sys.stderr)
        return STOPPED


def _conduct(overrides: list[str], multirun: bool) -> int:
    from simulation.parameters import ConfigError

    from .conduct import broken_off, conduct
    from .terminal import say

    try:
        _refuse_words(overrides)
        return conduct(overrides, multirun)
    except ConfigError as error:
        say(str(error))
        return BAD_INPUT
    except OSError as error:
        return broken_off(error)


def _refuse_words(overrides: Sequence[str]) -> None:
    """Refuse options that there are not, and a first word that is neither a command nor a setting."""
    from simulation.parameters import ConfigError, unknown

    from .schema import SETTINGS

    for option in (one for one in overrides if one.startswith("-")):
        raise ConfigError("option", option, OPTIONS)
    first = next(iter(overrides), "")
    if first[:1].isalpha() and "=" not in first and first.split(".")[0] not in SETTINGS:
        raise unknown("command", first, list(COMMANDS), "NAME=VALUE, or one of")


if __name__ == "__main__":
    sys.exit(main())
