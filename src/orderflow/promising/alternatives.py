"""What could be had in the place of what cannot: each promised before it is offered.

It knows ways to want less, later, elsewhere or something else, and refuses to know a price.

"Not 10 on Friday: 6 now and 4 on the 14th, or all 10 on the 14th, or 10 on Friday from two places,
or 10 of BRASS-LAMP-B."
Each is a cart of its own, asked of the same engine on the same figures, so what is offered is what
would be granted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum

import attrs

from orderflow.promising.engine import promise, soonest
from orderflow.promising.values import Figures, Promise, PromisePolicy, Terms, Wanted


class Kind(StrEnum):
    """How an alternative differs from what was asked."""

    AS_ASKED = "as asked"
    IN_PARTS = "in parts"  # so many by this date, so many by that
    LATER = "later"  # all of it, at one later date
    SEVERAL_PLACES = "from several places"
    INSTEAD = "instead"  # another SKU, all of it
    TOPPED_UP = "topped up"  # as much as there is, and another SKU for the rest
    FEWER = "fewer"  # what can be had by the date, and no more


@attrs.frozen
class Alternative:
    """A cart that can be had as it stands, and its promise."""

    kind: Kind
    wanted: tuple[Wanted, ...]
    promise: Promise


def alternatives(
    wanted: Sequence[Wanted], figures: Figures, at: datetime, terms: Terms | None = None
) -> tuple[Alternative, ...]:
    """What was asked, where it can be had; else every alternative that can, in a fixed order.

    Without a date, what is asked is to have it as soon as goods can be there. What may stand in for
    a line is asked for only where the line itself cannot be had.
    """
    whole = attrs.evolve(terms or Terms(), policy=PromisePolicy.ALL_OR_NOTHING)
    places = [source.position for source in figures.sources]
    dates = [one.by or soonest(one, places, at, whole) for one in wanted]
    asked = tuple(
        [attrs.evolve(one, by=by, instead=()) for one, by in zip(wanted, dates, strict=True)],
    )
    answer = promise(asked, figures, at, whole)
    if not answer.short:
        return (Alternative(Kind.AS_ASKED, asked, answer),)
    found: list[Alternative] = []  # none yet: the first is new
    for kind, cart, policy in _candidates(wanted, asked, figures, at, whole):
        answer = promise(cart, figures, at, attrs.evolve(whole, policy=policy))
        if cart and not answer.short and all(answer != other.promise for other in found):
            found.append(Alternative(kind, cart, answer))
    return tuple(found)


def _candidates(
    wanted: Sequence[Wanted],
    asked: tuple[Wanted, ...],
    figures: Figures,
    at: datetime,
    whole: Terms,
) -> Iterator[tuple[Kind, tuple[Wanted, ...], PromisePolicy]]:
    yield Kind.IN_PARTS, asked, PromisePolicy.PARTIAL
    yield Kind.LATER, asked, PromisePolicy.ONE_DATE
    if any(one.location for one in asked):
        anywhere = tuple([attrs.evolve(one, location="") for one in asked])
        yield Kind.SEVERAL_PLACES, anywhere, PromisePolicy.ALL_OR_NOTHING
    partial = attrs.evolve(whole, policy=PromisePolicy.PARTIAL)
    lines = promise(asked, figures, at, partial).lines
    had = [line.by(one.by or at) for one, line in zip(asked, lines, strict=True)]
    for cart in _instead(wanted, asked, had):
        yield Kind.INSTEAD, cart, PromisePolicy.ALL_OR_NOTHING
    if any(one.instead for one in wanted):
        mixed = tuple(
            [attrs.evolve(one, instead=own.instead) for one, own in zip(asked, wanted, strict=True)]
        )
        yield Kind.TOPPED_UP, mixed, PromisePolicy.ALL_OR_NOTHING
    fewer = [attrs.evolve(one, n=n) for one, n in zip(asked, had, strict=True) if n]
    yield Kind.FEWER, tuple(fewer), PromisePolicy.ALL_OR_NOTHING


def _instead(
    wanted: Sequence[Wanted], asked: tuple[Wanted, ...], had: Sequence[int]
) -> Iterator[tuple[Wanted, ...]]:
    """Carts in which each line that is short is another SKU whole: the first of each, the next."""
    most = max([len(one.instead) for one in wanted], default=0)
    for i in range(most):
        cart = []
        for own, one, n in zip(wanted, asked, had, strict=True):
            other = own.instead[i] if i < len(own.instead) and n < one.n else None
            if other is not None and one.n % other.per == 0:
                one = attrs.evolve(one, sku=other.sku, n=one.n // other.per * other.n, kit=())
            cart.append(one)
        yield tuple(cart)
