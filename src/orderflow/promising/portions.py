"""What safety stock leaves of each source, and from when.

It knows the safety rows of a SKU at a location and until when goods stand there, and refuses to
know what is wanted.

Available by t is the least, over every later s, of what has arrived by s less the safety stock at
s.
A flow of single units cannot see such a sum, so the sum is cut into *portions* beforehand: of each
source so many units are free at once, so many from the instant at which safety lets them go, and
so many never.
Going backwards in time, at each instant as many of the units that are there are held back as safety
asks for beyond those that are held already; those that came last are held first, since
they are missed least before, and of these the ones that keep longest.

Goods that are promised for a later day are safety stock until that day, and are so before goods
that nobody has; from that day on they are gone.
So no live promise stands in the way of its own goods, and where a count, a slip or a new row asks
for more than promises have left, what is left is held back, and nothing is taken from anybody.
What a supplier has himself is nobody's safety stock: it is as free as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from orderflow.promising.values import Pegged, Safety, Source
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
    held: datetime | None = None  # by safety, though its goods are there from then on
    here: bool = False  # come already, and kept for those that are pegged to its source
    quota: str = ""  # kept for the members of it


class _Piece(NamedTuple):
    """Units of a source, until they are gone: with their lot, or with who was promised them."""

    part: Portion
    n: int
    gone: datetime
    promised: bool = False


def portions(
    sources: Iterable[Source], safety: Iterable[Safety], live: Iterable[Pegged] = ()
) -> tuple[Portion, ...]:
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
    pegged: dict[tuple[Position, str], list[Pegged]] = {}
    for one in live if rows else ():
        pegged.setdefault((one.position, one.quota), []).append(one)
    found = [part for source in fed for part in _parts(source)]
    for place, shelf in shelves.items():
        if place in rows:
            pieces = [one for source in shelf for one in _pieces(source, pegged)]
            found += _held_back(pieces, rows[place])
        else:
            found += [part for source in shelf for part in _parts(source)]
    return tuple(sorted(found, key=_by_name))


def _by_name(one: Portion) -> tuple[Position, datetime, datetime, bool, str]:
    return (one.position, one.ready, one.until, one.here, one.quota)


def level(rows: Iterable[Safety], at: datetime) -> int:
    """The safety stock at an instant."""
    begun = [row for row in rows if (row.since or ALWAYS) <= at]
    return max(begun, key=lambda row: (row.since or ALWAYS, row.n)).n if begun else 0


def _parts(source: Source) -> list[Portion]:
    """A source by itself: what has come of it, and what has not."""
    n, ready = max(0, source.n), source.ready or ALWAYS
    here = min(n, source.here) if source.ready else 0
    rest = Portion(source.position, n - here, ready, source.until or NEVER, quota=source.quota)
    return [rest, rest._replace(n=here, here=True)] if here else [rest]


def _pieces(
    source: Source, pegged: Mapping[tuple[Position, str], Iterable[Pegged]]
) -> list[_Piece]:
    """A source by who has its units: what has come goes to the earliest promises."""
    dates: dict[datetime, int] = {}
    for one in pegged.get((source.position, source.quota), ()):
        dates[one.ready_by] = dates.get(one.ready_by, 0) + one.n
    waiting = sorted(dates.items(), reverse=True)
    found = []
    for part in reversed(_parts(source)):
        left = part.n
        while left and waiting:
            date, n = waiting.pop()
            taken = min(n, left)
            found.append(_Piece(part, taken, min(date, part.until), promised=True))
            left -= taken
            if n > taken:
                waiting.append((date, n - taken))
        found.append(_Piece(part, left, part.until))
    return found


def _held_back(pieces: list[_Piece], rows: list[Safety]) -> list[Portion]:
    """The portions of one SKU at one location."""
    pieces.sort(key=_by_use, reverse=True)
    events = {ALWAYS, *(one.part.ready for one in pieces), *(one.gone for one in pieces)}
    events |= {row.since or ALWAYS for row in rows}
    times = sorted(events - {NEVER})
    free = [one.n for one in pieces]
    found: dict[Portion, int] = dict.fromkeys([one.part._replace(n=0) for one in pieces], 0)
    kept = first = 0  # so many units are held at the instant; pieces before `first` are not there
    for at, end in reversed(list(zip(times, [*times[1:], NEVER], strict=True))):
        while first < len(pieces) and pieces[first].part.ready > at:
            kept -= pieces[first].n - free[first]
            first += 1
        asked = level(rows, at)
        for j in range(first, len(pieces)):
            if kept >= asked:
                break
            part, _, gone, _ = pieces[j]
            more = min(free[j], asked - kept) if at < gone else 0
            if more:
                held = part._replace(n=0, ready=end, held=part.ready)
                found[held] = found.get(held, 0) + more
                free[j] -= more
                kept += more
    for j, one in enumerate(pieces):
        found[one.part._replace(n=0)] += free[j]
    return [one._replace(n=n) for one, n in found.items()]


def _by_use(one: _Piece) -> tuple[datetime, datetime, bool, datetime, bool, Position, bool, str]:
    """What is missed most comes first: what is held back is taken from the other end.

    What nobody's quota keeps is held back before what one does.
    """
    part = one.part
    free = not part.quota
    use = (part.ready, part.until, one.promised, one.gone)
    return (*use, free, part.position, part.here, part.quota)
