"""A proposal as a value: its rows sum to what is owed, and so do the portions of its plan.

It knows amounts alone. They are minor units of the order's currency, and say what its customer is
to pay: what is above zero he owes, what is below is owed back.
"""

from __future__ import annotations

from enum import StrEnum

import attrs

from orderflow.calls import Call
from orderflow.errors import Refusal
from orderflow.money import Money
from orderflow.records import Order
from orderflow.refunds import confirm_refund
from orderflow.statements import Part
from orderflow.tender_order import Portions


@attrs.frozen
class LineDiffers:
    """What a line costs more than before, or less, and by what; `n` more of its units are kept."""

    id: str
    sku: str
    n: int
    unit: str
    scale: int
    parts: tuple[Part, ...]

    @property
    def amount(self) -> int:
        """By how much it costs more; below zero, less."""
        return sum([part.amount for part in self.parts])


class PaidFrom(StrEnum):
    """From where an amount comes that is still to be paid."""

    UNAPPLIED = "unapplied"  # money of a payment that no order has used
    READY = "ready"  # what a gateway keeps ready
    DOOR = "door"  # cash that is to be collected
    ASKED = "asked"  # the customer is to be asked for it


@attrs.frozen
class Coming:
    """So much of what is to be paid, and from where; of no payment where there is none yet."""

    amount: int
    source: PaidFrom
    payment: str = ""


@attrs.frozen
class Proposal:
    """What an order would cost more or less, why, and how the difference would be settled.

    `before` is what was due, to which the amounts of `lines` and of `parts`, which are of the order
    as a whole, add up to `due`. Without `supposing` it is what has come of the order so far:
    `before` is then what would be due if all that was agreed at first stood.
    Below zero `due` is owed back: the portions of `plan` and what is `left` sum to it. Above zero
    `coming` does. `passed_over` says why a payment takes nothing back, or nothing goes at all.
    `supposing` names the verbs that were run dry.
    """

    order: str
    currency: str
    before: int
    lines: tuple[LineDiffers, ...]
    parts: tuple[Part, ...]
    due: int
    plan: Portions = ()
    left: int = 0
    passed_over: tuple[Refusal, ...] = ()
    coming: tuple[Coming, ...] = ()
    supposing: tuple[str, ...] = ()

    @property
    def owed(self) -> int:
        """What is owed back."""
        return max(0, -self.due)

    @property
    def difference(self) -> int:
        """By how much the order costs more than before; below zero, less."""
        of_lines = sum([line.amount for line in self.lines])
        return of_lines + sum([part.amount for part in self.parts])

    def confirm(self, payee: str = "") -> Call[Order]:
        """The call that pays back what is proposed; `payee` gets what is transferred.

        Of what was only supposed, it is refused until that has come true.
        """
        owed = Money(self.owed, self.currency)
        return confirm_refund.on(self.order, owed, self.plan, payee)
