from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import attrs
import pytest

from orderflow import (
    BadInput,
    Component,
    Destination,
    Location,
    MoveRefused,
    NewLine,
    NotFound,
    Position,
    Price,
    Refused,
    Rules,
    Sku,
    Workflow,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.sending import Sending
from orderflow.sourcing import Goal, Proof, Quantities, Rates, Share, Tariff, verify
from orderflow.sourcing.explaining import Lack
from orderflow.sourcing.pipeline import Cascade, Pipeline, in_order, one_or_none
from orderflow.sourcing.policies import CHEAPEST, NEAREST, PRIORITY
from orderflow.sourcing.stages import CLOSED, Dropped, by_distance, within_km, without
from orderflow.verbs import allocate
from tests.builders import BELL, LAMP, LEITH, MORNING, YORK, Shop, everything

EDINBURGH: Final = Destination("", "GB", 55_953_000, -3_188_000)
HULL: Final = Location("hull", 2, "GB", 53_744_000, -332_000)
PLACES: Final = (LEITH, YORK, HULL)
SENDING: Final = Sending("2026", Rates({"leith": Tariff(640)}, otherwise=Tariff(900)))


def shop_of(policy: Any = None, **more: Any) -> Shop:
    return Shop(MemoryStore(), Rules(locations=PLACES, policy=policy, **more))


# --- as it is now -----------------------------------------------------------------------------


def test_it_is_said_from_where_an_order_would_come_and_nothing_is_changed(any_shop: Shop) -> None:
    shop = any_shop.under(Rules(locations=PLACES, policy=CHEAPEST, sending=SENDING))
    for place in ("leith", "york"):
        shop.stock(LAMP, place, 2)
    shop.sell("o-17", (LAMP, 2), destination=EDINBURGH)
    before = everything(shop.store, "")

    found = shop.sourcing("o-17")

    assert everything(shop.store, "") == before
    assert (found.order, found.policy, found.used) == ("o-17", "cheapest", ("leith",))
    assert found.shares == (Share("1", "leith", 2),)
    assert found.certificate.proof is not Proof.NONE
    assert verify(found.plan, found.sourced.problem) == ()
    (york,) = found.unused()
    assert (york.place, york.goal, york.more) == ("york", Goal.COST, 260)
    assert found.dropped == (Dropped("hull", "has none of it"),)
    assert (found.missing(), found.kept_back) == ((), ())
    assert [one.sentence for one in found.reasons()] == [
        "hull is left out: it has none of it",
        "york is not used: with it it would cost more (2.60 EUR)",
    ]
    assert [one.say("zh") for one in found.reasons()] == [
        "未选用hull:没有所需商品",
        "未使用york:若使用,费用会更高 (2.60 EUR)",
    ]


def test_what_was_foreseen_is_what_is_allocated(any_shop: Shop) -> None:
    shop = any_shop.under(Rules(locations=PLACES, policy=NEAREST))
    shop.stock(LAMP, "leith", 1)
    shop.stock(LAMP, "york", 4)
    shop.sell("o-17", (LAMP, 3), destination=EDINBURGH)

    foreseen = shop.sourcing("o-17", (("1", 2),))
    shop.allocate("o-17", (("1", 2),))

    (then,) = shop.sourced("o-17")
    assert foreseen.shares == then.shares == (Share("1", "leith", 1), Share("1", "york", 1))
    assert then.why == foreseen


def test_a_filter_that_left_a_location_out_is_named_with_its_facts() -> None:
    policy = Pipeline("near", (without(CLOSED), within_km(100)), by_distance, in_order)
    shop = shop_of(policy)
    for place in ("leith", "york"):
        shop.stock(LAMP, place, 2)
    shop.sell("o-17", (LAMP, 2), destination=EDINBURGH)

    assert shop.sourcing("o-17").dropped == (
        Dropped("hull", "has none of it"),
        Dropped("york", "is too far away", (("km", 259), ("most", 100))),
    )


def test_what_stands_somewhere_and_may_not_be_had_is_told_apart_from_nothing() -> None:
    shop = shop_of()
    shop.stock(LAMP, "york", 3)
    shop.sell("o-16", (LAMP, 3))
    shop.allocate("o-16")
    old = Position("BRASS-LAMP", "hull", lot="L-1")
    shop.receive(old, 2, expires_at=MORNING + timedelta(days=1))
    shop.clock.forward(days=2)
    shop.stock(LAMP, "attic", 1)  # the rules do not name it
    shop.stock(BELL, "leith", 5)
    shop.sell("o-17", (LAMP, 1))

    found = shop.sourcing("o-17")

    assert found.used == ("attic",)
    assert found.dropped == (
        Dropped("hull", "has none of it that this order may have", (("there", 2), ("claimed", 0))),
        Dropped("leith", "has none of it"),
        Dropped("york", "has none of it that is free", (("there", 3), ("claimed", 3))),
    )


def test_of_units_that_are_left_out_it_is_said_what_was_missing() -> None:
    shop = shop_of()
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 3), (BELL, 1))

    found = shop.sourcing("o-17")

    assert [(one.line, one.n, one.lack) for one in found.missing()] == [
        ("1", 1, Lack.TOO_FEW),
        ("2", 1, Lack.NOWHERE),
    ]
    assert [one.sentence for one in found.reasons()][-2:] == [
        "line 1 of order o-17: 1 left out, since the places that may send it have too few",
        "line 2 of order o-17: 1 left out, since no place that may send it has any",
    ]


def test_an_order_that_cannot_be_served_whole_is_decided_all_the_same() -> None:
    shop = shop_of(split=False)
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 3))

    assert shop.why_not(allocate.on("o-17")) != ()
    assert [one.n for one in shop.sourcing("o-17").missing()] == [1]


def test_each_rule_of_a_cascade_gives_its_reasons() -> None:
    near = Pipeline("near", (within_km(100),), by_distance, one_or_none)
    shop = shop_of(Cascade("near, else any", (near, PRIORITY)))
    for place in ("leith", "york"):
        shop.stock(LAMP, place, 2)
    shop.sell("o-17", (LAMP, 3), destination=EDINBURGH)

    found = shop.sourcing("o-17")

    assert found.policy == "priority"
    assert found.used == ("leith", "york")
    assert "york is left out: it is too far away (km 259, most 100)" in [
        one.sentence for one in found.reasons()
    ]


def test_a_plain_rule_that_could_do_better_says_so() -> None:
    rates = Rates({"leith": Tariff(900)}, otherwise=Tariff(640))
    shop = shop_of(NEAREST, sending=Sending("2026", rates))
    for place in ("leith", "york"):
        shop.stock(LAMP, place, 2)
    shop.stock(LAMP, "hull", 2)
    shop.sell("o-17", (LAMP, 2), destination=EDINBURGH)

    assert [one.sentence for one in shop.sourcing("o-17").reasons()] == [
        f"{place} is not used: with it it would cost less, which the policy does not look for"
        " (2.60 EUR)"
        for place in ("hull", "york")
    ]


def test_a_location_that_is_as_good_and_one_that_can_send_nothing_are_told_apart() -> None:
    sending = Sending("2026", together=("BRASS-LAMP",))
    shop = shop_of(sending=sending)
    for place in ("leith", "york"):
        shop.stock(LAMP, place, 2)
    shop.stock(LAMP, "hull", 1)
    shop.sell("o-17", (LAMP, 2))

    assert [one.sentence for one in shop.sourcing("o-17").reasons()] == [
        "hull is not used: with it no plan was found",
        "york is not used: with it it would be as good",
    ]


def test_a_kit_is_told_by_its_parts() -> None:
    kit = NewLine(
        "1",
        Sku("CABIN-SET"),
        2,
        Price.of("100", "EUR"),
        components=(Component(LAMP, 2), Component(BELL, 1)),
    )
    shop = shop_of(sending=Sending("2026", kits_together=True))
    shop.stock(LAMP, "leith", 4)
    shop.stock(BELL, "leith", 2)
    shop.stock(BELL, "york", 2)
    shop.sell("o-17", kit)

    found = shop.sourcing("o-17")

    assert {(share.line, share.n) for share in found.shares} == {("1.1", 4), ("1.2", 2)}
    assert found.used == ("leith",)


# --- when there is nothing to decide ----------------------------------------------------------


def test_what_is_refused_before_a_policy_is_asked_is_refused_here_for_the_same_reasons() -> None:
    shop = shop_of()
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.hold("o-17", "fraud", "odd address")

    with pytest.raises(Refused) as no:
        shop.sourcing("o-17")

    assert no.value.refusals == shop.why_not(allocate.on("o-17"))


def test_what_is_reserved_is_decided_already() -> None:
    shop = shop_of()
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.reserve("o-17")

    with pytest.raises(MoveRefused, match="no unit of order o-17 can reserve"):
        shop.sourcing("o-17")

    (then,) = shop.sourced("o-17")
    assert (then.verb, then.shares) == ("reserve", (Share("1", "leith", 2),))


def test_what_there_is_not_and_what_is_no_line_is_said() -> None:
    shop = shop_of()
    shop.sell("o-17", (LAMP, 2))

    with pytest.raises(NotFound):
        shop.sourcing("o-18")
    with pytest.raises(BadInput):
        shop.sourcing("o-17", (("1", 0),))


# --- as it was --------------------------------------------------------------------------------


def test_each_decision_of_the_past_has_the_reasons_of_then(any_shop: Shop) -> None:
    shop = any_shop.under(Rules(locations=PLACES, policy=CHEAPEST, sending=SENDING))
    shop.stock(LAMP, "york", 1)
    shop.sell("o-17", (LAMP, 2), destination=EDINBURGH)
    shop.allocate("o-17")
    shop.stock(LAMP, "leith", 5)
    shop.stock(LAMP, "hull", 5)
    shop.clock.forward(hours=1)
    shop.allocate("o-17")
    shop.stock(LAMP, "york", 9)

    first, second = shop.sourced("o-17")

    assert (first.verb, first.shares) == ("allocate", (Share("1", "york", 1),))
    assert first.why is not None
    assert [one.place for one in first.why.dropped] == ["hull", "leith"]
    assert [one.n for one in first.why.missing()] == [1]
    assert second.at - first.at == timedelta(hours=1)
    assert second.seq > first.seq
    assert second.shares == (Share("1", "leith", 1),)
    assert second.why is not None
    assert [(one.place, one.more) for one in second.why.unused()] == [("hull", 260)]
    assert second.why.dropped == (
        Dropped("york", "has none of it that is free", (("there", 1), ("claimed", 1))),
    )


def test_reasons_of_other_rules_would_be_none() -> None:
    shop = shop_of(NEAREST)
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2), destination=EDINBURGH)
    shop.allocate("o-17")

    (then,) = shop.under(attrs.evolve(shop.rules, policy=PRIORITY)).sourced("o-17")

    assert (then.shares, then.why) == ((Share("1", "leith", 2),), None)


def test_a_policy_that_decides_otherwise_today_under_its_old_name_has_no_reasons() -> None:
    shop = shop_of(NEAREST)
    shop.stock(LAMP, "leith", 2)
    shop.stock(LAMP, "york", 2)
    shop.sell("o-17", (LAMP, 2), destination=EDINBURGH)
    shop.allocate("o-17")
    changed = Pipeline("nearest", rank=lambda places, _: tuple(reversed(places)))

    (then,) = shop.under(attrs.evolve(shop.rules, policy=changed)).sourced("o-17")

    assert then.why is None


def test_what_came_out_of_a_supply_row_or_out_of_a_reservation_was_not_decided_again() -> None:
    shop = shop_of()
    shop.expect("s-1", Position("BRASS-LAMP", "leith"), 5, MORNING + timedelta(days=3))
    shop.sell("o-17", (LAMP, 1), (BELL, 1))
    shop.reserve("o-17", "s-1", (("1", 1),))
    shop.stock(BELL, "york", 1)
    shop.reserve("o-17", lines=(("2", 1),))
    shop.allocate("o-17", (("2", 1),))

    (then,) = shop.sourced("o-17")

    assert (then.verb, then.shares) == ("reserve", (Share("2", "york", 1),))
    with pytest.raises(NotFound):
        Workflow(shop.store, shop.rules).sourced("o-18")


def test_each_tenant_asks_for_its_own_orders() -> None:
    store = MemoryStore()
    ours, theirs = (Shop(store, Rules(PLACES), tenant=name) for name in ("ours", "theirs"))
    for shop, place in ((ours, "leith"), (theirs, "york")):
        shop.stock(LAMP, place, 1)
        shop.sell("o-17", (LAMP, 1))

    assert ours.sourcing("o-17").used == ("leith",)
    theirs.allocate("o-17")

    assert ours.sourced("o-17") == ()
    assert [one.shares for one in theirs.sourced("o-17")] == [(Share("1", "york", 1),)]


def test_the_search_is_not_asked_about_locations_that_have_nothing() -> None:
    many = tuple(Location(f"shop-{i:03}", i) for i in range(300))
    shop = Shop(MemoryStore(), Rules((LEITH, *many)))
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 1))

    found = shop.sourcing("o-17")

    assert len(found.dropped) == 300
    assert [place.id for place in found.sourced.problem.places] == ["leith"]
    assert found.sourced.problem.grams == Quantities()
