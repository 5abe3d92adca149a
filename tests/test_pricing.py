from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import floor
from typing import Any, Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import BadInput, ChargeKind, Ref, pricing
from orderflow.pricing import (
    bill,
    carried,
    charge_kept,
    due,
    give_up,
    given_up,
    in_advance,
    on_invoice,
    order_facts,
    part_charge,
    parts_carried,
    shares_of,
    spread_charge,
    standing,
    to_invoice_in_advance,
    total,
)
from orderflow.pricing.carrying import has_left, is_owed
from orderflow.records import (
    Charge,
    Cut,
    CutKind,
    Hold,
    Line,
    Order,
    SentAgain,
    Slice,
    Span,
    Spot,
    Tender,
)
from orderflow.states import OrderState, UnitState
from tests.builders import MORNING

GOODS, DISCOUNT, TAX, FREIGHT, FEE = list(ChargeKind)[:5]
BILLED, GIVEN_UP = CutKind.BILLED, CutKind.GIVEN_UP
INVOICED, CREDITED = CutKind.INVOICED, CutKind.CREDITED


def lamps(n: int, *cuts: Cut, id: str = "1", state: UnitState = UnitState.OPEN) -> Line:
    spots = (Spot(state, n),)
    return Line(id, "BRASS-LAMP", n, Decimal(1), 1, "piece", 0, spots, cuts)


def goods(amount: int, n: int, line: str = "1") -> Charge:
    return Charge("goods", GOODS, amount, (Span(line, 0, n, amount),))


def order(*lines: Line, charges: tuple[Charge, ...] = (), **more: Any) -> Order:
    return Order(
        Ref("", "order", "o-17"),
        OrderState.CONFIRMED,
        "EUR",
        "c-7",
        lines,
        charges,
        MORNING,
        **more,
    )


def each(line: Line, charges: list[Charge]) -> list[int]:
    """What each unit carries."""
    return [carried(line, charges, [(i, i + 1)]) for i in range(line.n)]


def rounded(value: Fraction) -> int:
    """To the nearest whole number, the half away from zero."""
    size = floor(abs(value) + Fraction(1, 2))
    return size if value >= 0 else -size


def walked(line: Line, charges: list[Charge]) -> list[int]:
    """What each unit carries, charge by charge and unit by unit."""
    nets = [0] * line.n
    for charge in charges:
        for span in charge.spans:
            before = nets[span.start : span.stop]
            width, count = sum(before), span.stop - span.start
            upto = [
                rounded(
                    Fraction(span.amount * sum(before[:k]), width)
                    if width
                    else Fraction(span.amount * k, count)
                )
                for k in range(count + 1)
            ]
            for k in range(count):
                nets[span.start + k] += upto[k + 1] - upto[k]
    return nets


@st.composite
def priced_lines(draw: st.DrawFn) -> tuple[Line, list[Charge]]:
    """A line with goods, and any stack of discounts and taxes over it that it can bear."""
    n = draw(st.integers(1, 40))
    line = lamps(n)
    charges = [goods(draw(st.integers(0, 5000)), n)]
    for i in range(draw(st.integers(0, 5))):
        there = carried(line, charges, [(0, n)])
        amount = draw(st.integers(-there, 900))
        kind = DISCOUNT if amount < 0 else TAX
        charges.append(spread_charge(f"{i}", kind, amount, [line], charges))
    return line, charges


# --- what units carry ---------------------------------------------------------


def test_units_of_a_line_carry_its_price_by_count() -> None:
    assert each(lamps(3), [goods(1000, 3)]) == [333, 334, 333]


def test_two_discounts_of_a_cent_on_three_pieces_at_a_cent_never_go_below_zero() -> None:
    line, charges = lamps(3), [goods(3, 3)]

    for i in (1, 2):
        charges.append(spread_charge(f"discount-{i}", DISCOUNT, -1, [line], charges))
        assert min(each(line, charges)) >= 0

    assert sum(each(line, charges)) == 1


def test_a_price_of_zero_shares_a_tax_by_count() -> None:
    line, charges = lamps(3), [goods(0, 3)]

    charges.append(spread_charge("tax-1", TAX, 10, [line], charges))

    assert each(line, charges) == [3, 4, 3]


def test_a_charge_goes_to_lines_by_what_they_carry() -> None:
    lamp, bell = lamps(2, id="1"), lamps(1, id="2")
    charges = [Charge("goods", GOODS, 400, (Span("1", 0, 2, 300), Span("2", 0, 1, 100)))]

    discount = spread_charge("discount-1", DISCOUNT, -40, [lamp, bell], charges, bearer="platform")

    assert discount.spans == (Span("1", 0, 2, -30), Span("2", 0, 1, -10))
    assert discount.amount == sum(span.amount for span in discount.spans)
    assert discount.bearer == "platform"


def test_a_line_that_gets_no_part_of_a_charge_has_no_span_in_it() -> None:
    lamp, gift = lamps(2, id="1"), lamps(1, id="2")
    charges = [Charge("goods", GOODS, 300, (Span("1", 0, 2, 300), Span("2", 0, 1, 0)))]

    discount = spread_charge("discount-1", DISCOUNT, -40, [lamp, gift], charges)

    assert discount.spans == (Span("1", 0, 2, -40),)


def test_a_charge_over_part_of_a_line_leaves_the_rest_alone() -> None:
    line = lamps(4)
    charges = [goods(400, 4), Charge("late", DISCOUNT, -50, (Span("1", 1, 3, -50),))]

    assert each(line, charges) == [100, 75, 75, 100]


def test_a_line_may_carry_nothing_but_a_charge_over_part_of_it() -> None:
    line, late = lamps(4), Charge("late", TAX, 5, (Span("1", 1, 3, 5),))

    assert each(line, [late]) == [0, 3, 2, 0]
    assert carried(line, [late], [(0, 2), (3, 4)]) == 3


@pytest.mark.feature("F183")
@given(priced_lines(), st.lists(st.integers(0, 40), max_size=6))
def test_any_cut_of_a_line_carries_exactly_the_whole(
    priced: tuple[Line, list[Charge]], cuts: list[int]
) -> None:
    line, charges = priced
    points = sorted({0, line.n, *(cut for cut in cuts if cut < line.n)})
    ranges = list(pairwise(points))

    parts = [carried(line, charges, [one]) for one in ranges]

    assert sum(parts) == carried(line, charges, ranges)
    assert sum(parts) == sum(charge.amount for charge in charges)


@given(priced_lines())
def test_no_stack_of_discounts_and_taxes_takes_a_unit_below_zero(
    priced: tuple[Line, list[Charge]],
) -> None:
    line, charges = priced

    for k in range(1, len(charges) + 1):
        assert min(each(line, charges[:k])) >= 0


@given(priced_lines())
def test_the_closed_form_agrees_with_a_walk_over_the_units(
    priced: tuple[Line, list[Charge]],
) -> None:
    line, charges = priced

    assert each(line, charges) == walked(line, charges)


@given(priced_lines(), st.data())
def test_a_charge_over_part_of_a_line_agrees_with_a_walk_too(
    priced: tuple[Line, list[Charge]], data: st.DataObject
) -> None:
    line, charges = priced
    start = data.draw(st.integers(0, line.n - 1))
    stop = data.draw(st.integers(start + 1, line.n))
    least = -carried(line, charges, [(start, stop)])
    amount = data.draw(st.integers(least, 500))

    after = [*charges, Charge("late", DISCOUNT, amount, (Span("1", start, stop, amount),))]

    assert each(line, after) == walked(line, after)
    assert min(each(line, after)) >= 0
    assert each(line, after)[:start] == each(line, charges)[:start]
    assert each(line, after)[stop:] == each(line, charges)[stop:]


def test_a_line_of_a_billion_units_costs_no_more_to_ask() -> None:
    line = lamps(10**9)

    assert carried(line, [goods(10**12 + 1, 10**9)], [(0, 1)]) == 1000
    assert carried(line, [goods(10**12 + 1, 10**9)], [(1, 10**9)]) == 10**12 + 1 - 1000


# --- which units are billed and given up --------------------------------------


def test_a_bill_takes_the_first_units_that_were_not_billed() -> None:
    line = lamps(10, Cut(BILLED, 0, 3, "p-1"))

    assert bill(line, 4, "p-2") == (Cut(BILLED, 3, 7, "p-2"),)


def test_a_bill_passes_over_what_was_given_up() -> None:
    line = lamps(10, Cut(GIVEN_UP, 1, 3, "cancel"))

    assert bill(line, 4, "p-1") == (Cut(BILLED, 0, 1, "p-1"), Cut(BILLED, 3, 6, "p-1"))


def test_a_cancel_gives_up_the_last_units_that_were_not_billed() -> None:
    line = lamps(10, Cut(BILLED, 8, 10, "p-1"))

    assert give_up(line, 3, "cancel") == (Cut(GIVEN_UP, 5, 8, "cancel"),)


def test_a_return_gives_up_the_first_units_of_its_bill() -> None:
    line = lamps(10, Cut(BILLED, 0, 4, "p-1"), Cut(BILLED, 4, 9, "p-2"))

    first = give_up(line, 2, "r-1", billed_on="p-2")
    again = give_up(attrs.evolve(line, cuts=(*line.cuts, *first)), 2, "r-2", billed_on="p-2")

    assert first == (Cut(GIVEN_UP, 4, 6, "r-1"),)
    assert again == (Cut(GIVEN_UP, 6, 8, "r-2"),)


def test_given_up_ranges_that_meet_are_one() -> None:
    line = lamps(
        9, Cut(GIVEN_UP, 4, 6, "r-1"), Cut(GIVEN_UP, 1, 2, "r-2"), Cut(GIVEN_UP, 6, 8, "x")
    )

    assert given_up(line) == [(1, 2), (4, 8)]


def test_cuts_that_do_not_match_the_bag_are_a_damaged_journal() -> None:
    with pytest.raises(ValueError, match="1 indices are missing"):
        bill(lamps(3), 4, "p-1")
    with pytest.raises(ValueError, match="2 indices are missing"):
        give_up(lamps(3, Cut(BILLED, 0, 1, "p-1")), 4, "cancel")
    with pytest.raises(ValueError, match="1 indices are missing"):
        give_up(lamps(3), 1, "r-1", billed_on="p-1")


@given(st.integers(1, 25), st.data())
def test_cuts_agree_with_a_walk_over_the_indices(n: int, data: st.DataObject) -> None:
    line = lamps(n)
    fresh: list[int] = list(range(n))
    bills: dict[str, list[int]] = {}
    gone: list[int] = []
    for i in range(data.draw(st.integers(1, 8))):
        billed = [name for name, units in bills.items() if units]
        deed = data.draw(st.sampled_from(["bill", "cancel", *billed]))
        source = bills.get(deed, fresh)
        if not source:
            break
        k = data.draw(st.integers(1, len(source)))

        if deed == "bill":
            cuts = bill(line, k, f"p-{i}")
            bills[f"p-{i}"], fresh = fresh[:k], fresh[k:]
        elif deed == "cancel":
            cuts = give_up(line, k, "cancel")
            gone, fresh = gone + fresh[-k:], fresh[:-k]
        else:
            cuts = give_up(line, k, f"r-{i}", billed_on=deed)
            gone, bills[deed] = gone + source[:k], source[k:]
        line = attrs.evolve(line, cuts=(*line.cuts, *cuts))

        assert {x for a, b in given_up(line) for x in range(a, b)} == set(gone)


# --- what an order costs ------------------------------------------------------

FREIGHT_5: Final = Charge("freight-1", FREIGHT, 500)


def test_what_was_given_up_costs_nothing() -> None:
    line = lamps(3, Cut(GIVEN_UP, 2, 3, "cancel"))

    assert total(order(line, charges=(goods(1000, 3),))) == 667


@pytest.mark.feature("F230")
def test_freight_is_given_up_only_when_every_unit_was_cancelled() -> None:
    charges = (goods(1000, 3), FREIGHT_5)
    one_kept = attrs.evolve(
        lamps(3, Cut(GIVEN_UP, 1, 3, "cancel")),
        spots=(Spot(UnitState.OPEN, 1), Spot(UnitState.CANCELLED, 2)),
    )
    none_kept = lamps(3, Cut(GIVEN_UP, 0, 3, "cancel"), state=UnitState.CANCELLED)
    all_returned = lamps(3, Cut(GIVEN_UP, 0, 3, "r-1"), state=UnitState.RETURNED)

    assert total(order(one_kept, charges=charges)) == 333 + 500
    assert total(order(none_kept, charges=charges)) == 0
    assert total(order(all_returned, charges=charges)) == 500


def test_an_order_without_lines_costs_nothing() -> None:
    assert total(order(charges=(Charge("goods", GOODS, 0), FREIGHT_5))) == 0


def test_what_is_due_is_what_it_costs_less_what_was_paid() -> None:
    placed = order(lamps(3), charges=(goods(1000, 3),), tenders=(Tender("pay-1", 400),))

    assert due(placed) == 600
    assert due(attrs.evolve(placed, tenders=(Tender("pay-1", 1400),))) == -400


def test_a_discount_counts_whoever_bears_it() -> None:
    line = lamps(3)
    ours = Charge("discount-1", DISCOUNT, -100, (Span("1", 0, 3, -100),))
    theirs = attrs.evolve(ours, bearer="platform")

    assert total(order(line, charges=(goods(1000, 3), ours))) == 900
    assert total(order(line, charges=(goods(1000, 3), theirs))) == 900


def test_guards_see_counts_and_flags_of_an_order() -> None:
    line = attrs.evolve(
        lamps(4, Cut(GIVEN_UP, 3, 4, "cancel")),
        spots=(
            Spot(UnitState.OPEN, 1),
            Spot(UnitState.DELIVERED, 2, Slice(parcel="p-1")),
            Spot(UnitState.CANCELLED, 1),
        ),
    )
    held = order(
        line,
        charges=(goods(400, 4),),
        holds=(Hold("fraud", "address unknown", "anna"), Hold("stock", "recount", "bo")),
        tenders=(Tender("pay-1", 100),),
        cash_on_delivery=True,
    )

    facts = order_facts(held)

    assert (facts.order, facts.lines, facts.units_live, facts.units_kept) == ("o-17", 1, 1, 3)
    assert (facts.due_minor, facts.applied_minor, facts.currency) == (200, 100, "EUR")
    assert facts.cash_on_delivery
    assert facts.holds == held.holds


def test_what_prices_an_order_is_loaded_when_it_is_first_asked_for() -> None:
    assert {name for name in pricing.__all__ if not hasattr(pricing, name)} == set()
    assert pricing.Offer.__module__ == "orderflow.pricing.offers"
    with pytest.raises(AttributeError, match=r"^module orderflow\.pricing has no import_offers$"):
        _ = pricing.import_offers
    with pytest.raises(AttributeError, match="checked_member"):
        _ = pricing.checked_member  # of a module behind it, and not public


def test_a_bill_and_a_cancel_leave_what_is_beyond_what_they_take() -> None:
    line = lamps(9, Cut(BILLED, 3, 5, "p-1"))

    assert bill(line, 2, "p-2") == (Cut(BILLED, 0, 2, "p-2"),)
    assert bill(line, 3, "p-2") == (Cut(BILLED, 0, 3, "p-2"),)
    assert give_up(line, 2, "cancel") == (Cut(GIVEN_UP, 7, 9, "cancel"),)
    assert give_up(line, 4, "cancel") == (Cut(GIVEN_UP, 5, 9, "cancel"),)
    assert give_up(line, 6, "cancel") == (
        Cut(GIVEN_UP, 1, 3, "cancel"),
        Cut(GIVEN_UP, 5, 9, "cancel"),
    )


# --- later charges ------------------------------------------------------------


def two_lines() -> Order:
    """Three lamps for 3.00, of which the last is given up, and a bell for 1.00."""
    lamp, bell = lamps(3, Cut(GIVEN_UP, 2, 3, "cancel"), id="1"), lamps(1, id="2")
    price = Charge("goods", GOODS, 400, (Span("1", 0, 3, 300), Span("2", 0, 1, 100)))
    return order(lamp, bell, charges=(price,))


def test_a_later_charge_lies_over_the_units_that_are_kept() -> None:
    made = charge_kept("c", DISCOUNT, -30, two_lines())

    assert made == Charge("c", DISCOUNT, -30, (Span("1", 0, 2, -20), Span("2", 0, 1, -10)))


def test_a_later_charge_lies_over_the_lines_or_units_that_are_named() -> None:
    both = two_lines()

    assert charge_kept("c", TAX, 30, both, ("2",)).spans == (Span("2", 0, 1, 30),)
    assert charge_kept("c", TAX, 30, both, (), (("2", 10), ("1", 20))).spans == (
        Span("2", 0, 1, 10),
        Span("1", 0, 2, 20),
    )
    first_lamp = charge_kept("c", TAX, 30, both, ("1",), of=lambda line: [(0, 1)])
    assert first_lamp.spans == (Span("1", 0, 1, 30),)


@pytest.mark.parametrize(("amount", "names"), ((-301, ()), (-201, ("1",)), (1, ("3",))))
def test_a_later_discount_beyond_what_is_kept_is_refused(
    amount: int, names: tuple[str, ...]
) -> None:
    with pytest.raises(BadInput) as refused:
        charge_kept("c", DISCOUNT, amount, two_lines(), names)

    assert str(refused.value) == "charge.amount: is more than the units that are kept cost"


def test_a_later_discount_may_take_all_that_is_kept() -> None:
    assert charge_kept("c", DISCOUNT, -300, two_lines()).amount == -300
    assert charge_kept("c", DISCOUNT, 0, order()).spans == ()


def test_no_line_is_in_two_parts_of_a_later_charge() -> None:
    with pytest.raises(BadInput, match=r"^charge\.parts: 1 comes twice$"):
        charge_kept("c", TAX, 2, two_lines(), (), (("1", 1), ("1", 1)))


def test_a_charge_in_parts_stays_within_each_part() -> None:
    lamp, bell = lamps(2, id="1"), lamps(1, id="2")
    price = [Charge("goods", GOODS, 400, (Span("1", 0, 2, 300), Span("2", 0, 1, 100)))]

    made = part_charge("c", DISCOUNT, [([lamp], -300), ([bell], 0)], price)

    assert made == Charge("c", DISCOUNT, -300, (Span("1", 0, 2, -300),))
    beyond: list[list[tuple[list[Line], int]]] = [[([bell], -101)], [([], 1)], [([], -1)]]
    for parts in beyond:
        with pytest.raises(BadInput) as refused:
            part_charge("c", DISCOUNT, parts, price, "here")
        assert str(refused.value) == "here: the discount is more than its lines cost"
    with pytest.raises(BadInput, match=r"^charge\.amount: "):
        part_charge("c", DISCOUNT, [([], 1)], price)


def test_what_ranges_carry_is_told_charge_by_charge() -> None:
    line, charges = lamps(3), [goods(1000, 3)]
    charges.append(spread_charge("discount-1", DISCOUNT, -100, [line], charges))

    shares = shares_of(charges)["1"]

    def told(*ranges: tuple[int, int]) -> list[tuple[str, int]]:
        return [(charge.id, part) for charge, part in parts_carried(shares, ranges)]

    assert told((0, 3)) == [("goods", 1000), ("discount-1", -100)]
    assert [dict(told((i, i + 1))) for i in range(3)] == [
        {"goods": 333, "discount-1": -33},
        {"goods": 334, "discount-1": -34},
        {"goods": 333, "discount-1": -33},
    ]
    assert told((0, 1), (2, 3)) == [("goods", 666), ("discount-1", -66)]
    assert told((1, 1)) == []


# --- what the guards of an order see ------------------------------------------


@pytest.mark.parametrize(
    ("spots", "rows", "live"),
    (
        ([(UnitState.LOST, 2, "")], [SentAgain("x", "1", 2)], 2),
        ([(UnitState.LOST, 2, "")], [SentAgain("x", "1", 2, done=True, astray=2)], 0),
        ([(UnitState.MISSING, 2, "")], [SentAgain("x", "2", 2)], 2),
        ([(UnitState.DELIVERED, 3, "")], [SentAgain("x", "1", 1)], 1),
        ([(UnitState.DELIVERED, 3, "")], [SentAgain("x", "1", 1, done=True)], 0),
        ([(UnitState.DELIVERED, 3, "r-1")], [], 3),
        (
            [(UnitState.GOING_BACK, 2, ""), (UnitState.DELIVERED, 1, "")],
            [SentAgain("x", "1", 2)],
            2,
        ),
        ([(UnitState.RECEIVED_BACK, 2, "r-1")], [SentAgain("x", "1", 2)], 4),
        ([(UnitState.LOST, 3, "r-1")], [SentAgain("x", "1", 1)], 3),
    ),
)
def test_what_is_sent_again_is_under_way(
    spots: list[tuple[UnitState, int, str]], rows: list[SentAgain], live: int
) -> None:
    bag = tuple(Spot(state, n, Slice(returning=back)) for state, n, back in spots)
    line = attrs.evolve(lamps(sum(n for _, n, _ in spots)), spots=bag)

    seen = order_facts(order(line, sent_again=tuple(rows)))

    assert seen.units_live == live


def test_what_is_invoiced_in_advance_keeps_the_bill_that_it_is_on() -> None:
    line = lamps(9, Cut(BILLED, 1, 3, "p-1"), Cut(BILLED, 5, 6, "p-2"), Cut(GIVEN_UP, 8, 9, "x"))

    assert in_advance(line, 6) == (
        Cut(BILLED, 0, 1),
        Cut(BILLED, 1, 3, "p-1"),
        Cut(BILLED, 3, 5),
        Cut(BILLED, 5, 6, "p-2"),
    )
    assert in_advance(line, 1) == (Cut(BILLED, 0, 1),)
    assert to_invoice_in_advance(line) == [(0, 8)]


def test_what_credit_notes_take_off_an_invoice_stands_no_more() -> None:
    line = lamps(
        9,
        Cut(INVOICED, 0, 6, "i-1"),
        Cut(CREDITED, 1, 2, "c-1"),
        Cut(CREDITED, 4, 5, "c-2"),
        Cut(GIVEN_UP, 5, 6, "x"),
    )

    assert standing(line, 0, 6, ("c-1",)) == [(0, 1), (2, 6)]
    assert standing(line, 0, 6, ("c-1", "c-2")) == [(0, 1), (2, 4), (5, 6)]
    assert standing(line, 2, 4, ("c-1", "c-2")) == [(2, 4)]
    assert on_invoice(line) == [(0, 1), (2, 4), (5, 6)]
    assert to_invoice_in_advance(line) == [(1, 2), (4, 5), (6, 9)]


def test_an_order_has_left_when_a_unit_of_it_was_billed() -> None:
    assert not has_left(order())
    assert not has_left(order(lamps(2, Cut(GIVEN_UP, 0, 1, "r-1"))))
    assert has_left(order(lamps(2), lamps(2, Cut(BILLED, 1, 2, "p-1"), id="2")))


def test_a_draft_is_nobodys_debt_until_it_is_paid_for() -> None:
    draft = attrs.evolve(order(lamps(1), charges=(goods(100, 1),)), state=OrderState.DRAFT)

    assert is_owed(order())
    assert not is_owed(draft)
    assert is_owed(attrs.evolve(draft, tenders=(Tender("p-1", 40),)))
