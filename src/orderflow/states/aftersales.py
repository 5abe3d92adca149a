"""What follows a sale: the return, the exchange, the reissue (补发) and the complaint.

It knows what is decided about each, and refuses to know its goods: units that come back stand in
the bags of their order, and what is sent anew is an order of its own, with a bag of its own.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

from orderflow.chart import Chart, Row
from orderflow.states.holds import DocumentFacts, not_held


class ReturnState(StrEnum):
    """Where a return stands; its units stand in the bags of its order."""

    ASKED = "asked"
    APPROVED = "approved"
    GOING_BACK = "going back"  # the customer has posted it
    RECEIVED = "received"
    SETTLED = "settled"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class ReturnMove(StrEnum):
    """What happens to a return."""

    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    SEND = "send"
    RECEIVE = "receive"
    SETTLE = "settle"


_ReturnRow: TypeAlias = Row[ReturnState, ReturnMove, DocumentFacts]
_R, _RM = ReturnState, ReturnMove

RETURN: Final[Chart[ReturnState, ReturnMove, DocumentFacts]] = Chart(
    "return",
    ReturnState,
    ReturnMove,
    [
        _ReturnRow(_R.ASKED, _RM.APPROVE, _R.APPROVED, (not_held(_RM.APPROVE),)),
        _ReturnRow(_R.ASKED, _RM.REJECT, _R.REJECTED),
        _ReturnRow(_R.ASKED, _RM.CANCEL, _R.CANCELLED),
        _ReturnRow(_R.APPROVED, _RM.SEND, _R.GOING_BACK),
        _ReturnRow(_R.APPROVED, _RM.RECEIVE, _R.RECEIVED),
        _ReturnRow(_R.APPROVED, _RM.CANCEL, _R.CANCELLED),
        _ReturnRow(_R.GOING_BACK, _RM.RECEIVE, _R.RECEIVED),
        _ReturnRow(
            _R.GOING_BACK, _RM.SETTLE, _R.SETTLED, (not_held(_RM.SETTLE),)
        ),  # lost on its way
        _ReturnRow(_R.RECEIVED, _RM.RECEIVE, _R.RECEIVED),
        _ReturnRow(_R.RECEIVED, _RM.SETTLE, _R.SETTLED, (not_held(_RM.SETTLE),)),
    ],
    initial=_R.ASKED,
    ends=[_R.SETTLED, _R.REJECTED, _R.CANCELLED],
    outside=[_RM.SEND, _RM.RECEIVE],
)


class ReplacementState(StrEnum):
    """Where an exchange or a reissue stands; how far its goods are stands in their own bag.

    Only an exchange is undone: of a reissue nothing is to come.
    """

    ASKED = "asked"
    APPROVED = "approved"  # from here on an order may send goods anew
    SETTLED = "settled"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    UNDONE = "undone"  # the new goods were sent in advance, and the old ones never came


class ReplacementMove(StrEnum):
    """What happens to an exchange or a reissue."""

    APPROVE = "approve"
    REJECT = "reject"
    CANCEL = "cancel"
    SETTLE = "settle"
    UNDO = "undo"


_ReplacementRow: TypeAlias = Row[ReplacementState, ReplacementMove, DocumentFacts]


def _replacement(
    name: str, *more: _ReplacementRow, without: tuple[ReplacementState, ...] = ()
) -> Chart[ReplacementState, ReplacementMove, DocumentFacts]:
    s, m = ReplacementState, ReplacementMove
    rows = [
        _ReplacementRow(s.ASKED, m.APPROVE, s.APPROVED, (not_held(m.APPROVE),)),
        _ReplacementRow(s.ASKED, m.REJECT, s.REJECTED),
        _ReplacementRow(s.ASKED, m.CANCEL, s.CANCELLED),
        _ReplacementRow(s.APPROVED, m.CANCEL, s.CANCELLED),
        _ReplacementRow(s.APPROVED, m.SETTLE, s.SETTLED, (not_held(m.SETTLE),)),
        *more,
    ]
    ends = [s.SETTLED, s.REJECTED, s.CANCELLED, s.UNDONE]
    return Chart(
        name, s, m, rows, initial=s.ASKED, ends=ends, closed=without, tightened=bool(without)
    )


EXCHANGE: Final[Chart[ReplacementState, ReplacementMove, DocumentFacts]] = _replacement(
    "exchange",
    _ReplacementRow(
        ReplacementState.APPROVED,
        ReplacementMove.UNDO,
        ReplacementState.UNDONE,
        (not_held(ReplacementMove.UNDO),),
    ),
)
"""Goods come back, and others go out for them (换货)."""

REISSUE: Final[Chart[ReplacementState, ReplacementMove, DocumentFacts]] = _replacement(
    "reissue", without=(ReplacementState.UNDONE,)
)
"""Goods go out again for what was lost, missing or faulty, and nothing comes back (补发)."""


class ComplaintState(StrEnum):
    """Where a complaint stands: it is about money or an answer, and moves no goods."""

    ASKED = "asked"
    GRANTED = "granted"  # the customer pays less for what he keeps
    ANSWERED = "answered"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    UNANSWERED = "unanswered"  # nobody answered in time; a late answer is one


class ComplaintMove(StrEnum):
    """What happens to a complaint."""

    GRANT = "grant"
    ANSWER = "answer"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    LEAVE = "leave unanswered"


_ComplaintRow: TypeAlias = Row[ComplaintState, ComplaintMove, DocumentFacts]
_C, _CM = ComplaintState, ComplaintMove

COMPLAINT: Final[Chart[ComplaintState, ComplaintMove, DocumentFacts]] = Chart(
    "complaint",
    ComplaintState,
    ComplaintMove,
    [
        _ComplaintRow(_C.ASKED, _CM.GRANT, _C.GRANTED),
        _ComplaintRow(_C.ASKED, _CM.ANSWER, _C.ANSWERED),
        _ComplaintRow(_C.ASKED, _CM.REJECT, _C.REJECTED),
        _ComplaintRow(_C.ASKED, _CM.WITHDRAW, _C.WITHDRAWN),
        _ComplaintRow(_C.ASKED, _CM.LEAVE, _C.UNANSWERED),
        _ComplaintRow(_C.UNANSWERED, _CM.GRANT, _C.GRANTED),
        _ComplaintRow(_C.UNANSWERED, _CM.ANSWER, _C.ANSWERED),
        _ComplaintRow(_C.UNANSWERED, _CM.REJECT, _C.REJECTED),
        _ComplaintRow(_C.UNANSWERED, _CM.WITHDRAW, _C.WITHDRAWN),
    ],
    initial=_C.ASKED,
    ends=[_C.GRANTED, _C.ANSWERED, _C.REJECTED, _C.WITHDRAWN],
)
"""A customer asks for money without giving anything back (仅退款), or for an answer (投诉)."""
