"""What is proposed adds up, is what then happens, and is said in every case that is kept as text.

The kept texts stand in `tests/golden/proposals`.
"""

from __future__ import annotations

import os
import re
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import (
    BadInput,
    CashBack,
    ChargeKind,
    Means,
    Money,
    MoveRefused,
    NewCharge,
    NewLine,
    NewOrder,
    NotFound,
    PayingBack,
    Price,
    StoredKind,
    TenderOrder,
    Workflow,
    verbs,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.conditions import Condition, Fate, Verdict
from orderflow.currencies import EXPONENTS, in_main_unit
from orderflow.journal import Context
from orderflow.pricing import due
from orderflow.proposals import LineDiffers, PaidFrom, Proposal, coming_back, text
from orderflow.reasons import Fault, Reason, Way
from orderflow.records import Order, Outcome, Payment
from orderflow.refunds import owed_back
from orderflow.sentences import PROPOSAL
from orderflow.statements import Part
from orderflow.states import UnitState
from tests.builders import BELL, LAMP, TWO_PLACES, Shop, eur, everything, line, new_order
from tests.kept import assert_kept, kept
from tests.proposed import CASES, delivered

DISCOUNT, FREIGHT, GOODS = ChargeKind.DISCOUNT, ChargeKind.FREIGHT, ChargeKind.GOODS


def assert_adds_up(told: Proposal) -> None:
    """The rows sum to what is due, and what is due is settled to the last coin."""
    assert told.before + told.difference == told.due
    assert sum(one.amount for one in told.plan) + told.left == told.owed
    assert sum(one.amount for one in told.coming) == max(0, told.due)


# --- the kept texts ----------------------------------------------------------------------------


@pytest.mark.feature("F230")
@pytest.mark.parametrize("name", CASES)
def test_a_proposal_says_what_was_agreed_to_be_said(name: str) -> None:
    told = CASES[name]()

    said = f"{text(told)}\n{text(told, 'zh')}"

    assert_adds_up(told)
    assert_kept("proposals", name, said)


def test_no_kept_text_is_without_its_case() -> None:
    assert kept("proposals") == set(CASES)


def test_each_row_is_said_in_both_languages_with_the_same_figures() -> None:
    for title, said in PROPOSAL.items():
        figures = [set(re.findall("{[a-z_]+}", one)) for one in said.values()]
        assert set(said) == {"en", "zh"}, title
        assert figures[0] == figures[1], title


def test_only_a_proposal_is_told_and_only_in_a_language_that_is_known(shop: Shop) -> None:
    told = CASES["nothing-is-open"]()

    with pytest.raises(BadInput, match=r"^proposal: a Proposal is wanted$"):
        text("o-17")  # type: ignore[arg-type] # what a host may hand over
    with pytest.raises(BadInput, match=r"^language: en or zh is wanted$"):
        text(told, "fr")  # type: ignore[arg-type] # what a host may hand over


# --- asking -------------------------------------------------------------------------------------


@pytest.mark.feature("F230")
def test_what_is_proposed_of_goods_that_came_back_is_what_is_then_paid(any_shop: Shop) -> None:
    shop = delivered(any_shop, (LAMP, 3))
    before = everything(shop.store)

    told = shop.propose_return("o-17", (("1", 2),), "too small")

    assert everything(shop.store) == before, "a question changes nothing"
    assert told.lines == (LineDiffers("1", "BRASS-LAMP", -2, "piece", 0, (Part(GOODS, -2000),)),)
    shop.ask_return("r-1", "o-17", (("1", 2),), "too small")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.apply(told.confirm())
    assert shop.payment("pay-o-17").refunded == told.owed == 2000


def test_what_was_only_supposed_is_not_paid_before_it_has_come_true(shop: Shop) -> None:
    delivered(shop, (LAMP, 3))

    told = shop.propose_return("o-17")

    assert shop.codes(told.confirm()) == ["nothing_owed"]


def test_goods_that_would_be_rejected_bring_nothing_back(shop: Shop) -> None:
    delivered(shop, (LAMP, 3))

    told = shop.propose_return("o-17", (("1", 2),), verdict=Verdict.REJECTED)

    assert (told.lines, told.owed, told.plan) == ((), 0, ())


def test_what_may_not_come_back_is_refused_with_every_reason(shop: Shop) -> None:
    delivered(shop, (LAMP, 3))
    shop.clock.forward(days=15)

    with pytest.raises(MoveRefused) as no:
        shop.propose_return("o-17", (("1", 4),))

    asked = verbs.ask_return.on("r-1", "o-17", (("1", 4),))
    assert [one.code for one in no.value.refusals] == shop.codes(asked)


def test_goods_are_supposed_to_come_back_to_where_they_came_from(shop: Shop) -> None:
    delivered(shop, (LAMP, 3))
    context = Context(shop.clock.at, "", shop.rules)

    calls = coming_back(shop.store, context, shop.order("o-17"), (("1", 2),), "too small")

    assert calls == (
        verbs.ask_return.on("supposed-1", "o-17", (("1", 2),), "too small"),
        verbs.receive_return.on("supposed-1", "leith"),
        verbs.inspect.on("supposed-1"),
    )


def test_goods_come_back_under_a_name_that_no_return_has(shop: Shop) -> None:
    delivered(shop, (LAMP, 3))
    shop.ask_return("supposed-1", "o-17", (("1", 1),))

    assert shop.propose_return("o-17", (("1", 1),)).owed == 1000


def test_goods_are_supposed_to_be_proved_as_their_reason_wants_it(any_shop: Shop) -> None:
    broken = Reason("broken", Fault.SELLER, (Way.RETURN, Way.REFUND), evidence=2)
    worn = Condition("worn", Fate.SHELF, "second")
    rules = attrs.evolve(TWO_PLACES, approve_returns=False, reasons=(broken,), conditions=(worn,))
    shop = delivered(any_shop.under(rules), (LAMP, 3))

    told = shop.propose_return("o-17", (("1", 1),), "broken", "worn")

    assert told.supposing == ("ask_return", "approve_return", "receive_return", "inspect")
    assert told.owed == 1000
    assert shop.propose_refund_only("o-17", eur(700), (("1", 1),), "broken").owed == 700
    with pytest.raises(MoveRefused) as no:
        shop.propose_return("o-17", (("1", 1),), "too small")
    assert [one.code for one in no.value.refusals] == ["no_such_reason"]


@pytest.mark.feature("F230")
def test_money_alone_is_told_before_it_is_granted(any_shop: Shop) -> None:
    shop = delivered(any_shop, (LAMP, 3))

    told = shop.propose_refund_only("o-17", eur(1000))

    assert [(one.n, one.amount) for one in told.lines] == [(0, -1000)]
    shop.ask_refund_only("co-1", "o-17", eur(1000))
    shop.grant_complaint("co-1")
    shop.apply(told.confirm())
    assert shop.payment("pay-o-17").refunded == 1000
    assert shop.propose_return("o-17", (("1", 1),)).owed == 667
    assert shop.propose_refund_only("o-17").owed == 2000


@pytest.mark.feature("F097")
def test_a_cancel_is_told_before_it_is_made(any_shop: Shop) -> None:
    shop = any_shop
    off = NewCharge(DISCOUNT, -100, bearer="platform")
    shop.sell("o-17", (LAMP, 3), charges=(off, NewCharge(FREIGHT, 490)))

    told = shop.propose("o-17", (verbs.cancel.on("o-17"),))

    assert told.supposing == ("cancel",)
    assert (told.parts, told.owed) == ((Part(FREIGHT, -490),), 3390)
    assert told.lines[0].parts == (Part(GOODS, -3000), Part(DISCOUNT, 100, "platform"))
    shop.cancel("o-17")
    assert owed_back(shop.order("o-17")) == told.owed
    assert shop.propose("o-17").plan == told.plan


def test_calls_are_supposed_one_after_the_other(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 3))
    one = verbs.cancel.on("o-17", (("1", 2),))

    with pytest.raises(MoveRefused) as no:
        shop.propose("o-17", (one, one))

    assert [refusal.code for refusal in no.value.refusals] == ["too_many"]
    assert shop.propose("o-17", [one, verbs.refund.on("o-17")]).due == 0


def test_a_call_on_another_order_leaves_this_one_as_it_is(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 3))
    shop.sell("o-18", (LAMP, 3))

    told = shop.propose("o-17", (verbs.cancel.on("o-18"),))

    assert (told.before, told.lines, told.due) == (0, (), 0)


def test_a_draft_that_was_placed_later_was_agreed_when_it_was_placed(shop: Shop) -> None:
    shop.draft("o-17", new_order((LAMP, 2)))
    shop.adjust("o-17", NewCharge(DISCOUNT, -500))
    shop.place("o-17")

    told = shop.propose("o-17")

    assert (told.before, told.lines, told.due) == (1500, (), 1500)
    assert shop.propose("o-17", (verbs.cancel.on("o-17"),)).difference == -1500


def test_a_draft_is_told_as_it_is(shop: Shop) -> None:
    shop.draft("o-17", new_order((LAMP, 2)))
    shop.adjust("o-17", NewCharge(DISCOUNT, -500))

    told = shop.propose("o-17")

    assert (told.before, told.lines, told.due) == (1500, (), 1500)


def test_no_more_is_taken_of_what_is_ready_than_is_due(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2)))
    for id in ("pay-1", "pay-2"):
        shop.await_payment(id, eur(2000), "card", "c-7", None, (("o-17", 2000),))
        shop.ask_authorise(id)
        shop.record_answer(id, "authorise-1", Outcome.DONE, event=f"auth-{id}")

    coming = shop.propose("o-17").coming

    assert [(one.source, one.payment, one.amount) for one in coming] == [
        (PaidFrom.READY, "pay-1", 2000)
    ]


def test_a_proposal_is_made_for_no_order_that_is_not_there(shop: Shop) -> None:
    workflow = Workflow(shop.store)

    with pytest.raises(NotFound):
        workflow.propose("o-17")
    with pytest.raises(NotFound):
        workflow.propose_return("o-17")


@pytest.mark.parametrize(
    ("given_", "path"),
    (
        ({"calls": "cancel"}, "calls"),
        ({"calls": None}, "calls"),
        ({"to": 5}, "to"),
        ({"by": 5}, "by"),
    ),
)
def test_what_is_no_question_is_refused(shop: Shop, given_: dict[str, Any], path: str) -> None:
    shop.sell("o-17", (LAMP, 1))

    with pytest.raises(BadInput, match=f"^{path}: "):
        shop.propose("o-17", **given_)
    with pytest.raises(TypeError, match="a call is wanted"):
        shop.propose("o-17", ("cancel",))  # type: ignore[arg-type] # what a host may hand over


# --- what holds for every plan --------------------------------------------------------------------


SEQUENCES: Final = st.builds(
    PayingBack,
    st.sampled_from(TenderOrder),
    st.sampled_from(((), ("card",), ("store credit", "bank"))),
    st.sampled_from(((), ("cash", "points"))),
    st.sampled_from(CashBack),
)


@pytest.mark.feature("F230", "F231")
@settings(max_examples=int(os.environ.get("ORDERFLOW_REFUNDS", "60")), deadline=None)
@given(
    st.sampled_from(sorted(EXPONENTS)),
    st.integers(1, 6),
    st.integers(1, 9_999),
    st.lists(st.sampled_from(("card", "bank", "cash", "store")), min_size=1, max_size=4),
    SEQUENCES,
    st.data(),
)
def test_a_plan_sums_to_what_is_owed_and_takes_from_no_tender_more_than_it_gave(
    currency: str,
    n: int,
    minor: int,
    methods: list[str],
    rule: PayingBack,
    data: st.DataObject,
) -> None:
    shop = Shop(MemoryStore(), attrs.evolve(TWO_PLACES, paying_back=rule))
    price = Price.of(in_main_unit(minor, currency), currency)
    worth = minor * n
    off = data.draw(st.integers(0, worth))
    charges = (NewCharge(DISCOUNT, -off, bearer="brand"), NewCharge(FREIGHT, 7))
    shop.place("o-1", NewOrder("c-7", currency, (NewLine("1", LAMP, n, price),), charges))
    shop.open_stored_value("credit", StoredKind.STORE_CREDIT, currency, worth + 7, "c-7")
    left = due(shop.order("o-1"))
    for i, method in enumerate(methods):
        part = left if i == len(methods) - 1 else data.draw(st.integers(0, left))
        if part and method == "store":
            shop.spend(f"pay-{i}", "credit", Money(part, currency), (("o-1", part),))
        elif part:
            shop.pay(f"pay-{i}", Money(part, currency), (("o-1", part),), method)
        left -= part

    while shop.order("o-1").state != "cancelled":
        there = shop.order("o-1").lines[0].count(UnitState.OPEN)
        wanted = data.draw(st.integers(1, there))
        call = verbs.cancel.on("o-1", (("1", wanted),))
        supposed = shop.propose("o-1", (call,), to="credit")
        shop.apply(call)
        told = shop.propose("o-1", to="credit")
        assert (supposed.due, supposed.plan) == (told.due, told.plan)
        assert_adds_up(supposed)
        assert_holds(shop, told)
        confirms = data.draw(st.booleans())
        if told.plan and confirms:
            shop.apply(told.confirm("account"))
            assert owed_back(shop.order("o-1")) == told.left
    last = shop.propose("o-1", to="credit")
    assert_holds(shop, last)
    if last.plan:
        shop.apply(last.confirm("account"))
    assert shop.order("o-1").applied == 0
    payments = [one for one in shop.documents() if isinstance(one, Payment)]
    assert sum(one.refunded for one in payments) == sum(one.captured for one in payments)


def assert_holds(shop: Shop, told: Proposal) -> None:
    """The plan is whole, and within what each tender has paid of the order."""
    assert_adds_up(told)
    order: Order = shop.order("o-1")
    assert (told.due, told.left) == (due(order), 0)
    applied = {one.payment: one.applied for one in order.tenders}
    for id in {one.payment for one in told.plan}:
        payment = shop.payment(id)
        part = sum(one.amount for one in told.plan if one.payment == id)
        assert 0 < part <= min(applied[id], payment.captured - payment.refunded)
    assert all((one.to == "credit") == (one.means is Means.STORE_CREDIT) for one in told.plan)


# --- changes of an order --------------------------------------------------------------------------


@pytest.mark.feature("F097")
def test_a_change_that_costs_nothing_asks_for_nothing_and_pays_nothing_back(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 2), (BELL, 1)))
    shop.pay("pay-1", eur(4000), (("o-17", 4000),))
    shop.pay("pay-2", eur(2550), (("o-17", 2550),))
    dearer = verbs.reprice.on("o-17", (("1", Price.of("10.50", "EUR")),))
    off = verbs.adjust.on("o-17", NewCharge(DISCOUNT, -100, ("2",), reason="as agreed"))

    told = shop.propose("o-17", (dearer, off))

    assert [one.amount for one in told.lines] == [100, -100]
    assert (told.difference, told.due, told.plan, told.coming) == (0, 0, (), ())


def test_a_tax_more_is_told_by_its_line(shop: Shop) -> None:
    shop.sell("o-17", line("1", LAMP, 2))

    told = shop.propose("o-17", (verbs.adjust.on("o-17", NewCharge(ChargeKind.TAX, 100)),))

    assert [(one.n, one.amount) for one in told.lines] == [(0, 100)]
    assert (told.before, told.difference, told.due) == (0, 100, 100)
