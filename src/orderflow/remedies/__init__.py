"""What would help against a refusal: calls that were tried before they are offered.

It knows where to look for help, and refuses to know what a guard thinks: whether a candidate helps
is found out by trying it.

Problem: "not enough stock" and "the order is on hold" are true and useless; a clerk wants to be
told what to do.
A library that only *supposes* what would help sends people from one refusal to the next.
Observation: the figures of a refusal nearly always name the way out: how many can, when it is
over, which hold, how much is owed.
Decision: for each code one small function makes candidates of the figures; each candidate is
applied to an imagined copy of what was read, and the refused call is asked again.
Only what makes it succeed, or removes this one reason when others remain, is offered.
Where nothing helps, nothing is offered.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator

import attrs

from orderflow.calls import Call, Remedy
from orderflow.errors import BadInput, Refusal
from orderflow.journal import Context
from orderflow.records import Document
from orderflow.remedies.amounts import OF_AMOUNTS
from orderflow.remedies.asked import Asked
from orderflow.remedies.units import OF_UNITS
from orderflow.trial import Imagined, Source, tried

__all__ = ["explained"]


def explained(source: Source, call: Call[Document], context: Context) -> tuple[Refusal, ...]:
    """Every reason against a call, each with the remedies that help against it."""
    _, refusals = tried(source, call, context)
    asked = Asked(call, source)
    return tuple(
        attrs.evolve(refusal, remedies=tuple(_helping(asked, context, refusal, refusals)))
        for refusal in refusals
    )


def _helping(
    asked: Asked, context: Context, refusal: Refusal, refusals: tuple[Refusal, ...]
) -> Iterator[Remedy[Document]]:
    """The candidates against a refusal that do help, each once."""
    find = _CANDIDATES.get(refusal.code)
    if find is None:
        return
    offered: set[str] = set()
    for remedy in find(asked, dict(refusal.facts)):
        if repr(remedy) in offered:
            continue
        left = _left(asked, context, remedy)
        instead = _is_instead(asked.call, remedy)
        if left is not None and _gone(refusal, refusals, left, instead=instead):
            offered.add(repr(remedy))
            yield remedy


def _gone(
    refusal: Refusal, before: tuple[Refusal, ...], after: tuple[Refusal, ...], *, instead: bool
) -> bool:
    """Whether a reason is gone, and none of its kind has come in its place.

    The call itself, made otherwise, must not meet any new reason either: it is offered as what
    would pass. After another call was made first, a reason may show that the first one had hidden.
    """
    left = Tally(one.code for one in before if one != refusal)
    come = Tally(one.code for one in after)
    if instead:
        return refusal not in after and come <= left
    return refusal not in after and come[refusal.code] <= left[refusal.code]


def _is_instead(call: Call[Document], remedy: Remedy[Document]) -> bool:
    return (remedy.verb, remedy.ref) == (call.verb, call.ref)


def _left(asked: Asked, context: Context, remedy: Remedy[Document]) -> tuple[Refusal, ...] | None:
    """What still speaks against the call after a remedy; `None` when that cannot be made itself."""
    call = asked.call
    later = context if remedy.at is None else attrs.evolve(context, at=remedy.at)
    try:
        if _is_instead(call, remedy):
            return tried(asked.source, remedy, later)[1]
        step, _ = tried(asked.source, remedy, later)
        if step is None:
            return None
        imagined = Imagined(asked.source)
        imagined.after(step)
        return tried(imagined, call, later)[1]
    except BadInput:
        return None


_CANDIDATES = {**OF_UNITS, **OF_AMOUNTS}
