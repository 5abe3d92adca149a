"""What an order costs, explained: each price, discount, tax and fee, who bears it, what is paid.

It knows an order and the invoices that are handed in, and refuses to know how they came to be.

Problem: "why is it 41.13?" is asked of every shop, and a total without its parts cannot be argued
with.
Observation: every amount of an order is a charge over unit indices, so each part of the total can
be named: the units at a price, and what each charge adds to them or takes off.
Decision: a statement is a value whose parts sum to its total, for the units that are kept; what was
given up stands beside it, so that all that was ever charged is found. `text` writes it for people.
"""

from orderflow.statements.stated import (
    AtPrice,
    Bill,
    LineStated,
    Part,
    Statement,
    statement,
)
from orderflow.statements.wording import because, text

__all__ = [
    "AtPrice",
    "Bill",
    "LineStated",
    "Part",
    "Statement",
    "because",
    "statement",
    "text",
]
