"""How a change is written where there is one writer at a time, statement by statement.

It knows in which order the rows of a change are written and guarded, and refuses to know a
connection, a lock or a transaction: whoever calls it holds all three.

Positions are changed in sorted order, each counter by one statement that carries its own guard.
A grant that finds a position short gives back the holds that have run out there, and tries once
more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, Protocol, cast

from orderflow.adapters import codec, sql
from orderflow.adapters.rows import Written, date_key, micros
from orderflow.books import ClaimChange, changes_on_shelf
from orderflow.calls import Ref
from orderflow.errors import Short, Stale
from orderflow.grants import hold_expired, must_run, number_taken, shortage, unkept
from orderflow.journal import Change, Stored
from orderflow.records import Document, MatterKind, Order, lots_of
from orderflow.values import Position


class Rows(Protocol):
    """What a statement answers."""

    @property
    def lastrowid(self) -> int | None:
        """The number of the row that it has inserted."""
        ...

    @property
    def rowcount(self) -> int:
        """How many rows it has changed."""
        ...

    def fetchone(self) -> Any:
        """The next row, a tuple, or `None`."""
        ...

    def fetchall(self) -> list[Any]:
        """The rows that are left, tuples."""
        ...

    def __iter__(self) -> Iterator[Any]:
        """Row after row."""
        ...


class Connected(Protocol):
    """A connection that takes the statements of `sql`."""

    def execute(self, statement: str, values: tuple[Any, ...] = (), /) -> Rows:
        """Carry out a statement with its values."""
        ...


def entered(change: Change, rules: int) -> tuple[Any, ...]:
    """The columns of the entry that a change becomes, but for its number."""
    call = change.call
    return (
        call.ref.tenant,
        change.key,
        call.verb,
        call.ref.kind,
        call.ref.id,
        codec.put_args(call.verb, call.args),
        change.by,
        micros(change.at),
        rules,
        codec.put_figures(change.figures),
        codec.put_facts(change.facts),
    )


def matter_of(change: Change) -> list[tuple[Position, MatterKind, int]]:
    """What a change posts to the ledger of goods, but for what is sellable; sorted."""
    matter: dict[tuple[Position, MatterKind], int] = {}
    for transfer in change.postings.transfers:
        source = (transfer.source_at, transfer.source)
        target = (transfer.target_at, transfer.target)
        matter[source] = matter.get(source, 0) - transfer.n
        matter[target] = matter.get(target, 0) + transfer.n
    return [
        (position, account, n)
        for (position, account), n in sorted(matter.items())
        if account is not MatterKind.SELLABLE
    ]


def more_claimed(change: Change) -> list[tuple[Position, int]]:
    """How many more are claimed at each position that a change has claims on; sorted."""
    more: dict[Position, int] = {}
    for claim in change.postings.claims:
        more[claim.position] = more.get(claim.position, 0) + claim.n
    return sorted(more.items())


class Writing:
    """One change on its way into the tables.

    `kept` is a document as the store keeps it decoded, with the number of its row.
    """

    def __init__(
        self,
        db: Connected,
        change: Change,
        net: Mapping[Position, int],
        kept: Callable[[Ref[Any]], tuple[int, Stored[Any]] | None],
    ) -> None:
        self._execute: Final = db.execute
        self._change: Final = change
        self._tenant: Final = change.call.ref.tenant
        self._net: Final = net
        self._kept: Final = kept

    def write(self, rows: list[Written], seq: int) -> list[int | None]:
        """Write documents and books under an entry; the numbers of the rows, where known.

        Raises `Stale`, `Short` or `MoveRefused`; then what it has written must be undone.
        """
        numbers = self._replace(rows, seq)
        self._execute(sql.OUT, (seq,))
        self._look()
        self._post()
        return numbers

    # --- documents ------------------------------------------------------------------------------

    def _replace(self, rows: list[Written], seq: int) -> list[int | None]:
        """Write the documents, each over the version that it replaces."""
        execute = self._execute
        numbers: list[int | None] = []
        for (document, version), row in zip(self._change.replaced, rows, strict=True):
            ref = document.ref
            n = self._number(ref)
            if version == 0:
                n = self._insert(document, row)
            elif execute(sql.UPDATE, (version + 1, *row.changing, *ref, version, n)).rowcount != 1:
                raise Stale(str(ref))
            if lots_changed(self._kept, document, version, row.lots):
                self._keep_lots(ref, version, row.lots)
            for order in row.orders:
                execute(sql.ABOUT, (ref.tenant, order, ref.kind, ref.id))
            execute(sql.VERSIONED, (*ref, version + 1, seq))
            numbers.append(n)
        return numbers

    def _look(self) -> None:
        """See that what was relied on has not moved on."""
        for relied, version in self._change.relied:
            found = self._execute(sql.VERSION, relied).fetchone() or (0, None)
            if found[0] != version or self._number(relied) not in (None, found[1]):
                raise Stale(str(relied))
        for position, n in self._change.there:
            found = self._execute(sql.THERE, (self._tenant, *position)).fetchone()
            if (0 if found is None else found[0]) != n:
                raise Stale(f"what is there of {position.sku}")

    def _number(self, ref: Ref[Document]) -> int | None:
        kept = self._kept(ref)
        return None if kept is None else kept[0]

    def _insert(self, document: Document, row: Written) -> int:
        if row.number is not None and isinstance(document, Order):
            numbered = (document.ref.tenant, row.channel, row.shop, row.number)
            away = self._execute(sql.NUMBER_AWAY, numbered).fetchone()
            if away is not None:
                raise number_taken(document, away[0])
        values = (*document.ref, 1, *row.columns, row.body)
        made = self._execute(sql.INSERT, values)
        if made.rowcount:
            return cast("int", made.lastrowid)
        there = self._execute(sql.VERSION, document.ref).fetchone()
        if there is None and isinstance(document, Order):
            named_so = (document.ref.tenant, row.channel, row.shop, row.number)
            taken = self._execute(sql.NUMBER, named_so).fetchone()
            if taken is not None:
                raise number_taken(document, taken[0])
        raise Stale(str(document.ref))

    def _keep_lots(self, ref: Ref[Document], version: int, lots: tuple[str, ...]) -> None:
        if version:
            self._execute(sql.NO_LOT, (ref.tenant, ref.id))
        for lot in lots:
            self._execute(sql.OF_LOT, (ref.tenant, lot, ref.id))

    # --- books ----------------------------------------------------------------------------------

    def _post(self) -> None:
        """Post to both books: what is there first, then claims, each in sorted order."""
        tenant, change, execute = self._tenant, self._change, self._execute
        short = unkept(change.postings, change.keep, self._free, self._later)
        if short:
            raise Short(tuple(short))
        for position, n in sorted(changes_on_shelf(change.postings).items()):
            execute(sql.SHELF, (tenant, *position, n))
        for position, account, n in matter_of(change):
            execute(sql.MATTER, (tenant, *position, account.value, n))
        if not change.postings.claims:
            return
        short = [
            shortage(position, self._net.get(position, 0), free)
            for position, n in more_claimed(change)
            if (free := self._count(position, n, self._net.get(position, 0))) is not None
        ]
        if short:
            raise Short(tuple(short))
        for claim in change.postings.claims:
            self._claim(claim)

    def _free(self, position: Position) -> int:
        """What is free at a position, below zero where claims are beyond what is there."""
        here = (self._tenant, *position)
        row = self._execute(sql.FREE, here).fetchone()
        gone = self._execute(sql.RUN_OUT, (*here, micros(self._change.at))).fetchone()
        return (0 if row is None else cast("int", row[0])) + cast("int", gone[0])

    def _later(self, position: Position, before: datetime) -> int:
        """How much is claimed at a position for an instant or after it."""
        row = self._execute(sql.LATER, (self._tenant, *position, date_key(before))).fetchone()
        return cast("int", row[0])

    def _count(self, position: Position, n: int, net: int) -> int | None:
        """Count `n` more claims at a position; what is free, where that is too little.

        Only what grows beyond what the same change brings (`net`) is guarded. On shortage, holds
        that have run out are given back, claim rows and counter together, and it is tried again.
        """
        execute = self._execute
        here = (self._tenant, *position)
        if net <= 0:
            if n:
                if n > 0:
                    execute(sql.SHELF, (*here, 0))
                execute(sql.CLAIM_LESS, (-n, *here))
            return None
        if execute(sql.CLAIM_MORE, (n, *here, n)).rowcount:
            return None
        now = micros(self._change.at)
        gone = execute(sql.RUN_OUT, (*here, now)).fetchone()[0]
        if gone:
            execute(sql.GIVE_BACK, (*here, now))
            execute(sql.CLAIM_LESS, (gone, *here))
            if execute(sql.CLAIM_MORE, (n, *here, n)).rowcount:
                return None
        row = execute(sql.FREE, here).fetchone()
        # What the change itself brings is in the counter already, and is no answer to what it asks.
        return 0 if row is None else cast("int", row[0]) - (n - net)

    def _claim(self, claim: ClaimChange) -> None:
        """Change the claim row itself; one with an expiry must still run."""
        execute = self._execute
        row = claim_row(self._tenant, claim)
        until = None if claim.until is None else micros(claim.until)
        now = micros(self._change.at)
        if not must_run(claim):
            execute(sql.GRANT, (*row, claim.n, until))
        elif claim.n:
            if execute(sql.END, (*row, -claim.n, now)).rowcount:
                return
            if not execute(sql.LESSEN, (-claim.n, *row, -claim.n, now)).rowcount:
                raise hold_expired(claim)
        elif not execute(sql.RUNS, (*row, now)).fetchone():
            raise hold_expired(claim)
        if claim.renewed:
            execute(sql.RENEW, (until, *row))


def claim_row(tenant: str, claim: ClaimChange) -> tuple[Any, ...]:
    """What names the row of a claim: where, who and for when."""
    holder = (claim.holder.kind, claim.holder.id, date_key(claim.due))
    return (tenant, *claim.position, *holder)


def lots_changed(
    kept: Callable[[Ref[Any]], tuple[int, Stored[Any]] | None],
    document: Document,
    version: int,
    lots: tuple[str, ...],
) -> bool:
    """Whether the lots by which an order is found may be others; most have none, ever."""
    if not isinstance(document, Order):
        return False
    cached = kept(document.ref)
    before = None if cached is None else cached[1]
    return before is None or before.version != version or lots_of(before.value) != lots
