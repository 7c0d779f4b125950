"""The commands of `etalase`: one table, from which the parser, the help and the call are made.

Nothing that a command needs is imported before the command is given: help comes at once, status soon.
"""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NoReturn

from .limits import MODEL, STORE, TABLES, Need

Options = Mapping[str, Any]
FLAG = ""  # the values of an option that has none: it is given or not


@dataclass(frozen=True)
class Command:
    """A word after `etalase`.

    `function` is MODULE:NAME in this package. Of a study's command it takes the study's folder, of another the
    words after the command, and returns an exit code. Each option that is given it takes by name, as text.
    """

    does: str
    function: str
    options: Mapping[str, str] = field(default_factory=dict)  # by name: what the value may be, for the help
    needs: Need = STORE
    of_a_study: bool = True
    takes: str = "STUDY [results=FOLDER]"

    def load(self) -> Callable[..., Any]:
        """Import the function."""
        module, _, name = self.function.partition(":")
        found: Callable[..., Any] = getattr(import_module(f".{module}", __package__), name)
        return found


COMMANDS: Mapping[str, Command] = {
    "status": Command("Tell how far a study is.", "study_commands:status"),
    "check": Command(
        "Read every byte of a study, tell what is torn, missing, foreign or twice, and end with 1 if anything is; with "
        "--mend set aside what is damaged.",
        "check:check",
        {"mend": FLAG},
    ),
    "compact": Command("Make few files of the many of an earlier version.", "study_commands:make_compact"),
    "report": Command(
        "Write the report anew; with --format write each of its figures as a picture.",
        "study_commands:make_report",
        {"language": "en|id", "format": "png,svg,pdf"},
        TABLES,
    ),
    "brief": Command(
        "Write the study on one A4 page, as HTML and as PDF: the answer, the rules and who pays, what it depends on; "
        "with --format slides on five slides.",
        "study_commands:make_brief",
        {"language": "en|id", "format": "page|slides"},
        TABLES,
    ),
    "list": Command(
        "Name what there is to choose and to measure: rules, rankings, platforms, presets, markets, outcomes and more.",
        "catalogue:list_names",
        needs=MODEL,
        of_a_study=False,
        takes="[rules|rankings|platforms|presets|markets|outcomes|settings|...] [plugins=NAME]",
    ),
    "explain": Command(
        "Tell what a name means: its definition, its settings, their units, ranges and sources.",
        "catalogue:explain",
        needs=MODEL,
        of_a_study=False,
        takes="NAME [plugins=NAME]",
    ),
    "table": Command(
        "Write the study's tables for a paper or a spreadsheet. latex and markdown hold means and differences; who "
        "pays, hazard ratios and fates are in csv only; parquet is all that is stored, as it is. With --outcomes "
        "take these outcomes, with --label begin LaTeX's labels and the files' names with a name.",
        "study_commands:make_table",
        {
            "format": "csv,latex,markdown,xlsx,parquet",
            "language": "en|id",
            "outcomes": "NAME,NAME",
            "label": "NAME",
        },
        TABLES,
    ),
    "bundle": Command(
        "Write the study as one file to pass on, results/STUDY.zip: report, tables, all runs, versions, digests, and a "
        "preset that makes it again. An RO-Crate.",
        "bundle:bundle",
        needs=TABLES,
    ),
    "calibrate": Command(
        "Find the plausible worlds: draws of what nobody has measured that show what is known of the market. The study "
        "is resumable; worlds=results/STUDY/plausible.csv then runs any study in them.",
        "worlds.calibrate:calibrate",
        {"points": "NUMBER", "keep": "NUMBER", "targets": "FILE.yaml", "ranges": "FILE.yaml"},
        needs=MODEL,
        of_a_study=False,
        takes="[NAME=VALUE ...] [study=NAME]",
    ),
    "search": Command(
        "Search for the best mix of rules: all alone and in pairs, then mixes that evolve over rules, start, strength "
        "and level (NSGA-II); the winners are scored again on fresh seeds. Stopped, the same command goes on.",
        "search.command:search",
        {
            "rules": "RULE,RULE,...",
            "trials": "NUMBER",
            "objectives": "OUTCOME,OUTCOME,...",
            "cost": "RP",
            "loss": "RP",
            "fresh": "WORLDS",
        },
        needs=MODEL,
        of_a_study=False,
        takes="[NAME=VALUE ...] [study=NAME]",
    ),
    "classroom": Command(
        "Serve the class page on this machine, with a class session; with --lan to phones on the local network, with "
        "--export write it as one file that opens offline, with --print the paper for a lesson.",
        "classroom.command:classroom",
        {"export": "FILE.html", "picture": "FILE.png", "print": "FOLDER", "lan": FLAG, "port": "NUMBER"},
        needs=MODEL,
        of_a_study=False,
        takes="[results=FOLDER] [draws=NUMBER] [weeks=NUMBER]",
    ),
}
RUN = "run"  # what is meant where the first word is no command
RUNNING = Command(
    "Run a market, or a study of many, and write results/STUDY/report.html.",
    "at_the_desk:run",
    {
        "cfg": "job",
        "resolve": FLAG,
        "info": FLAG,
        "config-dir": "FOLDER",
        "shell-completion": "install=bash|zsh|fish",
    },
    needs=MODEL,
    of_a_study=False,
    takes="[-m] [NAME=VALUE ...]",
)
SHORT = {"cfg": "-c", "info": "-i", "config-dir": "-cd", "shell-completion": "-sc"}  # as in Hydra
DOES = {
    "cfg": "print every setting as YAML and run nothing",
    "resolve": "as in Hydra; what --cfg prints is resolved in any case",
    "info": "print versions, where names are looked up, and what there is to choose",
    "config-dir": "look presets (experiment/), markets (market/) and the like up in a folder of your own, too",
    "shell-completion": 'print a script for your shell: eval "$(etalase -sc install=bash)"',
}
ELSEWHERE = {  # options of Hydra's that are none here, and what does what they do
    "--config-name": "given as experiment=PRESET, or experiment=./FILE.yaml",
    "-cn": "given as experiment=PRESET, or experiment=./FILE.yaml",
    "--config-path": "given as --config-dir FOLDER",
    "-cp": "given as --config-dir FOLDER",
    "--run": "left out, it is what happens",
    "-r": "left out, it is what happens",
    "--package": "left out, --cfg job prints all",
    "-p": "left out, --cfg job prints all",
    "--hydra-help": "left out; --help tells all, --info what there is to choose",
    "--experimental-rerun": "left out; the command in manifest.json makes a study again",
}
HELP = """
  etalase market=classroom platform=project_s    one small market, in seconds
  etalase experiment=project_s                   the headline study: Project S, and each rule against it
  etalase -m platform=project_s regulation=none,separation,'[separation,data_firewall]' replications=5
                                                 a sweep: a scenario for each combination of values, each a list
                                                 (1,2,3) or a range without its end (range(0,1,0.1))

What to run     market, platform, algorithm, regulation (a name, or '[a,b]'), demand, consideration;
                experiment=PRESET for all that a preset says
How much        weeks=156; seed=0, replications=1 (in every scenario the seeds seed, seed+1, ...)
With what       workers=null (every core); hydra/launcher=joblib (processes), basic (this process),
                ray or submitit_slurm (several machines)
Where to        results/STUDY: study=NAME, else named after preset and settings; results=FOLDER
Any parameter   market.consumers=10000, platform.favour=2, regulation.separation.start_week=52

A name that does not exist is answered with those that do. What is stored is not run again: a study that
was stopped goes on when the same command is given, and more seeds or scenarios are added to it.
"""


class UsageError(ValueError):
    """Arguments that cannot be used. Its message is one line: what it got, what it may be."""


class Parser(argparse.ArgumentParser):
    """A parser that raises `UsageError`, and so leaves exit codes and the form of the line to its caller."""

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found to be wrong."""
        raise UsageError(f"option: got {message}; it may be {_options()}")


class Version(argparse.Action):
    """Print the version, without loading what it is the version of."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print it, and end."""
        try:
            print("etalase", version("etalase"))
        except PackageNotFoundError:
            print("etalase (not installed)")
        parser.exit()


def parse(arguments: Sequence[str]) -> tuple[str, list[str], Options]:
    """Return the command's name, its words, and the options that are given.

    Raises `UsageError` for an option that there is not or that lacks its value, `SystemExit` after help or version.
    """
    name = arguments[0] if arguments and arguments[0] in COMMANDS else RUN
    if name == RUN and (other := next((one for one in arguments if one.partition("=")[0] in ELSEWHERE), None)):
        raise UsageError(_unknown(name, other))
    found, others = make_parser().parse_known_args([name, *arguments[name != RUN :]])
    options = vars(found)
    words = [*options.pop("words"), *others]
    for word in words:
        if word.startswith("-"):
            raise UsageError(_unknown(name, word))
    for option, value in options.items():
        if value is None:
            spelled = option.replace("_", "-")
            raise UsageError(f"{name}: got the option --{spelled} without a value; it may be --{spelled}=VALUE")
    return name, words, options


def make_parser() -> Parser:
    """Make the parser, with a subparser for each command."""
    parser = Parser(prog="etalase")
    commands = parser.add_subparsers()
    for name, command in {RUN: RUNNING, **COMMANDS}.items():
        form = argparse.RawDescriptionHelpFormatter if name == RUN else argparse.HelpFormatter
        does, more = (_all_commands(), HELP) if name == RUN else (command.does, None)
        one = commands.add_parser(
            name, usage=_usage(name, command), description=does, epilog=more, formatter_class=form
        )
        _declare(one, command)
    return parser


def show_help() -> None:
    """Print what `etalase --help` does."""
    with suppress(SystemExit):
        make_parser().parse_args([RUN, "--help"])


def _declare(parser: argparse.ArgumentParser, command: Command) -> None:
    """Declare what a command takes; of its options only those that are given go to its function."""
    parser.allow_abbrev = False
    parser.add_argument("words", nargs="*", default=[], help=argparse.SUPPRESS)
    parser.add_argument(
        "--version", action=Version, nargs=0, default=argparse.SUPPRESS, help="print the version and end"
    )
    for option, values in command.options.items():
        form: Mapping[str, Any] = {"action": "store_true"} if values == FLAG else {"nargs": "?", "metavar": values}
        spellings = [f"--{option}", *([SHORT[option]] if option in SHORT and command is RUNNING else [])]
        does = DOES.get(option) if command is RUNNING else None
        parser.add_argument(*spellings, default=argparse.SUPPRESS, help=does, **form)
    if command is RUNNING:
        many = "run a scenario for each of several values of a setting"
        parser.add_argument("-m", "--multirun", action="store_true", default=argparse.SUPPRESS, help=many)


def _usage(name: str, command: Command) -> str:
    """The line that says what may follow; for the implicit command the lines of all."""
    if name == RUN:
        return "\n       ".join(
            [f"etalase {command.takes}       (or python -m experiments.run)"]
            + [_usage(other, COMMANDS[other]) for other in COMMANDS]
        )
    return " ".join(
        ["etalase", name, command.takes, *(f"[{f'--{o} {v}'.rstrip()}]" for o, v in command.options.items())]
    )


def _all_commands() -> str:
    """What each command does, a paragraph each."""
    rows = [textwrap.wrap(command.does, 92) for command in COMMANDS.values()]
    told = [f"  {name:10}" + f"\n{'':12}".join(row) for name, row in zip(COMMANDS, rows, strict=True)]
    return "\n".join([RUNNING.does, "", *told])


def _unknown(name: str, option: str) -> str:
    if name == RUN and (known := ELSEWHERE.get(option.partition("=")[0])):
        return f"option: got {option}; it may be {known}"
    if name == RUN:
        return f"option: got {option}; it may be {_options()}"
    there = " or ".join(f"--{one}" for one in COMMANDS[name].options) or "left out: there are no options"
    return f"{name}: got the option {option}; it may be {there}"


def _options() -> str:
    """Every option that there is, and after which command."""
    given = {name: " or ".join(f"--{option}" for option in one.options) for name, one in COMMANDS.items()}
    own = [f"{options} after {name}" for name, options in given.items() if options]
    running = ", ".join(f"--{option}" for option in RUNNING.options)
    return "; ".join([f"-m or --multirun, -h or --help, --version, {running}", *own])
