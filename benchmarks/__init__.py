"""Benchmarks: how fast the engine is, against its targets and against the same week written plainly."""
