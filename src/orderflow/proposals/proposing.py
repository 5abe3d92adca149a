"""To propose: the difference of an order before and after, and how it would be settled.

It knows two states of one order, and refuses to know what lies between them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from orderflow.calls import Ref
from orderflow.facts import Fact, fold, touches
from orderflow.journal import Case, Context, Entry, Reader
from orderflow.pricing import due, kept, parts_carried, shares_of, total, units_kept
from orderflow.proposals.values import Coming, LineDiffers, PaidFrom, Proposal
from orderflow.records import Because, Charge, ChargeKind, Line, Order
from orderflow.refunds import Planned, proposed
from orderflow.statements import Part
from orderflow.states import OrderState


def propose(
    source: Reader,
    context: Context,
    before: Order,
    after: Order,
    to: str = "",
    supposing: tuple[str, ...] = (),
) -> Proposal:
    """What lies between two states of an order, row by row, and how what is due would be settled.

    `after` is what `source` has. Without `supposing`, `before` is the order as it was agreed, and
    what was paid since counts against that. `to` is the balance for what goes onto one.
    """
    back = max(0, -due(after))
    case = Case(after.ref, source, context.at)
    made = proposed(case, context, after.ref, back, to) if back else Planned(())
    coming = _coming(case, after)
    return Proposal(
        after.ref.id,
        after.currency,
        due(before) if supposing else total(before) - after.applied,
        tuple(_lines(before, after)),
        _differing(_of_order(before), _of_order(after)),
        due(after),
        made.portions,
        made.left,
        made.passed_over,
        tuple(coming),
        supposing,
    )


def agreed(entries: Iterable[Entry], ref: Ref[Order]) -> Order:
    """An order as it was agreed: as it was placed, by the entries of its journal."""
    order: Order | None = None
    for entry in entries:
        facts: list[Fact] = [fact for fact in entry.facts if ref in touches(fact)]
        order = fold(order, facts)
        if order.state is not OrderState.DRAFT:
            break
    assert order is not None, "an order is opened before anybody asks for it"
    return order


class _Key(NamedTuple):
    """What charges have in common that are one row."""

    kind: ChargeKind
    bearer: str
    reason: str
    because: Because | None


def _key(charge: Charge) -> _Key:
    return _Key(charge.kind, charge.bearer, charge.reason, charge.because)


def _lines(before: Order, after: Order) -> Iterator[LineDiffers]:
    """Each line that costs more or less than before, or of which other units are kept."""
    old, costs, cost = before.by_id(), _of_lines(before), _of_lines(after)
    for line in after.lines:
        n = _kept(line) - (_kept(old[line.id]) if line.id in old else 0)
        parts = _differing(costs.get(line.id, {}), cost.get(line.id, {}))
        if n or parts:
            yield LineDiffers(line.id, line.sku, n, line.unit, line.scale, parts)


def _kept(line: Line) -> int:
    return sum([stop - start for start, stop in kept(line)])


def _of_lines(order: Order) -> dict[str, dict[_Key, int]]:
    """What the kept units of each line carry, by what for."""
    shares = shares_of(order.charges)
    found: dict[str, dict[_Key, int]] = {}
    for line in order.lines:
        sums = found.setdefault(line.id, {})
        ranges = kept(line)
        for charge, part in parts_carried(shares.get(line.id, ()), ranges) if ranges else ():
            key = _key(charge)
            sums[key] = sums.get(key, 0) + part
    return found


def _of_order(order: Order) -> dict[_Key, int]:
    """What an order costs as a whole, by what for; nothing once none of its units is kept."""
    sums: dict[_Key, int] = {}
    for charge in order.charges if units_kept(order) else ():
        if not charge.spans:
            key = _key(charge)
            sums[key] = sums.get(key, 0) + charge.amount
    return sums


def _differing(before: Mapping[_Key, int], after: Mapping[_Key, int]) -> tuple[Part, ...]:
    """By how much the one is more than the other, row by row; rows that are alike are left out."""
    keys = dict.fromkeys((*before, *after))
    rows = ((key, after.get(key, 0) - before.get(key, 0)) for key in keys)
    return tuple(
        [Part(key.kind, more, key.bearer, key.reason, key.because) for key, more in rows if more]
    )


def _coming(case: Case, order: Order) -> Iterator[Coming]:
    """From where what is due would come: what is there first, then what is ready, then the rest."""
    left = max(0, due(order))
    for tender in order.tenders:
        there = case.get(case.payment(tender.payment)).unapplied
        part = max(0, min(left, there))
        if part:
            yield Coming(part, PaidFrom.UNAPPLIED, tender.payment)
        left -= part
    for one in order.ready:
        if left and one.amount:
            yield Coming(min(left, one.amount), PaidFrom.READY, one.payment)
        left -= min(left, one.amount)
    if left:
        yield Coming(left, PaidFrom.DOOR if order.cash_on_delivery else PaidFrom.ASKED)
