"""What goes out again: reissues (补发) and exchanges (换货).

It knows what may be sent again and who pays for it, and refuses to know shelves and parcels: what
is sent is an order of its own, and goes the way of any order.

Problem: a reissue that makes the old line longer spoils its counts, its bill and its returns; one
that is kept beside the orders needs allocation, dispatch and parcels a second time.
Observation: the decision is small (asked, approved, settled), and all that is hard about the goods
is what an order does already.
Decision: the decision is a document, `Reissue` or `Exchange`, and what goes out is an `Order` whose
`parent` is the old one, so its bag says how far it is: `progress` names that.

A reissue costs its customer nothing: its order has the old lines at a price of zero, and is
confirmed when it is opened, since nobody has to pay.
The old order's bag stays as it is; the order notes beside it what is sent again, so that each unit
is sent again once, and is never paid back as well.
What was lost has ended for the old order once it has been sent again.

The goods of an exchange come back by a return, which is approved, rejected and cancelled with it as
long as nothing has moved.
The new order has the lines that were agreed, at their prices, with the taxes of the day on which it
is opened; what is owed back on the old order pays it as far as it goes, out of the same payments.
What is still to be paid then, or is owed back still, is money like any other.
The new goods go out when the old ones were accepted, unless the rules say otherwise.
Where they went out first and the old ones never come, the exchange is undone: new goods that are
not out yet are called off, and those that are out are a sale like any other.

One file, though long: reissue and exchange are one decision twice, and share what goes out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias, cast

import attrs

from orderflow.agreed import NewCharge, NewLine, checked_tuple
from orderflow.calls import Ref
from orderflow.chart import Chart
from orderflow.cod.terms import barred_from_cash, round_cash
from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal, all_told
from orderflow.facts import MoneyMoved
from orderflow.holding import set_hold
from orderflow.journal import Case, Context, Step, document_facts, verb
from orderflow.money import Price
from orderflow.on_account import cover
from orderflow.orders import cancel_units, opened_line, with_charges
from orderflow.payments.confirmation import confirm_if_ready
from orderflow.payments.losses import left_to_payer, make_all_good
from orderflow.pricing import due, order_facts
from orderflow.records import (
    Charge,
    ChargeKind,
    Exchange,
    Fixing,
    Line,
    MoneyAccount,
    Order,
    Reissue,
    Return,
    SentAgain,
    Span,
    Spot,
)
from orderflow.refunds import owed_back
from orderflow.returns import end_return, open_return, untag_returned
from orderflow.sent_again import note_kept, note_sent_again
from orderflow.states import (
    EXCHANGE,
    NOT_LEFT,
    ORDER,
    REISSUE,
    RETURN,
    DocumentFacts,
    OrderMove,
    OrderState,
    ReplacementMove,
    ReplacementState,
    ReturnMove,
    ReturnState,
    UnitState,
)
from orderflow.taxing import taxes_on
from orderflow.units import (
    Chosen,
    LineQuantities,
    astray_to_send_again,
    can_do,
    checked_quantities,
    left_to_send_again,
    unit_of,
)
from orderflow.values import MINOR_MAX, text, unique
from orderflow.withheld import withhold_anew

NewLines: TypeAlias = tuple[NewLine, ...]
"""The lines that go out in an exchange."""

_Chart: TypeAlias = Chart[ReplacementState, ReplacementMove, DocumentFacts]

NOT_YET_OUT: Final = (
    UnitState.OPEN,
    UnitState.BACKORDERED,
    UnitState.TO_BUY,
    UnitState.TO_MAKE,
    UnitState.RESERVED,
    UnitState.ALLOCATED,
)
"""The states in which what is sent anew can still be called off."""


class Progress(StrEnum):
    """How far the goods of a reissue or an exchange are."""

    ASKED = "asked"  # 补发: nothing has left, or something has not
    SHIPPED = "shipped"  # 已补发
    RECEIVED = "received"  # 补发签收


_ARRIVED: Final = frozenset(
    {UnitState.DELIVERED, UnitState.RETURNED, UnitState.REDEEMED, UnitState.LAPSED}
)


def progress(document: Reissue | Exchange, anew: Order | None) -> Progress | None:
    """How far what is sent anew is; `None` where nothing is, since it was rejected or cancelled.

    The least advanced live unit names it: one unit on the shelf keeps all of it asked. Cancelled
    units do not count; without an order, or without a live unit in it, nothing has left yet. What
    its customer has had and is giving back was received.
    """
    if document.state in (ReplacementState.REJECTED, ReplacementState.CANCELLED):
        return None
    spots = [] if anew is None else [spot for _, spot in anew.units()]
    live = [spot for spot in spots if spot.state is not UnitState.CANCELLED]
    if not live or any(spot.state in NOT_LEFT for spot in live):
        return Progress.ASKED
    if all(spot.state in _ARRIVED or spot.slice.returning for spot in live):
        return Progress.RECEIVED
    return Progress.SHIPPED


# --- reissues -----------------------------------------------------------------


@verb("ask_reissue", Reissue)
def ask_reissue(
    case: Case, context: Context, order: str, lines: LineQuantities, reason: str
) -> Step:
    """Ask that units of an order go out again: so many, or all that went astray.

    They were lost, are missing, or are with their customer and faulty; each goes out again once.
    What is sent anew and goes astray too is asked for on the order that sent it. A completed order
    is open again until this is settled.
    """
    step = Step(case, context)
    old = step.now(case.order(text(order, "order")))
    wanted = checked_quantities(lines)
    said = text(reason, "reason")
    _must_be_open(step, old, "reissue")
    pairs = _to_send_again(old, wanted) if wanted else _astray(old)
    astray = {line.id: min(n, astray_to_send_again(old, line)) for line, n in _named(old, pairs)}
    text(case.ref.id, "reissue")
    step.open(Reissue(case.own(Reissue), REISSUE.initial, order, said, pairs))
    for line, n in pairs:
        note_sent_again(step, old.ref, SentAgain(case.ref.id, line, n, astray=astray[line]))
    _reopen(step, old.ref)
    return step


@verb("approve_reissue", Reissue)
def approve_reissue(case: Case, context: Context, anew: str) -> Step:
    """Agree to a reissue: the order `anew` is opened and confirmed, and costs nothing.

    It is on hold as long as the payer's bank has taken back what its goods were paid with.
    """
    step = Step(case, context)
    step.proceed(REISSUE, case.ref, ReplacementMove.APPROVE)
    reissue = step.now(case.own(Reissue))
    old = step.now(case.order(reissue.order))
    lines = tuple(
        attrs.evolve(
            line,
            n=n,
            price=Decimal(0),
            spots=(Spot(UnitState.OPEN, n),),
            cuts=(),
            promised=None,
            kit="",
            per_kit=0,
            fixed=Fixing.PLACING,
            grams_each=0,
            prices=(),
        )
        for line, n in _named(old, reissue.lines)
    )
    ref = _open_anew(step, old, text(anew, "anew"), lines, (), as_the_old=False)
    step.advance(ORDER, ref, OrderMove.CONFIRM, order_facts(step.now(ref)))
    withhold_anew(step, step.now(ref))
    return step


@verb("reject_reissue", Reissue)
def reject_reissue(case: Case, context: Context, reason: str) -> Step:
    """Refuse a reissue; its units may be paid back, or asked for again."""
    step = Step(case, context)
    step.proceed(REISSUE, case.ref, ReplacementMove.REJECT)
    step.note(case.ref, "rejected", reason=text(reason, "reason"))
    _forget_sent_again(step)
    return step


@verb("cancel_reissue", Reissue)
def cancel_reissue(case: Case, context: Context) -> Step:
    """Call a reissue off, with its order, while no unit is with the warehouse."""
    step = Step(case, context)
    reissue = step.now(case.own(Reissue))
    step.proceed(REISSUE, case.ref, ReplacementMove.CANCEL)
    if reissue.anew:
        _call_off(step, case.order(reissue.anew))
    _forget_sent_again(step)
    return step


@verb("settle_reissue", Reissue)
def settle_reissue(case: Case, context: Context) -> Step:
    """End a reissue: every unit that went out has ended its outward life.

    What of it was cancelled, or accepted back, has not been sent again: the unit that it stood for
    may be paid back, or sent once more.
    """
    step = Step(case, context)
    reissue = step.now(case.own(Reissue))
    missing = _not_ended(step, REISSUE, reissue) if reissue.anew else ()
    _end(step, REISSUE, reissue, ReplacementMove.SETTLE, missing)
    anew = step.now(case.order(reissue.anew))
    old = step.now(case.order(reissue.order))
    noted = {row.line: row for row in old.sent_again if row.reissue == case.ref.id}
    for line, n in _named(anew, reissue.lines):
        if line.id in noted:  # else all of it was given back before
            note_kept(step, old.ref, attrs.evolve(noted[line.id], done=True), line, n)
    return step


@verb("hold_reissue", Reissue)
def hold_reissue(case: Case, context: Context, code: str, reason: str) -> Step:
    """Put a named hold on a reissue: it goes no further until that is lifted."""
    step = Step(case, context)
    set_hold(step, case.own(Reissue), code, reason)
    return step


@verb("lift_reissue_hold", Reissue)
def lift_reissue_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold of a reissue."""
    step = Step(case, context)
    step.lift(case.own(Reissue), text(code, "code"))
    return step


# --- exchanges ----------------------------------------------------------------


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
    """
    step = Step(case, context)
    old = step.now(case.order(text(order, "order")))
    _check_new_lines(new, old.currency)
    said = text(reason, "reason", empty=True)
    back = text(returned, "returned")
    _must_be_open(step, old, "exchange")
    open_return(step, case.returned(back), order, lines, reason)
    text(case.ref.id, "exchange")
    wanted = tuple(opened_line(line) for line in new)
    step.open(Exchange(case.own(Exchange), EXCHANGE.initial, order, said, back, wanted))
    return step


@verb("approve_exchange", Exchange)
def approve_exchange(case: Case, context: Context) -> Step:
    """Agree to an exchange and to its return: the goods may come back."""
    step = Step(case, context)
    step.proceed(EXCHANGE, case.ref, ReplacementMove.APPROVE)
    back = _return_of(step)
    if back.state in (ReturnState.ASKED, ReturnState.REJECTED, ReturnState.CANCELLED):
        step.proceed(RETURN, back.ref, ReturnMove.APPROVE)
    return step


@verb("reject_exchange", Exchange)
def reject_exchange(case: Case, context: Context, reason: str) -> Step:
    """Refuse an exchange and its return; the units are as before."""
    step = Step(case, context)
    step.proceed(EXCHANGE, case.ref, ReplacementMove.REJECT)
    step.note(case.ref, "rejected", reason=text(reason, "reason"))
    _end_return(step, ReturnMove.REJECT)
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
    _end_return(step, ReturnMove.CANCEL)
    if exchange.anew:
        _call_off(step, case.order(exchange.anew))
    return step


@verb("send_replacement", Exchange)
def send_replacement(case: Case, context: Context, anew: str) -> Step:
    """Open the order `anew` with the new goods; what is owed back on the old order pays it.

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
        refusals += _not_accepted(step, exchange)
    old = step.now(case.order(exchange.order))
    taxes: tuple[NewCharge, ...] = ()
    try:
        taxes = _taxes(context, old, exchange.wanted)
    except MoveRefused as no_rates:
        refusals += no_rates.refusals
    if refusals:
        raise MoveRefused(tuple(refusals))
    _must_be_open(step, old, "exchange")
    ref = _open_anew(step, old, name, exchange.wanted, taxes, as_the_old=True)
    _pay_over(step, old.ref, ref)
    round_cash(step, ref)
    new = step.now(ref)
    with all_told((*barred_from_cash(step, new), *cover(step, new))):
        confirm_if_ready(step, ref)
    return step


@verb("pay_over", Exchange)
def pay_over(case: Case, context: Context) -> Step:
    """Pay what the new order still costs out of what is owed back on the old one.

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
    old, anew = case.order(exchange.order), case.order(exchange.anew)
    if not _pay_over(step, old, anew):
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(case.ref), move="pay over"),))
    confirm_if_ready(step, anew)
    return step


@verb("settle_exchange", Exchange)
def settle_exchange(case: Case, context: Context) -> Step:
    """End an exchange: its return is settled, and what went out has ended its way.

    What came to be owed back on the old order since then pays what the new one still costs.
    """
    step = Step(case, context)
    exchange = step.now(case.own(Exchange))
    refusals: list[Refusal] = []
    if exchange.state is ReplacementState.APPROVED:
        refusals += _not_settled(step, exchange)
        if exchange.anew:
            refusals += _not_ended(step, EXCHANGE, exchange)
        else:
            refusals.append(Refusal.of("not_sent_anew", exchange=case.ref.id))
    _end(step, EXCHANGE, exchange, ReplacementMove.SETTLE, refusals)
    _pay_over(step, case.order(exchange.order), case.order(exchange.anew))
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
        if _is_accepted(step, exchange):
            back = exchange.returned
            refusals.append(Refusal.of("goods_came", exchange=case.ref.id, returned=back))
    _end(step, EXCHANGE, exchange, ReplacementMove.UNDO, refusals)
    returned = _return_of(step)
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


# --- both ---------------------------------------------------------------------


def _must_be_open(step: Step, order: Order, asked: str) -> None:
    """After-sales begin at a confirmed order and end with its archive."""
    if order.state not in (OrderState.CONFIRMED, OrderState.COMPLETED):
        can = step.chart(ORDER).can(order.state)
        raise IllegalMove(str(order.ref), order.state.value, asked, can)


def _reopen(step: Step, ref: Ref[Order]) -> None:
    order = step.now(ref)
    if order.state is OrderState.COMPLETED:
        step.advance(ORDER, ref, OrderMove.REOPEN, order_facts(order))


def _end(
    step: Step,
    chart: _Chart,
    document: Reissue | Exchange,
    move: ReplacementMove,
    missing: Sequence[Refusal],
) -> None:
    """Settle or undo it; what is missing and what holds it are refused together."""
    if missing:
        held = step.chart(chart).refusals(document.state, move, document_facts(document))
        if step.chart(chart).target(document.state, move) is not None:
            raise MoveRefused((*held, *missing))
    step.proceed(chart, document.ref, move)


def _not_ended(step: Step, chart: _Chart, document: Reissue | Exchange) -> tuple[Refusal, ...]:
    """Why the order that was sent anew has not ended its outward life, if it has not.

    One of which no unit is kept has sent nothing: it is called off, not settled.
    """
    order = step.now(step.case.order(document.anew))
    facts = order_facts(order)
    if facts.units_live:
        return (Refusal.of("not_all_ended", order=document.anew, open=facts.units_live),)
    if not facts.units_kept:
        cancel = step.chart(chart).target(document.state, ReplacementMove.CANCEL)
        state, can = order.state.value, "nothing more" if cancel is None else "cancel"
        return (
            Refusal.of("illegal_move", what=str(order.ref), state=state, move="settle", can=can),
        )
    return ()


def _open_anew(
    step: Step,
    old: Order,
    name: str,
    lines: tuple[Line, ...],
    taxes: Sequence[NewCharge],
    *,
    as_the_old: bool,
) -> Ref[Order]:
    """Open and place the order that sends goods anew, at the prices of its lines.

    What it costs is to be paid as the old one is; what costs nothing, in no way.
    """
    ref = step.case.order(name)
    step.open(
        Order(
            ref=ref,
            state=ORDER.initial,
            currency=old.currency,
            customer=old.customer,
            lines=lines,
            charges=with_charges([_goods(lines, old.currency)], taxes, lines),
            placed_at=step.context.at,
            seller=old.seller,
            channel=old.channel,
            shop=old.shop,
            cash_on_delivery=as_the_old and old.cash_on_delivery,
            priority=old.priority,
            destination=old.destination,
            parent=old.ref.id,
            on_account=as_the_old and old.on_account,
        )
    )
    step.advance(ORDER, ref, OrderMove.PLACE, order_facts(step.now(ref)))
    step.note(step.case.ref, "sent anew", order=name)
    return ref


def _goods(lines: Iterable[Line], currency: str) -> Charge:
    spans = tuple(
        Span(
            line.id,
            0,
            line.n,
            Price(line.price, currency, line.per).times(
                line.n * (line.grams_each or 1), line.rounding
            ),
        )
        for line in lines
    )
    return Charge("goods", ChargeKind.GOODS, sum(span.amount for span in spans), spans)


def _call_off(step: Step, ref: Ref[Order]) -> None:
    """Cancel what was to be sent anew; refused when any of it is with the warehouse or beyond."""
    order = step.now(ref)
    chosen: list[Chosen] = []
    for line, spot in order.units():
        if spot.state in NOT_YET_OUT:
            chosen.append(Chosen(line, spot, spot.n))
        elif spot.state is not UnitState.CANCELLED:
            can = can_do(spot.state, step.context.rules.process, (spot.slice.stage,))
            raise IllegalMove(unit_of(order, line), spot.state.value, "cancel", can)
    if chosen:
        cancel_units(step, ref, chosen)
        step.advance(ORDER, ref, OrderMove.CANCEL, order_facts(step.now(ref)))


# --- behind reissues ----------------------------------------------------------


def _to_send_again(order: Order, wanted: LineQuantities) -> LineQuantities:
    """The wanted units, each of which can be sent again; else a reason for each line."""
    refusals: list[Refusal] = []
    for name, n in wanted:
        line = order.line(name)
        if line is None:
            refusals.append(Refusal.of("no_such_line", order=order.ref.id, line=name))
            continue
        there = left_to_send_again(order, line)
        if n > there:
            refusals.append(
                Refusal.of(
                    "too_many",
                    line=name,
                    order=order.ref.id,
                    asked=n,
                    move="reissue",
                    there=there,
                )
            )
    if refusals:
        raise MoveRefused(tuple(refusals))
    return wanted


def _astray(order: Order) -> LineQuantities:
    """All that was lost or is missing and is not sent again yet."""
    named = [(line.id, astray_to_send_again(order, line)) for line in order.lines]
    pairs = [(line, n) for line, n in named if n]
    if not pairs:
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(order.ref), move="reissue"),))
    return tuple(pairs)


def _named(order: Order, pairs: LineQuantities) -> list[tuple[Line, int]]:
    """The lines of an order that pairs name, with their units."""
    wanted = dict(pairs)
    return [(line, wanted[line.id]) for line in order.lines if line.id in wanted]


def _forget_sent_again(step: Step) -> None:
    """Nothing is sent again after all."""
    reissue = step.now(step.case.own(Reissue))
    for line, _ in reissue.lines:
        row = SentAgain(reissue.ref.id, line, 0)
        note_sent_again(step, step.case.order(reissue.order), row)


# --- behind exchanges ---------------------------------------------------------


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
    goods = (_goods(lines, old.currency),)
    return taxes_on(lines, goods, taxing, old.destination.region, context.at)


def _return_of(step: Step) -> Return:
    exchange = step.now(step.case.own(Exchange))
    return step.now(step.case.returned(exchange.returned))


def _end_return(step: Step, move: ReturnMove) -> None:
    """End the return of an exchange with it, unless its goods have moved or it has ended."""
    back = _return_of(step)
    if back.state is ReturnState.APPROVED:
        move = ReturnMove.CANCEL
    elif back.state is not ReturnState.ASKED:
        return
    step.proceed(RETURN, back.ref, move)
    untag_returned(step, back)


def _not_settled(step: Step, exchange: Exchange) -> tuple[Refusal, ...]:
    back = _return_of(step)
    if back.state is ReturnState.SETTLED:
        return ()
    name, state = exchange.ref.id, back.state.value
    return (Refusal.of("not_back", exchange=name, returned=back.ref.id, state=state),)


def _not_accepted(step: Step, exchange: Exchange) -> tuple[Refusal, ...]:
    """Why the goods of an exchange are not back for good, if they are not."""
    open_ = _not_settled(step, exchange)
    if open_:
        return open_
    if _is_accepted(step, exchange):
        return ()
    back = exchange.returned
    return (Refusal.of("nothing_accepted", exchange=exchange.ref.id, returned=back),)


def _is_accepted(step: Step, exchange: Exchange) -> bool:
    """Whether a unit of its return was accepted; an order without units has none that was."""
    old = step.now(step.case.order(exchange.order))
    return any(
        spot.state is UnitState.RETURNED and spot.slice.returning == exchange.returned
        for _, spot in old.units()
    )


def _leave_or_call_off(step: Step, ref: Ref[Order]) -> None:
    """Call the new order of an undone exchange off where nothing of it is out, else leave it."""
    order = step.now(ref)
    live = [spot.state for _, spot in order.units() if spot.state is not UnitState.CANCELLED]
    # The empty case: an order of which no unit is kept has ended already.
    if live and all(state in NOT_YET_OUT for state in live):
        _call_off(step, ref)
    elif due(order) > 0:
        said = "the goods for which these were sent never came, and these are not paid"
        step.hold(ref, "goods_never_came", said, ())


def _pay_over(step: Step, old: Ref[Order], anew: Ref[Order]) -> bool:
    """Pay the new order out of what is owed back on the old one, payment by payment.

    What a payer's bank has taken of a payment for good is owed back on no order, so it pays none:
    it is made good first. Whether there was anything to pay, and to pay with or to make good.
    """
    wanted = max(0, due(step.now(anew)))
    paid = bool(make_all_good(step, old, owed_back(step.now(old)))) and wanted > 0
    left = min(owed_back(step.now(old)), wanted)
    for tender in step.now(old).tenders:
        ref = step.case.payment(tender.payment)
        part = min(left, tender.applied, left_to_payer(step.now(ref)))
        if part > 0:
            step.add(
                MoneyMoved(ref, MoneyAccount.APPLIED, MoneyAccount.UNAPPLIED, part, old),
                MoneyMoved(ref, MoneyAccount.UNAPPLIED, MoneyAccount.APPLIED, part, anew),
            )
            left -= part
            paid = True
    return paid
