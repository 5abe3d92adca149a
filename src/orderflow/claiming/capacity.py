"""How many units may leave a warehouse on a day.

It knows days and what is left of them, and refuses to know which goods leave.

A warehouse that can pack two hundred units a day cannot keep the promise of the two hundred and
first, however much lies on its shelves.
Each unit counts once, for the day on which it must be ready to leave: what is promised by that of
its promise, what is reserved or allocated by itself by the first day with room from when its goods
are there.
It counts for that day until it is cancelled or waits again.
A day is one of the warehouse's own calendar, where it has one, else of UTC: whoever packs goes home
at his own midnight.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from orderflow.claiming.ceilings import Ceilings
from orderflow.errors import Refusal
from orderflow.facts import Fact
from orderflow.journal import Step
from orderflow.pools import CAPACITY, capacity_pool, pool_name
from orderflow.values import warehouse

if TYPE_CHECKING:
    from orderflow.shipping import Shipping

DAYS_MAX: Final = 366
"""How many full days are passed over; beyond them, a day is full for good."""

_DAY: Final = timedelta(days=1)
_FIRST: Final = datetime.min.replace(tzinfo=UTC) + 2 * _DAY
_LAST: Final = datetime.max.replace(tzinfo=UTC) - (DAYS_MAX + 2) * _DAY


def is_day(pool: str) -> bool:
    """Whether a pool is that of a day's capacity."""
    named = pool_name(pool)
    return named is not None and named.kind == CAPACITY


class Capacity:
    """What is left of the days of each warehouse, in one step."""

    def __init__(self, step: Step) -> None:
        self._limits: Final = dict(step.context.rules.capacity)
        self._ships: Final[dict[str, Shipping]] = {
            place.id: place.ships
            for place in step.context.rules.locations
            if place.ships is not None
        }
        self._ceilings: Final = Ceilings(step)

    # --- asking --------------------------------------------------------------------------------

    @property
    def bounded(self) -> bool:
        """Whether any warehouse is bounded."""
        return bool(self._limits)

    def is_bounded(self, location: str) -> bool:
        """Whether the warehouse of a location is."""
        return warehouse(location) in self._limits

    def pool(self, location: str, at: datetime) -> str:
        """The pool of what leaves a location at an instant; where nothing bounds it, no name."""
        house = warehouse(location)
        return capacity_pool(house, self._day(house, at)) if house in self._limits else ""

    def later(self, location: str, at: datetime, n: int) -> datetime:
        """The first instant from `at` on whose day has room for so many units."""
        house = warehouse(location)
        if house not in self._limits or at > _LAST:
            return at
        for _ in range(DAYS_MAX):
            day = self._day(house, at)
            if self._room(house, day) >= n:
                break
            at = self._begins(house, day + _DAY)
        return at

    def earlier(self, location: str, at: datetime, n: int) -> datetime:
        """The last instant until `at` whose day has room for so many units."""
        house = warehouse(location)
        for _ in range(DAYS_MAX if house in self._limits else 0):
            day = self._day(house, at)
            if at < _FIRST or self._room(house, day) >= n:
                break
            at = self._begins(house, day) - timedelta(microseconds=1)
        return at

    def room_at(self, location: str, at: datetime) -> int:
        """How many units more may leave a location that is bounded, on the day of an instant."""
        house = warehouse(location)
        return self._room(house, self._day(house, at))

    def sent_at(self, location: str, at: datetime) -> int:
        """How many units leave a location that is bounded, on the day of an instant."""
        return self._limits[warehouse(location)] - self.room_at(location, at)

    # --- changing ------------------------------------------------------------------------------

    def give(self, pool: str, n: int) -> None:
        """So many units that were to leave on a day do not, in this step."""
        self._ceilings.give(pool, n)

    def take(self, pool: str, n: int, facts: list[Fact], refusals: list[Refusal]) -> None:
        """Let so many units leave on a day, by the name of its pool; of none, nothing is bounded.

        Refused where the day is full.
        """
        named = pool_name(pool)
        if named is not None:
            self._ceilings.take(pool, self._limits[named.parts[0]], n, facts, refusals)

    def first_days(
        self, location: str, at: datetime, n: int, facts: list[Fact], refusals: list[Refusal]
    ) -> list[tuple[int, tuple[str, ...]]]:
        """Let so many units leave on the first days that have room from an instant on.

        By themselves they may leave on several days: so many carry the pool of this one, so many
        that of the next. Refused where no day has room.
        """
        house = warehouse(location)
        if house not in self._limits:
            return [(n, ())]
        found: list[tuple[int, tuple[str, ...]]] = []
        while n:
            at = self.later(house, at, 1)
            pool = self.pool(house, at)
            part = min(n, max(0, self._room(house, self._day(house, at)))) or n
            self.take(pool, part, facts, refusals)
            found.append((part, (pool,)))
            n -= part
        return found

    # --- behind it -----------------------------------------------------------------------------

    def _room(self, house: str, day: date) -> int:
        return self._ceilings.left(capacity_pool(house, day), self._limits[house])

    def _day(self, house: str, at: datetime) -> date:
        """The day of the warehouse that an instant belongs to."""
        ships = self._ships.get(house)
        return at.date() if ships is None or not _FIRST < at < _LAST else ships.day_of(at)

    def _begins(self, house: str, day: date) -> datetime:
        """The first instant of a day of the warehouse."""
        ships = self._ships.get(house)
        return datetime.combine(day, time(), UTC) if ships is None else ships.begins(day)
