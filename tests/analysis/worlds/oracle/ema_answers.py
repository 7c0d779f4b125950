"""What ema-workbench makes of worlds.csv, kept in ema.json. It needs Python 3.12 and has an environment of its own:

    python3.12 -m venv ema && ema/bin/pip install ema-workbench==3.0.0 'pandas<3'
    ema/bin/python tests/analysis/worlds/oracle/ema_answers.py

worlds.csv is made here: 200 worlds, six unknowns (one takes few values, so that worlds tie), and in each world the
paired difference that a rule makes. The rule fails where it is negative.
"""

from __future__ import annotations

import json
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from ema_workbench.analysis.prim import Prim

HERE = Path(__file__).parent
COMMAND = " ".join((__doc__ or "").partition("\n\n")[2].partition("\n\n")[0].replace("\n", " && ", 1).split())
CASES = {
    "all": {"worlds": 200},
    "few": {"worlds": 60},
    "impatient": {"worlds": 200, "peel_alpha": 0.1, "paste_alpha": 0.1, "mass_min": 0.1},
    "ties": {"worlds": 200, "columns": ["habit", "steps", "favour"]},
}


def table() -> pd.DataFrame:
    """The worlds: the rule fails mostly where diversion is high and favour low."""
    draw = np.random.default_rng(20)
    made = pd.DataFrame(draw.random((200, 5)), columns=["diversion", "favour", "habit", "taste", "noise"])
    made["favour"] = 10 ** made["favour"]
    made["steps"] = draw.integers(0, 6, 200) / 2
    low, high = made["favour"] < 4, made["diversion"] > 0.5
    made["effect"] = 0.02 - 0.05 * (low & high) + 0.004 * made["steps"] + 0.02 * draw.standard_normal(200)
    return made


def trajectory(worlds: pd.DataFrame, columns: list[str] | None = None, **how: float) -> dict:
    """Each box: what it holds, its limits (None where a side is open) and their quasi-p-values."""
    x = worlds[columns] if columns else worlds.drop(columns="effect")
    box = Prim(x, (worlds["effect"] < 0).to_numpy(), **how).find_box()
    whole, said = box.box_lims[0], []
    for i, limits in enumerate(box.box_lims):
        stats, p = box.peeling_trajectory.loc[i], box.p_values[i]
        ends = {
            name: [
                None if limits.loc[side, name] == whole.loc[side, name] else limits.loc[side, name] for side in (0, 1)
            ]
            for name in p
        }
        chances = {name: [None if one == -1 else one for one in of] for name, of in p.items()}
        said.append({name: float(stats[name]) for name in ("coverage", "density", "mass", "n", "k")})
        said[-1] |= {"limits": ends, "p": chances}
    last = box.resample(iterations=10, p=0.5, rng=7)
    return {
        "boxes": said,
        "reproduced": {name: [float(v) for v in row] for name, row in zip(last.index, last.values, strict=False)},
    }


def answers(worlds: pd.DataFrame) -> dict:
    """Everything the tests compare."""
    made = {}
    for name, case in CASES.items():
        how = dict(case)
        made[name] = {"case": case, **trajectory(worlds.head(how.pop("worlds")), **how)}
    return made


if __name__ == "__main__":
    table().to_csv(HERE / "worlds.csv", index=False, float_format="%.6g")
    versions = {"python": platform.python_version()} | {
        name: version(name) for name in ("ema-workbench", "numpy", "pandas", "scipy")
    }
    made = {"command": COMMAND, "versions": versions, **answers(pd.read_csv(HERE / "worlds.csv"))}
    (HERE / "ema.json").write_text(json.dumps(made, indent=1) + "\n")
