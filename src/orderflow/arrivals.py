"""Goods that came back and nobody waited for: whose they are is found out, or they stay here.

It knows what stands in the warehouse without an owner who is known, and refuses to know orders
before somebody names a return.

Problem: a parcel comes back unasked, or has goods of several orders in it, or goods that were never
sold here; what cannot be booked is put on some shelf, and found by the next stocktake.
Decision: what came is written down at once, as a document of its own, and its goods stand in
quarantine; then they are attached to returns, sent back, or kept, in as many steps as it takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import attrs

from orderflow.books import LEAVES_FOR, to_inspect
from orderflow.conditions import Fate
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import Described, Noted, Posted
from orderflow.grants import Kept
from orderflow.inspecting import Verdicts, judged
from orderflow.journal import Case, Context, Step, verb
from orderflow.receiving import found_again
from orderflow.records import Arrival, MatterKind, Order, Return, Transfer
from orderflow.states import RETURN, ReturnMove, UnitMove
from orderflow.units import STILL_OUT, Chosen, LineQuantities, checked_quantities, of_return
from orderflow.values import Position, later, text

_CUSTOMER, _SHELF = MatterKind.CUSTOMER, MatterKind.SELLABLE


@verb("record_arrival", Arrival)
def record_arrival(
    case: Case, context: Context, location: str, goods: LineQuantities, words: str = ""
) -> Step:
    """Record goods that came back and nobody waited for, in quarantine: so many of each SKU.

    `words` say what the parcel tells of itself: its sender, its number.
    """
    step = Step(case, context)
    text(case.ref.id, "arrival")
    at = text(location, "location")
    came = checked_quantities(goods, "goods")
    if not came:
        raise BadInput("goods", "pairs of SKU and quantity are wanted")
    patience = context.rules.patience
    until = None if patience is None else later(context.at, timedelta(days=patience.keep_days))
    said = text(words, "words", empty=True)
    step.open(Arrival(case.own(Arrival), at, came, context.at, said, until))
    for sku, n in came:
        here = Position(sku, at)
        step.add(Posted(Transfer(_CUSTOMER, here, _SHELF, to_inspect(here), n)))
    return step


@verb("attach_arrival", Arrival)
def attach_arrival(case: Case, context: Context, returned: str, lines: LineQuantities = ()) -> Step:
    """Say that goods which came unasked are those of a return: all that it waits for, or so many.

    They are received for it as if they had been announced. What else has come is attached to other
    returns, sent back or kept.
    """
    step = Step(case, context)
    arrival = step.now(case.own(Arrival))
    back = step.now(case.returned(text(returned, "returned")))
    order = step.now(case.order(back.order))
    chosen = _meant(arrival, back, order, checked_quantities(lines))
    step.add(Noted(back.ref, "received", (("location", arrival.location),)))
    step.proceed(RETURN, back.ref, ReturnMove.RECEIVE)
    for line, _, n in chosen:
        _leave(step, arrival, line.sku, n, _CUSTOMER)
    on_the_road = found_again(step, order, chosen)
    step.move(order, UnitMove.RECEIVE_BACK, on_the_road, location=arrival.location)
    step.note(arrival.ref, "attached", returned=back.ref.id)
    return step


@verb("send_back_arrival", Arrival)
def send_back_arrival(case: Case, context: Context, tracking: str = "") -> Step:
    """Send what is left of goods that came unasked back to whoever has sent them."""
    step = Step(case, context)
    arrival = step.now(case.own(Arrival))
    for sku, n in _left(arrival, "send back arrival"):
        _leave(step, arrival, sku, n, _CUSTOMER)
    number = text(tracking, "tracking", empty=True)
    step.note(arrival.ref, "sent back", tracking=number)
    return step


@verb("keep_arrival", Arrival)
def keep_arrival(case: Case, context: Context, verdicts: Verdicts = ()) -> Step:
    """Keep goods that came unasked: they are ours, and all that is left waits to be inspected.

    With verdicts (SKU, units, verdict or condition) so many go where these say.
    """
    step = Step(case, context)
    arrival = step.now(case.own(Arrival))
    known = judged(verdicts, context.rules)
    there = dict(_left(arrival, "keep arrival"))
    if not known:
        step.add(Described(attrs.evolve(arrival, goods=(), until=None)))
    for i, (sku, n, condition) in enumerate(known):
        if condition.fate is Fate.REJECT:
            raise BadInput(f"verdicts[{i}].verdict", "what is nobody's is sent back or kept")
        if n > there.get(sku, 0):
            raise _too_few(arrival, sku, n)
        there[sku] -= n
        grade = condition.graded("")
        _leave(step, arrival, sku, n, LEAVES_FOR.get(grade, _SHELF), grade)
    step.note(arrival.ref, "kept")
    return step


def _meant(arrival: Arrival, back: Return, order: Order, wanted: LineQuantities) -> list[Chosen]:
    """The units of a return that its goods are: as many as it waits for and have come."""
    there, asked = dict(arrival.goods), dict(wanted)
    chosen: list[Chosen] = []
    for state in STILL_OUT:
        for line, spot, held in of_return(order, back.ref.id, (state,)):
            n = min(held, there.get(line.sku, 0), asked.get(line.id, 0 if wanted else held))
            if n:
                chosen.append(Chosen(line, spot, n))
                there[line.sku] -= n
                if wanted:
                    asked[line.id] -= n
    lacking = [
        Refusal.of("not_come", what=str(arrival.ref), line=line, n=n, returned=back.ref.id)
        for line, n in asked.items()
        if n
    ]
    if lacking:
        raise MoveRefused(tuple(lacking))
    if not chosen:
        move = "attach arrival"
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(arrival.ref), move=move),))
    return chosen


def _left(arrival: Arrival, move: str) -> LineQuantities:
    if not arrival.goods:
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(arrival.ref), move=move),))
    return arrival.goods


def _leave(
    step: Step, arrival: Arrival, sku: str, n: int, kind: MatterKind, grade: str = ""
) -> None:
    """Take goods out of the quarantine of an arrival, to an account or to a shelf of a grade."""
    now = step.now(arrival.ref)
    goods = _less(now.goods, sku, n)
    step.add(Described(attrs.evolve(now, goods=goods, until=now.until if goods else None)))
    here = Position(sku, now.location)
    cage, to = to_inspect(here), here._replace(grade=grade)
    if cage != to:
        step.keep(Kept(cage))
        step.add(Posted(Transfer(_SHELF, cage, kind, to, n)))


def _less(goods: LineQuantities, sku: str, n: int) -> LineQuantities:
    rest: Iterable[tuple[str, int]] = ((one, m - n if one == sku else m) for one, m in goods)
    return tuple([(one, m) for one, m in rest if m])


def _too_few(arrival: Arrival, sku: str, n: int) -> MoveRefused:
    there = dict(arrival.goods).get(sku, 0)
    return MoveRefused(
        (Refusal.of("not_there", what=str(arrival.ref), sku=sku, asked=n, there=there),)
    )
