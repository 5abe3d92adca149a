"""Events in the order of their times, each a question to the library.

It knows a clock and a heap of events, and refuses to know what they are about.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from heapq import heappop, heappush
from typing import Final, TypeVar

from orderflow.calls import Call
from orderflow.commands import Done
from orderflow.demo.tally import Tally
from orderflow.errors import Refused
from orderflow.ports import Store
from orderflow.records import Document, Order
from orderflow.rules import Rules
from orderflow.workflow import Workflow

D = TypeVar("D", bound=Document)


class Clockwork:
    """Runs planned events; the same plans give the same journal, keys and ids included."""

    def __init__(self, store: Store, rules: Rules, mark: str) -> None:
        self.tally: Final = Tally()
        self.rules: Final = rules
        self.now = datetime.max.replace(tzinfo=UTC)
        self._workflow = Workflow(store, rules, clock=lambda: self.now)
        self._mark = mark
        self._asked = 0
        self._serials: dict[str, int] = {}
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._planned = 0

    def plan(self, at: datetime, event: Callable[[], None]) -> None:
        """Let something happen at a time."""
        self._planned += 1
        heappush(self._events, (at, self._planned, event))

    def plan_call(self, at: datetime, call: Call[D]) -> None:
        """Let the library be asked something at a time."""

        def ask() -> None:
            self.attempt(call)

        self.plan(at, ask)

    def run(self, watch: Callable[[datetime], None] = lambda at: None) -> None:
        """Let everything happen, in the order of the times; `watch` is told each."""
        while self._events:
            self.now, _, event = heappop(self._events)
            event()
            watch(self.now)

    def attempt(self, call: Call[D], by: str = "") -> Done[D] | None:
        """Ask the library; a refusal is counted, and changes nothing."""
        self._asked += 1
        try:
            done = self._workflow.apply(call, key=f"{self._mark}/{self._asked}", by=by)
        except Refused as no:
            self.tally.refuse(no)
            return None
        self.tally.commands += 1
        return done

    def done(self, call: Call[D]) -> bool:
        """Ask, and say whether it was done."""
        return self.attempt(call) is not None

    def order(self, id: str) -> Order:
        """An order that was placed."""
        return self._workflow.order(id)

    def next(self, kind: str) -> str:
        """The next id of a kind."""
        self._serials[kind] = self._serials.get(kind, 0) + 1
        return f"{kind}-{self._serials[kind]}"
