"""What a host measures of its stock: how fast it turns, how long it lasts, what to buy.

It reads the journal and figures, and refuses to decide: what is bought is for a person.
Nothing is kept for a measure, so none can disagree with the journal, and figures are exact.
"""

from __future__ import annotations

from orderflow.measures.cover import Advice, Level, SteadyDemand, Stocking, advise, level_of
from orderflow.measures.turnover import Turned, turned

__all__ = [
    "Advice",
    "Level",
    "SteadyDemand",
    "Stocking",
    "Turned",
    "advise",
    "level_of",
    "turned",
]
