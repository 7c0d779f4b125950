"""Rules and what they leave: instruments, enforcement, the week's terms, what is taxed and blocked, what is broken."""

from .border import blocked
from .conduct import Conduct
from .effective import WeekTerms
from .fines import broken_rules, oversight
from .liability import consumer_taxes

__all__ = ["Conduct", "WeekTerms", "blocked", "broken_rules", "consumer_taxes", "oversight"]
