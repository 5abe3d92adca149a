"""Orders on account: the credit of a customer, its terms, and what speaks against more of it.

It knows limits, terms and what is overdue, and refuses to know who pays and by what.

Problem: a dealer's balance is added up when an order is placed; two orders that are placed at once
both see the same balance, and what a bank takes back afterwards is seen by neither.
Observation: what an order still costs is known after each verb, and a pool counts whatever claims
it.
Decision: an order on account claims of its customer's credit exactly what it still costs. Placing
takes the claim under the guard of the limit; each later change of what is due, paid, cancelled,
credited or charged back, moves the claim with it (`following`).
What makes an order dearer afterwards is never refused for want of credit: the claim goes beyond the
limit, and nothing more is placed or released on account until it is back within it.

The terms count from when goods first leave; from then on the claim has the day on which it is to be
paid, and with a plan each instalment has its own. So what is overdue is read off the claims, and no
order is looked for.
That day is a limit like any other: `due` lists it when it is over, and silence sets a hold on the
order that blocks nothing, since the claims block all that is to be blocked; who pays lifts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import attrs

from orderflow.claiming.ceilings import Ceilings
from orderflow.currencies import amount_said
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import Claimed, Described, Fact, Limited
from orderflow.holding import set_hold
from orderflow.journal import Case, Context, Step, verb
from orderflow.money import Money, not_negative
from orderflow.plans import schedule
from orderflow.pools import credit_pool
from orderflow.pricing import due
from orderflow.records import Claim, CreditLine, Order, PoolClaim, credit_id
from orderflow.rules import WINDOW_DAYS_MAX
from orderflow.states import OrderState
from orderflow.values import LAST_INSTANT, Position, text, whole

TERMS_OVERDUE: Final = "terms_overdue"
"""The hold on an order on account that was not paid by its day."""

LISTED_MAX: Final = 5
"""How many overdue orders a refusal names."""


@verb("set_credit", CreditLine)
def set_credit(case: Case, context: Context, limit: Money, terms_days: int = 30) -> Step:
    """Say how much a customer may owe on account, and in how many days each order is to be paid.

    The id is `CUSTOMER/CURRENCY`, as `credit_id` makes it. The days count from when goods of an
    order first leave; those that have left keep their day. It takes the place of what was said
    before: who owes more already may have no more until he has paid. A limit of nothing takes the
    credit away; `hold_credit` stops him for a reason, and leaves the limit for later.
    """
    step = Step(case, context)
    ref = case.own(CreditLine)
    minor = not_negative(limit, path="limit")
    customer, _, currency = ref.id.rpartition("/")
    if not customer or currency != limit.currency:
        raise BadInput("id", f"a customer and {limit.currency} are wanted, as `credit_id` has them")
    days = whole(terms_days, "terms_days", least=0, most=WINDOW_DAYS_MAX)
    known = case.find(ref)
    holds = () if known is None else known.holds
    said = CreditLine(ref, text(customer, "customer"), currency, minor, days, holds)
    if known is None:
        step.open(said)
    else:
        step.add(Described(said))
    return step


@verb("hold_credit", CreditLine)
def hold_credit(case: Case, context: Context, code: str, reason: str) -> Step:
    """Let a customer have nothing more on account, until the hold is lifted."""
    step = Step(case, context)
    set_hold(step, step.now(case.own(CreditLine)).ref, code, reason)
    return step


@verb("lift_credit_hold", CreditLine)
def lift_credit_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a customer's credit: somebody has looked into it."""
    step = Step(case, context)
    step.lift(case.own(CreditLine), text(code, "code"))
    return step


@verb("miss_terms", Order)
def miss_terms(case: Case, context: Context) -> Step:
    """Say that an order on account was not paid by its day: a hold asks for it until it is.

    The hold blocks nothing of this order; what its customer may not have meanwhile, his credit
    says. Of an order with a plan, `miss_instalment` says it.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    day = to_pay_by(order)
    if day is None or day > context.at:
        until = "any time" if day is None else day.isoformat()
        raise MoveRefused((Refusal.of("not_due", order=order.ref.id, until=until),))
    if _is_noted(order):
        raise MoveRefused((Refusal.of("already_there", kind="hold", id=TERMS_OVERDUE),))
    reason = f"{amount_said(due(order), order.currency)} were to be paid by {day.isoformat()}"
    step.hold(order.ref, TERMS_OVERDUE, reason, ())
    return step


def to_pay_by(order: Order) -> datetime | None:
    """The day by which an order on account is to be paid, where it owes anything and has one.

    None with a plan: each instalment has its own.
    """
    if not order.on_account or order.plan is not None or order.state is OrderState.DRAFT:
        return None
    return order.pay_by if due(order) > 0 else None


def next_terms(order: Order) -> datetime | None:
    """When an order on account is overdue, unless that was noted: then somebody knows."""
    return None if not order.on_account or _is_noted(order) else to_pay_by(order)


def _is_noted(order: Order) -> bool:
    return any(hold.code == TERMS_OVERDUE for hold in order.holds)


def cover(step: Step, order: Order) -> list[Refusal]:
    """Let an order on account claim what it costs; every reason why it may not, or not go out.

    One that owes nothing asks for no credit.
    """
    owed = due(order)
    if not order.on_account or owed <= 0:
        return []
    customer, currency = order.customer, order.currency
    line = step.case.find(step.case.credit_line(credit_id(customer, currency)))
    if line is None:
        return [Refusal.of("no_credit", customer=customer, currency=currency, asked=owed)]
    refusals = [
        Refusal.of("on_hold", what=str(line.ref), hold=hold.code, reason=hold.reason)
        for hold in line.holds
        if hold.blocks
    ]
    pool = credit_pool(customer, currency)
    own = sum([one.n for one in claims_on_account(order)])
    left = line.limit - step.case.counter(Position(pool)).claimed + own
    if owed > left:
        more = {"asked": owed, "left": left}
        refusals.append(Refusal.of("credit_exceeded", customer=customer, currency=currency, **more))
    late = step.case.overdue(pool)
    if late:
        refusals.append(_overdue(line, late))
    if not refusals and owed > own:
        facts: list[Fact] = []
        # What was taken back in between has made the pool wider: then all this is asked again.
        step.rely_on_there(Position(pool))
        Ceilings(step).take(pool, line.limit, owed - own, facts, refusals)
        step.add(*facts, Claimed(order.ref, Position(pool), owed - own, None, order.pay_by))
    return refusals


def claims_on_account(order: Order) -> list[PoolClaim]:
    """What an order claims of its customer's credit, by the days on which it is to be paid."""
    pool = credit_pool(order.customer, order.currency)
    return [one for one in order.pools if one.pool == pool]


def owed_by_day(order: Order) -> dict[datetime | None, int]:
    """What an order owes on account, by the days on which it is to be paid.

    With a plan that is each instalment by its day. Nobody has said a day of what has not left yet.
    """
    owed = due(order)
    if order.state is OrderState.DRAFT or owed <= 0:
        return {}
    if order.plan is None:
        return {order.pay_by: owed}
    days: dict[datetime | None, int] = {}
    for one in schedule(order):
        if one.amount > one.paid:
            days[one.due_at] = days.get(one.due_at, 0) + one.amount - one.paid
    return days


def as_owed(order: Order) -> list[Fact]:
    """What moves the claims of an order on account to what it owes now, and to its days.

    What it owes more than it claims makes the pool wider by as much, without a look at it: so it is
    refused by nobody, and meets no other writer.
    """
    owed = owed_by_day(order)
    claimed = {one.due: one.n for one in claims_on_account(order)}
    more = sum(owed.values()) - sum(claimed.values())
    at = Position(credit_pool(order.customer, order.currency))
    facts: list[Fact] = [Limited(at, more)] if more > 0 else []
    for day in sorted({*claimed, *owed}, key=lambda day: (day is None, day or LAST_INSTANT)):
        change = owed.get(day, 0) - claimed.get(day, 0)
        if change:
            facts.append(Claimed(order.ref, at, change, None, day))
    return facts


@attrs.frozen
class OpenOrder:
    """What an order owes on account, and until when; without a day before any of it has left."""

    order: str
    owed: int
    due: datetime | None


@attrs.frozen
class CreditStanding:
    """How a customer's credit stands: what he may owe and owes, and what of that is overdue.

    Amounts are minor units. `left` falls below zero where orders became dearer than his credit.
    """

    line: CreditLine
    orders: tuple[OpenOrder, ...]  # what is to be paid first comes first
    overdue: int

    @property
    def owed(self) -> int:
        """What all open orders owe together."""
        return sum([one.owed for one in self.orders])

    @property
    def left(self) -> int:
        """What more may be owed."""
        return self.line.limit - self.owed


def credit_standing(case: Case, line: CreditLine) -> CreditStanding:
    """How a credit stands now, read off what orders claim of it."""
    claims = case.claims((credit_pool(line.customer, line.currency),))
    rows = [OpenOrder(one.holder.id, one.n, one.due) for one in claims]
    late = sum([one.owed for one in rows if one.due is not None and one.due <= case.at])
    return CreditStanding(line, tuple(sorted(rows, key=_by_day)), late)


def _by_day(row: OpenOrder) -> tuple[bool, datetime, str]:
    return (row.due is None, row.due or LAST_INSTANT, row.order)


def _overdue(line: CreditLine, late: Sequence[Claim]) -> Refusal:
    by_day = sorted([(one.due, one.holder.id, one.n) for one in late if one.due is not None])
    names = list(dict.fromkeys(order for _, order, _ in by_day))
    more = ["…"] if len(names) > LISTED_MAX else []
    return Refusal.of(
        "credit_overdue",
        customer=line.customer,
        currency=line.currency,
        overdue=sum([n for _, _, n in by_day]),
        since=by_day[0][0].isoformat(),
        orders=", ".join([*names[:LISTED_MAX], *more]),
    )
