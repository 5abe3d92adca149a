"""Money that comes off balances that we keep, and goes onto them.

It knows what a command has spent of a balance and put on one, and refuses to know orders.

Problem: a payment from a gift card looks as if its payer had given money, and a refund onto one as
if it had gone back to him; who believes both has been given twice what there was.
Decision: what comes off a balance leaves *stored*, and what goes onto one reaches it, so what
stands there in a currency is what the balances of that currency still have.
What no payment has brought was issued; what nobody spends in time lapses to us.
Points are no money until they pay: what they are worth then is *converted*, and so are dollars of a
balance that pay an order in euro.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from orderflow.currencies import EXPONENTS
from orderflow.facts import Claimed, Limited, MoneyMoved
from orderflow.journal import Entry
from orderflow.ledger.accounts import Posting, StoredAccount
from orderflow.ledger.known import Known
from orderflow.ledger.sides import About, Side, posted
from orderflow.records import MoneyAccount, Payment
from orderflow.tenders import StoredValue


@attrs.frozen
class Way:
    """Another side than the one that facts name, for so much of a payment's money."""

    instead_of: MoneyAccount
    side: Side
    amount: int
    stored: str

    def of(self, side: Side) -> Side:
        """The side that is there instead of one that a fact names."""
        return self.side if side.account is self.instead_of else side


def way_of(entry: Entry, payment: Payment, known: Known) -> Way | None:
    """Where money of a payment comes from or goes to in a command, if that is a balance."""
    facts = [one for one in entry.facts if isinstance(one, MoneyMoved)]
    mine = [one for one in facts if one.payment == payment.ref]
    put = sum([one.amount for one in mine if is_put_on(one)])
    if put:
        balance = _grown(entry, known)
        side = Side(MoneyAccount.STORED, balance.holder)
        return Way(MoneyAccount.REFUNDED, side, put, balance.ref.id)
    own, n = known.balance(payment), _claimed(entry, payment)
    if own is None or not n:
        return None
    outside = MoneyAccount.PAYER if n > 0 else MoneyAccount.REFUNDED
    if own.unit == payment.currency:
        return Way(outside, Side(MoneyAccount.STORED, own.holder), abs(n), own.ref.id)
    # What came from elsewhere goes back without units.
    of_it = [one for one in mine if outside in (one.source, one.target) and one.units != 0]
    worth = sum([one.amount for one in of_it])
    return Way(outside, Side(StoredAccount.CONVERTED, known.payer(payment)), worth, own.ref.id)


def is_put_on(fact: MoneyMoved) -> bool:
    """Whether it says that money which has just gone back is on a balance, and stays with us."""
    return fact.target is MoneyAccount.STORED


def converted(entry: Entry, payment: Payment, known: Known) -> Iterator[Posting]:
    """What a payment in another currency takes of a balance of money, in that money."""
    own, n = known.balance(payment), _claimed(entry, payment)
    if own is None or own.unit == payment.currency or own.unit not in EXPONENTS:
        return
    about = About(entry, own.unit, "", payment.ref.id, own.ref.id)
    source = Side(MoneyAccount.STORED, own.holder)
    yield from posted(about, source, Side(StoredAccount.CONVERTED, own.holder), n)


def issued(entry: Entry, was: StoredValue | None, now: StoredValue) -> Iterator[Posting]:
    """What a balance of money has got without a payment, and what nobody has spent in time."""
    if now.unit not in EXPONENTS or entry.call.ref != now.ref:
        return
    more = now.n - (0 if was is None else was.n)
    stored = Side(MoneyAccount.STORED, now.holder)
    other = StoredAccount.ISSUED if more > 0 else StoredAccount.LAPSED
    about = About(entry, now.unit, stored=now.ref.id)
    yield from posted(about, Side(other, now.holder), stored, more)


def _claimed(entry: Entry, payment: Payment) -> int:
    """The units that a payment has taken of its balance in a command; below zero, given back."""
    facts = [one for one in entry.facts if isinstance(one, Claimed)]
    return sum([one.n for one in facts if one.holder == payment.ref])


def _grown(entry: Entry, known: Known) -> StoredValue:
    """The balance on which a command has put money: it puts on one alone."""
    refs = (one.ref for one in entry.facts if isinstance(one, Limited))
    return known.stored(next(ref for ref in refs if ref is not None and ref.kind == "stored value"))
