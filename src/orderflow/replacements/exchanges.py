"""Exchanges (换货): old goods come back, others go out, and one difference of money is left.

It knows how both ways begin and end together, and refuses to know the rules of returns and of
payments: each way is a document of its own.
"""

from __future__ import annotations

from typing import TypeAlias, cast

from orderflow.agreed import NewCharge, NewLine, checked_tuple
from orderflow.calls import Ref
from orderflow.cod.terms import barred_from_cash, round_cash
from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal, all_told
from orderflow.holding import set_hold
from orderflow.journal import Case, Context, Step, verb
from orderflow.on_account import cover
from orderflow.orders import opened_line
from orderflow.payments.confirmation import confirm_if_ready
from orderflow.pricing import due
from orderflow.reasons import Way
from orderflow.records import Exchange, Line, Order
from orderflow.replacements.coming_back import (
    end_return_of,
    is_accepted,
    not_accepted,
    not_settled,
    return_of,
)
from orderflow.replacements.ending import end, not_ended
from orderflow.replacements.opening import (
    NOT_YET_OUT,
    call_off,
    goods_charge,
    must_be_open,
    open_anew,
)
from orderflow.replacements.paying_over import pay_out_of
from orderflow.returns import agree_to_return, end_return, open_return
from orderflow.states import (
    EXCHANGE,
    RETURN,
    ReplacementMove,
    ReplacementState,
    ReturnMove,
    ReturnState,
    UnitState,
)
from orderflow.taxing import taxes_on
from orderflow.units import LineQuantities
from orderflow.values import MINOR_MAX, text, unique

NewLines: TypeAlias = tuple[NewLine, ...]
"""The lines that go out in an exchange."""


@verb("ask_exchange", Exchange)
def ask_exchange(
    case: Case,
    context: Context,
    order: str,
    returned: str,
    lines: LineQuantities,
    new: NewLines,
    reason: str = "",
) -> Step:
    """Ask to give back delivered units of an order for other goods, at agreed prices.

    Opens the return `returned` beside it, by the rules of every return; both wait for a person.
    Without lines it may be a repair whose goods are here and cannot be mended.
    """
    step = Step(case, context)
    old = step.now(case.order(text(order, "order")))
    _check_new_lines(new, old.currency)
    said = text(reason, "reason", empty=True)
    back = text(returned, "returned")
    must_be_open(step, old, "exchange")
    if lines or not _is_to_be_mended(case, back, order):
        open_return(step, case.returned(back), order, lines, reason, Way.EXCHANGE)
    text(case.ref.id, "exchange")
    wanted = tuple(opened_line(line) for line in new)
    step.open(Exchange(case.own(Exchange), EXCHANGE.initial, order, said, back, wanted))
    return step


@verb("approve_exchange", Exchange)
def approve_exchange(case: Case, context: Context) -> Step:
    """Agree to an exchange and to its return: the goods may come back."""
    step = Step(case, context)
    step.proceed(EXCHANGE, case.ref, ReplacementMove.APPROVE)
    back = return_of(step)
    if back.state in (ReturnState.ASKED, ReturnState.REJECTED, ReturnState.CANCELLED):
        agree_to_return(step, back.ref)
    return step


@verb("reject_exchange", Exchange)
def reject_exchange(case: Case, context: Context, reason: str) -> Step:
    """Refuse an exchange and its return; the units are as before."""
    step = Step(case, context)
    step.proceed(EXCHANGE, case.ref, ReplacementMove.REJECT)
    step.note(case.ref, "rejected", reason=text(reason, "reason"))
    end_return_of(step, ReturnMove.REJECT)
    return step


@verb("cancel_exchange", Exchange)
def cancel_exchange(case: Case, context: Context) -> Step:
    """Call an exchange off, with its return and its new order.

    A return whose goods have moved goes on without it, and what they cost is owed back. A new order
    that is with the warehouse cannot be called off; what had paid it is owed back on it.
    """
    step = Step(case, context)
    exchange = step.now(case.own(Exchange))
    step.proceed(EXCHANGE, case.ref, ReplacementMove.CANCEL)
    end_return_of(step, ReturnMove.CANCEL)
    if exchange.anew:
        call_off(step, case.order(exchange.anew))
    return step


@verb("send_replacement", Exchange)
def send_replacement(case: Case, context: Context, anew: str) -> Step:
    """Open the order `anew` with the new goods; what the old ones have brought pays it.

    It waits until the return is settled and something of it was accepted, unless the rules let it
    go out before. It is confirmed once it is paid, as any order is. Where the rules tax goods, it
    has the taxes of its day, and what is still to be paid is told with them. What is then to be
    paid at the door is rounded to a coin, and must be what the rules let be paid there.
    """
    step = Step(case, context)
    exchange = step.now(case.own(Exchange))
    name = text(anew, "anew")
    if exchange.state is not ReplacementState.APPROVED:
        can = step.chart(EXCHANGE).can(exchange.state)
        raise IllegalMove(str(case.ref), exchange.state.value, "send", can)
    refusals = [
        Refusal.of("on_hold", what=str(case.ref), hold=hold.code, reason=hold.reason)
        for hold in exchange.holds
    ]
    if exchange.anew:
        refusals.append(Refusal.of("already_there", kind="order", id=exchange.anew))
    if not context.rules.replace_before_return:
        refusals += not_accepted(step, exchange)
    old = step.now(case.order(exchange.order))
    taxes: tuple[NewCharge, ...] = ()
    try:
        taxes = _taxes(context, old, exchange.wanted)
    except MoveRefused as no_rates:
        refusals += no_rates.refusals
    if refusals:
        raise MoveRefused(tuple(refusals))
    must_be_open(step, old, "exchange")
    ref = open_anew(step, old, name, exchange.wanted, taxes, as_the_old=True)
    pay_out_of(step, step.now(exchange.ref))
    round_cash(step, ref)
    new = step.now(ref)
    with all_told((*barred_from_cash(step, new), *cover(step, new))):
        confirm_if_ready(step, ref)
    return step


@verb("pay_over", Exchange)
def pay_over(case: Case, context: Context) -> Step:
    """Pay what the new order still costs out of what the old goods have brought.

    For new goods that may go out before the old ones are back: what the return brought since then
    pays them, and their order is confirmed once it is paid. What a payer's bank has taken for good
    is made good first.
    """
    step = Step(case, context)
    exchange = step.now(case.own(Exchange))
    if exchange.state is not ReplacementState.APPROVED:
        can = step.chart(EXCHANGE).can(exchange.state)
        raise IllegalMove(str(case.ref), exchange.state.value, "pay over", can)
    refusals = [
        Refusal.of("on_hold", what=str(case.ref), hold=hold.code, reason=hold.reason)
        for hold in exchange.holds
    ]
    if not exchange.anew:
        refusals.append(Refusal.of("not_sent_anew", exchange=case.ref.id))
    if refusals:
        raise MoveRefused(tuple(refusals))
    if not pay_out_of(step, exchange):
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(case.ref), move="pay over"),))
    confirm_if_ready(step, case.order(exchange.anew))
    return step


@verb("settle_exchange", Exchange)
def settle_exchange(case: Case, context: Context) -> Step:
    """End an exchange: its return is settled, and what went out has ended its way.

    What the old goods have brought since then pays what the new order still costs.
    """
    step = Step(case, context)
    exchange = step.now(case.own(Exchange))
    refusals: list[Refusal] = []
    if exchange.state is ReplacementState.APPROVED:
        refusals += not_settled(step, exchange)
        if exchange.anew:
            refusals += not_ended(step, EXCHANGE, exchange)
        else:
            refusals.append(Refusal.of("not_sent_anew", exchange=case.ref.id))
    end(step, EXCHANGE, exchange, ReplacementMove.SETTLE, refusals)
    pay_out_of(step, step.now(exchange.ref))
    return step


@verb("undo_exchange", Exchange)
def undo_exchange(case: Case, context: Context) -> Step:
    """End an exchange whose new goods were sent for, and whose old ones never came.

    Its return is closed, and its units stay with their customer, who has paid for them. A new order
    of which nothing is with the warehouse is called off, and what had paid it is owed back; else it
    stays, and a hold names what is still to be paid for it. So it stays where all of it was given
    back, and what that brought is owed back.
    """
    step = Step(case, context)
    exchange = step.now(case.own(Exchange))
    refusals: list[Refusal] = []
    if exchange.state is ReplacementState.APPROVED:
        if not exchange.anew:
            refusals.append(Refusal.of("not_sent_anew", exchange=case.ref.id))
        if is_accepted(step, exchange):
            back = exchange.returned
            refusals.append(Refusal.of("goods_came", exchange=case.ref.id, returned=back))
    end(step, EXCHANGE, exchange, ReplacementMove.UNDO, refusals)
    returned = return_of(step)
    if returned.state not in RETURN.ends:
        end_return(step, returned.ref)
    _leave_or_call_off(step, case.order(exchange.anew))
    return step


@verb("hold_exchange", Exchange)
def hold_exchange(case: Case, context: Context, code: str, reason: str) -> Step:
    """Put a named hold on an exchange: it goes no further until that is lifted."""
    step = Step(case, context)
    set_hold(step, case.own(Exchange), code, reason)
    return step


@verb("lift_exchange_hold", Exchange)
def lift_exchange_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of an exchange."""
    step = Step(case, context)
    step.lift(case.own(Exchange), text(code, "code"))
    return step


def _is_to_be_mended(case: Case, returned: str, order: str) -> bool:
    """Whether goods of an order are here to be mended, by that return."""
    known = case.find(case.returned(returned))
    here = known is not None and known.state is ReturnState.RECEIVED
    return known is not None and here and known.repair and known.order == order


def _check_new_lines(new: object, currency: str) -> None:
    checked_tuple(new, NewLine, "new")
    lines = cast("NewLines", new)
    if not lines:
        raise BadInput("new", "at least one line is wanted")
    unique((line.id for line in lines), "new")
    for line in lines:
        if line.price.currency != currency:
            raise BadInput(f"line {line.id}.price", f"is in {line.price.currency}, not {currency}")
        if line.components:
            raise BadInput(f"line {line.id}.components", "name the parts: a kit is for an order")
    if sum(line.amount for line in lines) > MINOR_MAX:
        raise BadInput("new", "the lines cost more than can be kept")


def _taxes(context: Context, old: Order, lines: tuple[Line, ...]) -> tuple[NewCharge, ...]:
    """The taxes on the new goods, now and where the old ones went; none where no rules tax."""
    taxing = context.rules.taxing
    if taxing is None:
        return ()
    goods = (goods_charge(lines, old.currency),)
    return taxes_on(lines, goods, taxing, old.destination.region, context.at)


def _leave_or_call_off(step: Step, ref: Ref[Order]) -> None:
    """Call the new order of an undone exchange off where nothing of it is out, else leave it."""
    order = step.now(ref)
    live = [spot.state for _, spot in order.units() if spot.state is not UnitState.CANCELLED]
    # The empty case: an order of which no unit is kept has ended already.
    if live and all(state in NOT_YET_OUT for state in live):
        call_off(step, ref)
    elif due(order) > 0:
        said = "the goods for which these were sent never came, and these are not paid"
        step.hold(ref, "goods_never_came", said, ())
