"""How the stores in SQL keep what was put away, and bring it back: the same for each database.

It knows when a commit has met what was put away, and refuses to know when that may be done.

Problem: a version that was put away is not where a commit looks for it.
Observation: to bring a document back changes nothing that anybody can read.
Decision: whoever commits takes no notice of the archive. Where it finds that something has moved
on, what it was about is brought back, in a transaction of its own, and it tries once more; so
documents that go on pay nothing for those that do not.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from orderflow.adapters import codec, sql
from orderflow.adapters.reading import Reading
from orderflow.adapters.rows import micros
from orderflow.adapters.writing import Connected
from orderflow.calls import Ref
from orderflow.errors import Stale
from orderflow.grants import number_taken
from orderflow.journal import Change, Committed, Stored
from orderflow.records import Document, Order

T = TypeVar("T")

_N: Final = -1
"""Where the number of its row stands in what is kept of a document."""


class Archiving(Reading):
    """A store in SQL that keeps what was put away apart from what goes on."""

    @abstractmethod
    def _commit(self, change: Change) -> Committed:
        """Apply a change to what was not put away, whole, or raise and apply nothing."""

    @abstractmethod
    def _at_once(self, verb: str, work: Callable[[Connected], T]) -> T:
        """Carry out statements as one transaction, or none of them."""

    def commit(self, change: Change) -> Committed:
        """Apply a change whole, or raise and apply nothing."""
        try:
            return self._commit(change)
        except Stale:
            if not self._was_put_away(change):
                raise
        return self._commit(change)

    def quiet(
        self, tenant: str, kind: str, before: datetime, after: str, limit: int
    ) -> Iterator[Stored[Document]]:
        """The documents of a kind that were last changed before an instant and not put away."""
        values = (tenant, kind, micros(before), after, limit)
        for version, body in self._all(sql.QUIET, values):
            yield Stored(codec.read_document(body), version)

    def put_away(self, documents: Sequence[tuple[Ref[Document], int]]) -> int:
        """Put documents away that have still these versions; how many were."""

        def work(db: Connected) -> int:
            return sum(_put_away(db, ref, version) for ref, version in sorted(documents))

        return self._at_once("put away", work) if documents else 0

    def _was_put_away(self, change: Change) -> bool:
        """Bring back what a change has read, where it was put away as it was read; whether any was.

        Raises `MoveRefused` where a new order has the number of one that was put away.
        """
        for document, version in change.replaced:
            if not version and isinstance(document, Order) and document.number:
                by = (document.ref.tenant, document.channel, document.shop, document.number)
                taken = self._one(sql.NUMBER_AWAY, by)
                if taken is not None:
                    raise number_taken(document, taken[0])
        replaced: list[tuple[Ref[Any], int]] = [(one.ref, n) for one, n in change.replaced]
        read = sorted([*replaced, *change.relied])
        away = [ref for ref, version in read if self._one(sql.IS_AWAY, (*ref, version))]
        if away:
            self._at_once(change.call.verb, lambda db: bring_back(db, away, self._hints))
            self._forget(away)
        return bool(away)


def _put_away(db: Connected, ref: Ref[Document], version: int) -> bool:
    rows = db.execute(sql.LEAVE, (*ref, version)).fetchall()
    for row in rows:
        db.execute(sql.PUT_AWAY, tuple(row))
    return bool(rows)


def bring_back(db: Connected, refs: Sequence[Ref[Any]], hints: bool) -> None:
    """Bring documents back from the archive, as far as they are in it.

    Only SQLite, which takes `hints`, would give a row a number that another has had.
    """
    for ref in refs:
        for row in db.execute(sql.COME_BACK, ref).fetchall():
            if hints:
                db.execute(sql.BRING_BACK, tuple(row))
            else:
                db.execute(sql.INSERT, tuple(row)[:_N])
