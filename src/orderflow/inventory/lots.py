"""Lots: what came together, until when it is good, and which of it is used up first.

It knows how lots come to be known and which of them may be allocated, and refuses to know which
warehouse ships.

Problem: goods of one SKU are not alike: some expire sooner, some are recalled, and each serial is
one piece.
Observation: a position names the lot already, so both books tell lots apart; what is missing is
what is true of a lot wherever it stands.
Decision: a lot is a document of its own, made by the first receipt.
What a later receipt says otherwise is recorded all the same, and sets a named hold: until a person
has looked, none of the lot is allocated.
Before a policy plans, the counters that it may not see are taken away and the others are brought
into the order of the rules; a policy keeps the order that it is given.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

import attrs

from orderflow.calls import Ref
from orderflow.errors import BadInput, Refusal
from orderflow.facts import EXPIRY
from orderflow.holding import set_hold
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Counter, Lot, Order, lot_id
from orderflow.rules import Rules
from orderflow.states import UnitState
from orderflow.values import Position, instant, text

_FIRST: Final = datetime.min.replace(tzinfo=UTC)


@verb("set_expiry", Lot)
def set_expiry(case: Case, context: Context, until: datetime | None = None) -> Step:
    """Decide from which instant on a lot is no good any more; never, without one."""
    step = Step(case, context)
    lot = step.now(_named(case))
    said = "" if until is None else instant(until, "until").isoformat()
    step.note(lot.ref, EXPIRY, until=said)
    return step


@verb("hold_lot", Lot)
def hold_lot(case: Case, context: Context, code: str, reason: str) -> Step:
    """Let nobody have more of a lot: it is recalled, or somebody must look at it.

    What is claimed of it stays claimed, and is not allocated until the hold is lifted.
    """
    step = Step(case, context)
    lot = step.now(_named(case))
    set_hold(step, lot.ref, code, reason)
    return step


@verb("lift_lot_hold", Lot)
def lift_lot_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a lot: somebody has looked into it."""
    step = Step(case, context)
    step.lift(_named(case), text(code, "code"))
    return step


def _named(case: Case) -> Ref[Lot]:
    """The lot of the call, by an id that can be one's."""
    ref = case.own(Lot)
    if "/" not in ref.id:
        raise BadInput("id", "a lot is named with its SKU, such as BRASS-LAMP/L-1")
    return ref


def record_lot(
    step: Step,
    at: Position,
    n: int,
    expires_at: datetime | None = None,
    *,
    serial: bool = False,
    anew: bool = True,
) -> None:
    """Record that `n` units of a position's lot came in; where it has none, there is nothing.

    `anew` says that they came from outside: one piece cannot do so twice.
    """
    expiry = None if expires_at is None else instant(expires_at, "expires_at")
    if type(serial) is not bool:
        raise BadInput("serial", "true or false is wanted")
    if not at.lot:
        if expiry is not None or serial:
            path = "serial" if expiry is None else "expires_at"
            raise BadInput(path, "the position has no lot")
        return
    ref = step.case.lot(text(lot_id(at.sku, at.lot), "position.lot"))
    known = step.case.find(ref)
    if known is None:
        known = Lot(ref, at.sku, at.lot, step.context.at, expiry, serial)
        step.open(known)
        anew = False
    elif expiry is not None and expiry != known.expires_at:
        step.note(ref, "other expiry", until=expiry.isoformat())
        step.hold(ref, "other_expiry", f"a receipt says that it expires at {expiry.isoformat()}")
    if serial and not known.serial:
        step.hold(ref, "serial_twice", "it is a lot of several, and came as a serial")
    elif known.serial and (anew or n > 1):
        step.hold(ref, "serial_twice", "more than one of a serial has come")


def pickable(step: Step, order: Order, rows: Iterable[Counter]) -> tuple[Counter, ...]:
    """The counters that an order may get goods from, in the order in which they are used up.

    Goods of other owners are only for their own orders, unless the rules name the owner; our own
    are used up first. Expired lots, and lots on hold, are for nobody.
    """
    rules = step.context.rules
    owners = owners_for(rules, order.customer)
    found: list[tuple[Counter, Lot | None]] = []
    for row in rows:
        at = row.position
        if at.owner not in owners:
            continue
        lot = known_lot(step.case, at)
        if lot is None or not unusable(step, lot):
            found.append((row, lot))
    found.sort(
        key=lambda one: (bool(one[0].position.owner), rules.pick_rule.key(*one), one[0].position)
    )
    return tuple([row for row, _ in found])


def owners_for(rules: Rules, customer: str) -> tuple[str, ...]:
    """Whose goods an order may have: ours, its customer's own, and what we sell for others."""
    return tuple(sorted({"", customer, *rules.sells_for}))


def known_lot(case: Case, at: Position) -> Lot | None:
    """The lot of a position; `None` without a lot, or where nothing was said of it."""
    return case.find(case.lot(lot_id(at.sku, at.lot))) if at.lot else None


def good_until(lot: Lot, rules: Rules) -> datetime | None:
    """The first instant at which a lot is no longer good for as long as is asked; `None`: never."""
    until, life = lot.expires_at, timedelta(days=rules.life_days)
    if until is None or not life:
        return until
    # To the instant is good enough; a calendar that begins later than that was never good.
    return max(until, _FIRST + life) - life + timedelta.resolution


def is_held(lot: Lot) -> bool:
    """Whether a hold keeps a lot from everybody."""
    return any(hold.blocks for hold in lot.holds)


def unusable(step: Step, lot: Lot) -> tuple[Refusal, ...]:
    """Every reason against allocating a lot now."""
    context = step.context
    refusals = [
        Refusal.of("on_hold", what=str(lot.ref), hold=hold.code, reason=hold.reason)
        for hold in lot.holds
        if hold.blocks
    ]
    good = good_until(lot, context.rules)
    if lot.expires_at is not None and good is not None and good <= context.at:
        until, days = lot.expires_at.isoformat(), context.rules.life_days
        refusals.append(Refusal.of("lot_expires", sku=lot.sku, lot=lot.lot, until=until, days=days))
    return tuple(refusals)


def spoiled(step: Step, positions: Iterable[Position]) -> tuple[Refusal, ...]:
    """Every reason against allocating what is claimed at positions, each once."""
    reasons: dict[Refusal, None] = {}
    for at in positions:
        lot = known_lot(step.case, at)
        if lot is not None:
            reasons.update(dict.fromkeys(unusable(step, lot)))
    return tuple(reasons)


@attrs.frozen
class Got:
    """Units of a lot or serial that an order has: where they stand, and whether they are out.

    `customer` is a reference; `out` is true of what has left the house and is not back in it.
    """

    order: str
    customer: str
    line: str
    state: UnitState
    n: int
    out: bool


_OUT: Final = frozenset(
    {
        UnitState.SHIPPED,
        UnitState.READY_TO_COLLECT,
        UnitState.DELIVERED,
        UnitState.LOST,
        UnitState.MISSING,
        UnitState.GOING_BACK,
        UnitState.SENT_BACK,
    }
)


def got(order: Order, sku: str, lot: str) -> tuple[Got, ...]:
    """The units of an order that are of a lot, or are that serial; there may be none.

    Units that went astray and were given up have left the house too.
    """
    return tuple(
        Got(
            order.ref.id,
            order.customer,
            line.id,
            spot.state,
            spot.n,
            spot.state in _OUT or (spot.state is UnitState.CANCELLED and bool(spot.slice.parcel)),
        )
        for line, spot in order.units()
        if line.sku == sku and lot in (spot.slice.lot, spot.slice.serial)
    )
