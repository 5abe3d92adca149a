"""A whole small shop as one frozen value, on which calls are tried and carried out.

It knows documents and counters as plain mappings, and refuses to know how a real store keeps them.

It grants claims by its own, naive arithmetic: after a step, no position whose claims have grown may
claim more than is there.
So what `why_not` says is compared with something that it does not share.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, TypeAlias, TypeVar

import attrs

from orderflow.books import Postings, by_claim, changes_on_shelf, claim_key, claims_by, postings
from orderflow.calls import Ref
from orderflow.facts import Opened
from orderflow.grants import Kept
from orderflow.journal import Step, Stored
from orderflow.ports import Query
from orderflow.records import Claim, Counter, Document, Order
from orderflow.values import Position, within

D = TypeVar("D", bound=Document)
AnyRef: TypeAlias = Ref[Document]


@attrs.frozen(eq=False)
class World:
    """Every document by its reference, what is there and claimed at each position, and the time.

    `digests` has a number for each document that is equal for equal documents, and `sum` is their
    sum; `stock` is a number that is equal for equal stock, and `when` for equal times.
    """

    at: datetime
    documents: Mapping[AnyRef, Document]
    digests: Mapping[AnyRef, int]
    there: Mapping[Position, int]
    claimed: Mapping[Position, int]
    sum: int
    stock: int
    when: int

    @classmethod
    def empty(cls, at: datetime, there: Mapping[Position, int]) -> World:
        """A world with goods on its shelves, and without any document."""
        return cls(at, {}, {}, there, {}, 0, _number(there, {}), hash(at))

    @property
    def key(self) -> int:
        """A number that is equal for equal worlds."""
        return hash((self.sum, self.stock, self.when))

    def key_after(self, effect: Effect) -> int | None:
        """The key of the world after an effect; `None` where that is not known so cheaply."""
        if effect.there or effect.claimed:
            return None
        return hash((self._sum_after(effect), self.stock, self.when))

    def _sum_after(self, effect: Effect) -> int:
        before = self.digests
        return self.sum + sum(
            [digest - before.get(ref, 0) for ref, digest in effect.digests.items()]
        )

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        """The document, or `None`."""
        found: Any = self.documents.get(ref)
        return None if found is None else Stored(found, 1)

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        """What is there and claimed of these SKUs, sorted."""
        del tenant, at
        places = {place for place in (*self.there, *self.claimed) if place.sku in skus}
        return tuple(
            Counter(place, self.there.get(place, 0), self.claimed.get(place, 0))
            for place in sorted(places)
        )

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        """What is there and claimed at a place, sorted."""
        skus = {place.sku for place in (*self.there, *self.claimed)}
        rows = self.counters(tenant, skus, at)
        return tuple(row for row in rows if within(row.position.location, location))

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        """Every running claim on these SKUs, sorted."""
        del tenant
        rows = [
            Claim(holder, place, n, until, due)
            for document in self.documents.values()
            for (place, holder, due), n, until in claims_by(document)
            if n and place.sku in skus and (until is None or until > at)
        ]
        return tuple(sorted(rows, key=lambda row: by_claim(claim_key(row))))

    def find(self, query: Query) -> Iterator[Stored[Document]]:
        """The orders of a channel's number."""
        for document in self.documents.values():
            if isinstance(document, Order) and document.number == query.number:
                yield Stored(document, 1)

    def orders(self) -> Iterator[Order]:
        """Every order."""
        for document in self.documents.values():
            if isinstance(document, Order):
                yield document

    def later(self, at: datetime) -> World:
        """The same world at a later time."""
        return attrs.evolve(self, at=at, when=hash(at))

    def after(self, effect: Effect) -> World | None:
        """The world after an effect; `None` where it would claim more than is there."""
        there, claimed, stock = self.there, self.claimed, self.stock
        if effect.there:
            there = _added(there, effect.there)
        if effect.claimed:
            claimed = _added(claimed, effect.claimed)
            for place, n in effect.claimed:
                if n > 0 and claimed.get(place, 0) > there.get(place, 0):
                    return None
        if effect.there or effect.claimed:
            stock = _number(there, claimed)
        after = World(
            self.at,
            {**self.documents, **effect.documents},
            {**self.digests, **effect.digests},
            there,
            claimed,
            self._sum_after(effect),
            stock,
            self.when,
        )
        for place, least, before in effect.kept:
            later = after.claims_of("", (place.sku,), self.at) if before else ()
            here = [one.n for one in later if one.position == place and _is_for(one, before)]
            if there.get(place, 0) - claimed.get(place, 0) + sum(here) < least:
                return None
        return after


def _is_for(claim: Claim, date: datetime | None) -> bool:
    """Whether a claim is for a date or later."""
    return claim.due is not None and date is not None and claim.due >= date


@attrs.frozen(eq=False)
class Effect:
    """What a step does to any world in which it can be taken; `opened` are the new documents."""

    documents: Mapping[AnyRef, Document]
    digests: Mapping[AnyRef, int]
    there: tuple[tuple[Position, int], ...]
    claimed: tuple[tuple[Position, int], ...]
    opened: tuple[AnyRef, ...]
    kept: tuple[Kept, ...] = ()


def effect_of(step: Step) -> Effect:
    """The documents that a step changes, and what it posts."""
    posted: Postings = postings(step.facts)
    there = [(place, n) for place, n in changes_on_shelf(posted).items() if n]
    grown: dict[Position, int] = {}
    for claim in posted.claims:
        grown[claim.position] = grown.get(claim.position, 0) + claim.n
    documents: dict[AnyRef, Document] = dict(step.after)
    return Effect(
        documents,
        {ref: digest_of(ref, document) for ref, document in documents.items()},
        tuple(there),
        tuple((place, n) for place, n in grown.items() if n),
        tuple(fact.document.ref for fact in step.facts if isinstance(fact, Opened)),
        tuple(step.kept),
    )


def digest_of(ref: AnyRef, document: Document) -> int:
    """A number of a document, to be summed up with those of others.

    Hashes alone do not add up well: where two documents swap a value that stands at like places,
    such as the days of two parcels, their sum would often stay the same. So each counts by a factor
    of its own.
    """
    return hash(document) * (hash(ref) | 1)


def _number(there: Mapping[Position, int], claimed: Mapping[Position, int]) -> int:
    return hash((frozenset(there.items()), frozenset(claimed.items())))


def _added(
    sums: Mapping[Position, int], changes: Iterable[tuple[Position, int]]
) -> dict[Position, int]:
    """The sums with changes added; what comes to nothing is left out."""
    added = dict(sums)
    for place, n in changes:
        added[place] = added.get(place, 0) + n
        if not added[place]:
            del added[place]
    return added
