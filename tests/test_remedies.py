from __future__ import annotations

import copy
from datetime import timedelta
from threading import Lock
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import (
    Call,
    ChargeKind,
    Instalment,
    Money,
    NewCharge,
    NewOrder,
    Notice,
    Position,
    Price,
    Ref,
    Refusal,
    Rules,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.calls import Remedy
from orderflow.errors import Refused
from orderflow.journal import Context
from orderflow.process import Process, Stage
from orderflow.records import Document, Fixing
from orderflow.remedies import explained
from orderflow.sentences import SENTENCES
from orderflow.states import UnitState
from orderflow.trial import Imagined, tried
from orderflow.values import instant
from orderflow.verbs import (
    agree_plan,
    allocate,
    apply_payment,
    cancel,
    complete,
    credit,
    expire,
    expire_payment,
    hold_stock,
    invoice,
    pay_back,
    place,
    protect_price,
    refund,
    release,
    reprice,
    reserve,
    set_credit,
)
from orderflow.workflow import Workflow
from tests.builders import BELL, LAMP, LEITH, MORNING, YORK, Clock, Shop, eur, line, new_order
from tests.test_bad_input import furnish

ANY = Call[Any]


def remedies(shop: Shop, call: ANY) -> dict[str, tuple[Remedy[Any], ...]]:
    """The remedies against a call, by the code of what they help against."""
    found: dict[str, tuple[Remedy[Any], ...]] = {}
    for refusal in shop.why_not(call):
        found[refusal.code] = found.get(refusal.code, ()) + refusal.remedies
    return found


def offered(shop: Shop, call: ANY, code: str) -> tuple[ANY, ...]:
    """The calls that are offered against a reason."""
    found = remedies(shop, call)[code]
    return tuple(Call(one.verb, one.ref, one.args) for one in found)


def copied(shop: Shop) -> Workflow:
    """The same shop on a store of its own, at the same time."""
    assert isinstance(shop.store, MemoryStore)
    store = copy.deepcopy(shop.store, {id(shop.store._lock): Lock()})
    return Workflow(store, shop.rules, clock=Clock(shop.clock.at))


def assert_it_helps(shop: Shop, call: ANY, refusal: Refusal, remedy: Remedy[Any]) -> None:
    """Apply a remedy in earnest, on a copy: the call succeeds, or this reason is gone."""
    trial = copied(shop)
    if remedy.at is not None:
        trial = Workflow(trial.store, shop.rules, clock=Clock(remedy.at))
    instead = (remedy.verb, remedy.ref) == (call.verb, call.ref)
    if not instead:
        trial.apply(remedy)
    left = trial.why_not(remedy if instead else call)
    assert refusal not in left, f"{remedy} does not help against {refusal}"
    if not left:
        trial.apply(remedy if instead else call)


def assert_all_help(shop: Shop, *calls: ANY) -> None:
    """Each remedy that is offered against some calls helps."""
    for call in calls:
        for refusal in shop.why_not(call):
            for remedy in refusal.remedies:
                assert_it_helps(shop, call, refusal, remedy)


# --- one by one -----------------------------------------------------------------------------------


def test_a_hold_can_be_lifted(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))
    shop.hold("o-17", "fraud", "address unknown")
    shop.hold("o-17", "recount", "the shelf is empty")

    first, second = shop.why_not(allocate.on("o-17"))

    assert first.remedies == (Remedy("lift_hold", first.remedies[0].ref, (("code", "fraud"),)),)
    assert dict(second.remedies[0].args) == {"code": "recount"}
    for refusal in (first, second):
        assert_it_helps(shop, allocate.on("o-17"), refusal, refusal.remedies[0])


def test_a_hold_of_a_document_whose_name_has_spaces_can_be_lifted(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell("o 17 b", (LAMP, 3))
    shop.hold("o 17 b", "fraud", "address unknown")

    said = remedies(shop, allocate.on("o 17 b"))

    assert [one.ref.id for one in said["on_hold"]] == ["o 17 b"]


def test_a_part_shipped_order_is_offered_to_cancel_what_is_still_here(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))
    shop.allocate("o-17", (("1", 1),))
    shop.ship("o-17", "p-1")

    said = remedies(shop, cancel.on("o-17"))

    assert [dict(one.args) for one in said["illegal_move"]] == [{"lines": (("1", 2),)}]


def test_places_are_offered_as_they_are_named(shop: Shop) -> None:
    shop.stock(LAMP, "le, ith", 1)
    shop.stock(LAMP, "york", 1)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")

    said = remedies(shop, release.on("o-17", "d-1"))

    assert [dict(one.args)["location"] for one in said["several_locations"]] == ["le, ith", "york"]


def test_the_same_call_otherwise_meets_no_new_reason(shop: Shop) -> None:
    shop.await_payment("pay-1", eur(100), expires_at=MORNING + timedelta(hours=1))
    shop.record_notice("pay-1", Notice.FAILED, eur(100))

    assert remedies(shop, expire_payment.on("pay-1")) == {"payment_not_due": ()}


def test_the_largest_quantity_that_would_pass_is_offered(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.stock(LAMP, "york", 1)
    shop.stock(BELL, "leith", 9)
    shop.sell("o-17", (LAMP, 5), (BELL, 4))

    (short,) = shop.why_not(reserve.on("o-17"))

    (remedy,) = short.remedies
    assert dict(remedy.args) == {"lines": (("1", 3), ("2", 4))}
    assert_it_helps(shop, reserve.on("o-17"), short, remedy)
    assert shop.why_not(reserve.on("o-17", lines=(("1", 4),)))  # one more would not pass


def test_a_line_asks_for_no_more_than_there_is(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 9)
    shop.sell("o-17", (LAMP, 3))

    said = remedies(shop, allocate.on("o-17", (("1", 5), ("7", 1))))

    assert [dict(one.args) for one in said["too_many"]] == [{"lines": (("1", 3), ("7", 1))}]
    assert [dict(one.args) for one in said["no_such_line"]] == [{"lines": (("1", 5),)}]


def test_a_stock_hold_takes_what_is_free(shop: Shop) -> None:
    at = shop.stock(LAMP, "leith", 2)

    said = remedies(shop, hold_stock.on("h-1", at, 5))

    assert [dict(one.args)["n"] for one in said["short"]] == [2]


def test_where_nothing_is_free_nothing_is_offered(shop: Shop) -> None:
    said = remedies(shop, hold_stock.on("h-1", Position("BRASS-LAMP", "leith"), 5))

    assert said == {"short": ()}


def test_the_earliest_time_is_offered(shop: Shop) -> None:
    until = MORNING + timedelta(hours=3)
    shop.place("o-17", new_order((LAMP, 1), pay_by=until))

    (refusal,) = shop.why_not(expire.on("o-17"))

    (remedy,) = refusal.remedies
    assert remedy.at == until
    assert (remedy.verb, remedy.args) == ("expire", ())
    assert_it_helps(shop, expire.on("o-17"), refusal, remedy)


def test_what_never_falls_due_has_no_earliest_time(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    assert remedies(shop, expire.on("o-17")) == {"not_due": ()}


def test_an_order_can_be_confirmed_or_placed_first(shop: Shop) -> None:
    free = new_order(line("1", LAMP, 1, "0"))
    shop.draft("o-17", free)
    shop.stock(LAMP, "leith", 1)

    (early,) = shop.why_not(allocate.on("o-17"))

    assert early.code == "not_confirmed"
    assert early.remedies == ()  # a draft cannot be confirmed before it is placed
    by_hand = Shop(MemoryStore(), Rules(confirm_when_paid=False))
    by_hand.place("o-17", free)
    assert [one.verb for one in remedies(by_hand, allocate.on("o-17"))["not_confirmed"]] == [
        "confirm"
    ]


def test_no_remedy_is_offered_that_is_refused_itself(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))

    assert remedies(shop, allocate.on("o-17")) == {"not_confirmed": ()}  # it is not paid


def test_what_is_owed_back_can_be_refunded_first(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.cancel("o-17", (("1", 1),))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")

    (owed,) = shop.why_not(complete.on("o-17"))

    assert [one.verb for one in owed.remedies] == ["refund"]
    assert_it_helps(shop, complete.on("o-17"), owed, owed.remedies[0])


def test_no_more_is_refunded_than_is_owed(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 2))
    shop.cancel("o-17", (("1", 1),))

    said = remedies(shop, refund.on("o-17", eur(1500)))

    assert [dict(one.args) for one in said["over_refund"]] == [{"amount": Money(1000, "EUR")}]


def test_no_more_goes_back_than_is_left_of_a_payment(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3)))
    shop.pay("card", eur(1200), (("o-17", 1200),))
    shop.pay("bank", eur(1800), (("o-17", 1800),))
    shop.cancel("o-17", (("1", 2),))

    of_card, of_cash = refund.on("o-17", None, "card"), refund.on("o-17", None, "cash")

    assert offered(shop, of_card, "over_left") == (
        refund.on("o-17", eur(1200), "card"),
        refund.on("o-17"),
    )
    assert offered(shop, of_cash, "not_paid_by") == (refund.on("o-17"),)
    assert_all_help(shop, of_card, of_cash)


def test_no_more_is_paid_back_than_no_order_has_used(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1)))
    shop.pay("pay-1", eur(1200), (("o-17", 1000),))

    over = pay_back.on("pay-1", eur(300))

    assert offered(shop, over, "over_pay_back") == (pay_back.on("pay-1", eur(200)),)
    assert_all_help(shop, over)


def on_account(price: str) -> NewOrder:
    return new_order(line("1", LAMP, 1, price), customer="d-1", on_account=True)


def test_a_customer_without_credit_is_granted_some_or_pays_before(shop: Shop) -> None:
    call = place.on("o-17", on_account("60.00"))

    first, second = offered(shop, call, "no_credit")

    assert first == set_credit.on("d-1/EUR", eur(60_00))
    assert second == place.on("o-17", attrs.evolve(on_account("60.00"), on_account=False))
    assert_all_help(shop, call)


def test_a_customer_may_be_granted_what_his_credit_lacks(shop: Shop) -> None:
    shop.set_credit("d-1/EUR", eur(100_00), 10)
    shop.place("o-16", on_account("60.00"))
    call = place.on("o-17", on_account("60.00"))

    first, second = offered(shop, call, "credit_exceeded")

    assert first == set_credit.on("d-1/EUR", eur(120_00), 10)
    assert second == place.on("o-17", attrs.evolve(on_account("60.00"), on_account=False))
    assert_all_help(shop, call)


def test_who_is_overdue_pays_what_he_orders_before(shop: Shop) -> None:
    shop.set_credit("d-1/EUR", eur(100_00), 10)
    shop.place("o-16", attrs.evolve(on_account("60.00"), pay_by=MORNING + timedelta(days=1)))
    shop.clock.forward(days=2)
    call = place.on("o-17", on_account("10.00"))

    assert offered(shop, call, "credit_overdue") == (
        place.on("o-17", attrs.evolve(on_account("10.00"), on_account=False)),
    )
    assert_all_help(shop, call)


def test_the_last_part_of_a_plan_takes_what_it_differs_by(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 3)))
    later = MORNING + timedelta(days=7)
    call = agree_plan.on("o-17", (Instalment(1000, MORNING), Instalment(1000, later)))
    beyond = agree_plan.on("o-17", (Instalment(5000, MORNING), Instalment(1000, later)))

    assert offered(shop, call, "plan_differs") == (
        agree_plan.on("o-17", (Instalment(1000, MORNING), Instalment(2000, later))),
    )
    assert offered(shop, beyond, "plan_differs") == ()
    assert_all_help(shop, call)


def test_money_is_applied_as_far_as_it_goes(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2)))
    shop.pay("pay-1", eur(500), ())

    said = remedies(shop, apply_payment.on("pay-1", (("o-17", 2500),)))

    assert {code: [dict(one.args) for one in some] for code, some in said.items()} == {
        "overpaid": [{"orders": (("o-17", 2000),)}],
        "over_applied": [{"orders": (("o-17", 500),)}],
    }


def test_no_more_is_credited_than_is_left_of_an_invoice(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2)))
    shop.invoice("o-17", "2026", lines=(("1", 2),))

    over = credit.on("2026-000001", "CN", "1", eur(2001))
    assert offered(shop, over, "over_credit") == (
        credit.on("2026-000001", "CN", "1", amount=eur(2000)),
    )
    shop.credit("2026-000001", "CN", "1", eur(2000))
    assert offered(shop, credit.on("2026-000001", "CN", "1", eur(1)), "over_credit") == ()


def test_what_is_not_fixed_can_be_fixed_at_its_estimate_or_left_for_later(shop: Shop) -> None:
    late = line("1", LAMP, 2, "9.50", fixed=Fixing.DELIVERY, version="list-1")
    ham = line("2", BELL, 1, "15.80", fixed=Fixing.WEIGHING, grams_each=600)
    shop.place("o-17", new_order(late, ham))

    one = invoice.on("o-17", "2026", lines=(("1", 2),))
    both = invoice.on("o-17", "2026", lines=(("1", 2), ("2", 1)))

    fixes = reprice.on("o-17", (("1", Price.of("9.50", "EUR")),), "list-1")
    assert offered(shop, one, "not_fixed") == (fixes,)
    assert offered(shop, both, "not_fixed") == (
        fixes,
        invoice.on("o-17", "2026", lines=(("2", 1),)),
        invoice.on("o-17", "2026", lines=(("1", 2),)),  # nobody knows what it weighs
    )
    assert_all_help(shop, one, both)


def test_an_invoice_that_keeps_a_price_can_be_credited_first(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2), (BELL, 1)))
    shop.invoice("o-17", "2026", lines=(("1", 2),))
    lower, bell = ("1", Price.of("9.00", "EUR")), ("2", Price.of("40.00", "EUR"))

    alone, beside = reprice.on("o-17", (lower,)), reprice.on("o-17", (lower, bell))

    assert offered(shop, alone, "invoiced") == (
        reprice.on("o-17", (lower,), invoiced=True),
        credit.on("2026-000001", "2026", whole=True),
    )
    assert offered(shop, beside, "invoiced") == (
        reprice.on("o-17", (lower, bell), invoiced=True),
        credit.on("2026-000001", "2026", whole=True),
        reprice.on("o-17", (bell,)),
    )
    assert_all_help(shop, alone, beside)
    shop.credit("2026-000001", "CN", whole=True)
    shop.invoice("o-17", "2026", lines=(("1", 2),))
    assert offered(shop, alone, "invoiced")[1] == credit.on("2026-000002", "CN", whole=True)


@pytest.mark.parametrize(
    ("call", "code"),
    (
        (lambda pairs: reprice.on("o-17", pairs), "none_kept"),
        (lambda pairs: protect_price.on("o-17", pairs), "not_lower"),
        (lambda pairs: reprice.on("o-17", pairs), "below_discounts"),
        (lambda pairs: reprice.on("o-17", pairs), "no_such_line"),
    ),
)
def test_a_line_whose_price_cannot_change_can_be_left_out(call: Any, code: str) -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH,), price_protection_days=9))
    off = NewCharge(ChargeKind.DISCOUNT, -900, ("2",))
    shop.place("o-17", new_order((LAMP, 2), (BELL, 1), charges=(off,)))
    name, price = "2", {"below_discounts": "8.00", "not_lower": "45.50"}.get(code, "40.00")
    if code == "none_kept":
        shop.cancel("o-17", (("2", 1),))
    if code == "no_such_line":
        name = "7"
    good = ("1", Price.of("9.00", "EUR"))

    refused = call((good, (name, Price.of(price, "EUR"))))

    assert offered(shop, refused, code) == (call((good,)),)
    assert_all_help(shop, refused)


def test_what_has_not_left_can_be_invoiced_in_advance(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2), (BELL, 1), line("3", BELL, 1, fixed=Fixing.DELIVERY))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    ahead = invoice.on("o-17", "2026", lines=(("2", 1),))

    everything = invoice.on("o-17", "2026")
    shop.invoice("o-17", "2026", ("p-1",))

    assert offered(shop, everything, "nothing_to_invoice") == (ahead,)
    assert_all_help(shop, everything)


def test_a_parcel_that_is_invoiced_can_be_left_out(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", "leith", (("1", 1),))
    shop.ship("o-17", "p-2", "leith", (("1", 1),))
    shop.invoice("o-17", "2026", ("p-1",))

    both = invoice.on("o-17", "2026", ("p-1", "p-2"))

    assert offered(shop, both, "nothing_to_invoice") == (invoice.on("o-17", "2026", ("p-2",)),)
    assert_all_help(shop, both)


def test_each_place_is_released_by_itself(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.stock(LAMP, "york", 1)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")

    said = remedies(shop, release.on("o-17", "d-1"))

    assert [dict(one.args)["location"] for one in said["several_locations"]] == ["leith", "york"]


def test_a_stage_that_was_left_out_can_be_entered() -> None:
    rules = Rules(
        locations=(LEITH,),
        process=Process.of(Stage("weighing", within=UnitState.ALLOCATED, obligatory=True)),
    )
    shop = Shop(MemoryStore(), rules)
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 1))
    shop.allocate("o-17")

    (left_out,) = shop.why_not(release.on("o-17", "d-1"))

    assert [dict(one.args) for one in left_out.remedies] == [{"stage": "weighing"}]
    assert_it_helps(shop, release.on("o-17", "d-1"), left_out, left_out.remedies[0])


# --- what a remedy is -----------------------------------------------------------------------------


def test_a_remedy_is_a_call_and_is_applied_as_one(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 3))
    (short,) = shop.why_not(reserve.on("o-17"))

    done = shop.apply(short.remedies[0], key="k-clerk")

    assert done.document.ref.id == "o-17"
    again = Call("reserve", short.remedies[0].ref, short.remedies[0].args)
    assert Workflow.apply(shop, again, key="k-clerk").repeated  # the same question


def test_what_is_refused_in_earnest_is_not_searched_for_remedies(shop: Shop) -> None:
    with pytest.raises(Refused) as no:
        Workflow.apply(shop, place.on("o-17"))

    assert all(refusal.remedies == () for refusal in no.value.refusals)


def test_refusals_are_equal_whatever_their_remedies() -> None:
    plain = Refusal.of("nothing_owed", order="o-17")
    with_one = Refusal(plain.code, plain.facts, (Remedy("refund", Ref("", "order", "o-17")),))

    assert plain == with_one


def test_looking_for_remedies_changes_nothing(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 3))
    before = len(list(shop.store.entries()))

    shop.why_not(reserve.on("o-17"))

    assert len(list(shop.store.entries())) == before
    shop.assert_lawful()


def test_two_steps_can_be_imagined_one_after_the_other(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 1))
    shop.sell("o-18", (LAMP, 2))
    context = Context(instant(MORNING, "at"), "", shop.rules)
    imagined = Imagined(shop.store)
    first, _ = tried(imagined, allocate.on("o-17"), context)
    assert first is not None

    imagined.after(first)
    (short,) = explained(imagined, reserve.on("o-18"), context)

    assert dict(short.facts)["free"] == 1
    assert [dict(one.args) for one in short.remedies] == [{"lines": (("1", 1),)}]
    assert shop.why_not(reserve.on("o-18")) == ()


# --- all of them ----------------------------------------------------------------------------------

BY_HAND = Rules(
    locations=(LEITH, YORK),
    confirm_when_paid=False,
    approve_returns=False,
    process=Process.of(Stage("polishing", within=UnitState.PICKED, obligatory=True)),
)


@pytest.fixture(scope="module")
def house() -> Shop:
    """A shop with a document of each kind in many states of its life."""
    shop = Shop(MemoryStore(), Rules(**{**FIELDS, "process": Process()}))
    furnish(shop, shop.clock)
    return Shop(shop.store, BY_HAND, clock=shop.clock)


FIELDS: dict[str, Any] = {
    "locations": BY_HAND.locations,
    "confirm_when_paid": False,
    "approve_returns": False,
}


def every_document(shop: Shop) -> list[Ref[Document]]:
    return [document.ref for document in shop.documents()]


@pytest.mark.feature("F040", "F091")
def test_each_remedy_that_any_document_is_offered_helps(house: Shop) -> None:
    helped = 0
    for ref in every_document(house):
        for option in house.options(ref):
            for refusal in option.refusals:
                assert refusal.code in SENTENCES
                for remedy in refusal.remedies:
                    assert_it_helps(house, option.call, refusal, remedy)
                    helped += 1

    assert helped > 30


@settings(max_examples=50)
@given(st.data())
def test_whatever_happens_each_remedy_that_is_offered_helps(data: st.DataObject) -> None:
    shop = Shop(MemoryStore(), Rules(locations=(LEITH, YORK)))
    shop.stock(LAMP, "leith", 2)
    shop.stock(BELL, "york", 1)
    shop.place("o", new_order((LAMP, 3), (BELL, 1)))
    for _ in range(12):
        ref = data.draw(st.sampled_from(every_document(shop)))
        option = data.draw(st.sampled_from(shop.options(ref)))
        if option.allowed:
            shop.apply(option.call)
            continue
        assert [reason.code for reason in option.refusals] == shop.codes(option.call)
        for refusal in option.refusals:
            for remedy in refusal.remedies:
                assert_it_helps(shop, option.call, refusal, remedy)
