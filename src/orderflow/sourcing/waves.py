"""Many orders that want the same goods: a morning's orders, a flash sale.

It knows orders as plain wants, and what they draw on together, and refuses to know how one order is
served at the best.

Problem: who comes first takes what suits him, and leaves to the next what makes three parcels.
To look for the best of all plans of a thousand orders at once is out of reach.
Observation: an order by itself is solved to the end in less than a thousandth of a second.
So a plan of the wave can be improved by asking small questions again: give back what one order that
is split or short and a few that share its SKUs have taken, serve these few anew in another order of
turns, and keep what is not worse.
Orders that share no SKU and no limited place never meet, so they are solved apart, and work grows
with the tangle and not with the number of orders.
Decision: *first come*, *priority* and *fair share* are turns; *best overall* goes on from them, by
a chance that begins with a seed and for so many nodes: the same input gives the same plan.

By fair share, tiers of customers take turns by their weights: with 3 and 1 a gold order is followed
by another two before the next silver one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import attrs

from orderflow.errors import BadInput
from orderflow.sourcing.floor import Floor, Order, Wave
from orderflow.sourcing.improving import Chance, apart, improve
from orderflow.sourcing.solving import dealt
from orderflow.sourcing.values import (
    DEFAULT,
    WEIGHT_MAX,
    Goal,
    Objective,
    Score,
    Share,
    checked_objective,
    figure,
)
from orderflow.values import text, whole


class Turns(StrEnum):
    """Who is served first."""

    FIRST_COME = "first come"
    PRIORITY = "priority"
    FAIR_SHARE = "fair share"


@attrs.frozen
class Served:
    """What one order of a wave has: its score, its shares, and what is left out of its lines."""

    order: str
    score: Score
    shares: tuple[Share, ...]
    left: tuple[tuple[str, int], ...]


@attrs.frozen
class WavePlan:
    """What each order has, in the order in which they came, and what they come to together.

    Of each goal the figures of all orders are added up. `rounds` is how often some of them were
    served anew.
    """

    objective: Objective
    score: Score
    served: tuple[Served, ...]
    nodes: int
    rounds: int

    def figure(self, goal: Goal) -> int:
        """What all orders come to in a goal that the objective names."""
        return figure(goal, self.objective, self.score)


def allocate_wave(
    wave: Wave,
    turns: Turns = Turns.FIRST_COME,
    objective: Objective = DEFAULT,
    *,
    weights: Mapping[str, int] | None = None,
    budget: int = 0,
    seed: int = 1,
) -> WavePlan:
    """Serve each order in its turn, then improve for a budget of nodes.

    With a budget an order may lose what its turn gave it, where all are no worse off together,
    but never to one of a lower priority.
    `weights` are those of the tiers for a fair share; a tier that is not named weighs 1. Without a
    budget each order has its best plan out of what the orders before it have left.
    """
    if not isinstance(wave, Wave):
        raise BadInput("wave", "a Wave is wanted")
    checked_objective(objective)
    weights = {} if weights is None else weights
    if not isinstance(weights, Mapping):
        raise BadInput("weights", "a mapping of tiers to weights is wanted")
    for tier, weight in weights.items():
        whole(weight, f"weights.{text(tier, 'weights', empty=True)}", most=WEIGHT_MAX)
    if type(turns) is not Turns:
        raise BadInput("turns", f"a Turns is wanted: {', '.join(Turns.__members__)}")
    whole(budget, "budget", least=0, most=10**12)
    whole(seed, "seed", least=0, most=2**63)
    order = _turns(wave.orders, turns, weights)
    floor = Floor(wave, objective)
    for i in order:
        floor.serve(i)
    rounds = 0
    for part in apart(floor.rows, limited=floor.limited) if budget else ():
        share = budget * len(part) // len(wave.orders)
        rounds += improve(floor, part, share, Chance(seed + part[0]))
    return _told(floor, rounds)


def _turns(orders: Sequence[Order], turns: Turns, weights: Mapping[str, int]) -> Sequence[int]:
    """The indices of orders as they are served."""
    came = range(len(orders))
    if turns is Turns.FIRST_COME:
        return came
    if turns is Turns.PRIORITY:
        return sorted(came, key=lambda i: (-orders[i].priority, i))
    seen: dict[str, int] = {}
    keys: list[tuple[int, int]] = []
    for i in came:
        tier = orders[i].tier
        seen[tier] = seen.get(tier, 0) + 1
        keys.append((seen[tier] * 10**9 // weights.get(tier, 1), i))
    return sorted(came, key=keys.__getitem__)


def _told(floor: Floor, rounds: int) -> WavePlan:
    """What each order has, and what they come to."""
    served: list[Served] = []
    totals = [0] * len(floor.objective)
    for i, order in enumerate(floor.orders):
        best = floor.best[i]
        assert best.score is not None
        totals = [total + n for total, n in zip(totals, best.score, strict=True)]
        shares, left = dealt(floor.rows[i], floor.places, best)
        served.append(Served(order.id, best.score, shares, left))
    return WavePlan(floor.objective, tuple(totals), tuple(served), floor.nodes, rounds)
