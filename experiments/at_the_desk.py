"""The command that runs: a study, or with an option what it would run, what there is, what a shell completes."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from . import about, completion, conduct, configs


def run(
    arguments: Sequence[str],
    multirun: bool = False,
    cfg: str = "",
    info: bool = False,
    resolve: bool = False,
    config_dir: str | None = None,
    shell_completion: str = "",
) -> int:
    """Run what the arguments describe, or answer what the option asks. Returns the exit code.

    resolve: as in Hydra; what --cfg shows is resolved in any case.
    """
    if shell_completion:
        return completion.answer(shell_completion)
    with configs.searching(config_dir):
        if cfg:
            return about.show_config(arguments, multirun, cfg)
        if info:
            return about.show_info(arguments)
        within = ["--config-dir", config_dir] if config_dir else []
        command = shlex.join(["etalase", *(["-m"] if multirun else []), *within, *arguments])
        return conduct.conduct(arguments, multirun, command)
