"""What promising is asked, what it sees and what it answers: frozen values alone.

It knows the words of a promise, and refuses to know how one is found.

A *source* is what goods may be taken from: on hand at a position, each lot apart, or a dated supply
row.
A *live promise* is pegged to a source and keeps its date and location; which source it is pegged to
may still change.
Claims that are fixed where they are, such as what is allocated, stand in no list here: whoever
gives the sources has taken them off.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

import attrs

from orderflow.errors import BadInput
from orderflow.grants import Kept
from orderflow.values import Position, instant, text, whole

RATIO_MAX: Final = 1_000
"""The most units in either side of a ratio by which one SKU stands in for another."""

OURS: Final = ("",)
"""The owners of goods that are our own: ourselves."""


def _counts(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    whole(value, attribute.name)


def _ratio(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    whole(value, attribute.name, most=RATIO_MAX)


def _names(_: object, attribute: attrs.Attribute[str], value: str) -> None:
    text(value, attribute.name)


def _by(value: datetime | None) -> datetime | None:
    return None if value is None else instant(value, "by")


def _rows_of(kind: type, values: object, path: str) -> None:
    """Refuse what is no tuple of these; none is one."""
    if not isinstance(values, tuple):
        raise BadInput(path, f"a tuple of {kind.__name__} is wanted")
    for i, value in enumerate(values):
        if type(value) is not kind:
            raise BadInput(f"{path}[{i}]", f"{kind.__name__} is wanted")


@attrs.frozen
class Part:
    """A kit needs `n` of a SKU for each kit."""

    sku: str = attrs.field(validator=_names)
    n: int = attrs.field(validator=_counts)


@attrs.frozen
class Instead:
    """`n` units of a SKU may stand for `per` of what is wanted, in whole steps of that.

    Neither is more than 1,000.
    """

    sku: str = attrs.field(validator=_names)
    n: int = attrs.field(default=1, validator=_ratio)
    per: int = attrs.field(default=1, validator=_ratio)


@attrs.frozen
class Wanted:
    """So many units of a SKU for a line, by a date, or as early as can be without one.

    With a `location` they come from there alone. With a `kit` the units are kits of these parts,
    promised whole. `instead` are the SKUs that may stand in, in the order of preference.
    """

    line: str = attrs.field(validator=_names)
    sku: str = attrs.field(validator=_names)
    n: int = attrs.field(validator=_counts)
    by: datetime | None = attrs.field(default=None, converter=_by)
    location: str = ""
    kit: tuple[Part, ...] = ()
    instead: tuple[Instead, ...] = ()

    def __attrs_post_init__(self) -> None:
        text(self.location, "location", empty=True)
        _rows_of(Part, self.kit, "kit")
        _rows_of(Instead, self.instead, "instead")


@attrs.frozen
class Source:
    """`n` units that live and new promises may share, from `ready` on and before `until`.

    Without `ready` they are there at once, without `until` they keep. `here` of a supply row's
    units have come already, and are kept for those that are pegged to it. What a `quota` keeps is
    a source of its own: for its members alone, who get nothing else at that position.
    """

    position: Position
    n: int
    ready: datetime | None = None
    until: datetime | None = None
    here: int = 0
    quota: str = ""


@attrs.frozen
class Pegged:
    """A live promise: so many units of an order, pegged to a source, to be there by an instant.

    `owners` are those whose goods it may have, `quotas` those that its order is a member of, and
    `quota` is the one whose units it has there, if any.
    """

    order: str
    position: Position
    n: int
    ready_by: datetime
    owners: tuple[str, ...] = OURS
    quota: str = ""
    quotas: tuple[str, ...] = ()

    @property
    def name(self) -> tuple[str, Position, datetime, str]:
        """What tells a promise from all others, however many units it has."""
        return (self.order, self.position, self.ready_by, self.quota)


@attrs.frozen
class Safety:
    """So many units of a SKU at a location stay unpromised from an instant on, or from ever.

    The latest row that has begun counts, until the next one begins.
    """

    sku: str
    location: str
    n: int
    since: datetime | None = None


@attrs.frozen
class Figures:
    """What a promise is decided on."""

    sources: tuple[Source, ...]
    live: tuple[Pegged, ...] = ()
    safety: tuple[Safety, ...] = ()


class PromisePolicy(StrEnum):
    """How much of what is wanted must be had, that any of it is promised."""

    PARTIAL = "partial"  # what can be had, each part at its own date
    ALL_OR_NOTHING = "all or nothing"  # every line whole by its date, or none
    ONE_DATE = "one date"  # every line whole, and all of them at the same date


class Way(Protocol):
    """The time between goods at a location and goods at the customer."""

    def arrives(self, location: str, ready: datetime) -> datetime:
        """When the customer has what is ready at a location at an instant."""
        ...

    def ready_by(self, location: str, promised: datetime) -> datetime:
        """When goods must be ready at a location for the customer to have them by then."""
        ...


@attrs.frozen
class AtOnce:
    """No time passes between the two: where a host keeps no calendar."""

    def arrives(self, location: str, ready: datetime) -> datetime:
        """The same instant."""
        del location
        return ready

    def ready_by(self, location: str, promised: datetime) -> datetime:
        """The same instant."""
        del location
        return promised


@attrs.frozen
class Terms:
    """How to promise: the policy, the way to the customer, and the locations, best first.

    `owners` are those whose goods may be promised; `""` is ourselves. `quotas` are those whose
    units may be, the one that is drawn from first at the head.
    `steps_max` bounds the search for a cart in which others may stand in for what is wanted.
    """

    policy: PromisePolicy = PromisePolicy.PARTIAL
    way: Way = AtOnce()
    locations: tuple[str, ...] = ()
    owners: tuple[str, ...] = OURS
    quotas: tuple[str, ...] = ()
    steps_max: int = 2_000


@attrs.frozen
class Peg:
    """So many units of a source serve a promise; they must be ready there by an instant.

    With a `quota` they are of those that it keeps there.
    """

    position: Position
    n: int
    ready_by: datetime
    quota: str = ""


@attrs.frozen
class Dated:
    """A schedule line: so many of what a line wants by this date, out of these sources.

    With kits and with what stands in for another, the pegs count units of their own SKU.
    """

    n: int
    date: datetime
    pegs: tuple[Peg, ...]


class Limit(StrEnum):
    """Why there is no more of a SKU by a date."""

    NO_SUPPLY = "no supply"
    LATE = "late"  # it comes after the date
    PROMISED = "promised"  # others hold it, and cannot move
    SAFETY = "safety"
    EXPIRY = "expiry"  # the lot ends before the date
    ELSEWHERE = "elsewhere"  # at another location
    KEPT = "kept"  # by a quota, for others


@attrs.frozen
class Limited:
    """What limited a line: so many units of a SKU that are there, but not for it, and why."""

    why: Limit
    sku: str
    n: int


@attrs.frozen
class LinePromise:
    """What a line is promised: its schedule, earliest first, what is left, and what limited it."""

    line: str
    dated: tuple[Dated, ...]
    short: int
    limited: tuple[Limited, ...] = ()

    @property
    def pegs(self) -> tuple[Peg, ...]:
        """All sources that it rests on, date by date."""
        return tuple([peg for one in self.dated for peg in one.pegs])

    @property
    def n(self) -> int:
        """How many are promised in all."""
        return sum([one.n for one in self.dated])

    def by(self, date: datetime) -> int:
        """How many are promised by a date."""
        return sum([one.n for one in self.dated if one.date <= date])


@attrs.frozen
class Repeg:
    """A live promise changes its source, or the quota whose units it has, and keeps its date."""

    order: str
    source: Position
    target: Position
    n: int
    ready_by: datetime
    source_quota: str = ""
    target_quota: str = ""


@attrs.frozen
class Promise:
    """The answer: each line, and which promises of others change their source for it.

    `proven` says that there was no better one; a search that was cut short cannot say so. `kept`
    is what must stay free, so that it leaves the safety stock whole.
    """

    lines: tuple[LinePromise, ...]
    repegs: tuple[Repeg, ...] = ()
    proven: bool = True
    kept: tuple[Kept, ...] = ()

    @property
    def short(self) -> int:
        """How many units of all lines are promised for no date."""
        return sum([line.short for line in self.lines])
