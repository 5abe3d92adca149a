"""What a host measures: stock, what to buy, what comes back, and whether parcels are in time.

It reads the journal and figures, and refuses to decide: what is bought is for a person.
Nothing is kept for a measure, so none can disagree with the journal, and figures are exact.
"""

from __future__ import annotations

from orderflow.measures.aftersales import AfterSales, AfterSalesRow, Happened, after_sales
from orderflow.measures.cover import Advice, Level, SteadyDemand, Stocking, advise, level_of
from orderflow.measures.deliveries import Deliveries, DeliveryRow, Ended, deliveries
from orderflow.measures.turnover import Turned, turned

__all__ = [
    "Advice",
    "AfterSales",
    "AfterSalesRow",
    "Deliveries",
    "DeliveryRow",
    "Ended",
    "Happened",
    "Level",
    "SteadyDemand",
    "Stocking",
    "Turned",
    "advise",
    "after_sales",
    "deliveries",
    "level_of",
    "turned",
]
