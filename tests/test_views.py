from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from itertools import combinations

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
from orderflow.views import Headline, headline, quantity_by_state, quantity_by_status
from orderflow.views.headlines import name_of

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
EACH = 100

(
    DRAFT,
    PLACED,
    IN_REVIEW,
    AWAITING_CUSTOMER,
    CONFIRMED,
    COMPLETED,
    ARCHIVED,
    REJECTED,
    CANCELLED,
    EXPIRED,
) = OrderState
BROUGHT_BACK = Slice(returning="r-1")


def lamps(*spots: Spot, service: bool = False) -> Line:
    """One line of brass lamps whose cancelled units, the last ones, are given up."""
    n = sum(spot.n for spot in spots)
    gone = sum(spot.n for spot in spots if spot.state is UnitState.CANCELLED)
    cuts = (Cut(CutKind.GIVEN_UP, n - gone, n, "cancel"),) if gone else ()
    return Line("1", "BRASS-LAMP", n, Decimal(EACH), 1, "piece", 0, spots, cuts, None, service)


def order(
    state: OrderState,
    bag: str,
    paid: int = 0,
    *,
    cod: bool = False,
    tag: Slice = PLAIN,
    service: bool = False,
) -> Order:
    """An order of one line, its bag as a clerk would say it: `1 shipped, 2 open`."""
    spots = []
    for part in filter(None, bag.split(", ")):
        n, _, name = part.partition(" ")
        spots.append(Spot(UnitState(name), int(n), tag))
    lines = (lamps(*spots, service=service),) if spots else ()
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

# The row's own words; an order that stands so; Chinese label; English label; the features shown.
# A refund is a tender that went down, so what stands in `paid` is what is left of it.
TABLE: tuple[tuple[str, Order, str, str, tuple[str, ...]], ...] = (
    ("draft", order(DRAFT, "3 open"), "草稿", "draft", ()),
    ("3 open; due 300", order(PLACED, "3 open"), "待支付", "awaiting payment", ("F077",)),
    ("3 open; paid 100 of 300", order(PLACED, "3 open", 100), "待付尾款", "awaiting balance", ()),
    ("3 open; paid, not reviewed", order(PLACED, "3 open", 300), "待审核", "in review", ()),
    ("3 open; COD, not reviewed", order(PLACED, "3 open", cod=True), "待审核", "in review", ()),
    ("3 open, confirmed", order(CONFIRMED, "3 open", 300), "待配货", "to allocate", ("F077",)),
    (
        "2 backordered, 1 reserved",
        order(CONFIRMED, "2 backordered, 1 reserved", 300),
        "缺货待补",
        "waiting for stock",
        (),
    ),
    ("3 to buy", order(CONFIRMED, "3 to buy", 300), "需采购", "to buy", ("F086",)),
    ("3 buying", order(CONFIRMED, "3 buying", 300), "采购中", "buying", ("F086",)),
    ("3 to make", order(CONFIRMED, "3 to make", 300), "待生产", "to make", ()),
    ("3 making", order(CONFIRMED, "3 making", 300), "生产中", "making", ()),
    (
        "3 allocated",
        order(CONFIRMED, "3 allocated", 300),
        "待发货",
        "to ship",
        ("F075", "F077"),
    ),
    (
        "1 released, 2 allocated",
        order(CONFIRMED, "1 released, 2 allocated", 300),
        "待发货",
        "to ship",
        (),
    ),
    (
        "1 picked, 2 allocated",
        order(CONFIRMED, "1 picked, 2 allocated", 300),
        "待发货",
        "to ship",
        (),
    ),
    ("3 packed", order(CONFIRMED, "3 packed", 300), "待发货", "to ship", ()),
    (
        "1 shipped, 2 open",
        order(CONFIRMED, "1 shipped, 2 open", 300),
        "部分发货",
        "partly shipped",
        (),
    ),
    (
        "1 delivered, 2 allocated",
        order(CONFIRMED, "1 delivered, 2 allocated", 300),
        "部分发货",
        "partly shipped",
        (),
    ),
    ("3 shipped", order(CONFIRMED, "3 shipped", 300), "已发货", "shipped", ("F077",)),
    ("3 shipped; COD, due 300", order(CONFIRMED, "3 shipped", cod=True), "已发货", "shipped", ()),
    (
        "1 delivered, 2 shipped",
        order(CONFIRMED, "1 delivered, 2 shipped", 300),
        "部分签收",
        "partly received",
        (),
    ),
    (
        "3 ready to collect",
        order(CONFIRMED, "3 ready to collect", 300),
        "待自提",
        "ready to collect",
        (),
    ),
    ("3 delivered", order(CONFIRMED, "3 delivered", 300), "已签收", "received", ("F075",)),
    (
        "3 delivered; cash collected",
        order(CONFIRMED, "3 delivered", 300, cod=True),
        "已签收",
        "received",
        (),
    ),
    (
        "2 delivered, 1 cancelled; 1 refunded",
        order(CONFIRMED, "2 delivered, 1 cancelled", 200),
        "已签收",
        "received",
        (),
    ),
    (
        "3 going back; COD",
        order(CONFIRMED, "3 going back", cod=True),
        "拒收退回中",
        "refused, going back",
        (),
    ),
    (
        "2 delivered, 1 missing",
        order(CONFIRMED, "2 delivered, 1 missing", 300),
        "部分签收",
        "partly received",
        (),
    ),
    ("3 lost", order(CONFIRMED, "3 lost", 300), "包裹丢失", "lost", ()),
    (
        "completed: 3 delivered, window over",
        order(COMPLETED, "3 delivered", 300),
        "已完成",
        "completed",
        ("F082",),
    ),
    (
        "1 returned, 2 delivered",
        order(CONFIRMED, "1 returned, 2 delivered", 200),
        "部分退货",
        "partly returned",
        (),
    ),
    ("3 returned", order(CONFIRMED, "3 returned"), "已退货", "returned", ("F235",)),
    ("3 cancelled", order(CANCELLED, "3 cancelled"), "已取消", "cancelled", ()),
    (
        "3 cancelled; 300 not yet refunded",
        order(CANCELLED, "3 cancelled", 300),
        "已取消",
        "cancelled",
        (),
    ),
    (
        "3 cancelled, unpaid in time",
        order(EXPIRED, "3 cancelled"),
        "已取消",
        "cancelled",
        (),
    ),
    (
        "3 redeemed (service)",
        order(CONFIRMED, "3 redeemed", 300, service=True),
        "已核销",
        "redeemed",
        (),
    ),
    ("3 lapsed (service)", order(CONFIRMED, "3 lapsed", 300, service=True), "已失效", "lapsed", ()),
    ("no lines", order(PLACED, ""), "草稿", "draft", ()),
)

BESIDE_THE_TABLE = {Headline.TO_REDEEM, Headline.PARTLY_REDEEMED}
"""What services are called before they are redeemed; the table names only their ends."""


@pytest.mark.feature("F075", "F077", "F082", "F086", "F235", "F297")
@pytest.mark.parametrize(
    ("found", "zh", "en"), [pytest.param(*row[1:4], id=row[0]) for row in TABLE]
)
def test_an_order_reads_as_the_table_of_statuses_says(found: Order, zh: str, en: str) -> None:
    named = headline(found)

    assert (named.zh, named.value) == (zh, en)


def test_every_headline_stands_in_the_table_of_statuses_or_is_of_a_service() -> None:
    assert {row[3] for row in TABLE} == {named.value for named in set(Headline) - BESIDE_THE_TABLE}


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
    called_off = {CANCELLED, EXPIRED, REJECTED}
    for state in set(OrderState) - called_off:
        assert headline(order(state, "")) is Headline.DRAFT
    for state in called_off:
        assert headline(order(state, "")) is Headline.CANCELLED


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


def test_an_order_under_review_says_so_whether_it_is_paid_or_not() -> None:
    for state in (IN_REVIEW, AWAITING_CUSTOMER):
        for paid in (0, 100, 300):
            assert headline(order(state, "3 open", paid)) is Headline.IN_REVIEW
        assert headline(order(state, "3 reserved", cod=True)) is Headline.IN_REVIEW
        assert headline(order(state, "3 backordered", 300)) is Headline.IN_REVIEW


def test_a_rejected_order_reads_cancelled() -> None:
    assert headline(order(REJECTED, "3 cancelled", 300)) is Headline.CANCELLED


def test_an_archived_order_reads_as_it_did_when_it_was_completed() -> None:
    for bag in ("3 delivered", "1 returned, 2 delivered", "3 returned", "2 delivered, 1 cancelled"):
        assert headline(order(ARCHIVED, bag)) is headline(order(COMPLETED, bag))


def test_what_is_planned_names_an_order_before_what_is_under_way() -> None:
    assert headline(order(CONFIRMED, "1 to make, 2 buying", 300)) is Headline.TO_MAKE
    assert headline(order(CONFIRMED, "1 buying, 2 making", 300)) is Headline.BUYING
    assert headline(order(CONFIRMED, "1 making, 2 allocated", 300)) is Headline.MAKING
    assert headline(order(CONFIRMED, "1 to buy, 2 shipped", 300)) is Headline.PARTLY_SHIPPED


def test_goods_at_a_desk_are_partly_received_once_some_were_collected() -> None:
    assert headline(order(CONFIRMED, "1 ready to collect, 2 shipped")) is Headline.SHIPPED
    assert headline(order(CONFIRMED, "1 ready to collect, 2 delivered")) is Headline.PARTLY_RECEIVED


def beside(goods: str, services: str, state: OrderState = CONFIRMED) -> Order:
    """An order of a line of goods and a line of services, paid in full."""
    line = attrs.evolve(order(state, services, service=True).lines[0], id="2")
    found = order(state, goods, 300)
    return attrs.evolve(found, lines=(*found.lines, line))


def test_an_open_service_is_to_be_redeemed_and_not_allocated() -> None:
    assert headline(order(CONFIRMED, "3 open", 300, service=True)) is Headline.TO_REDEEM
    for bag in ("1 redeemed, 2 open", "1 redeemed, 2 lapsed", "1 redeemed, 1 lapsed, 1 open"):
        assert headline(order(CONFIRMED, bag, 300, service=True)) is Headline.PARTLY_REDEEMED
    assert headline(order(CONFIRMED, "1 lapsed, 2 open", 300, service=True)) is Headline.TO_REDEEM


def test_a_service_waits_for_payment_and_review_as_goods_do() -> None:
    assert headline(order(PLACED, "3 open", service=True)) is Headline.AWAITING_PAYMENT
    assert headline(order(PLACED, "3 open", 300, service=True)) is Headline.IN_REVIEW


def test_goods_name_an_order_before_its_services_until_they_have_arrived() -> None:
    assert headline(beside("3 allocated", "1 open")) is Headline.TO_SHIP
    assert headline(beside("3 allocated", "1 redeemed")) is Headline.TO_SHIP
    assert headline(beside("3 shipped", "1 redeemed")) is Headline.SHIPPED
    assert headline(beside("3 delivered", "1 open")) is Headline.TO_REDEEM
    assert headline(beside("3 delivered", "1 open, 1 redeemed")) is Headline.PARTLY_REDEEMED
    assert headline(beside("3 delivered", "1 redeemed")) is Headline.RECEIVED
    assert headline(beside("3 delivered", "1 lapsed")) is Headline.RECEIVED
    assert headline(beside("3 returned", "1 redeemed")) is Headline.PARTLY_RETURNED


def test_a_completed_order_of_services_says_when_they_were_not_all_used() -> None:
    assert headline(order(COMPLETED, "3 redeemed", service=True)) is Headline.COMPLETED
    assert headline(order(COMPLETED, "3 lapsed", service=True)) is Headline.LAPSED
    found = order(COMPLETED, "1 redeemed, 2 lapsed", service=True)
    assert headline(found) is Headline.PARTLY_REDEEMED


# --- total, by walking all there is --------------------------------------------------------------

MONEY = (
    ("nothing paid", 0, False),
    ("a part paid", 100, False),
    ("all paid", 10_000, False),
    ("taken back", -100, False),
    ("cash on delivery", 0, True),
)


def test_every_mix_of_rungs_has_a_name() -> None:
    for rungs in range(1 << 17):
        assert name_of.__wrapped__(rungs) in Headline


# A headline depends on which states a bag holds, never on how many units stand in each, and its
# name on the least advanced rung and what is further: bags of four states show all of that.
MIXES = tuple(
    (lamps(*[Spot(unit, 1) for unit in mix]),) if mix else ()
    for size in range(5)
    for mix in combinations(UnitState, size)
)


@pytest.mark.parametrize("state", OrderState)
def test_every_mix_of_unit_states_has_a_headline_whatever_the_money(state: OrderState) -> None:
    seen = set()
    for _, paid, cod in MONEY:
        standing = order(state, "4 open", paid, cod=cod)
        for lines in MIXES:
            seen.add(headline(attrs.evolve(standing, lines=lines)))

    assert seen <= set(Headline)


def test_every_headline_is_reached_by_some_order() -> None:
    reached = {headline(row[1]) for row in TABLE} | {
        headline(order(CONFIRMED, bag, service=True)) for bag in ("1 open", "1 open, 1 redeemed")
    }

    assert reached == set(Headline)


MEANS = {
    "部分": "part",
    "待": ("to ", "awaiting", "waiting", "in review", "ready"),
    "中": ("ing",),
    "已": ("shipped", "received", "returned", "cancelled", "redeemed", "lapsed", "completed"),
    "需": ("to ",),
}
"""What a character of a Chinese label must say in English too."""


@pytest.mark.parametrize("named", Headline)
def test_both_languages_of_a_headline_mean_the_same(named: Headline) -> None:
    for character, words in MEANS.items():
        if named.zh.startswith(character) or (character == "中" and named.zh.endswith("中")):
            assert any(word in named.value for word in words), named.zh
    assert ("部分" in named.zh) is ("partly" in named.value)


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


def test_units_are_counted_under_the_label_of_their_own_rung() -> None:
    found = beside("1 shipped, 1 allocated, 2 picked, 1 cancelled", "2 open")

    assert quantity_by_status(found) == {
        Headline.TO_SHIP: 3,
        Headline.SHIPPED: 1,
        Headline.TO_REDEEM: 2,
        Headline.CANCELLED: 1,
    }
    assert quantity_by_status(order(DRAFT, "")) == {}


@given(orders())
def test_quantities_by_status_add_up_to_the_order(found: Order) -> None:
    assert sum(quantity_by_status(found).values()) == sum(line.n for line in found.lines)


def test_quantities_by_status_begin_with_the_least_advanced() -> None:
    found = beside("1 cancelled, 1 returned, 1 delivered, 1 lost, 1 buying, 1 to make", "1 open")

    assert list(quantity_by_status(found)) == [
        Headline.TO_MAKE,
        Headline.BUYING,
        Headline.LOST,
        Headline.TO_REDEEM,
        Headline.RECEIVED,
        Headline.RETURNED,
        Headline.CANCELLED,
    ]


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
