"""The two books, read off facts: where goods stand, and who claims them.

It knows in which account a unit of each state stands and which states claim, and refuses to know
what is there: that is the store's.

*Matter* is transfers between accounts; *claims* are on what is sellable.
A unit that is allocated stands on the shelf, claimed; when it is picked, the claim ends and the
goods go to the stage in one step, so what is free never changes by picking.
Problem: peers keep two counters by hand, and each verb that forgets one of them makes a drift.
Decision: no verb posts; one table says from state and grade in which account a unit stands, and
both books are read off the moves.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import attrs

from orderflow.facts import Claimed, Fact, Limited, Moved, Opened, Posted
from orderflow.records import Document, MatterKind, Slice, StockHold, Supply, Transfer
from orderflow.states import UnitState
from orderflow.values import Position, Ref

CLAIMING: Final = frozenset({UnitState.RESERVED, UnitState.ALLOCATED, UnitState.RELEASED})
"""The states whose units claim what is at their position."""

_SHELF: Final = MatterKind.SELLABLE

STANDS: Final[dict[UnitState, MatterKind]] = {
    UnitState.OPEN: _SHELF,
    UnitState.BACKORDERED: _SHELF,
    UnitState.RESERVED: _SHELF,
    UnitState.ALLOCATED: _SHELF,
    UnitState.RELEASED: _SHELF,
    UnitState.CANCELLED: _SHELF,
    UnitState.PICKED: MatterKind.STAGED,
    UnitState.PACKED: MatterKind.STAGED,
    UnitState.SHIPPED: MatterKind.ROAD_OUT,
    UnitState.SENT_BACK: MatterKind.ROAD_OUT,
    UnitState.DELIVERED: MatterKind.CUSTOMER,
    UnitState.LOST: MatterKind.CARRIER,
    UnitState.MISSING: MatterKind.CARRIER,
    UnitState.GOING_BACK: MatterKind.ROAD_BACK,
    UnitState.RECEIVED_BACK: MatterKind.QUARANTINE,
    UnitState.RETURNED: _SHELF,
}
"""In which account a sound unit stands. On the shelf, units of an order are not told apart."""

DAMAGED: Final = "damaged"
"""The grade whose returned units are not sellable."""

IN_HOUSE: Final = frozenset({MatterKind.STAGED, MatterKind.QUARANTINE})
"""Accounts from which a unit that is let go comes back to the shelf."""

EXACT: Final = frozenset(
    {MatterKind.STAGED, MatterKind.ROAD_OUT, MatterKind.ROAD_BACK, MatterKind.QUARANTINE}
)
"""Accounts that hold units of orders and nothing else: the bags must account for all of it."""


def _legs() -> dict[tuple[UnitState, UnitState], tuple[MatterKind, MatterKind]]:
    """From which account to which a move takes goods; absent where they stay.

    What a carrier has lost stays lost when the customer's units are cancelled: no goods come back.
    """
    legs = {}
    for source, from_ in STANDS.items():
        for target, to in STANDS.items():
            if from_ is to:
                continue
            returns_to_shelf = to is _SHELF and target is not UnitState.RETURNED
            if returns_to_shelf and from_ not in IN_HOUSE:
                continue
            legs[source, target] = (from_, to)
    return legs


_LEGS: Final = _legs()


def position_of(sku: str, tag: Slice) -> Position:
    """The position that units of a slice stand at."""
    return Position(sku, tag.location, tag.owner, tag.lot, tag.grade, tag.peg)


def matter_position(sku: str, tag: Slice) -> Position:
    """The position of the goods themselves: on hand, whatever the units wait for."""
    return Position(sku, tag.location, tag.owner, tag.lot, tag.grade)


def _same_place(one: Slice, other: Slice) -> bool:
    return (
        one.location == other.location
        and one.lot == other.lot
        and one.grade == other.grade
        and one.owner == other.owner
    )


@attrs.frozen
class ClaimChange:
    """`holder` claims `n` more at a position, or fewer; `renewed` sets the expiry to `until`.

    A change of a claim that has an expiry requires that it still runs.
    """

    holder: Ref[Document]
    position: Position
    n: int
    until: datetime | None = None
    renewed: bool = False


@attrs.frozen
class Postings:
    """What a step does to both books, merged: each key comes once, in sorted order."""

    transfers: tuple[Transfer, ...]
    limits: tuple[tuple[Position, int], ...]
    claims: tuple[ClaimChange, ...]


NOTHING: Final = Postings((), (), ())


def postings(facts: Iterable[Fact]) -> Postings:
    """Read off facts what both books post.

    Merged by key and sorted, so that two writers that touch the same positions touch them in the
    same order.
    """
    moves: dict[tuple[MatterKind, Position, MatterKind, Position], int] = {}
    limits: dict[Position, int] = {}
    claims: dict[tuple[Ref[Document], Position], int] = {}
    renewals: dict[tuple[Ref[Document], Position], datetime | None] = {}
    for fact in facts:
        if isinstance(fact, Moved):
            source, target = fact.source, fact.target
            leg = _LEGS.get((source, target))
            put = fact.put
            if (
                leg is None
                and not _same_place(fact.taken, put)
                and STANDS[source] is STANDS[target]
            ):
                # The tag alone changed. On the shelf, goods that are put back stand under one key.
                leg = None if STANDS[source] is _SHELF else (STANDS[source], STANDS[source])
            if leg is not None:
                from_, to = leg
                if target is UnitState.RETURNED and put.grade == DAMAGED:
                    to = MatterKind.DAMAGED
                # A unit that is let go comes back to the shelf of the place where it stands.
                at = put if put.location else fact.taken
                key = (
                    from_,
                    matter_position(fact.sku, fact.taken),
                    to,
                    matter_position(fact.sku, at),
                )
                moves[key] = moves.get(key, 0) + fact.n
            was, will = source in CLAIMING, target in CLAIMING
            if was or will:
                before = position_of(fact.sku, fact.taken)
                after = position_of(fact.sku, fact.put)
                if was and will and before == after:
                    continue
                if was:
                    claims[fact.order, before] = claims.get((fact.order, before), 0) - fact.n
                if will:
                    claims[fact.order, after] = claims.get((fact.order, after), 0) + fact.n
        elif isinstance(fact, Posted):
            transfer = fact.transfer
            key = (transfer.source, transfer.source_at, transfer.target, transfer.target_at)
            moves[key] = moves.get(key, 0) + transfer.n
        elif isinstance(fact, Limited):
            limits[fact.position] = limits.get(fact.position, 0) + fact.n
        elif isinstance(fact, Claimed):
            claim = (fact.holder, fact.position)
            claims[claim] = claims.get(claim, 0) + fact.n
            renewals[claim] = fact.until
        elif isinstance(fact, Opened):
            _open(fact.document, limits, claims, renewals)
    if not (moves or limits or claims):
        return NOTHING
    return Postings(
        tuple(Transfer(*key, n) for key, n in sorted(moves.items()) if n),
        tuple((position, n) for position, n in sorted(limits.items()) if n),
        tuple(
            ClaimChange(holder, position, n, renewals.get((holder, position)), renewed)
            for (position, holder), n, renewed in sorted(
                ((position, holder), n, (holder, position) in renewals)
                for (holder, position), n in claims.items()
            )
            if n or renewed
        ),
    )


def _open(
    document: Document,
    limits: dict[Position, int],
    claims: dict[tuple[Ref[Document], Position], int],
    renewals: dict[tuple[Ref[Document], Position], datetime | None],
) -> None:
    """A stock hold claims from its opening; a supply row promises from its opening."""
    if isinstance(document, StockHold):
        claims[document.ref, document.position] = document.n
        renewals[document.ref, document.position] = document.until
    elif isinstance(document, Supply):
        peg = document.position._replace(peg=document.ref.id)
        limits[peg] = limits.get(peg, 0) + document.expected


def claimed_net(posted: Postings) -> dict[Position, int]:
    """How many units more are claimed at each position than the step itself brings there.

    Only positions whose claims grow: a fact may take goods below the claims, a claim may not.
    """
    more: dict[Position, int] = {}
    for claim in posted.claims:
        more[claim.position] = more.get(claim.position, 0) + claim.n
    grown = {position: n for position, n in more.items() if n > 0}
    if grown:
        for position, n in changes_on_shelf(posted).items():
            if position in grown:
                grown[position] -= n
    return grown


def changes_on_shelf(posted: Postings) -> dict[Position, int]:
    """How much more is there at each position: sellable goods, and limits."""
    there = dict(posted.limits)
    for transfer in posted.transfers:
        if transfer.source is _SHELF:
            at = transfer.source_at
            there[at] = there.get(at, 0) - transfer.n
        if transfer.target is _SHELF:
            at = transfer.target_at
            there[at] = there.get(at, 0) + transfer.n
    return there
