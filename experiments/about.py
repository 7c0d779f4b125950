"""What the command tells of itself and of a setting instead of running anything: --cfg, --info."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Any

from omegaconf import OmegaConf

from simulation.settings.parameter import ConfigError
from simulation.settings.strategies import STRATEGIES

from . import configs, fingerprint, plan
from .plan import Plan
from .plugins import asked
from .schema import LAUNCHER, choices

JOB = "job"
CFG = "job: Etalase's own settings, all of them; Hydra's are none of its business"
GROUPS = ("experiment", "market", "platform", "demand", "consideration", *STRATEGIES, "regulation", LAUNCHER)


def show_config(arguments: Sequence[str], multirun: bool, kind: str) -> int:
    """Print every setting of every scenario as YAML, a document each. Returns the exit code."""
    if kind != JOB:
        raise ConfigError("--cfg", kind, CFG)
    print("---\n".join(documents(plan.make(arguments, multirun))), end="")
    return 0


def documents(planned: Plan) -> Iterator[str]:
    """Each scenario of a plan as YAML."""
    about = {
        "study": planned.study,
        "results": str(planned.folder.parent),
        "replications": len(planned.seeds),
        "plugins": ",".join(planned.plugins.names) or None,
        "seed": planned.seeds.start,
    }
    for scenario in planned.scenarios:
        said = scenario.label or " ".join(scenario.overrides)
        comment = f"# {' '.join(said.split())}\n" if len(planned.scenarios) > 1 else ""
        yield comment + OmegaConf.to_yaml(OmegaConf.create({**about, **scenario.config}))


def show_info(arguments: Sequence[str]) -> int:
    """Print versions, where names are looked up, and what there is to choose."""
    for name, version in fingerprint.versions().items():
        print(f"{name:12} {version or 'not installed'}")
    rows: list[tuple[str, Any]] = [("python", sys.executable), ("commit", fingerprint.commit() or "none")]
    rows += [("looked up in", folder) for folder in configs.folders()]
    rows += [("plugins", asked(arguments, "plugins") or "none")]
    rows += [(group, ", ".join(choices(group))) for group in GROUPS]
    for name, value in rows:
        print(f"{name:16} {value}")
    return 0
