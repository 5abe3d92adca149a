"""To which tender money goes back first, and in which way: a host's decision, and a plan of it.

It knows payments by their method and by what they have paid, and refuses to know orders and who is
owed what.

Problem: an order was paid with a card, points and cash at the door. Who pays back as the money came
gives points for a card's money and no cash to anybody who is gone from the door.
Decision: which tender comes first is a named order of the host's; what a tender does not take goes
to the next one. Cash does not go back through a door: it goes to an account of the customer's, or
onto a balance that we keep for him, as the host decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final, TypeAlias

import attrs

from orderflow.errors import BadInput
from orderflow.values import MINOR_MAX, several, text, unique, whole


class TenderOrder(StrEnum):
    """Which payment of an order gets money back first."""

    AS_APPLIED = "as applied"  # the one that paid first
    LAST_FIRST = "last first"
    LEAST_FIRST = "least first"  # the one that has paid the least of the order
    MOST_FIRST = "most first"


class CashBack(StrEnum):
    """How cash goes back that was paid at a door."""

    BY_HAND = "by hand"  # as whoever pays it back finds right
    TRANSFER = "transfer"  # to an account of the customer's
    STORE_CREDIT = "store credit"  # onto a balance that we keep for him


@attrs.frozen
class PayingBack:
    """In which order tenders get money back, and how cash goes back that was paid at a door.

    `first` names methods of payments, or kinds of method such as "points", whose payments come
    before all others, in this order; those of `last` come after all others. Payments of one rank
    stand in the order of `tenders`, and those that are alike there as they were applied.

    >>> PayingBack(first=("card",), last=("points", "voucher")).tenders.value
    'as applied'
    """

    tenders: TenderOrder = TenderOrder.AS_APPLIED
    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    cash: CashBack = CashBack.BY_HAND

    def __attrs_post_init__(self) -> None:
        if type(self.tenders) is not TenderOrder:
            raise BadInput("paying_back.tenders", f"one of {', '.join(TenderOrder)} is wanted")
        if type(self.cash) is not CashBack:
            raise BadInput("paying_back.cash", f"one of {', '.join(CashBack)} is wanted")
        for name in ("first", "last"):
            if getattr(self, name) != ():
                several(getattr(self, name), f"paying_back.{name}")
        unique((*self.first, *self.last), "paying_back")


@attrs.frozen
class PaidBy:
    """A payment of an order: the names of its method, and what of it stands on that order."""

    payment: str
    methods: tuple[str, ...]
    applied: int


_BY: Final[dict[TenderOrder, Callable[[int, PaidBy], int]]] = {
    TenderOrder.AS_APPLIED: lambda i, _: i,
    TenderOrder.LAST_FIRST: lambda i, _: -i,
    TenderOrder.LEAST_FIRST: lambda _, one: one.applied,
    TenderOrder.MOST_FIRST: lambda _, one: -one.applied,
}


def in_order(rule: PayingBack, paid: Sequence[PaidBy]) -> tuple[PaidBy, ...]:
    """Payments, as they were applied, in the order in which they get money back."""

    def rank(pair: tuple[int, PaidBy]) -> tuple[int, int, int]:
        i, one = pair
        return (_group(rule, one.methods), _BY[rule.tenders](i, one), i)

    return tuple([one for _, one in sorted(enumerate(paid), key=rank)])


def _group(rule: PayingBack, methods: tuple[str, ...]) -> int:
    """The place of a method in the host's list; all that it does not name are between."""
    for i, name in enumerate(rule.first):
        if name in methods:
            return i
    for i, name in enumerate(rule.last, len(rule.first) + 1):
        if name in methods:
            return i
    return len(rule.first)


class Means(StrEnum):
    """In which way a portion goes back."""

    GATEWAY = "gateway"  # the gateway that it came by is asked
    BALANCE = "balance"  # it may be spent of its balance again
    BY_HAND = "by hand"  # somebody pays it back, and it is recorded
    TRANSFER = "transfer"  # the same, to an account of the customer's
    STORE_CREDIT = "store credit"  # onto a balance of the customer's, where it stays with us
    BANK = "bank"  # the payer's bank has taken it already: nothing is sent


@attrs.frozen
class Portion:
    """So much of what is owed back, in minor units, and to which payment it goes, in which way.

    `to` is the balance that it goes onto.
    """

    payment: str
    amount: int
    means: Means
    to: str = ""

    def __attrs_post_init__(self) -> None:
        text(self.payment, "portion.payment")
        whole(self.amount, "portion.amount", most=MINOR_MAX)
        if type(self.means) is not Means:
            raise BadInput("portion.means", f"one of {', '.join(Means)} is wanted")
        text(self.to, "portion.to", empty=True)
        if (self.means is Means.STORE_CREDIT) != bool(self.to):
            raise BadInput("portion.to", "a balance is wanted for store credit, and for it alone")


Portions: TypeAlias = tuple[Portion, ...]
"""A tender plan: what goes back, in the order in which it goes."""


def checked_plan(plan: object) -> Portions:
    """A verb's argument of what goes back: some of it, onto one balance at most."""
    if not isinstance(plan, tuple | list) or not plan:
        raise BadInput("plan", "the portions of a proposal are wanted")
    for i, one in enumerate(plan):
        if not isinstance(one, Portion):
            raise BadInput(f"plan[{i}]", "a Portion is wanted")
    if len({one.to for one in plan} - {""}) > 1:
        raise BadInput("plan", "all store credit goes onto one balance")
    return tuple(plan)
