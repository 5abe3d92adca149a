"""What is asked of a call and of a document, wherever a walk meets them.

It knows how the library's answer is compared with a second one, and refuses to know which worlds
there are and in which order they are walked.

A second opinion is only worth something when it is not the first one again: it sees documents and
figures as they stand, and neither the verb nor its charts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import attrs

from orderflow.calls import Call
from orderflow.errors import Refusal
from orderflow.journal import Context
from orderflow.records import Document
from orderflow.rules import Rules
from orderflow.testing.invariants import Invariant
from orderflow.testing.memo import Seen
from orderflow.testing.world import AnyRef, Effect, effect_of
from orderflow.trial import tried

AnyCall: TypeAlias = Call[Document]

Allows: TypeAlias = Callable[[Seen, AnyCall], bool | None]
"""A second opinion: whether the business allows a call in a world; `None` where it has none."""

Comes: TypeAlias = Callable[[Seen, AnyCall, Mapping[AnyRef, Document]], str]
"""A second opinion on what has come of a call: the documents that it changed, as they are now.

Empty text where it agrees, else what is wrong.
"""

OUTSIDE: Final = frozenset(
    {
        "accept_dispatch",
        "accept_purchase",
        "answer",
        "answer_cash_change",
        "cancel_purchase",
        "charge_back",
        "confirm_receipt",
        "finish_production",
        "found",
        "inspect_production",
        "pick_short",
        "receive_back",
        "receive_purchase",
        "receive_return",
        "receive_supply",
        "record_answer",
        "record_booking",
        "record_notice",
        "record_return_label",
        "record_return_scan",
        "record_return_scans",
        "record_scan",
        "record_scans",
        "record_shortfall",
        "refuse_cancel_dispatch",
        "report_shipped",
        "refuse_cancel_purchase",
        "refuse_dispatch",
        "refuse_purchase",
        "remit",
        "report_missing",
        "rework",
        "settle_dispute",
        "ship_direct",
    }
)
"""The verbs that record what has happened outside: none may be refused in any world.

What is said of a document that is not there is.
"""

_OF_NOTHING: Final = frozenset({"not_found", "no_bank"})
"""What a report is told that is about something that is not there: it cannot have happened."""

OPENS: Final = frozenset({"report_shipped", "ship_direct"})
"""Those of them that open the document that they are called on."""


@attrs.frozen
class Outcome:
    """What became of a call: an effect, or the reasons against it; and what is wrong with that."""

    effect: Effect | None
    refusals: tuple[Refusal, ...]
    wrong: str = ""


@attrs.frozen
class Judge:
    """Asks the library by a host's rules, and compares what it says with what must hold."""

    rules: Rules
    invariants: Mapping[str, Invariant]
    allows: Allows | None = None
    comes: Comes | None = None

    def outcome(self, seen: Seen, call: AnyCall) -> Outcome:
        """Try a call in a world, and judge what the library says and does."""
        try:
            step, refusals = tried(seen, call, Context(seen.at, "", self.rules))
        except ValueError as wrong:
            return Outcome(None, (), f"{call.verb} fails: {wrong}")
        effect = None if step is None else effect_of(step)
        return Outcome(effect, refusals, self._wrong(seen, call, effect, refusals))

    def broken(self, seen: Seen, document: Document) -> str:
        """The first invariant that a document breaks, with what breaks it."""
        for name, invariant in self.invariants.items():
            said = invariant(seen, document)
            if said:
                return f"{name}: {document.ref}: {said}"
        return ""

    def _wrong(
        self, seen: Seen, call: AnyCall, effect: Effect | None, refusals: tuple[Refusal, ...]
    ) -> str:
        said = "; ".join(map(str, refusals))
        opinion = None if self.allows is None else self.allows(seen, call)
        if effect is None and call.verb in OUTSIDE and _is_told(seen, call, refusals):
            return f"what has happened is not recorded by {call.verb}: {said}"
        if effect is None and opinion is True:
            return f"{call.verb} is refused ({said}), and the business allows it"
        if effect is not None and opinion is False:
            return f"{call.verb} is carried out, and the business forbids it"
        if effect is not None and self.comes is not None:
            wrong = self.comes(seen, call, effect.documents)
            return f"{call.verb}: {wrong}" if wrong else ""
        return ""


def _is_told(seen: Seen, call: AnyCall, refusals: tuple[Refusal, ...]) -> bool:
    """Whether a report is about what is there, and opens a document that is not."""
    there = seen.load(call.ref) is not None
    return there is not (call.verb in OPENS) and all(
        refusal.code not in _OF_NOTHING
        for refusal in refusals  # none: nothing is missed
    )
