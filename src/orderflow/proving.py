"""Evidence for what a customer asks: pictures, films, and what was said about it.

It knows how much of it is wanted and what has come, and refuses to know what it shows: pictures,
films and talks are references into the host's own systems, and so are the people in them.

How many pieces are wanted is written down when something is asked, so that a rule that changes
later asks for no more. Until they have come nobody agrees, and the customer is waited for.
"""

from __future__ import annotations

from collections.abc import Iterator

from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal
from orderflow.facts import EVIDENCE, TALK
from orderflow.journal import Case, Context, Step, verb
from orderflow.reasons import EVIDENCE_MAX
from orderflow.records import Return
from orderflow.states import RETURN
from orderflow.values import text, unique


@verb("add_evidence", Return)
def add_evidence(
    case: Case, context: Context, evidence: tuple[str, ...] = (), words: str = ""
) -> Step:
    """Add references of pictures or films to a return that is not over, or words about it.

    A reference that is there already is not added again.
    """
    step = Step(case, context)
    returned = step.now(case.own(Return))
    _must_be_open(returned, "add evidence")
    new = [one for one in checked_evidence(evidence) if one not in returned.evidence]
    said = text(words, "words", empty=True)
    if len(returned.evidence) + len(new) > EVIDENCE_MAX:
        raise BadInput("evidence", f"with what is there that is more than {EVIDENCE_MAX}")
    if not new and not said:
        raise MoveRefused(
            (Refusal.of("nothing_to_do", what=str(returned.ref), move="add evidence"),)
        )
    for one in new:
        step.note(returned.ref, EVIDENCE, reference=one)
    if said:
        step.note(returned.ref, EVIDENCE, words=said)
    return step


@verb("record_talk", Return)
def record_talk(case: Case, context: Context, reference: str) -> Step:
    """Record that staff and customer have talked about a return: the talk's own reference."""
    step = Step(case, context)
    returned = step.now(case.own(Return))
    _must_be_open(returned, "record talk")
    said = text(reference, "reference")
    if said in returned.talks:
        raise MoveRefused(
            (Refusal.of("nothing_to_do", what=str(returned.ref), move="record talk"),)
        )
    step.note(returned.ref, TALK, reference=said)
    return step


def checked_evidence(evidence: object) -> tuple[str, ...]:
    """References of pictures and films, each once; there may be none."""
    if not isinstance(evidence, tuple | list) or len(evidence) > EVIDENCE_MAX:
        raise BadInput("evidence", f"a tuple of at most {EVIDENCE_MAX} references is wanted")
    names = tuple([text(one, f"evidence[{i}]") for i, one in enumerate(evidence)])
    unique(names, "evidence")
    return names


def lacks_evidence(returned: Return) -> Iterator[Refusal]:
    """That less evidence has come than is wanted for a return."""
    if returned.lacks_evidence:
        wanted, there = returned.evidence_wanted, len(returned.evidence)
        yield Refusal.of("evidence_wanted", what=str(returned.ref), wanted=wanted, there=there)


def _must_be_open(returned: Return, move: str) -> None:
    if returned.state in RETURN.ends:
        raise IllegalMove(str(returned.ref), returned.state.value, move, ())
