"""Which units are kept for good, and what those owe for them who bear a part of a discount.

It knows when units are kept, and refuses to know payments and suppliers' prices.

Units are kept for good when they are delivered, the return window of their parcel is over and no
return has been asked for them; a service is so when it is used, or was not used in time. Until then
what they bring waits. Which indices of a line they are follows the cuts: a return takes the first
of its bill, so those that are kept are the last ones.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

import attrs

from orderflow.aftercare import Aftercare, care_of
from orderflow.pricing import Ranges, first, given_up, kept, parts_carried, shares_of, units_kept
from orderflow.pricing.carrying import is_owed, minus
from orderflow.records import Charge, CutKind, Line, Order, Parcel, Spot
from orderflow.return_windows import Span, closings
from orderflow.settlement.sums import Cause, Party, Sums
from orderflow.settlement.values import Reason, Role
from orderflow.states import UnitState

_USED: Final = frozenset({UnitState.REDEEMED, UnitState.LAPSED})


@attrs.frozen
class Keeping:
    """Which units are kept for good at an instant."""

    at: datetime
    window: Span
    parcels: Mapping[str, Parcel]
    aftercare: tuple[Aftercare, ...] = ()

    def over(self, order: Order) -> frozenset[str]:
        """The parcels of an order whose return window is over."""
        besides = [one.window for one in care_of(self.aftercare, order.tier)]
        windows = (self.window, *[one for one in besides if one is not None])
        ends = closings(order, self.parcels.get, windows)
        return frozenset([name for name, one in ends.items() if one.last < self.at])

    def indices(self, line: Line, over: Collection[str]) -> Ranges:
        """The unit indices of a line that are, by the parcels whose window is over."""
        gone = given_up(line)
        counts: dict[str, int] = {}
        for spot in line.spots:
            if for_good(spot, over):
                counts[spot.slice.invoice] = counts.get(spot.slice.invoice, 0) + spot.n
        found: Ranges = []
        for bill, n in counts.items():
            billed: Ranges = []
            for cut in line.cuts:
                if cut.kind is CutKind.BILLED and cut.document == bill:
                    billed.extend(minus((cut.start, cut.stop), gone))
            billed.sort()
            open_yet = first(billed, sum([stop - start for start, stop in billed]) - n)
            for one in billed:
                found.extend(minus(one, open_yet))
        return sorted(found)


def for_good(spot: Spot, over: Collection[str]) -> bool:
    """Whether the units of a spot are, by the parcels whose window is over."""
    if spot.state in _USED:
        return True
    there = spot.state is UnitState.DELIVERED and not spot.slice.returning
    return there and spot.slice.parcel in over


def add_bearers(sums: Sums, order: Order, keeping: Keeping, suppliers: frozenset[str]) -> None:
    """What those owe who bear a part of the discounts of an order."""
    if not is_owed(order) or not any(charge.bearer for charge in order.charges):
        return
    shares = shares_of(order.charges)
    closed = keeping.over(order)
    over = True  # an order without lines has no unit that is still under way
    for line in order.lines:
        of_line = shares.get(line.id, ())
        settled, all_kept = keeping.indices(line, closed), kept(line)
        n = _units(settled)
        over = over and n == _units(all_kept)
        for charge, part in parts_carried(of_line, settled):
            _bear(sums, order, charge, line.id, part, n, suppliers)
        for sign, ranges in ((1, all_kept), (-1, settled)):
            for charge, part in parts_carried(of_line, ranges):
                if charge.bearer:
                    sums.wait(_bearer(order, charge, suppliers), -part * sign)
    for charge in order.charges:
        if charge.bearer and not charge.spans and units_kept(order):
            if over:
                _bear(sums, order, charge, "", charge.amount, 0, suppliers)
            else:
                sums.wait(_bearer(order, charge, suppliers), -charge.amount)


def _units(ranges: Ranges) -> int:
    return sum([stop - start for start, stop in ranges])


def _bear(
    sums: Sums,
    order: Order,
    charge: Charge,
    line: str,
    part: int,
    n: int,
    suppliers: frozenset[str],
) -> None:
    """Let who bears a charge owe a part of it."""
    if charge.bearer:
        party = _bearer(order, charge, suppliers)
        cause = Cause(Reason(charge.kind.value), order.ref.id, line, bearer=charge.bearer)
        sums.add(party, cause, -part, sums.uncounted(party, cause, n))


def _bearer(order: Order, charge: Charge, suppliers: frozenset[str]) -> Party:
    """Who bears a charge: a supplier settles it with what he is paid."""
    role = Role.SUPPLIER if charge.bearer in suppliers else Role.BEARER
    return Party(role, charge.bearer, order.currency)
