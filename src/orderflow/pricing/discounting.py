"""Which discounts a set of lines gets: offers stacked in the host's order.

It knows offers, lines and what they cost, and refuses to know orders, taxes and where offers come
from.

Problem: shared one by one on the list price, a stack of discounts takes lines below zero; capped
afterwards, it gives less than was promised, and nobody says how much or why.
Observation: what a discount may take off a line is what is left of it, above what it must cost.
Decision: offers are asked in their order, each on what the lines cost after those before it. An
amount over several lines is shared by what they cost now; what a line cannot take goes to those
that can, and what none can take is told as *unused*. An offer that is not used says every reason.

The parts of each offer are told by line, so whoever writes them down has nothing to share again.
"""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from orderflow.agreed import checked_tuple
from orderflow.errors import BadInput, Refusal
from orderflow.money import Spread, exponent, spread
from orderflow.pricing.offers import (
    Basis,
    Basket,
    Gift,
    Given,
    Item,
    Offer,
    Saving,
    Scope,
    checked_names,
    lacking,
    unmet,
)
from orderflow.thresholds import Terms
from orderflow.values import MINOR_MAX, text, unique, whole


@attrs.frozen
class Used:
    """What an offer gave, in minor units from zero up.

    `parts` say what it takes off which line, `freight` what off the freight, `unused` what it
    would have given had there been room; `gifts` are what it adds, earned by the lines `earned_by`.
    `terms` are what it was given for, where it has a threshold.
    """

    offer: str
    parts: tuple[tuple[str, int], ...]
    freight: int
    gifts: tuple[Gift, ...]
    earned_by: tuple[str, ...]
    unused: int
    bearer: str
    reason: str
    terms: Terms | None = None

    @property
    def amount(self) -> int:
        """What it takes off goods and freight together."""
        return sum([part for _, part in self.parts]) + self.freight


@attrs.frozen
class Passed:
    """An offer that was not used, and every reason why."""

    offer: str
    refusals: tuple[Refusal, ...]


@attrs.frozen
class Discounts:
    """What all offers gave together, and what lines and freight cost after them."""

    used: tuple[Used, ...]
    passed: tuple[Passed, ...]
    items: tuple[Item, ...]
    freight: int


def discounted(
    items: Sequence[Item], freight: int, currency: str, offers: Sequence[Offer], given: Given
) -> Discounts:
    """Ask each offer in turn, on what the lines cost after those before it.

    `items` and `offers` are each at most `LINES_MAX`, and no two of them share an id.
    """
    _check(items, freight, currency, offers, given)
    named = _Named(items)
    now = list(items)
    used: list[Used] = []
    passed: list[Passed] = []
    for offer in offers:
        meant = named.meant(offer.scope)
        basket = Basket(tuple([now[at] for at in meant]), currency, freight)
        refusals = tuple(unmet(offer, given, basket))
        if refusals:
            passed.append(Passed(offer.id, refusals))
            continue
        saving = _checked(offer, basket)
        one = _capped(offer, saving, basket)
        if not (one.amount or one.gifts):
            passed.append(Passed(offer.id, (_nothing(offer, saving, currency),)))
            continue
        used.append(one)
        freight -= one.freight
        off = dict(one.parts)
        for at, uses in zip(meant, saving.uses or (0,) * len(meant), strict=True):
            part = off.get(now[at].line, 0)
            if part or uses:
                item = now[at]
                now[at] = attrs.evolve(item, net=item.net - part, used=item.used + uses)
    return Discounts(tuple(used), tuple(passed), tuple(now), freight)


class _Named:
    """Where the items stand that a name fits, so that each offer looks at its own alone."""

    def __init__(self, items: Sequence[Item]) -> None:
        self._all = range(len(items))
        self._lines: dict[str, list[int]] = {}
        self._skus: dict[str, list[int]] = {}
        self._groups: dict[str, list[int]] = {}
        for at, item in enumerate(items):
            self._lines.setdefault(item.line, []).append(at)
            self._skus.setdefault(item.sku, []).append(at)
            for group in item.groups:
                self._groups.setdefault(group, []).append(at)

    def meant(self, scope: Scope) -> Sequence[int]:
        """The items that a scope is about, in their order."""
        if scope.is_all:
            return self._all
        found: set[int] = set()
        for names, where in (
            (scope.lines, self._lines),
            (scope.skus, self._skus),
            (scope.groups, self._groups),
        ):
            found.update(at for name in names for at in where.get(name, ()))
        return sorted(found)


def _check(
    items: Sequence[Item], freight: object, currency: str, offers: Sequence[Offer], given: object
) -> None:
    # A generator would be asked but once.
    checked_tuple(tuple(items) if isinstance(items, list) else items, Item, "items")
    checked_tuple(tuple(offers) if isinstance(offers, list) else offers, Offer, "offers")
    _check_items(items)
    unique((offer.id for offer in offers), "offers")
    whole(freight, "freight", least=0, most=MINOR_MAX)
    exponent(currency)
    if not isinstance(given, Given):
        raise BadInput("given", "a Given is wanted")


def _check_items(items: Sequence[Item]) -> None:
    """Each must have a name that comes once, units, and amounts from zero up."""
    for item in items:
        path = f"item {text(item.line, 'item.line')}"
        text(item.sku, f"{path}.sku")
        for name in ("n", "per", "priced"):
            whole(getattr(item, name), f"{path}.{name}", most=MINOR_MAX)
        for name in ("listed", "net", "least"):
            whole(getattr(item, name), f"{path}.{name}", least=0, most=MINOR_MAX)
        checked_names(item.groups, f"{path}.groups")
        whole(item.used, f"{path}.used", least=0, most=item.n)
    unique((item.line for item in items), "items")


def _checked(offer: Offer, basket: Basket) -> Saving:
    """What a benefit answers, which a host may have written: a part or weight an item, or none."""
    saving: object = offer.benefit(basket)
    path = f"offer {offer.id}.benefit"
    if not isinstance(saving, Saving):
        raise BadInput(path, f"must answer a Saving, not {type(saving).__name__}")
    for told in (saving.parts, saving.weights, saving.uses):
        if told and len(told) != len(basket.items):
            raise BadInput(path, f"answers {len(told)} parts for {len(basket.items)} lines")
    for item, uses in zip(basket.items, saving.uses, strict=False):
        if uses > item.free:
            raise BadInput(path, f"uses {uses} units of line {item.line}: {item.free} are free")
    return saving


def _nothing(offer: Offer, saving: Saving, currency: str) -> Refusal:
    if saving.lack is not None:
        return lacking(offer.id, saving.lack, currency)
    return Refusal.of("offer_gives_nothing", offer=offer.id)


def _capped(offer: Offer, saving: Saving, basket: Basket) -> Used:
    """What an offer gives, as far as there is room for it."""
    rooms = [item.room for item in basket.items]
    told = saving.parts or (0,) * len(rooms)
    parts = [min(part, room) for part, room in zip(told, rooms, strict=True)]
    left = [room - part for room, part in zip(rooms, parts, strict=True)]
    shared = capped(saving.amount, _weights(offer, saving, basket), left, offer.sharing)
    off = [part + more for part, more in zip(parts, shared, strict=True)]
    freight = min(saving.freight, basket.freight)
    lines = [item.line for item in basket.items]
    return Used(
        offer.id,
        tuple([(line, part) for line, part in zip(lines, off, strict=True) if part]),
        freight,
        saving.gifts,
        tuple(lines) if saving.gifts else (),
        saving.amount + sum(saving.parts) + saving.freight - sum(off) - freight,
        offer.bearer,
        offer.reason or offer.id,
        _terms(offer, saving, lines),
    )


def _terms(offer: Offer, saving: Saving, lines: Sequence[str]) -> Terms | None:
    """What an offer was given for: what its benefit says, else from what on it is given at all."""
    terms, when = saving.terms, offer.when
    if terms is None and (when.least is not None or when.units):
        least = 0 if when.least is None else when.least.minor
        terms = Terms(least, when.units, listed=when.basis is Basis.LIST)
    if terms is None:
        return None
    return attrs.evolve(terms, lines=() if offer.scope.is_all else tuple(lines), unmet=offer.unmet)


def _weights(offer: Offer, saving: Saving, basket: Basket) -> Sequence[int]:
    if saving.weights:
        return saving.weights
    if offer.sharing is Spread.PER_UNIT:
        return [item.n for item in basket.items]
    return [item.net for item in basket.items]


def capped(
    amount: int,
    weights: Sequence[int],
    rooms: Sequence[int],
    rule: Spread = Spread.LARGEST_REMAINDER,
) -> tuple[int, ...]:
    """Share an amount from zero up by weight, none beyond its room.

    What one cannot take is shared again between those that can; what none can take is left out.

    >>> capped(100, (1, 1, 2), (10, 50, 90)), capped(100, (1, 1), (10, 20))
    ((10, 30, 60), (10, 20))
    """
    parts = [0] * len(rooms)
    left = amount
    pairs = enumerate(zip(rooms, weights, strict=True))
    able = [at for at, (room, weight) in pairs if room and weight]
    while left and able:
        for at, part in zip(able, spread(left, [weights[at] for at in able], rule), strict=True):
            more = min(part, rooms[at] - parts[at])
            parts[at] += more
            left -= more
        # Either all was taken, or one that could take no more is gone from the next round.
        able = [at for at in able if parts[at] < rooms[at]]
    return tuple(parts)
