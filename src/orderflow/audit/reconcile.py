"""Every row of a store that is not what the journal gives, and the smallest repair.

It knows how rows are compared, and refuses to change any: a plan is a value, and whoever wants it
carried out hands its repairs to the store.

Problem: a store that has drifted is mended by hand, table by table, and each correction made from
memory is the next drift.
Observation: the journal has every fact; a document is their fold, a book is their postings, and
what a document is found by is read off it.
Decision: all of it is derived once, by what the laws are checked with, and compared row by row with
one instant of the store; where a row differs, the repair is that row and no other.
The journal is never mended: what is lost there is known nowhere else.
So whatever hangs on a damaged entry is named and left alone: the documents that it changed, and the
books of every SKU that one of their entries posts to; where entries are missing or cannot be read,
everything but what sound documents are found by.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TypeAlias

import attrs

from orderflow.audit.drifts import Drift, DriftKind, Plan
from orderflow.audit.expected import ExpectedBooks
from orderflow.audit.journal import Account, JournalCheck
from orderflow.books import by_claim, changes_on_shelf, claim_key, postings
from orderflow.calls import Ref
from orderflow.facts import touches
from orderflow.journal import Entry, Stored
from orderflow.lookups import Lookup, lookup_of
from orderflow.mending import (
    Instant,
    Kept,
    Mendable,
    MendClaim,
    MendClaimed,
    MendDocument,
    MendLookup,
    MendMatter,
    MendThere,
    Unread,
)
from orderflow.records import Claim, Counter, Document, Order
from orderflow.values import Position


def reconcile(store: Mendable, tenant: str = "") -> Plan:
    """Compare a tenant's documents, lookups and books with the journal; nothing is changed.

    The store is read at one instant, so others may write meanwhile. `store.mend(tenant,
    plan.repairs)` carries the plan out, whole, or refuses with `Stale` when it has moved on.
    Claims that have run out are no drift.
    """
    if not hasattr(store, "instant"):
        raise TypeError(f"a store that can be mended is wanted, not {store!r}")
    with store.instant(tenant) as now:
        journal = JournalCheck(tenant, "", 0, 0)
        damage = [f"entries {first} to {last} are lost" for first, last in now.lost]
        journal.read(_readable(now, damage))
        torn = bool(damage) or journal.torn
        trust = _Trust(torn, frozenset(journal.suspect), _skus(now, journal.suspect))
        versions: dict[Ref[Document], int] = {}
        drifts = list(_documents(now, journal, trust, versions))
        drifts += _books(now, journal, trust, versions)
    damage += journal.breaches
    return Plan(tenant, tuple(drifts), tuple(damage), tuple(trust.left_alone()))


# --- what the journal can be trusted with -------------------------------------------------------


@attrs.frozen
class _Trust:
    """What may be derived from a journal that may be damaged."""

    torn: bool
    suspect: frozenset[Ref[Document]]
    skus: frozenset[str]

    def book(self, at: Position) -> bool:
        """Whether the books of a position may be derived."""
        return not self.torn and at.sku not in self.skus

    def left_alone(self) -> Iterator[str]:
        """What may not be derived, in words."""
        if self.torn:
            yield "every document, and both books"
            return
        for ref in sorted(self.suspect):
            yield str(ref)
        for sku in sorted(self.skus):
            yield f"the books of {sku}"


def _readable(now: Instant, damage: list[str]) -> Iterator[Entry]:
    """The entries that can be read; the others are damage."""
    for entry in now.entries():
        if isinstance(entry, Unread):
            damage.append(f"entry {entry.seq} cannot be read: {entry.reason}")
        else:
            yield entry


def _skus(now: Instant, suspect: set[Ref[Document]]) -> frozenset[str]:
    """The SKUs, and the pools, that suspect documents have to do with."""
    found: set[str] = set()
    if not suspect:
        return frozenset()
    for entry in now.entries():
        if isinstance(entry, Unread):
            continue
        changed = {ref for ref, _ in entry.versions}
        changed.update(ref for fact in entry.facts for ref in touches(fact))
        if changed & suspect:
            posted = postings(entry.facts)
            found.update(at.sku for at in changes_on_shelf(posted))
            found.update(claim.position.sku for claim in posted.claims)
            for one in posted.transfers:
                found |= {one.source_at.sku, one.target_at.sku}
    found.update(claim.position.sku for claim in now.books.claims if claim.holder in suspect)
    for kept in now.documents():
        if kept.ref in suspect and isinstance(kept.document, Order):
            found.update(line.sku for line in kept.document.lines)
    return frozenset(found)


# --- documents, and what they are found by ------------------------------------------------------


def _documents(
    now: Instant, journal: JournalCheck, trust: _Trust, versions: dict[Ref[Document], int]
) -> Iterator[Drift]:
    """Drifts of documents, by kind and id; notes the version of each that is kept."""
    lost = dict(journal.documents)
    for kept in now.documents():
        ref = kept.ref
        versions[ref] = kept.version
        if _is_gone(kept) and ref in lost:
            continue  # only what it was found by is left of it
        folded = lost.pop(ref, None)
        if ref in trust.suspect:
            continue
        if folded is None:
            yield from () if trust.torn else _unknown(kept)
            continue
        should = Stored(folded, journal.versions[ref])
        sound = (kept.document, kept.version) == (folded, should.version)
        if not sound and not trust.torn:
            same = kept.document == folded
            kind = DriftKind.WRONG_VERSION if same else DriftKind.CHANGED_DOCUMENT
            yield Drift(kind, MendDocument(ref, kept, should))
        by = lookup_of(folded)
        if kept.lookup not in (None, by) and (sound or not trust.torn):
            yield Drift(DriftKind.STALE_LOOKUP, MendLookup(ref, kept.lookup, by, kept.version))
    for ref in sorted(lost):
        if ref not in trust.suspect and not trust.torn:
            stored = Stored(lost[ref], journal.versions[ref])
            yield Drift(DriftKind.MISSING_DOCUMENT, MendDocument(ref, None, stored))


def _unknown(kept: Kept) -> Iterator[Drift]:
    """What the journal knows nothing of: a document, or what a document would be found by."""
    if not _is_gone(kept):
        yield Drift(DriftKind.SURPLUS_DOCUMENT, MendDocument(kept.ref, kept, None))
    elif kept.lookup is not None:
        repair = MendLookup(kept.ref, kept.lookup, Lookup(), 0)
        yield Drift(DriftKind.STALE_LOOKUP, repair)


def _is_gone(kept: Kept) -> bool:
    """Whether there is no document, only what it would be found by."""
    return kept.version == 0 and kept.document is None and not kept.text


# --- both books ---------------------------------------------------------------------------------


def _books(
    now: Instant,
    journal: JournalCheck,
    trust: _Trust,
    versions: Mapping[Ref[Document], int],
) -> Iterator[Drift]:
    """Drifts of claims, counters and the ledger of goods, by position."""
    expected = ExpectedBooks(journal)
    for document in journal.documents.values():
        expected.expect(document)
    sums: Tally[Position] = Tally()
    for at, rows in _by_position(now, expected):
        if trust.book(at):
            sums[at] = sum(should.n for _, should in rows if should is not None)
            yield from _claims(rows, journal, versions)
    there = expected.there()
    kept = {row.position: row for row in now.books.counters}
    for at in sorted(kept.keys() | sums.keys() | there.keys()):
        if trust.book(at):
            row = kept.get(at, Counter(at, 0, 0))
            yield from _counter(row, there[at], sums[at])
    matter = expected.matter()
    for account in sorted(now.books.matter.keys() | matter.keys()):
        if trust.book(account[1]):
            yield from _row(account, now.books.matter.get(account, 0), matter.get(account, 0))


_Rows: TypeAlias = list[tuple[Claim | None, Claim | None]]
"""Claims at a position as they are and as they should be."""


def _by_position(now: Instant, expected: ExpectedBooks) -> Iterator[tuple[Position, _Rows]]:
    """Each position that is or should be claimed, with its claims, by holder and date."""
    kept = {claim_key(claim): claim for claim in now.books.claims}
    claims = expected.claims()
    keys = sorted(kept.keys() | claims.keys(), key=by_claim)
    for at, of_position in groupby(keys, key=lambda key: key[0]):
        rows: _Rows = []
        for key in of_position:
            seen, should = kept.get(key), None
            n, until = claims.get(key, (0, None))
            if n and not (seen is None and expected.may_be_gone(until)):
                should = Claim(key[1], at, n, until, key[2])
            rows.append((seen, should))
        yield at, rows


def _claims(
    rows: _Rows, journal: JournalCheck, versions: Mapping[Ref[Document], int]
) -> Iterator[Drift]:
    """Drifts of the claims at one position. One that only moved to another date is one drift."""
    lost = [should for seen, should in rows if seen is None and should is not None]
    for seen, should in rows:
        if seen is None or seen == should:
            continue
        if should is None:
            should = next((one for one in lost if attrs.evolve(one, due=seen.due) == seen), None)
            if should is not None:
                lost.remove(should)
        kind = _kind(seen, should, known=seen.holder in journal.versions)
        yield Drift(kind, MendClaim(seen, should, versions.get(seen.holder, 0)))
    for should in lost:
        repair = MendClaim(None, should, versions.get(should.holder, 0))
        yield Drift(DriftKind.LOST_CLAIM, repair)


def _kind(seen: Claim, should: Claim | None, *, known: bool) -> DriftKind:
    """What is wrong with a claim that is there."""
    if seen.n <= 0:
        return DriftKind.NEGATIVE_CLAIM
    if should is None:
        return DriftKind.SURPLUS_CLAIM if known else DriftKind.ORPHAN_CLAIM
    if seen.due != should.due:
        return DriftKind.WRONG_DATE
    if seen.n != should.n:
        return DriftKind.DOUBLE_CLAIM if seen.n > should.n else DriftKind.SHORT_CLAIM
    return DriftKind.WRONG_EXPIRY


def _counter(row: Counter, there: int, claimed: int) -> Iterator[Drift]:
    """Drifts of one counter: what is there, and what is claimed of it."""
    at = row.position
    if row.there != there:
        below = row.there < 0 <= there
        kind = DriftKind.NEGATIVE_COUNTER if below else DriftKind.WRONG_THERE
        yield Drift(kind, MendThere(at, row.there, there))
    if row.claimed != claimed:
        below = row.claimed < 0 <= claimed
        kind = DriftKind.NEGATIVE_COUNTER if below else DriftKind.WRONG_CLAIMED
        yield Drift(kind, MendClaimed(at, row.claimed, claimed))


def _row(account: Account, seen: int, should: int) -> Iterator[Drift]:
    """The drift of one row of the ledger of goods; what is nothing has no row."""
    if seen != should:
        kind = DriftKind.WRONG_ROW
        if not seen or not should:
            kind = DriftKind.SURPLUS_ROW if seen else DriftKind.MISSING_ROW
        yield Drift(kind, MendMatter(*account, seen, should))
