from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.calls import Ref
from orderflow.records import (
    PLAIN,
    Charge,
    ChargeKind,
    Cut,
    CutKind,
    Hold,
    Line,
    Order,
    Slice,
    Span,
    Spot,
    Tender,
)
from orderflow.states import OrderState, UnitState
from orderflow.views import Headline, headline, quantity_by_state

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EACH = 100

DRAFT, PLACED, CONFIRMED = OrderState.DRAFT, OrderState.PLACED, OrderState.CONFIRMED
COMPLETED, CANCELLED, EXPIRED = OrderState.COMPLETED, OrderState.CANCELLED, OrderState.EXPIRED
BROUGHT_BACK = Slice(returning="r-1")


def lamps(*spots: Spot) -> Line:
    """One line of brass lamps whose cancelled units, the last ones, are given up."""
    n = sum(spot.n for spot in spots)
    gone = sum(spot.n for spot in spots if spot.state is UnitState.CANCELLED)
    cuts = (Cut(CutKind.GIVEN_UP, n - gone, n, "cancel"),) if gone else ()
    return Line("1", "BRASS-LAMP", n, Decimal(EACH), 1, "piece", 0, spots, cuts)


def order(
    state: OrderState, bag: str, paid: int = 0, *, cod: bool = False, tag: Slice = PLAIN
) -> Order:
    """An order of one line, its bag as a clerk would say it: `1 shipped, 2 open`."""
    spots = []
    for part in filter(None, bag.split(", ")):
        n, _, name = part.partition(" ")
        spots.append(Spot(UnitState(name), int(n), tag))
    lines = (lamps(*spots),) if spots else ()
    price = sum(EACH * line.n for line in lines)
    spans = tuple(Span(line.id, 0, line.n, EACH * line.n) for line in lines)
    return Order(
        ref=Ref("", "order", "o-17"),
        state=state,
        currency="CNY",
        customer="c-4",
        lines=lines,
        charges=(Charge("goods", ChargeKind.GOODS, price, spans),),
        placed_at=AT,
        cash_on_delivery=cod,
        tenders=(Tender("p-1", paid),) if paid else (),
    )


# --- the table of statuses ----------------------------------------------------

# The row's own words; an order that stands so; Chinese label; English label.
# A refund is a tender that went down, so what stands in `paid` is what is left of it.
TABLE = (
    ("draft", order(DRAFT, "3 open"), "草稿", "draft"),
    ("3 open; due 300", order(PLACED, "3 open"), "待支付", "awaiting payment"),
    ("3 open; paid 100 of 300", order(PLACED, "3 open", 100), "待付尾款", "awaiting balance"),
    ("3 open; paid, not reviewed", order(PLACED, "3 open", 300), "待审核", "in review"),
    ("3 open; COD, not reviewed", order(PLACED, "3 open", cod=True), "待审核", "in review"),
    ("3 open, confirmed", order(CONFIRMED, "3 open", 300), "待配货", "to allocate"),
    (
        "2 backordered, 1 reserved",
        order(CONFIRMED, "2 backordered, 1 reserved", 300),
        "缺货待补",
        "waiting for stock",
    ),
    ("3 allocated", order(CONFIRMED, "3 allocated", 300), "待发货", "to ship"),
    (
        "1 released, 2 allocated",
        order(CONFIRMED, "1 released, 2 allocated", 300),
        "待发货",
        "to ship",
    ),
    ("1 picked, 2 allocated", order(CONFIRMED, "1 picked, 2 allocated", 300), "待发货", "to ship"),
    ("3 packed", order(CONFIRMED, "3 packed", 300), "待发货", "to ship"),
    ("1 shipped, 2 open", order(CONFIRMED, "1 shipped, 2 open", 300), "部分发货", "partly shipped"),
    (
        "1 delivered, 2 allocated",
        order(CONFIRMED, "1 delivered, 2 allocated", 300),
        "部分发货",
        "partly shipped",
    ),
    ("3 shipped", order(CONFIRMED, "3 shipped", 300), "已发货", "shipped"),
    ("3 shipped; COD, due 300", order(CONFIRMED, "3 shipped", cod=True), "已发货", "shipped"),
    (
        "1 delivered, 2 shipped",
        order(CONFIRMED, "1 delivered, 2 shipped", 300),
        "部分签收",
        "partly received",
    ),
    ("3 delivered", order(CONFIRMED, "3 delivered", 300), "已签收", "received"),
    (
        "3 delivered; cash collected",
        order(CONFIRMED, "3 delivered", 300, cod=True),
        "已签收",
        "received",
    ),
    (
        "2 delivered, 1 cancelled; 1 refunded",
        order(CONFIRMED, "2 delivered, 1 cancelled", 200),
        "已签收",
        "received",
    ),
    (
        "3 going back; COD",
        order(CONFIRMED, "3 going back", cod=True),
        "拒收退回中",
        "refused, going back",
    ),
    (
        "2 delivered, 1 missing",
        order(CONFIRMED, "2 delivered, 1 missing", 300),
        "部分签收",
        "partly received",
    ),
    ("3 lost", order(CONFIRMED, "3 lost", 300), "包裹丢失", "lost"),
    ("completed: 3 delivered", order(COMPLETED, "3 delivered", 300), "已完成", "completed"),
    (
        "1 returned, 2 delivered",
        order(CONFIRMED, "1 returned, 2 delivered", 200),
        "部分退货",
        "partly returned",
    ),
    ("3 returned", order(CONFIRMED, "3 returned"), "已退货", "returned"),
    ("3 cancelled", order(CANCELLED, "3 cancelled"), "已取消", "cancelled"),
    (
        "3 cancelled; 300 not yet refunded",
        order(CANCELLED, "3 cancelled", 300),
        "已取消",
        "cancelled",
    ),
    ("3 cancelled, unpaid in time", order(EXPIRED, "3 cancelled"), "已取消", "cancelled"),
    ("no lines", order(PLACED, ""), "草稿", "draft"),
)


@pytest.mark.feature("F077", "F297")
@pytest.mark.parametrize(
    ("found", "zh", "en"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_an_order_reads_as_the_table_of_statuses_says(found: Order, zh: str, en: str) -> None:
    named = headline(found)

    assert (named.zh, named.value) == (zh, en)


def test_every_headline_stands_in_the_table_of_statuses() -> None:
    assert {en for *_, en in TABLE} == {named.value for named in Headline}


def test_every_headline_has_a_chinese_label_of_its_own() -> None:
    assert len({named.zh for named in Headline}) == len(Headline)


# --- what the table leaves open -----------------------------------------------


def test_a_reservation_does_not_hide_that_an_order_is_unpaid() -> None:
    assert headline(order(PLACED, "3 reserved")) is Headline.AWAITING_PAYMENT
    assert headline(order(PLACED, "2 backordered, 1 reserved")) is Headline.AWAITING_PAYMENT


def test_a_paid_order_in_review_says_so_when_it_waits_for_stock() -> None:
    assert headline(order(PLACED, "3 reserved", 300)) is Headline.IN_REVIEW
    assert headline(order(PLACED, "1 open, 2 backordered", 300)) is Headline.IN_REVIEW
    assert headline(order(PLACED, "3 backordered", 300)) is Headline.WAITING_FOR_STOCK


def test_a_deposit_on_cash_on_delivery_awaits_no_balance() -> None:
    assert headline(order(PLACED, "3 open", 100, cod=True)) is Headline.IN_REVIEW


def test_an_order_that_costs_nothing_awaits_no_payment() -> None:
    free = attrs.evolve(order(PLACED, "3 open"), charges=())

    assert headline(free) is Headline.IN_REVIEW


def test_cancelling_the_unpaid_part_ends_the_wait_for_a_balance() -> None:
    assert headline(order(PLACED, "3 open", 200)) is Headline.AWAITING_BALANCE
    assert headline(order(PLACED, "2 open, 1 cancelled", 200)) is Headline.IN_REVIEW


def test_a_confirmed_order_is_named_by_its_goods_when_money_is_taken_back() -> None:
    assert headline(order(CONFIRMED, "3 open")) is Headline.TO_ALLOCATE


def test_an_order_whose_every_unit_was_cancelled_reads_cancelled_in_each_state_but_draft() -> None:
    for state in OrderState:
        wanted = Headline.DRAFT if state is DRAFT else Headline.CANCELLED
        assert headline(order(state, "3 cancelled")) is wanted


def test_an_order_without_lines_is_a_draft_until_it_is_cancelled() -> None:
    for state in (DRAFT, PLACED, CONFIRMED, COMPLETED):
        assert headline(order(state, "")) is Headline.DRAFT
    assert headline(order(CANCELLED, "")) is Headline.CANCELLED


def test_units_that_a_return_brings_back_count_as_received_until_they_are_accepted() -> None:
    for bag in ("3 delivered", "3 going back", "3 received back"):
        assert headline(order(CONFIRMED, bag, 300, tag=BROUGHT_BACK)) is Headline.RECEIVED
    assert headline(order(CONFIRMED, "3 returned", tag=BROUGHT_BACK)) is Headline.RETURNED


def test_refused_units_that_have_come_in_still_read_as_refused() -> None:
    assert headline(order(CONFIRMED, "3 received back")) is Headline.REFUSED_GOING_BACK
    assert headline(order(CONFIRMED, "1 going back, 2 delivered")) is Headline.PARTLY_RECEIVED


def test_units_that_were_rejected_at_inspection_are_shipped_again() -> None:
    assert headline(order(CONFIRMED, "3 sent back", 300)) is Headline.SHIPPED
    assert headline(order(CONFIRMED, "1 sent back, 2 delivered", 300)) is Headline.PARTLY_RECEIVED


def test_nothing_is_partly_received_that_nobody_received() -> None:
    assert headline(order(CONFIRMED, "1 lost, 2 shipped", 300)) is Headline.SHIPPED
    assert headline(order(CONFIRMED, "1 going back, 2 shipped", 300)) is Headline.SHIPPED
    assert headline(order(CONFIRMED, "3 missing", 300)) is Headline.LOST
    assert headline(order(CONFIRMED, "1 returned, 2 shipped", 300)) is Headline.PARTLY_RETURNED


def test_a_completed_order_still_says_what_came_back() -> None:
    assert headline(order(COMPLETED, "1 returned, 2 delivered", 200)) is Headline.PARTLY_RETURNED
    assert headline(order(COMPLETED, "3 returned")) is Headline.RETURNED
    assert headline(order(COMPLETED, "2 delivered, 1 cancelled", 200)) is Headline.COMPLETED


# --- laws ---------------------------------------------------------------------

spots = st.builds(
    Spot, st.sampled_from(UnitState), st.integers(1, 9), st.sampled_from((PLAIN, BROUGHT_BACK))
)
tenders = st.builds(Tender, st.just("p-1"), st.integers(-300, 3000))
bags = st.lists(spots, max_size=5).map(lambda found: lamps(*found))


@st.composite
def orders(draw: st.DrawFn) -> Order:
    lines = tuple(
        attrs.evolve(line, id=str(i)) for i, line in enumerate(draw(st.lists(bags, max_size=3)))
    )
    spans = tuple(Span(line.id, 0, line.n, EACH * line.n) for line in lines if line.n)
    goods = Charge("goods", ChargeKind.GOODS, sum(span.amount for span in spans), spans)
    freight = Charge("freight-1", ChargeKind.FREIGHT, draw(st.integers(0, 50)))
    return attrs.evolve(
        order(draw(st.sampled_from(OrderState)), ""),
        lines=lines,
        charges=(goods, freight),
        cash_on_delivery=draw(st.booleans()),
        tenders=tuple(draw(st.lists(tenders, max_size=2))),
    )


@given(orders())
def test_every_order_has_one_headline(found: Order) -> None:
    assert headline(found) in Headline


@given(orders())
def test_a_hold_is_shown_beside_the_headline_never_instead(found: Order) -> None:
    held = attrs.evolve(found, holds=(Hold("fraud", "looks odd", "clerk"),))

    assert headline(held) is headline(found)


@given(orders(), st.integers(1, 5))
def test_cancelled_units_beside_live_ones_do_not_count(found: Order, n: int) -> None:
    live = any(spot.state is not UnitState.CANCELLED for _, spot in found.units())
    more = attrs.evolve(lamps(Spot(UnitState.CANCELLED, n)), id="cancelled")

    with_cancelled = attrs.evolve(found, lines=(*found.lines, more))

    if live:
        assert headline(with_cancelled) is headline(found)


@given(orders())
def test_neither_the_order_of_the_lines_nor_how_units_lie_in_spots_matters(found: Order) -> None:
    turned = attrs.evolve(
        found,
        lines=tuple(
            attrs.evolve(line, spots=tuple(reversed(line.spots))) for line in reversed(found.lines)
        ),
    )

    assert headline(turned) is headline(found)


@given(orders())
def test_quantities_by_state_add_up_to_the_order(found: Order) -> None:
    counts = quantity_by_state(found)

    assert sum(counts.values()) == sum(line.n for line in found.lines)
    assert all(n > 0 for n in counts.values())  # of no units there are no counts: {}
    assert list(counts) == [state for state in UnitState if state in counts]


@pytest.mark.feature("F094")
def test_the_units_of_an_order_are_counted_by_state_beside_its_headline() -> None:
    found = order(CONFIRMED, "1 shipped, 2 open, 1 cancelled", 300)
    two_lines = attrs.evolve(found, lines=(*found.lines, lamps(Spot(UnitState.OPEN, 4))))

    assert headline(two_lines) is Headline.PARTLY_SHIPPED
    assert quantity_by_state(two_lines) == {
        UnitState.OPEN: 6,
        UnitState.SHIPPED: 1,
        UnitState.CANCELLED: 1,
    }
    assert quantity_by_state(order(DRAFT, "")) == {}
