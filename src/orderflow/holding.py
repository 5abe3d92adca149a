"""Named holds that a person sets.

It knows what such a hold may name, and refuses to know what becomes of its document.

Problem: a hold that blocks nothing, since its move is misspelt, is found when the goods have left.
Observation: which moves a hold can block stands in the rows of the charts that the host has.
Decision: a hold names moves of these rows alone, and a second one of its name is refused: the verbs
that set holds by themselves ask `Step.hold`, for which one that is there is enough.
"""

from __future__ import annotations

from orderflow.calls import Ref
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.journal import Step, holds_of
from orderflow.records import Document
from orderflow.states import ONWARD, AnyChart, held_moves
from orderflow.values import several, text


def set_hold(
    step: Step,
    ref: Ref[Document],
    code: str,
    reason: str,
    blocks: tuple[str, ...] = ONWARD,
    *,
    ours: frozenset[str] = frozenset(),
) -> None:
    """Set a named hold that a person asks for; what it blocks is checked before.

    `ours` are the names that verbs set by themselves: what they set they lift.
    """
    if text(code, "code") in ours:
        names = ", ".join(sorted(ours))
        raise BadInput("code", f"a name that no verb sets by itself is wanted, none of {names}")
    text(reason, "reason")
    if any(earlier.code == code for earlier in holds_of(step.now(ref))):
        raise MoveRefused((Refusal.of("already_there", kind="hold", id=code),))
    step.hold(ref, code, reason, blocks)


def checked_blocks(step: Step, blocks: tuple[str, ...], *ours: AnyChart) -> tuple[str, ...]:
    """The moves that a hold names, each of which asks for holds in a host's chart; or none."""
    if blocks == ():
        return ()
    names = several(blocks, "blocks")
    can = sorted({*ONWARD, *[move for chart in ours for move in held_moves(step.chart(chart))]})
    for i, name in enumerate(names):
        if name not in can:
            raise BadInput(f"blocks[{i}]", f"{name} is none of {', '.join(can)}")
    return names
