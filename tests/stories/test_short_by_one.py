"""A parcel is short by one: what is missing goes out again, nobody pays, no supplier is paid twice.

The kept texts stand in `tests/golden/ledgers`; `tests/ledgers.py` says what is in them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import attrs
import pytest

from orderflow import Price
from orderflow.pricing import due
from orderflow.records import MatterKind
from orderflow.replacements import Progress, progress
from orderflow.settlement import Quote, Reason, Role
from orderflow.states import ReplacementState
from tests.builders import LAMP, MORNING, Shop, eur
from tests.ledgers import assert_kept

BOTH: Final = ("o-17", "o-18")


def how_far(shop: Shop) -> Progress | None:
    reissue = shop.reissue("i-1")
    return progress(reissue, shop.order(reissue.anew) if reissue.anew else None)


@pytest.mark.feature("F236", "F222", "F242")
def test_one_of_three_lamps_was_not_in_the_box_and_goes_out_again(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 5)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 3))
    shop.report_missing("o-17", (("1", 1),), "two in the box, three on the note")

    shop.ask_reissue("i-1", "o-17", (), "short by one")
    assert how_far(shop) is Progress.ASKED
    shop.approve_reissue("i-1", "o-18")
    shop.allocate("o-18")
    shop.pack_up("o-18", "p-2")
    shop.hand_over("p-2", "acme", "A-2")
    assert how_far(shop) is Progress.SHIPPED
    shop.clock.forward(days=2)
    shop.deliver("p-2")
    assert how_far(shop) is Progress.RECEIVED
    shop.confirm_receipt("o-18")
    shop.settle_reissue("i-1")

    assert shop.reissue("i-1").state is ReplacementState.SETTLED
    assert shop.bag("o-17") == {"delivered": 2, "missing": 1}
    assert shop.bag("o-18") == {"delivered": 1}
    assert [due(shop.order(order)) for order in BOTH] == [0, 0]
    assert shop.payment("pay-o-17").captured == 3000
    for order in BOTH:
        shop.complete(order)
    assert shop.matter(MatterKind.CUSTOMER, LAMP) == 3
    assert_kept("short-by-one", shop, orders=BOTH, explain=True)
    shop.assert_lawful()


QUOTE: Final = Quote("aster", "BRASS-LAMP", Price.of("6.00", "EUR"))


@pytest.mark.feature("F236")
@pytest.mark.parametrize(
    ("why", "cost", "rows"),
    (
        # The missing one was never paid for, so the one that is sent for it is.
        ("short", 0, [(Reason.SHIPPED, 2, -1200), (Reason.SHIPPED, 1, -600)]),
        # The faulty one is with its customer, and was paid for: its supplier makes it good.
        ("faulty", 0, [(Reason.SHIPPED, 3, -1800), (Reason.MADE_GOOD, 1, 0)]),
        # A purchase that names a cost was agreed to.
        ("faulty", 250, [(Reason.SHIPPED, 3, -1800), (Reason.SHIPPED, 1, -250)]),
    ),
)
def test_a_supplier_is_not_paid_twice_for_what_he_sends_again(
    any_shop: Shop, why: str, cost: int, rows: list[tuple[Reason, int, int]]
) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 3))
    ship_direct(shop, "o-17", "b-1", "p-1")
    if why == "short":
        shop.report_missing("o-17", (("1", 1),), "two in the box")
    shop.ask_reissue("i-1", "o-17", (("1", 1),), why)
    shop.approve_reissue("i-1", "o-18")
    ship_direct(shop, "o-18", "b-2", "p-2", cost)
    shop.settle_reissue("i-1")

    settled = shop.settlement(MORNING, MORNING + timedelta(days=60), (QUOTE,))

    (aster,) = [one for one in settled.parties if one.role is Role.SUPPLIER]
    assert [(row.reason, row.n, row.amount) for row in aster.rows] == rows
    shop.assert_lawful()


@pytest.mark.feature("F236")
def test_who_had_supplied_what_another_makes_good_is_paid_as_the_other_is(any_shop: Shop) -> None:
    shop = any_shop
    shop.sell("o-17", (LAMP, 3))
    ship_direct(shop, "o-17", "b-1", "p-1")
    shop.ask_reissue("i-1", "o-17", (("1", 1),), "faulty")
    shop.approve_reissue("i-1", "o-18")
    ship_direct(shop, "o-18", "b-2", "p-2", by="briar")

    quotes = (QUOTE, attrs.evolve(QUOTE, supplier="briar"))
    settled = shop.settlement(MORNING, MORNING + timedelta(days=60), quotes)

    owed = {one.party: one.closing for one in settled.parties if one.role is Role.SUPPLIER}
    assert owed == {"aster": -1800, "briar": -600}


def ship_direct(
    shop: Shop, order: str, purchase: str, parcel: str, cost: int = 0, by: str = "aster"
) -> None:
    """A supplier sends all units of an order straight to its customer."""
    shop.plan_to_buy(order)
    shop.purchase(purchase, (order,), by, cost=eur(cost) if cost else None)
    shop.send_purchase(purchase)
    shop.ship_direct(parcel, purchase)
    shop.deliver(parcel)
