from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import BadInput, Instalment, StoredKind
from orderflow.calls import Ref
from orderflow.deadlines import Due, next_due
from orderflow.deadlines import due_of as due_by_rules
from orderflow.errors import Refused
from orderflow.journal import VERBS, Case, Context, Step, Stored
from orderflow.records import (
    Charge,
    ChargeKind,
    Charted,
    Claim,
    Counter,
    Dispatch,
    Document,
    Hold,
    Line,
    Order,
    Parcel,
    Payment,
    Return,
    Slice,
    Span,
    Spot,
    StockHold,
    Supply,
    Tender,
)
from orderflow.rules import Rules
from orderflow.states import (
    OrderState,
    ParcelState,
    PaymentState,
    RequestState,
    ReturnState,
    StockHoldState,
    SupplyState,
    UnitState,
)
from orderflow.values import Position
from orderflow.views import Headline, headline
from tests.builders import LAMP, Shop, eur, new_order

D = TypeVar("D", bound=Document)

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAY_BY = AT + timedelta(minutes=30)
WEEK = Rules(receipt_days=7)

UNPAID = Order(
    ref=Ref("", "order", "o-17"),
    state=OrderState.PLACED,
    currency="CNY",
    customer="c-4",
    lines=(Line("1", "BRASS-LAMP", 3, Decimal(100), 1, "piece", 0, (Spot(UnitState.OPEN, 3),)),),
    charges=(Charge("goods", ChargeKind.GOODS, 300, (Span("1", 0, 3, 300),)),),
    placed_at=AT,
    pay_by=PAY_BY,
)
AWAITED = Payment(
    Ref("", "payment", "p-1"), PaymentState.AWAITING, "card", 300, "CNY", expires_at=PAY_BY
)
CAME = Parcel(
    Ref("", "parcel", "b-2"),
    ParcelState.DELIVERED,
    ("o-17",),
    "leith",
    handed_over_at=AT,
    delivered_at=PAY_BY,
)
IN_CAME = Slice(parcel="b-2")
DELIVERED = attrs.evolve(
    UNPAID,
    state=OrderState.CONFIRMED,
    lines=(attrs.evolve(UNPAID.lines[0], spots=(Spot(UnitState.DELIVERED, 3, IN_CAME),)),),
    tenders=(Tender("p-1", 300),),
    pay_by=None,
)
SHELF = Position("BRASS-LAMP", "leith")
WITHOUT_LIMIT: tuple[Document, ...] = (
    Dispatch(Ref("", "dispatch", "d-1"), RequestState.CREATED, "leith", ("o-17",)),
    Parcel(Ref("", "parcel", "b-1"), ParcelState.SHIPPED, ("o-17",), "leith", handed_over_at=AT),
    Return(Ref("", "return", "r-1"), ReturnState.ASKED, "o-17", "too bright"),
    StockHold(Ref("", "stock hold", "h-1"), StockHoldState.RUNNING, SHELF, 3, PAY_BY),
    Supply(Ref("", "supply", "s-1"), SupplyState.EXPECTED, SHELF, 10, PAY_BY),
)


class Drawer:
    """The documents of a test, each at version 1."""

    def __init__(self, *documents: Document) -> None:
        self.documents: dict[Ref[Document], Document] = {one.ref: one for one in documents}

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        found = self.documents.get(cast("Ref[Document]", ref))
        return None if found is None else Stored(cast("D", found), 1)

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        return ()

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        return ()

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        return ()


def due_of(document: Document, rules: Rules = Rules()) -> Due | None:  # noqa: B008 - frozen
    """What a document is due for, beside the parcel in which its units have come."""
    return due_by_rules(document, Case(document.ref, Drawer(document, CAME), AT), rules)


def silence(document: Document, at: datetime, rules: Rules = Rules()) -> Charted:  # noqa: B008
    """The document after the call that silence means, made at that time."""
    found = due_of(document, rules)
    assert found is not None
    call = found.call
    step: Step = VERBS[call.verb].function(
        Case(call.ref, Drawer(document, CAME), at), Context(at, "clock", rules)
    )
    return cast("Charted", step.now(call.ref))


# --- orders -------------------------------------------------------------------


@pytest.mark.feature("F078")
def test_an_order_that_is_not_paid_in_time_is_cancelled() -> None:
    found = due_of(UNPAID)

    assert found is not None
    assert (found.ref, found.since, found.who) == (UNPAID.ref, PAY_BY, "customer")
    assert headline(UNPAID) is Headline.AWAITING_PAYMENT
    ended = silence(UNPAID, PAY_BY)
    assert isinstance(ended, Order)
    assert ended.state is OrderState.EXPIRED
    assert headline(ended) is Headline.CANCELLED


def test_silence_has_no_meaning_before_its_time() -> None:
    for document in (UNPAID, AWAITED):
        with pytest.raises(Refused, match=r"may be (paid|answered for) until"):
            silence(document, PAY_BY - timedelta(microseconds=1))


def test_what_ended_by_silence_is_due_no_more() -> None:
    assert next_due(silence(UNPAID, PAY_BY)) is None
    assert next_due(silence(AWAITED, PAY_BY)) is None


def test_only_an_order_that_is_not_confirmed_yet_waits_for_its_payment() -> None:
    waiting = (OrderState.PLACED, OrderState.IN_REVIEW, OrderState.AWAITING_CUSTOMER)
    for state in OrderState:
        wanted = PAY_BY if state in waiting else None
        assert next_due(attrs.evolve(UNPAID, state=state)) == wanted


@pytest.mark.feature("F078")
@pytest.mark.parametrize("state", (OrderState.IN_REVIEW, OrderState.AWAITING_CUSTOMER))
def test_an_order_under_review_is_to_be_paid_by_its_customer_all_the_same(
    state: OrderState,
) -> None:
    reviewed = attrs.evolve(UNPAID, state=state)

    found = due_of(reviewed)

    assert found is not None
    assert (found.since, found.who) == (PAY_BY, "customer")
    assert ("answered" in found.means) is (state is OrderState.AWAITING_CUSTOMER)
    assert silence(reviewed, PAY_BY).state is OrderState.EXPIRED


@pytest.mark.parametrize(
    "paid",
    (
        pytest.param(attrs.evolve(UNPAID, pay_by=None), id="without a limit"),
        pytest.param(attrs.evolve(UNPAID, cash_on_delivery=True), id="cash on delivery"),
        pytest.param(attrs.evolve(UNPAID, tenders=(Tender("p-1", 300),)), id="paid"),
        pytest.param(attrs.evolve(UNPAID, tenders=(Tender("p-1", 1),)), id="a part is paid"),
        pytest.param(attrs.evolve(UNPAID, charges=()), id="it costs nothing"),
    ),
)
def test_an_order_that_waits_for_no_payment_never_falls_due(paid: Order) -> None:
    assert next_due(paid) is None
    assert due_of(paid) is None


def test_an_order_whose_payment_was_taken_back_waits_for_it_again() -> None:
    taken_back = attrs.evolve(UNPAID, tenders=(Tender("p-1", 0),))

    assert next_due(taken_back) == PAY_BY


# --- payments -----------------------------------------------------------------


def test_a_payment_that_the_gateway_does_not_answer_for_expires() -> None:
    found = due_of(AWAITED)

    assert found is not None
    assert (found.ref, found.since, found.who) == (AWAITED.ref, PAY_BY, "gateway")
    assert silence(AWAITED, PAY_BY).state is PaymentState.EXPIRED


def test_an_authorised_payment_is_to_be_captured_by_the_seller() -> None:
    authorised = attrs.evolve(AWAITED, state=PaymentState.AUTHORISED)

    found = due_of(authorised)

    assert found is not None
    assert found.who == "seller"
    assert silence(authorised, PAY_BY).state is PaymentState.EXPIRED


def test_a_balance_that_is_not_paid_in_time_is_overdue() -> None:
    open_yet = attrs.evolve(AWAITED, state=PaymentState.BALANCE_OPEN)

    found = due_of(open_yet)

    assert found is not None
    assert (found.since, found.who) == (PAY_BY, "customer")
    assert silence(open_yet, PAY_BY).state is PaymentState.BALANCE_OVERDUE
    with pytest.raises(Refused, match="the balance of payment p-1 may be paid until"):
        silence(open_yet, PAY_BY - timedelta(microseconds=1))


def test_only_a_payment_that_waits_falls_due() -> None:
    for state in PaymentState:
        waits = state in (
            PaymentState.AWAITING,
            PaymentState.AUTHORISED,
            PaymentState.PART_CAPTURED,
            PaymentState.BALANCE_OPEN,
        )
        assert next_due(attrs.evolve(AWAITED, state=state)) == (PAY_BY if waits else None)
    assert next_due(attrs.evolve(AWAITED, expires_at=None)) is None


# --- what comes to its end ----------------------------------------------------


def test_a_delivered_order_is_looked_at_from_its_placing_and_due_after_its_days() -> None:
    for days in (0, 7):
        found = due_of(DELIVERED, Rules(receipt_days=days))

        assert next_due(DELIVERED) == AT
        assert found is not None
        assert (found.since, found.who) == (PAY_BY + timedelta(days=days), "customer")
        assert found.call.verb == "complete"


def test_a_confirmed_receipt_is_due_at_once_and_never_later_than_silence() -> None:
    for hours, wanted in ((1, timedelta(hours=1)), (24 * 9, timedelta(days=7))):
        said = attrs.evolve(DELIVERED, received_at=PAY_BY + timedelta(hours=hours))

        found = due_of(said, Rules(receipt_days=7))

        assert found is not None
        assert found.since == PAY_BY + wanted


def test_what_came_without_a_date_is_due_since_it_was_said_to_be_there() -> None:
    line = attrs.evolve(DELIVERED.lines[0], spots=(Spot(UnitState.DELIVERED, 3),))
    found_again = attrs.evolve(DELIVERED, lines=(line,))

    for received_at, since in ((None, AT), (PAY_BY, PAY_BY)):
        due = due_of(attrs.evolve(found_again, received_at=received_at), Rules(receipt_days=7))
        assert due is not None
        assert due.since == since
    archived = due_of(attrs.evolve(found_again, state=OrderState.COMPLETED))
    assert archived is not None
    assert archived.since == AT


def test_a_completed_order_is_archived_behind_the_last_instant_of_its_window() -> None:
    completed = attrs.evolve(DELIVERED, state=OrderState.COMPLETED)

    found = due_of(completed, Rules(return_window_days=14))

    assert next_due(completed) == AT
    assert found is not None
    assert found.since == PAY_BY + timedelta(days=14, microseconds=1)
    assert found.call.verb == "archive"


def test_no_order_is_due_before_it_was_placed() -> None:
    later = attrs.evolve(DELIVERED, placed_at=PAY_BY + timedelta(hours=1))

    found = due_of(later)

    assert found is not None
    assert found.since == next_due(later) == later.placed_at


@pytest.mark.parametrize("state", (OrderState.CONFIRMED, OrderState.COMPLETED))
@pytest.mark.parametrize(
    "change",
    (
        pytest.param({"holds": (Hold("fraud", "looks odd", ""),)}, id="on hold"),
        pytest.param({"tenders": ()}, id="unpaid"),
        pytest.param({"tenders": (Tender("p-1", 301),)}, id="something is owed back"),
        pytest.param({"lines": UNPAID.lines}, id="not delivered"),
        pytest.param({"lines": (), "charges": (), "tenders": ()}, id="without lines"),
    ),
)
def test_an_order_that_waits_for_more_than_days_is_not_looked_at(
    state: OrderState, change: dict[str, Any]
) -> None:
    assert next_due(attrs.evolve(DELIVERED, state=state, **change)) is None


# --- all documents ------------------------------------------------------------


@pytest.mark.parametrize("document", WITHOUT_LIMIT, ids=lambda document: document.ref.kind)
def test_a_document_without_a_limit_never_falls_due(document: Document) -> None:
    assert next_due(document) is None
    assert due_of(document) is None


documents = st.one_of(
    st.builds(
        lambda state, cod, paid, by: attrs.evolve(
            UNPAID,
            state=state,
            cash_on_delivery=cod,
            tenders=(Tender("p-1", paid),),
            pay_by=by,
        ),
        st.sampled_from(OrderState),
        st.booleans(),
        st.integers(-1, 400),
        st.sampled_from((None, PAY_BY)),
    ),
    st.builds(
        lambda state, paid, spot: attrs.evolve(
            DELIVERED,
            state=state,
            tenders=(Tender("p-1", paid),),
            lines=(attrs.evolve(UNPAID.lines[0], spots=(spot,)),),
        ),
        st.sampled_from((OrderState.CONFIRMED, OrderState.COMPLETED)),
        st.sampled_from((299, 300)),
        st.builds(
            Spot,
            st.sampled_from((UnitState.DELIVERED, UnitState.RETURNED, UnitState.SHIPPED)),
            st.just(3),
            st.sampled_from((IN_CAME, Slice())),
        ),
    ),
    st.builds(
        lambda state, by: attrs.evolve(AWAITED, state=state, expires_at=by),
        st.sampled_from(PaymentState),
        st.sampled_from((None, PAY_BY)),
    ),
    st.sampled_from(WITHOUT_LIMIT),
)


@given(documents)
def test_what_is_due_is_said_exactly_when_something_is(document: Document) -> None:
    found, indexed = due_of(document, WEEK), next_due(document)

    assert (found is None) is (indexed is None)
    if found is not None and indexed is not None:
        assert indexed <= found.since
        assert found.ref == found.call.ref == document.ref
        assert found.who
        assert found.means


@given(documents)
def test_a_call_that_is_due_is_accepted_at_its_time(document: Document) -> None:
    found = due_of(document, WEEK)
    if found is not None:
        ended = silence(document, found.since, WEEK)

        assert ended.state in (
            OrderState.EXPIRED,
            OrderState.COMPLETED,
            OrderState.ARCHIVED,
            PaymentState.EXPIRED,
            PaymentState.BALANCE_OVERDUE,
            PaymentState.REFUNDED,  # captured in part, and nothing is left of it
        )
        if found.since > AT:
            with pytest.raises(Refused):
                silence(document, found.since - timedelta(microseconds=1), WEEK)


@given(documents)
def test_a_placed_order_that_is_due_reads_as_awaiting_payment(document: Document) -> None:
    closing = (OrderState.CONFIRMED, OrderState.COMPLETED)
    unpaid = isinstance(document, Order) and document.state not in closing
    if isinstance(document, Order) and unpaid and next_due(document) is not None:
        document = attrs.evolve(document, state=OrderState.PLACED)
        assert headline(document) is Headline.AWAITING_PAYMENT


# --- reminders ------------------------------------------------------------------------------------

REMINDING: Final = Rules(remind_days=(7, 3, 1))


@pytest.mark.feature("F179")
def test_a_customer_is_reminded_of_each_limit_once_a_span(any_shop: Shop) -> None:
    shop, start = any_shop.under(REMINDING), any_shop.clock.at
    ends = start + timedelta(days=5)
    shop.place("o-1", new_order((LAMP, 1), pay_by=ends))
    shop.place("o-2", new_order((LAMP, 2)))
    shop.take_deposit("pay-2", eur(2000), eur(500), (("o-2", 500),))
    shop.open_balance("pay-2", ends + timedelta(hours=1))
    shop.place("o-3", new_order((LAMP, 1)))
    shop.agree_plan("o-3", (Instalment(1000, ends + timedelta(hours=2)),))
    shop.open_stored_value("g-1", StoredKind.VOUCHER, "EUR", 500, until=ends + timedelta(hours=3))

    told: dict[str, list[int]] = {}
    keys = set()
    for day in range(7):
        for one in shop.reminders(start + timedelta(days=day)):
            if one.key not in keys:
                keys.add(one.key)
                told.setdefault(one.due.ref.id, []).append(one.days)

    assert told == {id: [7, 3, 1] for id in ("o-1", "pay-2", "o-3", "g-1")}
    assert not shop.reminders(ends + timedelta(hours=3)), "what is over is due"
    first = shop.reminders(start)[0]
    assert (first.due.who, first.due.since, first.due.ref.id) == ("customer", ends, "o-1")


def test_nobody_is_reminded_of_what_is_paid_or_where_the_rules_name_no_day(shop: Shop) -> None:
    start = shop.clock.at
    limit = start + timedelta(days=1)
    shop.place("o-1", new_order((LAMP, 1), pay_by=limit))
    shop.await_payment("pay-9", eur(100), expires_at=limit)
    assert shop.reminders(start) == []
    reminding = shop.under(REMINDING)
    assert [one.due.ref.id for one in reminding.reminders(start)] == ["o-1"], "a gateway is asked"

    shop.pay("pay-1", eur(1000), (("o-1", 1000),))

    assert reminding.reminders(start) == []
    with pytest.raises(BadInput, match="limit"):
        reminding.reminders(start, limit=0)
