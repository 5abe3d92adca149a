"""Every way in which the library says no, or cannot say yes.

It knows refusals and exceptions, and refuses to know what they are about: an order, a shelf or a
payment is a name and a few figures here.

A clerk who is told *no* needs the reason, the figures behind it and what may be done instead; a
program needs a code that does not change with the wording.
So a `Refusal` is a code with figures, and its sentence is looked up in one catalogue.
All reasons are collected before anything is raised: fixing the first to meet the second is what
users of every other system complain of.

The tree::

    OrderflowError
    ├── Refused             the business says no; `refusals` has every reason; nothing has changed
    │   ├── IllegalMove     wrong time: the state has no such move; `can` lists what it has
    │   ├── MoveRefused     right time, conditions unmet
    │   ├── Short           more was asked than is there; every short position is named
    │   └── NotFound        there is no such document
    ├── BadInput            (also a ValueError) a value that cannot be taken, with the path to it
    ├── KeyReused           the same key came with another question
    ├── Stale               somebody else changed a document in between (retried by the shell)
    ├── RetryExhausted      it stayed stale, short or busy for too many tries
    ├── OutcomeUnknown      the store could not say whether it committed: send the same key again
    ├── StoreUnavailable    the store cannot be opened, read or written; nothing has changed
    └── CarrierFailed       a carrier gave no answer: whether it did as asked is unknown

Mistakes of a programmer (an unknown verb, a guard over the wrong facts) are `TypeError` and
`ValueError` as everywhere in Python.
"""

from __future__ import annotations

from typing import Final

import attrs

from orderflow.currencies import in_main_unit

Figure = str | int

SENTENCES: Final[dict[str, str]] = {
    "illegal_move": "{what} is {state}: cannot {move} (can: {can})",
    "not_found": "there is no {kind} {id}",
    "already_there": "{kind} {id} is there already",
    "number_taken": "number {number} of {channel} is taken by order {id}",
    "short": "{sku} at {location}: {asked} asked, {free} free",
    "nothing_to_do": "no unit of {what} can {move}",
    "too_many": "line {line} of order {order}: {asked} asked to {move}, {there} can",
    "no_such_line": "order {order} has no line {line}",
    "not_confirmed": "order {order} is {state}, not confirmed",
    "on_hold": "{what} is on hold: {hold} ({reason})",
    "not_paid": "order {order} is not paid: {due} {currency} due",
    "not_all_ended": "order {order} has {open} units that are still under way",
    "money_owed": "order {order} is not settled: {balance} {currency} open",
    "no_lines": "order {order} has no lines",
    "no_stock": "nothing is free for order {order}",
    "window_closed": "the return window of order {order} closed on {closed}",
    "over_refund": "{asked} {currency} asked back, {owed} owed to order {order}",
    "nothing_owed": "nothing is owed back on order {order}",
    "wrong_currency": "payment {payment} is in {given}, order {order} in {wanted}",
    "over_applied": "payment {payment}: {asked} {currency} to apply, {free} there",
    "overpaid": "order {order}: {asked} {currency} offered, {due} due",
    "not_cash_on_delivery": "order {order} is not cash on delivery",
    "other_destination": "order {order} goes elsewhere than the parcel",
    "wrong_location": "the units stand at {found}, not at {asked}",
    "several_locations": "order {order} stands at several locations: {locations}",
    "hold_expired": "stock hold {hold} ran out at {until}",
    "not_due": "order {order} may be paid until {until}",
    "payment_not_due": "payment {payment} may be answered for until {until}",
    "hold_not_set": "{what} has no hold {hold}",
    "supply_closed": "supply {supply} is closed",
    "not_enough_due": "supply {supply}: {asked} asked, {free} of {sku} still to be promised",
    "carrier_refused": "{carrier} says no to {asked} of parcel {parcel}: {reason}",
    "nothing_to_remit": "payment {payment}: {asked} {currency} remitted, {owed} still owed",
}
"""Each refusal's sentence in English, by code. A code never changes its meaning."""


@attrs.frozen
class Refusal:
    """One reason why not: a stable code and the figures that the guard used.

    `facts` are (name, figure) pairs in the order of the guard; figures are text or whole numbers.
    """

    code: str
    facts: tuple[tuple[str, Figure], ...] = ()

    @classmethod
    def of(cls, code: str, /, **facts: Figure) -> Refusal:
        """Build a refusal from named figures; an unknown code is a `ValueError`."""
        if code not in SENTENCES:
            raise ValueError(f"no such refusal: {code}")
        return cls(code, tuple(facts.items()))

    @property
    def sentence(self) -> str:
        """The reason in words, for a clerk.

        Where a currency is among the figures, whole numbers are its minor units.
        """
        figures = dict(self.facts)
        currency = figures.get("currency")
        if isinstance(currency, str):
            for name, figure in self.facts:
                if isinstance(figure, int):
                    figures[name] = in_main_unit(figure, currency)
        return SENTENCES[self.code].format_map(figures)

    def __str__(self) -> str:
        return self.sentence


class OrderflowError(Exception):
    """The root: whoever catches it has caught all that the library raises on purpose."""


class Refused(OrderflowError):
    """The business says no, for every reason in `refusals`; nothing has changed."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__(refusals)
        self.refusals = refusals

    def __str__(self) -> str:
        return "; ".join(refusal.sentence for refusal in self.refusals)


class IllegalMove(Refused):
    """Wrong time: the state knows no such move. `can` lists the moves that it knows."""

    def __init__(self, what: str, state: str, move: str, can: tuple[str, ...]) -> None:
        listed = ", ".join(can) or "nothing more"
        super().__init__(
            (Refusal.of("illegal_move", what=what, state=state, move=move, can=listed),)
        )
        self.args = (what, state, move, can)
        self.what, self.state, self.move, self.can = what, state, move, can


class MoveRefused(Refused):
    """Right time, but conditions are unmet: all of them are in `refusals`."""


class Short(Refused):
    """More was asked than is there; each short position is a refusal of its own."""


class NotFound(Refused):
    """There is no such document."""

    def __init__(self, kind: str, id: str) -> None:
        super().__init__((Refusal.of("not_found", kind=kind, id=id),))
        self.args = (kind, id)
        self.kind, self.id = kind, id


class BadInput(OrderflowError, ValueError):
    """A value that cannot be taken: `path` says where it stood, `reason` what is wrong with it."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(path, reason)
        self.path, self.reason = path, reason

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class KeyReused(OrderflowError):
    """The key of an earlier command came with another question."""

    def __init__(self, key: str, verb: str) -> None:
        super().__init__(key, verb)
        self.key, self.verb = key, verb

    def __str__(self) -> str:
        return f"key {self.key} was used before, for another {self.verb}"


class Stale(OrderflowError):
    """Somebody else changed a document that this command read."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def __str__(self) -> str:
        return f"{self.what} has changed in between"


class RetryExhausted(OrderflowError):
    """The command met other writers in each of its tries; it has changed nothing."""

    def __init__(self, verb: str, tries: int) -> None:
        super().__init__(verb, tries)
        self.verb, self.tries = verb, tries

    def __str__(self) -> str:
        return f"{self.verb} met other writers {self.tries} times and gave up; nothing has changed"


class OutcomeUnknown(OrderflowError):
    """The store failed while committing: whether it did is unknown. Send the same key again."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key

    def __str__(self) -> str:
        return f"the outcome of {self.key} is unknown: send it again with the same key"


class StoreUnavailable(OrderflowError):
    """The store cannot be opened, read or written; nothing has changed."""

    def __init__(self, store: str, reason: str) -> None:
        super().__init__(store, reason)
        self.store, self.reason = store, reason

    def __str__(self) -> str:
        return f"{self.store}: {self.reason}"


class CarrierFailed(OrderflowError):
    """A carrier gave no answer: whether it did as asked is unknown. Ask again with the same key."""

    def __init__(self, carrier: str, asked: str, key: str, reason: str) -> None:
        super().__init__(carrier, asked, key, reason)
        self.carrier, self.asked, self.key, self.reason = carrier, asked, key, reason

    def __str__(self) -> str:
        again = f"ask again with key {self.key}" if self.key else "ask again"
        return f"{self.carrier} gave no answer to {self.asked} ({self.reason}): {again}"
