"""Gifts that are kept when what has earned them came back: deducted at their worth.

It knows what a gift is worth to the host, and refuses to know which offer gave it.

Its kept units carry their worth from then on. So a gift that comes back after all brings it back,
and the totals are the same whichever came first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orderflow.paid_back import amount_in
from orderflow.pricing import carried, kept
from orderflow.reasons import Fault
from orderflow.records import Because, Charge, ChargeKind, Line, Order, Span
from orderflow.refunding.came import Asked

GIFT_KEPT: Final = "gift_kept"

_HIS: Final = (Fault.CUSTOMER, Fault.NOBODY)


def gifts_kept(asked: Asked) -> Iterator[Charge]:
    """What kept gifts are worth, once nothing of what has earned them is kept.

    Nothing for the fault of the seller or the carrier alone.
    """
    worths = {one.sku: one.amounts for one in asked.refunding.gifts}
    if not worths:
        return
    order, lines, back = asked.order, asked.order.by_id(), asked.back(*_HIS)
    for gift in order.lines:
        earned = [lines[name] for name in gift.gift_for if name in lines]
        his = any(back[line.id] for line in earned) and not any(kept(line) for line in earned)
        if his and not _charged(order, gift):
            worth = amount_in(worths.get(gift.sku, ()), order.currency)
            spans = tuple(_at_worth(order, gift, worth))
            amount = sum([span.amount for span in spans])
            if amount:
                n = sum([span.stop - span.start for span in spans])
                why = Because(GIFT_KEPT, asked.returned, figures=(("line", gift.id), ("n", str(n))))
                yield Charge("", ChargeKind.PRICE, amount, spans, because=why)


def _at_worth(order: Order, gift: Line, worth: int) -> Iterator[Span]:
    """What each kept unit lacks to its worth: one that was sold for a cent carries that."""
    for start, stop in kept(gift):
        lacking = worth * (stop - start) - carried(gift, order.charges, [(start, stop)])
        if lacking > 0:
            yield Span(gift.id, start, stop, lacking)


def _charged(order: Order, gift: Line) -> bool:
    """Whether kept gifts of a line carry their worth already; what is kept later is never more."""
    told = [one.because for one in order.charges if one.because is not None]
    return any(one.rule == GIFT_KEPT and ("line", gift.id) in one.figures for one in told)
