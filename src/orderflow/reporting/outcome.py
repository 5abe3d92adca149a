"""What a run of orders came to: figures, laws, findings, and whether all is well.

It knows the figures of one run, and refuses to know how they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from orderflow.audit import Law
from orderflow.intake import Finding
from orderflow.reporting.summary import Summary


@attrs.frozen
class Pace:
    """How much was asked in how long, and what was short or late."""

    orders: int
    commands: int
    refused: int
    seconds: float
    units_asked: int
    units_short: int  # at the first allocation of their order
    parcels_delivered: int
    parcels_late: int
    parcels_promised: int = 0  # delivered ones with a line that was promised for a day

    @property
    def orders_a_second(self) -> float:
        """Orders that were carried through in a second, on the average."""
        return self.orders / self.seconds if self.seconds > 0 else 0.0

    @property
    def short_permille(self) -> int:
        """Of a thousand units, how many were short at first."""
        return 1000 * self.units_short // self.units_asked if self.units_asked else 0


@attrs.frozen
class Outcome:
    """What became of a run: `notes` say what it was fed, `missed` what it should have shown."""

    title: str
    summary: Summary
    laws: tuple[Law, ...]
    pace: Pace | None = None
    notes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    missed: tuple[str, ...] = ()

    @property
    def all_laws_hold(self) -> bool:
        """Whether nothing breaks any law."""
        return all(law.holds for law in self.laws)

    @property
    def good(self) -> bool:
        """Whether all laws hold and nothing was missed."""
        return self.all_laws_hold and not self.missed

    def as_json(self) -> Mapping[str, object]:
        """The same as plain values for a JSON file. Amounts are in minor units."""
        summary, pace = self.summary, self.pace
        told: dict[str, object] = {
            "title": self.title,
            "notes": list(self.notes),
            "orders": summary.orders,
            "lines": summary.lines,
            "orders_by_headline": dict(summary.headlines),
            "units_by_state": dict(summary.units),
            "orders_by_shipments": {str(times): n for times, n in summary.shipments},
            "split_permille": summary.split_permille,
            "returns_by_state": dict(summary.returns),
            "money": {
                flow.currency: {
                    "ordered": flow.ordered,
                    "captured": flow.captured,
                    "refunded": flow.refunded,
                    "charged_back": flow.charged_back,
                    "kept": flow.kept,
                    "due": flow.due,
                }
                for flow in summary.money
            },
            "refusals": {one.code: one.n for one in summary.refusals},
            "findings": [attrs.asdict(one) for one in self.findings],
            "laws": [
                {
                    "name": law.name,
                    "holds": law.holds,
                    "checked": law.checked,
                    "figure": law.figure,
                    "breaches": list(law.breaches),
                }
                for law in self.laws
            ],
            "all_laws_hold": self.all_laws_hold,
            "missed": list(self.missed),
        }
        if pace is not None:
            told["pace"] = {
                **attrs.asdict(pace),
                "orders_a_second": round(pace.orders_a_second, 1),
                "short_permille": pace.short_permille,
            }
        return told
