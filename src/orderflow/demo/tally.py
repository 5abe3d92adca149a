"""What only the one who asks can count: commands, refusals, and what was short at first.

It knows counts, and refuses to know what they are of.
"""

from __future__ import annotations

from collections import Counter

import attrs

from orderflow.errors import Refused
from orderflow.reporting.summary import RefusedFor


@attrs.define
class Tally:
    """Counts while a stream of orders runs."""

    orders: int = 0
    commands: int = 0
    refused: int = 0
    units_asked: int = 0
    units_short: int = 0  # at the first allocation of their order
    parcels_late: int = 0
    parcels_promised: int = 0
    parcels_delivered: int = 0
    codes: Counter[str] = attrs.field(factory=Counter)
    sentences: dict[str, str] = attrs.field(factory=dict)
    bad_orders: list[tuple[str, str]] = attrs.field(factory=list)  # id, and what it was refused for

    def refuse(self, no: Refused) -> None:
        """Count a refused command once for each of its reasons."""
        self.refused += 1
        for refusal in {one.code: one for one in no.refusals}.values():
            self.codes[refusal.code] += 1
            self.sentences.setdefault(refusal.code, refusal.sentence)

    @property
    def refusals(self) -> tuple[RefusedFor, ...]:
        """Every code with its count and its first sentence."""
        return tuple(
            RefusedFor(code, n, self.sentences[code]) for code, n in sorted(self.codes.items())
        )
