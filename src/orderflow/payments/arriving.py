"""Money that a gateway says has come, in any state of its payment.

It knows what becomes of money that was expected, and of money that was not, and refuses to know who
has told of it: a notice or an answer.
"""

from __future__ import annotations

from datetime import datetime

from orderflow.calls import Ref
from orderflow.journal import Step
from orderflow.payments.applying import AUTHORISED, ENDED, arrived, capture
from orderflow.records import Payment
from orderflow.states import PAYMENT, PaymentMove
from orderflow.tenders import Tendered


def receive(
    step: Step,
    ref: Ref[Payment],
    minor: int,
    paid_at: datetime | None,
    tendered: Tendered | None = None,
) -> None:
    """So much has come of a payment; where its chart has no row for that, a hold asks a person."""
    before = step.now(ref)
    capture(step, ref, minor, tendered)
    if step.chart(PAYMENT).target(before.state, PaymentMove.CAPTURE) is None:
        step.hold(ref, "unexpected_notice", f"captured came while {before.state.value}")
        return
    arrived(step, ref)
    came = step.now(ref).captured
    if before.state in AUTHORISED and came > before.authorised:
        said = f"{came} has come of {before.authorised} that was authorised"
        step.hold(ref, "amount_differs", said, blocks=())
    if before.state in ENDED:
        step.hold(ref, "paid_late", "money came after the payment had ended")
