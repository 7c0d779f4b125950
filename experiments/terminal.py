"""What the commands say on the terminal."""

from __future__ import annotations

import sys


def say(text: str) -> None:
    """Print one line on stderr, whatever is in the text."""
    print("etalase:", " ".join(text.split()), file=sys.stderr)
