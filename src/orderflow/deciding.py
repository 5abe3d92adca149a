"""What was decided for an order that waits, and why not otherwise.

It knows figures, a policy and its answer together, and refuses to know what becomes of it.

A decision is made over what is free for the order beside the safety stock, in the order of the
host's pick rule.
The figures stay with it: whoever carries it out, or refuses it, reads none of them again.

A refusal has every reason: what is short, each location that was left out though it had some, and
what others keep back, by which filter and on which facts, and each line that could not be served as
it must be.
Of a cascade each rule says so.

By default an order is sent in the fewest shipments that are in time, of these by the cheapest, the
soonest and the nearest; the search proves that there are no fewer.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from typing import Final

import attrs

from orderflow.claiming import Claiming
from orderflow.errors import Refusal
from orderflow.inventory import pickable
from orderflow.journal import Step
from orderflow.posing import Planned, answered, is_sound, planned, posed, shelved
from orderflow.promising.shelves import Beside, beside_safety
from orderflow.records import Counter, Order
from orderflow.sourcing.explaining import Lack
from orderflow.sourcing.pipeline import Sourced
from orderflow.sourcing.policies import FEWEST_SHIPMENTS
from orderflow.units import Chosen

_SHORT: Final = frozenset({Lack.NOWHERE, Lack.TOO_FEW, Lack.OTHERS})
"""What is missing where goods are short, which is said of the SKU."""


@attrs.frozen
class Decided:
    """What was decided for an order, and what it could have had: no figure is read twice."""

    plan: Planned
    beside: Beside
    rows: tuple[Counter, ...]

    def shortfalls(self, order: Order) -> tuple[Refusal, ...]:
        """Each SKU that is short over all locations, its safety stock, and why not from where."""
        asked: dict[str, int] = {}
        for one in self.plan.short:
            asked[one.sku] = asked.get(one.sku, 0) + one.n
        for take in self.plan.takes:
            if take.position.sku in asked:
                asked[take.position.sku] += take.n
        free = dict.fromkeys(asked, 0)
        for row in self.rows:
            if row.position.sku in asked and is_sound(row):
                free[row.position.sku] += row.free
        short = [
            Refusal.of("short", sku=sku, location="all locations", asked=n, free=free[sku])
            for sku, n in sorted(asked.items())
        ]
        left_out = dict.fromkeys(_left_out(order, asked, self.plan.sourced))
        return (*short, *self.beside.reasons(asked), *left_out)


def decided(step: Step, claiming: Claiming, order: Order, chosen: Sequence[Chosen]) -> Decided:
    """Let the policy of the rules decide for what was chosen, over the figures that are read."""
    beside = beside_safety(step, claiming, {line.sku for line, _, _ in chosen})
    rows = pickable(step, order, beside.counters)
    shelves = shelved(rows)
    policy = step.context.rules.policy or FEWEST_SHIPMENTS
    sourced = answered(policy, posed(step, claiming, order, chosen, shelves))
    return Decided(planned(order, chosen, sourced, shelves), beside, rows)


def _left_out(order: Order, skus: Container[str], sourced: Sourced) -> Iterator[Refusal]:
    """What filters left out, goods or whole locations, and each line that lacked something else."""
    for found in (sourced, *sourced.tried):
        for back in found.kept_back:
            if back.sku in skus:
                yield Refusal.of(
                    "goods_left_out", n=back.n, sku=back.sku, location=back.place, why=back.why
                )
        for one in found.dropped:
            figures = ", ".join([f"{name} {figure}" for name, figure in one.facts])
            figures = f" ({figures})" if figures else ""
            yield Refusal.of("location_left_out", location=one.place, why=one.why, figures=figures)
    for lack in sourced.missing():
        if lack.lack not in _SHORT:
            why = lack.lack.value
            yield Refusal.of("line_left_out", order=order.ref.id, line=lack.line, n=lack.n, why=why)
