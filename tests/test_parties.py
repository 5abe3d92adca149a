from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from itertools import combinations, product
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import Ref
from orderflow.errors import BadInput
from orderflow.records import (
    Charge,
    ChargeKind,
    Destination,
    Hold,
    Line,
    Order,
    Parcel,
    Purchase,
    Reissue,
    Slice,
    Span,
    Spot,
    Tender,
)
from orderflow.states import (
    OrderState,
    ParcelState,
    ReplacementState,
    RequestState,
    UnitState,
)
from orderflow.views import (
    SPECIAL_HANDLING,
    Dossier,
    Headline,
    LineSeen,
    PartyStatus,
    platform_view,
    purchaser_view,
    supplier_view,
)
from tests.builders import LAMP, Shop, eur, new_order

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

SENT = AT + timedelta(hours=1)
OF_ASTER = Slice(supplier="aster", peg="b-1")


# --- documents -------------------------------------------------------------------------------


def bag(words: str, tag: Slice = OF_ASTER) -> tuple[Spot, ...]:
    """A bag as a clerk would say it: `1 shipped, 2 open`; what is not bought yet has no tag."""
    spots = []
    for part in words.split(", "):
        n, _, name = part.partition(" ")
        state = UnitState(name)
        untagged = state in (UnitState.OPEN, UnitState.TO_BUY)
        spots.append(Spot(state, int(n), Slice() if untagged else tag))
    return tuple(spots)


def order(
    state: OrderState, words: str, paid: int = 300, *, id: str = "o-17", tag: Slice = OF_ASTER
) -> Order:
    """An order of one line of brass lamps at 100 each."""
    spots = bag(words, tag)
    n = sum(spot.n for spot in spots)
    line = Line("1", "BRASS-LAMP", n, Decimal(100), 1, "piece", 0, spots)
    goods = Charge("goods", ChargeKind.GOODS, 100 * n, (Span("1", 0, n, 100 * n),))
    tenders = (Tender("p-1", paid),) if paid else ()
    return Order(Ref("", "order", id), state, "CNY", "c-4", (line,), (goods,), AT, tenders=tenders)


def purchase(
    state: RequestState, *, id: str = "b-1", supplier: str = "aster", sent: bool = True
) -> Purchase:
    return Purchase(
        Ref("", "purchase", id),
        state,
        supplier,
        ("o-17",),
        cost=150,
        currency="CNY",
        sent_at=SENT if sent else None,
    )


def reissue(state: ReplacementState = ReplacementState.APPROVED, *, anew: str = "") -> Reissue:
    return Reissue(Ref("", "reissue", "r-1"), state, "o-17", "broken", (("1", 1),), anew)


def sent_anew(words: str) -> tuple[Order, ...]:
    return (attrs.evolve(order(CONFIRMED, words, 0, id="o-18"), parent="o-17"),)


CONFIRMED, PLACED = OrderState.CONFIRMED, OrderState.PLACED
ACCEPTED = (purchase(RequestState.ACCEPTED),)
DONE = (purchase(RequestState.DONE),)
SPECIAL = (Hold(SPECIAL_HANDLING, "one lamp cannot be had", "aster"),)
ASKED_BACK = attrs.evolve(OF_ASTER, returning="t-1")
RECEIVED = order(CONFIRMED, "3 delivered")

# --- the table of three readers --------------------------------------------------------------

# The situation; an order that stands so; what platform, purchaser and supplier read; the features.
TABLE: tuple[tuple[str, Dossier, str, str, str, tuple[str, ...]], ...] = (
    (
        "unpaid",
        Dossier(order(PLACED, "3 open", 0)),
        "等待支付 awaiting payment",
        "等待支付 awaiting payment",
        "-",
        (),
    ),
    (
        "paid, purchase not sent",
        Dossier(order(CONFIRMED, "3 to buy")),
        "需采购 to buy",
        "已支付 paid",
        "-",
        ("F079", "F086"),
    ),
    (
        "paid, purchase made out and not sent",
        Dossier(order(CONFIRMED, "3 buying"), (purchase(RequestState.CREATED, sent=False),)),
        "需采购 to buy",
        "已支付 paid",
        "-",
        ("F079", "F086"),
    ),
    (
        "purchase sent",
        Dossier(order(CONFIRMED, "3 buying"), (purchase(RequestState.SENT),)),
        "采购中 buying",
        "等待发货 awaiting shipment",
        "等待备货 to prepare",
        ("F086",),
    ),
    (
        "supplier accepted",
        Dossier(order(CONFIRMED, "3 buying"), ACCEPTED),
        "采购中 buying",
        "等待发货 awaiting shipment",
        "等待发货 to ship",
        ("F086",),
    ),
    (
        "supplier cannot supply a part",
        Dossier(attrs.evolve(order(CONFIRMED, "1 to buy, 2 buying"), holds=SPECIAL), ACCEPTED),
        "特殊处理 special handling",
        "等待发货 awaiting shipment",
        "等待发货 to ship",
        ("F085",),
    ),
    (
        "shipped",
        Dossier(order(CONFIRMED, "3 shipped"), DONE),
        "已发送 sent",
        "已发送 sent",
        "已发送 sent",
        (),
    ),
    (
        "cancelled",
        Dossier(order(OrderState.CANCELLED, "3 cancelled"), (purchase(RequestState.CANCELLED),)),
        "已取消 cancelled",
        "已取消 cancelled",
        "已取消 cancelled",
        (),
    ),
    (
        "cancelled before the purchase was sent",
        Dossier(
            order(OrderState.CANCELLED, "3 cancelled"),
            (purchase(RequestState.CANCELLED, sent=False),),
        ),
        "已取消 cancelled",
        "已取消 cancelled",
        "-",
        (),
    ),
    (
        "reissue asked",
        Dossier(RECEIVED, DONE, (reissue(ReplacementState.ASKED),)),
        "补发 reissue",
        "补发 reissue",
        "补发 reissue",
        ("F236",),
    ),
    (
        "reissue approved, nothing has left",
        Dossier(RECEIVED, DONE, (reissue(anew="o-18"),), sent_anew("1 allocated")),
        "补发 reissue",
        "补发 reissue",
        "补发 reissue",
        ("F236",),
    ),
    (
        "reissue shipped",
        Dossier(RECEIVED, DONE, (reissue(anew="o-18"),), sent_anew("1 shipped")),
        "已补发 reissued",
        "已补发 reissued",
        "已补发 reissued",
        ("F236",),
    ),
    (
        "reissue received",
        Dossier(RECEIVED, DONE, (reissue(anew="o-18"),), sent_anew("1 delivered")),
        "补发签收 reissue received",
        "补发签收 reissue received",
        "补发签收 reissue received",
        ("F236",),
    ),
    (
        "return asked",
        Dossier(order(CONFIRMED, "3 delivered", tag=ASKED_BACK), DONE),
        "退货 return",
        "退货 return",
        "退货 return",
        ("F235",),
    ),
    (
        "return received",
        Dossier(order(CONFIRMED, "3 received back", tag=ASKED_BACK), DONE),
        "已退货 returned",
        "已退货 returned",
        "已退货 returned",
        ("F235",),
    ),
    (
        "return settled",
        Dossier(order(CONFIRMED, "3 returned", 0, tag=ASKED_BACK), DONE),
        "已退货 returned",
        "已退货 returned",
        "已退货 returned",
        ("F235",),
    ),
)


def said(status: PartyStatus) -> str:
    return f"{status.zh} {status.value}"


@pytest.mark.feature("F079", "F083", "F084", "F085", "F086", "F235", "F236")
@pytest.mark.parametrize(
    ("known", "platform", "purchaser", "supplier"),
    [pytest.param(*row[1:5], id=row[0]) for row in TABLE],
)
def test_three_readers_each_read_their_own_status_of_one_order(
    known: Dossier, platform: str, purchaser: str, supplier: str
) -> None:
    seen = supplier_view(known, "aster")

    assert said(platform_view(known).status) == platform
    assert said(purchaser_view(known).status) == purchaser
    assert ("-" if seen is None else said(seen.status)) == supplier


def test_a_supplier_that_was_never_asked_sees_nothing() -> None:
    for _, known, *_ in TABLE:
        assert supplier_view(known, "briar") is None


# --- when several things are true at once ----------------------------------------------------


def statuses(known: Dossier) -> tuple[str, str, str]:
    seen = supplier_view(known, "aster")
    return (
        platform_view(known).status.value,
        purchaser_view(known).status.value,
        "-" if seen is None else seen.status.value,
    )


@pytest.mark.parametrize(
    ("words", "read"),
    (
        ("1 shipped, 2 buying", ("partly sent", "partly sent", "partly sent")),
        ("1 shipped, 2 to buy", ("partly sent", "partly sent", "sent")),
        ("1 delivered, 2 shipped", ("partly received",) * 3),
        ("3 allocated", ("awaiting shipment", "awaiting shipment", "sent")),
        ("1 cancelled, 2 shipped", ("sent",) * 3),
        ("3 ready to collect", ("ready to collect",) * 3),
        ("3 lost", ("lost",) * 3),
        ("1 returned, 2 delivered", ("partly returned",) * 3),
    ),
)
def test_the_least_advanced_unit_that_a_reader_sees_names_its_status(
    words: str, read: tuple[str, str, str]
) -> None:
    assert statuses(Dossier(order(CONFIRMED, words), ACCEPTED)) == read


def test_an_open_return_comes_before_a_reissue_and_both_before_what_is_still_to_ship() -> None:
    part = order(CONFIRMED, "1 delivered, 2 buying")
    asked_back = Spot(UnitState.DELIVERED, 1, ASKED_BACK)
    line = part.lines[0]
    both = attrs.evolve(part, lines=(attrs.evolve(line, spots=(asked_back, line.spots[1])),))
    asked = (reissue(ReplacementState.ASKED),)

    assert statuses(Dossier(both, ACCEPTED, asked)) == ("return",) * 3
    assert statuses(Dossier(part, ACCEPTED, asked)) == ("reissue",) * 3


def test_special_handling_comes_first_for_the_platform_alone() -> None:
    held = attrs.evolve(order(CONFIRMED, "3 delivered", tag=ASKED_BACK), holds=SPECIAL)

    assert statuses(Dossier(held, DONE)) == ("special handling", "return", "return")


def test_a_hold_of_another_kind_renames_nothing() -> None:
    held = attrs.evolve(RECEIVED, holds=(Hold("fraud", "looks odd", "clerk"),))

    assert statuses(Dossier(held, DONE)) == ("received",) * 3


def test_an_order_that_was_called_off_reads_cancelled_under_any_hold() -> None:
    off = attrs.evolve(order(OrderState.CANCELLED, "3 cancelled"), holds=SPECIAL)

    assert statuses(Dossier(off, (purchase(RequestState.CANCELLED),))) == ("cancelled",) * 3


def test_a_received_reissue_does_not_hide_what_is_still_to_come() -> None:
    done = ((reissue(anew="o-18"),), sent_anew("1 delivered"))

    assert (
        statuses(Dossier(order(CONFIRMED, "1 missing, 2 delivered"), DONE, *done))
        == ("reissue received",) * 3
    )
    assert (
        statuses(Dossier(order(CONFIRMED, "1 shipped, 2 delivered"), DONE, *done))
        == ("partly received",) * 3
    )
    assert (
        statuses(Dossier(order(CONFIRMED, "1 returned, 2 delivered"), DONE, *done))
        == ("partly returned",) * 3
    )


@pytest.mark.parametrize(
    ("anew", "read"),
    (
        ("1 allocated, 1 shipped", "reissue"),
        ("1 shipped, 1 delivered", "reissued"),
        ("2 lost", "reissued"),
        ("1 delivered, 1 returned", "reissue received"),
        ("2 cancelled", "reissue"),
    ),
)
def test_a_reissue_is_read_off_the_bag_of_its_own_order(anew: str, read: str) -> None:
    known = Dossier(RECEIVED, DONE, (reissue(anew="o-18"),), sent_anew(anew))

    assert statuses(known) == (read,) * 3


@pytest.mark.parametrize("state", (ReplacementState.REJECTED, ReplacementState.CANCELLED))
def test_a_reissue_that_was_turned_down_renames_nothing(state: ReplacementState) -> None:
    assert statuses(Dossier(RECEIVED, DONE, (reissue(state),))) == ("received",) * 3


def test_of_several_reissues_the_least_advanced_is_named() -> None:
    asked = attrs.evolve(reissue(ReplacementState.ASKED), ref=Ref("", "reissue", "r-2"))
    known = Dossier(RECEIVED, DONE, (reissue(anew="o-18"), asked), sent_anew("1 delivered"))

    assert statuses(known) == ("reissue",) * 3


def test_a_supplier_whose_purchase_brings_it_nothing_any_more_reads_cancelled() -> None:
    refused = Dossier(order(CONFIRMED, "3 to buy"), (purchase(RequestState.REFUSED),))

    assert statuses(refused) == ("to buy", "awaiting shipment", "cancelled")


def test_a_supplier_that_is_done_has_sent_although_its_units_bear_no_tag() -> None:
    known = Dossier(order(CONFIRMED, "3 allocated", tag=Slice(location="leith")), DONE)

    assert statuses(known) == ("awaiting shipment", "awaiting shipment", "sent")


def test_an_order_that_is_not_paid_is_never_called_so() -> None:
    cod = attrs.evolve(order(CONFIRMED, "3 to buy", 0), cash_on_delivery=True)

    assert purchaser_view(Dossier(cod)).status is PartyStatus.AWAITING_SHIPMENT
    placed = attrs.evolve(cod, state=PLACED)
    assert purchaser_view(Dossier(placed)).status is PartyStatus.IN_REVIEW


# --- lines, parcels and money ----------------------------------------------------------------


@pytest.mark.feature("F083")
def test_each_reader_sees_its_own_units_of_a_line_that_two_suppliers_share() -> None:
    shared = order(CONFIRMED, "3 buying")
    spots = (
        Spot(UnitState.BUYING, 2, OF_ASTER),
        Spot(UnitState.SHIPPED, 1, Slice(supplier="briar", peg="b-2")),
    )
    shared = attrs.evolve(shared, lines=(attrs.evolve(shared.lines[0], spots=spots),))
    known = Dossier(
        shared,
        (
            purchase(RequestState.SENT),
            purchase(RequestState.DONE, id="b-2", supplier="briar"),
        ),
    )

    def lines(n: int, *progress: tuple[PartyStatus, int]) -> tuple[LineSeen, ...]:
        return (LineSeen("1", "BRASS-LAMP", n, "piece", 0, progress),)

    aster, briar = supplier_view(known, "aster"), supplier_view(known, "briar")
    assert aster is not None
    assert briar is not None
    assert aster.lines == lines(2, (PartyStatus.TO_PREPARE, 2))
    assert briar.lines == lines(1, (PartyStatus.SENT, 1))
    assert purchaser_view(known).lines == lines(
        3, (PartyStatus.AWAITING_SHIPMENT, 2), (PartyStatus.SENT, 1)
    )
    assert platform_view(known).lines == lines(3, (PartyStatus.BUYING, 2), (PartyStatus.SENT, 1))
    assert [one.id for one in aster.purchases] == ["b-1"]
    assert [one.id for one in platform_view(known).purchases] == ["b-1", "b-2"]


@pytest.mark.feature("F162", "F093")
@pytest.mark.parametrize(
    ("words", "status"),
    (("3 to make", "待生产 to make"), ("3 making", "生产中 making")),
)
def test_purchaser_and_staff_see_how_far_production_is(words: str, status: str) -> None:
    known = Dossier(order(CONFIRMED, words, tag=Slice(peg="w-1")))

    for seen in (platform_view(known), purchaser_view(known)):
        assert said(seen.status) == status
        assert [(said(one), n) for one, n in seen.lines[0].progress] == [(status, 3)]


def parcel(id: str, carrier: str = "申通", tracking: str = "000005") -> Parcel:
    return Parcel(
        Ref("", "parcel", id),
        ParcelState.SHIPPED,
        ("o-17",),
        "",
        carrier=carrier,
        tracking=tracking,
        handed_over_at=SENT,
    )


@pytest.mark.feature("F206")
def test_a_waybill_bears_its_carriers_name_before_its_number() -> None:
    tag = attrs.evolve(OF_ASTER, parcel="a-1")
    known = Dossier(order(CONFIRMED, "3 shipped", tag=tag), DONE, parcels=(parcel("a-1"),))

    aster = supplier_view(known, "aster")
    assert aster is not None
    for seen in (platform_view(known), purchaser_view(known), aster):
        assert [one.waybill for one in seen.parcels] == ["申通-000005"]
        assert seen.parcels[0].state is ParcelState.SHIPPED


def test_a_supplier_sees_no_parcel_that_holds_units_of_others() -> None:
    tag = attrs.evolve(OF_ASTER, parcel="a-1")
    shipped = order(CONFIRMED, "3 shipped", tag=tag)
    other = Spot(UnitState.SHIPPED, 1, Slice(supplier="briar", parcel="a-1"))
    line = shipped.lines[0]
    shared = attrs.evolve(shipped, lines=(attrs.evolve(line, n=4, spots=(*line.spots, other)),))
    aster = supplier_view(Dossier(shared, DONE, parcels=(parcel("a-1"),)), "aster")

    assert aster is not None
    assert aster.parcels == ()


def test_money_is_the_readers_own() -> None:
    known = Dossier(order(CONFIRMED, "3 buying", 120), ACCEPTED)
    purchaser, platform = purchaser_view(known), platform_view(known)

    assert (purchaser.total, purchaser.paid, purchaser.due) == (300, 120, 180)
    assert (platform.total, platform.paid, platform.due) == (300, 120, 180)
    assert [(one.cost, one.currency) for one in platform.purchases] == [(150, "CNY")]


# --- nobody reads what is not for it ---------------------------------------------------------

# Each secret is a number or a text that stands nowhere else.
ASTERS = ("aster", "b-aster", 7_000_003)
BRIARS = ("briar", "b-briar", 7_000_033)
INNER = ("inner-code", "inner-reason", "inner-clerk", "inner-why", "inner-bearer", "inner-channel")
PURCHASERS = ("c-secret", "pay-secret", "addr-secret", 5_000_011, 5_000_077, 1_000_003, 6_000_101)
PRICES = (Decimal("40.0007"), Decimal("50.0009"), Decimal("60.0011"))
LINES_OF = {"aster": ("LINE-A", "SKU-A"), "briar": ("LINE-B", "SKU-B"), "": ("LINE-O", "SKU-O")}


def tagged(state: UnitState, supplier: str) -> Slice:
    """A tag such as production gives: the supplier is planned before it is asked."""
    pegged = state not in (UnitState.OPEN, UnitState.BACKORDERED, UnitState.TO_BUY)
    return Slice(supplier=supplier, peg=f"b-{supplier}" if pegged and supplier else "")


def secret_dossier(
    state: OrderState,
    mixes: tuple[tuple[UnitState, ...], tuple[UnitState, ...], tuple[UnitState, ...]],
    requests: tuple[RequestState, RequestState],
    *,
    returning: str = "",
    replaced: ReplacementState = ReplacementState.ASKED,
    anew: tuple[Order, ...] = (),
) -> Dossier:
    """An order of three lines (aster's, briar's, our own) that is full of secrets."""
    lines = []
    for (supplier, (id, sku)), mix, price in zip(LINES_OF.items(), mixes, PRICES, strict=True):
        spots = tuple(
            Spot(one, 2, attrs.evolve(tagged(one, supplier), returning=returning)) for one in mix
        )
        lines.append(Line(id, sku, 2 * len(mix), price, 1, "piece", 0, spots))
    charges = (
        Charge("goods", ChargeKind.GOODS, 5_000_011, reason="inner-why"),
        Charge("off", ChargeKind.DISCOUNT, -4_000_000, bearer="inner-bearer"),
        Charge("more", ChargeKind.FEE, 5_000_077 - 1_000_011),
    )
    found = Order(
        Ref("", "order", "o-17"),
        state,
        "CNY",
        "c-secret",
        tuple(lines),
        charges,
        AT,
        channel="inner-channel",
        destination=Destination(address="addr-secret"),
        holds=(Hold("inner-code", "inner-reason", "inner-clerk"),),
        tenders=(Tender("pay-secret", 1_000_003),),
    )
    purchases = tuple(
        attrs.evolve(
            purchase(request, id=id, supplier=supplier, sent=request is not RequestState.CREATED),
            cost=cost,
            holds=(Hold("inner-code", "inner-reason", "inner-clerk"),),
        )
        for (supplier, id, cost), request in zip((ASTERS, BRIARS), requests, strict=True)
    )
    asked = Reissue(
        Ref("", "reissue", "r-1"), replaced, "o-17", "inner-why", (("LINE-B", 1),), "o-18"
    )
    return Dossier(found, purchases, (asked,), anew)


def leaves(value: Any) -> Iterator[str | int | Enum | datetime | Decimal | None]:
    """Every text, number and name inside a value."""
    if isinstance(value, tuple):
        for one in value:
            yield from leaves(one)
    elif attrs.has(type(value)):
        for field in attrs.fields(type(value)):
            yield from leaves(getattr(value, field.name))
    else:
        assert value is None or isinstance(value, str | int | Enum | datetime | Decimal)
        yield value


def assert_keeps(view: object, secrets: Iterable[object]) -> None:
    text = " | ".join(str(one) for one in leaves(view))
    for secret in secrets:
        assert str(secret) not in text, f"{view} shows {secret}"


def others_of(supplier: str) -> tuple[object, ...]:
    lines = [name for other, names in LINES_OF.items() if other != supplier for name in names]
    theirs = BRIARS if supplier == "aster" else ASTERS
    return (*theirs, *lines)


def assert_nothing_leaks(known: Dossier) -> None:
    money = (known.order.applied, platform_view(known).total, platform_view(known).due)
    assert_keeps(purchaser_view(known), (*ASTERS, *BRIARS, *INNER))
    for supplier in ("aster", "briar"):
        seen = supplier_view(known, supplier)
        if seen is not None:
            secrets = (*others_of(supplier), *INNER, *PURCHASERS, *PRICES)
            assert_keeps(seen, (*secrets, *filter(None, money)))  # 0 is no secret


MIXES = [mix for size in (1, 2) for mix in combinations(UnitState, size)]


@pytest.mark.feature("F083")
@pytest.mark.parametrize("state", OrderState)
def test_no_party_sees_what_is_not_for_it_in_any_pair_of_unit_states(state: OrderState) -> None:
    requests = list(RequestState)
    for i, mix in enumerate(MIXES):
        of_aster, of_briar = requests[i % len(requests)], requests[i % 5]
        mixes = (mix, MIXES[i - 7], MIXES[i - 31])
        assert_nothing_leaks(secret_dossier(state, mixes, (of_aster, of_briar)))


@pytest.mark.feature("F083")
@pytest.mark.parametrize("request_state", RequestState)
def test_no_party_sees_what_is_not_for_it_whatever_became_of_a_purchase(
    request_state: RequestState,
) -> None:
    for unit, other in product(UnitState, RequestState):
        mixes = ((unit,), (UnitState.BUYING,), (UnitState.ALLOCATED,))
        assert_nothing_leaks(secret_dossier(CONFIRMED, mixes, (request_state, other)))


mixes = st.lists(st.sampled_from(UnitState), max_size=4, unique=True).map(tuple)
dossiers = st.builds(
    secret_dossier,
    st.sampled_from(OrderState),
    st.tuples(mixes, mixes, mixes),
    st.tuples(st.sampled_from(RequestState), st.sampled_from(RequestState)),
    returning=st.sampled_from(("", "t-1")),
    replaced=st.sampled_from(ReplacementState),
    anew=st.sampled_from(((), sent_anew("1 allocated"), sent_anew("1 delivered"))),
)


@given(dossiers)
def test_no_party_sees_what_is_not_for_it_in_any_life(known: Dossier) -> None:
    assert_nothing_leaks(known)


@given(dossiers)
def test_every_order_has_a_status_for_each_reader_that_may_see_it(known: Dossier) -> None:
    for view in (platform_view(known), purchaser_view(known), supplier_view(known, "aster")):
        if view is None:
            assert known.purchases[0].state is RequestState.CREATED
        else:
            assert view.status.zh
            assert all(line.n == sum(n for _, n in line.progress) for line in view.lines)


def test_the_platform_sees_the_secrets_that_the_others_do_not() -> None:
    known = secret_dossier(
        CONFIRMED,
        ((UnitState.BUYING,), (UnitState.SHIPPED,), (UnitState.OPEN,)),
        (RequestState.SENT, RequestState.DONE),
    )
    seen = set(map(str, leaves(platform_view(known))))

    assert {str(one) for one in (*ASTERS, *BRIARS, *INNER[:3])} <= seen


@pytest.mark.parametrize("unit", UnitState)
def test_each_reader_has_words_for_every_unit_state(unit: UnitState) -> None:
    known = Dossier(order(CONFIRMED, f"3 {unit.value}"), ACCEPTED)

    assert platform_view(known).lines[0].progress[0][1] == 3
    assert purchaser_view(known).lines[0].progress[0][1] == 3


def test_labels_are_unique_in_each_language_but_for_who_ships_and_who_waits() -> None:
    zh = [status.zh for status in PartyStatus]

    assert len(set(zh)) == len(PartyStatus) - 1
    assert PartyStatus.TO_SHIP.zh == PartyStatus.AWAITING_SHIPMENT.zh


# --- from a store ----------------------------------------------------------------------------


@pytest.mark.feature("F092", "F083")
def test_each_reader_asks_the_workflow(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 5)
    any_shop.place("o-17", new_order((LAMP, 3)))
    assert any_shop.seen_by_platform("o-17").status is PartyStatus.AWAITING_PAYMENT
    any_shop.pay("pay-1", eur(3000), (("o-17", 3000),))
    assert any_shop.seen_by_purchaser("o-17").status is PartyStatus.PAID
    any_shop.allocate("o-17")
    any_shop.ship("o-17", "a-1")

    platform, purchaser = any_shop.seen_by_platform("o-17"), any_shop.seen_by_purchaser("o-17")

    assert platform.status is purchaser.status is PartyStatus.SENT
    assert platform.headline is Headline.SHIPPED
    assert len(platform.parcels) == len(purchaser.parcels) == 1
    assert (purchaser.total, purchaser.paid, purchaser.due) == (3000, 3000, 0)
    assert any_shop.seen_by_supplier("o-17", "aster") is None


@pytest.mark.feature("F083", "F236")
def test_platform_and_purchaser_follow_a_reissue_to_its_receipt(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 5)
    shop.sell_and_deliver("o-17", "a-1", (LAMP, 3))
    read: list[tuple[str, str]] = []

    for move in (
        lambda: shop.ask_reissue("r-1", "o-17", (("1", 1),), "broken"),
        lambda: shop.approve_reissue("r-1", "o-18"),
        lambda: (shop.allocate("o-18"), shop.ship("o-18", "a-2")),
        lambda: shop.deliver("a-2"),
    ):
        move()
        platform, purchaser = shop.seen_by_platform("o-17"), shop.seen_by_purchaser("o-17")
        read.append((platform.status.zh, purchaser.status.zh))

    assert read == [(zh, zh) for zh in ("补发", "补发", "已补发", "补发签收")]


def test_a_supplier_cannot_tell_an_order_that_is_not_there_from_one_that_is_not_its_own(
    shop: Shop,
) -> None:
    shop.place("o-17", new_order((LAMP, 3)))

    assert shop.seen_by_supplier("o-17", "aster") is None
    assert shop.seen_by_supplier("o-99", "aster") is None
    with pytest.raises(BadInput):
        shop.seen_by_supplier("o-17", "")
