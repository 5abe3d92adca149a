"""A call run dry: what would come of it, on a store or on what is only imagined.

It knows how a call is asked and what speaks against it, and refuses to know how it is committed.

Law: a refusal changes nothing, and *why not* is the verb itself, run dry with the figures that it
read.
So whoever asks why not, looks for a remedy or tries every way that an order can go asks here.

An *imagined* reader stands before another one and holds what steps would have done: documents as
they would be, and counters as they would stand.
Steps can so be tried one after the other, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Protocol, TypeVar

import attrs

from orderflow.books import ClaimKey, by_claim, changes_on_shelf, claim_key, claimed_net, postings
from orderflow.calls import Call, Ref
from orderflow.errors import Refusal, Refused
from orderflow.facts import Opened
from orderflow.following import follow
from orderflow.grants import number_taken, shortage, unkept
from orderflow.journal import VERBS, Case, Context, Reader, Step, Stored
from orderflow.ports import Query
from orderflow.records import Claim, Counter, Document, Order
from orderflow.values import Position, within

D = TypeVar("D", bound=Document)


class Source(Reader, Protocol):
    """What a call can be tried on: documents, counters, and what is found by number."""

    def find(self, query: Query) -> Iterator[Stored[Document]]:
        """The documents that a query means."""
        ...


def ask(case: Case, call: Call[Document], context: Context) -> Step:
    """Ask the verb of a call; raises what the verb raises."""
    verb = VERBS.get(call.verb)
    if verb is None:
        raise ValueError(f"there is no verb {call.verb}")
    if call.ref.kind != verb.kind:
        raise TypeError(f"{call.verb} is for a {verb.kind}, not for a {call.ref.kind}")
    step: Step = verb.function(case, context, **dict(call.args))
    follow(step)
    return step


def tried(
    source: Source, call: Call[Document], context: Context
) -> tuple[Step | None, tuple[Refusal, ...]]:
    """The step that a call would be, or every reason against it."""
    case = Case(call.ref, source, context.at)
    try:
        step = ask(case, call, context)
    except Refused as no:
        return None, no.refusals
    refusals = _refused_by_store(source, case, step)
    return (None, refusals) if refusals else (step, ())


class Imagined:
    """A source as it would be after some steps."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._documents: dict[Ref[Document], Document] = {}
        self._there: dict[Position, int] = {}
        self._claimed: dict[Position, int] = {}
        self._claims: dict[ClaimKey, int] = {}

    def after(self, step: Step) -> None:
        """Imagine that a step was taken."""
        self._documents.update(step.after)
        posted = postings(step.facts)
        for at, n in changes_on_shelf(posted).items():
            self._there[at] = self._there.get(at, 0) + n
        for claim in posted.claims:
            self._claimed[claim.position] = self._claimed.get(claim.position, 0) + claim.n
            key = claim_key(claim)
            self._claims[key] = self._claims.get(key, 0) + claim.n

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        """The document as it would be."""
        name: Any = ref
        if name in self._documents:
            imagined: Any = self._documents[name]
            return Stored(imagined, 0)
        return self._source.load(ref)

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        """The counters as they would stand."""
        rows = {row.position: row for row in self._source.counters(tenant, skus, at)}
        for position in {*self._there, *self._claimed}:
            if position.sku in skus:
                row = rows.get(position, Counter(position, 0, 0))
                there = row.there + self._there.get(position, 0)
                claimed = row.claimed + self._claimed.get(position, 0)
                rows[position] = Counter(position, there, claimed)
        return tuple(rows[position] for position in sorted(rows))

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        """The counters of a place as they would stand."""
        rows = self._source.counters_at(tenant, location, at)
        skus = {row.position.sku for row in rows}
        skus |= {at.sku for at in (*self._there, *self._claimed) if within(at.location, location)}
        counters = self.counters(tenant, skus, at)
        return tuple(row for row in counters if within(row.position.location, location))

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        """The claims as they would stand; those that a step makes run for good."""
        rows = {claim_key(row): row for row in self._source.claims_of(tenant, skus, at)}
        for key, n in self._claims.items():
            if key[0].sku in skus:
                before = rows.get(key, Claim(key[1], key[0], 0, None, key[2]))
                rows[key] = attrs.evolve(before, n=before.n + n)
        return tuple(rows[key] for key in sorted(rows, key=by_claim) if rows[key].n)

    def find(self, query: Query) -> Iterator[Stored[Document]]:
        """What is found; steps that are only imagined change no number."""
        return self._source.find(query)


def _refused_by_store(source: Source, case: Case, step: Step) -> tuple[Refusal, ...]:
    """What a store would refuse of a step, on the figures as they are now."""
    refusals: list[Refusal] = []
    for fact in step.facts:
        if isinstance(fact, Opened) and isinstance(fact.document, Order):
            refusals += _number_taken(source, fact.document)
    posted = postings(step.facts)
    wanted = claimed_net(posted)
    if wanted or step.kept:
        skus = {at.sku for at in (*wanted, *[kept.position for kept in step.kept])}
        counters = source.counters(case.ref.tenant, skus, case.at)
        free = {row.position: row.left for row in counters}
        refusals += [
            shortage(at, n, free.get(at, 0)) for at, n in wanted.items() if n > free.get(at, 0)
        ]
        refusals += unkept(
            posted, step.kept, lambda at: free.get(at, 0), lambda *kept: _later(source, case, *kept)
        )
    return tuple(refusals)


def _later(source: Source, case: Case, at: Position, before: datetime) -> int:
    """How much is claimed at a position for an instant or after it."""
    claims = source.claims_of(case.ref.tenant, (at.sku,), case.at)
    return sum([one.n for one in claims if one.position == at and one.due and one.due >= before])


def _number_taken(source: Source, order: Order) -> Iterator[Refusal]:
    if order.number:
        query = Query("order", order.ref.tenant, channel=order.channel, number=order.number)
        for stored in source.find(query):
            taken = stored.value
            if isinstance(taken, Order) and taken.shop == order.shop:
                yield from number_taken(order, taken.ref.id).refusals
