"""What a test expects to be there."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def there(made: T | None) -> T:
    """What was made; a test fails where nothing was."""
    assert made is not None
    return made
