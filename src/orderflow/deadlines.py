"""Time limits: when a document falls due, who must act until then, and what silence means.

It knows which waiting states run out, and refuses to know what time it is.

Problem: a job that cancels unpaid orders at midnight is a second truth about them: it runs late,
twice or not at all, and nobody can ask it beforehand.
Observation: a limit is fixed when the waiting begins, so *when* a document falls due is a property
of the document; only *whether* it has fallen due needs a clock.
Decision: `next_due` is clock-free, so a store may index it, and "what has fallen due" is a question
to that index.
The answer is a `Due` with the call that silence means; the host makes it, when it likes.
Until it is made nothing has changed, so payment that comes a minute late still finds its order.

A stock hold is not listed, though it runs out: from that instant it counts as free by itself, and
nobody has to act.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from orderflow.calls import Call, Ref
from orderflow.deposits import miss_balance
from orderflow.orders import expire
from orderflow.payments import expire_payment
from orderflow.pricing import due
from orderflow.records import Document, Order, Payment
from orderflow.states import OrderState, PaymentState

_UNCONFIRMED: Final = (
    OrderState.PLACED,
    OrderState.IN_REVIEW,
    OrderState.AWAITING_CUSTOMER,
)
_RUNNING: Final = (PaymentState.AWAITING, PaymentState.AUTHORISED, PaymentState.BALANCE_OPEN)


@attrs.frozen
class Due:
    """A time limit of a document: since when it is due, who must act until then, and what follows.

    `who` is a party (customer, gateway, seller); `means` says for people what silence means, `call`
    for the library: before `since` it is refused.
    """

    ref: Ref[Document]
    since: datetime
    who: str
    means: str
    call: Call[Document]


FALL_DUE: Final = ("order", "payment")
"""The kinds of document that have a time limit."""


def next_due(document: Document) -> datetime | None:
    """When a document next falls due; `None` when it waits for nobody, or without a limit.

    "支付...否则订单将被取消": an order is to be paid until its `pay_by`, in review or not, unless
    the carrier shall collect, a part is paid already or it costs nothing. A payment is to be
    answered for and captured until it expires, and a balance is to be paid until the limit that it
    was opened with.
    """
    if type(document) is Order:
        return document.pay_by if _is_unpaid(document) else None
    if type(document) is Payment and document.state in _RUNNING:
        return document.expires_at
    return None


def due_of(document: Document) -> Due | None:
    """The time limit that a document is under; `None` exactly when `next_due` is."""
    since = next_due(document)
    if since is not None and type(document) is Order:
        asked = document.state is OrderState.AWAITING_CUSTOMER
        return Due(
            document.ref,
            since,
            "customer",
            "the order was neither answered for nor paid in time: it ends, and its stock is free"
            if asked
            else "the order was not paid in time: it ends, and its stock is free again",
            expire.of(document.ref),
        )
    if since is not None and type(document) is Payment:
        if document.state is PaymentState.BALANCE_OPEN:
            return Due(
                document.ref,
                since,
                "customer",
                "the balance was not paid in time: it is overdue",
                miss_balance.of(document.ref),
            )
        awaiting = document.state is PaymentState.AWAITING
        return Due(
            document.ref,
            since,
            "gateway" if awaiting else "seller",
            "the gateway did not answer in time: the payment ends without money"
            if awaiting
            else "the money was not captured in time: the authorisation ends",
            expire_payment.of(document.ref),
        )
    return None


def _is_unpaid(order: Order) -> bool:
    return (
        order.pay_by is not None
        and order.state in _UNCONFIRMED
        and not order.cash_on_delivery
        and order.applied == 0
        and due(order) > 0
    )
