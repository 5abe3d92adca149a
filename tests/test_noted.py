"""What is decided of returns, reissues and exchanges stands in the journal by its name."""

from __future__ import annotations

from typing import Final

import pytest

from orderflow import CashBack, PayingBack, Rules, StoredKind, Verdict
from orderflow.conditions import Condition, Fate
from orderflow.facts import Noted
from orderflow.fulfilment import ScanStatus
from tests.builders import BELL, LAMP, LEITH, YORK, Shop, eur, line

RULES: Final = Rules(
    locations=(LEITH, YORK),
    approve_returns=False,
    conditions=(Condition("worn", Fate.REJECT),),
    paying_back=PayingBack(cash=CashBack.TRANSFER),
)

Told = tuple[str, str, dict[str, object]]
"""The document that a note is about, what was noted, and the figures."""


def noted(shop: Shop) -> list[Told]:
    return [
        (str(fact.ref), fact.what, dict(fact.details))
        for entry in shop.store.entries()
        for fact in entry.facts
        if isinstance(fact, Noted)
    ]


def sold(any_shop: Shop) -> Shop:
    """Order o-17 of four lamps and a bell, with its customer; there are more of both."""
    shop = any_shop.under(RULES)
    shop.stock(LAMP, "leith", 9)
    shop.stock(BELL, "leith", 9)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 4), (BELL, 1))
    assert noted(shop) == []
    return shop


def test_what_becomes_of_a_return_is_noted(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.reject_return("r-1", "worn")
    shop.ask_return("r-2", "o-17", (("1", 2),), evidence=("pic-1",))
    shop.add_evidence("r-2", ("pic-1", "pic-2"), "at the foot")
    shop.record_talk("r-2", "call-7")
    shop.approve_return("r-2")
    shop.record_return_scan("r-2", ScanStatus.IN_TRANSIT, "NP-1", "ev-1")
    shop.receive_return("r-2", "leith", (("1", 3), ("2", 1)), ("SB-7",))
    shop.inspect("r-2", (("1", 1, Verdict.SOUND), ("1", 1, "worn")))
    shop.send_rejected("r-2", "NP-9", "north post")
    shop.receive_rejected("r-2", "york")
    shop.keep_rejected("r-2")

    assert noted(shop) == [
        ("return r-1", "rejected", {"reason": "worn"}),
        ("return r-2", "evidence", {"reference": "pic-2"}),
        ("return r-2", "evidence", {"words": "at the foot"}),
        ("return r-2", "talk", {"reference": "call-7"}),
        ("return r-2", "scan", {"status": "in transit", "tracking": "NP-1", "event": "ev-1"}),
        ("return r-2", "received", {"location": "leith"}),
        ("return r-2", "came_unasked", {"location": "leith", "line": "1", "n": 1}),
        ("return r-2", "came_unasked", {"location": "leith", "line": "2", "n": 1}),
        ("return r-2", "other_serial", {"location": "leith", "serial": "SB-7"}),
        ("return r-2", "brought", {"amount": 1000}),
        ("return r-2", "resent", {"tracking": "NP-9", "carrier": "north post"}),
        ("return r-2", "resent", {"tracking": "", "carrier": ""}),
        ("order o-17", "kept rejected", {"returned": "r-2"}),
    ]
    assert [(hold.code, hold.reason) for hold in shop.returned("r-2").holds] == [
        ("came_unasked", "more goods came than were announced"),
        ("other_serial", "SB-7 came back, and is none of those that were sent"),
    ]


def test_what_becomes_of_goods_that_came_unasked_is_noted(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    shop.approve_return("r-1")
    shop.record_arrival("a-1", "leith", (("BRASS-LAMP", 2),))
    shop.attach_arrival("a-1", "r-1")
    shop.keep_arrival("a-1")
    shop.record_arrival("a-2", "leith", (("SHIP-BELL", 1),))
    shop.send_back_arrival("a-2", "NP-9")

    assert noted(shop) == [
        ("return r-1", "received", {"location": "leith"}),
        ("arrival a-1", "attached", {"returned": "r-1"}),
        ("arrival a-1", "kept", {}),
        ("arrival a-2", "sent back", {"tracking": "NP-9"}),
    ]


def test_what_becomes_of_complaints_is_noted(shop: Shop) -> None:
    shop = sold(shop)
    shop.complain("q-1", "o-17", "why?")
    shop.add_complaint_evidence("q-1", ("film-1",), "it hums")
    shop.record_complaint_talk("q-1", "call-7")
    shop.answer_complaint("q-1", "by the cord")
    shop.ask_refund_only("q-2", "o-17", eur(500))
    shop.grant_complaint("q-2", answer="keep them")
    shop.ask_refund_only("q-3", "o-17", eur(500))
    shop.reject_complaint("q-3", "worn")

    assert noted(shop) == [
        ("complaint q-1", "evidence", {"reference": "film-1"}),
        ("complaint q-1", "evidence", {"words": "it hums"}),
        ("complaint q-1", "talk", {"reference": "call-7"}),
        ("complaint q-1", "replied", {"answer": "by the cord"}),
        ("complaint q-2", "replied", {"granted": 500, "answer": "keep them"}),
        ("complaint q-3", "replied", {"answer": "worn"}),
    ]


def again(reissue: str, n: int) -> dict[str, object]:
    """That a reissue is to send so many units of line 1."""
    return {"reissue": reissue, "line": "1", "n": n, "done": 0, "astray": 0}


def test_what_goes_out_again_is_noted(shop: Shop) -> None:
    shop = sold(shop)
    shop.ask_reissue("i-1", "o-17", (("1", 1),), "faulty")
    shop.reject_reissue("i-1", "it shines")
    shop.ask_reissue("i-2", "o-17", (("1", 1),), "faulty")
    shop.approve_reissue("i-2", "o-18")
    bell = (line("1", BELL, 1),)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), bell)
    shop.reject_exchange("e-1", "it shines")
    shop.ask_exchange("e-2", "o-17", "r-2", (("1", 1),), bell)
    shop.approve_exchange("e-2")
    shop.receive_return("r-2", "leith")
    shop.inspect("r-2")
    shop.send_replacement("e-2", "o-19")

    assert noted(shop) == [
        ("order o-17", "sent again", again("i-1", 1)),
        ("reissue i-1", "rejected", {"reason": "it shines"}),
        ("order o-17", "sent again", again("i-1", 0)),
        ("order o-17", "sent again", again("i-2", 1)),
        ("reissue i-2", "sent anew", {"order": "o-18"}),
        ("exchange e-1", "rejected", {"reason": "it shines"}),
        ("return r-2", "received", {"location": "leith"}),
        ("return r-2", "brought", {"amount": 1000}),
        ("exchange e-2", "sent anew", {"order": "o-19"}),
        ("exchange e-2", "paid over", {"amount": 1000}),
    ]


@pytest.mark.parametrize("to", ("", "credit-7"))
def test_what_is_paid_to_an_account_is_noted_and_what_goes_onto_a_balance_is_not(
    shop: Shop, to: str
) -> None:
    shop = sold(shop)
    shop.open_stored_value("credit-7", StoredKind.STORE_CREDIT, "EUR", 0, "c-7")
    shop.sell("o-18", (LAMP, 2))
    shop.cancel("o-18")

    shop.refund("o-18", eur(1200), to=to, payee="account-c-7")
    shop.pay("pay-2", eur(900), ())
    shop.pay_back("pay-2", eur(800), to=to, payee="account-c-7")

    transferred = [
        ("payment pay-o-18", "transferred", {"amount": 1200, "payee": "account-c-7"}),
        ("payment pay-2", "transferred", {"amount": 800, "payee": "account-c-7"}),
    ]
    assert noted(shop) == ([] if to else transferred)
