from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, TypeAlias

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import ChargeKind, Position, Ref
from orderflow.facts import (
    BROUGHT,
    Advanced,
    Charged,
    Claimed,
    Compensated,
    CutMade,
    Fact,
    Held,
    Limited,
    MoneyMoved,
    Moved,
    Noted,
    Opened,
    Posted,
    Repriced,
    Unheld,
    add_cut,
    fold,
    move_spots,
    touches,
)
from orderflow.records import (
    PLAIN,
    Application,
    Charge,
    Compensation,
    Cut,
    CutKind,
    Dispatch,
    Document,
    Hold,
    Line,
    MatterKind,
    MoneyAccount,
    Order,
    Parcel,
    Payment,
    PriceRange,
    Return,
    Slice,
    Spot,
    StockHold,
    Supply,
    Tender,
    Transfer,
)
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
from tests.builders import MORNING

SHELF: Final = Position("BRASS-LAMP", "leith")
LEITH, YORK = Slice(location="leith"), Slice(location="york")
OPEN, ALLOCATED, RELEASED = UnitState.OPEN, UnitState.ALLOCATED, UnitState.RELEASED
FRAUD: Final = Hold("fraud", "address unknown", "anna")

ORDER: Final = Order(
    Ref("", "order", "o-17"),
    OrderState.CONFIRMED,
    "EUR",
    "c-7",
    (
        Line("1", "BRASS-LAMP", 5, Decimal(1), 1, "piece", 0, (Spot(OPEN, 5),)),
        Line("2", "BRASS-LAMP", 2, Decimal(1), 1, "piece", 0, (Spot(OPEN, 2),)),
    ),
    (),
    MORNING,
)
PAYMENT: Final = Payment(Ref("", "payment", "pay-1"), PaymentState.AWAITING, "card", 100, "EUR")
DISPATCH: Final = Dispatch(Ref("", "dispatch", "d-1"), RequestState.CREATED, "leith", ("o-17",))
PARCEL: Final = Parcel(Ref("", "parcel", "p-1"), ParcelState.PACKED, ("o-17",), "leith")
RETURN: Final = Return(Ref("", "return", "r-1"), ReturnState.ASKED, "o-17", "too small")
HOLD: Final = StockHold(Ref("", "stock hold", "h-1"), StockHoldState.RUNNING, SHELF, 3, MORNING)
SUPPLY: Final = Supply(Ref("", "supply", "s-1"), SupplyState.EXPECTED, SHELF, 10, MORNING)
EVERY: Final[tuple[Document, ...]] = (ORDER, PAYMENT, DISPATCH, PARCEL, RETURN, HOLD, SUPPLY)
GOODS: Final = Transfer(MatterKind.SUPPLIER, SHELF, MatterKind.SELLABLE, SHELF, 4)


def moved(n: int, source: UnitState, taken: Slice, target: UnitState, put: Slice) -> Moved:
    return Moved(ORDER.ref, "1", "BRASS-LAMP", n, source, taken, target, put)


def facts_about(ref: Ref[Any]) -> dict[type, Fact]:
    """One fact of each kind, about a document of any kind."""
    advanced = {
        "order": "completed",
        "payment": "captured",
        "dispatch": "done",
        "parcel": "shipped",
        "return": "approved",
        "stock hold": "used",
        "supply": "closed",
    }[ref.kind]
    return {
        Advanced: Advanced(ref, "", "", advanced, MORNING),
        Moved: Moved(ref, "1", "BRASS-LAMP", 1, OPEN, PLAIN, ALLOCATED, LEITH),
        CutMade: CutMade(ref, "1", Cut(CutKind.BILLED, 0, 1, "p-1")),
        Charged: Charged(ref, Charge("fee-1", ChargeKind.FEE, 100)),
        Repriced: Repriced(ref, "1", PriceRange(0, 1, Decimal(2), 1)),
        Held: Held(ref, FRAUD),
        Unheld: Unheld(ref, "fraud"),
        Compensated: Compensated(ref, Compensation("late", 100)),
        MoneyMoved: MoneyMoved(ref, MoneyAccount.UNAPPLIED, MoneyAccount.APPLIED, 10, ORDER.ref),
        Posted: Posted(GOODS, ref),
        Limited: Limited(SHELF, 1, ref),
        Claimed: Claimed(ref, SHELF, 1),
        Noted: Noted(ref, "seen"),
        Opened: Opened(ORDER),
    }


FITS: Final[dict[str, set[type]]] = {
    "order": {
        *(Advanced, Moved, CutMade, Charged, Repriced, Held, Unheld, MoneyMoved, Noted),
        *(Claimed, Compensated),
    },
    "payment": {Advanced, Held, Unheld, MoneyMoved, Noted, Claimed},
    "dispatch": {Advanced, Held, Unheld, Noted},
    "parcel": {Advanced, Held, Unheld, Noted},
    "return": {Advanced, Held, Unheld, Noted},
    "stock hold": {Advanced, Claimed, Noted},
    "supply": {Advanced, Posted, Limited, Claimed, Noted},
}


# --- bags ---------------------------------------------------------------------


def test_a_part_of_a_spot_moves_and_the_rest_stays() -> None:
    spots = [Spot(OPEN, 5)]

    move_spots(spots, 2, OPEN, PLAIN, ALLOCATED, LEITH)

    assert sorted(spots, key=lambda spot: spot.n) == [Spot(ALLOCATED, 2, LEITH), Spot(OPEN, 3)]


def test_units_that_come_to_the_same_spot_are_merged() -> None:
    spots = [Spot(OPEN, 5)]

    for n in (2, 1, 2):
        move_spots(spots, n, OPEN, PLAIN, ALLOCATED, Slice(location="leith"))

    assert spots == [Spot(ALLOCATED, 5, LEITH)]


def test_units_of_another_slice_are_not_merged() -> None:
    spots = [Spot(OPEN, 5)]

    move_spots(spots, 2, OPEN, PLAIN, ALLOCATED, LEITH)
    move_spots(spots, 3, OPEN, PLAIN, ALLOCATED, YORK)

    assert {(spot.slice.location, spot.n) for spot in spots} == {("leith", 2), ("york", 3)}


def test_more_than_a_spot_has_is_a_damaged_journal() -> None:
    with pytest.raises(ValueError, match="no 6 units open in this slice"):
        move_spots([Spot(OPEN, 5)], 6, OPEN, PLAIN, ALLOCATED, LEITH)
    with pytest.raises(ValueError, match="no 1 units open in this slice"):
        move_spots([Spot(OPEN, 5, LEITH)], 1, OPEN, PLAIN, ALLOCATED, LEITH)


Unit: TypeAlias = tuple[UnitState, Slice]
units = st.tuples(
    st.sampled_from((OPEN, ALLOCATED, RELEASED)), st.sampled_from((PLAIN, LEITH, YORK))
)


@given(st.integers(1, 12), st.lists(st.tuples(units, units, st.integers(1, 6)), max_size=15))
def test_a_bag_agrees_with_a_plain_list_of_units(
    n: int, moves: list[tuple[Unit, Unit, int]]
) -> None:
    spots = [Spot(OPEN, n)]
    naive = [(OPEN, PLAIN)] * n

    for source, target, k in moves:
        if naive.count(source) >= k:
            move_spots(spots, k, *source, *target)
            for _ in range(k):
                naive[naive.index(source)] = target
        elif source != target:
            with pytest.raises(ValueError, match="in this slice"):
                move_spots(spots, k, *source, *target)

        assert {(spot.state, spot.slice): spot.n for spot in spots} == {
            unit: naive.count(unit) for unit in naive
        }
        assert len(spots) == len(set(naive))


def test_cuts_that_meet_are_joined_and_others_are_not() -> None:
    first = Cut(CutKind.BILLED, 0, 2, "p-1")

    assert add_cut((first,), Cut(CutKind.BILLED, 2, 5, "p-1")) == (
        Cut(CutKind.BILLED, 0, 5, "p-1"),
    )
    for other in (
        Cut(CutKind.BILLED, 3, 5, "p-1"),
        Cut(CutKind.BILLED, 2, 5, "p-2"),
        Cut(CutKind.GIVEN_UP, 2, 5, "p-1"),
    ):
        assert add_cut((first,), other) == (first, other)


# --- folding ------------------------------------------------------------------


@pytest.mark.parametrize("document", EVERY, ids=lambda document: document.ref.kind)
def test_a_document_is_what_its_first_fact_opens(document: Document) -> None:
    assert fold(None, [Opened(document)]) is document
    assert fold(document, ()) is document


@pytest.mark.parametrize("document", EVERY, ids=lambda document: document.ref.kind)
def test_a_journal_that_does_not_begin_with_an_opening_is_damaged(document: Document) -> None:
    for facts in ((), (Noted(document.ref, "seen"),)):
        with pytest.raises(ValueError, match="the first fact of a document must open it"):
            fold(None, facts)


@pytest.mark.parametrize("document", EVERY, ids=lambda document: document.ref.kind)
def test_a_fact_that_does_not_fit_its_document_is_a_damaged_journal(document: Document) -> None:
    fitting = FITS[document.ref.kind]

    for kind, fact in facts_about(document.ref).items():
        if kind in fitting:
            assert type(fold(document, [fact])) is type(document)
        else:
            with pytest.raises(ValueError, match=f"{kind.__name__} does not fit"):
                fold(document, [fact])


@pytest.mark.parametrize("document", EVERY, ids=lambda document: document.ref.kind)
def test_folding_leaves_the_document_before_as_it_was(document: Document) -> None:
    before = attrs.evolve(document)

    for kind, fact in facts_about(document.ref).items():
        if kind in FITS[document.ref.kind]:
            fold(document, [fact])

    assert document == before


def test_a_move_on_a_line_that_is_not_there_is_a_damaged_journal() -> None:
    with pytest.raises(ValueError, match="order o-17 has no line 9"):
        fold(ORDER, [attrs.evolve(moved(1, OPEN, PLAIN, ALLOCATED, LEITH), line="9")])


def test_a_state_that_no_chart_has_is_a_damaged_journal() -> None:
    for document in EVERY:
        with pytest.raises(ValueError, match="melted"):
            fold(document, [Advanced(document.ref, "", "", "melted", MORNING)])


def test_moves_of_one_line_leave_the_others_alone() -> None:
    after = fold(ORDER, [moved(2, OPEN, PLAIN, ALLOCATED, LEITH)])

    assert after.lines[0].count(ALLOCATED) == 2
    assert after.lines[1] is ORDER.lines[1]


def test_an_order_keeps_all_that_its_facts_do_not_change() -> None:
    full = attrs.evolve(
        ORDER, seller="s-1", channel="web", shop="main", number="77", priority=3, pay_by=MORNING
    )

    after = fold(full, [Held(full.ref, FRAUD)])

    assert after == attrs.evolve(full, holds=(FRAUD,))


def test_holds_come_and_go_by_their_code() -> None:
    other = Hold("stock", "recount", "bo")

    held = fold(ORDER, [Held(ORDER.ref, FRAUD), Held(ORDER.ref, other)])

    assert held.holds == (FRAUD, other)
    assert fold(held, [Unheld(ORDER.ref, "fraud")]).holds == (other,)


def test_money_is_applied_on_the_order_and_on_the_payment_alike() -> None:
    facts = [
        MoneyMoved(PAYMENT.ref, MoneyAccount.PAYER, MoneyAccount.UNAPPLIED, 100),
        MoneyMoved(PAYMENT.ref, MoneyAccount.UNAPPLIED, MoneyAccount.APPLIED, 60, ORDER.ref),
        MoneyMoved(PAYMENT.ref, MoneyAccount.APPLIED, MoneyAccount.REFUNDED, 25, ORDER.ref),
        MoneyMoved(PAYMENT.ref, MoneyAccount.UNAPPLIED, MoneyAccount.CHARGED_BACK, 5),
        MoneyMoved(PAYMENT.ref, MoneyAccount.BANK, MoneyAccount.CARRIER, 7),
    ]

    paid = fold(PAYMENT, facts)
    order = fold(ORDER, [fact for fact in facts if fact.order is not None])

    assert (paid.captured, paid.unapplied, paid.refunded, paid.charged_back) == (100, 35, 25, 5)
    assert paid.applications == (Application("o-17", 35),)
    assert paid.applied == 35
    assert paid.with_carrier == 7
    assert order.tenders == (Tender("pay-1", 35),)
    assert order.applied == 35


def test_a_parcel_remembers_when_it_left_and_when_it_arrived() -> None:
    evening = MORNING.replace(hour=18)
    facts: list[Fact] = [
        Noted(PARCEL.ref, "handed over", (("carrier", "north"), ("tracking", "N-1"))),
        Advanced(PARCEL.ref, "packed", "hand over", "shipped", MORNING),
        Advanced(PARCEL.ref, "shipped", "deliver", "delivered", evening),
    ]

    parcel = fold(PARCEL, facts)

    assert (parcel.carrier, parcel.tracking) == ("north", "N-1")
    assert (parcel.handed_over_at, parcel.delivered_at) == (MORNING, evening)


def test_a_return_remembers_where_it_was_received() -> None:
    received = Noted(RETURN.ref, "received", (("location", "york"),))

    assert fold(RETURN, [received]).location == "york"


def test_what_each_inspection_brought_is_summed_and_an_older_journal_does_not_say_it() -> None:
    brought = Noted(RETURN.ref, BROUGHT, (("amount", 700),))

    assert fold(RETURN, [brought, brought]).brought == 1400
    assert RETURN.brought is None


def test_a_stock_hold_grows_and_keeps_its_new_expiry() -> None:
    after = fold(HOLD, [Claimed(HOLD.ref, SHELF, 2, None)])

    assert (after.n, after.until) == (5, None)


def test_a_supply_row_counts_what_came_and_what_it_keeps_for_promises() -> None:
    peg = SHELF._replace(peg="s-1")
    facts: list[Fact] = [
        Posted(GOODS, SUPPLY.ref),
        Claimed(SUPPLY.ref, SHELF, 3),
        Claimed(SUPPLY.ref, peg, 1),
        Limited(peg, -6, SUPPLY.ref),
    ]

    after = fold(SUPPLY, facts)

    assert (after.received, after.earmarked, after.expected) == (4, 3, 4)


@given(st.lists(st.sampled_from(range(6)), max_size=4))
def test_facts_fold_to_the_same_in_any_portions(cuts: list[int]) -> None:
    facts: list[Fact] = [
        moved(4, OPEN, PLAIN, ALLOCATED, LEITH),
        moved(1, ALLOCATED, LEITH, RELEASED, Slice(location="leith", dispatch="d-1")),
        Held(ORDER.ref, FRAUD),
        CutMade(ORDER.ref, "1", Cut(CutKind.GIVEN_UP, 4, 5, "cancel")),
        CutMade(ORDER.ref, "2", Cut(CutKind.BILLED, 0, 1, "p-1")),
        Charged(ORDER.ref, Charge("fee-1", ChargeKind.FEE, 100)),
    ]
    points = [0, *sorted(cuts), len(facts)]

    document = ORDER
    for start, stop in pairwise(points):
        document = fold(document, facts[start:stop])

    assert document == fold(ORDER, facts)


# --- which documents a fact is about ------------------------------------------


def test_a_fact_names_every_document_that_it_touches() -> None:
    about = facts_about(ORDER.ref)

    for kind, fact in about.items():
        if kind is not MoneyMoved:
            assert touches(fact) == (ORDER.ref,)
    money = MoneyMoved(PAYMENT.ref, MoneyAccount.PAYER, MoneyAccount.UNAPPLIED, 1)
    assert touches(money) == (PAYMENT.ref,)
    assert touches(attrs.evolve(money, order=ORDER.ref)) == (PAYMENT.ref, ORDER.ref)
    assert touches(Posted(GOODS)) == ()
    assert touches(Limited(SHELF, 1)) == ()
