"""Where to look for help against what is said of units, holds, places and time.

It knows the figures of these refusals, and refuses to know whether a candidate helps.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from orderflow import allocation, fulfilment, orders, stages
from orderflow.calls import Call, Ref
from orderflow.journal import VERBS
from orderflow.promising import PromisePolicy
from orderflow.records import Dispatch, Document, Order
from orderflow.remedies.asked import Asked, Candidates, Figures, Finder
from orderflow.states import UnitState
from orderflow.values import warehouse


def _lift(asked: Asked, figures: Figures) -> Candidates:
    what = str(figures["what"])  # a kind and an id, and either may have a space
    for kind, verb in _LIFTS.items():
        if what.startswith(f"{kind} "):
            yield asked.first(verb.on(what.removeprefix(f"{kind} "), str(figures["hold"])))


def _fewer(asked: Asked, figures: Figures) -> Candidates:
    """As many units of a line as can; the other lines as they were asked."""
    yield from _with_lines(asked, str(figures["line"]), int(figures["there"]))


def without_line(asked: Asked, figures: Figures) -> Candidates:
    """The other lines as they were asked; those of a new price, too."""
    line = str(figures["line"])
    yield from _with_lines(asked, line, 0)
    prices = tuple([pair for pair in asked.pairs("prices") if pair[0] != line])
    if prices:
        yield asked.instead(prices=prices)


def _with_lines(asked: Asked, line: str, n: int) -> Candidates:
    lines = asked.pairs("lines")
    kept = tuple((id, n if id == line else m) for id, m in lines if id != line or n)
    if kept:
        yield asked.instead(lines=kept)


def _what_is_free(asked: Asked, figures: Figures) -> Candidates:
    """As much as is free, of one position or of all lines of a SKU together."""
    args, free = asked.args(), int(figures["free"])
    if "n" in args:
        if free:
            yield asked.instead(n=free)
        return
    order = asked.order(asked.call.ref.id)
    if order is None or "lines" not in args:
        return
    wanted = _wanted(asked, order)
    kept: list[tuple[str, int]] = []
    for line in order.lines:
        n = wanted.get(line.id, 0)
        if line.sku == figures["sku"]:
            n = min(n, free)
            free -= n
        if n:
            kept.append((line.id, n))
    if kept:
        yield asked.instead(lines=tuple(kept))


def _enter_stage(asked: Asked, figures: Figures) -> Candidates:
    order = str(figures["order"])
    yield asked.first(stages.enter_stage.on(order, str(figures["stage"])))


def _confirm(asked: Asked, figures: Figures) -> Candidates:
    yield asked.first(orders.confirm.on(str(figures["order"])))


def _unreserve(asked: Asked, figures: Figures) -> Candidates:
    """What is claimed of a lot that is no good any more is given back, and found elsewhere."""
    del figures
    yield asked.first(allocation.unreserve.on(asked.call.ref.id))


def _promise_anew(asked: Asked, figures: Figures) -> Candidates:
    """Where no supply keeps a date, the promise is given the earliest that can be kept."""
    del figures
    call: Call[Document] = VERBS["repromise"].of(asked.call.ref)
    yield asked.first(call)


def _later(asked: Asked, figures: Figures) -> Candidates:
    try:
        at = datetime.fromisoformat(str(figures["until"]))
    except ValueError:
        return  # it never will be
    yield attrs.evolve(asked.instead(), at=at)


def _one_place(asked: Asked, figures: Figures) -> Candidates:
    order = asked.order(figures["order"])
    places = (
        warehouse(spot.slice.location)
        for _, spot in (() if order is None else order.units())
        if spot.state is UnitState.ALLOCATED
    )
    for place in sorted(set(places)):
        yield asked.instead(location=place)


def _before(asked: Asked, figures: Figures) -> Candidates:
    """What a clerk may decide first, where the call comes too early."""
    for verb in _FIRST.get(asked.call.verb, ()):
        yield asked.first(VERBS[verb].of(asked.call.ref))
    order = asked.order(asked.call.ref.id) if asked.call.verb == "cancel" else None
    if order is not None:
        can = ((line.id, line.count(*orders.CANCELLABLE)) for line in order.lines)
        kept = tuple((line, n) for line, n in can if n)
        if kept:
            yield asked.instead(lines=kept)


def _in_time(asked: Asked, figures: Figures) -> Candidates:
    """What can be had of all lines, all of it later, from anywhere, or as many as can by then."""
    args, whole = asked.args(), str(figures["whole"])
    if "policy" not in args:
        return  # new dates are looked for already
    yield asked.instead(policy=PromisePolicy.PARTIAL.value)
    if whole:
        yield asked.instead(date=datetime.fromisoformat(whole))
    yield asked.instead(location="")
    order = asked.order(figures["order"])
    if order is not None:
        named, there = str(figures["line"]), int(figures["there"])
        wanted = _wanted(asked, order)
        parts = {line.id: there * line.per_kit for line in order.lines if line.kit == named}
        fewer = wanted | (parts or {named: there})
        kept = tuple((id, n) for id, n in fewer.items() if n)
        if kept:
            yield asked.instead(lines=kept)


def _mark(asked: Asked, figures: Figures) -> Candidates:
    yield asked.first(fulfilment.mark.on(str(figures["parcel"]), (str(figures["mark"]),)))


def _accept_weight(asked: Asked, figures: Figures) -> Candidates:
    """Whoever has looked says why a weight is right; what is being packed is weighed later."""
    del figures
    if asked.call.verb == "pack":
        yield asked.instead(weight_grams=0)
    elif asked.call.verb == "weigh":
        yield asked.instead(accepted=_LOOKED)


_LOOKED: Final = "looked into"


def _pack_less(asked: Asked, figures: Figures) -> Candidates:
    """Each line alone, and of one alone the half: the rest goes into another box."""
    del figures
    names = asked.args().get("dispatches", ())
    if not isinstance(names, tuple) or len(names) != 1:
        return
    ref: Ref[Dispatch] = Ref(asked.call.ref.tenant, "dispatch", str(names[0]))
    work = asked.source.load(ref)
    order = asked.order(work.value.orders[0]) if work is not None else None
    picked: dict[str, int] = {}
    for line, spot in () if order is None else order.units():
        if spot.state is UnitState.PICKED and spot.slice.dispatch == ref.id:
            picked[line.id] = picked.get(line.id, 0) + spot.n
    wanted = dict(asked.pairs("lines")) or picked
    for name, n in wanted.items():
        if len(wanted) > 1:
            yield asked.instead(lines=((name, n),), weight_grams=0)
        elif n > 1:
            yield asked.instead(lines=((name, n // 2),), weight_grams=0)


_CAN_WAIT: Final = (UnitState.BACKORDERED, UnitState.OPEN)


def _wanted(asked: Asked, order: Order) -> dict[str, int]:
    """How many of each line are asked for: those that are named, or all that wait."""
    return dict(asked.pairs("lines")) or {
        line.id: line.count(*_CAN_WAIT) for line in order.lines if not line.service
    }


_FIRST: Final[dict[str, tuple[str, ...]]] = {
    "confirm": ("place",),
    "allocate": ("place",),
    "release": ("allocate",),
    "complete": ("confirm",),
    "archive": ("complete",),
    "receive_return": ("approve_return",),
}
"""The verbs that a clerk may ask for first, on the same document; what happens outside is none."""

_LIFTS: Final = {verb.kind: verb for verb in VERBS.values() if verb.name.startswith("lift_")}
"""How a hold is lifted, by the kind of document that has it."""

OF_UNITS: Final[dict[str, Finder]] = {
    "illegal_move": _before,
    "on_hold": _lift,
    "too_many": _fewer,
    "no_such_line": without_line,
    "not_goods": without_line,
    "not_service": without_line,
    "short": _what_is_free,
    "not_enough_due": _what_is_free,
    "not_in_time": _in_time,
    "no_other_supply": _promise_anew,
    "not_confirmed": _confirm,
    "not_received": _later,
    "window_open": _later,
    "not_due": _later,
    "parcel_not_due": _later,
    "payment_not_due": _later,
    "balance_not_due": _later,
    "not_lapsed": _later,
    "request_under_way": _later,
    "several_locations": _one_place,
    "lot_expires": _unreserve,
    "stage_left_out": _enter_stage,
    "mark_missing": _mark,
    "weight_off": _accept_weight,
    "parcel_too_heavy": _pack_less,
    "parcel_too_large": _pack_less,
    "not_in_one_box": _pack_less,
}
"""Where help is looked for, by the code of the refusal."""
