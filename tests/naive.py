"""A model of a shop that a child could check: a list of units for each line, and plain numbers.

It says before each verb whether that is possible and which units will move, and afterwards what
stands where and who owes what. It shares no code with the library beside its names.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from math import floor
from typing import Final, TypeAlias

Wanted: TypeAlias = tuple[tuple[str, int], ...]
Moves: TypeAlias = Tally[tuple[str, str, str]]
"""How many units of a line go from a state to a state."""

CLAIMING: Final = ("reserved", "allocated", "released")
CANCELLABLE: Final = (
    *("open", "backordered", "reserved", "allocated", "lost", "missing", "received back"),
)
WAITING: Final = ("backordered", "open")
ACCOUNT: Final = {
    "picked": "staged",
    "packed": "staged",
    "shipped": "on the road out",
    "ready to collect": "on the road out",
    "sent back": "on the road out",
    "going back": "on the road back",
    "received back": "quarantine",
}


@dataclass(slots=True)
class Unit:
    state: str = "open"
    location: str = ""
    grade: str = ""
    dispatch: str = ""
    parcel: str = ""
    returning: str = ""
    bill: str = ""

    def tags(self) -> tuple[str, ...]:
        return (self.location, self.grade, self.dispatch, self.parcel, self.returning, self.bill)


@dataclass(slots=True)
class Line:
    id: str
    sku: str
    units: list[Unit]
    worth: list[int]  # what each unit index carries
    fresh: list[int]  # indices that were neither billed nor given up
    bills: dict[str, list[int]] = field(default_factory=dict)
    gone: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Paper:
    id: str
    lines: dict[str, Line]
    cash_on_delivery: bool
    freight: int
    pay_by: datetime | None
    state: str = "placed"
    holds: set[str] = field(default_factory=set)
    reports: set[str] = field(default_factory=set)  # holds that block nothing but its end
    paid: int = 0
    missing: int = 0  # what was due of goods that had not left, after the last step

    def units(self) -> Iterator[tuple[Line, Unit]]:
        for line in self.lines.values():
            for unit in line.units:
                yield line, unit

    def any(self, *states: str) -> bool:
        return any(unit.state in states for _, unit in self.units())

    def kept(self) -> bool:
        return any(unit.state != "cancelled" for _, unit in self.units())

    def due(self) -> int:
        costs = sum(
            worth
            for line in self.lines.values()
            for i, worth in enumerate(line.worth)
            if i not in line.gone
        )
        return costs + (self.freight if self.kept() else 0) - self.paid

    def goes_on(self) -> bool:
        """Whether its units may be worked on."""
        return self.state == "confirmed" and not self.holds

    def may_be_confirmed(self) -> bool:
        ready = self.cash_on_delivery or self.due() <= 0
        return self.state == "placed" and ready and not self.holds

    def may_be_completed(self) -> bool:
        ended = all(
            unit.state in ("cancelled", "returned")
            or (unit.state == "delivered" and not unit.returning)
            for _, unit in self.units()
        )
        settled = self.due() == 0 and not self.reports
        return self.goes_on() and ended and self.kept() and settled


@dataclass(slots=True)
class Parcel:
    orders: tuple[str, ...]
    state: str = "packed"
    delivered_at: datetime | None = None


@dataclass(slots=True)
class Return:
    order: str
    state: str = "approved"
    holds: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Hold:
    sku: str
    location: str
    n: int
    until: datetime | None
    state: str = "running"

    def claims(self, now: datetime) -> int:
        return self.n if self.state in ("running", "confirmed") and self.runs(now) else 0

    def runs(self, now: datetime) -> bool:
        return self.until is None or self.until > now


@dataclass(slots=True)
class Money:
    captured: int
    unapplied: int = 0
    refunded: int = 0
    charged_back: int = 0
    with_carrier: int = 0


def shared(total: int, n: int) -> list[int]:
    """An amount over n units, one after the other, so that the first k are as near as can be."""
    upto = [floor(Fraction(total * k, n) + Fraction(1, 2)) for k in range(n + 1)]
    return [upto[k + 1] - upto[k] for k in range(n)]


def less(worth: list[int], discount: int) -> list[int]:
    """What units carry after a discount, shared by what they carry."""
    whole = sum(worth)
    if not whole or not discount:
        return worth
    off = [
        floor(Fraction(discount * sum(worth[:k]), whole) + Fraction(1, 2))
        for k in range(len(worth) + 1)
    ]
    return [worth[k] - (off[k + 1] - off[k]) for k in range(len(worth))]


class Naive:
    """The shop in plain lists and numbers."""

    def __init__(self) -> None:
        self.shelf: Tally[tuple[str, str, str]] = Tally()  # sku, location, grade
        self.damaged: Tally[str] = Tally()
        self.orders: dict[str, Paper] = {}
        self.dispatches: dict[str, tuple[str, str]] = {}  # order and location
        self.parcels: dict[str, Parcel] = {}
        self.returns: dict[str, Return] = {}
        self.holds: dict[str, Hold] = {}
        self.payments: dict[str, Money] = {}

    # --- looking ---------------------------------------------------------------------------------

    def claimed(self, sku: str, location: str, now: datetime) -> int:
        by_units = sum(
            1
            for paper in self.orders.values()
            for line, unit in paper.units()
            if unit.state in CLAIMING and (line.sku, unit.location) == (sku, location)
        )
        by_holds = sum(
            hold.claims(now)
            for hold in self.holds.values()
            if (hold.sku, hold.location) == (sku, location)
        )
        return by_units + by_holds

    def free(self, sku: str, location: str, now: datetime) -> int:
        return max(0, self.shelf[sku, location, ""] - self.claimed(sku, location, now))

    def free_anywhere(self, now: datetime, places: Iterable[str]) -> Tally[str]:
        return Tally(
            {
                sku: sum(self.free(sku, place, now) for place in places)
                for sku in {sku for sku, _, _ in self.shelf}
            }
        )

    # --- choosing --------------------------------------------------------------------------------

    @staticmethod
    def choose(
        paper: Paper,
        states: tuple[str, ...],
        wanted: Wanted = (),
        where: Callable[[Unit], bool] = lambda unit: True,
    ) -> list[tuple[Line, Unit]] | None:
        """The units that a verb means, earlier states first; nothing when they are not there."""
        if not wanted:
            found = [
                (line, unit) for line, unit in paper.units() if unit.state in states and where(unit)
            ]
            return found or None
        chosen: list[tuple[Line, Unit]] = []
        for id, n in wanted:
            line = paper.lines.get(id)
            if line is None:
                return None
            there = [
                (line, unit)
                for state in states
                for unit in line.units
                if unit.state == state and where(unit)
            ]
            if len(there) < n:
                return None
            chosen += there[:n]
        return chosen

    @staticmethod
    def reported(
        paper: Paper,
        states: tuple[str, ...],
        wanted: Wanted,
        where: Callable[[Unit], bool] = lambda unit: True,
    ) -> tuple[list[tuple[Line, Unit]], bool]:
        """What a report can be true of, and whether it says more; nothing of an unknown line."""
        there = [
            (line, unit)
            for state in states
            for line, unit in paper.units()
            if unit.state == state and where(unit)
        ]
        if paper.state in ("cancelled", "expired"):
            return [], True
        if not wanted:
            return there, not there
        chosen: list[tuple[Line, Unit]] = []
        for name, n in wanted:
            chosen += [one for one in there if one[0].id == name][:n]
        return chosen, len(chosen) < sum(n for _, n in wanted)

    @staticmethod
    def moves(chosen: Iterable[tuple[Line, Unit]], target: str) -> Moves:
        return Tally((line.id, unit.state, target) for line, unit in chosen)

    def allocation(
        self, paper: Paper, wanted: Wanted, now: datetime, places: Iterable[str]
    ) -> Moves | None:
        """What an allocation will move; nothing when it is refused."""
        chosen = self.choose(paper, ("reserved", *WAITING), wanted)
        if not paper.goes_on() or chosen is None:
            return None
        free = self.free_anywhere(now, places)
        moves: Moves = Tally()
        for line, unit in chosen:
            if unit.state == "reserved":
                moves[line.id, "reserved", "allocated"] += 1
            elif free[line.sku]:
                free[line.sku] -= 1
                moves[line.id, unit.state, "allocated"] += 1
            elif unit.state == "open":
                moves[line.id, "open", "backordered"] += 1
        return moves or None

    def reservation(
        self, paper: Paper, wanted: Wanted, now: datetime, places: Iterable[str]
    ) -> Moves | None:
        """What a reservation will move: all that is meant, or nothing."""
        chosen = self.choose(paper, WAITING, wanted)
        if paper.holds or chosen is None:
            return None
        needed = Tally(line.sku for line, _ in chosen)
        free = self.free_anywhere(now, places)
        if any(n > free[sku] for sku, n in needed.items()):
            return None
        return self.moves(chosen, "reserved")

    def contents(self, id: str, state: str) -> list[tuple[Paper, Line, Unit]]:
        """The units of a parcel in a state."""
        return [
            (self.orders[order], line, unit)
            for order in self.parcels[id].orders
            for line, unit in self.orders[order].units()
            if unit.parcel == id and unit.state == state
        ]

    # --- moving ----------------------------------------------------------------------------------

    def move(self, line: Line, unit: Unit, target: str, put: tuple[str, ...]) -> None:
        """One unit goes on; the shelf and the money follow."""
        source, location, bill = unit.state, unit.location, unit.bill
        if (source, target) == ("released", "picked"):
            self.shelf[line.sku, location, ""] -= 1
        elif (source in ("picked", "packed") and target == "allocated") or (
            source == "received back" and target in ("open", "cancelled")
        ):
            self.shelf[line.sku, location, ""] += 1
        elif target == "returned":
            if put[1] == "damaged":
                self.damaged[line.sku] += 1
            else:
                self.shelf[line.sku, location, put[1]] += 1
        unit.state = target
        (
            unit.location,
            unit.grade,
            unit.dispatch,
            unit.parcel,
            unit.returning,
            unit.bill,
        ) = put
        if unit.bill and not bill:
            line.bills.setdefault(unit.bill, []).append(line.fresh.pop(0))
        if target in ("cancelled", "returned"):
            line.gone.append(line.bills[bill].pop(0) if bill else line.fresh.pop())
