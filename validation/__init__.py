"""Checks the model against what is known of real markets: `make validate` writes docs/validation.md."""
