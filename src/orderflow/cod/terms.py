"""An order that is to be paid at the door: whether it may be, and to which coin it is rounded.

It knows the order, its customer's refused parcels and the rules, and refuses to know who collects.

Refused parcels are counted in a pool of their customer, one more with each that is turned back for
that reason, so that placing reads one counter and no history.

An order that is to cost more is as one that is placed: what we decide about its price is refused
beyond the bound, and the rest may be paid in another way first. What its goods weigh is so, and is
written down under a hold that blocks nothing.

What is rounded by is a charge of its own, shared over the units as a discount is: so a return gives
back what was paid. It is on no invoice, whose tax is that of the goods, and which a rounded amount
need not have: what is to be paid is the invoice and the rounding, and the order and its statement
say both. What was rounded before is rounded anew with it: parts that are paid do not add theirs
up. The seller bears it, as he does whatever names nobody else.
"""

from __future__ import annotations

from collections.abc import Callable

from orderflow.calls import Ref
from orderflow.errors import MoveRefused, Refusal
from orderflow.facts import Charged, Limited
from orderflow.journal import Step
from orderflow.pools import refused_pool
from orderflow.pricing import Ranges, carried, charge_kept, due, kept, parts_carried, shares_of
from orderflow.records import ChargeKind, Line, Order, Parcel
from orderflow.values import Position


def barred_from_cash(step: Step, order: Order) -> tuple[Refusal, ...]:
    """Every reason for which an order may not be paid at the door; none where nothing is due."""
    rule, owed = step.context.rules.cash_on_delivery, due(order)
    if rule is None or not order.cash_on_delivery or owed <= 0:
        return ()
    reasons: list[Refusal] = []
    name, region = order.ref.id, order.destination.region
    if (rule.regions and region not in rule.regions) or region in rule.not_regions:
        reasons.append(Refusal.of("cash_region", order=name, region=region or "?"))
    reasons += _too_much(step, order)
    if rule.refused_most is not None:
        refused = step.case.counter(Position(refused_pool(order.customer))).there
        if refused > rule.refused_most:
            figures = {"refused": refused, "most": rule.refused_most}
            reasons.append(Refusal.of("cash_refused_before", order=name, **figures))
    return tuple(reasons)


def bar_dearer(step: Step, before: Order) -> None:
    """Refuse to make an order dearer than may be paid at the door."""
    if reasons := _dearer(step, before):
        raise MoveRefused(reasons)


def mark_dearer(step: Step, before: Order) -> None:
    """Note that an order has become dearer than may be paid at the door: it asks a person."""
    for reason in _dearer(step, before):
        step.hold(before.ref, reason.code, str(reason), ())


def _dearer(step: Step, before: Order) -> tuple[Refusal, ...]:
    """That an order has come to cost more in this step, and more than may be paid at the door."""
    order = step.now(before.ref)
    return _too_much(step, order) if due(order) > due(before) else ()


def _too_much(step: Step, order: Order) -> tuple[Refusal, ...]:
    rule, owed = step.context.rules.cash_on_delivery, due(order)
    most = None if rule is None else dict(rule.most).get(order.currency)
    if most is None or not order.cash_on_delivery or owed <= most:
        return ()
    name, currency = order.ref.id, order.currency
    refusal = Refusal.of("cash_too_much", order=name, cost=owed, currency=currency, most=most)
    return (refusal,)


def count_refused(step: Step, parcel: Parcel, reason: str) -> None:
    """Count a parcel that its customers have refused at the door, for each of them."""
    rule = step.context.rules.cash_on_delivery
    if rule is None or reason not in rule.refused_reasons:
        return
    orders = [step.now(step.case.order(name)) for name in parcel.orders]
    customers = {order.customer for order in orders if order.cash_on_delivery}
    step.add(*(Limited(Position(refused_pool(one)), 1) for one in sorted(customers)))


def round_cash(step: Step, ref: Ref[Order]) -> None:
    """Round what is due on an order that is to be paid at the door."""
    order = step.now(ref)
    if order.cash_on_delivery:
        charge_rounding(step, order, due(order))


def charge_rounding(
    step: Step, order: Order, minor: int, of: Callable[[Line], Ranges] = kept
) -> int:
    """Round so much, which is due on an order, and say how much is to be paid in cash.

    It is what would be due without the roundings so far that is rounded, and they are charged with
    the difference: so all of them together are less than a coin, in however many parts was paid.
    Where no more than they was left, nothing is due any more.

    `of` says which units of a line bear it. Where they carry less than is rounded off, nothing is.
    """
    for rounding in step.context.rules.cash_rounding:
        if rounding.currency != order.currency or minor <= 0:
            continue
        exact = minor - _rounded_by(order, of)
        by = (rounding.of(exact) if exact > 0 else 0) - minor
        carry = sum([carried(line, order.charges, of(line)) for line in order.lines])
        units = any(of(line) for line in order.lines)
        if by and units and carry + by >= 0:
            number = sum(one.kind is ChargeKind.CASH for one in order.charges) + 1
            id = f"cash-rounding-{number}"
            step.add(Charged(order.ref, charge_kept(id, ChargeKind.CASH, by, order, of=of)))
            return minor + by
    return minor


def _rounded_by(order: Order, of: Callable[[Line], Ranges]) -> int:
    """What these units of an order carry of its roundings so far."""
    if all(one.kind is not ChargeKind.CASH for one in order.charges):  # no charges: by nothing
        return 0
    shares = shares_of(order.charges)
    parts = [
        part for line in order.lines for part in parts_carried(shares.get(line.id, ()), of(line))
    ]
    return sum([n for charge, n in parts if charge.kind is ChargeKind.CASH])
