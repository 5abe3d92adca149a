"""How an answer becomes claims: units are reserved, promised anew, or pegged to other sources.

It knows the moves of units and the pools that they carry, and refuses to know how an answer was
found.

A promise that is committed is a claim on each source that it rests on, made in one step with the
changes of source of others: the store grants all of it or none.
What the step has read guards it: each counter that it draws from, the version of each supply row
whose date was looked at, so that a slip cannot race a grant, and the version of each order that
makes room.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager

from orderflow.claiming import Claiming, Quotas, is_day, is_quota_pool
from orderflow.claiming.claiming import Drawn
from orderflow.journal import Step
from orderflow.promising.promised_units import some_of
from orderflow.promising.values import Dated, LinePromise, Promise, Repeg
from orderflow.records import Order
from orderflow.states import UnitMove
from orderflow.units import Chosen, Tag
from orderflow.values import Position


def grant(
    step: Step, claiming: Claiming, order: Order, chosen: Sequence[Chosen], answer: Promise
) -> None:
    """Reserve chosen units by an answer, and make room where it needs that."""
    pools = claiming.take_pegs(_drawn(answer))
    bag = list(chosen)
    for line in answer.lines:
        for dated in line.dated:
            for peg, units, tags in _placed(order, bag, line, dated):
                step.move(order, UnitMove.RESERVE, units, **tags, pools=pools[peg])
    make_room(step, claiming.quotas, answer.repegs)
    claiming.settle()
    step.keep(*answer.kept)


def promise_anew(
    step: Step, claiming: Claiming, order: Order, units: Sequence[Chosen], answer: Promise
) -> None:
    """Give units that are promised already the sources and dates of an answer, where it has any."""
    bag = list(units)
    placed = [
        (peg, one, tags)
        for line in answer.lines
        for dated in line.dated
        for peg, chosen, tags in _placed(order, bag, line, dated)
        for one in chosen
    ]
    moved = [one for _, one, _ in placed]
    for one in moved:
        claiming.quotas.let_go(one.line.sku, one.spot, one.n)
    with days_given_up(claiming, moved):
        pools = claiming.move_pegs(_drawn(answer))
    for peg, one, tags in placed:
        lasting = [pool for pool in one.spot.slice.pools if not _passing(pool)]
        kept, days = pools[peg]
        step.retag(order, (one,), **tags, pools=(*kept, *lasting, *days))
    make_room(step, claiming.quotas, answer.repegs)
    claiming.settle()
    step.keep(*answer.kept)


def make_room(step: Step, quotas: Quotas, repegs: Sequence[Repeg]) -> None:
    """Peg promises of orders to other sources, in the order of their names.

    What they have of quotas goes back to those, and they have of the quotas where they come to.
    """
    for move in repegs:
        order = step.now(step.case.order(move.order))
        sku, target = move.target.sku, move.target
        chosen = some_of(order, move.source, move.ready_by, move.n, move.source_quota, quotas)
        quotas.give(sku, move.source_quota, move.n)
        quotas.draw(sku, move.target_quota, move.n)
        joined = quotas.pools(sku, move.target_quota)
        for one in chosen:
            lasting = [pool for pool in one.spot.slice.pools if not is_quota_pool(pool)]
            step.retag(order, (one,), **_tags(target), pools=(*joined, *lasting))


@contextmanager
def days_given_up(claiming: Claiming, units: Iterable[Chosen]) -> Generator[None]:
    """While it is asked on which days units may leave, those on which they were to have room."""
    days = [(pool, one.n) for one in units for pool in one.spot.slice.pools if is_day(pool)]
    for pool, n in days:
        claiming.capacity.give(pool, n)
    yield
    for pool, n in days:
        claiming.capacity.give(pool, -n)


def _passing(pool: str) -> bool:
    """Whether units lose a pool when they are promised anew: a limit counts them as before."""
    return is_quota_pool(pool) or is_day(pool)


def _placed(
    order: Order, bag: list[Chosen], promised: LinePromise, dated: Dated
) -> Iterator[tuple[Drawn, list[Chosen], dict[str, Tag]]]:
    """The units of a schedule line, peg by peg, with their tags; they are taken out of the bag."""
    parts: dict[str, str] = {}
    if order.kits:
        parts = {line.sku: line.id for line in order.lines if line.kit == promised.line}
    for peg in dated.pegs:
        tags = _tags(peg.position) | {"ready_by": peg.ready_by, "promised": dated.date}
        units = _taken(bag, parts.get(peg.position.sku, promised.line), peg.n)
        yield (peg.position, peg.quota, peg.ready_by), units, tags


def _drawn(answer: Promise) -> dict[Drawn, int]:
    """How many units an answer takes at each position, of which quota, and for when."""
    counts: dict[Drawn, int] = {}
    for line in answer.lines:
        for dated in line.dated:
            for one in dated.pegs:
                peg = (one.position, one.quota, one.ready_by)
                counts[peg] = counts.get(peg, 0) + one.n
    return counts


def _taken(bag: list[Chosen], line: str, n: int) -> list[Chosen]:
    """Take so many units of a line out of a bag; what was chosen first comes first."""
    taken = []
    for i, one in enumerate(bag):
        part = min(n, one.n) if one.line.id == line else 0
        if part:
            taken.append(one._replace(n=part))
            bag[i] = one._replace(n=one.n - part)
            n -= part
    return taken


def _tags(at: Position) -> dict[str, Tag]:
    """The tags of units that are pegged to a source."""
    return {"location": at.location, "owner": at.owner, "lot": at.lot, "peg": at.peg}
