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
    parts_carried,
    shares_of,
    spread_charge,
    total,
)
from orderflow.pricing.invoiced import (
    both,
    in_advance,
    invoice_depths,
    on_invoice,
    standing,
    to_invoice,
    to_invoice_in_advance,
    without,
)

__all__ = [
    "Ranges",
    "bill",
    "both",
    "carried",
    "charge_kept",
    "due",
    "give_up",
    "given_up",
    "in_advance",
    "invoice_depths",
    "on_invoice",
    "order_facts",
    "part_charge",
    "parts_carried",
    "shares_of",
    "spread_charge",
    "standing",
    "to_invoice",
    "to_invoice_in_advance",
    "total",
    "without",
]
