"""How an order ends well: its receipt, its completion, and the archive."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import ChargeKind, NewCharge, Refused, Rules
from orderflow.adapters.memory import MemoryStore
from orderflow.closing import archive, complete
from orderflow.facts import Noted
from orderflow.journal import Verb
from orderflow.orders import adjust, cancel
from orderflow.ports import Store
from orderflow.process import Process, Remove, Require
from orderflow.records import Order
from orderflow.returns import ask_return
from orderflow.states import ORDER, OrderMove, OrderState, ReturnState
from orderflow.views import headline
from tests.builders import LAMP, LEITH, MORNING, Shop, line, new_order
from tests.processes import never

hours = st.integers(0, 60)
WEEK = Rules(locations=(LEITH,), receipt_days=7)


@pytest.fixture
def weekly(store: Store) -> Shop:
    """A shop, on each store, where silence is a receipt after a week."""
    return Shop(store, WEEK)


def delivered(shop: Shop, id: str = "o-17", n: int = 2) -> None:
    shop.stock(LAMP, "leith", n)
    shop.sell_and_deliver(id, f"p-{id}", (LAMP, n))


def archived(shop: Shop) -> None:
    delivered(shop)
    shop.complete("o-17")
    shop.clock.forward(days=15)
    shop.archive("o-17")


# --- receipt --------------------------------------------------------------------------------------


@pytest.mark.feature("F222", "F082")
def test_an_order_is_completed_once_its_customer_has_confirmed_the_receipt(weekly: Shop) -> None:
    shop = weekly
    delivered(shop)
    shop.clock.forward(hours=1)
    assert shop.refuses(complete.on("o-17")) == (
        "order o-17 may be complained about until 2026-03-09T09:00:00+00:00: "
        "its receipt is not confirmed"
    )

    order = shop.confirm_receipt("o-17", by="c-7").document

    assert (order.received_at, order.holds) == (MORNING + timedelta(hours=1), ())
    shop.complete("o-17")
    shop.assert_lawful()


@pytest.mark.feature("F082")
def test_silence_is_a_receipt_when_its_days_are_over(weekly: Shop) -> None:
    shop = weekly
    delivered(shop)
    shop.clock.forward(days=6, hours=23)
    assert shop.codes(complete.on("o-17")) == ["not_received"]

    shop.clock.forward(hours=1)

    assert shop.complete("o-17").document.received_at is None
    shop.assert_lawful()


def test_the_last_parcel_counts(weekly: Shop) -> None:
    shop = weekly
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", line("1", LAMP, 1), line("2", LAMP, 1))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 1),))
    shop.ship("o-17", "p-2", lines=(("2", 1),))
    shop.deliver("p-1")
    shop.clock.forward(days=5)
    shop.deliver("p-2")
    shop.clock.forward(days=6)

    (reason,) = shop.reasons(complete.on("o-17"))

    assert dict(reason.facts)["until"] == (MORNING + timedelta(days=12)).isoformat()


def test_a_receipt_says_nothing_of_what_is_delivered_later(weekly: Shop) -> None:
    shop = weekly
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", line("1", LAMP, 1), line("2", LAMP, 1))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 1),))
    shop.ship("o-17", "p-2", lines=(("2", 1),))
    shop.deliver("p-1")
    shop.confirm_receipt("o-17")
    shop.clock.forward(days=5)
    shop.deliver("p-2")

    assert shop.codes(complete.on("o-17")) == ["not_received"]

    shop.confirm_receipt("o-17")
    shop.complete("o-17")


@pytest.mark.feature("F222")
def test_a_receipt_of_goods_that_nobody_delivered_is_recorded_under_a_hold(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 1))

    order = shop.confirm_receipt("o-17").document

    assert order.received_at == MORNING
    assert [hold.code for hold in order.holds] == ["unexpected_receipt"]
    shop.deliver("p-1")
    assert shop.codes(complete.on("o-17")) == ["on_hold"]
    shop.lift_hold("o-17", "unexpected_receipt")
    shop.complete("o-17")


@pytest.mark.parametrize("end", ("draft", "cancelled", "archived"))
def test_a_receipt_is_recorded_in_any_state(shop: Shop, end: str) -> None:
    if end == "archived":
        archived(shop)
    else:
        shop.draft("o-17", new_order((LAMP, 1)))
        if end == "cancelled":
            shop.cancel("o-17")

    order = shop.confirm_receipt("o-17").document

    assert order.state.value == end
    assert order.received_at == shop.clock.at
    assert bool(order.holds) is (end != "archived")


@given(days=st.integers(0, 30), minutes=st.integers(0, 31 * 24 * 60), confirmed=st.booleans())
def test_an_order_is_completed_exactly_when_its_receipt_is_settled(
    days: int, minutes: int, confirmed: bool
) -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,), receipt_days=days))
    delivered(shop)
    if confirmed:
        shop.confirm_receipt("o-17")

    shop.clock.forward(minutes=minutes)

    settled = confirmed or minutes >= days * 24 * 60
    assert (shop.why_not(complete.on("o-17")) == ()) is settled


# --- completion -----------------------------------------------------------------------------------


def test_an_order_of_which_nothing_was_shipped_is_not_complete(weekly: Shop) -> None:
    weekly.sell("o-17", (LAMP, 1))

    assert weekly.codes(complete.on("o-17")) == ["not_all_ended"]


@pytest.mark.parametrize("verb", (complete, archive))
def test_an_order_without_lines_never_ends_well(shop: Shop, verb: Verb[Order, []]) -> None:
    shop.draft("o-17", new_order())

    assert shop.codes(verb.on("o-17")) == ["illegal_move"]


def test_what_the_customer_has_found_is_not_waited_for(weekly: Shop) -> None:
    shop = weekly
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 1))
    shop.report_missing("o-17", ())
    shop.found("o-17")

    shop.complete("o-17")
    shop.archive("o-17")


def test_an_order_whose_goods_all_came_back_waits_for_no_receipt(weekly: Shop) -> None:
    shop = weekly
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 1))
    shop.turn_back("p-1")
    shop.receive_back("p-1")
    shop.take_back("o-17")
    shop.refund("o-17")

    assert shop.complete("o-17").document.state is OrderState.COMPLETED


# --- archive --------------------------------------------------------------------------------------


def test_a_completed_order_is_archived_when_its_last_window_has_closed(any_shop: Shop) -> None:
    shop = any_shop
    delivered(shop)
    shop.complete("o-17")
    shop.clock.forward(days=14)
    assert (
        shop.refuses(archive.on("o-17"))
        == "after-sales of order o-17 are open until 2026-03-16T09:00:00+00:00"
    )

    shop.clock.forward(minutes=1)

    assert shop.archive("o-17").document.state is OrderState.ARCHIVED


def test_an_order_with_an_open_return_is_not_archived(any_shop: Shop) -> None:
    shop = any_shop
    delivered(shop)
    shop.complete("o-17")
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.clock.forward(days=15)

    assert shop.order("o-17").state is OrderState.CONFIRMED
    assert shop.codes(archive.on("o-17")) == ["illegal_move"]
    assert shop.codes(complete.on("o-17")) == ["not_all_ended"]
    shop.close_return("r-1")
    shop.complete("o-17")
    shop.archive("o-17")


@given(
    came=st.lists(st.integers(0, 72), min_size=1, max_size=3),
    window=st.integers(0, 5),
    hours=st.integers(0, 200),
)
def test_an_order_is_archived_exactly_when_nothing_of_it_can_be_asked_back(
    came: list[int], window: int, hours: int
) -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,), return_window_days=window))
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", *(line(str(i), LAMP, 1) for i in range(len(came))))
    shop.allocate("o-17")
    for i, at in enumerate(came):
        shop.ship("o-17", f"p-{i}", lines=((str(i), 1),))
        shop.clock.at = MORNING + timedelta(hours=at)
        shop.deliver(f"p-{i}")
        shop.clock.at = MORNING
    shop.clock.at = MORNING + timedelta(hours=72)
    shop.complete("o-17")

    shop.clock.forward(hours=hours)

    returnable = [
        shop.why_not(ask_return.on("r-1", "o-17", ((str(i), 1),))) == () for i in range(len(came))
    ]
    assert (shop.why_not(archive.on("o-17")) == ()) is not any(returnable)


@pytest.mark.feature("F099")
def test_after_sales_are_over_once_an_order_is_archived(any_shop: Shop) -> None:
    shop = any_shop
    archived(shop)

    assert (
        shop.refuses(ask_return.on("r-1", "o-17"))
        == "order o-17 is archived: cannot return (can: nothing more); "
        "the return window of order o-17 closed on 2026-03-16T09:00:00+00:00"
    )
    discount = NewCharge(ChargeKind.DISCOUNT, -100)
    assert (
        shop.refuses(adjust.on("o-17", discount))
        == "order o-17 is archived: cannot adjust (can: nothing more)"
    )
    assert shop.codes(cancel.on("o-17")) == ["illegal_move"]


def test_no_longer_window_opens_an_archived_order_again() -> None:
    shop = Shop(MemoryStore())
    archived(shop)
    generous = Shop(shop.store, Rules(return_window_days=365), clock=shop.clock)

    (reason,) = generous.why_not(ask_return.on("r-1", "o-17"))

    assert reason.code == "illegal_move"


@pytest.mark.feature("F091")
@pytest.mark.parametrize("lines", ((), (("1", 1),)))
def test_goods_that_are_reported_missing_after_the_archive_are_written_down_under_a_hold(
    any_shop: Shop, lines: tuple[tuple[str, int], ...]
) -> None:
    shop = any_shop
    archived(shop)

    done = shop.report_missing("o-17", lines, "an empty box")

    order = done.document
    assert (order.state, shop.bag("o-17")) == (OrderState.ARCHIVED, {"delivered": 2})
    assert [hold.code for hold in order.holds] == ["reported_missing"]
    assert [dict(fact.details) for fact in done.facts if isinstance(fact, Noted)] == [
        {"line": "1", "n": lines[0][1] if lines else 2, "reason": "an empty box"}
    ]
    shop.report_missing("o-17", (("9", 1),))
    assert shop.bag("o-17") == {"delivered": 2}


def test_what_is_said_of_an_archived_order_is_still_heard(shop: Shop) -> None:
    archived(shop)
    later: list[tuple[Callable[[], object], str]] = [
        (lambda: shop.answer("o-17", "thank you"), "unasked_answer"),
        (lambda: shop.report_missing("o-17", ()), "reported_missing"),
    ]
    for say, code in later:
        say()
        assert shop.order("o-17").holds[-1].code == code
    assert shop.order("o-17").state is OrderState.ARCHIVED


# --- by itself ------------------------------------------------------------------------------------


def swept(shop: Shop) -> list[str]:
    """Make every call that is due, and what is due after it: what was made."""
    made: list[str] = []
    while found := shop.due(shop.clock.at):
        for one in found:
            shop.apply(one.call)
            made.append(f"{one.call.verb} {one.ref.id}")
    return made


def do(shop: Shop, deed: str, name: str) -> None:
    match deed:
        case "receipt":
            shop.confirm_receipt("o-17")
        case "hold":
            shop.hold("o-17", name, "a second look")
        case "goodwill":
            shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -1))
        case "return":
            shop.ask_return(name, "o-17", (("1", 1),))
        case _:
            swept(shop)


@pytest.mark.feature("F080")
def test_after_its_delivery_an_order_is_completed_and_archived_by_itself(store: Store) -> None:
    shop = Shop(store, Rules(locations=(LEITH,), receipt_days=7, return_window_days=14))
    delivered(shop)
    shop.clock.forward(days=7)
    assert shop.due(shop.clock.at - timedelta.resolution) == []

    assert swept(shop) == ["complete o-17"]

    assert headline(shop.order("o-17")).zh == "已完成"
    shop.clock.forward(days=7)
    assert swept(shop) == []
    shop.clock.at += timedelta.resolution
    assert swept(shop) == ["archive o-17"]
    assert shop.order("o-17").state is OrderState.ARCHIVED
    shop.assert_lawful()


@pytest.mark.feature("F080")
def test_where_a_delivery_is_a_receipt_it_completes_the_order(any_shop: Shop) -> None:
    shop = any_shop
    delivered(shop)

    assert swept(shop) == ["complete o-17"]


def test_each_thing_that_completion_waits_for_keeps_it_from_being_due(weekly: Shop) -> None:
    shop = weekly
    delivered(shop)
    shop.clock.forward(days=7)

    def due() -> list[str]:
        return [one.call.verb for one in shop.due(shop.clock.at)]

    shop.hold("o-17", "fraud", "a second look", ("complete",))
    assert due() == []
    shop.lift_hold("o-17", "fraud")
    shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -100))
    assert due() == []
    shop.refund("o-17")
    assert due() == ["complete"]
    shop.ask_return("r-1", "o-17", (("1", 1),))
    assert due() == []
    shop.close_return("r-1")
    assert due() == ["complete"]


def test_a_host_that_completes_and_archives_by_hand_is_asked_for_neither(store: Store) -> None:
    by_hand = Process.of(
        Require(ORDER, OrderState.CONFIRMED, OrderMove.COMPLETE, never),
        Require(ORDER, OrderState.COMPLETED, OrderMove.ARCHIVE, never),
    )
    shop = Shop(store)
    delivered(shop)

    assert shop.under(Rules(process=by_hand)).due(shop.clock.at) == []
    shop.complete("o-17")
    shop.clock.forward(days=15)
    assert shop.under(Rules(process=by_hand)).due(shop.clock.at) == []
    assert swept(shop) == ["archive o-17"]


def test_a_host_whose_orders_do_not_expire_is_not_asked_to_end_them(store: Store) -> None:
    patient = Process.of(Remove(ORDER, OrderState.PLACED, OrderMove.EXPIRE))
    shop = Shop(store)
    shop.place("o-17", new_order((LAMP, 1), pay_by=MORNING))

    assert shop.under(Rules(process=patient)).due(MORNING) == []
    assert swept(shop) == ["expire o-17"]


@given(
    rules=st.builds(
        lambda receipt, window: Rules(
            locations=(LEITH,), receipt_days=receipt, return_window_days=window
        ),
        st.integers(0, 3),
        st.integers(0, 3),
    ),
    steps=st.lists(
        st.tuples(st.sampled_from(("receipt", "hold", "goodwill", "return", "sweep")), hours),
        max_size=5,
    ),
)
def test_what_is_due_is_never_refused_and_leads_to_the_archive(
    rules: Rules, steps: list[tuple[str, int]]
) -> None:
    shop = Shop(MemoryStore(), rules)
    delivered(shop)
    for i, (deed, pause) in enumerate(steps):
        shop.clock.forward(hours=pause)
        with suppress(Refused):
            do(shop, deed, f"{deed}-{i}")
        for one in shop.due(shop.clock.at):
            assert shop.why_not(one.call) == ()
        listed = {one.call for one in shop.due(shop.clock.at)}
        for verb in (complete, archive):
            assert (verb.on("o-17") in listed) is (shop.why_not(verb.on("o-17")) == ())

    for hold in shop.order("o-17").holds:
        shop.lift_hold("o-17", hold.code)
    for i in range(len(steps)):
        with suppress(Refused):
            shop.close_return(f"return-{i}")
    with suppress(Refused):
        shop.refund("o-17")
    shop.clock.forward(days=8)
    swept(shop)
    assert shop.order("o-17").state is OrderState.ARCHIVED


# --- a whole life ---------------------------------------------------------------------------------


@pytest.mark.feature("F070", "F071", "F074", "F082", "F222")
def test_an_order_from_its_reception_to_the_archive(store: Store) -> None:
    shop = Shop(store, Rules(locations=(LEITH,), confirm_when_paid=False, receipt_days=7))
    states: list[str] = []

    def state() -> str:
        return shop.order("o-17").state.value

    def days(n: int) -> datetime:
        return shop.clock.forward(days=n)

    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    states.append(state())
    shop.review("o-17")
    states.append(state())
    shop.ask_customer("o-17", "is 9 March in time?")
    states.append(state())
    shop.answer("o-17", "yes")
    shop.confirm("o-17")
    states.append(state())
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    days(1)
    shop.confirm_receipt("o-17")
    shop.complete("o-17")
    states.append(state())
    days(2)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    states.append(state())
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.refund("o-17")
    shop.complete("o-17")
    days(12)
    shop.archive("o-17")
    states.append(state())

    assert states == [
        "placed",
        "in review",
        "awaiting customer",
        "confirmed",
        "completed",
        "confirmed",
        "archived",
    ]
    assert shop.bag("o-17") == {"delivered": 1, "returned": 1}
    assert shop.returned("r-1").state is ReturnState.SETTLED
    shop.assert_lawful()


# --- the end of all days --------------------------------------------------------------------------

LAST: Final = datetime.max.replace(tzinfo=UTC)


@pytest.mark.feature("F082")
@pytest.mark.parametrize("completed", (False, True))
def test_a_delivery_at_the_end_of_all_days_hides_nothing_that_is_due(
    weekly: Shop, completed: bool
) -> None:
    shop = weekly
    delivered(shop, "o-17")
    shop.clock.at = LAST - timedelta(days=3)
    delivered(shop, "o-18")
    if completed:
        shop.confirm_receipt("o-18")
        shop.complete("o-18")

    assert [one.call.verb for one in shop.due(shop.clock.at) if one.ref.id == "o-17"] == [
        "complete"
    ]
    until = "order o-18 may be complained about until 9999-12-31T23:59:59.999999+00:00"
    if not completed:
        assert shop.refuses(complete.on("o-18")).startswith(until)
    shop.clock.at = LAST
    assert {one.ref.id for one in shop.due(LAST)} == ({"o-17"} if completed else {"o-17", "o-18"})
    shop.ask_return("r-1", "o-18")
    assert [one.call.verb for one in shop.due(LAST)] == ["complete"]
