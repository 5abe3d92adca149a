"""Why there is no more by a date: what is there of a SKU, and what keeps it from a demand.

It knows an assignment as it stands when nothing more can be served, and refuses to change it.
"""

from __future__ import annotations

from datetime import datetime

from orderflow.promising.cart import Demand
from orderflow.promising.flow import Assignment, Need
from orderflow.promising.portions import Portion
from orderflow.promising.values import Limit, Limited
from orderflow.values import within


def limits(
    assignment: Assignment, demand: Demand, missing: int, date: datetime
) -> tuple[Limited, ...]:
    """What limited a demand that misses so many units at a date; of a kit, the parts that lack."""
    found: list[Limited] = []
    for sku, n in demand.options[0].parts:
        mark = assignment.mark()
        need = assignment.need(sku, date, demand.wanted.location)
        got = assignment.add(need, missing * n)
        assignment.back_to(mark)
        if got < missing * n:
            found += _of_sku(assignment, need)
    return tuple(found)


def _of_sku(assignment: Assignment, need: Need) -> list[Limited]:
    counts: dict[Limit, int] = {}
    for i, one in enumerate(assignment.portions):
        if one.position.sku == need.sku and one.position.owner in need.owners:
            why = _why(assignment, i, one, need)
            n = one.n
            promised = sum([n for other, n in assignment.served[i].items() if other.live])
            if why in (Limit.ELSEWHERE, Limit.KEPT):
                n = assignment.room[i]
            elif why is Limit.PROMISED:
                n = promised
            elif why is Limit.SAFETY:
                n -= promised
            if n > 0:
                counts[why] = counts.get(why, 0) + n
    if not counts:
        return [Limited(Limit.NO_SUPPLY, need.sku, 0)]
    return [Limited(why, need.sku, n) for why, n in sorted(counts.items())]


def _why(assignment: Assignment, i: int, one: Portion, need: Need) -> Limit:
    if not within(one.position.location, need.location):
        return Limit.ELSEWHERE
    by = assignment.ready_by(i, need)
    if one.until <= by:
        return Limit.EXPIRY
    if not assignment.is_for(i, need):
        return Limit.KEPT
    if one.ready <= by:
        return Limit.PROMISED
    return Limit.SAFETY if one.held is not None and one.held <= by else Limit.LATE
