"""Checks of a store: whatever fails at whichever point, the state is the old one or the new one.

It knows faults, and refuses to know any database.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from itertools import product
from typing import Final

import attrs

from orderflow.audit import audit
from orderflow.calls import Call
from orderflow.errors import OrderflowError, OutcomeUnknown
from orderflow.inventory import receive
from orderflow.orders import place
from orderflow.ports import Store
from orderflow.promising.stock_holds import hold_stock
from orderflow.records import Counter, Document
from orderflow.testing.kit import NotAsked, Passing, agree
from orderflow.testing.samples import LAMP, LAMPS, everything, order_of
from orderflow.testing.stores import processes
from orderflow.testing.stores.base import AN_HOUR, StoreCase
from orderflow.testing.stores.processes import PATIENCE_SECONDS, command, key_of, working
from orderflow.values import Position

POINTS_MAX: Final = 200
"""How many points of one command are tried before it is said that there is no end of them."""


class Died(BaseException):
    """The process dies here: nothing may catch it."""


@attrs.define
class _Point:
    """Raises an error at its k-th event of one kind: before, or after."""

    error: BaseException
    after: bool
    left: int = -1
    met: str = ""

    def __call__(self, what: str, done: bool) -> None:
        if self.left < 0 or done is not self.after:
            return
        self.left -= 1
        if self.left < 0:
            self.met = what
            raise self.error

    def arm(self, k: int) -> None:
        self.left, self.met = k, ""

    def disarm(self) -> None:
        self.left = -1


@attrs.frozen
class _Came:
    """What came of a command that met a fault at a point."""

    what: str
    point: str
    failure: BaseException | None
    done: bool


class SurvivesEveryCrash(StoreCase):
    """Faults around each call and each statement, and processes that are killed."""

    def test_a_crash_around_any_call_of_the_adapter_leaves_the_old_state_or_the_new(self) -> None:
        """The same key finds out which of them, and makes it the new one."""
        met = 0
        for after in (False, True):
            point = _Point(Died(), after)
            store = Passing(self.store, point)
            for came in [came for what in _SCENES for came in self._faults(store, point, what)]:
                met += 1
                told = f"{came.what}, {'after' if after else 'before'} {came.point}"
                agree(came.done, after and came.point == "commit", f"whether it is done: {told}")
        self.told = f"{met} points"

    def test_a_fault_at_any_statement_leaves_the_old_state_or_the_new(self) -> None:
        """Never one between: whatever fails before or after whichever statement."""
        met = [came for error in (self.fault(), KeyboardInterrupt()) for came in self._at(error)]
        silent = [came for came in met if came.failure is None]
        lost = [f"{came.what} at {came.point}" for came in silent if not came.done]
        agree(lost, [], "commands that were lost in silence")
        self.told = f"{len(met)} points"

    def test_a_lost_reply_is_an_unknown_outcome(self) -> None:
        """Nobody is told that nothing has changed where something may have."""
        met = self._at(self.fault())
        unknown = 0
        for came in met:
            told = f"{came.what} failed at {came.point}"
            if came.failure is None:
                assert came.done, f"{told}, and it was said to be done"
                continue
            kind = type(came.failure).__name__
            assert isinstance(came.failure, OrderflowError), f"{told}: {kind} is not of orderflow"
            if isinstance(came.failure, OutcomeUnknown):
                unknown += 1
            else:
                assert not came.done, f"{told}, it says {kind}, and it was done"
        assert unknown, f"none of {len(met)} faults left the outcome unknown"
        self.told = f"{unknown} of {len(met)} points"

    def test_what_was_committed_is_there_when_the_place_is_opened_again(self) -> None:
        """All of it, by a handle that has never seen it."""
        if not self.reopens:
            raise NotAsked("this store is gone when it is closed")
        for i in range(30):
            self.house().apply(command(i), key=key_of(i))
        before = everything(self.store)
        self._opened.remove(self.store)
        self.close(self.store)
        self.store = self._keep(self.open(self.where))

        agree(everything(self.store), before, "what is there in a place that was opened again")
        self.books_agree()

    def test_many_processes_get_exactly_what_is_there(self) -> None:
        """Each opens the place by itself, and all ask at one instant."""
        self._wants_processes()
        count, asked = max(2, self.threads // 2), self.rounds * 10
        there = count * asked // 2
        self.house().receive(LAMPS, there)
        granted: list[str] = []
        with ExitStack() as stack:
            workers = [
                stack.enter_context(
                    working(processes.ask, type(self), self.where, f"w{i}", 0, asked)
                )
                for i in range(count)
            ]
            for worker in workers:
                agree(worker.hear(), "ready", "what a process says first")
            for worker in workers:
                worker.line.send("go")
            for worker in workers:
                got = worker.hear()
                granted += got if isinstance(got, tuple) else ()
        agree(len(granted), there, "how many were granted")
        agree(self.books_agree().counters, (Counter(LAMPS, there, there),), "the counters")
        claims = self.store.claims("", LAMPS)
        agree(sorted(one.holder.id for one in claims), sorted(granted), "who claims")
        self.told = f"{count} processes, {there} of {count * asked} granted"

    def test_killed_processes_lose_nothing_and_repeat_nothing(self) -> None:
        """Whoever comes after sends the last three commands again, by their keys."""
        self._wants_processes()
        total, done = 30 * (self.kills + 1), 0
        for kill in range(self.kills + 1):
            stop = total if kill == self.kills else done + 17 + 5 * (kill % 3)
            first = max(0, done - 3)
            with working(processes.live, type(self), self.where, "w", first, total) as worker:
                while done < stop:
                    heard = worker.hear()
                    assert isinstance(heard, int), f"a process said {heard!r}"
                    done = max(done, heard + 1)
                if stop < total:
                    worker.process.kill()
                else:
                    worker.process.join(PATIENCE_SECONDS)

        store = self.again()
        keys = [entry.key for entry in store.entries()]
        agree(keys[:total], [key_of(i) for i in range(total)], "the keys in the journal")
        agree(len(keys), total, "how many commands were carried out")
        agree([one for law in audit(store) for one in law.breaches], [], "broken laws")
        self.books_agree()
        self.told = f"{self.kills} kills, {total} commands"

    def _wants_processes(self) -> None:
        if not self.processes:
            raise NotAsked("no other process can open this store")

    def _at(self, error: BaseException) -> list[_Came]:
        """What came of each command that met an error before, and after, each of its statements."""
        found: list[_Came] = []
        for i, (after, what) in enumerate(product((False, True), _SCENES)):
            point = _Point(error, after)
            where = self.where / f"{type(error).__name__}-{i}"
            where.mkdir()
            store = self.open_watched(where, point)
            if store is None:
                raise NotAsked("its statements cannot be watched")
            found += self._faults(self._keep(store), point, what)
        return found

    def _faults(self, store: Store, point: _Point, what: str) -> list[_Came]:
        """Carry out one sort of command again and again, with the fault one point later each time.

        Behind each of them the same key must find out what has become of it, and do it where it was
        not done; and every law must hold.
        """
        found: list[_Came] = []
        for k in range(POINTS_MAX):
            call = _SCENES[what](self, store, f"{what}-{point.after}-{k}")
            came = self._met(store, point, k, what, call)
            if not point.met:
                break
            found.append(came)
        else:
            raise AssertionError(f"{what} has more than {POINTS_MAX} points")
        agree([one for law in audit(store) for one in law.breaches], [], "broken laws")
        return found

    def _met(self, store: Store, point: _Point, k: int, what: str, call: Call[Document]) -> _Came:
        key = f"fault {what} {point.after} {k}"
        before = everything(store)
        house = self.house(store, at=AN_HOUR)
        point.arm(k)
        failure: BaseException | None = None
        try:
            house.apply(call, key=key)
        except (Exception, Died, KeyboardInterrupt) as error:  # noqa: BLE001 - others judge it
            failure = error.with_traceback(None)  # it would keep what it has met alive
        point.disarm()
        told = f"{what} that failed at {point.met}"
        after = everything(store)
        done = store.seen("", key) is not None
        if not done:
            agree(after, before, f"what is there of {told}")
        again = house.apply(call, key=key)
        agree(again.repeated, done, f"whether the same key is repeated, of {told}")
        if done:
            agree(everything(store), after, f"what is there of {told}, sent again")
        return _Came(what, point.met, failure, done)


Scene = Callable[[SurvivesEveryCrash, Store, str], Call[Document]]


def _goods(check: SurvivesEveryCrash, store: Store, id: str) -> Call[Document]:
    return receive.on("BRASS-LAMP", LAMPS, 2)


def _taken_over(check: SurvivesEveryCrash, store: Store, id: str) -> Call[Document]:
    """A hold that takes what another has let run out."""
    last = Position(f"LAST {id}", "leith")
    house = check.house(store)
    house.receive(last, 1)
    house.hold_stock(f"old {id}", last, 1, AN_HOUR)
    return hold_stock.on(f"new {id}", last, 1)


def _ordered(check: SurvivesEveryCrash, store: Store, id: str) -> Call[Document]:
    """An order out of a hold."""
    house = check.house(store)
    house.receive(LAMPS, 2)
    house.hold_stock(id, LAMPS, 2)
    return place.on(id, order_of((LAMP, 2), number=id), (id,))


_SCENES: Final[dict[str, Scene]] = {
    "goods that come in": _goods,
    "a hold that takes what has run out": _taken_over,
    "an order out of a hold": _ordered,
}
