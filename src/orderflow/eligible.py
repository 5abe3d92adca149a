"""Why units may not be asked back: a chain of rules, each of which is always asked.

It knows one rule a function, and refuses to know what becomes of units that may come back.

Problem: who is told that his window is over, and next that a unit of his is sent again, asks three
times until he knows.
Observation: each rule can look at the question alone; none needs that another one holds.
Decision: a question is a value, every rule of the chain gives its reasons against it, and all of
them are told; a reason that time alone has begun says since when.
Units may be asked back exactly when no rule says a word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import attrs

from orderflow.errors import IllegalMove, Refusal, Refused
from orderflow.process import Process
from orderflow.records import Order, Slice
from orderflow.states import OrderState, UnitState
from orderflow.units import Chosen, LineQuantities, choose, refuse_sent_again, select

if TYPE_CHECKING:
    from orderflow.windows import Closing

_THERE: Final = (UnitState.DELIVERED,)


@attrs.frozen
class Asked:
    """A question: may so many units of some lines come back, or all that were delivered?

    `closed` has the end of each return window that is over, by the parcel in which units came.
    `chosen` are the units that are meant, as far as they are there.
    """

    order: Order
    wanted: LineQuantities
    closed: Mapping[str, Closing]
    process: Process
    chosen: tuple[Chosen, ...]


def asked_of(
    order: Order, wanted: LineQuantities, closed: Mapping[str, Closing], process: Process
) -> Asked:
    """The question, with the units that it means.

    Of a line that came in several parcels those are meant first whose window is open.
    """
    if not wanted:
        meant = tuple(
            [
                Chosen(line, spot, spot.n)
                for line, spot in order.units()
                if spot.state in _THERE and not spot.slice.returning
            ]
        )
        return Asked(order, wanted, closed, process, meant)
    found = _in_time(order, wanted, closed, late=False)
    had = {line: sum([one.n for one in found if one.line.id == line]) for line, _ in wanted}
    rest = tuple([(line, n - had[line]) for line, n in wanted if n > had[line]])
    late = _in_time(order, rest, closed, late=True)
    return Asked(order, wanted, closed, process, (*found, *late))


def why_not_returned(asked: Asked) -> tuple[Refusal, ...]:
    """Every reason of every rule; none where the units may come back."""
    return (*not_put_away(asked), *delivered(asked), *in_window(asked), *not_sent_again(asked))


def not_put_away(asked: Asked) -> Iterator[Refusal]:
    """An archived order has no after-sales."""
    if asked.order.state is OrderState.ARCHIVED:
        yield from IllegalMove(str(asked.order.ref), asked.order.state, "return", ()).refusals


def delivered(asked: Asked) -> Iterator[Refusal]:
    """The customer has so many, and gives none of them back already."""
    try:
        choose(asked.order, "return", _THERE, asked.wanted, _free, process=asked.process)
    except Refused as no:
        yield from no.refusals


def in_window(asked: Asked) -> Iterator[Refusal]:
    """The window of each parcel is open; each that is not says since when."""
    parcels = [one.spot.slice.parcel for one in asked.chosen]
    over = dict.fromkeys([asked.closed[name] for name in parcels if name in asked.closed])
    for end in over:
        yield Refusal.of("window_closed", order=asked.order.ref.id, closed=end.said)


def not_sent_again(asked: Asked) -> Iterator[Refusal]:
    """No other goods are sent for them: a customer gets goods or money, and not both."""
    try:
        refuse_sent_again(asked.order, asked.chosen)
    except Refused as no:
        yield from no.refusals


def _free(tag: Slice) -> bool:
    return not tag.returning


def _in_time(
    order: Order, wanted: LineQuantities, closed: Mapping[str, Closing], *, late: bool
) -> list[Chosen]:
    """As many of the wanted units as are there and came in parcels that are late, or are not."""
    chosen, _ = select(
        order,
        "return",
        _THERE,
        wanted,
        lambda tag: not tag.returning and (tag.parcel in closed) is late,
    )
    return chosen
