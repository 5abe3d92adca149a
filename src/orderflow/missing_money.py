"""Holds of an order that last no longer than its money is missing.

It knows which holds these are and what is missing for each, and refuses to know who sets them.

Problem: such a hold is set by one verb, and what it asks for comes to be there, or to be owed no
more, by a score of others: by money, a cancelled line, a lower price, the end of its order. One of
them that forgets it leaves an order that owes nothing on hold.
Decision: they stand in one table, each with what is to be missing for it to stay. Every order that
a verb has touched is looked at once (`following`), and an order that is paid before its goods are
claimed for it, since the hold would stop that (`payments.confirmation`).

What its payer has left at the door, and is lost on its way back, costs him nothing, and nobody has
said so yet: a hold asks a person to give it up, or to send it again. It stops nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from orderflow.calls import Ref
from orderflow.facts import Moved
from orderflow.journal import Step
from orderflow.on_account import TERMS_OVERDUE
from orderflow.plans import OVERDUE, instalments_missing
from orderflow.pricing import due
from orderflow.records import Order
from orderflow.sent_again import sent_anew
from orderflow.states import UnitState
from orderflow.withheld import CHARGED_BACK, goods_unpaid

LOST_COMING_BACK: Final = "lost_coming_back"
"""The hold of an order at the door of which goods were lost that its customer had not taken."""

_LOST_ON_THE_WAY_BACK: Final = (UnitState.GOING_BACK, UnitState.LOST)

_LASTS_WHILE: Final[tuple[tuple[str, Callable[[Step, Order], bool]], ...]] = (
    (CHARGED_BACK, goods_unpaid),
    (OVERDUE, lambda step, order: instalments_missing(order, step.context.at) > 0),
    (TERMS_OVERDUE, lambda _, order: due(order) > 0),
    (LOST_COMING_BACK, lambda _, order: due(order) > 0 and _has_lost(order)),
)
"""The holds that follow money, and what says that they stay."""


def ask_about_lost(step: Step, order: Order) -> None:
    """Ask a person about goods that nobody paid for at the door and that were lost coming back."""
    if not order.cash_on_delivery:
        return
    lost = sum(
        fact.n
        for fact in step.facts
        if type(fact) is Moved
        and (fact.order, fact.source, fact.target) == (order.ref, *_LOST_ON_THE_WAY_BACK)
    )
    if lost and due(order) > 0:
        said = f"{lost} units were lost on their way back: cancel them, or send them again"
        step.hold(order.ref, LOST_COMING_BACK, said, ())


def _has_lost(order: Order) -> bool:
    """Whether any unit is lost; an order without units has lost none."""
    return any(spot.state is UnitState.LOST for _, spot in order.units())


def let_go_on(step: Step, ref: Ref[Order]) -> bool:
    """Lift what asks for money of an order that is missing no more; whether it lifted anything.

    What is sent anew for it waits for the same money.
    """
    order = step.now(ref)
    for anew in sent_anew(step, order):
        _lift_past(step, anew)
    return _lift_past(step, order)


def _lift_past(step: Step, order: Order) -> bool:
    if not order.holds:
        return False
    there = {hold.code for hold in order.holds}
    past = [code for code, stays in _LASTS_WHILE if code in there and not stays(step, order)]
    for code in past:
        step.lift(order.ref, code)
    return bool(past)
