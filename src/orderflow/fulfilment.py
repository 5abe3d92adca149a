"""From a claim to the customer's door: dispatches and parcels.

It knows the work of a warehouse and what carriers report, and refuses to know which carrier it is.

A dispatch (发货单) is what one location is asked to ship of an order; a parcel is what travels
together, of one order or of several.
Neither counts units: the bags of the orders do, tagged with the dispatch and the parcel.

A bill is due when goods leave: handing over bills the units of the parcel that were not billed
before, each line its first unbilled indices.
What a carrier, a warehouse or a customer reports has happened: it is recorded in every state, and
where the charts have no row for it, a named hold asks a person.

One file, though long: most verbs of a parcel move units of a dispatch too, and the other way round.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from orderflow.books import position_of
from orderflow.calls import Ref
from orderflow.claiming import keep_again
from orderflow.cod.terms import count_refused
from orderflow.errors import BadInput, MoveRefused, Refusal, all_told
from orderflow.facts import CutMade, Noted
from orderflow.holding import checked_blocks, set_hold
from orderflow.inventory import spoiled
from orderflow.journal import Case, Context, Step, verb
from orderflow.on_account import cover
from orderflow.pricing import bill, order_facts
from orderflow.production import Reported, ask_about_unknown, finish, meant, take_reported
from orderflow.records import Dispatch, Line, Order, Parcel, Purchase, Spot
from orderflow.sent_again import sold_by
from orderflow.states import (
    DISPATCH,
    ONWARD,
    ORDER,
    ORDER_OVER,
    PARCEL,
    OrderMove,
    OrderState,
    ParcelMove,
    ParcelState,
    RequestMove,
    RequestState,
    UnitMove,
    UnitState,
)
from orderflow.tracking import Track, Whereabouts
from orderflow.tracking.troubles import OURS
from orderflow.units import (
    UNCLAIMED,
    Chosen,
    LineQuantities,
    checked_quantities,
    refuse_sent_again,
)
from orderflow.values import several, text, warehouse, whole, within

WEIGHT_GRAMS_MAX: Final = 100_000_000

_AT_WORK: Final = (UnitState.RELEASED, UnitState.PICKED, UnitState.PACKED)


class ScanStatus(StrEnum):
    """What a carrier's scan says."""

    IN_TRANSIT = "in transit"
    READY_TO_COLLECT = "ready to collect"
    DELIVERED = "delivered"
    RETURN_TO_SENDER = "return to sender"
    LOST = "lost"


def said_by(track: Track) -> ScanStatus | None:
    """What all scans of a parcel say together, in the word that `record_scan` takes.

    `None` where nobody has seen it yet. What is back at its sender's is on its way back until it is
    received.
    """
    return _SAID.get(track.whereabouts)


_SAID: Final = {
    Whereabouts.ON_ITS_WAY: ScanStatus.IN_TRANSIT,
    Whereabouts.AT_DESK: ScanStatus.READY_TO_COLLECT,
    Whereabouts.DELIVERED: ScanStatus.DELIVERED,
    Whereabouts.GOING_BACK: ScanStatus.RETURN_TO_SENDER,
    Whereabouts.BACK: ScanStatus.RETURN_TO_SENDER,
    Whereabouts.LOST: ScanStatus.LOST,
}

_SCAN_MOVES: Final = {
    ScanStatus.READY_TO_COLLECT: (ParcelMove.MAKE_READY, UnitMove.MAKE_READY),
    ScanStatus.DELIVERED: (ParcelMove.DELIVER, UnitMove.DELIVER),
    ScanStatus.RETURN_TO_SENDER: (ParcelMove.TURN_BACK, UnitMove.TURN_BACK),
    ScanStatus.LOST: (ParcelMove.LOSE, UnitMove.LOSE),
}

_NOTHING_NEW: Final = frozenset(
    {
        (ParcelState.SHIPPED, ScanStatus.IN_TRANSIT),
        (ParcelState.READY_TO_COLLECT, ScanStatus.IN_TRANSIT),
        (ParcelState.READY_TO_COLLECT, ScanStatus.READY_TO_COLLECT),
        (ParcelState.DELIVERED, ScanStatus.IN_TRANSIT),
        (ParcelState.DELIVERED, ScanStatus.READY_TO_COLLECT),
        (ParcelState.DELIVERED, ScanStatus.DELIVERED),
        (ParcelState.LOST, ScanStatus.LOST),
        (ParcelState.GOING_BACK, ScanStatus.IN_TRANSIT),
        (ParcelState.GOING_BACK, ScanStatus.RETURN_TO_SENDER),
    }
)
"""The scans that say what is known already: they come twice and late, and nobody has to look."""


@verb("release", Order)
def release(
    case: Case, context: Context, dispatch: str, location: str = "", lines: LineQuantities = ()
) -> Step:
    """Give the warehouse the work: open a dispatch for the units allocated in a location.

    The location may be left out where all of them stand at one. No unit goes out of a lot that is
    on hold, or is no longer good for as long as the rules ask.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    wanted = checked_quantities(lines)
    at = text(location, "location", empty=True) or _only_location(order)
    here = (UnitState.ALLOCATED,)
    chosen = step.choose(
        order, "release", here, wanted, lambda tag: within(tag.location, at), ready=step.ready
    )
    reasons = spoiled(step, [position_of(line.sku, spot.slice) for line, spot, _ in chosen])
    ref = case.dispatch(text(dispatch, "dispatch"))
    with all_told((*reasons, *cover(step, sold_by(step, order)))):
        step.open(Dispatch(ref, DISPATCH.initial, at, (order.ref.id,)))
        step.move(order, UnitMove.RELEASE, chosen, dispatch=dispatch)
    return step


@verb("send_dispatch", Dispatch)
def send_dispatch(case: Case, context: Context) -> Step:
    """Write down that the warehouse was told of the work."""
    step = Step(case, context)
    step.advance(DISPATCH, case.ref, RequestMove.SEND, None)
    return step


@verb("accept_dispatch", Dispatch)
def accept_dispatch(case: Case, context: Context) -> Step:
    """Record that the warehouse takes the work; who takes it was told of it."""
    step = Step(case, context)
    dispatch = step.now(case.own(Dispatch))
    chart, created = step.chart(DISPATCH), RequestState.CREATED
    told = chart.target(created, RequestMove.SEND) is not None
    if dispatch.state is created and told and not chart.refusals(created, RequestMove.SEND, None):
        step.advance(DISPATCH, dispatch.ref, RequestMove.SEND, None)
    if not _answer(step, RequestMove.ACCEPT):
        _keep_answer(step, "accepts", known=(RequestState.ACCEPTED, RequestState.CANCEL_ASKED))
    return step


@verb("refuse_dispatch", Dispatch)
def refuse_dispatch(case: Case, context: Context, reason: str) -> Step:
    """Record that the warehouse does not take the work: its units are allocated again.

    A warehouse that has accepted, or has packed some of it, gives the work back (`recall`): its
    refusal is written down under a hold, and a person decides.
    """
    step = Step(case, context)
    dispatch = step.now(case.own(Dispatch))
    step.note(dispatch.ref, "refused", reason=text(reason, "reason"))
    packed = _has_units(step, dispatch, (UnitState.PACKED,))
    if packed or not _answer(step, RequestMove.REFUSE):
        _keep_answer(step, "refuses")
        return step
    for name in dispatch.orders:
        order = step.now(case.order(name))
        step.move(order, UnitMove.RECALL, _unpacked(order, dispatch), dispatch="")
    return step


@verb("ask_cancel_dispatch", Dispatch)
def ask_cancel_dispatch(case: Case, context: Context) -> Step:
    """Ask the warehouse to stop; it may be too late, and it says so."""
    step = Step(case, context)
    step.advance(DISPATCH, case.ref, RequestMove.ASK_CANCEL, None)
    return step


@verb("refuse_cancel_dispatch", Dispatch)
def refuse_cancel_dispatch(case: Case, context: Context) -> Step:
    """Record that the warehouse goes on: it was too late to stop."""
    step = Step(case, context)
    if not _answer(step, RequestMove.GO_ON):
        _keep_answer(step, "goes on", known=(RequestState.ACCEPTED,))
    return step


@verb("lift_dispatch_hold", Dispatch)
def lift_dispatch_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a dispatch: somebody has looked into it."""
    step = Step(case, context)
    step.lift(case.own(Dispatch), text(code, "code"))
    return step


@verb("recall", Dispatch)
def recall(case: Case, context: Context) -> Step:
    """The warehouse gives back what it has not packed: it is allocated again, on the shelf.

    Packed units stay in their parcel until that is cancelled. Of a dispatch that has ended there is
    nothing to give back: it is written down under a hold.
    """
    step = Step(case, context)
    dispatch = step.now(case.own(Dispatch))
    if dispatch.state in DISPATCH.ends:
        _keep_answer(step, "gives back")
        return step
    for name in dispatch.orders:
        order = step.now(case.order(name))
        states = (UnitState.RELEASED, UnitState.PICKED)
        chosen = step.choose(order, "recall", states, (), lambda tag: tag.dispatch == case.ref.id)
        step.move(order, UnitMove.RECALL, chosen, dispatch="")
    if not _has_units(step, dispatch, _AT_WORK):
        step.advance(DISPATCH, case.ref, RequestMove.CANCEL, None)
    return step


@verb("pick", Dispatch)
def pick(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Record that units were taken off the shelf: all, or so many of some lines.

    What is picked short stays released, and the warehouse or a count decides about it. What is
    picked for a dispatch that has ended is written down under a hold.
    """
    step = Step(case, context)
    dispatch = step.now(case.own(Dispatch))
    wanted = checked_quantities(lines)
    if dispatch.state in DISPATCH.ends:
        for line, n in wanted:
            step.note(dispatch.ref, "picked", line=line, n=n)
        _keep_answer(step, "picks")
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
        chosen = step.choose(now, "scan", _AT_WORK, one, lambda tag: not tag.serial)
        step.retag(now, chosen, serial=serial)
    return step


@verb("pack", Parcel)
def pack(
    case: Case,
    context: Context,
    dispatches: tuple[str, ...],
    weight_grams: int = 0,
    lines: LineQuantities = (),
) -> Step:
    """Put picked units into a new parcel; they must go from one place to one place.

    `lines` packs only so many of some lines, where there is one dispatch.
    """
    step = Step(case, context)
    several(dispatches, "dispatches")
    wanted = checked_quantities(lines)
    if wanted and len(dispatches) > 1:
        raise BadInput("lines", "there are several dispatches: pack them whole")
    works = [step.now(case.dispatch(name)) for name in dispatches]
    names = tuple(dict.fromkeys(name for work in works for name in work.orders))
    orders = [step.now(case.order(name)) for name in names]
    refusals = [
        Refusal.of("other_destination", order=order.ref.id)
        for order in orders[1:]
        if order.destination != orders[0].destination
    ]
    refusals += [
        Refusal.of("wrong_location", found=work.location, asked=works[0].location)
        for work in works[1:]
        if work.location != works[0].location
    ]
    if refusals:
        raise MoveRefused(tuple(refusals))
    id = text(case.ref.id, "parcel")
    ref = case.own(Parcel)
    grams = whole(weight_grams, "weight_grams", least=0, most=WEIGHT_GRAMS_MAX)
    step.open(Parcel(ref, PARCEL.initial, names, works[0].location, grams))
    inside = set(dispatches)
    for order in orders:
        chosen = step.choose(
            order,
            "pack",
            (UnitState.PICKED,),
            wanted,
            lambda tag: tag.dispatch in inside,
            ready=step.ready,
        )
        step.move(order, UnitMove.PACK, chosen, parcel=id)
    return step


@verb("cancel_parcel", Parcel)
def cancel_parcel(case: Case, context: Context) -> Step:
    """Unpack a parcel that has not left: its units are allocated again, on the shelf."""
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    step.proceed(PARCEL, parcel.ref, ParcelMove.CANCEL)
    dispatches: set[str] = set()
    for order, chosen in contents(step, parcel, UnitState.PACKED):
        dispatches.update(one.spot.slice.dispatch for one in chosen)
        step.move(order, UnitMove.RECALL, chosen, parcel="", dispatch="")
    _finish_dispatches(step, dispatches)
    return step


@verb("hand_over", Parcel)
def hand_over(
    case: Case, context: Context, carrier: str = "", tracking: str = "", waybill: str = ""
) -> Step:
    """Give a parcel to its carrier: its units are shipped, and billed.

    `carrier` and `tracking` (the waybill number) are written down, unless the parcel has them
    already. A piece that goes with others
    under one waybill (子母件) has that number as its `waybill`, and its own as `tracking`; without
    its own it shares what is said of all.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    put_on_road(step, parcel, carrier, tracking, waybill)
    dispatches: set[str] = set()
    for order, chosen in contents(step, parcel, UnitState.PACKED):
        dispatches.update(one.spot.slice.dispatch for one in chosen)
        _ship(step, order, UnitMove.SHIP, chosen, invoice=parcel.ref.id)
    _finish_dispatches(step, dispatches)
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


@verb("hold_parcel", Parcel)
def hold_parcel(
    case: Case, context: Context, code: str, reason: str, blocks: tuple[str, ...] = ONWARD
) -> Step:
    """Put a named hold on a parcel: it is not handed over until the hold is lifted.

    Without `blocks` it blocks nothing, and is a question that somebody must look into.
    """
    step = Step(case, context)
    names = checked_blocks(step, blocks, PARCEL)
    set_hold(step, case.own(Parcel), code, reason, names, ours=OURS)
    return step


@verb("make_ready", Parcel)
def make_ready(case: Case, context: Context, desk: str = "") -> Step:
    """Record that a parcel waits for its customer at a desk (待自提)."""
    step = Step(case, context)
    _move_parcel(step, ParcelMove.MAKE_READY, UnitMove.MAKE_READY)
    if text(desk, "desk", empty=True):
        step.note(case.ref, "ready to collect", desk=desk)
    return step


@verb("deliver", Parcel)
def deliver(case: Case, context: Context) -> Step:
    """Record that a parcel has reached its customer."""
    step = Step(case, context)
    _move_parcel(step, ParcelMove.DELIVER, UnitMove.DELIVER)
    return step


@verb("turn_back", Parcel)
def turn_back(case: Case, context: Context, reason: str = "") -> Step:
    """Record that a parcel is on its way back: refused, intercepted or undeliverable."""
    step = Step(case, context)
    _move_parcel(step, ParcelMove.TURN_BACK, UnitMove.TURN_BACK)
    if text(reason, "reason", empty=True):
        count_refused(step, step.now(case.own(Parcel)), reason)
        step.note(case.ref, "turned back", reason=reason)
    return step


@verb("lose", Parcel)
def lose(case: Case, context: Context) -> Step:
    """Record that a parcel is lost; it may be found again."""
    step = Step(case, context)
    _move_parcel(step, ParcelMove.LOSE, UnitMove.LOSE)
    return step


@verb("receive_back", Parcel)
def receive_back(case: Case, context: Context, location: str = "") -> Step:
    """Record that a parcel came back; its units wait: reopen, take back or restock.

    It may come without a scan that said so. One that was never out, or was delivered, or has come
    before, is written down under a hold.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    # One that a supplier has shipped comes back to a place that is named here.
    at = text(location, "location", empty=True) or text(parcel.location, "location")
    if step.chart(PARCEL).target(parcel.state, ParcelMove.TURN_BACK) is not None:
        _move_parcel(step, ParcelMove.TURN_BACK, UnitMove.TURN_BACK)
        parcel = step.now(parcel.ref)
    if step.chart(PARCEL).target(parcel.state, ParcelMove.RECEIVE_BACK) is None:
        step.note(parcel.ref, "came back", location=at)
        step.hold(parcel.ref, "came_back", f"came back while {parcel.state.value}", ())
        return step
    step.proceed(PARCEL, parcel.ref, ParcelMove.RECEIVE_BACK)
    for order, chosen in contents(step, parcel, UnitState.GOING_BACK):
        step.move(order, UnitMove.RECEIVE_BACK, chosen, location=at)
    ask_about_given_up(step, parcel)
    return step


@verb("reopen", Order)
def reopen(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Put units that came back on the shelf, and let the order wait for goods again."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    chosen = step.choose(
        order,
        "reopen",
        (UnitState.RECEIVED_BACK,),
        checked_quantities(lines),
        lambda tag: not tag.returning,
    )
    refuse_sent_again(order, chosen)
    step.move(
        order,
        UnitMove.REOPEN,
        chosen,
        grade="",
        supplier="",
        dispatch="",
        parcel="",
        **UNCLAIMED,
    )
    keep_again(step, chosen)
    return step


@verb("record_scan", Parcel)
def record_scan(
    case: Case, context: Context, status: ScanStatus, place: str = "", event: str = ""
) -> Step:
    """Record a carrier's scan, in any state of the parcel.

    A scan never undoes a delivery; one that does not fit the state of the parcel sets a hold.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    if not isinstance(status, ScanStatus):
        raise BadInput("status", "a ScanStatus is wanted")
    step.add(
        Noted(
            parcel.ref,
            "scan",
            (
                ("status", status.value),
                ("place", text(place, "place", empty=True)),
                ("event", text(event, "event", empty=True)),
            ),
        )
    )
    moves = _SCAN_MOVES.get(status)
    if moves is not None and step.chart(PARCEL).target(parcel.state, moves[0]) is not None:
        _move_parcel(step, *moves)
    elif (parcel.state, status) not in _NOTHING_NEW:
        reason = f"scanned {status.value} while {parcel.state.value}"
        step.hold(parcel.ref, "unexpected_scan", reason, ())
    return step


@verb("lift_parcel_hold", Parcel)
def lift_parcel_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a parcel: somebody has looked into it."""
    step = Step(case, context)
    step.lift(case.own(Parcel), text(code, "code"))
    return step


@verb("report_missing", Order)
def report_missing(case: Case, context: Context, lines: LineQuantities, reason: str = "") -> Step:
    """Record that a customer says that units are not there: sent ones count as missing.

    They are in no return any more, and a completed order is open again until that is settled. What
    was not sent, has come back or is given up is written down under a hold, and what is said of
    lines that it does not have; so is all of it when the order is closed for good.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    wanted = checked_quantities(lines)
    text(reason, "reason", empty=True)
    sent = [(line, spot) for state in _SENT for line, spot in order.units() if spot.state is state]
    report = as_far_as_there(order, sent, wanted)
    step.move(order, UnitMove.MISS, report.chosen, returning="")
    if order.state is OrderState.COMPLETED and report.chosen:
        step.advance(ORDER, order.ref, OrderMove.REOPEN, order_facts(order))
    if reason and report.chosen:
        step.note(order.ref, "missing", reason=reason)
    if report.beyond:
        said = wanted or tuple((line.id, spot.n) for line, spot in sent)
        _keep_report(step, order, "reported_missing", said, reason)
    return step


@verb("found", Order)
def found(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Record that units are with the customer after all: missing ones, or lost in a return.

    What is said to be found and was not missed, or of lines that there are not, is written down
    under a hold.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    wanted = checked_quantities(lines)
    missed = [one for one in order.units() if one[1].state is UnitState.MISSING]
    missed += [
        (line, spot)
        for line, spot in order.units()
        if spot.state is UnitState.LOST and spot.slice.returning  # else its parcel is found
    ]
    report = as_far_as_there(order, missed, wanted)
    step.move(order, UnitMove.DELIVER, report.chosen, returning="")
    if report.beyond:
        _keep_report(step, order, "reported_found", wanted)
    return step


def _only_location(order: Order) -> str:
    places = {
        warehouse(spot.slice.location)
        for _, spot in order.units()
        if spot.state is UnitState.ALLOCATED
    }
    if len(places) > 1:
        listed = ", ".join(sorted(places))
        raise MoveRefused((Refusal.of("several_locations", order=order.ref.id, locations=listed),))
    return places.pop() if places else ""


def contents(step: Step, parcel: Parcel, state: UnitState) -> list[tuple[Order, list[Chosen]]]:
    """The units of a parcel in a state, order by order.

    There may be none: what was reported missing on the road, or is in a return, shares the parcel's
    fate no longer.
    """
    found = []
    for name in parcel.orders:
        order = step.now(step.case.order(name))
        chosen = [
            Chosen(line, spot, spot.n)
            for line, spot in order.units()
            if spot.state is state
            and spot.slice.parcel == parcel.ref.id
            and not spot.slice.returning
        ]
        if chosen:
            found.append((order, chosen))
    return found


def put_on_road(step: Step, parcel: Parcel, carrier: str, tracking: str, waybill: str = "") -> None:
    """Put a parcel on its road, and write down by whom it goes."""
    step.proceed(PARCEL, parcel.ref, ParcelMove.HAND_OVER)
    text(carrier, "carrier", empty=True)
    text(tracking, "tracking", empty=True)
    of_all = {"waybill": waybill} if text(waybill, "waybill", empty=True) else {}
    if carrier or tracking or waybill:
        by, number = carrier or parcel.carrier, tracking or parcel.tracking
        step.note(parcel.ref, "handed over", carrier=by, tracking=number, **of_all)


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


def _move_parcel(step: Step, move: ParcelMove, unit_move: UnitMove) -> None:
    """Move a parcel, and those of its units that share its fate."""
    parcel = step.now(step.case.own(Parcel))
    step.proceed(PARCEL, parcel.ref, move)
    for order, chosen in contents(step, parcel, ON_THE_ROAD[parcel.state]):
        step.move(order, unit_move, chosen)
    if move is ParcelMove.DELIVER:
        ask_about_given_up(step, parcel)


def ask_about_given_up(step: Step, parcel: Parcel) -> None:
    """Goods that were lost and given up, and turn up after all, move by no row: a hold asks."""
    given_up = any(
        spot.state is UnitState.CANCELLED and spot.slice.parcel == parcel.ref.id
        for name in parcel.orders
        for _, spot in step.now(step.case.order(name)).units()
    )
    if given_up:
        reason = "units of it were cancelled as lost, and it has turned up"
        step.hold(parcel.ref, "given_up", reason, ())


ON_THE_ROAD: Final = {
    ParcelState.SHIPPED: UnitState.SHIPPED,
    ParcelState.READY_TO_COLLECT: UnitState.READY_TO_COLLECT,
    ParcelState.LOST: UnitState.LOST,
    ParcelState.GOING_BACK: UnitState.GOING_BACK,
}
"""The states in which a parcel can be delivered, lost or turned back, and that of its units."""


def _has_units(step: Step, dispatch: Dispatch, states: tuple[UnitState, ...]) -> bool:
    """Whether any unit of this dispatch stands in these states."""
    return any(
        spot.state in states and spot.slice.dispatch == dispatch.ref.id
        for name in dispatch.orders
        for _, spot in step.now(step.case.order(name)).units()
    )


def _unpacked(order: Order, dispatch: Dispatch) -> list[Chosen]:
    """The units of a dispatch that the warehouse can still give back; there may be none."""
    return [
        Chosen(line, spot, spot.n)
        for line, spot in order.units()
        if spot.state in (UnitState.RELEASED, UnitState.PICKED)
        and spot.slice.dispatch == dispatch.ref.id
    ]


def _finish_dispatches(step: Step, names: set[str]) -> None:
    """Finish the dispatches that have nothing left to do."""
    for name in sorted(names):
        dispatch = step.now(step.case.dispatch(name))
        if dispatch.state not in DISPATCH.ends and not _has_units(step, dispatch, _AT_WORK):
            step.advance(DISPATCH, dispatch.ref, RequestMove.FINISH, None)


def _answer(step: Step, move: RequestMove) -> bool:
    """Move the dispatch by what its warehouse says; whether its chart has a row for that."""
    ref = step.case.own(Dispatch)
    if step.chart(DISPATCH).target(step.now(ref).state, move) is None:
        return False
    step.advance(DISPATCH, ref, move, None)
    return True


def _keep_answer(step: Step, says: str, known: tuple[RequestState, ...] = ()) -> None:
    """Write down what a warehouse says that fits no row; a hold, unless it is `known` already."""
    dispatch = step.now(step.case.own(Dispatch))
    step.note(dispatch.ref, "answer", says=says, state=dispatch.state.value)
    if dispatch.state not in known:
        reason = f"the warehouse {says} while it is {dispatch.state.value}"
        step.hold(dispatch.ref, "unexpected_answer", reason, ())


def bill_units(step: Step, order: Order, chosen: list[Chosen], document: str) -> None:
    """Cut the indices of chosen units as billed on a document: each line its first unbilled."""
    counts: dict[str, int] = {}
    for line, _, n in chosen:
        counts[line.id] = counts.get(line.id, 0) + n
    cuts = [
        CutMade(order.ref, line.id, cut)
        for line in order.lines
        if line.id in counts
        for cut in bill(line, counts[line.id], document)
    ]
    step.add(*cuts)


_SENT: Final = (
    UnitState.DELIVERED,
    UnitState.SHIPPED,
    UnitState.READY_TO_COLLECT,
    UnitState.SENT_BACK,
)
"""The states in which units can turn out to be missing, in the order in which they are taken."""


def as_far_as_there(order: Order, spots: list[tuple[Line, Spot]], wanted: LineQuantities) -> Report:
    """What a report can mean of these spots, and whether it says more than that.

    Of an order that is closed for good it can mean nothing, nor of a line that there is not.
    """
    if order.state in ORDER_OVER:
        return Report([], True)
    if not wanted:
        return Report([Chosen(line, spot, spot.n) for line, spot in spots], not spots)
    left = dict(wanted)
    chosen: list[Chosen] = []
    for line, spot in spots:
        n = min(left.get(line.id, 0), spot.n)
        if n:
            chosen.append(Chosen(line, spot, n))
            left[line.id] -= n
    return Report(chosen, any(left.values()))


class Report(NamedTuple):
    """The units that a report means, and whether it says more than is there."""

    chosen: list[Chosen]
    beyond: bool


def _keep_report(
    step: Step, order: Order, code: str, said: LineQuantities, reason: str = ""
) -> None:
    """Write down a report about units that fits no row, under a hold that lets the rest go on."""
    for line, n in said:
        step.note(order.ref, code, line=line, n=n, reason=reason)
    if not said:
        step.note(order.ref, code, reason=reason)
    why = "it was said of more units than it can be true of"
    step.hold(order.ref, code, why, (OrderMove.COMPLETE.value, OrderMove.ARCHIVE.value))
