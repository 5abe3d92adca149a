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

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final, TypeAlias

import attrs

from orderflow.calls import Ref
from orderflow.conditions import DAMAGED, TO_INSPECT, TO_SUPPLIER, WRITTEN_OFF
from orderflow.facts import (
    Advanced,
    Charged,
    Claimed,
    Compensated,
    CutMade,
    Described,
    Fact,
    Held,
    Limited,
    MoneyMoved,
    Moved,
    Noted,
    Opened,
    Posted,
    Repriced,
    Unheld,
)
from orderflow.pools import quota_pool, stored_pool
from orderflow.records import (
    Claim,
    Document,
    Feed,
    MatterKind,
    Order,
    Payment,
    Quota,
    Slice,
    StockHold,
    Supply,
    Transfer,
)
from orderflow.states import UnitState
from orderflow.tenders import StoredValue
from orderflow.values import Position

CLAIMING: Final = frozenset({UnitState.RESERVED, UnitState.ALLOCATED, UnitState.RELEASED})
"""The states whose units claim what is at their position."""

_SHELF: Final = MatterKind.SELLABLE

STANDS: Final[dict[UnitState, MatterKind]] = {
    UnitState.OPEN: _SHELF,
    UnitState.BACKORDERED: _SHELF,
    UnitState.TO_BUY: _SHELF,
    UnitState.BUYING: MatterKind.SUPPLIER,
    UnitState.TO_MAKE: _SHELF,
    UnitState.MAKING: MatterKind.PRODUCTION,
    UnitState.RESERVED: _SHELF,
    UnitState.ALLOCATED: _SHELF,
    UnitState.RELEASED: _SHELF,
    UnitState.CANCELLED: _SHELF,
    UnitState.PICKED: MatterKind.STAGED,
    UnitState.PACKED: MatterKind.STAGED,
    UnitState.SHIPPED: MatterKind.ROAD_OUT,
    UnitState.READY_TO_COLLECT: MatterKind.ROAD_OUT,
    UnitState.SENT_BACK: MatterKind.ROAD_OUT,
    UnitState.DELIVERED: MatterKind.CUSTOMER,
    UnitState.LOST: MatterKind.CARRIER,
    UnitState.MISSING: MatterKind.CARRIER,
    UnitState.GOING_BACK: MatterKind.ROAD_BACK,
    UnitState.RECEIVED_BACK: MatterKind.QUARANTINE,
    UnitState.RETURNED: _SHELF,
    UnitState.REDEEMED: _SHELF,
    UnitState.LAPSED: _SHELF,
}
"""In which account a sound unit stands. On the shelf, units of an order are not told apart.

Services stand nowhere: they never leave the shelf on which no goods of theirs are.
"""

_ASKED_FOR: Final = frozenset({UnitState.BUYING, UnitState.MAKING})

LEAVES_FOR: Final = {
    DAMAGED: MatterKind.DAMAGED,
    WRITTEN_OFF: MatterKind.WRITTEN_OFF,
    TO_SUPPLIER: MatterKind.SUPPLIER,
}
"""The account of goods that were taken back in a grade that is not on the shelf."""

IN_HOUSE: Final = frozenset({MatterKind.STAGED, MatterKind.QUARANTINE})
"""Accounts from which a unit that is let go comes back to the shelf."""

EXACT: Final = frozenset(
    {MatterKind.STAGED, MatterKind.ROAD_OUT, MatterKind.ROAD_BACK, MatterKind.QUARANTINE}
)
"""Accounts that hold units of orders and nothing else: the bags must account for all of it.

Goods in quarantine that are no order's stand on the shelf with the grade `TO_INSPECT`.
"""


def _legs() -> dict[tuple[UnitState, UnitState], tuple[MatterKind, MatterKind]]:
    """From which account to which a move takes goods; absent where they stay.

    What a carrier has lost stays lost when the customer's units are cancelled: no goods come back.
    To ask a supplier or production for goods moves none; they move when they arrive or are shipped.
    """
    legs = {}
    for source, from_ in STANDS.items():
        for target, to in STANDS.items():
            if from_ is to or target in _ASKED_FOR:
                continue
            arrives = source in _ASKED_FOR and target is UnitState.ALLOCATED
            returns_to_shelf = to is _SHELF and target is not UnitState.RETURNED and not arrives
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
    """`holder` claims `n` more at a position for `due`, or fewer.

    `renewed` sets the expiry to `until`. To change a claim that has an expiry requires that it
    still runs.
    """

    holder: Ref[Document]
    position: Position
    n: int
    until: datetime | None = None
    renewed: bool = False
    due: datetime | None = None


@attrs.frozen
class Postings:
    """What a step does to both books, merged: each key comes once, in sorted order."""

    transfers: tuple[Transfer, ...]
    limits: tuple[tuple[Position, int], ...]
    claims: tuple[ClaimChange, ...]


_Moves: TypeAlias = dict[tuple[MatterKind, Position, MatterKind, Position], int]
ClaimKey: TypeAlias = tuple[Position, Ref[Document], datetime | None]
"""Where, who and for when: what tells claims apart."""
_Claims: TypeAlias = dict[ClaimKey, int]

_NO_DATE: Final = datetime.min.replace(tzinfo=UTC)


def claim_key(claim: Claim | ClaimChange) -> ClaimKey:
    """What tells a claim from others."""
    return (claim.position, claim.holder, claim.due)


def by_claim(key: ClaimKey) -> tuple[Position, Ref[Document], datetime]:
    """The order of claims; what has no date comes first."""
    return (key[0], key[1], key[2] or _NO_DATE)


NOTHING: Final = Postings((), (), ())


def postings(facts: Iterable[Fact]) -> Postings:
    """Read off facts what both books post.

    Merged by key and sorted, so that two writers that touch the same positions touch them in the
    same order.
    """
    posting = [fact for fact in facts if type(fact) not in _NEVER_POST]
    if not posting:
        return NOTHING
    moves: _Moves = {}
    limits: dict[Position, int] = {}
    claims: _Claims = {}
    renewals: dict[ClaimKey, datetime | None] = {}
    for fact in posting:
        if isinstance(fact, Moved):
            _post_move(fact, moves, claims)
        elif isinstance(fact, Posted):
            transfer = fact.transfer
            key = (transfer.source, transfer.source_at, transfer.target, transfer.target_at)
            moves[key] = moves.get(key, 0) + transfer.n
        elif isinstance(fact, Limited):
            limits[fact.position] = limits.get(fact.position, 0) + fact.n
        elif isinstance(fact, Claimed):
            claim = (fact.position, fact.holder, fact.due)
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
            ClaimChange(key[1], key[0], claims[key], renewals.get(key), key in renewals, key[2])
            for key in sorted(claims, key=by_claim)
            if claims[key] or key in renewals
        ),
    )


_NEVER_POST: Final = frozenset(
    {Advanced, CutMade, Charged, Repriced, Compensated, Described, Held, Unheld, MoneyMoved, Noted}
)


def _post_move(
    fact: Moved,
    moves: _Moves,
    claims: _Claims,
) -> None:
    """Post what units of an order do: goods by the table of legs, claims by state."""
    source, target, taken, put, n = fact.source, fact.target, fact.taken, fact.put, fact.n
    same_place = taken is put or _same_place(taken, put)
    leg = _LEGS.get((source, target))
    if leg is None and not same_place:
        stands = STANDS[source]
        if stands is STANDS[target] and stands is not _SHELF:
            leg = (stands, stands)  # the tags alone changed
    if leg is not None:
        from_, to = leg
        if target is UnitState.RETURNED:
            to = LEAVES_FOR.get(put.grade, to)
        # A unit that is let go comes back to the shelf of the place where it stands.
        left = matter_position(fact.sku, taken)
        at = left if same_place or not put.location else matter_position(fact.sku, put)
        key = (from_, left, to, at)
        moves[key] = moves.get(key, 0) + n
    if taken.pools != put.pools:
        for pools, more in ((taken.pools, -n), (put.pools, n)):
            for pool in pools:
                _add(claims, (Position(pool), fact.order, None), more)
    was, will = source in CLAIMING, target in CLAIMING
    if was and will and same_place and taken.peg == put.peg and taken.ready_by == put.ready_by:
        return
    if was:
        _add(claims, (position_of(fact.sku, taken), fact.order, taken.ready_by), -n)
    if will:
        _add(claims, (position_of(fact.sku, put), fact.order, put.ready_by), n)


def _add(claims: _Claims, claim: ClaimKey, n: int) -> None:
    claims[claim] = claims.get(claim, 0) + n


def _open(
    document: Document,
    limits: dict[Position, int],
    claims: _Claims,
    renewals: dict[ClaimKey, datetime | None],
) -> None:
    """A hold or a quota claims from its opening.

    A supply row, a quota, a feed or a stored value gives from it.
    """
    if isinstance(document, StockHold):
        claim = (document.position, document.ref, None)
        claims[claim], renewals[claim] = document.n, document.until
    elif isinstance(document, Supply):
        peg = document.position._replace(peg=document.ref.id)
        limits[peg] = limits.get(peg, 0) + document.expected
    elif isinstance(document, Quota):
        kept: ClaimKey = (kept_at(document), document.ref, None)
        claims[kept], renewals[kept] = document.left, document.until
        pool = Position(quota_pool(document.ref.id))
        limits[pool] = limits.get(pool, 0) + document.n
    elif isinstance(document, StoredValue):
        pool = Position(stored_pool(document.ref.id))
        limits[pool] = limits.get(pool, 0) + document.n
    elif isinstance(document, Feed):
        at = document.position
        limits[at] = limits.get(at, 0) + document.there


def kept_at(quota: Quota) -> Position:
    """Where a quota keeps its units: at its source, or out of the quota that it is a part of."""
    return Position(quota_pool(quota.within)) if quota.within else quota.position


def to_inspect(position: Position) -> Position:
    """Where goods stand in quarantine that will stand at a position when they have passed."""
    return position._replace(grade=TO_INSPECT)


def claims_by(document: Document) -> Iterator[tuple[ClaimKey, int, datetime | None]]:
    """What a document says that it claims: where and for when, how many, and until when.

    An order claims by its bags and as a whole, a hold what it holds, a supply row what it keeps for
    its promises and what of its goods is to be inspected, a quota what it keeps for its members, a
    payment what it has spent of a stored value.
    """
    if isinstance(document, Order):
        for line, spot in document.units():
            tags = spot.slice
            if spot.state in CLAIMING:
                at = position_of(line.sku, tags)
                yield (at, document.ref, tags.ready_by), spot.n, None
            for pool in tags.pools:
                yield (Position(pool), document.ref, None), spot.n, None
        for one in document.pools:
            yield (Position(one.pool), document.ref, one.due), one.n, None
    elif isinstance(document, StockHold):
        yield (document.position, document.ref, None), document.n, document.until
    elif isinstance(document, Supply):
        yield (document.position, document.ref, None), document.earmarked, None
        if document.inspecting:
            yield (to_inspect(document.position), document.ref, None), document.inspecting, None
    elif isinstance(document, Quota) and document.left:
        yield (kept_at(document), document.ref, None), document.left, document.until
    elif isinstance(document, Payment) and document.spent:
        yield (Position(stored_pool(document.stored)), document.ref, None), document.spent, None


def claimed_net(posted: Postings) -> dict[Position, int]:
    """How many units more are claimed at each position than the step itself brings there.

    Only where that is more than nothing: a fact may take goods below the claims, a claim may not,
    and goods that come back with their claim on them ask for nothing.
    """
    if not posted.claims:
        return {}
    more: dict[Position, int] = {}
    for claim in posted.claims:
        more[claim.position] = more.get(claim.position, 0) + claim.n
    grown = {position: n for position, n in more.items() if n > 0}
    if grown:
        for position, n in changes_on_shelf(posted).items():
            if position in grown:
                grown[position] -= n
    return {position: n for position, n in grown.items() if n > 0}


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
