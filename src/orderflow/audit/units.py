"""Units: bags sum to their lines, cuts say the same as bags, and somebody is asked for what comes.

It knows lines, spots and cuts, and refuses to know what the units are or cost.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from typing import Final

from orderflow.audit.law import Law
from orderflow.calls import Ref
from orderflow.pricing import given_up
from orderflow.records import (
    Cut,
    CutKind,
    Document,
    Line,
    Order,
    Purchase,
    Reissue,
    WorkOrder,
)
from orderflow.states import PURCHASE, ReplacementState, UnitState, WorkOrderState

_GIVEN_UP: Final = (UnitState.CANCELLED, UnitState.RETURNED)
_MAKES: Final = (WorkOrderState.IN_PRODUCTION, WorkOrderState.INSPECTING)
_ASKED: Final = {UnitState.BUYING: "purchase", UnitState.MAKING: "work order"}
"""The states whose units somebody is asked for, and the kind of document that asks."""


class UnitsCheck:
    """Counts are the truth: bags sum to their lines, and cuts say the same as bags.

    Units that are being bought or made are asked for by a document that is under way, and such a
    document asks for some.
    """

    def __init__(self) -> None:
        self.orders = self.lines = self.units = 0
        self.sent_again: dict[tuple[str, str, str], tuple[int, bool]] = {}
        self.breaches: list[str] = []
        self.asked: set[Ref[Document]] = set()
        self.under_way: set[Ref[Document]] = set()

    def expect(self, document: Document) -> None:
        """Remember a purchase or a work order that is under way."""
        bought = isinstance(document, Purchase) and document.state not in PURCHASE.ends
        if bought or (isinstance(document, WorkOrder) and document.state in _MAKES):
            self.under_way.add(document.ref)

    def check(self, order: Order) -> None:
        self.orders += 1
        for line in order.lines:
            self.lines += 1
            self.units += line.n
            where = f"{order.ref} line {line.id}"
            self.breaches += (f"{where}: {said}" for said in _bag_breaches(line))
            self.breaches += (f"{where}: {said}" for said in _cut_breaches(line))
            for spot in line.spots:
                if spot.state in _ASKED:
                    kind = _ASKED[spot.state]
                    self.asked.add(Ref(order.ref.tenant, kind, spot.slice.peg))
        for row in order.sent_again:
            self.sent_again[order.ref.id, row.reissue, row.line] = (row.n, row.done)

    def check_reissue(self, reissue: Reissue) -> None:
        """The order has noted what its reissue sends; after the orders."""
        settled = reissue.state is ReplacementState.SETTLED
        ended = reissue.state in (ReplacementState.REJECTED, ReplacementState.CANCELLED)
        for line, n in reissue.lines:
            key = (reissue.order, reissue.ref.id, line)
            noted, done = self.sent_again.pop(key, (0, settled))
            wanted = 0 if ended else n
            some = bool(reissue.anew) and not ended and noted < n  # the rest came to nothing
            if (noted != wanted and not some) or (noted and done is not settled):
                said = f"order {reissue.order} has noted {noted} of line {line}"
                self.breaches.append(f"{reissue.ref} is {reissue.state}: {said}, not {wanted}")

    def law(self) -> Law:
        self.breaches += (
            f"order {order} line {line}: {n} units by reissue {reissue}, which does not send them"
            for (order, reissue, line), (n, _) in sorted(self.sent_again.items())
        )
        figure = f"{self.units:,} units in {self.lines:,} lines of {self.orders:,} orders"
        idle = (f"{ref} is under way for no unit" for ref in sorted(self.under_way - self.asked))
        lost = (f"{ref} has units, and is not under way" for ref in self.asked - self.under_way)
        return Law("units", self.lines, figure, (*self.breaches, *idle, *sorted(lost)))


def _bag_breaches(line: Line) -> Iterator[str]:
    there = sum(spot.n for spot in line.spots)
    if there != line.n:
        yield f"its spots sum to {there}, not to {line.n}"
    seen = set()
    for spot in line.spots:
        if spot.n <= 0:
            yield f"a spot of {spot.n} units {spot.state}"
        if (spot.state, spot.slice) in seen:
            yield f"two spots {spot.state} in the same slice"
        seen.add((spot.state, spot.slice))


def _cut_breaches(line: Line) -> Iterator[str]:
    for cut in line.cuts:
        if not 0 <= cut.start < cut.stop <= line.n:
            yield f"indices {cut.start} to {cut.stop} are {cut.kind}, of {line.n}"
            return
    for kind in (CutKind.BILLED, CutKind.GIVEN_UP):  # what is credited may be invoiced anew
        for index in _covered_twice(cut for cut in line.cuts if cut.kind is kind):
            yield f"index {index} is {kind} twice"
    gone = given_up(line)
    count, ended = sum(stop - start for start, stop in gone), line.count(*_GIVEN_UP)
    if count != ended:
        yield f"{count} indices are given up, {ended} units cancelled or returned"
    bills: Tally[str] = Tally()
    for cut in line.cuts:
        if cut.kind is CutKind.BILLED:
            lost = sum(max(0, min(cut.stop, b) - max(cut.start, a)) for a, b in gone)
            bills[cut.document] += cut.stop - cut.start - lost
    tagged: Tally[str] = Tally()
    for spot in line.spots:
        if spot.slice.invoice and spot.state not in _GIVEN_UP:
            tagged[spot.slice.invoice] += spot.n
    for bill in sorted({*bills, *tagged}):
        if bills[bill] != tagged[bill]:
            yield f"bill {bill}: {bills[bill]} indices, {tagged[bill]} units are on it"


def _covered_twice(cuts: Iterable[Cut]) -> Iterator[int]:
    """The first index of each range that an earlier one covers too."""
    upto = 0
    for start, stop in sorted((cut.start, cut.stop) for cut in cuts):
        if start < upto:
            yield start
        upto = max(upto, stop)
