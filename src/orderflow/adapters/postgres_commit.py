"""What the function that commits is asked, and what its answers mean.

It knows the parameters of the function and the words it answers in, and refuses to know a
connection: so a store of ours and one in a host's transaction ask the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from orderflow.adapters.rows import date_key, micros, written
from orderflow.adapters.writing import claim_row, entered, lots_changed, matter_of, more_claimed
from orderflow.books import changes_on_shelf
from orderflow.calls import Ref
from orderflow.errors import OrderflowError, Short, Stale
from orderflow.grants import hold_expired, number_taken, shortage
from orderflow.journal import Change, Stored
from orderflow.records import Order
from orderflow.values import Position

_Kept = Callable[[Ref[Any]], tuple[int, Stored[Any]] | None]


def asked(change: Change, net: Mapping[Position, int], kept: _Kept) -> tuple[Any, ...]:
    """The values of `postgres_sql.COMMIT` for a change; `kept` is what is known decoded."""
    entry = entered(change, 0)
    rows = [written(document) for document, _ in change.replaced]
    return (
        *entry[:8],
        change.rules,
        *entry[9:],
        [row.body for row in rows],
        json.dumps(
            {
                "read": _read(change, kept),
                "documents": [
                    [
                        *document.ref,
                        version,
                        *row.columns,
                        row.orders,
                        row.lots if lots_changed(kept, document, version, row.lots) else None,
                    ]
                    for (document, version), row in zip(change.replaced, rows, strict=True)
                ],
                "there": [[*position, n] for position, n in change.there],
                "matter": [[*at, account.value, n] for at, account, n in matter_of(change)],
                **_books(change, net),
            },
            separators=(",", ":"),
        ),
    )


def _read(change: Change, kept: _Kept) -> list[list[Any]]:
    """Every document that a change has read, sorted by name, and whether it replaces it."""

    def row(ref: Ref[Any], version: int, replaced: bool) -> list[Any]:
        known = kept(ref)
        return [*ref, version, replaced, None if known is None or not version else known[0]]

    read = [row(document.ref, version, True) for document, version in change.replaced]
    return sorted(read + [row(ref, version, False) for ref, version in change.relied])


def _books(change: Change, net: Mapping[Position, int]) -> dict[str, list[list[Any]]]:
    """What a change does to counters and claims, each in sorted order."""
    shelf = sorted(changes_on_shelf(change.postings).items())
    more = more_claimed(change)
    claims = change.postings.claims
    positions = {position for position, _ in (*shelf, *more, *change.there)}
    brought = dict(shelf)
    keep: list[list[Any]] = []
    for i, (position, least, before) in enumerate(change.keep):
        positions.add(position)
        here = [claim for claim in claims if claim.position == position]
        later = [claim.n for claim in here if before and claim.due and claim.due >= before]
        wanted = sum(claim.n for claim in here) - brought.get(position, 0)
        until = None if before is None else date_key(before)
        keep.append([*position, least, until, wanted, sum(later), i])
    return {
        "shelf": [[*position, n] for position, n in shelf],
        "counts": [[*position, n, net.get(position, 0), i] for i, (position, n) in enumerate(more)],
        "keep": keep,
        "locked": [[*position] for position in sorted(positions)],
        "claims": [
            [
                *claim_row("", claim)[1:],
                claim.n,
                None if claim.until is None else micros(claim.until),
                claim.renewed,
                i,
            ]
            for i, claim in enumerate(claims)
        ],
    }


def refused(change: Change, answer: str, detail: str | None) -> OrderflowError:
    """What it means that the function has not committed a change."""
    told: Any = None if detail is None or answer == "there" else json.loads(detail)
    match answer:
        case "short":
            more = more_claimed(change)
            return Short(tuple(shortage(more[i][0], n, free) for i, n, free in told))
        case "kept":
            kept = [position for position, _, _ in change.keep]
            return Short(tuple(shortage(kept[i], n, free) for i, n, free in told))
        case "stale":
            return Stale(str(Ref[Any](*told[:3])))
        case "there":
            return Stale(f"what is there of {detail}")
        case "expired":
            return hold_expired(change.postings.claims[told])
        case "number":
            order = change.replaced[told[0]][0]
            if isinstance(order, Order):
                return number_taken(order, told[1])
        case _:
            pass
    raise ValueError(f"the database answers {answer}")


def numbers(detail: str) -> list[int]:
    """The numbers of the rows of what was replaced, in its order."""
    told: list[int] = json.loads(detail)
    return told
