"""Coupons: how often a code may be used, and who has used it.

It knows uses, customers and ends, and refuses to know what a coupon makes cheaper: that is an
offer's.

Problem: whether a code has a use left is looked at when the cart is priced, and written down when
the order is placed; whoever comes in between has used it too.
Observation: a use is claimed like goods, and a pool is guarded like a shelf.
Decision: an order claims one use of each of its coupons in the change that places it, of the code
and of the customer's share of it. An order that ends before anything of it has left gives them
back; one that has shipped has used them, unless the rules give them back when all of it came back.

A code that nobody has described has no limit, and is claimed by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from orderflow.claiming.ceilings import Ceilings
from orderflow.errors import Refusal
from orderflow.facts import Claimed, Described, Fact
from orderflow.journal import Case, Context, Step, verb
from orderflow.pools import COUPON, COUPON_OF, coupon_pool, coupon_pool_of, pool_name
from orderflow.pricing.carrying import has_left
from orderflow.records import Coupon, Order
from orderflow.states import ORDER_CALLED_OFF
from orderflow.values import Position, instant, text, whole


@verb("set_coupon", Coupon)
def set_coupon(
    case: Case,
    context: Context,
    uses: int | None = None,
    per_customer: int | None = None,
    until: datetime | None = None,
) -> Step:
    """Say how often a code may be used: in all, by each customer, and until when.

    It takes the place of what was said before. Orders that have used it already keep that, and
    count from when there is a limit.
    """
    step = Step(case, context)
    ref = case.own(Coupon)
    text(ref.id, "coupon")
    for name, limit in (("uses", uses), ("per_customer", per_customer)):
        if limit is not None:
            whole(limit, name)
    end = None if until is None else instant(until, "until")
    said = Coupon(ref, uses, per_customer, end)
    if case.find(ref) is None:
        step.open(said)
    else:
        step.add(Described(said))
    return step


def use_coupons(step: Step, order: Order, at: datetime) -> list[Refusal]:
    """Let an order use its coupons, once each, as of an instant; every reason why it may not."""
    refusals: list[Refusal] = []
    facts: list[Fact] = []
    ceilings = Ceilings(step)
    for code in order.coupons:
        coupon = step.case.find(step.case.coupon(code))
        if coupon is None:
            continue
        if coupon.until is not None and coupon.until <= at:
            until = coupon.until.isoformat()
            refusals.append(Refusal.of("coupon_over", coupon=code, until=until))
        for pool, limit in (
            (coupon_pool(code), coupon.uses),
            (coupon_pool_of(code, order.customer), coupon.per_customer),
        ):
            if limit is not None:
                ceilings.take(pool, limit, 1, facts, refusals)
                facts.append(Claimed(order.ref, Position(pool), 1))
    if not refusals:
        step.add(*facts)
    return refusals


def given_back(order: Order) -> Iterator[Claimed]:
    """The uses that an order has claimed and has not made: it has ended before anything left."""
    if order.state in ORDER_CALLED_OFF and not has_left(order):
        yield from uses_of(order)


def uses_of(order: Order) -> Iterator[Claimed]:
    """All uses that an order has claimed, given back."""
    for one in order.pools:
        named = pool_name(one.pool)
        if named is not None and named.kind in (COUPON, COUPON_OF):
            yield Claimed(order.ref, Position(one.pool), -one.n)
