"""Claims on carriers (快递理赔): what a parcel cost us that was lost, damaged or brought late.

It knows what a carrier was asked for and has answered, and refuses to know customers: what is owed
to them follows from their orders, whether or not the carrier ever pays.

Problem: what carriers are asked for is kept in letters, so nobody knows what they owe, and a parcel
is claimed twice or not at all.
Decision: a claim is a document about one parcel and one cause, and an open one is enough. What the
carrier has accepted it owes, in the ledger and in the settlement, until it pays or the claim ends.
A carrier that is silent for `Patience.claim_days` is overdue: somebody must ask it, and whatever it
says later is recorded all the same.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import CLAIM_SAID, CLAIMED_ON, WAITS
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, positive
from orderflow.records import CarrierClaim, ClaimCause
from orderflow.states import (
    CARRIER_CLAIM,
    CarrierClaimMove,
    CarrierClaimState,
    ParcelState,
)
from orderflow.values import later, text

_DROPPED: Final = (CarrierClaimState.REJECTED, CarrierClaimState.WITHDRAWN)
_WAITING: Final = (CarrierClaimState.ASKED, CarrierClaimState.ACCEPTED)


@verb("claim_on_carrier", CarrierClaim)
def claim_on_carrier(
    case: Case, context: Context, parcel: str, amount: Money, cause: ClaimCause, reason: str = ""
) -> Step:
    """Ask the carrier of a parcel to make good that it was lost, damaged or late.

    What was lost is claimed while the parcel is lost, the rest once it was handed over. A parcel is
    claimed once for each cause, unless that claim was rejected or withdrawn.
    """
    step = Step(case, context)
    about = step.now(case.parcel(text(parcel, "parcel")))
    if not isinstance(amount, Money):
        raise BadInput("amount", "a Money is wanted")
    minor = positive(amount)
    if not isinstance(cause, ClaimCause):
        raise BadInput("cause", f"one of {', '.join(ClaimCause)} is wanted")
    said = text(reason, "reason", empty=True)
    text(case.ref.id, "carrier claim")
    refusals: list[Refusal] = []
    fits = about.state is ParcelState.LOST or (
        cause is not ClaimCause.LOST and about.handed_over_at is not None
    )
    if not fits:
        which = {"parcel": about.ref.id, "state": about.state.value, "cause": cause.value}
        refusals.append(Refusal.of("not_to_be_claimed", **which))
    for id in about.claims:
        other = step.now(case.carrier_claim(id))
        if other.cause is cause and other.state not in _DROPPED:
            which = {"parcel": about.ref.id, "cause": cause.value, "claim": id}
            refusals.append(Refusal.of("claimed_already", **which))
    if refusals:
        raise MoveRefused(tuple(refusals))
    step.open(
        CarrierClaim(
            case.own(CarrierClaim),
            CARRIER_CLAIM.initial,
            about.ref.id,
            about.orders,
            about.carrier,
            cause,
            minor,
            amount.currency,
            said,
        )
    )
    step.note(about.ref, CLAIMED_ON, claim=case.ref.id)
    _wait(step)
    return step


@verb("accept_carrier_claim", CarrierClaim)
def accept_carrier_claim(case: Case, context: Context, amount: Money | None = None) -> Step:
    """Record that a carrier agrees to a claim, and owes it: all of it, or a smaller amount."""
    step = Step(case, context)
    claim = step.now(case.own(CarrierClaim))
    agreed = claim.amount if amount is None else positive(amount, claim.currency)
    step.proceed(CARRIER_CLAIM, case.ref, CarrierClaimMove.ACCEPT)
    if agreed > claim.amount:
        which, asked = {"claim": case.ref.id, "currency": claim.currency}, claim.amount
        raise MoveRefused((Refusal.of("over_claim", **which, asked=asked, agreed=agreed),))
    step.note(case.ref, CLAIM_SAID, accepted=agreed)
    _wait(step)
    return step


@verb("record_claim_payment", CarrierClaim)
def record_claim_payment(case: Case, context: Context, amount: Money) -> Step:
    """Record what a carrier has paid for a claim: that ends it, whatever was agreed before."""
    step = Step(case, context)
    claim = step.now(case.own(CarrierClaim))
    if not isinstance(amount, Money):
        raise BadInput("amount", "a Money is wanted")
    paid = positive(amount, claim.currency)
    step.proceed(CARRIER_CLAIM, case.ref, CarrierClaimMove.PAY)
    step.note(case.ref, CLAIM_SAID, paid=paid)
    _wait(step)
    return step


@verb("reject_carrier_claim", CarrierClaim)
def reject_carrier_claim(case: Case, context: Context, reason: str) -> Step:
    """Record that a carrier refuses a claim: it owes nothing. It may be claimed once more."""
    step = Step(case, context)
    step.proceed(CARRIER_CLAIM, case.ref, CarrierClaimMove.REJECT)
    step.note(case.ref, "rejected", reason=text(reason, "reason"))
    _wait(step)
    return step


@verb("withdraw_carrier_claim", CarrierClaim)
def withdraw_carrier_claim(case: Case, context: Context, reason: str = "") -> Step:
    """Give a claim up, such as for a parcel that was found: the carrier owes nothing."""
    step = Step(case, context)
    step.proceed(CARRIER_CLAIM, case.ref, CarrierClaimMove.WITHDRAW)
    step.note(case.ref, "withdrawn", reason=text(reason, "reason", empty=True))
    _wait(step)
    return step


@verb("miss_carrier_claim", CarrierClaim)
def miss_carrier_claim(case: Case, context: Context) -> Step:
    """Write down that a carrier has not answered, or not paid, in time; it may do so late."""
    step = Step(case, context)
    claim = step.now(case.own(CarrierClaim))
    if claim.state in _WAITING:  # else its state says what is the matter
        until = claim.until
        if until is None or until > context.at:
            limit = "any time" if until is None else until.isoformat()
            raise MoveRefused((Refusal.of("in_time", what=str(case.ref), until=limit),))
    step.proceed(CARRIER_CLAIM, case.ref, CarrierClaimMove.MISS)
    _wait(step)
    return step


def _wait(step: Step) -> None:
    """Note until when the carrier is to say something, where it is to and the rules are patient."""
    claim, patience = step.now(step.case.own(CarrierClaim)), step.context.rules.patience
    until: datetime | None = None
    if patience is not None and claim.state in _WAITING:
        until = later(step.context.at, timedelta(days=patience.claim_days))
    if until != claim.until:
        step.note(claim.ref, WAITS, until="" if until is None else until.isoformat())
