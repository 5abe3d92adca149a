"""Money in: payments as documents, applied to orders.

It knows where a payment stands, what it pays for, and what a gateway was asked about it and has
answered, and refuses to know the wire between them, and why anything is owed back.

One payment may pay several orders, and one order may have several payments.
The books balance for each payment: captured = applied + unapplied + refunded + charged back.
What is forfeited of a deposit is a part of applied, and what a gateway was asked to pay back is a
part of refunded.
What a gateway, a courier or a bank reports has happened: it is recorded in every state, and where
the chart has no row for it, the money is kept unapplied and a named hold asks a person.
"""

from orderflow.payments.answers import record_answer
from orderflow.payments.applying import Shares
from orderflow.payments.collecting import collect_on_delivery, remit
from orderflow.payments.disputes import charge_back, settle_dispute
from orderflow.payments.doors import answer_cash_change, change_cash, expect_cash
from orderflow.payments.notices import await_payment, expire_payment, record_notice
from orderflow.payments.paying import (
    apply_payment,
    hold_payment,
    lift_payment_hold,
    pay,
    void_payment,
)
from orderflow.payments.requests import (
    PATIENCE_SECONDS,
    ask_authorise,
    ask_capture,
    ask_void,
    key_of,
    send_request,
)
from orderflow.payments.stored import lapse_stored_value, open_stored_value, spend, top_up
from orderflow.records import Notice

__all__ = [
    "PATIENCE_SECONDS",
    "Notice",
    "Shares",
    "answer_cash_change",
    "apply_payment",
    "ask_authorise",
    "ask_capture",
    "ask_void",
    "await_payment",
    "change_cash",
    "charge_back",
    "collect_on_delivery",
    "expect_cash",
    "expire_payment",
    "hold_payment",
    "key_of",
    "lapse_stored_value",
    "lift_payment_hold",
    "open_stored_value",
    "pay",
    "record_answer",
    "record_notice",
    "remit",
    "send_request",
    "settle_dispute",
    "spend",
    "top_up",
    "void_payment",
]
