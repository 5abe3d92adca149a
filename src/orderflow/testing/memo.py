"""Answers about worlds, kept for all worlds that look the same to whoever asked.

It knows what an answer has read, and refuses to know what it says.

A verb is a pure function of the documents and figures that it reads.
So its answer holds in every world in which these are the same, however much the others differ; in a
product of small lives that is nearly always.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from typing import Final, Generic, TypeVar, cast

from orderflow.calls import Ref
from orderflow.journal import Stored
from orderflow.ports import Query
from orderflow.records import Claim, Counter, Document
from orderflow.testing.world import AnyRef, World

A = TypeVar("A")
D = TypeVar("D", bound=Document)


class _Glimpse:
    """A document of which nobody knows yet more than that it is there."""

    __slots__ = ("_ref", "_seen")

    version: Final = 1

    def __init__(self, seen: Seen, ref: AnyRef) -> None:
        self._seen, self._ref = seen, ref

    @property
    def value(self) -> Document:
        self._seen.refs[self._ref] = None
        return self._seen.world.documents[self._ref]


class Seen:
    """A world that remembers what was looked at: documents, which were there, and stock."""

    __slots__ = ("at", "names", "refs", "stock", "world")

    def __init__(self, world: World) -> None:
        self.world = world
        self.at = world.at
        self.refs: dict[AnyRef, None] = {}
        self.names: dict[AnyRef, None] = {}
        self.stock = False

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        """The document, or `None`."""
        self.names[ref] = None
        if ref not in self.world.documents:
            return None
        return cast("Stored[D]", _Glimpse(self, ref))

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        """What is there and claimed of these SKUs, sorted."""
        self.stock = True
        return self.world.counters(tenant, skus, at)

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        """What is there and claimed at a place, sorted."""
        self.stock = True
        return self.world.counters_at(tenant, location, at)

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        """Every running claim on these SKUs, read off every document that claims."""
        self.refs.update(dict.fromkeys(self.world.documents))
        return self.world.claims_of(tenant, skus, at)

    def find(self, query: Query) -> Iterator[Stored[Document]]:
        """The orders of a channel's number: of every order that is there."""
        for order in self.world.orders():
            self.refs[order.ref] = None
        return self.world.find(query)


class _Kept(Generic[A]):
    """Answers that have read the same things, by how these looked."""

    __slots__ = ("answers", "names", "refs", "stock")

    def __init__(self, refs: tuple[AnyRef, ...], names: tuple[AnyRef, ...], stock: bool) -> None:
        self.refs, self.names, self.stock = refs, names, stock
        self.answers: dict[tuple[int, ...], A] = {}

    def looks(self, world: World) -> tuple[int, ...]:
        digests = world.digests
        looks = [digests.get(ref, 0) for ref in self.refs]
        looks += [name in digests for name in self.names]
        looks.append(world.when)
        if self.stock:
            looks.append(world.stock)
        return tuple(looks)


class Memo(Generic[A]):
    """The answers to one question about worlds."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: list[_Kept[A]] = []

    def get(self, world: World, answer: Callable[[Seen], A]) -> A:
        """What was answered where the same was read, or what `answer` says now."""
        for kept in self._kept:
            found = kept.answers.get(kept.looks(world), _NOTHING)
            if found is not _NOTHING:
                return cast("A", found)
        seen = Seen(world)
        given = answer(seen)
        refs = tuple(seen.refs)
        names = tuple(ref for ref in seen.names if ref not in seen.refs)
        for kept in self._kept:
            if (kept.refs, kept.names, kept.stock) == (refs, names, seen.stock):
                break
        else:
            kept = _Kept(refs, names, seen.stock)
            self._kept.append(kept)
        kept.answers[kept.looks(world)] = given
        return given


_NOTHING: Final = object()
