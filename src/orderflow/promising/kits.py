"""What units of an order want: parts of one kit together, and all else line by line.

It knows which units make whole kits, and refuses to know what can be had.

Problem: a part of a kit that comes without the others is no kit, and who waits for one part of it
has the rest standing about.
Decision: units of one kit's parts are wanted as whole kits, as many as they make; where a part is
promised anew, as much of the others as belongs to it is promised anew with it.
What is left of a kit that was broken up is wanted by itself.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from orderflow.promising.promised_units import is_live
from orderflow.promising.values import Part, Wanted
from orderflow.records import Line, Order
from orderflow.units import Chosen


def any_date(line: Line) -> None:
    """No date is asked for."""
    del line


def cart_of(
    order: Order,
    chosen: Iterable[Chosen],
    date: Callable[[Line], datetime | None],
    location: str = "",
) -> list[Wanted]:
    """What the chosen units want: parts of one kit together, as many kits as they make.

    What is left over, because its kit was broken up before, is wanted by itself.
    """
    counts = _by_line(chosen)
    left = {line.id: n for line, n in counts}
    cart = []
    for kit in order.kits:
        parts = [line for line in order.lines if line.kit == kit.id]
        n = min([left.get(line.id, 0) // line.per_kit for line in parts], default=0)
        if n:
            needs = tuple([Part(line.sku, line.per_kit) for line in parts])
            cart.append(Wanted(kit.id, kit.sku, n, date(parts[0]), location, needs))
            for line in parts:
                left[line.id] -= n * line.per_kit
    for line, _ in counts:
        if left[line.id]:
            cart.append(Wanted(line.id, line.sku, left[line.id], date(line), location))
    return cart


def with_their_kits(order: Order, failed: Sequence[Chosen]) -> list[Chosen]:
    """Failed units, and what else of their kits was promised for the same date."""
    found = list(failed)
    for kit in order.kits:
        parts = [line for line in order.lines if line.kit == kit.id]
        of_kit = [one for one in failed if one.line.kit == kit.id]
        for date in dict.fromkeys(one.spot.slice.promised for one in of_kit):
            lost_of = Tally[str]()
            for line, spot, n in of_kit:
                lost_of[line.id] += n if spot.slice.promised == date else 0
            kits = max(-(-lost_of[line.id] // line.per_kit) for line in parts)
            for line in parts:
                n = kits * line.per_kit - lost_of[line.id]
                found += _promised_for(line, date, n, of_kit)
    return found


def _promised_for(
    line: Line, date: datetime | None, n: int, but: Sequence[Chosen]
) -> Iterator[Chosen]:
    """Up to so many units of a line that are promised for a date, beside those that are chosen."""
    for spot in line.spots:
        chosen = sum([one.n for one in but if (one.line.id, one.spot) == (line.id, spot)])
        part = min(n, spot.n - chosen) if is_live(spot) and spot.slice.promised == date else 0
        if part:
            yield Chosen(line, spot, part)
            n -= part


def _by_line(chosen: Iterable[Chosen]) -> list[tuple[Line, int]]:
    """How many units of each line were chosen."""
    counts: dict[str, tuple[Line, int]] = {}
    for line, _, n in chosen:
        before = counts.get(line.id)
        counts[line.id] = (line, n + (before[1] if before else 0))
    return list(counts.values())
