"""What an order costs, what each unit of it carries, and which prices and discounts it gets.

It knows amounts over units, and refuses to know payments, stock and taxes.

`carrying` reads an order: what its units carry, what was billed or given up, what is due.
"""

from orderflow.pricing.carrying import (
    Ranges,
    bill,
    carried,
    charge_kept,
    due,
    give_up,
    given_up,
    order_facts,
    part_charge,
    spread_charge,
    total,
)

__all__ = [
    "Ranges",
    "bill",
    "carried",
    "charge_kept",
    "due",
    "give_up",
    "given_up",
    "order_facts",
    "part_charge",
    "spread_charge",
    "total",
]
