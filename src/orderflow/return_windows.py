"""Until when units of an order may be asked back, by the parcel in which they came.

It knows which deliveries begin a window, and refuses to know what is asked for.

A unit that stands delivered in no parcel, or in one that was never reported as delivered, has no
date, so no window of it closes. Neither does one that begins with the last goods of an order, as
long as some of them are still to come. What waits at a desk or in a locker is not delivered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeAlias

from orderflow.aftercare import care_of
from orderflow.reasons import Way
from orderflow.records import Order, Parcel
from orderflow.rules import Rules
from orderflow.states import UnitState
from orderflow.units import left_not_arrived
from orderflow.values import later

if TYPE_CHECKING:
    from orderflow.windows import Closing, Window

Span: TypeAlias = "Window | timedelta"
"""A window of the calendar, or days of 24 hours."""

_CAME: Final = frozenset(
    {UnitState.DELIVERED, UnitState.RETURNED, UnitState.SENT_BACK, UnitState.CANCELLED}
)
_ASTRAY: Final = frozenset({UnitState.LOST, UnitState.MISSING})


def windows_of(rules: Rules, tier: str, reason: str = "") -> tuple[Span, ...]:
    """The windows for a reason of which one must be open: that of the reason or of the rules, and
    those that customers of the tier have besides."""
    besides = [one.window for one in care_of(rules.aftercare, tier) if one.window is not None]
    return (_window_of(rules, reason), *besides)


def closings(
    order: Order, parcel: Callable[[str], Parcel | None], windows: Iterable[Span]
) -> dict[str, Closing]:
    """When the last window of each parcel closes in which delivered units of an order came.

    `parcel` reads the one of that id, where it is there. A parcel with a window that has not begun
    is left out.
    """
    first, *others = [_closings(order, parcel, window) for window in windows]
    for other in others:
        both = [name for name in first if name in other]
        first = {name: max(first[name], other[name], key=_last) for name in both}
    return first


def _last(closing: Closing) -> datetime:
    return closing.last


def _window_of(rules: Rules, reason: str) -> Span:
    """The window for a reason: its own, else that of the rules, else their days of 24 hours."""
    named = rules.reason(reason)
    if named is not None and named.window is not None:
        return named.window
    if rules.return_window is not None:
        return rules.return_window
    return timedelta(days=rules.return_window_days)


def _closings(
    order: Order, parcel: Callable[[str], Parcel | None], window: Span
) -> dict[str, Closing]:
    """The same for one window."""
    from orderflow.windows import Closing, Start  # here, so that a plain shop loads no zones

    came = _came(order, parcel, (UnitState.DELIVERED,))
    if isinstance(window, timedelta):
        return {name: Closing(later(at, window)) for name, at in came.items()}
    zone = order.destination.zone
    if window.starts is Start.PARCEL:
        return {name: window.closing(at, zone) for name, at in came.items()}
    if window.starts is Start.ORDER:
        return dict.fromkeys(came, window.closing(order.placed_at, zone))
    if not came or _is_awaited(order):
        return {}
    last = max(_came(order, parcel, tuple(UnitState)).values())
    return dict.fromkeys(came, window.closing(last, zone))


def last_closing(
    order: Order, parcel: Callable[[str], Parcel | None], rules: Rules
) -> datetime | None:
    """The last instant at which anything may be asked for, by any reason that leads to more than an
    answer; `None` where nothing came with a date."""
    codes = [one.code for one in rules.reasons if one.ways != (Way.SUPPORT,)]
    windows = dict.fromkeys([windows_of(rules, order.tier, code) for code in codes or [""]])
    ends = [one.last for each in windows for one in closings(order, parcel, each).values()]
    return max(ends, default=None)


def _came(
    order: Order, parcel: Callable[[str], Parcel | None], states: Iterable[UnitState]
) -> dict[str, datetime]:
    """When the parcels were delivered that have units of an order in these states."""
    of = frozenset(states)
    names = {spot.slice.parcel for _, spot in order.units() if spot.state in of} - {""}
    found = [(name, parcel(name)) for name in sorted(names)]
    dates = [(name, one.delivered_at) for name, one in found if one is not None]
    return {name: at for name, at in dates if at is not None}


def _is_awaited(order: Order) -> bool:
    """Whether goods of an order are still to come to its customer, who had none of these yet."""
    for line in order.lines:
        for spot in line.spots:
            to_come = spot.state not in _CAME and spot.state not in _ASTRAY
            if to_come and not line.service and not spot.slice.returning:
                return True
        done = [row for row in order.sent_again if row.line == line.id and row.done]
        if line.count(*_ASTRAY) and left_not_arrived(line, done):
            return True
    return False
