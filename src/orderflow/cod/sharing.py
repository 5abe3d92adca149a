"""What is to be collected of an order, and which part of it at which door.

It knows what units carry and which of them are in which parcel, and refuses to know how the
payments of its doors stand.

An order that comes in several parcels is paid in parts, and one that shares a parcel with others
pays its own part: what is due is spread over the parcels by what their units carry, to the coin.
What is still in the house keeps its part for later parcels, and what is coming back is to be paid
at no door.
Where an order costs less by now than its doors are to bring, what a door asks beyond its part goes
first: so a host who has shared otherwise keeps what he has said, as far as it can be kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from orderflow.money import Spread, spread
from orderflow.pricing import Ranges, bill, carried, due, give_up, kept, without
from orderflow.records import Cut, Door, Line, Order, Spot
from orderflow.states import COMING_BACK, NOT_LEFT, ORDER_OVER, UnitState
from orderflow.values import MINOR_MAX, several, whole

_GIVEN_UP = (UnitState.CANCELLED, UnitState.RETURNED)


def to_collect(order: Order) -> int:
    """What is still to be paid at doors, in minor units: none of what is coming back."""
    if order.state in ORDER_OVER:
        return 0
    owed = due(order)
    if owed > 0:
        owed -= sum([carried_by(order, line, _coming_back(line)) for line in order.lines])
    return max(0, owed)


def staying(line: Line) -> Ranges:
    """The indices of a line that are neither given up nor coming back."""
    return without(kept(line), sorted((cut.start, cut.stop) for cut in _coming_back(line)))


def room_at_door(order: Order, beside: str = "") -> int:
    """What the order costs beyond what its doors are to bring; `beside` names one to leave out."""
    asked = sum([door.amount for door in order.doors if door.payment != beside])
    return max(0, due(order) - asked)


def cash_by_parcel(
    order: Order,
    parcels: Sequence[str],
    rule: Spread = Spread.LARGEST_REMAINDER,
    coin: int = 1,
) -> tuple[tuple[str, int], ...]:
    """What is to be collected with each parcel of an order, in minor units, in the order named.

    Each part is a multiple of `coin`, where what is due is one.

    What is due is spread over what the units in each of them carry, and over what is still in the
    house, whose part is left for later parcels; goods that all cost nothing weigh by their number.
    Name all parcels that are not paid for yet: units that have left in others weigh nothing.
    """
    names = several(tuple(parcels), "parcels")
    weights, counts = _weights(order, names)
    if not any(counts):
        return tuple((name, 0) for name in names)
    minor = max(0, due(order))
    unit = 1 if minor % whole(coin, "coin", most=MINOR_MAX) else coin
    shared = spread(minor // unit, weights if any(weights) else counts, rule)
    return tuple((name, part * unit) for name, part in zip(names, shared, strict=False))


def share_of_parcel(order: Order, parcel: str, coin: int) -> int:
    """What is to be collected with one parcel more, beside the doors that are there, by the rule.

    Without a parcel it is all that they leave.
    """
    room = room_at_door(order)
    if not parcel:
        return room
    others = {door.parcel for door in order.doors if door.parcel} - {parcel}
    names = (parcel, *sorted(others))
    weights, counts = _weights(order, names)
    known = weights if any(weights) else counts
    # What is in the house may be what another door is to bring later.
    later = [door.amount for door in order.doors if not _inside(counts, names, door.parcel)]
    house = max(0, known[-1] - sum(later))
    if not any((known[0], house)):
        return 0
    unit = 1 if room % coin else coin
    return spread(room // unit, (known[0], house))[0] * unit


def lowered(order: Order, doors: Sequence[Door], room: int, coin: int) -> list[int]:
    """What each of these doors is to bring where together they may bring no more than `room`."""
    asked = [door.amount for door in doors]
    over = sum(asked) - max(0, room)
    if over <= 0:
        return asked
    if room <= 0:
        return [0] * len(asked)
    *parts, _ = spread(room, _door_weights(order, doors))
    excess = [max(0, n - part) for n, part in zip(asked, parts, strict=True)]
    unit = 1 if any(n % coin for n in (over, *asked)) else coin
    cuts = spread(over // unit, excess)
    return [n - cut * unit for n, cut in zip(asked, cuts, strict=True)]


def raised(order: Order, doors: Sequence[Door], more: int, coin: int) -> list[int]:
    """What each of these doors is to bring where together they are to bring so much more."""
    weights = _door_weights(order, doors)[:-1]
    unit = 1 if more % coin else coin
    parts = spread(more // unit, weights)
    return [door.amount + part * unit for door, part in zip(doors, parts, strict=True)]


def _door_weights(order: Order, doors: Sequence[Door]) -> list[int]:
    """What the units behind each door carry, and last what no door is for.

    Doors whose parcel is not packed yet share what is in the house, by what they ask.
    """
    names = tuple(dict.fromkeys(door.parcel for door in doors if door.parcel))
    weights, counts = _weights(order, names)
    known = weights if any(weights) else counts
    found = [0] * len(doors)
    packed = [_inside(counts, names, door.parcel) for door in doors]
    behind: list[tuple[int, list[int]]] = [
        (known[j], [i for i, door in enumerate(doors) if door.parcel == name])
        for j, name in enumerate(names)
        if counts[j]
    ]
    later = [i for i, there in enumerate(packed) if not there]
    if later:
        behind.append((known[-1], later))
    for weight, at in behind:
        for i, part in zip(at, spread(weight, [doors[i].amount for i in at]), strict=True):
            found[i] = part
    return [*found, 0 if later else known[-1]]


def _inside(counts: Sequence[int], names: Sequence[str], parcel: str) -> bool:
    """Whether any unit is in a parcel; an order as a whole is no parcel."""
    return parcel in names and counts[names.index(parcel)] > 0


def _weights(order: Order, names: Sequence[str]) -> tuple[list[int], list[int]]:
    """What the units in parcels carry, and how many they are; last what is in the house besides."""
    weights, counts = [0] * (len(names) + 1), [0] * (len(names) + 1)
    for line in order.lines:
        there = [spot for spot in line.spots if spot.state not in _GIVEN_UP]
        inside = [
            *([spot for spot in there if spot.slice.parcel == name] for name in names),
            [spot for spot in there if spot.state in NOT_LEFT and spot.slice.parcel not in names],
        ]
        left = line
        for i, spots in enumerate(inside):
            cuts = indices_of(left, [(spot, spot.n) for spot in spots])
            left = attrs.evolve(left, cuts=(*left.cuts, *cuts))
            weights[i] += carried_by(order, line, cuts)
            counts[i] += sum([spot.n for spot in spots])
    return weights, counts


def _coming_back(line: Line) -> tuple[Cut, ...]:
    return indices_of(line, [(spot, spot.n) for spot in line.spots if spot.state in COMING_BACK])


def indices_of(line: Line, units: Iterable[tuple[Spot, int]]) -> tuple[Cut, ...]:
    """The indices of units of a line that have left it in none of its cuts so far.

    Of a bill they are the first that are left, as if they came back; what was not billed yet will
    be the first unbilled ones.
    """
    left = line
    for spot, n in units:
        document = spot.slice.invoice
        cuts = give_up(left, n, "", billed_on=document) if document else bill(left, n, "")
        left = attrs.evolve(left, cuts=(*left.cuts, *cuts))
    return left.cuts[len(line.cuts) :]


def carried_by(order: Order, line: Line, cuts: Iterable[Cut]) -> int:
    """What the indices of a line in these cuts carry, in minor units."""
    return carried(line, order.charges, sorted((cut.start, cut.stop) for cut in cuts))
