"""The books of stock: receipts, counts, breakages, holds, limits and supply that is to come.

It knows how goods come in and are claimed ahead of an order, and refuses to know which location
ships what.

What has happened to goods is recorded in any case: a count below the claims, a breakage of reserved
goods, a receipt short of what was promised.
Free is what is there less what is claimed, and never counted below zero; where claims are beyond
what is there, the difference stands as over-committed and the promises in danger are listed.

A hold is a claim with an expiry.
From that instant it counts as free: reads leave it out, and a grant that finds a position short
gives back what has run out and tries once more.
No job needs to run for that to be right.

A supply row is goods with a date.
Orders may be promised out of it; what comes in stays marked for those promises first, and the rest
is free at once.
"""

from __future__ import annotations

from datetime import datetime

from orderflow.calls import Ref
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import Claimed, Limited, Noted, Posted
from orderflow.journal import Case, Context, Step, stock_verb, verb
from orderflow.records import MatterKind, Order, StockHold, Supply, Transfer
from orderflow.states import (
    STOCK_HOLD,
    SUPPLY,
    StockHoldMove,
    SupplyMove,
    SupplyState,
    UnitMove,
    UnitState,
)
from orderflow.values import Position, instant, text, unique, whole


@stock_verb("receive")
def receive(case: Case, context: Context, position: Position, n: int, source: str = "") -> Step:
    """Record goods that came in, sellable from here on; `source` refers to the supplier."""
    step = Step(case, context)
    at = _on_hand(position)
    supplier = Position(at.sku, owner=text(source, "source", empty=True))
    goods = Transfer(MatterKind.SUPPLIER, supplier, MatterKind.SELLABLE, at, whole(n, "n"))
    step.add(Posted(goods))
    return step


@stock_verb("count")
def count(case: Case, context: Context, position: Position, counted: int) -> Step:
    """Record what a stocktake found on the shelf; the difference to the book is posted.

    A count below the claims is accepted, as any fact.
    """
    step = Step(case, context)
    at = _on_hand(position)
    whole(counted, "counted", least=0)
    book = step.rely_on_there(at)
    more = counted - book
    shelf, difference = MatterKind.SELLABLE, MatterKind.COUNT_DIFFERENCE
    if more > 0:
        step.add(Posted(Transfer(difference, at, shelf, at, more)))
    elif more < 0:
        step.add(Posted(Transfer(shelf, at, difference, at, -more)))
    step.add(Noted(case.ref, "counted", (("counted", counted), ("book", book))))
    return step


@stock_verb("record_breakage")
def record_breakage(
    case: Case, context: Context, position: Position, n: int, reason: str = ""
) -> Step:
    """Record goods that broke on the shelf, claimed or not."""
    step = Step(case, context)
    at = _on_hand(position)
    broken = at._replace(grade="damaged")
    step.add(
        Posted(Transfer(MatterKind.SELLABLE, at, MatterKind.DAMAGED, broken, whole(n, "n"))),
        Noted(case.ref, "broken", (("n", n), ("reason", text(reason, "reason", empty=True)))),
    )
    return step


@stock_verb("set_limit")
def set_limit(case: Case, context: Context, pool: str, limit: int) -> Step:
    """Set how much a pool gives in all: a quota, a coupon's uses, a buyer's limit."""
    step = Step(case, context)
    at = Position(text(pool, "pool"))
    whole(limit, "limit", least=0)
    step.add(Limited(at, limit - step.rely_on_there(at)))
    return step


@verb("hold_stock", StockHold)
def hold_stock(
    case: Case, context: Context, position: Position, n: int, until: datetime | None = None
) -> Step:
    """Claim `n` units at a position, or of a pool, until an instant; for good without one."""
    step = Step(case, context)
    expiry = None if until is None else instant(until, "until")
    if expiry is not None and expiry <= context.at:
        raise BadInput("until", "is over already")
    text(case.ref.id, "stock hold")
    hold = StockHold(
        case.own(StockHold), STOCK_HOLD.initial, _position(position), whole(n, "n"), expiry
    )
    step.open(hold)
    return step


@verb("confirm_stock_hold", StockHold)
def confirm_stock_hold(case: Case, context: Context) -> Step:
    """Keep a hold for good. It must still run."""
    step = Step(case, context)
    hold = _running(step, case.own(StockHold))
    step.advance(STOCK_HOLD, hold.ref, StockHoldMove.CONFIRM, None)
    step.add(Claimed(hold.ref, hold.position, 0, None))
    return step


@verb("release_stock_hold", StockHold)
def release_stock_hold(case: Case, context: Context) -> Step:
    """Give a hold back before it runs out. One that has run out has given itself back."""
    step = Step(case, context)
    hold = _running(step, case.own(StockHold))
    step.advance(STOCK_HOLD, hold.ref, StockHoldMove.RELEASE, None)
    step.add(Claimed(hold.ref, hold.position, -hold.n, None))
    return step


def take_over(step: Step, ref: Ref[Order], holds: tuple[str, ...]) -> None:
    """Turn stock holds into the reservation of an order, with no gap between.

    A hold on goods reserves open units of its SKU, and what it keeps beyond them is given back; a
    hold on a pool is used up.
    """
    if not isinstance(holds, tuple | list):
        raise BadInput("stock_holds", "a tuple of stock holds is wanted")
    for name in holds:
        text(name, "stock_holds")
    unique(holds, "stock_holds")
    for name in holds:
        hold = _running(step, step.case.stock_hold(name))
        step.advance(STOCK_HOLD, hold.ref, StockHoldMove.USE, None)
        at = hold.position
        if not at.location:
            step.add(Claimed(hold.ref, at, 0, None))
            continue
        step.add(Claimed(hold.ref, at, -hold.n, None))
        order = step.now(ref)
        left, wanted = hold.n, []
        for line in order.lines:
            if line.sku == at.sku and not line.service:
                n = min(left, line.count(UnitState.OPEN))
                left -= n
                if n:
                    wanted.append((line.id, n))
        if not wanted:
            raise MoveRefused((Refusal.of("nothing_to_do", what=str(ref), move="reserve"),))
        step.move(
            order,
            UnitMove.RESERVE,
            step.choose(order, "reserve", (UnitState.OPEN,), tuple(wanted)),
            location=at.location,
            owner=at.owner,
            lot=at.lot,
            grade=at.grade,
            peg=at.peg,
        )


@verb("expect", Supply)
def expect(case: Case, context: Context, position: Position, n: int, due: datetime) -> Step:
    """Announce goods that are to come, so that orders can be promised out of them."""
    step = Step(case, context)
    text(case.ref.id, "supply")
    step.open(
        Supply(
            case.own(Supply),
            SUPPLY.initial,
            _on_hand(position),
            whole(n, "n"),
            instant(due, "due"),
        )
    )
    return step


@verb("receive_supply", Supply)
def receive_supply(case: Case, context: Context, n: int, *, last: bool = False) -> Step:
    """Record what has come of a supply row; `last` says that no more will come.

    What the row has promised is marked for those promises; the rest is free. A last receipt short
    of what was promised leaves the row over-committed, and its promises in danger.
    """
    step = Step(case, context)
    supply = step.now(case.own(Supply))
    at = supply.position
    peg = at._replace(peg=supply.ref.id)
    whole(n, "n", least=0)
    if type(last) is not bool:
        raise BadInput("last", "true or false is wanted")
    to_come = supply.expected - supply.received
    if n:
        goods = Transfer(MatterKind.SUPPLIER, Position(at.sku), MatterKind.SELLABLE, at, n)
        step.add(Posted(goods, supply.ref))
        if n > to_come:
            step.add(Limited(peg, n - to_come, supply.ref))
        marked = min(n, max(0, to_come - unpromised(case, peg)))
        # The row claims what it no longer promises, under the guard of its own counter: a promise
        # that is made meanwhile makes this command read again.
        if n > marked:
            step.add(Claimed(supply.ref, peg, n - marked))
        if marked:
            step.add(Claimed(supply.ref, at, marked))
    if SUPPLY.target(supply.state, SupplyMove.RECEIVE) is None:
        step.note(supply.ref, "came_after_close", n=n)
        return step
    step.advance(SUPPLY, supply.ref, SupplyMove.RECEIVE, None)
    if last:
        if n < to_come:
            step.add(Limited(peg, n - to_come, supply.ref))
        step.advance(SUPPLY, supply.ref, SupplyMove.CLOSE, None)
    return step


@verb("free_surplus", Supply)
def free_surplus(case: Case, context: Context) -> Step:
    """Give free what waits for promises that are no longer there, since they were cancelled."""
    step = Step(case, context)
    supply = step.now(case.own(Supply))
    peg = supply.position._replace(peg=supply.ref.id)
    to_come = supply.expected - supply.received
    surplus = min(supply.earmarked, max(0, unpromised(case, peg) - to_come))
    if not surplus:
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(supply.ref), move="free"),))
    step.add(Claimed(supply.ref, peg, surplus), Claimed(supply.ref, supply.position, -surplus))
    return step


def unpromised(case: Case, peg: Position) -> int:
    """What a supply row may still promise; below zero, what it has promised beyond its goods."""
    counters = case.counters((peg.sku,))
    return next((row.there - row.claimed for row in counters if row.position == peg), 0)


def _running(step: Step, ref: Ref[StockHold]) -> StockHold:
    hold = step.now(ref)
    if hold.until is not None and hold.until <= step.context.at:
        raise MoveRefused((Refusal.of("hold_expired", hold=ref.id, until=hold.until.isoformat()),))
    return hold


def open_supply(step: Step, ref: Ref[Supply]) -> Supply:
    """A supply row that can still promise."""
    supply = step.now(ref)
    if supply.state is SupplyState.CLOSED:
        raise MoveRefused((Refusal.of("supply_closed", supply=ref.id),))
    return supply


def _position(position: object) -> Position:
    if not isinstance(position, Position):
        raise BadInput("position", "a Position is wanted")
    return position.checked("position")


def _on_hand(position: object) -> Position:
    at = _position(position)
    if not at.location:
        raise BadInput("position.location", "must not be empty")
    if at.peg:
        raise BadInput("position.peg", "goods on hand have none")
    return at
