"""A package, so that worker processes find these tests and not another installed package of that name."""
