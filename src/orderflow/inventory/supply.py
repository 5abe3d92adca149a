"""Goods that are to come.

It knows what supply rows promise and how their goods come in, and refuses to know which location
ships what.

A supply row is goods with a date.
Orders may be promised out of it; what comes in stays marked for those promises first, and the rest
is free at once.
"""

from __future__ import annotations

from datetime import datetime

from orderflow.calls import Ref
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import Claimed, Limited, Posted
from orderflow.inventory.places import on_hand
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import MatterKind, Supply, Transfer
from orderflow.states import SUPPLY, SupplyMove, SupplyState
from orderflow.values import Position, instant, text, whole


@verb("expect", Supply)
def expect(case: Case, context: Context, position: Position, n: int, due: datetime) -> Step:
    """Announce goods that are to come, so that orders can be promised out of them."""
    step = Step(case, context)
    text(case.ref.id, "supply")
    step.open(
        Supply(
            case.own(Supply),
            SUPPLY.initial,
            on_hand(position),
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


def open_supply(step: Step, ref: Ref[Supply]) -> Supply:
    """A supply row that can still promise."""
    supply = step.now(ref)
    if supply.state is SupplyState.CLOSED:
        raise MoveRefused((Refusal.of("supply_closed", supply=ref.id),))
    return supply
