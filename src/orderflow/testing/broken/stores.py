"""Fourteen stores that are broken on purpose, each in one way that stores of others have been.

It knows the faults by their names, and refuses to know how they are found out.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from decimal import Decimal
from threading import Lock
from typing import Final

import attrs

from orderflow.books import NOTHING, changes_on_shelf
from orderflow.calls import Ref
from orderflow.errors import KeyReused, OutcomeUnknown, Refused, Short, Stale, StoreUnavailable
from orderflow.facts import Claimed
from orderflow.grants import shortage
from orderflow.journal import Change, Committed, Entry
from orderflow.records import Counter, Document, Order
from orderflow.testing.broken.sound import SoundStore, nobody
from orderflow.testing.stores import Watch
from orderflow.values import Position

_A_STATEMENT: Final = 0.0003
"""How many seconds a statement may be on its way: long enough for another thread."""

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class ChecksThenActs(SoundStore):
    """It looks whether there is enough, and writes in another transaction."""

    def _check_claims(self, tenant: str, change: Change) -> Mapping[Position, int]:
        net = super()._check_claims(tenant, change)
        self._lock.release()
        time.sleep(_A_STATEMENT)
        self._lock.acquire()
        return net


class HasAVersionOnStock(SoundStore):
    """It refuses a claim where a counter is not as the command has read it."""

    def commit(self, change: Change) -> Committed:
        """Look at every figure again before anything is done."""
        for figure in change.figures:
            if isinstance(figure, Counter):
                tenant, sku = change.call.ref.tenant, figure.position.sku
                if figure not in self.counters(tenant, [sku], change.at):
                    raise Stale(f"the counter of {sku}")
        return super().commit(change)


class LosesTheKey(SoundStore):
    """It keeps no key with what a command has done."""

    def seen(self, tenant: str, key: str) -> Entry | None:
        """Nothing."""
        return None


class KeepsTheKeyOfARefusedCommand(SoundStore):
    """It writes the key first, in a transaction of its own."""

    def __init__(self, watch: Watch = nobody) -> None:
        super().__init__(watch)
        self._used: set[tuple[str, str]] = set()

    def commit(self, change: Change) -> Committed:
        """Refuse a key that was refused once."""
        name = (change.call.ref.tenant, change.key)
        if name in self._used:
            raise KeyReused(change.key, change.call.verb)
        try:
            return super().commit(change)
        except Refused:
            self._used.add(name)
            raise


class CommitsInParts(SoundStore):
    """It writes documents and journal before it looks at the books."""

    def _check_claims(self, tenant: str, change: Change) -> Mapping[Position, int]:
        try:
            return super()._check_claims(tenant, change)
        except Refused:
            self._apply(tenant, attrs.evolve(change, postings=NOTHING), {}, {})
            raise


class TellsTheJournalByTheClock(SoundStore):
    """It orders entries by their time, and clocks go back."""

    def entries(self, after: int = 0, ref: Ref[Document] | None = None) -> Iterator[Entry]:
        """The journal, the earliest first."""
        told = sorted(super().entries(0, ref), key=lambda entry: (entry.at, entry.seq))
        return iter([entry for entry in told if entry.seq > after])


class KeepsMoneyAsFloat(SoundStore):
    """It keeps prices in a column of floats."""

    def commit(self, change: Change) -> Committed:
        """Keep what a float keeps of each price."""
        replaced = tuple((_floated(document), version) for document, version in change.replaced)
        return super().commit(attrs.evolve(change, replaced=replaced))


def _floated(document: Document) -> Document:
    if not isinstance(document, Order):
        return document
    lines = [attrs.evolve(one, price=Decimal(float(one.price))) for one in document.lines]
    return attrs.evolve(document, lines=tuple(lines))


class ForgetsTheZone(SoundStore):
    """It keeps times in a column without a zone."""

    def _entry(self, seq: int) -> Entry:
        entry = super()._entry(seq)
        return attrs.evolve(entry, at=entry.at.replace(tzinfo=None))


class RefusesFacts(SoundStore):
    """It has a constraint that never less may be there than is claimed."""

    def _check_claims(self, tenant: str, change: Change) -> Mapping[Position, int]:
        for position, n in changes_on_shelf(change.postings).items():
            shelf = self._shelf(tenant, position)
            if n < 0 and shelf.there + n < max(0, shelf.claimed):
                raise Short((shortage(position, -n, shelf.there - shelf.claimed),))
        return super()._check_claims(tenant, change)


class NeedsASweeper(SoundStore):
    """A hold that has run out counts until a job has come by."""

    swept: datetime = _NEVER

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        """The counters as they were when the job came by last."""
        return super().counters(tenant, skus, self.swept)

    def _check_claims(self, tenant: str, change: Change) -> Mapping[Position, int]:
        return super()._check_claims(tenant, attrs.evolve(change, at=self.swept))


class LocksAsItIsAsked(SoundStore):
    """It locks each position as the command names it, not in one order for all."""

    def __init__(self, watch: Watch = nobody) -> None:
        super().__init__(watch)
        self._locks: dict[tuple[str, Position], Lock] = {}

    def commit(self, change: Change) -> Committed:
        """Take every lock, and give up where one does not come in time."""
        named = [fact.position for fact in change.facts if isinstance(fact, Claimed)]
        with ExitStack() as held:
            for position in dict.fromkeys(named):
                lock = self._locks.setdefault((change.call.ref.tenant, position), Lock())
                if not lock.acquire(timeout=100 * _A_STATEMENT):
                    raise StoreUnavailable("memory", "deadlock detected")
                held.callback(lock.release)
                time.sleep(_A_STATEMENT)
            return super().commit(change)


class MixesTenants(SoundStore):
    """Its keys are unique over all tenants."""

    def seen(self, tenant: str, key: str) -> Entry | None:
        """The entry of this key, whosever it is."""
        found = (super(MixesTenants, self).seen(other, key) for other in tuple(self._keys))
        return next((entry for entry in found if entry is not None), None)


class DropsWhenBusy(SoundStore):
    """Where another is writing it does not wait, and says that all is done."""

    def __init__(self, watch: Watch = nobody) -> None:
        super().__init__(watch)
        self._writing = Lock()

    def commit(self, change: Change) -> Committed:
        """Write, unless somebody does."""
        if not self._writing.acquire(blocking=False):
            asked = (change.key, change.call, change.by, change.at, change.rules)
            return Committed(Entry(0, *asked, change.figures, change.facts, ()))
        try:
            time.sleep(_A_STATEMENT)
            return super().commit(change)
        finally:
            self._writing.release()


class SwallowsAnUnknownOutcome(SoundStore):
    """Where the reply to its commit is lost, it says that nothing has changed."""

    def commit(self, change: Change) -> Committed:
        """Apply a change, and call whatever goes wrong a failure."""
        try:
            return super().commit(change)
        except OutcomeUnknown as unknown:
            raise StoreUnavailable("memory", "the connection was lost") from unknown


BROKEN_STORES: Final[Mapping[type[SoundStore], str]] = {
    ChecksThenActs: "test_many_threads_get_exactly_what_is_there",
    HasAVersionOnStock: "test_stock_has_no_version",
    LosesTheKey: "test_a_repeated_key_has_no_second_effect",
    KeepsTheKeyOfARefusedCommand: "test_a_refused_command_leaves_its_key_unused",
    CommitsInParts: "test_a_refused_change_changes_nothing",
    TellsTheJournalByTheClock: "test_the_journal_is_in_order_whatever_the_clocks_say",
    KeepsMoneyAsFloat: "test_money_comes_back_to_the_last_digit",
    ForgetsTheZone: "test_times_come_back_in_utc_to_the_microsecond",
    RefusesFacts: "test_what_has_happened_is_never_refused",
    NeedsASweeper: "test_a_hold_that_has_run_out_is_free_without_any_sweeper",
    LocksAsItIsAsked: "test_writers_who_take_the_same_shelves_in_any_order_never_deadlock",
    MixesTenants: "test_tenants_never_see_each_other",
    DropsWhenBusy: "test_whatever_was_acknowledged_is_there",
    SwallowsAnUnknownOutcome: "test_a_lost_reply_is_an_unknown_outcome",
}
"""Each broken store, with the check that must find it out."""
