"""What can be done about a parcel in trouble: each call was tried, and does what it says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import pytest

from orderflow import Call, ClaimCause, Destination, Money, NewLine, NewOrder, Price, Rules
from orderflow.errors import BadInput
from orderflow.tracking import Incident, Scan, TrackingStatus
from orderflow.verbs import redirect
from orderflow.ways_out import Remedied
from tests.builders import LAMP, LEITH, MORNING, YORK, Shop, eur, new_order

T, I = TrackingStatus, Incident  # noqa: E741 - as short as in the stories
ASKING: Final = Rules(locations=(LEITH, YORK), silent_days=3)


def sent(shop: Shop, n: int = 2) -> Shop:
    """Order o-17 of some lamps, in parcel p-1 that was handed over."""
    shop = shop.under(ASKING)
    shop.stock(LAMP, "leith", n + 2)
    shop.sell("o-17", (LAMP, n))
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    shop.hand_over("p-1", "north post", "NP-17")
    return shop


def hear(shop: Shop, status: TrackingStatus, at: float, incident: Incident | None = None) -> None:
    when = MORNING + timedelta(hours=at)
    shop.record_scans("p-1", (Scan("NP-17", status, when, incident=incident),))


def kinds(shop: Shop) -> list[str]:
    return [way.kind.value for way in shop.ways_out("p-1").ways]


def call(shop: Shop, kind: Remedied) -> Call[Any]:
    return next(way.call for way in shop.ways_out("p-1").ways if way.kind is kind)


@pytest.mark.feature("F085", "F221", "F292")
def test_a_lost_parcel_is_sent_anew_or_paid_back(any_shop: Shop) -> None:
    shop = sent(any_shop)
    hear(shop, T.ON_HOLD, 5, I.CARRIER_PARCEL_LOST)

    (troubled,) = shop.troubled()

    assert (troubled.parcel, [hold.code for hold in troubled.holds]) == ("p-1", ["parcel_lost"])
    assert kinds(shop) == ["reissue", "refund", "call back", "claim on the carrier"]
    shop.apply(call(shop, Remedied.REISSUE))
    assert shop.reissue("p-1-again1").lines == (("1", 2),)
    assert kinds(shop) == ["call back", "claim on the carrier"]  # nor is it paid back, too
    shop.apply(call(shop, Remedied.CLAIM))
    claim = shop.carrier_claim(shop.parcel("p-1").claims[0])
    assert (claim.cause, claim.amount, claim.currency) == (ClaimCause.LOST, 2000, "EUR")
    assert kinds(shop) == ["call back"]  # it is claimed once


@pytest.mark.feature("F221")
def test_a_refused_parcel_is_called_back_and_its_goods_sent_again_or_taken_back(
    any_shop: Shop,
) -> None:
    shop = sent(any_shop)
    hear(shop, T.DELIVERY_FAILED, 5, I.CONSIGNEE_REFUSED)
    assert kinds(shop) == ["call back", "give up for lost"]

    shop.apply(call(shop, Remedied.CALL_BACK))
    assert kinds(shop) == ["give up for lost", "receive back"]
    shop.apply(call(shop, Remedied.RECEIVE))

    assert kinds(shop) == ["send again", "take back to stock", "refund"]
    shop.apply(call(shop, Remedied.SEND_AGAIN))
    assert shop.bag("o-17") == {"open": 2}


@pytest.mark.feature("F221")
def test_what_came_damaged_is_sent_anew_or_returned(shop: Shop) -> None:
    shop = sent(shop)
    hear(shop, T.IN_TRANSIT, 1, I.CARRIER_DAMAGED_PARCEL)
    hear(shop, T.DELIVERED, 5)

    assert kinds(shop) == ["reissue", "return", "claim on the carrier"]
    shop.apply(call(shop, Remedied.RETURN))
    assert kinds(shop) == []


def test_a_silent_parcel_is_given_up_for_lost(shop: Shop) -> None:
    shop = sent(shop)
    shop.clock.forward(days=4)
    shop.chase("p-1")

    assert kinds(shop) == ["call back", "give up for lost"]
    shop.apply(call(shop, Remedied.GIVE_UP))
    assert kinds(shop) == ["reissue", "refund", "claim on the carrier"]


@pytest.mark.feature("F217")
def test_a_parcel_with_a_wrong_address_is_redirected(any_shop: Shop) -> None:
    shop = any_shop.under(ASKING)
    shop.stock(LAMP, "leith", 1)
    there = Destination("address-7", "GB")
    shop.place("o-17", new_order((LAMP, 1), destination=there))
    shop.pay("pay-1", eur(1000), (("o-17", 1000),))
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    assert shop.codes(redirect.on("p-1", "address-7")) == ["not_on_its_road"]
    shop.hand_over("p-1", "north post", "NP-17")
    hear(shop, T.DELIVERY_FAILED, 5, I.CONSIGNEE_INCORRECT_ADDRESS)
    assert kinds(shop) == ["redirect", "call back", "give up for lost"]

    shop.apply(call(shop, Remedied.REDIRECT))  # the details behind the token were put right

    parcel = shop.parcel("p-1")
    assert (parcel.redirected, [hold.code for hold in parcel.holds]) == ("address-7", [])
    hear(shop, T.IN_TRANSIT, 6)
    hear(shop, T.DELIVERY_FAILED, 30, I.CONSIGNEE_INCORRECT_ADDRESS)
    assert [hold.code for hold in shop.parcel("p-1").holds] == ["wrong_address"]


def test_goods_of_two_currencies_are_claimed_by_a_person(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 1))
    dollars = NewLine("1", LAMP, 1, Price.of("12", "USD"))
    shop.place("o-18", NewOrder("c-7", "USD", (dollars,)))
    shop.pay("pay-18", Money.of("12", "USD"), (("o-18", 1200),))
    for i in (17, 18):
        shop.allocate(f"o-{i}")
        shop.release(f"o-{i}", f"d-{i}")
        shop.pick(f"d-{i}")
    shop.pack("p-1", ("d-17", "d-18"))
    shop.hand_over("p-1", "north post", "NP-17")
    shop.lose("p-1")

    assert "claim on the carrier" not in kinds(shop)


def test_each_way_that_is_listed_succeeds(shop: Shop) -> None:
    shop = sent(shop)
    hear(shop, T.ON_HOLD, 5, I.CARRIER_PARCEL_LOST)

    assert all(shop.why_not(way.call) == () for way in shop.ways_out("p-1").ways)


def test_a_hold_of_the_order_takes_a_way_off_the_list(shop: Shop) -> None:
    shop = sent(shop)
    shop.lose("p-1")
    assert kinds(shop) == ["reissue", "refund", "claim on the carrier"]

    shop.hold("o-17", "wait", "the customer is asked", ("cancel",))

    assert kinds(shop) == ["reissue", "claim on the carrier"]


def test_a_parcel_that_is_well_needs_nothing(shop: Shop) -> None:
    shop = sent(shop)

    assert (tuple(shop.troubled()), kinds(shop)) == ((), [])


@pytest.mark.feature("F215")
def test_a_waybill_number_answers_where_the_parcel_is(any_shop: Shop) -> None:
    shop = sent(any_shop)
    hear(shop, T.OUT_FOR_DELIVERY, 1)

    (parcel,) = shop.numbered("NP-17")

    assert (parcel.ref.id, parcel.orders, parcel.scans[-1].status) == (
        "p-1",
        ("o-17",),
        T.OUT_FOR_DELIVERY,
    )
    assert [one.ref.id for one in shop.numbered("NP-17", "north post")] == ["p-1"]
    assert (shop.numbered("NP-17", "south post"), shop.numbered("NP-1")) == ((), ())
    with pytest.raises(BadInput):
        shop.numbered("")
