from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from orderflow import (
    BadInput,
    ChargeKind,
    Destination,
    NewCharge,
    NewLine,
    NewOrder,
    Price,
    Rules,
    Sku,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.allocation import allocate
from orderflow.closing import complete
from orderflow.orders import (
    adjust,
    cancel,
    confirm,
    draft,
    expire,
    hold,
    lift_hold,
    place,
)
from orderflow.pricing import due, given_up, total
from orderflow.records import Charge, Hold, Span
from orderflow.states import OrderState
from orderflow.views import headline
from tests.builders import BELL, LAMP, MORNING, ROPE, TEA, Shop, eur, line, new_order, owing

GOODS, DISCOUNT, TAX, FREIGHT, FEE = list(ChargeKind)[:5]


# --- draft and place ----------------------------------------------------------


@pytest.mark.feature("F010", "F011", "F029")
def test_a_placed_order_holds_all_that_was_agreed(shop: Shop) -> None:
    tomorrow = MORNING + timedelta(days=1)

    order = shop.place(
        "o-17",
        new_order(
            line("1", LAMP, 3, promised=tomorrow),
            seller="north-lights",
            channel="web",
            shop="main",
            number="W-77",
            priority=2,
            pay_by=tomorrow,
            destination=Destination("addr-9", "GB"),
        ),
    ).document

    assert order.state is OrderState.PLACED
    assert (order.customer, order.currency, order.placed_at) == ("c-7", "EUR", MORNING)
    assert (order.seller, order.channel, order.shop, order.number) == (
        "north-lights",
        "web",
        "main",
        "W-77",
    )
    assert (order.priority, order.pay_by, order.destination.address) == (2, tomorrow, "addr-9")
    only = order.lines[0]
    assert (only.sku, only.n, str(only.price), only.promised) == (
        "BRASS-LAMP",
        3,
        "10.00",
        tomorrow,
    )
    assert shop.bag("o-17") == {"open": 3}
    assert due(order) == 3000


@pytest.mark.feature("F034")
def test_a_draft_is_parked_and_placed_later(shop: Shop) -> None:
    drafted = shop.draft("o-17", new_order((LAMP, 1))).document

    assert drafted.state is OrderState.DRAFT
    assert shop.place("o-17").document.state is OrderState.PLACED


def test_a_draft_may_have_no_lines_and_is_not_placed_without_any(shop: Shop) -> None:
    shop.draft("o-17", new_order())

    assert shop.refuses(place.on("o-17")) == "order o-17 has no lines"
    assert shop.refuses(place.on("o-18", new_order())) == "order o-18 has no lines"


def test_an_order_is_placed_once(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    assert shop.refuses(place.on("o-17", new_order((LAMP, 1)))) == "order o-17 is there already"
    assert shop.refuses(draft.on("o-17", new_order((LAMP, 1)))) == "order o-17 is there already"
    assert (
        shop.refuses(place.on("o-17"))
        == "order o-17 is placed: cannot place (can: review, confirm, cancel, expire)"
    )


def test_an_order_that_nobody_wrote_down_cannot_be_placed(shop: Shop) -> None:
    assert shop.refuses(place.on("o-99")) == "there is no order o-99"


@pytest.mark.feature("F032", "F125")
def test_a_channels_number_is_taken_once_in_its_shop(any_shop: Shop) -> None:
    any_shop.place("o-17", new_order((LAMP, 1), channel="web", shop="main", number="77"))

    again = new_order((LAMP, 1), channel="web", shop="main", number="77")
    assert (
        any_shop.refuses(place.on("o-18", again)) == "number 77 of web main is taken by order o-17"
    )
    for other in ({"channel": "app"}, {"shop": "outlet"}, {"number": "78"}):
        names = {"channel": "web", "shop": "main", "number": "77"} | other
        any_shop.place(f"o-{other}", new_order((LAMP, 1), **names))


def test_orders_without_a_number_do_not_meet(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), channel="web"))
    shop.place("o-18", new_order((LAMP, 1), channel="web"))

    assert len(shop.documents()) == 2


# --- amounts ------------------------------------------------------------------


@pytest.mark.feature("F193")
def test_amounts_are_fixed_by_one_rounding_a_line(shop: Shop) -> None:
    order = shop.place(
        "o-17", new_order(line("1", LAMP, 3, "0.98765"), line("2", TEA, 1318, "15.80"))
    ).document

    assert order.charges == (
        Charge("goods", GOODS, 296 + 2082, (Span("1", 0, 3, 296), Span("2", 0, 1318, 2082))),
    )


def test_each_charge_is_shared_over_what_the_ones_before_left(shop: Shop) -> None:
    charges = (
        NewCharge(DISCOUNT, -100, lines=("1",), bearer="platform", reason="spring"),
        NewCharge(TAX, 58),
        NewCharge(FREIGHT, 490, reason="by post"),
        NewCharge(FEE, 10),
    )

    order = shop.place("o-17", new_order((LAMP, 1), (BELL, 1), charges=charges)).document

    goods, discount, tax, freight, fee = order.charges
    assert goods.amount == 1000 + 4550
    assert (discount.id, discount.bearer, discount.reason) == ("discount-1", "platform", "spring")
    assert discount.spans == (Span("1", 0, 1, -100),)
    assert sum(span.amount for span in tax.spans) == 58
    assert tax.spans == (Span("1", 0, 1, 10), Span("2", 0, 1, 48))
    assert (freight.id, freight.amount, freight.spans) == ("freight-3", 490, ())
    assert (fee.id, fee.amount, fee.spans) == ("fee-4", 10, ())
    assert due(order) == 5550 - 100 + 58 + 490 + 10


@pytest.mark.feature("F014")
def test_a_discount_beyond_what_its_lines_cost_is_found(shop: Shop) -> None:
    within = (NewCharge(DISCOUNT, -1000, lines=("1",)),)
    beyond = (*within, NewCharge(DISCOUNT, -1, lines=("1",)))

    assert shop.cannot_take(place.on("o-18", new_order((LAMP, 1), (BELL, 1), charges=beyond))) == (
        "charges[1].amount"
    )
    shop.place("o-17", new_order((LAMP, 1), (BELL, 1), charges=within))


def test_an_order_that_costs_more_than_can_be_kept_is_found(shop: Shop) -> None:
    dear = [line(f"{i}", LAMP, 10**9, "9000") for i in range(2)]

    assert shop.cannot_take(place.on("o-17", new_order(*dear))) == "lines"


# --- confirm ------------------------------------------------------------------


@pytest.mark.feature("F067", "F079")
def test_a_paid_order_is_confirmed_by_itself(shop: Shop) -> None:
    assert shop.sell("o-17", (LAMP, 1)).state is OrderState.CONFIRMED


@pytest.mark.feature("F177")
def test_a_cash_on_delivery_order_is_confirmed_when_it_is_placed(shop: Shop) -> None:
    order = shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True)).document

    assert order.state is OrderState.CONFIRMED


def test_an_order_that_costs_nothing_is_confirmed_when_it_is_placed(shop: Shop) -> None:
    assert shop.sell("o-17", line("1", LAMP, 1, "0")).state is OrderState.CONFIRMED


@pytest.mark.feature("F038", "F059")
def test_where_the_rules_say_so_a_person_confirms() -> None:
    shop = Shop(MemoryStore(), Rules(confirm_when_paid=False))

    assert shop.sell("o-17", (LAMP, 1)).state is OrderState.PLACED
    assert shop.confirm("o-17", by="anna").document.state is OrderState.CONFIRMED
    assert [entry.by for entry in shop.store.entries()][-1] == "anna"


@pytest.mark.feature("F053")
def test_an_unpaid_order_is_not_confirmed(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    assert shop.refuses(confirm.on("o-17")) == "order o-17 is not paid: 10.00 EUR due"


def test_all_reasons_against_a_confirmation_are_said_at_once(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.hold("o-17", "fraud", "address unknown")

    assert shop.codes(confirm.on("o-17")) == ["not_paid", "on_hold"]


# --- holds --------------------------------------------------------------------


@pytest.mark.feature("F044", "F085")
def test_an_order_on_hold_goes_no_further_until_the_hold_is_lifted(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 5)
    shop.sell("o-17", (LAMP, 1))

    held = shop.hold("o-17", "fraud", "address unknown", by="anna").document

    assert held.holds == (Hold("fraud", "address unknown", "anna"),)
    assert shop.refuses(allocate.on("o-17")) == "order o-17 is on hold: fraud (address unknown)"
    shop.lift_hold("o-17", "fraud")
    shop.allocate("o-17")
    assert shop.bag("o-17") == {"allocated": 1}


def test_a_hold_is_set_and_lifted_by_its_code(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.hold("o-17", "fraud", "address unknown")

    assert shop.refuses(hold.on("o-17", "fraud", "again")) == "hold fraud is there already"
    assert shop.refuses(lift_hold.on("o-17", "stock")) == "order o-17 has no hold stock"


# --- cancel -------------------------------------------------------------------


@pytest.mark.feature("F102", "F087")
def test_a_whole_order_is_cancelled_and_its_claims_are_given_back(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 5)
    shop.sell("o-17", (LAMP, 2), (LAMP, 3))
    shop.allocate("o-17")

    order = shop.cancel("o-17", reason="changed my mind").document

    assert order.state is OrderState.CANCELLED
    assert shop.bag("o-17") == {"cancelled": 5}
    assert shop.free(LAMP, "leith") == 5
    assert due(order) == -5000
    assert headline(order).zh == "已取消"


def test_a_part_of_a_line_is_cancelled_and_the_rest_goes_on(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 5))
    shop.allocate("o-17")

    order = shop.cancel("o-17", (("1", 4),)).document

    assert order.state is OrderState.CONFIRMED
    assert shop.bag("o-17") == {"allocated": 1, "cancelled": 4}
    assert shop.free(LAMP, "leith") == 1
    assert given_up(order.lines[0]) == [(1, 5)]


@pytest.mark.feature("F087", "F099")
def test_a_part_shipped_order_cannot_be_cancelled(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 3))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")

    assert (
        shop.refuses(cancel.on("o-17"))
        == "a unit of line 1 of order o-17 is shipped: cannot cancel "
        "(can: make ready, deliver, lose, report missing, turn back)"
    )
    shop.cancel("o-17", (("1", 1),))
    assert shop.bag("o-17") == {"shipped": 2, "cancelled": 1}
    assert shop.refuses(cancel.on("o-17", (("1", 1),))) == (
        "line 1 of order o-17: 1 asked to cancel, 0 can"
    )


def test_a_cancelled_order_cannot_be_cancelled_again(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.cancel("o-17")

    assert (
        shop.refuses(cancel.on("o-17"))
        == "a unit of line 1 of order o-17 is cancelled: cannot cancel (can: nothing more)"
    )


def test_a_draft_without_lines_can_only_be_cancelled(shop: Shop) -> None:
    shop.draft("o-17", new_order())
    assert shop.codes(place.on("o-17")) == ["no_lines"]
    assert shop.codes(complete.on("o-17")) == ["illegal_move"]

    order = shop.cancel("o-17").document

    assert order is not None
    assert order.state is OrderState.CANCELLED
    assert shop.codes(cancel.on("o-17")) == ["illegal_move"]


def test_a_held_order_can_still_be_cancelled(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.hold("o-17", "fraud", "address unknown")

    assert shop.cancel("o-17").document.state is OrderState.CANCELLED


def test_a_draft_can_be_thrown_away(shop: Shop) -> None:
    shop.draft("o-17", new_order((LAMP, 1)))

    assert shop.cancel("o-17").document.state is OrderState.CANCELLED


# --- expire -------------------------------------------------------------------


@pytest.mark.feature("F078", "F077")
def test_an_order_that_is_not_paid_in_time_is_cancelled_with_its_claims(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    until = MORNING + timedelta(minutes=30)
    shop.place("o-17", new_order((LAMP, 2), pay_by=until))
    shop.reserve("o-17")

    assert (
        shop.refuses(expire.on("o-17")) == "order o-17 may be paid until 2026-03-02T09:30:00+00:00"
    )
    assert shop.due(shop.clock.at) == []
    shop.clock.forward(minutes=30)
    (found,) = shop.due(shop.clock.at)
    order = shop.apply(found.call).document

    assert getattr(order, "state", None) is OrderState.EXPIRED
    assert shop.free(LAMP, "leith") == 3
    assert shop.due(shop.clock.at) == []


def test_an_order_without_a_limit_never_expires(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    assert shop.refuses(expire.on("o-17")) == "order o-17 may be paid until any time"


def test_an_order_with_money_on_it_does_not_expire(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2), pay_by=MORNING))
    shop.pay("pay-1", eur(500), (("o-17", 500),))

    assert shop.codes(expire.on("o-17")) == ["money_owed", "not_all_ended"]


def test_a_confirmed_order_does_not_expire(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 1), pay_by=MORNING)

    assert (
        shop.refuses(expire.on("o-17"))
        == "order o-17 is confirmed: cannot expire (can: cancel, complete)"
    )


# --- complete -----------------------------------------------------------------


@pytest.mark.feature("F081", "F082")
def test_an_order_is_completed_when_all_has_arrived_and_nothing_is_owed(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 2))

    assert shop.refuses(complete.on("o-17")) == "order o-17 has 2 units that are still under way"
    shop.deliver("p-1")
    assert shop.complete("o-17").document.state is OrderState.COMPLETED


def test_an_order_that_owes_money_back_is_not_completed(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.cancel("o-17", (("1", 1),))

    assert shop.refuses(complete.on("o-17")) == "order o-17 is not settled: -10.00 EUR open"
    shop.refund("o-17")
    shop.complete("o-17")


def test_an_order_that_was_not_confirmed_is_not_completed(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    assert (
        shop.refuses(complete.on("o-17"))
        == "order o-17 is placed: cannot complete (can: review, confirm, cancel, expire)"
    )


# --- bad input ----------------------------------------------------------------

NAIVE = datetime(2026, 3, 2, 9, 0)  # noqa: DTZ001 - that it is refused is what is shown


def good_order(**more: Any) -> NewOrder:
    fields: dict[str, Any] = {"customer": "c-7", "currency": "EUR", "lines": (line("1", LAMP, 1),)}
    return NewOrder(**(fields | more))


@pytest.mark.feature("F014", "F016")
@pytest.mark.parametrize(
    ("fields", "path"),
    (
        ({"customer": ""}, "customer"),
        ({"customer": 7}, "customer"),
        ({"currency": "EURO"}, "currency"),
        ({"currency": "XXL"}, "currency"),
        ({"lines": [line("1", LAMP, 1)]}, "lines"),
        ({"lines": (LAMP,)}, "lines[0]"),
        ({"lines": (line("1", LAMP, 1), line("1", BELL, 1))}, "lines"),
        ({"lines": (NewLine("1", LAMP, 1, Price.of("1", "USD")),)}, "line 1.price"),
        ({"lines": (line("1", LAMP, 1),) * 10_001}, "lines"),
        ({"charges": (1,)}, "charges[0]"),
        ({"charges": (NewCharge(TAX, 1, ("9",)),)}, "charge.lines"),
        ({"seller": " north"}, "seller"),
        ({"channel": "a\x00b"}, "channel"),
        ({"shop": None}, "shop"),
        ({"number": "7" * 201}, "number"),
        ({"cash_on_delivery": 1}, "cash_on_delivery"),
        ({"priority": True}, "priority"),
        ({"priority": -1}, "priority"),
        ({"pay_by": NAIVE}, "pay_by"),
        ({"pay_by": "tomorrow"}, "pay_by"),
        ({"destination": "leith"}, "destination"),
        ({"destination": Destination(address=" x")}, "destination.address"),
        ({"destination": Destination(region="\u200b")}, "destination.region"),
        ({"destination": Destination(latitude_e6=1)}, "destination"),
        ({"destination": Destination("", "", 90_000_001, 0)}, "destination.latitude_e6"),
        ({"destination": Destination("", "", 0, 1.5)}, "destination.longitude_e6"),  # type: ignore[arg-type] # that it is refused is what is shown
    ),
)
def test_what_is_wrong_with_a_new_order_is_found_with_its_place(
    fields: dict[str, Any], path: str
) -> None:
    with pytest.raises(BadInput) as bad:
        good_order(**fields)

    assert bad.value.path == path


@pytest.mark.feature("F014")
@pytest.mark.parametrize(
    ("fields", "path"),
    (
        ({"id": ""}, "line.id"),
        ({"sku": "BRASS-LAMP"}, "line 1.sku"),
        ({"n": 0}, "line 1.n"),
        ({"n": -1}, "line 1.n"),
        ({"n": True}, "line 1.n"),
        ({"n": 1.5}, "line 1.n"),
        ({"n": float("nan")}, "line 1.n"),
        ({"n": "３"}, "line 1.n"),
        ({"n": 10**5000}, "line 1.n"),
        ({"price": 10}, "line 1.price"),
        ({"promised": NAIVE}, "line 1.promised"),
        ({"serial": 17}, "line 1.serial"),
        ({"serial": " S-1"}, "line 1.serial"),
    ),
)
def test_what_is_wrong_with_a_line_is_found_with_its_place(
    fields: dict[str, Any], path: str
) -> None:
    good: dict[str, Any] = {"id": "1", "sku": LAMP, "n": 1, "price": Price.of("1", "EUR")}

    with pytest.raises(BadInput) as bad:
        NewLine(**(good | fields))

    assert bad.value.path == path


@pytest.mark.parametrize(
    ("fields", "path"),
    (
        ({"kind": "tax"}, "charge.kind"),
        ({"kind": GOODS}, "charge.kind"),
        ({"amount": -1}, "charge.amount"),
        ({"amount": True}, "charge.amount"),
        ({"amount": 10**15 + 1}, "charge.amount"),
        ({"kind": DISCOUNT, "amount": 1}, "charge.amount"),
        ({"lines": (1,)}, "charge.lines"),
        ({"lines": ("1", "1")}, "charge.lines"),
        ({"bearer": " "}, "charge.bearer"),
        ({"reason": "a\nb"}, "charge.reason"),
    ),
)
def test_what_is_wrong_with_a_charge_is_found_with_its_place(
    fields: dict[str, Any], path: str
) -> None:
    good: dict[str, Any] = {"kind": TAX, "amount": 1}

    with pytest.raises(BadInput) as bad:
        NewCharge(**(good | fields))

    assert bad.value.path == path


@pytest.mark.feature("F014")
def test_bad_input_to_a_verb_changes_nothing(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    wrong: Any = None

    assert shop.cannot_take(draft.on("", new_order((LAMP, 1)))) == "order"
    assert shop.cannot_take(place.on(" o-18", new_order((LAMP, 1)))) == "order"
    assert shop.cannot_take(draft.on("o-18", wrong)) == "new"
    assert shop.cannot_take(place.on("o-18", "lamps")) == "new"  # type: ignore[arg-type] # as it says
    assert shop.cannot_take(place.on("o-18", new_order((LAMP, 1)), ("",))) == "stock_holds"
    assert shop.cannot_take(place.on("o-18", new_order((LAMP, 1)), ("h", "h"))) == "stock_holds"
    assert shop.cannot_take(place.on("o-18", new_order((LAMP, 1)), "h-1")) == "stock_holds"  # type: ignore[arg-type] # as it says
    assert shop.cannot_take(hold.on("o-17", "", "unknown")) == "code"
    assert shop.cannot_take(hold.on("o-17", "fraud", "")) == "reason"
    assert shop.cannot_take(lift_hold.on("o-17", "")) == "code"
    assert shop.cannot_take(lift_hold.on("o-17", wrong)) == "code"
    assert shop.cannot_take(cancel.on("o-17", (("1", 0),))) == "lines[0].quantity"
    assert shop.cannot_take(cancel.on("o-17", wrong)) == "lines"
    assert shop.cannot_take(cancel.on("o-17", (), "a\x00b")) == "reason"


def test_a_quantity_finer_than_the_unit_never_becomes_a_line() -> None:
    with pytest.raises(BadInput, match="finer than the unit of HEMP-ROPE"):
        line("1", ROPE, ROPE.units("2.5004"))

    assert line("1", ROPE, ROPE.units("2.5")).n == 2500


def test_a_sku_of_its_own_kind_is_kept_on_the_line(shop: Shop) -> None:
    rare = Sku("RARE", "g", scale=1, per=100)

    only = shop.place("o-17", new_order(line("1", rare, 15, "3"))).document.lines[0]

    assert (only.unit, only.scale, only.per) == ("g", 1, 100)


def test_goodwill_is_carried_by_the_units_that_are_kept_and_lowers_what_a_later_return_gives_back(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    shop.sell_and_deliver("o-17", "p-1", line("1", LAMP, 3, "33.333333"))
    assert owing(shop.order("o-17")) == 0

    shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -1000, reason="scratched"))
    shop.refund("o-17")
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")

    assert shop.refund("o-17", eur(3000)).document.applied == 6000


def test_a_later_charge_never_takes_the_kept_units_below_zero(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 3))
    shop.cancel("o-17", (("1", 2),))

    over = adjust.on("o-17", NewCharge(ChargeKind.DISCOUNT, -1001))
    nowhere = adjust.on("o-17", NewCharge(ChargeKind.FEE, 100, ("7",)))
    wrong: Any = 100

    assert shop.cannot_take(over) == "charge.amount"
    assert shop.cannot_take(adjust.on("o-17", wrong)) == "charge"
    assert shop.refuses(nowhere) == "order o-17 has no line 7"
    shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -1000, bearer="brand-1"))
    shop.adjust("o-17", NewCharge(ChargeKind.FREIGHT, 490))
    assert total(shop.order("o-17")) == 490
