"""What is owed back, shared over the payments of an order: a tender plan, by being carried out.

It knows what each payment can take and in which way, and refuses to know what is owed for what.

Problem: a plan that is computed beside the verbs that pay back promises what they then refuse.
Decision: there is no such computation. Whoever wants the plan carries it out on a step that nobody
commits, and is told what was done; whoever confirms it does the same on a step that is committed.

Each payment takes no more than it has paid of the order, nor than is left of it. What a payer's
bank has kept of any counts as paid back first. What one cannot take back goes to the next; what
none takes goes onto the balance that is named, and without one it is left, with every reason.
"""

from __future__ import annotations

import attrs

from orderflow.calls import Ref
from orderflow.errors import Refusal, Refused
from orderflow.journal import Case, Context, Step
from orderflow.payments.losses import at_gateway, left_to_payer, make_good
from orderflow.payments.requests import send_back
from orderflow.payments.stored import of_balance
from orderflow.records import Order, Payment
from orderflow.refunds.owing import not_taken_back, tenders_in_order, terms
from orderflow.tender_order import CashBack, Means, Portion, Portions


@attrs.frozen
class Planned:
    """What of an amount goes where; what is `left` goes nowhere, for these reasons.

    Reasons may stand beside a plan that places all: why a payment was passed over.
    """

    portions: Portions
    left: int = 0
    passed_over: tuple[Refusal, ...] = ()


def planned(step: Step, ref: Ref[Order], amount: int, to: str = "", payee: str = "") -> Planned:
    """Pay back an amount of what is owed on an order, in minor units, as the rules say.

    `to` is the balance for what goes onto one, `payee` who gets what is transferred. It is done on
    the step, whether or not that is committed.
    """
    plan = _Plan(step, ref, to, payee, amount)
    plan.make_good()
    stuck: list[Ref[Payment]] = []
    for tender in tenders_in_order(step, step.now(ref)):
        payment = step.case.payment(tender.payment)
        if plan.room(payment) and not plan.send(payment):
            stuck.append(payment)
    if to:
        for payment in stuck:
            plan.put_on_balance(payment)
    return Planned(tuple(plan.portions), plan.left, tuple(plan.passed_over))


def proposed(case: Case, context: Context, ref: Ref[Order], amount: int, to: str = "") -> Planned:
    """The plan for an amount of what is owed on an order, carried out on a step for nobody.

    What is refused as a whole goes nowhere, for the reasons of that.
    """
    try:
        return planned(Step(case, context), ref, amount, to)
    except Refused as no:
        return Planned((), amount, no.refusals)


class _Plan:
    """A plan while it is made: what is left of the amount, and what was done."""

    def __init__(self, step: Step, ref: Ref[Order], to: str, payee: str, amount: int) -> None:
        self.step, self.ref = step, ref
        self.to, self.payee = to, payee
        self.left = amount
        self.portions: list[Portion] = []
        self.passed_over: list[Refusal] = []

    def make_good(self) -> None:
        """Count what payers' banks have kept as paid back, before any money goes elsewhere."""
        for tender in self.step.now(self.ref).tenders:
            payment = self.step.case.payment(tender.payment)
            self.done(payment, make_good(self.step, payment, self.ref, self.left), Means.BANK)

    def room(self, payment: Ref[Payment]) -> int:
        """How much of what is left a payment can take: no more than it has paid of the order."""
        order, there = self.step.now(self.ref), left_to_payer(self.step.now(payment))
        applied = sum([one.applied for one in order.tenders if one.payment == payment.id])
        return max(0, min(self.left, applied, there))

    def send(self, payment: Ref[Payment]) -> bool:
        """Send what there is room for the way that it came, or as the rules say of cash.

        Whether it goes anywhere.
        """
        at_door = bool(self.step.now(payment).due_for)
        cash = terms(self.step).cash if at_door else CashBack.BY_HAND
        if cash is CashBack.STORE_CREDIT:
            if self.to:
                self.put_on_balance(payment)
            else:
                self.passed_over.append(Refusal.of("cash_to_balance", payment=payment.id))
            return bool(self.to)
        barred = not_taken_back(self.step, payment)
        self.passed_over += barred
        if not barred:
            self.send_as_it_came(payment, Means.TRANSFER if cash is CashBack.TRANSFER else None)
        return not barred

    def send_as_it_came(self, payment: Ref[Payment], by_hand: Means | None) -> None:
        """Ask its gateway, give back to its balance; what came in no such way is paid by hand."""
        before, part = self.step.now(payment), self.room(payment)
        of_own = of_balance(before, part, self.ref) if before.stored else 0
        asked = min(part - of_own, at_gateway(before))
        if of_own + asked:
            send_back(self.step, payment, of_own + asked, self.ref, ask=True)
        hand = part - of_own - asked
        if hand:
            send_back(self.step, payment, hand, self.ref, ask=False)
            if self.payee and by_hand is Means.TRANSFER:
                name_payee(self.step, payment, hand, self.payee)
        self.done(payment, of_own, Means.BALANCE)
        self.done(payment, asked, Means.GATEWAY)
        self.done(payment, hand, by_hand or Means.BY_HAND)

    def put_on_balance(self, payment: Ref[Payment]) -> None:
        """Put what there is room for onto the balance that is named."""
        part = self.room(payment)
        if part:
            send_back(self.step, payment, part, self.ref, ask=False, to=self.to)
            self.done(payment, part, Means.STORE_CREDIT, self.to)

    def done(self, payment: Ref[Payment], amount: int, means: Means, to: str = "") -> None:
        """Write down a portion; one of nothing is none."""
        if amount:
            self.portions.append(Portion(payment.id, amount, means, to))
            self.left -= amount


def name_payee(step: Step, payment: Ref[Payment], amount: int, payee: str) -> None:
    """Write down who gets what is transferred of a payment, by the reference of an account."""
    step.note(payment, "transferred", amount=amount, payee=payee)
