"""What has happened cannot be refused: it is recorded, and the promises it endangers listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final, TypeVar

import attrs
import pytest

from orderflow import Call, NewLine, Position, Sku
from orderflow.commands import Done
from orderflow.fulfilment import ScanStatus
from orderflow.payments import Notice
from orderflow.records import Counter, Document, MatterKind, Order
from orderflow.states import OrderState, ParcelState, PaymentState, SupplyState
from tests.builders import LAMP, MORNING, Shop, eur
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
        "pay",
        "receive",
        "receive_back",
        "receive_return",
        "receive_supply",
        "record_breakage",
        "record_notice",
        "record_scan",
        "remit",
        "report_missing",
        "turn_back",
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
    if request.param == "ours":
        return any_shop
    process = BAREST if request.param == "barest" else FORBIDDEN
    shop = Tightened(any_shop.store, any_shop.rules, clock=any_shop.clock)
    shop.tight = shop.under(attrs.evolve(any_shop.rules, process=process))
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


@pytest.mark.parametrize("status", tuple(ScanStatus))
def test_a_scan_is_recorded_in_every_state_of_a_parcel(any_shop: Shop, status: ScanStatus) -> None:
    shop = any_shop
    shop.receive(SHELF, 7)
    shop.sell("o-17", (LAMP, 7))
    shop.allocate("o-17")
    for name in ("packed", "cancelled", "shipped", "delivered", "lost", "going back", "returned"):
        shop.pack_up("o-17", name, lines=(("1", 1),))
        if name == "cancelled":
            shop.cancel_parcel(name)
        elif name != "packed":
            shop.hand_over(name)
    shop.deliver("delivered")
    shop.lose("lost")
    for name in ("going back", "returned"):
        shop.turn_back(name)
    shop.receive_back("returned")

    for name in ("packed", "cancelled", "shipped", "delivered", "lost", "going back", "returned"):
        assert shop.parcel(name).state.value == name
        shop.record_scan(name, status)
        if name in ("packed", "cancelled", "returned", "delivered"):
            assert shop.parcel(name).state.value == name
            assert bool(shop.parcel(name).holds) == (name != "delivered")


def test_a_chargeback_after_the_refund_is_recorded(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 1))
    shop.cancel("o-17")
    shop.refund("o-17")

    payment = shop.charge_back("pay-o-17", eur(1000), "o-17").document

    assert (payment.refunded, payment.charged_back, payment.unapplied) == (1000, 1000, -1000)
    assert payment.captured == 1000
    assert [hold.code for hold in payment.holds] == ["charged_back"]
