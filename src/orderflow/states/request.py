"""What somebody else is asked to do: the dispatch of a warehouse and the purchase of a supplier.

It knows how such a request is sent, accepted, refused, stopped and done, and refuses to know what
is asked for: the bags of the orders are tagged with it.

Both are asked the same way, so both share their states and moves; each has a chart of its own, for
a host may tighten one and not the other.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

from orderflow.chart import Chart, Row


class RequestState(StrEnum):
    """Where a dispatch or a purchase stands."""

    CREATED = "created"
    SENT = "sent"
    ACCEPTED = "accepted"
    CANCEL_ASKED = "cancel asked"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    DONE = "done"


class RequestMove(StrEnum):
    """What happens to a dispatch or a purchase."""

    SEND = "send"
    ACCEPT = "accept"
    REFUSE = "refuse"
    ASK_CANCEL = "ask cancel"
    CANCEL = "cancel"
    GO_ON = "go on"
    FINISH = "finish"


_Row: TypeAlias = Row[RequestState, RequestMove, None]


def _request(name: str) -> Chart[RequestState, RequestMove, None]:
    s, m = RequestState, RequestMove
    rows = [
        _Row(s.CREATED, m.SEND, s.SENT),
        _Row(s.CREATED, m.REFUSE, s.REFUSED),
        _Row(s.CREATED, m.ASK_CANCEL, s.CANCEL_ASKED),
        _Row(s.CREATED, m.CANCEL, s.CANCELLED),
        _Row(s.CREATED, m.FINISH, s.DONE),
        _Row(s.SENT, m.ACCEPT, s.ACCEPTED),
        _Row(s.SENT, m.REFUSE, s.REFUSED),
        _Row(s.SENT, m.ASK_CANCEL, s.CANCEL_ASKED),
        _Row(s.SENT, m.CANCEL, s.CANCELLED),
        _Row(s.SENT, m.FINISH, s.DONE),
        _Row(s.ACCEPTED, m.ASK_CANCEL, s.CANCEL_ASKED),
        _Row(s.ACCEPTED, m.CANCEL, s.CANCELLED),
        _Row(s.ACCEPTED, m.FINISH, s.DONE),
        _Row(s.CANCEL_ASKED, m.CANCEL, s.CANCELLED),
        _Row(s.CANCEL_ASKED, m.GO_ON, s.ACCEPTED),
        _Row(s.CANCEL_ASKED, m.FINISH, s.DONE),
    ]
    ends = [s.CANCELLED, s.REFUSED, s.DONE]
    outside = [m.ACCEPT, m.REFUSE, m.CANCEL, m.GO_ON, m.FINISH]
    return Chart(name, s, m, rows, initial=s.CREATED, ends=ends, outside=outside)


DISPATCH: Final[Chart[RequestState, RequestMove, None]] = _request("dispatch")
"""What a warehouse is asked to ship (发货单)."""

PURCHASE: Final[Chart[RequestState, RequestMove, None]] = _request("purchase")
"""What a supplier is asked to supply (采购单)."""
