"""How a database is looked at in one instant, and how it is mended.

It knows which rows a repair is about, and refuses to know what should stand in them.

All that is seen is checked before anything is changed, in the one write transaction: so several
repairs of one row do not stand in each other's way, and none is made unless all can be.
A document that is mended gets another row number, since its version stays what the journal says:
by the number a process sees that what it has read, or kept decoded, is not there any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, assert_never

from orderflow.adapters import codec, sql
from orderflow.adapters.archiving import bring_back
from orderflow.adapters.reading import PAGE
from orderflow.adapters.rows import (
    Written,
    books_in,
    claim_of,
    columns_of,
    date_key,
    entry_of,
    lookup_in,
    micros,
    written,
)
from orderflow.adapters.writing import Connected
from orderflow.calls import Ref
from orderflow.errors import BadInput, Stale
from orderflow.journal import Entry
from orderflow.lookups import Lookup
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
    Unread,
)
from orderflow.records import Document

# --- one instant --------------------------------------------------------------------------------


def looked(db: Connected, tenant: str, lost: Iterable[tuple[int, int]]) -> Instant:
    """All that a database holds of a tenant, for as long as its read transaction is open."""

    def rows(statement: str, order: str) -> list[tuple[Any, ...]]:
        every = sql.of_books(statement, order, sku=False, location=False)
        return db.execute(every, (tenant,)).fetchall()

    books = books_in(tenant, *(rows(*book) for book in sql.BOOKS))
    return Instant(lambda: _entries(db, tenant), lambda: _documents(db, tenant), books, tuple(lost))


def gaps(db: Connected) -> Iterator[tuple[int, int]]:
    """What is lost where numbers are given without gaps.

    The table of versions has each number that changed a document.
    """
    yield from db.execute(sql.LOST).fetchall()
    (last,), (versioned,) = (
        db.execute(sql.LAST).fetchone(),
        db.execute(sql.LAST_VERSIONED).fetchone(),
    )
    if versioned > last:
        yield (last + 1, versioned)


def _entries(db: Connected, tenant: str) -> Iterator[Entry | Unread]:
    after = 0
    while rows := db.execute(sql.ALL_ENTRIES, (tenant, after, PAGE)).fetchall():
        versions: dict[int, list[tuple[Any, ...]]] = {}
        for seq, *version in db.execute(sql.VERSIONS_BETWEEN, (rows[0][0], rows[-1][0])):
            versions.setdefault(seq, []).append(tuple(version))
        for row in rows:
            try:
                entry: Entry | Unread = entry_of(row, versions.get(row[0], ()))
            except BadInput as bad:
                entry = Unread(row[0], str(bad))
            yield entry
        after = rows[-1][0]


def _documents(db: Connected, tenant: str) -> Iterator[Kept]:
    """Every document with what it is found by, and what would be found if it were there."""
    about, of_lot = _apart(db, tenant, sql.ALL_ABOUT), _apart(db, tenant, sql.ALL_LOTS)
    after = ("", "")
    while rows := db.execute(sql.ALL_DOCUMENTS, (tenant, *after, tenant, *after, PAGE)).fetchall():
        for kind, id, version, *by, body in rows:
            lookup = lookup_in(by, about.pop((kind, id), ()), of_lot.pop((kind, id), ()))
            yield Kept(Ref(tenant, kind, id), _read(body), version, lookup, body)
        after = tuple(rows[-1][:2])
    for kind, id in dict.fromkeys((*about, *of_lot)):
        lookup = lookup_in(_NOTHING, about.get((kind, id), ()), of_lot.get((kind, id), ()))
        yield Kept(Ref(tenant, kind, id), None, 0, lookup)


def _apart(db: Connected, tenant: str, statement: str) -> dict[tuple[str, str], list[str]]:
    """What documents are found by in a table apart from theirs, by kind and id."""
    found: dict[tuple[str, str], list[str]] = {}
    for kind, id, by in db.execute(statement, (tenant,)):
        found.setdefault((kind, id), []).append(by)
    return found


_NOTHING: Final = (None,) * 7
"""The columns that a document is found by, where there is none."""


def _read(body: str) -> Document | None:
    try:
        return codec.read_document(body)
    except BadInput:
        return None


# --- mending ------------------------------------------------------------------------------------


def mend(db: Connected, tenant: str, repairs: Sequence[Repair], *, hints: bool) -> None:
    """Make every repair in the open transaction; `Stale` where one is not as it was seen.

    What was put away is brought back first. `hints` is true of SQLite.
    """
    for repair in repairs:
        match repair:
            case MendDocument() | MendLookup():
                bring_back(db, [repair.ref], hints)
            case MendClaim():
                bring_back(db, [repair.claim.holder], hints)
            case _:
                pass
    for repair in repairs:
        if not _is_as_seen(db, tenant, repair):
            raise Stale(repair.what)
    for repair in repairs:
        _clear(db, repair)
    for repair in repairs:
        _make(db, tenant, repair)


def _is_as_seen(db: Connected, tenant: str, repair: Repair) -> bool:
    match repair:
        case MendThere():
            return _number(db, sql.THERE, (tenant, *repair.position)) == repair.seen
        case MendClaimed():
            return _number(db, sql.IS_CLAIMED, (tenant, *repair.position)) == repair.seen
        case MendMatter():
            row = (tenant, *repair.position, repair.account.value)
            return _number(db, sql.IS_MATTER, row) == repair.seen
        case MendClaim():
            return _is_claim_as_seen(db, tenant, repair)
        case MendDocument():
            kept = db.execute(sql.LOAD, repair.ref).fetchone()
            seen = repair.seen
            return (None if kept is None else tuple(kept[:2])) == (
                None if seen is None else (seen.version, seen.text)
            )
        case MendLookup():
            if _number(db, sql.VERSION, repair.ref) != repair.version:
                return False
            by = db.execute(sql.IS_LOOKED_UP_BY, repair.ref).fetchone() or _NOTHING
            orders = [row[0] for row in db.execute(sql.IS_ABOUT, repair.ref)]
            lots = [row[0] for row in db.execute(sql.IS_OF_LOT, repair.ref)]
            return lookup_in(by, orders, lots) == repair.seen
        case _:
            assert_never(repair)


def _number(db: Connected, statement: str, key: tuple[Any, ...]) -> int:
    """The number of a row; what is nothing may have no row."""
    row = db.execute(statement, key).fetchone()
    found: int = 0 if row is None else row[0]
    return found


def _is_claim_as_seen(db: Connected, tenant: str, repair: MendClaim) -> bool:
    if _number(db, sql.VERSION, repair.claim.holder) != repair.version:
        return False
    for (at, holder, due), (seen, _) in repair.rows.items():
        key = (tenant, *at, holder.kind, holder.id, date_key(due))
        row = db.execute(sql.IS_CLAIM, key).fetchone()
        if (None if row is None else claim_of(tenant, at, row)) != seen:
            return False
    return True


def _clear(db: Connected, repair: Repair) -> None:
    """Take away what may stand in another's way: an order's number is unique in its shop."""
    if isinstance(repair, MendLookup):
        db.execute(sql.SET_LOOKUP, (*columns_of(Lookup()).columns, *repair.ref))
    elif isinstance(repair, MendDocument) and repair.should is None:
        db.execute(sql.NO_DOCUMENT, repair.ref)
        _put_apart(db, repair.ref, columns_of(Lookup()))


def _make(db: Connected, tenant: str, repair: Repair) -> None:
    match repair:
        case MendThere():
            db.execute(sql.SET_THERE, (tenant, *repair.position, repair.should))
        case MendClaimed():
            db.execute(sql.SET_CLAIMED, (tenant, *repair.position, repair.should))
        case MendMatter():
            row = (tenant, *repair.position, repair.account.value)
            if repair.should:
                db.execute(sql.SET_MATTER, (*row, repair.should))
            else:
                db.execute(sql.NO_MATTER, row)
        case MendClaim():
            for (at, holder, due), (_, should) in repair.rows.items():
                key = (tenant, *at, holder.kind, holder.id, date_key(due))
                if should is None:
                    db.execute(sql.NO_CLAIM, key)
                else:
                    until = None if should.until is None else micros(should.until)
                    db.execute(sql.SET_CLAIM, (*key, should.n, until))
        case MendDocument():
            _put_document(db, repair)
        case MendLookup():
            by = columns_of(repair.should)
            db.execute(sql.SET_LOOKUP, (*by.columns, *repair.ref))
            _put_apart(db, repair.ref, by)
        case _:
            assert_never(repair)


def _put_document(db: Connected, repair: MendDocument) -> None:
    """Write a document, and what it is found by where it was not there at all."""
    ref, stored = repair.ref, repair.should
    if stored is None:
        return  # it is cleared away already
    row = written(stored.value)
    if repair.seen is not None:
        db.execute(sql.SET_DOCUMENT, (stored.version, row.body, *ref))
        return
    db.execute(sql.INSERT, (*ref, stored.version, *row.columns, row.body))
    _put_apart(db, ref, row)


def _put_apart(db: Connected, ref: Ref[Document], row: Written) -> None:
    """Write the rows of what a document is about, and those of its lots: only orders have any."""
    db.execute(sql.NO_ABOUT, ref)
    for order in row.orders:
        db.execute(sql.ABOUT, (ref.tenant, order, ref.kind, ref.id))
    if ref.kind == "order":
        db.execute(sql.NO_LOT, (ref.tenant, ref.id))
        for lot in row.lots:
            db.execute(sql.OF_LOT, (ref.tenant, lot, ref.id))
