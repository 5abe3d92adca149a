"""What would help against a refusal: calls that were tried before they are offered.

It knows where to look for help, and refuses to know what a guard thinks: whether a candidate helps
is found out by trying it.

Problem: "not enough stock" and "the order is on hold" are true and useless; a clerk wants to be
told what to do.
A library that only *supposes* what would help sends people from one refusal to the next.
Observation: the figures of a refusal nearly always name the way out: how many can, when it is
over, which hold, how much is owed.
Decision: for each code one small function makes candidates of the figures; each candidate is
applied to an imagined copy of what was read, and the refused call is asked again.
Only what makes it succeed, or removes this one reason when others remain, is offered.
Where nothing helps, nothing is offered.

One file, though long: one table of codes, and a few lines for each.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Final, TypeAlias, cast

import attrs

from orderflow import allocation, orders, refunds, stages
from orderflow.calls import Call, Ref, Remedy
from orderflow.errors import BadInput, Figure, Refusal
from orderflow.journal import VERBS, Context
from orderflow.money import Money
from orderflow.promising import PromisePolicy
from orderflow.records import Document, Order
from orderflow.states import UnitState
from orderflow.trial import Imagined, Source, tried
from orderflow.units import LineQuantities
from orderflow.values import warehouse

Figures: TypeAlias = dict[str, Figure]
Candidates: TypeAlias = Iterable[Remedy[Document]]


@attrs.frozen
class Asked:
    """A call that was refused, and where."""

    call: Call[Document]
    source: Source

    def args(self) -> dict[str, object]:
        """The call's arguments by name, those at their default included."""
        given = dict(self.call.args)
        return {
            name: given.get(name, default)
            for name, default in VERBS[self.call.verb].defaults.items()
        }

    def pairs(self, name: str) -> LineQuantities:
        """An argument of pairs of an id and a count; empty where the verb has none."""
        return cast("LineQuantities", self.args().get(name, ()))

    def order(self, id: Figure) -> Order | None:
        """An order of the same tenant."""
        ref: Ref[Order] = Ref(self.call.ref.tenant, "order", str(id))
        stored = self.source.load(ref)
        return None if stored is None else stored.value

    def instead(self, **changed: object) -> Remedy[Document]:
        """The same call with some arguments changed."""
        args = {name: changed.get(name, value) for name, value in self.args().items()}
        call: Call[Document] = VERBS[self.call.verb].of(self.call.ref, **args)
        return Remedy(call.verb, call.ref, call.args)

    def first(self, call: Call[Document]) -> Remedy[Document]:
        """Another call on a document of the same tenant, to be made before."""
        return Remedy(call.verb, call.ref._replace(tenant=self.call.ref.tenant), call.args)


def explained(source: Source, call: Call[Document], context: Context) -> tuple[Refusal, ...]:
    """Every reason against a call, each with the remedies that help against it."""
    _, refusals = tried(source, call, context)
    asked = Asked(call, source)
    return tuple(
        attrs.evolve(refusal, remedies=tuple(_helping(asked, context, refusal, refusals)))
        for refusal in refusals
    )


def _helping(
    asked: Asked, context: Context, refusal: Refusal, refusals: tuple[Refusal, ...]
) -> Iterator[Remedy[Document]]:
    """The candidates against a refusal that do help, each once."""
    find = _CANDIDATES.get(refusal.code)
    if find is None:
        return
    offered: set[str] = set()
    for remedy in find(asked, dict(refusal.facts)):
        if repr(remedy) in offered:
            continue
        left = _left(asked, context, remedy)
        instead = _is_instead(asked.call, remedy)
        if left is not None and _gone(refusal, refusals, left, instead=instead):
            offered.add(repr(remedy))
            yield remedy


def _gone(
    refusal: Refusal, before: tuple[Refusal, ...], after: tuple[Refusal, ...], *, instead: bool
) -> bool:
    """Whether a reason is gone, and none of its kind has come in its place.

    The call itself, made otherwise, must not meet any new reason either: it is offered as what
    would pass. After another call was made first, a reason may show that the first one had hidden.
    """
    left = Tally(one.code for one in before if one != refusal)
    come = Tally(one.code for one in after)
    if instead:
        return refusal not in after and come <= left
    return refusal not in after and come[refusal.code] <= left[refusal.code]


def _is_instead(call: Call[Document], remedy: Remedy[Document]) -> bool:
    return (remedy.verb, remedy.ref) == (call.verb, call.ref)


def _left(asked: Asked, context: Context, remedy: Remedy[Document]) -> tuple[Refusal, ...] | None:
    """What still speaks against the call after a remedy; `None` when that cannot be made itself."""
    call = asked.call
    later = context if remedy.at is None else attrs.evolve(context, at=remedy.at)
    try:
        if _is_instead(call, remedy):
            return tried(asked.source, remedy, later)[1]
        step, _ = tried(asked.source, remedy, later)
        if step is None:
            return None
        imagined = Imagined(asked.source)
        imagined.after(step)
        return tried(imagined, call, later)[1]
    except BadInput:
        return None


# --- where to look ----------------------------------------------------------------------------


def _lift(asked: Asked, figures: Figures) -> Candidates:
    what = str(figures["what"])  # a kind and an id, and either may have a space
    for kind, verb in _LIFTS.items():
        if what.startswith(f"{kind} "):
            yield asked.first(verb.on(what.removeprefix(f"{kind} "), str(figures["hold"])))


def _fewer(asked: Asked, figures: Figures) -> Candidates:
    """As many units of a line as can; the other lines as they were asked."""
    yield from _with_lines(asked, str(figures["line"]), int(figures["there"]))


def _without_line(asked: Asked, figures: Figures) -> Candidates:
    yield from _with_lines(asked, str(figures["line"]), 0)


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


def _settle(asked: Asked, figures: Figures) -> Candidates:
    """What is owed back can be paid back; what is owed to us cannot be made to come."""
    if int(figures["balance"]) < 0:
        yield asked.first(refunds.refund.on(str(figures["order"])))


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


def _as_owed(asked: Asked, figures: Figures) -> Candidates:
    owed = int(figures["owed"])
    if owed:
        yield asked.instead(amount=Money(owed, str(figures["currency"])))


def _as_due(asked: Asked, figures: Figures) -> Candidates:
    yield from _with_share(asked, str(figures["order"]), int(figures["due"]))


def _as_there(asked: Asked, figures: Figures) -> Candidates:
    """As much money as is there."""
    args, free = asked.args(), int(figures["free"])
    if "amount" in args and "orders" not in args:
        if free:
            yield asked.instead(amount=Money(free, str(figures["currency"])))
        return
    shares: list[tuple[str, int]] = []
    for order, amount in asked.pairs("orders"):
        if free:
            shares.append((order, min(amount, free)))
            free -= shares[-1][1]
    if shares:
        yield asked.instead(orders=tuple(shares))


def _what_is_invoiced(asked: Asked, figures: Figures) -> Candidates:
    """What is on an invoice too: a further invoice or a credit note says the difference."""
    if "invoiced" in asked.args():
        yield asked.instead(invoiced=True)


def _as_left(asked: Asked, figures: Figures) -> Candidates:
    left = int(figures["left"])
    if left:
        yield asked.instead(amount=Money(left, str(figures["currency"])))


def _with_share(asked: Asked, order: str, amount: int) -> Candidates:
    shares = asked.pairs("orders")
    kept = [(id, amount if id == order else asked_for) for id, asked_for in shares]
    yield asked.instead(orders=tuple((id, minor) for id, minor in kept if minor))


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

_CANDIDATES: Final[dict[str, Callable[[Asked, Figures], Candidates]]] = {
    "illegal_move": _before,
    "on_hold": _lift,
    "too_many": _fewer,
    "no_such_line": _without_line,
    "not_goods": _without_line,
    "not_service": _without_line,
    "short": _what_is_free,
    "not_enough_due": _what_is_free,
    "not_in_time": _in_time,
    "no_other_supply": _promise_anew,
    "not_confirmed": _confirm,
    "money_owed": _settle,
    "not_received": _later,
    "window_open": _later,
    "not_due": _later,
    "payment_not_due": _later,
    "balance_not_due": _later,
    "not_lapsed": _later,
    "over_refund": _as_owed,
    "overpaid": _as_due,
    "over_applied": _as_there,
    "over_credit": _as_left,
    "invoiced": _what_is_invoiced,
    "several_locations": _one_place,
    "lot_expires": _unreserve,
    "stage_left_out": _enter_stage,
}
"""Where help is looked for, by the code of the refusal."""
