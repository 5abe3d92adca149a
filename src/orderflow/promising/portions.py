"""What safety stock leaves of each source, and from when.

It knows the safety rows of a SKU at a location, and refuses to know promises: what may be promised
depends on supply and safety alone.

Available by t is the least, over every later s, of what has arrived by s less the safety stock at
s.
A flow of single units cannot see such a sum, so the sum is cut into *portions* beforehand: of each
source so many units are free at once, so many from the instant at which safety lets them go, and
so many never.
Going backwards in time, at each instant as many of the units that are there are held back as safety
asks for beyond those that are held already; those that came last are held first, since
they are missed least before, and of these the ones that keep longest.
What a supplier has himself is nobody's safety stock: it is as free as it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, NamedTuple

from orderflow.promising.values import Safety, Source
from orderflow.records import is_fed
from orderflow.values import Position, warehouse

ALWAYS: Final = datetime.min.replace(tzinfo=UTC)
"""Stands for the beginning of what is there at once."""

NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""Stands for the end of what keeps, and for the beginning of what is held back for good."""


class Portion(NamedTuple):
    """`n` units of a source that may be promised for an instant from `ready` on, before `until`."""

    position: Position
    n: int
    ready: datetime
    until: datetime
    held: bool = False  # by safety, beyond the time when its goods are there
    here: bool = False  # come already, and kept for those that are pegged to its source


def portions(sources: Iterable[Source], safety: Iterable[Safety]) -> tuple[Portion, ...]:
    """Cut sources into portions, in the order of position and instant."""
    rows: dict[tuple[str, str], list[Safety]] = {}
    for row in safety:
        rows.setdefault((row.sku, row.location), []).append(row)
    shelves: dict[tuple[str, str], list[Source]] = {}
    fed: list[Source] = []
    for source in sources:
        at = source.position
        if is_fed(at.peg):
            fed.append(source)
            continue
        shelves.setdefault((at.sku, warehouse(at.location)), []).append(source)
    found = [part for source in fed for part in _parts(source)]
    for place, shelf in shelves.items():
        if place in rows:
            found += _held_back(shelf, rows[place])
        else:
            found += [part for source in shelf for part in _parts(source)]
    return tuple(sorted(found, key=lambda one: (one.position, one.ready, one.until, one.here)))


def level(rows: Iterable[Safety], at: datetime) -> int:
    """The safety stock at an instant."""
    begun = [row for row in rows if (row.since or ALWAYS) <= at]
    return max(begun, key=lambda row: (row.since or ALWAYS, row.n)).n if begun else 0


def _parts(source: Source) -> list[Portion]:
    """A source by itself: what has come of it, and what has not."""
    n, ready = max(0, source.n), source.ready or ALWAYS
    here = min(n, source.here) if source.ready else 0
    rest = Portion(source.position, n - here, ready, source.until or NEVER)
    return [rest, rest._replace(n=here, here=True)] if here else [rest]


def _held_back(shelf: list[Source], rows: list[Safety]) -> list[Portion]:
    """The portions of one SKU at one location."""
    units = sorted(
        [part for source in shelf for part in _parts(source)],
        key=lambda one: (one.ready, one.until, one.position, one.here),
        reverse=True,
    )
    events = {ALWAYS, *(one.ready for one in units), *(one.until for one in units)}
    events |= {row.since or ALWAYS for row in rows}
    times = sorted(events - {NEVER})
    free = [one.n for one in units]
    held: list[list[tuple[int, datetime]]] = [[] for _ in units]  # (units, the end of holding)
    for i in reversed(range(len(times))):
        at = times[i]
        end = times[i + 1] if i + 1 < len(times) else NEVER
        there = [j for j, one in enumerate(units) if one.ready <= at < one.until]
        kept = sum([n for j in there for n, _ in held[j]])
        for j in there:
            more = min(free[j], level(rows, at) - kept)
            if more > 0:
                held[j].append((more, end))
                free[j] -= more
                kept += more
    found: list[Portion] = []
    for j, one in enumerate(units):
        if free[j] or not held[j]:
            found.append(one._replace(n=free[j]))
        found += [one._replace(n=n, ready=end, held=True) for n, end in held[j]]
    return found
