"""What an invoice comes to beside its orders: the charges by which they come to the same.

It knows lines with their taxes and what their units carry, and refuses to know how they are drawn.

What units come to on an invoice and what they carry on their order differ by one signed charge over
just these units: of the kind ROUNDING where roundings explain it, TAX where more has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import attrs

from orderflow.bills import BillLine, gross
from orderflow.invoices.papers import DIFFERENCES
from orderflow.money import scale
from orderflow.records import Charge, ChargeKind, Span
from orderflow.taxes import Convention, Level, Rate
from orderflow.taxing import roundable


class Over(NamedTuple):
    """Units that are alike, with what they carry on the order, and so much of it without tax."""

    start: int
    stop: int
    carried: int
    net: int


@attrs.frozen
class Draft:
    """A line before its taxes: its rates then and now, and what its units carry on the order."""

    line: BillLine
    rates: tuple[Rate, ...]
    same_rates: bool
    over: tuple[Over, ...]

    @property
    def n(self) -> int:
        """How many units its tax may be rounded on."""
        return roundable(self.line.n or 1, self.line.scale)


def over_of(pair: tuple[int, int], parts: Iterable[tuple[Charge, int]]) -> Over:
    """Units that are alike, with the parts of charges that they carry."""
    carried = net = 0
    for charge, part in parts:
        carried += part
        net += 0 if charge.kind in DIFFERENCES else part
    return Over(*pair, carried, net)


def differences(
    drafts: Sequence[Draft],
    lines: Sequence[BillLine],
    charges: Sequence[Charge],
    convention: Convention,
    id: str,
) -> tuple[Charge, ...]:
    """What the invoice comes to beside what its units and charges carry on the order."""
    spans: dict[ChargeKind, list[Span]] = {kind: [] for kind in DIFFERENCES}
    whole = -sum([charge.amount for charge in charges])
    kind = ChargeKind.ROUNDING
    for draft, line in zip(drafts, lines, strict=True):
        comes_to = gross(line, inclusive=convention.inclusive)
        if line.group:
            whole += comes_to
            kind = kind if draft.same_rates else ChargeKind.TAX
            continue
        for span in _spans(line, draft.over, comes_to):
            rounded = draft.same_rates and abs(span.amount) <= _roundings(draft, convention)
            spans[ChargeKind.ROUNDING if rounded else ChargeKind.TAX].append(span)
    made = [
        Charge(f"{of.value}-{id}", of, sum([span.amount for span in found]), tuple(found))
        for of, found in spans.items()
        if found
    ]
    if whole:
        bound = sum([_roundings(one, convention) for one in drafts if one.line.group])
        kind = kind if abs(whole) <= bound else ChargeKind.TAX
        made.append(Charge(f"{kind.value}-{id}-order", kind, whole))
    return tuple(made)


def _spans(line: BillLine, over: Sequence[Over], comes_to: int) -> list[Span]:
    """What units of a line come to beside what they carry.

    A tax that was agreed by the piece is of no use where the first pieces weigh more than the rest:
    what they come to is shared by what they cost without it.
    """
    net = sum([one.net for one in over])
    spans: list[Span] = []
    upto = done = 0
    for i, one in enumerate(over):
        upto += one.net
        shared = scale(comes_to, upto, net) if net > 0 and i + 1 < len(over) else comes_to
        by = shared - done - one.carried
        done = shared
        spans += [Span(line.line, one.start, one.stop, by)] if by else []
    return spans


def _roundings(draft: Draft, convention: Convention) -> int:
    """The most by which two roundings of one tax can differ."""
    units = draft.n if convention.level is Level.UNIT else 1
    return 2 * max(1, len(draft.rates)) * convention.step * units
