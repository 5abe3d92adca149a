"""How much of a SKU a buyer may have in all.

It knows whose orders count together, and refuses to know what the goods are.

A limit holds over all orders of a buyer: whatever becomes of the units, they count until they are
cancelled or wait again.
What goes out again for another order, by a reissue or an exchange, is not counted twice.
"""

from __future__ import annotations

from typing import Final

from orderflow.claiming.ceilings import Ceilings
from orderflow.errors import Refusal
from orderflow.facts import Fact
from orderflow.items import planned
from orderflow.journal import Step
from orderflow.pools import limit_pool
from orderflow.records import Order


class Limits:
    """The limits of the buyer of an order, in one step."""

    def __init__(self, step: Step, order: Order) -> None:
        self._step: Final = step
        self._order: Final = order
        self._ceilings: Final = Ceilings(step)

    def take(self, sku: str, n: int, facts: list[Fact], refusals: list[Refusal]) -> tuple[str, ...]:
        """The pool that units of a SKU count against, if there is one."""
        limit = planned(self._step, sku).limit_per_buyer
        if limit is None or self._order.parent:
            return ()
        pool = limit_pool(sku, self._order.customer)
        self._ceilings.take(pool, limit, n, facts, refusals)
        return (pool,)
