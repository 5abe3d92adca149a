"""Drifts: what is kept, what it should be, and the repair of just that.

It knows how drifts are named and told, and refuses to know how they are found.
"""

from __future__ import annotations

from enum import StrEnum

import attrs

from orderflow.calls import Ref
from orderflow.journal import Stored
from orderflow.lookups import Lookup
from orderflow.mending import (
    Kept,
    MendClaim,
    MendDocument,
    MendLookup,
    Repair,
)
from orderflow.records import Claim, Document
from orderflow.values import Position


class DriftKind(StrEnum):
    """What is wrong with a row."""

    LOST_CLAIM = "lost claim"
    DOUBLE_CLAIM = "double claim"
    SHORT_CLAIM = "short claim"
    ORPHAN_CLAIM = "orphan claim"
    SURPLUS_CLAIM = "surplus claim"
    NEGATIVE_CLAIM = "negative claim"
    WRONG_EXPIRY = "wrong expiry"
    WRONG_DATE = "wrong date"
    WRONG_CLAIMED = "wrong claimed"
    WRONG_THERE = "wrong there"
    NEGATIVE_COUNTER = "negative counter"
    MISSING_ROW = "missing row"
    SURPLUS_ROW = "surplus row"
    WRONG_ROW = "wrong row"
    STALE_LOOKUP = "stale lookup"
    CHANGED_DOCUMENT = "changed document"
    WRONG_VERSION = "wrong version"
    MISSING_DOCUMENT = "missing document"
    SURPLUS_DOCUMENT = "surplus document"


@attrs.frozen
class Drift:
    """A row that is not what it should be, and the repair of it."""

    kind: DriftKind
    repair: Repair

    @property
    def position(self) -> Position | None:
        """Where it is in the books; `None` for a document."""
        repair = self.repair
        if isinstance(repair, MendDocument | MendLookup):
            return None
        return repair.claim.position if isinstance(repair, MendClaim) else repair.position

    @property
    def ref(self) -> Ref[Document] | None:
        """The document, or the holder of the claim; `None` for what nobody holds."""
        repair = self.repair
        if isinstance(repair, MendClaim):
            return repair.claim.holder
        return repair.ref if isinstance(repair, MendDocument | MendLookup) else None

    @property
    def kept(self) -> str:
        """What is kept, in words."""
        return self._sides[0]

    @property
    def should(self) -> str:
        """What it should be, in words."""
        return self._sides[1]

    @property
    def _sides(self) -> tuple[str, str]:
        repair = self.repair
        match repair:
            case MendClaim():
                return _claim(repair.seen), _claim(repair.should)
            case MendDocument():
                return _document(repair.seen, repair.should), _document(repair.should, repair.seen)
            case MendLookup():
                return _lookup(repair.seen, repair.should), _lookup(repair.should, repair.seen)
            case _:
                return str(repair.seen), str(repair.should)

    def __str__(self) -> str:
        return f"{self.kind}: {self.repair.what}: kept is {self.kept}, should be {self.should}"


def _claim(claim: Claim | None) -> str:
    if claim is None:
        return "nothing"
    until = "" if claim.until is None else f" until {claim.until.isoformat()}"
    due = "" if claim.due is None else f" for {claim.due.isoformat()}"
    return f"{claim.n}{due}{until}"


def _document(one: Kept | Stored[Document] | None, other: Kept | Stored[Document] | None) -> str:
    """A document by its version, and by the fields that the other has otherwise."""
    if one is None:
        return "nothing"
    told = f"version {one.version}"
    document, else_ = _value(one), _value(other)
    if document is None:
        return f"{told}, which cannot be read"
    if else_ is None or document == else_:
        return told
    if type(document) is not type(else_):
        return f"{told}, a document of another kind"
    named = [
        field.name
        for field in attrs.fields(type(document))
        if getattr(document, field.name) != getattr(else_, field.name)
    ]
    return f"{told} with another {', '.join(named)}" if isinstance(one, Kept) else told


def _value(one: Kept | Stored[Document] | None) -> Document | None:
    if one is None:
        return None
    return one.document if isinstance(one, Kept) else one.value


def _lookup(one: Lookup, other: Lookup) -> str:
    """What is found by, as far as the other has it otherwise."""
    told = []
    for field in attrs.fields(Lookup):
        value = getattr(one, field.name)
        if value != getattr(other, field.name):
            words = ", ".join(value) if isinstance(value, tuple) else value
            told.append(f"{field.name} {words or 'none'}")
    return "; ".join(told)


@attrs.frozen
class Plan:
    """Every drift of a tenant, each with its repair, in the order in which they are named.

    `damage` says what is wrong with the journal itself, which nothing can mend, and `left_alone`
    what depends on that: it was not looked at.
    """

    tenant: str
    drifts: tuple[Drift, ...]
    damage: tuple[str, ...] = ()
    left_alone: tuple[str, ...] = ()

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """The repairs, for `Mendable.mend`: all of them, or some."""
        return tuple(drift.repair for drift in self.drifts)

    @property
    def clean(self) -> bool:
        """Whether nothing differs and the journal is sound."""
        return not (self.drifts or self.damage)
