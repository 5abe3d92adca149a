"""What of their orders dispatches and parcels hold, and the bill of what leaves.

It knows the bags as views of a dispatch or a parcel, and refuses to know who moves them.
"""

from __future__ import annotations

from typing import Final

from orderflow.facts import CutMade
from orderflow.journal import Step
from orderflow.pricing import bill
from orderflow.records import Dispatch, Order, Parcel
from orderflow.states import (
    DISPATCH,
    ParcelState,
    RequestMove,
    UnitState,
)
from orderflow.units import (
    Chosen,
)

WEIGHT_GRAMS_MAX: Final = 100_000_000

AT_WORK: Final = (UnitState.RELEASED, UnitState.PICKED, UnitState.PACKED)


ON_THE_ROAD: Final = {
    ParcelState.SHIPPED: UnitState.SHIPPED,
    ParcelState.READY_TO_COLLECT: UnitState.READY_TO_COLLECT,
    ParcelState.LOST: UnitState.LOST,
    ParcelState.GOING_BACK: UnitState.GOING_BACK,
}
"""The states in which a parcel can be delivered, lost or turned back, and that of its units."""


def contents(step: Step, parcel: Parcel, state: UnitState) -> list[tuple[Order, list[Chosen]]]:
    """The units of a parcel in a state, order by order.

    There may be none: what was reported missing on the road, or is in a return, shares the parcel's
    fate no longer.
    """
    found = []
    for name in parcel.orders:
        order = step.now(step.case.order(name))
        chosen = [
            Chosen(line, spot, spot.n)
            for line, spot in order.units()
            if spot.state is state
            and spot.slice.parcel == parcel.ref.id
            and not spot.slice.returning
        ]
        if chosen:
            found.append((order, chosen))
    return found


def has_units(step: Step, dispatch: Dispatch, states: tuple[UnitState, ...]) -> bool:
    """Whether any unit of this dispatch stands in these states."""
    return any(
        spot.state in states and spot.slice.dispatch == dispatch.ref.id
        for name in dispatch.orders
        for _, spot in step.now(step.case.order(name)).units()
    )


def finish_dispatches(step: Step, names: set[str]) -> None:
    """Finish the dispatches that have nothing left to do."""
    for name in sorted(names):
        dispatch = step.now(step.case.dispatch(name))
        if dispatch.state not in DISPATCH.ends and not has_units(step, dispatch, AT_WORK):
            step.advance(DISPATCH, dispatch.ref, RequestMove.FINISH, None)


def bill_units(step: Step, order: Order, chosen: list[Chosen], document: str) -> None:
    """Cut the indices of chosen units as billed on a document: each line its first unbilled."""
    counts: dict[str, int] = {}
    for line, _, n in chosen:
        counts[line.id] = counts.get(line.id, 0) + n
    cuts = [
        CutMade(order.ref, line.id, cut)
        for line in order.lines
        if line.id in counts
        for cut in bill(line, counts[line.id], document)
    ]
    step.add(*cuts)


def ask_about_given_up(step: Step, parcel: Parcel) -> None:
    """Goods that were lost and given up, and turn up after all, move by no row: a hold asks."""
    given_up = any(
        spot.state is UnitState.CANCELLED and spot.slice.parcel == parcel.ref.id
        for name in parcel.orders
        for _, spot in step.now(step.case.order(name)).units()
    )
    if given_up:
        reason = "units of it were cancelled as lost, and it has turned up"
        step.hold(parcel.ref, "given_up", reason, ())
