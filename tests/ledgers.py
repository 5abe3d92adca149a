"""The kept texts of stories: what orders cost and were paid, each account, and the settlement."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from orderflow import ledger, settlement, statements
from orderflow.settlement import Quote
from orderflow.statements import statement
from tests import kept
from tests.builders import MORNING, Shop

FAR: Final = MORNING + timedelta(days=365)


def assert_kept(
    name: str,
    shop: Shop,
    *quotes: Quote,
    orders: tuple[str, ...] = ("o-17",),
    explain: bool = False,
) -> None:
    """The books of a story read as they were agreed to."""
    kept.assert_kept("ledgers", name, told(shop, *quotes, orders=orders, explain=explain))


def told(
    shop: Shop, *quotes: Quote, orders: tuple[str, ...] = ("o-17",), explain: bool = False
) -> str:
    """The books of a story: its accounts and its settlement.

    Where it is to `explain` them, what each order costs stands before that, row by row.
    """
    posted = shop.postings()
    found = [ledger.of_order(posted, order) for order in orders]
    stated = [one for one in found if one is not None]
    if len(orders) > 1:
        customers = sorted({one.customer for one in posted if one.customer})
        stated += [one for each in customers for one in ledger.of_customer(posted, each)]
    settled = shop.settlement(MORNING, FAR, quotes)

    explained = [statement(shop.order(id)) for id in orders] if explain else []
    return "\n".join(
        (
            *(statements.text(one) for one in explained),
            *(ledger.text(one) for one in stated),
            *(ledger.text(one) for one in ledger.day(posted, MORNING, FAR)),
            settlement.text(settled),
            *(statements.text(one, "zh") for one in explained),
            *(ledger.text(one, "zh") for one in stated),
            settlement.text(settled, "zh"),
        )
    )
