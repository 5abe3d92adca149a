"""What an order costs, what each unit of it carries, and which prices and discounts it gets.

It knows amounts over units, and refuses to know payments, stock and taxes.

`carrying` reads an order: what its units carry, what was billed or given up, what is due.
`invoiced` says which of its units are on invoices.
"""

from orderflow.pricing.carrying import (
    Ranges,
    bill,
    carried,
    charge_kept,
    due,
    first,
    give_up,
    given_up,
    kept,
    part_charge,
    parts_carried,
    shares_of,
    spread_charge,
    total,
    units_kept,
)
from orderflow.pricing.fixing import estimated, prices_of, quantity
from orderflow.pricing.guarded import estimates, order_facts
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
    "estimated",
    "estimates",
    "first",
    "give_up",
    "given_up",
    "in_advance",
    "invoice_depths",
    "kept",
    "on_invoice",
    "order_facts",
    "part_charge",
    "parts_carried",
    "prices_of",
    "quantity",
    "shares_of",
    "spread_charge",
    "standing",
    "to_invoice",
    "to_invoice_in_advance",
    "total",
    "units_kept",
    "without",
]
