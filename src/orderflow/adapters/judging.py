"""What every store looks at in the same way when it commits and when it looks for documents.

It knows changes and queries, and refuses to know how a store finds out what is there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from orderflow.books import ClaimKey, claim_key, claimed_net
from orderflow.calls import Ref
from orderflow.deadlines import next_due
from orderflow.errors import KeyReused, Short, Stale
from orderflow.grants import hold_expired, runs, shortage, unkept
from orderflow.journal import Change, Committed, Entry, holds_of
from orderflow.ports import Query
from orderflow.records import Document, Order, lots_of, orders_of
from orderflow.values import Position
from orderflow.views import headline


def again(earlier: Entry | None, change: Change) -> Committed | None:
    """The answer to a key that came before; `None` where it is new.

    `earlier` is the entry of that key. With another question it is `KeyReused`.
    """
    if earlier is None:
        return None
    if (earlier.call, earlier.by) != (change.call, change.by):
        raise KeyReused(change.key, change.call.verb)
    return Committed(earlier, repeated=True)


def judge(
    change: Change,
    held: Callable[[ClaimKey], tuple[int, datetime | None] | None],
    free: Callable[[Position], int],
    later: Callable[[Position, datetime], int],
) -> None:
    """Refuse claims beyond what is there, and changes of claims that have run out.

    `held` is how much a claim is and until when, `free` what a position has free at the change's
    instant, below zero too, and `later` how much of it is claimed for an instant or after it. All
    three are asked before the change. Raises `MoveRefused`, or one `Short` for all positions.
    """
    for claim in change.postings.claims:
        if not runs(claim, held(claim_key(claim)), change.at):
            raise hold_expired(claim)
    net = claimed_net(change.postings).items()
    short = [shortage(at, n, free(at)) for at, n in net if free(at) < n]
    short += unkept(change.postings, change.keep, free, later)
    if short:
        raise Short(tuple(short))


def means(query: Query, document: Document) -> bool:
    """Whether a query means a document; its limit and its page do not matter here."""
    ref = document.ref
    if ref.kind != query.kind or ref.tenant != query.tenant:
        return False
    if query.due_by is not None:
        due = next_due(document)
        if due is None or due > query.due_by:
            return False
    if query.hold or query.on_hold:
        codes = [hold.code for hold in holds_of(document)]
        if not codes or (query.hold and query.hold not in codes):
            return False
    if query.order and query.order not in orders_of(document):
        return False
    if query.lot and query.lot not in lots_of(document):
        return False
    if not (query.headline or query.customer or query.channel or query.number):
        return True
    return (
        isinstance(document, Order)
        and query.headline in ("", headline(document).value)
        and query.customer in ("", document.customer)
        and query.channel in ("", document.channel)
        and query.number in ("", document.number)
    )


def relied_on(
    change: Change, version: Callable[[Ref[Document]], int], there: Callable[[Position], int]
) -> None:
    """Refuse a change that was made of what has moved on since: `Stale` says what.

    `version` is that of a document now, 0 where there is none, and `there` what a counter has.
    """
    replaced = [(document.ref, number) for document, number in change.replaced]
    for ref, number in (*replaced, *change.relied):
        if version(ref) != number:
            raise Stale(str(ref))
    for position, n in change.there:
        if there(position) != n:
            raise Stale(f"what is there of {position.sku}")
