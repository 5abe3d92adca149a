"""From order to refund by what a carrier tells: one parcel goes back, one is lost, one disputed.

What was done and seen is kept as text in `tests/golden/roads`, with the books.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import Rules
from orderflow.adapters.carriers import hear
from orderflow.pricing import due
from orderflow.states import OrderState, ParcelState, PaymentState
from orderflow.tracking import Incident, Scan, TrackingStatus, follow
from orderflow.ways_out import Remedied
from tests import ledgers
from tests.builders import LAMP, LEITH, MORNING, YORK, Shop, eur
from tests.kept import assert_kept

T = TrackingStatus


def sent(shop: Shop, cash_on_delivery: bool = False) -> Shop:
    """Order o-17 of two lamps, handed over to the north post as NP-17."""
    shop = shop.under(Rules(locations=(LEITH, YORK), silent_days=5))
    shop.stock(LAMP, "leith", 4)
    shop.sell("o-17", (LAMP, 2), cash_on_delivery=cash_on_delivery)
    if cash_on_delivery:
        shop.expect_cash("cod-1", "o-17")
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    shop.hand_over("p-1", "north post", "NP-17")
    return shop


def told(shop: Shop, status: TrackingStatus, hour: int, incident: Incident | None = None) -> None:
    scan = Scan("NP-17", status, MORNING + timedelta(hours=hour), incident=incident)
    assert hear(shop, (scan,), "north post").parcels == ("p-1",)


def road(shop: Shop, *orders: str) -> str:
    """What the carrier has seen, what was done, what became of the goods, and the books."""
    said = ["Seen of p-1"]
    for one in shop.parcel("p-1").told:
        why = "" if one.incident is None else f", {one.incident.value}"
        said.append(f"{one.at:%Y-%m-%d %H:%M}  {one.status.value}{why}")
    said += ["", "Done"]
    done = [entry for entry in shop.store.entries(0) if entry.call.verb != "receive"]
    said += [f"{one.at:%Y-%m-%d %H:%M}  {one.call.verb} {one.call.ref.id}" for one in done]
    said += ["", "Goods"]
    for id in orders:
        bag = ", ".join([f"{n} {state}" for state, n in shop.bag(id).items()])
        said.append(f"{id} is {shop.order(id).state.value}: {bag}")
    return "\n".join([*said, "", ledgers.told(shop, orders=orders, explain=True)])


def do(shop: Shop, kind: Remedied) -> None:
    shop.apply(next(way.call for way in shop.ways_out("p-1").ways if way.kind is kind))


@pytest.mark.feature("F177", "F085", "F213", "F221")
def test_a_refused_parcel_goes_back_under_its_own_number_and_nobody_pays(any_shop: Shop) -> None:
    shop = sent(any_shop, cash_on_delivery=True)
    told(shop, T.OUT_FOR_DELIVERY, 1)
    told(shop, T.DELIVERY_FAILED, 2, Incident.CONSIGNEE_REFUSED)
    told(shop, T.RETURN_TO_SENDER, 3)
    assert (shop.payment("cod-1").state, shop.order("o-17").doors) == (PaymentState.VOIDED, ())

    told(shop, T.DELIVERED, 50)  # to us
    parcel = shop.parcel("p-1")
    assert (parcel.state, parcel.delivered_at) == (ParcelState.GOING_BACK, None)
    assert follow(parcel.told).status is T.RETURNED
    assert [one.parcel for one in shop.troubled()] == ["p-1"]

    do(shop, Remedied.RECEIVE)
    do(shop, Remedied.REFUND)
    shop.lift_parcel_hold("p-1", "parcel_refused")

    order = shop.order("o-17")
    assert (shop.bag("o-17"), shop.free(LAMP, "leith")) == ({"returned": 2}, 4)
    assert (due(order), order.applied, tuple(shop.troubled())) == (0, 0, ())
    assert shop.complete("o-17").document.state is OrderState.COMPLETED
    assert_kept("roads", "refused-at-the-door", road(shop, "o-17"))


@pytest.mark.feature("F221", "F292")
def test_a_silent_parcel_is_chased_lost_and_sent_anew_and_the_rest_paid_back(
    any_shop: Shop,
) -> None:
    shop = sent(any_shop)
    told(shop, T.IN_TRANSIT, 1)
    shop.clock.forward(days=6)
    (one,) = [one for one in shop.due(shop.clock.at) if one.ref.kind == "parcel"]
    shop.apply(one.call, key=one.key)
    assert [hold.code for hold in shop.parcel("p-1").holds] == ["parcel_silent"]

    told(shop, T.ON_HOLD, 150, Incident.CARRIER_PARCEL_LOST)
    assert [hold.code for hold in shop.parcel("p-1").holds] == ["parcel_lost"]
    shop.ask_reissue("i-1", "o-17", (("1", 1),), "lost")  # the customer wants one of them still
    do(shop, Remedied.REFUND)

    shop.refund("o-17", eur(1000), "pay-o-17")
    assert shop.bag("o-17") == {"lost": 1, "cancelled": 1}
    shop.approve_reissue("i-1", "o-18")
    shop.allocate("o-18")
    shop.ship("o-18", "p-2")
    shop.deliver("p-2")
    shop.settle_reissue("i-1")
    assert shop.complete("o-17").document.state is OrderState.COMPLETED
    assert_kept("roads", "lost-and-reissued", road(shop, "o-17", "o-18"))


@pytest.mark.feature("F222")
def test_what_was_delivered_and_disputed_is_found(any_shop: Shop) -> None:
    shop = sent(any_shop)
    told(shop, T.DELIVERED, 5)
    shop.complete("o-17")

    shop.report_missing("o-17", (("1", 2),), "nothing came")
    assert shop.order("o-17").state is OrderState.CONFIRMED
    told(shop, T.DELIVERED, 6)  # the carrier says so once more
    assert shop.bag("o-17") == {"missing": 2}

    shop.found("o-17")
    assert shop.bag("o-17") == {"delivered": 2}
    assert shop.complete("o-17").document.state is OrderState.COMPLETED
