"""Checks of a store: many threads, and handles on the same data, at one instant.

It knows what must come of a race, and refuses to know who wins it.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable
from functools import partial
from itertools import cycle

from orderflow.audit import audit
from orderflow.errors import Short, Stale
from orderflow.facts import Claimed
from orderflow.ports import Query, Store
from orderflow.records import Counter
from orderflow.rules import Rules
from orderflow.testing.kit import agree, together
from orderflow.testing.samples import BELLS, LAMP, LAMPS, goods, holder, of_books, order_of
from orderflow.testing.stores.base import AN_HOUR, StoreCase
from orderflow.values import Position


class WinsEveryRace(StoreCase):
    """Threads that ask for the same goods, the same document, or by the same key."""

    def race(self, *works: Callable[[], object]) -> None:
        """Do all of it at once; whatever goes wrong is told."""
        wrong = together(*works)
        told = sorted({f"{type(error).__name__}: {error}" for error in wrong})
        assert not wrong, f"{len(wrong)} of {len(works)} went wrong: {'; '.join(told)}"

    def each(self, work: Callable[[Store, str], object]) -> list[Callable[[], object]]:
        """A work for each thread, half of them by a handle of their own."""
        handles = cycle(self.handles(2))
        names = [(next(handles), f"t{i}") for i in range(self.threads)]
        return [partial(work, store, name) for store, name in names]

    def test_many_threads_get_exactly_what_is_there(self) -> None:
        """Not one more, not one less, and every claim has its row."""
        there = self.threads * self.rounds // 2
        self.house().receive(LAMPS, there)
        granted: list[str] = []

        def ask(store: Store, name: str) -> None:
            for i in range(self.rounds):
                id = f"{name}-{i}"
                try:
                    store.commit(of_books(Claimed(holder(id), LAMPS, 1), key=id))
                except Short:
                    continue
                granted.append(id)

        self.race(*self.each(ask))
        agree(len(granted), there, "how many were granted")
        agree(self.books_agree().counters, (Counter(LAMPS, there, there),), "the counters")
        claims = self.store.claims("", LAMPS)
        agree(sorted(one.holder.id for one in claims), sorted(granted), "who claims")

    def test_whatever_was_acknowledged_is_there(self) -> None:
        """A busy database waits and drops nothing, neither in silence nor with an error."""
        acknowledged: list[str] = []

        def write(store: Store, name: str) -> None:
            for i in range(self.rounds):
                key = f"{name}-{i}"
                entry = store.commit(of_books(goods(LAMPS, 1), key=key)).entry
                agree(entry.key, key, "the entry of a commit")
                acknowledged.append(key)

        self.race(*self.each(write))
        n = self.threads * self.rounds
        agree(len(acknowledged), n, "how many were acknowledged")
        kept = [entry.key for entry in self.store.entries()]
        agree(sorted(kept), sorted(acknowledged), "the keys in the journal")
        agree(self.books_agree().counters, (Counter(LAMPS, n, 0),), "the goods")

    def test_a_key_that_many_send_at_once_has_one_effect(self) -> None:
        """One of them did it; all the others are told that it is repeated."""
        told: Tally[tuple[int, bool]] = Tally()

        def send(store: Store, name: str) -> None:
            for i in range(self.rounds):
                done = store.commit(of_books(goods(LAMPS, 1), key=f"k-{i}"))
                told[i, done.repeated] += 1

        self.race(*self.each(send))
        for i in range(self.rounds):
            agree((told[i, False], told[i, True]), (1, self.threads - 1), f"answers to k-{i}")
        agree(self.books_agree().counters, (Counter(LAMPS, self.rounds, 0),), "the goods")

    def test_claims_on_one_shelf_are_never_stale(self) -> None:
        """Whoever claims the same goods as others waits a little, and is not sent away."""
        self.house().receive(LAMPS, self.threads * self.rounds)
        stale: list[str] = []

        def ask(store: Store, name: str) -> None:
            for i in range(self.rounds):
                id = f"{name}-{i}"
                try:
                    store.commit(of_books(Claimed(holder(id), LAMPS, 1), key=id))
                except Stale as met:
                    stale.append(str(met))

        self.race(*self.each(ask))
        agree(stale, [], "claims that met others on their shelf")

    def test_writers_who_take_the_same_shelves_in_any_order_never_deadlock(self) -> None:
        """Half of them name lamps first, half of them bells."""
        n = self.threads * self.rounds
        for position in (LAMPS, BELLS):
            self.house().receive(position, n)

        def take(store: Store, name: str) -> None:
            shelves = (LAMPS, BELLS) if int(name[1:]) % 2 else (BELLS, LAMPS)
            for i in range(self.rounds):
                facts = [Claimed(holder(f"{name}-{i}"), at, 1) for at in shelves]
                store.commit(of_books(*facts, key=f"{name}-{i}"))

        self.race(*self.each(take))
        wanted = (Counter(LAMPS, n, n), Counter(BELLS, n, n))
        agree(self.books_agree().counters, wanted, "the counters")

    def test_no_entry_appears_behind_one_that_was_read(self) -> None:
        """Whoever reads on from the last entry that he has seen misses nothing."""
        writers = max(1, self.threads // 2)
        wanted = writers * self.rounds
        read: list[str] = []

        def write(store: Store, name: str) -> None:
            for i in range(self.rounds):
                store.commit(of_books(goods(LAMPS, 1), key=f"{name}-{i}"))

        def follow() -> None:
            last, idle = 0, 0
            while len(read) < wanted and idle < _IDLE:
                before = last
                for entry in self.store.entries(last):
                    read.append(entry.key)
                    last = entry.seq
                idle = 0 if last > before else idle + 1

        stores = self.handles(2)
        works = [partial(write, stores[i % 2], f"t{i}") for i in range(writers)]
        self.race(*works, follow)
        follow()
        agree(read, [entry.key for entry in self.store.entries()], "what was read on the way")

    def test_holds_that_run_out_in_a_race_are_given_back_once(self) -> None:
        """As many new holds as old ones ran out, and the counter agrees."""
        house, n = self.house(), self.rounds * 2
        house.receive(LAMPS, n)
        for i in range(n):
            house.hold_stock(f"old-{i}", LAMPS, 1, AN_HOUR)
        kept: list[str] = []

        def take(store: Store, name: str) -> None:
            for i in range(self.rounds):
                id = f"{name}-{i}"
                try:
                    store.commit(of_books(Claimed(holder(id), LAMPS, 1), key=id, at=AN_HOUR))
                except Short:
                    continue
                kept.append(id)

        self.race(*self.each(take))
        agree(len(kept), n, "how many were granted")
        claims = self.books_agree().claims
        agree(sorted(one.holder.id for one in claims), sorted(kept), "who claims")

    def test_a_document_that_many_change_has_every_change(self) -> None:
        """Whoever met another reads again, and nobody's change is written over."""
        rules = Rules(tries_max=1_000)
        self.house().place("o-17", order_of((LAMP, 1)))
        each, writers = max(1, self.rounds // 2), max(2, self.threads // 2)

        def change(store: Store, name: str) -> None:
            for i in range(each):
                self.house(store, rules=rules).hold("o-17", f"{name}-{i}", "a reason")

        self.race(*self.each(change)[:writers])
        agree(self.order_version("o-17"), 1 + writers * each, "the version of the order")
        (stored,) = self.store.find(Query("order"))
        agree(len(getattr(stored.value, "holds", ())), writers * each, "the holds of the order")
        agree([one for law in audit(self.store) for one in law.breaches], [], "broken laws")

    def test_who_reads_while_others_write_sees_whole_commits(self) -> None:
        """A counter and its claims never differ by more than one commit, and entries are whole."""
        house = self.house()
        house.receive(LAMPS, 1_000)
        done: list[int] = []
        other = Position("SHIP-BELL", "york")

        def write() -> None:
            for i in range(self.rounds * 4):
                claim = Claimed(holder(f"h-{i}"), LAMPS, 1)
                self.store.commit(of_books(claim, goods(other, 1), key=f"k-{i}"))
            done.append(1)

        reader = self.again()

        def look() -> None:
            while not done:
                books = reader.books("")
                there = {row.position: row.there for row in books.counters}.get(other, 0)
                claimed = {row.position: row.claimed for row in books.counters}.get(LAMPS, 0)
                agree(claimed, there, "two counters that each commit raises by one")
                for entry in reader.entries(1):
                    agree(len(entry.facts), 2, "the facts of an entry")

        self.race(write, look)


_IDLE = 20_000
"""How often a reader finds nothing new before it gives up."""
