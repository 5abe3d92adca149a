"""Checks of a store: a change is applied whole, once, or not at all.

It knows the order in which a commit must look at things, and refuses to know how it looks.
"""

from __future__ import annotations

import attrs

from orderflow.allocation import allocate
from orderflow.books import postings
from orderflow.errors import KeyReused, MoveRefused, Short, Stale
from orderflow.facts import Claimed, Fact, Limited
from orderflow.journal import Change
from orderflow.orders import hold, place
from orderflow.promising.stock_holds import hold_stock
from orderflow.records import Counter
from orderflow.testing.kit import agree
from orderflow.testing.samples import (
    BELL,
    BELLS,
    LAMP,
    LAMPS,
    MORNING,
    POOL,
    ROPES,
    change_of,
    everything,
    goods,
    holder,
    of_books,
    order_of,
)
from orderflow.testing.stores.base import AN_HOUR, StoreCase


class CommitsWholeAndOnce(StoreCase):
    """Keys, versions, numbers, and all or nothing."""

    def test_a_repeated_key_has_no_second_effect(self) -> None:
        """It gives the first entry again, though versions and goods have moved on since."""
        received = of_books(goods(LAMPS, 1), key="k-in")
        assert not self.store.commit(received).repeated, "a new key is said to be repeated"
        assert self.store.commit(received).repeated, "the same key is said to be new"
        change = change_of(self.store, hold_stock.on("h-1", LAMPS, 1))
        first = self.store.commit(change)
        before = everything(self.store)

        for store in (self.store, self.again()):
            again = store.commit(attrs.evolve(change, at=AN_HOUR))
            assert again.repeated, "the same key is said to be new"
            agree(again.entry, first.entry, "the entry of a repeated key")
        agree(everything(self.store), before, "what is there after the same key again")
        self.books_agree()

    def test_a_key_with_another_question_is_an_error(self) -> None:
        """Another verb, document, argument or actor: none of them may pass for the first."""
        self.house().receive(LAMPS, 9)
        change = change_of(self.store, hold_stock.on("h-1", LAMPS, 1))
        self.store.commit(change)
        for other, what in (
            (attrs.evolve(change, by="boris"), "another actor"),
            (attrs.evolve(change, call=hold_stock.on("h-1", LAMPS, 2)), "another argument"),
            (attrs.evolve(change, call=hold_stock.on("h-2", LAMPS, 1)), "another document"),
            (attrs.evolve(change, call=place.on("h-1", order_of((LAMP, 1)))), "another verb"),
        ):
            self.refuses(other, KeyReused, f"the key came with {what}")

    def test_a_refused_command_leaves_its_key_unused(self) -> None:
        """The same key succeeds after restocking, and is no repetition."""
        house = self.house()
        house.receive(LAMPS, 1)
        asked = of_books(Claimed(holder("h-1"), LAMPS, 2), key="k-1")
        self.refuses(asked, Short, "two are claimed where there is one")
        agree(self.store.seen("", "k-1"), None, "the key of a refused command")
        house.receive(LAMPS, 1)

        assert not self.store.commit(asked).repeated, "a refused command has used up its key"
        agree(self.books_agree().counters, (Counter(LAMPS, 2, 2),), "the counters")

    def test_a_refused_change_changes_nothing(self) -> None:
        """All is undone when the last of it fails: documents, entry, goods, claims and number."""
        self.house().receive(LAMPS, 5)
        whole = change_of(self.store, place.on("o-17", order_of((LAMP, 1), number="7")))
        facts: tuple[Fact, ...] = (
            *whole.facts,
            goods(BELLS, 7),
            Limited(POOL, 3),
            Claimed(holder("h-1"), LAMPS, 2),
            Claimed(holder("h-2"), POOL, 2, AN_HOUR),
            Claimed(holder("h-3"), ROPES, -1),  # nobody holds it
        )
        self.refuses(_with(whole, facts), MoveRefused, "a claim is taken back that is not there")
        short = (*facts[:-1], Claimed(holder("h-3"), ROPES, 1))
        self.refuses(_with(whole, short), Short, "a claim is made where nothing is")
        stale = attrs.evolve(_with(whole, facts[:-1]), relied=((holder("h-9"), 1),))
        self.refuses(stale, Stale, "it relies on a document that is not there")

        # The same without its last fact is done, and the number is not taken by what was refused.
        self.store.commit(_with(whole, facts[:-1]))
        skus = ["BRASS-LAMP", "SHIP-BELL", POOL.sku]
        wanted = (Counter(LAMPS, 5, 2), Counter(BELLS, 7, 0), Counter(POOL, 3, 2))
        agree(self.store.counters("", skus, MORNING), wanted, "the counters")
        self.books_agree()

    def test_what_has_moved_on_is_stale(self) -> None:
        """What a change replaces, what it relies on, and what it has counted."""
        house = self.house()
        house.receive(LAMPS, 5)
        house.place("o-17", order_of((LAMP, 1)))
        held = change_of(self.store, hold.on("o-17", "check", "an odd address"))
        new = change_of(self.store, place.on("o-18", order_of((LAMP, 1))))
        house.hold("o-17", "fraud", "three cards")
        house.place("o-18", order_of((BELL, 1)))

        self.refuses(held, Stale, "the order has another version")
        self.refuses(new, Stale, "the order is there already")
        ((order, _),) = held.replaced
        ahead = attrs.evolve(held, replaced=((order, 7),))
        self.refuses(ahead, Stale, "the order has not got that far")
        claim = of_books(Claimed(holder("h-1"), LAMPS, 1), key="k-1")
        for version in (0, 1, 3):
            relied = attrs.evolve(claim, relied=((order.ref, version),))
            self.refuses(relied, Stale, f"it relies on version {version} of an order")
        for n in (4, 6):
            counted = attrs.evolve(claim, there=((LAMPS, n),))
            self.refuses(counted, Stale, f"it has counted {n} where 5 are")
        nobody = (holder("h-9"), 0)
        sound = attrs.evolve(claim, relied=((order.ref, 2), nobody), there=((LAMPS, 5), (ROPES, 0)))
        self.store.commit(sound)

    def test_a_number_is_unique_in_its_tenant_channel_and_shop(self) -> None:
        """The same channel number twice in one shop is one order; elsewhere it is another."""

        def opened(id: str, tenant: str = "", shop: str = "main", number: str = "77") -> Change:
            order = order_of((LAMP, 1), channel="web", shop=shop, number=number)
            call = place.on(id, order)
            call = attrs.evolve(call, ref=call.ref._replace(tenant=tenant))
            return change_of(self.store, call, key=f"k-{id}")

        twin = opened("o-0")
        self.store.commit(opened("o-1"))
        for change in (
            opened("o-3", shop="outlet"),
            opened("o-4", number="78"),
            opened("o-5", tenant="south"),
            opened("o-6", number=""),
            opened("o-7", number=""),
        ):
            self.store.commit(change)

        self.refuses(opened("o-9"), MoveRefused, "the number is taken")
        self.refuses(twin, MoveRefused, "the number is taken")
        pair = change_of(self.store, place.on("o-8", order_of((LAMP, 1), channel="a", number="1")))
        other = change_of(self.store, place.on("o-9", order_of((LAMP, 1), channel="a", number="1")))
        both = attrs.evolve(pair, replaced=pair.replaced + other.replaced)
        self.refuses(both, MoveRefused, "two orders of one change have one number")

    def test_every_short_position_is_named_at_once(self) -> None:
        """Whoever mends the first should not be told of the second only then."""
        house = self.house()
        for position in (LAMPS, BELLS):
            house.receive(position, 5)
        house.place("o-17", order_of((LAMP, 3), (BELL, 4), cash_on_delivery=True))
        change = change_of(self.store, allocate.on("o-17"))
        house.hold_stock("h-1", LAMPS, 3)
        house.hold_stock("h-2", BELLS, 5)

        no = self.refuses(change, Short, "two positions have too little")
        told = [dict(one.facts) for one in no.refusals] if isinstance(no, Short) else []
        wanted = [("BRASS-LAMP", 3, 2), ("SHIP-BELL", 4, 0)]
        agree([(a["sku"], a["asked"], a["free"]) for a in told], wanted, "what is short")


def _with(change: Change, facts: tuple[Fact, ...]) -> Change:
    return attrs.evolve(change, facts=facts, postings=postings(facts))
