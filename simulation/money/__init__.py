"""Money: the week's orders turned into transfers, taxes, support."""

from .settlement import enter_books, pay_fixed_costs, settle_sales
from .taxes import levy_platform_tax, pay_fines, pay_for_breaches, pay_for_oversight, turnover

__all__ = [
    "enter_books",
    "levy_platform_tax",
    "pay_fines",
    "pay_fixed_costs",
    "pay_for_breaches",
    "pay_for_oversight",
    "settle_sales",
    "turnover",
]
