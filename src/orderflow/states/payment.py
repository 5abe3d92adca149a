"""The payment: one tender, of any number of orders.

It knows where a payment stands, and refuses to know how much: the amounts are counted beside it.

A deposit and its balance are one tender in two parts: what goes back of a part that has come leaves
open that the rest is to come.
Cash on delivery is due at the door, then with the carrier, who remits it: the order is paid from
the moment when the carrier has the cash.
A dispute ends where its money says: with all of it there, with a part, with none, or with a deposit
whose balance is still to come: where it stood before, as long as anything of it is left.
So does what was open when a refund fails after all, or when the rest of an authorisation is given
up.
To ask a gateway changes no state: its answer does.
What a gateway, a payer's bank or a carrier reports has happened; where no row takes it, a hold asks
a person.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

from orderflow.chart import Chart, Row
from orderflow.states.holds import DocumentFacts, not_held


class PaymentState(StrEnum):
    """Where a payment stands."""

    AWAITING = "awaiting"
    AUTHORISED = "authorised"
    PART_CAPTURED = "part captured"  # the rest of what was authorised may still be captured
    DEPOSIT_TAKEN = "deposit taken"
    BALANCE_OPEN = "balance open"
    BALANCE_OVERDUE = "balance overdue"
    CAPTURED = "captured"
    PART_REFUNDED = "part refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"  # the payer's bank has taken money back
    FAILED = "failed"
    VOIDED = "voided"
    EXPIRED = "expired"
    DUE_AT_DOOR = "due at door"  # cash on delivery, not yet collected
    COLLECTED = "collected"  # the carrier has the cash: the order is paid
    SHORT_PAID = "short paid"  # the carrier has handed over less than it had collected
    REMITTED = "remitted"


class PaymentMove(StrEnum):
    """What happens to a payment."""

    ASK_AUTHORISE = "ask authorise"
    ASK_CAPTURE = "ask capture"
    ASK_VOID = "ask void"
    AUTHORISE = "authorise"
    CAPTURE_PART = "capture part"
    CAPTURE = "capture"
    FAIL = "fail"
    VOID = "void"
    EXPIRE = "expire"
    TAKE_DEPOSIT = "take deposit"
    OPEN_BALANCE = "open balance"
    MISS_BALANCE = "miss balance"
    FORFEIT = "forfeit"  # the deposit is ours, and no balance is wanted any more
    REFUND_PART = "refund part"
    REFUND = "refund"
    CHARGE_BACK = "charge back"
    SETTLE_WHOLE = "settle whole"  # what was open is decided, and all of the money is there
    SETTLE_DEPOSIT = "settle deposit"  # the same, and a balance is still to come
    SETTLE_BALANCE = "settle balance"  # a balance was asked for, and is still to come
    SETTLE_OVERDUE = "settle overdue"  # it was told to be overdue, and still is
    SETTLE_PART = "settle part"
    SETTLE_EMPTY = "settle empty"
    OWE_AT_DOOR = "owe at door"
    COLLECT = "collect"
    REMIT_PART = "remit part"
    REMIT = "remit"


_Row: TypeAlias = Row[PaymentState, PaymentMove, DocumentFacts]
_S, _M = PaymentState, PaymentMove
_REFUND: Final = (not_held(_M.REFUND),)
_PART: Final = (not_held(_M.REFUND_PART),)
_OPEN: Final = (not_held(_M.OPEN_BALANCE),)
_FORFEIT: Final = (not_held(_M.FORFEIT),)
_ASK_CAPTURE: Final = (not_held(_M.ASK_CAPTURE),)
_ASK_VOID: Final = (not_held(_M.ASK_VOID),)

PAYMENT: Final[Chart[PaymentState, PaymentMove, DocumentFacts]] = Chart(
    "payment",
    PaymentState,
    PaymentMove,
    [
        _Row(_S.AWAITING, _M.ASK_AUTHORISE, _S.AWAITING, (not_held(_M.ASK_AUTHORISE),)),
        _Row(_S.AWAITING, _M.ASK_CAPTURE, _S.AWAITING, _ASK_CAPTURE),  # a sale in one go
        _Row(_S.AWAITING, _M.ASK_VOID, _S.AWAITING, _ASK_VOID),
        _Row(_S.AWAITING, _M.AUTHORISE, _S.AUTHORISED),
        _Row(_S.AWAITING, _M.CAPTURE, _S.CAPTURED),
        _Row(_S.AWAITING, _M.FAIL, _S.FAILED),
        _Row(_S.AWAITING, _M.VOID, _S.VOIDED),
        _Row(_S.AWAITING, _M.EXPIRE, _S.EXPIRED),
        _Row(_S.AWAITING, _M.TAKE_DEPOSIT, _S.DEPOSIT_TAKEN),
        _Row(_S.AWAITING, _M.OWE_AT_DOOR, _S.DUE_AT_DOOR),
        _Row(_S.AUTHORISED, _M.TAKE_DEPOSIT, _S.DEPOSIT_TAKEN),
        _Row(_S.AUTHORISED, _M.ASK_CAPTURE, _S.AUTHORISED, _ASK_CAPTURE),
        _Row(_S.AUTHORISED, _M.ASK_VOID, _S.AUTHORISED, _ASK_VOID),
        _Row(_S.AUTHORISED, _M.CAPTURE_PART, _S.PART_CAPTURED),
        _Row(_S.AUTHORISED, _M.CAPTURE, _S.CAPTURED),
        _Row(_S.AUTHORISED, _M.VOID, _S.VOIDED),
        _Row(_S.AUTHORISED, _M.EXPIRE, _S.EXPIRED),
        _Row(_S.PART_CAPTURED, _M.ASK_CAPTURE, _S.PART_CAPTURED, _ASK_CAPTURE),
        _Row(_S.PART_CAPTURED, _M.ASK_VOID, _S.PART_CAPTURED, _ASK_VOID),
        _Row(_S.PART_CAPTURED, _M.CAPTURE_PART, _S.PART_CAPTURED),
        _Row(_S.PART_CAPTURED, _M.CAPTURE, _S.CAPTURED),
        # What has come may go back meanwhile.
        _Row(_S.PART_CAPTURED, _M.REFUND_PART, _S.PART_CAPTURED, _PART),
        _Row(_S.PART_CAPTURED, _M.REFUND, _S.PART_CAPTURED, _REFUND),
        _Row(_S.PART_CAPTURED, _M.CHARGE_BACK, _S.DISPUTED),
        # The rest was given up, or has run out.
        _Row(_S.PART_CAPTURED, _M.SETTLE_WHOLE, _S.CAPTURED),
        _Row(_S.PART_CAPTURED, _M.SETTLE_PART, _S.PART_REFUNDED),
        _Row(_S.PART_CAPTURED, _M.SETTLE_EMPTY, _S.REFUNDED),
        _Row(_S.DEPOSIT_TAKEN, _M.OPEN_BALANCE, _S.BALANCE_OPEN, _OPEN),
        _Row(_S.DEPOSIT_TAKEN, _M.ASK_CAPTURE, _S.DEPOSIT_TAKEN, _ASK_CAPTURE),
        _Row(_S.DEPOSIT_TAKEN, _M.CAPTURE, _S.CAPTURED),  # paid before it was asked for
        _Row(_S.DEPOSIT_TAKEN, _M.REFUND_PART, _S.DEPOSIT_TAKEN, _PART),
        _Row(_S.DEPOSIT_TAKEN, _M.REFUND, _S.REFUNDED, _REFUND),
        _Row(_S.DEPOSIT_TAKEN, _M.CHARGE_BACK, _S.DISPUTED),
        _Row(_S.BALANCE_OPEN, _M.ASK_CAPTURE, _S.BALANCE_OPEN, _ASK_CAPTURE),
        _Row(_S.BALANCE_OPEN, _M.CAPTURE, _S.CAPTURED),
        _Row(_S.BALANCE_OPEN, _M.MISS_BALANCE, _S.BALANCE_OVERDUE),
        _Row(_S.BALANCE_OPEN, _M.REFUND_PART, _S.BALANCE_OPEN, _PART),
        _Row(_S.BALANCE_OPEN, _M.REFUND, _S.REFUNDED, _REFUND),
        _Row(_S.BALANCE_OPEN, _M.CHARGE_BACK, _S.DISPUTED),
        _Row(_S.BALANCE_OVERDUE, _M.ASK_CAPTURE, _S.BALANCE_OVERDUE, _ASK_CAPTURE),
        _Row(_S.BALANCE_OVERDUE, _M.CAPTURE, _S.CAPTURED),
        _Row(_S.BALANCE_OVERDUE, _M.FORFEIT, _S.CAPTURED, _FORFEIT),
        _Row(_S.BALANCE_OVERDUE, _M.REFUND_PART, _S.BALANCE_OVERDUE, _PART),
        _Row(_S.BALANCE_OVERDUE, _M.REFUND, _S.REFUNDED, _REFUND),
        _Row(_S.BALANCE_OVERDUE, _M.CHARGE_BACK, _S.DISPUTED),
        # Money that comes after all, though it was no longer expected.
        _Row(_S.FAILED, _M.CAPTURE, _S.CAPTURED),
        _Row(_S.EXPIRED, _M.CAPTURE, _S.CAPTURED),
        _Row(_S.VOIDED, _M.CAPTURE, _S.CAPTURED),
        # What a gateway keeps ready after all, or still, can be given up.
        _Row(_S.FAILED, _M.ASK_VOID, _S.FAILED, _ASK_VOID),
        _Row(_S.EXPIRED, _M.ASK_VOID, _S.EXPIRED, _ASK_VOID),
        _Row(_S.VOIDED, _M.ASK_VOID, _S.VOIDED, _ASK_VOID),
        _Row(_S.FAILED, _M.TAKE_DEPOSIT, _S.DEPOSIT_TAKEN),
        _Row(_S.EXPIRED, _M.TAKE_DEPOSIT, _S.DEPOSIT_TAKEN),
        _Row(_S.VOIDED, _M.TAKE_DEPOSIT, _S.DEPOSIT_TAKEN),
        _Row(_S.VOIDED, _M.COLLECT, _S.COLLECTED),
        _Row(_S.CAPTURED, _M.REFUND_PART, _S.PART_REFUNDED, _PART),
        _Row(_S.CAPTURED, _M.REFUND, _S.REFUNDED, _REFUND),
        _Row(_S.CAPTURED, _M.CHARGE_BACK, _S.DISPUTED),
        _Row(_S.PART_REFUNDED, _M.REFUND_PART, _S.PART_REFUNDED, _PART),
        _Row(_S.PART_REFUNDED, _M.REFUND, _S.REFUNDED, _REFUND),
        _Row(_S.PART_REFUNDED, _M.CHARGE_BACK, _S.DISPUTED),
        _Row(_S.PART_REFUNDED, _M.SETTLE_WHOLE, _S.CAPTURED),  # its refund has failed after all
        # A refund that had failed is done after all.
        _Row(_S.CAPTURED, _M.SETTLE_PART, _S.PART_REFUNDED),
        _Row(_S.CAPTURED, _M.SETTLE_EMPTY, _S.REFUNDED),
        _Row(_S.PART_REFUNDED, _M.SETTLE_EMPTY, _S.REFUNDED),
        _Row(_S.DEPOSIT_TAKEN, _M.SETTLE_EMPTY, _S.REFUNDED),
        _Row(_S.BALANCE_OPEN, _M.SETTLE_EMPTY, _S.REFUNDED),
        _Row(_S.BALANCE_OVERDUE, _M.SETTLE_EMPTY, _S.REFUNDED),
        # What comes after all is no capture: it is unapplied under a hold, and may go back too.
        _Row(_S.REFUNDED, _M.REFUND_PART, _S.PART_REFUNDED, _PART),
        _Row(_S.REFUNDED, _M.REFUND, _S.REFUNDED, _REFUND),
        _Row(_S.REFUNDED, _M.CHARGE_BACK, _S.DISPUTED),
        _Row(_S.REFUNDED, _M.SETTLE_WHOLE, _S.CAPTURED),
        _Row(_S.REFUNDED, _M.SETTLE_DEPOSIT, _S.DEPOSIT_TAKEN),
        _Row(_S.REFUNDED, _M.SETTLE_BALANCE, _S.BALANCE_OPEN),
        _Row(_S.REFUNDED, _M.SETTLE_OVERDUE, _S.BALANCE_OVERDUE),
        _Row(_S.REFUNDED, _M.SETTLE_PART, _S.PART_REFUNDED),
        _Row(_S.DISPUTED, _M.CHARGE_BACK, _S.DISPUTED),
        # The rest of it may be paid back meanwhile, to those whom the dispute is not about.
        _Row(_S.DISPUTED, _M.REFUND_PART, _S.DISPUTED, _PART),
        _Row(_S.DISPUTED, _M.REFUND, _S.DISPUTED, _REFUND),
        _Row(_S.DISPUTED, _M.SETTLE_WHOLE, _S.CAPTURED),
        _Row(_S.DISPUTED, _M.SETTLE_DEPOSIT, _S.DEPOSIT_TAKEN),
        _Row(_S.DISPUTED, _M.SETTLE_BALANCE, _S.BALANCE_OPEN),
        _Row(_S.DISPUTED, _M.SETTLE_OVERDUE, _S.BALANCE_OVERDUE),
        _Row(_S.DISPUTED, _M.SETTLE_PART, _S.PART_REFUNDED),
        _Row(_S.DISPUTED, _M.SETTLE_EMPTY, _S.REFUNDED),
        _Row(_S.DUE_AT_DOOR, _M.COLLECT, _S.COLLECTED),
        _Row(_S.DUE_AT_DOOR, _M.VOID, _S.VOIDED),
        # Money that came in another way goes back, and the cash is still to be collected.
        _Row(_S.DUE_AT_DOOR, _M.REFUND_PART, _S.DUE_AT_DOOR, _PART),
        _Row(_S.DUE_AT_DOOR, _M.REFUND, _S.DUE_AT_DOOR, _REFUND),
        # What a door brings later is owed by the carrier, too.
        _Row(_S.COLLECTED, _M.COLLECT, _S.COLLECTED),
        _Row(_S.SHORT_PAID, _M.COLLECT, _S.SHORT_PAID),
        _Row(_S.REMITTED, _M.COLLECT, _S.SHORT_PAID),
        _Row(_S.CAPTURED, _M.COLLECT, _S.SHORT_PAID),
        _Row(_S.PART_REFUNDED, _M.COLLECT, _S.SHORT_PAID),
        _Row(_S.REFUNDED, _M.COLLECT, _S.SHORT_PAID),
        _Row(_S.COLLECTED, _M.REMIT_PART, _S.SHORT_PAID),
        _Row(_S.COLLECTED, _M.REMIT, _S.REMITTED),
        _Row(_S.COLLECTED, _M.REFUND_PART, _S.COLLECTED, _PART),
        _Row(_S.COLLECTED, _M.REFUND, _S.COLLECTED, _REFUND),
        _Row(_S.SHORT_PAID, _M.REMIT_PART, _S.SHORT_PAID),
        _Row(_S.SHORT_PAID, _M.REMIT, _S.REMITTED),
        _Row(_S.SHORT_PAID, _M.REFUND_PART, _S.SHORT_PAID, _PART),
        _Row(_S.SHORT_PAID, _M.REFUND, _S.SHORT_PAID, _REFUND),
        _Row(_S.REMITTED, _M.REFUND_PART, _S.PART_REFUNDED, _PART),
        _Row(_S.REMITTED, _M.REFUND, _S.REFUNDED, _REFUND),
    ],
    initial=_S.AWAITING,
    ends=[],
    outside=[
        _M.AUTHORISE,
        _M.CAPTURE_PART,
        _M.CAPTURE,
        _M.FAIL,
        _M.VOID,
        _M.TAKE_DEPOSIT,
        _M.CHARGE_BACK,
        _M.OWE_AT_DOOR,  # what a door was paid may be the first that is heard of it
        _M.SETTLE_WHOLE,
        _M.SETTLE_DEPOSIT,
        _M.SETTLE_BALANCE,
        _M.SETTLE_OVERDUE,
        _M.SETTLE_PART,
        _M.SETTLE_EMPTY,
        _M.COLLECT,
        _M.REMIT_PART,
        _M.REMIT,
    ],
    untold=[
        _M.AUTHORISE,
        _M.CAPTURE_PART,
        _M.CAPTURE,
        _M.FAIL,
        _M.TAKE_DEPOSIT,
        _M.OWE_AT_DOOR,
        _M.SETTLE_WHOLE,
        _M.SETTLE_DEPOSIT,
        _M.SETTLE_BALANCE,
        _M.SETTLE_OVERDUE,
        _M.SETTLE_PART,
        _M.SETTLE_EMPTY,
    ],
)
