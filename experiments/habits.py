"""Habits from Hydra that mean something else here, each answered by one line that says what to do instead.

What works as in Hydra is not here: NAME=VALUE, +NAME=VALUE and ++NAME=VALUE (every setting is there already, so the
three are one), sweeps, groups, presets, -m, --cfg job, --info, --config-dir, and the launchers basic, joblib, ray
and submitit_slurm.
"""

from __future__ import annotations

from simulation.settings.parameter import ConfigError

LEAVE_OUT = "left out: of Hydra's own settings hydra/launcher=NAME and hydra.launcher.SETTING=VALUE are used"
INSTEAD = {
    "hydra.run.dir": "left out: results=FOLDER and study=NAME say where results go, as results=FOLDER/NAME",
    "hydra.sweep.dir": "left out: results=FOLDER and study=NAME say where results go, as results=FOLDER/NAME",
    "hydra.sweep.subdir": "left out: all runs of a study lie in one folder, results=FOLDER/NAME, a row each",
    "hydra.mode": "left out: -m runs several values of a setting, without it there is one of each",
    "hydra.searchpath": "given as --config-dir FOLDER",
    "hydra/sweeper": "left out: values after -m are a grid, sample(...) draws a design",
    "hydra.sweeper": "left out: values after -m are a grid, sample(...) draws a design",
    "hydra.verbose": "left out: a study says what it does, etalase status STUDY how far it is",
    "hydra.job.chdir": "left out: runs never change the working folder",
    "hydra.job.name": "given as study=NAME",
}


def refuse_what_hydra_says(argument: str) -> None:
    """Raise `ConfigError`, with what to do instead, where an override means something to Hydra and nothing here."""
    name, _, text = argument.partition("=")
    if name.startswith("~"):
        allowed = "left out: give the setting what it is to be, as regulation=none or market.listings=null"
        raise ConfigError(name, argument, allowed)
    name = name.lstrip("+")
    for key, allowed in INSTEAD.items():
        if name == key or name.startswith(f"{key}."):
            raise ConfigError(name, text, allowed)
    known = name == "hydra/launcher" or name.startswith("hydra.launcher.")
    if name.split(".")[0].split("/")[0] == "hydra" and not known:
        raise ConfigError(name, text, LEAVE_OUT)
