"""What stands between parties and us at an instant, added up reason by reason.

It knows sums alone.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from orderflow.settlement.values import Reason, Role


class Party(NamedTuple):
    """Who owes us, or is owed, in which currency."""

    role: Role
    id: str
    currency: str


class Cause(NamedTuple):
    """What for."""

    reason: Reason
    order: str = ""
    line: str = ""
    document: str = ""
    bearer: str = ""


Amounts: TypeAlias = dict[Cause, tuple[int, int]]
"""Units, and what is owed for them, by what for."""


class Sums:
    """What each party owes us; below zero we owe the party."""

    def __init__(self) -> None:
        self.rows: dict[Party, Amounts] = {}
        self.waiting: dict[Party, int] = {}

    def add(self, party: Party, cause: Cause, amount: int, n: int = 0) -> None:
        """So much more, for so many units."""
        amounts = self.rows.setdefault(party, {})
        units, before = amounts.get(cause, (0, 0))
        amounts[cause] = (units + n, before + amount)

    def wait(self, party: Party, amount: int) -> None:
        """So much more in time."""
        self.waiting[party] = self.waiting.get(party, 0) + amount

    def uncounted(self, party: Party, cause: Cause, n: int) -> int:
        """These units, where none were counted yet: charges of a kind are for the same units."""
        return 0 if cause in self.rows.get(party, {}) else n
