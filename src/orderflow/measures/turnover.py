"""How fast stock turns: units that went out over the units that lay there, exact.

It knows which accounts are our house, and refuses to know what goods cost: who knows that says it.

Stock turnover is the cost of goods sold divided by the mean inventory, and the days of a period
divided by the turnover are the days that goods lie (Horngren, Cost Accounting).
At one cost a unit, cost drops out of that fraction, so both are counted in units.
Accounts often take the mean of opening and closing stock, since they know no more; the journal
knows each instant, so the mean here is over time: units times days, divided by days.
That sum has no rounding, so two adjoining periods give the figures of both together.

In our house are goods on the shelf, staged, in quarantine, and on the road between two warehouses,
which count where they are going; goods of other owners tie up nothing of ours.
What goes to customers is issued, what comes back from them returned, and sold is the difference: a
sale that is sent back turns nothing.
Receipts, counts and breakages are no sale; what a supplier ships straight to a customer was never
here.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

import attrs

from orderflow.books import postings
from orderflow.errors import BadInput
from orderflow.facts import Moved
from orderflow.journal import Entry
from orderflow.money import Price, exponent
from orderflow.records import MatterKind, Slice, Transfer
from orderflow.states import UnitState
from orderflow.values import instant, text, within

_SHELF, _ROAD = MatterKind.SELLABLE, MatterKind.ROAD_BETWEEN
_HOUSE: Final = frozenset({_SHELF, MatterKind.STAGED, MatterKind.QUARANTINE, _ROAD})
_CUSTOMERS: Final = frozenset({MatterKind.ROAD_OUT, MatterKind.ROAD_BACK, MatterKind.CUSTOMER})
_INSTANT: Final = timedelta(microseconds=1)
_INSTANTS_A_DAY: Final = timedelta(days=1) // _INSTANT


@attrs.frozen
class Turned:
    """What became of a SKU in a period, in a place or, where that is empty, everywhere.

    `unit_days` is how many units lay there times for how many days; `opening` and `closing` are
    what lay there at `start` and `end`. `waiting` units of orders wait at the end without a claim.
    """

    sku: str
    location: str
    start: datetime
    end: datetime
    opening: int
    closing: int
    issued: int
    returned: int
    unit_days: Fraction
    waiting: int = 0

    @property
    def days(self) -> Fraction:
        """How many days the period has."""
        return days_between(self.start, self.end)

    @property
    def sold(self) -> int:
        """What went to customers and did not come back; below zero where more came back."""
        return self.issued - self.returned

    @property
    def mean(self) -> Fraction:
        """How many units lay there in the mean over time."""
        return self.unit_days / self.days

    @property
    def turnover(self) -> Fraction | None:
        """How many times the mean stock was sold; `None` where nothing lay there."""
        return self.sold / self.mean if self.unit_days > 0 else None

    @property
    def days_on_hand(self) -> Fraction | None:
        """How many days a unit lay in the mean; `None` where nothing was sold."""
        return self.unit_days / self.sold if self.sold > 0 else None

    def tied_up(self, cost: Price) -> Fraction:
        """What the mean stock has tied up, in minor units, at a cost that somebody knows."""
        each = Fraction(*cost.amount.as_integer_ratio()) / cost.per
        return self.mean * each * Fraction(10) ** exponent(cost.currency)

    def then(self, later: Turned) -> Turned:
        """Both periods together; the other must begin where this one ends."""
        if (self.sku, self.location, self.end) != (later.sku, later.location, later.start):
            raise ValueError(f"{later.sku} from {later.start} does not follow {self.sku}")
        return attrs.evolve(
            later,
            start=self.start,
            opening=self.opening,
            issued=self.issued + later.issued,
            returned=self.returned + later.returned,
            unit_days=self.unit_days + later.unit_days,
        )


def turned(
    entries: Iterable[Entry],
    start: datetime,
    end: datetime,
    location: str = "",
    tenant: str = "",
) -> tuple[Turned, ...]:
    """What became of each SKU after `start` and until `end`, sorted; one pass over the journal.

    A `location` has what is in its bins; what waits without a claim mostly waits nowhere.
    """
    start, end = instant(start, "start"), instant(end, "end")
    text(location, "location", empty=True)
    if start >= end:
        raise BadInput("end", "a period ends after it begins")
    tallies: dict[str, Tally[str]] = {}
    for entry in entries:
        if entry.call.ref.tenant != tenant or entry.at > end:
            continue
        since = None if entry.at <= start else entry.at
        left = (end - (since or start)) // _INSTANT
        for transfer in postings(entry.facts).transfers:
            tally = tallies.setdefault(transfer.source_at.sku, Tally())
            more = _post(tally, transfer, location, since is not None)
            tally["unit instants"] += more * left
        for fact in entry.facts:
            if isinstance(fact, Moved):
                waits = _waits(fact.target, fact.put, location)
                waited = _waits(fact.source, fact.taken, location)
                tallies.setdefault(fact.sku, Tally())["waiting"] += fact.n * (waits - waited)
    return tuple(
        Turned(
            sku,
            location,
            start,
            end,
            tally["opening"],
            tally["closing"],
            tally["issued"],
            tally["returned"],
            Fraction(tally["unit instants"], _INSTANTS_A_DAY),
            tally["waiting"],
        )
        for sku, tally in sorted(tallies.items())
        if any(tally.values())  # of nothing there is nothing to measure
    )


def _waits(state: UnitState, tags: Slice, location: str) -> bool:
    return state is UnitState.BACKORDERED and within(tags.location, location)


def _post(tally: Tally[str], transfer: Transfer, location: str, inside: bool) -> int:
    """Count a transfer, inside the period or before it; how many units more lie there."""
    was, will = (
        kind in _HOUSE and not at.owner and within(at.location, location)
        for kind, at in (
            (transfer.source, transfer.source_at),
            (transfer.target, transfer.target_at),
        )
    )
    more = transfer.n * (will - was)
    tally["closing"] += more
    if not inside:
        tally["opening"] += more
    elif was and transfer.target in _CUSTOMERS:
        tally["issued"] += transfer.n
    elif will and transfer.source in _CUSTOMERS:
        tally["returned"] += transfer.n
    return more


def days_between(start: datetime, end: datetime) -> Fraction:
    """How many days lie between two instants, to the microsecond."""
    return Fraction((end - start) // _INSTANT, _INSTANTS_A_DAY)
