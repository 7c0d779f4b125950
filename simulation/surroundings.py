"""What the model needs of the machine: nothing. Where there is no home, or none that can be written, it has its own.

It settles when it is imported, before anything looks for a home.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def own_folder(name: str) -> Path | None:
    """A folder for temporary files that nobody else can write, for what is read from it may be code; None without."""
    try:
        folder = Path(tempfile.gettempdir()) / f"etalase-{os.getuid() if hasattr(os, 'getuid') else 'user'}"
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
        own = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and found.st_mode & 0o40077 == 0o40000)
        if folder.is_symlink() or not own:
            return None
        (folder / name).mkdir(exist_ok=True)
    except OSError:  # a full disk, no folder for temporary files
        return None
    return folder / name


def settle() -> None:
    """Give this process and those that it starts a home, and a folder for openings, where they have none of use.

    Of a user whom the machine does not know, without HOME, the home would be a folder called ~.
    """
    if not Path(os.environ.get("HOME") or os.path.expanduser("~")).is_absolute():  # noqa: PTH111
        home = own_folder("home")
        os.environ["HOME"] = str(home or Path(tempfile.gettempdir()))
    elif os.environ.get("HOME") == "":
        del os.environ["HOME"]  # the machine knows the user's
    if not os.environ.get("ETALASE_CACHE") and not _writable(Path.home() / ".cache" / "etalase"):
        openings = own_folder("openings")
        if openings is not None:
            os.environ["ETALASE_CACHE"] = str(openings)


def _writable(folder: Path) -> bool:
    """Whether a folder can be written, or made if it is not there."""
    there = next((one for one in (folder, *folder.parents) if os.path.lexists(one)), folder)
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)


settle()
