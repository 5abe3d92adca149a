"""How much of a SKU a buyer may have in all.

It knows a limit's counter and when it is made, and refuses to know what the goods are.

A limit holds over all orders of a buyer: whatever becomes of the units, they count until they are
cancelled or wait again.
Its counter is made when it is first needed, for millions of buyers never come; it is set again
where the limit has changed since, and who has more by then keeps it.
What goes out again for another order, by a reissue or an exchange, is not counted twice.
"""

from __future__ import annotations

from orderflow.errors import Refusal
from orderflow.facts import Fact, Limited
from orderflow.grants import shortage
from orderflow.items import planned
from orderflow.journal import Step
from orderflow.pools import limit_pool
from orderflow.records import Counter, Order
from orderflow.values import Position


class Limits:
    """The limits of the buyer of an order, in one step."""

    def __init__(self, step: Step, order: Order) -> None:
        self._step = step
        self._order = order
        self._taken: dict[Position, int] = {}

    def take(self, sku: str, n: int, facts: list[Fact], refusals: list[Refusal]) -> tuple[str, ...]:
        """The pool that units of a SKU count against, if there is one."""
        limit = planned(self._step, sku).limit_per_buyer
        if limit is None or self._order.parent:
            return ()
        pool = Position(limit_pool(sku, self._order.customer))
        rows = self._step.case.counters((pool.sku,))
        row = next((row for row in rows if row.position == pool), Counter(pool, 0, 0))
        taken = self._taken.get(pool, 0)
        self._taken[pool] = taken + n
        left = limit - row.claimed - taken
        if n > left:
            refusals.append(shortage(pool, n, left))
        elif row.there != limit and not taken:
            self._step.there[pool] = row.there  # two first claims must not both make it
            facts.append(Limited(pool, limit - row.there))
        return (pool.sku,)
