"""Reissues and exchanges: what may go out again, what it costs, and that nothing is given twice."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from orderflow import BadInput, Call, Component, NewLine, Price, Refused, Rules
from orderflow import verbs as v
from orderflow.adapters.memory import MemoryStore
from orderflow.audit import audit
from orderflow.audit.units import UnitsCheck
from orderflow.calls import Ref
from orderflow.conditions import Verdict
from orderflow.fulfilment import ScanStatus
from orderflow.journal import Context, Stored
from orderflow.ports import Store
from orderflow.pricing import due, total
from orderflow.reasons import FAULTY, MISSING
from orderflow.records import Exchange, Line, Order, Reissue, Return, Slice, Spot
from orderflow.refunds import owed_back
from orderflow.replacements import Progress, progress
from orderflow.states import (
    EXCHANGE,
    REISSUE,
    OrderState,
    ReplacementState,
    ReturnState,
    UnitState,
)
from orderflow.taxes import (
    GROSS_BY_TOTAL,
    NET_BY_TOTAL,
    Convention,
    Rate,
    Table,
    Taxing,
    TaxPlace,
    TaxRow,
)
from orderflow.taxing import tax_charges
from orderflow.trial import tried
from orderflow.values import MINOR_MAX
from tests.builders import BELL, LAMP, LEITH, ROPE, YORK, D, Shop, eur, line, new_order

R, P = ReplacementState, Progress

BOTH: Final = (("1", 2),)
MOST: Final = str(MINOR_MAX // 100)


def lost(shop: Shop, n: int = 2) -> None:
    """Order o-17 of n lamps, paid and lost on its way; there are lamps enough to send it again."""
    shop.stock(LAMP, "leith", 10)
    shop.sell_and_ship("o-17", "p-1", (LAMP, n))
    shop.lose("p-1")


def delivered(shop: Shop, n: int = 3) -> None:
    """Order o-17 of n lamps at ten euro, paid and with its customer; there are bells too."""
    shop.stock(LAMP, "leith", 10)
    shop.stock(BELL, "leith", 10)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, n))


def send(shop: Shop, order: str) -> None:
    """Bring an order to its customer."""
    shop.allocate(order)
    shop.ship(order, f"p-{order}")
    shop.deliver(f"p-{order}")


def come_back(shop: Shop, verdicts: tuple[tuple[str, int, Verdict], ...] = ()) -> None:
    """The goods of exchange e-1 come back and are inspected."""
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1", verdicts)


def taxed(convention: Convention = NET_BY_TOTAL, place: str = "DE") -> Rules:
    """Rules of a seller who taxes all goods with 19 percent at home."""
    table = Table("home", (TaxRow("DE", Rate.of("VAT-19", "19")),))
    return Rules(locations=(LEITH, YORK), taxing=Taxing(table, convention, TaxPlace.SELLER, place))


def bells(n: int = 1, price: str = "") -> tuple[NewLine, ...]:
    return (line("1", BELL, n, price),)


def stands(shop: Shop, id: str) -> Progress | None:
    reissue = shop.reissue(id)
    return progress(reissue, shop.order(reissue.anew) if reissue.anew else None)


# --- a reissue ----------------------------------------------------------------


@pytest.mark.feature("F236")
def test_what_was_lost_goes_out_again_and_arrives(any_shop: Shop) -> None:
    shop = any_shop
    lost(shop)
    before = shop.order("o-17").lines

    asked = shop.ask_reissue("i-1", "o-17", (), "lost by the carrier").document
    assert (asked.state, asked.lines, stands(shop, "i-1")) == (R.ASKED, BOTH, P.ASKED)
    approved = shop.approve_reissue("i-1", "o-18").document
    assert (approved.state, approved.anew, stands(shop, "i-1")) == (R.APPROVED, "o-18", P.ASKED)
    shop.allocate("o-18")
    shop.ship("o-18", "p-2")
    assert stands(shop, "i-1") is P.SHIPPED
    shop.deliver("p-2")
    assert stands(shop, "i-1") is P.RECEIVED

    assert shop.settle_reissue("i-1").document.state is R.SETTLED
    assert shop.order("o-17").lines == before, "the old bag is as it was"
    shop.complete("o-17")
    shop.complete("o-18")
    shop.assert_lawful()
    assert [law.breaches for law in audit(shop.store, rules=shop.rules, sample=99)] == [()] * 7


@pytest.mark.feature("F236")
def test_what_is_sent_again_is_an_order_that_nobody_pays(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 10)
    shop.sell("o-17", (LAMP, 2), channel="web", shop="s-1", number="W-1", seller="us", priority=3)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.lose("p-1")

    shop.ask_reissue("i-1", "o-17", (("1", 1),), "lost")
    shop.approve_reissue("i-1", "o-18")

    old, anew = shop.order("o-17"), shop.order("o-18")
    assert (anew.state, anew.parent, due(anew)) == (OrderState.CONFIRMED, "o-17", 0)
    for name in ("customer", "currency", "destination", "channel", "shop", "seller", "priority"):
        assert getattr(anew, name) == getattr(old, name)
    assert anew.number == ""
    assert [(one.id, one.sku, one.n, one.price) for one in anew.lines] == [
        ("1", LAMP.code, 1, Decimal(0))
    ]
    assert owed_back(old) == due(old) == 0


def test_a_reissue_of_cash_on_delivery_is_not_paid_at_the_door(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.lose("p-1")
    shop.ask_reissue("i-1", "o-17", (), "lost")

    shop.approve_reissue("i-1", "o-18")

    assert not shop.order("o-18").cash_on_delivery


def test_faulty_goods_are_sent_again_and_the_customer_keeps_them(shop: Shop) -> None:
    delivered(shop)
    shop.complete("o-17")

    shop.ask_reissue("i-1", "o-17", (("1", 1),), "faulty")

    assert shop.order("o-17").state is OrderState.CONFIRMED, "a case is open"
    assert shop.refuses(v.complete.on("o-17")) == "order o-17 has a unit that is still under way"
    shop.approve_reissue("i-1", "o-18")
    send(shop, "o-18")
    shop.settle_reissue("i-1")
    assert shop.bag("o-17") == {"delivered": 3}
    assert shop.complete("o-17").document.state is OrderState.COMPLETED


def test_without_lines_only_what_went_astray_is_meant(shop: Shop) -> None:
    delivered(shop)

    assert shop.refuses(v.ask_reissue.on("i-1", "o-17", (), "late")) == (
        "no unit of order o-17 can reissue"
    )
    shop.report_missing("o-17", (("1", 2),))
    assert shop.ask_reissue("i-1", "o-17", (), "short in the box").document.lines == BOTH
    assert shop.codes(v.ask_reissue.on("i-2", "o-17", (), "again")) == ["nothing_to_do"]


def test_what_never_left_is_not_sent_again(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")

    assert shop.refuses(v.ask_reissue.on("i-1", "o-17", (("1", 1), ("7", 1)), "late")) == (
        "line 1 of order o-17: 1 asked to reissue, 0 can; order o-17 has no line 7"
    )
    shop.ship("o-17", "p-1")
    assert shop.codes(v.ask_reissue.on("i-1", "o-17", (("1", 1),), "late")) == ["too_many"]


def test_an_order_that_is_not_confirmed_or_is_archived_has_no_after_sales(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    assert shop.refuses(v.ask_reissue.on("i-1", "o-17", (("1", 1),), "late")).startswith(
        "order o-17 is placed: cannot reissue"
    )
    assert shop.refuses(v.ask_reissue.on("i-1", "o-9", (), "late")) == "there is no order o-9"


# --- no unit twice ------------------------------------------------------------


def test_no_unit_is_sent_again_twice(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (("1", 1),), "lost")

    assert shop.refuses(v.ask_reissue.on("i-2", "o-17", BOTH, "lost")) == (
        "line 1 of order o-17: 2 asked to reissue, 1 can"
    )
    assert shop.ask_reissue("i-2", "o-17", (), "lost").document.lines == (("1", 1),)
    shop.reject_reissue("i-1", "was found")
    assert shop.ask_reissue("i-3", "o-17", (), "lost").document.lines == (("1", 1),)


def test_what_of_one_reissue_is_cancelled_leaves_another_of_its_order_alone(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 4)
    shop.stock(BELL, "leith", 4)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2), (BELL, 2))
    shop.ask_reissue("i-1", "o-17", (("1", 2),), "faulty")
    shop.ask_reissue("i-2", "o-17", (("2", 2),), "faulty")
    shop.approve_reissue("i-1", "o-18")
    shop.approve_reissue("i-2", "o-19")

    shop.cancel("o-19", (("2", 1),))

    again = {row.reissue: row.n for row in shop.order("o-17").sent_again}
    assert again == {"i-1": 2, "i-2": 1}


def test_a_reissue_that_nobody_has_approved_is_not_settled(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (), "lost")

    assert shop.refuses(v.settle_reissue.on("i-1")) == (
        "reissue i-1 is asked: cannot settle (can: approve, reject, cancel)"
    )


def test_a_settled_reissue_still_counts(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (), "lost")
    shop.approve_reissue("i-1", "o-18")
    send(shop, "o-18")
    shop.settle_reissue("i-1")

    assert shop.codes(v.ask_reissue.on("i-2", "o-17", BOTH, "lost")) == ["too_many"]


def test_what_is_sent_again_is_not_paid_back_as_well(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (("1", 1),), "lost")

    assert shop.refuses(v.cancel.on("o-17", BOTH)) == (
        "line 1 of order o-17: 2 asked, 1 are sent again and 1 are left"
    )
    shop.cancel("o-17", (("1", 1),))
    assert owed_back(shop.order("o-17")) == 1000
    assert shop.codes(v.cancel.on("o-17", (("1", 1),))) == ["sent_again"]
    shop.cancel_reissue("i-1")
    shop.cancel("o-17", (("1", 1),))
    assert owed_back(shop.order("o-17")) == 2000


def test_what_is_sent_again_is_not_taken_back_as_well(shop: Shop) -> None:
    delivered(shop)
    shop.ask_reissue("i-1", "o-17", BOTH, "faulty")

    assert shop.codes(v.ask_return.on("r-1", "o-17", BOTH)) == ["sent_again"]
    shop.ask_return("r-1", "o-17", (("1", 1),))
    assert shop.codes(v.ask_reissue.on("i-2", "o-17", (("1", 1),), "faulty")) == ["too_many"]


def test_what_was_sent_again_and_lost_again_is_sent_again_from_there(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (), "lost")
    shop.approve_reissue("i-1", "o-18")
    shop.allocate("o-18")
    shop.ship("o-18", "p-2")
    shop.lose("p-2")
    assert shop.refuses(v.settle_reissue.on("i-1")) == (
        "order o-18 has 2 units that are still under way"
    )

    shop.ask_reissue("i-2", "o-18", (), "lost too")
    shop.approve_reissue("i-2", "o-19")
    send(shop, "o-19")
    shop.settle_reissue("i-2")

    assert stands(shop, "i-1") is P.SHIPPED
    shop.settle_reissue("i-1")
    for order in ("o-17", "o-18", "o-19"):
        shop.complete(order)
    shop.assert_lawful()


def test_what_of_a_reissue_was_cancelled_may_be_paid_back(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (), "lost")
    shop.approve_reissue("i-1", "o-18")
    shop.cancel("o-18", (("1", 1),))
    send(shop, "o-18")

    shop.settle_reissue("i-1")

    assert shop.refuses(v.complete.on("o-17")) == "order o-17 has a unit that is still under way"
    shop.cancel("o-17", (("1", 1),))
    shop.refund("o-17")
    shop.complete("o-17")


def taken_back(shop: Shop, order: str, n: int = 1) -> None:
    """The customer gives n lamps of an order back, and they are accepted."""
    shop.ask_return(f"r-{order}", order, (("1", n),))
    shop.receive_return(f"r-{order}", "leith")
    shop.inspect(f"r-{order}")


@pytest.mark.parametrize("settled_first", (True, False))
def test_lost_goods_whose_reissue_was_taken_back_may_be_paid_back(
    any_shop: Shop, settled_first: bool
) -> None:
    shop = any_shop
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (), "lost")
    shop.approve_reissue("i-1", "o-18")
    send(shop, "o-18")
    if settled_first:
        shop.settle_reissue("i-1")
        shop.complete("o-17")
    taken_back(shop, "o-18")
    if not settled_first:
        shop.settle_reissue("i-1")

    assert shop.order("o-17").state is OrderState.CONFIRMED, "it is open again"
    assert shop.refuses(v.complete.on("o-17")) == "order o-17 has a unit that is still under way"
    assert shop.codes(v.cancel.on("o-17")) == ["sent_again"]
    shop.cancel("o-17", (("1", 1),))
    shop.refund("o-17")
    shop.complete("o-17")
    assert shop.payment("pay-o-17").refunded == 1000
    shop.assert_lawful()
    assert [law.breaches for law in audit(shop.store, rules=shop.rules, sample=99)] == [()] * 7


def test_faulty_goods_whose_reissue_was_taken_back_may_be_given_back_or_sent_once_more(
    shop: Shop,
) -> None:
    delivered(shop)
    shop.ask_reissue("i-1", "o-17", BOTH, "faulty")
    shop.approve_reissue("i-1", "o-18")
    send(shop, "o-18")
    shop.settle_reissue("i-1")
    shop.complete("o-17")

    taken_back(shop, "o-18", 2)

    assert shop.order("o-17").sent_again == ()
    assert shop.order("o-17").state is OrderState.COMPLETED, "its goods are with the customer"
    shop.ask_reissue("i-2", "o-17", (("1", 1),), "still faulty")
    taken_back(shop, "o-17", 2)
    assert owed_back(shop.order("o-17")) == 2000
    shop.assert_lawful()


def test_a_unit_is_free_as_soon_as_the_one_that_was_sent_for_it_is_back(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (), "lost")
    shop.approve_reissue("i-1", "o-18")
    send(shop, "o-18")
    assert shop.codes(v.cancel.on("o-17", (("1", 1),))) == ["sent_again"]

    taken_back(shop, "o-18")

    assert shop.reissue("i-1").state is R.APPROVED
    assert [(row.n, row.done, row.astray) for row in shop.order("o-17").sent_again] == [
        (1, False, 1)
    ]
    assert shop.codes(v.cancel.on("o-17")) == ["sent_again"]
    shop.cancel("o-17", (("1", 1),))
    assert owed_back(shop.order("o-17")) == 1000
    assert [law.breaches for law in audit(shop.store, rules=shop.rules, sample=99)] == [()] * 7
    shop.settle_reissue("i-1")
    shop.refund("o-17")
    shop.complete("o-17")
    shop.assert_lawful()
    assert [law.breaches for law in audit(shop.store, rules=shop.rules, sample=99)] == [()] * 7


def test_a_reissue_all_of_which_came_back_is_settled_and_counts_for_nothing(shop: Shop) -> None:
    delivered(shop)
    shop.ask_reissue("i-1", "o-17", BOTH, "faulty")
    shop.approve_reissue("i-1", "o-18")
    send(shop, "o-18")

    taken_back(shop, "o-18", 2)

    assert shop.order("o-17").sent_again == ()
    assert shop.settle_reissue("i-1").document.state is R.SETTLED
    taken_back(shop, "o-17", 2)
    assert owed_back(shop.order("o-17")) == 2000, "the faulty ones came, too"
    assert [law.breaches for law in audit(shop.store, rules=shop.rules, sample=99)] == [()] * 7


def test_a_reissue_that_came_back_undelivered_and_was_taken_back_was_not_sent(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (), "lost")
    shop.approve_reissue("i-1", "o-18")
    shop.allocate("o-18")
    shop.ship("o-18", "p-2")
    shop.receive_back("p-2", "leith")
    shop.take_back("o-18")

    shop.settle_reissue("i-1")

    shop.cancel("o-17")
    assert owed_back(shop.order("o-17")) == 2000
    shop.assert_lawful()


def test_what_was_sent_again_is_missing_and_given_up_so_it_was_not_sent(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (), "lost")
    shop.approve_reissue("i-1", "o-18")
    send(shop, "o-18")
    shop.settle_reissue("i-1")
    shop.report_missing("o-18", (("1", 1),), "one in the box")
    assert [row.n for row in shop.order("o-17").sent_again] == [2]

    shop.cancel("o-18", (("1", 1),))

    assert [row.n for row in shop.order("o-17").sent_again] == [1]
    shop.cancel("o-17", (("1", 1),))
    assert owed_back(shop.order("o-17")) == 1000
    shop.assert_lawful()


def test_an_archived_order_counts_nothing_again(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (), "lost")
    shop.approve_reissue("i-1", "o-18")
    send(shop, "o-18")
    shop.settle_reissue("i-1")
    shop.complete("o-17")
    shop.archive("o-17")
    before = shop.order("o-17")

    taken_back(shop, "o-18")

    assert shop.order("o-17") == before
    shop.assert_lawful()


def sent_again_and_back(shop: Shop) -> None:
    """Order o-17 of two lamps was lost, is sent again by o-18, and has come back."""
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (), "lost")
    shop.approve_reissue("i-1", "o-18")
    shop.receive_back("p-1")


@pytest.mark.parametrize(
    "call",
    (
        v.cancel.on("o-17"),
        v.take_back.on("o-17"),
        v.take_back.on("o-17", (("1", 1, Verdict.REJECTED),)),
        v.reopen.on("o-17", (("1", 1),)),
    ),
    ids=("cancelled", "taken back", "rejected", "reopened"),
)
@pytest.mark.parametrize("far", ("approved", "delivered", "settled"))
def test_what_comes_back_while_others_go_out_is_neither_paid_back_nor_shipped(
    shop: Shop, call: Call[Order], far: str
) -> None:
    sent_again_and_back(shop)
    if far != "approved":
        send(shop, "o-18")
    if far == "settled":
        shop.settle_reissue("i-1")

    assert shop.codes(call) == ["sent_again"]


@pytest.mark.parametrize("settled_first", (True, False))
def test_what_comes_back_while_others_go_out_goes_on_the_shelf_and_nothing_is_owed(
    shop: Shop, settled_first: bool
) -> None:
    sent_again_and_back(shop)
    send(shop, "o-18")
    free = shop.free(LAMP, "leith")
    if settled_first:
        shop.settle_reissue("i-1")
        assert shop.refuses(v.complete.on("o-17")) == (
            "order o-17 has 2 units that are still under way"
        )

    shop.restock("o-17")

    assert shop.free(LAMP, "leith") == free + 2
    assert (shop.bag("o-17"), owed_back(shop.order("o-17"))) == ({"lost": 2}, 0)
    if not settled_first:
        shop.settle_reissue("i-1")
    assert shop.codes(v.cancel.on("o-17", BOTH)) == ["sent_again"]
    shop.complete("o-17")
    shop.complete("o-18")
    shop.assert_lawful()
    assert [law.breaches for law in audit(shop.store, rules=shop.rules, sample=99)] == [()] * 7


def test_what_was_put_on_the_shelf_is_paid_back_when_the_others_are_called_off(shop: Shop) -> None:
    sent_again_and_back(shop)
    shop.restock("o-17", (("1", 1, Verdict.SOUND),))

    shop.cancel_reissue("i-1")

    assert shop.codes(v.restock.on("o-17")) == ["nothing_to_do"]
    shop.cancel("o-17")
    assert owed_back(shop.order("o-17")) == 2000
    assert shop.free(LAMP, "leith") == 10
    shop.assert_lawful()


def test_what_comes_back_damaged_while_others_go_out_is_not_sold(shop: Shop) -> None:
    sent_again_and_back(shop)
    shop.allocate("o-18")

    shop.restock("o-17", (("1", 1, Verdict.DAMAGED),))

    assert shop.free(LAMP, "leith") == 6
    shop.restock("o-17", (("1", 1, Verdict.SECOND),))
    assert shop.free(LAMP, "leith") == 6
    assert shop.cannot_take(v.restock.on("o-17", (("1", 1, Verdict.REJECTED),))) == (
        "verdicts[0].verdict"
    )
    shop.assert_lawful()


def test_of_units_that_came_back_only_those_that_are_not_sent_again_are_free(shop: Shop) -> None:
    lost(shop, 3)
    shop.ask_reissue("i-1", "o-17", BOTH, "lost")
    shop.receive_back("p-1")

    assert shop.refuses(v.restock.on("o-17", (("1", 3, Verdict.SOUND),))) == (
        "line 1 of order o-17: 3 asked to restock, 2 can"
    )
    shop.take_back("o-17", (("1", 1, Verdict.SOUND),))
    assert owed_back(shop.order("o-17")) == 1000
    assert shop.codes(v.take_back.on("o-17")) == ["sent_again"]
    shop.restock("o-17")
    assert shop.bag("o-17") == {"lost": 2, "returned": 1}


def test_a_lost_unit_that_is_sent_again_is_not_paid_back_for_one_that_arrived(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 10)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 1),))
    shop.ship("o-17", "p-2", lines=(("1", 1),))
    shop.lose("p-1")
    shop.deliver("p-2")

    shop.ask_reissue("i-1", "o-17", (("1", 1),), "lost")

    assert shop.codes(v.cancel.on("o-17", (("1", 1),))) == ["sent_again"]
    shop.ask_return("r-1", "o-17", (("1", 1),))


def test_a_faulty_unit_that_is_sent_again_leaves_a_lost_one_to_be_paid_back(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 10)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 1),))
    shop.ship("o-17", "p-2", lines=(("1", 1),))
    shop.deliver("p-2")
    shop.ask_reissue("i-1", "o-17", (("1", 1),), "faulty")
    shop.lose("p-1")

    shop.cancel("o-17", (("1", 1),))

    assert owed_back(shop.order("o-17")) == 1000
    assert shop.codes(v.ask_return.on("r-1", "o-17", (("1", 1),))) == ["sent_again"]


def test_the_audit_finds_an_order_and_a_reissue_that_disagree(shop: Shop) -> None:
    lost(shop)
    reissue = shop.ask_reissue("i-1", "o-17", (), "lost").document
    order = shop.order("o-17")

    def breaches(order: Order, reissue: Reissue) -> tuple[str, ...]:
        check = UnitsCheck()
        check.check(order)
        check.check_reissue(reissue)
        return check.law().breaches

    assert breaches(order, reissue) == ()
    assert breaches(attrs.evolve(order, sent_again=()), reissue) == (
        "reissue i-1 is asked: order o-17 has noted 0 of line 1, not 2",
    )
    assert breaches(order, attrs.evolve(reissue, state=R.REJECTED)) == (
        "reissue i-1 is rejected: order o-17 has noted 2 of line 1, not 0",
    )
    assert breaches(order, attrs.evolve(reissue, lines=())) == (
        "order o-17 line 1: 2 units by reissue i-1, which does not send them",
    )


# --- how a reissue ends -------------------------------------------------------


def test_a_reissue_is_called_off_with_its_order_until_the_warehouse_has_it(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (("1", 1),), "lost")
    shop.approve_reissue("i-1", "o-18")
    shop.allocate("o-18")

    assert shop.cancel_reissue("i-1").document.state is R.CANCELLED

    assert shop.order("o-18").state is OrderState.CANCELLED
    assert shop.free(LAMP, "leith") == 8
    assert stands(shop, "i-1") is None
    shop.ask_reissue("i-2", "o-17", (("1", 1),), "lost after all")
    shop.approve_reissue("i-2", "o-19")
    shop.allocate("o-19")
    shop.release("o-19", "d-9")
    assert shop.refuses(v.cancel_reissue.on("i-2")) == (
        "a unit of line 1 of order o-19 is released: cannot cancel (can: pick, recall)"
    )


def test_a_reissue_whose_order_was_cancelled_is_cancelled_and_not_settled(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (), "lost")
    shop.approve_reissue("i-1", "o-18")
    shop.cancel("o-18")

    assert shop.refuses(v.settle_reissue.on("i-1")) == (
        "order o-18 is cancelled: cannot settle (can: cancel)"
    )
    shop.cancel_reissue("i-1")
    shop.cancel("o-17")
    assert owed_back(shop.order("o-17")) == 2000


def test_a_held_reissue_waits_and_every_reason_is_said(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (), "lost")
    shop.hold_reissue("i-1", "claim", "the carrier looks for it")

    assert shop.refuses(v.approve_reissue.on("i-1", "o-18")) == (
        "reissue i-1 is on hold: claim (the carrier looks for it)"
    )
    assert shop.codes(v.hold_reissue.on("i-1", "claim", "twice")) == ["already_there"]
    assert shop.codes(v.lift_reissue_hold.on("i-1", "other")) == ["hold_not_set"]
    shop.lift_reissue_hold("i-1", "claim")
    shop.approve_reissue("i-1", "o-18")
    shop.hold_reissue("i-1", "claim", "the carrier pays")
    assert shop.codes(v.settle_reissue.on("i-1")) == ["on_hold", "not_all_ended"]
    shop.cancel_reissue("i-1")


def test_an_order_that_is_there_cannot_be_opened_again(shop: Shop) -> None:
    lost(shop)
    shop.ask_reissue("i-1", "o-17", (), "lost")

    assert shop.refuses(v.approve_reissue.on("i-1", "o-17")) == "order o-17 is there already"


# --- an exchange --------------------------------------------------------------


@pytest.mark.feature("F228", "F240")
def test_goods_are_exchanged_and_the_difference_is_paid(any_shop: Shop) -> None:
    shop = any_shop
    delivered(shop)

    asked = shop.ask_exchange("e-1", "o-17", "r-1", BOTH, bells(), "faulty").document
    assert (asked.state, shop.returned("r-1").state) == (R.ASKED, ReturnState.ASKED)
    shop.approve_exchange("e-1")
    assert shop.returned("r-1").state is ReturnState.APPROVED
    come_back(shop)
    assert owed_back(shop.order("o-17")) == 2000
    sent = shop.send_replacement("e-1", "o-18").document
    assert progress(sent, shop.order("o-18")) is P.ASKED

    old, anew = shop.order("o-17"), shop.order("o-18")
    assert (owed_back(old), due(anew), anew.applied) == (0, 2550, 2000)
    assert (anew.state, anew.parent, anew.customer) == (OrderState.PLACED, "o-17", old.customer)
    shop.complete("o-17")
    shop.pay("pay-2", eur(2550), (("o-18", 2550),))
    send(shop, "o-18")
    assert shop.settle_exchange("e-1").document.state is R.SETTLED
    shop.complete("o-18")
    shop.assert_lawful()
    assert [law.breaches for law in audit(shop.store, rules=shop.rules, sample=99)] == [()] * 7


def test_what_a_bank_has_taken_back_of_a_payment_pays_no_new_goods(shop: Shop) -> None:
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), bells())
    shop.approve_exchange("e-1")
    come_back(shop)
    shop.charge_back("pay-o-17", eur(2500))

    shop.send_replacement("e-1", "o-18")

    assert due(shop.order("o-18")) == 4550 - 500
    assert owed_back(shop.order("o-17")) == 500


def test_new_goods_that_are_sold_by_length_cost_their_price_for_so_much(shop: Shop) -> None:
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", ROPE, 7500),))
    shop.approve_exchange("e-1")
    come_back(shop)

    shop.send_replacement("e-1", "o-18")

    assert total(shop.order("o-18")) == 1500


def test_new_goods_cost_their_taxes_from_the_start() -> None:
    shop = Shop(MemoryStore(), taxed())
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", BOTH, bells())
    shop.approve_exchange("e-1")
    come_back(shop)

    shop.send_replacement("e-1", "o-18")

    anew = shop.order("o-18")
    assert [(one.id, one.amount, one.reason) for one in anew.charges] == [
        ("goods", 4550, ""),
        ("tax-1", 865, "VAT-19"),
    ]
    assert (owed_back(shop.order("o-17")), due(anew), anew.applied) == (0, 3415, 2000)
    shop.pay("pay-2", eur(3415), (("o-18", 3415),))
    send(shop, "o-18")
    shop.invoice("o-18", "2026")
    assert shop.invoiced("2026-000001").gross == 5415 == total(shop.order("o-18"))
    assert shop.account("o-18").rounding == 0
    shop.assert_lawful()


@pytest.mark.feature("F228")
@pytest.mark.parametrize(
    "convention", (NET_BY_TOTAL, GROSS_BY_TOTAL), ids=("without taxes", "with taxes")
)
def test_an_even_exchange_of_goods_that_were_taxed_costs_nothing(convention: Convention) -> None:
    shop = Shop(MemoryStore(), taxed(convention))
    assert shop.rules.taxing is not None
    shop.stock(LAMP, "leith", 10)
    new = tax_charges(new_order((LAMP, 3)), shop.rules.taxing, shop.clock.at)
    cost = due(shop.place("o-17", new).document)
    shop.pay("pay-1", eur(cost), (("o-17", cost),))
    send(shop, "o-17")
    shop.ask_exchange("e-1", "o-17", "r-1", BOTH, (line("1", LAMP, 2),))
    shop.approve_exchange("e-1")
    come_back(shop)

    shop.send_replacement("e-1", "o-18")

    assert (owed_back(shop.order("o-17")), due(shop.order("o-18"))) == (0, 0)
    assert shop.order("o-18").state is OrderState.CONFIRMED


@pytest.mark.parametrize(("price", "more"), (("10.00", 380), ("8.403", 0)))
def test_new_goods_are_taxed_though_the_old_order_had_no_taxes(price: str, more: int) -> None:
    shop = Shop(MemoryStore(), taxed())
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", BOTH, (line("1", LAMP, 2, price),))
    shop.approve_exchange("e-1")
    come_back(shop)
    assert owed_back(shop.order("o-17")) == 2000, "what was paid comes back, and no tax was"

    shop.send_replacement("e-1", "o-18")

    assert (owed_back(shop.order("o-17")), due(shop.order("o-18"))) == (0, more)
    cost = total(shop.order("o-18"))
    shop.invoice("o-18", "2026", lines=BOTH)
    assert total(shop.order("o-18")) == cost == shop.invoiced("2026-000001").gross


def test_prices_of_new_goods_may_have_their_taxes_in_them() -> None:
    shop = Shop(MemoryStore(), taxed(GROSS_BY_TOTAL))
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", BOTH, bells())
    shop.approve_exchange("e-1")
    come_back(shop)

    shop.send_replacement("e-1", "o-18")

    assert [one.id for one in shop.order("o-18").charges] == ["goods"]


def test_new_goods_without_a_rate_wait_and_every_reason_is_said() -> None:
    shop = Shop(MemoryStore(), taxed(place="MARS"))
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", BOTH, bells())
    shop.approve_exchange("e-1")

    assert shop.codes(v.send_replacement.on("e-1", "o-18")) == ["not_back", "no_tax_rate"]


@pytest.mark.feature("F228")
def test_what_is_owed_beyond_the_new_goods_stays_owed(shop: Shop) -> None:
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", BOTH, (line("1", LAMP, 1, "7.50"),))
    shop.approve_exchange("e-1")
    come_back(shop)

    shop.send_replacement("e-1", "o-18")

    assert (owed_back(shop.order("o-17")), due(shop.order("o-18"))) == (1250, 0)
    assert shop.order("o-18").state is OrderState.CONFIRMED
    shop.refund("o-17")
    assert shop.payment("pay-o-17").refunded == 1250


@pytest.mark.feature("F228")
@pytest.mark.parametrize("first", ("e-1", "e-2"))
def test_each_of_two_exchanges_of_an_order_costs_its_own_difference(
    any_shop: Shop, first: str
) -> None:
    shop = any_shop
    delivered(shop)
    news = {"e-1": bells(), "e-2": (line("1", LAMP, 1),)}
    for i in (1, 2):
        shop.ask_exchange(f"e-{i}", "o-17", f"r-{i}", (("1", 1),), news[f"e-{i}"])
        shop.approve_exchange(f"e-{i}")
        shop.receive_return(f"r-{i}", "leith")
        shop.inspect(f"r-{i}")

    for id in sorted(news, key=lambda id: id != first):
        shop.send_replacement(id, f"o-{id}")

    assert [due(shop.order(f"o-e-{i}")) for i in (1, 2)] == [3550, 0]
    assert [shop.exchange(f"e-{i}").paid_over for i in (1, 2)] == [1000, 1000]
    assert owed_back(shop.order("o-17")) == 0
    shop.assert_lawful()


@pytest.mark.feature("F228")
def test_an_exchange_leaves_what_a_plain_return_brought_to_be_paid_back(shop: Shop) -> None:
    delivered(shop)
    taken_back(shop, "o-17")
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), bells())
    shop.approve_exchange("e-1")
    come_back(shop)

    shop.send_replacement("e-1", "o-18")

    assert (owed_back(shop.order("o-17")), due(shop.order("o-18"))) == (1000, 3550)
    assert shop.codes(v.pay_over.on("e-1")) == ["nothing_to_do"]


class Older:
    """A store in which no return says what it has brought, as those of older journals."""

    def __init__(self, store: Store) -> None:
        self.counters, self.counters_at = store.counters, store.counters_at
        self.claims_of, self.find, self._load = store.claims_of, store.find, store.load

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        found = self._load(ref)
        if found is None or not isinstance(found.value, Return):
            return found
        return Stored(attrs.evolve(found.value, brought=None), found.version)


def test_a_return_of_an_older_journal_pays_new_goods_with_all_that_is_owed_back(
    shop: Shop,
) -> None:
    delivered(shop)
    taken_back(shop, "o-17")
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), bells())
    shop.approve_exchange("e-1")
    come_back(shop)

    context = Context(shop.clock.at, "", shop.rules)
    step, _ = tried(Older(shop.store), v.send_replacement.on("e-1", "o-18"), context)

    assert step is not None
    assert due(step.now(step.case.order("o-18"))) == 4550 - 2000


@pytest.mark.feature("F228")
def test_what_came_in_an_exchange_is_exchanged_again_out_of_the_same_payment(shop: Shop) -> None:
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", LAMP, 1),))
    shop.approve_exchange("e-1")
    come_back(shop)
    shop.send_replacement("e-1", "o-18")
    send(shop, "o-18")
    shop.settle_exchange("e-1")

    shop.ask_exchange("e-2", "o-18", "r-2", (), (line("1", LAMP, 1, "7.50"),))
    shop.approve_exchange("e-2")
    shop.receive_return("r-2", "leith")
    shop.inspect("r-2")
    shop.send_replacement("e-2", "o-19")
    send(shop, "o-19")
    shop.settle_exchange("e-2")

    assert (owed_back(shop.order("o-18")), due(shop.order("o-19"))) == (250, 0)
    shop.refund("o-18")
    for order in ("o-17", "o-18", "o-19"):
        shop.complete(order)
    assert shop.payment("pay-o-17").refunded == 250
    shop.assert_lawful()


@pytest.mark.feature("F234", "F240")
def test_a_reason_leads_to_a_reissue_or_an_exchange_only_where_the_host_says_so(
    shop: Shop,
) -> None:
    shop = shop.under(attrs.evolve(shop.rules, reasons=(FAULTY, MISSING)))
    delivered(shop)
    many = (("1", 4),)

    reissue, exchange = (
        v.ask_reissue.on("i-1", "o-17", many, "faulty"),
        v.ask_exchange.on("e-1", "o-17", "r-1", many, bells(), "missing"),
    )

    assert shop.codes(reissue) == ["another_way", "too_many"]
    assert shop.codes(exchange) == ["too_many", "another_way"]
    assert shop.codes(v.ask_reissue.on("i-1", "o-17", BOTH, "dull")) == ["no_such_reason"]
    shop.ask_reissue("i-1", "o-17", (("1", 1),), "missing")
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), bells(), "faulty")


def test_several_payments_pay_the_new_order_in_their_order(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.place("o-17", new_order((LAMP, 3)))
    shop.pay("pay-a", eur(1200), (("o-17", 1200),))
    shop.pay("pay-b", eur(1800), (("o-17", 1800),))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.ask_exchange("e-1", "o-17", "r-1", (), bells())
    shop.approve_exchange("e-1")
    come_back(shop, (("1", 2, Verdict.SOUND), ("1", 1, Verdict.REJECTED)))

    shop.send_replacement("e-1", "o-18")

    tenders = {one.payment: one.applied for one in shop.order("o-18").tenders}
    assert tenders == {"pay-a": 1200, "pay-b": 800}
    assert {one.payment: one.applied for one in shop.order("o-17").tenders} == {
        "pay-a": 0,
        "pay-b": 1000,
    }


def test_the_new_goods_wait_until_the_old_ones_were_accepted(shop: Shop) -> None:
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", BOTH, bells())
    assert shop.refuses(v.send_replacement.on("e-1", "o-18")) == (
        "exchange e-1 is asked: cannot send (can: approve, reject, cancel)"
    )
    shop.approve_exchange("e-1")

    assert shop.refuses(v.send_replacement.on("e-1", "o-18")) == (
        "exchange e-1 waits for its goods: return r-1 is approved"
    )
    come_back(shop, (("1", 2, Verdict.REJECTED),))
    assert shop.refuses(v.send_replacement.on("e-1", "o-18")) == (
        "exchange e-1: no goods of return r-1 were accepted"
    )
    assert shop.cancel_exchange("e-1").document.state is R.CANCELLED


def test_the_rules_may_send_first_and_the_credit_follows() -> None:
    rules = Rules(locations=(LEITH, YORK), replace_before_return=True, confirm_when_paid=False)
    shop = Shop(MemoryStore(), rules)
    shop.stock(LAMP, "leith", 10)
    shop.place("o-17", new_order((LAMP, 3)))
    shop.pay("pay-o-17", eur(3000), (("o-17", 3000),))
    shop.confirm("o-17")
    send(shop, "o-17")
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", LAMP, 1),))
    shop.approve_exchange("e-1")

    shop.send_replacement("e-1", "o-18")
    assert shop.codes(v.send_replacement.on("e-1", "o-19")) == ["already_there"]
    assert due(shop.order("o-18")) == 1000
    shop.pay("pay-2", eur(400), (("o-18", 400),))
    come_back(shop)
    shop.pay("pay-3", eur(600), (("o-18", 600),))
    shop.confirm("o-18")
    send(shop, "o-18")
    shop.settle_exchange("e-1")

    assert owed_back(shop.order("o-17")) == 1000, "the new order was paid by itself"
    shop.assert_lawful()


def test_what_a_return_brings_pays_new_goods_that_were_ordered_before() -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH, YORK), replace_before_return=True))
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", LAMP, 1),))
    assert shop.codes(v.pay_over.on("e-1")) == ["illegal_move"]
    shop.approve_exchange("e-1")
    assert shop.codes(v.pay_over.on("e-1")) == ["not_sent_anew"]
    shop.send_replacement("e-1", "o-18")
    assert shop.codes(v.pay_over.on("e-1")) == ["nothing_to_do"]
    come_back(shop)
    assert shop.order("o-18").state is OrderState.PLACED
    shop.hold_exchange("e-1", "check", "odd")
    assert shop.codes(v.pay_over.on("e-1")) == ["on_hold"]
    shop.lift_exchange_hold("e-1", "check")

    shop.pay_over("e-1")

    assert (owed_back(shop.order("o-17")), due(shop.order("o-18"))) == (0, 0)
    assert shop.order("o-18").state is OrderState.CONFIRMED
    send(shop, "o-18")
    shop.settle_exchange("e-1")
    shop.complete("o-17")
    shop.complete("o-18")
    shop.assert_lawful()


def test_what_is_due_at_the_door_is_paid_by_what_came_back_since(shop: Shop) -> None:
    rules = Rules(locations=(LEITH,), replace_before_return=True)
    shop = Shop(MemoryStore(), rules)
    shop.stock(LAMP, "leith", 10)
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    send(shop, "o-17")
    shop.collect_on_delivery("pay-1", "o-17", eur(1000))
    shop.ask_exchange("e-1", "o-17", "r-1", (), (line("1", LAMP, 1),))
    shop.approve_exchange("e-1")
    shop.send_replacement("e-1", "o-18")
    assert shop.order("o-18").state is OrderState.CONFIRMED
    send(shop, "o-18")
    assert shop.codes(v.settle_exchange.on("e-1")) == ["not_back"]
    come_back(shop)

    shop.settle_exchange("e-1")

    assert (due(shop.order("o-17")), due(shop.order("o-18"))) == (0, 0)
    shop.complete("o-17")
    shop.complete("o-18")


# --- an exchange that is undone -------------------------------------------------------------------


def first_out(shop: Shop, price: str = "15.00") -> Shop:
    """Exchange e-1 of a lamp for one that costs more, paid and sent for by o-18 in advance."""
    shop = shop.under(Rules(locations=(LEITH, YORK), replace_before_return=True))
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", LAMP, 1, price),))
    shop.approve_exchange("e-1")
    shop.send_replacement("e-1", "o-18")
    amount = due(shop.order("o-18"))
    shop.pay("pay-2", eur(amount), (("o-18", amount),))
    return shop


@pytest.mark.feature("F228")
def test_an_exchange_whose_goods_never_come_is_undone_and_both_goods_are_sold(
    any_shop: Shop,
) -> None:
    shop = first_out(any_shop)
    send(shop, "o-18")
    shop.close_return("r-1")
    assert shop.codes(v.settle_exchange.on("e-1")) == ["not_back"]

    undone = shop.undo_exchange("e-1").document

    assert (undone.state, stands_for(shop)) == (R.UNDONE, P.RECEIVED)
    assert [due(shop.order(one)) for one in ("o-17", "o-18")] == [0, 0]
    assert shop.order("o-18").holds == ()
    for order in ("o-17", "o-18"):
        shop.complete(order)
    shop.assert_lawful()


def stands_for(shop: Shop) -> Progress | None:
    exchange = shop.exchange("e-1")
    return progress(exchange, shop.order(exchange.anew))


@pytest.mark.parametrize("far", ("approved", "going back", "lost"))
def test_undoing_an_exchange_ends_its_return_wherever_that_stands(shop: Shop, far: str) -> None:
    shop = first_out(shop)
    send(shop, "o-18")
    if far != "approved":
        shop.record_return_scan("r-1", ScanStatus.IN_TRANSIT)
    if far == "lost":
        shop.record_return_scan("r-1", ScanStatus.LOST)

    shop.undo_exchange("e-1")

    ended = ReturnState.CANCELLED if far == "approved" else ReturnState.SETTLED
    assert shop.returned("r-1").state is ended
    assert shop.bag("o-17") == {"delivered": 2, "lost": 1} if far == "lost" else {"delivered": 3}
    shop.assert_lawful()


def test_an_exchange_that_is_undone_before_its_goods_are_out_gives_the_money_back(
    shop: Shop,
) -> None:
    shop = first_out(shop)
    shop.allocate("o-18")

    shop.undo_exchange("e-1")

    assert (shop.bag("o-18"), owed_back(shop.order("o-18"))) == ({"cancelled": 1}, 1500)
    assert (shop.returned("r-1").state, due(shop.order("o-17"))) == (ReturnState.CANCELLED, 0)
    shop.refund("o-18")
    shop.assert_lawful()


def test_new_goods_that_are_out_and_not_paid_are_named_by_a_hold(shop: Shop) -> None:
    shop = shop.under(Rules(locations=(LEITH, YORK), replace_before_return=True))
    shop.stock(LAMP, "leith", 10)
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    send(shop, "o-17")
    shop.collect_on_delivery("pay-1", "o-17", eur(1000))
    shop.ask_exchange("e-1", "o-17", "r-1", (), (line("1", LAMP, 1),))
    shop.approve_exchange("e-1")
    shop.send_replacement("e-1", "o-18")
    send(shop, "o-18")

    shop.undo_exchange("e-1")

    (hold,) = shop.order("o-18").holds
    assert (hold.code, hold.blocks) == ("goods_never_came", ())
    said = "the goods for which these were sent never came, and these are not paid"
    assert hold.reason == said
    assert due(shop.order("o-18")) == 1000


def test_who_gives_the_new_goods_back_instead_has_his_old_ones_as_if_nothing_had_been(
    shop: Shop,
) -> None:
    shop = first_out(shop)
    send(shop, "o-18")
    shop.ask_return("r-2", "o-18", (("1", 1),))
    shop.receive_return("r-2", "leith")
    shop.inspect("r-2")
    assert shop.codes(v.cancel_exchange.on("e-1")) == ["illegal_move"]

    shop.undo_exchange("e-1")

    assert (owed_back(shop.order("o-18")), due(shop.order("o-17"))) == (1500, 0)
    assert shop.bag("o-17") == {"delivered": 3}
    shop.refund("o-18")
    shop.complete("o-17")
    shop.complete("o-18")


def test_an_exchange_whose_goods_came_or_that_sent_nothing_is_not_undone(shop: Shop) -> None:
    shop = shop.under(Rules(locations=(LEITH, YORK), replace_before_return=True))
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", BOTH, (line("1", LAMP, 2),))
    assert shop.codes(v.undo_exchange.on("e-1")) == ["illegal_move"]
    shop.approve_exchange("e-1")
    assert shop.codes(v.undo_exchange.on("e-1")) == ["not_sent_anew"]
    shop.send_replacement("e-1", "o-18")
    shop.receive_return("r-1", "leith", (("1", 1),))
    assert shop.refuses(v.undo_exchange.on("e-1")) == (
        "return r-1 is received: cannot close (can: inspect)"
    )
    shop.inspect("r-1")
    shop.hold_exchange("e-1", "check", "odd")

    assert shop.codes(v.undo_exchange.on("e-1")) == ["on_hold", "goods_came"]
    assert shop.reasons(v.undo_exchange.on("e-1"))[1].sentence == (
        "exchange e-1 has had goods of return r-1 accepted"
    )


@pytest.mark.parametrize(
    ("new", "said"),
    (
        (
            (NewLine("1", BELL, 1, Price.of("45.50", "USD")),),
            "line 1.price: is in USD, not EUR",
        ),
        ((), "new: at least one line is wanted"),
        ((*bells(), *bells()), "new: 1 comes twice"),
        (
            (line("1", BELL, 1, MOST), line("2", BELL, 1, MOST)),
            "new: the lines cost more than can be kept",
        ),
        (
            (attrs.evolve(bells()[0], components=(Component(LAMP, 1),)),),
            "line 1.components: name the parts: a kit is for an order",
        ),
    ),
)
def test_new_goods_that_cannot_be_are_told_by_their_place(
    shop: Shop, new: tuple[NewLine, ...], said: str
) -> None:
    delivered(shop)

    with pytest.raises(BadInput) as bad:
        shop.ask_exchange("e-1", "o-17", "r-1", (), new)

    assert str(bad.value) == said


def test_a_rejected_exchange_rejects_its_return(shop: Shop) -> None:
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", BOTH, bells())

    assert shop.reject_exchange("e-1", "worn").document.state is R.REJECTED

    assert shop.returned("r-1").state is ReturnState.REJECTED
    shop.ask_exchange("e-2", "o-17", "r-2", (("1", 3),), bells())


def test_an_exchange_that_is_called_off_leaves_goods_that_have_moved_to_their_return(
    shop: Shop,
) -> None:
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), bells())
    shop.cancel_exchange("e-1")
    assert shop.returned("r-1").state is ReturnState.CANCELLED
    shop.ask_exchange("e-2", "o-17", "r-2", (("1", 1),), bells())
    shop.approve_exchange("e-2")
    shop.cancel_exchange("e-2")
    assert shop.returned("r-2").state is ReturnState.CANCELLED
    shop.ask_exchange("e-3", "o-17", "r-3", (("1", 1),), bells())
    shop.approve_exchange("e-3")
    shop.receive_return("r-3", "leith")

    shop.cancel_exchange("e-3")

    shop.inspect("r-3")
    assert owed_back(shop.order("o-17")) == 1000


def test_a_new_order_is_called_off_with_its_exchange_and_its_money_is_owed_back(
    shop: Shop,
) -> None:
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", BOTH, (line("1", LAMP, 2),))
    shop.approve_exchange("e-1")
    come_back(shop)
    shop.send_replacement("e-1", "o-18")

    shop.cancel_exchange("e-1")

    assert shop.order("o-18").state is OrderState.CANCELLED
    assert owed_back(shop.order("o-18")) == 2000
    shop.refund("o-18")
    shop.assert_lawful()


def test_a_return_that_was_decided_by_itself_decides_what_an_exchange_may_do(shop: Shop) -> None:
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), bells())
    shop.reject_return("r-1", "worn")
    assert shop.refuses(v.approve_exchange.on("e-1")) == (
        "return r-1 is rejected: cannot approve (can: nothing more)"
    )
    shop.cancel_exchange("e-1")
    shop.ask_exchange("e-2", "o-17", "r-2", (("1", 1),), bells())
    shop.approve_return("r-2")
    shop.receive_return("r-2", "leith")

    assert shop.approve_exchange("e-2").document.state is R.APPROVED


def test_every_reason_against_the_end_of_an_exchange_is_said(shop: Shop) -> None:
    delivered(shop)
    shop.ask_exchange("e-1", "o-17", "r-1", BOTH, bells())
    assert shop.refuses(v.settle_exchange.on("e-1")) == (
        "exchange e-1 is asked: cannot settle (can: approve, reject, cancel)"
    )
    shop.approve_exchange("e-1")
    shop.hold_exchange("e-1", "check", "odd")

    assert shop.codes(v.settle_exchange.on("e-1")) == ["on_hold", "not_back", "not_sent_anew"]
    assert shop.codes(v.send_replacement.on("e-1", "o-18")) == ["on_hold", "not_back"]
    shop.lift_exchange_hold("e-1", "check")
    come_back(shop)
    assert shop.refuses(v.settle_exchange.on("e-1")) == "exchange e-1 has sent nothing yet"
    shop.send_replacement("e-1", "o-18")
    assert shop.codes(v.settle_exchange.on("e-1")) == ["not_all_ended"]


def test_only_what_may_be_returned_may_be_exchanged(shop: Shop) -> None:
    delivered(shop)

    assert shop.codes(v.ask_exchange.on("e-1", "o-17", "r-1", (("1", 4),), bells())) == ["too_many"]
    shop.clock.forward(days=15)
    assert shop.codes(v.ask_exchange.on("e-1", "o-17", "r-1", (), bells())) == ["window_closed"]


# --- money that a bank has taken of what pays ----------------------------------


def exchanged(n: int = 2, **more: Any) -> Shop:
    """A shop in which one lamp of n of order o-17 came back in exchange e-1, for another lamp."""
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,), **more))
    delivered(shop, n)
    lose(shop, "pay-o-17", 1000)
    back_for_a_lamp(shop)
    return shop


def lose(shop: Shop, payment: str, amount: int) -> None:
    """Money of a payment is taken back by the payer's bank, for good."""
    shop.charge_back(payment, eur(amount))
    shop.settle_dispute(payment, won=False)


def back_for_a_lamp(shop: Shop) -> None:
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", LAMP, 1),))
    shop.approve_exchange("e-1")
    if not shop.rules.replace_before_return:
        come_back(shop)


@pytest.mark.feature("F183")
@pytest.mark.parametrize("refunded", (False, True))
def test_money_that_was_lost_to_a_bank_pays_no_new_goods(refunded: bool) -> None:
    shop = exchanged()
    if refunded:
        shop.refund("o-17")

    shop.send_replacement("e-1", "o-18")

    assert (due(shop.order("o-17")), due(shop.order("o-18"))) == (0, 1000)
    assert shop.order("o-18").state is OrderState.PLACED, "nobody has paid for it"
    payment = shop.payment("pay-o-17")
    assert (payment.unapplied, payment.charged_back, payment.refunded) == (0, 1000, 0)
    shop.assert_lawful()


@pytest.mark.feature("F183")
def test_only_what_is_left_after_a_loss_pays_the_new_goods() -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,)))
    delivered(shop, 2)
    lose(shop, "pay-o-17", 400)
    back_for_a_lamp(shop)

    shop.send_replacement("e-1", "o-18")

    assert (due(shop.order("o-17")), due(shop.order("o-18"))) == (0, 400)
    assert shop.payment("pay-o-17").unapplied == 0


@pytest.mark.feature("F183")
@pytest.mark.parametrize("refunded", (False, True))
def test_a_loss_on_a_payment_of_two_orders_pays_no_new_goods(refunded: bool) -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,)))
    shop.stock(LAMP, "leith", 9)
    for id in ("o-17", "o-16"):
        shop.place(id, new_order((LAMP, 1)))
    shop.pay("pay-1", eur(2000), (("o-17", 1000), ("o-16", 1000)))
    send(shop, "o-17")
    lose(shop, "pay-1", 1000)
    back_for_a_lamp(shop)
    if refunded:
        shop.refund("o-17")

    shop.send_replacement("e-1", "o-18")

    assert (due(shop.order("o-17")), due(shop.order("o-18"))) == (0, 1000)
    assert shop.payment("pay-1").unapplied == 0
    assert shop.order("o-16").applied == 1000
    shop.assert_lawful()


@pytest.mark.feature("F183")
@pytest.mark.parametrize("how", ("refund", "send", "settle"))
@pytest.mark.parametrize("lost", ("first", "second"))
def test_a_loss_is_made_good_whichever_payment_came_first(lost: str, how: str) -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,)))
    shop.stock(LAMP, "leith", 9)
    shop.place("o-17", new_order((LAMP, 2)))
    shop.pay("first", eur(1000), (("o-17", 1000),))
    shop.pay("second", eur(1000), (("o-17", 1000),))
    send(shop, "o-17")
    shop.charge_back(lost, eur(1000))
    if how != "settle":
        shop.settle_dispute(lost, won=False)
    back_for_a_lamp(shop)

    if how == "settle":
        shop.settle_dispute(lost, won=False)
    if how == "refund":
        shop.refund("o-17")
    shop.send_replacement("e-1", "o-18")

    assert (due(shop.order("o-17")), due(shop.order("o-18"))) == (0, 1000)
    assert [shop.payment(id).refunded for id in ("first", "second")] == [0, 0]
    assert shop.payment(lost).unapplied == 0
    shop.assert_lawful()


@pytest.mark.feature("F183")
@pytest.mark.parametrize("settled", (False, True))
def test_a_loss_is_made_good_when_the_old_goods_come_after_the_new(settled: bool) -> None:
    shop = exchanged(replace_before_return=True)
    shop.send_replacement("e-1", "o-18")
    if settled:
        shop.pay("pay-2", eur(1000), (("o-18", 1000),))
        send(shop, "o-18")
    come_back(shop)

    (shop.settle_exchange if settled else shop.pay_over)("e-1")

    assert (due(shop.order("o-17")), due(shop.order("o-18"))) == (0, 0 if settled else 1000)
    assert shop.payment("pay-o-17").unapplied == 0
    if not settled:
        assert shop.codes(v.pay_over.on("e-1")) == ["nothing_to_do"]
    shop.assert_lawful()


# --- progress -----------------------------------------------------------------

_ANEW: Final = Ref("", "order", "o-18")
_REISSUE: Final = Reissue(Ref("", "reissue", "i-1"), R.APPROVED, "o-17", "lost", BOTH, "o-18")


def with_bag(shop: Shop, *spots: Spot) -> Order:
    """An order with one line of just these spots."""
    lost(shop)
    order = shop.order("o-17")
    whole: Line = attrs.evolve(order.lines[0], spots=spots, n=sum(spot.n for spot in spots))
    return attrs.evolve(order, ref=_ANEW, lines=(whole,))


@pytest.mark.feature("F236")
@pytest.mark.parametrize(
    ("states", "named"),
    (
        (("open",), P.ASKED),
        (("packed", "delivered"), P.ASKED),
        (("shipped", "delivered"), P.SHIPPED),
        (("lost", "delivered"), P.SHIPPED),
        (("going back",), P.SHIPPED),
        (("delivered", "cancelled"), P.RECEIVED),
        (("delivered", "returned"), P.RECEIVED),
        (("cancelled",), P.ASKED),
    ),
)
def test_the_least_advanced_live_unit_names_how_far_a_reissue_is(
    shop: Shop, states: tuple[str, ...], named: Progress
) -> None:
    anew = with_bag(shop, *(Spot(UnitState(state), 1) for state in states))

    assert progress(_REISSUE, anew) is named


def test_what_its_customer_gives_back_was_received(shop: Shop) -> None:
    anew = with_bag(shop, Spot(UnitState.RECEIVED_BACK, 1, Slice(returning="r-1")))

    assert progress(_REISSUE, anew) is P.RECEIVED


def test_every_state_of_a_unit_has_its_progress(shop: Shop) -> None:
    anew = with_bag(shop, Spot(UnitState.OPEN, 1))
    for state in UnitState:
        spots = (Spot(state, 1),)
        assert progress(_REISSUE, with_spots(anew, spots)) in tuple(Progress)


def with_spots(order: Order, spots: tuple[Spot, ...]) -> Order:
    return attrs.evolve(order, lines=(attrs.evolve(order.lines[0], spots=spots),))


# --- charts -------------------------------------------------------------------


@pytest.mark.parametrize("chart", (EXCHANGE, REISSUE), ids=lambda chart: chart.name)
def test_every_row_of_the_chart_is_walked_by_a_verb(chart: Any) -> None:
    kind = chart.name
    walked = set()
    for ways in (
        ("approve", "settle"),
        ("approve", "cancel"),
        ("reject",),
        ("cancel",),
        *([("approve", "undo")] if kind == "exchange" else []),
    ):
        shop = Shop(MemoryStore(), Rules(locations=(LEITH, YORK), replace_before_return=True))
        delivered(shop)
        if kind == "reissue":
            shop.ask_reissue("x-1", "o-17", BOTH, "faulty")
        else:
            shop.ask_exchange("x-1", "o-17", "r-1", BOTH, (line("1", LAMP, 2),))
        for way in ways:
            ref: Ref[Reissue | Exchange] = Ref("", kind, "x-1")
            before = shop.get(ref).state
            take(shop, kind, way)
            walked.add((before, way, shop.get(ref).state))

    assert walked == {(row.source, row.move.value, row.target) for row in chart.rows}


def take(shop: Shop, kind: str, way: str) -> None:
    """One move of x-1, by its verb."""
    call: dict[str, Call[Any]] = {
        "approve reissue": v.approve_reissue.on("x-1", "o-18"),
        "approve exchange": v.approve_exchange.on("x-1"),
        "reject reissue": v.reject_reissue.on("x-1", "worn"),
        "reject exchange": v.reject_exchange.on("x-1", "worn"),
        "cancel reissue": v.cancel_reissue.on("x-1"),
        "cancel exchange": v.cancel_exchange.on("x-1"),
        "settle reissue": v.settle_reissue.on("x-1"),
        "settle exchange": v.settle_exchange.on("x-1"),
        "undo exchange": v.undo_exchange.on("x-1"),
    }
    if way == "undo":
        shop.send_replacement("x-1", "o-18")
    if way == "settle":
        if kind == "exchange":
            come_back(shop)
            shop.send_replacement("x-1", "o-18")
        send(shop, "o-18")
    shop.apply(call[f"{way} {kind}"])


# --- random lives -------------------------------------------------------------

picks = st.integers(0, 30)
some = st.one_of(st.just(()), st.integers(1, 2).map(lambda n: (("1", n),)))


class AfterSales(RuleBasedStateMachine):
    """One order and all that is sent again, exchanged, lost, returned and paid, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(MemoryStore())
        self.made = 0

    def new(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}-{self.made}"

    def one(self, kind: str, i: int, *states: str) -> str:
        """A document of a kind, one in these states where there is any."""
        there = [one for one in self.shop.documents() if one.ref.kind == kind]
        meant = [one for one in there if getattr(one, "state", "") in states] or there
        return sorted(one.ref.id for one in meant)[i % len(meant)] if meant else "none"

    def attempt(self, call: Call[Any]) -> None:
        before = {
            document.ref: document.lines
            for document in self.shop.documents()
            if isinstance(document, Order)
        }
        try:
            self.shop.apply(call)
        except Refused:
            return
        if call.ref.kind == "reissue":  # only what it sends anew may move
            anew = self.shop.reissue(call.ref.id).anew
            for ref, lines in before.items():
                assert ref.id == anew or self.shop.order(ref.id).lines == lines

    @initialize()
    def sell(self) -> None:
        """Four lamps, two of which are with their customer and two are lost; both are asked for."""
        self.shop.stock(LAMP, "leith", 40)
        self.shop.sell("o-0", (LAMP, 4))
        self.shop.allocate("o-0")
        self.shop.ship("o-0", "p-0", lines=BOTH)
        self.shop.deliver("p-0")
        self.shop.ship("o-0", "p-1")
        self.shop.lose("p-1")
        self.shop.ask_reissue("i-0", "o-0", (("1", 1),), "lost")
        self.shop.ask_exchange("e-0", "o-0", "r-0", (("1", 1),), (line("1", LAMP, 1),))

    @rule(i=picks, far=st.sampled_from([3, 5, 6, 6, 6]))
    def goes_out(self, i: int, far: int) -> None:
        order, dispatch, parcel = self.one("order", i, "confirmed"), self.new("d"), self.new("p")
        steps = (
            v.allocate.on(order),
            v.release.on(order, dispatch),
            v.pick.on(dispatch),
            v.pack.on(parcel, (dispatch,)),
            v.hand_over.on(parcel),
            v.deliver.on(parcel),
        )
        for call in steps[:far]:
            self.attempt(call)

    @rule(i=picks, what=st.sampled_from([v.deliver, v.deliver, v.lose, v.turn_back]))
    def happens_to_a_parcel(self, i: int, what: Any) -> None:
        parcel = self.one("parcel", i, "shipped", "going back")
        self.attempt(what.on(parcel))
        self.attempt(v.receive_back.on(parcel))

    @rule(i=picks, lines=some, what=st.sampled_from([v.report_missing, v.found, v.cancel]))
    def happens_to_units(self, i: int, lines: Any, what: Any) -> None:
        self.attempt(what.on(self.one("order", i, "confirmed"), lines))

    @rule(i=picks, what=st.sampled_from([v.complete, v.complete, v.refund, v.take_back, v.reopen]))
    def happens_to_an_order(self, i: int, what: Any) -> None:
        self.attempt(what.on(self.one("order", i, "confirmed")))

    @rule(i=picks)
    def is_paid(self, i: int) -> None:
        order = self.one("order", i, "placed")
        owing = due(self.shop.order(order))
        if owing > 0:
            self.attempt(v.pay.on(self.new("pay"), eur(owing), ((order, owing),)))

    @rule(i=picks, lines=some)
    def reissue_is_asked(self, i: int, lines: Any) -> None:
        order = self.one("order", i, "confirmed", "completed")
        self.attempt(v.ask_reissue.on(self.new("i"), order, lines, "lost"))

    @rule(i=picks)
    def reissue_is_approved(self, i: int) -> None:
        self.attempt(v.approve_reissue.on(self.one("reissue", i, "asked"), self.new("o")))

    @rule(i=picks, far=st.sampled_from([3, 6, 6]))
    def reissue_goes_out(self, i: int, far: int) -> None:
        reissue = self.one("reissue", i, "asked", "approved")
        self.attempt(v.approve_reissue.on(reissue, self.new("o")))
        self.goes_out(i, far)
        self.attempt(v.settle_reissue.on(reissue))

    @rule(i=picks, what=st.sampled_from([v.cancel_reissue, v.settle_reissue, v.settle_reissue]))
    def reissue_ends(self, i: int, what: Any) -> None:
        self.attempt(what.on(self.one("reissue", i, "approved")))

    @rule(i=picks, lines=some, price=st.sampled_from(["3.33", "10.00", "25.00"]))
    def exchange_is_asked(self, i: int, lines: Any, price: str) -> None:
        new = (line("1", LAMP, 1, price),)
        order, back = self.one("order", i, "confirmed", "completed"), self.new("r")
        self.attempt(v.ask_exchange.on(self.new("e"), order, back, lines, new))

    @rule(i=picks, verdict=st.sampled_from(Verdict))
    def exchange_is_approved_and_comes_back(self, i: int, verdict: Verdict) -> None:
        exchange = self.one("exchange", i, "asked", "approved")
        self.attempt(v.approve_exchange.on(exchange))
        back = self.one("return", i, "approved", "received")
        self.attempt(v.receive_return.on(back, "leith"))
        self.attempt(v.inspect.on(back, (("1", 1, verdict),)))
        self.attempt(v.send_replacement.on(exchange, self.new("o")))

    @rule(i=picks)
    def exchange_is_sent(self, i: int) -> None:
        self.attempt(v.send_replacement.on(self.one("exchange", i, "approved"), self.new("o")))

    @rule(i=picks, what=st.sampled_from([v.cancel_exchange, v.undo_exchange, v.settle_exchange]))
    def exchange_ends(self, i: int, what: Any) -> None:
        self.goes_out(i, 6)
        self.attempt(what.on(self.one("exchange", i, "approved")))

    @invariant()
    def no_money_is_made(self) -> None:
        for document in self.shop.documents():
            if isinstance(document, Order):
                assert all(tender.applied >= 0 for tender in document.tenders)
                for one in document.lines:
                    rows = [row for row in document.sent_again if row.line == one.id]
                    assert sum(row.n for row in rows) <= one.n

    def teardown(self) -> None:
        self.shop.assert_lawful()


def test_the_laws_hold_in_every_life_with_reissues_and_exchanges() -> None:
    run_state_machine_as_test(
        AfterSales,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
