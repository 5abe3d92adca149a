"""Money without a return, and answers: who asks, who decides, and what the goods carry then."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import Fault, Patience, Reason, Rules, ScanStatus, Way
from orderflow import verbs as v
from orderflow.adapters.memory import MemoryStore
from orderflow.deadlines import Due
from orderflow.paid_back import Deduction, Refunding, RestockingFee
from orderflow.pricing import due, total
from orderflow.reasons import USAGE
from orderflow.records import ChargeKind
from orderflow.refunds import owed_back
from orderflow.statements import statement, text
from orderflow.states import ComplaintState, OrderState
from orderflow.taxes import GROSS_BY_LINE, NET_BY_TOTAL, Convention
from tests.builders import BELL, LAMP, LEITH, Shop, eur, line, new_order
from tests.test_invoices import agree, notes, order, ship, taxing

S = ComplaintState
SCRATCHED: Final = Reason("scratched", Fault.SELLER, (Way.RETURN, Way.REFUND), evidence=1)
NAMED: Final = Rules(locations=(LEITH,), reasons=(SCRATCHED, USAGE, Reason("dull")))
PATIENT: Final = Rules(locations=(LEITH,), patience=Patience())


def delivered(shop: Shop, rules: Rules | None = None, price: str = "", n: int = 3) -> Shop:
    """Order o-17 of three lamps, 100.00 in all, paid and with its customer."""
    shop = shop if rules is None else shop.under(rules)
    shop.stock(LAMP, "leith", 10)
    lamps = line("1", LAMP, n, price or "33.333333")
    shop.sell("o-17", lamps)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    return shop


def give_back(shop: Shop, id: str, n: int) -> int:
    """Return so many lamps and be paid; how much that was."""
    shop.ask_return(id, "o-17", (("1", n),))
    shop.receive_return(id, "leith")
    shop.inspect(id)
    back = owed_back(shop.order("o-17"))
    if back:
        shop.refund("o-17")
    return back


# --- money without a return ---------------------------------------------------------------------


@pytest.mark.feature("F230", "F231")
def test_of_100_for_three_10_back_without_return_leave_30_for_one_that_is_returned(
    any_shop: Shop,
) -> None:
    shop = delivered(any_shop)
    assert total(shop.order("o-17")) == 10000

    shop.ask_refund_only("q-1", "o-17", eur(1000), words="scratched at the foot")
    assert owed_back(shop.order("o-17")) == 0, "nobody has decided"
    shop.grant_complaint("q-1")
    assert owed_back(shop.order("o-17")) == 1000
    shop.refund("o-17")

    assert shop.bag("o-17") == {"delivered": 3}, "they stay where they are"
    assert give_back(shop, "r-1", 1) == 3000
    assert give_back(shop, "r-2", 2) == 6000
    assert shop.payment("pay-o-17").refunded == 10000
    shop.assert_lawful()


def test_without_an_amount_all_that_the_units_carry_is_asked_and_they_stay(any_shop: Shop) -> None:
    shop = delivered(any_shop, price="10.00")

    asked = shop.ask_refund_only("q-1", "o-17", lines=(("1", 2),)).document
    shop.grant_complaint("q-1", answer="keep them")
    shop.refund("o-17")

    assert (asked.lines, asked.amount) == ((("1", 2),), 2000)
    assert (shop.complaint("q-1").granted, shop.complaint("q-1").answer) == (2000, "keep them")
    assert shop.payment("pay-o-17").refunded == 2000
    assert give_back(shop, "r-1", 2) == 0, "they carry nothing any more"
    assert give_back(shop, "r-2", 1) == 1000


def test_another_amount_may_be_granted_and_never_more_than_the_goods_carry(shop: Shop) -> None:
    shop = delivered(shop, price="10.00")
    shop.ask_refund_only("q-1", "o-17", eur(500), (("1", 1),))

    assert shop.refuses(v.grant_complaint.on("q-1", eur(1001))) == (
        "the goods of order o-17 carry 10.00 EUR: 10.01 asked back"
    )
    shop.grant_complaint("q-1", eur(250))

    assert owed_back(shop.order("o-17")) == 250
    assert shop.codes(v.ask_refund_only.on("q-2", "o-17", eur(2751))) == ["over_kept"]


def test_what_was_asked_is_granted_as_far_as_the_goods_still_carry_it(shop: Shop) -> None:
    shop = delivered(shop, price="10.00")
    shop.ask_refund_only("q-1", "o-17", eur(2500))
    assert give_back(shop, "r-1", 2) == 2000

    shop.grant_complaint("q-1")

    assert shop.complaint("q-1").granted == 1000
    assert total(shop.order("o-17")) == 0


def test_money_is_asked_for_goods_that_have_left_and_are_kept(any_shop: Shop) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))
    assert shop.codes(v.ask_refund_only.on("q-1", "o-17")) == ["nothing_to_do"]
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 2),))

    wanted = (("1", 3), ("9", 1))
    assert shop.codes(v.ask_refund_only.on("q-1", "o-17", None, wanted)) == [
        "too_many",
        "no_such_line",
    ]
    assert shop.ask_refund_only("q-1", "o-17").document.lines == (("1", 2),)


@pytest.mark.feature("F244")
def test_money_is_asked_inside_the_window_of_the_parcel(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1", lines=(("1", 2),))
    shop.ship("o-17", "p-2")
    shop.deliver("p-1")
    shop.clock.forward(days=10)
    shop.deliver("p-2")
    shop.clock.forward(days=10)

    assert shop.codes(v.ask_refund_only.on("q-1", "o-17")) == ["window_closed"]
    assert shop.codes(v.ask_refund_only.on("q-1", "o-17", None, (("1", 2),))) == ["window_closed"]
    shop.ask_refund_only("q-1", "o-17", eur(100), (("1", 1),))


def test_goods_that_are_sent_again_are_not_paid_back_as_well(shop: Shop) -> None:
    shop = delivered(shop, price="10.00")
    shop.ask_reissue("i-1", "o-17", (("1", 2),), "faulty")

    assert shop.codes(v.ask_refund_only.on("q-1", "o-17", eur(100), (("1", 2),))) == ["sent_again"]
    shop.ask_refund_only("q-1", "o-17", eur(100), (("1", 1),))


def test_a_completed_order_pays_less_all_the_same_and_an_archived_one_is_over(
    any_shop: Shop,
) -> None:
    shop = delivered(any_shop, price="10.00")
    shop.complete("o-17")
    shop.ask_refund_only("q-1", "o-17", eur(500))

    shop.grant_complaint("q-1")
    shop.refund("o-17")

    assert shop.order("o-17").state is OrderState.COMPLETED
    shop.clock.forward(days=15)
    shop.archive("o-17")
    for call in (v.ask_refund_only.on("q-2", "o-17"), v.complain.on("q-2", "o-17", "why?")):
        assert shop.codes(call)[0] == "illegal_move"


@pytest.mark.feature("F234", "F238")
def test_money_without_return_wants_a_reason_that_leads_there_and_its_evidence(
    any_shop: Shop,
) -> None:
    shop = delivered(any_shop, NAMED, price="10.00")
    assert shop.codes(v.ask_refund_only.on("q-1", "o-17", None, (), "dull")) == ["another_way"]
    shop.ask_refund_only("q-1", "o-17", eur(500), reason="scratched")
    assert shop.codes(v.grant_complaint.on("q-1")) == ["evidence_wanted"]

    shop.add_complaint_evidence("q-1", ("pic-1",), "at the foot")
    shop.record_complaint_talk("q-1", "call-7")
    shop.grant_complaint("q-1")

    complaint = shop.complaint("q-1")
    assert (complaint.evidence, complaint.talks) == (("pic-1",), ("call-7",))
    (charge,) = [one for one in shop.order("o-17").charges if one.kind is ChargeKind.DISCOUNT]
    assert (charge.amount, charge.reason) == (-500, "scratched")
    assert "scratched" in text(statement(shop.order("o-17")))


@pytest.mark.parametrize("convention", (GROSS_BY_LINE, NET_BY_TOTAL), ids=lambda one: one.name)
def test_a_credit_note_says_what_was_granted_and_then_what_came_back(
    any_shop: Shop, convention: Convention
) -> None:
    shop = any_shop.under(taxing(convention))
    shop.stock(LAMP, "leith", 3)
    order(shop, line("1", LAMP, 3, "33.33"), to="DE")
    ship(shop, "p-1", 3)
    shop.invoice("o-17", "2026")
    shop.deliver("p-1")
    billed = total(shop.order("o-17"))

    shop.ask_refund_only("q-1", "o-17", eur(1000))
    shop.grant_complaint("q-1")
    shop.credit("2026-000001", "CN")

    assert [note.gross for note in notes(shop)] == [1000]
    agree(shop)
    give_back(shop, "r-1", 1)
    shop.credit("2026-000001", "CN")
    give_back(shop, "r-2", 2)
    shop.credit("2026-000001", "CN")
    assert sum(note.gross for note in notes(shop)) == billed
    agree(shop)
    shop.assert_lawful()


def test_what_is_owed_at_the_door_or_on_account_is_less_and_nothing_goes_back(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.stock(LAMP, "leith", 6)
    shop.set_credit("c-7/EUR", eur(5000))
    for id, how in (("o-17", {"cash_on_delivery": True}), ("o-18", {"on_account": True})):
        shop.place(id, new_order((LAMP, 3), **how))
        shop.allocate(id)
        shop.ship(id, f"p-{id}")
        if id == "o-17":
            shop.expect_cash("pay-17", id, eur(3000))
        shop.ask_refund_only(f"q-{id}", id, eur(500))
        shop.grant_complaint(f"q-{id}")

        assert (due(shop.order(id)), owed_back(shop.order(id))) == (2500, 0)
    shop.assert_lawful()


# --- who decides, and silence --------------------------------------------------------------------


def waits(shop: Shop) -> list[Due]:
    return [one for one in shop.due(shop.clock.at) if one.ref.kind == "complaint"]


def silent(shop: Shop, days: float) -> Due:
    """Nobody acts for so many days, and not a moment before is anything due."""
    shop.clock.forward(days=days, microseconds=-1)
    assert not waits(shop)
    shop.clock.forward(microseconds=1)
    (one,) = waits(shop)
    shop.apply(one.call, key=one.key)
    return one


@pytest.mark.feature("F242")
def test_a_complaint_is_granted_refused_or_withdrawn_once(any_shop: Shop) -> None:
    shop = delivered(any_shop, price="10.00")
    for id in ("q-1", "q-2", "q-3"):
        shop.ask_refund_only(id, "o-17", eur(100))

    shop.grant_complaint("q-1")
    shop.reject_complaint("q-2", "worn")
    shop.withdraw_complaint("q-3")

    states = [shop.complaint(id).state for id in ("q-1", "q-2", "q-3")]
    assert states == [S.GRANTED, S.REJECTED, S.WITHDRAWN]
    assert shop.complaint("q-2").answer == "worn"
    assert total(shop.order("o-17")) == 2900
    for id in ("q-1", "q-2", "q-3"):
        assert shop.codes(v.grant_complaint.on(id)) == ["illegal_move"]


def test_money_that_nobody_decides_about_is_granted(any_shop: Shop) -> None:
    shop = delivered(any_shop, PATIENT, price="10.00")
    shop.ask_refund_only("q-1", "o-17", eur(500))

    limit = silent(shop, 2)

    assert (limit.who, limit.call.verb) == ("seller", "grant_complaint")
    assert owed_back(shop.order("o-17")) == 500
    assert shop.complaint("q-1").until is None


def test_a_complaint_about_goods_that_came_back_meanwhile_ends(shop: Shop) -> None:
    shop = delivered(shop, PATIENT, price="10.00")
    shop.ask_refund_only("q-1", "o-17", eur(500))
    give_back(shop, "r-1", 3)

    assert silent(shop, 2).call.verb == "withdraw_complaint"


def test_a_complaint_whose_evidence_does_not_come_ends(shop: Shop) -> None:
    shop = delivered(shop, attrs.evolve(NAMED, patience=Patience()), price="10.00")
    shop.ask_refund_only("q-1", "o-17", eur(500), reason="scratched")

    limit = silent(shop, 7)

    assert (limit.who, shop.complaint("q-1").state) == ("customer", S.WITHDRAWN)


@pytest.mark.feature("F247")
def test_a_question_that_nobody_answers_is_written_down_and_may_be_answered_late(
    any_shop: Shop,
) -> None:
    shop = delivered(any_shop, PATIENT)
    shop.complain("q-1", "o-17", "the driver was rude")
    assert shop.codes(v.miss_complaint.on("q-1")) == ["in_time"]

    assert silent(shop, 2).call.verb == "miss_complaint"
    assert shop.complaint("q-1").state is S.UNANSWERED
    assert not waits(shop)
    assert shop.codes(v.miss_complaint.on("q-1")) == ["illegal_move"]

    shop.answer_complaint("q-1", "we are sorry")
    assert (shop.complaint("q-1").state, shop.complaint("q-1").answer) == (
        S.ANSWERED,
        "we are sorry",
    )


# --- answers --------------------------------------------------------------------------------------


@pytest.mark.feature("F241", "F247")
def test_a_question_of_usage_leads_to_support_and_is_answered(any_shop: Shop) -> None:
    shop = delivered(any_shop, NAMED)

    shop.complain("q-1", "o-17", "how is it switched on?", "usage", ("film-1",))
    shop.answer_complaint("q-1", "by the cord")

    asked = shop.complaint("q-1")
    assert (asked.state, asked.reason, asked.evidence) == (S.ANSWERED, "usage", ("film-1",))
    assert due(shop.order("o-17")) == 0
    assert shop.codes(v.complain.on("q-2", "o-17", "dull", "dull")) == ["another_way"]


@pytest.mark.feature("F247")
def test_a_complaint_about_no_goods_may_be_granted_an_amount(shop: Shop) -> None:
    shop = delivered(shop, price="10.00")
    shop.complain("q-1", "o-17", "it came late")
    assert shop.refuses(v.grant_complaint.on("q-1")) == (
        "complaint q-1 asks for no amount: one is wanted"
    )

    shop.grant_complaint("q-1", eur(300), "for your patience")

    assert owed_back(shop.order("o-17")) == 300


def test_a_question_may_be_asked_before_anything_has_left(shop: Shop) -> None:
    shop.sell("o-17", (LAMP, 1))

    shop.complain("q-1", "o-17", "when does it come?")

    assert shop.complaint("q-1").lines == ()
    assert shop.codes(v.grant_complaint.on("q-1", eur(100))) == ["over_kept"]


def test_goods_that_were_lost_may_be_paid_back_and_cancelled_once(shop: Shop) -> None:
    shop.stock(BELL, "leith", 1)
    shop.sell("o-17", (BELL, 1))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.record_scan("p-1", ScanStatus.LOST)
    shop.ask_refund_only("q-1", "o-17")
    shop.grant_complaint("q-1")
    assert owed_back(shop.order("o-17")) == 4550
    shop.refund("o-17")

    shop.cancel("o-17")

    assert owed_back(shop.order("o-17")) == 0


# --- laws -----------------------------------------------------------------------------------------


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("back"), st.integers(1, 3), st.integers(1, 4000)),
            st.tuples(st.just("goods"), st.integers(1, 3), st.just(0)),
        ),
        max_size=6,
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_granted_and_returned_nothing_is_paid_twice(
    deeds: list[tuple[str, int, int]],
) -> None:
    shop = delivered(Shop(MemoryStore(), Rules(locations=(LEITH,))), price="10.01", n=5)
    for i, (what, n, amount) in enumerate(deeds):
        if what == "goods" and shop.why_not(v.ask_return.on(f"r-{i}", "o-17", (("1", n),))) == ():
            give_back(shop, f"r-{i}", n)
        asked = v.ask_refund_only.on(f"q-{i}", "o-17", eur(max(1, amount)), (("1", n),))
        if what == "back" and shop.why_not(asked) == ():
            shop.apply(asked)
            shop.grant_complaint(f"q-{i}")
            shop.refund("o-17")
        assert total(shop.order("o-17")) >= 0
    left = shop.bag("o-17").get("delivered", 0)
    if left:
        give_back(shop, "r-last", left)

    assert total(shop.order("o-17")) == 0
    assert shop.payment("pay-o-17").refunded == 5005
    shop.assert_lawful()


# --- bad input ------------------------------------------------------------------------------------


def test_bad_input_about_a_complaint_is_found_with_its_place(shop: Shop) -> None:
    shop = delivered(shop, price="10.00")
    shop.ask_refund_only("q-1", "o-17", eur(100))
    none: Any = None

    for call, path in (
        (v.complain.on("q-2", "", "why?"), "order"),
        (v.complain.on("q-2", "o-17", ""), "words"),
        (v.complain.on("q-2", "o-17", "why?", none), "reason"),
        (v.complain.on("q-2", "o-17", "why?", "", none), "evidence"),
        (v.complain.on("", "o-17", "why?"), "complaint"),
        (v.ask_refund_only.on("q-2", none), "order"),
        (v.ask_refund_only.on("q-2", "o-17", eur(0)), "amount"),
        (v.ask_refund_only.on("q-2", "o-17", None, none), "lines"),
        (v.ask_refund_only.on("q-2", "o-17", None, (), none), "reason"),
        (v.ask_refund_only.on("q-2", "o-17", None, (), "", (), none), "words"),
        (v.grant_complaint.on("q-1", eur(-1)), "amount"),
        (v.grant_complaint.on("q-1", None, none), "answer"),
        (v.answer_complaint.on("q-1", ""), "answer"),
        (v.reject_complaint.on("q-1", ""), "reason"),
        (v.add_complaint_evidence.on("q-1", none), "evidence"),
        (v.record_complaint_talk.on("q-1", ""), "reference"),
    ):
        assert shop.cannot_take(call) == path, call


# --- a return without a refund --------------------------------------------------------------------


@pytest.mark.feature("F230", "F234")
def test_goods_that_come_back_for_a_swap_agreed_otherwise_owe_nothing_back(any_shop: Shop) -> None:
    swap = Reason("swap", Fault.NOBODY)
    keep_all = RestockingFee(Deduction(Decimal(100)), reasons=("swap",))
    rules = Rules(
        locations=(LEITH,), reasons=(swap, SCRATCHED), refunding=Refunding(restocking=(keep_all,))
    )
    shop = delivered(any_shop, rules, price="10.01")

    shop.ask_return("r-1", "o-17", (("1", 2),), "swap")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")

    assert shop.bag("o-17") == {"delivered": 1, "returned": 2}
    assert (owed_back(shop.order("o-17")), due(shop.order("o-17"))) == (0, 0)
    shop.assert_lawful()
