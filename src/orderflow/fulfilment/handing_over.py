"""Goods leave: a carrier takes a parcel, or a supplier ships it straight to the customer.

It knows what is billed as it leaves, and refuses to know what becomes of it on the road.
"""

from __future__ import annotations

import attrs

from orderflow.calls import Ref
from orderflow.errors import all_told
from orderflow.facts import NUMBERED
from orderflow.fulfilment.contents import (
    WEIGHT_GRAMS_MAX,
    bill_units,
    contents,
    finish_dispatches,
)
from orderflow.fulfilment.weighing import against_leaving
from orderflow.journal import Case, Context, Step, verb
from orderflow.production import Reported, ask_about_unknown, finish, meant, take_reported
from orderflow.records import Dispatch, Line, Order, Parcel, Purchase, Spot
from orderflow.states import (
    PARCEL,
    UNIT,
    ParcelFacts,
    ParcelMove,
    ParcelState,
    UnitMove,
    UnitState,
)
from orderflow.units import (
    Chosen,
    LineQuantities,
    checked_quantities,
    unit_facts,
)
from orderflow.values import text, whole


@verb("hand_over", Parcel)
def hand_over(
    case: Case,
    context: Context,
    carrier: str = "",
    tracking: str = "",
    waybill: str = "",
    manifest: str = "",
) -> Step:
    """Give a parcel to its carrier: its units are shipped, and billed.

    `carrier` and `tracking` (the waybill number) are written down, unless the parcel has them
    already. A piece that goes with others under one waybill (子母件) has that number as its
    `waybill`, and its own as `tracking`; without its own it shares what is said of all. The rules
    may want it weighed and marked before. `manifest` names what it leaves under with others.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    with all_told(tuple(against_leaving(step, parcel))):
        put_on_road(step, parcel, carrier, tracking, waybill, manifest)
    ship_contents(step, parcel)
    return step


@verb("ship_direct", Parcel)
def ship_direct(
    case: Case,
    context: Context,
    purchase: str,
    lines: LineQuantities = (),
    order: str = "",
    carrier: str = "",
    tracking: str = "",
    weight_grams: int = 0,
) -> Step:
    """Record that a supplier has shipped straight to the customer: all of it, or a part.

    A parcel is opened and on its road at once; its units are shipped, and billed. `carrier` and
    `tracking` (the waybill number) are written down. What was shipped beyond what is bought never
    was ours; a hold of the parcel asks what the customer got, also where it is for an order that
    nothing is bought for, or of lines that the order does not have. Another asks where it goes,
    when it has goods for several destinations: it has been shipped all the same.
    """
    step = Step(case, context)
    asked = step.now(case.purchase(text(purchase, "purchase")))
    wanted = checked_quantities(lines)
    orders = [step.now(case.order(name)) for name in meant(asked, order, wanted)]
    reports = [(one, take_reported(one, asked, wanted)) for one in orders]
    shipped = [(order, reported.chosen) for order, reported in reports if reported.chosen]
    id = text(case.ref.id, "parcel")
    grams = whole(weight_grams, "weight_grams", least=0, most=WEIGHT_GRAMS_MAX)
    # It has no location: it begins at the supplier's.
    names = tuple([one.ref.id for one, _ in shipped or reports])
    parcel = Parcel(case.own(Parcel), PARCEL.initial, names, "", grams)
    step.open(parcel)
    put_on_road(step, parcel, carrier, tracking)
    step.note(asked.ref, "shipped direct", parcel=id)
    for one, chosen in shipped:
        _ship(step, one, UnitMove.SHIP_DIRECT, chosen, invoice=id, peg="", parcel=id)
    _keep_unasked(step, parcel.ref, asked, reports)
    elsewhere = [one.ref.id for one, _ in shipped if one.destination != shipped[0][0].destination]
    if elsewhere:
        reason = f"it goes to one place, and has goods of {', '.join(elsewhere)} for another"
        step.hold(parcel.ref, "other_destination", reason, ())
    finish(step, asked)
    return step


@verb("report_shipped", Parcel)
def report_shipped(
    case: Case,
    context: Context,
    dispatch: str,
    lines: LineQuantities = (),
    carrier: str = "",
    tracking: str = "",
    weight_grams: int = 0,
) -> Step:
    """Record that another's warehouse has shipped units of a dispatch: all, or so many of some.

    A parcel is opened and on its road, with what of it was released or picked; one that was packed
    here leaves, and one that has left is known. `carrier` and `tracking` are written down. What is
    on hold or was shipped beyond the dispatch, has ended or been called back is asked about under a
    hold of the parcel: it has left all the same.
    """
    step = Step(case, context)
    work = step.now(case.dispatch(text(dispatch, "dispatch")))
    left = dict(checked_quantities(lines))
    asked, some = tuple(left.items()), bool(left)
    text(carrier, "carrier", empty=True)
    text(tracking, "tracking", empty=True)
    grams = whole(weight_grams, "weight_grams", least=0, most=WEIGHT_GRAMS_MAX)
    ref = case.own(Parcel)
    if case.find(ref) is None:
        step.open(Parcel(ref, PARCEL.initial, work.orders, work.location, grams))
        found = False
        for name in work.orders:
            chosen = _at_work(step, step.now(case.order(name)), work, left if some else None)
            _pack_up(step, step.now(case.order(name)), chosen, ref.id)
            found = found or bool(chosen)
        if any(left.values()) or not found:
            for line, n in asked:
                step.note(ref, "shipped_unasked", dispatch=dispatch, line=line, n=n)
            reason = f"more was shipped than was asked of {dispatch}, which is {work.state.value}"
            step.hold(ref, "shipped_unasked", reason, ())
    _let_leave(step, step.now(ref), carrier, tracking)
    return step


def _at_work(step: Step, order: Order, work: Dispatch, left: dict[str, int] | None) -> list[Chosen]:
    """What a warehouse can have shipped of a dispatch, what is picked first; it lessens `left`."""
    found: list[Chosen] = []
    for state in (UnitState.PICKED, UnitState.RELEASED):
        for line, spot in order.units():
            mine = spot.state is state and spot.slice.dispatch == work.ref.id
            n = spot.n if left is None else min(spot.n, left.get(line.id, 0))
            if mine and n and _goes(step, order, line, spot):
                found.append(Chosen(line, spot, n))
                if left is not None:
                    left[line.id] -= n
    return found


def _goes(step: Step, order: Order, line: Line, spot: Spot) -> bool:
    """Whether the host's own chart lets a unit be picked and packed."""
    chart, facts = step.chart(UNIT), unit_facts(order, line, spot.slice.stage)
    ways = [(UnitState.PICKED, UnitMove.PACK)]
    if spot.state is UnitState.RELEASED:
        ways.append((UnitState.RELEASED, UnitMove.PICK))
    return all(
        chart.target(state, move) is not None and not chart.refusals(state, move, facts)
        for state, move in ways
    )


def _pack_up(step: Step, order: Order, chosen: list[Chosen], parcel: str) -> None:
    """Pick what is not picked, and put all of it into a parcel."""
    step.move(order, UnitMove.PICK, [one for one in chosen if _is_released(one)])
    picked = [_picked(one) for one in chosen]
    step.move(step.now(order.ref), UnitMove.PACK, picked, parcel=parcel)


def _picked(one: Chosen) -> Chosen:
    """The same units once they are picked; they have left the host's stage of the state before."""
    if not _is_released(one):
        return one
    tag = attrs.evolve(one.spot.slice, stage="")
    return one._replace(spot=attrs.evolve(one.spot, state=UnitState.PICKED, slice=tag))


def _is_released(one: Chosen) -> bool:
    return one.spot.state is UnitState.RELEASED


def _let_leave(step: Step, parcel: Parcel, carrier: str, tracking: str) -> None:
    """Put a parcel on its road that a warehouse says has left, or ask a person about it."""
    if parcel.state is ParcelState.PACKED and may_leave(step, parcel):
        put_on_road(step, parcel, carrier, tracking)
        ship_contents(step, parcel)
    elif parcel.state in (ParcelState.PACKED, ParcelState.CANCELLED):
        if tracking and not parcel.tracking:
            step.note(parcel.ref, NUMBERED, carrier=carrier, tracking=tracking)
        reason = f"its warehouse has shipped it, and it is {parcel.state.value} here"
        step.hold(parcel.ref, "shipped_while_held", reason, ())


def ship_contents(step: Step, parcel: Parcel) -> None:
    """Ship and bill what is packed in a parcel; the dispatches that this empties are done."""
    dispatches: set[str] = set()
    for order, chosen in contents(step, parcel, UnitState.PACKED):
        dispatches.update(one.spot.slice.dispatch for one in chosen)
        _ship(step, order, UnitMove.SHIP, chosen, invoice=parcel.ref.id)
    finish_dispatches(step, dispatches)


def may_leave(step: Step, parcel: Parcel) -> bool:
    """Whether a packed parcel and all that is in it could be shipped: nothing holds them back.

    For what reports that it has left: it cannot be refused, and is asked about where this says no.
    """
    here, out = step.chart(PARCEL), step.chart(UNIT)
    facts = ParcelFacts(str(parcel.ref), parcel.holds, parcel.weight_grams)
    if here.target(parcel.state, ParcelMove.HAND_OVER) is None:
        return False
    if here.refusals(parcel.state, ParcelMove.HAND_OVER, facts):
        return False
    return not any(  # an empty parcel leaves
        out.target(spot.state, UnitMove.SHIP) is None
        or out.refusals(spot.state, UnitMove.SHIP, unit_facts(order, line, spot.slice.stage))
        for order, chosen in contents(step, parcel, UnitState.PACKED)
        for line, spot, _ in chosen
    )


def put_on_road(
    step: Step, parcel: Parcel, carrier: str, tracking: str, waybill: str = "", manifest: str = ""
) -> None:
    """Put a parcel on its road, and write down by whom it goes, and under which manifest."""
    step.proceed(PARCEL, parcel.ref, ParcelMove.HAND_OVER)
    text(carrier, "carrier", empty=True)
    text(tracking, "tracking", empty=True)
    text(waybill, "waybill", empty=True)
    text(manifest, "manifest", empty=True)
    besides = {"waybill": waybill, "manifest": manifest}
    said = {name: value for name, value in besides.items() if value}
    if carrier or tracking or said:
        by, number = carrier or parcel.carrier, tracking or parcel.tracking
        step.note(parcel.ref, "handed over", carrier=by, tracking=number, **said)


def _ship(
    step: Step, order: Order, move: UnitMove, chosen: list[Chosen], *, invoice: str, **tags: str
) -> None:
    """Ship units, and bill those that were not billed before."""
    fresh = [one for one in chosen if not one.spot.slice.invoice]
    billed = [one for one in chosen if one.spot.slice.invoice]
    bill_units(step, order, fresh, invoice)
    step.move(order, move, fresh, invoice=invoice, **tags)
    step.move(order, move, billed, **tags)


def _keep_unasked(
    step: Step, parcel: Ref[Parcel], asked: Purchase, reports: list[tuple[Order, Reported]]
) -> None:
    """Write down what a supplier has shipped and was not bought, line by line, under holds."""
    fits = False
    for order, (chosen, beyond, unknown) in reports:
        for line, n in (*((line.id, n) for line, n in beyond), *unknown):
            step.note(parcel, "shipped_unasked", order=order.ref.id, line=line, n=n)
        if unknown:
            ask_about_unknown(step, parcel, "goods", order.ref.id, dict(unknown))
        fits = fits or bool(chosen or unknown)
    if not fits or any(reported.beyond for _, reported in reports):  # no reports: nothing fits
        reason = f"goods were shipped that were not bought, while it was {asked.state.value}"
        step.hold(parcel, "shipped_unasked", reason)
