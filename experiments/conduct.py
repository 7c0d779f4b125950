"""Conducting a study: plan it, run what is missing, store it, show it."""

from __future__ import annotations

from collections.abc import Sequence

from analysis.datasets import StudyError
from analysis.words import plural

from . import duration, inputs, plan
from .execute import execute, plan_jobs
from .folder import OpenStudy, opened
from .progress import Progress
from .store import Counter
from .summary import means
from .terminal import say

OK, FAILED = 0, 1


def conduct(arguments: Sequence[str], multirun: bool, command: str) -> int:
    """Conduct the study that the overrides describe. Returns 0, or 1 where some run is not stored.

    command: as the user gave it, for the manifest. Raises `ConfigError` on bad input, before anything is run or
    written.
    """
    planned = plan.make(arguments, multirun)
    with opened(planned, command) as study:
        code = _carry_out(study)
        return max(code, _show(study))


def carry_out(study: OpenStudy) -> int:
    """Run and store what a study lacks. Returns 0, or 1 where some run is not stored."""
    try:
        return _carry_out(study)
    except OSError as error:
        return broken_off(error)


def _carry_out(study: OpenStudy) -> int:
    _announce(study)
    inputs.keep(study.folder, study.plan.inputs)
    code = _run(study)
    if lacking := study.lacking(study.finish()):
        say(f"{plural(lacking, 'run')} missing: deleted or damaged meanwhile; the same command goes on with the rest")
        return FAILED
    return code


def broken_off(error: OSError) -> int:
    """Say that results cannot be stored, as on a full disk. Returns 1."""
    say(f"broken off: {error}; the same command goes on with what is missing")
    return FAILED


def _announce(study: OpenStudy) -> None:
    """Say what is about to run."""
    for note in study.plan.notes:
        say(note)
    scenarios, seeds = len(study.plan.scenarios), len(study.plan.seeds)
    for line in study.mended:
        say(line)
    if study.set_aside is not None:
        say(f"results of another version of the model, of other data or other worlds, now lie in {study.set_aside}")
    stored = scenarios * seeds - study.runs_missing
    there = f", {stored:,} of the runs stored already" if stored else ""
    say(f"study {study.plan.study}, {plural(scenarios, 'scenario')} with {plural(seeds, 'seed')}{there}")
    runs = [(scenario.config, len(seeds)) for scenario, seeds in study.missing]
    launcher = study.plan.launcher
    if not launcher.elsewhere and (long := duration.told(runs, launcher.workers)):  # whose nodes are not known here
        say(long)


def _run(study: OpenStudy) -> int:
    """Run what is missing, and say in one line what failed, if anything did."""
    if not study.missing:
        return OK
    launcher = study.plan.launcher
    jobs = plan_jobs(study.store, study.missing, launcher.workers, study.plan.plugins)
    with Progress(study.runs_missing, Counter(study.store)):
        execute(jobs, launcher=launcher)
    failed = len(study.store.failed() & {(job.scenario.scenario_id, seed) for job in jobs for seed in job.seeds})
    if failed:
        say(f"{plural(failed, 'run')} failed, one with {study.store.last_failure()}")
    return FAILED if failed else OK


def _show(study: OpenStudy) -> int:
    """Print the table of means, write the report and say where it lies."""
    from analysis import load, report  # late: pandas and figures take their time, and runs do without them

    scenarios = {scenario.scenario_id for scenario in study.plan.scenarios}
    try:
        found = load(study.folder)
    except StudyError:  # none has been stored
        return FAILED
    if scenarios.isdisjoint(found.scenarios):
        return FAILED
    print(means(found, scenarios))
    print(f"Report: {report.write(found)}")
    return OK
