"""What the business allows of each document and unit, move by move: a second table of the charts.

Read it aloud: "cancel: draft, placed, in review, awaiting customer or confirmed, then cancelled,
when nothing is kept and nothing holds it".
It is kept by hand, apart from the charts and the other way round (by what is asked for, not by
where it is asked), so that a row or a guard that somebody takes away is missed here.

Most rows and guards are missed in a walk, too; those that are not stand in `UNSEEN`, each with the
reason why no walk can notice it.
A guard there is no dead code: it keeps the chart true for a host's own verbs, and for whoever
reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from typing import Any, Final

import attrs

from orderflow.records import Hold
from orderflow.states import (
    DocumentFacts,
    Estimate,
    OrderFacts,
    OrderMove,
    OrderState,
    ParcelFacts,
    UnitFacts,
)

TABLE: Final[Mapping[str, str]] = {
    "order": """
        place: draft -> placed | lines
        cancel: draft, placed, in review, awaiting customer, confirmed -> cancelled | nothing
            kept, not held
        review: placed -> in review
        confirm: placed, in review -> confirmed | paid or at the door, not held
        expire: placed, in review, awaiting customer -> expired | unpaid, nothing kept
        reinstate: cancelled, expired -> placed
        ask customer: in review -> awaiting customer
        reject: in review, awaiting customer -> rejected | nothing kept
        answer: awaiting customer -> in review
        complete: confirmed -> completed | all ended, fixed, settled, received, not held
        reopen: completed -> confirmed
        archive: completed -> archived | all ended, settled, window over, not held
    """,
    "unit": """
        backorder: open -> backordered | goods
        reserve: open, backordered -> reserved | goods, not held
        allocate: open, backordered, reserved -> allocated | goods, confirmed, not held
        plan to buy: open, backordered -> to buy | goods, confirmed, not held
        plan to make: open, backordered -> to make | goods, confirmed, not held
        cancel: open, backordered, to buy, to make, reserved, allocated, lost, missing, received
            back -> cancelled | not held
        redeem: open -> redeemed | service, confirmed, not held
        lapse: open -> lapsed | service, confirmed
        buy: to buy -> buying | confirmed, not held
        give up plan: to buy, to make -> open
        arrive: buying, making -> allocated
        ship direct: buying -> shipped
        stop buying: buying -> to buy
        make: to make -> making | confirmed, not held
        stop making: making -> to make
        unreserve: reserved, allocated -> open
        release: allocated -> released | confirmed, not held
        pick: released -> picked
        recall: released, picked, packed -> allocated
        pack: picked -> packed
        ship: packed -> shipped | not held
        make ready: shipped -> ready to collect
        deliver: shipped, ready to collect, lost, missing, going back, sent back -> delivered
        lose: shipped, ready to collect, going back -> lost
        miss: shipped, ready to collect, delivered, sent back -> missing
        turn back: shipped, ready to collect, delivered, lost -> going back
        go on: ready to collect, lost -> shipped
        receive back: delivered, going back -> received back
        accept back: received back -> returned
        reject: received back -> sent back
        mend: received back -> sent back
        restock: received back -> lost
        reopen: received back -> open
        reinstate: cancelled -> open
    """,
    "payment": """
        ask authorise: awaiting -> stays | not held
        ask capture: awaiting, authorised, part captured, deposit taken, balance open,
            balance overdue -> stays | not held
        ask void: awaiting, authorised, part captured, failed, voided, expired -> stays | not held
        authorise: awaiting -> authorised
        capture part: authorised, part captured -> part captured
        capture: awaiting, authorised, part captured, deposit taken, balance open, balance overdue,
            failed, expired, voided -> captured
        fail: awaiting -> failed
        void: awaiting, authorised, due at door -> voided
        expire: awaiting, authorised -> expired
        take deposit: awaiting, authorised, failed, expired, voided -> deposit taken
        owe at door: awaiting -> due at door
        open balance: deposit taken -> balance open | not held
        refund part: deposit taken, balance open, balance overdue, part refunded, disputed,
            collected, short paid -> stays | not held
        refund: deposit taken, balance open, balance overdue, captured, part refunded, remitted
            -> refunded | not held
        charge back: deposit taken, balance open, balance overdue, captured, part captured,
            part refunded, refunded -> disputed
        miss balance: balance open -> balance overdue
        forfeit: balance overdue -> captured | not held
        collect: voided, due at door -> collected
        collect: collected -> stays
        collect: short paid -> stays
        collect: captured, remitted, part refunded, refunded -> short paid
        refund part: due at door, part captured -> stays | not held
        refund: due at door, part captured -> stays | not held
        refund part: captured, refunded, remitted -> part refunded | not held
        refund: refunded, disputed, collected, short paid -> stays | not held
        charge back: disputed -> stays
        settle whole: disputed, part captured, part refunded, refunded -> captured
        settle deposit: disputed, refunded -> deposit taken
        settle balance: disputed, refunded -> balance open
        settle overdue: disputed, refunded -> balance overdue
        settle part: disputed, part captured, refunded, captured -> part refunded
        settle empty: disputed, part captured, captured, part refunded, deposit taken,
            balance open, balance overdue -> refunded
        remit part: collected -> short paid
        remit: collected, short paid -> remitted
        remit part: short paid -> stays
    """,
    "dispatch": """
        send: created -> sent
        refuse: created, sent -> refused
        ask cancel: created, sent, accepted -> cancel asked
        cancel: created, sent, accepted, cancel asked -> cancelled
        finish: created, sent, accepted, cancel asked -> done
        accept: sent -> accepted
        go on: cancel asked -> accepted
    """,
    "parcel": """
        hand over: packed -> shipped | not held
        cancel: packed -> cancelled
        make ready: shipped -> ready to collect
        deliver: shipped, ready to collect, lost -> delivered
        lose: shipped, ready to collect, going back -> lost
        turn back: shipped, ready to collect, lost -> going back
        receive back: going back -> returned
        go on: ready to collect, lost -> shipped
        put right: delivered -> going back
        put right: going back -> delivered
    """,
    "return": """
        approve: asked -> approved | not held
        reject: asked -> rejected
        cancel: asked, approved -> cancelled
        send: approved -> going back
        receive: approved, going back -> received
        settle: going back, received -> settled | not held
        receive: received -> stays
    """,
    "carrier claim": """
        accept: asked, overdue -> accepted
        pay: asked, accepted, overdue -> paid
        reject: asked, overdue -> rejected
        withdraw: asked, accepted, overdue -> withdrawn
        fall overdue: asked, accepted -> overdue
    """,
    "complaint": """
        grant: asked, unanswered -> granted
        answer: asked, unanswered -> answered
        reject: asked, unanswered -> rejected
        withdraw: asked, unanswered -> withdrawn
        leave unanswered: asked -> unanswered
    """,
    "exchange": """
        approve: asked -> approved | not held
        reject: asked -> rejected
        cancel: asked, approved -> cancelled
        settle: approved -> settled | not held
        undo: approved -> undone | not held
    """,
    "reissue": """
        approve: asked -> approved | not held
        reject: asked -> rejected
        cancel: asked, approved -> cancelled
        settle: approved -> settled | not held
    """,
    "purchase": """
        send: created -> sent
        refuse: created, sent -> refused
        ask cancel: created, sent, accepted -> cancel asked
        cancel: created, sent, accepted, cancel asked -> cancelled
        finish: created, sent, accepted, cancel asked -> done
        accept: sent -> accepted
        go on: cancel asked -> accepted
    """,
    "work order": """
        start: planned -> in production
        stop: planned, in production -> stopped
        inspect: in production -> inspecting
        finish: in production, inspecting -> done
        rework: inspecting -> in production
    """,
    "supply": """
        receive: expected -> stays
        close: expected -> closed
    """,
    "stock hold": """
        confirm: running -> confirmed
        use: running, confirmed -> used
        release: running, confirmed -> released
    """,
}
"""By chart: `move: states -> target | conditions`; a line that is indented goes on."""


def is_held(facts: Any, move: str) -> bool:
    """A hold that names the move, or that stops whatever goes onward; giving back never does."""
    onward = move not in ("ask void", "cancel", "refund", "refund part")
    return any(move in hold.blocks or (onward and "onward" in hold.blocks) for hold in facts.holds)


CONDITIONS: Final[Mapping[str, Callable[[Any, str], bool]]] = {
    "lines": lambda facts, move: facts.lines > 0,
    "nothing kept": lambda facts, move: facts.units_kept == 0,
    "unpaid": lambda facts, move: facts.applied_minor == 0,
    "paid or at the door": lambda facts, move: (
        facts.due_minor <= 0 or facts.cash_on_delivery or facts.on_account
    ),
    "all ended": lambda facts, move: facts.units_live == 0 and facts.units_kept > 0,
    "fixed": lambda facts, move: not facts.estimates,
    "settled": lambda facts, move: facts.due_minor == 0,
    "received": lambda facts, move: not facts.receipt_until,
    "window over": lambda facts, move: not facts.window_until,
    "not held": lambda facts, move: not is_held(facts, move),
    "goods": lambda facts, move: not facts.service,
    "service": lambda facts, move: facts.service,
    "confirmed": lambda facts, move: facts.state == "confirmed",
}


@attrs.frozen
class Gate:
    """Where a move leads from a state, and on which conditions."""

    target: str
    conditions: tuple[str, ...]


def gates(chart: str) -> dict[tuple[str, str], Gate]:
    """The gates of a chart by state and move."""
    found: dict[tuple[str, str], Gate] = {}
    for line in _joined(TABLE[chart]):
        move, _, rest = line.partition(": ")
        rest, _, conditions = rest.partition(" | ")
        states, _, target = rest.partition(" -> ")
        for state in states.split(", "):
            named = tuple(conditions.split(", ")) if conditions else ()
            assert (state, move) not in found, f"{chart}: {state}, {move} stands there twice"
            found[state, move] = Gate(state if target == "stays" else target, named)
    return found


def _joined(text: str) -> Iterator[str]:
    """The lines of a table; a line that is indented further belongs to the one before it."""
    lines: list[str] = []
    for line in text.strip("\n").split("\n"):
        if line.startswith(" " * 12):
            lines[-1] += " " + line.strip()
        elif line.strip():
            lines.append(line.strip())
    yield from lines


def leads(chart: str, state: str, move: str, facts: Any) -> str | None:
    """Where the business lets a move lead; `None` where it does not allow it."""
    gate = gates(chart).get((state, move))
    if gate is None or not all(CONDITIONS[one](facts, move) for one in gate.conditions):
        return None
    return gate.target


def situations(chart: str, move: str) -> Iterator[Any]:
    """Facts for every outcome of every condition."""
    every: tuple[tuple[Hold, ...], ...] = (
        (),
        (Hold("stop", "", "", ("onward",)),),
        (Hold("this", "", "", (move,)),),
        (Hold("that", "", "", ("another",)), Hold("ask", "", "", ())),
    )
    if chart == "unit":
        states = (OrderState.PLACED, OrderState.CONFIRMED)
        for state, holds, service in product(states, every, (False, True)):
            yield UnitFacts("o-17", state, holds, "1", service)
    elif chart == "order":
        counts = product((0, 1), (0, 2), (0, 3), (-1, 0, 1), (0, 300))
        for lines, live, kept, owed, applied in counts:
            for door, holds, receipt, window in product((False, True), every, ("", "x"), ("", "x")):
                seen = OrderFacts(
                    "o-17", lines, live, kept, owed, applied, "EUR", door, holds, receipt, window
                )
                yield seen
                if move == OrderMove.CONFIRM:
                    yield attrs.evolve(seen, on_account=True)
                if move == OrderMove.COMPLETE:  # no other asks for it
                    yield attrs.evolve(seen, estimates=(Estimate("1", 2, "weighing"),))
    elif chart == "parcel":
        for holds in every:
            yield ParcelFacts("parcel p-1", holds, 100)
    else:
        for holds in every:
            yield DocumentFacts("it", holds)


UNSEEN: Final[Mapping[str, tuple[str, ...]]] = {
    "the verb gives up all units first, and ends their order only when none is kept": (
        "order: draft, cancel [no_unit_kept]",
        "order: placed, cancel [no_unit_kept]",
        "order: in review, cancel [no_unit_kept]",
        "order: awaiting customer, cancel [no_unit_kept]",
        "order: confirmed, cancel [no_unit_kept]",
        "order: in review, reject [no_unit_kept]",
        "order: awaiting customer, reject [no_unit_kept]",
    ),
    "scans that no row follows are recorded all the same, and ask under a hold": (
        "parcel: ready to collect, go on",
        "parcel: lost, go on",
        "parcel: going back, put right",
    ),
    "the same hold stops the last unit, with which its order would be cancelled": (
        "order: placed, cancel [not_held]",
        "order: in review, cancel [not_held]",
        "order: awaiting customer, cancel [not_held]",
        "order: confirmed, cancel [not_held]",
    ),
    "the verb gives units up only where nothing is paid, so each of the two stands for the other": (
        "order: placed, expire [nothing_paid]",
        "order: placed, expire [no_unit_kept]",
        "order: in review, expire [nothing_paid]",
        "order: in review, expire [no_unit_kept]",
        "order: awaiting customer, expire [nothing_paid]",
        "order: awaiting customer, expire [no_unit_kept]",
    ),
    "the verb looks first, by the row of open units, before it plans": (
        "unit: backordered, reserve [not_held]",
        "unit: backordered, allocate [not_held]",
        "unit: reserved, allocate [not_held]",
        "unit: reserved, allocate [order_confirmed]",
    ),
    "a service never gets so far: nobody reserves it, and nobody waits for its goods": (
        "unit: open, backorder [is_goods]",
        "unit: backordered, reserve [is_goods]",
        "unit: backordered, allocate [is_goods]",
        "unit: backordered, plan to buy [is_goods]",
        "unit: backordered, plan to make [is_goods]",
        "unit: reserved, allocate [is_goods]",
    ),
    "only a confirmed order gets so far, and it stays so as long as units are under way": (
        "unit: backordered, allocate [order_confirmed]",
        "unit: backordered, plan to buy [order_confirmed]",
        "unit: backordered, plan to make [order_confirmed]",
        "unit: to buy, buy [order_confirmed]",
        "unit: to make, make [order_confirmed]",
        "unit: allocated, release [order_confirmed]",
    ),
    "it leads where the payment stands already, and the money is recorded in any state": (
        "payment: disputed, charge back",
        "payment: short paid, remit part",
    ),
    "the money is recorded in any state, and collected or short paid is a word only": (
        "payment: collected, remit part",
    ),
}
"""What only this table misses: rows and guards by the reason why no walk can."""
