"""What a customer pays less for goods that he keeps: which units, and how far (仅退款).

It knows the units that have left and were not given up, and refuses to know why they cost less.

Problem: money that is given back without a return is kept beside the order in most systems, and is
paid a second time when the goods come back after all.
Observation: it is a lower price of units that stay, and what a unit carries is what it gives back.
Decision: one signed charge over just these units lowers what they carry, never below zero. Whoever
returns one of them later gets what it carries still: of 100.00 for three, 10.00 given back leaves
30.00 for each. Where they are on an invoice, its credit note follows the order as it always does.

The first units of a line that have left are meant, as they are the first that a return gives up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

import attrs

from orderflow.calls import Ref
from orderflow.errors import Refusal
from orderflow.facts import Charged
from orderflow.journal import Step
from orderflow.orders import later_id
from orderflow.pricing import Ranges, carried, charge_kept, first, given_up, without
from orderflow.records import ChargeKind, CutKind, Line, Order
from orderflow.units import LineQuantities

if TYPE_CHECKING:
    from orderflow.windows import Closing


def kept_units(line: Line, closed: Collection[str] = ()) -> Ranges:
    """The indices of a line that have left and were not given up, but those on `closed` bills."""
    billed = [
        (cut.start, cut.stop)
        for cut in line.cuts
        if cut.kind is CutKind.BILLED and cut.document not in closed
    ]
    return without(sorted(billed), given_up(line))


def count(ranges: Ranges) -> int:
    """How many units they are."""
    return sum([stop - start for start, stop in ranges])


def meant_units(
    order: Order, wanted: LineQuantities, closed: Mapping[str, Closing]
) -> tuple[LineQuantities, list[Refusal]]:
    """How many units of which lines are meant: those that are wanted, or all; and why not.

    Not those whose window is over, and none that is sent again: its customer gets goods or money.
    """
    lines = order.by_id()
    asked = dict(wanted) or {id: count(kept_units(line)) for id, line in lines.items()}
    refusals: list[Refusal] = []
    for id, n in asked.items():
        line = lines.get(id)
        if line is None:
            refusals.append(Refusal.of("no_such_line", order=order.ref.id, line=id))
        else:
            refusals += _why_not(order, line, n, closed)
    pairs = tuple([(id, n) for id, n in asked.items() if n])
    if not (pairs or refusals):
        refusals.append(Refusal.of("nothing_to_do", what=str(order.ref), move="refund"))
    return pairs, refusals


def _why_not(order: Order, line: Line, n: int, closed: Mapping[str, Closing]) -> Iterator[Refusal]:
    there, open_ = count(kept_units(line)), count(kept_units(line, closed))
    which = {"line": line.id, "order": order.ref.id}
    if n > there:
        yield Refusal.of("too_many", **which, asked=n, move="refund", there=there)
    elif n > open_:
        over = [end for bill, end in closed.items() if _has(line, bill)]
        for end in dict.fromkeys(over):
            yield Refusal.of("window_closed", order=order.ref.id, closed=end.said)
    again = sum([row.n for row in order.sent_again if row.line == line.id])
    if again and n > there - again:
        yield Refusal.of("sent_again", **which, asked=n, n=again, left=max(0, there - again))


def _has(line: Line, bill: str) -> bool:
    return any(cut.kind is CutKind.BILLED and cut.document == bill for cut in line.cuts)


@attrs.frozen
class Carrying:
    """Units of an order that a customer keeps, by line, and what they carry in minor units."""

    ranges: Mapping[str, Ranges]
    amount: int


def carrying(order: Order, pairs: LineQuantities) -> Carrying:
    """The first so many kept units of some lines, as far as they are kept still."""
    lines = order.by_id()
    kept = {id: kept_units(lines[id]) for id, _ in pairs if id in lines}
    ranges = {id: first(kept[id], min(n, count(kept[id]))) for id, n in pairs if id in kept}
    amounts = [carried(lines[id], order.charges, of) for id, of in ranges.items()]
    return Carrying(ranges, sum(amounts))


def lower(step: Step, ref: Ref[Order], pairs: LineQuantities, amount: int, reason: str) -> None:
    """Lower what units carry by an amount, by one charge that they share by what they carry."""
    order = step.now(ref)
    ranges = carrying(order, pairs).ranges
    id = later_id(order, ChargeKind.DISCOUNT)
    charge = charge_kept(
        id,
        ChargeKind.DISCOUNT,
        -amount,
        order,
        tuple(ranges),
        of=lambda line: ranges[line.id],
    )
    step.add(Charged(ref, attrs.evolve(charge, reason=reason)))
