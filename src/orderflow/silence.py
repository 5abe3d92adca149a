"""What silence means after a sale: who should have acted, what follows, and by which call.

It knows one row for each thing that a return, an exchange, a reissue or a complaint waits for, and
refuses to know until when: the document says that itself. How long a reissue may take to go out is
counted here: it is settled as soon as all of it has arrived, however early.

Silence never takes anything from a customer who has done his part: what nobody decides is agreed
to, what nobody inspects is accepted; what he does not send stays his, and stays sold. What is not
sent to him in time, or was lost again, is called off, and what he has paid for it is owed back.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import attrs

from orderflow.calls import Call
from orderflow.complaints import grant_complaint, miss_complaint, withdraw_complaint
from orderflow.fulfilment import ScanStatus
from orderflow.inspecting import deliver_again, inspect
from orderflow.journal import Case
from orderflow.kept_goods import carrying
from orderflow.orders import cancel
from orderflow.patience import Patience
from orderflow.pricing import due
from orderflow.records import Complaint, Document, Exchange, Order, Reissue, Return
from orderflow.rejecting import keep_rejected
from orderflow.replacements import (
    approve_exchange,
    approve_reissue,
    cancel_exchange,
    cancel_reissue,
    settle_exchange,
    settle_reissue,
    undo_exchange,
)
from orderflow.replacements.opening import NOT_YET_OUT
from orderflow.returns import approve_return, close_return, record_return_scan
from orderflow.states import (
    ORDER_CALLED_OFF,
    ORDER_UNCONFIRMED,
    RETURN,
    ReturnState,
    UnitState,
)
from orderflow.units import LineQuantities, of_return
from orderflow.values import later
from orderflow.waiting import AfterSale, Wait, wait_of


@attrs.frozen
class Silence:
    """Who should have acted, and what it means for people that nobody did."""

    who: str
    means: str


_ASTRAY: Final = (UnitState.LOST, UnitState.MISSING)

RETURN_SILENCE: Final[Mapping[Wait, Silence]] = {
    Wait.DECISION: Silence("seller", "the return was not decided in time: it is agreed to"),
    Wait.EVIDENCE: Silence("customer", "the evidence did not come in time: the return ends"),
    Wait.POSTING: Silence("customer", "the goods were not posted in time: they stay sold"),
    Wait.ARRIVAL: Silence("carrier", "the goods did not arrive in time: they count as lost"),
    Wait.STRAGGLERS: Silence("customer", "the rest did not come in time: the return ends"),
    Wait.INSPECTION: Silence("seller", "the goods were not inspected in time: they are accepted"),
    Wait.REPAIR: Silence("seller", "the goods were not mended in time: they are accepted"),
    Wait.REJECTED: Silence("customer", "what went back was not taken in time: it stays sold"),
    Wait.RESENT: Silence("carrier", "what went back is with its customer: he has it again"),
}
ASKED_REISSUE: Final = Silence("seller", "the reissue was not decided in time: it is agreed to")
NEVER_SENT: Final = Silence(
    "seller", "what was to be sent again was not sent in time: the reissue is called off"
)
NOT_ALL_SENT: Final = Silence(
    "seller", "a part of it was not sent in time, or is lost: that part is called off"
)
SENT_AGAIN: Final = Silence("seller", "all that was sent again has arrived: the reissue is settled")
NOT_SENT: Final = Silence("seller", "what was to be sent again was called off: so is the reissue")
ASKED_EXCHANGE: Final = Silence("seller", "the exchange was not decided in time: it is agreed to")
UNPROVED: Final = Silence(
    "customer", "the evidence did not come in time: the exchange is called off"
)
REFUSED: Final = Silence("seller", "its return was refused or ended: the exchange is called off")
UNDONE: Final = Silence("customer", "the old goods never came: the new ones are sold as well")
CALLED_OFF: Final = Silence("seller", "the exchange was not carried out in time: it is called off")
UNPAID: Final = Silence(
    "customer", "what the new goods cost more was not paid in time: the exchange is called off"
)
GRANTED: Final = Silence("seller", "the complaint was not decided in time: it is granted")
MADE_GOOD: Final = Silence("customer", "its goods came back meanwhile: the complaint ends")
NOT_PROVED: Final = Silence("customer", "the evidence did not come in time: the complaint ends")
NOT_ANSWERED: Final = Silence("seller", "the complaint was not answered in time")
CARRIED_OUT: Final = Silence("seller", "the goods of both ways have come: the exchange is settled")


@attrs.frozen
class Silent:
    """What silence means for a document, by which call, since when, and what it has come to."""

    silence: Silence
    call: Call[Document]
    since: datetime
    state: str


def silence_of(
    document: AfterSale, since: datetime, case: Case, patience: Patience | None
) -> Silent | None:
    """What silence means for a document; `None` where nobody is waited for.

    `since` is the limit that it has noted; it is later for what is to be sent again.
    """
    waits = wait_of(document, lambda id: case.get(case.order(id)))
    if waits is None:
        return None
    state = document.state.value
    if isinstance(document, Return):
        return Silent(RETURN_SILENCE[waits], _of_return(document, waits, case), since, state)
    if isinstance(document, Complaint):
        return Silent(*_of_complaint(document, waits, case), since, state)
    if isinstance(document, Reissue):
        silence, call = _of_reissue(document, waits, case, patience)
        if patience is not None and silence in (NEVER_SENT, NOT_ALL_SENT):
            since = later(since, timedelta(days=patience.resend_days))
    else:
        silence, call = _of_exchange(document, waits, case)
    if silence is NOT_ALL_SENT:  # each time there are fewer, so that each time has a key of its own
        anew = case.get(case.order(document.anew))
        kept = sum(line.n - line.count(UnitState.CANCELLED) for line in anew.lines)
        state = f"{state}, {sum(n for _, n in _not_there(anew))} of {kept} not sent"
    return Silent(silence, call, since, state)


def _of_return(returned: Return, waits: Wait, case: Case) -> Call[Document]:
    if waits is Wait.REJECTED:
        return keep_rejected.of(returned.ref)
    if waits is Wait.RESENT:
        order = case.get(case.order(returned.order))
        his = of_return(order, returned.ref.id, (UnitState.SENT_BACK,))
        counts = {line.id: sum([n for one, _, n in his if one.id == line.id]) for line, _, _ in his}
        return deliver_again.of(order.ref, tuple(counts.items()))
    if waits is Wait.DECISION:
        return approve_return.of(returned.ref)
    if waits is Wait.ARRIVAL:
        return record_return_scan.of(returned.ref, ScanStatus.LOST)
    here = waits in (Wait.INSPECTION, Wait.REPAIR)
    return inspect.of(returned.ref) if here else close_return.of(returned.ref)


def _of_reissue(
    reissue: Reissue, waits: Wait, case: Case, patience: Patience | None
) -> tuple[Silence, Call[Document]]:
    """The order that is opened by silence has the name of its reissue, and `anew`."""
    if waits is Wait.DECISION:
        return ASKED_REISSUE, approve_reissue.of(reissue.ref, f"{reissue.ref.id}/anew")
    anew = case.get(case.order(reissue.anew))
    if anew.state in ORDER_CALLED_OFF:
        return NOT_SENT, cancel_reissue.of(reissue.ref)
    if patience is None or not _not_there(anew):
        return SENT_AGAIN, settle_reissue.of(reissue.ref)
    if _is_out(anew):
        return NOT_ALL_SENT, cancel.of(anew.ref, _not_there(anew))
    return NEVER_SENT, cancel_reissue.of(reissue.ref)


def _of_exchange(exchange: Exchange, waits: Wait, case: Case) -> tuple[Silence, Call[Document]]:
    """An exchange that is agreed to ends by what has come of its two ways."""
    back = case.get(case.returned(exchange.returned))
    if waits is Wait.DECISION:
        if back.state in (ReturnState.REJECTED, ReturnState.CANCELLED):
            return REFUSED, cancel_exchange.of(exchange.ref)
        if back.lacks_evidence:
            return UNPROVED, cancel_exchange.of(exchange.ref)
        return ASKED_EXCHANGE, approve_exchange.of(exchange.ref)
    accepted = any(
        spot.state is UnitState.RETURNED and spot.slice.returning == exchange.returned
        for _, spot in case.get(case.order(exchange.order)).units()
    )
    if not exchange.anew:
        return CALLED_OFF, cancel_exchange.of(exchange.ref)
    anew = case.get(case.order(exchange.anew))
    never_sent = anew.state in (*ORDER_UNCONFIRMED, *ORDER_CALLED_OFF)
    if back.state in RETURN.ends and (never_sent or (accepted and not _is_out(anew))):
        unpaid = anew.state in ORDER_UNCONFIRMED and due(anew) > 0
        return UNPAID if unpaid else CALLED_OFF, cancel_exchange.of(exchange.ref)
    if not accepted:
        return UNDONE, undo_exchange.of(exchange.ref)
    if _not_there(anew):
        return NOT_ALL_SENT, cancel.of(anew.ref, _not_there(anew))
    return CARRIED_OUT, settle_exchange.of(exchange.ref)


def _of_complaint(complaint: Complaint, waits: Wait, case: Case) -> tuple[Silence, Call[Document]]:
    """Money that nobody decides about is granted, as far as the goods still carry it."""
    if waits is Wait.EVIDENCE:
        return NOT_PROVED, withdraw_complaint.of(complaint.ref)
    if not complaint.amount:
        return NOT_ANSWERED, miss_complaint.of(complaint.ref)
    order = case.get(case.order(complaint.order))
    if not carrying(order, complaint.lines).amount:
        return MADE_GOOD, withdraw_complaint.of(complaint.ref)
    return GRANTED, grant_complaint.of(complaint.ref)


def _is_out(anew: Order) -> bool:
    """Whether any unit of what is sent anew is with the warehouse or beyond, and not given up."""
    return any(
        spot.state not in NOT_YET_OUT and spot.state is not UnitState.CANCELLED
        for _, spot in anew.units()
    )


def _not_there(anew: Order) -> LineQuantities:
    """The units of an order that are not sent yet, or were lost."""
    found = [(line.id, line.count(*NOT_YET_OUT, *_ASTRAY)) for line in anew.lines]
    return tuple([pair for pair in found if pair[1]])
