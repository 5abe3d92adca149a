from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import attrs
import pytest

from orderflow import BadInput, IllegalMove, MoveRefused, Ref
from orderflow.process import Process
from orderflow.records import PLAIN, Hold, Line, Order, Slice, Spot
from orderflow.states import OrderState, UnitState
from orderflow.units import (
    Chosen,
    Tag,
    checked_quantities,
    tag,
    unit_facts,
)
from orderflow.units import choose as choose_by
from tests.builders import MORNING

choose = partial(choose_by, process=Process())
OPEN, ALLOCATED, SHIPPED = UnitState.OPEN, UnitState.ALLOCATED, UnitState.SHIPPED
AT_LEITH, AT_YORK = Slice(location="leith"), Slice(location="york")


def lamps(id: str, *spots: Spot) -> Line:
    n = sum(spot.n for spot in spots)
    return Line(id, "BRASS-LAMP", n, Decimal(1), 1, "piece", 0, spots)


def order(*lines: Line, **more: Any) -> Order:
    ref = Ref[Order]("", "order", "o-17")
    return Order(ref, OrderState.CONFIRMED, "EUR", "c-7", lines, (), MORNING, **more)


MIXED = order(
    lamps("1", Spot(OPEN, 2), Spot(ALLOCATED, 3, AT_LEITH), Spot(ALLOCATED, 1, AT_YORK)),
    lamps("2", Spot(OPEN, 5)),
)


def test_without_quantities_all_units_in_a_state_are_meant() -> None:
    chosen = choose(MIXED, "cancel", (OPEN,))

    assert [(one.line.id, one.n) for one in chosen] == [("1", 2), ("2", 5)]


def test_so_many_units_of_a_line_come_from_earlier_states_first() -> None:
    chosen = choose(MIXED, "cancel", (OPEN, ALLOCATED), (("1", 4),))

    assert [(one.spot.state, one.n) for one in chosen] == [(OPEN, 2), (ALLOCATED, 2)]


def test_units_can_be_meant_by_their_tags() -> None:
    at_york = choose(MIXED, "release", (ALLOCATED,), (), lambda tag: tag.location == "york")

    assert at_york == [Chosen(MIXED.lines[0], MIXED.lines[0].spots[2], 1)]


def test_every_line_that_has_too_few_is_named() -> None:
    with pytest.raises(MoveRefused) as no:
        choose(MIXED, "release", (ALLOCATED,), (("1", 5), ("2", 1), ("3", 1)))

    assert str(no.value) == (
        "line 1 of order o-17: 5 asked to release, 4 can; "
        "line 2 of order o-17: 1 asked to release, 0 can; "
        "order o-17 has no line 3"
    )


def test_nothing_in_the_state_is_told_by_the_least_advanced_unit() -> None:
    with pytest.raises(IllegalMove) as no:
        choose(MIXED, "deliver", (SHIPPED,))

    assert str(no.value) == (
        "a unit of line 1 of order o-17 is open: cannot deliver "
        "(can: allocate, reserve, plan to buy, plan to make, cancel)"
    )


def test_an_order_without_units_is_told_as_empty() -> None:
    with pytest.raises(IllegalMove, match=r"is empty: cannot deliver \(can: nothing more\)"):
        choose(order(), "deliver", (SHIPPED,))


def test_cancelled_units_are_told_only_when_all_are_cancelled() -> None:
    cancelled = lamps("1", Spot(UnitState.CANCELLED, 1))

    with pytest.raises(IllegalMove, match=r"^a unit of line 2 of order o-17 is shipped: "):
        choose(order(cancelled, lamps("2", Spot(SHIPPED, 2))), "cancel", (OPEN,))
    with pytest.raises(IllegalMove, match=r"^a unit of line 1 of order o-17 is cancelled: "):
        choose(order(cancelled), "cancel", (OPEN,))


def test_a_unit_is_named_by_line_and_order_in_both_languages() -> None:
    with pytest.raises(IllegalMove) as no:
        choose(order(lamps("2", Spot(UnitState.DELIVERED, 2))), "cancel", (OPEN,))

    (refusal,) = no.value.refusals
    assert refusal.code == "illegal_move"
    assert refusal.say("en") == (
        "a unit of line 2 of order o-17 is delivered: cannot cancel "
        "(can: ask return, report missing)"
    )
    assert refusal.say("zh") == (
        "订单 o-17 第 2 行有商品状态为“已签收”,不能取消(可以:申请退货、报缺件)"
    )


def test_a_tag_changes_what_is_named_and_keeps_the_rest() -> None:
    day = datetime(2026, 3, 9, tzinfo=UTC)
    others: dict[str, Tag] = {"pools": ("quota",), "ready_by": day, "promised": day}
    full = PLAIN

    for name in attrs.fields_dict(Slice):
        changed = tag(full, **{name: others.get(name, "new")})
        assert getattr(changed, name) == others.get(name, "new")
        assert tag(changed, **{name: getattr(full, name)}) == full
        full = changed
    assert tag(PLAIN) == PLAIN


def test_guards_see_each_hold_of_the_order() -> None:
    held = order(holds=(Hold("fraud", "address unknown", "anna"), Hold("stock", "recount", "bo")))

    assert unit_facts(order()).holds == ()
    assert unit_facts(held).holds == held.holds
    assert unit_facts(held).state == "confirmed"


@pytest.mark.parametrize(
    ("wrong", "path"),
    (
        (None, "lines"),
        ("1", "lines"),
        ({"1": 2}, "lines"),
        (("1", 2), "lines[0]"),
        ((("1",),), "lines[0]"),
        ((("1", 2, 3),), "lines[0]"),
        (((1, 2),), "lines[0].line"),
        ((("", 2),), "lines[0].line"),
        ((("1", 0),), "lines[0].quantity"),
        ((("1", -1),), "lines[0].quantity"),
        ((("1", True),), "lines[0].quantity"),
        ((("1", 1.0),), "lines[0].quantity"),
        ((("1", "２"),), "lines[0].quantity"),
        ((("1", 10**5000),), "lines[0].quantity"),
        ((("1", 1), ("1", 2)), "lines"),
    ),
)
def test_quantities_are_pairs_of_line_and_count(wrong: object, path: str) -> None:
    with pytest.raises(BadInput) as bad:
        checked_quantities(wrong)

    assert bad.value.path == path


def test_quantities_may_come_as_lists_and_become_tuples() -> None:
    assert checked_quantities([["1", 2]]) == (("1", 2),)
    assert checked_quantities(()) == ()
