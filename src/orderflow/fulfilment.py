"""From a claim to the customer's door: dispatches and parcels.

It knows the work of a warehouse and what carriers report, and refuses to know which carrier it is.

A dispatch (发货单) is what one location is asked to ship of an order; a parcel is what travels
together, of one order or of several.
Neither counts units: the bags of the orders do, tagged with the dispatch and the parcel.

A bill is due when goods leave: handing over bills the units of the parcel that were not billed
before, each line its first unbilled indices.
What a carrier reports has happened: a scan is recorded in every state, and where the chart has no
row for it, a named hold asks a person.

One file, though long: most verbs of a parcel move units of a dispatch too, and the other way round.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, cast

from orderflow.calls import Ref
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import CutMade, Noted
from orderflow.journal import Case, Context, Step, verb
from orderflow.pricing import bill, order_facts
from orderflow.production import finish, meant, take_reported
from orderflow.records import Dispatch, Order, Parcel, Purchase
from orderflow.states import (
    DISPATCH,
    ORDER,
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
from orderflow.units import Chosen, LineQuantities, checked_quantities, choose
from orderflow.values import several, text, whole

WEIGHT_GRAMS_MAX: Final = 100_000_000

_AT_WORK: Final = (UnitState.RELEASED, UnitState.PICKED, UnitState.PACKED)


class ScanStatus(StrEnum):
    """What a carrier's scan says."""

    IN_TRANSIT = "in transit"
    DELIVERED = "delivered"
    RETURN_TO_SENDER = "return to sender"
    LOST = "lost"


_SCAN_MOVES: Final = {
    ScanStatus.DELIVERED: (ParcelMove.DELIVER, UnitMove.DELIVER),
    ScanStatus.RETURN_TO_SENDER: (ParcelMove.TURN_BACK, UnitMove.TURN_BACK),
    ScanStatus.LOST: (ParcelMove.LOSE, UnitMove.LOSE),
}


@verb("release", Order)
def release(
    case: Case, context: Context, dispatch: str, location: str = "", lines: LineQuantities = ()
) -> Step:
    """Give the warehouse the work: open a dispatch for the units allocated at a location.

    The location may be left out where all of them stand at one.
    """
    step = Step(case, context)
    order = step.now(cast("Ref[Order]", case.ref))
    wanted = checked_quantities(lines)
    at = text(location, "location", empty=True) or _only_location(order)
    here = (UnitState.ALLOCATED,)
    chosen = choose(
        order, "release", here, wanted, lambda tag: tag.location == at, ready=step.ready
    )
    ref = case.dispatch(text(dispatch, "dispatch"))
    step.open(Dispatch(ref, DISPATCH.initial, at, (order.ref.id,)))
    step.move(order, UnitMove.RELEASE, chosen, dispatch=dispatch)
    return step


@verb("ask_cancel_dispatch", Dispatch)
def ask_cancel_dispatch(case: Case, context: Context) -> Step:
    """Ask the warehouse to stop; it may be too late, and it says so."""
    step = Step(case, context)
    step.advance(DISPATCH, case.ref, RequestMove.ASK_CANCEL, None)
    return step


@verb("refuse_cancel_dispatch", Dispatch)
def refuse_cancel_dispatch(case: Case, context: Context) -> Step:
    """The warehouse says that it goes on."""
    step = Step(case, context)
    step.advance(DISPATCH, case.ref, RequestMove.GO_ON, None)
    return step


@verb("recall", Dispatch)
def recall(case: Case, context: Context) -> Step:
    """The warehouse gives back what it has not packed: it is allocated again, on the shelf.

    Packed units stay in their parcel until that is cancelled.
    """
    step = Step(case, context)
    dispatch = step.now(_dispatch(case))
    for name in dispatch.orders:
        order = step.now(case.order(name))
        states = (UnitState.RELEASED, UnitState.PICKED)
        chosen = choose(order, "recall", states, (), lambda tag: tag.dispatch == case.ref.id)
        step.move(order, UnitMove.RECALL, chosen, dispatch="")
    if not _at_work(step, dispatch):
        step.advance(DISPATCH, case.ref, RequestMove.CANCEL, None)
    return step


@verb("pick", Dispatch)
def pick(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Record that units were taken off the shelf: all, or so many of some lines.

    What is picked short stays released, and the warehouse or a count decides about it.
    """
    step = Step(case, context)
    dispatch = step.now(_dispatch(case))
    wanted = checked_quantities(lines)
    if wanted and len(dispatch.orders) > 1:
        raise BadInput("lines", "the dispatch is for several orders: pick it whole")
    for name in dispatch.orders:
        order = step.now(case.order(name))
        chosen = choose(
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
    order = step.now(cast("Ref[Order]", case.ref))
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
        chosen = choose(now, "scan", _AT_WORK, one, lambda tag: not tag.serial)
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
    ref = cast("Ref[Parcel]", case.ref)
    grams = whole(weight_grams, "weight_grams", least=0, most=WEIGHT_GRAMS_MAX)
    step.open(Parcel(ref, PARCEL.initial, names, works[0].location, grams))
    inside = set(dispatches)
    for order in orders:
        chosen = choose(
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
    parcel = step.now(_parcel(case))
    step.proceed(PARCEL, parcel.ref, ParcelMove.CANCEL)
    dispatches: set[str] = set()
    for order, chosen in _contents(step, parcel, UnitState.PACKED):
        dispatches.update(one.spot.slice.dispatch for one in chosen)
        step.move(order, UnitMove.RECALL, chosen, parcel="", dispatch="")
    _finish_dispatches(step, dispatches)
    return step


@verb("hand_over", Parcel)
def hand_over(case: Case, context: Context, carrier: str = "", tracking: str = "") -> Step:
    """Give a parcel to its carrier: its units are shipped, and billed.

    `carrier` and `tracking` (the waybill number) are written down.
    """
    step = Step(case, context)
    parcel = step.now(_parcel(case))
    _hand_over(step, parcel, carrier, tracking)
    dispatches: set[str] = set()
    for order, chosen in _contents(step, parcel, UnitState.PACKED):
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
    was ours; a hold of the parcel asks what the customer got.
    """
    step = Step(case, context)
    asked = step.now(case.purchase(text(purchase, "purchase")))
    wanted = checked_quantities(lines)
    shipped, unasked = _shipped_direct(step, asked, meant(asked, order, wanted), wanted)
    id = text(case.ref.id, "parcel")
    grams = whole(weight_grams, "weight_grams", least=0, most=WEIGHT_GRAMS_MAX)
    # It has no location: it begins at the supplier's.
    names = tuple(one.ref.id for one, _ in shipped) or asked.orders
    parcel = Parcel(_parcel(case), PARCEL.initial, names, "", grams)
    step.open(parcel)
    _hand_over(step, parcel, carrier, tracking)
    step.note(asked.ref, "shipped direct", parcel=id)
    for one, chosen in shipped:
        _ship(step, one, UnitMove.SHIP_DIRECT, chosen, invoice=id, peg="", parcel=id)
    for name, line, n in unasked:
        step.note(parcel.ref, "shipped_unasked", order=name, line=line, n=n)
    if unasked or not shipped:
        reason = f"goods were shipped that were not bought, while it was {asked.state.value}"
        step.hold(parcel.ref, "shipped_unasked", reason)
    finish(step, asked)
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
    """Record that a parcel came back; its units wait for a decision: reopen, or take back."""
    step = Step(case, context)
    parcel = step.now(_parcel(case))
    # One that a supplier has shipped comes back to a place that is named here.
    at = text(location, "location", empty=True) or text(parcel.location, "location")
    step.proceed(PARCEL, parcel.ref, ParcelMove.RECEIVE_BACK)
    for order, chosen in _contents(step, parcel, UnitState.GOING_BACK):
        step.move(order, UnitMove.RECEIVE_BACK, chosen, location=at)
    _ask_about_given_up(step, parcel)
    return step


@verb("reopen", Order)
def reopen(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Put units that came back on the shelf, and let the order wait for goods again."""
    step = Step(case, context)
    order = step.now(cast("Ref[Order]", case.ref))
    chosen = choose(
        order,
        "reopen",
        (UnitState.RECEIVED_BACK,),
        checked_quantities(lines),
        lambda tag: not tag.returning,
    )
    step.move(
        order,
        UnitMove.REOPEN,
        chosen,
        location="",
        lot="",
        owner="",
        grade="",
        supplier="",
        dispatch="",
        parcel="",
    )
    return step


@verb("record_scan", Parcel)
def record_scan(
    case: Case, context: Context, status: ScanStatus, place: str = "", event: str = ""
) -> Step:
    """Record a carrier's scan, in any state of the parcel.

    A scan never undoes a delivery; one that fits no state of the parcel sets a hold.
    """
    step = Step(case, context)
    parcel = step.now(_parcel(case))
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
    elif parcel.state in (ParcelState.PACKED, ParcelState.CANCELLED, ParcelState.RETURNED):
        reason = f"scanned {status.value} while {parcel.state.value}"
        step.hold(parcel.ref, "unexpected_scan", reason, ())
    return step


@verb("lift_parcel_hold", Parcel)
def lift_parcel_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a parcel: somebody has looked into it."""
    step = Step(case, context)
    step.lift(_parcel(case), text(code, "code"))
    return step


@verb("report_missing", Order)
def report_missing(case: Case, context: Context, lines: LineQuantities, reason: str = "") -> Step:
    """Record that a customer says that delivered units are not there: they count as missing.

    They are in no return any more, and a completed order is open again until that is settled. After
    an order was archived its units stay where they are: it is written down under a hold.
    """
    step = Step(case, context)
    order = step.now(cast("Ref[Order]", case.ref))
    wanted = checked_quantities(lines)
    states = (UnitState.DELIVERED, UnitState.SHIPPED)
    missing = choose(order, "report missing", states, wanted)
    text(reason, "reason", empty=True)
    if order.state is OrderState.ARCHIVED:
        for line, n in wanted or [(one.line.id, one.n) for one in missing]:
            step.note(order.ref, "missing", line=line, n=n, reason=reason)
        reason = "units were reported missing after the archive"
        step.hold(order.ref, "reported_missing", reason, ())
        return step
    step.move(order, UnitMove.MISS, missing, returning="")
    if order.state is OrderState.COMPLETED:
        step.advance(ORDER, order.ref, OrderMove.REOPEN, order_facts(order))
    if reason:
        step.note(order.ref, "missing", reason=reason)
    return step


@verb("found", Order)
def found(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Record that units that were missing have reached the customer after all."""
    step = Step(case, context)
    order = step.now(cast("Ref[Order]", case.ref))
    chosen = choose(order, "find", (UnitState.MISSING,), checked_quantities(lines))
    step.move(order, UnitMove.DELIVER, chosen)
    return step


def _dispatch(case: Case) -> Ref[Dispatch]:
    return cast("Ref[Dispatch]", case.ref)


def _parcel(case: Case) -> Ref[Parcel]:
    return cast("Ref[Parcel]", case.ref)


def _only_location(order: Order) -> str:
    places = {spot.slice.location for _, spot in order.units() if spot.state is UnitState.ALLOCATED}
    if len(places) > 1:
        listed = ", ".join(sorted(places))
        raise MoveRefused((Refusal.of("several_locations", order=order.ref.id, locations=listed),))
    return places.pop() if places else ""


def _contents(step: Step, parcel: Parcel, state: UnitState) -> list[tuple[Order, list[Chosen]]]:
    """The units of a parcel in a state, order by order.

    There may be none: what was reported missing on the road shares the parcel's fate no longer.
    """
    found = []
    for name in parcel.orders:
        order = step.now(step.case.order(name))
        chosen = [
            Chosen(line, spot, spot.n)
            for line, spot in order.units()
            if spot.state is state and spot.slice.parcel == parcel.ref.id
        ]
        if chosen:
            found.append((order, chosen))
    return found


def _hand_over(step: Step, parcel: Parcel, carrier: str, tracking: str) -> None:
    """Put a parcel on its road, and write down by whom it goes."""
    step.proceed(PARCEL, parcel.ref, ParcelMove.HAND_OVER)
    text(carrier, "carrier", empty=True)
    text(tracking, "tracking", empty=True)
    if carrier or tracking:
        step.note(parcel.ref, "handed over", carrier=carrier, tracking=tracking)


def _ship(
    step: Step, order: Order, move: UnitMove, chosen: list[Chosen], *, invoice: str, **tags: str
) -> None:
    """Ship units, and bill those that were not billed before."""
    fresh = [one for one in chosen if not one.spot.slice.invoice]
    billed = [one for one in chosen if one.spot.slice.invoice]
    counts: dict[str, int] = {}
    for line, _, n in fresh:
        counts[line.id] = counts.get(line.id, 0) + n
    cuts = [
        CutMade(order.ref, line.id, cut)
        for line in order.lines
        if line.id in counts
        for cut in bill(line, counts[line.id], invoice)
    ]
    step.add(*cuts)
    step.move(order, move, fresh, invoice=invoice, **tags)
    step.move(order, move, billed, **tags)


def _shipped_direct(
    step: Step, asked: Purchase, names: tuple[str, ...], wanted: LineQuantities
) -> tuple[list[tuple[Order, list[Chosen]]], list[tuple[str, str, int]]]:
    """What a supplier has shipped order by order, and what of (order, line, units) nobody bought.

    All of it goes to one place.
    """
    shipped: list[tuple[Order, list[Chosen]]] = []
    unasked: list[tuple[str, str, int]] = []
    for name in names:
        order = step.now(step.case.order(name))
        chosen, beyond = take_reported(order, asked, wanted)
        unasked += ((name, line.id, n) for line, n in beyond)
        if chosen:
            shipped.append((order, chosen))
    refusals = [
        Refusal.of("other_destination", order=order.ref.id)
        for order, _ in shipped[1:]
        if order.destination != shipped[0][0].destination
    ]
    if refusals:
        raise MoveRefused(tuple(refusals))
    return shipped, unasked


def _move_parcel(step: Step, move: ParcelMove, unit_move: UnitMove) -> None:
    """Move a parcel, and those of its units that share its fate."""
    parcel = step.now(_parcel(step.case))
    step.proceed(PARCEL, parcel.ref, move)
    for order, chosen in _contents(step, parcel, _ON_THE_ROAD[parcel.state]):
        step.move(order, unit_move, chosen)
    if move is ParcelMove.DELIVER:
        _ask_about_given_up(step, parcel)


def _ask_about_given_up(step: Step, parcel: Parcel) -> None:
    """Goods that were lost and given up, and turn up after all, move by no row: a hold asks."""
    given_up = any(
        spot.state is UnitState.CANCELLED and spot.slice.parcel == parcel.ref.id
        for name in parcel.orders
        for _, spot in step.now(step.case.order(name)).units()
    )
    if given_up:
        reason = "units of it were cancelled as lost, and it has turned up"
        step.hold(parcel.ref, "given_up", reason, ())


_ON_THE_ROAD: Final = {
    ParcelState.SHIPPED: UnitState.SHIPPED,
    ParcelState.LOST: UnitState.LOST,
    ParcelState.GOING_BACK: UnitState.GOING_BACK,
}
"""The states in which a parcel can be delivered, lost or turned back, and that of its units."""


def _at_work(step: Step, dispatch: Dispatch) -> bool:
    """Whether the warehouse still has units of this dispatch."""
    return any(
        spot.state in _AT_WORK and spot.slice.dispatch == dispatch.ref.id
        for name in dispatch.orders
        for _, spot in step.now(step.case.order(name)).units()
    )


def _finish_dispatches(step: Step, names: set[str]) -> None:
    """Finish the dispatches that have nothing left to do."""
    for name in sorted(names):
        dispatch = step.now(step.case.dispatch(name))
        open_ = dispatch.state in (RequestState.CREATED, RequestState.CANCEL_ASKED)
        if open_ and not _at_work(step, dispatch):
            step.advance(DISPATCH, dispatch.ref, RequestMove.FINISH, None)
