"""Statements of the ledger: what stood before, what came, and what stands after.

It knows sums over postings, and refuses to know where postings come from.

A statement of an order or of a customer says what he owes: what his orders cost less what he has
paid, whatever happened in between. A day says for each account what it had, got and gave.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.ledger.accounts import (
    PAID,
    Account,
    ClaimAccount,
    CompensationAccount,
    OrderAccount,
    Posting,
    StoredAccount,
)
from orderflow.records import MoneyAccount
from orderflow.values import instant


@attrs.frozen
class LedgerRow:
    """What one command has done: an order costs `cost` more, or `paid` more was paid for it.

    Both may be below zero. `balance` is what is still owed after it. What was paid less may be on
    a balance that you keep: `onto` is its id.
    """

    seq: int
    at: datetime
    call: str
    order: str
    payment: str
    cost: int
    paid: int
    balance: int
    onto: str = ""


@attrs.frozen
class LedgerStatement:
    """What an order or a customer owes in a currency, from `since` until `until` (excluded).

    `opening` was owed before, `closing` is owed after its rows; below zero it is owed back.
    """

    order: str
    customer: str
    currency: str
    opening: int
    rows: tuple[LedgerRow, ...]
    closing: int
    since: datetime | None = None
    until: datetime | None = None


@attrs.frozen
class AccountStated:
    """What an account had before, got, gave, and has after: `opening + got - gave == closing`."""

    account: Account
    opening: int
    got: int
    gave: int
    closing: int


@attrs.frozen
class Day:
    """What happened to money in a currency from `since` until `until` (excluded).

    The openings, and so the closings, of its accounts sum to nothing.
    """

    currency: str
    since: datetime
    until: datetime
    accounts: tuple[AccountStated, ...]


def balances(postings: Iterable[Posting]) -> Mapping[tuple[str, Account], int]:
    """What stands on each account, by currency and account; those of nothing are left out."""
    sums: dict[tuple[str, Account], int] = {}
    for one in postings:
        for account, amount in ((one.source, -one.amount), (one.target, one.amount)):
            key = (one.currency, account)
            sums[key] = sums.get(key, 0) + amount
    return {key: amount for key, amount in sums.items() if amount}


def of_order(
    postings: Iterable[Posting],
    order: str,
    since: datetime | None = None,
    until: datetime | None = None,
) -> LedgerStatement | None:
    """The statement of an order; `None` where nothing was ever posted for it."""
    mine = [
        one
        for one in postings
        if one.order == order and not _OF_ITS_CUSTOMER.isdisjoint((one.source, one.target))
    ]

    def paid(one: Posting) -> int:
        return one.to(MoneyAccount.APPLIED)

    found = _stated(mine, paid, order, since, until)
    return found[0] if found else None


def of_customer(
    postings: Iterable[Posting],
    customer: str,
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[LedgerStatement, ...]:
    """The statements of a customer, one for each currency in which anything was ever posted."""
    mine = [one for one in postings if one.customer == customer]

    def paid(one: Posting) -> int:
        return sum([one.to(account) for account in PAID])

    return _stated(mine, paid, "", since, until)


def day(postings: Iterable[Posting], since: datetime, until: datetime) -> tuple[Day, ...]:
    """What happened to money from `since` until `until`, one for each currency.

    The host says when its day begins and ends. Of one customer's postings, it is his money flow.
    """
    since, until = span(since, until)
    before: dict[tuple[str, Account], int] = {}
    got: dict[tuple[str, Account], int] = {}
    gave: dict[tuple[str, Account], int] = {}
    for one in postings:
        if one.at >= until:
            continue
        source, target = (one.currency, one.source), (one.currency, one.target)
        if one.at < since:
            before[source] = before.get(source, 0) - one.amount
            before[target] = before.get(target, 0) + one.amount
        else:
            gave[source] = gave.get(source, 0) + one.amount
            got[target] = got.get(target, 0) + one.amount
    keys = sorted({*before, *got, *gave}, key=lambda key: (key[0], _ORDER.index(key[1])))
    found: dict[str, list[AccountStated]] = {}
    for key in keys:
        opening, came, went = (sums.get(key, 0) for sums in (before, got, gave))
        if opening or came or went:
            stated = AccountStated(key[1], opening, came, went, opening + came - went)
            found.setdefault(key[0], []).append(stated)
    return tuple(
        [Day(currency, since, until, tuple(accounts)) for currency, accounts in found.items()]
    )


_ORDER: Final[tuple[Account, ...]] = (
    *OrderAccount,
    *MoneyAccount,
    *StoredAccount,
    *CompensationAccount,
    *ClaimAccount,
)
"""The order in which accounts are told."""

_OF_ITS_CUSTOMER: Final = frozenset(
    {OrderAccount.SOLD, OrderAccount.RECEIVABLE, MoneyAccount.APPLIED}
)
"""Where it stands what an order costs and was paid; its payer may be somebody else."""


def _stated(
    mine: list[Posting],
    paid_by: Callable[[Posting], int],
    order: str,
    since: datetime | None,
    until: datetime | None,
) -> tuple[LedgerStatement, ...]:
    """One statement for each currency; what a command did to one document is one row."""
    if since is not None and until is not None:
        since, until = span(since, until)
    found: list[LedgerStatement] = []
    for currency in sorted({one.currency for one in mine}):
        opening = 0
        rows: dict[tuple[int, str, str], list[Posting]] = {}
        for one in mine:
            if one.currency != currency or (until is not None and one.at >= until):
                continue
            if since is not None and one.at < since:
                opening += one.to(OrderAccount.RECEIVABLE) - paid_by(one)
            else:
                key = (one.seq, "" if one.payment else one.order, one.payment)
                rows.setdefault(key, []).append(one)
        told = _rows(opening, rows.values(), paid_by)
        closing = told[-1].balance if told else opening
        customer = next((one.customer for one in mine if one.customer), "")
        found.append(
            LedgerStatement(order, customer, currency, opening, told, closing, since, until)
        )
    return tuple(found)


def _rows(
    balance: int, commands: Iterable[list[Posting]], paid_by: Callable[[Posting], int]
) -> tuple[LedgerRow, ...]:
    """A row for each command that has changed what is owed."""
    rows: list[LedgerRow] = []
    for several in commands:
        cost = sum([one.to(OrderAccount.RECEIVABLE) for one in several])
        paid = sum([paid_by(one) for one in several])
        if not cost and not paid:
            continue
        balance += cost - paid
        first, order = several[0], "" if several[0].payment else several[0].order
        onto = next((one.stored for one in several if one.stored and paid_by(one) < 0), "")
        payment, at = first.payment, first.at
        rows.append(LedgerRow(first.seq, at, first.call, order, payment, cost, paid, balance, onto))
    return tuple(rows)


def span(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """A period that begins before it ends, in UTC."""
    since, until = instant(since, "since"), instant(until, "until")
    if since >= until:
        raise BadInput("until", "later than `since` is wanted")
    return since, until
