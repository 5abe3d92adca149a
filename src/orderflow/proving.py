"""Evidence for what a customer asks: pictures, films, and what was said about it.

It knows how much of it is wanted and what has come, and refuses to know what it shows: pictures,
films and talks are references into the host's own systems, and so are the people in them.

How many pieces are wanted is written down when something is asked, so that a rule that changes
later asks for no more. Until they have come nobody agrees, and the customer is waited for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from typing import TypeAlias

from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal
from orderflow.facts import EVIDENCE, TALK
from orderflow.journal import Case, Context, Step, verb
from orderflow.reasons import EVIDENCE_MAX
from orderflow.records import Complaint, Return
from orderflow.states import RETURN
from orderflow.values import text, unique

Proved: TypeAlias = Return | Complaint
"""What evidence is given for."""


@verb("add_evidence", Return)
def add_evidence(
    case: Case, context: Context, evidence: tuple[str, ...] = (), words: str = ""
) -> Step:
    """Add references of pictures or films to a return that is not over, or words about it.

    A reference that is there already is not added again.
    """
    step = Step(case, context)
    note_evidence(step, step.now(case.own(Return)), RETURN.ends, evidence, words)
    return step


@verb("record_talk", Return)
def record_talk(case: Case, context: Context, reference: str) -> Step:
    """Record that staff and customer have talked about a return: the talk's own reference."""
    step = Step(case, context)
    note_talk(step, step.now(case.own(Return)), RETURN.ends, reference)
    return step


def note_evidence(
    step: Step,
    about: Proved,
    ends: Collection[StrEnum],
    evidence: tuple[str, ...],
    words: str,
) -> None:
    """Note what is new of evidence and words for what is in none of its `ends`."""
    _must_be_open(about, ends, "add evidence")
    new = [one for one in checked_evidence(evidence) if one not in about.evidence]
    said = text(words, "words", empty=True)
    if len(about.evidence) + len(new) > EVIDENCE_MAX:
        raise BadInput("evidence", f"with what is there that is more than {EVIDENCE_MAX}")
    if not new and not said:
        raise MoveRefused((Refusal.of("nothing_new", what=str(about.ref)),))
    for one in new:
        step.note(about.ref, EVIDENCE, reference=one)
    if said:
        step.note(about.ref, EVIDENCE, words=said)


def note_talk(step: Step, about: Proved, ends: Collection[StrEnum], reference: str) -> None:
    """Note a talk about what is in none of its `ends`, once."""
    _must_be_open(about, ends, "record talk")
    said = text(reference, "reference")
    if said in about.talks:
        raise MoveRefused((Refusal.of("nothing_new", what=str(about.ref)),))
    step.note(about.ref, TALK, reference=said)


def checked_evidence(evidence: object) -> tuple[str, ...]:
    """References of pictures and films, each once; there may be none."""
    if not isinstance(evidence, tuple | list) or len(evidence) > EVIDENCE_MAX:
        raise BadInput("evidence", f"a tuple of at most {EVIDENCE_MAX} references is wanted")
    names = tuple([text(one, f"evidence[{i}]") for i, one in enumerate(evidence)])
    unique(names, "evidence")
    return names


def lacks_evidence(about: Proved) -> Iterator[Refusal]:
    """That less evidence has come than is wanted."""
    if about.lacks_evidence:
        wanted, there = about.evidence_wanted, len(about.evidence)
        yield Refusal.of("evidence_wanted", what=str(about.ref), wanted=wanted, there=there)


def _must_be_open(about: Proved, ends: Collection[StrEnum], move: str) -> None:
    if about.state in ends:
        raise IllegalMove(str(about.ref), about.state.value, move, ())
