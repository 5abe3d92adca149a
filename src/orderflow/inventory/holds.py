"""What pools give, and what becomes of holds on goods.

It knows claims that stand before an order, and refuses to know who will order, and what may be
held.

A hold is a claim with an expiry.
From that instant it counts as free: reads leave it out, and a grant that finds a position short
gives back what has run out and tries once more.
No job needs to run for that to be right.
"""

from __future__ import annotations

from datetime import datetime

from orderflow.calls import Ref
from orderflow.claiming import Claiming, parted
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import Claimed, Limited
from orderflow.inventory.feeds import feed_at, refuse_stale, there_from
from orderflow.journal import Case, Context, Step, stock_verb, verb
from orderflow.pools import pool_name
from orderflow.records import Order, StockHold, is_fed
from orderflow.states import STOCK_HOLD, StockHoldMove, UnitMove, UnitState
from orderflow.units import LineQuantities
from orderflow.values import Position, text, unique, whole


@stock_verb("set_limit")
def set_limit(case: Case, context: Context, pool: str, limit: int) -> Step:
    """Set how much a pool of a host's own gives in all: the uses of a coupon, or the like.

    A buyer's limit is planned (`describe_item`), a quota has a verb of its own (`set_quota`), and
    what may leave on a day is in the rules.
    """
    step = Step(case, context)
    at = Position(text(pool, "pool"))
    named = pool_name(pool)
    if named is not None:
        raise BadInput("pool", f"names of the kind {named.kind} are set elsewhere")
    whole(limit, "limit", least=0)
    step.add(Limited(at, limit - step.rely_on_there(at)))
    return step


@verb("confirm_stock_hold", StockHold)
def confirm_stock_hold(case: Case, context: Context) -> Step:
    """Keep a hold for good. It must still run."""
    step = Step(case, context)
    hold = _running(step, case.own(StockHold))
    step.advance(STOCK_HOLD, hold.ref, StockHoldMove.CONFIRM, None)
    step.add(Claimed(hold.ref, hold.position, 0, None))
    return step


@verb("release_stock_hold", StockHold)
def release_stock_hold(case: Case, context: Context) -> Step:
    """Give a hold back before it runs out. One that has run out has given itself back."""
    step = Step(case, context)
    hold = _running(step, case.own(StockHold))
    step.advance(STOCK_HOLD, hold.ref, StockHoldMove.RELEASE, None)
    step.add(Claimed(hold.ref, hold.position, -hold.n, None))
    return step


def take_over(step: Step, claiming: Claiming, ref: Ref[Order], holds: tuple[str, ...]) -> None:
    """Turn stock holds into the reservation of an order, with no gap between.

    A hold on goods, or on supply that is to come, reserves open units of its SKU, and what it keeps
    beyond them is given back; one on a quota reserves them where the quota keeps them. A hold on
    another pool is used up.
    """
    if not isinstance(holds, tuple | list):
        raise BadInput("stock_holds", "a tuple of stock holds is wanted")
    for name in holds:
        text(name, "stock_holds")
    unique(holds, "stock_holds")
    for name in holds:
        hold = _running(step, step.case.stock_hold(name))
        step.advance(STOCK_HOLD, hold.ref, StockHoldMove.USE, None)
        at = claiming.goods_of(hold.position)
        if at is None:
            step.add(Claimed(hold.ref, hold.position, 0, None))
            continue
        step.add(Claimed(hold.ref, hold.position, -hold.n, None))
        claiming.widen(hold.position, hold.n)
        order = step.now(ref)
        left, wanted = hold.n, []
        for line in order.lines:
            if line.sku == at.sku and not line.service:
                n = min(left, line.count(UnitState.OPEN))
                left -= n
                if n:
                    wanted.append((line.id, n))
        if not wanted:
            raise MoveRefused((Refusal.of("nothing_to_do", what=str(ref), move="reserve"),))
        _reserve(step, claiming, order, at, tuple(wanted))


def _reserve(
    step: Step, claiming: Claiming, order: Order, at: Position, wanted: LineQuantities
) -> None:
    """Reserve open units where a hold has kept goods; of supply to come, for the day it is due."""
    due = due_at(step, at)
    chosen = step.choose(order, "reserve", (UnitState.OPEN,), wanted)
    now = step.context.at
    counts = {at: sum([one.n for one in chosen])}
    pools = claiming.take(counts, now if due is None else max(due, now))
    for part, names in parted(chosen, pools[at]):
        step.move(
            order,
            UnitMove.RESERVE,
            part,
            location=at.location,
            owner=at.owner,
            lot=at.lot,
            grade=at.grade,
            peg=at.peg,
            pools=names,
            ready_by=due,
            promised=due,
        )


def due_at(step: Step, at: Position) -> datetime | None:
    """When goods of a position are there that are still to come; `None` on hand."""
    if not is_fed(at.peg):
        return step.now(step.case.supply(at.peg)).due if at.peg else None
    refuse_stale(step, at)
    feed = feed_at(step.case, at)
    return None if feed is None else there_from(feed, step.context.at, step.context.rules)


def _running(step: Step, ref: Ref[StockHold]) -> StockHold:
    hold = step.now(ref)
    if hold.until is not None and hold.until <= step.context.at:
        raise MoveRefused((Refusal.of("hold_expired", hold=ref.id, until=hold.until.isoformat()),))
    return hold
