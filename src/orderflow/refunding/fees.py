"""What is kept of what goods cost that came back: lost value, a fee for restocking, the postage.

It knows reason, condition and worth of goods, and refuses to know what is done with them.

Nothing of it is kept for the fault of the seller or the carrier, and no restocking fee in a
withdrawal by law. Together it is never more than the goods were worth. It is a percentage of what
so many units of their line cost, and rounded once, so it is the same whichever of them come back.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor
from typing import Final, NamedTuple

from orderflow.paid_back import NOT_HIS, amount_in
from orderflow.records import Because, Charge, ChargeKind
from orderflow.refunding.came import Asked, GivenBack, costs, part_of

LOST_VALUE: Final = "lost_value"
RESTOCKING: Final = "restocking"
POSTAGE: Final = "postage"


class _Fee(NamedTuple):
    amount: int
    because: Because


def fees(asked: Asked) -> Iterator[Charge]:
    """Each fee, as far as the goods that came back are worth it."""
    if asked.reason.fault in NOT_HIS:
        return
    left = sum([_worth(asked, one) for one in asked.gone])
    for rule in (_lost_value, _restocking, _postage):
        for fee in rule(asked):
            amount = min(left, fee.amount)
            if amount > 0:
                left -= amount
                yield Charge("", ChargeKind.FEE, amount, because=fee.because)


def _lost_value(asked: Asked) -> Iterator[_Fee]:
    losses = {one.condition: one.loss for one in asked.refunding.lost_value}
    for one in asked.gone:
        loss = losses.get(one.condition)
        if loss is not None:
            amount = loss.of(_worth(asked, one), one.n, asked.order.currency)
            yield _Fee(amount, _because(asked, LOST_VALUE, one))


def _restocking(asked: Asked) -> Iterator[_Fee]:
    if asked.reason.statutory:
        return
    for one in asked.gone:
        for rule in asked.refunding.restocking:
            if rule.fits(asked.reason.code, one.condition):
                amount = rule.fee.of(_worth(asked, one), one.n, asked.order.currency)
                yield _Fee(amount, _because(asked, RESTOCKING, one))
                break


def _postage(asked: Asked) -> Iterator[_Fee]:
    """Once for a return, whose first goods bear it."""
    told = [one.because for one in asked.order.charges if one.because is not None]
    if asked.reason.fault in asked.refunding.postage_by and not any(
        one.rule == POSTAGE and one.document == asked.returned for one in told
    ):
        amount = amount_in(asked.refunding.postage, asked.order.currency)
        yield _Fee(amount, Because(POSTAGE, asked.returned))


def _worth(asked: Asked, one: GivenBack) -> int:
    """What so many units of a line cost as they were agreed, without their tax."""
    line = asked.order.by_id()[one.line]
    return max(0, floor(part_of(line, costs(asked.order)[one.line], one.n)))


def _because(asked: Asked, rule: str, one: GivenBack) -> Because:
    figures = (("line", one.line), ("n", str(one.n)), ("condition", one.condition))
    return Because(rule, asked.returned, figures=figures)
