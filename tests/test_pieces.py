"""Several pieces under one waybill (子母件): each has a fate of its own."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Final

import pytest

from orderflow.adapters.carriers import hear
from orderflow.refunds import owed_back
from orderflow.states import ParcelState
from orderflow.tracking import Incident, Scan, TrackingStatus
from orderflow.ways_out import Remedied
from tests.builders import LAMP, MORNING, Shop

T, P = TrackingStatus, ParcelState
GONE: Final = Incident.CARRIER_PARCEL_LOST
ALL: Final = "NP-0"


def scan(number: str, status: TrackingStatus, at: float, incident: Incident | None = None) -> Scan:
    return Scan(number, status, MORNING + timedelta(hours=at), incident=incident)


def three_pieces(shop: Shop, cash_on_delivery: bool = False) -> None:
    """Order o-17 of three lamps in p-1, p-2 and p-3, which go under NP-0; p-3 is NP-3 in it."""
    shop.stock(LAMP, "leith", 6)
    shop.sell("o-17", (LAMP, 3), cash_on_delivery=cash_on_delivery)
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    shop.pick("d-1")
    for i in (1, 2, 3):
        shop.pack(f"p-{i}", ("d-1",), lines=(("1", 1),))
    for i in (1, 2, 3):
        shop.hand_over(f"p-{i}", "north post", "NP-3" if i == 3 else "", ALL)


def states(shop: Shop) -> list[ParcelState]:
    return [shop.parcel(f"p-{i}").state for i in (1, 2, 3)]


def codes(shop: Shop, id: str) -> list[str]:
    return [hold.code for hold in shop.parcel(id).holds]


@pytest.mark.feature("F221")
def test_three_pieces_under_one_waybill_and_one_is_lost(any_shop: Shop) -> None:
    shop = any_shop
    three_pieces(shop)

    hear(shop, (scan(ALL, T.IN_TRANSIT, 1), scan("NP-3", T.ON_HOLD, 3, GONE)))
    hear(shop, (scan(ALL, T.DELIVERED, 5),))

    assert states(shop) == [P.DELIVERED, P.DELIVERED, P.LOST]
    assert shop.bag("o-17") == {"delivered": 2, "lost": 1}
    assert (codes(shop, "p-1"), codes(shop, "p-3")) == ([], ["parcel_lost"])
    (again,) = [way for way in shop.ways_out("p-3").ways if way.kind is Remedied.REISSUE]
    shop.apply(again.call)
    assert shop.reissue("p-3-again1").lines == (("1", 1),)


def test_a_lost_piece_alone_is_paid_back(shop: Shop) -> None:
    three_pieces(shop)
    hear(shop, (scan(ALL, T.DELIVERED, 5), scan("NP-3", T.ON_HOLD, 3, GONE)))

    (refund,) = [way for way in shop.ways_out("p-3").ways if way.kind is Remedied.REFUND]
    shop.apply(refund.call)

    assert shop.bag("o-17") == {"delivered": 2, "cancelled": 1}
    assert owed_back(shop.order("o-17")) == 1000


def test_a_piece_that_lies_in_a_depot_is_not_delivered_with_the_others(shop: Shop) -> None:
    three_pieces(shop)

    hear(shop, (scan("NP-3", T.IN_TRANSIT, 2), scan(ALL, T.DELIVERED, 5)))

    assert states(shop) == [P.DELIVERED, P.DELIVERED, P.SHIPPED]
    assert codes(shop, "p-3") == ["piece_missing"]
    assert shop.parcel("p-3").delivered_at is None
    hear(shop, (scan("NP-3", T.DELIVERED, 30),))
    assert (states(shop)[2], codes(shop, "p-3")) == (P.DELIVERED, [])


def test_a_piece_of_which_nothing_is_said_is_recorded_when_its_customer_has_it(shop: Shop) -> None:
    three_pieces(shop)
    hear(shop, (scan("NP-3", T.PENDING, 0), scan(ALL, T.DELIVERED, 5)))
    assert (states(shop)[2], codes(shop, "p-3")) == (P.SHIPPED, ["piece_missing"])

    (way,) = [one for one in shop.ways_out("p-3").ways if one.kind is Remedied.DELIVERED]
    shop.apply(way.call)

    assert states(shop) == [P.DELIVERED] * 3


def test_a_piece_that_bears_the_number_of_all_hears_what_is_said_of_it(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 1))
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    shop.hand_over("p-1", "north post", ALL, ALL)

    hear(shop, (scan(ALL, T.IN_TRANSIT, 1), scan(ALL, T.DELIVERED, 5)))

    assert (shop.parcel("p-1").state, codes(shop, "p-1")) == (P.DELIVERED, [])


STORY: Final = (
    scan(ALL, T.IN_TRANSIT, 1),
    scan("NP-3", T.IN_TRANSIT, 2),
    scan("NP-3", T.ON_HOLD, 4, GONE),
    scan(ALL, T.DELIVERED, 5),
)


@pytest.mark.parametrize("shuffled", tuple(permutations(STORY)))
def test_pieces_end_the_same_in_whichever_order_their_scans_come(
    shop: Shop, shuffled: tuple[Scan, ...]
) -> None:
    three_pieces(shop)

    for one in shuffled:
        hear(shop, (one,))

    assert states(shop) == [P.DELIVERED, P.DELIVERED, P.LOST]
    assert [codes(shop, f"p-{i}") for i in (1, 2, 3)] == [[], [], ["parcel_lost"]]


@pytest.mark.feature("F177")
def test_the_cash_of_several_pieces_is_asked_once(shop: Shop) -> None:
    three_pieces(shop, cash_on_delivery=True)
    shop.expect_cash("cod-1", "o-17")
    hear(shop, (scan("NP-3", T.ON_HOLD, 3, GONE), scan(ALL, T.DELIVERED, 5)))

    assert [door.payment for door in shop.order("o-17").doors] == ["cod-1"]
    assert shop.bag("o-17") == {"delivered": 2, "lost": 1}


# --- what is told by numbers ----------------------------------------------------------------------


def test_what_is_about_no_parcel_of_ours_is_handed_back(shop: Shop) -> None:
    three_pieces(shop)
    strange = scan("XX-9", T.DELIVERED, 1)

    heard = hear(shop, (strange, scan("NP-3", T.IN_TRANSIT, 1)), "north post")

    assert (heard.parcels, heard.unknown) == (("p-3",), (strange,))
    other = scan("NP-3", T.DELIVERED, 2)
    assert hear(shop, (other,), "south post").unknown == (other,)


def test_a_number_that_is_used_again_means_the_parcel_that_left_last_before(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    for i in (1, 2):
        shop.sell(f"o-{i}", (LAMP, 1))
        shop.allocate(f"o-{i}")
        shop.pack_up(f"o-{i}", f"p-{i}")
        shop.hand_over(f"p-{i}", "north post", "NP-17")
        shop.clock.forward(days=60)

    hear(shop, (scan("NP-17", T.DELIVERED, 5),))
    hear(shop, (scan("NP-17", T.OUT_FOR_DELIVERY, 24 * 60 + 5),))

    assert shop.parcel("p-1").state is P.DELIVERED
    assert (shop.parcel("p-2").state, len(shop.parcel("p-2").scans)) == (P.SHIPPED, 1)


def test_the_same_message_twice_has_one_effect(shop: Shop) -> None:
    three_pieces(shop)
    message = (scan(ALL, T.IN_TRANSIT, 1),)

    first = hear(shop, message, key="evt-1")
    before = [shop.parcel(f"p-{i}") for i in (1, 2, 3)]

    assert hear(shop, message, key="evt-1") == first
    assert [shop.parcel(f"p-{i}") for i in (1, 2, 3)] == before
