"""What a payment is made in: another currency, points at a rate, or a balance that we keep.

It knows units of a tender and what they are worth, and refuses to know who pays with them.

Problem: a customer pays an order in euro with dollars, or with points, and takes a part back.
Whoever converts the refund at the rate of that day gives back more dollars, or fewer points, than
had come.
Observation: the money of a payment has its books already, in the currency of its orders; each part
of it came as some part of the tender.
Decision: beside these books stands a second one in the tender's own unit.
What comes in is worth its amount by one rounding, which is checked.
What goes out of the one book takes its part of what is left in the other: all that is left of the
money is all that is left of the units, and neither falls below zero.
No rate is looked at again.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from orderflow.calls import Ref
from orderflow.errors import BadInput
from orderflow.money import Money, Price, Rounding, exponent, share
from orderflow.values import MINOR_MAX, text, whole


@attrs.frozen
class Tendered:
    """So many units of another currency or of points, and what they are worth.

    `n` counts the smallest units: cents, or points. `rate` is a price in the currency of what is
    paid, for `rate.per` of them.

    >>> Tendered("points", 1580, Price.of("1.00", "CNY", per=100)).worth
    1580
    """

    unit: str
    n: int
    rate: Price
    rounding: Rounding = Rounding.HALF_UP

    def __attrs_post_init__(self) -> None:
        text(self.unit, "tendered.unit")
        whole(self.n, "tendered.n", most=MINOR_MAX)
        if not isinstance(self.rate, Price):
            raise BadInput("tendered.rate", "a Price is wanted")
        if type(self.rounding) is not Rounding:
            raise BadInput("tendered.rounding", f"one of {', '.join(Rounding)} is wanted")

    @classmethod
    def of(cls, money: Money, rate: object, currency: str) -> Tendered:
        """Money in its own currency, one main unit of which is worth `rate` of another.

        >>> Tendered.of(Money.of("10.87", "USD"), "0.92", "EUR").worth
        1000
        """
        if not isinstance(money, Money):
            raise BadInput("tendered", f"Money is wanted, not {type(money).__name__}")
        per = int(10 ** exponent(money.currency))
        return cls(money.currency, money.minor, Price.of(rate, currency, per))

    @property
    def worth(self) -> int:
        """What it is worth in minor units of the rate's currency, rounded once."""
        return self.rate.times(self.n, self.rounding)


@attrs.frozen(weakref_slot=False)
class TenderBook:
    """The books of a payment in the unit of its tender, and the rate at which it came last.

    What came is with us, went back, or was taken back by the payer's bank.
    """

    unit: str
    rate: Price
    captured: int = 0
    refunded: int = 0
    charged_back: int = 0

    @property
    def held(self) -> int:
        """What is left of it with us."""
        return self.captured - self.refunded - self.charged_back


def part_of(units: int, money: int, moved: int) -> int:
    """The units that go along when `moved` of some money goes, out of what is left of both.

    All of the money is all of the units; so is more than all, of money that is missing.
    """
    return units if moved >= money else share(units, money, 0, moved)


def paid_in(tendered: object, amount: Money, book: TenderBook | None) -> Tendered:
    """What was handed over for an amount: worth just that, and of the unit that came before."""
    if not isinstance(tendered, Tendered):
        raise BadInput("tendered", f"a Tendered is wanted, not {type(tendered).__name__}")
    if tendered.rate.currency != amount.currency:
        path = "tendered.rate"
        raise BadInput(path, f"is in {tendered.rate.currency}, not in {amount.currency}")
    if tendered.unit == amount.currency:
        raise BadInput("tendered.unit", "is the currency of the payment: no rate is wanted")
    if tendered.worth != amount.minor:
        worth = Money(tendered.worth, amount.currency)
        raise BadInput("tendered", f"is worth {worth}, not {amount}")
    if book is not None and book.unit != tendered.unit:
        raise BadInput("tendered.unit", f"{book.unit} is wanted, not {tendered.unit}")
    return tendered


class StoredKind(StrEnum):
    """What a balance is that we keep for a customer."""

    VOUCHER = "voucher"  # whoever has it may use it
    STORED_VALUE = "stored value"  # a gift card, or money that was paid in ahead
    STORE_CREDIT = "store credit"  # what was owed back, and stays with us
    POINTS = "points"


@attrs.frozen(weakref_slot=False)
class StoredValue:
    """A balance that we keep: what was put on it in all, in a currency or in a unit of its own.

    What payments have spent of it is not written here: they claim it, so two of them never spend
    the same, and none has to wait for another. From `until` on nothing of it is spent; what was
    left then has `lapsed`.
    """

    ref: Ref[StoredValue]
    kind: StoredKind
    unit: str  # a currency, or the name of points
    n: int
    holder: str = ""  # whose it is; empty is whoever has it
    until: datetime | None = None
    lapsed: bool = False
