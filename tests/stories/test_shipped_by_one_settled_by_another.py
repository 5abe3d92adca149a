"""The warehouse ships while finance settles: neither waits for the other."""

from __future__ import annotations

from typing import Final

import pytest

from orderflow.sourcing.teams import Team, Work, assign
from orderflow.states import PaymentState
from tests.builders import LAMP, Shop, eur

TEAMS: Final = (
    Team("leith", frozenset({"shipping"}), frozenset({"leith"})),
    Team("york", frozenset({"shipping"}), frozenset({"york"})),
    Team("finance", frozenset({"settlement"})),
)


@pytest.mark.feature("F147", "F142")
def test_shipping_goes_to_the_warehouse_and_settlement_to_finance(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "york", 2)
    shop.sell("o-17", (LAMP, 2), cash_on_delivery=True)

    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    dispatch = shop.dispatch("d-1")
    work = (
        Work(str(dispatch.ref), "shipping", dispatch.location, 2),
        Work("payment pay-1", "settlement"),
    )
    assert [one.team for one in assign(work, TEAMS)] == ["york", "finance"]

    shop.pick("d-1")
    cash = shop.expect_cash("pay-1", "o-17", eur(20_00)).document  # finance, while it is picked
    assert cash.state is PaymentState.DUE_AT_DOOR
    shop.pack("p-1", ("d-1",))
    shop.hand_over("p-1", "land", "L-0001")
    shop.deliver("p-1")
    assert shop.bag("o-17") == {"delivered": 2}
    shop.collect_on_delivery("pay-1", "o-17", eur(20_00))
    shop.remit("pay-1", eur(20_00))
    assert shop.payment("pay-1").state is PaymentState.REMITTED
