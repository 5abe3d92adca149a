"""Which unit indices of a line are on invoices, and which are still to be.

It knows the cuts of a line, and refuses to know what stands on an invoice.

An index is on an invoice as often as it was invoiced less as often as it was credited, which is
never more than once.
It is to be invoiced when it was billed, that is shipped or redeemed, and neither given up nor on an
invoice; in advance, when it is merely kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from orderflow.pricing.carrying import Ranges, first, given_up, minus, union
from orderflow.records import Cut, CutKind, Line

_CHANGE = {CutKind.INVOICED: 1, CutKind.CREDITED: -1}


def invoice_depths(line: Line) -> list[tuple[int, int, int]]:
    """How often each range of indices is on an invoice, as (start, stop, times); gaps are never."""
    changes: dict[int, int] = {}
    for cut in line.cuts:
        by = _CHANGE.get(cut.kind)
        if by is not None:
            changes[cut.start] = changes.get(cut.start, 0) + by
            changes[cut.stop] = changes.get(cut.stop, 0) - by
    depths: list[tuple[int, int, int]] = []
    since = times = 0
    for point, by in sorted(changes.items()):
        if times:
            depths.append((since, point, times))
        since, times = point, times + by
    return depths


def on_invoice(line: Line) -> Ranges:
    """The indices that are on an invoice, and not off it again."""
    return _joined((start, stop) for start, stop, times in invoice_depths(line) if times > 0)


def invoiced_on(line: Line) -> tuple[Cut, ...]:
    """These indices, each with the invoice that they are on."""
    left = on_invoice(line)
    found: list[Cut] = []
    for cut in reversed(line.cuts):
        if cut.kind is CutKind.INVOICED and left:
            own = both(left, [(cut.start, cut.stop)])
            left = without(left, [(cut.start, cut.stop)])
            found += [Cut(CutKind.INVOICED, start, stop, cut.document) for start, stop in own]
    return tuple(sorted(found, key=lambda cut: cut.start))


def to_invoice(line: Line, bills: Collection[str] = ()) -> tuple[Cut, ...]:
    """The indices that were billed, on any or on these bills, and are to be invoiced."""
    done = _done(line)
    return tuple(
        [
            Cut(CutKind.BILLED, start, stop, cut.document)
            for cut in line.cuts
            if cut.kind is CutKind.BILLED and (not bills or cut.document in bills)
            for start, stop in minus((cut.start, cut.stop), done)
        ]
    )


def to_invoice_in_advance(line: Line) -> Ranges:
    """The indices that are kept and on no invoice, billed or not."""
    return minus((0, line.n), _done(line))


def in_advance(line: Line, n: int) -> tuple[Cut, ...]:
    """The first `n` of these, those that were billed with their bill."""
    chosen = first(to_invoice_in_advance(line), n)
    billed = [cut for cut in line.cuts if cut.kind is CutKind.BILLED]
    pieces: list[Cut] = []
    for start, stop in chosen:
        for cut in billed:
            a, b = max(start, cut.start), min(stop, cut.stop)
            if a < b:
                pieces.append(Cut(CutKind.BILLED, a, b, cut.document))
        pieces += [Cut(CutKind.BILLED, a, b) for a, b in minus((start, stop), union(billed))]
    return tuple(sorted(pieces, key=lambda cut: cut.start))


def standing(line: Line, start: int, stop: int, credit_notes: Collection[str]) -> Ranges:
    """The indices of an invoice's line that none of its credit notes has taken off."""
    taken = [
        cut for cut in line.cuts if cut.kind is CutKind.CREDITED and cut.document in credit_notes
    ]
    return minus((start, stop), union(taken))


def both(ranges: Ranges, others: Ranges) -> Ranges:
    """The indices that are in both."""
    found: Ranges = []
    for pair in ranges:
        left = minus(pair, others)
        found += minus(pair, left)
    return found


def without(ranges: Ranges, others: Ranges) -> Ranges:
    """The indices that are in the first and not in the others."""
    return [piece for pair in ranges for piece in minus(pair, others)]


def _done(line: Line) -> Ranges:
    """The indices of which nothing is to be invoiced any more: given up, or on an invoice."""
    return _joined([*given_up(line), *on_invoice(line)])


def _joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    return union([Cut(CutKind.INVOICED, start, stop) for start, stop in ranges])
