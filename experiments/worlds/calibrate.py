"""The command `etalase calibrate`: which worlds are plausible, judged by what is known of the market without Project S.

Three studies are run and stored as any other, so that a stopped command goes on: the settings' own world with several
seeds, for how far luck alone moves a measure; worlds spread evenly over all ranges; and a second wave of worlds in what
the first wave's runs, and a smooth surface through them, do not rule out. `analysis.worlds.fit` weighs both waves.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

from analysis.datasets import StudyError, failed_runs
from analysis.whole import write_atomically
from analysis.words import plural
from analysis.worlds import fit as fitting
from analysis.worlds.fit import Fit
from analysis.worlds.measures import MORE, measured
from simulation.outcomes.record import OUTCOMES
from simulation.settings.parameter import ConfigError

from .. import duration, fingerprint, plan
from ..conduct import carry_out
from ..folder import opened
from ..studies import Study, read
from ..terminal import say
from .declared import RANGES, TARGETS, Target, Unknown, possible, read_targets, read_unknowns
from .sets import Worlds, spread

OK, FAILED = 0, 1
BASE = {
    "market": "indonesia_2023",
    "platform": "marketplace_only",
    "market.consumers": "5000",
    "market.calibration_consumers": "5000",
}
LEAST = 30  # equally plausible worlds, below which a set says too little
NAME, POINTS, LUCK, KEEP, TRUTHS = "calibration", 192, 16, 200, 400
CANDIDATES = 200_000  # points of the ranges that the second wave is picked from


@dataclass(frozen=True)
class Asked:
    """What the command was asked for, checked."""

    study: str
    results: str
    settings: tuple[str, ...]
    points: int
    keep: int
    targets: tuple[Target, ...]
    unknowns: tuple[Unknown, ...]


@dataclass(frozen=True)
class Left:
    """What a wave leaves of the ranges: worlds spread over it, its share of them, and whether it holds a point."""

    worlds: Worlds
    size: float
    holds: Callable[[NDArray[np.float64]], NDArray[np.bool_]]


def calibrate(words: Sequence[str], points: str = "", keep: str = "", targets: str = "", ranges: str = "") -> int:
    """Run both waves, weigh them and write the plausible worlds into results/STUDY. Returns the exit code.

    words: settings of the market, study=NAME and results=FOLDER. points: worlds a wave. keep: plausible worlds.
    """
    asked = _asked(words, points, keep, targets, ranges)
    try:
        return _calibrate(asked)
    except StudyError as error:
        say(str(error))
        return FAILED


def _calibrate(asked: Asked) -> int:
    """Run what is missing of all three studies, and write what follows."""
    say(
        f"calibrate: {LUCK} runs for luck, then two waves of {asked.points} runs, of {len(asked.unknowns)} unknowns "
        f"against {len(asked.targets)} targets; stopped, the same command goes on"
    )
    one = plan.make([*asked.settings, "study=any"])
    if long := duration.told([(one.scenarios[0].config, LUCK + 2 * asked.points)], one.launcher.workers):
        say(f"calibrate: all of it takes {long}")
    luck, failed = _conduct(asked, "luck", [f"replications={LUCK}"])
    if failed:
        say(f"calibrate: {failed} of {LUCK} runs failed in the settings' own world")
        return FAILED
    unseen = _found(luck, [target.name for target in asked.targets]).isna().any()
    if unseen.any():
        raise ConfigError("targets", unseen.idxmax(), "what runs of this market and of so many weeks show")
    waves = [_wave(asked, "wave_1", spread(asked.unknowns, asked.points))]
    left = _left(asked, _fit(asked, luck, waves))
    if left is None:
        return _write(asked, _fit(asked, luck, waves))
    waves.append(_wave(asked, "wave_2", left.worlds))
    return _write(asked, _fit(asked, luck, waves, left))


def _asked(words: Sequence[str], points: str, keep: str, targets: str, ranges: str) -> Asked:
    given = dict(word.partition("=")[::2] for word in words)
    study, results = given.pop("study", NAME), given.pop("results", "results")
    aims, measures = read_targets(Path(targets) if targets else TARGETS), [*OUTCOMES, *MORE]
    if strange := [aim.name for aim in aims if aim.name not in measures]:
        raise ConfigError("targets", strange[0], f"what is measured: {', '.join(measures)}")
    return Asked(
        study,
        results,
        tuple(f"{name}={value}" for name, value in {**BASE, **given}.items()),
        _count("points", points, POINTS),
        _count("keep", keep, KEEP),
        tuple(aims),
        tuple(read_unknowns(Path(ranges) if ranges else RANGES)),
    )


def _count(name: str, text: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdecimal() and 16 <= int(text) <= 10_000):
        raise ConfigError(f"--{name}", text, "a whole number from 16 to 10,000")
    return int(text)


def _conduct(asked: Asked, part: str, more: Sequence[str]) -> tuple[Study, int]:
    """Run and store one study, and return its runs of these settings and worlds; and how many failed.

    Raises `StudyError` where some are neither stored nor failed, as when the disk is full.
    """
    arguments = [*asked.settings, *more, f"study={asked.study}_{part}", f"results={asked.results}"]
    planned = plan.make(arguments)
    with opened(planned, shlex.join(["etalase", *arguments])) as study:
        carry_out(study)
    found, here = read(planned.folder), planned.scenarios[0].scenario_id
    asked_for = (found.runs["scenario_id"] == here) & found.runs["seed"].isin(planned.seeds)
    manifest = {**found.manifest, "scenarios": [one for one in found.planned if one["scenario_id"] == here]}
    runs = found.runs[asked_for].reset_index(drop=True)
    failed = len(failed_runs(planned.folder) & {(here, seed) for seed in planned.seeds})
    if lacking := len(planned.seeds) - len(runs) - failed:
        raise StudyError(f"{planned.folder}: {plural(lacking, 'run')} missing; the same command goes on with the rest")
    return replace(found, runs=runs, manifest=manifest), failed


def _wave(asked: Asked, part: str, worlds: Worlds) -> tuple[Study, Worlds]:
    """Run one wave; its worlds lie beside its study. A world whose market cannot open is left out, and counted."""
    path = Path(asked.results) / asked.study / f"{part}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, worlds.csv().encode())
    study, failed = _conduct(asked, part, [f"worlds={path}"])
    if failed:
        say(f"calibrate: {failed} of {len(worlds)} worlds cannot be, and are left out")
    return study, worlds


def _fit(asked: Asked, luck: Study, waves: Sequence[tuple[Study, Worlds]], left: Left | None = None) -> Fit:
    """The runs of the waves against the targets.

    Of n1 worlds spread over all ranges and n2 over a part of them of size L, draws lie n1 + n2/L dense in the part and
    n1 outside of it.
    """
    known_of = pd.DataFrame(map(asdict, asked.targets)).set_index("name")
    names = list(known_of.index)
    tables = [_found(study, names) for study, _ in waves]
    found = pd.concat([table.droplevel("scenario_id") for table in tables], ignore_index=True)
    rows = [_shares(worlds, asked.unknowns, study) for study, worlds in waves]
    shares = pd.DataFrame(np.vstack(rows), columns=[one.name for one in asked.unknowns])
    return Fit(
        shares,
        found,
        known_of["mean"],
        known_of["sd"],
        known_of["discrepancy"],
        _found(luck, names).std(),
        None if left is None else pd.Series(len(rows[0]) + len(rows[1]) / left.size * left.holds(shares.to_numpy())),
    )


def _found(study: Study, names: list[str]) -> pd.DataFrame:
    """What each run shows of the targets, in the order of the study's runs."""
    consumers = study.planned[0]["config"]["market"]["consumers"]
    return measured(study, names, consumers).loc[study.by_run.index]


def _shares(worlds: Worlds, unknowns: Sequence[Unknown], study: Study) -> NDArray[np.float64]:
    """Where the world of each run of a study lies in the ranges. (runs, unknowns)"""
    table = _in_ranges(worlds, unknowns)
    seeds = study.by_run.index.get_level_values("seed")
    return table[[worlds.of_seed(int(seed)) for seed in seeds]]


def _in_ranges(worlds: Worlds, unknowns: Sequence[Unknown]) -> NDArray[np.float64]:
    """Where each world lies in the ranges, 0 to 1. (worlds, unknowns)"""
    rows = ([one.share(value) for one, value in zip(unknowns, row, strict=True)] for row in worlds.values)
    return np.array(list(rows))


def _left(asked: Asked, fit: Fit) -> Left | None:
    """Return worlds spread over what the first wave leaves, by a surface through its runs; None where nothing is left.

    A point is left if its predicted distance, with the surface's own error in it, is at most three for every target.
    """
    names = list(fit.target.index)
    whole = fit.found[names].notna().all(axis=1)
    shares, found = fit.shares[whole].to_numpy(), fit.found.loc[whole, names].to_numpy()
    coefficients, error = fitting.screen(shares, found)
    candidates = spread(asked.unknowns, CANDIDATES, seed=1, checked=False)
    table = _in_ranges(candidates, asked.unknowns)
    sd = np.sqrt(fit.kernel.to_numpy(float) ** 2 + error**2)  # the surface's error holds the luck of runs

    def holds(shares: NDArray[np.float64]) -> NDArray[np.bool_]:
        off = np.abs(fitting.features_of(shares) @ coefficients - fit.target.to_numpy(float)) / sd
        return np.asarray((off <= fitting.RULED_OUT).all(axis=1))

    left = np.flatnonzero(holds(table))
    say(f"calibrate: the first wave leaves {len(left) / len(table):.1%} of the ranges")
    if not len(left):
        return None
    unknowns = candidates.unknowns
    drawn = (candidates.values[i] for i in left)
    values = tuple(islice((one for one in drawn if possible(unknowns, one)), asked.points))
    worlds = Worlds("left", unknowns, values, (1 / len(values),) * len(values))
    return Left(worlds, len(left) / len(table), holds)


def _write(asked: Asked, fit: Fit) -> int:
    """Write the set and what is to be said of it; where nothing fits, say which target keeps all out."""
    folder = Path(asked.results) / asked.study
    if fit.alarm:
        say(f"calibrate: no world fits: the nearest run misses {fit.alarm} by more than {fitting.RULED_OUT:g} sd")
        return FAILED
    if fit.effective < LEAST:
        said = f"the worlds that fit say as much as {fit.effective:.0f} equally plausible ones, under {LEAST}"
        say(f"calibrate: {said}; take more --points")
        return FAILED
    heavy = np.flatnonzero(fit.weights.to_numpy() > 0)
    values = tuple(
        tuple(float(f"{one.at(share):.6g}") for one, share in zip(asked.unknowns, fit.shares.iloc[i], strict=True))
        for i in heavy
    )
    names = tuple(one.name for one in asked.unknowns)
    whole = Worlds("plausible", names, values, tuple(fit.weights.to_numpy()[heavy].tolist()))
    worlds = whole.take(asked.keep)
    cover, truths = fitting.coverage(fit, most=TRUTHS)
    files: Mapping[str, str] = {
        "plausible.csv": worlds.csv(),
        "plausible.yaml": yaml.safe_dump(
            _about(asked, fit, worlds, cover, truths), sort_keys=False, allow_unicode=True
        ),
        "profiles.csv": fit.profiles().assign(coverage=cover).rename_axis("unknown").to_csv(float_format="%.6g"),
        "targets.csv": fit.met().rename_axis("target").to_csv(float_format="%.6g"),
    }
    for name, text in files.items():
        write_atomically(folder / name, text.encode())
    print(_told(fit, worlds, cover))
    print(f"Plausible worlds: {folder / 'plausible.csv'}")
    return OK


def _about(asked: Asked, fit: Fit, worlds: Worlds, cover: pd.Series, truths: int) -> dict[str, Any]:
    """What is said of the set beside it."""
    config = plan.make([*asked.settings, "study=any"]).scenarios[0].config
    return {
        "market": config["market"]["name"],
        "consumers": config["market"]["consumers"],
        "worlds": len(worlds),
        "digest": worlds.digest,
        "runs": len(fit.weights),
        "not_ruled_out": int(fit.plausible.sum()),
        "effective": round(fit.effective, 1),
        "coverage_of_90": round(float(cover.mean()), 3),
        "worst_coverage": round(float(cover.min()), 3),
        "truths": truths,
        "distinct": len(set(worlds.values)),
        "correlations": [[*pair, round(r, 2)] for pair, r in fit.correlations()],
        "fights": [[a, b, round(size, 2)] for a, b, size in fit.fights()],
        "model": fingerprint.model_hash(),
        "version": fingerprint.versions()["etalase"],
        "command": shlex.join(
            ["etalase", "calibrate", *asked.settings, f"--points={asked.points}", f"--keep={asked.keep}"]
        ),
        "unknowns": [one.name for one in asked.unknowns],
    }


def _told(fit: Fit, worlds: Worlds, cover: pd.Series) -> str:
    """The fit in a few lines."""
    left, runs = int(fit.plausible.sum()), len(fit.weights)
    lines = [
        f"{left} of {runs} worlds are not ruled out; they say as much as {fit.effective:.0f} equally plausible ones; "
        f"{len(worlds)} are kept.",
        f"A synthetic truth lies in its 90 % range in {cover.mean():.0%} of cases.",
    ]
    for name, row in fit.met().iterrows():
        lines.append(
            f"  {name}: known {row.known:.3g} ± {row.known_sd:.2g}, plausible {row['mean']:.3g} ± {row['sd']:.2g}"
        )
    learnt = fit.profiles()["learnt"].sort_values(ascending=False)
    lines.append("Learnt: " + ", ".join(f"{name} {share:.0%}" for name, share in learnt.items() if share > 0.1))
    for a, b, size in fit.fights():
        lines.append(f"No run meets {a} and {b} together: the nearest misses one by {size:.1f} sd.")
    return "\n".join(lines)
