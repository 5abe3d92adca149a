"""Make and buy: goods that are bought or made for the orders that want them.

It knows who is asked for which units and what they answer, and refuses to know capacities, dates
and routes: when and on which machine is the host's plan.

Problem: goods that are bought for one customer are neither on the shelf nor sold from it, and a
purchase that keeps counts of its own drifts from the orders that it is for.
Observation: who waits for what is a tag of the unit. A purchase (采购单) and a work order (生产单)
hold no counts; what they are for are the units that carry their id as their peg.
Decision: a unit is planned (to buy, to make), asked for (buying, making), and arrives with its
claim on it in one step, so that nobody else can take it on its way over the shelf.

What a supplier or production says has happened: it is recorded in every state.
Where no row takes it, a named hold asks a person.
Goods beyond what is asked for, or for a purchase that has ended, are nobody's: they are received as
free stock, under a hold. Of a line that nobody has, only the words are kept, under a hold as well.
A purchase is done when nothing of it is being bought any more.

One file, though long: buying and making are one idea twice, and share what happens when goods come.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias, TypeVar, cast

from orderflow.calls import Ref
from orderflow.chart import Chart
from orderflow.claiming import keep_again
from orderflow.errors import BadInput, MoveRefused, Refusal, all_told
from orderflow.facts import Posted
from orderflow.inventory import bring_back, take_off
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money
from orderflow.on_account import cover
from orderflow.records import (
    Document,
    Line,
    MatterKind,
    Order,
    Purchase,
    Slice,
    Spot,
    Transfer,
    WorkOrder,
    feed_peg,
)
from orderflow.sent_again import sold_by
from orderflow.states import (
    PURCHASE,
    WORK_ORDER,
    RequestMove,
    UnitMove,
    UnitState,
    WorkOrderMove,
    WorkOrderState,
)
from orderflow.units import (
    UNCLAIMED,
    Chosen,
    LineQuantities,
    Tag,
    checked_quantities,
    select,
    tag,
)
from orderflow.values import MINOR_MAX, Position, several, text, whole

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)

Bag: TypeAlias = tuple[Order, list[Chosen]]
"""An order, and units of it."""

WAITING: Final = (UnitState.BACKORDERED, UnitState.OPEN)
"""What may be bought or made: what the shelf could not give comes first."""


# --- plans --------------------------------------------------------------------------------------


@verb("plan_to_buy", Order)
def plan_to_buy(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Decide that units are bought for this order: all that wait, or so many of some lines.

    What is to be bought is allocated from no shelf.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    chosen = step.choose(order, "plan to buy", WAITING, checked_quantities(lines))
    step.move(order, UnitMove.PLAN_TO_BUY, chosen if lines else _goods(chosen))
    return step


@verb("plan_to_make", Order)
def plan_to_make(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Decide that units are made for this order: all that wait, or so many of some lines."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    chosen = step.choose(order, "plan to make", WAITING, checked_quantities(lines))
    step.move(order, UnitMove.PLAN_TO_MAKE, chosen if lines else _goods(chosen))
    return step


@verb("give_up_plan", Order)
def give_up_plan(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Let units that were to be bought or made wait for goods of the shelf again."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    planned = (UnitState.TO_BUY, UnitState.TO_MAKE)
    chosen = step.choose(order, "give up plan", planned, checked_quantities(lines))
    step.move(order, UnitMove.GIVE_UP_PLAN, chosen, peg="")
    return step


# --- purchases ----------------------------------------------------------------------------------


@verb("purchase", Purchase)
def purchase(
    case: Case,
    context: Context,
    orders: tuple[str, ...],
    supplier: str,
    location: str = "",
    lines: LineQuantities = (),
    cost: Money | None = None,
) -> Step:
    """Make a purchase out to a supplier, for all units to buy of some orders.

    So is what they were promised of his own stock: it is ordered first. `lines` buys only so many
    of some lines, where there is one order. Goods come to `location`; without one it is named when
    they come, or they go straight to the customer, and orders on account need their cover as for a
    release. `cost` is what the supplier asks for all of it.
    """
    step = Step(case, context)
    wanted = _wanted(several(orders, "orders"), lines)
    if cost is not None and not isinstance(cost, Money):
        raise BadInput("cost", "a Money is wanted")
    minor = whole(cost.minor, "cost", most=MINOR_MAX) if cost is not None else 0
    made = Purchase(
        case.own(Purchase),
        PURCHASE.initial,
        text(supplier, "supplier"),
        orders,
        text(location, "location", empty=True),
        minor,
        cost.currency if cost is not None else "",
    )
    text(case.ref.id, "purchase")
    step.open(made)
    with all_told(_uncovered(step, made)):
        bags = _buy(step, made, wanted)
    take_off(step, supplier, _by_sku(bags), made.ref)
    return step


def _uncovered(step: Step, made: Purchase) -> tuple[Refusal, ...]:
    """What speaks against letting goods go out on account that may not come to us before."""
    if made.location:
        return ()
    orders = [step.now(step.case.order(id)) for id in made.orders]
    sold = [sold_by(step, order) for order in orders]
    return tuple(dict.fromkeys(reason for order in sold for reason in cover(step, order)))


@verb("send_purchase", Purchase)
def send_purchase(case: Case, context: Context) -> Step:
    """Write down that the purchase has been sent to its supplier."""
    step = Step(case, context)
    step.advance(PURCHASE, case.ref, RequestMove.SEND, None)
    return step


@verb("accept_purchase", Purchase)
def accept_purchase(case: Case, context: Context) -> Step:
    """Record that the supplier will supply."""
    step = Step(case, context)
    _happened(step, PURCHASE, RequestMove.ACCEPT)
    return step


@verb("refuse_purchase", Purchase)
def refuse_purchase(case: Case, context: Context, reason: str) -> Step:
    """Record that the supplier will not supply: the units are to be bought again.

    Each of their orders is held until somebody has decided. A supplier who has accepted before is
    written down under a hold, and cancelled or talked to.
    """
    step = Step(case, context)
    text(reason, "reason")
    step.note(case.ref, "refused", reason=reason)
    if _happened(step, PURCHASE, RequestMove.REFUSE):
        for order, _ in _stop_buying(step):
            step.hold(order.ref, "special_handling", reason)
    return step


@verb("record_shortfall", Purchase)
def record_shortfall(
    case: Case, context: Context, order: str, lines: LineQuantities, reason: str
) -> Step:
    """Record that the supplier cannot supply a part: its order is held, the rest goes on.

    The units count as being bought until somebody decides: wait, buy elsewhere, or cancel. What is
    said of lines that the order does not have, or of an order that nothing is bought for, is
    written down under a hold of the purchase.
    """
    step = Step(case, context)
    asked = step.now(case.own(Purchase))
    wanted = checked_quantities(lines)
    text(reason, "reason")
    (name,) = meant(asked, text(order, "order"), wanted)
    short = step.now(case.order(name))
    for line, n in wanted:
        step.note(case.ref, "shortfall", order=name, line=line, n=n, reason=reason)
    if not wanted:
        step.note(case.ref, "shortfall", order=name, reason=reason)
    unknown = dict(unknown_lines(short, wanted))
    about_it = len(unknown) < len(wanted) or not wanted
    if about_it and asked_units(short, asked):
        step.hold(short.ref, "special_handling", reason)
    elif about_it:
        step.hold(case.ref, "unexpected_report", f"shortfall while {asked.state.value}")
    if unknown:
        ask_about_unknown(step, case.ref, "shortfall", name, unknown)
    return step


@verb("stop_buying", Purchase)
def stop_buying(case: Case, context: Context, order: str, lines: LineQuantities = ()) -> Step:
    """Take units of an order out of the purchase: they are to be bought again, or given up.

    What comes of them all the same is received as free stock.
    """
    step = Step(case, context)
    asked = step.now(case.own(Purchase))
    wanted = checked_quantities(lines)
    if text(order, "order") not in asked.orders:
        raise BadInput("order", f"{asked.ref} is not for order {order}")
    stopped = step.now(case.order(order))
    chosen = step.choose(
        stopped, "stop buying", (UnitState.BUYING,), wanted, lambda tag: tag.peg == case.ref.id
    )
    step.move(stopped, UnitMove.STOP_BUYING, chosen, supplier="", **UNCLAIMED)
    keep_again(step, chosen)
    bring_back(step, asked, _by_sku([(stopped, chosen)]))
    finish(step, asked)
    return step


@verb("ask_cancel_purchase", Purchase)
def ask_cancel_purchase(case: Case, context: Context) -> Step:
    """Ask the supplier to stop; it may be too late, and the supplier says so."""
    step = Step(case, context)
    step.advance(PURCHASE, case.ref, RequestMove.ASK_CANCEL, None)
    return step


@verb("refuse_cancel_purchase", Purchase)
def refuse_cancel_purchase(case: Case, context: Context) -> Step:
    """Record that the supplier goes on."""
    step = Step(case, context)
    _happened(step, PURCHASE, RequestMove.GO_ON)
    return step


@verb("cancel_purchase", Purchase)
def cancel_purchase(case: Case, context: Context, reason: str = "") -> Step:
    """Record that the purchase has ended: what has not come is to be bought again."""
    step = Step(case, context)
    if text(reason, "reason", empty=True):
        step.note(case.ref, "cancelled", reason=reason)
    if _happened(step, PURCHASE, RequestMove.CANCEL):
        bring_back(step, step.now(case.own(Purchase)), _by_sku(_stop_buying(step)))
    return step


@verb("receive_purchase", Purchase)
def receive_purchase(
    case: Case, context: Context, lines: LineQuantities = (), location: str = "", order: str = ""
) -> Step:
    """Record goods that came of a purchase: all, or so many of some lines of an order.

    They are allocated to their orders where they stand: at `location`, or where the purchase asked
    for them. What came beyond them, or for an order that nothing is bought for, is free stock,
    under a hold of the purchase; of lines that the order does not have it is only written down.
    """
    step = Step(case, context)
    asked = step.now(case.own(Purchase))
    at = text(location, "location", empty=True) or text(asked.location, "location")
    _arrive(step, asked, Position("", owner=asked.supplier), at, order, lines)
    return step


@verb("lift_purchase_hold", Purchase)
def lift_purchase_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a purchase: somebody has looked into it."""
    step = Step(case, context)
    step.lift(case.own(Purchase), text(code, "code"))
    return step


# --- work orders --------------------------------------------------------------------------------


@verb("plan_production", WorkOrder)
def plan_production(
    case: Case,
    context: Context,
    orders: tuple[str, ...],
    location: str,
    lines: LineQuantities = (),
) -> Step:
    """Plan to make all units to make of some orders; they will stand at `location`.

    `lines` plans only so many of some lines, where there is one order.
    """
    step = Step(case, context)
    wanted = _wanted(several(orders, "orders"), lines)
    at, id = text(location, "location"), text(case.ref.id, "work order")
    step.open(WorkOrder(case.own(WorkOrder), WORK_ORDER.initial, at, orders))
    for order, chosen in _bags(step, "plan production", orders, UnitState.TO_MAKE, wanted):
        step.retag(order, chosen, peg=id)
    return step


@verb("start_production", WorkOrder)
def start_production(case: Case, context: Context) -> Step:
    """Begin to make what was planned; to cancel any of it, stop first.

    Units that have been given up meanwhile are left out.
    """
    step = Step(case, context)
    work = step.now(case.own(WorkOrder))
    step.advance(WORK_ORDER, work.ref, WorkOrderMove.START, None)
    bags = _asked_of(step, work, UnitState.TO_MAKE)
    if not bags:
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(work.ref), move="make"),))
    _move_each(step, bags, UnitMove.MAKE)
    return step


@verb("inspect_production", WorkOrder)
def inspect_production(case: Case, context: Context) -> Step:
    """Record that what was made is being inspected."""
    step = Step(case, context)
    _happened(step, WORK_ORDER, WorkOrderMove.INSPECT)
    return step


@verb("rework", WorkOrder)
def rework(case: Case, context: Context, reason: str) -> Step:
    """Record that inspection has found faults: production goes on."""
    step = Step(case, context)
    step.note(case.ref, "rework", reason=text(reason, "reason"))
    _happened(step, WORK_ORDER, WorkOrderMove.REWORK)
    return step


@verb("finish_production", WorkOrder)
def finish_production(
    case: Case, context: Context, lines: LineQuantities = (), order: str = ""
) -> Step:
    """Record goods that are made: all, or so many of some lines of an order.

    They are allocated to their orders at the location of the work order. What was made beyond them,
    or for an order that nothing is made for, is free stock, under a hold of the work order; of
    lines that the order does not have it is only written down.
    """
    step = Step(case, context)
    work = step.now(case.own(WorkOrder))
    _arrive(step, work, Position(""), work.location, order, lines)
    return step


@verb("stop_production", WorkOrder)
def stop_production(case: Case, context: Context, reason: str = "") -> Step:
    """Stop making, or give the plan up: the units are to be made, by another work order."""
    step = Step(case, context)
    work = step.now(case.own(WorkOrder))
    step.advance(WORK_ORDER, work.ref, WorkOrderMove.STOP, None)
    if text(reason, "reason", empty=True):
        step.note(work.ref, "stopped", reason=reason)
    for order, chosen in _asked_of(step, work, UnitState.TO_MAKE):
        step.retag(order, chosen, peg="")
    for order, chosen in _asked_of(step, work, UnitState.MAKING):
        step.move(order, UnitMove.STOP_MAKING, chosen, peg="")
    return step


@verb("lift_work_order_hold", WorkOrder)
def lift_work_order_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a work order: somebody has looked into it."""
    step = Step(case, context)
    step.lift(case.own(WorkOrder), text(code, "code"))
    return step


# --- what is asked for --------------------------------------------------------------------------

Asked: TypeAlias = Purchase | WorkOrder
"""Whoever is asked for units."""


def meant(asked: Asked, order: object, wanted: LineQuantities) -> tuple[str, ...]:
    """The orders that a report is about: the named one, or all of them.

    It may name one that nothing was asked for: then nothing of it fits.
    """
    name = text(order, "order", empty=True)
    if wanted and not name and len(asked.orders) > 1:
        raise BadInput("order", "must be named: lines are told apart within an order")
    return (name,) if name else asked.orders


def asked_units(order: Order, asked: Asked, state: UnitState | None = None) -> list[Chosen]:
    """The units of an order that a purchase or a work order is being asked for."""
    under_way = state or _under_way(asked)
    return [
        Chosen(line, spot, spot.n)
        for line, spot in order.units()
        if spot.state is under_way and spot.slice.peg == asked.ref.id
    ]


class Reported(NamedTuple):
    """The units that a report is about, and by how many it goes beyond them, line by line.

    Of lines that the order does not have nobody knows which goods they are.
    """

    chosen: list[Chosen]
    beyond: list[tuple[Line, int]]
    unknown: list[tuple[str, int]]


def take_reported(order: Order, asked: Asked, wanted: LineQuantities) -> Reported:
    """What a report can mean of an order, and what not."""
    if not wanted:
        return Reported(asked_units(order, asked), [], [])
    state = _under_way(asked)
    chosen, _ = select(order, "arrive", (state,), wanted, lambda tag: tag.peg == asked.ref.id)
    left = dict(wanted)
    for one in chosen:
        left[one.line.id] -= one.n
    beyond = [(line, left[line.id]) for line in order.lines if left.get(line.id)]
    return Reported(chosen, beyond, unknown_lines(order, wanted))


def unknown_lines(order: Order, wanted: LineQuantities) -> list[tuple[str, int]]:
    """What is said of lines that an order does not have."""
    known = {line.id for line in order.lines}
    return [(line, n) for line, n in wanted if line not in known]


def ask_about_unknown(
    step: Step, ref: Ref[Document], what: str, order: str, unknown: Iterable[str]
) -> None:
    """Hold a document that is told of lines that an order does not have."""
    said = f"{what} of lines that order {order} does not have: {', '.join(unknown)}"
    step.hold(ref, "unknown_line", said)


def finish(step: Step, asked: Asked) -> None:
    """End a purchase or a work order that is under way and asked for nothing any more."""
    if _asked_of(step, asked, _under_way(asked)):
        return
    if isinstance(asked, Purchase):
        if step.now(asked.ref).state not in PURCHASE.ends:
            step.advance(PURCHASE, asked.ref, RequestMove.FINISH, None)
    elif step.now(asked.ref).state in (WorkOrderState.IN_PRODUCTION, WorkOrderState.INSPECTING):
        step.advance(WORK_ORDER, asked.ref, WorkOrderMove.FINISH, None)


def _arrive(
    step: Step, asked: Asked, source: Position, at: str, order: str, lines: LineQuantities
) -> None:
    """Bring what came to where it stands: with its claim on it, or free where nobody asked."""
    wanted = checked_quantities(lines)
    arrived = unasked = unknown = False
    for name in meant(asked, order, wanted):
        into = step.now(step.case.order(name))
        came = take_reported(into, asked, wanted)
        step.move(into, UnitMove.ARRIVE, came.chosen, location=at, peg="", supplier="")
        for line, n in came.beyond:
            whence = source._replace(sku=line.sku)
            goods = Transfer(_MADE_BY[type(asked)], whence, _SHELF, Position(line.sku, at), n)
            step.add(Posted(goods))
        for id, n in (*((line.id, n) for line, n in came.beyond), *came.unknown):
            step.note(asked.ref, "came_unasked", order=name, line=id, n=n, location=at)
        if came.unknown:
            ask_about_unknown(step, asked.ref, "goods", name, dict(came.unknown))
        arrived, unasked = arrived or bool(came.chosen), unasked or bool(came.beyond)
        unknown = unknown or bool(came.unknown)
    if unasked or not (arrived or unknown):
        if not unasked:
            step.note(asked.ref, "came_unasked", location=at)
        reason = f"goods came that were not asked for, while it was {asked.state.value}"
        step.hold(asked.ref, "came_unasked", reason)
    finish(step, asked)


_SHELF: Final = MatterKind.SELLABLE
_MADE_BY: Final = {Purchase: MatterKind.SUPPLIER, WorkOrder: MatterKind.PRODUCTION}


def _under_way(asked: Asked) -> UnitState:
    return UnitState.BUYING if isinstance(asked, Purchase) else UnitState.MAKING


def _happened(step: Step, chart: Chart[S, M, None], move: M) -> bool:
    """Record what somebody outside says: along the chart, or under a hold where no row takes it."""
    ref = step.case.ref
    state = cast("S", cast("Asked", step.now(ref)).state)
    if step.chart(chart).target(state, move) is None:
        step.note(ref, "reported", move=move.value, state=state.value)
        step.hold(ref, "unexpected_report", f"{move.value} while {state.value}")
        return False
    step.advance(chart, ref, move, None)
    return True


def _stop_buying(step: Step) -> list[Bag]:
    """Let all units of the purchase be bought again."""
    bags = _asked_of(step, step.now(step.case.own(Purchase)), UnitState.BUYING)
    for order, chosen in bags:
        step.move(order, UnitMove.STOP_BUYING, chosen, supplier="", **UNCLAIMED)
        keep_again(step, chosen)
    return bags


def _asked_of(step: Step, asked: Asked, state: UnitState) -> list[Bag]:
    """The units in a state that carry the id of whoever is asked, order by order; maybe none."""
    orders = (step.now(step.case.order(name)) for name in asked.orders)
    bags = [(order, asked_units(order, asked, state)) for order in orders]
    return [bag for bag in bags if bag[1]]


def _bags(
    step: Step, verb: str, names: tuple[str, ...], state: UnitState, wanted: LineQuantities
) -> list[Bag]:
    """The units in a state that nobody is asked for yet, order by order: each order has some."""
    orders = [step.now(step.case.order(name)) for name in names]
    return [
        (order, step.choose(order, verb, (state,), wanted, lambda tag: not tag.peg))
        for order in orders
    ]


def _buy(step: Step, asked: Purchase, wanted: LineQuantities) -> list[Bag]:
    """Buy the units to buy of orders, those first that were promised of the supplier's own stock.

    Every order that may not go on is a reason.
    """
    fed = feed_peg(asked.supplier)
    states = (UnitState.RESERVED, UnitState.TO_BUY)
    bags: list[Bag] = []
    for name in asked.orders:
        order = step.now(step.case.order(name))
        # What is reserved elsewhere has its place; what is to be bought has none yet.
        chosen = step.choose(
            order, "buy", states, wanted, lambda at: at.peg == fed or not (at.peg or at.location)
        )
        bags.append((order, chosen))
    refusals: list[Refusal] = []
    for order, chosen in bags:
        try:
            planned = _planned(step, order, chosen)
            step.move(order, UnitMove.BUY, planned, peg=asked.ref.id, supplier=asked.supplier)
        except MoveRefused as no:
            refusals += no.refusals
    if refusals:
        raise MoveRefused(tuple(dict.fromkeys(refusals)))
    return bags


def _planned(step: Step, order: Order, chosen: list[Chosen]) -> list[Chosen]:
    """Units as units to buy: what was promised of a supplier's stock becomes so, with its date.

    Its claim there ends in the step that orders it, so nobody else has it in between.
    """
    free: dict[str, Tag] = {"location": "", "peg": "", "ready_by": None, "stage": ""}
    promised = [one for one in chosen if one.spot.state is UnitState.RESERVED]
    step.move(order, UnitMove.UNRESERVE, promised, **free)
    waiting = [_as(one, UnitState.OPEN, tag(one.spot.slice, **free)) for one in promised]
    step.move(order, UnitMove.PLAN_TO_BUY, waiting)
    planned = [_as(one, UnitState.TO_BUY, one.spot.slice) for one in waiting]
    return [*planned, *(one for one in chosen if one.spot.state is UnitState.TO_BUY)]


def _as(one: Chosen, state: UnitState, tags: Slice) -> Chosen:
    return one._replace(spot=Spot(state, one.n, tags))


def _by_sku(bags: Iterable[Bag]) -> dict[str, int]:
    """How many units of each SKU are in bags."""
    counts: dict[str, int] = {}
    for _, chosen in bags:
        for one in chosen:
            counts[one.line.sku] = counts.get(one.line.sku, 0) + one.n
    return counts


def _move_each(step: Step, bags: list[Bag], move: UnitMove, **tags: str) -> None:
    """Move units of several orders; every order that may not go on is a reason."""
    refusals: list[Refusal] = []
    for order, chosen in bags:
        try:
            step.move(order, move, chosen, **tags)
        except MoveRefused as no:
            refusals += no.refusals
    if refusals:
        raise MoveRefused(tuple(dict.fromkeys(refusals)))


def _goods(chosen: list[Chosen]) -> list[Chosen]:
    """What is goods, where there is any: services are neither bought nor made."""
    return [one for one in chosen if not one.line.service] or chosen


def _wanted(orders: tuple[str, ...], lines: object) -> LineQuantities:
    wanted = checked_quantities(lines)
    if wanted and len(orders) > 1:
        raise BadInput("lines", "there are several orders: take them whole")
    return wanted
