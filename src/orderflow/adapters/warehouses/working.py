"""The wire to another's warehouse: work goes out, and what has come of it comes in.

It knows which dispatches are to be told of, and refuses to know the wire's own words.

Problem: a warehouse that is told inside a command packs goods of a command that never was, and one
that is told after it hears nothing when the process dies. Its events come late, twice and out of
order, and a file of them is read again after every crash.
Decision: that it is told is written down first, and a dispatch is told again, under the same key,
until its warehouse has answered; so is the wish to stop. Each event is one command under a key made
of the warehouse and the event's own id, so that it has one effect however often it comes. What is
older than what is known by now says nothing new.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs

from orderflow.calls import Call, Ref
from orderflow.errors import BadInput, Refused, WarehouseFailed
from orderflow.fulfilment import (
    accept_dispatch,
    pick_short,
    recall,
    refuse_cancel_dispatch,
    refuse_dispatch,
    report_shipped,
)
from orderflow.ports import Query, Warehouse, Work, WorkEvent, WorkLine, WorkSaid, every
from orderflow.records import Dispatch, Document
from orderflow.states import DISPATCH, RequestState, UnitState
from orderflow.values import text
from orderflow.workflow import Workflow


@attrs.frozen
class Given:
    """A dispatch that its warehouse was told of, or was asked to stop; `failed` says why not."""

    dispatch: str
    stop: bool
    failed: str = ""


@attrs.frozen
class HeardWork:
    """What came of events: those that were recorded, and those that are about nothing of ours."""

    recorded: tuple[str, ...]
    unknown: tuple[WorkEvent, ...]


def give_work(
    workflow: Workflow, warehouses: Mapping[str, Warehouse], *, by: str = ""
) -> tuple[Given, ...]:
    """Tell each warehouse, by its location, of the dispatches that it has not answered yet.

    Told again is told once: the key is the dispatch's. What gave no answer is told the next time.
    """
    given: list[Given] = []
    found = every(workflow.store, Query("dispatch", workflow.tenant))
    for dispatch in [one.value for one in found if isinstance(one.value, Dispatch)]:
        warehouse = warehouses.get(dispatch.location)
        if warehouse is None or dispatch.state not in _TO_TELL:
            continue
        stop = dispatch.state is RequestState.CANCEL_ASKED
        work = work_of(workflow, dispatch)
        if not stop and not work.lines:  # it is picked already, by whomever
            continue
        key = f"{workflow.tenant}/{dispatch.ref.id}/{'stop' if stop else 'take'}"
        if dispatch.state is RequestState.CREATED:
            try:
                workflow.send_dispatch(dispatch.ref.id, by=by)
            except Refused:  # it has moved on meanwhile
                continue
        try:
            if stop:
                warehouse.stop(dispatch.ref.id, key)
            else:
                warehouse.take(work, key)
        except WarehouseFailed as no:
            given.append(Given(dispatch.ref.id, stop, no.reason))
        else:
            given.append(Given(dispatch.ref.id, stop))
    return tuple(given)


_TO_TELL: Final = (RequestState.CREATED, RequestState.SENT, RequestState.CANCEL_ASKED)


def work_of(workflow: Workflow, dispatch: Dispatch) -> Work:
    """What a warehouse is asked to pick and ship: the rows of its pick list, by shelf and SKU."""
    orders = [workflow.order(name) for name in dispatch.orders]
    rows = [
        WorkLine(
            order.ref.id,
            line.id,
            line.sku,
            spot.n,
            spot.slice.location,
            spot.slice.lot,
            spot.slice.serial,
        )
        for order in orders
        for line, spot in order.units()
        if spot.slice.dispatch == dispatch.ref.id and spot.state is UnitState.RELEASED
    ]
    rows.sort(key=lambda row: (row.shelf, row.sku, row.lot, row.order, row.line))
    where = orders[0].destination.address if orders else ""
    return Work(dispatch.ref.id, dispatch.location, where, tuple(rows))


def hear_work(
    workflow: Workflow, warehouse: str, events: Sequence[WorkEvent], *, by: str = ""
) -> HeardWork:
    """Record what a warehouse says, earliest first; each event once, however often it comes.

    What is about no dispatch of ours is handed back.
    """
    name = text(warehouse, "warehouse")
    if any(not isinstance(one, WorkEvent) for one in events):
        raise BadInput("events", "WorkEvents are wanted")
    recorded: list[str] = []
    unknown: list[WorkEvent] = []
    for event in sorted(events, key=lambda one: (one.at, one.id)):
        ref: Ref[Dispatch] = Ref(workflow.tenant, "dispatch", event.dispatch)
        stored = workflow.store.load(ref)
        if stored is None:
            unknown.append(event)
            continue
        if not _is_old(stored.value, event):
            workflow.apply(_call(workflow, event), key=f"{name}/{event.id}", by=by)
        recorded.append(event.id)
    return HeardWork(tuple(recorded), tuple(unknown))


def _is_old(dispatch: Dispatch, event: WorkEvent) -> bool:
    """Whether an event says what has been overtaken: that work was taken which is done."""
    ended = dispatch.state in DISPATCH.ends
    return ended and event.said in (WorkSaid.TAKEN, WorkSaid.GOES_ON)


def _call(workflow: Workflow, event: WorkEvent) -> Call[Document]:
    """What an event asks to be recorded."""
    ref: Ref[Dispatch] = Ref(workflow.tenant, "dispatch", event.dispatch)
    call: Call[Document]
    match event.said:
        case WorkSaid.TAKEN:
            call = accept_dispatch.of(ref)
        case WorkSaid.REFUSED:
            call = refuse_dispatch.of(ref, event.reason or WorkSaid.REFUSED.value)
        case WorkSaid.SHORT:
            call = pick_short.of(ref, event.lines, event.reason)
        case WorkSaid.SHIPPED:
            call = report_shipped.of(
                Ref(workflow.tenant, "parcel", event.parcel),
                event.dispatch,
                event.lines,
                event.carrier,
                event.tracking,
                event.weight_grams,
            )
        case WorkSaid.STOPPED:
            call = recall.of(ref)
        case WorkSaid.GOES_ON:
            call = refuse_cancel_dispatch.of(ref)
    return call
