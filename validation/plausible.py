"""Rules in plausible worlds: `python -m validation.plausible` writes docs/plausible.md and docs/plausible.svg.

It runs what is missing of the presets `plausible` and `project_s_worlds`, whose answer goes into README.md, too. Every
number is read off them and off configs/unknowns, where `--calibrate` puts the plausible worlds that `etalase calibrate`
finds.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

import pandas as pd
import yaml

from analysis import Study
from analysis.figures import Drawn, world_ranges
from analysis.findings import Findings
from analysis.headline import WORLDS, headed, told
from analysis.markdown import table
from analysis.parts import Bullets, Part
from analysis.sections.failing import failures, turns
from analysis.sections.worth import told_worth
from analysis.words import listing
from analysis.worlds import robust
from analysis.worlds.of_study import worlds_of
from analysis.worlds.ranges import ranges
from analysis.worlds.split import splits
from analysis.worlds.table import Worlds
from analysis.worlds.words import leading
from experiments import fingerprint
from experiments.worlds.calibrate import calibrate
from experiments.worlds.declared import FOLDER, read_targets, read_unknowns
from validation.baseline_hash import baseline
from validation.studies import RESULTS, StudyFailed, preset

PAGE = Path(__file__).parent.parent / "docs" / "plausible.md"
STRENGTHS, TURNING = PAGE.with_name("worlds.svg"), PAGE.with_name("plausible_turn.svg")
README = PAGE.parent.parent / "README.md"
TEMPLATE = Path(__file__).with_name("plausible.md")
OUTCOME = "survival"
BOTH = "all_owner_income"  # of owners online and in the street
SIDES = {
    OUTCOME: "small shops online alive",
    "street_survival_156w": "shops in the street alive",
    "all_survival_156w": "both alive",
    BOTH: "income of all owners",
    "consumer_surplus": "consumer surplus",
    "platform_profit": "the platform's profit",
}
FILES = ("plausible.csv", "plausible.yaml", "profiles.csv", "targets.csv")
KEPT = {"profiles.csv": "plausible_profiles.csv", "targets.csv": "plausible_targets.csv"}
STALE = (
    "> **These worlds are older than the model** (CHANGELOG, Outputs): the baseline of outcomes has moved since. "
    "`python -m validation.plausible --calibrate` finds them anew.\n\n"
)


def take_over() -> int:
    """Calibrate and put the set where it is shipped from. Returns the exit code."""
    began = time.monotonic()
    if code := calibrate([f"results={RESULTS}"]):
        return code
    folder = RESULTS / "calibration"
    for name in FILES:
        shutil.copyfile(folder / name, FOLDER / KEPT.get(name, name))
    about = yaml.safe_load((FOLDER / "plausible.yaml").read_text(encoding="utf-8"))
    about |= {"baseline": baseline(), "minutes": round((time.monotonic() - began) / 60)}
    (FOLDER / "plausible.yaml").write_text(yaml.safe_dump(about, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return 0


def ranges_table() -> str:
    """A row an unknown: its range, whether it is a belief, its source."""
    rows = [
        [f"`{one.name}`", f"{one.low:g}", f"{one.high:g}", one.scale, one.kind, one.source] for one in read_unknowns()
    ]
    return table(["unknown", "from", "to", "drawn", "kind", "why"], rows)


def targets_table() -> str:
    """A row a target: what is known, and what the plausible worlds show."""
    found = pd.read_csv(FOLDER / "plausible_targets.csv", index_col="target")
    rows = []
    for one in read_targets():
        row = found.loc[one.name]
        told = f"{row['mean']:.3g} ± {row['sd']:.2g}"
        known = f"{one.mean:.3g} ± {one.sd:.2g}"
        rows.append([f"`{one.name}`", known, told, f"{row['distance']:+.1f}", f"{row['nearest']:.1f}", one.source])
    head = ["target", "known", "plausible worlds", "off by, sd", "nearest run, sd", "source"]
    return table(head, rows)


def profiles_table() -> str:
    """A row an unknown, most learnt first."""
    found = pd.read_csv(FOLDER / "plausible_profiles.csv", index_col="unknown").sort_values("learnt", ascending=False)
    rows = [
        [f"`{name}`", *(f"{row[key]:.2f}" for key in ("low", "median", "high")), f"{max(row['learnt'], 0):.0%}",
         f"{row['coverage']:.0%}"]
        for name, row in found.iterrows()
    ]  # fmt: skip
    return table(["unknown", "5 %", "median", "95 %", "learnt", "truths found"], rows)


def robust_table(worlds: Worlds) -> str:
    """A row a scenario: how far its effect ranges, in how many worlds it is best, better or harmful, its regret."""
    rules = worlds.against(next(iter(worlds.baselines.values())))
    made = robust.measures(rules.effects[OUTCOME], rules.weights, 1).sort_values("mean", ascending=False)
    spread = ranges(worlds, OUTCOME)
    rows = [
        [
            worlds.labels[scenario],
            *(_points(value) for value in (spread[scenario].median, spread[scenario].low, spread[scenario].high)),
            *(f"{row[key]:.0%}" for key in ("best", "better", "harmful")),
            _points(row["regret_mean"], sign=False),
            _points(row["worst"]),
        ]
        for scenario, row in made.to_dict("index").items()
    ]
    head = ["against Project S without a rule", "median", "5 %", "95 %", "best in", "better in", "harmful in",
            "mean regret", "worst world"]  # fmt: skip
    return table(head, rows)


def sides_table(worlds: Worlds) -> str:
    """A row a scenario: in how many worlds each side is better off than without the rule."""
    rules = worlds.against(next(iter(worlds.baselines.values())))
    there = [name for name in SIDES if name in rules.effects]
    made = {name: robust.measures(rules.effects[name], rules.weights, 1)["better"] for name in there}
    rows = [
        [worlds.labels[scenario], *(f"{made[name][scenario]:.0%}" for name in there)]
        for scenario in made[OUTCOME].sort_values(ascending=False).index
    ]
    return table(["better off in so many worlds", *(SIDES[name] for name in there)], rows)


def split_table(worlds: Worlds) -> str:
    """A row a scenario: of the variance of one paired difference, how much is luck, opening and world."""
    assert worlds.rows is not None
    found = splits(worlds.rows[[OUTCOME]], worlds.weights).droplevel("outcome").to_dict("index")
    rows = [[worlds.labels[scenario], *_shares(row), f"{100 * row['sd']:.1f}"] for scenario, row in found.items()]
    head = ["scenario", "luck", "the opening draw", "the world", "95 % interval of it", "sd of one difference, points"]
    return table(head, rows)


def _bullets(parts: Sequence[Part]) -> list[str]:
    return [str(one) for part in parts if isinstance(part, Bullets) for one in part.items]


def _shares(row: Mapping[Any, float]) -> list[str]:
    if not row["sd"] > 0:
        return ["–"] * 4
    return [
        *(f"{row[part]:.0%}" for part in ("luck", "opening", "parameters")),
        f"[{row['low']:.0%}, {row['high']:.0%}]",
    ]


def _points(value: float, sign: bool = True) -> str:
    text = f"{100 * value:+.1f}" if sign else f"{100 * value:.1f}"
    return text.replace("-", "−")


def readings(worlds: Worlds) -> dict[str, str]:
    """What an economist, a minister and a class may take from it, each number computed."""
    rules = worlds.against(next(iter(worlds.baselines.values())))
    made = robust.measures(rules.effects[OUTCOME], rules.weights, 1).to_dict("index")
    best = max(made, key=lambda one: made[one]["better"])
    most = max(one["harmful"] for one in made.values())
    harms = [one for one in made if made[one]["harmful"] == most]
    regret = min(made, key=lambda one: made[one]["regret_mean"])
    spread = ranges(worlds, OUTCOME)
    apart = [s for s, one in spread.items() if one.contradicts]
    wide = max(spread, key=lambda one: spread[one].high - spread[one].low)
    base = worlds.labels[next(iter(worlds.baselines.values()))]
    label = {scenario: text.removeprefix(f"{base}, ") for scenario, text in worlds.labels.items()}
    unsure = (
        f"For {listing([label[one] for one in apart])} the interval over seeds leaves out zero while the worlds "
        "disagree on the sign: the seeds alone would have told a story that the doubt does not bear."
        if apart
        else "No effect that luck alone would call certain changes its sign over these worlds."
    )
    return {
        "economist": (
            f"{unsure} The effect that is known least is that of {label[wide]}: from {_points(spread[wide].low)} to "
            f"{_points(spread[wide].high)} points over the worlds. By mean regret {label[regret]} comes first "
            f"({_points(made[regret]['regret_mean'], sign=False)} points). Worlds are weighed by fit to the targets "
            "above; they hold no doubt about the model's form."
        ),
        "minister": (
            f"Under {base}, {label[best]} keeps more small online shops than no rule in {made[best]['better']:.0%} of "
            f"the plausible worlds, and fewer in {made[best]['harmful']:.0%}. Fewer live most often under "
            f"{listing([label[one] for one in harms])}, in {most:.0%}. Street shops are not in these shares: "
            "[street.md](street.md) has them."
        ),
        "teacher": (
            f"Nobody knows which world is ours. Draw one: in {100 * made[best]['better']:.0f} of 100 draws "
            f"{label[best]} would have saved shops. Ask the class which number they would measure first, and why."
        ),
    }


def write(worlds: Worlds, strengths: Study, turn: Drawn | None) -> str:
    """The page: the text by hand around the tables."""
    about: Mapping[str, Any] = yaml.safe_load((FOLDER / "plausible.yaml").read_text(encoding="utf-8"))
    rules = worlds.against(next(iter(worlds.baselines.values())))
    leaders = robust.leaders(robust.measures(rules.effects[OUTCOME], rules.weights, 1), 1)
    fights = [
        f"No run meets `{a}` and `{b}` together: the nearest misses one by {size:.1f} sd."
        for a, b, size in about["fights"]
    ]
    pairs = "; ".join(f"`{a}` with `{b}` {r:+.2f}".replace("-", "−") for a, b, r in about["correlations"][:6])
    assert worlds.rows is not None
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(
        readings(worlds),
        notice="" if about["baseline"] == baseline() else STALE,
        unknowns=len(about["unknowns"]),
        ranges=ranges_table(),
        runs=f"{about['runs']:,}",
        consumers=f"{about['consumers']:,}",
        left=f"{about['not_ruled_out']:,}",
        effective=f"{about['effective']:.0f}",
        kept=about["worlds"],
        targets=targets_table(),
        fights=" ".join(fights) or "Some run meets each pair of targets together: none of them fight.",
        profiles=profiles_table(),
        correlations=f"Go together: {pairs}." if pairs else "No two unknowns go together by more than .3.",
        truths=about["truths"],
        coverage=f"{about['coverage_of_90']:.0%}",
        scenarios=len(worlds.scenarios) + 1,
        strengths=told(strengths, WORLDS),
        turn="" if turn is None else f"![{turn.title}]({TURNING.name})\n\n{turn.caption}",
        worlds=worlds.effects.index.get_level_values("world").nunique(),
        pairs=round(len(worlds.rows) / len(worlds.effects)),
        robust=robust_table(worlds),
        leaders=leading({name: worlds.labels[scenario] for name, scenario in leaders.items()}),
        split=split_table(worlds),
        sides=sides_table(worlds),
        street="\n".join(
            f"- {line}" for line in _bullets(failures(worlds, BOTH)) if "eparation" in line or "31/2023" in line
        ),
        failures="\n".join(f"- {line}" for line in _bullets(failures(worlds, OUTCOME))),
        worth=told_worth(worlds, OUTCOME) or "Too few worlds to say.",
        version=about["version"],
        model=about["model"],
        distinct=about["distinct"],
        noise=f"{2 * (2 / about['effective']) ** 0.5:.0%}",
        worst=f"{about['worst_coverage']:.0%}",
    )


def picture(drawn: Drawn | None, path: Path, height: int) -> None:
    """Write a figure as a picture; nothing, and none of an earlier time, where there is none."""
    path.unlink(missing_ok=True)
    if drawn is not None:
        drawn.figure.write_image(path, width=900, height=height)


def main(arguments: list[str] | None = None) -> int:
    """Write the page. Returns the exit code: 0, 1 where runs are missing, 2 on bad input."""
    given = sys.argv[1:] if arguments is None else arguments
    if given not in ([], ["--calibrate"]):
        print(
            f"python -m validation.plausible: got {' '.join(given)}; it may be --calibrate, or nothing", file=sys.stderr
        )
        return 2
    if given and (code := take_over()):
        return code
    try:
        study, strengths = preset("plausible"), preset("project_s_worlds")
    except StudyFailed as error:
        print(error, file=sys.stderr)
        return 1
    worlds, of_strengths = worlds_of(Findings(study)), worlds_of(Findings(strengths))
    assert worlds is not None
    assert of_strengths is not None
    turn = turns(worlds, BOTH)
    PAGE.write_text(write(worlds, strengths, turn), encoding="utf-8")
    picture(world_ranges(worlds, OUTCOME), PAGE.with_suffix(".svg"), 60 + 40 * len(worlds.scenarios))
    picture(world_ranges(of_strengths, OUTCOME), STRENGTHS, 60 + 40 * len(of_strengths.scenarios))
    picture(turn, TURNING, 460)
    README.write_text(headed(README.read_text(encoding="utf-8"), strengths, WORLDS), encoding="utf-8")
    print(f"wrote {PAGE} (model {fingerprint.model_hash()})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
