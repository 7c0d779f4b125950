"""For all tests: a busy machine is no failure, so hypothesis sets no time limit on an example."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
