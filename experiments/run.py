"""The command: plan a study, run what is missing of it, store it, show it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .study import Study

HELP = """\
etalase [-m] [NAME=VALUE ...]       (or python -m experiments.run)

Runs a market, or a study of many, and writes results/STUDY/report.html.

  etalase experiment=project_s                      the headline study: what Project S does, and which rule changes it
  etalase market=classroom platform=project_s       one small market, in seconds
  etalase -m platform=project_s regulation=none,separation,'[separation,data_firewall]' replications=5
                                                    a sweep: several values of a setting, a cell for each combination

What to run       market, platform, algorithm, regulation (a name, or '[a,b]'), demand, consideration; experiment=PRESET
How much          weeks=156, seed=0, replications=1 (the seeds seed, seed+1, ... in every cell), workers=null (every core)
Where to          study=NAME in results=results
Any parameter     market.consumers=10000, platform.self_preference=0.5, regulation.separation.start_week=52, ...

A name that does not exist is answered with those that do. Runs that are stored are not run again: a study that was
stopped goes on when the same command is given, and more seeds or cells are added to it.
"""
MOST_ROWS = 40
BAD_INPUT, FAILED, STOPPED = 2, 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. Returns the exit code: 0, 1 where runs failed, 2 on bad input, 130 on Ctrl-C."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if {"-h", "--help"} & set(arguments):
        print(HELP, end="")
        return 0
    try:
        from simulation.parameters import ConfigError

        try:
            return run(arguments)
        except ConfigError as error:
            return _say(str(error), BAD_INPUT)
    except KeyboardInterrupt:
        return _say("stopped; what is stored stays, and the same command goes on with the rest", STOPPED)


def run(arguments: Sequence[str]) -> int:
    """Plan, run and show the study that the arguments describe. Raises `ConfigError` on bad input."""
    from . import plan, study
    from .execute import execute, plan_jobs
    from .progress import Progress

    multirun = bool({"-m", "--multirun"} & set(arguments))
    planned = plan.make([a for a in arguments if a not in ("-m", "--multirun")], multirun)
    with study.opened(planned, f"etalase {shlex.join(arguments)}".rstrip()) as opened:
        _announce(opened)
        jobs = plan_jobs(opened.store, opened.missing, planned.workers)
        ended_early, failed = [], 0
        if jobs:
            total = sum(len(job.seeds) for job in jobs)
            with Progress(total, opened.store.count) as progress:
                ended_early = execute(jobs, planned.workers)
            failed = progress.counted()[1]
        opened.finish()
        return max(_show(opened), _failures(opened, ended_early, failed))


def _announce(study: Study) -> None:
    """Say what is about to run, on stderr as all that is no result."""
    cells, seeds = len(study.plan.cells), len(study.plan.seeds)
    missing = sum(len(seeds) for _, seeds in study.missing)
    if study.set_aside is not None:
        print(f"Results of another version of the model or of other data now lie in {study.set_aside}", file=sys.stderr)
    stored = cells * seeds - missing
    there = f", {stored} of them stored already" if stored else ""
    print(f"Study {study.plan.study}: {_many(cells, 'cell')} with {_many(seeds, 'seed')}{there}", file=sys.stderr)


def _show(study: Study) -> int:
    """Print the table of means and write the report."""
    if not study.store.stored():
        return FAILED
    from analysis import load, report

    from .summary import means

    print(means(load(study.folder), [cell.cell_id for cell in study.plan.cells]))
    print(f"Report: {report.write(study.folder)}")
    return 0


def _failures(study: Study, ended_early: Sequence[str], failed: int) -> int:
    """Say in one line what failed, if anything did."""
    if failed:
        return _say(f"{_many(failed, 'run')} failed; why stands in {study.folder / 'failures'}", FAILED)
    if ended_early:
        return _say(f"not every run was done ({ended_early[0]}); the same command goes on with the rest", FAILED)
    return 0


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _say(line: str, code: int) -> int:
    """One line on stderr, whatever is in it."""
    print("etalase:", " ".join(line.split()), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
