"""A gift that is kept when what has earned it came back is deducted at its worth."""

from __future__ import annotations

from contextlib import suppress
from itertools import permutations

import pytest

from orderflow import BadInput, Refused, Rules
from orderflow.paid_back import GiftWorth, Refunding
from orderflow.pricing import due, total
from orderflow.reasons import FAULTY, Fault, Reason, Way
from orderflow.statements import statement, text
from tests.builders import BELL, LAMP, LEITH, Shop, eur, line
from tests.test_invoices import agree

RULES = Rules(
    locations=(LEITH,),
    reasons=(FAULTY, Reason("unwanted"), Reason("spoilt", Fault.NOBODY, (Way.REFUND,))),
    refunding=Refunding(gifts=(GiftWorth("SHIP-BELL", (eur(4500),)),)),
)


def sold(any_shop: Shop, price: str = "0") -> Shop:
    """Order o-17: three lamps at 60.00 (line 1), which earn two bells (line 2)."""
    shop = any_shop.under(RULES)
    shop.stock(LAMP, "leith", 3)
    shop.stock(BELL, "leith", 2)
    bells = line("2", BELL, 2, price, gift_for=("1",))
    shop.sell_and_deliver("o-17", "p-1", line("1", LAMP, 3, "60.00"), bells)
    return shop


def back(shop: Shop, id: str, *lines: tuple[str, int], why: str = "unwanted") -> int:
    shop.ask_return(id, "o-17", lines, why)
    shop.receive_return(id, "leith")
    shop.inspect(id)
    return total(shop.order("o-17"))


@pytest.mark.feature("F230")
def test_a_gift_is_deducted_when_the_last_of_what_has_earned_it_came_back(any_shop: Shop) -> None:
    shop = sold(any_shop)
    plain = any_shop

    assert back(shop, "r-1", ("1", 2)) == 6000
    assert back(shop, "r-2", ("1", 1)) == 9000
    assert due(shop.order("o-17")) == -9000
    assert "A gift is kept without what has earned it, 2 of line 2" in text(
        statement(shop.order("o-17"))
    )
    assert "保留赠品" in text(statement(shop.order("o-17")), "zh")
    shop.refund("o-17")
    assert back(shop, "r-3", ("2", 1)) == 4500
    assert back(shop, "r-4", ("2", 1)) == 0
    plain.assert_lawful()


def test_whichever_came_back_first_the_totals_are_the_same(shop: Shop) -> None:
    parts = ((("1", 2),), (("1", 1),), (("2", 1),))
    ends = set()
    for order in permutations(parts):
        there = sold(Shop(type(shop.store)()))
        ends.add([back(there, f"r-{i}", *lines) for i, lines in enumerate(order)][-1])

    assert ends == {4500}


def test_a_gift_that_cost_a_cent_is_deducted_less_that_cent(shop: Shop) -> None:
    assert back(sold(shop, "0.01"), "r-1", ("1", 3)) == 9000


def test_a_gift_whose_worth_no_rule_names_is_kept_for_nothing(shop: Shop) -> None:
    there = shop.under(RULES)
    there.stock(LAMP, "leith", 4)
    lamps = line("1", LAMP, 3, "60.00")
    there.sell_and_deliver("o-17", "p-1", lamps, line("2", LAMP, 1, "0", gift_for=("1",)))

    assert back(there, "r-1", ("1", 3)) == 0
    assert [one for one in there.order("o-17").charges if one.because is not None] == []


def test_a_gift_that_was_deducted_and_costs_less_since_is_not_deducted_again(shop: Shop) -> None:
    there = sold(shop)
    assert back(there, "r-1", ("1", 3)) == 9000
    there.ask_refund_only("q-1", "o-17", eur(1000), (("2", 2),), "spoilt")
    there.grant_complaint("q-1")

    assert back(there, "r-2", ("2", 1)) == 4000


def test_the_fault_of_the_seller_costs_no_gift(shop: Shop) -> None:
    assert back(sold(shop), "r-1", ("1", 3), why="faulty") == 0


def test_gifts_are_named_once_with_their_worth() -> None:
    bell = GiftWorth("SHIP-BELL", (eur(1),))
    for gifts in ((bell, bell), [bell], ("SHIP-BELL",)):
        with pytest.raises(BadInput, match=r"refunding\.gifts"):
            Refunding(gifts=gifts)  # type: ignore[arg-type]  # that it is refused is shown


@pytest.mark.parametrize("invoiced", (False, True))
def test_papers_agree_with_an_order_whose_gift_is_kept(shop: Shop, *, invoiced: bool) -> None:
    there = sold(shop)
    if invoiced:
        there.invoice("o-17", "2026")

    back(there, "r-1", ("1", 3))
    if invoiced:
        there.credit("2026-000001", "CN")
    there.invoice("o-17", "2026")
    agree(there)
    back(there, "r-2", ("2", 1))
    for id in there.order("o-17").invoices:
        with suppress(Refused):
            there.credit(id, f"CN-{id}")

    agree(there)
    assert total(there.order("o-17")) == 4500
