"""A parcel is lost, half of it is given up, and then it turns up."""

from __future__ import annotations

import pytest

from orderflow.fulfilment import ScanStatus
from orderflow.records import MatterKind
from orderflow.views import Headline, headline
from tests.builders import LAMP, Shop


@pytest.mark.feature("F212", "F221")
def test_a_lost_parcel_is_found_after_a_part_was_refunded(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 2))

    shop.record_scan("p-1", ScanStatus.IN_TRANSIT, "hull")
    shop.record_scan("p-1", ScanStatus.LOST)
    assert headline(shop.order("o-17")) is Headline.LOST
    shop.cancel("o-17", (("1", 1),), "lost by the carrier")
    shop.refund("o-17")
    shop.record_scan("p-1", ScanStatus.DELIVERED, "at the door")
    shop.complete("o-17")

    assert shop.bag("o-17") == {"delivered": 1, "cancelled": 1}
    assert shop.payment("pay-o-17").refunded == 1000
    assert shop.matter(MatterKind.CARRIER, LAMP) == 1, "one is still to be claimed"


@pytest.mark.feature("F221")
def test_what_comes_back_undeliverable_is_sent_again(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 2))
    shop.record_scan("p-1", ScanStatus.RETURN_TO_SENDER)
    shop.receive_back("p-1", "york")

    shop.reopen("o-17")
    shop.allocate("o-17")
    shop.ship("o-17", "p-2")
    shop.deliver("p-2")
    shop.complete("o-17")

    assert shop.bag("o-17") == {"delivered": 2}
    assert shop.parcel("p-2").location == "york"
    assert shop.order("o-17").applied == 2000
