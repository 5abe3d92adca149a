"""The invariants of a walk: what they let pass, and what they name."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderflow.payments import Notice
from orderflow.records import Document, Order, Parcel, Payment, Return, SentAgain
from orderflow.states import (
    OrderState,
    ParcelState,
    PaymentState,
    RequestState,
    ReturnState,
    UnitState,
)
from orderflow.testing import INVARIANTS, Seen
from orderflow.testing.world import Effect, World, digest_of
from orderflow.units import tag
from tests.builders import LAMP, MORNING, Shop, documents, eur, new_order


def broken(shop: Shop, *instead: Document) -> dict[str, str]:
    """What the invariants have against a shop's documents, with others in the place of some."""
    now: dict[Any, Document] = {one.value.ref: one.value for one in documents(shop.store)}
    now.update((one.ref, one) for one in instead)
    digests = {ref: digest_of(ref, document) for ref, document in now.items()}
    world = World.empty(MORNING, {}).after(Effect(now, digests, (), (), ()))
    assert world is not None
    return {
        name: law(Seen(world), document)
        for name, law in INVARIANTS.items()
        for document in now.values()
        if law(Seen(world), document)
    }


def elsewhere(order: Order, state: UnitState | None = None, **tags: str) -> Order:
    """The order with its units in another state, or with other tags."""
    lines = tuple(
        attrs.evolve(
            line,
            spots=tuple(
                attrs.evolve(spot, state=state or spot.state, slice=tag(spot.slice, **tags))
                for spot in line.spots
            ),
        )
        for line in order.lines
    )
    return attrs.evolve(order, lines=lines)


def sent_again(shop: Shop) -> Order:
    """Order o-17 of two lamps: lost, sent again, and completed."""
    shop.stock(LAMP, "leith", 10)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 2))
    shop.lose("p-1")
    shop.ask_reissue("e-1", "o-17", (), "lost")
    shop.approve_reissue("e-1", "o-18")
    shop.allocate("o-18")
    shop.ship("o-18", "p-2")
    shop.deliver("p-2")
    shop.settle_reissue("e-1")
    return shop.complete("o-17").document


ENDED = "ended orders have nothing under way"
THERE = "units are with documents that are there"
TOGETHER = "parcels and their units are at one place"
MONEY = "money shows in the state of its payment"


@pytest.mark.parametrize("state", (UnitState.LOST, UnitState.MISSING))
def test_what_went_astray_has_ended_once_it_was_sent_again(shop: Shop, state: UnitState) -> None:
    done = sent_again(shop)

    assert broken(shop) == {}
    assert broken(shop, elsewhere(done, state)) == {}
    assert broken(shop, attrs.evolve(elsewhere(done, state), state=OrderState.ARCHIVED)) == {}


def test_a_lost_parcel_that_turns_up_later_does_not_alarm(shop: Shop) -> None:
    sent_again(shop)

    shop.turn_back("p-1")
    assert broken(shop) == {}
    shop.receive_back("p-1", "leith")
    assert broken(shop) == {}
    shop.restock("o-17")
    assert broken(shop) == {}  # lost for its order, though its parcel has come back


@pytest.mark.parametrize(
    "rows",
    (
        (),
        (SentAgain("e-1", "1", 2, done=False, astray=2),),
        (SentAgain("e-1", "1", 1, done=True, astray=1),),
        (SentAgain("e-1", "2", 2, done=True, astray=2),),
    ),
    ids=("nothing", "not yet", "too few", "another line"),
)
def test_what_was_not_sent_again_is_under_way(shop: Shop, rows: tuple[SentAgain, ...]) -> None:
    done = sent_again(shop)

    said = broken(shop, attrs.evolve(done, sent_again=rows))

    assert said[ENDED] == "completed with units lost"


def test_what_is_lost_in_a_return_is_under_way_though_others_were_sent_again(shop: Shop) -> None:
    done = sent_again(shop)

    said = broken(shop, elsewhere(done, returning="r-1"))

    assert said[ENDED] == "completed with units lost"


@pytest.mark.parametrize(
    ("tags", "said"),
    (
        ({"dispatch": "d-9"}, "units delivered name dispatch d-9"),
        ({"parcel": "p-9"}, "units delivered name parcel p-9"),
        ({"returning": "r-9"}, "units delivered name return r-9"),
    ),
)
def test_what_units_name_is_there(shop: Shop, tags: dict[str, Any], said: str) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))
    assert broken(shop) == {}

    wrong = broken(shop, elsewhere(shop.order("o-17"), **tags))

    assert wrong[THERE] == f"{said}, which is not there or was called off"


def test_units_are_in_no_parcel_and_in_no_return_that_was_called_off(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))
    shop.ask_return("r-1", "o-17")
    parcel: Parcel = attrs.evolve(shop.parcel("p-1"), state=ParcelState.CANCELLED)
    rejected: Return = attrs.evolve(shop.returned("r-1"), state=ReturnState.REJECTED)
    cancelled: Return = attrs.evolve(shop.returned("r-1"), state=ReturnState.CANCELLED)

    assert broken(shop) == {}
    assert broken(shop, parcel)[THERE].startswith("units delivered name parcel p-1, ")
    assert broken(shop, rejected)[THERE].startswith("units delivered name return r-1, ")
    assert broken(shop, cancelled)[THERE].startswith("units delivered name return r-1, ")


def test_the_warehouse_works_for_a_dispatch_that_is_not_over(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    dispatch = next(one.value for one in documents(shop.store) if one.value.ref.id == "d-1")
    over = [RequestState.CANCELLED, RequestState.REFUSED, RequestState.DONE]

    assert broken(shop) == {}
    for state in over:
        ended: Any = attrs.evolve(dispatch, state=state)  # type: ignore[arg-type]
        assert broken(shop, ended) == {THERE: "units released for dispatch d-1, which is over"}
    nowhere = elsewhere(shop.order("o-17"), dispatch="")
    assert broken(shop, nowhere) == {THERE: "units released for dispatch , which is over"}


def test_a_dispatch_whose_rest_was_called_off_may_have_shipped_a_part(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",), lines=(("1", 1),))
    shop.hand_over("p-1")
    shop.recall("d-1")

    assert broken(shop) == {}


@pytest.mark.parametrize("state", (UnitState.SHIPPED, UnitState.GOING_BACK))
def test_units_on_the_road_are_where_their_parcel_is(shop: Shop, state: UnitState) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))

    said = broken(shop, elsewhere(shop.order("o-17"), state))

    assert said == {TOGETHER: f"units {state} in parcel p-1, which is delivered"}


def test_money_in_dispute_shows_in_its_payment_whatever_went_back(shop: Shop) -> None:
    shop.pay("pay-1", eur(1000), ())
    shop.pay_back("pay-1", eur(400))
    disputed = shop.charge_back("pay-1", eur(300)).document
    assert broken(shop) == {}

    for state in (PaymentState.CAPTURED, PaymentState.PART_REFUNDED, PaymentState.REFUNDED):
        hidden: Payment = attrs.evolve(disputed, state=state)
        assert broken(shop, hidden) == {
            MONEY: f"the payer's bank has taken money back while {state}"
        }


def test_a_payment_of_which_all_has_gone_back_may_be_voided(shop: Shop) -> None:
    shop.place("o-17", new_order((LAMP, 1), cash_on_delivery=True))
    shop.expect_cash("pay-1", "o-17", eur(1000))
    shop.record_notice("pay-1", Notice.CAPTURED, eur(1000))
    shop.pay_back("pay-1")
    voided = shop.void_payment("pay-1", "paid in another way").document

    assert broken(shop) == {}
    kept: Payment = attrs.evolve(voided, refunded=400, unapplied=600)
    assert broken(shop, kept) == {MONEY: "1000 captured while voided"}
