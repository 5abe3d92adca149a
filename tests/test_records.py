from __future__ import annotations

from decimal import Decimal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import Position, Ref
from orderflow.records import (
    KINDS,
    PLAIN,
    Application,
    Counter,
    Line,
    Order,
    Payment,
    Slice,
    Spot,
    Tender,
)
from orderflow.states import OrderState, PaymentState, UnitState
from tests.builders import MORNING

BAG = (
    Spot(UnitState.OPEN, 2),
    Spot(UnitState.SHIPPED, 3, Slice(parcel="p-1")),
    Spot(UnitState.SHIPPED, 1, Slice(parcel="p-2")),
)
LINE = Line("1", "BRASS-LAMP", 6, Decimal("9.90"), 1, "piece", 0, BAG)
ORDER = Order(Ref("", "order", "o-17"), OrderState.PLACED, "EUR", "c-7", (LINE,), (), MORNING)
SHELF = Position("BRASS-LAMP", "leith")


def test_a_plain_shop_never_sees_a_slice() -> None:
    assert Spot(UnitState.OPEN, 1).slice is PLAIN
    assert not any(attrs.astuple(PLAIN))


def test_a_line_counts_its_units_by_state() -> None:
    assert LINE.count(UnitState.SHIPPED) == 4
    assert LINE.count(UnitState.OPEN, UnitState.SHIPPED) == 6
    assert LINE.count(UnitState.LOST) == 0
    assert LINE.count() == 0


def test_an_order_shows_every_spot_with_its_line() -> None:
    assert list(ORDER.units()) == [(LINE, spot) for spot in BAG]


def test_a_line_is_found_by_its_id() -> None:
    assert ORDER.line("1") is LINE
    assert ORDER.line("2") is None


def test_what_was_paid_is_the_sum_of_the_tenders() -> None:
    assert ORDER.applied == 0
    assert attrs.evolve(ORDER, tenders=(Tender("a", 5), Tender("b", 7))).applied == 12


def test_what_a_payment_has_paid_is_the_sum_of_its_applications() -> None:
    payment = Payment(Ref("", "payment", "pay-1"), PaymentState.CAPTURED, "card", 12, "EUR")

    assert payment.applied == 0
    applied = (Application("o-17", 5), Application("o-18", 7))
    assert attrs.evolve(payment, applications=applied).applied == 12


@given(st.integers(-20, 20), st.integers(0, 20))
def test_free_is_never_below_zero_and_what_is_missing_stands_as_over_committed(
    there: int, claimed: int
) -> None:
    counter = Counter(SHELF, there, claimed)

    assert counter.free >= 0
    assert counter.over_committed >= 0
    assert counter.free - counter.over_committed == there - claimed


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_documents_are_frozen_and_are_told_by_their_kind(kind: str) -> None:
    names = [field.name for field in attrs.fields(KINDS[kind])]

    # These walk no chart: their state follows from what they hold.
    unmoved = {
        "item": "limit_per_buyer",
        "lot": "sku",
        "quota": "position",
        "feed": "supplier",
        "invoice": "number",
        "credit note": "number",
        "series": "name",
        "stored value": "kind",
        "coupon": "uses",
        "arrival": "location",
        "credit line": "customer",
    }
    assert names[:2] == ["ref", unmoved.get(kind, "state")]


def test_a_document_cannot_be_changed_in_place() -> None:
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        ORDER.priority = 3  # type: ignore[misc] # that it is refused is what is shown
