"""What of an order may come back now, until when, and what speaks against the rest."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import Fault, Reason, Rules, Way
from orderflow import verbs as v
from orderflow.adapters.memory import MemoryStore
from orderflow.reasons import USAGE
from orderflow.returnable import Returnable
from orderflow.windows import Start, Window
from tests.builders import BELL, LAMP, LEITH, MORNING, Shop, eur

SEVEN: Final = Window(7, "Asia/Shanghai")
OVER: Final = datetime.fromisoformat("2026-03-10T00:00+08:00")
MOMENT: Final = timedelta.resolution


def sold(shop: Shop, rules: Rules | None = None) -> Shop:
    """Order o-17: two lamps came this morning, a third lamp and a bell three days later."""
    shop = shop.under(rules or Rules(locations=(LEITH,), return_window=SEVEN))
    shop.stock(LAMP, "leith", 5)
    shop.stock(BELL, "leith", 1)
    shop.sell("o-17", (LAMP, 3), (BELL, 1))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 2),))
    shop.ship("o-17", "p-2")
    shop.deliver("p-1")
    shop.clock.forward(days=3)
    shop.deliver("p-2")
    return shop


def told(shop: Shop, reason: str = "") -> list[tuple[str, str, int, int, list[str]]]:
    return [
        (one.line, one.parcel, one.n, one.carry, [no.refusal.code for no in one.against])
        for one in shop.returnable("o-17", reason)
    ]


@pytest.mark.feature("F226", "F244")
def test_units_may_come_back_by_line_and_parcel_until_their_window_closes(any_shop: Shop) -> None:
    shop = sold(any_shop)

    assert shop.returnable("o-17") == (
        Returnable("1", "p-1", 2, 2000, OVER - MOMENT),
        Returnable("1", "p-2", 1, 1000, OVER + timedelta(days=3) - MOMENT),
        Returnable("2", "p-2", 1, 4550, OVER + timedelta(days=3) - MOMENT),
    )
    shop.clock.at = OVER
    second, first, bell = shop.returnable("o-17")
    ((late,),) = ([*one.against] for one in (first,))
    assert (late.refusal.code, late.since) == ("window_closed", OVER)
    assert (second.against, bell.against) == ((), ())


def test_what_is_asked_back_or_given_up_is_not_returnable_any_more(any_shop: Shop) -> None:
    shop = sold(any_shop)
    shop.ask_return("r-1", "o-17", (("1", 1), ("2", 1)))

    assert [(one.line, one.n) for one in shop.returnable("o-17")] == [("1", 1), ("1", 1)]
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    assert [(one.line, one.n) for one in shop.returnable("o-17")] == [("1", 1), ("1", 1)]


def test_units_that_are_sent_again_are_told_apart(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_reissue("i-1", "o-17", (("1", 2),), "faulty")

    assert told(shop) == [
        ("1", "p-1", 1, 1000, []),
        ("1", "p-1", 1, 1000, ["sent_again"]),
        ("1", "p-2", 1, 1000, ["sent_again"]),
        ("2", "p-2", 1, 4550, []),
    ]
    ends = [one.until for one in shop.returnable("o-17")]
    assert ends[0] == ends[1], "a unit that is sent again has the window of its parcel"
    assert None not in ends


@pytest.mark.feature("F231")
def test_what_they_would_bring_is_money_and_counted_apart(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_refund_only("q-1", "o-17", eur(1500), (("1", 2),))
    shop.grant_complaint("q-1")

    assert [one[2:4] for one in told(shop)] == [(2, 500), (1, 1000), (1, 4550)]


@pytest.mark.feature("F234")
def test_a_reason_that_leads_elsewhere_speaks_against_all(shop: Shop) -> None:
    fault = Reason("faulty", Fault.SELLER, (Way.RETURN,), window=Window(30, "Asia/Shanghai"))
    rules = Rules(locations=(LEITH,), return_window=SEVEN, reasons=(fault, USAGE))
    shop = sold(shop, rules)
    shop.clock.forward(days=20)

    assert {code for one in told(shop, "usage") for code in one[4]} == {
        "another_way",
        "window_closed",
    }
    assert {code for one in told(shop, "faulty") for code in one[4]} == set()


def test_an_archived_order_gives_nothing_back_and_one_without_goods_has_nothing(shop: Shop) -> None:
    shop = sold(shop)
    shop.sell("o-18", (LAMP, 1))
    shop.complete("o-17")
    shop.clock.forward(days=30)
    shop.archive("o-17")

    assert all(one[4] == ["illegal_move", "window_closed"] for one in told(shop))
    assert shop.returnable("o-18") == ()


def test_a_window_that_has_not_begun_has_no_end(shop: Shop) -> None:
    last = Window(14, "Europe/Berlin", Start.LAST_PARCEL)
    shop = shop.under(Rules(locations=(LEITH,), return_window=last))
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 1),))
    shop.deliver("p-1")

    assert [one.until for one in shop.returnable("o-17")] == [None]


@given(st.integers(0, 12), st.lists(st.sampled_from(("return", "again", "missing")), max_size=3))
@settings(max_examples=60, deadline=None)
def test_so_many_units_may_be_asked_back_as_are_told_and_not_one_more(
    days: int, deeds: list[str]
) -> None:
    shop = sold(Shop(MemoryStore(), Rules(locations=(LEITH,), return_window=SEVEN)))
    one = (("1", 1),)
    calls: dict[str, Any] = {
        "return": v.ask_return,
        "again": v.ask_reissue,
        "missing": v.report_missing,
    }
    for i, deed in enumerate(deeds):
        if deed == "missing":
            shop.report_missing("o-17", one)
        else:
            more = () if deed == "return" else ("faulty",)
            call = calls[deed].on(f"x-{i}", "o-17", one, *more)
            if shop.why_not(call) == ():
                shop.apply(call)
    shop.clock.forward(days=days)

    free = sum(x.n for x in shop.returnable("o-17") if x.line == "1" and not x.against)

    for n in range(1, 4):
        asked = v.ask_return.on("r-9", "o-17", (("1", n),))
        assert (shop.why_not(asked) == ()) is (n <= free)
    assert shop.clock.at >= MORNING


def test_a_reason_that_is_no_text_is_refused(shop: Shop) -> None:
    shop = sold(shop)
    none: Any = None

    with pytest.raises(ValueError, match="reason"):
        shop.returnable("o-17", none)
