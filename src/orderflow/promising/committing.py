"""The verbs of promises: promise an order by a date, peg it anew, give it new dates.

It knows what each of them asks for and when it is refused, and refuses to know how an answer is
found and how it becomes claims.

Units keep the date that the customer was told, and the instant by which their goods must be there;
which source they come from may change until they are allocated.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import attrs

from orderflow.claiming import Claiming, Quotas, is_goods, refuse_early, refuse_waiting
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.journal import Case, Context, Step, verb
from orderflow.promising import engine
from orderflow.promising.answering import refusals_of, terms_of_cart, whole
from orderflow.promising.figures import skus_of, terms_for, terms_of
from orderflow.promising.granting import days_given_up, grant, make_room, promise_anew
from orderflow.promising.kits import any_date, cart_of, with_their_kits
from orderflow.promising.mending import lost, mend
from orderflow.promising.promised_units import promises_of, some_of
from orderflow.promising.values import Figures, Pegged, Promise, PromisePolicy, Wanted
from orderflow.records import Order
from orderflow.states import UnitMove, UnitState
from orderflow.units import Chosen, LineQuantities, checked_quantities
from orderflow.values import instant, text

_WAITING: Final = (UnitState.BACKORDERED, UnitState.OPEN)


@verb("promise", Order)
def promise(
    case: Case,
    context: Context,
    lines: LineQuantities = (),
    date: datetime | None = None,
    policy: str = PromisePolicy.ALL_OR_NOTHING.value,
    location: str = "",
) -> Step:
    """Promise units by a date, each pegged to goods on hand or to supply that is to come.

    Without a date, each line by the one that was asked for it, else as early as can be.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    wanted = checked_quantities(lines)
    by = None if date is None else instant(date, "date")
    terms = terms_for(order, context.rules, _policy(policy))
    text(location, "location", empty=True)
    refuse_early(order, UnitMove.RESERVE, wanted)
    chosen = step.choose(order, "promise", _WAITING, wanted, of=is_goods, ready=step.ready)
    refuse_waiting(step, order, UnitMove.RESERVE, chosen)
    cart = cart_of(order, chosen, lambda line: by or line.promised, location)
    claiming = Claiming(step, order)
    answer = whole(step, claiming, order, cart, terms)
    grant(step, claiming, order, chosen, answer)
    return step


@verb("repeg", Order)
def repeg(case: Case, context: Context) -> Step:
    """Peg promises of an order to other supply where theirs is late, short or ends too early.

    They keep their dates, and so do the others that make room for them.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    quotas = Quotas(step)
    figures = _all_of(step, order, quotas)
    found = mend(figures, context.at, {}, (order.ref.id,), terms_of(context.rules))
    if not found.repegs:
        n = sum([one.n for one in lost(figures, context.at) if one.order == order.ref.id])
        if n:
            raise MoveRefused((Refusal.of("no_other_supply", order=order.ref.id, n=n),))
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(order.ref), move="repeg"),))
    make_room(step, quotas, found.repegs)
    step.add(*quotas.settled())
    step.keep(*found.kept)
    return step


@verb("repromise", Order)
def repromise(case: Case, context: Context, agreed: str = "") -> Step:
    """Give promises of an order that cannot be kept the earliest date that can.

    The other parts of a kit go with the one that fails, where all of them can be had again. With
    whom that was `agreed`, and how, is written down where it is told.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    consent = text(agreed, "agreed", empty=True)
    claiming = Claiming(step, order)
    quotas = claiming.quotas
    figures = _all_of(step, order, quotas)
    failed = [one for one in lost(figures, context.at) if one.order == order.ref.id]
    bag = [
        units
        for one in failed
        for units in some_of(order, one.position, one.ready_by, one.n, one.quota, quotas)
    ]
    if not bag:
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(order.ref), move="repromise"),))
    terms = terms_for(order, context.rules)

    def again(cart: Sequence[Wanted], units: Sequence[Chosen]) -> Promise:
        given_up = promises_of(order, units, quotas)
        with days_given_up(claiming, units):
            asked = terms_of_cart(claiming, cart, terms)
            return engine.promise(cart, _without(figures, given_up), context.at, asked)

    cart = cart_of(order, bag, any_date)
    answer = again(cart, bag)
    kits = with_their_kits(order, bag)
    if kits != bag:
        together = cart_of(order, kits, any_date)
        found = again(together, kits)
        if not found.short:
            bag, cart, answer = kits, together, found
    if not any(line.n for line in answer.lines):
        raise MoveRefused(tuple(refusals_of(order, cart, answer, context.at)))
    promise_anew(step, claiming, order, bag, answer)
    if consent:
        step.note(order.ref, "agreed", words=consent)
    return step


def _policy(policy: object) -> PromisePolicy:
    for one in PromisePolicy:
        if type(policy) is str and policy == one.value:
            return one
    raise BadInput("policy", f"one of {', '.join(PromisePolicy)} is wanted")


def _all_of(step: Step, order: Order, quotas: Quotas) -> Figures:
    """All figures of what an order is about."""
    skus = {line.sku for line in order.lines if not line.service}
    return skus_of(step.case, skus, step.context.rules, quotas)


def _without(figures: Figures, failed: Iterable[Pegged]) -> Figures:
    """The figures when some promises are given up."""
    gone = {one.name: one.n for one in failed}
    live = []
    for one in figures.live:
        n = one.n - gone.get(one.name, 0)
        if n:
            live.append(attrs.evolve(one, n=n))
    return Figures(figures.sources, tuple(live), figures.safety)
