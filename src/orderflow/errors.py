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
    ├── CarrierFailed       a carrier gave no answer: whether it did as asked is unknown
    ├── WarehouseFailed     a warehouse gave no answer: whether it did as asked is unknown
    ├── GatewayFailed       a payment gateway gave none
    └── WebhookRejected     a message from outside is not taken; nothing has changed

Mistakes of a programmer (an unknown verb, a guard over the wrong facts) are `TypeError` and
`ValueError` as everywhere in Python.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from typing import Any

import attrs

from orderflow.calls import Remedy
from orderflow.currencies import in_main_unit
from orderflow.sentences import OF_ONE, SENTENCES, Language, in_chinese

Figure = str | int


@attrs.frozen
class Refusal:
    """One reason why not: a stable code and the figures that the guard used.

    `facts` are (name, figure) pairs in the order of the guard; figures are text or whole numbers.
    `remedies` are calls that were tried and help; only `why_not` and `options` look for them, so
    two refusals are equal without them.
    """

    code: str
    facts: tuple[tuple[str, Figure], ...] = ()
    remedies: tuple[Remedy[Any], ...] = attrs.field(default=(), eq=False)  # of any document

    @classmethod
    def of(cls, code: str, /, **facts: Figure) -> Refusal:
        """Build a refusal from named figures; an unknown code is a `ValueError`."""
        if code not in SENTENCES:
            raise ValueError(f"no such refusal: {code}")
        return cls(code, tuple(facts.items()))

    @property
    def sentence(self) -> str:
        """The reason in words, for a clerk: `say("en")`."""
        return self.say("en")

    def say(self, language: Language) -> str:
        """The reason in words, in English (`en`) or Chinese (`zh`).

        Where a currency is among the figures, whole numbers are its minor units.
        """
        figures = dict(self.facts)
        currency = figures.get("currency")
        for name, figure in self.facts:
            if isinstance(figure, int):
                if isinstance(currency, str):
                    figures[name] = in_main_unit(figure, currency)
            elif language == "zh":
                figures[name] = in_chinese(name, figure, dict(self.facts))
        counted, of_one = OF_ONE.get(self.code, ("", ""))
        is_one = language == "en" and figures.get(counted) == 1
        return (of_one if is_one else SENTENCES[self.code][language]).format_map(figures)

    def __str__(self) -> str:
        return self.sentence


class OrderflowError(Exception):
    """The root: whoever catches it has caught all that the library raises on purpose."""


class Refused(OrderflowError):
    """The business says no, for every reason in `refusals`; nothing has changed."""

    __slots__ = ("_refusals",)  # raised and caught often: `why_not` asks by trying

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        self._refusals = refusals

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Every reason."""
        return self._refusals

    def __str__(self) -> str:
        return "; ".join(refusal.sentence for refusal in self.refusals)


@contextmanager
def all_told(reasons: Iterable[Refusal]) -> Generator[None]:
    """Refuse what is done inside for these reasons and for its own, all of them told at once."""
    known = tuple(reasons)
    try:
        yield
    except Refused as no:
        if not known:
            raise
        raise MoveRefused((*known, *no.refusals)) from None
    if known:
        raise MoveRefused(known)


class IllegalMove(Refused):
    """Wrong time: the state knows no such move. `can` lists the moves that it knows."""

    __slots__ = ("can", "move", "state", "what")

    def __init__(self, what: str, state: str, move: str, can: tuple[str, ...]) -> None:
        self.what = what
        self.state = state
        self.move = move
        self.can = can

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """The one reason, made when somebody looks: many a caller only asks whether it can be."""
        figures = {
            "what": self.what,
            "state": str(self.state),  # the gate hands over members of an enumeration
            "move": str(self.move),
            "can": ", ".join(self.can) or "nothing more",
        }
        return (Refusal.of("illegal_move", **figures),)


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


class WarehouseFailed(OrderflowError):
    """Another's warehouse gave no answer: whether it did as asked is unknown.

    Ask again with the same key.
    """

    def __init__(self, warehouse: str, asked: str, key: str, reason: str) -> None:
        super().__init__(warehouse, asked, key, reason)
        self.warehouse, self.asked, self.key, self.reason = warehouse, asked, key, reason

    def __str__(self) -> str:
        again = f"ask again with key {self.key}"
        return f"{self.warehouse} gave no answer to {self.asked} ({self.reason}): {again}"


class GatewayFailed(OrderflowError):
    """A payment gateway gave no answer: whether it did as asked is unknown.

    Ask for what has become of the same key, or send it again.
    """

    def __init__(self, gateway: str, asked: str, key: str, reason: str) -> None:
        super().__init__(gateway, asked, key, reason)
        self.gateway, self.asked, self.key, self.reason = gateway, asked, key, reason

    def __str__(self) -> str:
        again = f"query key {self.key}, or send it again"
        return f"{self.gateway} gave no answer to {self.asked} ({self.reason}): {again}"


class WebhookRejected(OrderflowError):
    """A message from outside that is not taken: `code` says why, `reason` in a sentence.

    Of `code` "repeated" the message was taken before: whoever sends it should hear that all is
    well, or it is sent again and again.
    """

    def __init__(self, scheme: str, code: str, reason: str) -> None:
        super().__init__(scheme, code, reason)
        self.scheme, self.code, self.reason = scheme, code, reason

    def __str__(self) -> str:
        return f"message of {self.scheme} rejected: {self.reason}"
