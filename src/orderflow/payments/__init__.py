"""Money in: payments as documents, applied to orders.

It knows where a payment stands and what it pays for, and refuses to know gateways and what is owed
back.

One payment may pay several orders, and one order may have several payments.
The books balance for each payment: captured = applied + unapplied + refunded + charged back.
What a gateway, a courier or a bank reports has happened: it is recorded in every state, and where
the chart has no row for it, the money is kept unapplied and a named hold asks a person.
"""

from orderflow.payments.answers import record_answer
from orderflow.payments.applying import Shares, apply_shares, capture, checked_shares, open_payment
from orderflow.payments.balances import BALANCE_ASKED, BALANCE_DUE, balance_of
from orderflow.payments.collecting import collect_on_delivery, remit
from orderflow.payments.confirmation import confirm_if_ready
from orderflow.payments.disputes import charge_back, settle_dispute
from orderflow.payments.doors import answer_cash_change, change_cash, expect_cash
from orderflow.payments.losses import (
    holds_money,
    left_at_gateway,
    left_of,
    left_to_payer,
    make_all_good,
)
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
    UNREAD,
    ask_authorise,
    ask_capture,
    ask_void,
    key_of,
    meant_for,
    send_back,
    send_request,
    still_wanted,
    withdraw_unwanted,
)
from orderflow.payments.stored import (
    balance_over,
    give_back,
    lapse_stored_value,
    open_stored_value,
    put_on,
    spend,
    top_up,
)
from orderflow.records import Notice

__all__ = [
    "BALANCE_ASKED",
    "BALANCE_DUE",
    "PATIENCE_SECONDS",
    "UNREAD",
    "Notice",
    "Shares",
    "answer_cash_change",
    "apply_payment",
    "apply_shares",
    "ask_authorise",
    "ask_capture",
    "ask_void",
    "await_payment",
    "balance_of",
    "balance_over",
    "capture",
    "change_cash",
    "charge_back",
    "checked_shares",
    "collect_on_delivery",
    "confirm_if_ready",
    "expect_cash",
    "expire_payment",
    "give_back",
    "hold_payment",
    "holds_money",
    "key_of",
    "lapse_stored_value",
    "left_at_gateway",
    "left_of",
    "left_to_payer",
    "lift_payment_hold",
    "make_all_good",
    "meant_for",
    "open_payment",
    "open_stored_value",
    "pay",
    "put_on",
    "record_answer",
    "record_notice",
    "remit",
    "send_back",
    "send_request",
    "settle_dispute",
    "spend",
    "still_wanted",
    "top_up",
    "void_payment",
    "withdraw_unwanted",
]
