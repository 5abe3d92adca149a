"""The accounts of the ledger, and a posting between two of them.

It knows names alone.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

import attrs

from orderflow.records import MoneyAccount


class OrderAccount(StrEnum):
    """Where it stands what orders cost, and who has paid for whose."""

    SOLD = "sold"  # the other side of what orders cost: below zero
    RECEIVABLE = "receivable"  # what orders cost their customers, paid or not
    PAID_FOR = "paid for others"  # below zero for whom others have paid: all sum to nothing


class StoredAccount(StrEnum):
    """The other side of balances that we keep, where no payment is."""

    ISSUED = "issued"  # below zero: what was put on balances, and no payment has brought
    LAPSED = "lapsed"  # what nobody has spent in time
    CONVERTED = "converted"  # what points, or money of other currencies, were worth as they paid


class CompensationAccount(StrEnum):
    """Money that customers get beyond what their orders cost; what goes onto a balance is there."""

    COMPENSATED = "compensated"  # below zero: what it was in all
    PAID_OUT = "paid out"  # outside: what was transferred of it


class ClaimAccount(StrEnum):
    """What carriers make good of parcels that they have lost, damaged or brought late."""

    RECOVERED = "made good by carriers"  # below zero: what it was in all
    CLAIMED = "claimed from carriers"  # what they have accepted, and owe
    PAID_IN = "paid in by carriers"


Account: TypeAlias = (
    OrderAccount | MoneyAccount | StoredAccount | CompensationAccount | ClaimAccount
)

PAID: Final = frozenset({MoneyAccount.UNAPPLIED, MoneyAccount.APPLIED})
"""Where money of a customer stands that he has paid and that is neither back nor forfeited."""


@attrs.frozen
class Posting:
    """`amount` minor units went from an account to another, by entry `seq` of the journal.

    It is above zero. `order`, `payment` and the balance `stored` are those that it is about, empty
    where it is about none; both sides are of `customer`, who is empty where nobody knows whose the
    money is. `call` is the name of the verb.
    """

    seq: int
    at: datetime
    call: str
    source: Account
    target: Account
    amount: int
    currency: str
    order: str = ""
    payment: str = ""
    customer: str = ""
    stored: str = ""

    def to(self, account: Account) -> int:
        """How much it gives to an account; below zero it takes that."""
        return self.amount * ((self.target is account) - (self.source is account))
