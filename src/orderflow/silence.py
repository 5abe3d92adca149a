"""What silence means after a sale: who should have acted, what follows, and by which call.

It knows one row for each thing that a return, an exchange or a reissue waits for, and refuses to
know until when: the document says that itself.

Silence never takes anything from a customer who has done his part: what nobody decides is agreed
to, what nobody inspects is accepted; what he does not send stays his, and stays sold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from orderflow.calls import Call
from orderflow.fulfilment import ScanStatus
from orderflow.inspecting import inspect
from orderflow.journal import Case
from orderflow.pricing import due
from orderflow.records import Document, Exchange, Reissue, Return
from orderflow.replacements import (
    approve_exchange,
    approve_reissue,
    cancel_exchange,
    cancel_reissue,
    settle_exchange,
    settle_reissue,
    undo_exchange,
)
from orderflow.returns import approve_return, close_return, record_return_scan
from orderflow.states import ORDER_CALLED_OFF, ORDER_UNCONFIRMED, RETURN, UnitState
from orderflow.waiting import AfterSale, Wait, wait_of


@attrs.frozen
class Silence:
    """Who should have acted, and what it means for people that nobody did."""

    who: str
    means: str


RETURN_SILENCE: Final[Mapping[Wait, Silence]] = {
    Wait.DECISION: Silence("seller", "the return was not decided in time: it is agreed to"),
    Wait.POSTING: Silence("customer", "the goods were not posted in time: they stay sold"),
    Wait.ARRIVAL: Silence("carrier", "the goods did not arrive in time: they count as lost"),
    Wait.STRAGGLERS: Silence("customer", "the rest did not come in time: the return ends"),
    Wait.INSPECTION: Silence("seller", "the goods were not inspected in time: they are accepted"),
}
ASKED_REISSUE: Final = Silence("seller", "the reissue was not decided in time: it is agreed to")
SENT_AGAIN: Final = Silence("seller", "all that was sent again has arrived: the reissue is settled")
NOT_SENT: Final = Silence("seller", "what was to be sent again was called off: so is the reissue")
ASKED_EXCHANGE: Final = Silence("seller", "the exchange was not decided in time: it is agreed to")
UNDONE: Final = Silence("customer", "the old goods never came: the new ones are sold as well")
CALLED_OFF: Final = Silence("seller", "the exchange was not carried out in time: it is called off")
UNPAID: Final = Silence(
    "customer", "what the new goods cost more was not paid in time: the exchange is called off"
)
CARRIED_OUT: Final = Silence("seller", "the goods of both ways have come: the exchange is settled")


def silence_of(document: AfterSale, case: Case) -> tuple[Silence, Call[Document]] | None:
    """What silence means for a document, and the call; `None` where nobody is waited for."""
    waits = wait_of(document, lambda id: case.get(case.order(id)))
    if waits is None:
        return None
    match document:
        case Return():
            return RETURN_SILENCE[waits], _of_return(document, waits)
        case Reissue():
            return _of_reissue(document, waits, case)
        case Exchange():
            return _of_exchange(document, waits, case)


def _of_return(returned: Return, waits: Wait) -> Call[Document]:
    if waits is Wait.DECISION:
        return approve_return.of(returned.ref)
    if waits is Wait.ARRIVAL:
        return record_return_scan.of(returned.ref, ScanStatus.LOST)
    return inspect.of(returned.ref) if waits is Wait.INSPECTION else close_return.of(returned.ref)


def _of_reissue(reissue: Reissue, waits: Wait, case: Case) -> tuple[Silence, Call[Document]]:
    """The order that is opened by silence has the name of its reissue, and `anew`."""
    if waits is Wait.DECISION:
        return ASKED_REISSUE, approve_reissue.of(reissue.ref, f"{reissue.ref.id}/anew")
    if case.get(case.order(reissue.anew)).state in ORDER_CALLED_OFF:
        return NOT_SENT, cancel_reissue.of(reissue.ref)
    return SENT_AGAIN, settle_reissue.of(reissue.ref)


def _of_exchange(exchange: Exchange, waits: Wait, case: Case) -> tuple[Silence, Call[Document]]:
    """An exchange that is agreed to ends by what has come of its two ways."""
    if waits is Wait.DECISION:
        return ASKED_EXCHANGE, approve_exchange.of(exchange.ref)
    accepted = any(
        spot.state is UnitState.RETURNED and spot.slice.returning == exchange.returned
        for _, spot in case.get(case.order(exchange.order)).units()
    )
    if not exchange.anew:
        return CALLED_OFF, cancel_exchange.of(exchange.ref)
    back = case.get(case.returned(exchange.returned))
    anew = case.get(case.order(exchange.anew))
    never_sent = anew.state in (*ORDER_UNCONFIRMED, *ORDER_CALLED_OFF)
    if never_sent and back.state in RETURN.ends:
        unpaid = anew.state in ORDER_UNCONFIRMED and due(anew) > 0
        return UNPAID if unpaid else CALLED_OFF, cancel_exchange.of(exchange.ref)
    if not accepted:
        return UNDONE, undo_exchange.of(exchange.ref)
    return CARRIED_OUT, settle_exchange.of(exchange.ref)
