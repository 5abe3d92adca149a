from __future__ import annotations

from collections import Counter as Tally
from datetime import timedelta
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import BadInput, Ref, Rounding, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.intake import Columns, remittance
from orderflow.ledger import balances
from orderflow.payments import remit
from orderflow.ports import Query, every
from orderflow.records import MoneyAccount, Parcel, Payment, Remitted
from orderflow.refunds import pay_back
from orderflow.remittances import (
    CashFee,
    FindingKind,
    Reconciled,
    Remittance,
    RemittanceRow,
    reconcile_remittance,
)
from orderflow.states import ParcelState, PaymentState
from tests.builders import LAMP, MORNING, Clock, Shop, eur, new_order
from tests.cash import FAULTS_EACH, ROWS, planted
from tests.steps import lines_of

FEE: Final = CashFee("EUR", flat=50, share_millionths=10_000)
"""0.50 and one in a hundred: 0.60 of 10.00, 0.70 of 20.00."""


def of_kind(shop: Workflow, kind: str) -> Any:
    return [stored.value for stored in every(shop.store, Query(kind, shop.tenant))]


def held(shop: Workflow, file: Remittance, fee: CashFee | None = FEE) -> Reconciled:
    """The file against all that the store knows."""
    return shop.reconcile_remittance(file, fee)


def book(shop: Workflow, found: Reconciled) -> None:
    for one in found.bookings:
        shop.apply(one.call, key=one.key)


def file(*rows: tuple[str, int, int], **more: Any) -> Remittance:
    """Rows of parcel, what is handed over and what is kept, from line 2 on."""
    made = tuple(RemittanceRow(i, *row) for i, row in enumerate(rows, 2))
    return Remittance(more.pop("id", "R-7"), "EUR", made, **more)


def send(shop: Shop, order: str, parcel: str, n: int = 2, carrier: str = "acme") -> None:
    """An order of lamps, paid at the door, whose parcel is on its road."""
    shop.stock(LAMP, "leith", n)
    shop.sell(order, (LAMP, n), cash_on_delivery=True)
    shop.allocate(order)
    shop.pack_up(order, parcel)
    shop.hand_over(parcel, carrier, f"T-{parcel}")


def collect(shop: Shop, order: str, parcel: str, n: int = 2, **more: str) -> None:
    send(shop, order, parcel, n, **more)
    shop.deliver(parcel)
    shop.collect_on_delivery(f"pay-{order}", order, eur(1000 * n))


def told(found: Reconciled) -> list[tuple[int, str, str, int, int]]:
    return [(one.row, one.parcel, one.kind, one.stated, one.known) for one in found.findings]


# --- the fee --------------------------------------------------------------------------------------


@pytest.mark.feature("F182")
def test_a_carrier_hands_over_the_cash_less_its_fee_and_owes_nothing_more(any_shop: Shop) -> None:
    shop = any_shop
    shop.place("o-1", new_order((LAMP, 2), cash_on_delivery=True))
    shop.collect_on_delivery("pay-1", "o-1", eur(2000))

    payment = shop.remit("pay-1", eur(2000), eur(70), "R-7", 2).document

    assert payment.state is PaymentState.REMITTED
    assert (payment.captured, payment.applied) == (2000, 2000)  # the order is paid in full
    assert (payment.with_carrier, payment.fees) == (0, 70)
    assert payment.remitted == (Remitted("R-7", 2, 2000, 70),)


def test_a_fee_that_eats_all_of_the_cash_settles_the_debt(shop: Shop) -> None:
    shop.place("o-1", new_order((LAMP, 1), cash_on_delivery=True))
    shop.collect_on_delivery("pay-1", "o-1", eur(1000))

    payment = shop.remit("pay-1", eur(1000), eur(1000)).document

    assert (payment.state, payment.with_carrier) == (PaymentState.REMITTED, 0)
    assert payment.fees == 1000
    assert shop.cannot_take(remit.on("pay-1", eur(0))) == "amount"


def test_a_carrier_that_keeps_its_fee_and_hands_over_all_has_handed_over_too_much(
    shop: Shop,
) -> None:
    shop.place("o-1", new_order((LAMP, 1), cash_on_delivery=True))
    shop.collect_on_delivery("pay-1", "o-1", eur(1000))

    payment = shop.remit("pay-1", eur(1060), eur(60)).document

    assert (payment.captured, payment.unapplied, payment.fees) == (1060, 60, 60)
    assert [hold.code for hold in payment.holds] == ["over_remitted"]


def test_a_fee_beyond_the_debt_is_kept_of_our_money_and_is_no_money_of_the_payer(
    shop: Shop,
) -> None:
    shop.place("o-1", new_order((LAMP, 1), cash_on_delivery=True))
    shop.collect_on_delivery("pay-1", "o-1", eur(1000))
    shop.remit("pay-1", eur(1000))

    payment = shop.remit("pay-1", eur(90), eur(60)).document

    assert (payment.captured, payment.unapplied, payment.fees) == (1030, 30, 60)


def test_a_remittance_is_the_first_that_is_heard_of_a_door_and_its_fee_was_collected_too(
    shop: Shop,
) -> None:
    shop.place("o-1", new_order((LAMP, 1), cash_on_delivery=True))
    shop.expect_cash("pay-1", "o-1", eur(1000))

    payment = shop.remit("pay-1", eur(1000), eur(60)).document

    assert (payment.state, payment.captured, payment.fees) == (PaymentState.REMITTED, 1000, 60)
    assert (payment.unapplied, payment.holds[0].code) == (1000, "over_remitted")


def test_a_refund_is_limited_by_what_was_collected_and_not_by_what_was_remitted(
    any_shop: Shop,
) -> None:
    shop = any_shop
    collect(shop, "o-1", "p-1")

    shop.ask_return("r-1", "o-1", (("1", 2),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.refund("o-1")

    payment = shop.payment("pay-o-1")
    assert (payment.refunded, payment.with_carrier) == (2000, 2000)  # the carrier still owes it
    said = "payment pay-o-1 has nothing that could be paid back"
    assert shop.refuses(pay_back.on("pay-o-1", eur(1))) == said
    payment = shop.remit("pay-o-1", eur(2000), eur(70)).document
    assert (payment.with_carrier, payment.refunded, payment.fees) == (0, 2000, 70)


@pytest.mark.parametrize(
    ("fee", "collected", "kept"),
    (
        (CashFee("EUR", flat=50), 2000, 50),
        (CashFee("EUR", share_millionths=10_000), 2050, 21),
        (CashFee("EUR", share_millionths=10_000, rounding=Rounding.DOWN), 2050, 20),
        (CashFee("EUR", share_millionths=10_000, least=100), 2000, 100),
        (CashFee("EUR", share_millionths=10_000, most=10), 2000, 10),
        (CashFee("EUR", flat=50), 20, 20),
        (CashFee("EUR", flat=50), 0, 0),
    ),
)
def test_a_fee_is_a_flat_amount_and_a_share_between_bounds(
    fee: CashFee, collected: int, kept: int
) -> None:
    assert fee.of(collected) == kept


@pytest.mark.parametrize(
    ("wrong", "path"),
    (
        ({"currency": "EURO"}, "currency"),
        ({"flat": -1}, "flat"),
        ({"share_millionths": 1_000_001}, "share_millionths"),
        ({"least": 2, "most": 1}, "least"),
        ({"rounding": "up"}, "rounding"),
        ({"refused": -1}, "refused"),
    ),
)
def test_a_fee_that_cannot_be_is_told_by_its_path(wrong: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as no:
        CashFee(**{"currency": "EUR", **wrong})

    assert no.value.path == path


@pytest.mark.parametrize(
    ("wrong", "path"),
    (
        ({"row": -1}, "row"),
        ({"parcel": ""}, "parcel"),
        ({"cash": -5}, "cash"),
        ({"cash": True}, "cash"),
        ({"fee": 0.5}, "fee"),
    ),
)
def test_what_is_no_row_of_a_file_is_told_by_its_path(wrong: dict[str, Any], path: str) -> None:
    row: dict[str, Any] = {"row": 2, "parcel": "p-1", "cash": 5}

    with pytest.raises(BadInput) as no:
        RemittanceRow(**row | wrong)

    assert no.value.path == path


@pytest.mark.parametrize(
    ("wrong", "path"),
    (
        ({"rows": (1,)}, "rows[0]"),
        ({"rows": [RemittanceRow(2, "p-1", 5)]}, "rows"),
        ({"rows": (RemittanceRow(2, "p-1", 5), RemittanceRow(2, "p-2", 5))}, "rows"),
        ({"carrier": 7}, "carrier"),
        ({"until": MORNING.replace(tzinfo=None)}, "until"),
    ),
)
def test_what_is_no_file_is_told_by_its_path(wrong: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as no:
        Remittance(**{"id": "R-7", "currency": "EUR", "rows": ()} | wrong)

    assert no.value.path == path


# --- a file that is right -------------------------------------------------------------------------


@pytest.mark.feature("F180", "F182", "F185")
def test_rows_that_are_right_are_booked_and_run_again_without_a_second_effect(
    any_shop: Shop,
) -> None:
    shop = any_shop
    collect(shop, "o-1", "p-1")
    collect(shop, "o-2", "p-2", 1)
    rows = file(("T-p-1", 2000, 70), ("p-2", 1000, 60))

    found = held(shop, rows)
    assert (found.findings, found.stated, found.right) == ((), 2870, 2870)
    shop.apply(found.bookings[0].call, key=found.bookings[0].key)  # and the process dies
    book(shop, held(shop, rows))
    book(shop, found)

    assert [shop.payment(id).state for id in ("pay-o-1", "pay-o-2")] == ["remitted"] * 2
    assert held(shop, rows) == Reconciled((), (), 2870, 2870)


def test_a_row_is_the_first_to_say_that_cash_was_collected(any_shop: Shop) -> None:
    shop = any_shop
    send(shop, "o-1", "p-1")
    shop.expect_cash("pay-1", "o-1", eur(2000))
    rows = file(("p-1", 2000, 70))

    found = held(shop, rows)
    shop.apply(found.bookings[0].call, key=found.bookings[0].key)
    book(shop, held(shop, rows))

    assert found.findings == ()
    payment = shop.payment("pay-1")
    assert (payment.state, payment.applied, payment.fees) == (PaymentState.REMITTED, 2000, 70)
    assert held(shop, rows).bookings == ()


def test_one_row_is_about_the_cash_of_all_orders_in_its_parcel(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    for order, n in (("o-1", 2), ("o-2", 1)):
        shop.sell(order, (LAMP, n), cash_on_delivery=True)
        shop.allocate(order)
        shop.release(order, f"d-{order}")
        shop.pick(f"d-{order}")
    shop.pack("p-1", ("d-o-1", "d-o-2"))
    shop.hand_over("p-1", "acme", "T-1")
    shop.deliver("p-1")
    shop.collect_on_delivery("pay-1", "o-1", eur(2000))
    shop.collect_on_delivery("pay-2", "o-2", eur(1000))
    rows = file(("T-1", 3000, 80))

    found = held(shop, rows)
    shop.apply(found.bookings[0].call, key=found.bookings[0].key)  # and the process dies
    book(shop, held(shop, rows))

    assert found.findings == ()
    assert [shop.payment(id).fees for id in ("pay-1", "pay-2")] == [53, 27]
    assert [shop.payment(id).with_carrier for id in ("pay-1", "pay-2")] == [0, 0]


def test_a_refund_between_the_door_and_the_remittance_makes_no_row_wrong(shop: Shop) -> None:
    collect(shop, "o-1", "p-1")
    shop.ask_return("r-1", "o-1", (("1", 1),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.refund("o-1")

    found = held(shop, file(("p-1", 2000, 70)))

    assert found.findings == ()
    assert len(found.bookings) == 1


def test_rows_may_come_in_parts_with_the_fee_of_the_whole(shop: Shop) -> None:
    collect(shop, "o-1", "p-1")
    first = held(shop, file(("p-1", 1000, 70)))
    assert told(first) == [(2, "p-1", FindingKind.SHORT, 1000, 2000)]
    for one in first.findings[0].bookings:  # somebody takes what has come
        shop.apply(one.call, key=one.key)

    rest = held(shop, file(("p-1", 1000, 0), id="R-8"))

    assert rest.findings == ()


# --- eight faults ---------------------------------------------------------------------------------


@pytest.mark.feature("F183", "F185")
def test_cash_that_no_row_is_about_is_missing(shop: Shop) -> None:
    collect(shop, "o-1", "p-1")

    (missing,) = held(shop, file()).findings

    assert (missing.row, missing.kind, missing.parcel) == (0, FindingKind.MISSING, "p-1")
    assert (missing.known, missing.payments, missing.bookings) == (2000, ("pay-o-1",), ())
    assert str(missing.reason) == (
        "p-1: 20.00 EUR was collected, and no row says that it is handed over"
    )


def test_cash_of_a_delivered_parcel_is_missing_though_nobody_has_said_that_it_was_collected(
    shop: Shop,
) -> None:
    send(shop, "o-1", "p-1")
    shop.expect_cash("pay-1", "o-1", eur(2000))
    assert held(shop, file()).findings == ()  # it is on the road yet
    shop.deliver("p-1")

    assert told(held(shop, file())) == [(0, "p-1", FindingKind.MISSING, 0, 2000)]


@pytest.mark.feature("F183")
def test_a_carrier_that_sends_no_file_is_found_silent_by_an_empty_one(shop: Shop) -> None:
    for n in ("1", "2"):
        send(shop, f"o-{n}", f"p-{n}")
        shop.expect_cash(f"pay-{n}", f"o-{n}", eur(2000))
        shop.deliver(f"p-{n}")
        shop.clock.forward(days=7)
    days = shop.clock.at - timedelta(days=10)

    found = held(shop, file(carrier="acme", until=days))

    assert told(found) == [(0, "p-1", FindingKind.MISSING, 0, 2000)]
    assert shop.payment("pay-1").state == "due at door"
    assert shop.due(shop.clock.at) == []


def test_nothing_is_missing_of_another_carrier_nor_of_a_later_day(shop: Shop) -> None:
    collect(shop, "o-1", "p-1", carrier="acme")
    collect(shop, "o-2", "p-2", carrier="sea mail")
    shop.clock.forward(days=1)
    collect(shop, "o-3", "p-3", carrier="acme")
    shop.place("o-4", new_order((LAMP, 1), cash_on_delivery=True))
    shop.collect_on_delivery("pay-o-4", "o-4", eur(1000))  # by whom, nobody knows

    found = held(shop, file(carrier="acme", until=MORNING + timedelta(hours=1)))

    assert [one.parcel for one in found.findings] == ["p-1"]
    everywhere = held(shop, file()).findings
    assert [one.parcel for one in everywhere] == ["p-1", "p-2", "p-3", "o-4"]


def test_a_row_of_another_carriers_parcel_is_about_nothing_that_is_known(shop: Shop) -> None:
    collect(shop, "o-1", "p-1", carrier="sea mail")

    found = held(shop, file(("p-1", 2000, 70), carrier="acme"))

    assert told(found) == [(2, "p-1", FindingKind.UNKNOWN_PARCEL, 2000, 0)]


@pytest.mark.parametrize(
    ("handed", "fault"),
    ((1830, FindingKind.SHORT), (2030, FindingKind.OVER), (1929, FindingKind.SHORT)),
)
def test_a_row_that_is_too_small_or_too_large_is_booked_by_whoever_takes_it(
    shop: Shop, handed: int, fault: FindingKind
) -> None:
    collect(shop, "o-1", "p-1")

    found = held(shop, file(("p-1", handed + 70, 70)))
    (finding,) = found.findings
    assert (finding.kind, finding.stated, finding.known) == (fault, handed + 70, 2000)
    assert (found.bookings, found.right) == ((), 0)
    for one in finding.bookings:
        shop.apply(one.call, key=one.key)

    payment = shop.payment("pay-o-1")
    assert payment.with_carrier == max(0, 1930 - handed)
    assert payment.unapplied == max(0, handed - 1930)
    assert held(shop, file(("p-1", handed + 70, 70))).findings == ()  # it is done with


def test_a_wrong_fee_is_a_fault_also_where_the_sum_is_right(shop: Shop) -> None:
    collect(shop, "o-1", "p-1")
    rows = file(("p-1", 2000, 100))

    assert told(held(shop, rows)) == [(2, "p-1", FindingKind.WRONG_FEE, 100, 70)]
    assert held(shop, rows, fee=None).findings == ()


def test_a_row_may_have_two_faults(shop: Shop) -> None:
    collect(shop, "o-1", "p-1")

    found = held(shop, file(("p-1", 1800, 0)))

    assert [one.kind for one in found.findings] == [FindingKind.SHORT, FindingKind.WRONG_FEE]


def test_a_second_row_about_the_same_cash_is_one_too_many_under_whatever_name(shop: Shop) -> None:
    collect(shop, "o-1", "p-1")

    found = held(shop, file(("p-1", 2000, 70), ("T-p-1", 2000, 70), ("o-1", 2000, 70)))

    assert [(row, fault) for row, _, fault, _, _ in told(found)] == [
        (3, FindingKind.TWICE),
        (4, FindingKind.TWICE),
    ]
    assert found.right == 1930
    book(shop, found)
    for one in found.findings[0].bookings:  # the money has come, so somebody books it
        shop.apply(one.call, key=one.key)
    assert shop.payment("pay-o-1").unapplied == 1930
    assert [hold.code for hold in shop.payment("pay-o-1").holds] == ["over_remitted"]


def test_cash_that_an_earlier_file_has_settled_was_remitted_before(shop: Shop) -> None:
    collect(shop, "o-1", "p-1")
    book(shop, held(shop, file(("p-1", 2000, 70))))

    found = held(shop, file(("p-1", 2000, 70), id="R-8"))

    assert told(found) == [(2, "p-1", FindingKind.REMITTED_BEFORE, 2000, 0)]


@pytest.mark.feature("F183", "F185")
def test_a_row_that_says_something_else_than_when_it_was_booked_is_found(any_shop: Shop) -> None:
    shop = any_shop
    collect(shop, "o-1", "p-1", 1)
    for one in held(shop, file(("p-1", 400, 0)), None).findings[0].bookings:
        shop.apply(one.call, key=one.key)

    found = held(shop, file(("p-1", 600, 0)), None)

    assert told(found) == [(2, "p-1", FindingKind.REMITTED_BEFORE, 600, 400)]
    assert str(found.findings[0].reason) == (
        "p-1: 6.00 EUR in a row that was booked with 4.00 before"
    )
    assert (found.bookings, found.right) == ((), 0)
    for _ in range(2):  # the rest has come, and is booked once
        for one in found.findings[0].bookings:
            shop.apply(one.call, key=one.key)
    assert shop.payment("pay-o-1").with_carrier == 400
    assert held(shop, file(("p-1", 600, 0)), None) == Reconciled((), (), 600, 600)


@pytest.mark.feature("F183")
def test_a_row_that_says_less_by_now_is_found_and_books_nothing(
    shop: Shop,
) -> None:
    collect(shop, "o-1", "p-1")
    book(shop, held(shop, file(("p-1", 2000, 70))))

    for row, what in (
        (("p-1", 1900, 70), (2, "p-1", FindingKind.REMITTED_BEFORE, 1900, 2000)),
        (("p-1", 2000, 50), (2, "p-1", FindingKind.WRONG_FEE, 50, 70)),
    ):
        found = held(shop, file(row))
        assert told(found) == [what]
        assert (found.findings[0].bookings, found.right) == ((), 0)


@pytest.mark.feature("F182", "F183")
def test_a_row_that_says_a_higher_fee_by_now_is_booked_by_whoever_takes_it(any_shop: Shop) -> None:
    shop = any_shop
    collect(shop, "o-1", "p-1")
    book(shop, held(shop, file(("p-1", 2000, 70))))

    for kept, before in ((90, 70), (95, 90)):
        found = held(shop, file(("p-1", 2000, kept)))
        assert told(found) == [(2, "p-1", FindingKind.WRONG_FEE, kept, before)]
        for _ in range(2):
            for one in found.findings[0].bookings:
                shop.apply(one.call, key=one.key)

    assert (shop.payment("pay-o-1").fees, shop.payment("pay-o-1").unapplied) == (95, 0)
    assert held(shop, file(("p-1", 2000, 95))).findings == ()


# --- what a carrier charges for a door that stayed shut -------------------------------------------


def refused(shop: Shop, order: str, parcel: str) -> None:
    send(shop, order, parcel)
    shop.expect_cash(f"pay-{order}", order, parcel=parcel)
    shop.turn_back(parcel, "refused")


@pytest.mark.feature("F182", "F183", "F185")
def test_a_fee_for_a_refused_parcel_is_kept_of_the_cash_of_others_and_is_booked(
    any_shop: Shop,
) -> None:
    shop = any_shop
    collect(shop, "o-1", "p-1")
    refused(shop, "o-2", "p-2")
    rows = file(("p-1", 2000, 70), ("p-2", 0, 300))
    agreed = CashFee("EUR", flat=50, share_millionths=10_000, refused=300)

    found = held(shop, rows, agreed)
    book(shop, found)
    book(shop, found)

    assert (found.findings, found.stated, found.right) == ((), 1630, 1630)
    payment = shop.payment("pay-o-2")
    assert (payment.state, payment.captured, payment.fees) == ("voided", 0, 300)
    assert (payment.holds, payment.remitted) == ((), (Remitted("R-7", 3, 0, 300),))
    bank = balances(shop.postings())["EUR", MoneyAccount.BANK]
    assert shop.payment("pay-o-1").captured + bank == found.stated, "what the carrier hands over"
    assert held(shop, rows, agreed) == Reconciled((), (), 1630, 1630)


@pytest.mark.feature("F183")
def test_a_fee_for_a_refused_parcel_that_was_not_agreed_is_wrong_and_booked_by_whoever_takes_it(
    shop: Shop,
) -> None:
    refused(shop, "o-1", "p-1")

    found = held(shop, file(("p-1", 0, 300)))
    assert told(found) == [(2, "p-1", FindingKind.WRONG_FEE, 300, 0)]
    for one in found.findings[0].bookings:
        shop.apply(one.call, key=one.key)

    assert shop.payment("pay-o-1").fees == 300
    assert held(shop, file(("p-1", 0, 300))).findings == ()
    charged = CashFee("EUR", refused=300)
    again = held(shop, file(("p-1", 0, 300), id="R-8"), charged)
    assert [one.kind for one in again.findings] == [FindingKind.WRONG_FEE], "once a parcel"
    assert held(shop, file(("p-1", 0, 0), id="R-8"), charged).findings == (), "it may ask for less"


def test_a_fee_that_comes_in_a_later_file_than_its_cash_is_booked_too(shop: Shop) -> None:
    collect(shop, "o-1", "p-1")
    for one in held(shop, file(("p-1", 2000, 0))).findings[0].bookings:
        shop.apply(one.call, key=one.key)

    found = held(shop, file(("p-1", 0, 70), id="R-8"))
    book(shop, found)

    assert found.findings == ()
    assert (shop.payment("pay-o-1").fees, shop.payment("pay-o-1").unapplied) == (70, 0)


def test_a_fee_beyond_the_cash_is_kept_of_the_cash_of_others(shop: Shop) -> None:
    collect(shop, "o-1", "p-1", 1)

    payment = shop.remit("pay-o-1", eur(1000), eur(1200)).document

    assert (payment.state, payment.with_carrier) == (PaymentState.REMITTED, 0)
    assert (payment.captured, payment.unapplied, payment.fees) == (1000, 0, 1200)


# --- a file that was corrected --------------------------------------------------------------------


def take(shop: Shop, found: Reconciled) -> None:
    """Book a file as it is stated: what is right, and what is wrong."""
    for one in (*found.bookings, *(one for wrong in found.findings for one in wrong.bookings)):
        shop.apply(one.call, key=one.key)


@pytest.mark.feature("F183", "F185")
def test_a_row_that_a_corrected_file_gives_to_another_parcel_is_no_clean_booking(
    any_shop: Shop,
) -> None:
    shop = any_shop
    for n in ("1", "2"):
        collect(shop, f"o-{n}", f"p-{n}")
    book(shop, held(shop, file(("p-1", 2000, 70))))
    corrected = file(("p-2", 2000, 70))

    found = held(shop, corrected)

    assert told(found) == [
        (2, "p-2", FindingKind.REMITTED_BEFORE, 2000, 2000),
        (2, "p-1", FindingKind.REMITTED_BEFORE, 0, 2000),
    ]
    assert (found.bookings, found.right) == ((), 0)
    assert [one.payments for one in found.findings] == [("pay-o-2",), ("pay-o-1",)]
    take(shop, found)  # 20.00 came for each of them
    again = held(shop, corrected)
    assert told(again) == [(2, "p-1", FindingKind.REMITTED_BEFORE, 0, 2000)]
    assert again.right == 1930


@pytest.mark.feature("F183")
def test_a_row_that_a_corrected_file_has_no_more_is_found_with_what_was_booked(shop: Shop) -> None:
    collect(shop, "o-1", "p-1")
    send(shop, "o-2", "p-2")
    shop.expect_cash("pay-o-2", "o-2", parcel="p-2")
    shop.turn_back("p-2", "refused")
    agreed = CashFee("EUR", flat=50, share_millionths=10_000, refused=300)
    book(shop, held(shop, file(("p-1", 2000, 70), ("p-2", 0, 300)), agreed))

    found = held(shop, file(), agreed)

    assert told(found) == [
        (2, "p-1", FindingKind.REMITTED_BEFORE, 0, 2000),
        (3, "p-2", FindingKind.WRONG_FEE, 0, 300),
    ]
    assert str(found.findings[0].reason) == (
        "p-1: 0.00 EUR in a row that was booked with 20.00 before"
    )
    assert held(shop, file(unread=("T-p-1", "o-2")), agreed).findings == ()
    assert held(shop, file(id="R-8"), agreed).findings == ()


def test_a_row_under_another_number_is_found_and_books_nothing_by_itself(shop: Shop) -> None:
    collect(shop, "o-1", "p-1")
    take(shop, held(shop, file(("p-1", 1000, 70))))
    moved = Remittance("R-7", "EUR", (RemittanceRow(3, "T-p-1", 1000),))

    found = held(shop, moved)

    assert told(found) == [(3, "T-p-1", FindingKind.REMITTED_BEFORE, 1000, 1000)]
    assert found.bookings == ()
    take(shop, found)  # somebody knows that it came twice
    assert shop.payment("pay-o-1").with_carrier == 0
    assert told(held(shop, moved)) == [(2, "p-1", FindingKind.REMITTED_BEFORE, 0, 1000)]


def test_rows_in_another_order_are_found_and_book_nothing(shop: Shop) -> None:
    for n in ("1", "2"):
        collect(shop, f"o-{n}", f"p-{n}")
    book(shop, held(shop, file(("p-1", 2000, 70), ("p-2", 2000, 70))))

    found = held(shop, file(("p-2", 2000, 70), ("p-1", 2000, 70)))

    assert [(one.row, one.kind) for one in found.findings] == [
        (2, FindingKind.REMITTED_BEFORE),
        (3, FindingKind.REMITTED_BEFORE),
    ]
    assert found.bookings == ()


def test_a_file_of_another_carrier_under_the_same_number_is_no_corrected_one(shop: Shop) -> None:
    collect(shop, "o-1", "p-1", carrier="acme")
    collect(shop, "o-2", "p-2", carrier="sea mail")
    book(shop, held(shop, file(("p-1", 2000, 70), carrier="acme")))

    found = held(shop, file(("p-2", 2000, 70), carrier="sea mail"))

    assert (found.findings, found.right) == ((), 1930)


ROWS_OF_A_FILE: Final = st.lists(
    st.tuples(
        st.sampled_from(("p-1", "T-p-1", "p-2", "p-3", "o-4", "d-1", "d-2", "nobody")),
        st.sampled_from((0, 0, 500, 1000, 1500, 2000)),
        st.sampled_from((0, 0, 20, 50, 70)),
        st.integers(2, 6),
    ),
    max_size=5,
    unique_by=lambda row: row[3],
)


@pytest.mark.feature("F183", "F185")
@given(
    st.lists(st.tuples(ROWS_OF_A_FILE, st.integers(0, 9), st.booleans()), max_size=4),
    st.sampled_from((None, FEE)),
)
@settings(max_examples=60, deadline=None)
def test_a_file_without_a_finding_has_booked_what_it_states_whatever_it_said_before(
    versions: list[tuple[list[tuple[str, int, int, int]], int, bool]], agreed: CashFee | None
) -> None:
    shop = Shop(MemoryStore())
    for n in ("1", "2"):
        collect(shop, f"o-{n}", f"p-{n}")
    refused(shop, "o-3", "p-3")
    send(shop, "o-4", "p-4")
    shop.expect_cash("pay-o-4", "o-4", parcel="p-4")
    shop.deliver("p-4")  # the file is the first to say that it was collected
    one_door(shop)

    for said, booked, all_of_it in versions:
        rows = tuple(RemittanceRow(n, name, cash, fee) for name, cash, fee, n in said)
        stated = Remittance("R-7", "EUR", rows, "acme")
        found = held(shop, stated, agreed)
        for one in found.bookings[:booked]:  # a process may die
            shop.apply(one.call, key=one.key)
        if all_of_it:
            take(shop, held(shop, stated, agreed))

        again = held(shop, stated, agreed)
        if not again.bookings and not [one for one in again.findings if one.row]:
            in_books = sum(
                done.amount - done.fee
                for payment in of_kind(shop, "payment")
                for done in payment.remitted
            )
            assert in_books == again.stated == again.right


# --- several rows about the same cash -------------------------------------------------------------


@pytest.mark.feature("F182", "F185")
@pytest.mark.parametrize(
    "rows",
    (
        (("p-1", 0, 70), ("p-1", 2000, 0)),
        (("p-1", 2000, 0), ("T-p-1", 0, 70)),
        (("p-1", 1000, 40), ("o-1", 1000, 30), ("p-1", 0, 0)),
    ),
)
@pytest.mark.parametrize("known", (True, False))
def test_rows_about_the_same_cash_are_right_where_they_are_right_together(
    any_shop: Shop, rows: tuple[tuple[str, int, int], ...], known: bool
) -> None:
    shop = any_shop
    send(shop, "o-1", "p-1")
    shop.expect_cash("pay-o-1", "o-1", parcel="p-1")
    shop.deliver("p-1")
    if known:
        shop.collect_on_delivery("pay-o-1", "o-1", eur(2000))

    found = held(shop, file(*rows))
    assert (found.findings, found.right) == ((), 1930)
    for one in held(shop, file(*rows)).bookings:  # a process that dies after each
        shop.apply(one.call, key=one.key)
        again = held(shop, file(*rows))
        assert (again.findings, again.right) == ((), 1930)
    book(shop, found)

    payment = shop.payment("pay-o-1")
    assert (payment.state, payment.with_carrier) == (PaymentState.REMITTED, 0)
    assert (payment.captured, payment.fees, payment.holds) == (2000, 70, ())
    assert held(shop, file(*rows)) == Reconciled((), (), 1930, 1930)


def one_door(shop: Shop) -> None:
    """An order in two parcels, whose cash was all taken at one door."""
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-5", (LAMP, 2), cash_on_delivery=True)
    shop.allocate("o-5")
    for parcel in ("d-1", "d-2"):
        shop.pack_up("o-5", parcel, lines=(("1", 1),))
        shop.hand_over(parcel, "acme", f"T-{parcel}")
        shop.deliver(parcel)
    shop.collect_on_delivery("pay-1", "o-5", eur(2000))


def test_a_row_for_each_parcel_of_one_door_is_right(shop: Shop) -> None:
    one_door(shop)

    found = held(shop, file(("d-1", 1000, 35), ("d-2", 1000, 35)))
    book(shop, found)

    assert found.findings == ()
    assert (shop.payment("pay-1").with_carrier, shop.payment("pay-1").fees) == (0, 70)


def test_rows_about_the_cash_of_two_orders_are_right_together(shop: Shop) -> None:
    two_doors(shop)
    rows = file(("o-1", 1500, 0), ("o-1", 0, 80), ("o-1", 1500, 0))

    for one in held(shop, rows).bookings:
        shop.apply(one.call, key=one.key)
        again = held(shop, rows)
        assert (again.findings, again.right) == ((), 2920)

    assert [shop.payment(f"pay-p-{i}").with_carrier for i in (1, 2)] == [0, 0]
    assert sum(shop.payment(f"pay-p-{i}").fees for i in (1, 2)) == 80


@pytest.mark.feature("F183")
@pytest.mark.parametrize(
    ("rows", "faults"),
    (
        (
            (("p-1", 0, 90), ("p-1", 2000, 0)),
            [(2, "p-1", FindingKind.WRONG_FEE, 90, 70)],
        ),
        (
            (("p-1", 2000, 70), ("p-1", 0, 30)),
            [(3, "p-1", FindingKind.WRONG_FEE, 100, 70)],
        ),
        (
            (("p-1", 1000, 0), ("p-1", 1000, 0)),
            [(2, "p-1", FindingKind.WRONG_FEE, 0, 70)],
        ),
        (
            (("p-1", 0, 70), ("p-1", 1500, 0)),
            [(3, "p-1", FindingKind.SHORT, 1500, 2000)],
        ),
        (
            (("p-1", 0, 40), ("p-1", 0, 30)),
            [(2, "p-1", FindingKind.SHORT, 0, 2000)],
        ),
        (
            (("p-1", 1500, 70), ("p-1", 1500, 70), ("p-1", 0, 0), ("p-1", 0, 9)),
            [
                (2, "p-1", FindingKind.SHORT, 1500, 2000),
                (3, "p-1", FindingKind.TWICE, 1500, 0),
                (5, "p-1", FindingKind.WRONG_FEE, 9, 0),
            ],
        ),
    ),
)
def test_rows_that_are_wrong_together_are_found_once_and_taken_as_they_are(
    any_shop: Shop,
    rows: tuple[tuple[str, int, int], ...],
    faults: list[tuple[int, str, str, int, int]],
) -> None:
    shop = any_shop
    collect(shop, "o-1", "p-1")

    found = held(shop, file(*rows))
    assert told(found) == faults
    book(shop, found)
    again = held(shop, file(*rows))
    assert (told(again), again.bookings) == (faults, ())
    take(shop, again)

    assert [one.kind for one in held(shop, file(*rows)).findings if one.row] == []
    payment = shop.payment("pay-o-1")
    assert payment.fees == sum(fee for _, _, fee in rows)
    assert sum(one.amount for one in payment.remitted) == sum(cash for _, cash, _ in rows)


@pytest.mark.feature("F183")
def test_a_fee_above_its_cash_is_wrong_and_the_cash_settles_debt(any_shop: Shop) -> None:
    shop = any_shop
    collect(shop, "o-1", "p-1")

    found = held(shop, file(("p-1", 500, 700)))
    assert told(found) == [
        (2, "p-1", FindingKind.SHORT, 500, 2000),
        (2, "p-1", FindingKind.WRONG_FEE, 700, 70),
    ]
    take(shop, found)

    assert (shop.payment("pay-o-1").with_carrier, shop.payment("pay-o-1").fees) == (1500, 700)


# --- whose cash it is -----------------------------------------------------------------------------


@pytest.mark.feature("F182", "F185")
def test_a_row_may_name_an_order_whose_payment_names_its_parcel(any_shop: Shop) -> None:
    shop = any_shop
    send(shop, "o-1", "p-1")
    shop.expect_cash("pay-1", "o-1", parcel="p-1")
    shop.deliver("p-1")
    shop.collect_on_delivery("pay-1", "o-1", eur(2000))

    found = held(shop, file(("o-1", 2000, 70)))

    assert (found.findings, found.right) == ((), 1930)
    assert [one.call.ref.id for one in found.bookings] == ["pay-1"]
    of_another = held(shop, file(("o-1", 2000, 70), carrier="sea mail"))
    assert [one.kind for one in of_another.findings] == [FindingKind.UNKNOWN_PARCEL]


def two_doors(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-1", (LAMP, 3), cash_on_delivery=True)
    shop.allocate("o-1")
    for parcel, n in (("p-1", 1), ("p-2", 2)):
        shop.pack_up("o-1", parcel, lines=(("1", n),))
        shop.expect_cash(f"pay-{parcel}", "o-1", parcel=parcel)
        shop.hand_over(parcel, "acme", f"T-{parcel}")
        shop.deliver(parcel)
        shop.collect_on_delivery(f"pay-{parcel}", "o-1", eur(1000 * n))


def test_a_row_that_names_an_order_is_about_all_its_doors(shop: Shop) -> None:
    two_doors(shop)

    found = held(shop, file(("o-1", 3000, 80)))
    book(shop, found)

    assert found.findings == ()
    assert [shop.payment(f"pay-p-{i}").state for i in (1, 2)] == ["remitted"] * 2
    assert held(shop, file(("o-1", 3000, 80))) == Reconciled((), (), 2920, 2920)


def test_a_row_that_names_an_order_is_about_the_doors_that_no_earlier_row_named(
    shop: Shop,
) -> None:
    two_doors(shop)

    right = held(shop, file(("p-1", 1000, 60), ("o-1", 2000, 70)))
    twice = held(shop, file(("o-1", 3000, 80), ("p-1", 1000, 60)))

    assert right.findings == ()
    assert told(twice) == [(3, "p-1", FindingKind.TWICE, 1000, 0)]


@pytest.mark.feature("F177", "F183")
@pytest.mark.parametrize(("cash", "fault"), ((1000, None), (2000, None), (1500, FindingKind.SHORT)))
def test_a_row_answers_for_a_carrier_that_was_asked_to_collect_another_amount(
    shop: Shop, cash: int, fault: FindingKind | None
) -> None:
    send(shop, "o-1", "p-1")
    shop.expect_cash("pay-1", "o-1", parcel="p-1")
    shop.pay("card", eur(1000), (("o-1", 1000),))
    shop.deliver("p-1")

    found = held(shop, file(("p-1", cash, 0)), None)

    assert [one.kind for one in found.findings] == ([fault] if fault else [])


def numbered(shop: Shop, order: str, parcel: str, carrier: str = "acme") -> None:
    """An order with a lamp, paid at the door of a parcel whose waybill has a common number."""
    shop.stock(LAMP, "leith", 1)
    shop.sell(order, (LAMP, 1), cash_on_delivery=True)
    shop.allocate(order)
    shop.pack_up(order, parcel)
    shop.expect_cash(f"pay-{parcel}", order, parcel=parcel)
    shop.hand_over(parcel, carrier, "1001")


@pytest.mark.feature("F182")
def test_a_waybill_number_that_two_carriers_have_given_is_that_of_the_files(any_shop: Shop) -> None:
    shop = any_shop
    for parcel, carrier in (("p-1", "sea"), ("p-2", "acme")):
        numbered(shop, f"o-{parcel}", parcel, carrier)
        shop.deliver(parcel)
        shop.collect_on_delivery(f"pay-{parcel}", f"o-{parcel}", eur(1000))

    found = held(shop, file(("1001", 1000, 60), carrier="acme"))

    assert told(found) == []
    book(shop, found)
    assert shop.payment("pay-p-2").state is PaymentState.REMITTED
    again = held(shop, file(("1001", 1000, 60), carrier="acme"))
    assert (told(again), again.bookings) == ([], ())


@pytest.mark.feature("F182")
def test_a_number_that_was_used_again_is_that_of_the_parcel_which_brought_cash(shop: Shop) -> None:
    numbered(shop, "o-1", "p-1")
    shop.turn_back("p-1", "refused")
    numbered(shop, "o-2", "p-2")
    shop.deliver("p-2")

    found = held(shop, file(("1001", 1000, 60), carrier="acme"))

    assert told(found) == []
    assert {one.call.ref.id for one in found.bookings} == {"pay-p-2"}


def test_two_rows_of_one_number_are_about_two_parcels_and_a_third_is_one_too_many(
    shop: Shop,
) -> None:
    for parcel in ("p-1", "p-2"):
        numbered(shop, f"o-{parcel}", parcel)
        shop.deliver(parcel)
    three = file(*[("1001", 1000, 60)] * 3)

    found = held(shop, three)

    assert told(found) == [(4, "1001", "twice", 1000, 0)]
    assert {one.call.ref.id for one in found.bookings} == {"pay-p-1", "pay-p-2"}
    book(shop, found)
    assert told(held(shop, three)) == [(4, "1001", "twice", 1000, 0)]


def test_cash_of_a_refused_parcel_is_remitted_though_nothing_was_collected(shop: Shop) -> None:
    send(shop, "o-1", "p-1")
    shop.expect_cash("pay-1", "o-1", eur(2000))
    shop.turn_back("p-1", "refused")
    assert shop.payment("pay-1").state is PaymentState.VOIDED  # nothing is due at its door

    (finding,) = held(shop, file(("p-1", 2000, 70))).findings
    assert (finding.kind, finding.stated) == (FindingKind.REFUSED_YET_REMITTED, 2000)
    for one in finding.bookings:
        shop.apply(one.call, key=one.key)

    payment = shop.payment("pay-1")
    assert payment.unapplied >= 1930
    assert [hold.code for hold in payment.holds] == ["over_remitted"]


def test_a_refused_parcel_may_stand_in_the_file_with_nothing(shop: Shop) -> None:
    send(shop, "o-1", "p-1")
    shop.expect_cash("pay-1", "o-1", eur(2000))
    shop.turn_back("p-1", "refused")

    assert held(shop, file(("p-1", 0, 0))) == Reconciled((), (), 0, 0)


def test_a_parcel_that_nobody_knows_is_named_with_what_it_brought(shop: Shop) -> None:
    shop.sell("o-1", (LAMP, 1))  # paid by card: no cash is due for it

    found = held(shop, file(("T-9", 500, 0), ("o-1", 500, 0)))

    assert [(one.kind, one.stated, one.bookings) for one in found.findings] == [
        (FindingKind.UNKNOWN_PARCEL, 500, ())
    ] * 2


def test_cash_in_another_currency_is_not_of_this_file(shop: Shop) -> None:
    collect(shop, "o-1", "p-1")
    krona = Remittance("R-7", "SEK", (RemittanceRow(2, "p-1", 2000),))

    found = held(shop, krona, CashFee("SEK"))

    assert [one.kind for one in found.findings] == [FindingKind.UNKNOWN_PARCEL]
    with pytest.raises(BadInput, match=r"fee\.currency: SEK is wanted"):
        held(shop, krona, FEE)


def test_a_row_that_could_not_be_read_makes_no_cash_missing(shop: Shop) -> None:
    collect(shop, "o-1", "p-1")
    taken = remittance("parcel,collected,fee\np-1,2o.00,0.70\n", "R-7", "EUR")

    assert [one.column for one in taken.findings] == ["collected"]
    assert taken.remittance.unread == ("p-1",)
    assert held(shop, taken.remittance).findings == ()


# --- ten thousand rows ----------------------------------------------------------------------------


@pytest.mark.feature("F182", "F183", "F185")
def test_each_planted_fault_of_a_large_file_is_found_with_its_kind_and_nothing_else() -> None:
    made = planted(Clock())
    shop, rows = made.shop, made.file

    found = held(shop, rows)

    assert sorted((one.row, one.parcel, one.kind) for one in found.findings) == sorted(made.faults)
    assert len(rows.rows) == ROWS
    kinds = Tally(one.kind for one in found.findings)
    assert kinds.keys() == set(FindingKind)
    assert min(kinds.values()) == FAULTS_EACH
    book(shop, found)
    again = held(shop, rows)
    assert (again.bookings, again.right) == ((), found.right)
    assert told(again) == told(found)
    in_file = {one.ref.id for one in of_kind(shop, "payment") if one.with_carrier} - made.beside
    assert in_file == made.owing


def test_the_work_grows_with_the_rows_and_not_faster() -> None:
    def steps(n: int) -> int:
        payments = [
            Payment(
                Ref("", "payment", f"pay-{i}"),
                PaymentState.COLLECTED,
                "cash on delivery",
                1000,
                "EUR",
                captured=1000,
                with_carrier=1000,
                due_for=f"o-{i}",
                parcel=f"p-{i}",
            )
            for i in range(n)
        ]
        parcels = [
            Parcel(Ref("", "parcel", f"p-{i}"), ParcelState.DELIVERED, (f"o-{i}",), "leith")
            for i in range(n)
        ]
        rows = Remittance("R", "EUR", tuple(RemittanceRow(i, f"p-{i}", 1000) for i in range(n)))
        return lines_of(lambda: reconcile_remittance(rows, payments, parcels))

    assert steps(2_000) < 12 * steps(200)


# --- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "cash", "fee"),
    (
        ("20.00,0.70,19.30", 2000, 70),
        ("20.00,0.70,", 2000, 70),
        ("20.00,,19.30", 2000, 70),
        (",0.70,19.30", 2000, 70),
        ("20.00,,", 2000, 0),
        (",,19.30", 1930, 0),
        ("0.00,2.00,-2.00", 0, 200),
    ),
)
def test_what_a_row_leaves_out_follows_from_the_other_amounts(
    cells: str, cash: int, fee: int
) -> None:
    taken = remittance(f"parcel,collected,fee,remitted\nT-1,{cells}\n", "R-7", "EUR")

    assert taken.findings == ()
    assert taken.remittance.rows == (RemittanceRow(2, "T-1", cash, fee),)
    assert taken.remittance.rows[0].remitted == cash - fee


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    (
        ("T-1,20.00,0.70,20.00,", "collected", "is not what was kept and what was remitted"),
        ("T-1,19.00,,20.00,", "collected", "is not what was kept and what was remitted"),
        ("T-1,,0.70,,", "collected", "this, or what was remitted, is wanted"),
        ("T-1,,1.00,-2.00,", "remitted", "is less than the fee gives back"),
        (
            "T-1,,10000000000000,10000000000000,",
            "remitted",
            "is more, with its fee, than an amount can be",
        ),
        (",20.00,,,", "parcel", "must not be empty"),
        ("T-1,20.00,,,SEK", "currency", "EUR is wanted"),
        ("T-1,20.001,,,", "collected", "20.001 is finer than the smallest coin of EUR"),
        ("T-1,-1,,,", "collected", "-100 is not between 0 and 1000000000000000"),
        ("T-1,20.00", "", "has 2 cells where the header has 5"),
    ),
)
def test_a_row_that_cannot_be_read_is_a_finding(row: str, column: str, reason: str) -> None:
    header = "parcel,collected,fee,remitted,currency"

    taken = remittance(f"{header}\n{row}\nT-2,10.00,,,EUR\n", "R-7", "EUR")

    assert [(one.row, one.column, one.reason) for one in taken.findings] == [(2, column, reason)]
    assert [one.parcel for one in taken.remittance.rows] == ["T-2"]


def test_a_carriers_own_columns_are_data() -> None:
    theirs = Columns({"运单号": "parcel", "代收货款": "collected", "手续费": "fee", "备注": ""})

    taken = remittance(
        "运单号,代收货款,手续费,备注\nSF-1,99.00,1.00,好\n", "R-7", "CNY", columns=theirs
    )

    assert taken.remittance.rows == (RemittanceRow(2, "SF-1", 9900, 100),)


def test_a_file_without_its_columns_or_with_strange_ones_gives_no_row() -> None:
    assert [one.column for one in remittance("fee\n1\n", "R-7", "EUR").findings] == ["parcel"]
    assert [one.column for one in remittance("parcel,paid\n", "R-7", "EUR").findings] == ["paid"]
    with pytest.raises(BadInput, match="there is no column waybill"):
        remittance("a\n", "R-7", "EUR", columns=Columns({"a": "waybill"}))
    with pytest.raises(BadInput):
        remittance("parcel\n", "", "EUR")
