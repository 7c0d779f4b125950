"""The short table at the end of a study: means of the main outcomes, a row a cell."""

from __future__ import annotations

from collections.abc import Sequence

from analysis import Study
from analysis.words import scale

MAIN = ("sme_survival_156w", "sme_survival_104w", "sme_survival_52w", "sme_profit", "consumer_surplus", "total_surplus", "platform_share")
