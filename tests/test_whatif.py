from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import time
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import (
    BadInput,
    Component,
    Destination,
    NewLine,
    Position,
    Price,
    Refused,
    Rules,
    Sku,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.sqlite import SqliteStore
from orderflow.calendars import Calendar
from orderflow.ports import Store
from orderflow.rules import Policy
from orderflow.sending import Sending
from orderflow.shipping import Shipping
from orderflow.sourcing import LEAST_DAYS, Goal, Quantities, Rates, Share, Tariff
from orderflow.sourcing.pipeline import Pipeline
from orderflow.sourcing.policies import (
    BEST,
    CHEAPEST,
    FEWEST_SHIPMENTS,
    NEAREST,
    ONE_OR_NONE,
    PRIORITY,
)
from tests.builders import BELL, LAMP, LEITH, YORK, Shop, everything

POLICIES: Final = (PRIORITY, NEAREST, FEWEST_SHIPMENTS, CHEAPEST, BEST, ONE_OR_NONE)
EDINBURGH: Final = Destination("", "GB", 55_953_000, -3_188_000)
NEXT_DAY: Final = Shipping(Calendar("UTC", cut_off=time(15)), transit_days=1)
THREE_DAYS: Final = Shipping(Calendar("UTC", cut_off=time(15)), transit_days=3)
SENDING: Final = Sending(
    "2026",
    Rates({"leith": Tariff(640), "york": Tariff(700, step=100)}),
    grams=Quantities({"BRASS-LAMP": 900}),
)
RULES: Final = Rules(
    locations=(attrs.evolve(LEITH, ships=NEXT_DAY), attrs.evolve(YORK, ships=THREE_DAYS)),
    policy=NEAREST,
    sending=SENDING,
)
KIT: Final = NewLine(
    "1",
    Sku("CABIN-SET"),
    2,
    Price.of("100", "EUR"),
    components=(Component(LAMP, 2), Component(BELL, 1)),
)


@pytest.mark.feature("F148")
def test_another_policy_is_tried_on_the_orders_of_the_past(any_shop: Shop) -> None:
    shop = any_shop.under(RULES)
    for _ in range(2):
        shop.stock(LAMP, "leith", 2)
        shop.stock(LAMP, "york", 3)
        shop.stock(BELL, "york", 1)
    shop.sell("o-17", (LAMP, 2), (BELL, 1), destination=EDINBURGH)
    shop.allocate("o-17")
    shop.sell("o-18", (LAMP, 1), destination=EDINBURGH)
    shop.allocate("o-18")
    before = everything(shop.store, "")

    trial = shop.what_if(FEWEST_SHIPMENTS)

    first, second = trial.tried
    assert trial.policy == "fewest shipments"
    assert trial.differing == (first,)
    assert (first.order, first.units) == ("o-17", 3)
    assert first.was.shares == (Share("1", "leith", 2), Share("2", "york", 1))
    assert first.would.shares == (Share("1", "york", 2), Share("2", "york", 1))
    assert [first.more(goal) for goal in Goal] == [0, 0, -540, -1, 0]
    assert (trial.was(Goal.COST), trial.would(Goal.COST)) == (640 + 700 + 640, 800 + 640)
    assert (trial.was(Goal.SHIPMENTS), trial.would(Goal.SHIPMENTS)) == (3, 2)
    assert (second.was.figure(Goal.DAYS), second.more(Goal.DAYS)) == (1, 0)
    assert trial.units == 4
    assert everything(shop.store, "") == before, "nothing is changed"


def test_what_a_policy_would_have_left_out_is_a_difference_in_fill(any_shop: Shop) -> None:
    shop = any_shop.under(RULES)
    shop.stock(LAMP, "leith", 1)
    shop.stock(LAMP, "york", 1)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")

    (one,) = shop.what_if(ONE_OR_NONE).tried

    assert (one.more(Goal.LEFT), one.more(Goal.SHIPMENTS)) == (2, -2)
    assert one.would.shares == ()
    assert [row.n for row in one.sourced.missing()] == [2]


@pytest.mark.feature("F143")
def test_a_policy_that_looks_at_days_shortens_the_time_that_an_order_waits() -> None:
    shop = Shop(MemoryStore(), attrs.evolve(RULES, policy=FEWEST_SHIPMENTS))
    shop.stock(LAMP, "leith", 2)
    shop.stock(LAMP, "york", 3)
    shop.sell("o-17", (LAMP, 2), destination=Destination("", "GB", 53_959_000, -1_082_000))
    shop.under(attrs.evolve(RULES, policy=NEAREST)).allocate("o-17")

    (one,) = shop.what_if(Pipeline("fastest", objective=LEAST_DAYS)).tried

    assert (one.was.figure(Goal.DAYS), one.would.figure(Goal.DAYS)) == (3, 1)
    assert shop.under(attrs.evolve(RULES, policy=BEST)).what_if(NEAREST).tried[0].would == one.was


def test_a_refused_split_is_tried_all_the_same() -> None:
    shop = Shop(MemoryStore(), attrs.evolve(RULES, split=False))
    shop.stock(LAMP, "leith", 1)
    shop.stock(LAMP, "york", 1)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")

    (one,) = shop.what_if(ONE_OR_NONE).tried

    assert one.more(Goal.LEFT) == 2


def test_a_tariff_of_its_own_is_tried_on_both_answers() -> None:
    shop = Shop(MemoryStore(), RULES)
    shop.stock(LAMP, "leith", 1)
    shop.stock(LAMP, "york", 1)
    shop.sell("o-17", (LAMP, 1), destination=EDINBURGH)
    shop.allocate("o-17")
    dear = Sending("next year", Rates({"leith": Tariff(900)}, otherwise=Tariff(700)))

    (one,) = shop.what_if(CHEAPEST, sending=dear).tried

    assert (one.was.figure(Goal.COST), one.would.figure(Goal.COST)) == (900, 700)


def test_what_was_reserved_is_tried_where_it_was_reserved_and_not_again() -> None:
    shop = Shop(MemoryStore(), RULES)
    shop.stock(LAMP, "leith", 3)
    shop.expect("po-1", Position("BRASS-LAMP", "york"), 3, shop.clock())
    for id in ("o-17", "o-18"):
        shop.sell(id, (LAMP, 2))
    shop.reserve("o-17")
    shop.allocate("o-17")
    shop.reserve("o-18", "po-1")

    assert [one.order for one in shop.what_if(PRIORITY).tried] == ["o-17"]


def test_kits_are_compared_by_their_parts() -> None:
    shop = Shop(MemoryStore(), RULES)
    shop.stock(LAMP, "leith", 4)
    shop.stock(LAMP, "york", 3)
    shop.stock(BELL, "york", 2)
    shop.sell("o-17", KIT, destination=EDINBURGH)
    shop.allocate("o-17")

    (one,) = shop.what_if(NEAREST, sending=attrs.evolve(SENDING, kits_together=True)).tried

    assert one.units == 6
    assert one.was.shares == (Share("1.1", "leith", 4), Share("1.2", "york", 2))
    assert one.would.shares == (Share("1.1", "york", 2), Share("1.2", "york", 1))
    assert one.more(Goal.LEFT) == 3


def test_what_the_rules_of_today_would_not_give_cannot_be_compared() -> None:
    shop = Shop(MemoryStore(), attrs.evolve(RULES, sells_for=("maker-3",)))
    shop.stock(LAMP, "york", 1, owner="maker-3")
    shop.sell("o-17", (LAMP, 1))
    entry = shop.allocate("o-17").seq

    assert shop.under(RULES).what_if(NEAREST).unlike == (entry,)


def test_each_tenant_tries_its_own_orders(any_shop: Shop) -> None:
    shop = any_shop.under(RULES)
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 1))
    shop.allocate("o-17")
    other = Shop(shop.store, RULES, tenant="other", clock=shop.clock)

    assert other.what_if(NEAREST).tried == ()


def test_what_is_no_policy_is_refused_before_anything_is_read() -> None:
    shop = Shop(MemoryStore(), RULES)
    wrong: Any = "nearest"

    with pytest.raises(BadInput, match="policy"):
        shop.what_if(wrong)
    with pytest.raises(BadInput, match="sending"):
        shop.what_if(NEAREST, sending=wrong)
    wrong = None
    with pytest.raises(BadInput, match="policy"):
        shop.what_if(wrong)


LIVES: Final = st.lists(
    st.one_of(
        st.tuples(
            st.just("stock"),
            st.sampled_from((LAMP, BELL)),
            st.sampled_from(("leith", "york")),
            st.integers(1, 4),
        ),
        st.tuples(
            st.sampled_from(("allocate", "reserve")),
            st.lists(
                st.tuples(st.sampled_from((LAMP, BELL)), st.integers(1, 3)), min_size=1, max_size=3
            ),
            st.booleans(),
        ),
    ),
    min_size=2,
    max_size=8,
)


@pytest.mark.parametrize(
    "database", (MemoryStore, lambda: SqliteStore(":memory:")), ids=("memory", "sqlite")
)
@settings(max_examples=40)
@given(LIVES, st.sampled_from(POLICIES), st.booleans(), st.booleans())
def test_the_same_policy_makes_no_difference(
    database: Callable[[], Store], life: list[Any], policy: Policy, split: bool, kits: bool
) -> None:
    sending = attrs.evolve(SENDING, kits_together=kits)
    rules = attrs.evolve(RULES, policy=policy, split=split, sending=sending)
    shop = Shop(database(), rules)
    asked = 0
    for i, (what, *how) in enumerate(life):
        if what == "stock":
            shop.stock(*how)
            continue
        wanted, with_kit = how
        lines = [
            NewLine(f"{k}", sku, n, Price.of("10", "EUR")) for k, (sku, n) in enumerate(wanted, 2)
        ]
        shop.sell(f"o-{i}", *([KIT] if with_kit else []), *lines, destination=EDINBURGH)
        with suppress(Refused):  # where too little is there
            shop.allocate(f"o-{i}") if what == "allocate" else shop.reserve(f"o-{i}")
            asked += 1

    trial = shop.what_if(policy)

    assert len(trial.tried) == asked
    assert trial.differing == ()
    assert [trial.was(goal) for goal in Goal] == [trial.would(goal) for goal in Goal]
