"""Goods that were rejected at inspection: they go to their customer again, or stay here as his."""

from __future__ import annotations

from datetime import timedelta

import pytest

from orderflow import Call, IllegalMove, Patience, Position, Rules, Verdict
from orderflow.audit import audit
from orderflow.conditions import Condition, Fate
from orderflow.pricing import due
from orderflow.records import MatterKind, Return
from orderflow.rejecting import keep_rejected, receive_rejected, send_rejected
from orderflow.states import OrderState, ReturnState
from tests.builders import LAMP, LEITH, YORK, Shop

PATIENT = Rules(
    locations=(LEITH, YORK), patience=Patience(), conditions=(Condition("worn", Fate.REJECT),)
)
SHELF = Position("BRASS-LAMP", "leith")


def rejected(any_shop: Shop) -> Shop:
    """Order o-17 of three lamps; two came back by r-1, and were rejected."""
    shop = any_shop.under(PATIENT)
    shop.stock(LAMP, "leith", 3)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 3))
    shop.ask_return("r-1", "o-17", (("1", 2),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1", (("1", 2, "worn"),))
    return shop


def on_hand(shop: Shop, grade: str = "") -> int:
    return shop.counter(SHELF._replace(grade=grade)).there


def assert_all_holds(shop: Shop) -> None:
    shop.assert_lawful()
    assert [law.name for law in audit(shop.store, rules=shop.rules) if not law.holds] == []


@pytest.mark.feature("F233", "F242")
def test_rejected_goods_go_to_their_customer_by_a_parcel_of_their_own(any_shop: Shop) -> None:
    shop = rejected(any_shop)

    sent = shop.send_rejected("r-1", "NP-9", "north post").document

    assert (sent.state, sent.resent) == (ReturnState.SETTLED, "north post-NP-9")
    assert shop.bag("o-17") == {"delivered": 1, "sent back": 2}
    assert due(shop.order("o-17")) == 0
    shop.deliver_again("o-17")
    assert shop.bag("o-17") == {"delivered": 3}
    assert shop.returned("r-1").until is None
    assert shop.complete("o-17").document.state is OrderState.COMPLETED
    assert_all_holds(shop)


def test_what_the_customer_does_not_take_comes_back_and_may_be_sent_once_more(
    any_shop: Shop,
) -> None:
    shop = rejected(any_shop)
    shop.send_rejected("r-1", "NP-9")

    assert shop.receive_rejected("r-1", "york").document.resent == ""

    (at,) = [spot.slice.location for _, spot in shop.order("o-17").units() if spot.n == 2]
    assert at == "york"
    assert shop.send_rejected("r-1", "NP-10").document.resent == "NP-10"
    shop.receive_rejected("r-1")
    assert_all_holds(shop)


@pytest.mark.parametrize(
    ("verdict", "kind", "grade"),
    (
        (Verdict.SOUND, MatterKind.SELLABLE, ""),
        (Verdict.SECOND, MatterKind.SELLABLE, "second"),
        (Verdict.DAMAGED, MatterKind.DAMAGED, "damaged"),
    ),
)
def test_what_is_never_taken_stays_sold_and_stays_here(
    any_shop: Shop, verdict: Verdict, kind: MatterKind, grade: str
) -> None:
    shop = rejected(any_shop)

    shop.keep_rejected("r-1", (("1", 1, verdict),))

    assert shop.bag("o-17") == {"delivered": 2, "sent back": 1}
    there = shop.matter(kind, LAMP) if kind is MatterKind.DAMAGED else on_hand(shop, grade)
    assert there == 1
    assert due(shop.order("o-17")) == 0
    shop.keep_rejected("r-1")
    assert on_hand(shop, "to inspect") == 1
    assert shop.matter(MatterKind.CUSTOMER, LAMP) == 1
    assert_all_holds(shop)


def test_what_stays_here_cannot_be_rejected_once_more(shop: Shop) -> None:
    there = rejected(shop)

    for verdict in (Verdict.REJECTED, "worn"):
        call = keep_rejected.on("r-1", (("1", 1, verdict),))
        assert there.cannot_take(call) == "verdicts[0].verdict"


@pytest.mark.parametrize(
    "call", (send_rejected.on("r-1", "NP-9"), receive_rejected.on("r-1"), keep_rejected.on("r-1"))
)
def test_nothing_is_sent_again_that_was_accepted(shop: Shop, call: Call[Return]) -> None:
    there = shop.under(PATIENT)
    there.stock(LAMP, "leith", 1)
    there.sell_and_deliver("o-17", "p-1", (LAMP, 1))
    there.ask_return("r-1", "o-17")
    there.receive_return("r-1", "leith")
    there.inspect("r-1")

    with pytest.raises(IllegalMove, match="a unit of line 1 of order o-17 is returned"):
        there.apply(call)


# --- silence ------------------------------------------------------------------------------------


def after(shop: Shop, days: float) -> tuple[str, str, str]:
    """Nobody acts for so many days, and not a moment before is anything due."""
    shop.clock.forward(days=days, microseconds=-1)
    assert not [one for one in shop.due(shop.clock.at) if one.ref.kind == "return"]
    shop.clock.forward(microseconds=1)
    (one,) = [one for one in shop.due(shop.clock.at) if one.ref.kind == "return"]
    shop.apply(one.call, key=one.key)
    return one.who, one.means, one.call.verb


def test_what_a_customer_does_not_take_in_time_stays_sold(any_shop: Shop) -> None:
    shop = rejected(any_shop)
    assert shop.returned("r-1").until == shop.clock.at + timedelta(days=30)

    assert after(shop, 30) == (
        "customer",
        "what went back was not taken in time: it stays sold",
        "keep_rejected",
    )

    assert shop.bag("o-17") == {"delivered": 3}
    assert on_hand(shop, "to inspect") == 2
    assert shop.returned("r-1").until is None
    assert_all_holds(shop)


def test_what_was_sent_again_and_not_heard_of_is_with_its_customer(any_shop: Shop) -> None:
    shop = rejected(any_shop)
    shop.clock.forward(days=29)
    shop.send_rejected("r-1", "NP-9")

    assert after(shop, 10) == (
        "carrier",
        "what went back is with its customer: he has it again",
        "deliver_again",
    )

    assert shop.bag("o-17") == {"delivered": 3}
    assert_all_holds(shop)


def test_what_comes_back_undelivered_waits_for_its_customer_anew(shop: Shop) -> None:
    there = rejected(shop)
    there.send_rejected("r-1", "NP-9")
    there.clock.forward(days=9)

    there.receive_rejected("r-1")

    assert there.returned("r-1").until == there.clock.at + timedelta(days=30)


def test_goods_that_are_rejected_later_have_not_been_sent(shop: Shop) -> None:
    there = shop.under(PATIENT)
    there.stock(LAMP, "leith", 2)
    there.sell_and_deliver("o-17", "p-1", (LAMP, 2))
    there.ask_return("r-1", "o-17")
    there.receive_return("r-1", "leith", (("1", 1),))
    there.inspect("r-1", (("1", 1, "worn"),))
    there.send_rejected("r-1", "NP-9")
    there.receive_return("r-1", "leith")

    there.inspect("r-1", (("1", 1, "worn"),))

    assert there.returned("r-1").resent == ""


def test_how_long_rejected_goods_are_kept_is_told_by_the_fingerprint_where_it_was_decided() -> None:
    plain, longer = Rules(patience=Patience()), Rules(patience=Patience(keep_days=90))

    assert "keep_days" not in plain.fingerprint
    assert longer.fingerprint == f"{plain.fingerprint}; keep_days=90"
