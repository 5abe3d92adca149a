"""What each unit of an order carries, and what the order costs.

It knows charges, spans and cuts, and refuses to know where prices come from: they are given.

Problem: peers share a discount by weights each time they need a part of it, and the parts of a line
that is shipped, cancelled or returned in steps then sum to a cent more or less than the line.
Observation: a price shared by *count* in closed form sums exactly over any cut of the line; but two
discounts shared so, each on its own, can push one unit below zero (three pieces at 0.01 with two
discounts of 0.01 would carry 1, -1, 1).
Decision: the goods of a line are shared by count, and each later change of amount by what its span
carries so far (the running net), both by cumulative rounding. A price that rises later is shared by
count too, as it would have been at first.
What the first k units carry is then known without walking them, and any span is a difference of two
such prefixes.

Which units were billed or given up is a matter of unit *indices*, kept as cuts: a bill takes the
first that are not billed, a cancel the last, and a return the first of its bill, so that what is
credited is what was billed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.kits import lines_named
from orderflow.money import scale, share, spread
from orderflow.records import Charge, ChargeKind, Cut, CutKind, Line, Order, Span
from orderflow.states import OrderState, UnitState
from orderflow.values import unique

Ranges = list[tuple[int, int]]
"""Sorted half-open ranges of unit indices that do not meet."""


def carried(line: Line, charges: Iterable[Charge], ranges: Sequence[tuple[int, int]]) -> int:
    """What the unit indices in `ranges` carry, in minor units, over all charges of the line.

    Sums exactly: ranges that together cover the line carry all of it.
    """
    return _carried(shares_of(charges).get(line.id, ()), ranges)


def shares_of(charges: Iterable[Charge]) -> dict[str, list[tuple[Charge, Span]]]:
    """The spans of charges by line, each with its charge, in the order of the charges."""
    shares: dict[str, list[tuple[Charge, Span]]] = {}
    for charge in charges:
        for span in charge.spans:
            shares.setdefault(span.line, []).append((charge, span))
    return shares


def parts_carried(
    shares: Sequence[tuple[Charge, Span]], ranges: Sequence[tuple[int, int]]
) -> tuple[tuple[Charge, int], ...]:
    """What the unit indices in `ranges` carry of each charge of a line, as `shares_of` gives them.

    Together that is what they carry; a charge of which they carry nothing is left out.
    """
    parts: dict[str, tuple[Charge, int]] = {}
    pieces = _each_carried(shares, ranges)
    for (charge, _), part in zip(shares, pieces, strict=True):
        parts[charge.id] = (charge, part + parts.get(charge.id, (charge, 0))[1])
    return tuple([(charge, part) for charge, part in parts.values() if part])


def _carried(shares: Sequence[tuple[Charge, Span]], ranges: Sequence[tuple[int, int]]) -> int:
    if len(shares) == 1:
        _, price = shares[0]
        if price.start == 0 and all(b <= price.stop for _, b in ranges):  # nothing carries nothing
            return sum([share(price.amount, price.stop, start, stop) for start, stop in ranges])
    return sum(_each_carried(shares, ranges))


def _each_carried(
    shares: Sequence[tuple[Charge, Span]], ranges: Sequence[tuple[int, int]]
) -> list[int]:
    """What the ranges carry of each span, in turn."""
    carried: list[int] = []
    counts = _that_count([span for _, span in shares], ranges)
    points = {point for pair in ranges for point in pair}
    for (_, span), counted in zip(shares, counts, strict=True):
        if counted:
            points.update((span.start, span.stop))
    sums = dict.fromkeys(points, 0)  # what the first so many indices carry
    for (charge, span), counted in zip(shares, counts, strict=True):
        if not counted:
            carried.append(0)
            continue
        before, upto = sums[span.start], sums[span.stop]
        width = 0 if _by_count(charge, span) else upto - before
        parts: dict[int, int] = {}
        for point, sum_ in sums.items():
            if point <= span.start:
                continue
            if point >= span.stop:
                part = span.amount
            elif width:
                part = scale(span.amount, sum_ - before, width)
            else:
                part = share(span.amount, span.stop - span.start, 0, point - span.start)
            parts[point] = part
        for point, part in parts.items():
            sums[point] += part
        carried.append(sum([parts.get(b, 0) - parts.get(a, 0) for a, b in ranges]))
    return carried


def _that_count(spans: Sequence[Span], ranges: Sequence[tuple[int, int]]) -> list[bool]:
    """Which spans ranges carry something of, or what they carry depends on.

    A span is shared by what its indices carry of earlier ones, so whatever an earlier one has in
    common with it counts too. A line that was invoiced in hundreds of parcels has a span for each,
    of which a parcel needs its own alone.
    """
    wanted = [pair for pair in ranges if pair[0] < pair[1]]
    counts = [False] * len(spans)
    for i in range(len(spans) - 1, -1, -1):
        start, stop = spans[i].start, spans[i].stop
        if any(a < stop and start < b for a, b in wanted):
            counts[i] = True
            if not any(a <= start and stop <= b for a, b in wanted):
                wanted.append((start, stop))
    return counts


def _by_count(charge: Charge, span: Span) -> bool:
    """Whether units share it by count, whatever they carry: a price is the same for each of them.

    Three pieces for 0.01 that cost 10.00 each from now on carry 10.00 each, not one of them 30.00.
    A lower price is shared by what they carry, so that none falls below zero.
    """
    return charge.kind is ChargeKind.PRICE and span.amount > 0


def spread_charge(
    id: str,
    kind: ChargeKind,
    amount: int,
    lines: Sequence[Line],
    charges: Sequence[Charge],
    *,
    bearer: str = "",
    reason: str = "",
) -> Charge:
    """A charge over whole lines, shared between them by what each carries so far."""
    made = part_charge(id, kind, [(lines, amount)], charges)
    return attrs.evolve(made, bearer=bearer, reason=reason)


def part_charge(
    id: str,
    kind: ChargeKind,
    parts: Sequence[tuple[Sequence[Line], int]],
    charges: Iterable[Charge],
    path: str = "charge.amount",
) -> Charge:
    """A charge over whole lines in parts, each shared between its lines by what they carry so far.

    No line is in two parts. A discount beyond what the lines of a part carry is refused.
    """
    net: dict[str, int] = {}
    for charge in charges:
        for span in charge.spans:
            net[span.line] = net.get(span.line, 0) + span.amount
    spans: list[Span] = []
    for lines, amount in parts:
        weights = [net.get(line.id, 0) for line in lines]
        if amount < -sum(weights) or (amount and not lines):
            raise BadInput(path, "the discount is more than its lines cost")
        shares = zip(lines, spread(amount, weights), strict=True)
        spans += [Span(line.id, 0, line.n, part) for line, part in shares if part]
    return Charge(id, kind, sum([amount for _, amount in parts]), tuple(spans))


def charge_kept(
    id: str,
    kind: ChargeKind,
    amount: int,
    order: Order,
    names: Sequence[str] = (),
    parts: Sequence[tuple[str, int]] = (),
    of: Callable[[Line], Ranges] | None = None,
) -> Charge:
    """A later charge, shared over the units that were not given up by what they carry now.

    Over the named lines, or all, or in parts by line or kit; `of` says which units of a line, where
    those are not all that are kept. A discount beyond what those units carry is refused.
    """
    carrying = shares_of(order.charges)
    groups: list[tuple[Sequence[str], int]] = [(names, amount)]
    if parts:
        groups = [(lines_named(order, (name,)), part) for name, part in parts]
    unique((line for meant, _ in groups for line in meant), "charge.parts")
    pieces: list[Span] = []
    at = {line.id: i for i, line in enumerate(order.lines)}
    for meant, part in groups:
        lines = [order.lines[i] for i in sorted([at[name] for name in meant if name in at])]
        units = [
            (line.id, start, stop)
            for line in (lines if meant else order.lines)
            for start, stop in (kept if of is None else of)(line)
        ]
        weights = [_carried(carrying.get(line, ()), [(start, stop)]) for line, start, stop in units]
        if part < -sum(weights) or (part and not units):
            raise BadInput("charge.amount", "is more than the units that are kept cost")
        shares = zip(units, spread(part, weights), strict=True)
        pieces += [Span(*one, share) for one, share in shares if share]
    return Charge(id, kind, amount, tuple(pieces))


def given_up(line: Line) -> Ranges:
    """The indices that were cancelled or returned."""
    gone = [cut for cut in line.cuts if cut.kind is CutKind.GIVEN_UP]
    return union(gone) if gone else []


def kept(line: Line) -> Ranges:
    """The indices that were not given up."""
    return minus((0, line.n), given_up(line))


def has_left(order: Order) -> bool:
    """Whether anything of an order has ever left with a parcel, or was redeemed."""
    return any(cut.kind is CutKind.BILLED for line in order.lines for cut in line.cuts)


def _taken(line: Line) -> Ranges:
    """The indices that were billed or given up, whether they are on an invoice or not."""
    return union([cut for cut in line.cuts if cut.kind in _TAKEN])


_TAKEN: Final = (CutKind.BILLED, CutKind.GIVEN_UP)


def bill(line: Line, n: int, document: str) -> tuple[Cut, ...]:
    """Cuts that bill the first `n` indices of a line that are neither billed nor given up."""
    free = minus((0, line.n), _taken(line)) if line.cuts else [(0, line.n)]
    return tuple([Cut(CutKind.BILLED, start, stop, document) for start, stop in first(free, n)])


def give_up(line: Line, n: int, document: str, *, billed_on: str = "") -> tuple[Cut, ...]:
    """Cuts that give up `n` indices: the last unbilled ones, or the first of a bill."""
    gone = given_up(line)
    if billed_on:
        ranges: Ranges = []
        for cut in line.cuts:
            if cut.kind is CutKind.BILLED and cut.document == billed_on:
                ranges.extend(minus((cut.start, cut.stop), gone))
        found = first(sorted(ranges), n)
    else:
        found = _last(minus((0, line.n), _taken(line)), n)
    return tuple(Cut(CutKind.GIVEN_UP, start, stop, document) for start, stop in found)


def total(order: Order) -> int:
    """What the order costs for the units that were not given up, in minor units.

    Freight and fees are given up when every unit was cancelled, and kept otherwise.
    """
    amount = sum([charge.amount for charge in order.charges])
    shares: dict[str, list[tuple[Charge, Span]]] = {}
    for line in order.lines:
        gone = given_up(line) if line.cuts else ()
        if gone:
            shares = shares or shares_of(order.charges)
            amount -= _carried(shares.get(line.id, ()), gone)
    whole = [charge.amount for charge in order.charges if not charge.spans]
    if whole and not units_kept(order):
        amount -= sum(whole)
    return amount


def due(order: Order) -> int:
    """What is still to be paid, in minor units; below zero, what is owed back."""
    return total(order) - order.applied


def is_owed(order: Order) -> bool:
    """Whether somebody owes what an order costs: a draft is nobody's debt until it is paid for."""
    return order.state is not OrderState.DRAFT or order.applied > 0


def units_kept(order: Order) -> bool:
    """Whether any unit is left; an order without lines has none."""
    for line in order.lines:
        for spot in line.spots:
            if spot.state is not UnitState.CANCELLED:
                return True
    return False


def union(cuts: Iterable[Cut]) -> Ranges:
    """The indices that any of the cuts covers, as sorted ranges."""
    joined: Ranges = []
    for start, stop in sorted((cut.start, cut.stop) for cut in cuts):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def minus(whole: tuple[int, int], taken: Ranges) -> Ranges:
    """What is left of a range without some others."""
    left: Ranges = []
    start, end = whole
    for a, b in taken:
        if b <= start or a >= end:
            continue
        if a > start:
            left.append((start, a))
        start = max(start, b)
    if start < end:
        left.append((start, end))
    return left


def first(ranges: Ranges, n: int) -> Ranges:
    """The first `n` indices of ranges; a mistake of the caller where there are fewer."""
    found: Ranges = []
    for start, stop in ranges:
        if not n:
            break
        upto = min(stop, start + n)
        found.append((start, upto))
        n -= upto - start
    return _complete(found, n)


def _last(ranges: Ranges, n: int) -> Ranges:
    found: Ranges = []
    for start, stop in reversed(ranges):
        if not n:
            break
        since = max(start, stop - n)
        found.append((since, stop))
        n -= stop - since
    return _complete(found[::-1], n)


def _complete(found: Ranges, missing: int) -> Ranges:
    if missing:
        raise ValueError(f"the cuts of a line do not match its bag: {missing} indices are missing")
    return found
