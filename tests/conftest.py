"""For all tests: what hypothesis does.

A busy machine is no failure, so no example has a time limit. `make test` tries the same examples on every machine and
every time; `make test-search` looks for new ones.
"""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1_000)
settings.load_profile("same")
