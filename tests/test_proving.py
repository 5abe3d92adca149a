"""Evidence for what a customer asks: wanted by its reason, given at once or later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import attrs
import pytest

from orderflow import Fault, Patience, Reason, Rules, Way
from orderflow import verbs as v
from orderflow.reasons import EVIDENCE_MAX
from orderflow.states import ReplacementState, ReturnState
from tests.builders import LAMP, LEITH, Shop, line

FAULTY: Final = Reason("faulty", Fault.SELLER, (Way.RETURN, Way.EXCHANGE), evidence=2)
MIND: Final = Reason("changed my mind")
PROVED: Final = Rules(locations=(LEITH,), reasons=(FAULTY, MIND))
PATIENT: Final = attrs.evolve(PROVED, patience=Patience())


def delivered(shop: Shop, rules: Rules = PROVED) -> Shop:
    """Order o-17 of three lamps, with its customer."""
    shop = shop.under(rules)
    shop.stock(LAMP, "leith", 5)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 3))
    return shop


@pytest.mark.feature("F237", "F238")
def test_an_application_has_words_and_references_of_pictures_and_films(any_shop: Shop) -> None:
    shop = delivered(any_shop)

    shop.ask_return("r-1", "o-17", (), "faulty", ("pic-1", "film-2"), "it flickers")

    returned = shop.returned("r-1")
    assert (returned.evidence, returned.words) == (("pic-1", "film-2"), "it flickers")
    assert returned.state is ReturnState.APPROVED, "all that is wanted is there"


@pytest.mark.feature("F238")
def test_nobody_agrees_to_a_return_before_the_evidence_that_its_reason_wants(
    any_shop: Shop,
) -> None:
    shop = delivered(any_shop)
    shop.ask_return("r-1", "o-17", (), "faulty", ("pic-1",))
    assert shop.returned("r-1").state is ReturnState.ASKED
    (no,) = shop.why_not(v.approve_return.on("r-1"))
    assert str(no) == "return r-1 wants 2 pictures or films as evidence: there are 1"

    shop.add_evidence("r-1", ("pic-1", "film-2"), "it flickers at night")

    assert shop.returned("r-1").evidence == ("pic-1", "film-2")
    assert shop.approve_return("r-1").document.state is ReturnState.APPROVED


def test_a_reason_that_wants_no_evidence_is_agreed_to_without(shop: Shop) -> None:
    shop = delivered(shop)

    shop.ask_return("r-1", "o-17", (), "changed my mind")

    assert shop.returned("r-1").state is ReturnState.APPROVED


def test_evidence_that_was_wanted_stays_wanted_under_other_rules(shop: Shop) -> None:
    shop = delivered(shop)
    shop.ask_return("r-1", "o-17", (), "faulty")

    mild = shop.under(attrs.evolve(PROVED, reasons=(attrs.evolve(FAULTY, evidence=0),)))

    assert mild.codes(v.approve_return.on("r-1")) == ["evidence_wanted"]


@pytest.mark.feature("F239")
def test_what_staff_and_customer_have_said_is_kept_as_references(any_shop: Shop) -> None:
    shop = delivered(any_shop)
    shop.ask_return("r-1", "o-17", (), "faulty")

    shop.record_talk("r-1", "call-7", by="anna")
    shop.record_talk("r-1", "chat-9", by="anna")

    assert shop.returned("r-1").talks == ("call-7", "chat-9")
    assert shop.codes(v.record_talk.on("r-1", "call-7")) == ["nothing_new"]


def test_the_same_picture_is_not_added_twice_and_none_to_what_is_over(shop: Shop) -> None:
    shop = delivered(shop)
    shop.ask_return("r-1", "o-17", (), "faulty", ("pic-1",))

    assert shop.codes(v.add_evidence.on("r-1", ("pic-1",))) == ["nothing_new"]
    assert shop.codes(v.add_evidence.on("r-1")) == ["nothing_new"]
    shop.close_return("r-1")
    assert shop.refuses(v.add_evidence.on("r-1", ("pic-2",))) == (
        "return r-1 is cancelled: cannot add evidence (can: nothing more)"
    )
    assert shop.codes(v.record_talk.on("r-1", "call-7")) == ["illegal_move"]


@pytest.mark.feature("F238", "F240")
def test_an_exchange_waits_for_the_evidence_of_its_reason_too(any_shop: Shop) -> None:
    shop = delivered(any_shop)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", LAMP, 1),), "faulty")
    assert shop.codes(v.approve_exchange.on("e-1")) == ["evidence_wanted"]

    shop.add_evidence("r-1", ("pic-1", "pic-2"))

    shop.approve_exchange("e-1")
    assert shop.exchange("e-1").state is ReplacementState.APPROVED


@pytest.mark.feature("F240")
def test_a_reason_leads_to_an_exchange_or_a_reissue_as_it_does_to_a_return(shop: Shop) -> None:
    shop = delivered(shop)
    new = (line("1", LAMP, 1),)

    exchange = v.ask_exchange.on("e-1", "o-17", "r-1", (("1", 1),), new, "changed my mind")
    assert shop.codes(exchange) == ["another_way"]
    assert shop.codes(v.ask_reissue.on("i-1", "o-17", (("1", 1),), "faulty")) == ["another_way"]


@pytest.mark.feature("F238")
def test_a_return_whose_evidence_does_not_come_ends(any_shop: Shop) -> None:
    shop = delivered(any_shop, PATIENT)
    shop.ask_return("r-1", "o-17", (), "faulty")
    assert shop.returned("r-1").until == shop.clock.at + timedelta(days=7)

    shop.clock.forward(days=7)
    (limit,) = [one for one in shop.due(shop.clock.at) if one.ref.id == "r-1"]
    shop.apply(limit.call, key=limit.key)

    assert (limit.who, limit.means) == (
        "customer",
        "the evidence did not come in time: the return ends",
    )
    assert shop.returned("r-1").state is ReturnState.CANCELLED
    assert shop.bag("o-17") == {"delivered": 3}


def test_a_return_whose_evidence_has_come_is_decided_by_the_seller(shop: Shop) -> None:
    shop = delivered(shop, PATIENT)
    shop.ask_return("r-1", "o-17", (), "faulty")
    shop.clock.forward(days=6)
    shop.add_evidence("r-1", ("pic-1", "pic-2"))

    assert shop.returned("r-1").until == shop.clock.at + timedelta(days=2)
    shop.clock.forward(days=2)
    (limit,) = [one for one in shop.due(shop.clock.at) if one.ref.id == "r-1"]

    assert (limit.who, limit.call) == ("seller", v.approve_return.on("r-1"))


def test_an_exchange_whose_evidence_does_not_come_is_called_off_by_due_alone(shop: Shop) -> None:
    shop = delivered(shop, PATIENT)
    shop.ask_exchange("e-1", "o-17", "r-1", (("1", 1),), (line("1", LAMP, 1),), "faulty")

    for _ in range(10):
        shop.clock.forward(days=1)
        for limit in shop.due(shop.clock.at):
            if limit.ref.kind in ("return", "exchange"):
                shop.apply(limit.call, key=limit.key)

    assert shop.exchange("e-1").state is ReplacementState.CANCELLED
    assert shop.returned("r-1").state is ReturnState.CANCELLED
    assert shop.bag("o-17") == {"delivered": 3}


def test_bad_evidence_is_found_with_its_place(shop: Shop) -> None:
    shop = delivered(shop)
    shop.ask_return("r-1", "o-17", (("1", 1),), "faulty", ("pic-1",))
    none: Any = None
    many = tuple(f"pic-{i}" for i in range(EVIDENCE_MAX + 2))

    for call, path in (
        (v.ask_return.on("r-2", "o-17", (), "faulty", none), "evidence"),
        (v.ask_return.on("r-2", "o-17", (), "faulty", ("",)), "evidence[0]"),
        (v.ask_return.on("r-2", "o-17", (), "faulty", ("a", "a")), "evidence"),
        (v.ask_return.on("r-2", "o-17", (), "faulty", many), "evidence"),
        (v.ask_return.on("r-2", "o-17", (), "faulty", (), none), "words"),
        (v.add_evidence.on("r-1", many[2:]), "evidence"),
        (v.add_evidence.on("r-1", (), none), "words"),
        (v.record_talk.on("r-1", ""), "reference"),
    ):
        assert shop.cannot_take(call) == path, call
