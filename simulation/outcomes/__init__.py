"""Outcomes: one function each, from a week's record to a number with unit and direction.

A weekly outcome is a function of `Week`; a run's value is its sum or its mean over the weeks, or, for the survival
shares, read off the sellers. To add one, write one function in one of the files here, or register one from outside.
"""

from . import parties, street, trade
from .record import OUTCOMES, Outcome, Survival, Week, outcome, week_record
from .results import Results, results

__all__ = [
    "OUTCOMES",
    "Outcome",
    "Results",
    "Survival",
    "Week",
    "outcome",
    "parties",
    "results",
    "street",
    "trade",
    "week_record",
]
