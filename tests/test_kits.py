"""Kits: exploded once, priced exactly, promised whole, and kept as lines of their own."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from orderflow import (
    BadInput,
    ChargeKind,
    Component,
    NewCharge,
    NewLine,
    NewOrder,
    Position,
    Price,
    Sku,
)
from orderflow.adapters.codec import put_document, read_document
from orderflow.adapters.memory import MemoryStore
from orderflow.kits import shared_price, whole_kits
from orderflow.orders import adjust
from orderflow.promising.committing import promise, repromise
from orderflow.records import Kit, Order
from orderflow.replacements import ask_exchange
from orderflow.states import UnitState
from tests.builders import BELL, LAMP, MORNING, ROPE, Shop, line, new_order

BOX: Final = Sku("GIFT-BOX")
SHELF: Final = Position("BRASS-LAMP", "leith")
BELLS: Final = Position("SHIP-BELL", "leith")


def day(n: int) -> datetime:
    return MORNING + timedelta(days=n)


def box(n: int, price: str = "60.00", id: str = "1", **more: Any) -> NewLine:
    """A gift box of two lamps and a bell; the bell weighs as much as both lamps."""
    parts = (Component(LAMP, 2, 1), Component(BELL, 1, 1))
    return NewLine(id, BOX, n, Price.of(price, "EUR"), components=parts, **more)


def dates(order: Order) -> dict[str, dict[int | None, int]]:
    """How many units of each line are promised by which day."""
    found: dict[str, dict[int | None, int]] = {}
    for one, spot in order.units():
        day = None if spot.slice.promised is None else (spot.slice.promised - MORNING).days
        of_line = found.setdefault(one.id, {})
        of_line[day] = of_line.get(day, 0) + spot.n
    return found


# --- ordering -----------------------------------------------------------------------------------


def test_a_kit_becomes_a_line_for_each_of_its_parts(any_shop: Shop) -> None:
    shop = any_shop

    shop.place("o-17", new_order(box(3), line("2", ROPE, 500)))

    order = shop.order("o-17")
    assert [(one.id, one.sku, one.n, one.kit, one.per_kit) for one in order.lines] == [
        ("1.1", "BRASS-LAMP", 6, "1", 2),
        ("1.2", "SHIP-BELL", 3, "1", 1),
        ("2", "HEMP-ROPE", 500, "", 0),
    ]
    assert order.kits == (Kit("1", "GIFT-BOX", 3, Decimal("60.00")),)
    assert [(one.price, one.per) for one in order.lines[:2]] == [
        (Decimal("30.00"), 2),
        (Decimal("30.00"), 1),
    ]
    assert [(span.line, span.stop, span.amount) for span in order.charges[0].spans] == [
        ("1.1", 6, 9000),
        ("1.2", 3, 9000),
        ("2", 500, 100),
    ]


def test_a_kit_is_written_and_read_back(shop: Shop) -> None:
    order = shop.place("o-17", new_order(box(3))).document

    assert read_document(put_document(order)) == order


PRICES: Final = st.builds(
    lambda n, places: Decimal((0, Decimal(n).as_tuple().digits, -places)),
    st.integers(0, 10**9),
    st.integers(0, 6),
)
WEIGHTS: Final = st.lists(st.integers(0, 10**6), min_size=1, max_size=5)


@given(PRICES, st.sampled_from(["EUR", "JPY", "KWD"]), WEIGHTS)
def test_the_prices_of_the_parts_are_the_price_of_the_kit(
    amount: Decimal, currency: str, weights: list[int]
) -> None:
    parts = shared_price(Price(amount, currency), weights)

    assert sum(parts) == amount
    assert all(part >= 0 for part in parts)
    if any(weights):
        assert all(not part for part, weight in zip(parts, weights, strict=True) if not weight)


@given(
    PRICES,
    st.sampled_from([1, 3, 12]),
    st.integers(1, 60),
    st.lists(st.tuples(st.integers(1, 4), st.integers(0, 50)), min_size=1, max_size=5),
)
def test_the_amounts_of_the_parts_are_the_amount_of_the_kits(
    amount: Decimal, per: int, n: int, of: list[tuple[int, int]]
) -> None:
    price = Price(amount, "EUR", per)
    assume(price.times(n) < 10**14)
    parts = tuple(Component(Sku(f"PART-{i}"), *one) for i, one in enumerate(of))
    shop = Shop(MemoryStore())

    kit = NewLine("1", BOX, n, price, components=parts)
    order = shop.place("o-17", NewOrder("c-7", "EUR", (kit,))).document

    (goods,) = order.charges
    assert goods.amount == sum(span.amount for span in goods.spans) == price.times(n)
    exponent = amount.as_tuple().exponent
    if per == 1 and isinstance(exponent, int) and exponent >= -2:  # no part of a coin anywhere
        for one, span in zip(order.lines, goods.spans, strict=True):
            assert span.amount == Price(one.price, "EUR", one.per).times(one.n)


def test_a_discount_on_a_kit_is_shared_by_its_parts_alone(any_shop: Shop) -> None:
    shop = any_shop
    off = NewCharge(ChargeKind.DISCOUNT, -600, ("1",))

    shop.place("o-17", new_order(box(1), line("2", LAMP, 1), charges=(off,)))
    shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -100, ("1",), reason="a scratch"))

    spans = [[(span.line, span.amount) for span in one.spans] for one in shop.order("o-17").charges]
    assert spans[1:] == [[("1.1", -300), ("1.2", -300)], [("1.1", -50), ("1.2", -50)]]
    assert shop.codes(adjust.on("o-17", NewCharge(ChargeKind.TAX, 1, ("3",)))) == ["no_such_line"]


PRICE: Final = Price.of("60", "EUR")


@pytest.mark.parametrize(
    ("fields", "path"),
    (
        ({"components": [Component(LAMP, 1)]}, "line 1.components"),
        ({"components": (LAMP,)}, "line 1.components[0]"),
        ({"components": (Component(LAMP, 1), Component(LAMP, 2))}, "line 1.components"),
        ({"components": (Component(LAMP, 1), Component(BOX, 1))}, "line 1.components[1]"),
        ({"components": (Component(LAMP, 10**9),), "n": 2}, "line 1.components[0].n"),
        (
            {"components": (Component(LAMP, 2),), "price": Price.of("1", "EUR", 10**9)},
            "line 1.components[0].per",
        ),
        ({"components": (Component(LAMP, 1),), "id": "x" * 200}, f"line {'x' * 200}.components[0]"),
        ({"components": (Component(LAMP, 1),), "serial": "S-1"}, "line 1.components"),
        ({"components": (Component(LAMP, 1),), "service": True}, "line 1.components"),
        ({"components": (Component(LAMP, 1),), "sku": Sku("ROPES", "m", 3)}, "line 1.sku"),
    ),
)
def test_what_is_wrong_with_a_kit_is_found_with_its_place(
    fields: dict[str, Any], path: str
) -> None:
    good: dict[str, Any] = {"id": "1", "sku": BOX, "n": 1, "price": PRICE}

    with pytest.raises(BadInput) as bad:
        NewLine(**(good | fields))

    assert bad.value.path == path


@pytest.mark.parametrize(
    ("fields", "path"),
    (
        ({"sku": "BRASS-LAMP"}, "component.sku"),
        ({"n": 0}, "component BRASS-LAMP.n"),
        ({"n": True}, "component BRASS-LAMP.n"),
        ({"weight": -1}, "component BRASS-LAMP.weight"),
        ({"weight": 10**16}, "component BRASS-LAMP.weight"),
    ),
)
def test_what_is_wrong_with_a_part_is_found_with_its_place(
    fields: dict[str, Any], path: str
) -> None:
    good: dict[str, Any] = {"sku": LAMP, "n": 1}

    with pytest.raises(BadInput) as bad:
        Component(**(good | fields))

    assert bad.value.path == path


@pytest.mark.parametrize(
    ("lines", "path"),
    (
        ((box(1), line("1.2", LAMP, 1)), "lines"),
        ((box(1, id="1"), box(1, id="1.1")), "lines"),
        (
            (box(1), NewLine("2", LAMP, 1, PRICE, components=(Component(ROPE, 1),))),
            "line 1.components[0]",
        ),
        (
            (
                *(line(str(i), LAMP, 1) for i in range(9_000)),
                NewLine(
                    "k",
                    BOX,
                    1,
                    PRICE,
                    components=tuple(Component(Sku(f"P-{i}"), 1) for i in range(1_000)),
                ),
                line("last", LAMP, 1),
            ),
            "lines",
        ),
    ),
)
def test_a_kit_beside_lines_that_it_cannot_stand_beside_is_refused(
    lines: tuple[NewLine, ...], path: str
) -> None:
    with pytest.raises(BadInput) as bad:
        NewOrder("c-7", "EUR", lines)

    assert bad.value.path == path


def test_goods_are_exchanged_for_the_parts_of_a_kit_and_not_for_the_kit(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 1))

    call = ask_exchange.on("swap-1", "o-17", "r-1", (("1", 1),), (box(1),))

    assert shop.cannot_take(call) == "line 1.components"


# --- promising ----------------------------------------------------------------------------------


@pytest.mark.feature("F116", "F139")
def test_the_parts_of_a_kit_are_promised_for_the_same_date_in_whole_kits(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 5)
    shop.stock(BELL, "york", 1)
    shop.expect("po-1", BELLS, 9, day(4))
    shop.sell("o-17", box(3))

    shop.promise("o-17", policy="partial")

    assert dates(shop.order("o-17")) == {
        "1.1": {0: 2, 4: 2, None: 2},
        "1.2": {0: 1, 4: 1, None: 1},
    }
    assert shop.free(LAMP, "leith") == 1, "half a kit is promised to nobody"


def test_a_kit_that_cannot_be_had_in_time_is_refused_by_its_own_name(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 5)
    shop.expect("po-1", BELLS, 9, day(4))
    shop.sell("o-17", box(3))

    said = shop.refuses(promise.on("o-17", date=day(1)))

    assert said == (
        "line 1 of order o-17: 3 GIFT-BOX cannot be promised by 2026-03-03T09:00:00+00:00; "
        "what can be: 2 (2026-03-06T09:00:00+00:00)"
    )


def test_two_kits_and_a_plain_line_do_not_take_the_same_lamp(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 5)
    shop.stock(BELL, "leith", 9)
    shop.sell("o-17", box(1), line("2", LAMP, 2), box(1, id="3"))

    assert shop.codes(promise.on("o-17", date=day(1))) == ["not_in_time"]

    shop.stock(LAMP, "leith", 1)
    shop.promise("o-17", date=day(1))
    assert shop.free(LAMP, "leith") == 0


def test_another_order_makes_room_for_a_kit(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.stock(BELL, "leith", 1)
    shop.sell("o-16", (LAMP, 2))
    shop.promise("o-16", date=day(9))
    shop.expect("po-1", SHELF, 2, day(5))
    shop.sell("o-17", box(1))

    shop.promise("o-17", date=day(1))

    assert dates(shop.order("o-16")) == {"1": {9: 2}}
    assert dates(shop.order("o-17")) == {"1.1": {1: 2}, "1.2": {1: 1}}


def test_what_is_left_of_a_broken_kit_is_promised_by_itself(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    shop.stock(BELL, "leith", 2)
    shop.sell("o-17", box(2))
    shop.cancel("o-17", (("1.1", 1),))

    shop.promise("o-17")

    assert shop.bag("o-17") == {"reserved": 5, "cancelled": 1}
    assert whole_kits(shop.order("o-17"), "1", UnitState.RESERVED) == 1


def test_a_kit_keeps_the_date_that_was_asked_for_its_line(shop: Shop) -> None:
    shop.expect("po-1", SHELF, 2, day(3))
    shop.stock(BELL, "leith", 1)
    shop.sell("o-17", box(1, promised=day(3)))

    shop.promise("o-17")

    assert dates(shop.order("o-17")) == {"1.1": {3: 2}, "1.2": {3: 1}}


def test_a_kit_whose_part_is_late_is_promised_anew_as_a_whole(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 5)
    shop.expect("po-1", BELLS, 2, day(4))
    shop.sell("o-17", box(2))
    shop.promise("o-17", date=day(5))
    shop.slip("po-1", day(9))

    shop.repromise("o-17")

    assert dates(shop.order("o-17")) == {"1.1": {9: 4}, "1.2": {9: 2}}
    assert shop.in_danger() == ()
    assert shop.free(LAMP, "leith") == 1


def test_only_as_many_kits_are_promised_anew_as_have_lost_a_part(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 6)
    shop.expect("po-1", BELLS, 3, day(4))
    shop.sell("o-17", box(3))
    shop.promise("o-17", date=day(5))
    shop.slip("po-1", day(4), 2)
    assert shop.codes(repromise.on("o-17")) == ["not_in_time"]

    shop.expect("po-2", BELLS, 1, day(12))
    shop.repromise("o-17")

    assert dates(shop.order("o-17")) == {"1.1": {5: 4, 12: 2}, "1.2": {5: 2, 12: 1}}
    assert shop.in_danger() == ()


def test_a_part_that_is_late_is_promised_alone_where_the_rest_is_allocated(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.expect("po-1", BELLS, 1, day(4))
    shop.sell("o-17", box(1, promised=day(5)))
    shop.promise("o-17")
    shop.allocate("o-17", (("1.1", 2),))
    shop.slip("po-1", day(9))

    shop.repromise("o-17")

    assert dates(shop.order("o-17")) == {"1.1": {5: 2}, "1.2": {9: 1}}


def test_the_remedies_of_a_kit_that_is_late_name_its_parts(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 5)
    shop.stock(BELL, "leith", 2)
    shop.expect("po-1", BELLS, 9, day(4))
    shop.sell("o-17", box(3))

    (reason,) = shop.why_not(promise.on("o-17", date=day(1)))

    assert [dict(remedy.args) for remedy in reason.remedies] == [
        {"policy": "partial", "date": day(1)},
        {"lines": (("1.1", 4), ("1.2", 2)), "date": day(1)},
    ]


# --- afterwards ---------------------------------------------------------------------------------


def test_a_part_of_a_kit_is_returned_and_paid_back_by_itself(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 4)
    shop.stock(BELL, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", box(2, "59.99"))

    shop.ask_return("r-1", "o-17", (("1.2", 1),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.refund("o-17")

    order = shop.order("o-17")
    assert order.lines[1].price == Decimal("29.99")
    assert shop.payment("pay-o-17").refunded == 2999
    assert whole_kits(order, "1", UnitState.DELIVERED) == 1
    assert whole_kits(order, "2", UnitState.DELIVERED) == 0


def test_a_part_that_is_sent_again_is_of_no_kit(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 4)
    shop.stock(BELL, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", box(1))

    shop.ask_reissue("again-1", "o-17", (("1.2", 1),), "it came broken")
    shop.approve_reissue("again-1", "o-18")
    shop.promise("o-18")

    (only,) = shop.order("o-18").lines
    assert (only.id, only.n, only.kit, only.per_kit) == ("1.2", 1, "", 0)
    assert shop.order("o-18").kits == ()


@pytest.mark.feature("F284")
def test_what_is_seen_of_an_order_says_how_many_whole_kits_came(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 4)
    shop.stock(BELL, "leith", 1)
    shop.sell("o-17", box(2))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.cancel("o-17", (("1.2", 1),))

    seen = shop.seen_by_purchaser("o-17")

    assert [(kit.sku, kit.n, kit.kept, kit.received) for kit in seen.kits] == [
        ("GIFT-BOX", 2, 1, 1)
    ]
    assert [(one.sku, one.n, one.kit) for one in seen.lines] == [
        ("BRASS-LAMP", 4, "1"),
        ("SHIP-BELL", 2, "1"),
    ]
    assert shop.seen_by_platform("o-17").kits == seen.kits
