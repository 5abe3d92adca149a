from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar, cast

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.calls import Ref
from orderflow.deadlines import due_of, next_due
from orderflow.errors import Refused
from orderflow.journal import VERBS, Case, Context, Step, Stored
from orderflow.records import (
    Charge,
    ChargeKind,
    Claim,
    Counter,
    Dispatch,
    Document,
    Line,
    Order,
    Parcel,
    Payment,
    Return,
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

D = TypeVar("D", bound=Document)

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PAY_BY = AT + timedelta(minutes=30)

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

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        return ()


def silence(document: Document, at: datetime) -> Document:
    """The document after the call that silence means, made at that time."""
    found = due_of(document)
    assert found is not None
    call = found.call
    step: Step = VERBS[call.verb].function(
        Case(call.ref, Drawer(document), at), Context(at, "clock", Rules())
    )
    return step.now(call.ref)


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
            PaymentState.BALANCE_OPEN,
        )
        assert next_due(attrs.evolve(AWAITED, state=state)) == (PAY_BY if waits else None)
    assert next_due(attrs.evolve(AWAITED, expires_at=None)) is None


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
        lambda state, by: attrs.evolve(AWAITED, state=state, expires_at=by),
        st.sampled_from(PaymentState),
        st.sampled_from((None, PAY_BY)),
    ),
    st.sampled_from(WITHOUT_LIMIT),
)


@given(documents)
def test_what_is_due_is_said_exactly_when_something_is(document: Document) -> None:
    found = due_of(document)

    assert (None if found is None else found.since) == next_due(document)
    if found is not None:
        assert found.ref == found.call.ref == document.ref
        assert found.who
        assert found.means


@given(documents)
def test_a_call_that_is_due_is_accepted_at_its_time(document: Document) -> None:
    if due_of(document) is not None:
        ended = silence(document, PAY_BY)

        assert ended.state in (
            OrderState.EXPIRED,
            PaymentState.EXPIRED,
            PaymentState.BALANCE_OVERDUE,
        )


@given(documents)
def test_a_placed_order_that_is_due_reads_as_awaiting_payment(document: Document) -> None:
    if isinstance(document, Order) and next_due(document) is not None:
        document = attrs.evolve(document, state=OrderState.PLACED)
        assert headline(document) is Headline.AWAITING_PAYMENT
