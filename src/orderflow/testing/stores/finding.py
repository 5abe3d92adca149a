"""Checks of a store: what is looked for is found, in order, page by page, and as it is now.

It knows queries, and refuses to know any index.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from orderflow.money import Money
from orderflow.ports import Query
from orderflow.records import Counter
from orderflow.testing.kit import agree
from orderflow.testing.samples import BELLS, LAMP, LAMPS, MORNING, order_of
from orderflow.testing.stores.base import AN_HOUR, StoreCase

_TICK: Final = timedelta(microseconds=1)


class FindsWhatIsAskedFor(StoreCase):
    """Queries, pages and counters."""

    def test_each_condition_narrows_what_is_found(self) -> None:
        """Headline, customer, channel, number, limit, hold, order and lot, alone and together."""
        self._gallery()
        for query, ids in _WANTED:
            agree(self.ids(query), ids, f"what {query} finds")
        for stored in self.store.find(Query("order")):
            agree(self.store.load(stored.value.ref), stored, "what is found, and what is loaded")

    def test_pages_together_are_the_whole(self) -> None:
        """Whatever their size: none comes twice, none is left out."""
        self._gallery()
        whole = self.ids(Query("order"))
        for limit in range(1, len(whole) + 2):
            paged: list[str] = []
            while page := self.ids(Query("order", after=paged[-1] if paged else "", limit=limit)):
                assert len(page) <= limit, f"a page of {limit} has {len(page)}"
                paged += page
            agree(paged, whole, f"pages of {limit}")
        agree(self.ids(Query("order", limit=0)), [], "a page of nothing")

    def test_what_is_found_changes_with_the_document(self) -> None:
        """An index that is not kept up finds what was."""
        house = self.house()
        house.place("o-17", order_of((LAMP, 1), pay_by=AN_HOUR))
        agree(self.ids(Query("order", headline="awaiting payment")), ["o-17"], "awaiting payment")
        agree(self.ids(Query("order", due_by=AN_HOUR)), ["o-17"], "what is due in an hour")
        house.hold("o-17", "fraud", "three cards")
        agree(self.ids(Query("order", hold="fraud")), ["o-17"], "what is on hold")
        house.lift_hold("o-17", "fraud")
        house.pay("pay-1", Money(1_000, "EUR"), (("o-17", 1_000),))

        agree(self.ids(Query("order", hold="fraud")), [], "what is on hold, once it is lifted")
        agree(self.ids(Query("order", headline="awaiting payment")), [], "awaiting payment")
        agree(self.ids(Query("order", headline="to allocate")), ["o-17"], "to allocate")
        agree(self.ids(Query("order", due_by=AN_HOUR)), [], "what is due, once it is paid")
        agree(self.ids(Query("payment", order="o-17")), ["pay-1"], "the payments of an order")

    def test_counters_are_found_by_sku_and_by_place(self) -> None:
        """Sorted, each once, and a place has all that is below it."""
        house = self.house()
        below = LAMPS._replace(location="leith/a-03")
        beside = LAMPS._replace(location="leithwalk")
        theirs = LAMPS._replace(location="york", owner="c-9", lot="L7", grade="second")
        for position, n in ((BELLS, 2), (theirs, 4), (beside, 5), (below, 1), (LAMPS, 3)):
            house.receive(position, n)
        house.hold_stock("h-1", LAMPS, 2, AN_HOUR)
        lamps = (
            Counter(LAMPS, 3, 2),
            Counter(below, 1, 0),
            Counter(beside, 5, 0),
            Counter(theirs, 4, 0),
        )
        asked = ["SHIP-BELL", "BRASS-LAMP", "BRASS-LAMP", "NOWHERE"]
        store = self.store
        agree(store.counters("", asked, MORNING), (*lamps, Counter(BELLS, 2, 0)), "counters")
        at_leith = (Counter(LAMPS, 3, 2), Counter(below, 1, 0), Counter(BELLS, 2, 0))
        agree(store.counters_at("", "leith", MORNING), at_leith, "the counters at leith")
        agree(store.counters_at("", "leith/a-03", MORNING), (at_leith[1],), "those at a shelf")
        agree(store.books("", sku="SHIP-BELL").counters, (Counter(BELLS, 2, 0),), "one book")
        agree(store.books("", location="york").counters, (Counter(theirs, 4, 0),), "one place")
        agree(store.books("", "BRASS-LAMP", "leith").counters, at_leith[:2], "both")
        agree(store.counters("south", asked, MORNING), (), "the counters of another tenant")

    def _gallery(self) -> None:
        """Orders and payments of every sort, and those of another tenant beside them."""
        south, house = self.house(tenant="south"), self.house()
        south.place("o-1", order_of((LAMP, 1), channel="web", number="77", pay_by=AN_HOUR))
        for id, order in (
            ("o-3", order_of((LAMP, 1), channel="web", number="77", pay_by=AN_HOUR)),
            (
                "o-10",
                order_of(
                    (LAMP, 1), channel="web", number="78", customer="c-8", pay_by=AN_HOUR + _TICK
                ),
            ),
            ("o-1", order_of((LAMP, 1), channel="app", number="77", cash_on_delivery=True)),
            ("o-2", order_of((LAMP, 1), channel="web", shop="outlet", number="77")),
            ("Ö-1", order_of((LAMP, 1))),
            ("東-1", order_of((LAMP, 1))),
            ("O-1", order_of((LAMP, 1), cash_on_delivery=True)),
        ):
            house.place(id, order)
        house.receive(LAMPS._replace(lot="L7"), 1)
        house.allocate("o-1")
        house.await_payment("p-1", Money(500, "EUR"), expires_at=AN_HOUR)
        house.await_payment("p-2", Money(500, "EUR"))
        for id, code in (
            ("o-1", "fraud"),
            ("o-2", "special_handling"),
            ("o-3", "fraud"),
            ("o-3", "special_handling"),
            ("o-10", "fraud"),
        ):
            house.hold(id, code, "an unusual amount")
        house.lift_hold("o-10", "fraud")


_WANTED: Final[tuple[tuple[Query, list[str]], ...]] = (
    (Query("order"), ["O-1", "o-1", "o-10", "o-2", "o-3", "Ö-1", "東-1"]),
    (Query("order", "south"), ["o-1"]),
    (Query("order", "west"), []),
    (Query("payment"), ["p-1", "p-2"]),
    (Query("barge"), []),
    (Query("order", customer="c-8"), ["o-10"]),
    (Query("order", headline="to allocate"), ["O-1"]),
    (Query("order", headline="awaiting payment"), ["o-10", "o-2", "o-3", "Ö-1", "東-1"]),
    (Query("order", channel="web"), ["o-10", "o-2", "o-3"]),
    (Query("order", channel="web", number="77"), ["o-2", "o-3"]),
    (Query("order", customer="c-7", number="77", channel="app"), ["o-1"]),
    (Query("payment", customer="c-7"), []),
    (Query("order", due_by=AN_HOUR - _TICK), []),
    (Query("order", due_by=AN_HOUR), ["o-3"]),
    (Query("order", due_by=AN_HOUR + _TICK), ["o-10", "o-3"]),
    (Query("payment", due_by=AN_HOUR), ["p-1"]),
    (Query("order", on_hold=True), ["o-1", "o-2", "o-3"]),
    (Query("order", hold="fraud"), ["o-1", "o-3"]),
    (Query("order", hold="special"), []),
    (Query("order", hold="fraud", due_by=AN_HOUR), ["o-3"]),
    (Query("order", lot="BRASS-LAMP/L7"), ["o-1"]),
    (Query("order", after="o-10"), ["o-2", "o-3", "Ö-1", "東-1"]),
    (Query("order", after="o-11", number="77", limit=1), ["o-2"]),
    (Query("order", after="\U0010ffff"), []),
    (Query("order", limit=1), ["O-1"]),
)
