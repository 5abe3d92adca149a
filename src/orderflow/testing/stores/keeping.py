"""Checks of a store: what is kept comes back as it was, to the last digit, and to its own tenant.

It knows values that adapters have lost before, and refuses to know how any is written.
"""

from __future__ import annotations

from datetime import timedelta, timezone
from typing import Final

from orderflow.adapters.codec import put_document, put_facts, put_figures
from orderflow.audit import audit
from orderflow.calls import Ref
from orderflow.errors import BadInput
from orderflow.facts import Fact, fold, touches
from orderflow.journal import Stored
from orderflow.ports import Books, Query
from orderflow.records import Document, Order
from orderflow.testing.kit import agree
from orderflow.testing.samples import (
    BELL,
    LAMP,
    LAMPS,
    MORNING,
    documents,
    goods,
    holder,
    of_books,
    order_of,
)
from orderflow.testing.stores.base import AN_HOUR, StoreCase
from orderflow.values import Position, Sku
from orderflow.workflow import Workflow

HOSTILE: Final = (
    "'); drop table document; --",
    '" or ""="',
    "%s %(x)s {0} ${x} \\x00 \\",
    "a_b%c",
    "null",
    "NaN",
    "1e999",
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "é",
    "e\u0301",
    "Ö",
    "東京",
    "😀",
    "عربى",
    "O",
    "o",
    "ß",
    "ss",
)
"""Texts that adapters have mixed up: with SQL, with each other, or with nothing."""


class KeepsWhatItIsGiven(StoreCase):
    """Documents, journal, money, times, texts and tenants."""

    def test_what_is_not_there_is_none(self) -> None:
        """Nothing is found, and nothing is an error."""
        store, nobody = self.store, Ref[Document]("", "order", "o-17")
        agree(store.load(nobody), None, "a document that was never written")
        agree(list(store.find(Query("order"))), [], "what is found in an empty store")
        agree(store.counters("", ["BRASS-LAMP"], MORNING), (), "the counters of an empty store")
        agree(store.counters_at("", "leith", MORNING), (), "the counters of an empty place")
        agree(store.over_committed("", MORNING), (), "what is over-committed in an empty store")
        agree(store.claims("", LAMPS), (), "the claims of an empty store")
        agree(store.claims_of("", ["BRASS-LAMP"], MORNING), (), "the claims on a SKU")
        agree(store.books(""), Books((), {}, ()), "the books of an empty store")
        agree(store.seen("", "k-1"), None, "a key that never came")
        agree(list(store.entries()), [], "the journal of an empty store")
        agree(list(store.entries(0, nobody)), [], "the journal of no document")

    def test_a_document_comes_back_as_it_was_with_its_version(self) -> None:
        """The version is the number of commands that have changed it."""
        house = self.house()
        placed = house.place("o-17", order_of((LAMP, 2), (BELL, 1))).document
        held = house.hold("o-17", "check", "an odd address").document

        agree(self.store.load(placed.ref), Stored(held, 2), "a document changed twice")
        agree(self.again().load(placed.ref), Stored(held, 2), "the same by another handle")
        agree(self.ids(Query("order")), ["o-17"], "the orders")

    def test_money_comes_back_to_the_last_digit(self) -> None:
        """No amount and no price is ever a float."""
        house, grain = self.house(), Sku("SAND", "grain")
        house.place("o-1", order_of((grain, 10**9), price="0.000000000000000001"))
        house.place("o-2", order_of((grain, 3), price="3333333333333.33"))
        house.place("o-3", order_of((grain, 7), price="98765432.123456789012"))
        self._bytes_are_kept()

    def test_times_come_back_in_utc_to_the_microsecond(self) -> None:
        """Whatever zone they were given in; none comes back without one."""
        self.clock.at = MORNING.replace(microsecond=123456)
        east = timezone(timedelta(hours=5, minutes=45))
        soon = (self.clock.at + timedelta(microseconds=1)).astimezone(east)
        house = self.house()
        house.receive(LAMPS, 5)
        house.hold_stock("h-1", LAMPS, 2, soon)
        house.place("o-17", order_of((LAMP, 1), pay_by=soon))

        self._bytes_are_kept()
        for stored in documents(self.store):
            for name in ("placed_at", "pay_by", "until"):
                at = getattr(stored.value, name, None)
                assert at is None or at.utcoffset() == timedelta(0), f"{name} came back as {at}"
        for entry in self.store.entries():
            assert entry.at.utcoffset() == timedelta(0), f"an entry came back as of {entry.at}"
            agree(entry.at, self.clock.at, "the time of an entry")
        (claim,) = self.store.claims("", LAMPS)
        agree(claim.until, soon, "the expiry of a claim")
        assert claim.until is not None, "a claim with an expiry came back without"
        assert claim.until.utcoffset() == timedelta(0), f"an expiry came back as {claim.until}"

    def test_hostile_text_comes_back_as_it_was(self) -> None:
        """In ids, keys, names, SKUs, reasons and people's references."""
        house = self.house()
        for text in HOSTILE:
            house.receive(Position(text, text, text, text, text), 3, key=f"{text} in", by=text)
            order = order_of((Sku(text), 1), customer=text, channel=text, shop=text, number=text)
            house.place(text, order, key=text, by=text)
            house.hold(text, "check", text, key=f"{text} held", by=text)

        agree(self.ids(Query("order")), sorted(HOSTILE), "the ids, in the order of code points")
        for text in HOSTILE:
            agree(self.ids(Query("order", number=text)), [text], f"what has the number {text}")
            agree(self.ids(Query("order", customer=text)), [text], f"the orders of {text}")
            entry = self.store.seen("", text)
            assert entry is not None, f"the key {text} is not seen"
            agree((entry.key, entry.by), (text, text), "key and actor of an entry")
            counted = self.store.counters("", [text], MORNING)
            agree([row.position.lot for row in counted], [text], f"the lots of {text}")
        self._bytes_are_kept()

    def test_tenants_never_see_each_other(self) -> None:
        """The same ids, keys, numbers and shelves mean two things to two tenants."""
        tenants = ("", "north", "south")
        for n, tenant in enumerate(tenants, 1):
            house = self.house(tenant=tenant)
            house.receive(LAMPS, n, key="k-in")
            wanted = order_of((LAMP, n), customer=f"c-{n}", channel="web", number="77")
            assert not house.place("17", wanted, key="k-1").repeated, f"k-1 of {tenant} was seen"
            house.hold_stock("h-1", LAMPS, n, key="k-hold")

        for n, tenant in enumerate(tenants, 1):
            ref: Ref[Order] = Ref(tenant, "order", "17")
            stored = self.store.load(ref)
            assert stored is not None, f"order 17 of {tenant or 'nobody'} is not there"
            agree(stored.value.customer, f"c-{n}", f"whose order 17 of {tenant or 'nobody'} is")
            agree(self.ids(Query("order", tenant, number="77")), ["17"], "what has the number 77")
            books = self.books_agree(tenant)
            agree([(c.there, c.claimed) for c in books.counters], [(n, n)], "counters")
            agree([claim.holder for claim in books.claims], [holder("h-1", tenant)], "claims")
            agree(self.store.claims(tenant, LAMPS), books.claims, "the claims at a shelf")
            agree(sum(books.matter.values()), -n, "what came from suppliers")
            entry = self.store.seen(tenant, "k-1")
            assert entry is not None, f"the key of {tenant or 'nobody'} is not seen"
            agree(entry.call.ref, ref, "what the key was for")
            agree([e.key for e in self.store.entries(0, ref)], ["k-1"], "the entries of an order")
        agree(self.ids(Query("order", "west")), [], "the orders of a tenant that is not there")
        agree(self.store.seen("west", "k-1"), None, "the key of a tenant that is not there")

    def test_the_journal_is_in_order_whatever_the_clocks_say(self) -> None:
        """Entries come as they were committed, from behind any entry, also for one document."""
        for i, minutes in enumerate((0, -30, 45, -59, 3, 0)):
            house = self.house(at=MORNING + timedelta(minutes=minutes))
            if i % 2 == 0:
                house.place(f"o-{i}", order_of((LAMP, 1)), key=f"k-{i}")
            else:
                house.hold("o-0", f"check-{i}", "a reason", key=f"k-{i}")
        entries = list(self.store.entries())

        agree([entry.key for entry in entries], [f"k-{i}" for i in range(6)], "the journal")
        seqs = [entry.seq for entry in entries]
        agree(seqs, sorted(set(seqs)), "the numbers of the entries")
        for i, seq in enumerate(seqs):
            agree(list(self.store.entries(seq)), entries[i + 1 :], f"the journal behind {seq}")
        agree(list(self.store.entries(-5)), entries, "the journal from before its beginning")
        ref: Ref[Order] = Ref("", "order", "o-0")
        told = list(self.store.entries(0, ref))
        agree([entry.key for entry in told], ["k-0", "k-1", "k-3", "k-5"], "one order's journal")
        versions = [version for entry in told for _, version in entry.versions]
        agree(versions, [1, 2, 3, 4], "the versions that these entries made")
        agree(list(self.store.entries(seqs[2], ref)), told[2:], "the rest of an order's journal")

    def test_a_long_journal_is_told_whole(self) -> None:
        """However many entries are read at a time."""
        keys = [f"k-{i}" for i in range(1_030)]
        for key in keys:
            self.store.commit(of_books(goods(LAMPS, 1), key=key))
        agree([entry.key for entry in self.store.entries()], keys, "a journal of 1,030 entries")

    def test_an_entry_holds_the_question_the_figures_and_the_facts(self) -> None:
        """Whoever asks again must be told what was asked, on which figures, and what came of it."""
        house = self.house()
        house.receive(LAMPS, 5)
        house.place("o-17", order_of((LAMP, 2), cash_on_delivery=True))
        done = house.allocate("o-17", (("1", 2),), key="k-17", by="anna")

        entry = self.store.seen("", "k-17")
        assert entry is not None, "the key of a command is not seen"
        agree(list(self.store.entries())[-1], entry, "the last entry, and the one of its key")
        agree((entry.key, entry.by, entry.at), ("k-17", "anna", MORNING), "who asked, and when")
        agree(entry.call.verb, "allocate", "the verb")
        agree(dict(entry.call.args), {"lines": (("1", 2),)}, "its arguments")
        agree(entry.rules, house.rules.fingerprint, "the rules that it was decided by")
        agree(entry.facts, done.facts, "its facts")
        agree(put_facts(entry.facts), put_facts(done.facts), "its facts, to the last digit")
        assert put_figures(entry.figures), "the figures that were read are not kept"
        agree(entry.versions, ((Ref("", "order", "o-17"), 2),), "what it has changed")

    def test_documents_are_the_fold_of_their_facts(self) -> None:
        """A whole life, with each law of the library looked at behind it."""
        house = self.house()
        live(house)
        agree(
            [f"{law.name}: {one}" for law in audit(self.store) for one in law.breaches], [], "law"
        )
        self.books_agree()
        self._bytes_are_kept()

    def test_people_are_kept_replaced_and_forgotten(self) -> None:
        """What is known of a person is apart from everything else, and gone when it is erased."""
        people = self.known_people()
        agree(people.get("c-7"), None, "what is known of nobody")
        people.put("c-7", {"name": "Ann Lighthouse", "street": "Pier 7\nLeith"})
        people.put("c-8", {})
        people.put("c-7", {"name": "Ann Harbour"})
        agree(people.get("c-7"), {"name": "Ann Harbour"}, "what is known of a person")
        people.erase("c-7")
        people.erase("c-7")
        agree(people.get("c-7"), None, "what is known of a person who was erased")
        agree(people.get("c-8"), {}, "what is known of another")
        try:
            people.put("c-9", {"name": "half a letter \ud83d"})
        except BadInput:
            agree(people.get("c-9"), None, "what could not be taken")
        else:
            raise AssertionError("half a letter was taken for a name")

    def _bytes_are_kept(self) -> None:
        """Each document is, byte for byte, what the facts of the journal give."""
        facts: dict[Ref[Document], list[Fact]] = {}
        for entry in self.store.entries():
            for fact in entry.facts:
                for touched in touches(fact):
                    facts.setdefault(touched, []).append(fact)
        for stored in documents(self.store):
            ref: Ref[Document] = stored.value.ref
            folded = put_document(fold(None, facts[ref]))
            agree(put_document(stored.value), folded, f"{ref}, beside the fold of its facts")
            loaded = self.store.load(ref)
            assert loaded is not None, f"{ref} is found, and cannot be loaded"
            agree(put_document(loaded.value), folded, f"{ref}, beside the fold of its facts")


def live(house: Workflow) -> None:
    """A life of an order from goods to refund, with a hold and a purchase beside it."""
    house.receive(LAMPS, 10)
    house.hold_stock("h-1", LAMPS, 2, AN_HOUR)
    house.expect("po-1", LAMPS, 6, AN_HOUR)
    house.place("o-17", order_of((LAMP, 4), cash_on_delivery=True), ("h-1",))
    house.cancel("o-17", (("1", 1),))
    house.allocate("o-17")
    house.release("o-17", "d-1")
    house.pick("d-1")
    house.pack("p-1", ("d-1",))
    house.hand_over("p-1", "north post", "NP-1")
    house.receive_supply("po-1", 6)
    house.deliver("p-1")
    house.ask_return("r-1", "o-17", (("1", 1),))
    house.receive_return("r-1", "york")
    house.inspect("r-1")
