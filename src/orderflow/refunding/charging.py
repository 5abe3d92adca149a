"""The pipeline: each rule of a refund in turn, and what follows for points and coupons.

It knows in which order the rules are asked, and refuses to know what each of them says.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Final, TypeAlias

import attrs

from orderflow.calls import Ref
from orderflow.coupons import uses_of
from orderflow.facts import Charged
from orderflow.journal import Step
from orderflow.orders import freight_left, later_id
from orderflow.paid_back import PLAIN_REFUNDING, amount_in
from orderflow.pricing import carried, kept
from orderflow.reasons import Reason
from orderflow.records import Charge, ChargeKind, Order, Return
from orderflow.refunding.came import Asked, Came, GivenBack, nothing_kept
from orderflow.refunding.fees import fees
from orderflow.refunding.freight import freight_back
from orderflow.refunding.gifts import gifts_kept
from orderflow.refunding.thresholds import unearned
from orderflow.states import UnitState
from orderflow.taxes import FREIGHT_GROUP

Rule: TypeAlias = Callable[[Asked], Iterator[Charge]]
"""Says what is to be charged for what came back; the ids are given later."""

RULES: Final[tuple[Rule, ...]] = (unearned, gifts_kept, freight_back, fees)
"""The rules of a refund, in the order in which they are asked."""

POINTS_BACK: Final = "points back"
"""What is noted of an order whose customer has points to give back, for the host to take."""


def charge_returned(step: Step, ref: Ref[Return], gone: Sequence[GivenBack]) -> None:
    """Charge an order with what the rules say of units that a return has just given up.

    They stand in the bag as returned, with the id of their return.
    """
    returned = step.now(ref)
    order_ref = step.case.order(returned.order)
    rules = step.context.rules.refunding or PLAIN_REFUNDING
    asked = Asked(
        step.now(order_ref),
        ref.id,
        _reason(step, returned),
        _together(gone),
        tuple(_came(step, step.now(order_ref))),
        rules,
    )
    if not gone:
        return
    if rules.freight:
        lowered, tax = _lowered(step, asked.order), _tax_on_freight(step, asked.order)
        asked = attrs.evolve(asked, lowered=lowered, freight_tax=tax)
    for rule in RULES:
        for charge in tuple(rule(asked)):
            id = later_id(step.now(order_ref), charge.kind)
            step.add(Charged(order_ref, attrs.evolve(charge, id=id)))
        asked = attrs.evolve(asked, order=step.now(order_ref))
    _take_points(step, asked)
    if rules.coupons and nothing_kept(asked.order):
        step.add(*uses_of(asked.order))


def _together(gone: Sequence[GivenBack]) -> tuple[GivenBack, ...]:
    """So many units of a line in one condition, however many decisions they were."""
    units: Tally[tuple[str, str]] = Tally()
    for one in gone:
        units[one.line, one.condition] += one.n
    return tuple([GivenBack(line, n, condition) for (line, condition), n in units.items()])


def _came(step: Step, order: Order) -> Iterator[Came]:
    """What came back of an order by its returns, with the reason of each."""
    reasons: dict[str, Reason] = {}
    for line, spot in order.units():
        name = spot.slice.returning
        if spot.state is not UnitState.RETURNED or not name:
            continue
        if name not in reasons:
            reasons[name] = _reason(step, step.now(step.case.returned(name)))
        yield Came(line.id, spot.n, reasons[name])


def _reason(step: Step, returned: Return) -> Reason:
    """The reason of a return; one that the rules do not name is the customer's own."""
    found = step.context.rules.reason(returned.reason)
    return Reason(returned.reason or "-") if found is None else found


def _lowered(step: Step, order: Order) -> int:
    """What credit notes have taken off the freight of an order."""
    whole = [one for one in order.charges if not one.spans]
    freight = sum([one.amount for one in whole if one.kind is ChargeKind.FREIGHT])
    return freight - freight_left(step, order)


def _tax_on_freight(step: Step, order: Order) -> Fraction | None:
    """The tax on the freight of an order by its invoices, as a part of it; none where on none.

    A tax that is in the prices is no charge of its own.
    """
    papers = [step.now(step.case.invoice(id)) for id in order.invoices]
    billed = [
        (line.amount, 0 if bill.inclusive else line.tax)
        for bill in papers
        for line in bill.of(order.ref.id)
        if line.group == FREIGHT_GROUP
    ]
    if not billed:
        return None
    freight = sum([amount for amount, _ in billed])
    return Fraction(sum([tax for _, tax in billed]), freight) if freight > 0 else Fraction(0)


def _take_points(step: Step, asked: Asked) -> None:
    """Note how many points the customer has earned less than before."""
    before = step.case.find(asked.order.ref)
    per = amount_in(asked.refunding.points, asked.order.currency)
    if before is None or not per:
        return
    points = _goods(before) // per - _goods(asked.order) // per
    if points:
        step.note(asked.order.ref, POINTS_BACK, returned=asked.returned, points=points)


def _goods(order: Order) -> int:
    """What the kept units of an order cost."""
    return sum([carried(line, order.charges, kept(line)) for line in order.lines])
