"""Named holds of an order: what each blocks, several at once, and the list of work they make."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Any, Final, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import Ref, Rules, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.allocation import allocate, reserve
from orderflow.audit import audit
from orderflow.books import NOTHING, postings
from orderflow.calls import Call
from orderflow.closing import archive, complete
from orderflow.errors import BadInput
from orderflow.fulfilment import hand_over, release
from orderflow.journal import Case, Context, Stored, Verb
from orderflow.orders import cancel, confirm, hold
from orderflow.payments import Notice
from orderflow.pricing import due, given_up
from orderflow.records import (
    Charge,
    ChargeKind,
    Claim,
    Counter,
    Document,
    Hold,
    Line,
    MatterKind,
    Order,
    Slice,
    Span,
    Spot,
)
from orderflow.refunds import owed_back
from orderflow.states import (
    ONWARD,
    ORDER,
    PAYMENT,
    UNIT,
    OrderMove,
    OrderState,
    UnitState,
    held_moves,
)
from tests.builders import LAMP, LEITH, MORNING, Shop, eur, line, new_order

D = TypeVar("D", bound=Document)

BLOCKABLE: Final = sorted({*ONWARD, *held_moves(ORDER), *held_moves(UNIT)})


def held_by(shop: Workflow, call: Call[Any]) -> list[str]:
    """The holds that are reasons against a call."""
    return [
        str(dict(reason.facts)["hold"]) for reason in shop.why_not(call) if reason.code == "on_hold"
    ]


# --- what a hold blocks ---------------------------------------------------------------------------


@pytest.mark.feature("F085", "F091")
def test_a_hold_that_names_its_moves_blocks_exactly_those(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.hold("o-17", "customs", "the papers are not here", ("ship",))

    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")

    assert (
        shop.refuses(hand_over.on("p-1"))
        == "order o-17 is on hold: customs (the papers are not here)"
    )
    shop.lift_hold("o-17", "customs")
    shop.hand_over("p-1")


@pytest.mark.feature("F085")
def test_a_hold_that_names_a_cancel_keeps_the_order_from_being_cancelled(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))

    shop.hold("o-17", "dispute", "the court has not decided", ("cancel",))

    assert shop.order("o-17").holds == (
        Hold("dispute", "the court has not decided", "", ("cancel",)),
    )
    for lines in ((), (("1", 1),)):
        assert shop.codes(cancel.on("o-17", lines)) == ["on_hold"]
    shop.allocate("o-17")
    shop.release("o-17", "d-1")


def test_a_large_order_waits_for_its_written_confirmation_while_its_goods_are_reserved() -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,), confirm_when_paid=False))
    shop.stock(LAMP, "leith", 500)
    shop.sell("o-17", (LAMP, 500))
    shop.review("o-17")
    shop.hold("o-17", "written_confirmation", "more than 5,000 euro", ("confirm",))

    shop.reserve("o-17")

    assert shop.codes(confirm.on("o-17")) == ["on_hold"]
    shop.lift_hold("o-17", "written_confirmation", by="anna")
    shop.confirm("o-17")


def test_a_hold_without_names_blocks_what_goes_onward_and_no_cancel(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 1))
    shop.allocate("o-17")
    shop.hold("o-17", "fraud", "an unusual amount")

    assert held_by(shop, release.on("o-17", "d-1")) == ["fraud"]
    assert shop.why_not(cancel.on("o-17")) == ()


def test_a_hold_that_blocks_nothing_is_a_mark(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 1))

    shop.hold("o-17", "special_handling", "glass: wrap it twice", ())

    assert [order.ref.id for order in shop.held("special_handling")] == ["o-17"]
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")


@pytest.mark.parametrize(
    ("blocks", "path"),
    (
        (("fly",), "blocks[0]"),
        (("ship", "deliver"), "blocks[1]"),  # what happens outside is never blocked
        (("ship", "expire"), "blocks[1]"),
        (("ship", "ship"), "blocks"),
        (("refund",), "blocks[0]"),  # of a payment, not of an order
        ("ship", "blocks"),
        ((7,), "blocks[0]"),
    ),
)
def test_a_hold_names_only_what_can_be_blocked(shop: Shop, blocks: Any, path: str) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    assert shop.cannot_take(hold.on("o-17", "fraud", "an unusual amount", blocks)) == path


def test_whoever_names_something_else_reads_what_can_be_blocked(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    with pytest.raises(BadInput) as bad:
        shop.hold("o-17", "fraud", "an unusual amount", ("fly",))

    assert bad.value.reason == (
        "fly is none of allocate, archive, buy, cancel, complete, confirm, make, onward, "
        "plan to buy, plan to make, redeem, release, reserve, ship"
    )


def test_what_can_be_blocked_is_read_off_the_charts() -> None:
    assert held_moves(ORDER) == {"confirm", "cancel", "complete", "archive"}
    assert OrderMove.ANSWER.value not in held_moves(ORDER)
    assert "refund" in held_moves(PAYMENT)


@pytest.mark.parametrize("move", BLOCKABLE)
def test_each_move_that_can_be_blocked_can_be_named(shop: Shop, move: str) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    assert shop.hold("o-17", "h", "?", (move,)).document.holds[0].blocks == (move,)


# --- several holds --------------------------------------------------------------------------------

NAMES: Final = st.lists(st.sampled_from(BLOCKABLE), max_size=4, unique=True).map(tuple)


@given(st.lists(NAMES, max_size=4))
def test_each_hold_that_blocks_a_move_is_a_reason_of_its_own(named: list[tuple[str, ...]]) -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,), confirm_when_paid=False))
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 1))
    for i, blocks in enumerate(named):
        shop.hold("o-17", f"h-{i}", "?", blocks)

    for move, call in (
        ("confirm", confirm.on("o-17")),
        ("cancel", cancel.on("o-17")),
        ("reserve", reserve.on("o-17")),
    ):
        blocking = [
            f"h-{i}"
            for i, blocks in enumerate(named)
            if move in blocks or ("onward" in blocks and move != "cancel")
        ]
        assert held_by(shop, call) == blocking
        assert (shop.why_not(call) == ()) is (not blocking)


@pytest.mark.parametrize(("move", "call"), (("complete", complete), ("archive", archive)))
def test_the_end_of_an_order_can_be_held(shop: Shop, move: str, call: Verb[Order, []]) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 1))
    if move == "archive":
        shop.complete("o-17")
        shop.clock.forward(days=15)
    assert shop.why_not(call.on("o-17")) == ()

    shop.hold("o-17", "audit", "the books are looked at", (move,))

    assert shop.codes(call.on("o-17")) == ["on_hold"]


# --- the list of work -----------------------------------------------------------------------------


@pytest.mark.feature("F085")
def test_orders_that_need_special_handling_are_a_list_of_work(any_shop: Shop) -> None:
    shop = any_shop
    for id in ("o-3", "o-1", "o-2", "o-4"):
        shop.sell(id, (LAMP, 1))
    for id in ("o-3", "o-1"):
        shop.hold(id, "special_handling", "glass: wrap it twice", ("release",))
    shop.hold("o-2", "fraud", "an unusual amount")
    assert [order.ref.id for order in shop.held("special_handling")] == ["o-1", "o-3"]
    assert [order.ref.id for order in shop.held()] == ["o-1", "o-2", "o-3"]
    assert list(shop.held("special")) == []

    shop.lift_hold("o-1", "special_handling")

    assert [order.ref.id for order in shop.held("special_handling")] == ["o-3"]
    assert [order.ref.id for order in shop.held()] == ["o-2", "o-3"]
    assert all(law.holds for law in audit(shop.store))


def test_documents_of_each_kind_are_found_on_hold(any_shop: Shop) -> None:
    shop = any_shop
    shop.pay("pay-1", eur(500), ())
    shop.record_notice("pay-1", Notice.FAILED, eur(500))

    assert [one.ref.id for one in shop.held(kind="payment")] == ["pay-1"]
    assert [one.ref.id for one in shop.held("unexpected_notice", "payment")] == ["pay-1"]
    assert list(shop.held("unexpected_notice")) == []
    assert list(shop.held(kind="supply")) == []


def test_another_tenants_holds_are_not_in_the_list(any_shop: Shop) -> None:
    other = Workflow(any_shop.store, tenant="south", clock=any_shop.clock)
    other.place("o-1", new_order((LAMP, 1)))
    other.hold("o-1", "special_handling", "glass")

    assert list(any_shop.held()) == []
    assert [order.ref for order in other.held()] == [Ref("south", "order", "o-1")]


def test_a_list_is_asked_for_by_text_and_by_a_kind_that_there_is(shop: Shop) -> None:
    wrong: Any = 7

    with pytest.raises(BadInput, match="kind: one of order, payment"):
        shop.held(kind="barge")
    with pytest.raises(BadInput, match="code"):
        shop.held("a\nb")
    with pytest.raises(BadInput, match="code"):
        shop.held(wrong)


# --- what can be cancelled ------------------------------------------------------------------------


@pytest.mark.feature("F102")
def test_goods_that_came_back_undelivered_are_cancelled_onto_the_shelf(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    shop.sell_and_ship("o-17", "p-1", line("1", LAMP, 3, "33.333333"))
    shop.turn_back("p-1")
    shop.receive_back("p-1", "york")
    before = owed_back(shop.order("o-17"))

    shop.cancel("o-17", (("1", 1),))
    assert (before, owed_back(shop.order("o-17"))) == (0, 3333)
    assert shop.there(LAMP, "york") == 1
    order = shop.cancel("o-17").document

    assert (order.state, shop.bag("o-17")) == (OrderState.CANCELLED, {"cancelled": 3})
    assert given_up(order.lines[0]) == [(0, 3)]
    assert owed_back(order) == 10000
    assert shop.there(LAMP, "york") == 3
    assert shop.matter(MatterKind.QUARANTINE, LAMP) == 0
    shop.refund("o-17")
    assert due(shop.order("o-17")) == 0
    assert all(law.holds for law in audit(shop.store))


@pytest.mark.parametrize("lines", ((), (("1", 1),)))
def test_goods_that_came_back_in_a_return_are_inspected_and_not_cancelled(
    shop: Shop, lines: tuple[tuple[str, int], ...]
) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")

    codes = shop.codes(cancel.on("o-17", lines))

    assert codes == (["too_many"] if lines else ["illegal_move"])
    if not lines:
        assert (
            shop.refuses(cancel.on("o-17"))
            == "a unit of line 1 of order o-17 is received back: cannot cancel (can: inspect)"
        )


class Drawer:
    """One order, as it would lie in a store."""

    def __init__(self, order: Order) -> None:
        self.order = order

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        found: Any = Stored(self.order, 1)
        return found if ref == self.order.ref else None

    def counters(self, tenant: str, skus: Collection[str], at: object) -> tuple[Counter, ...]:
        return ()

    def counters_at(self, tenant: str, location: str, at: object) -> tuple[Counter, ...]:
        return ()

    def claims_of(self, tenant: str, skus: Collection[str], at: object) -> tuple[Claim, ...]:
        return ()


@pytest.mark.feature("F102")
def test_units_to_buy_and_to_make_are_cancelled_and_no_goods_move() -> None:
    bag = (Spot(UnitState.TO_BUY, 2), Spot(UnitState.TO_MAKE, 1, Slice(peg="w-1")))
    order = Order(
        Ref("", "order", "o-17"),
        OrderState.CONFIRMED,
        "EUR",
        "c-7",
        (Line("1", "BRASS-LAMP", 3, Decimal(1), 1, "piece", 0, bag),),
        (Charge("goods", ChargeKind.GOODS, 300, (Span("1", 0, 3, 300),)),),
        MORNING,
    )
    case = Case(order.ref, Drawer(order), MORNING)

    step = cancel.function(case, Context(MORNING, "", Rules()))

    after = step.now(order.ref)
    assert after.state is OrderState.CANCELLED
    assert after.lines[0].spots == (Spot(UnitState.CANCELLED, 3),)
    assert due(after) == 0
    assert postings(step.facts) == NOTHING


def test_a_held_allocation_says_so(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 1))
    shop.hold("o-17", "special_handling", "glass", ("allocate",))

    assert shop.codes(allocate.on("o-17")) == ["on_hold"]
