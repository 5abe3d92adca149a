"""The old goods of an exchange: its return, and whether anything of it was accepted.

It knows the return beside an exchange, and refuses to know what goes out for it.
"""

from __future__ import annotations

from orderflow.errors import Refusal
from orderflow.journal import Step
from orderflow.records import Exchange, Return
from orderflow.returns import untag_returned
from orderflow.states import RETURN, ReturnMove, ReturnState, UnitState


def return_of(step: Step) -> Return:
    """The return of the exchange that a step is about, as it is now."""
    exchange = step.now(step.case.own(Exchange))
    return step.now(step.case.returned(exchange.returned))


def end_return_of(step: Step, move: ReturnMove) -> None:
    """End the return of an exchange with it, unless its goods have moved or it has ended."""
    back = return_of(step)
    if back.state is ReturnState.APPROVED:
        move = ReturnMove.CANCEL
    elif back.state is not ReturnState.ASKED:
        return
    step.proceed(RETURN, back.ref, move)
    untag_returned(step, back)


def not_settled(step: Step, exchange: Exchange) -> tuple[Refusal, ...]:
    """Why the return of an exchange is not settled, if it is not."""
    back = return_of(step)
    if back.state is ReturnState.SETTLED:
        return ()
    name, state = exchange.ref.id, back.state.value
    return (Refusal.of("not_back", exchange=name, returned=back.ref.id, state=state),)


def not_accepted(step: Step, exchange: Exchange) -> tuple[Refusal, ...]:
    """Why the goods of an exchange are not back for good, if they are not."""
    open_ = not_settled(step, exchange)
    if open_:
        return open_
    if is_accepted(step, exchange):
        return ()
    back = exchange.returned
    return (Refusal.of("nothing_accepted", exchange=exchange.ref.id, returned=back),)


def is_accepted(step: Step, exchange: Exchange) -> bool:
    """Whether a unit of its return was accepted; an order without units has none that was."""
    old = step.now(step.case.order(exchange.order))
    return any(
        spot.state is UnitState.RETURNED and spot.slice.returning == exchange.returned
        for _, spot in old.units()
    )
