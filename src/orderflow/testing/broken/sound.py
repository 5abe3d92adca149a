"""A store in memory that may fail at three points, as a database does, and rolls back.

It knows how a transaction ends, and refuses to know any fault: it passes the whole suite, so what
is wrong with a store that is made of it is its fault alone.
"""

from __future__ import annotations

from copy import deepcopy

from orderflow.adapters.memory import MemoryStore
from orderflow.errors import OutcomeUnknown, StoreUnavailable
from orderflow.journal import Change, Committed
from orderflow.testing.stores import Watch


def nobody(statement: str, done: bool) -> None:
    """Nobody watches, and nothing fails."""


class SoundStore(MemoryStore):
    """A store in memory whose `begin`, `write` and `commit` are watched, and may fail.

    What `watch` raises as `ConnectionError` is a failure of the database, all else of the process.
    """

    def __init__(self, watch: Watch = nobody) -> None:
        super().__init__()
        self.watch = watch

    def commit(self, change: Change) -> Committed:
        """Apply a change whole, or roll back; where the reply is lost, the outcome is unknown."""
        if self.watch is nobody:
            return super().commit(change)
        before = self._all_of_it()
        try:
            self.watch("begin", False)
            self.watch("begin", True)
            self.watch("write", False)
            done = super().commit(change)
            self.watch("write", True)
        except ConnectionError as error:
            self._roll_back(before)
            raise StoreUnavailable("memory", str(error)) from error
        except BaseException:
            self._roll_back(before)
            raise
        self._end(change, before)
        return done

    def _end(self, change: Change, before: dict[str, object]) -> None:
        try:
            self.watch("commit", False)
        except ConnectionError as error:
            self._roll_back(before)
            raise OutcomeUnknown(change.key) from error
        except BaseException:
            self._roll_back(before)
            raise
        try:
            self.watch("commit", True)
        except ConnectionError as error:
            raise OutcomeUnknown(change.key) from error

    def _all_of_it(self) -> dict[str, object]:
        return {
            "_documents": dict(self._documents),
            "_seqs": deepcopy(self._seqs),
            "_rows": list(self._rows),
            "_keys": deepcopy(self._keys),
            "_numbers": dict(self._numbers),
            "_shelves": deepcopy(self._shelves),
            "_matter": deepcopy(self._matter),
            "_of_lot": deepcopy(self._of_lot),
        }

    def _roll_back(self, before: dict[str, object]) -> None:
        vars(self).update(before)
