"""Others who are quicker: a store in which they act before a commit is kept."""

from __future__ import annotations

from collections.abc import Callable

from orderflow.adapters.memory import MemoryStore
from orderflow.journal import Change, Committed


class Crossed(MemoryStore):
    """A store in which somebody else may be quicker: of `rivals`, one acts before each commit."""

    def __init__(self) -> None:
        super().__init__()
        self.rivals: list[Callable[[], object]] = []

    def commit(self, change: Change) -> Committed:
        if self.rivals:
            self.rivals.pop(0)()
        return super().commit(change)
