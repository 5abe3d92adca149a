"""How many units may leave a location on a day.

It knows a day's counter and what is left of it, and refuses to know which goods leave.

A warehouse that can pack two hundred units a day cannot keep the promise of the two hundred and
first, however much lies on its shelves.
A day's counter is made when it is first needed, and set again where the rules have changed since.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from orderflow.errors import Refusal
from orderflow.facts import Fact, Limited
from orderflow.grants import shortage
from orderflow.journal import Step
from orderflow.pools import capacity_pool
from orderflow.records import Counter
from orderflow.values import Position

DAYS_MAX: Final = 366
"""How many full days are passed over; beyond them, a day is full for good."""


class Capacity:
    """What is left of the days of each location, in one step."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._limits = dict(step.context.rules.capacity)
        self._rows: dict[Position, Counter] = {}

    @property
    def bounded(self) -> bool:
        """Whether any location is bounded."""
        return bool(self._limits)

    def later(self, location: str, at: datetime, n: int) -> datetime:
        """The first instant from `at` on whose day has room for so many units."""
        for _ in range(DAYS_MAX):
            if self._room(location, at.date()) >= n:
                break
            at = _midnight(at.date() + timedelta(days=1))
        return at

    def earlier(self, location: str, at: datetime, n: int) -> datetime:
        """The last instant until `at` whose day has room for so many units."""
        for _ in range(DAYS_MAX):
            if self._room(location, at.date()) >= n:
                break
            at = _midnight(at.date()) - timedelta(microseconds=1)
        return at

    def take(
        self, location: str, day: date, n: int, facts: list[Fact], refusals: list[Refusal]
    ) -> None:
        """Let so many units leave on a day."""
        limit = self._limits.get(location)
        if limit is None:
            return
        row = self._row(location, day)
        left = limit - row.claimed
        if n > left:
            refusals.append(shortage(row.position, n, left))
        elif row.there != limit:
            self._step.there[row.position] = row.there  # two first claims must not both make it
            facts.append(Limited(row.position, limit - row.there))

    def pools(self, location: str, at: datetime) -> tuple[str, ...]:
        """The pool of what leaves a location at an instant, if it is bounded."""
        return (capacity_pool(location, at.date()),) if location in self._limits else ()

    def _room(self, location: str, day: date) -> int:
        limit = self._limits.get(location)
        return 10**18 if limit is None else limit - self._row(location, day).claimed

    def _row(self, location: str, day: date) -> Counter:
        pool = Position(capacity_pool(location, day))
        if pool not in self._rows:
            read = self._step.case.counters((pool.sku,))
            self._rows[pool] = next((row for row in read), Counter(pool, 0, 0))
        return self._rows[pool]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
