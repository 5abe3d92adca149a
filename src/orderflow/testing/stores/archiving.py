"""Checks of a store that puts away what has ended: it is read as before, and comes back.

It knows orders that have ended, and refuses to know where a store keeps them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from orderflow import verbs
from orderflow.adapters.memory import MemoryStore
from orderflow.archiving import put_away
from orderflow.audit import audit
from orderflow.calls import Ref
from orderflow.errors import MoveRefused, Stale
from orderflow.ports import Query
from orderflow.records import Order
from orderflow.testing.kit import agree
from orderflow.testing.samples import LAMP, MORNING, change_of, everything, order_of
from orderflow.testing.stores.base import StoreCase

_LATER: Final = MORNING + timedelta(days=400)
_ORDER: Final[Ref[Order]] = Ref("", "order", "o-17")
_HOLD: Final = verbs.hold.on("o-17", "fraud", "somebody has asked")


class PutsAwayWhatHasEnded(StoreCase):
    """An archive beside what goes on; asked of a store that declares `archives`."""

    def test_what_was_put_away_leaves_the_lists_and_is_read_as_before(self) -> None:
        """By its name, by its number, and when a query asks for it; the journal stays."""
        archive = self.known_archive()
        self._ended()
        before = everything(self.store)

        agree(put_away(archive, _LATER), 1, "how many were put away")

        agree(everything(self.store), before, "what is there, with what was put away")
        agree(self.again().load(_ORDER), self.store.load(_ORDER), "the order")
        agree(self.ids(Query("order")), ["o-18"], "what goes on")
        agree(self.ids(Query("order", customer="c-7")), ["o-18"], "what goes on for a customer")
        agree(self.ids(Query("order", archived=True)), ["o-17", "o-18"], "all of it")
        agree(self.ids(Query("order", archived=True, limit=1)), ["o-17"], "a page of it")
        agree(self.ids(Query("order", channel="web", number="77")), ["o-17"], "by its number")
        agree([law.breaches for law in audit(self.store) if not law.holds], [], "the laws")

    def test_what_is_changed_comes_back(self) -> None:
        """Also for somebody who read it before it was put away; an old version is refused."""
        archive = self.known_archive()
        self._ended()
        change = change_of(self.store, _HOLD)
        put_away(archive, _LATER)
        self.again().commit(change)
        agree(self.ids(Query("order", hold="fraud")), ["o-17"], "what is on hold")

        self.house(at=_LATER).lift_hold("o-17", "fraud")
        put_away(archive, _LATER + timedelta(days=1))
        agree(self.ids(Query("order")), ["o-18"], "what goes on")
        old = change_of(self.store, _HOLD, key="k-old")
        house = self.house(at=_LATER)
        house.hold("o-17", "special_handling", "fragile")
        house.lift_hold("o-17", "special_handling")
        put_away(archive, _LATER + timedelta(days=1))
        self.refuses(old, Stale, "its order has moved on, and was put away since")

    def test_the_number_of_an_order_that_was_put_away_stays_taken(self) -> None:
        """Though nobody has looked before."""
        archive = self.known_archive()
        self._ended()
        again = verbs.place.on("o-19", order_of((LAMP, 1), channel="web", number="77"))
        put_away(archive, _LATER)
        no = self.refuses(change_of(MemoryStore(), again), MoveRefused, "its number is taken")
        assert isinstance(no, MoveRefused)
        agree([refusal.code for refusal in no.refusals], ["number_taken"], "why it is refused")

    def test_what_has_moved_on_stays(self) -> None:
        """Whoever puts away says which version, and another one is left alone."""
        archive = self.known_archive()
        self._ended()
        gone: Ref[Order] = Ref("", "order", "o-99")
        agree(archive.put_away([(gone, 1), (_ORDER, 1)]), 0, "how many were put away")
        agree(self.ids(Query("order")), ["o-17", "o-18"], "what goes on")

    def _ended(self) -> None:
        """An order that was given up, and one that goes on."""
        house = self.house()
        house.place("o-17", order_of((LAMP, 1), channel="web", number="77"))
        house.cancel("o-17")
        house.place("o-18", order_of((LAMP, 1)))
