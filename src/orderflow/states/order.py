"""The order's own chart: only what is true of it as a whole.

It knows review, confirmation and ends, and refuses to know how far goods and money are: those are
read off the bags and the payments.

Completed is no end: after-sales stay legal until their window has closed, and most returns happen
there.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

import attrs

from orderflow.chart import Chart, Guard, Row
from orderflow.errors import Refusal
from orderflow.states.holds import Holding, not_held


class OrderState(StrEnum):
    """Where an order stands as a whole; how far its goods and money are is derived."""

    DRAFT = "draft"
    PLACED = "placed"
    IN_REVIEW = "in review"
    AWAITING_CUSTOMER = "awaiting customer"  # a question is open that only the customer can answer
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    ARCHIVED = "archived"
    REJECTED = "rejected"  # by review
    CANCELLED = "cancelled"
    EXPIRED = "expired"  # unpaid in time


class OrderMove(StrEnum):
    """What happens to an order as a whole."""

    PLACE = "place"
    REVIEW = "review"
    ASK_CUSTOMER = "ask customer"
    ANSWER = "answer"
    CONFIRM = "confirm"
    REJECT = "reject"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REINSTATE = "reinstate"  # it was paid in time after all
    COMPLETE = "complete"
    REOPEN = "reopen"
    ARCHIVE = "archive"


@attrs.frozen
class Estimate:
    """So many kept units of a line whose amount is not fixed yet, and what it waits for."""

    line: str
    n: int
    fixing: str


@attrs.frozen
class OrderFacts:
    """What the guards of an order see, in units and in minor units of its currency.

    `estimates` are the lines whose amount is not fixed. `receipt_until` is when silence counts as
    receipt, `window_until` when after-sales close; empty where nothing is to be waited for.
    """

    order: str
    lines: int
    units_live: int  # neither cancelled nor ended
    units_kept: int  # all but the cancelled ones
    due_minor: int  # still to be paid; negative when it is owed back
    applied_minor: int
    currency: str
    cash_on_delivery: bool
    holds: tuple[Holding, ...] = ()
    receipt_until: str = ""
    window_until: str = ""
    estimates: tuple[Estimate, ...] = ()
    on_account: bool = False

    @property
    def what(self) -> str:
        """The order's name in sentences."""
        return f"order {self.order}"


def _has_lines(facts: OrderFacts) -> tuple[Refusal, ...]:
    return () if facts.lines else (Refusal.of("no_lines", order=facts.order),)


def _paid_or_cod(facts: OrderFacts) -> tuple[Refusal, ...]:
    if facts.cash_on_delivery or facts.on_account or facts.due_minor <= 0:
        return ()
    owed, currency = facts.due_minor, facts.currency
    return (Refusal.of("not_paid", order=facts.order, due=owed, currency=currency),)


def _all_ended(facts: OrderFacts) -> tuple[Refusal, ...]:
    # The empty case: an order none of whose units is kept has nothing to complete; it is cancelled.
    if facts.units_live == 0 and facts.units_kept:
        return ()
    return (Refusal.of("not_all_ended", order=facts.order, open=facts.units_live),)


def _none_kept(facts: OrderFacts) -> tuple[Refusal, ...]:
    if facts.units_kept == 0:
        return ()
    return (Refusal.of("not_all_ended", order=facts.order, open=facts.units_kept),)


def _settled(facts: OrderFacts) -> tuple[Refusal, ...]:
    return () if facts.due_minor == 0 else (_owed(facts, facts.due_minor),)


def _fixed(facts: OrderFacts) -> tuple[Refusal, ...]:
    # The empty case: an order without estimates has all its amounts.
    return tuple([not_fixed(facts.order, one) for one in facts.estimates])


def not_fixed(order: str, one: Estimate) -> Refusal:
    """That the amount of some units is an estimate, and what it waits for."""
    return Refusal.of("not_fixed", line=one.line, order=order, n=one.n, fixing=one.fixing)


def _unpaid(facts: OrderFacts) -> tuple[Refusal, ...]:
    return () if facts.applied_minor == 0 else (_owed(facts, -facts.applied_minor),)


def _owed(facts: OrderFacts, balance: int) -> Refusal:
    return Refusal.of("money_owed", order=facts.order, balance=balance, currency=facts.currency)


def _received(facts: OrderFacts) -> tuple[Refusal, ...]:
    if not facts.receipt_until:
        return ()
    return (Refusal.of("not_received", order=facts.order, until=facts.receipt_until),)


def _window_over(facts: OrderFacts) -> tuple[Refusal, ...]:
    if not facts.window_until:
        return ()
    return (Refusal.of("window_open", order=facts.order, until=facts.window_until),)


has_lines: Final = Guard("has_lines", _has_lines)
paid_or_cash_on_delivery: Final = Guard("paid_or_cash_on_delivery", _paid_or_cod)
all_units_ended: Final = Guard("all_units_ended", _all_ended)
no_unit_kept: Final = Guard("no_unit_kept", _none_kept)
nothing_owed: Final = Guard("nothing_owed", _settled)
amounts_fixed: Final = Guard("amounts_fixed", _fixed)
nothing_paid: Final = Guard("nothing_paid", _unpaid)
receipt_settled: Final = Guard("receipt_settled", _received)
window_over: Final = Guard("window_over", _window_over)

_Row: TypeAlias = Row[OrderState, OrderMove, OrderFacts]
_O, _OM = OrderState, OrderMove
_CONFIRM: Final = (paid_or_cash_on_delivery, not_held(_OM.CONFIRM))
_CANCEL: Final = (no_unit_kept, not_held(_OM.CANCEL))
_COMPLETE: Final = (
    all_units_ended,
    amounts_fixed,
    nothing_owed,
    receipt_settled,
    not_held(_OM.COMPLETE),
)
_ARCHIVE: Final = (all_units_ended, nothing_owed, window_over, not_held(_OM.ARCHIVE))

ORDER: Final[Chart[OrderState, OrderMove, OrderFacts]] = Chart(
    "order",
    OrderState,
    OrderMove,
    [
        _Row(_O.DRAFT, _OM.PLACE, _O.PLACED, (has_lines,)),
        _Row(_O.DRAFT, _OM.CANCEL, _O.CANCELLED, _CANCEL),
        _Row(_O.PLACED, _OM.REVIEW, _O.IN_REVIEW),
        _Row(_O.PLACED, _OM.CONFIRM, _O.CONFIRMED, _CONFIRM),
        _Row(_O.PLACED, _OM.CANCEL, _O.CANCELLED, _CANCEL),
        _Row(_O.PLACED, _OM.EXPIRE, _O.EXPIRED, (nothing_paid, no_unit_kept)),
        _Row(_O.IN_REVIEW, _OM.ASK_CUSTOMER, _O.AWAITING_CUSTOMER),
        _Row(_O.IN_REVIEW, _OM.CONFIRM, _O.CONFIRMED, _CONFIRM),
        _Row(_O.IN_REVIEW, _OM.REJECT, _O.REJECTED, (no_unit_kept,)),
        _Row(_O.IN_REVIEW, _OM.CANCEL, _O.CANCELLED, _CANCEL),
        _Row(_O.IN_REVIEW, _OM.EXPIRE, _O.EXPIRED, (nothing_paid, no_unit_kept)),
        _Row(_O.AWAITING_CUSTOMER, _OM.ANSWER, _O.IN_REVIEW),
        _Row(_O.AWAITING_CUSTOMER, _OM.REJECT, _O.REJECTED, (no_unit_kept,)),
        _Row(_O.AWAITING_CUSTOMER, _OM.CANCEL, _O.CANCELLED, _CANCEL),
        _Row(_O.AWAITING_CUSTOMER, _OM.EXPIRE, _O.EXPIRED, (nothing_paid, no_unit_kept)),
        _Row(_O.CONFIRMED, _OM.CANCEL, _O.CANCELLED, _CANCEL),
        _Row(_O.CONFIRMED, _OM.COMPLETE, _O.COMPLETED, _COMPLETE),
        _Row(_O.EXPIRED, _OM.REINSTATE, _O.PLACED),
        _Row(_O.CANCELLED, _OM.REINSTATE, _O.PLACED),  # its balance had come in time
        _Row(_O.COMPLETED, _OM.REOPEN, _O.CONFIRMED),  # an after-sales case has been opened
        _Row(_O.COMPLETED, _OM.ARCHIVE, _O.ARCHIVED, _ARCHIVE),
    ],
    initial=_O.DRAFT,
    ends=[_O.ARCHIVED, _O.REJECTED],
    outside=[_OM.ANSWER, _OM.REOPEN, _OM.REINSTATE],
)

ORDER_CALLED_OFF: Final = (OrderState.REJECTED, OrderState.CANCELLED, OrderState.EXPIRED)
"""The states of an order that came to nothing."""

ORDER_UNCONFIRMED: Final = (
    OrderState.PLACED,
    OrderState.IN_REVIEW,
    OrderState.AWAITING_CUSTOMER,
)
"""The states of an order that was placed, and of which it is not yet certain that it is made."""

ORDER_RUNNING: Final = (*ORDER_UNCONFIRMED, OrderState.CONFIRMED)
"""The states of an order that was placed and is not at its end."""

ORDER_OVER: Final = ORDER.ends | {OrderState.CANCELLED, OrderState.EXPIRED}
"""The states of an order that is over; one that was paid in time may be reinstated all the same."""
