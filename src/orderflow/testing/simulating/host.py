"""The process that a simulated shop runs in: it dies, is started again, and sends by the same key.

It knows commands, crashes and chance, and refuses to know who does what next.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from orderflow.adapters.carriers import ScriptedCarrier
from orderflow.adapters.gateways import ScriptedGateway
from orderflow.calls import Call
from orderflow.commands import Done
from orderflow.errors import OrderflowError
from orderflow.ports import Store
from orderflow.records import Document
from orderflow.rules import Rules
from orderflow.testing.kit import Passing
from orderflow.testing.samples import CountedIds, FixedClock
from orderflow.testing.simulating.laws import Broken
from orderflow.testing.simulating.story import Faults, draw
from orderflow.workflow import Workflow

START: Final = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
CARRIER: Final = "north post"
AN_HOUR: Final = 60


class _Died(BaseException):
    """The process ends here: nothing may catch it. `behind` says whether the commit was made."""

    def __init__(self, *, behind: bool) -> None:
        super().__init__()
        self.behind = behind


class Host:
    """A shop on a store, with its wires, a clock, and the chance of one happening after another."""

    def __init__(self, seed: int, rules: Rules, faults: Faults, store: Store) -> None:
        self._seed, self._rules, self._faults = seed, rules, faults
        self.store = store
        self.clock = FixedClock(START)
        self.carrier = ScriptedCarrier(CARRIER, self.clock)
        self.gateway = ScriptedGateway("gateway", self.clock)
        self._keys = CountedIds("w-")
        self._subject = "the beginning"
        self._drawn = self._crashes = self._done = self._refused = 0
        self._house = self._begin()

    def _begin(self) -> Workflow:
        """The process, started anew on the same store."""
        return Workflow(
            Passing(self.store, self._at_commit), self._rules, clock=self.clock, keys=self._keys
        )

    # --- chance --------------------------------------------------------------------------------

    def _chance(self, below: int, *about: str | int) -> int:
        """A number of this happening's own: others draw what they draw without it."""
        self._drawn += 1
        return draw(self._seed, below, self._subject, self._drawn, *about)

    def _goes_wrong(self, percent: int, what: str) -> bool:
        return percent > 0 and self._chance(100, what) < percent

    def _jump(self) -> timedelta:
        if not self._goes_wrong(self._faults.jumps, "jump"):
            return timedelta(0)
        return timedelta(minutes=self._chance(2 * AN_HOUR + 1, "minutes") - AN_HOUR)

    def _at_commit(self, method: str, done: bool) -> None:
        if method == "commit" and self._goes_wrong(self._faults.crashes, "crash"):
            raise _Died(behind=done)

    # --- commands ------------------------------------------------------------------------------

    def _do(self, call: Call[Document]) -> Done[Document] | None:
        """Send a command, and again by its key as often as the process dies; `None`: refused."""
        key, was_made = self._keys(), False
        while True:
            try:
                done = self._house.apply(call, key=key)
            except _Died as died:
                was_made = was_made or died.behind
                self._crashes += 1
                self._house = self._begin()
                continue
            except OrderflowError as no:
                if was_made:
                    raise Broken(f"key {key} was committed, and sent again: {no}") from no
                self._refused += 1
                return None
            if was_made and not done.repeated:
                raise Broken(f"key {key} was committed, and carried out again")
            self._done += 1
            return done

    def _ask(self, work: Callable[[Workflow], object]) -> None:
        """Do what nobody waits for; when the process dies, it is done the next time."""
        try:
            work(self._house)
        except _Died:
            self._crashes += 1
            self._house = self._begin()
