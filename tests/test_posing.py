"""A host's own policy is asked, and what it miscounts is never claimed."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderflow import Component, NewLine, Price, Rules, Sku
from orderflow.adapters.memory import MemoryStore
from orderflow.allocation import allocate, reserve
from orderflow.sending import Sending
from orderflow.sourcing import Certificate, Goal, Plan, Problem, Proof, Share, best
from orderflow.sourcing.pipeline import Sourced
from tests.builders import BELL, LAMP, ROPE, Shop, everything


@attrs.frozen
class Ships:
    """A host's own policy, which ships what it was told to, whatever it is asked."""

    shares: tuple[Share, ...]
    name: str = "ships"

    def __call__(self, problem: Problem) -> Sourced:
        none = Certificate(Proof.NONE, (0,), 0)
        plan = Plan((Goal.LEFT,), (0,), self.shares, (), none)
        return Sourced(self.name, problem, plan, (), ())


@pytest.mark.parametrize(
    "shares",
    (
        (Share("1", "york", 3),),
        (Share("1", "leith", 2),),
        (Share("1", "leith", 1), Share("1", "leith", 1)),
        (Share("1", "york", -1),),
        (Share("1", "york", 2), Share("1", "leith", -1)),
        (Share("1", "york", 0),),
        (Share("1", "york", 1.5),),  # type: ignore[arg-type]  # what a host may do
        (Share("1", "york", True),),
        (Share("1", "hull", 1),),
        (Share("2", "leith", 1),),
        (Share("3", "york", 1),),
        (("1", "york", 1),),
    ),
    ids=str,
)
def test_what_a_policy_miscounts_is_never_claimed(shares: tuple[Share, ...]) -> None:
    shop = Shop(MemoryStore(), Rules(policy=Ships(shares)))
    shop.stock(LAMP, "leith", 1)
    for sku in (LAMP, BELL):
        shop.stock(sku, "york", 9)
    shop.sell("o-17", (LAMP, 2), (BELL, 1))
    before = everything(shop.store, "")

    for call in (allocate.on("o-17"), reserve.on("o-17")):
        with pytest.raises(ValueError, match="policy ships ships what nobody has or asked for"):
            shop.apply(call)

    assert everything(shop.store, "") == before
    sound = shop.under(Rules())
    sound.allocate("o-17")
    with pytest.raises(ValueError, match="policy ships ships what nobody has or asked for"):
        sound.what_if(Ships(shares))


def test_a_policy_gives_a_plan_and_says_so_where_it_does_not() -> None:
    class Silent:
        name = "silent"

        def __call__(self, problem: Problem) -> Any:
            return best(problem)

    shop = Shop(MemoryStore(), Rules(policy=Silent()))
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 2))

    with pytest.raises(TypeError, match="policy silent must give a Sourced with a Plan"):
        shop.apply(allocate.on("o-17"))


def test_a_kit_of_measured_goods_leaves_like_any_other() -> None:
    shop = Shop(MemoryStore(), Rules(sending=Sending("2026", kits_together=True)))
    shop.stock(ROPE, "leith", 4_000_000)
    shop.stock(LAMP, "leith", 2)
    parts = (Component(ROPE, 2_000_000), Component(LAMP, 1))
    shop.sell("o-17", NewLine("1", Sku("RIGGING"), 2, Price.of("100", "EUR"), components=parts))

    shop.allocate("o-17")

    assert shop.bag("o-17") == {"allocated": 4_000_002}
