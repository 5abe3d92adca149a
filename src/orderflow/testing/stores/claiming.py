"""Checks of a store: no claim beyond what is there, no fact refused, and time that needs no job.

It knows counters and claims, and refuses to know which statement guards them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import attrs

from orderflow.allocation import allocate
from orderflow.books import ClaimChange, Postings
from orderflow.calls import Ref
from orderflow.errors import MoveRefused, Short, Stale
from orderflow.facts import Claimed
from orderflow.grants import Kept
from orderflow.inventory import confirm_stock_hold
from orderflow.promising.stock_holds import hold_stock
from orderflow.records import Claim, Counter, Document
from orderflow.testing.kit import agree
from orderflow.testing.samples import (
    BELLS,
    LAMP,
    LAMPS,
    MORNING,
    change_of,
    goods,
    holder,
    of_books,
    order_of,
)
from orderflow.testing.stores.base import AN_HOUR, StoreCase

_TICK: Final = timedelta(microseconds=1)


class GrantsWhatIsThere(StoreCase):
    """Counters, claims, holds that run out, and what must be left free."""

    def test_a_claim_is_granted_up_to_what_is_there_and_no_further(self) -> None:
        """What a change itself brings it may claim."""
        store = self.store
        store.commit(of_books(goods(LAMPS, 5), Claimed(holder("h-1"), LAMPS, 4)))
        store.commit(of_books(Claimed(holder("h-2"), LAMPS, 1), key="k-2"))
        self.refuses(of_books(Claimed(holder("h-3"), LAMPS, 1), key="k-3"), Short, "none is free")
        more = of_books(goods(LAMPS, 2), Claimed(holder("h-3"), LAMPS, 3), key="k-3")
        self.refuses(more, Short, "three are claimed where two come in")
        store.commit(of_books(goods(LAMPS, 2), Claimed(holder("h-3"), LAMPS, 2), key="k-3"))
        agree(self.books_agree().counters, (Counter(LAMPS, 7, 7),), "the counters")

    def test_what_has_happened_is_never_refused(self) -> None:
        """A count, a breakage, a short receipt: goods fall below the claims, or below nothing."""
        house = self.house()
        house.receive(LAMPS, 5)
        house.hold_stock("h-1", LAMPS, 4)
        house.count(LAMPS, 1)

        agree(self.store.over_committed("", MORNING), (Counter(LAMPS, 1, 4),), "over-committed")
        self.refuses(of_books(Claimed(holder("h-2"), LAMPS, 1)), Short, "claims are beyond it")
        self.store.commit(of_books(goods(BELLS, -3), key="k-gone"))
        agree(self.store.counters("", ["SHIP-BELL"], MORNING), (Counter(BELLS, -3, 0),), "bells")
        house.release_stock_hold("h-1")
        agree(self.store.over_committed("", MORNING), (Counter(BELLS, -3, 0),), "what is left")
        self.books_agree()

    def test_a_hold_that_has_run_out_is_free_without_any_sweeper(self) -> None:
        """From its instant on it counts as free, in reads and in grants, and not before."""
        house, store = self.house(), self.store
        house.receive(LAMPS, 1)
        house.receive(BELLS, 1)
        house.hold_stock("h-1", LAMPS, 1, AN_HOUR)
        house.hold_stock("h-bell", BELLS, 1, AN_HOUR)
        lamps = ["BRASS-LAMP"]

        before = AN_HOUR - _TICK
        agree(store.counters("", lamps, before), (Counter(LAMPS, 1, 1),), "in the last instant")
        early = of_books(Claimed(holder("h-2"), LAMPS, 1), key="k-2", at=before)
        self.refuses(early, Short, "the hold runs for an instant yet")
        agree(store.counters("", lamps, AN_HOUR), (Counter(LAMPS, 1, 0),), "at its end")
        agree(store.claims_of("", lamps, AN_HOUR), (), "the claims that run at its end")
        agree(len(store.claims("", LAMPS)), 1, "the rows, until somebody claims")

        store.commit(attrs.evolve(early, at=AN_HOUR))
        books = self.books_agree()
        agree(books.counters, (Counter(LAMPS, 1, 1), Counter(BELLS, 1, 1)), "the counters")
        kept = (Claim(holder("h-2"), LAMPS, 1), Claim(holder("h-bell"), BELLS, 1, AN_HOUR))
        agree(books.claims, kept, "the claims: what ran out is gone, elsewhere nothing is")

    def test_a_hold_is_confirmed_in_its_last_instant_and_never_after(self) -> None:
        """Whoever is late is refused, also by a clock that is slow."""
        house, store = self.house(), self.store
        house.receive(LAMPS, 2)
        for id in ("h-1", "h-2"):
            house.hold_stock(id, LAMPS, 1, AN_HOUR)
        before = AN_HOUR - _TICK
        first = change_of(store, confirm_stock_hold.on("h-1"), at=before, key="k-1")
        second = change_of(store, confirm_stock_hold.on("h-2"), at=before, key="k-2")

        self.refuses(attrs.evolve(first, at=AN_HOUR), MoveRefused, "the hold has run out")
        store.commit(first)
        store.commit(change_of(store, hold_stock.on("h-3", LAMPS, 1), at=AN_HOUR, key="k-3"))
        self.refuses(second, MoveRefused, "the hold was given back")
        kept = (Claim(holder("h-1"), LAMPS, 1), Claim(holder("h-3"), LAMPS, 1))
        agree(self.books_agree().claims, kept, "the claims")

    def test_stock_has_no_version(self) -> None:
        """Two orders for one SKU have no reason to wait for each other."""
        house, store = self.house(), self.store
        house.receive(LAMPS, 20)
        for i in range(6):
            house.place(f"o-{i}", order_of((LAMP, 1), cash_on_delivery=True))
        allocated = [change_of(store, allocate.on(f"o-{i}"), key=f"k-{i}") for i in range(6)]
        holds = [of_books(Claimed(holder(f"h-{i}"), LAMPS, 1), key=f"h-{i}") for i in range(6)]
        for change in (*allocated, *holds):  # all of them were decided on the same figures
            try:
                store.commit(change)
            except Stale as stale:
                raise AssertionError(f"a claim on goods that others claim, too: {stale}") from stale
        agree(self.books_agree().counters, (Counter(LAMPS, 20, 12),), "the counters")

    def test_a_part_of_a_claim_is_given_back_and_no_more_than_there_is(self) -> None:
        """And no part of one that has run out."""
        mine = holder("h-1")
        self.store.commit(of_books(goods(LAMPS, 5), Claimed(mine, LAMPS, 4, AN_HOUR)))
        self.refuses(of_books(Claimed(mine, LAMPS, -5), key="k-2"), MoveRefused, "it has four")
        late = of_books(Claimed(mine, LAMPS, -1), key="k-2", at=AN_HOUR)
        self.refuses(late, MoveRefused, "it has run out")
        self.store.commit(of_books(Claimed(mine, LAMPS, -1), key="k-2"))
        agree(self.store.claims("", LAMPS), (Claim(mine, LAMPS, 3),), "what is left of a claim")
        self.store.commit(of_books(Claimed(mine, LAMPS, -3), key="k-3"))
        agree(self.books_agree().claims, (), "the claims, once all is given back")

    def test_claims_of_several_dates_stand_apart(self) -> None:
        """One holder, one position, three dates: three claims, what has no date first."""
        mine: Ref[Document] = Ref("", "order", "o-17")
        dates = (None, MORNING, AN_HOUR)
        changes = tuple(ClaimChange(mine, LAMPS, 1, due=date) for date in dates)
        self.store.commit(of_books(goods(LAMPS, 5)))
        claim = of_books(key="k-2")
        self.store.commit(attrs.evolve(claim, postings=Postings((), (), changes)))
        held = of_books(Claimed(holder("h-1"), LAMPS, 1, AN_HOUR), key="k-3")
        self.store.commit(held)

        rows = (
            *[Claim(mine, LAMPS, 1, None, date) for date in dates],
            Claim(holder("h-1"), LAMPS, 1, AN_HOUR),
        )
        agree(self.store.claims("", LAMPS), rows, "the claims at a position")
        skus = ["SHIP-BELL", "BRASS-LAMP"]
        agree(self.store.claims_of("", skus, MORNING), rows, "those on SKUs")
        agree(self.store.claims_of("", skus, AN_HOUR), rows[:3], "those that run in an hour")
        agree(self.books_agree().claims, rows, "those in the books")

    def test_what_must_be_left_free_is_looked_at_when_a_change_commits(self) -> None:
        """Safety stock is no check before the act; who claims for later may be on it."""
        self.store.commit(of_books(goods(LAMPS, 5), Claimed(holder("h-1"), LAMPS, 1)))
        two = of_books(Claimed(holder("h-2"), LAMPS, 2), key="k-2")
        self.refuses(attrs.evolve(two, keep=(Kept(LAMPS, 3),)), Short, "three must stay free")
        both = (Kept(LAMPS, 2), Kept(BELLS, 1))
        self.refuses(attrs.evolve(two, keep=both), Short, "a bell must stay free")
        later = ClaimChange(holder("h-3"), LAMPS, 1, due=AN_HOUR)
        kept = (Kept(LAMPS, 4, AN_HOUR),)
        for_later = attrs.evolve(of_books(key="k-3"), postings=Postings((), (), (later,)))
        self.store.commit(attrs.evolve(for_later, keep=kept))
        one = of_books(Claimed(holder("h-4"), LAMPS, 1), key="k-4")
        self.refuses(attrs.evolve(one, keep=kept), Short, "four are kept until then")
        self.store.commit(attrs.evolve(two, keep=(Kept(LAMPS, 1), Kept(BELLS))))
        agree(self.books_agree().counters, (Counter(LAMPS, 5, 4),), "the counters")
