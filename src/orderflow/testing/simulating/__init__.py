"""The simulator: weeks of a trade in a moment, with whatever can go wrong, drawn by a seed.

It knows customers, a warehouse, suppliers, a carrier and a gateway as they behave, and refuses to
know any rule of the business: what they may do the library says.

Problem: a fault that needs a lost reply, a crash and a late scan at once is found by no test that
somebody thought of, and once found it cannot be told again.
Decision: everything that happens is drawn by a seed and by what it is about, so the same seed is
the same story, to the byte of its journal. Each happening draws for itself: without one of them
the others stay as they are, so a story that breaks a law is made shorter until every happening in
it is needed.

`story` draws what happens, `host` is the process that dies of it, `world` lets it happen, and
`laws` looks at what has come of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from orderflow.adapters.memory import MemoryStore
from orderflow.errors import BadInput
from orderflow.ports import Store
from orderflow.rules import Rules
from orderflow.testing.samples import RULES
from orderflow.testing.simulating.laws import Broken
from orderflow.testing.simulating.story import Faults, Happening, story_of
from orderflow.testing.simulating.world import Simulated, World
from orderflow.values import whole

__all__ = ["Broke", "Faults", "Happening", "Simulated", "simulate"]

_SHORTER_MAX = 200
"""How many shorter stories are tried."""


class Broke(AssertionError):
    """A law did not hold: which, by which seed, and the shortest story found that breaks it."""

    def __init__(self, seed: int, law: str, story: tuple[Happening, ...]) -> None:
        super().__init__(seed, law, story)
        self.seed, self.law, self.story = seed, law, story

    def __str__(self) -> str:
        told = "".join(f"\n  {happening}" for happening in self.story)
        return f"seed {self.seed}: {self.law}; after{told or ' nothing'}"


def simulate(
    seed: int,
    days: int = 30,
    rules: Rules = RULES,
    faults: Faults = Faults(),  # noqa: B008 - frozen
    *,
    store: Callable[[], Store] = MemoryStore,
) -> Simulated:
    """Let a seed's story of so many days happen, and look at every law as it goes.

    `store` makes an empty store, once for the story and once for each shorter one. Raises `Broke`
    with a short story where a law does not hold.
    """
    whole(seed, "seed", least=0)
    whole(days, "days", most=366)
    if not rules.locations:
        raise BadInput("rules", "name a location, or nothing can be sent")
    story = story_of(seed, days, faults)
    world = World(seed, rules, faults, store())
    try:
        return world.live(story)
    except Broken as broken:
        law = str(broken)
    short = _shorter(story, lambda one: _breaks(seed, rules, faults, store, one))
    raise Broke(seed, _breaks(seed, rules, faults, store, short) or law, short)


def _breaks(
    seed: int,
    rules: Rules,
    faults: Faults,
    store: Callable[[], Store],
    story: Sequence[Happening],
) -> str:
    """The law that a story breaks; empty where it breaks none."""
    try:
        World(seed, rules, faults, store()).live(story)
    except Broken as broken:
        return str(broken)
    return ""


def _shorter(
    story: tuple[Happening, ...], breaks: Callable[[Sequence[Happening]], str]
) -> tuple[Happening, ...]:
    """Leave out of a story what it breaks without: halves first, then ever smaller parts."""
    tries, size = 0, len(story) // 2
    while size and tries < _SHORTER_MAX:
        start = 0
        while start < len(story) and tries < _SHORTER_MAX:
            without = story[:start] + story[start + size :]
            tries += 1
            if breaks(without):
                story = without
            else:
                start += size
        size //= 2
    return story
