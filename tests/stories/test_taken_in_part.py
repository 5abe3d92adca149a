"""Cash on delivery, in two parcels: one is taken, of the other a part goes back (部分签收)."""

from __future__ import annotations

import pytest

from orderflow import ChargeKind, NewCharge
from orderflow.cod import cash_by_parcel
from orderflow.pricing import due
from orderflow.remittances import CashFee, Remittance, RemittanceRow, reconcile_remittance
from orderflow.views import headline
from tests.builders import BELL, LAMP, Shop, eur

FEE = CashFee("EUR", share_millionths=10_000)


@pytest.mark.feature("F177", "F182", "F185")
def test_two_doors_one_part_taken_and_the_carrier_settles_what_it_collected(any_shop: Shop) -> None:
    shop = any_shop
    for sku in (LAMP, BELL):
        shop.stock(sku, "leith", 5)
    shop.sell(
        "o-17",
        (LAMP, 3),
        (BELL, 1),
        cash_on_delivery=True,
        charges=(NewCharge(ChargeKind.DISCOUNT, -750), NewCharge(ChargeKind.FREIGHT, 490)),
    )
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1", lines=(("1", 1),))
    shop.pack_up("o-17", "p-2")
    assert due(shop.order("o-17")) == 7290

    for parcel, n in cash_by_parcel(shop.order("o-17"), ("p-1", "p-2")):
        shop.expect_cash(f"pay-{parcel}", "o-17", eur(n), parcel, by="finance")
        shop.hand_over(parcel, "acme", f"T-{parcel}", by="warehouse")
    first, second = shop.payment("pay-p-1"), shop.payment("pay-p-2")
    assert first.amount + second.amount == 7290

    shop.deliver("p-1", by="courier-5")
    shop.collect_on_delivery("pay-p-1", "o-17", eur(first.amount), by="courier-5")
    shop.take_in_part("p-2", "p-2-back", (("2", 1),), by="courier-5")
    second = shop.payment("pay-p-2")
    shop.collect_on_delivery("pay-p-2", "o-17", eur(second.amount), by="courier-5")
    assert headline(shop.order("o-17")) == "partly received"
    shop.receive_back("p-2-back", by="warehouse")
    shop.take_back("o-17", by="warehouse")

    assert due(shop.order("o-17")) == 0
    assert shop.complete("o-17").document.state == "completed"
    total = first.amount + second.amount
    assert shop.order("o-17").applied == total

    fees = [FEE.of(one.amount) for one in (first, second)]
    rows = (
        RemittanceRow(2, "T-p-1", first.amount, fees[0]),
        RemittanceRow(3, "T-p-2", second.amount, fees[1]),
        RemittanceRow(4, "p-2-back", 0),
    )
    payments = [first, second] = [shop.payment("pay-p-1"), shop.payment("pay-p-2")]
    parcels = [shop.parcel(id) for id in ("p-1", "p-2", "p-2-back")]
    found = reconcile_remittance(Remittance("R-1", "EUR", rows, "acme"), payments, parcels, FEE)
    assert found.findings == ()
    for one in found.bookings:
        shop.apply(one.call, key=one.key, by="finance")

    payments = [shop.payment("pay-p-1"), shop.payment("pay-p-2")]
    assert [one.state for one in payments] == ["remitted", "remitted"]
    assert sum(one.fees for one in payments) == sum(fees)
    shop.assert_lawful()
