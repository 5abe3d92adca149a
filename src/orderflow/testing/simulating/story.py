"""What happens, drawn by a seed: who does what, on which day, and what goes wrong with it.

It knows how often things happen, and refuses to know what comes of them.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from hashlib import blake2b
from typing import Final

import attrs

from orderflow.values import whole


def draw(seed: int, below: int, *about: str | int) -> int:
    """A number from 0 to `below - 1`: the same for the same seed and subject, on every machine.

    >>> draw(7, 100, "o-17", "cancels") == draw(7, 100, "o-17", "cancels")
    True
    """
    subject = "\0".join(map(str, (seed, *about)))
    digest = blake2b(subject.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % below


@attrs.frozen
class Faults:
    """How often something goes wrong, of a hundred times; all zero, and nothing does.

    `lost` replies are those of carriers and gateways, half of them after it was done; `crashes` end
    the process at a commit, half of them behind it; `late` scans come a day after they were made,
    and `doubled` ones come three times; `jumps` set the clock off by up to an hour; `shorts` are
    deliveries of suppliers that bring less than was agreed; `losses` are parcels that never arrive,
    and `refusals` those that go back.
    """

    lost: int = 5
    crashes: int = 2
    late: int = 20
    doubled: int = 20
    jumps: int = 10
    shorts: int = 20
    losses: int = 4
    refusals: int = 8

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(Faults):
            whole(getattr(self, field.name), f"faults.{field.name}", least=0, most=100)

    @classmethod
    def none(cls) -> Faults:
        """A world in which nothing goes wrong."""
        return cls(**{field.name: 0 for field in attrs.fields(cls)})


class Act(StrEnum):
    """What may happen."""

    ORDER = "a customer orders"
    CANCEL = "a customer cancels"
    RETURN = "a customer sends goods back"
    SUPPLY = "a supplier announces goods"
    ARRIVAL = "a supplier brings goods"
    COUNT = "a shelf is counted"
    BREAKAGE = "goods break"
    WORK = "the warehouse works"
    WIRES = "carrier and gateway are asked"
    DUE = "what has fallen due is done"


@attrs.frozen
class Happening:
    """Something that happens: `at` is how long after the beginning, `n` which of its kind it is."""

    at: timedelta
    act: Act
    n: int

    def __str__(self) -> str:
        hours, minutes = divmod(self.at.seconds // 60, 60)
        return f"day {self.at.days + 1}, {hours:02}:{minutes:02}: {self.act} ({self.n})"


ROUNDS: Final = (9, 12, 15)
"""The hours at which the warehouse works and the wires are asked."""

_DAILY: Final = {Act.ORDER: 3, Act.CANCEL: 1, Act.RETURN: 1, Act.COUNT: 1, Act.BREAKAGE: 1}
"""How many of each may happen on a day, by chance."""


def story_of(seed: int, days: int, faults: Faults) -> tuple[Happening, ...]:
    """All that happens in so many days, in its order."""
    found: list[Happening] = []
    counts = dict.fromkeys(Act, 0)

    def add(day: int, minute: int, act: Act) -> None:
        counts[act] += 1
        found.append(Happening(timedelta(days=day, minutes=minute), act, counts[act]))

    for day in range(days):
        for act, most in _DAILY.items():
            rare = 1 if act in (Act.ORDER, Act.CANCEL) else 3
            for i in range(most):
                if draw(seed, rare, day, act, i, "whether") == 0:
                    add(day, draw(seed, 1_200, day, act, i, "when"), act)
        if day % 3 == 0:
            add(day, 480, Act.SUPPLY)
        if day % 3 == 2:
            add(day, draw(seed, 900, day, "arrival"), Act.ARRIVAL)
        for hour in ROUNDS:
            add(day, hour * 60, Act.WORK)
            add(day, hour * 60 + 30, Act.WIRES)
        add(day, 23 * 60, Act.DUE)
    return tuple(sorted(found, key=lambda one: (one.at, one.act, one.n)))
