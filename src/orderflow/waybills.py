"""Waybill numbers that a carrier has handed out beforehand, and the parcels that get them.

It knows ranges of numbers, and refuses to know what a label looks like.

Problem: a courier gives a shop ten thousand numbers at a time. Two desks that print at once must
not print the same one, and a range that is entered twice is printed twice.
Decision: what is left of a range is counted like goods. Whoever takes a number relies on the count
that he has read: of two that read the same, one is refused by the store and reads again. The ranges
of a carrier are kept apart for good, so that no number is ever given twice.
A number that a parcel has had is used up, whatever becomes of the parcel.
"""

from __future__ import annotations

from typing import Final

from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import NUMBERED, Limited
from orderflow.journal import Case, Context, Step, stock_verb, verb
from orderflow.pools import waybill_pool, waybill_ranges
from orderflow.records import Parcel
from orderflow.states import ParcelState
from orderflow.values import Position, text, whole

WAYBILLS_MAX: Final = 1_000_000
"""So many numbers are entered at once."""


@stock_verb("add_waybills")
def add_waybills(case: Case, context: Context, carrier: str, first: str, n: int) -> Step:
    """Enter `n` waybill numbers that a carrier has handed out, from the `first` on.

    They end in digits and have as many of them; none may have been entered before.
    """
    step = Step(case, context)
    name = text(carrier, "carrier")
    whole(n, "n", most=WAYBILLS_MAX)
    prefix, digits = _parted(text(first, "first"))
    start = int(digits)
    if len(str(start + n - 1)) > len(digits):
        raise BadInput("n", f"{first} and {n - 1} more do not have equally many digits")
    refusals = [
        Refusal.of("already_there", kind="waybills", id=row.position.lot)
        for row in case.counters((waybill_ranges(name),))
        if row.there and _overlaps(row.position.lot, prefix, len(digits), start, n)
    ]
    if refusals:
        raise MoveRefused(tuple(refusals))
    lot = f"{first}+{n}"
    step.rely_on_there(Position(waybill_ranges(name)))
    step.add(
        Limited(Position(waybill_ranges(name)), 1),  # whoever else enters numbers reads again
        Limited(Position(waybill_ranges(name), lot=lot), n),
        Limited(Position(waybill_pool(name), lot=lot), n),
    )
    return step


@verb("number_parcel", Parcel)
def number_parcel(case: Case, context: Context, carrier: str) -> Step:
    """Give a packed parcel the next waybill number of a carrier; it keeps the one that it has."""
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    name = text(carrier, "carrier")
    if parcel.state is not ParcelState.PACKED:
        refusal = Refusal.of("not_packed", parcel=parcel.ref.id, state=parcel.state)
        raise MoveRefused((refusal,))
    if parcel.tracking:
        raise MoveRefused((Refusal.of("already_there", kind="waybill", id=parcel.tracking),))
    rows = [row for row in case.counters((waybill_pool(name),)) if row.there > 0]
    if not rows:
        raise MoveRefused((Refusal.of("no_waybills", carrier=name),))
    at = min(row.position for row in rows)
    left = step.rely_on_there(at)
    step.add(Limited(at, -1))
    step.note(parcel.ref, NUMBERED, carrier=name, tracking=_number(at.lot, left))
    return step


def _number(lot: str, left: int) -> str:
    """The next number of a range of which so many are left."""
    first, _, n = lot.rpartition("+")
    prefix, digits = _parted(first)
    return f"{prefix}{int(digits) + int(n) - left:0{len(digits)}}"


def _parted(first: str) -> tuple[str, str]:
    """A number as what stands before its last digits, and these."""
    prefix = first.rstrip("0123456789")
    digits = first[len(prefix) :]
    if not 0 < len(digits) <= 30:
        raise BadInput("first", "a number that ends in at most 30 digits is wanted")
    return prefix, digits


def _overlaps(lot: str, prefix: str, length: int, start: int, n: int) -> bool:
    first, _, many = lot.rpartition("+")
    if not first:
        return False  # the count of all ranges
    other, digits = _parted(first)
    begins = int(digits)
    same = (other, len(digits)) == (prefix, length)
    return same and start < begins + int(many) and begins < start + n
