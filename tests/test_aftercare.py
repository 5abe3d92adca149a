"""What customers have after a sale: whom they turn to, and what good customers have besides."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any, Final

import pytest

from orderflow import Aftercare, BadInput, ChargeKind, NewCharge, Patience, Reason, Rules, Way
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.outbox import Event, drain
from orderflow.closing import archive
from orderflow.complaints import ask_refund_only
from orderflow.returns import ask_return
from orderflow.settlement import Role
from orderflow.states import ReturnState
from orderflow.windows import Start, Window
from tests.builders import BELL, LAMP, LEITH, MORNING, Shop, line

SHANGHAI: Final = "Asia/Shanghai"
GOLD: Final = Aftercare("gold", "anna", approve_returns=True, window=Window(30, SHANGHAI))
EVERYBODY: Final = Aftercare(desk="service")


def careful(shop: Shop, *care: Aftercare, **more: Any) -> Shop:
    """A shop that decides about returns by hand, and takes them back for seven days."""
    week = Window(7, SHANGHAI)
    return shop.under(
        Rules((LEITH,), return_window=week, approve_returns=False, aftercare=care, **more)
    )


def sold(shop: Shop, id: str, tier: str) -> None:
    """An order of one lamp, delivered in the morning."""
    shop.stock(LAMP, "leith", 1)
    shop.sell(id, (LAMP, 1), tier=tier)
    shop.allocate(id)
    shop.ship(id, f"p-{id}")
    shop.deliver(f"p-{id}")


class Told:
    """What a publisher was told."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def publish(self, event: Event) -> None:
        self.events.append(event)


# --- whom a customer turns to --------------------------------------------------------------------


@pytest.mark.feature("F245")
def test_who_has_a_completed_order_is_told_whom_to_turn_to(any_shop: Shop) -> None:
    shop = careful(any_shop, EVERYBODY, GOLD)
    sold(shop, "o-17", "")
    sold(shop, "o-18", "gold")
    sold(shop, "o-19", "silver")
    assert shop.seen_by_purchaser("o-17").contact == ""

    for id in ("o-17", "o-18", "o-19"):
        shop.complete(id)

    assert [shop.order(id).contact for id in ("o-17", "o-18", "o-19")] == [
        "service",
        "anna",
        "service",
    ]
    assert shop.seen_by_purchaser("o-18").contact == "anna"
    shop.assert_lawful()


@pytest.mark.feature("F245")
def test_the_news_of_a_completed_order_names_the_contact() -> None:
    store = MemoryStore()
    shop = careful(Shop(store), EVERYBODY)
    sold(shop, "o-17", "")
    shop.complete("o-17")
    told = Told()

    drain(store, told)

    last = json.loads(told.events[-1].data)
    assert (last["verb"], "service" in told.events[-1].data) == ("complete", True)


def test_who_was_told_once_is_told_again_only_of_another_desk(shop: Shop) -> None:
    shop = careful(shop, EVERYBODY)
    sold(shop, "o-17", "")
    shop.complete("o-17")
    shop.ask_return("r-1", "o-17")
    shop.close_return("r-1")
    again = shop.complete("o-17")
    assert [fact for fact in again.facts if getattr(fact, "what", "") == "contact"] == []

    shop.ask_return("r-2", "o-17")
    shop.close_return("r-2")
    shop = shop.under(Rules((LEITH,), aftercare=(Aftercare(desk="new desk"),)))
    shop.complete("o-17")

    assert shop.order("o-17").contact == "new desk"


def test_where_no_desk_is_named_a_contact_that_was_told_stays(shop: Shop) -> None:
    shop = careful(shop, EVERYBODY)
    sold(shop, "o-17", "")
    shop.complete("o-17")
    shop.ask_return("r-1", "o-17")
    shop.close_return("r-1")

    shop = shop.under(Rules((LEITH,)))
    shop.complete("o-17")

    assert shop.order("o-17").contact == "service"


# --- what good customers have besides ------------------------------------------------------------


@pytest.mark.feature("F246")
def test_a_good_customer_asks_back_for_longer_and_nobody_has_to_agree(any_shop: Shop) -> None:
    shop = careful(any_shop, EVERYBODY, GOLD)
    sold(shop, "o-17", "")
    sold(shop, "o-18", "gold")
    shop.ask_return("r-0", "o-17")
    assert shop.returned("r-0").state is ReturnState.ASKED
    shop.close_return("r-0")
    shop.clock.forward(days=29)

    assert shop.codes(ask_return.on("r-1", "o-17")) == ["window_closed"]
    assert shop.ask_return("r-2", "o-18").document.state is ReturnState.APPROVED
    shop.assert_lawful()


@pytest.mark.feature("F246")
def test_what_may_come_back_and_when_the_order_is_put_away_follow_the_tier(shop: Shop) -> None:
    shop = careful(shop, GOLD)
    sold(shop, "o-18", "gold")
    shop.complete("o-18")
    end = Window(30, SHANGHAI).closing(MORNING).last

    (one,) = shop.returnable("o-18")
    assert one.until == end
    shop.clock.at = end
    assert shop.codes(archive.on("o-18")) == ["window_open"]
    assert shop.why_not(ask_refund_only.on("q-1", "o-18")) == ()
    shop.clock.at = end + timedelta.resolution
    assert shop.codes(ask_refund_only.on("q-1", "o-18")) == ["window_closed"]
    shop.archive("o-18")


@pytest.mark.feature("F246")
def test_who_acts_for_a_good_customer_stands_with_what_is_due(shop: Shop) -> None:
    shop = careful(
        shop, EVERYBODY, GOLD, patience=Patience(), reasons=(Reason("dull", evidence=1),)
    )
    sold(shop, "o-17", "")
    sold(shop, "o-18", "gold")
    for id, returned in (("o-17", "r-1"), ("o-18", "r-2")):
        shop.ask_return(returned, id, reason="dull", evidence=("film",))
    shop.receive_return("r-2", "leith")
    shop.ask_return("r-3", *_another(shop))

    due = {one.ref.id: (one.who, one.desk) for one in shop.due(MORNING + timedelta(days=20))}

    assert due["r-1"] == ("seller", "service")
    assert due["r-2"] == ("seller", "anna")
    assert due["r-3"] == ("customer", "")


def _another(shop: Shop) -> tuple[str, tuple[tuple[str, int], ...], str]:
    """A return that waits for its customer."""
    sold(shop, "o-19", "gold")
    return ("o-19", (("1", 1),), "dull")


def test_no_window_gets_shorter_by_a_tier(shop: Shop) -> None:
    fault = Reason("faulty", window=Window(365, SHANGHAI))
    shop = careful(shop, GOLD, reasons=(fault,))
    sold(shop, "o-18", "gold")
    shop.clock.forward(days=100)

    shop.ask_return("r-1", "o-18", reason="faulty")

    assert shop.returned("r-1").state is ReturnState.APPROVED


def test_a_window_of_a_tier_that_has_not_begun_closes_nothing(shop: Shop) -> None:
    patient = Aftercare("gold", window=Window(7, SHANGHAI, Start.LAST_PARCEL))
    shop = careful(shop, patient)
    shop.stock(LAMP, "leith", 1)
    shop.stock(BELL, "leith", 1)
    shop.sell("o-18", line("1", LAMP, 1), line("2", BELL, 1), tier="gold")
    shop.allocate("o-18")
    shop.ship("o-18", "p-1", lines=(("1", 1),))
    shop.ship("o-18", "p-2")
    shop.deliver("p-1")
    shop.clock.forward(days=20)

    shop.ask_return("r-1", "o-18", (("1", 1),))


def test_what_is_repaired_is_agreed_to_by_itself_as_well(shop: Shop) -> None:
    shop = careful(shop, GOLD, reasons=(Reason("faulty", ways=(Way.REPAIR,)),))
    sold(shop, "o-18", "gold")

    shop.ask_repair("r-1", "o-18", reason="faulty")

    assert shop.returned("r-1").state is ReturnState.APPROVED


def test_what_is_sent_again_keeps_the_tier_of_its_order(shop: Shop) -> None:
    shop = careful(shop, GOLD)
    sold(shop, "o-18", "gold")

    shop.ask_reissue("s-1", "o-18", (("1", 1),), "faulty")
    shop.approve_reissue("s-1", "o-19")

    assert shop.order("o-19").tier == "gold"


def test_what_others_bear_waits_until_the_longer_window_is_over(shop: Shop) -> None:
    shop = careful(shop, GOLD)
    shop.stock(LAMP, "leith", 1)
    discount = NewCharge(ChargeKind.DISCOUNT, -100, bearer="brand")
    shop.sell("o-18", (LAMP, 1), charges=(discount,), tier="gold")
    shop.allocate("o-18")
    shop.ship("o-18", "p-1")
    shop.deliver("p-1")
    over = Window(30, SHANGHAI).closing(MORNING).last

    def waiting(days: timedelta) -> list[int]:
        parties = shop.settlement(MORNING - timedelta(days=1), over + days).parties
        return [one.waiting for one in parties if one.role is Role.BEARER]

    assert (waiting(timedelta()), waiting(timedelta.resolution)) == ([100], [0])


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "wrong"),
    (
        ("aftercare.tier", {"tier": 3}),
        ("aftercare gold.desk", {"desk": None}),
        ("aftercare gold.approve_returns", {"approve_returns": 1}),
        ("aftercare gold.window", {"window": 30}),
    ),
)
def test_aftercare_that_makes_no_sense_is_refused(path: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as no:
        Aftercare(**{"tier": "gold", **wrong})

    assert no.value.path == path
