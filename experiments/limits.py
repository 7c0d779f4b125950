"""Limits on memory, looked at before anything heavy is imported.

Where address space is short, libraries abort or spin while they are loaded, and no code of ours can tell of it. So a
command compares the limits with what it needs, and under a limit asks the libraries for as many threads as fit.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass

from .cores import core_count

if sys.platform != "win32":  # which has no such limits
    import resource

MIB = 1 << 20
THREAD = 160 * MIB  # address space of one more thread in each of the libraries; measured: 80 MiB of BLAS, 72 of Arrow
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")  # of BLAS and of Arrow


@dataclass(frozen=True)
class Need:
    """What a command needs to be loaded and to do a small study, in MiB: a fifth or more above what was measured.

    Measured are VmPeak, and VmData at the end with the reserve of `run`, of /proc/self/status, with one thread, on
    Python 3.11 and 3.12. What a larger study needs beyond it is asked for by code that can say when there is none.
    """

    address: int
    data: int


STORE = Need(600, 256)  # measured: 436 and 152
TABLES = Need(800, 320)  # measured: 622 and 238
MODEL = Need(1_100, 512)  # measured: 898 and 380, where kernels are compiled anew


def shortage(need: Need) -> str:
    """The line that names the limit under which a command cannot be loaded; empty where each limit allows it."""
    for name, what, limit, needed in _limits(need):
        if limit < needed:
            return (
                f"ulimit -{name}: got {limit // 1024} kB of {what}; this command needs {needed // 1024} kB or more, "
                "or unlimited"
            )
    return ""


def be_modest(need: Need) -> None:
    """Under a limit, let BLAS and Arrow start no more threads than fit, and take no memory in advance.

    Processes that are started later are as modest: they have the environment, as they have the limit.
    """
    limits = _limits(need)
    if not limits:
        return
    fit = 1 + min((limit - needed) // THREAD for _, _, limit, needed in limits)
    for name in THREADS:
        given = os.environ.get(name, "")
        wanted = int(given) if given.isdecimal() else core_count()
        os.environ[name] = str(max(1, min(wanted, core_count(), fit)))
    os.environ["ARROW_DEFAULT_MEMORY_POOL"] = "system"


def _limits(need: Need) -> list[tuple[str, str, int, int]]:
    """The limits that are set: ulimit's letter, what is limited, the soft limit, what is needed; in bytes."""
    if sys.platform == "win32":
        return []
    known = [
        ("v", "address space", resource.RLIMIT_AS, need.address * MIB),
        ("d", "data", resource.RLIMIT_DATA, need.data * MIB),
    ]
    found = [(name, what, resource.getrlimit(which)[0], needed) for name, what, which, needed in known]
    return [one for one in found if one[2] != resource.RLIM_INFINITY]
