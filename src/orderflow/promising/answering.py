"""What an order is answered: the best promise on what a store has now, or why there is none.

It knows which figures do for a cart and how a refusal is told, and refuses to know how an answer is
carried out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import attrs

from orderflow.claiming import Claiming
from orderflow.errors import MoveRefused, Refusal, Stale
from orderflow.journal import Step
from orderflow.promising import engine
from orderflow.promising.cart import skus_wanted
from orderflow.promising.figures import all_figures, free_figures, is_source, terms_for
from orderflow.promising.leaving import Leaving
from orderflow.promising.values import Limit, Promise, PromisePolicy, Safety, Terms, Wanted
from orderflow.records import Counter, Order
from orderflow.sentences import ANY_DATE


def whole(
    step: Step, claiming: Claiming, order: Order, cart: Sequence[Wanted], terms: Terms
) -> Promise:
    """The promise; refused without one, by what can be had in part."""
    answer = best(step, claiming, cart, terms)
    if terms.policy is PromisePolicy.PARTIAL:
        refused = not any(line.n for line in answer.lines)
    else:
        refused = answer.short > 0
        if refused:
            answer = best(step, claiming, cart, terms_for(order, step.context.rules))
    if refused:
        refusals = tuple(refusals_of(order, cart, answer, step.context.at))
        if not refusals:  # claims are read anew, and have moved on since the first answer
            raise Stale(str(order.ref))
        raise MoveRefused(refusals)
    return answer


def best(step: Step, claiming: Claiming, cart: Sequence[Wanted], terms: Terms) -> Promise:
    """The promise, on free figures where these do, else on all of them."""
    case, at = step.case, step.context.at
    rules, quotas = step.context.rules, claiming.quotas
    terms = terms_of_cart(claiming, cart, terms)
    skus = sorted({sku for one in cart for sku in skus_wanted(one)})
    counters = claiming.rows(skus)
    free = free_figures(case, counters, rules, quotas, terms.quotas)
    answer = engine.promise(cart, free, at, terms)
    if _is_best(cart, answer, counters, free.safety, at, terms):
        return answer
    figures = all_figures(case, counters, case.claims(skus), rules, quotas=quotas)
    return engine.promise(cart, figures, at, terms)


def terms_of_cart(claiming: Claiming, cart: Sequence[Wanted], terms: Terms) -> Terms:
    """The terms by which a cart has its quotas, and leaves on days that have room for it."""
    skus = {sku for one in cart for sku in skus_wanted(one)}
    terms = attrs.evolve(terms, quotas=claiming.members_of(skus))
    if not claiming.capacity.bounded:
        return terms
    n = sum([one.n * (sum([part.n for part in one.kit]) or 1) for one in cart])
    return attrs.evolve(terms, way=Leaving(terms.way, claiming.capacity, n))


def _is_best(
    cart: Sequence[Wanted],
    answer: Promise,
    counters: Sequence[Counter],
    safety: Sequence[Safety],
    at: datetime,
    terms: Terms,
) -> bool:
    """Whether nobody's making room could do better than what is free.

    Nothing is better than all of it by its date, or as soon as anything can be there; and nobody
    can make room where nobody claims anything but at the very sources that are used, unless what
    is claimed for later might be the safety stock until then.
    """
    used = {peg.position for line in answer.lines for one in line.dated for peg in one.pegs}
    claimed = {row.position for row in counters if row.claimed and is_source(row.position)}
    if not answer.short and claimed <= used and len(used) == 1 and not safety:
        return True
    places = [row.position for row in counters if is_source(row.position)]
    return not answer.short and all(
        dated.date <= (wanted.by or engine.soonest(wanted, places, at, terms))
        for wanted, line in zip(cart, answer.lines, strict=True)
        for dated in line.dated
    )


def refusals_of(
    order: Order, cart: Sequence[Wanted], answer: Promise, now: datetime
) -> Iterator[Refusal]:
    """A reason for each line that is not whole by its date: how many can be had, and when.

    A date that is past is said to be. Beside them what is there of each SKU and is safety stock, or
    is kept by quotas for others.
    """
    dates = [dated.date for line in answer.lines for dated in line.dated]
    whole = "" if answer.short or not dates else max(dates).isoformat()
    for wanted, line in zip(cart, answer.lines, strict=True):
        there = line.n if wanted.by is None else line.by(wanted.by)
        if there < wanted.n or not line.dated:
            if wanted.by is not None and wanted.by < now:
                date = wanted.by.isoformat()
                yield Refusal.of("date_past", order=order.ref.id, line=wanted.line, date=date)
            can = ", ".join(f"{dated.n} ({dated.date.isoformat()})" for dated in line.dated)
            yield Refusal.of(
                "not_in_time",
                order=order.ref.id,
                line=wanted.line,
                sku=wanted.sku,
                asked=wanted.n,
                date=ANY_DATE if wanted.by is None else wanted.by.isoformat(),
                there=there,
                can=can or "0",
                whole=whole,
            )
    for why, code in ((Limit.SAFETY, "safety_stock"), (Limit.KEPT, "kept_by_quotas")):
        limited = [one for line in answer.lines for one in line.limited if one.why is why]
        for sku, n in sorted({one.sku: one.n for one in limited}.items()):
            yield Refusal.of(code, sku=sku, n=n)
