"""What of an order may come back now, until when, and what speaks against the rest.

It asks the rules of `eligible` of each line and parcel, and refuses to know any rule itself.

Returnable is what stands delivered, is in no return and is not sent again: a count. What would be
owed back is money, and counted apart: what just these units carry still.
Each reason against them says since when it holds, where time has begun it, and units that may come
back say until when.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import attrs

from orderflow.eligible import Asked, in_window, not_put_away, not_sent_again
from orderflow.errors import Refusal
from orderflow.journal import Case
from orderflow.pricing import carried, give_up
from orderflow.reasons import Way, not_for
from orderflow.records import Line, Order, Spot
from orderflow.return_windows import closings, windows_of
from orderflow.rules import Rules
from orderflow.states import UnitState
from orderflow.units import Chosen, left_delivered
from orderflow.values import later, text


@attrs.frozen
class Against:
    """A reason against a return, and since when it holds, where time has begun it."""

    refusal: Refusal
    since: datetime | None = None


@attrs.frozen
class Returnable:
    """So many delivered units of a line that came in a parcel: may they come back?

    They `carry` so many minor units still, which would be owed back. A return may be asked for up
    to `until`, that instant included; `None` where no window closes. Without a reason `against`
    them they may come back now.
    """

    line: str
    parcel: str
    n: int
    carry: int
    until: datetime | None
    against: tuple[Against, ...] = ()


def returnable(case: Case, order: Order, rules: Rules, reason: str = "") -> tuple[Returnable, ...]:
    """The delivered units of an order that are in no return, by line and parcel, for a reason."""
    said = text(reason, "reason", empty=True)
    windows = windows_of(rules, order.tier, said)
    ends = closings(order, lambda name: case.find(case.parcel(name)), windows)
    closed = {name: end for name, end in ends.items() if case.at > end.last}
    always = [Against(no) for no in not_for(rules.reasons, said, Way.RETURN)]
    found: list[Returnable] = []
    for line in order.lines:
        left = left_delivered(order, line)
        # As a return takes them: those whose window is open come first.
        spots = sorted(_delivered(line), key=lambda spot: spot.slice.parcel in closed)
        every = Asked(order, (), closed, rules.process, _chosen(line, spots))
        for spot in spots:
            parcel = spot.slice.parcel
            end = ends.get(parcel)
            until = None if end is None else end.last
            asked = attrs.evolve(every, chosen=_chosen(line, [spot]))
            against = [*(Against(no) for no in not_put_away(asked)), *always]
            since = None if until is None else later(until, datetime.resolution)
            against += [Against(no, since) for no in in_window(asked)]
            free = min(spot.n, left)
            left -= free
            first = _carried(order, line, spot, free)
            if free:
                told = Returnable(line.id, parcel, free, first, until, tuple(against))
                found.append(told)
            if spot.n - free:
                again = [*against, *(Against(no) for no in not_sent_again(every))]
                rest = _carried(order, line, spot, spot.n) - first
                told = Returnable(line.id, parcel, spot.n - free, rest, until, tuple(again))
                found.append(told)
    return tuple(found)


def _chosen(line: Line, spots: Iterable[Spot]) -> tuple[Chosen, ...]:
    return tuple([Chosen(line, spot, spot.n) for spot in spots])


def _delivered(line: Line) -> Iterator[Spot]:
    """The delivered units of a line that are in no return, each parcel once."""
    spots: dict[tuple[str, str], Spot] = {}
    for spot in line.spots:
        if spot.state is UnitState.DELIVERED and not spot.slice.returning:
            key = (spot.slice.parcel, spot.slice.invoice)
            had = spots.get(key)
            spots[key] = spot if had is None else attrs.evolve(had, n=had.n + spot.n)
    yield from spots.values()


def _carried(order: Order, line: Line, spot: Spot, n: int) -> int:
    """What the next so many units carry that a return would give up."""
    cuts = give_up(line, n, "", billed_on=spot.slice.invoice) if n else ()
    return carried(line, order.charges, [(cut.start, cut.stop) for cut in cuts])
