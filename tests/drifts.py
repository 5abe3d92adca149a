"""A furnished store, and hands that spoil single rows of it behind its back.

In memory they reach into the store; in SQLite they write SQL of their own. Neither uses `mend`.
"""

from __future__ import annotations

import copy
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from threading import Lock
from typing import Any, Final, Protocol, TypeAlias

import attrs

from orderflow import Position, Ref, Sku, Workflow
from orderflow.adapters.codec import put_document
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.rows import date_key, micros
from orderflow.adapters.sqlite import SqliteStore
from orderflow.audit import DriftKind
from orderflow.journal import Stored
from orderflow.mending import Mendable
from orderflow.ports import Books, Store
from orderflow.records import Claim, Document, MatterKind, Order
from tests.builders import MORNING, TWO_PLACES, Clock, eur, line, new_order

SKUS: Final = tuple(Sku(f"GOODS-{i:02}") for i in range(1, 13))
LATER: Final = MORNING + timedelta(days=9)


class MendableStore(Store, Mendable, Protocol):
    """A store that can be mended, as both of ours can."""


Found: TypeAlias = tuple[DriftKind, Position | None, Ref[Document] | None]
"""What a drift is told apart by."""


def shelf(sku: Sku) -> Position:
    return Position(sku.code, "leith")


def furnish(store: Store) -> Workflow:
    """Orders in every part of their life, holds, payments and supply, of twelve SKUs."""
    shop = Workflow(store, TWO_PLACES, clock=Clock())
    shop.set_limit("first-orders", 5)
    for i, sku in enumerate(SKUS, 1):
        at = shelf(sku)
        shop.receive(at, 50)
        for name in ("kept", "sent", "here"):
            wanted = new_order(
                line("1", sku, 3, "10.00"),
                channel="web",
                number=f"{name}-{i}",
                cash_on_delivery=True,
            )
            shop.place(f"{name}-{i}", wanted)
            shop.allocate(f"{name}-{i}")
        for name in ("sent", "here"):
            shop.release(f"{name}-{i}", f"d-{name}-{i}")
            shop.pick(f"d-{name}-{i}")
            shop.pack(f"p-{name}-{i}", (f"d-{name}-{i}",))
            shop.hand_over(f"p-{name}-{i}")
        shop.deliver(f"p-here-{i}")
        limit = MORNING + timedelta(days=2)
        shop.place(f"due-{i}", new_order(line("1", sku, 1, "10.00"), pay_by=limit))
        shop.place(f"open-{i}", new_order(line("1", sku, 2, "10.00")))
        shop.pay(f"pay-{i}", eur(2_000), ((f"open-{i}", 500),))
        shop.reserve(f"open-{i}")
        shop.hold(f"open-{i}", "fraud", "an unusual amount")
        shop.hold_stock(f"h-{i}", at, 4, LATER)
        shop.expect(f"s-{i}", at, 20, MORNING + timedelta(days=3))
    shop.hold_stock("h-pool", Position("first-orders"), 1)
    return shop


@cache
def _furnished_memory() -> MemoryStore:
    store = MemoryStore()
    furnish(store)
    return store


@cache
def _furnished_file() -> Path:
    file = Path(mkdtemp()) / "furnished.sqlite"
    with SqliteStore(file, synchronous="normal") as store:
        furnish(store)
    return file


def memory_copy(store: MemoryStore) -> MemoryStore:
    """The same store once more; what is frozen is shared."""
    lock: Any = store._lock
    frozen: dict[int, Any] = {id(lock): Lock()}
    frozen |= {id(one): one for one in (*store._documents.values(), *store._rows)}
    return copy.deepcopy(store, frozen)


NO_CLAIM: Final = """delete from claim where tenant = '' and sku = ? and location = ? and owner = ?
    and lot = ? and grade = ? and peg = ? and holder_kind = ? and holder = ? and due = ?"""
NO_MATTER: Final = """delete from matter where tenant = '' and sku = ? and location = ?
    and owner = ? and lot = ? and grade = ? and peg = ? and account = ?"""

# --- hands --------------------------------------------------------------------------------------


class Hands(Protocol):
    """What can be spoilt in a store, row by row."""

    @property
    def store(self) -> MendableStore: ...

    def claim(self, old: Claim | None, new: Claim | None) -> None: ...

    def counter(self, at: Position, *, there: int = 0, claimed: int = 0) -> None: ...

    def matter(self, account: MatterKind, at: Position, n: int) -> None: ...

    def document(self, ref: Ref[Document], new: Stored[Any] | None) -> None: ...

    def dump(self) -> object: ...


class MemoryHands:
    """Reaches into a store in memory."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store

    def claim(self, old: Claim | None, new: Claim | None) -> None:
        if old is not None:
            shelf = self.store._kept_shelf("", old.position)
            shelf.claims.pop((old.holder, old.due))
            shelf.expiring.pop((old.holder, old.due), None)
        if new is not None:
            shelf = self.store._kept_shelf("", new.position)
            shelf.claims[new.holder, new.due] = new.n
            if new.until is not None:
                shelf.expiring[new.holder, new.due] = new.until

    def counter(self, at: Position, *, there: int = 0, claimed: int = 0) -> None:
        shelf = self.store._kept_shelf("", at)
        shelf.there += there
        shelf.claimed += claimed

    def matter(self, account: MatterKind, at: Position, n: int) -> None:
        self.store._matter.setdefault("", {})[account, at] = n

    def document(self, ref: Ref[Document], new: Stored[Any] | None) -> None:
        if new is None:
            del self.store._documents[ref]
        else:
            self.store._documents[ref] = new

    def dump(self) -> object:
        store = self.store
        return (
            dict(store._documents),
            copy.deepcopy(store._seqs),
            list(store._rows),
            store.books(""),
        )


class SqliteHands:
    """Writes into a file with SQL, over a connection of its own."""

    def __init__(self, store: SqliteStore, file: Path) -> None:
        self.store, self.file = store, file

    def do(self, statement: str, *values: object) -> None:
        with closing(sqlite3.connect(self.file)) as db:
            assert db.execute(statement, values).rowcount > 0, f"{statement} {values}"
            db.commit()

    def claim(self, old: Claim | None, new: Claim | None) -> None:
        if old is not None:
            self.do(
                NO_CLAIM,
                *old.position,
                *old.holder[1:],
                date_key(old.due),
            )
        if new is not None:
            until = None if new.until is None else micros(new.until)
            row = (*new.position, *new.holder[1:], date_key(new.due), new.n, until)
            self.do("insert into claim values ('', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", *row)

    def counter(self, at: Position, *, there: int = 0, claimed: int = 0) -> None:
        self.do(
            """insert into counter values ('', ?, ?, ?, ?, ?, ?, ?, ?) on conflict do update
            set there = there + excluded.there, claimed = claimed + excluded.claimed""",
            *at,
            there,
            claimed,
        )

    def matter(self, account: MatterKind, at: Position, n: int) -> None:
        if n:
            self.do(
                """insert into matter values ('', ?, ?, ?, ?, ?, ?, ?, ?)
                on conflict do update set n = excluded.n""",
                *at,
                account.value,
                n,
            )
        else:
            self.do(NO_MATTER, *at, account.value)

    def document(self, ref: Ref[Document], new: Stored[Any] | None) -> None:
        if new is None:
            self.do("delete from document where kind = ? and id = ?", *ref[1:])
        else:
            values = (put_document(new.value), new.version, *ref[1:])
            self.do("update document set body = ?, version = ? where kind = ? and id = ?", *values)

    def dump(self) -> object:
        """Every row of every table, but rows of nothing; mended documents are numbered anew."""
        found: dict[str, list[object]] = {}
        with closing(sqlite3.connect(self.file)) as db:
            for table in ("about", "of_lot", "entry", "rules", "version", "claim", "person"):
                rows = db.execute(f"select * from {table}").fetchall()  # noqa: S608 - ours
                found[table] = sorted(rows, key=repr)
            found["counter"] = db.execute("select * from counter where there or claimed").fetchall()
            found["matter"] = db.execute("select * from matter where n").fetchall()
            documents = db.execute("select * from document order by tenant, kind, id").fetchall()
            found["document"] = [row[1:] for row in documents]
        return found


@contextmanager
def furnished(name: str) -> Iterator[Hands]:
    """A furnished store of one's own, and hands on it."""
    if name == "memory":
        yield MemoryHands(memory_copy(_furnished_memory()))
        return
    folder = Path(mkdtemp())
    file = folder / "orders.sqlite"
    shutil.copy(_furnished_file(), file)
    with SqliteStore(file, synchronous="normal") as store:
        yield SqliteHands(store, file)
    shutil.rmtree(folder)


# --- drifts of every kind -----------------------------------------------------------------------


def claim_of(books: Books, kind: str, id: str) -> Claim:
    return next(one for one in books.claims if (one.holder.kind, one.holder.id) == (kind, id))


def _stored(hands: Hands, kind: str, id: str) -> Stored[Any]:
    stored: Stored[Any] | None = hands.store.load(Ref("", kind, id))
    assert stored is not None
    return stored


def lose_claim(hands: Hands, i: int) -> Found:
    claim = claim_of(hands.store.books(""), "order", f"kept-{i}")
    hands.claim(claim, None)
    return DriftKind.LOST_CLAIM, claim.position, claim.holder


def double_claim(hands: Hands, i: int) -> Found:
    claim = claim_of(hands.store.books(""), "order", f"open-{i}")
    hands.claim(claim, attrs.evolve(claim, n=2 * claim.n))
    return DriftKind.DOUBLE_CLAIM, claim.position, claim.holder


def orphan_claim(hands: Hands, i: int) -> Found:
    holder: Ref[Document] = Ref("", "order", f"nobody-{i}")
    hands.claim(None, Claim(holder, shelf(SKUS[i - 1]), 2))
    return DriftKind.ORPHAN_CLAIM, shelf(SKUS[i - 1]), holder


def wrong_expiry(hands: Hands, i: int) -> Found:
    claim = claim_of(hands.store.books(""), "stock hold", f"h-{i}")
    until: datetime | None = None if i % 2 else LATER + timedelta(hours=i)
    hands.claim(claim, attrs.evolve(claim, until=until))
    return DriftKind.WRONG_EXPIRY, claim.position, claim.holder


def wrong_claimed(hands: Hands, i: int) -> Found:
    hands.counter(shelf(SKUS[i - 1]), claimed=1)
    return DriftKind.WRONG_CLAIMED, shelf(SKUS[i - 1]), None


def wrong_there(hands: Hands, i: int) -> Found:
    hands.counter(shelf(SKUS[i - 1]), there=-2 if i % 2 else 1)
    return DriftKind.WRONG_THERE, shelf(SKUS[i - 1]), None


def negative_counter(hands: Hands, i: int) -> Found:
    at = Position(f"NOWHERE-{i}", "leith")
    hands.counter(at, there=-i)
    return DriftKind.NEGATIVE_COUNTER, at, None


def missing_row(hands: Hands, i: int) -> Found:
    hands.matter(MatterKind.ROAD_OUT, shelf(SKUS[i - 1]), 0)
    return DriftKind.MISSING_ROW, shelf(SKUS[i - 1]), None


def surplus_row(hands: Hands, i: int) -> Found:
    hands.matter(MatterKind.QUARANTINE, shelf(SKUS[i - 1]), i)
    return DriftKind.SURPLUS_ROW, shelf(SKUS[i - 1]), None


def wrong_row(hands: Hands, i: int) -> Found:
    hands.matter(MatterKind.CUSTOMER, shelf(SKUS[i - 1]), 30 + i)
    return DriftKind.WRONG_ROW, shelf(SKUS[i - 1]), None


def changed_document(hands: Hands, i: int) -> Found:
    stored = _stored(hands, "order", f"here-{i}")
    order: Order = stored.value
    lines = (attrs.evolve(order.lines[0], n=9), *order.lines[1:])
    hands.document(order.ref, Stored(attrs.evolve(order, lines=lines), stored.version))
    return DriftKind.CHANGED_DOCUMENT, None, order.ref


def missing_document(hands: Hands, i: int) -> Found:
    ref: Ref[Document] = Ref("", "order", f"sent-{i}")
    hands.document(ref, None)
    return DriftKind.MISSING_DOCUMENT, None, ref


def wrong_version(hands: Hands, i: int) -> Found:
    stored = _stored(hands, "payment", f"pay-{i}")
    hands.document(stored.value.ref, attrs.evolve(stored, version=stored.version + 3))
    return DriftKind.WRONG_VERSION, None, stored.value.ref


def negative_claim(hands: Hands, i: int) -> Found:
    holder: Ref[Document] = Ref("", "supply", f"s-{i}")
    hands.claim(None, Claim(holder, shelf(SKUS[i - 1]), -1))
    return DriftKind.NEGATIVE_CLAIM, shelf(SKUS[i - 1]), holder


def surplus_claim(hands: Hands, i: int) -> Found:
    holder: Ref[Document] = Ref("", "order", f"here-{i}")
    hands.claim(None, Claim(holder, shelf(SKUS[i - 1]), 3))
    return DriftKind.SURPLUS_CLAIM, shelf(SKUS[i - 1]), holder


EVERYWHERE: Final[tuple[Callable[[Hands, int], Found], ...]] = (
    lose_claim,
    double_claim,
    orphan_claim,
    wrong_expiry,
    wrong_claimed,
    wrong_there,
    negative_counter,
    missing_row,
    surplus_row,
    missing_document,
    wrong_row,
    changed_document,
    wrong_version,
    negative_claim,
    surplus_claim,
)
"""Drifts that any store can have. No two of them are of one row, whatever their numbers."""

TEN: Final = EVERYWHERE[:10]


def move_date(hands: Hands, i: int) -> Found:
    """Of the same row as `lose_claim`."""
    claim = claim_of(hands.store.books(""), "order", f"kept-{i}")
    hands.claim(claim, attrs.evolve(claim, due=LATER))
    return DriftKind.WRONG_DATE, claim.position, claim.holder


def shorten_claim(hands: Hands, i: int) -> Found:
    """Of the same row as `lose_claim`."""
    claim = claim_of(hands.store.books(""), "order", f"kept-{i}")
    hands.claim(claim, attrs.evolve(claim, n=1))
    return DriftKind.SHORT_CLAIM, claim.position, claim.holder


def surplus_document(hands: Hands, i: int) -> Found:
    """An order that the journal knows nothing of."""
    stored = _stored(hands, "order", f"open-{i}")
    ref: Ref[Order] = Ref("", "order", f"padded-{i}")
    padded = Stored(attrs.evolve(stored.value, ref=ref), 1)
    if isinstance(hands, SqliteHands):
        row = (ref.id, padded.version, put_document(padded.value))
        hands.do(
            "insert into document (tenant, kind, id, version, body) values ('', 'order', ?, ?, ?)",
            *row,
        )
    else:
        hands.document(ref, padded)
    return DriftKind.SURPLUS_DOCUMENT, None, ref


MORE: Final = (move_date, shorten_claim, surplus_document)


def lookup(change: str, kind: str, id: str) -> Callable[[SqliteHands], Found]:
    """A column by which a document of a SQLite file is found."""

    def spoil(hands: SqliteHands) -> Found:
        hands.do(f"update document set {change} where kind = ? and id = ?", kind, id)  # noqa: S608
        return DriftKind.STALE_LOOKUP, None, Ref("", kind, id)

    return spoil


def found(plan: Any) -> list[Found]:
    return sorted(((one.kind, one.position, one.ref) for one in plan.drifts), key=str)
