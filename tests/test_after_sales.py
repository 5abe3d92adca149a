"""How much comes back, for which reason, of whose goods, and what becomes of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from fractions import Fraction
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import BadInput, Condition, Fate, Reason, Rules, Verdict, Way
from orderflow.adapters.memory import MemoryStore
from orderflow.measures import AfterSales, Happened, after_sales
from tests.builders import BELL, LAMP, LEITH, MORNING, Shop, eur, line

DULL: Final = Reason("dull")
FAULTY: Final = Reason("faulty", ways=tuple(Way))
WORN: Final = Condition("worn", Fate.WRITE_OFF)
SCRATCHED: Final = Condition("scratched", Fate.REJECT)
YESTERDAY: Final = MORNING - timedelta(days=1)


def counting(shop: Shop) -> Shop:
    """A shop that names its reasons and conditions."""
    return shop.under(Rules((LEITH,), reasons=(DULL, FAULTY), conditions=(WORN, SCRATCHED)))


def sold(shop: Shop, id: str, lamps: int = 4, bells: int = 1) -> None:
    shop.stock(LAMP, "leith", lamps)
    shop.stock(BELL, "leith", bells)
    shop.sell_and_deliver(
        id, f"p-{id}", line("1", LAMP, lamps, "10.00"), line("2", BELL, bells, "5.00")
    )


def looked_at(shop: Shop) -> AfterSales:
    """All that has happened until now."""
    return shop.after_sales(YESTERDAY, shop.clock.at)


@pytest.mark.feature("F243")
def test_what_came_back_is_counted_by_goods_reason_and_what_became_of_it(any_shop: Shop) -> None:
    shop = counting(any_shop)
    sold(shop, "o-17")
    shop.ask_return("r-1", "o-17", (("1", 3),), "dull")
    shop.ask_return("r-2", "o-17", (("2", 1),), "faulty")
    for id in ("r-1", "r-2"):
        shop.receive_return(id, "leith")
    shop.inspect("r-1", (("1", 1, Verdict.SOUND), ("1", 1, "worn"), ("1", 1, "scratched")))
    shop.inspect("r-2", (("2", 1, Verdict.DAMAGED),))

    told = looked_at(shop)

    assert told.count(Happened.DELIVERED) == 5
    assert told.count(Happened.ASKED, reason="dull") == 3
    assert told.count(Happened.ACCEPTED, sku=LAMP.code) == 2
    assert told.count(Happened.ACCEPTED, condition="worn") == 1
    assert told.count(Happened.ACCEPTED, condition="sound") == 1
    assert told.count(Happened.ACCEPTED, condition="damaged", reason="faulty") == 1
    assert told.count(Happened.REJECTED, condition="scratched") == 1
    assert told.count(Happened.RETURN) == 2
    assert told.count(Happened.OWED_BACK, reason="dull", currency="EUR") == 2000
    assert told.count(Happened.OWED_BACK) == 2500
    assert told.share_back() == Fraction(3, 5)
    assert told.share_back(sku=LAMP.code, reason="dull") == Fraction(2, 4)
    assert told.share_back(sku="none") is None


@pytest.mark.feature("F243")
def test_what_a_supplier_ships_itself_is_counted_as_his(shop: Shop) -> None:
    shop = counting(shop)
    shop.sell("o-17", (LAMP, 2))
    shop.plan_to_buy("o-17")
    shop.purchase("pu-1", ("o-17",), "mill")
    shop.send_purchase("pu-1")
    shop.ship_direct("p-1", "pu-1")
    shop.deliver("p-1")
    shop.ask_return("r-1", "o-17", (("1", 1),), "faulty")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")

    told = looked_at(shop)

    assert told.share_back(supplier="mill") == Fraction(1, 2)
    assert told.share_back(supplier="aster") is None


@pytest.mark.feature("F243")
def test_exchanges_reissues_repairs_and_complaints_are_counted_by_their_reason(shop: Shop) -> None:
    shop = counting(shop)
    sold(shop, "o-17")
    shop.stock(LAMP, "leith", 1)
    shop.ask_exchange("x-1", "o-17", "r-1", (("1", 1),), (line("1", BELL, 1),), "faulty")
    shop.ask_reissue("s-1", "o-17", (("1", 1),), "faulty")
    shop.approve_reissue("s-1", "o-18")
    shop.ask_repair("r-2", "o-17", (("1", 1),), "faulty")
    shop.receive_return("r-2", "leith")
    shop.mend("r-2")
    shop.ask_refund_only("q-1", "o-17", eur(200), (("2", 1),), "faulty")
    shop.grant_complaint("q-1")
    shop.complain("q-2", "o-17", "the driver was rude", "faulty")
    shop.answer_complaint("q-2", "we are sorry")

    told = looked_at(shop)

    cases = (Happened.EXCHANGE, Happened.REISSUE, Happened.RETURN, Happened.COMPLAINT)
    assert [told.count(one, reason="faulty") for one in cases] == [1, 1, 1, 2]
    assert told.count(Happened.SENT_AGAIN, sku=LAMP.code) == 1
    assert (told.count(Happened.MENDED), told.count(Happened.REJECTED)) == (1, 0)
    assert told.count(Happened.OWED_BACK, reason="faulty") == 200


def test_what_went_undelivered_or_was_missing_was_never_sold(shop: Shop) -> None:
    shop = counting(shop)
    sold(shop, "o-17")
    shop.report_missing("o-17", (("1", 1),))
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_ship("o-18", "p-18", (LAMP, 2))
    shop.turn_back("p-18")
    shop.receive_back("p-18", "leith")
    shop.take_back("o-18")

    told = looked_at(shop)

    assert (told.count(Happened.DELIVERED), told.count(Happened.ACCEPTED)) == (4, 0)


def test_other_tenants_and_what_comes_later_are_left_out(shop: Shop) -> None:
    shop = counting(shop)
    sold(shop, "o-17")
    entries = shop.store.entries()

    assert after_sales(entries, YESTERDAY, MORNING, "other").rows == ()
    assert after_sales(entries, YESTERDAY, MORNING - timedelta(hours=1)).rows == ()


days = st.integers(0, 40)


@given(st.lists(st.tuples(days, st.sampled_from(("dull", "faulty"))), max_size=4), days)
def test_two_periods_add_up_to_both_together(asked: list[tuple[int, str]], cut: int) -> None:
    shop = counting(Shop(MemoryStore()))
    sold(shop, "o-17")
    for i, (day, reason) in enumerate(sorted(asked)):
        shop.clock.at = MORNING + timedelta(days=min(day, 14))
        shop.ask_return(f"r-{i}", "o-17", (("1", 1),), reason)
        shop.receive_return(f"r-{i}", "leith")
        shop.inspect(f"r-{i}")
    between, end = MORNING + timedelta(days=cut), MORNING + timedelta(days=60)

    first, second = shop.after_sales(YESTERDAY, between), shop.after_sales(between, end)

    assert first.then(second) == shop.after_sales(YESTERDAY, end)


def test_a_period_that_does_not_follow_is_no_sum() -> None:
    shop = Shop(MemoryStore())
    first = shop.after_sales(YESTERDAY, MORNING)

    with pytest.raises(ValueError, match="does not follow"):
        first.then(first)


@pytest.mark.parametrize("end", (YESTERDAY, datetime(2026, 3, 2, 9, 0)))  # noqa: DTZ001
def test_a_period_that_makes_no_sense_is_refused(end: datetime) -> None:
    with pytest.raises(BadInput) as no:
        after_sales((), YESTERDAY, end)

    assert no.value.path == "end"
