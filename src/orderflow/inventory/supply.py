"""Goods that are to come.

It knows what supply rows promise and how their goods come in, and refuses to know which location
ships what.

A supply row is goods with a date: of a supplier, of production, or on their way from another
warehouse.
Orders may be promised out of it; what comes in stays marked for those promises first, and the rest
is free at once.
What a transfer has on the road is off every shelf, on an account of its own, and what does not
arrive is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from orderflow.books import to_inspect
from orderflow.calls import Ref
from orderflow.conditions import DAMAGED, TO_INSPECT
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import Claimed, Limited, Posted
from orderflow.grants import Kept
from orderflow.inventory.feeds import take_off
from orderflow.inventory.lots import record_lot
from orderflow.inventory.places import on_hand
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import FEED, MatterKind, Origin, Supply, Transfer, is_fed
from orderflow.states import SUPPLY, SupplyMove, SupplyState
from orderflow.values import Position, instant, place, text, warehouse, whole


@verb("expect", Supply)
def expect(
    case: Case,
    context: Context,
    position: Position,
    n: int,
    due: datetime,
    *,
    origin: Origin = Origin.SUPPLIER,
    source: str = "",
) -> Step:
    """Announce goods that are to come, so that orders can be promised out of them.

    `source` refers to the supplier: what he is known to have of it is less from now on. What comes
    from another warehouse is sent (`send_transfer`).
    """
    step = Step(case, context)
    _checked_name(case)
    at = _to_stand(position)
    if not isinstance(origin, Origin):
        raise BadInput("origin", f"one of {', '.join(Origin)} is wanted")
    if origin is Origin.TRANSFER:
        raise BadInput("origin", "what comes from another warehouse is sent from there")
    text(source, "source", empty=True)
    whole(n, "n")
    when = instant(due, "due")
    step.open(Supply(case.own(Supply), SUPPLY.initial, at, n, when, 0, 0, origin, source))
    if origin is Origin.SUPPLIER and source:
        take_off(step, source, {at.sku: n}, case.ref)
    return step


@verb("send_transfer", Supply)
def send_transfer(
    case: Case, context: Context, position: Position, to: str, n: int, due: datetime
) -> Step:
    """Send free goods to another warehouse: from here on they are on the road.

    Where they will stand they can be promised at once, and `receive_supply` books them in.
    """
    step = Step(case, context)
    _checked_name(case)
    at = _to_stand(position)
    there = at._replace(location=place(to, "to"))
    if warehouse(to) == warehouse(at.location):
        raise BadInput("to", "is in the same warehouse: move the goods there")
    whole(n, "n")
    ref, when = case.own(Supply), instant(due, "due")
    row = Supply(ref, SUPPLY.initial, there, n, when, 0, 0, Origin.TRANSFER, at.location)
    step.open(row)
    goods = Transfer(MatterKind.SELLABLE, at, MatterKind.ROAD_BETWEEN, there, n)
    step.add(Posted(goods, ref))
    step.keep(Kept(at))
    return step


@verb("receive_supply", Supply)
def receive_supply(
    case: Case,
    context: Context,
    n: int,
    *,
    rejected: int = 0,
    inspect: bool = False,
    last: bool = False,
    expires_at: datetime | None = None,
) -> Step:
    """Record what has come of a supply row; `last` says that no more will come.

    What the row has promised is marked for those promises; the rest is free. `rejected` units came
    beside the `n` and are damaged; with `inspect` the `n` wait in quarantine. A last receipt short
    of what was promised leaves the row over-committed, and its promises in danger; what a transfer
    still has on the road is lost then.
    """
    step = Step(case, context)
    supply = step.now(case.own(Supply))
    at = supply.position
    whole(n, "n", least=0)
    whole(rejected, "rejected", least=0)
    for name, value in (("last", last), ("inspect", inspect)):
        if type(value) is not bool:
            raise BadInput(name, "true or false is wanted")
    late = SUPPLY.target(supply.state, SupplyMove.RECEIVE) is None
    come = list(_from(supply, n + rejected))
    bad = tuple(_share(come, rejected, MatterKind.DAMAGED, at._replace(grade=DAMAGED)))
    put = to_inspect(at) if inspect else at
    good = tuple(_share(come, n, MatterKind.SELLABLE, put))
    step.add(*(Posted(goods, supply.ref) for goods in bad))
    if inspect and n:
        step.add(*(Posted(goods, supply.ref) for goods in good))
        step.add(Claimed(supply.ref, put, n))
    elif n:
        take_in(step, supply, good)
    record_lot(step, at, n + rejected, expires_at, anew=supply.origin is not Origin.TRANSFER)
    if late:
        step.note(supply.ref, "came_after_close", n=n)
        return step
    step.advance(SUPPLY, supply.ref, SupplyMove.RECEIVE, None)
    if last:
        _lose_road(step, step.now(supply.ref))
    if last or supply.origin is Origin.TRANSFER:
        _promise_no_more(step, step.now(supply.ref))
    if last:
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


def take_in(step: Step, supply: Supply, goods: tuple[Transfer, ...]) -> None:
    """Bring goods of a supply row onto the shelf: marked for its promises first, the rest free."""
    at = supply.position
    peg = at._replace(peg=supply.ref.id)
    n = sum(one.n for one in goods)
    to_come = supply.expected - supply.received
    step.add(*(Posted(one, supply.ref) for one in goods))
    if n > to_come:
        step.add(Limited(peg, n - to_come, supply.ref))
    marked = min(n, max(0, to_come - unpromised(step.case, peg)))
    # The row claims what it no longer promises, under the guard of its own counter: a promise
    # that is made meanwhile makes this command read again.
    if n > marked:
        step.add(Claimed(supply.ref, peg, n - marked))
    if marked:
        step.add(Claimed(supply.ref, at, marked))


def give_up_rest(step: Step, supply: Supply, n: int) -> None:
    """Promise `n` fewer of a row of which no more can come in their stead."""
    if supply.state is SupplyState.CLOSED or supply.origin is Origin.TRANSFER:
        step.add(Limited(supply.position._replace(peg=supply.ref.id), -n, supply.ref))


def unpromised(case: Case, peg: Position) -> int:
    """What a supply row may still promise; below zero, what it has promised beyond its goods."""
    return case.counter(peg).left


def open_supply(step: Step, ref: Ref[Supply]) -> Supply:
    """A supply row that can still promise."""
    supply = step.now(ref)
    if supply.state is SupplyState.CLOSED:
        raise MoveRefused((Refusal.of("supply_closed", supply=ref.id),))
    return supply


def _lose_road(step: Step, supply: Supply) -> None:
    """What a transfer still has on the road is lost."""
    if supply.on_road:
        at, n = supply.position, supply.on_road
        goods = Transfer(MatterKind.ROAD_BETWEEN, at, MatterKind.CARRIER, at, n)
        step.add(Posted(goods, supply.ref))


def _promise_no_more(step: Step, supply: Supply) -> None:
    """Promise no more than has come, is inspected, or is on the road."""
    short = supply.expected - supply.received - supply.inspecting - supply.on_road
    if short > 0:
        step.add(Limited(supply.position._replace(peg=supply.ref.id), -short, supply.ref))


def _from(supply: Supply, n: int) -> Iterator[tuple[MatterKind, Position, int]]:
    """Where `n` units of a row come from.

    Of a transfer first what is on the road, then what was lost; beyond that more was sent than was
    written down.
    """
    at = supply.position
    if supply.origin is Origin.SUPPLIER:
        yield MatterKind.SUPPLIER, Position(at.sku, owner=supply.source), n
        return
    if supply.origin is Origin.PRODUCTION:
        yield MatterKind.PRODUCTION, Position(at.sku), n
        return
    for kind, there in (
        (MatterKind.ROAD_BETWEEN, supply.on_road),
        (MatterKind.CARRIER, supply.lost),
        (MatterKind.COUNT_DIFFERENCE, n),
    ):
        part = min(n, there)
        n -= part
        yield kind, at, part


def _share(
    come: list[tuple[MatterKind, Position, int]], n: int, to: MatterKind, at: Position
) -> Iterator[Transfer]:
    """Take `n` units out of what has come, and say where they go."""
    for i, (kind, whence, there) in enumerate(come):
        part = min(n, there)
        if part:
            come[i] = (kind, whence, there - part)
            n -= part
            yield Transfer(kind, whence, to, at, part)


def _checked_name(case: Case) -> None:
    """A supply row has no name that means a supplier's own stock: both are pegs of units."""
    if is_fed(text(case.ref.id, "supply")):
        raise BadInput("supply", f"names that begin with {FEED} are of feeds")


def _to_stand(position: object) -> Position:
    """Where goods will stand; that they are to be inspected is found out when they come."""
    at = on_hand(position)
    if at.grade == TO_INSPECT:
        raise BadInput("position.grade", "goods to inspect stay where they are")
    return at
