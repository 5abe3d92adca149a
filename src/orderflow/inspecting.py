"""Goods that came back, and what becomes of them: on the shelf, damaged, or to the customer again.

It knows what is decided of units that wait to be inspected, of a return or of a parcel that came
back undelivered, and refuses to know who asked for them to come.

A unit that is accepted back is given up, and what is owed follows from that.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from orderflow.books import LEAVES_FOR, matter_position
from orderflow.calls import Ref
from orderflow.conditions import OF_VERDICTS, Condition, Fate, Verdict
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import BROUGHT, RESENT, Posted
from orderflow.journal import Case, Context, Step, verb
from orderflow.orders import give_up_units
from orderflow.pricing import total
from orderflow.records import Line, MatterKind, Order, Return, Transfer
from orderflow.refunding import GivenBack, charge_returned
from orderflow.rules import Rules
from orderflow.sent_again import count_again
from orderflow.states import RETURN, ReturnMove, UnitMove, UnitState
from orderflow.units import (
    STILL_OUT,
    Chosen,
    LineQuantities,
    Tag,
    checked_quantities,
    left_not_arrived,
    not_arrived,
    of_return,
    refuse_sent_again,
    tag,
)
from orderflow.values import text, whole

Verdicts: TypeAlias = tuple[tuple[str, int, Verdict | str], ...]
"""(line id, units, verdict) triples; in its stead, the code of a condition of the host's."""

Judged: TypeAlias = tuple[tuple[str, int, Condition], ...]
"""The same, each with the condition that its verdict stands for."""

COMING: Final = (*STILL_OUT, UnitState.RECEIVED_BACK)
"""Where the units of a return are of which nothing is decided yet."""


@verb("inspect", Return)
def inspect(case: Case, context: Context, verdicts: Verdicts = ()) -> Step:
    """Decide about what came back: all sound, or a verdict for so many of some lines.

    For a verdict there may stand the code of a condition of the rules, which says what becomes of
    the goods.

    What is accepted is given up by the customer, and what it carried is owed back; what is rejected
    goes to the customer again. What else goes back, or is kept of it, the rules say
    (`Rules.refunding`). The return is settled when none of its units waits any more.
    """
    step = Step(case, context)
    returned = step.now(case.own(Return))
    order_ref = case.order(returned.order)
    cost = total(step.now(order_ref))
    gone = _inspect(step, order_ref, case.ref.id, judged(verdicts, context.rules))
    count_again(step, order_ref)
    charge_returned(step, returned.ref, gone)
    after = step.now(order_ref)
    if total(after) != cost:
        step.note(case.ref, BROUGHT, amount=cost - total(after))
    if not of_return(after, case.ref.id, COMING):
        step.proceed(RETURN, case.ref, ReturnMove.SETTLE)
    return step


@verb("take_back", Order)
def take_back(case: Case, context: Context, verdicts: Verdicts = ()) -> Step:
    """Accept units that came back undelivered for good: they are given up, and owed back."""
    step = Step(case, context)
    ref = case.own(Order)
    _inspect(step, ref, "", judged(verdicts, context.rules))
    count_again(step, ref)
    return step


@verb("restock", Order)
def restock(case: Case, context: Context, verdicts: Verdicts = ()) -> Step:
    """Put goods on the shelf that came back undelivered, while others are sent in their stead.

    For their order they stay lost, and nothing is owed back: its reissue makes up for them, or when
    that is called off, `cancel` does. Without verdicts all that is sent again is meant, as sound.
    """
    step = Step(case, context)
    ref = case.own(Order)
    checked = judged(verdicts, context.rules)
    for i, (_, _, condition) in enumerate(checked):
        if condition.fate is Fate.REJECT:
            raise BadInput(f"verdicts[{i}].verdict", "what is sent again goes to nobody else")
    if not checked:
        order = step.now(ref)
        back = of_return(order, "", (UnitState.RECEIVED_BACK,))
        came = {one.id: sum(n for line, _, n in back if line.id == one.id) for one in order.lines}
        covered = [
            (one.id, min(came[one.id], _sent_in_their_stead(order, one))) for one in order.lines
        ]
        checked = tuple((line, n, OF_VERDICTS[Verdict.SOUND]) for line, n in covered if n)
        if not checked:
            raise MoveRefused((Refusal.of("nothing_to_do", what=str(ref), move="restock"),))
    for line, n, condition in checked:
        _restock(step, ref, line, n, condition)
    return step


@verb("deliver_again", Order)
def deliver_again(case: Case, context: Context, lines: LineQuantities = ()) -> Step:
    """Record that rejected units have reached their customer again."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    chosen = step.choose(order, "deliver", (UnitState.SENT_BACK,), checked_quantities(lines))
    step.move(order, UnitMove.DELIVER, chosen, returning="", condition="")
    return step


def _inspect(step: Step, ref: Ref[Order], returning: str, found: Judged) -> tuple[GivenBack, ...]:
    """Decide about units that came back; those that were given up, each with its condition."""
    gone: list[GivenBack] = []
    order = step.now(ref)
    came = (UnitState.RECEIVED_BACK,)
    if not found:
        chosen = step.choose(order, "inspect", came, (), lambda tag: tag.returning == returning)
        gone += _decide(step, ref, chosen, OF_VERDICTS[Verdict.SOUND], returning)
    for line, n, condition in found:
        order = step.now(ref)
        chosen = step.choose(
            order, "inspect", came, ((line, n),), lambda tag: tag.returning == returning
        )
        gone += _decide(step, ref, chosen, condition, returning)
    return tuple(gone)


def _decide(
    step: Step, ref: Ref[Order], chosen: list[Chosen], condition: Condition, returning: str
) -> list[GivenBack]:
    order = step.now(ref)
    refuse_sent_again(order, chosen)
    if condition.fate is Fate.REJECT:
        step.move(order, UnitMove.REJECT, chosen, **_noted(condition))
        if returning and step.now(step.case.returned(returning)).resent:
            step.note(step.case.returned(returning), RESENT, tracking="", carrier="")
        return []
    give_up_units(step, ref, chosen, returning or "take back")
    for one in chosen:
        grade = condition.graded(one.spot.slice.grade)
        step.move(order, UnitMove.ACCEPT_BACK, [one], grade=grade, **_noted(condition))
    return [GivenBack(line.id, n, condition.code) for line, _, n in chosen]


def _noted(condition: Condition) -> dict[str, Tag]:
    """The tag of units in a condition of the host's; a verdict is told by their grade."""
    return {} if condition in OF_VERDICTS.values() else {"condition": condition.code}


def _sent_in_their_stead(order: Order, line: Line) -> int:
    """How many units of a line that did not arrive are sent again."""
    rows = [row for row in order.sent_again if row.line == line.id]
    return not_arrived(line) - left_not_arrived(line, rows)


def _restock(step: Step, ref: Ref[Order], name: str, n: int, condition: Condition) -> None:
    order = step.now(ref)
    wanted = ((name, n),)
    came = (UnitState.RECEIVED_BACK,)
    chosen = step.choose(order, "restock", came, wanted, lambda tag: not tag.returning)
    there = _sent_in_their_stead(order, chosen[0].line)
    if n > there:
        raise MoveRefused(
            (Refusal.of("too_many", line=name, order=ref.id, asked=n, move="restock", there=there),)
        )
    for one in chosen:
        tags = one.spot.slice
        graded = tag(tags, grade=condition.graded(tags.grade))
        step.move(order, UnitMove.RESTOCK, [one], grade=graded.grade)
        at = matter_position(one.line.sku, graded)
        kind = LEAVES_FOR.get(graded.grade, MatterKind.SELLABLE)
        step.add(Posted(Transfer(MatterKind.CARRIER, at, kind, at, one.n)))


def judged(verdicts: object, rules: Rules) -> Judged:
    """A verb's argument of verdicts, each as the condition that it stands for."""
    if not isinstance(verdicts, tuple | list):
        raise BadInput("verdicts", "triples of line, quantity and verdict are wanted")
    checked: list[tuple[str, int, Condition]] = []
    for i, triple in enumerate(verdicts):
        path = f"verdicts[{i}]"
        if not isinstance(triple, tuple | list) or len(triple) != 3:
            raise BadInput(path, "a triple of line, quantity and verdict is wanted")
        line, n = text(triple[0], f"{path}.line"), whole(triple[1], f"{path}.quantity")
        checked.append((line, n, _condition(triple[2], rules, f"{path}.verdict")))
    return tuple(checked)


def _condition(verdict: object, rules: Rules, path: str) -> Condition:
    if isinstance(verdict, Verdict):
        return OF_VERDICTS[verdict]
    found = rules.condition(verdict) if isinstance(verdict, str) else None
    if found is None:
        own = ", ".join([one.code for one in rules.conditions]) or "they have none"
        raise BadInput(path, f"a Verdict is wanted, or a condition of the rules: {own}")
    return found
