"""What the rows of the SQLite store say: entries, books, and what is kept of a document.

It knows how a value is written into a column and read back, and refuses to know any statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

from orderflow.adapters import codec
from orderflow.calls import Call, Ref
from orderflow.errors import BadInput
from orderflow.journal import Entry
from orderflow.lookups import Lookup, lookup_of
from orderflow.ports import Books
from orderflow.records import Claim, Counter, Document, MatterKind
from orderflow.values import Position

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


def micros(at: datetime) -> int:
    """An instant as whole microseconds since 1970, in UTC."""
    return (at - _EPOCH) // _MICROSECOND


def instant_of(at: int) -> datetime:
    """The instant of so many microseconds since 1970; `BadInput` where no year is so far away."""
    try:
        return _EPOCH + at * _MICROSECOND
    except OverflowError:
        raise BadInput("at", f"no date is {at} microseconds from 1970") from None


def until_of(at: int | None) -> datetime | None:
    """The instant of a column that may be empty."""
    return None if at is None else instant_of(at)


NO_DATE: Final = -(1 << 62)
"""Stands in a key for a claim that is for no date: earlier than any."""


def date_key(at: datetime | None) -> int:
    """The date of a claim as a part of its key."""
    return NO_DATE if at is None else micros(at)


def claim_of(tenant: str, position: Position, row: tuple[Any, ...]) -> Claim:
    """A claim of its row: holder, due, units, expiry."""
    kind, id, day, n, limit = row
    date = None if day == NO_DATE else instant_of(day)
    return Claim(Ref(tenant, kind, id), position, n, until_of(limit), date)


def listed(codes: Sequence[str]) -> str:
    """Codes as one text in which each is found whole, since no code has a line break."""
    return "\n".join(("", *codes, ""))


def codes_of(text: str | None) -> tuple[str, ...]:
    """The codes of such a text. What is no such text gives what no document has."""
    if text is None:
        return ()
    found = tuple(text[1:-1].split("\n"))
    return found if text == listed(found) else ("", text)


@attrs.frozen
class Written:
    """What is kept of a document: what it is found by, as columns have it, and its JSON."""

    headline: str | None
    customer: str | None
    channel: str | None
    shop: str | None
    number: str | None
    next_due: int | None
    holds: str | None
    orders: tuple[str, ...]
    lots: tuple[str, ...]
    body: str

    @property
    def changing(self) -> tuple[str | int | None, ...]:
        """What a command may change: the columns of `sql.UPDATE`."""
        return (self.headline, self.next_due, self.holds, self.body)

    @property
    def columns(self) -> tuple[str | int | None, ...]:
        """Every column that a document is found by."""
        named = (self.headline, self.customer, self.channel, self.shop, self.number)
        return (*named, self.next_due, self.holds)


def written(document: Document) -> Written:
    """What is kept of a document."""
    return columns_of(lookup_of(document), codec.put_document(document))


def columns_of(by: Lookup, body: str = "") -> Written:
    """What is kept of what a document is found by."""
    named = (by.headline, by.customer, by.channel, by.shop, by.number)
    limit = None if by.next_due is None else micros(by.next_due)
    holds = listed(by.holds) if by.holds else None
    return Written(*named, limit, holds, by.orders, by.lots, body)


def lookup_in(row: Sequence[Any], orders: Iterable[str], lots: Iterable[str]) -> Lookup:
    """What a document is found by, of its columns and the rows of what it is about and of."""
    headline, customer, channel, shop, number, limit, holds = row
    try:
        at = until_of(limit)
    except BadInput:
        at = _LATEST  # beyond any that a document has
    of = (tuple(sorted(orders)), tuple(sorted(lots)))
    return Lookup(headline, customer, channel, shop, number, at, codes_of(holds), *of)


def books_in(
    tenant: str,
    counters: Iterable[tuple[Any, ...]],
    matter: Iterable[tuple[Any, ...]],
    claims: Iterable[tuple[Any, ...]],
) -> Books:
    """Both books of their rows."""
    return Books(
        tuple(Counter(Position(*row[:6]), row[6], row[7]) for row in counters),
        {(MatterKind(row[6]), Position(*row[:6])): row[7] for row in matter},
        tuple(claim_of(tenant, Position(*row[:6]), row[6:]) for row in claims),
    )


def entry_of(row: tuple[Any, ...], versions: Iterable[tuple[Any, ...]]) -> Entry:
    """An entry of its row, and of the rows that name the documents it changed."""
    seq, tenant, key, verb, kind, id, args, by, at, rules, figures, facts = row
    return Entry(
        seq,
        key,
        Call(verb, Ref(tenant, kind, id), codec.read_args(verb, args)),
        by,
        instant_of(at),
        rules,
        codec.read_figures(figures),
        codec.read_facts(facts),
        tuple((Ref(*version[:3]), version[3]) for version in versions),
    )
