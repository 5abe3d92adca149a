"""A bundle of which a part comes back: what it was given for is not there any more."""

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import BadInput, ChargeKind, Component, NewCharge, Sku
from orderflow.adapters.memory import MemoryStore
from orderflow.paid_back import Refunding
from orderflow.pricing import Bundle, Given, Offer, priced, total
from orderflow.records import Order
from orderflow.thresholds import Reached, Terms, Unmet
from tests.builders import BELL, LAMP, ROPE, TWO_PLACES, Shop, eur, line, new_order

SET: Final = Offer("set", Bundle(((LAMP.code, 1), (BELL.code, 2)), eur(4_000)), bearer="brand")
"""A lamp at 30.00 and two bells at 10.00 are 40.00 together."""


def two_sets(unmet: Unmet, *more: Any) -> Shop:
    """Two lamps and four bells, 80.00 together, with their customer."""
    shop = Shop(MemoryStore(), attrs.evolve(TWO_PLACES, refunding=Refunding(unmet)))
    wanted = (line("1", LAMP, 2, "30.00"), line("2", BELL, 4, "10.00"), *more)
    new = priced(new_order(*wanted), (SET,), Given(shop.clock())).order
    for one in new.lines:
        shop.stock(one.sku, "leith", one.n)
    cost = total(shop.place("o-17", new).document)
    shop.pay("pay-1", eur(cost), (("o-17", cost),))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    return shop


def back(shop: Shop, *lines: tuple[str, int], name: str = "r-1") -> Order:
    """The order when units of it came back."""
    shop.ask_return(name, "o-17", lines)
    shop.receive_return(name, "leith")
    shop.inspect(name)
    return shop.order("o-17")


@pytest.mark.feature("F230", "F244")
@pytest.mark.parametrize(
    ("lines", "unmet", "cost"),
    (
        # One bell back: a lamp and two bells at 40.00, a lamp and a bell at their price.
        ((("2", 1),), Unmet.KEEP, 7_200),
        ((("2", 1),), Unmet.CLAW_BACK, 8_000),
        ((("2", 1),), Unmet.CAP, 8_000),
        # Both lamps back: no set is left, and four bells cost 10.00 each.
        ((("1", 2),), Unmet.KEEP, 3_200),
        ((("1", 2),), Unmet.CLAW_BACK, 4_000),
        ((("1", 2),), Unmet.CAP, 4_000),
        # A whole set back: the other one is kept whole.
        ((("1", 1), ("2", 2)), Unmet.KEEP, 4_000),
        ((("1", 1), ("2", 2)), Unmet.CLAW_BACK, 4_000),
        ((("1", 1), ("2", 2)), Unmet.CAP, 4_000),
    ),
)
def test_a_set_that_is_broken_loses_what_it_was_given_for(
    lines: tuple[tuple[str, int], ...], unmet: Unmet, cost: int
) -> None:
    shop = two_sets(unmet)

    order = back(shop, *lines)

    assert total(order) == cost
    shop.assert_lawful()


def test_what_is_taken_back_of_a_set_says_how_many_are_left() -> None:
    shop = two_sets(Unmet.CLAW_BACK)

    order = back(shop, ("2", 1))

    because = order.charges[-1].because
    assert because is not None
    assert (because.rule, dict(because.figures)) == ("clawed_back", {"left": "1", "least": "2"})
    assert order.charges[-1].bearer == "brand"


def test_other_goods_beside_a_set_are_not_asked() -> None:
    shop = two_sets(Unmet.CLAW_BACK, line("3", ROPE, 1, "5.00"))

    assert total(back(shop, ("3", 1))) == 8_000


parts = st.lists(st.sampled_from(("1", "2", "2")), max_size=5)


@settings(max_examples=30)
@given(parts, st.randoms(use_true_random=False), st.sampled_from(Unmet))
def test_the_same_parts_of_sets_come_to_the_same_in_whatever_order(
    names: list[str], chance: Any, unmet: Unmet
) -> None:
    there = {"1": 2, "2": 4}
    fits = [one for i, one in enumerate(names) if names[:i].count(one) < there[one]]
    shuffled = list(fits)
    chance.shuffle(shuffled)
    costs: list[int] = []
    for way in (fits, shuffled):
        shop = two_sets(unmet)
        for i, one in enumerate(way):
            back(shop, (one, 1), name=f"r-{i}")
        costs.append(total(shop.order("o-17")))
        assert 0 <= costs[-1] <= 10_000

    assert costs[0] == costs[1]


def test_a_kit_in_a_bundle_is_there_as_often_as_it_is_whole() -> None:
    shop = Shop(MemoryStore(), attrs.evolve(TWO_PLACES, refunding=Refunding(Unmet.CLAW_BACK)))
    parts = (Component(LAMP, 1, 2), Component(BELL, 1, 1))
    box = line("1", Sku("BOX"), 2, "30.00", components=parts)
    off = NewCharge(ChargeKind.DISCOUNT, -1_000, terms=Terms(times=2, together=((("1",), 1),)))
    shop.stock(LAMP, "leith", 2)
    shop.stock(BELL, "leith", 2)
    shop.sell("o-17", box, charges=(off,))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    of_bell = next(one.id for one in shop.order("o-17").lines if one.sku == BELL.code)

    back(shop, (of_bell, 1))

    assert sum(one.amount for one in shop.order("o-17").charges if one.because) == 333


# --- bad input -----------------------------------------------------------------------------------


def test_terms_count_each_group_of_lines() -> None:
    terms = Terms(times=3, together=((("1",), 1), (("2", "3"), 2)))

    assert terms.earned(Reached(0, 0, (3, 5))) == 2
    assert terms.earned(Reached(0, 0, (0, 5))) == 0


@pytest.mark.parametrize(
    ("path", "together"),
    (
        ("terms.together", 3),
        ("terms.together", ((("1",), 1), (("1",), 1))),
        ("terms.together[0]", ("1",)),
        ("terms.together[0]", (("1", 1),)),
        ("terms.together[0]", (((), 1),)),
        ("terms.together[0]", ((("",), 1),)),
        ("terms.together[0]", ((("1",), 0),)),
    ),
)
def test_terms_that_make_no_sense_are_refused(path: str, together: Any) -> None:
    with pytest.raises(BadInput) as no:
        Terms(together=together)

    assert no.value.path == path


def test_terms_name_lines_of_their_order() -> None:
    off = NewCharge(ChargeKind.DISCOUNT, -100, terms=Terms(together=((("9",), 1),)))

    with pytest.raises(BadInput) as no:
        new_order((LAMP, 1), charges=(off,))

    assert (no.value.path, no.value.reason) == ("charge.terms.together", "there is no line 9")
