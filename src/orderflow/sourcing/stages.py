"""Which places may serve an order, and in which order they are asked.

It knows single places, one rule at a time, and refuses to know how much is taken from which.

Problem: a rule of the business (this shop keeps its last piece, that warehouse has no licence for
batteries) ends as one more condition in a query that nobody dares to touch.
Decision: a rule is a function of a place and a problem.
It gives the place as it may be used, or says why not: `Dropped`, or why not all: `Lessened`.
A rank is a function that sorts places.
A rule of one's own has five lines:

>>> def not_on_islands(place: Place, problem: Problem) -> Place | Dropped:
...     if "island" in place.tags and not problem.region.startswith("island"):
...         return Dropped(place.id, "ships on the island only")
...     return place
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, TypeAlias

import attrs

from orderflow.errors import BadInput
from orderflow.sourcing.freight import Load
from orderflow.sourcing.quantities import Quantities
from orderflow.sourcing.values import Place, Problem
from orderflow.values import text, whole

FAR: Final = 10**6
"""Kilometres to what lies nowhere."""

CLOSED: Final = "closed"
STORE: Final = "store"
SUPPLIER: Final = "supplier"
PICKUP: Final = "pickup only"
"""Tags that the shipped stages know; a host adds its own."""


@attrs.frozen
class Dropped:
    """A place that may not serve an order, and why, with the facts that were looked at."""

    place: str
    why: str
    facts: tuple[tuple[str, str | int], ...] = ()


@attrs.frozen
class Lessened:
    """A place as it may be used, with less stock than it has, and why."""

    place: Place
    why: str


@attrs.frozen
class KeptBack:
    """So many units of a SKU that a place has may not serve an order, and why."""

    place: str
    sku: str
    n: int
    why: str


Filter: TypeAlias = Callable[[Place, Problem], Place | Lessened | Dropped]
Rank: TypeAlias = Callable[[Sequence[Place], Problem], Sequence[Place]]


# --- filters --------------------------------------------------------------------------------------


def has_something(place: Place, problem: Problem) -> Place | Dropped:
    """A place that has some of what is wanted."""
    there = place.stock.plain
    if any(sku in there for want in problem.wants for sku in want.parts.plain):  # none: no use
        return place
    return Dropped(place.id, "has nothing to give of what is wanted")


def has_capacity(place: Place, problem: Problem) -> Place | Dropped:
    """A place that may still send something."""
    del problem
    if place.capacity == 0:
        return Dropped(place.id, "has sent all that it may", (("capacity", 0),))
    return place


def without(tag: str) -> Filter:
    """Places that do not bear a tag: `without("closed")`, `without("pickup only")`."""
    text(tag, "tag")

    def look(place: Place, problem: Problem) -> Place | Dropped:
        del problem
        return Dropped(place.id, f"is {tag}") if tag in place.tags else place

    return look


def bearing(tag: str, skus: Collection[str] = ()) -> Filter:
    """Places that bear a tag: a licence, a carrier, a temperature.

    With `skus` the others lose only their stock of these: a place without a licence for batteries
    sends lamps all the same.
    """
    text(tag, "tag")
    licensed = frozenset(_names(skus, "skus"))

    def look(place: Place, problem: Problem) -> Place | Lessened | Dropped:
        del problem
        if tag in place.tags:
            return place
        if not licensed:
            return Dropped(place.id, f"is not {tag}")
        return _only(place, lambda sku: sku not in licensed, f"is not {tag}")

    return look


def keeping_back(n: int, tag: str = "") -> Filter:
    """So many pieces of each SKU stay on the shelf, at places that bear a tag or at all.

    A store keeps `n` for those who walk in; with 1 it keeps the last piece, which may be the one on
    show.
    """
    whole(n, "n", least=0)
    text(tag, "tag", empty=True)

    def look(place: Place, problem: Problem) -> Place | Lessened:
        del problem
        if tag and tag not in place.tags:
            return place
        kept = Quantities(dict.fromkeys(place.stock, n))
        less = attrs.evolve(place, stock=place.stock - (place.stock & kept))
        return Lessened(less, "keeps its last pieces")

    return look


def within_km(most: int) -> Filter:
    """Places that lie no farther from the customer."""
    whole(most, "most", least=0, most=FAR)

    def look(place: Place, problem: Problem) -> Place | Dropped:
        km = distance_km(place, problem)
        if km == FAR > most:
            return Dropped(place.id, "lies at no known distance", (("most", most),))
        if km > most:
            return Dropped(place.id, "is too far away", (("km", km), ("most", most)))
        return place

    return look


def by_region(table: Mapping[str, Collection[str]]) -> Filter:
    """A table that says which places serve a region; a region that it does not name has all."""
    return _by_table(table, "region", lambda problem: problem.region)


def by_channel(table: Mapping[str, Collection[str]]) -> Filter:
    """A table that says which places serve a channel; a channel that it does not name has all."""
    return _by_table(table, "channel", lambda problem: problem.channel)


def _by_table(
    table: Mapping[str, Collection[str]], name: str, asked: Callable[[Problem], str]
) -> Filter:
    _check_table(table)

    def look(place: Place, problem: Problem) -> Place | Dropped:
        whom = asked(problem)
        if place.id in table.get(whom, (place.id,)):
            return place
        return Dropped(place.id, f"does not serve the {name}", ((name, whom),))

    return look


def by_product(table: Mapping[str, Collection[str]]) -> Filter:
    """A table that says which places send a SKU; a SKU that it does not name leaves from all."""
    _check_table(table)

    def look(place: Place, problem: Problem) -> Lessened:
        del problem
        return _only(place, lambda sku: place.id in table.get(sku, (place.id,)), "does not send it")

    return look


def _check_table(table: object) -> None:
    if not isinstance(table, Mapping):
        raise BadInput("table", "a mapping of names to places is wanted")
    for name, places in table.items():
        _names(places, f"table {text(name, 'table', empty=True)}")


def _names(given: object, path: str) -> Collection[str]:
    """Any number of names; one text is none, though it could be asked for its letters."""
    if isinstance(given, str) or not isinstance(given, Collection):
        raise BadInput(path, "a collection of names is wanted")
    for name in given:
        text(name, path)
    return given


def _only(place: Place, may: Callable[[str], bool], why: str) -> Lessened:
    stock = Quantities({sku: n for sku, n in place.stock.items() if may(sku)})
    return Lessened(attrs.evolve(place, stock=stock), why)


# --- ranks ----------------------------------------------------------------------------------------


def by_priority(places: Sequence[Place], problem: Problem) -> Sequence[Place]:
    """The host's own order."""
    del problem
    return sorted(places, key=lambda place: (place.priority, place.id))


def by_distance(places: Sequence[Place], problem: Problem) -> Sequence[Place]:
    """Nearest first, then the host's own order."""
    return sorted(places, key=lambda place: (distance_km(place, problem), place.priority, place.id))


def by_cost(places: Sequence[Place], problem: Problem) -> Sequence[Place]:
    """First where all that is wanted would cost least to send in one parcel."""
    skus = [(sku, n * want.n) for want in problem.wants for sku, n in want.parts.items()]
    grams = sum([problem.grams[sku] * n for sku, n in skus])
    load = Load(grams, sum([problem.cm3[sku] * n for sku, n in skus]))

    def key(place: Place) -> tuple[int, int, str]:
        return (place.handling + problem.freight(place, load), place.priority, place.id)

    return sorted(places, key=key)


def by_load(places: Sequence[Place], problem: Problem) -> Sequence[Place]:
    """First who has least to do."""
    del problem
    return sorted(places, key=lambda place: (place.load, place.priority, place.id))


def by_expiry(places: Sequence[Place], problem: Problem) -> Sequence[Place]:
    """First where goods expire first; what never expires comes last."""
    del problem

    def key(place: Place) -> tuple[bool, int, int, str]:
        return (place.expires is None, place.expires or 0, place.priority, place.id)

    return sorted(places, key=key)


def by_age(places: Sequence[Place], problem: Problem) -> Sequence[Place]:
    """First where goods have lain longest; those of which nobody knows when they came come last."""
    del problem

    def key(place: Place) -> tuple[bool, int, int, str]:
        return (place.received is None, place.received or 0, place.priority, place.id)

    return sorted(places, key=key)


def last(tag: str, rank: Rank) -> Rank:
    """A rank in which places that bear a tag come after all others: suppliers after own stock."""
    text(tag, "tag")
    if not callable(rank):
        raise BadInput("rank", "a function is wanted")

    def order(places: Sequence[Place], problem: Problem) -> Sequence[Place]:
        return sorted(rank(places, problem), key=lambda place: tag in place.tags)

    return order


def distance_km(place: Place, problem: Problem) -> int:
    """How far a place is from the customer."""
    if place.point is None or problem.to is None:
        return FAR
    return place.point.km(problem.to)
