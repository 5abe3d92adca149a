"""Policies that are ready to use, each a line that reads like the rule.

It knows names and stages, and refuses to know anything else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from orderflow.errors import BadInput
from orderflow.sourcing.pipeline import Cascade, Pipeline, exact, in_order, one_or_none
from orderflow.sourcing.stages import (
    CLOSED,
    PICKUP,
    STORE,
    SUPPLIER,
    Filter,
    by_cost,
    by_distance,
    by_expiry,
    by_load,
    by_priority,
    by_product,
    by_region,
    has_capacity,
    has_something,
    keeping_back,
    last,
    without,
)
from orderflow.sourcing.values import LEAST_COST, LEAST_SHIPMENTS

OPEN: Final[tuple[Filter, ...]] = (without(CLOSED), without(PICKUP), has_capacity, has_something)
"""What every place must be: open, no mere counter for pick-up, with capacity and with stock."""

NEAREST: Final = Pipeline("nearest", OPEN, by_distance, in_order)
"""Each place gives what it has, the nearest first."""

PRIORITY: Final = Pipeline("priority", OPEN, by_priority, in_order)
"""Each place gives what it has, in the host's own order."""

CHEAPEST: Final = Pipeline("cheapest", OPEN, by_cost, exact(), objective=LEAST_COST)
"""The least money for all that can be served."""

ONE_OR_NONE: Final = Pipeline("one place or none", OPEN, by_distance, one_or_none)
"""The nearest place that has everything, or nobody."""

FEWEST_SHIPMENTS: Final = Pipeline(
    "fewest shipments", OPEN, by_distance, exact(), objective=LEAST_SHIPMENTS
)
"""The fewest parcels that are in time."""

BALANCED: Final = Pipeline("balance load", OPEN, by_load, in_order)
"""Each place gives what it has, who has least to do first."""

FIRST_EXPIRED: Final = Pipeline("first expired first", OPEN, by_expiry, in_order)
"""Each place gives what it has, what expires first before the rest."""

SHIP_FROM_STORE: Final = Pipeline(
    "ship from store",
    (without(CLOSED), without(PICKUP), has_capacity, keeping_back(1, STORE), has_something),
    by_distance,
    in_order,
)
"""The nearest first, and a store keeps its last piece of each SKU."""

OWN_FIRST: Final = Pipeline(
    "own stock before suppliers", OPEN, last(SUPPLIER, by_distance), in_order
)
"""Own stock by distance, and suppliers only for the rest."""

BEST: Final = Pipeline("best", OPEN)
"""The best plan for the default objective."""

NEAREST_WHOLE: Final = Cascade("nearest whole, else best", (ONE_OR_NONE, BEST))
"""The nearest place that has everything, else the best plan."""


def region_table(table: Mapping[str, Collection[str]], rule: Pipeline = BEST) -> Pipeline:
    """A policy in which a table says which places serve a region."""
    return _after("region table", by_region(table), rule)


def product_table(table: Mapping[str, Collection[str]], rule: Pipeline = BEST) -> Pipeline:
    """A policy in which a table says which places send a SKU."""
    return _after("product table", by_product(table), rule)


def _after(name: str, look: Filter, rule: Pipeline) -> Pipeline:
    if not isinstance(rule, Pipeline):
        raise BadInput("rule", "a Pipeline is wanted")
    filters = (look, *rule.filters)
    return Pipeline(
        f"{name}, {rule.name}", filters, rule.rank, rule.allocate, rule.splits, rule.objective
    )
