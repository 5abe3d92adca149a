"""A store in memory: for tests offline, for trials, and as the plainest account of what a store is.

Everything is in dictionaries; one lock makes a commit whole.

One file, though long: it is read beside the protocol, method by method.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from threading import Lock
from typing import Any, TypeVar, assert_never

from orderflow.adapters.judging import again, means, relied_on
from orderflow.books import NOTHING, ClaimChange, by_claim, changes_on_shelf, claimed_net
from orderflow.calls import Call, Ref
from orderflow.errors import Short, Stale
from orderflow.facts import Fact
from orderflow.grants import checked_details, hold_expired, number_taken, runs, shortage, unkept
from orderflow.journal import Change, Committed, Entry, Stored
from orderflow.mending import (
    Instant,
    Kept,
    MendClaim,
    MendClaimed,
    MendDocument,
    MendLookup,
    MendMatter,
    MendThere,
    Repair,
)
from orderflow.ports import Books, Query
from orderflow.records import Claim, Counter, Document, MatterKind, Order, lots_of
from orderflow.values import Position, within

D = TypeVar("D", bound=Document)


_Row = tuple[
    str,
    Call[Document],
    str,
    datetime,
    str,
    tuple[Counter | Claim, ...],
    tuple[Fact, ...],
    tuple[Ref[Document], ...],
]
"""Key, call, actor, time, rules, figures and facts of an entry, and the documents it changed."""


_Holder = tuple[Ref[Document], datetime | None]
"""Who claims, and for when."""


class _Shelf:
    """A counter that can be changed, with its claims by holder."""

    __slots__ = ("claimed", "claims", "expiring", "there")

    def __init__(self) -> None:
        self.there = 0
        self.claimed = 0
        self.claims: dict[_Holder, int] = {}
        self.expiring: dict[_Holder, datetime] = {}  # only those that have an expiry

    def held(self, holder: _Holder) -> tuple[int, datetime | None] | None:
        """How much a holder claims, and until when."""
        n = self.claims.get(holder)
        return None if n is None else (n, self.expiring.get(holder))

    def gone(self, at: datetime) -> list[_Holder]:
        """The holders whose claims have run out."""
        return [holder for holder, until in self.expiring.items() if until <= at]

    def free(self, at: datetime) -> int:
        """What a new claim may take; below zero when over-committed."""
        free = self.there - self.claimed
        return (
            free + sum(self.claims[holder] for holder in self.gone(at)) if self.expiring else free
        )

    def later(self, before: datetime) -> int:
        """How much is claimed for an instant or after it."""
        return sum([n for (_, due), n in self.claims.items() if due and due >= before])

    def change(self, claim: ClaimChange) -> None:
        """Change one holder's claim."""
        holder = (claim.holder, claim.due)
        n = self.claims.get(holder, 0) + claim.n
        self.claimed += claim.n
        if n:
            self.claims[holder] = n
        else:
            self.claims.pop(holder, None)
            self.expiring.pop(holder, None)
        if claim.renewed:
            if n and claim.until is not None:
                self.expiring[holder] = claim.until
            else:
                self.expiring.pop(holder, None)

    def put(self, holder: _Holder, claim: Claim | None) -> None:
        """Set one holder's claim, whatever is counted as claimed."""
        self.claims.pop(holder, None)
        self.expiring.pop(holder, None)
        if claim is not None:
            self.claims[holder] = claim.n
            if claim.until is not None:
                self.expiring[holder] = claim.until

    def give_back(self, at: datetime) -> None:
        """Drop the claims that have run out, and count them as free."""
        for holder in self.gone(at):
            self.claimed -= self.claims.pop(holder)
            del self.expiring[holder]


class MemoryStore:
    """A `Store` and a `People` in memory, safe for threads of one process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._documents: dict[Ref[Any], Stored[Any]] = {}
        self._archive: dict[Ref[Any], Stored[Any]] = {}  # what was put away
        self._seqs: dict[Ref[Any], list[int]] = {}  # where the facts of a document stand
        self._rows: list[_Row] = []
        self._keys: dict[str, dict[str, int]] = {}
        self._numbers: dict[tuple[str, str, str, str], Ref[Order]] = {}
        self._shelves: dict[str, dict[str, dict[Position, _Shelf]]] = {}
        self._matter: dict[str, dict[tuple[MatterKind, Position], int]] = {}
        self._of_lot: dict[tuple[str, str], set[Ref[Any]]] = {}  # orders that ever had units of it
        self._outbox: dict[int, None] = {}  # what has not left yet, in order
        self._people: dict[str, dict[str, str]] = {}

    # --- reading -------------------------------------------------------------------------------

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        """A document with its version, or `None`."""
        stored = self._documents.get(ref)
        if stored is not None:
            return stored
        with self._lock:
            return self._stored(ref)

    def _stored(self, ref: Ref[D]) -> Stored[D] | None:
        """A document, wherever it is."""
        stored = self._documents.get(ref)
        return self._archive.get(ref) if stored is None else stored

    def find(self, query: Query) -> Iterator[Stored[Document]]:
        """The documents that a query means, in the order of their ids."""
        left = query.limit
        with self._lock:
            kept = {**self._documents, **self._archive} if query.everywhere else self._documents
            by_lot = self._of_lot.get((query.tenant, query.lot), ())
            refs = sorted(by_lot if query.lot else kept)
        for ref in refs:
            if not left:
                return
            stored = kept.get(ref)
            if stored is not None and ref.id > query.after and means(query, stored.value):
                yield stored
                left -= 1

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        """Every counter of these SKUs, sorted; claims that have run out are left out."""
        with self._lock:
            shelves = self._shelves.get(tenant, {})
            return tuple(
                Counter(position, shelf.there, shelf.there - shelf.free(at))
                for sku in sorted(set(skus))
                for position, shelf in sorted(shelves.get(sku, {}).items())
            )

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        """Every counter at a location and within it, sorted."""
        skus = list(self._shelves.get(tenant, {}))
        rows = self.counters(tenant, skus, at)
        return tuple(row for row in rows if within(row.position.location, location))

    def over_committed(self, tenant: str, at: datetime) -> tuple[Counter, ...]:
        """Every counter whose claims are beyond what is there."""
        skus = list(self._shelves.get(tenant, {}))
        return tuple(row for row in self.counters(tenant, skus, at) if row.over_committed)

    def claims(self, tenant: str, position: Position) -> tuple[Claim, ...]:
        """Who claims how much at a position."""
        with self._lock:
            return _claims(position, self._shelf(tenant, position))

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        """Every running claim on these SKUs, sorted."""
        with self._lock:
            shelves = self._shelves.get(tenant, {})
            return tuple(
                claim
                for sku in sorted(set(skus))
                for position, shelf in sorted(shelves.get(sku, {}).items())
                for claim in _claims(position, shelf)
                if claim.until is None or claim.until > at
            )

    def books(self, tenant: str, sku: str = "", location: str = "") -> Books:
        """Both books as they are, of a SKU and within a location where named."""

        def meant(at: Position) -> bool:
            return sku in ("", at.sku) and within(at.location, location)

        with self._lock:
            return self._books(tenant, meant)

    def _books(self, tenant: str, meant: Callable[[Position], bool]) -> Books:
        shelves = [
            item
            for _, of_sku in sorted(self._shelves.get(tenant, {}).items())
            for item in sorted(of_sku.items())
            if meant(item[0])
        ]
        return Books(
            tuple(
                Counter(position, shelf.there, shelf.claimed)
                for position, shelf in shelves
                if shelf.there or shelf.claimed
            ),
            {
                key: n
                for key, n in sorted(self._matter.get(tenant, {}).items())
                if n and meant(key[1])
            },
            tuple(claim for position, shelf in shelves for claim in _claims(position, shelf)),
        )

    def seen(self, tenant: str, key: str) -> Entry | None:
        """The entry of an earlier command with this key."""
        keys = self._keys.get(tenant)
        seq = None if keys is None else keys.get(key)
        return None if seq is None else self._entry(seq)

    def entries(self, after: int = 0, ref: Ref[Document] | None = None) -> Iterator[Entry]:
        """The journal in order: all of it, or one document's."""
        with self._lock:
            if ref is None:
                seqs: Sequence[int] = range(max(0, after) + 1, len(self._rows) + 1)
            else:
                seqs = tuple(self._seqs.get(ref, ()))
        for seq in seqs:
            if seq > after:
                yield self._entry(seq)

    def _entry(self, seq: int) -> Entry:
        """The entry of a row; versions are not kept twice, but counted."""
        key, call, by, at, rules, figures, facts, refs = self._rows[seq - 1]
        versions = [(ref, bisect_right(self._seqs[ref], seq)) for ref in refs]
        return Entry(seq, key, call, by, at, rules, figures, facts, tuple(versions))

    # --- writing -------------------------------------------------------------------------------

    def commit(self, change: Change) -> Committed:
        """Apply a change whole, or raise and apply nothing."""
        with self._lock:
            tenant = change.call.ref.tenant
            repeated = again(self.seen(tenant, change.key), change)
            if repeated is not None:
                return repeated
            relied_on(change, self._version, lambda at: self._shelf(tenant, at).there)
            numbers = self._check_numbers(change)
            net = self._check_claims(tenant, change)
            return self._apply(tenant, change, numbers, net)

    def _version(self, ref: Ref[Document]) -> int:
        stored = self._stored(ref)
        return 0 if stored is None else stored.version

    def _check_numbers(self, change: Change) -> dict[tuple[str, str, str, str], Ref[Order]]:
        """The numbers of new orders; a channel's number is unique in its shop."""
        numbers: dict[tuple[str, str, str, str], Ref[Order]] = {}
        for document, version in change.replaced:
            if version == 0 and isinstance(document, Order) and document.number:
                name = (document.ref.tenant, document.channel, document.shop, document.number)
                taken = self._numbers.get(name) or numbers.get(name)
                if taken is not None:
                    raise number_taken(document, taken.id)
                numbers[name] = document.ref
        return numbers

    def _check_claims(self, tenant: str, change: Change) -> Mapping[Position, int]:
        """Refuse claims beyond what is there, and changes of claims that have run out.

        Gives what is claimed on balance, by position.
        """
        if change.postings is NOTHING:
            return {}
        for claim in change.postings.claims:
            held = self._shelf(tenant, claim.position).held((claim.holder, claim.due))
            if not runs(claim, held, change.at):
                raise hold_expired(claim)
        short = []
        net = claimed_net(change.postings)
        for position, n in net.items():
            free = self._shelf(tenant, position).free(change.at)
            if free < n:
                short.append(shortage(position, n, free))
        short += unkept(
            change.postings,
            change.keep,
            lambda position: self._shelf(tenant, position).free(change.at),
            lambda position, before: self._shelf(tenant, position).later(before),
        )
        if short:
            raise Short(tuple(short))
        return net

    def _apply(
        self,
        tenant: str,
        change: Change,
        numbers: Mapping[tuple[str, str, str, str], Ref[Order]],
        net: Mapping[Position, int],
    ) -> Committed:
        self._numbers.update(numbers)
        seq = len(self._rows) + 1
        call = change.call
        refs: list[Ref[Document]] = []
        for document, version in change.replaced:
            ref = document.ref
            self._archive.pop(ref, None)
            self._documents[ref] = Stored(document, version + 1)
            self._seqs.setdefault(ref, []).append(seq)
            refs.append(ref)
            for lot in lots_of(document):
                self._of_lot.setdefault((tenant, lot), set()).add(ref)
            if ref == call.ref:
                call = Call(call.verb, ref, call.args)  # one reference is kept, not one a call
        self._rows.append(
            (
                change.key,
                call,
                change.by,
                change.at,
                change.rules,
                change.figures,
                change.facts,
                tuple(refs),
            )
        )
        self._keys.setdefault(tenant, {})[change.key] = seq
        self._outbox[seq] = None
        if change.postings is not NOTHING:
            self._post(tenant, change, net)
        return Committed(self._entry(seq))

    def _post(self, tenant: str, change: Change, net: Mapping[Position, int]) -> None:
        postings = change.postings
        for position, n in net.items():
            shelf = self._shelf(tenant, position)
            if shelf.there - shelf.claimed < n:
                shelf.give_back(change.at)
        matter = self._matter.setdefault(tenant, {})
        for transfer in postings.transfers:
            for kind, position, n in (
                (transfer.source, transfer.source_at, -transfer.n),
                (transfer.target, transfer.target_at, transfer.n),
            ):
                if kind is not MatterKind.SELLABLE:
                    matter[kind, position] = matter.get((kind, position), 0) + n
        for position, n in changes_on_shelf(postings).items():
            self._kept_shelf(tenant, position).there += n
        for claim in postings.claims:
            self._kept_shelf(tenant, claim.position).change(claim)

    def _shelf(self, tenant: str, position: Position) -> _Shelf:
        """What is kept for a position; an empty shelf, to look at, where nothing ever was."""
        try:
            return self._shelves[tenant][position.sku][position]
        except KeyError:
            return _Shelf()

    def _kept_shelf(self, tenant: str, position: Position) -> _Shelf:
        try:
            return self._shelves[tenant][position.sku][position]
        except KeyError:
            of_sku = self._shelves.setdefault(tenant, {}).setdefault(position.sku, {})
            shelf = of_sku[position] = _Shelf()
            return shelf

    # --- the archive ---------------------------------------------------------------------------

    def quiet(
        self, tenant: str, kind: str, before: datetime, after: str, limit: int
    ) -> Iterator[Stored[Document]]:
        """The documents of a kind that were last changed before an instant and not put away."""
        with self._lock:
            found = sorted(
                ref
                for ref in self._documents
                if (ref.tenant, ref.kind) == (tenant, kind)
                and ref.id > after
                and self._entry(self._seqs[ref][-1]).at < before
            )
            stored = [self._documents[ref] for ref in found[:limit]]
        yield from stored

    def put_away(self, documents: Sequence[tuple[Ref[Document], int]]) -> int:
        """Put documents away that have still these versions; how many were."""
        away = 0
        with self._lock:
            for ref, version in documents:
                stored = self._documents.get(ref)
                if stored is not None and stored.version == version:
                    self._archive[ref] = self._documents.pop(ref)
                    away += 1
        return away

    # --- the outbox ----------------------------------------------------------------------------

    def unsent(self, limit: int) -> tuple[Entry, ...]:
        """The first entries that have not left, in order."""
        with self._lock:
            return tuple(self._entry(seq) for seq in islice(self._outbox, limit))

    def sent(self, seqs: tuple[int, ...]) -> None:
        """Note that the entries of these numbers have left."""
        with self._lock:
            for seq in seqs:
                self._outbox.pop(seq, None)

    # --- mending -------------------------------------------------------------------------------

    @contextmanager
    def instant(self, tenant: str) -> Generator[Instant]:
        """All that it holds of a tenant; what is found is read off the documents themselves."""
        with self._lock:
            seqs = range(1, len(self._rows) + 1)
            kept = {**self._documents, **self._archive}
            stored = [kept[ref] for ref in sorted(kept) if ref.tenant == tenant]
            books = self._books(tenant, lambda _: True)

        def entries() -> Iterator[Entry]:
            every = (self._entry(seq) for seq in seqs)
            return (entry for entry in every if entry.call.ref.tenant == tenant)

        def documents() -> Iterator[Kept]:
            return (Kept(one.value.ref, one.value, one.version) for one in stored)

        yield Instant(entries, documents, books)

    def mend(self, tenant: str, repairs: Sequence[Repair]) -> None:
        """Make every repair, or raise and make none."""
        with self._lock:
            for repair in repairs:
                if not self._is_as_seen(tenant, repair):
                    raise Stale(repair.what)
            for repair in repairs:
                self._make(tenant, repair)

    def _is_as_seen(self, tenant: str, repair: Repair) -> bool:
        match repair:
            case MendThere():
                return self._shelf(tenant, repair.position).there == repair.seen
            case MendClaimed():
                return self._shelf(tenant, repair.position).claimed == repair.seen
            case MendMatter():
                row = (repair.account, repair.position)
                return self._matter.get(tenant, {}).get(row, 0) == repair.seen
            case MendClaim():
                moved_on = self._version(repair.claim.holder) != repair.version
                return not moved_on and all(
                    self._shelf(tenant, at).held((holder, due))
                    == (None if seen is None else (seen.n, seen.until))
                    for (at, holder, due), (seen, _) in repair.rows.items()
                )
            case MendDocument():
                stored = self._stored(repair.ref)
                kept = None if stored is None else Kept(repair.ref, stored.value, stored.version)
                return kept == repair.seen
            case MendLookup():
                return False  # nothing that documents are found by is kept apart from them
            case _:
                assert_never(repair)

    def _make(self, tenant: str, repair: Repair) -> None:
        match repair:
            case MendThere():
                self._kept_shelf(tenant, repair.position).there = repair.should
            case MendClaimed():
                self._kept_shelf(tenant, repair.position).claimed = repair.should
            case MendMatter():
                row = (repair.account, repair.position)
                self._matter.setdefault(tenant, {})[row] = repair.should
            case MendClaim():
                for (at, holder, due), (_, should) in repair.rows.items():
                    self._kept_shelf(tenant, at).put((holder, due), should)
            case MendDocument():
                self._put_document(repair)
            case MendLookup():
                pass  # it was never as seen
            case _:
                assert_never(repair)

    def _put_document(self, repair: MendDocument) -> None:
        ref, stored = repair.ref, repair.should
        self._numbers = {name: by for name, by in self._numbers.items() if by != ref}
        for orders in self._of_lot.values():
            orders.discard(ref)
        self._archive.pop(ref, None)
        if stored is None:
            self._documents.pop(ref, None)
            return
        self._documents[ref] = stored
        for lot in lots_of(stored.value):
            self._of_lot.setdefault((ref.tenant, lot), set()).add(ref)
        if isinstance(stored.value, Order):
            order: Order = stored.value
            if order.number:
                name = (ref.tenant, order.channel, order.shop, order.number)
                self._numbers[name] = order.ref

    # --- people --------------------------------------------------------------------------------

    def put(self, ref: str, details: Mapping[str, str]) -> None:
        """Keep or replace what is known of a person."""
        checked_details(ref, details)
        self._people[ref] = dict(details)

    def get(self, ref: str) -> Mapping[str, str] | None:
        """What is known of a person."""
        details = self._people.get(ref)
        return None if details is None else dict(details)

    def erase(self, ref: str) -> None:
        """Forget a person."""
        self._people.pop(ref, None)


def _claims(position: Position, shelf: _Shelf) -> tuple[Claim, ...]:
    held = sorted(shelf.claims, key=lambda key: by_claim((position, *key)))
    return tuple(
        Claim(key[0], position, shelf.claims[key], shelf.expiring.get(key), key[1]) for key in held
    )
