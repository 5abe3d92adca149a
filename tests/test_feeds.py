"""What a supplier has himself: promised, ordered, said anew, and never promised twice."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

import attrs
import pytest

from orderflow import Location, Position, Ref, Rules, verbs
from orderflow.adapters.memory import MemoryStore
from orderflow.audit.books import BooksCheck
from orderflow.audit.journal import JournalCheck
from orderflow.calendars import Calendar
from orderflow.facts import Described, fold
from orderflow.promising import Figures, Safety, Source, available
from orderflow.promising.dangers import Why
from orderflow.records import Counter, Feed, Item, Ordered, feed_id, feed_of
from orderflow.rules import ReserveWhen
from orderflow.shipping import Shipping
from orderflow.values import LAST_INSTANT
from tests.builders import BELL, LAMP, MORNING, Shop, new_order

ACME: Final = "acme/BRASS-LAMP"
PEG: Final = Position("BRASS-LAMP", "leith", peg="feed:acme")
SHELF: Final = Position("BRASS-LAMP", "leith")
THURSDAY: Final = datetime(2026, 3, 5, 23, 59, 59, 999_999, UTC)
"""The end of the third day from the Monday morning on which the tests begin."""


def says(shop: Shop, n: int, **more: Any) -> Feed:
    """Acme says that it has so many lamps now; two are the buffer, and they take three days."""
    said = {"as_of": shop.clock.at, "buffer": 2, "lead_days": 3, **more}
    return shop.record_feed(ACME, "leith", n, **said).document


def promised(shop: Shop, id: str, n: int) -> None:
    """An order of so many lamps that is paid and promised."""
    shop.sell(id, (LAMP, n))
    shop.promise(id)


def dangers(shop: Shop) -> list[tuple[str, str, int]]:
    return [(one.why, c.holder.id, c.n) for one in shop.in_danger() for c in one.claims]


# --- what may be promised -----------------------------------------------------------------------


@pytest.mark.feature("F116", "F139")
def test_what_a_supplier_has_is_promised_for_when_it_would_be_there(any_shop: Shop) -> None:
    says(any_shop, 10)

    promised(any_shop, "o-17", 3)

    (spot,) = any_shop.order("o-17").lines[0].spots
    assert (spot.state, spot.slice.peg, spot.slice.location) == ("reserved", "feed:acme", "leith")
    assert (spot.slice.promised, spot.slice.ready_by) == (THURSDAY, THURSDAY)
    assert any_shop.counter(PEG) == Counter(PEG, 8, 3)
    assert any_shop.available("BRASS-LAMP", THURSDAY) == 5
    assert any_shop.available("BRASS-LAMP", THURSDAY - timedelta.resolution) == 0
    assert any_shop.in_danger() == ()


def test_the_buffer_is_never_promised(shop: Shop) -> None:
    says(shop, 10)
    shop.sell("o-17", (LAMP, 9))

    assert shop.codes(verbs.promise.on("o-17")) == ["not_in_time"]
    shop.promise("o-17", policy="partial")

    assert shop.bag("o-17") == {"reserved": 8, "open": 1}


def test_a_buffer_larger_than_all_leaves_nothing_to_promise(shop: Shop) -> None:
    assert says(shop, 1).there == 0

    assert shop.counter(PEG) == Counter(PEG, 0, 0)


def test_goods_on_the_shelf_are_promised_before_what_must_be_bought(shop: Shop) -> None:
    shop.receive(SHELF, 2)
    says(shop, 10)
    late = THURSDAY + timedelta(days=30)

    shop.sell("o-17", (LAMP, 3))
    shop.promise("o-17", date=late)

    pegs = {spot.slice.peg: spot.n for spot in shop.order("o-17").lines[0].spots}
    assert pegs == {"": 2, "feed:acme": 1}


def test_a_promise_on_the_shelf_makes_room_where_the_supplier_can_serve_it(shop: Shop) -> None:
    shop.receive(SHELF, 2)
    says(shop, 10)
    shop.sell("o-later", (LAMP, 2))
    shop.promise("o-later", date=THURSDAY)

    shop.sell("o-now", (LAMP, 2))
    shop.promise("o-now", date=MORNING)

    (spot,) = shop.order("o-later").lines[0].spots
    assert (spot.slice.peg, spot.slice.promised) == ("feed:acme", THURSDAY)
    assert shop.counter(PEG) == Counter(PEG, 8, 2)


def test_an_order_that_claims_as_it_is_placed_claims_at_the_supplier(shop: Shop) -> None:
    says(shop, 10)
    eager = shop.under(Rules(reserve_when=ReserveWhen.PLACED, split=False))

    eager.place("o-17", new_order((LAMP, 8)))

    assert shop.counter(PEG) == Counter(PEG, 8, 8)
    assert eager.codes(verbs.place.on("o-18", new_order((LAMP, 1)))) == ["not_in_time"]


def test_days_are_working_days_of_the_location_where_it_says_how_it_ships() -> None:
    works = Calendar("Europe/London", hours=((time(9), time(17)),), cut_off=time(15))
    shop = Shop(MemoryStore(), Rules(locations=(Location("leith", ships=Shipping(works)),)))
    shop.clock.at = datetime(2026, 3, 5, 20, tzinfo=UTC)  # on a Thursday, after closing

    says(shop, 10)

    (row,) = shop.forecast("BRASS-LAMP")
    assert row.ready == datetime(2026, 3, 10, 23, 59, 59, 999_999, UTC)  # the Tuesday after


def test_where_a_location_never_opens_nothing_is_there_in_time() -> None:
    never = Calendar("UTC", closed_rules=("FREQ=DAILY",), cut_off=time(15))
    shop = Shop(MemoryStore(), Rules(locations=(Location("leith", ships=Shipping(never)),)))

    says(shop, 10)

    assert shop.available("BRASS-LAMP", THURSDAY + timedelta(days=999)) == 0
    assert [row.ready for row in shop.forecast("BRASS-LAMP")] == [LAST_INSTANT]


def test_what_a_supplier_has_is_no_safety_stock_of_ours() -> None:
    """Four on hand, of which three stay; at the supplier as many as before."""
    sources = (Source(SHELF, 4), Source(PEG, 8, THURSDAY))
    figures = Figures(sources, (), (Safety("BRASS-LAMP", "leith", 3),))

    assert available(figures, "BRASS-LAMP", MORNING, MORNING) == 1
    assert available(figures, "BRASS-LAMP", THURSDAY, MORNING) == 9


def test_a_forecast_shows_what_the_supplier_has(shop: Shop) -> None:
    says(shop, 10)
    promised(shop, "o-17", 3)

    mine, free = shop.forecast("BRASS-LAMP")

    assert (mine.holder, mine.n, mine.ready, mine.due) == (
        Ref("", "order", "o-17"),
        3,
        THURSDAY,
        THURSDAY,
    )
    assert (free.holder, free.position, free.n, free.ready) == (None, PEG, 5, THURSDAY)


# --- ordered ------------------------------------------------------------------------------------


@pytest.mark.feature("F123", "F155")
def test_a_promise_becomes_a_purchase_with_no_gap_and_no_double_count(any_shop: Shop) -> None:
    says(any_shop, 10)
    promised(any_shop, "o-17", 3)

    any_shop.purchase("pu-1", ("o-17",), "acme", "leith")

    (spot,) = any_shop.order("o-17").lines[0].spots
    assert (spot.state, spot.slice.peg, spot.slice.supplier) == ("buying", "pu-1", "acme")
    assert (spot.slice.promised, spot.slice.ready_by) == (THURSDAY, None)
    assert any_shop.counter(PEG) == Counter(PEG, 5, 0)
    assert any_shop.feed("acme", "BRASS-LAMP").ordered == (
        Ordered(Ref("", "purchase", "pu-1"), 3, MORNING),
    )
    any_shop.receive_purchase("pu-1")
    assert any_shop.counter(SHELF) == Counter(SHELF, 3, 3)
    (spot,) = any_shop.order("o-17").lines[0].spots
    assert (spot.state, spot.slice.promised) == ("allocated", THURSDAY)


@pytest.mark.parametrize(("counted", "there"), ((0, 4), (1, 4), (2, 7)))
def test_a_word_knows_of_what_was_sent_before_it_was_counted(
    any_shop: Shop, counted: int, there: int
) -> None:
    """Sent in the first hour; what was counted in the very instant does not know of it."""
    says(any_shop, 10, as_of=MORNING - timedelta(hours=1))
    promised(any_shop, "o-17", 3)
    any_shop.purchase("pu-1", ("o-17",), "acme")
    any_shop.clock.forward(hours=1)
    any_shop.send_purchase("pu-1")
    any_shop.clock.forward(hours=8)

    says(any_shop, 9, as_of=MORNING + timedelta(hours=counted))

    assert any_shop.counter(PEG) == Counter(PEG, there, 0)


def test_no_word_knows_of_a_purchase_that_is_not_sent(shop: Shop) -> None:
    says(shop, 10)
    promised(shop, "o-17", 3)
    shop.purchase("pu-1", ("o-17",), "acme")

    for _ in range(2):
        shop.clock.forward(hours=1)
        assert says(shop, 9).there == 4


def test_a_purchase_that_came_and_was_never_sent_is_known_by_the_next_word(shop: Shop) -> None:
    says(shop, 10)
    promised(shop, "o-17", 3)
    shop.purchase("pu-1", ("o-17",), "acme", "leith")
    shop.receive_purchase("pu-1")
    shop.clock.forward(hours=1)

    assert says(shop, 9).there == 7


def test_what_was_promised_is_bought_before_what_was_not(shop: Shop) -> None:
    says(shop, 10)
    shop.sell("o-17", (LAMP, 4))
    shop.plan_to_buy("o-17", (("1", 2),))
    shop.promise("o-17")

    shop.purchase("pu-1", ("o-17",), "acme", lines=(("1", 3),))

    assert shop.bag("o-17") == {"buying": 3, "to buy": 1}
    assert shop.counter(PEG) == Counter(PEG, 5, 0)


def test_a_purchase_of_another_supplier_takes_nothing_of_it(shop: Shop) -> None:
    says(shop, 10)
    promised(shop, "o-17", 3)

    assert "reserved" in shop.refuses(verbs.purchase.on("pu-1", ("o-17",), "the mill"))

    shop.sell("o-18", (LAMP, 2))
    shop.plan_to_buy("o-18")
    shop.purchase("pu-2", ("o-18",), "the mill")
    assert shop.counter(PEG) == Counter(PEG, 8, 3)


def test_what_is_reserved_on_the_shelf_is_not_bought(shop: Shop) -> None:
    shop.receive(SHELF, 3)
    says(shop, 10)
    promised(shop, "o-17", 3)

    assert shop.codes(verbs.purchase.on("pu-1", ("o-17",), "acme")) == ["illegal_move"]


def test_every_order_that_may_not_be_bought_for_is_a_reason(shop: Shop) -> None:
    says(shop, 10)
    shop.place("o-unpaid", new_order((LAMP, 1)))
    shop.promise("o-unpaid")
    promised(shop, "o-held", 1)
    shop.hold("o-held", "check", "an unusual amount")
    shop.sell("o-plain", (LAMP, 1))
    shop.plan_to_buy("o-plain")
    shop.hold("o-plain", "check", "an unusual amount")

    orders = ("o-unpaid", "o-held", "o-plain")
    codes = shop.codes(verbs.purchase.on("pu-1", orders, "acme"))

    assert codes == ["not_confirmed", "on_hold", "on_hold"]
    assert shop.counter(PEG) == Counter(PEG, 8, 2)


def test_what_is_bought_without_a_promise_is_off_the_feed_and_may_endanger_others(
    shop: Shop,
) -> None:
    says(shop, 10)
    promised(shop, "o-17", 8)
    shop.sell("o-18", (LAMP, 3))
    shop.plan_to_buy("o-18")

    shop.purchase("pu-1", ("o-18",), "acme")

    assert shop.counter(PEG) == Counter(PEG, 5, 8)
    assert dangers(shop) == [(Why.OVER_COMMITTED, "o-17", 8)]
    shop.purchase("pu-2", ("o-17",), "acme")
    assert shop.counter(PEG) == Counter(PEG, 0, 0)
    assert shop.in_danger() == ()


def test_goods_that_are_ordered_for_the_shelf_are_off_the_feed(shop: Shop) -> None:
    says(shop, 10)
    row = SHELF._replace(location="york")
    shop.expect("s-1", row, 5, THURSDAY, source="acme")
    shop.expect("s-2", row, 5, THURSDAY, source="the mill")
    shop.expect("s-3", row, 5, THURSDAY)

    assert shop.counter(PEG) == Counter(PEG, 3, 0)
    shop.clock.forward(hours=1)
    assert says(shop, 9).there == 7


def test_lines_of_one_sku_are_ordered_as_one_row(shop: Shop) -> None:
    says(shop, 10)
    shop.sell("o-17", (LAMP, 2), (LAMP, 3), (BELL, 1))
    shop.promise("o-17", (("1", 2), ("2", 3)))
    shop.plan_to_buy("o-17", (("3", 1),))

    shop.purchase("pu-1", ("o-17",), "acme")

    assert [row.n for row in shop.feed("acme", "BRASS-LAMP").ordered] == [5]


# --- cancelled ----------------------------------------------------------------------------------


def test_a_cancel_before_the_purchase_frees_what_was_promised(any_shop: Shop) -> None:
    says(any_shop, 10)
    promised(any_shop, "o-17", 3)

    any_shop.cancel("o-17")

    assert any_shop.counter(PEG) == Counter(PEG, 8, 0)


@pytest.mark.parametrize(("sent", "there"), ((False, 8), (True, 5)))
def test_a_cancel_after_the_purchase_gives_back_what_the_supplier_never_heard_of(
    any_shop: Shop, sent: bool, there: int
) -> None:
    says(any_shop, 10)
    promised(any_shop, "o-17", 3)
    any_shop.purchase("pu-1", ("o-17",), "acme")
    if sent:
        any_shop.send_purchase("pu-1")

    assert any_shop.codes(verbs.cancel.on("o-17", (("1", 3),))) == ["too_many"]
    any_shop.stop_buying("pu-1", "o-17", (("1", 1),))
    any_shop.stop_buying("pu-1", "o-17")
    any_shop.cancel("o-17")

    assert any_shop.bag("o-17") == {"cancelled": 3}
    assert any_shop.counter(PEG) == Counter(PEG, there, 0)
    any_shop.clock.forward(hours=1)
    assert says(any_shop, 10).there == 8


def test_units_taken_out_of_a_purchase_are_promised_for_no_date(shop: Shop) -> None:
    says(shop, 10)
    promised(shop, "o-17", 3)
    shop.purchase("pu-1", ("o-17",), "acme")

    shop.cancel_purchase("pu-1")

    (spot,) = shop.order("o-17").lines[0].spots
    assert (spot.state, spot.slice.promised, spot.slice.supplier) == ("to buy", None, "")
    assert shop.counter(PEG) == Counter(PEG, 8, 0)


def test_what_the_supplier_refuses_he_has_not(shop: Shop) -> None:
    says(shop, 10)
    promised(shop, "o-17", 3)
    shop.purchase("pu-1", ("o-17",), "acme")

    shop.refuse_purchase("pu-1", "out of brass")

    assert shop.counter(PEG) == Counter(PEG, 5, 0)
    shop.clock.forward(hours=1)
    assert says(shop, 9).there == 7


def test_what_leaves_a_purchase_that_a_later_word_knew_changes_nothing(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 3))
    shop.plan_to_buy("o-17")
    shop.purchase("pu-1", ("o-17",), "acme")
    says(shop, 10)

    shop.stop_buying("pu-1", "o-17")

    assert shop.counter(PEG) == Counter(PEG, 8, 0)


# --- said anew ----------------------------------------------------------------------------------


def test_a_word_that_was_counted_no_later_is_refused(any_shop: Shop) -> None:
    says(any_shop, 10)
    early = MORNING - timedelta(hours=1)

    said = any_shop.refuses(verbs.record_feed.on(ACME, "leith", 90, early))

    assert said == (
        f"acme has said what it had of BRASS-LAMP at {MORNING.isoformat()}: "
        f"{early.isoformat()} is not newer"
    )
    assert any_shop.codes(verbs.record_feed.on(ACME, "leith", 90, MORNING)) == ["feed_not_newer"]
    assert any_shop.feed("acme", "BRASS-LAMP").n == 10


@pytest.mark.feature("F290")
def test_promises_that_a_new_word_does_not_cover_are_listed_and_never_dropped(
    any_shop: Shop,
) -> None:
    says(any_shop, 10)
    promised(any_shop, "o-17", 3)
    promised(any_shop, "o-18", 5)
    any_shop.clock.forward(hours=1)

    says(any_shop, 6)

    assert any_shop.counter(PEG) == Counter(PEG, 4, 8)
    assert dangers(any_shop) == [
        (Why.OVER_COMMITTED, "o-17", 3),
        (Why.OVER_COMMITTED, "o-18", 5),
    ]
    any_shop.receive(SHELF, 4)
    any_shop.repeg("o-18")
    assert any_shop.counter(PEG) == Counter(PEG, 4, 4)
    assert any_shop.in_danger() == ()


@pytest.mark.feature("F139", "F290")
def test_a_promise_that_is_not_ordered_on_its_day_is_late_until_it_has_a_new_date(
    any_shop: Shop,
) -> None:
    says(any_shop, 10)
    promised(any_shop, "o-17", 3)
    any_shop.clock.forward(hours=14)
    assert any_shop.in_danger() == ()

    any_shop.clock.forward(hours=1)  # midnight

    assert dangers(any_shop) == [(Why.LATE, "o-17", 3)]
    any_shop.repromise("o-17")
    (spot,) = any_shop.order("o-17").lines[0].spots
    assert spot.slice.promised == THURSDAY + timedelta(days=1)
    assert any_shop.in_danger() == ()


def test_a_longer_lead_time_makes_promises_late(shop: Shop) -> None:
    says(shop, 10)
    promised(shop, "o-17", 3)
    shop.clock.forward(hours=1)

    says(shop, 10, lead_days=4)

    assert dangers(shop) == [(Why.LATE, "o-17", 3)]


def test_a_word_that_is_too_old_counts_for_nothing(any_shop: Shop) -> None:
    says(any_shop, 10, until=MORNING + timedelta(hours=2))
    promised(any_shop, "o-17", 3)
    any_shop.sell("o-18", (LAMP, 1))
    any_shop.clock.forward(hours=2)

    assert any_shop.available("BRASS-LAMP", THURSDAY) == 0
    assert dangers(any_shop) == [(Why.TOO_OLD, "o-17", 3)]
    assert any_shop.codes(verbs.promise.on("o-18")) == ["not_in_time"]
    assert any_shop.codes(verbs.reserve.on("o-18", "feed:acme")) == ["feed_too_old"]
    assert any_shop.codes(verbs.hold_stock.on("h-1", PEG, 1)) == ["feed_too_old"]

    says(any_shop, 10)
    assert any_shop.in_danger() == ()
    any_shop.promise("o-18")
    assert any_shop.counter(PEG) == Counter(PEG, 8, 4)


def test_what_was_promised_of_a_word_that_is_too_old_can_still_be_ordered(shop: Shop) -> None:
    says(shop, 10, until=MORNING + timedelta(hours=2))
    promised(shop, "o-17", 3)
    shop.clock.forward(hours=2)

    shop.purchase("pu-1", ("o-17",), "acme")

    assert shop.in_danger() == ()


# --- other ways to claim it ---------------------------------------------------------------------


def test_an_order_reserves_by_hand_at_its_supplier(any_shop: Shop) -> None:
    says(any_shop, 10)
    any_shop.sell("o-17", (LAMP, 3), (BELL, 1))

    any_shop.reserve("o-17", "feed:acme")

    assert any_shop.bag("o-17") == {"reserved": 3, "open": 1}
    assert any_shop.counter(PEG) == Counter(PEG, 8, 3)
    any_shop.purchase("pu-1", ("o-17",), "acme")
    assert any_shop.counter(PEG) == Counter(PEG, 5, 0)


def test_no_more_is_reserved_at_a_supplier_than_is_free_there(shop: Shop) -> None:
    says(shop, 10)
    shop.sell("o-17", (LAMP, 9))

    said = shop.refuses(verbs.reserve.on("o-17", "feed:acme"))

    assert "9" in said
    assert "8" in said
    assert shop.codes(verbs.reserve.on("o-17", "feed:acme")) == ["not_enough_due"]
    assert shop.codes(verbs.reserve.on("o-17", "feed:the mill")) == ["nothing_to_do"]


def test_what_is_not_ordered_yet_is_not_allocated(shop: Shop) -> None:
    says(shop, 10)
    promised(shop, "o-17", 3)

    assert shop.codes(verbs.allocate.on("o-17")) == ["no_stock"]


def test_a_cart_at_a_supplier_becomes_a_promise(any_shop: Shop) -> None:
    says(any_shop, 10)
    any_shop.hold_stock("h-1", PEG, 2, MORNING + timedelta(minutes=15))

    any_shop.place("o-17", new_order((LAMP, 2)), ("h-1",))

    (spot,) = any_shop.order("o-17").lines[0].spots
    assert (spot.slice.peg, spot.slice.promised) == ("feed:acme", THURSDAY)
    assert any_shop.counter(PEG) == Counter(PEG, 8, 2)


def test_a_cart_whose_supplier_no_longer_stands_by_his_word_is_refused(shop: Shop) -> None:
    says(shop, 10, until=MORNING + timedelta(minutes=5))
    shop.hold_stock("h-1", PEG, 2, MORNING + timedelta(minutes=15))
    shop.clock.forward(minutes=5)

    refused = verbs.place.on("o-17", new_order((LAMP, 2)), ("h-1",))

    assert shop.codes(refused) == ["feed_too_old"]


def test_a_quota_keeps_a_part_of_what_a_supplier_has(shop: Shop) -> None:
    says(shop, 10)
    shop.set_quota("web", PEG, 6, channel="web")
    shop.sell("o-17", (LAMP, 3))

    assert shop.codes(verbs.promise.on("o-17")) == ["not_in_time", "kept_by_quotas"]
    shop.sell("o-web", (LAMP, 3), channel="web")
    shop.promise("o-web")
    shop.purchase("pu-1", ("o-web",), "acme")

    assert shop.counter(PEG) == Counter(PEG, 5, 3)


# --- what enters --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("supplier", "sku"), (("acme", "LAMP"), ("a/c%me", "B/1"), ("a%2Fc", "%2F"), ("工厂", "灯"))
)
def test_the_id_of_a_feed_tells_its_supplier_and_sku(supplier: str, sku: str) -> None:
    assert feed_of(feed_id(supplier, sku)) == (supplier, sku)


@pytest.mark.parametrize("id", ("acme", "acme/", "/BRASS-LAMP", "a%me/BRASS-LAMP", "a%2fc/X"))
def test_an_id_that_names_no_supplier_and_sku_is_bad_input(shop: Shop, id: str) -> None:
    assert shop.cannot_take(verbs.record_feed.on(id, "leith", 9, MORNING)) == "feed"


def test_what_no_supplier_can_say_is_bad_input(shop: Shop) -> None:
    later = MORNING + timedelta(microseconds=1)
    says(shop, 10, as_of=MORNING - timedelta(days=1))

    def path(location: str = "leith", n: int = 9, as_of: datetime = MORNING, **more: Any) -> str:
        return shop.cannot_take(verbs.record_feed.on(ACME, location, n, as_of, **more))

    assert path(as_of=later) == "as_of"
    assert path(until=MORNING) == "until"
    assert path(location="york") == "location"
    assert path(location="") == "location"
    assert path(n=-1) == "n"
    assert path(buffer=-1) == "buffer"
    assert path(lead_days=1_001) == "lead_days"


def test_a_supply_row_is_not_named_like_a_feed(shop: Shop) -> None:
    shop.receive(SHELF, 3)
    due = THURSDAY

    assert shop.cannot_take(verbs.expect.on("feed:acme", SHELF, 3, due)) == "supply"
    transfer = verbs.send_transfer.on("feed:acme", SHELF, "york", 3, due)
    assert shop.cannot_take(transfer) == "supply"


def test_a_feed_that_its_counter_contradicts_is_a_breach(shop: Shop) -> None:
    said = says(shop, 10)
    journal = JournalCheck("", "", 0, 0)
    journal.read(shop.store.entries())
    books = BooksCheck(journal)

    books.expect(attrs.evolve(said, n=11))

    law = books.claimed(shop.store.books(""), ())
    assert law.breaches == ("BRASS-LAMP at leith (supply feed:acme): 8 there, 9 by its feed",)


def test_a_feed_is_not_told_to_be_something_else(shop: Shop) -> None:
    said = says(shop, 10)
    item: Ref[Item] = Ref("", "item", "BRASS-LAMP")

    with pytest.raises(ValueError, match="Described does not fit feed acme/BRASS-LAMP"):
        fold(said, [Described(Item(item))])
