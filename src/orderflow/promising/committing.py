"""The verbs of promises: promise an order by a date, peg it anew, give it new dates.

It knows how an answer becomes moves of units, and refuses to know how it is found.

A promise that is committed is a claim on each source that it rests on, made in one step with the
changes of source of others: the store grants all of it or none.
What the step has read guards it: each counter that it draws from, the version of each supply row
whose date was looked at, so that a slip cannot race a grant, and the version of each order that
makes room.
Units keep the date that the customer was told, and the instant by which their goods must be there;
which source they come from may change until they are allocated.

One file, though long: the three verbs carry an answer out by the same few steps.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

import attrs

from orderflow.claiming import (
    Claiming,
    Quotas,
    is_day,
    is_goods,
    is_quota_pool,
    refuse_early,
    refuse_waiting,
)
from orderflow.claiming.claiming import Peg
from orderflow.errors import BadInput, MoveRefused, Refusal, Stale
from orderflow.journal import Case, Context, Step, verb
from orderflow.promising import engine
from orderflow.promising.cart import skus_wanted
from orderflow.promising.figures import (
    all_figures,
    free_figures,
    is_promised,
    is_source,
    skus_of,
    terms_for,
    terms_of,
)
from orderflow.promising.kits import any_date, cart_of, promises_of, with_their_kits
from orderflow.promising.leaving import Leaving
from orderflow.promising.mending import lost, mend
from orderflow.promising.values import (
    Dated,
    Figures,
    Limit,
    LinePromise,
    Pegged,
    Promise,
    PromisePolicy,
    Repeg,
    Safety,
    Terms,
    Wanted,
)
from orderflow.records import Counter, Order
from orderflow.sentences import ANY_DATE
from orderflow.states import UnitMove, UnitState
from orderflow.units import Chosen, LineQuantities, Tag, checked_quantities
from orderflow.values import Position, instant, text

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
    _make_room(step, quotas, found.repegs)
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
        for units in _pegged(order, one.position, one.ready_by, one.n, one.quota, quotas)
    ]
    if not bag:
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(order.ref), move="repromise"),))
    terms = terms_for(order, context.rules)

    def again(cart: Sequence[Wanted], units: Sequence[Chosen]) -> Promise:
        given_up = promises_of(order, units, quotas)
        with _days_given_up(claiming, units):
            asked = _terms_of_cart(claiming, cart, terms)
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
        raise MoveRefused(tuple(_refusals(order, cart, answer)))
    _promise_anew(step, claiming, order, bag, answer)
    if consent:
        step.note(order.ref, "agreed", words=consent)
    return step


def _promise_anew(
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
    with _days_given_up(claiming, moved):
        pools = claiming.move_pegs(_drawn(answer))
    for peg, one, tags in placed:
        lasting = [pool for pool in one.spot.slice.pools if not _passing(pool)]
        kept = [pool for pool in pools[peg] if is_quota_pool(pool)]
        days = [pool for pool in pools[peg] if is_day(pool)]
        step.retag(order, (one,), **tags, pools=(*kept, *lasting, *days))
    _make_room(step, claiming.quotas, answer.repegs)
    claiming.settle()
    step.keep(*answer.kept)


@contextmanager
def _days_given_up(claiming: Claiming, units: Iterable[Chosen]) -> Generator[None]:
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


def _policy(policy: object) -> PromisePolicy:
    for one in PromisePolicy:
        if type(policy) is str and policy == one.value:
            return one
    raise BadInput("policy", f"one of {', '.join(PromisePolicy)} is wanted")


# --- asking -----------------------------------------------------------------------------------


def _all_of(step: Step, order: Order, quotas: Quotas) -> Figures:
    """All figures of what an order is about."""
    skus = {line.sku for line in order.lines if not line.service}
    return skus_of(step.case, skus, step.context.rules, quotas)


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
        refusals = tuple(_refusals(order, cart, answer))
        if not refusals:  # claims are read anew, and have moved on since the first answer
            raise Stale(str(order.ref))
        raise MoveRefused(refusals)
    return answer


def best(step: Step, claiming: Claiming, cart: Sequence[Wanted], terms: Terms) -> Promise:
    """The promise, on free figures where these do, else on all of them."""
    case, at = step.case, step.context.at
    rules, quotas = step.context.rules, claiming.quotas
    terms = _terms_of_cart(claiming, cart, terms)
    skus = sorted({sku for one in cart for sku in skus_wanted(one)})
    counters = claiming.rows(skus)
    free = free_figures(case, counters, rules, quotas, terms.quotas)
    answer = engine.promise(cart, free, at, terms)
    if _is_best(cart, answer, counters, free.safety, at, terms):
        return answer
    figures = all_figures(case, counters, case.claims(skus), rules, quotas=quotas)
    return engine.promise(cart, figures, at, terms)


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


def _refusals(order: Order, cart: Sequence[Wanted], answer: Promise) -> Iterator[Refusal]:
    """A reason for each line that is not whole by its date: how many can be had, and when.

    Beside them what is there of each SKU and is safety stock.
    """
    dates = [dated.date for line in answer.lines for dated in line.dated]
    whole = "" if answer.short or not dates else max(dates).isoformat()
    for wanted, line in zip(cart, answer.lines, strict=True):
        there = line.n if wanted.by is None else line.by(wanted.by)
        if there < wanted.n or not line.dated:
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
    kept = {
        one.sku: one.n for line in answer.lines for one in line.limited if one.why is Limit.SAFETY
    }
    for sku, n in sorted(kept.items()):
        yield Refusal.of("safety_stock", sku=sku, n=n)


def _without(figures: Figures, failed: Iterable[Pegged]) -> Figures:
    """The figures when some promises are given up."""
    gone = {_name(one): one.n for one in failed}
    live = []
    for one in figures.live:
        n = one.n - gone.get(_name(one), 0)
        if n:
            live.append(attrs.evolve(one, n=n))
    return Figures(figures.sources, tuple(live), figures.safety)


def _name(one: Pegged) -> tuple[str, Position, datetime, str]:
    return (one.order, one.position, one.ready_by, one.quota)


# --- carrying out -----------------------------------------------------------------------------


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
    _make_room(step, claiming.quotas, answer.repegs)
    claiming.settle()
    step.keep(*answer.kept)


def _placed(
    order: Order, bag: list[Chosen], promised: LinePromise, dated: Dated
) -> Iterator[tuple[Peg, list[Chosen], dict[str, Tag]]]:
    """The units of a schedule line, peg by peg, with their tags; they are taken out of the bag."""
    parts: dict[str, str] = {}
    if order.kits:
        parts = {line.sku: line.id for line in order.lines if line.kit == promised.line}
    for peg in dated.pegs:
        tags = _tags(peg.position) | {"ready_by": peg.ready_by, "promised": dated.date}
        units = _taken(bag, parts.get(peg.position.sku, promised.line), peg.n)
        yield (peg.position, peg.quota, peg.ready_by), units, tags


def _terms_of_cart(claiming: Claiming, cart: Sequence[Wanted], terms: Terms) -> Terms:
    """The terms by which a cart has its quotas, and leaves on days that have room for it."""
    skus = {sku for one in cart for sku in skus_wanted(one)}
    terms = attrs.evolve(terms, quotas=claiming.members_of(skus))
    if not claiming.capacity.bounded:
        return terms
    n = sum([one.n * (sum([part.n for part in one.kit]) or 1) for one in cart])
    return attrs.evolve(terms, way=Leaving(terms.way, claiming.capacity, n))


def _drawn(answer: Promise) -> dict[Peg, int]:
    """How many units an answer takes at each position, of which quota, and for when."""
    counts: dict[Peg, int] = {}
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


def _make_room(step: Step, quotas: Quotas, repegs: Sequence[Repeg]) -> None:
    """Peg promises of orders to other sources, in the order of their names.

    What they have of quotas goes back to those, and they have of the quotas where they come to.
    """
    for move in repegs:
        order = step.now(step.case.order(move.order))
        sku, target = move.target.sku, move.target
        chosen = _pegged(order, move.source, move.ready_by, move.n, move.source_quota, quotas)
        quotas.give(sku, move.source_quota, move.n)
        quotas.draw(sku, move.target_quota, move.n)
        joined = quotas.pools(sku, move.target_quota)
        for one in chosen:
            lasting = [pool for pool in one.spot.slice.pools if not is_quota_pool(pool)]
            step.retag(order, (one,), **_tags(target), pools=(*joined, *lasting))


def _pegged(
    order: Order, at: Position, ready_by: datetime, n: int, quota: str, quotas: Quotas
) -> list[Chosen]:
    """So many promised units of an order at a source, for a date, of what a quota keeps there.

    The first lines come first.

    The claims were read before the order: where it has moved on, everything is read again.
    """
    found = []
    for line, spot in order.units():
        live = is_promised(line, spot, at, ready_by)
        if n and live and quotas.of_unit(line.sku, spot.slice.pools) == quota:
            part = min(n, spot.n)
            found.append(Chosen(line, spot, part))
            n -= part
    if n:
        raise Stale(str(order.ref))
    return found
