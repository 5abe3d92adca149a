"""What is taken off the shelf for a dispatch, and the serial numbers that were read.

It knows what was picked, and refuses to know the way through the aisles.

What is not on its shelf is a fact: the book has fewer there, and just these units wait for goods
again, so that what was found goes its way and what is missing is decided anew.
"""

from __future__ import annotations

import attrs

from orderflow.books import matter_position
from orderflow.claiming import keep_again
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import Posted
from orderflow.fulfilment.contents import AT_WORK, has_units
from orderflow.fulfilment.dispatches import keep_answer
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Dispatch, MatterKind, Order, Transfer
from orderflow.states import (
    DISPATCH,
    UNIT,
    RequestMove,
    UnitMove,
    UnitState,
)
from orderflow.units import (
    UNCLAIMED,
    Chosen,
    LineQuantities,
    checked_quantities,
    unit_facts,
)
from orderflow.values import several, text, whole


@verb("pick", Dispatch)
def pick(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Record that units were taken off the shelf: all, or so many of some lines.

    What is picked short stays released, until `pick_short` says that it is not there. What is
    picked for a dispatch that has ended is written down under a hold.
    """
    step = Step(case, context)
    dispatch = step.now(case.own(Dispatch))
    wanted = checked_quantities(lines)
    if dispatch.state in DISPATCH.ends:
        for line, n in wanted:
            step.note(dispatch.ref, "picked", line=line, n=n)
        keep_answer(step, "picks")
        return step
    if wanted and len(dispatch.orders) > 1:
        raise BadInput("lines", "the dispatch is for several orders: pick it whole")
    for name in dispatch.orders:
        order = step.now(case.order(name))
        chosen = step.choose(
            order,
            "pick",
            (UnitState.RELEASED,),
            wanted,
            lambda tag: tag.dispatch == case.ref.id,
            ready=step.ready,
        )
        step.move(order, UnitMove.PICK, chosen)
    return step


@verb("pick_short", Dispatch)
def pick_short(case: Case, context: Context, lines: LineQuantities = (), reason: str = "") -> Step:
    """Record that units of a dispatch are not on their shelf: all that are not picked, or so many.

    They wait for goods again, so that `allocate` decides anew about them alone, and the book has
    that many fewer there. More than is still to be picked is written down under a hold.
    """
    step = Step(case, context)
    dispatch = step.now(case.own(Dispatch))
    wanted = checked_quantities(lines)
    text(reason, "reason", empty=True)
    left = dict(wanted)
    found = 0
    for name in dispatch.orders:
        order = step.now(case.order(name))
        chosen = _to_pick(order, dispatch, left if wanted else None)
        found += len(chosen)
        _not_there(step, order, chosen)
    if any(left.values()) or not found:
        for line, n in wanted:
            step.note(dispatch.ref, "picked short", line=line, n=n)
        keep_answer(step, "picks short")
    if reason:
        step.note(dispatch.ref, "picked short", reason=reason)
    if found and dispatch.state not in DISPATCH.ends and not has_units(step, dispatch, AT_WORK):
        move = RequestMove.FINISH if _has_left(step, dispatch) else RequestMove.CANCEL
        step.advance(DISPATCH, dispatch.ref, move, None)
    return step


@verb("scan_pick", Dispatch)
def scan_pick(
    case: Case, context: Context, sku: str, n: int = 1, lot: str = "", serial: str = ""
) -> Step:
    """Check what is scanned at the shelf against the pick list, and pick it: `n` units of a SKU.

    A SKU, a lot or a serial number that is not asked for is refused, and so is one unit too many.
    A serial number is of one unit, and stays with it.
    """
    step = Step(case, context)
    dispatch = step.now(case.own(Dispatch))
    whole(n, "n")
    for name, value in (("sku", sku), ("lot", lot), ("serial", serial)):
        text(value, name, empty=name != "sku")
    if serial and n != 1:
        raise BadInput("n", "a serial number is of one unit")
    orders = [step.now(case.order(name)) for name in dispatch.orders]
    listed = [(order, one) for order in orders for one in _to_pick(order, dispatch, None)]
    refusals = _against_scan(dispatch, [one for _, one in listed], sku, n, lot, serial)
    if serial and any(spot.slice.serial == serial for o in orders for _, spot in o.units()):
        known = [one for _, one in listed if one.spot.slice.serial == serial]
        if not known:
            refusals.append(Refusal.of("already_there", kind="serial", id=serial))
    if refusals:
        raise MoveRefused(tuple(refusals))
    for order, one in listed:
        if _fits(one, sku, lot, serial) and n:
            part = min(n, one.n)
            n -= part
            tags = {"serial": serial} if serial else {}
            step.move(order, UnitMove.PICK, [one._replace(n=part)], **tags)
    return step


def _to_pick(order: Order, dispatch: Dispatch, left: dict[str, int] | None) -> list[Chosen]:
    """What of an order is still to be picked for a dispatch: all of it, or as far as `left` says.

    What is taken is taken off `left`.
    """
    found: list[Chosen] = []
    for line, spot in order.units():
        if spot.state is UnitState.RELEASED and spot.slice.dispatch == dispatch.ref.id:
            n = spot.n if left is None else min(spot.n, left.get(line.id, 0))
            if n:
                found.append(Chosen(line, spot, n))
            if left is not None and n:
                left[line.id] -= n
    return found


def _not_there(step: Step, order: Order, chosen: list[Chosen]) -> None:
    """Units wait again, and their goods are missed on the shelf.

    Where a host lets no claim go they stay claimed, and are endangered by what is missing.
    """
    step.move(order, UnitMove.RECALL, chosen, dispatch="")
    gone = [_on_shelf(one) for one in chosen]
    chart, facts = step.chart(UNIT), unit_facts(order)
    here, back = UnitState.ALLOCATED, UnitMove.UNRESERVE
    if chart.target(here, back) is not None and not chart.refusals(here, back, facts):
        step.move(step.now(order.ref), back, gone, grade="", **UNCLAIMED)
        keep_again(step, gone)
    for line, spot, n in chosen:
        at = matter_position(line.sku, spot.slice)
        step.add(Posted(Transfer(MatterKind.SELLABLE, at, MatterKind.COUNT_DIFFERENCE, at, n)))


def _on_shelf(one: Chosen) -> Chosen:
    """The same units once their warehouse has given them back."""
    tag = attrs.evolve(one.spot.slice, dispatch="", stage="")
    return one._replace(spot=attrs.evolve(one.spot, state=UnitState.ALLOCATED, slice=tag))


def _has_left(step: Step, dispatch: Dispatch) -> bool:
    """Whether goods of a dispatch have left; of one that nothing has left of nothing was done."""
    return any(
        spot.slice.dispatch == dispatch.ref.id
        for name in dispatch.orders
        for _, spot in step.now(step.case.order(name)).units()
    )


def _fits(one: Chosen, sku: str, lot: str, serial: str) -> bool:
    of = one.spot.slice
    return one.line.sku == sku and of.lot == lot and of.serial in ("", serial)


def _against_scan(
    dispatch: Dispatch, listed: list[Chosen], sku: str, n: int, lot: str, serial: str
) -> list[Refusal]:
    """Why what is scanned is not what is to be picked."""
    named = {"dispatch": dispatch.ref.id, "sku": sku}
    of_sku = [one for one in listed if one.line.sku == sku]
    if not of_sku:
        return [Refusal.of("not_to_pick", **named)]
    of_lot = [one for one in of_sku if one.spot.slice.lot == lot]
    if not of_lot:
        lots = ", ".join(sorted({one.spot.slice.lot or "-" for one in of_sku}))
        return [Refusal.of("wrong_lot", **named, lot=lot or "-", wanted=lots)]
    fitting = [one for one in of_lot if _fits(one, sku, lot, serial)]
    if not fitting:
        serials = ", ".join(sorted({one.spot.slice.serial for one in of_lot}))
        return [Refusal.of("wrong_serial", **named, serial=serial or "-", wanted=serials)]
    left = sum([one.n for one in fitting])
    return [Refusal.of("scanned_too_many", **named, n=n, left=left)] if n > left else []


@verb("scan_serials", Order)
def scan_serials(case: Case, context: Context, line: str, serials: tuple[str, ...]) -> Step:
    """Record the serial numbers of units of a line that the warehouse has: one unit each."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    several(serials, "serials")
    known = {spot.slice.serial for _, spot in order.units()}
    refusals = [
        Refusal.of("already_there", kind="serial", id=serial)
        for serial in serials
        if serial in known
    ]
    if refusals:
        raise MoveRefused(tuple(refusals))
    for serial in serials:
        now = step.now(order.ref)
        one = ((text(line, "line"), 1),)
        chosen = step.choose(now, "scan", AT_WORK, one, lambda tag: not tag.serial)
        step.retag(now, chosen, serial=serial)
    return step
