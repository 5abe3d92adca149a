"""An amount that goes from one side to another, as postings of one customer each.

It knows customers and accounts as names, and refuses to know why anything goes anywhere.

What goes from one customer to another leaves the one and reaches the other by an account between
them, so each posting is of one customer, and all postings of a customer sum to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import attrs

from orderflow.journal import Entry
from orderflow.ledger.accounts import Account, OrderAccount, Posting


class Side(NamedTuple):
    """An account, and whose amount goes from it or to it."""

    account: Account
    customer: str


@attrs.frozen
class About:
    """What postings are about: a command, a currency, and documents."""

    entry: Entry
    currency: str
    order: str = ""
    payment: str = ""
    stored: str = ""


def posted(about: About, source: Side, target: Side, amount: int) -> Iterator[Posting]:
    """An amount that goes from side to side; one below zero goes back."""
    if amount < 0:
        source, target, amount = target, source, -amount
    steps = [(source, target)]
    if source.customer != target.customer:
        left = Side(OrderAccount.PAID_FOR, source.customer)
        reached = Side(OrderAccount.PAID_FOR, target.customer)
        steps = [(source, left), (reached, target)]
    entry = about.entry
    for one, other in steps if amount else ():
        yield Posting(
            entry.seq,
            entry.at,
            entry.call.verb,
            one.account,
            other.account,
            amount,
            about.currency,
            about.order,
            about.payment,
            one.customer,
            about.stored,
        )
