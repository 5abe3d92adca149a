"""What an order costs, what each unit of it carries, and which prices and discounts it gets.

It knows amounts over units, and refuses to know payments, stock and taxes.

`carrying` reads an order: what its units carry, what was billed or given up, what is due.
`invoiced` says which of its units are on invoices, `fixing` which amounts are fixed already.
`books` says which price a customer has, `offers` what an offer is, `benefits` what the trade's
offers give, `discounting` how they stack, and `quoting` what an order costs after them.

What reads an order is used by every verb; what prices one, by those who ask for it alone. So the
latter is loaded when one of its names is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

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
from orderflow.pricing.fixing import estimated, prices_of, quantity, same_price, same_weighing
from orderflow.pricing.guarded import estimates, order_facts, under_way
from orderflow.pricing.invoiced import (
    both,
    in_advance,
    invoice_depths,
    invoiced_on,
    on_invoice,
    standing,
    to_invoice,
    to_invoice_in_advance,
    without,
)

if TYPE_CHECKING:
    from orderflow.pricing.benefits import (
        AmountOff,
        Bundle,
        BuyGet,
        DepositCounts,
        FixedPrice,
        Free,
        FreightOff,
        Level,
        PercentOff,
        Threshold,
    )
    from orderflow.pricing.books import Book, Buyer, Version, price_of
    from orderflow.pricing.discounting import Discounts, Passed, Used, capped, discounted
    from orderflow.pricing.offers import (
        Basis,
        Basket,
        Benefit,
        Gift,
        Given,
        Item,
        Lack,
        Offer,
        Saving,
        Scope,
        When,
    )
    from orderflow.pricing.quoting import Priced, priced

__all__ = [
    "AmountOff",
    "Basis",
    "Basket",
    "Benefit",
    "Book",
    "Bundle",
    "BuyGet",
    "Buyer",
    "DepositCounts",
    "Discounts",
    "FixedPrice",
    "Free",
    "FreightOff",
    "Gift",
    "Given",
    "Item",
    "Lack",
    "Level",
    "Offer",
    "Passed",
    "PercentOff",
    "Priced",
    "Ranges",
    "Saving",
    "Scope",
    "Threshold",
    "Used",
    "Version",
    "When",
    "bill",
    "both",
    "capped",
    "carried",
    "charge_kept",
    "discounted",
    "due",
    "estimated",
    "estimates",
    "first",
    "give_up",
    "given_up",
    "in_advance",
    "invoice_depths",
    "invoiced_on",
    "kept",
    "on_invoice",
    "order_facts",
    "part_charge",
    "parts_carried",
    "price_of",
    "priced",
    "prices_of",
    "quantity",
    "same_price",
    "same_weighing",
    "shares_of",
    "spread_charge",
    "standing",
    "to_invoice",
    "to_invoice_in_advance",
    "total",
    "under_way",
    "units_kept",
    "without",
]


_LATER = ("benefits", "books", "discounting", "offers", "quoting")


def __getattr__(name: str) -> object:
    for module in _LATER if name in __all__ else ():
        found = vars(import_module(f"orderflow.pricing.{module}"))
        if name in found:
            return found[name]
    raise AttributeError(f"module {__name__} has no {name}")
