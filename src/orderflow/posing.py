"""From an order to a question about places, and from the answer to positions.

It knows how counters and lines become a `Problem`, and refuses to know how it is answered.

A policy sees places and wants: a warehouse with all that is free there of what is wanted, and a
line, or a kit, with so many units that wait.
It sees no goods that the order may not have, and no seconds.
What it decides is carried out position by position, in the order in which the counters are given:
that is the host's pick rule.
The answer is the reservation itself: what was checked is what is claimed, and the store grants all
of it or none, so no check can sum one thing and reserve another.

Days are counted from that of the question; the day of a place is that on which its goods come, by
its own clocks and cut-off, from the first day with room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeAlias

import attrs

from orderflow.claiming import Claiming
from orderflow.inventory import known_lot
from orderflow.journal import Step
from orderflow.records import ChargeKind, Counter, Destination, Line, Lot, Order
from orderflow.rules import UNLISTED, Location, Policy
from orderflow.sending import Sending
from orderflow.sourcing.pipeline import Sourced
from orderflow.sourcing.quantities import Quantities
from orderflow.sourcing.values import DAY_MAX, WEIGHT_MAX, Place, Plan, Point, Problem, Share, Want
from orderflow.units import Chosen
from orderflow.values import QUANTITY_MAX, Position, warehouse

_NOTHING_SAID: Final = Sending("nothing said")

Shelves: TypeAlias = Mapping[str, Mapping[str, Sequence[Counter]]]
"""Free counters by warehouse and SKU, each row in the order in which it is used up."""


@attrs.frozen
class Take:
    """So many units for a line come from a position."""

    line: str
    position: Position
    n: int


@attrs.frozen
class Lacking:
    """So many units of a line are left out."""

    line: str
    sku: str
    n: int


@attrs.frozen
class Planned:
    """Which position gives how much to which line, what is left out, and how it was decided."""

    takes: tuple[Take, ...]
    short: tuple[Lacking, ...]
    sourced: Sourced


def is_sound(counter: Counter) -> bool:
    """Sound goods on hand: neither seconds, nor to be inspected, nor still to come."""
    at = counter.position
    return bool(at.location) and not (at.grade or at.peg)


def place_id(location: str) -> str:
    """The warehouse of a location, as a place is named: `leith` of `leith/a1`.

    A location may be called `attic /a1`, but no place ends with a space.
    """
    house = warehouse(location)
    return house if house == house.strip() else f"{house}/"


def shelved(counters: Iterable[Counter]) -> Shelves:
    """What is free and sound, by warehouse and SKU."""
    shelves: dict[str, dict[str, list[Counter]]] = {}
    for counter in counters:
        if counter.free > 0 and is_sound(counter):
            at = counter.position
            shelves.setdefault(place_id(at.location), {}).setdefault(at.sku, []).append(counter)
    return shelves


# --- asking ---------------------------------------------------------------------------------------


def posed(
    step: Step, claiming: Claiming, order: Order, chosen: Sequence[Chosen], shelves: Shelves
) -> Problem:
    """The question of which warehouse ships what was chosen of an order."""
    rules, to = step.context.rules, order.destination
    sending = rules.sending or _NOTHING_SAID
    known = {place_id(place.id): place for place in rules.locations}
    sees = _Seeing(step, claiming, to, sending)
    places = [
        sees.place(id, known.get(id) or Location(id, UNLISTED), shelves[id])
        for id in sorted(shelves)
    ]
    return Problem(
        _wants(order, chosen, sending, step.context.at),
        tuple(places),
        sending.to(to.region),
        sending.grams,
        sending.cm3,
        sending.shipments_max,
        sending.split_from,
        _point(to.latitude_e6, to.longitude_e6),
        to.region,
        order.channel,
    )


@attrs.frozen
class _Seeing:
    """What a place is for an order, now."""

    step: Step
    claiming: Claiming
    to: Destination
    sending: Sending

    def place(self, id: str, at: Location, shelf: Mapping[str, Sequence[Counter]]) -> Place:
        """A location with what is free there."""
        now, capacity = self.step.context.at, self.claiming.capacity
        free = {sku: min(QUANTITY_MAX, sum([one.free for one in shelf[sku]])) for sku in shelf}
        leaves, room = now, None
        if capacity.is_bounded(at.id):
            room = max(0, capacity.room_at(at.id, now))
            leaves = now if self.sending.same_day else capacity.later(at.id, now, 1)
        lots = self._lots(shelf)
        comes = leaves if at.ships is None else at.ships.arrives(leaves, self.to.region)
        return Place(
            id,
            Quantities(free),
            room if self.sending.same_day else None,
            0 if comes is now else max(0, _day(comes, now)),
            at.handling,
            at.priority,
            _point(at.latitude_e6, at.longitude_e6),
            at.region,
            frozenset(at.tags),
            capacity.sent_at(at.id, now) if room is not None else 0,
            self._first([lot.expires_at for lot in lots]),
            self._first([lot.received_at for lot in lots]),
        )

    def _lots(self, shelf: Mapping[str, Sequence[Counter]]) -> list[Lot]:
        """What is known of the lots of what is free, where lots are kept."""
        in_lots = [row.position for rows in shelf.values() for row in rows if row.position.lot]
        lots = [known_lot(self.step.case, at) for at in in_lots]
        return [lot for lot in lots if lot is not None]

    def _first(self, dates: Iterable[datetime | None]) -> int | None:
        """The day of the first date; `None` where there is none."""
        known = [date for date in dates if date is not None]
        return _day(min(known), self.step.context.at) if known else None


def _wants(
    order: Order, chosen: Sequence[Chosen], sending: Sending, now: datetime
) -> tuple[Want, ...]:
    """What each line still wants; whole kits as one, where they are not to be parted."""
    units: dict[str, int] = {}
    for line, _, n in chosen:
        units[line.id] = units.get(line.id, 0) + n
    worth = _worth(order) if sending.split_from else {}
    wants: list[Want] = []
    for kit in order.kits if sending.kits_together else ():
        parts = [line for line in order.lines if line.kit == kit.id]
        n = min([units.get(line.id, 0) // line.per_kit for line in parts], default=0)
        if n:
            each = Quantities({line.sku: line.per_kit for line in parts})
            for line in parts:
                units[line.id] -= n * line.per_kit
            value = sum([_of(line, n * line.per_kit, worth) for line in parts])
            promised = _promised(parts[0], now)  # its parts have the kit's date
            weight = min(each.total, WEIGHT_MAX)  # of measured goods a kit has millions of units
            wants.append(Want(kit.id, each, n, weight, promised=promised, value=value))
    for line in order.lines:
        n = units.get(line.id, 0)
        if n:
            together = line.sku in sending.together
            promised, value = _promised(line, now), _of(line, n, worth)
            wants.append(
                Want.of(line.id, line.sku, n, together=together, promised=promised, value=value)
            )
    return tuple(wants)


_OF_GOODS: Final = (ChargeKind.GOODS, ChargeKind.PRICE)


def _worth(order: Order) -> dict[str, int]:
    """What the lines were sold for, in minor units."""
    found: dict[str, int] = {}
    for charge in order.charges:
        for span in charge.spans if charge.kind in _OF_GOODS else ():
            found[span.line] = found.get(span.line, 0) + span.amount
    return found


def _of(line: Line, n: int, worth: Mapping[str, int]) -> int:
    return worth.get(line.id, 0) * n // line.n


def _promised(line: Line, now: datetime) -> int | None:
    """The day that was agreed for a line; units that wait have no date of their own."""
    return None if line.promised is None else _day(line.promised, now)


def _day(at: datetime, now: datetime) -> int:
    days = at.date().toordinal() - now.date().toordinal()
    return max(-DAY_MAX, min(DAY_MAX, days))


def _point(latitude_e6: int | None, longitude_e6: int | None) -> Point | None:
    if latitude_e6 is None or longitude_e6 is None:
        return None
    return Point(latitude_e6, longitude_e6)


# --- answering ------------------------------------------------------------------------------------


def by_line(order: Order, shares: Iterable[Share]) -> tuple[Share, ...]:
    """Shares by the order's own lines: those of a kit as shares of its parts, each place once."""
    found: dict[tuple[str, str], int] = {}
    lines = order.by_id()
    for share in shares:
        line = lines.get(share.line)
        if line is not None:
            found[line.id, share.place] = found.get((line.id, share.place), 0) + share.n
            continue
        for part in order.lines:
            if part.kit == share.line:
                key = (part.id, share.place)
                found[key] = found.get(key, 0) + share.n * part.per_kit
    return tuple([Share(line, place, found[line, place]) for line, place in sorted(found)])


def answered(policy: Policy, problem: Problem) -> Sourced:
    """What a policy decides; `ValueError` where it ships what nobody has or asked for.

    A host's own policy may count wrong, and what it says is claimed as it stands.
    """
    sourced: object = policy(problem)
    if not isinstance(sourced, Sourced) or not isinstance(sourced.plan, Plan):
        raise TypeError(f"policy {policy.name} must give a Sourced with a Plan")
    wants = {want.line: want for want in problem.wants}
    shelves = {place.id: dict(place.stock.plain) for place in problem.places}
    open_ = {want.line: want.n for want in problem.wants}
    for share in sourced.plan.shares:
        if not _is_there(share, wants, shelves, open_):
            raise ValueError(f"policy {policy.name} ships what nobody has or asked for: {share}")
    return sourced


def _is_there(
    share: object,
    wants: Mapping[str, Want],
    shelves: Mapping[str, dict[str, int]],
    open_: dict[str, int],
) -> bool:
    """Whether a share is of what is open and there, beside those before it."""
    if not isinstance(share, Share) or type(share.n) is not int or share.n < 1:
        return False
    want, shelf = wants.get(share.line), shelves.get(share.place)
    if want is None or shelf is None:
        return False
    open_[share.line] -= share.n
    enough = open_[share.line] >= 0
    for sku, each in want.parts.items():
        shelf[sku] = shelf.get(sku, 0) - each * share.n
        enough = enough and shelf[sku] >= 0
    return enough


def planned(order: Order, chosen: Sequence[Chosen], sourced: Sourced, shelves: Shelves) -> Planned:
    """A decision, position by position."""
    left: dict[str, int] = {}
    skus: dict[str, str] = {}
    for line, _, n in chosen:
        left[line.id] = left.get(line.id, 0) + n
        skus[line.id] = line.sku
    taken: dict[Position, int] = {}
    takes: list[Take] = []
    for share in by_line(order, sourced.plan.shares):
        n = share.n
        for row in shelves[share.place][skus[share.line]]:
            part = min(n, row.free - taken.get(row.position, 0))
            if part:
                taken[row.position] = taken.get(row.position, 0) + part
                takes.append(Take(share.line, row.position, part))
                n -= part
        left[share.line] -= share.n
    short = [Lacking(line.id, line.sku, left[line.id]) for line in order.lines if left.get(line.id)]
    return Planned(tuple(takes), tuple(short), sourced)
