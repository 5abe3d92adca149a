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

Problem: a deposit comes in dollars and its balance does not; units that are shared over all of the
money send back dollars for euro that never were any.
Decision: the book counts the money that its units stand for, and they are shared over that alone.
Of what goes, that money goes first; a gateway is asked for what it has brought itself.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from orderflow.calls import Ref
from orderflow.currencies import EXPONENTS
from orderflow.errors import BadInput
from orderflow.money import Money, Price, Rounding, divided, exponent, share
from orderflow.values import MINOR_MAX, several, text, whole

MARKS: Final[tuple[str, ...]] = ("{amount}", "{units}", "{order}", "{number}")
"""What may stand in braces in a line that tells a customer how to pay."""


def unit(value: object, path: str, *, empty: bool = False) -> str:
    """The name of what a tender is counted in; a currency has its name in capital letters alone.

    Whoever writes it otherwise has a unit that no money is in.
    """
    name = text(value, path, empty=empty)
    if name not in EXPONENTS and name.upper() in EXPONENTS:
        raise BadInput(path, f"{name.upper()} is wanted: currencies are written so")
    return name


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
        unit(self.unit, "tendered.unit")
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
        return worth(self.rate, self.n, self.rounding)


@attrs.frozen(weakref_slot=False)
class Worth:
    """The money that the units of a tender stand for, in minor units of their payment.

    `by_gateway` is the part of captured that a gateway has brought.
    """

    captured: int = 0
    refunded: int = 0
    charged_back: int = 0
    by_gateway: int = 0

    @property
    def held(self) -> int:
        """What is left of it with us."""
        return self.captured - self.refunded - self.charged_back


@attrs.frozen(weakref_slot=False)
class TenderBook:
    """The books of a payment in the unit of its tender, and the rate at which it came last.

    What came is with us, went back, or was taken back by the payer's bank. `worth` is the money
    that it stands for; without it that is all money of the payment but what is told apart
    otherwise, as of one from a balance.
    """

    unit: str
    rate: Price
    captured: int = 0
    refunded: int = 0
    charged_back: int = 0
    worth: Worth | None = None

    @property
    def held(self) -> int:
        """What is left of it with us."""
        return self.captured - self.refunded - self.charged_back


def worth(rate: Price, n: int, rounding: Rounding) -> int:
    """What so many smallest units of a tender are worth, in minor units of the rate's currency.

    Like `Price.times`, but there may be as many of them as of any money.
    """
    top, bottom = _ratio(rate)
    return divided(top * n, bottom, rounding)


def _ratio(rate: Price) -> tuple[int, int]:
    top, bottom = rate.amount.as_integer_ratio()
    return top * 10 ** exponent(rate.currency), bottom * rate.per


def part_of(units: int, money: int, moved: int) -> int:
    """The units that go along when `moved` of some money goes, out of what is left of both.

    All of the money is all of the units; so is more than all, of money that is missing.
    """
    return units if moved >= money else share(units, money, 0, moved)


def units_gone(before: TenderBook | None, after: TenderBook | None) -> int | None:
    """How many units have left the books of a tender meanwhile; `None` where it has no books."""
    return None if before is None or after is None else before.held - after.held


def checked_tendered(tendered: object) -> Tendered:
    """A verb's argument of what was handed over in another unit."""
    if not isinstance(tendered, Tendered):
        raise BadInput("tendered", f"a Tendered is wanted, not {type(tendered).__name__}")
    return tendered


def paid_in(tendered: object, amount: Money, book: TenderBook | None) -> Tendered:
    """What was handed over for an amount: worth just that, and of the unit that came before."""
    tendered = checked_tendered(tendered)
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
    holder: str = ""  # whose it is in the books; whoever has its id may spend it
    until: datetime | None = None
    lapsed: bool = False


class MethodKind(StrEnum):
    """What a customer pays with."""

    CARD = "card"
    WALLET = "wallet"  # WeChat Pay, Alipay, UnionPay
    BANK_TRANSFER = "bank transfer"
    VOUCHER = "voucher"
    STORED_VALUE = "stored value"
    STORE_CREDIT = "store credit"
    POINTS = "points"
    CASH = "cash"  # at the door


@attrs.frozen
class PaymentMethod:
    """A way to pay that a host offers; payments that are made so have its `name` as their method.

    `lines` tell the customer how: `{amount}`, `{units}`, `{order}` and `{number}` in them stand for
    what is to be paid and for which order. `rate` says what units of a tender that is no money, or
    other money, are worth; its currency is that of the orders which may be paid so, `currencies`
    are those of all others, and without either any may. Nothing is paid back to one that does not
    take it (`goes_back`): what is owed goes onto a balance.
    """

    name: str
    kind: MethodKind
    lines: tuple[str, ...] = ()
    unit: str = ""
    rate: Price | None = None
    rounding: Rounding = Rounding.HALF_UP
    currencies: tuple[str, ...] = ()
    goes_back: bool = True

    def __attrs_post_init__(self) -> None:
        text(self.name, "method.name")
        if type(self.kind) is not MethodKind:
            raise BadInput("method.kind", f"one of {', '.join(MethodKind)} is wanted")
        lines: object = self.lines
        if not isinstance(lines, tuple):
            raise BadInput("method.lines", "a tuple of texts is wanted")
        for i, line in enumerate(lines):
            _line(line, f"method.lines[{i}]")
        if unit(self.unit, "method.unit", empty=True) and not isinstance(self.rate, Price):
            raise BadInput("method.rate", "a Price is wanted where there is a unit")
        if self.rate is not None and not self.unit:
            raise BadInput("method.unit", "must not be empty where there is a rate")
        if type(self.rounding) is not Rounding:
            raise BadInput("method.rounding", f"one of {', '.join(Rounding)} is wanted")
        if self.currencies != ():
            for i, one in enumerate(several(self.currencies, "method.currencies")):
                exponent(one, f"method.currencies[{i}]")
        if type(self.goes_back) is not bool:
            raise BadInput("method.goes_back", "true or false is wanted")

    def may_pay(self, currency: str) -> bool:
        """Whether an order of a currency may be paid so."""
        if self.rate is not None:
            return currency == self.rate.currency
        return not self.currencies or currency in self.currencies

    def worth(self, units: int) -> int:
        """What so many units are worth in minor units of an order; without a rate, as many."""
        return units if self.rate is None else worth(self.rate, units, self.rounding)

    def units_for(self, minor: int) -> int:
        """The fewest units that pay as much of an amount as any number of them; nothing beyond it.

        Without a rate they are the amount.

        >>> points = PaymentMethod(
        ...     "points", MethodKind.POINTS, (), "points", Price.of("0.03", "CNY")
        ... )
        >>> points.units_for(1000), points.worth(333)
        (333, 999)
        """
        if self.rate is None:
            return minor
        top, bottom = _ratio(self.rate)
        if not top:
            return 0
        least, most = minor * bottom // top, (minor + 1) * bottom // top
        while least < most:  # as many as are worth no more
            middle = (least + most + 1) // 2
            fits = self.worth(middle) <= minor
            least, most = (middle, most) if fits else (least, middle - 1)
        paid, least = self.worth(most), 0
        while least < most:  # as few as are worth that
            middle = (least + most) // 2
            enough = self.worth(middle) >= paid
            least, most = (least, middle) if enough else (middle + 1, most)
        return least


def _line(value: object, path: str) -> None:
    """A line for customers, in which nothing but `MARKS` stands in braces."""
    rest = text(value, path)
    for mark in MARKS:
        rest = rest.replace(mark, "")
    if "{" in rest or "}" in rest:
        raise BadInput(path, f"only {', '.join(MARKS)} may stand in braces")
