"""What the places of a wave have left, and what each order has taken of it.

It knows how an order is served out of what is there now, and how it gives that back, and refuses to
know whose turn it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.sourcing.filling import Best
from orderflow.sourcing.freight import Freight, Rates
from orderflow.sourcing.grid import Grid, Row, rows_of
from orderflow.sourcing.quantities import Quantities
from orderflow.sourcing.search import Search
from orderflow.sourcing.values import DAY_MAX, WEIGHT_MAX, Objective, Place, Score, Want
from orderflow.values import text, unique, whole

ORDER_BUDGET: Final = 2_000
"""Nodes of one order of a wave: most take less than fifty."""


@attrs.frozen
class Order:
    """What one order of a wave wants.

    `priority` and `tier` say when it has its turn, where turns go by them. `days` and `freight` are
    those of its own way, where it has one: by place, else those of the place and of the wave.
    """

    id: str
    wants: tuple[Want, ...]
    priority: int = 1
    tier: str = ""
    days: Mapping[str, int] | None = None
    freight: Freight | None = None

    def __attrs_post_init__(self) -> None:
        path = f"order {text(self.id, 'order.id')}"
        wants: object = self.wants
        if not isinstance(wants, tuple) or not all(isinstance(one, Want) for one in wants):
            raise BadInput(f"{path}.wants", "a tuple of Want is wanted")  # none is one too
        unique((want.line for want in wants), f"{path}.wants")
        whole(self.priority, f"{path}.priority", most=WEIGHT_MAX)
        text(self.tier, f"{path}.tier", empty=True)
        if self.days is not None:
            if not isinstance(self.days, Mapping):
                raise BadInput(f"{path}.days", "a mapping of places to days is wanted")
            for place, days in self.days.items():
                whole(days, f"{path}.days.{text(place, f'{path}.days')}", least=0, most=DAY_MAX)
        if self.freight is not None and not callable(self.freight):
            raise BadInput(f"{path}.freight", "a function of place and load is wanted")


@attrs.frozen
class Wave:
    """Orders as they came, and what they draw on together."""

    orders: tuple[Order, ...]
    places: tuple[Place, ...]
    freight: Freight = attrs.field(factory=Rates)
    grams: Quantities = attrs.field(factory=Quantities)
    cm3: Quantities = attrs.field(factory=Quantities)
    shipments_max: int | None = None

    def __attrs_post_init__(self) -> None:
        for name, kind in (("orders", Order), ("places", Place)):
            given = getattr(self, name)
            if not isinstance(given, tuple) or not all(isinstance(one, kind) for one in given):
                raise BadInput(name, f"a tuple of {kind.__name__} is wanted")  # none is one too
        if not callable(self.freight):
            raise BadInput("freight", "a function of place and load is wanted")
        for name in ("grams", "cm3"):
            if not isinstance(getattr(self, name), Quantities):
                raise BadInput(name, "Quantities are wanted")
        unique((one.id for one in self.orders), "orders")
        unique((one.id for one in self.places), "places")
        if self.shipments_max is not None:
            whole(self.shipments_max, "shipments_max", least=0)


class Floor:
    """What all places have left, and what each order has taken of it."""

    __slots__ = (
        "best", "capacity", "days", "held", "limited", "nodes", "objective", "orders", "places",
        "rows", "stock", "wave",
    )  # fmt: skip

    def __init__(self, wave: Wave, objective: Objective) -> None:
        self.wave, self.orders, self.objective = wave, wave.orders, objective
        self.places = sorted(wave.places, key=lambda place: place.id)
        self.stock = [dict(place.stock.plain) for place in self.places]
        self.capacity = [place.capacity for place in self.places]
        self.limited = any(capacity is not None for capacity in self.capacity)  # no place: no limit
        self.days = [place.days for place in self.places]
        self.rows: list[list[Row]] = [
            rows_of(order.wants, wave.grams, wave.cm3) for order in wave.orders
        ]
        self.best: list[Best] = [Best() for _ in wave.orders]
        # By place and SKU: who has taken some of it, and how many units.
        self.held: list[dict[str, dict[int, int]]] = [{} for _ in self.places]
        self.nodes = 0

    def serve(self, i: int) -> Score:
        """Give an order the best that is there; what it comes to."""
        grid, wave = self.grid(i), self.wave
        most = len(self.places) if wave.shipments_max is None else wave.shipments_max
        search = Search(grid, self.objective, most, ORDER_BUDGET, None)
        search.run()
        self.nodes += search.nodes
        return self.take(i, search.best)

    def grid(self, i: int) -> Grid:
        """What an order could have now."""
        order = self.wave.orders[i]
        days, own = self.days, order.days
        if own is not None:
            days = [own.get(place.id, place.days) for place in self.places]
        freight = self.wave.freight if order.freight is None else order.freight
        return Grid(self.rows[i], self.places, self.stock, freight, days, self.capacity)

    def take(self, i: int, best: Best) -> Score:
        """Let an order have an answer."""
        assert best.score is not None
        self.best[i] = best
        self._move(i, -1)
        return best.score

    def release(self, i: int) -> Best:
        """Put back what an order has taken; what it was."""
        self._move(i, 1)
        return self.best[i]

    def _move(self, i: int, sign: int) -> None:
        best = self.best[i]
        for row, amounts in zip(self.rows[i], best.amounts, strict=True):
            for p, n in zip(best.places, amounts, strict=True):
                if n:
                    shelf, held = self.stock[p], self.held[p]
                    for sku, each in row.parts:
                        shelf[sku] += sign * n * each
                        if sign > 0:
                            held[sku].pop(i, None)
                        elif sku in held:
                            held[sku][i] = n * each
                        else:
                            held[sku] = {i: n * each}
                    capacity = self.capacity[p]
                    if capacity is not None:
                        self.capacity[p] = capacity + sign * n * row.pieces
