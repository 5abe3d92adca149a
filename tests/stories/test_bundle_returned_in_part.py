"""A bundle is returned in part: each part at what it carries of the bundle's price, to the cent.

The kept texts stand in `tests/golden/returned`; `ORDERFLOW_WRITE_KEPT=1` writes them anew. Look
at each before it is committed.
"""

from __future__ import annotations

from typing import Final

import attrs
import pytest

from orderflow import ChargeKind, Component, NewCharge, NewLine, Price, Sku
from orderflow.pricing import due
from orderflow.returns import ask_return
from orderflow.statements import statement, text
from orderflow.views import Dossier, purchaser_view
from tests.builders import BELL, LAMP, TWO_PLACES, Shop, eur, new_order
from tests.kept import assert_kept

BOX: Final = Sku("GIFT-BOX")


def sell(shop: Shop) -> None:
    """Two gift boxes of two lamps and a bell at 65.50 each, 10.00 off, paid and invoiced."""
    parts = (Component(LAMP, 2, 20), Component(BELL, 1, 45))
    boxes = NewLine("1", BOX, 2, Price.of("65.50", "EUR"), components=parts)
    off = NewCharge(ChargeKind.DISCOUNT, -1000, ("1",), "seller", "spring")
    shop.stock(LAMP, "leith", 4)
    shop.stock(BELL, "leith", 2)
    shop.place("o-17", new_order(boxes, charges=(off,)))
    shop.pay("pay-1", eur(12_100), (("o-17", 12_100),))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.invoice("o-17", "2026")


def come_back(shop: Shop, id: str, lines: tuple[tuple[str, int], ...]) -> int:
    """What is owed for so many parts that came back, and paid back at once."""
    shop.ask_return(id, "o-17", lines)
    shop.receive_return(id, "leith")
    shop.inspect(id)
    owed = -due(shop.order("o-17"))
    shop.credit("2026-000001", f"CN-{id}")
    assert shop.credited(f"CN-{id}-000001").gross == owed
    shop.refund("o-17")
    return owed


@pytest.mark.feature("F118", "F195", "F230")
def test_a_bell_comes_back_alone_and_then_the_rest_of_its_box(any_shop: Shop) -> None:
    shop = any_shop
    sell(shop)
    said = [text(statement(shop.order("o-17")))]

    back = [come_back(shop, "r-1", (("1.2", 1),))]
    said.append(text(statement(shop.order("o-17"))))
    (box,) = purchaser_view(Dossier(shop.order("o-17"))).kits
    assert (box.kept, box.received) == (1, 1)
    back.append(come_back(shop, "r-2", (("1.1", 2),)))
    said.append(text(statement(shop.order("o-17"))))
    back.append(come_back(shop, "r-3", ()))

    assert sum(back) == 12_100
    assert sum(back[:2]) == back[2] == 6_050
    said += [text(statement(shop.order("o-17"))), text(statement(shop.order("o-17")), "zh")]
    assert_kept("returned", "bundle-in-part", "\n".join(said))


@pytest.mark.feature("F244")
def test_a_house_that_takes_bundles_back_whole_says_what_is_lacking(any_shop: Shop) -> None:
    shop = any_shop.under(attrs.evolve(TWO_PLACES, whole_kits=True))
    sell(shop)

    assert shop.refuses(ask_return.on("r-1", "o-17", (("1.2", 1),))) == (
        "kit 1 of order o-17 comes back whole: 2 more of line 1.1 belong to it"
    )
    assert come_back(shop, "r-1", (("1.1", 2), ("1.2", 1))) == 6_050
