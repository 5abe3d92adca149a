"""What a document is found by: headline, customer, number, limit, holds, lots, what it is about.

It knows what is read off a document for `find`, and refuses to know how a store looks it up.

Problem: each store that keeps such columns, and each check of them, would say for itself what
belongs in them.
Decision: they are read off the document in one place, and a store may keep them as it likes.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from orderflow.deadlines import next_due
from orderflow.journal import holds_of
from orderflow.records import Document, Order, lots_of, orders_of
from orderflow.views import headline


@attrs.frozen
class Lookup:
    """What a document is found by; `None` and empty tuples where it is not found by that.

    `holds` are codes, `orders` the ids of the orders that it is about, and `lots` those of the lots
    and serials that its units are of, both sorted.
    """

    headline: str | None = None
    customer: str | None = None
    channel: str | None = None
    shop: str | None = None
    number: str | None = None
    next_due: datetime | None = None
    holds: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    lots: tuple[str, ...] = ()


def lookup_of(document: Document) -> Lookup:
    """What a document should be found by."""
    due = next_due(document)
    holds = tuple([hold.code for hold in holds_of(document)])
    orders = orders_of(document)
    if len(orders) > 1:
        orders = tuple(sorted(set(orders)))
    if not isinstance(document, Order):
        return Lookup(next_due=due, holds=holds, orders=orders)
    return Lookup(
        headline(document).value,
        document.customer,
        document.channel,
        document.shop,
        document.number or None,
        due,
        holds,
        orders,
        lots_of(document),
    )
