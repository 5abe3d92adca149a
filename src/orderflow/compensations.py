"""What a host pays its customers beyond what their orders cost: for which reason, and up to what.

It knows the limits as values, and refuses to know what was paid: that is on each order.

Problem: late shipping, a fake (假一赔三) or return postage is made good with money. Booked as a
refund it lowers what the order cost, and cannot be more than was paid; so who owes three times the
price has no way to pay it, and who errs by a digit has no limit.
Decision: a compensation is a payout of its own account. It changes nothing that an order costs or
has paid. Each reason has a limit for each order, which may be above its price, and says who bears
it.
"""

from __future__ import annotations

import attrs

from orderflow.errors import BadInput
from orderflow.money import Money, Rounding, divided
from orderflow.values import text, unique, whole

PERCENT_MAX = 10_000
"""The highest share of a price: a hundred times of it."""


@attrs.frozen
class Compensable:
    """A reason for which an order may be compensated, up to how much, and who bears it.

    The limit is `percent` of what the goods of the order were sold for, but no less than `least`
    and no more than `most`, and without `percent` it is `most`; rounded down to a whole coin. With
    an amount it is for orders of that currency alone. `bearer` is the carrier, the platform or the
    supplier who makes it good to us; empty, we bear it ourselves.

    >>> late = Compensable("late", 30, Money.of("5", "CNY"), Money.of("500", "CNY"))
    >>> late.limit(1000), late.limit(10000), late.limit(1000000)
    (500, 3000, 50000)
    """

    reason: str
    percent: int = 0
    least: Money | None = None
    most: Money | None = None
    bearer: str = ""

    def __attrs_post_init__(self) -> None:
        path = f"compensable {text(self.reason, 'compensable.reason')}"
        whole(self.percent, f"{path}.percent", least=0, most=PERCENT_MAX)
        text(self.bearer, f"{path}.bearer", empty=True)
        for name in ("least", "most"):
            amount = getattr(self, name)
            if amount is not None and not (isinstance(amount, Money) and amount.minor > 0):
                raise BadInput(f"{path}.{name}", "Money above zero is wanted")
        if not self.percent and (self.most is None or self.least is not None):
            raise BadInput(f"{path}.most", "without a percentage, this alone is the limit")
        if self.least is not None and self.most is not None:
            if self.least.currency != self.most.currency:
                raise BadInput(f"{path}.most", f"is not in {self.least.currency}")
            if self.least.minor > self.most.minor:
                raise BadInput(f"{path}.most", "is less than the least")

    @property
    def currency(self) -> str:
        """The currency of the orders that it is for; empty for those of any."""
        amount = self.most or self.least
        return "" if amount is None else amount.currency

    def limit(self, price: int) -> int:
        """The most that is paid for an order whose goods were sold for a price, in minor units."""
        if not self.percent and self.most is not None:
            return self.most.minor
        part = divided(price * self.percent, 100, Rounding.DOWN)
        part = part if self.least is None else max(part, self.least.minor)
        return part if self.most is None else min(part, self.most.minor)


def checked_compensables(compensable: object) -> tuple[Compensable, ...]:
    """A host's rules of compensation, each reason once for each currency."""
    if not isinstance(compensable, tuple) or any(
        not isinstance(one, Compensable) for one in compensable
    ):
        raise BadInput("compensable", "a tuple of Compensable is wanted")
    unique((f"{one.reason} {one.currency}".rstrip() for one in compensable), "compensable")
    return compensable
