"""What is found on the shelf, what is found to be broken, and what is written off.

It knows how the book follows what was seen, and refuses to know why it differed.

What has happened to goods is recorded in any case: a count below the claims, a breakage of reserved
goods.
Where claims are beyond what is there, the difference stands as over-committed and the promises in
danger are listed.
Who it was stands in the journal, and the reason beside the difference: nothing is adjusted without
a posting, so goods that somebody has kept back, or sold on paper only, show as a difference.
A stocktake says of a whole place what was counted; what was not is listed, and never taken as zero.
"""

from __future__ import annotations

from orderflow.conditions import DAMAGED
from orderflow.errors import BadInput
from orderflow.facts import Noted, Posted
from orderflow.inventory.lots import record_lot
from orderflow.inventory.places import on_hand
from orderflow.journal import Case, Context, Step, stock_verb
from orderflow.records import MatterKind, Transfer
from orderflow.values import Position, place, text, whole, within


@stock_verb("count")
def count(case: Case, context: Context, position: Position, counted: int, reason: str = "") -> Step:
    """Record what a stocktake found on the shelf; the difference to the book is posted.

    A count below the claims is accepted, as any fact.
    """
    step = Step(case, context)
    at = on_hand(position)
    whole(counted, "counted", least=0)
    why = text(reason, "reason", empty=True)
    book = step.rely_on_there(at)
    _post_difference(step, at, counted, book)
    details = (("counted", counted), ("book", book), *((("reason", why),) if why else ()))
    step.add(Noted(case.ref, "counted", details))
    return step


@stock_verb("take_stock")
def take_stock(
    case: Case,
    context: Context,
    location: str,
    counted: tuple[tuple[Position, int], ...],
    reason: str = "",
) -> Step:
    """Record the stocktake of a place and all that lies in it: each position, and what was found.

    Each difference is posted. Positions that were not counted are listed with what the book says of
    them, and stay as they are.
    """
    step = Step(case, context)
    within_ = place(location, "location")
    why = text(reason, "reason", empty=True)
    found = _checked(counted, within_)
    books = {
        row.position: row.there
        for row in case.counters_at(within_)
        if not row.position.peg and (row.there or row.position in found)
    }
    for at, n in found.items():
        book = step.there[at] = books.pop(at, 0)
        _post_difference(step, at, n, book)
        step.add(_noted(case, "counted", at, counted=n, book=book, reason=why))
    for at, book in sorted(books.items()):
        step.add(_noted(case, "not counted", at, book=book))
    return step


@stock_verb("record_breakage")
def record_breakage(
    case: Case, context: Context, position: Position, n: int, reason: str = ""
) -> Step:
    """Record goods that broke on the shelf, claimed or not."""
    step = Step(case, context)
    at = on_hand(position)
    broken = at._replace(grade=DAMAGED)
    step.add(
        Posted(Transfer(MatterKind.SELLABLE, at, MatterKind.DAMAGED, broken, whole(n, "n"))),
        Noted(case.ref, "broken", (("n", n), ("reason", text(reason, "reason", empty=True)))),
    )
    return step


@stock_verb("write_off")
def write_off(case: Case, context: Context, position: Position, n: int, reason: str) -> Step:
    """Record that goods are gone for good, claimed or not; of the grade *damaged*, broken ones."""
    step = Step(case, context)
    at = on_hand(position)
    account = MatterKind.DAMAGED if at.grade == DAMAGED else MatterKind.SELLABLE
    step.add(
        Posted(Transfer(account, at, MatterKind.WRITTEN_OFF, at, whole(n, "n"))),
        Noted(case.ref, "written off", (("n", n), ("reason", text(reason, "reason")))),
    )
    return step


def _post_difference(step: Step, at: Position, counted: int, book: int) -> None:
    shelf, difference = MatterKind.SELLABLE, MatterKind.COUNT_DIFFERENCE
    more = counted - book
    if more > 0:
        step.add(Posted(Transfer(difference, at, shelf, at, more)))
        record_lot(step, at, counted, anew=False)
    elif more < 0:
        step.add(Posted(Transfer(shelf, at, difference, at, -more)))


def _checked(counted: object, location: str) -> dict[Position, int]:
    """What was counted, each position once and all of them within the place."""
    if not isinstance(counted, tuple | list):
        raise BadInput("counted", "pairs of position and quantity are wanted")
    found: dict[Position, int] = {}
    for i, pair in enumerate(counted):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise BadInput(f"counted[{i}]", "a pair of position and quantity is wanted")
        at = on_hand(pair[0], f"counted[{i}].position")
        if not within(at.location, location):
            raise BadInput(f"counted[{i}].position.location", f"is not in {location}")
        if at in found:
            raise BadInput(f"counted[{i}].position", "comes twice")
        found[at] = whole(pair[1], f"counted[{i}].quantity", least=0)
    return found


def _noted(case: Case, what: str, at: Position, **more: str | int) -> Noted:
    """A note about a position; what is empty is left out."""
    said: dict[str, str | int] = {**at._asdict(), **more}
    return Noted(case.ref, what, tuple((name, one) for name, one in said.items() if one != ""))
