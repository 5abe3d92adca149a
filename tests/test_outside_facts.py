"""What has happened cannot be refused: it is recorded, and the promises it endangers listed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, TypeVar

import attrs
import pytest

from orderflow import Call, NewLine, Position, Ref, Rules, Sku
from orderflow.adapters.memory import MemoryStore
from orderflow.commands import Done
from orderflow.conditions import Verdict
from orderflow.facts import Noted
from orderflow.fulfilment import (
    ScanStatus,
    accept_dispatch,
    pick,
    pick_short,
    recall,
    refuse_cancel_dispatch,
    refuse_dispatch,
)
from orderflow.payments import Notice
from orderflow.records import Counter, Dispatch, Document, MatterKind, Order
from orderflow.states import (
    OrderState,
    ParcelState,
    PaymentState,
    RequestState,
    ReturnState,
    SupplyState,
    UnitState,
)
from tests.builders import LAMP, LEITH, MORNING, Shop, eur, line
from tests.processes import BAREST, FORBIDDEN

D = TypeVar("D", bound=Document)

SHELF = Position("BRASS-LAMP", "leith")
PEG = SHELF._replace(peg="s-1")
NEXT_WEEK = MORNING + timedelta(days=7)


OUTSIDE: Final = frozenset(
    {
        "charge_back",
        "collect_on_delivery",
        "count",
        "deliver",
        "deliver_again",
        "found",
        "lose",
        "make_ready",
        "pay",
        "receive",
        "receive_back",
        "receive_return",
        "recall",
        "receive_supply",
        "record_answer",
        "record_booking",
        "pick_short",
        "record_breakage",
        "record_notice",
        "record_return_label",
        "record_return_scan",
        "record_return_scans",
        "record_scan",
        "record_scans",
        "refuse_cancel_dispatch",
        "refuse_dispatch",
        "remit",
        "report_missing",
        "report_shipped",
        "take_stock",
        "turn_back",
        "write_off",
    }
)
"""The verbs that record what has happened."""


class Tightened(Shop):
    """A shop whose facts from outside meet the tightest process, and whose own verbs meet ours."""

    tight: Shop

    def sell(self, id: str, *wanted: tuple[Sku, int] | NewLine, **more: Any) -> Order:
        order = super().sell(id, *wanted, **more)
        if order.state is OrderState.PLACED:  # paid, and forbidden to be confirmed by that
            return self.confirm(id).document
        return order

    def apply(self, call: Call[D], *, key: str | None = None, by: str = "") -> Done[D]:
        if call.verb in OUTSIDE:
            return self.tight.apply(call, key=key, by=by)
        return super().apply(call, key=key, by=by)


@pytest.fixture(params=("ours", "barest", "forbidden"))
def any_shop(any_shop: Shop, request: pytest.FixtureRequest) -> Shop:
    """Each outside fact is recorded in our own process, and in those that are tightened most."""
    return any_shop if request.param == "ours" else tightened(any_shop, request.param)


@pytest.fixture(params=("ours", "forbidden"))
def shop(shop: Shop, request: pytest.FixtureRequest) -> Shop:
    """The same in memory, for what is asked in every state."""
    return shop if request.param == "ours" else tightened(shop, request.param)


def tightened(loose: Shop, how: str) -> Shop:
    shop = Tightened(loose.store, loose.rules, clock=loose.clock)
    process = BAREST if how == "barest" else FORBIDDEN
    shop.tight = shop.under(attrs.evolve(loose.rules, process=process))
    return shop


def promises_in_danger(shop: Shop) -> list[tuple[str, int, int]]:
    """Who is endangered, by how much in all, and how much it claims."""
    return [
        (claim.holder.id, danger.counter.over_committed, claim.n)
        for danger in shop.in_danger()
        for claim in danger.claims
    ]


@pytest.mark.feature("F127", "F128", "F138", "F290")
def test_a_count_below_the_claims_is_recorded_and_endangers_them(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 5)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.hold_stock("h-1", SHELF, 3)

    shop.count(SHELF, 1)

    assert shop.counter(SHELF) == Counter(SHELF, 1, 5)
    assert shop.free(LAMP, "leith") == 0
    assert promises_in_danger(shop) == [("o-17", 4, 2), ("h-1", 4, 3)]
    shop.release("o-17", "d-1")
    shop.pick("d-1")
    assert shop.there(LAMP, "leith") == -1, "what was picked was there: the count was wrong"
    assert promises_in_danger(shop) == [("h-1", 4, 3)]
    shop.release_stock_hold("h-1")
    shop.count(SHELF, 0)
    assert shop.in_danger() == ()


@pytest.mark.feature("F293")
def test_a_breakage_of_reserved_goods_is_recorded_and_endangers_them(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 3)
    shop.sell("o-17", (LAMP, 3))
    shop.reserve("o-17")

    shop.record_breakage(SHELF, 2, "dropped")

    assert promises_in_danger(shop) == [("o-17", 2, 3)]
    assert shop.matter(MatterKind.DAMAGED, LAMP) == 2
    shop.receive(SHELF, 2)
    assert shop.in_danger() == ()


def test_more_may_break_than_the_book_knew_of(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 1)

    shop.record_breakage(SHELF, 3)

    assert shop.there(LAMP, "leith") == -2
    assert shop.free(LAMP, "leith") == 0
    assert [danger.counter.over_committed for danger in shop.in_danger()] == [2]


@pytest.mark.feature("F121")
def test_a_receipt_short_of_what_was_promised_is_recorded_and_endangers_the_promises(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.expect("s-1", SHELF, 10, NEXT_WEEK)
    for id, n in (("o-17", 4), ("o-18", 5)):
        shop.sell(id, (LAMP, n))
        shop.reserve(id, "s-1")

    shop.receive_supply("s-1", 6, last=True)

    assert shop.supply("s-1").state is SupplyState.CLOSED
    assert (shop.supply("s-1").received, shop.supply("s-1").earmarked) == (6, 6)
    assert promises_in_danger(shop) == [("o-17", 3, 4), ("o-18", 3, 5)]
    shop.allocate("o-18")
    shop.allocate("o-17")
    assert (shop.bag("o-18"), shop.bag("o-17")) == (
        {"allocated": 5},
        {"allocated": 1, "reserved": 3},
    )
    assert promises_in_danger(shop) == [("o-17", 3, 3)]
    shop.receive_supply("s-1", 3)
    assert shop.in_danger() == ()
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 4}


def test_nothing_may_come_of_a_supply_row(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("s-1", SHELF, 2, NEXT_WEEK)
    shop.sell("o-17", (LAMP, 2))
    shop.reserve("o-17", "s-1")

    shop.receive_supply("s-1", 0, last=True)

    assert promises_in_danger(shop) == [("o-17", 2, 2)]
    shop.unreserve("o-17")
    assert shop.in_danger() == ()
    assert shop.bag("o-17") == {"open": 2}


@pytest.mark.feature("F091")
def test_goods_and_money_on_their_way_are_recorded_to_the_end(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 6)
    for id, cash in (("o-17", False), ("o-18", True)):
        shop.sell(id, (LAMP, 3), cash_on_delivery=cash)
        shop.allocate(id)
        for n in (1, 2, 3):
            shop.ship(id, f"p-{id}-{n}", lines=(("1", 1),))

    for id in ("o-17", "o-18"):
        shop.deliver(f"p-{id}-1")
        shop.lose(f"p-{id}-2")
        shop.turn_back(f"p-{id}-3")
        shop.receive_back(f"p-{id}-3")
        shop.report_missing(id, (("1", 1),))
        shop.found(id)
    shop.collect_on_delivery("pay-door", "o-18", eur(3000))
    shop.remit("pay-door", eur(3000))

    for id in ("o-17", "o-18"):
        assert shop.bag(id) == {"delivered": 1, "lost": 1, "received back": 1}
    assert shop.payment("pay-door").state is PaymentState.REMITTED
    assert shop.order("o-18").applied == 3000


@pytest.mark.feature("F183")
def test_a_gateways_notice_after_expiry_is_recorded_and_no_money_is_lost(any_shop: Shop) -> None:
    shop = any_shop
    shop.await_payment("pay-1", eur(1000), expires_at=MORNING)
    shop.expire_payment("pay-1")

    payment = shop.record_notice("pay-1", Notice.CAPTURED, eur(1000), "ev-9").document

    assert payment.state is PaymentState.CAPTURED
    assert (payment.captured, payment.unapplied) == (1000, 1000)
    assert [hold.code for hold in payment.holds] == ["paid_late"]
    shop.sell("o-17", (LAMP, 1))
    shop.pay_back("pay-1")
    assert shop.payment("pay-1").refunded == 1000


@pytest.mark.parametrize("notice", tuple(Notice))
def test_a_notice_is_recorded_in_every_state_of_a_payment(any_shop: Shop, notice: Notice) -> None:
    shop = any_shop
    shop.await_payment("awaiting", eur(100))
    shop.await_payment("authorised", eur(100))
    shop.record_notice("authorised", Notice.AUTHORISED, eur(100))
    shop.await_payment("failed", eur(100))
    shop.record_notice("failed", Notice.FAILED, eur(100))
    shop.await_payment("expired", eur(100), expires_at=MORNING)
    shop.expire_payment("expired")
    shop.pay("captured", eur(100), ())
    shop.sell("o-17", (LAMP, 1), cash_on_delivery=True)
    shop.collect_on_delivery("collected", "o-17", eur(100))
    shop.sell("o-18", (LAMP, 1), cash_on_delivery=True)
    shop.collect_on_delivery("remitted", "o-18", eur(100))
    shop.remit("remitted", eur(100))

    for id in ("awaiting", "authorised", "failed", "expired", "captured", "collected", "remitted"):
        before = shop.payment(id)
        after = shop.record_notice(id, notice, eur(70), f"ev-{id}").document
        came = 70 if notice is Notice.CAPTURED else 0
        assert after.captured == before.captured + came
        assert after.unapplied == before.unapplied + came
        if (id, notice) == ("authorised", Notice.FAILED):
            assert (after.state, after.holds) == (before.state, ()), "the payer tries again"
        else:
            assert after.state is not before.state or after.holds, "somebody has to look at it"


@pytest.mark.feature("F212", "F221")
@pytest.mark.parametrize("status", tuple(ScanStatus))
def test_a_scan_of_a_cancelled_parcel_is_recorded_under_a_hold(
    any_shop: Shop, status: ScanStatus
) -> None:
    shop = any_shop
    shop.receive(SHELF, 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    shop.cancel_parcel("p-1")

    parcel = shop.record_scan("p-1", status, "hull", "ev-1").document
    again = shop.record_scan("p-1", status, "hull", "ev-2").document

    assert parcel.state is ParcelState.CANCELLED
    assert [hold.code for hold in again.holds] == ["unexpected_scan"]
    assert again.holds[0].reason == f"scanned {status.value} while cancelled"
    assert shop.bag("o-17") == {"allocated": 2}
    entries = list(shop.store.entries(0, parcel.ref))
    events = [dict(entry.call.args)["event"] for entry in entries[-2:]]
    assert events == ["ev-1", "ev-2"]


# --- every fact in every state ------------------------------------------------


def last_notes(shop: Shop, ref: Ref[Any]) -> list[str]:
    """What the last command about a document has written down."""
    *_, entry = shop.store.entries(0, ref)
    return [fact.what for fact in entry.facts if isinstance(fact, Noted)]


def stand_parcel(shop: Shop, state: ParcelState) -> None:
    """Order o-17 of two lamps, one of them in parcel p-1, which stands in a state."""
    shop.receive(SHELF, 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1", lines=(("1", 1),))
    if state is ParcelState.CANCELLED:
        shop.cancel_parcel("p-1")
    elif state is not ParcelState.PACKED:
        shop.hand_over("p-1")
    if state in (ParcelState.GOING_BACK, ParcelState.RETURNED):
        shop.turn_back("p-1")
    if state is ParcelState.READY_TO_COLLECT:
        shop.make_ready("p-1")
    if state is ParcelState.DELIVERED:
        shop.deliver("p-1")
    if state is ParcelState.LOST:
        shop.lose("p-1")
    if state is ParcelState.RETURNED:
        shop.receive_back("p-1")
    assert shop.parcel("p-1").state is state


PARCEL_SCANS: Final = {
    "packed": ("hold", "hold", "hold", "hold", "hold"),
    "shipped": ("as it is", "ready to collect", "delivered", "going back", "lost"),
    "ready to collect": ("as it is", "as it is", "delivered", "going back", "lost"),
    "delivered": ("as it is", "as it is", "as it is", "hold", "hold"),
    "cancelled": ("hold", "hold", "hold", "hold", "hold"),
    "lost": ("hold", "hold", "delivered", "going back", "as it is"),
    "going back": ("as it is", "hold", "hold", "as it is", "lost"),
    "returned": ("hold", "hold", "hold", "hold", "hold"),
}
"""What a scan does to a parcel, in the order of the scans."""


@pytest.mark.feature("F212", "F213", "F221")
@pytest.mark.parametrize("state", tuple(ParcelState))
@pytest.mark.parametrize("status", tuple(ScanStatus))
def test_a_scan_is_recorded_in_every_state_of_a_parcel(
    shop: Shop, state: ParcelState, status: ScanStatus
) -> None:
    stand_parcel(shop, state)
    bag = shop.bag("o-17")

    parcel = shop.record_scan("p-1", status, "hull", "ev-1").document

    wanted = PARCEL_SCANS[state.value][list(ScanStatus).index(status)]
    moved = wanted not in ("hold", "as it is")
    assert last_notes(shop, parcel.ref) == ["scan"]
    assert parcel.state == (wanted if moved else state)
    assert [hold.code for hold in parcel.holds] == ["unexpected_scan"] * (wanted == "hold")
    assert (shop.bag("o-17") == bag) is not moved


@pytest.mark.parametrize("state", tuple(ParcelState))
def test_a_parcel_that_comes_back_is_recorded_in_every_state(
    shop: Shop, state: ParcelState
) -> None:
    stand_parcel(shop, state)

    parcel = shop.receive_back("p-1", "york").document

    if state in ("shipped", "ready to collect", "lost", "going back"):
        assert (parcel.state, parcel.holds) == (ParcelState.RETURNED, ())
        assert shop.bag("o-17")["received back"] == 1
    else:
        assert parcel.state is state
        assert [hold.code for hold in parcel.holds] == ["came_back"]
        assert last_notes(shop, parcel.ref) == ["came back"]


def stand_return(state: ReturnState) -> Shop:
    """A shop in which return r-1, of two of three lamps, stands in a state."""
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,), approve_returns=False))
    shop.receive(SHELF, 3)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 3))
    shop.ask_return("r-1", "o-17", (("1", 2),))
    if state is ReturnState.REJECTED:
        shop.reject_return("r-1", "worn")
    elif state is ReturnState.CANCELLED:
        shop.close_return("r-1")
    elif state is not ReturnState.ASKED:
        shop.approve_return("r-1")
    if state is ReturnState.GOING_BACK:
        shop.record_return_scan("r-1", ScanStatus.IN_TRANSIT)
    if state in (ReturnState.RECEIVED, ReturnState.SETTLED):
        shop.receive_return("r-1", "leith")
    if state is ReturnState.SETTLED:
        shop.inspect("r-1")
    assert shop.returned("r-1").state is state
    return shop


RETURN_SCANS: Final = {
    "asked": ("hold", "hold", "hold", "hold", "hold"),
    "approved": ("going back", "going back", "going back", "hold", "lost"),
    "going back": ("as it is", "as it is", "as it is", "hold", "lost"),
    "received": ("as it is", "as it is", "as it is", "hold", "hold"),
    "settled": ("hold", "hold", "hold", "hold", "hold"),
    "rejected": ("hold", "hold", "hold", "hold", "hold"),
    "cancelled": ("hold", "hold", "hold", "hold", "hold"),
}
"""Where a scan takes the units of a return, in the order of the scans."""


@pytest.mark.feature("F229")
@pytest.mark.parametrize("state", tuple(ReturnState))
@pytest.mark.parametrize("status", tuple(ScanStatus))
def test_a_scan_is_recorded_in_every_state_of_a_return(
    state: ReturnState, status: ScanStatus
) -> None:
    shop = stand_return(state)
    bag = shop.bag("o-17")

    returned = shop.record_return_scan("r-1", status, "NP-9", "ev-1").document

    wanted = RETURN_SCANS[state.value][list(ScanStatus).index(status)]
    assert last_notes(shop, returned.ref) == ["scan"]
    assert [hold.code for hold in returned.holds] == ["unexpected_scan"] * (wanted == "hold")
    if wanted in ("hold", "as it is"):
        assert (returned.state, shop.bag("o-17")) == (state, bag)
    else:
        assert returned.state is ReturnState.GOING_BACK
        assert shop.bag("o-17") == {"delivered": 1, wanted: 2}
    shop.assert_lawful()


@pytest.mark.feature("F232")
@pytest.mark.parametrize("state", tuple(ReturnState))
@pytest.mark.parametrize("lines", ((), (("1", 1),), (("1", 3),)))
def test_goods_that_come_are_recorded_in_every_state_of_a_return(
    state: ReturnState, lines: tuple[tuple[str, int], ...]
) -> None:
    shop = stand_return(state)
    before = shop.bag("o-17")

    returned = shop.receive_return("r-1", "leith", lines).document

    open_ = state in (ReturnState.APPROVED, ReturnState.GOING_BACK)
    there = 2 if open_ else 0
    asked = lines[0][1] if lines else there
    came = min(asked, there)
    assert shop.bag("o-17").get("received back", 0) - before.get("received back", 0) == came
    assert returned.state == (ReturnState.RECEIVED if open_ else state)
    beyond = asked > came or not open_
    assert [hold.code for hold in returned.holds] == ["came_unasked"] * beyond
    shop.assert_lawful()


def stand_dispatch(shop: Shop, state: RequestState) -> None:
    """Dispatch d-1, of three lamps of order o-17, in a state."""
    shop.receive(SHELF, 3)
    shop.sell("o-17", (LAMP, 3))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    if state is RequestState.SENT:
        shop.send_dispatch("d-1")
    if state in (RequestState.ACCEPTED, RequestState.CANCEL_ASKED):
        shop.accept_dispatch("d-1")
    if state is RequestState.CANCEL_ASKED:
        shop.ask_cancel_dispatch("d-1")
    if state is RequestState.CANCELLED:
        shop.recall("d-1")
    if state is RequestState.REFUSED:
        shop.refuse_dispatch("d-1", "no room")
    if state is RequestState.DONE:
        shop.pick("d-1")
        shop.pack("p-1", ("d-1",))
        shop.hand_over("p-1")


ANSWERS: Final = {
    "accept_dispatch": accept_dispatch.on("d-1"),
    "refuse_dispatch": refuse_dispatch.on("d-1", "the roof leaks"),
    "refuse_cancel_dispatch": refuse_cancel_dispatch.on("d-1"),
    "recall": recall.on("d-1"),
    "pick": pick.on("d-1", (("1", 2),)),
    "pick_short": pick_short.on("d-1", (("1", 2),)),
}
WHAT_ANSWERS_DO: Final = {
    "created": ("accepted", "refused", "hold", "cancelled", "picked", "short"),
    "sent": ("accepted", "refused", "hold", "cancelled", "picked", "short"),
    "accepted": ("as it is", "hold", "as it is", "cancelled", "picked", "short"),
    "cancel asked": ("as it is", "hold", "accepted", "cancelled", "picked", "short"),
    "cancelled": ("hold", "hold", "hold", "hold", "hold", "hold"),
    "refused": ("hold", "hold", "hold", "hold", "hold", "hold"),
    "done": ("hold", "hold", "hold", "hold", "hold", "hold"),
}
"""What an answer does to a dispatch, in the order of the answers."""


@pytest.mark.feature("F196")
@pytest.mark.parametrize("state", tuple(RequestState))
@pytest.mark.parametrize("answer", ANSWERS)
def test_what_a_warehouse_says_is_recorded_in_every_state_of_a_dispatch(
    shop: Shop, state: RequestState, answer: str
) -> None:
    stand_dispatch(shop, state)
    bag = shop.bag("o-17")
    ref: Ref[Dispatch] = Ref(shop.tenant, "dispatch", "d-1")
    assert shop.get(ref).state is state

    shop.apply(ANSWERS[answer])

    wanted = WHAT_ANSWERS_DO[state.value][list(ANSWERS).index(answer)]
    dispatch = shop.get(ref)
    assert [hold.code for hold in dispatch.holds] == ["unexpected_answer"] * (wanted == "hold")
    if wanted in ("hold", "as it is"):
        assert (dispatch.state, shop.bag("o-17")) == (state, bag)
        assert "answer" in last_notes(shop, ref)
    elif wanted == "picked":
        assert shop.bag("o-17") == {"released": 1, "picked": 2}
    elif wanted == "short":  # where a host has no way back to open, it stays claimed
        assert shop.bag("o-17")["released"] == 1
        assert shop.there(LAMP, "leith") == 1
    else:
        assert dispatch.state == wanted


def test_an_acceptance_is_recorded_where_nothing_may_be_sent(shop: Shop) -> None:
    stand_dispatch(shop, RequestState.CREATED)
    forbidden = shop.under(attrs.evolve(shop.rules, process=FORBIDDEN))

    dispatch = forbidden.accept_dispatch("d-1").document

    assert dispatch.state is RequestState.CREATED
    assert [hold.code for hold in dispatch.holds] == ["unexpected_answer"]


def test_what_a_warehouse_has_shipped_is_recorded_in_every_process(any_shop: Shop) -> None:
    stand_dispatch(any_shop, RequestState.ACCEPTED)

    parcel = any_shop.report_shipped("p-1", "d-1", (), "post", "NP-17").document

    left = parcel.state is ParcelState.SHIPPED
    asked = [] if left else ["shipped_unasked", "shipped_while_held"]
    assert [hold.code for hold in parcel.holds] == asked
    assert any_shop.bag("o-17") == ({"shipped": 3} if left else {"released": 3})


def stand_units(shop: Shop, state: UnitState) -> None:
    """Order o-17 of two units, all in a state."""
    sku, n = LAMP, 2
    if state not in ("open", "backordered", "redeemed", "lapsed"):
        shop.receive(SHELF, n)
    service = state in ("redeemed", "lapsed")
    promised = MORNING if service else None
    shop.sell("o-17", line("1", sku, n, service=service, promised=promised))
    if state == "reserved":
        shop.reserve("o-17")
    if state == "backordered":
        shop.allocate("o-17")
    if service:
        (shop.redeem if state == "redeemed" else shop.lapse)("o-17")
    if state in ("open", "backordered", "reserved", "redeemed", "lapsed"):
        return
    shop.allocate("o-17")
    way: dict[str, tuple[Callable[[], object], ...]] = {
        "released": (lambda: shop.release("o-17", "d-1"),),
        "picked": (lambda: shop.release("o-17", "d-1"), lambda: shop.pick("d-1")),
        "packed": (lambda: shop.pack_up("o-17", "p-1"),),
        "shipped": (lambda: shop.ship("o-17", "p-1"),),
    }
    road = way["shipped"]
    home = (*road, lambda: shop.deliver("p-1"))
    back = (
        *home,
        lambda: shop.ask_return("r-1", "o-17"),
        lambda: shop.receive_return("r-1", "leith"),
    )
    way |= {
        "ready to collect": (*road, lambda: shop.make_ready("p-1")),
        "delivered": home,
        "cancelled": (*road, lambda: shop.lose("p-1"), lambda: shop.cancel("o-17", (("1", 2),))),
        "lost": (*road, lambda: shop.lose("p-1")),
        "missing": (*home, lambda: shop.report_missing("o-17", ())),
        "going back": (*road, lambda: shop.turn_back("p-1")),
        "received back": back,
        "sent back": (*back, lambda: shop.inspect("r-1", (("1", 2, Verdict.REJECTED),))),
        "returned": (*back, lambda: shop.inspect("r-1")),
    }
    for deed in way.get(state.value, ()):
        deed()


NOT_WALKED_HERE: Final = ("to buy", "buying", "to make", "making")
MISSED_FROM: Final = ("delivered", "shipped", "ready to collect", "sent back")


@pytest.mark.parametrize("state", [one for one in UnitState if one not in NOT_WALKED_HERE])
@pytest.mark.parametrize("lines", ((), (("1", 1),), (("1", 3),)))
def test_what_a_customer_misses_is_recorded_wherever_the_units_stand(
    shop: Shop, state: UnitState, lines: tuple[tuple[str, int], ...]
) -> None:
    stand_units(shop, state)
    assert shop.bag("o-17") == {state.value: 2}

    order = shop.report_missing("o-17", lines, "not there").document

    there = 2 if state in MISSED_FROM else 0
    n = min(lines[0][1] if lines else 2, there)
    missing = n + (2 if state is UnitState.MISSING else 0)
    assert shop.bag("o-17").get("missing", 0) == missing
    beyond = not there or (bool(lines) and lines[0][1] > there)
    assert [hold.code for hold in order.holds] == ["reported_missing"] * beyond
    assert set(last_notes(shop, order.ref)) <= {"missing", "reported_missing"}


@pytest.mark.parametrize("state", [one for one in UnitState if one not in NOT_WALKED_HERE])
@pytest.mark.parametrize("lines", ((), (("1", 1),), (("1", 3),)))
def test_what_a_customer_has_found_is_recorded_wherever_the_units_stand(
    shop: Shop, state: UnitState, lines: tuple[tuple[str, int], ...]
) -> None:
    stand_units(shop, state)

    order = shop.found("o-17", lines).document

    there = 2 if state is UnitState.MISSING else 0
    n = min(lines[0][1] if lines else 2, there)
    assert shop.bag("o-17").get("delivered", 0) == n + (2 if state == "delivered" else 0)
    beyond = not there or (bool(lines) and lines[0][1] > there)
    assert [hold.code for hold in order.holds] == ["reported_found"] * beyond


def test_a_chargeback_after_the_refund_is_recorded(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 1))
    shop.cancel("o-17")
    shop.refund("o-17")

    payment = shop.charge_back("pay-o-17", eur(1000), "o-17").document

    assert (payment.refunded, payment.charged_back, payment.unapplied) == (1000, 1000, -1000)
    assert payment.captured == 1000
    assert [hold.code for hold in payment.holds] == ["charged_back"]
