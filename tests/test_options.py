from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orderflow import NotFound, Position, Ref, Rules, Workflow
from orderflow.adapters.memory import MemoryStore
from orderflow.journal import STOCK, VERBS, Context
from orderflow.options import Option, suggested
from orderflow.process import Process, Stage
from orderflow.records import KINDS
from orderflow.states import UnitState
from tests.builders import LAMP, LEITH, MORNING, YORK, Shop, eur, new_order
from tests.test_bad_input import furnish

BY_HAND = Rules(
    locations=(LEITH, YORK),
    confirm_when_paid=False,
    approve_returns=False,
    process=Process((Stage("polishing", UnitState.PICKED),)),
)

NOW = Context(MORNING, "", BY_HAND)

OPENING = {
    "record_arrival",
    "attach_arrival",
    "draft",
    "hold_stock",
    "expect",
    "send_transfer",
    "open_stored_value",
    "spend",
}
"""The verbs that open a document of what a person agrees; no document suggests that."""


@pytest.fixture
def house() -> Shop:
    """A shop with a document of each kind in many states of its life."""
    shop = Shop(MemoryStore(), BY_HAND)
    furnish(shop, shop.clock)
    return shop


def options(shop: Shop, kind: str, id: str) -> dict[str, list[Option]]:
    found: dict[str, list[Option]] = {}
    for option in shop.options(Ref("", kind, id)):
        found.setdefault(option.call.verb, []).append(option)
    return found


def test_every_verb_is_suggested_by_some_document(house: Shop) -> None:

    seen = {
        call.verb
        for kind in KINDS
        for document in house.documents()
        if document.ref.kind == kind
        for call in suggested(house.store, document, NOW)
    }

    of_documents = {verb.name for verb in VERBS.values() if verb.kind != STOCK}
    assert of_documents - seen == OPENING


def test_every_verb_of_a_kind_is_among_the_options_of_each_of_its_documents(house: Shop) -> None:

    for document in house.documents():
        kind = document.ref.kind
        asked = {call.verb for call in suggested(house.store, document, NOW)}
        needs_no_other = {
            verb.name
            for verb in VERBS.values()
            if verb.kind == kind and verb.name not in OPENING | OPENED_BY_OTHERS
        }
        assert needs_no_other <= asked, document.ref


OPENED_BY_OTHERS = {
    "pack",
    "ship_direct",
    "report_shipped",
    "pay",
    "await_payment",
    "collect_on_delivery",
    "expect_cash",
    "remit",
    "send_request",
    "record_answer",
    "take_deposit",
    "purchase",
    "plan_production",
    "ask_return",
    "ask_repair",
    "ask_reissue",
    "ask_exchange",
    "ask_refund_only",
    "complain",
    "claim_on_carrier",
}
"""The verbs that open a document of an order, and those that only cash or a request knows."""


def test_an_option_is_allowed_exactly_when_it_would_succeed(house: Shop) -> None:

    for document in house.documents():
        for option in house.options(document.ref):
            assert option.allowed == (house.why_not(option.call) == ())
            assert option.refusals == house.why_not(option.call)


@pytest.mark.feature("F087", "F091", "F099")
def test_a_placed_order_says_what_may_be_done_and_why_the_rest_may_not(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3)))

    said = options(shop, "order", "o-17")

    (allowed,) = said["cancel"]
    assert allowed.allowed
    (refused,) = said["allocate"]
    assert [reason.sentence for reason in refused.refusals] == [
        "order o-17 is placed, not confirmed"
    ]
    (paying,) = said["pay"]
    assert dict(paying.call.args)["amount"] == eur(3000)
    assert shop.apply(paying.call).document.ref.id == "o-17-pay1"


def test_an_option_can_be_applied_as_it_is(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))

    for verb in ("allocate", "release"):
        (option,) = options(shop, "order", "o-17")[verb]
        shop.apply(option.call)
    for kind, id, verb in (
        ("dispatch", "o-17-d1", "pick"),
        ("dispatch", "o-17-d1", "pack"),
        ("parcel", "o-17-d1-p1", "hand_over"),
        ("parcel", "o-17-d1-p1", "deliver"),
        ("order", "o-17", "complete"),
    ):
        (option,) = options(shop, kind, id)[verb]
        shop.apply(option.call)

    assert shop.order("o-17").state == "completed"
    shop.assert_lawful()


def test_options_name_what_is_new_anew(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.await_payment("o-17-pay1", eur(1000))

    (paying,) = options(shop, "order", "o-17")["pay"]

    assert paying.call.ref.id == "o-17-pay2"


def test_where_goods_stand_at_two_places_each_has_its_own_dispatch(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.stock(LAMP, "york", 1)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")

    releases = options(shop, "order", "o-17")["release"]

    assert [dict(one.call.args)["location"] for one in releases] == ["leith", "york"]
    assert all(one.allowed for one in releases)


def test_a_host_s_stages_are_options_too() -> None:
    polished = Rules(locations=(LEITH,), process=Process((Stage("polishing", UnitState.PICKED),)))
    shop = Shop(MemoryStore(), polished)
    shop.place("o-17", new_order((LAMP, 1)))

    (entering,) = options(shop, "order", "o-17")["enter_stage"]

    assert dict(entering.call.args) == {"stage": "polishing"}
    assert not entering.allowed


@pytest.mark.parametrize("id", ("o-17", "y" * 195))
def test_each_document_has_options_whatever_its_place_and_name(shop: Shop, id: str) -> None:
    shop.place(id, new_order((LAMP, 2)))
    shop.pay("pay-1", eur(2000), ((id, 2000),))
    shop.plan_to_buy(id)
    shop.purchase("b-1", (id,), "brassworks")
    shop.ship_direct("p-1", "b-1")

    for document in shop.documents():
        assert shop.options(document.ref)


def test_there_are_no_options_of_what_is_not_there(shop: Shop) -> None:
    with pytest.raises(NotFound):
        Workflow(shop.store).options(Ref("", "order", "o-17"))


def test_who_asks_and_when_count(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), pay_by=MORNING + timedelta(hours=1)))

    (early,) = options(shop, "order", "o-17")["expire"]
    shop.clock.forward(hours=2)
    (late,) = options(shop, "order", "o-17")["expire"]

    assert not early.allowed
    assert late.allowed


def test_at_the_end_of_all_days_supply_can_slip_no_further() -> None:
    shop = Shop(MemoryStore(), BY_HAND)
    shop.expect("po-1", Position(LAMP.code, LEITH.id), 5, MORNING)
    last = Context(datetime.max.replace(tzinfo=UTC), "", BY_HAND)

    calls = list(suggested(shop.store, shop.supply("po-1"), last))

    assert [call.args for call in calls if call.verb == "slip"] == [(("due", last.at),)]
