"""When goods are claimed for an order by themselves: as it is placed, or as it is paid.

It knows the host's policy, and refuses to know what an order costs.

Problem: an order that is placed first and claims its goods in a second step can lose them to
somebody else in between, and then nobody knows what was sold.
Decision: the change that places the order, or pays it, claims its goods too: the store takes both
or neither.
What finds no goods is promised out of supply that is to come; what finds no supply at all waits as
a backorder, or refuses the order where a host does not split.

Money that has come is never refused: where an order that is paid may not claim, a named hold asks a
person.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from orderflow.books import claimed_net, postings
from orderflow.calls import Ref
from orderflow.claiming import Claiming, is_goods, refuse_early, refuse_waiting
from orderflow.errors import Refused
from orderflow.grants import unkept
from orderflow.journal import Step
from orderflow.promising.answering import best, whole
from orderflow.promising.figures import terms_for
from orderflow.promising.granting import grant
from orderflow.promising.kits import cart_of
from orderflow.promising.values import PromisePolicy
from orderflow.records import Order
from orderflow.rules import ReserveWhen
from orderflow.states import UNIT, UnitMove, UnitState
from orderflow.units import Chosen
from orderflow.values import Position


def reserve_placed(step: Step, claiming: Claiming, ref: Ref[Order]) -> None:
    """Claim the goods of an order that is placed, where the rules say so; refused without them."""
    if step.context.rules.reserve_when is ReserveWhen.PLACED:
        _reserve(step, claiming, step.now(ref))


def reserve_paid(step: Step, ref: Ref[Order]) -> None:
    """Claim the goods of an order that is paid, where the rules say so."""
    if step.context.rules.reserve_when is not ReserveWhen.PAID:
        return
    order = step.now(ref)
    why_not = attempted(step, lambda tried: _reserve(tried, Claiming(tried, order), order))
    if why_not:
        step.hold(ref, "not_reserved", why_not)


def attempted(step: Step, do: Callable[[Step], None]) -> str:
    """Do something within a step whole, or not at all: why not, and empty where it is done.

    It must fit beside what the step has claimed before: one command may claim for several orders,
    and each of them reads the same shelves.
    """
    tried = Step(step.case, step.context)
    tried.add(*step.facts)
    tried.there.update(step.there)
    tried.keep(*step.kept)
    before = len(tried.facts)
    try:
        do(tried)
    except Refused as no:
        return str(no)
    if not _fits(tried):
        return "another order of the same command has the goods"
    step.add(*tried.facts[before:])
    step.there.update(tried.there)
    step.keep(*tried.kept)
    return ""


def _fits(step: Step) -> bool:
    """Whether a store would grant all that a step claims, on the figures that it has read."""
    case, posted = step.case, postings(step.facts)

    def free(at: Position) -> int:
        return case.counter(at).left

    def later(at: Position, before: datetime) -> int:
        claims = [one for one in case.claims((at.sku,)) if one.position == at]
        return sum([one.n for one in claims if one.due and one.due >= before])

    # The empty case: what claims nothing fits.
    within = all(n <= free(at) for at, n in claimed_net(posted).items())
    return within and not unkept(posted, step.kept, free, later)


def reserve_again(step: Step, ref: Ref[Order]) -> None:
    """Claim all goods of an order that stands again, where the rules say so; refused without them.

    It is all or nothing: a part of what was bought in time is not what was bought.
    """
    if step.context.rules.reserve_when is not ReserveWhen.BY_HAND:
        order = step.now(ref)
        _reserve(step, Claiming(step, order), order, split=False)


def _reserve(step: Step, claiming: Claiming, order: Order, *, split: bool | None = None) -> None:
    chosen = [
        Chosen(line, spot, spot.n)
        for line, spot in order.units()
        if spot.state is UnitState.OPEN and is_goods(line)
    ]
    if not chosen:
        return
    refuse_early(order, UnitMove.RESERVE, ())
    refuse_waiting(step, order, UnitMove.RESERVE, chosen)
    if split is None:
        split = step.context.rules.split
    policy = PromisePolicy.PARTIAL if split else PromisePolicy.ALL_OR_NOTHING
    cart = cart_of(order, chosen, lambda line: line.promised)
    terms = terms_for(order, step.context.rules, policy)
    answer = (
        best(step, claiming, cart, terms) if split else whole(step, claiming, order, cart, terms)
    )
    grant(step, claiming, order, chosen, answer)
    if step.chart(UNIT).target(UnitState.OPEN, UnitMove.BACKORDER) is not None:
        after = step.now(order.ref)
        left = [
            Chosen(line, spot, spot.n)
            for line, spot in after.units()
            if spot.state is UnitState.OPEN and is_goods(line)
        ]
        step.move(after, UnitMove.BACKORDER, left)
