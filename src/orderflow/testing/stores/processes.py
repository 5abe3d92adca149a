"""What other processes do while a store is checked: ask for goods, or work until they are killed.

It knows how a process is started and heard, and refuses to know what must come of it.

Each is a fresh interpreter that imports the host's suite by name and opens the place by itself, as
a second worker of the host would.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Final, Protocol

import attrs

from orderflow.allocation import allocate
from orderflow.calls import Call
from orderflow.errors import Short
from orderflow.facts import Claimed
from orderflow.inventory import receive
from orderflow.orders import place
from orderflow.records import Document
from orderflow.testing.samples import (
    LAMP,
    LAMPS,
    MORNING,
    RULES,
    FixedClock,
    holder,
    of_books,
    order_of,
)
from orderflow.testing.stores.base import StoreCase
from orderflow.workflow import Workflow


class Line(Protocol):
    """The line between two processes."""

    def send(self, obj: object, /) -> None:
        """Say something."""
        ...

    def recv(self) -> object:
        """Hear the next thing; `EOFError` when nobody is there any more."""
        ...

    def poll(self, timeout: float = 0.0, /) -> bool:
        """Whether there is something to hear within so many seconds."""
        ...


Work = Callable[[type[StoreCase], str, str, int, int, Line], None]

PATIENCE_SECONDS: Final = 120
"""How long a process may be silent."""


@attrs.frozen
class Worker:
    """A process and the line to it."""

    process: BaseProcess
    line: Line

    def hear(self) -> object:
        """The next thing it says; `EOFError` when it is gone."""
        if not self.line.poll(PATIENCE_SECONDS):
            raise AssertionError(f"a process said nothing for {PATIENCE_SECONDS} s")
        return self.line.recv()


@contextmanager
def working(
    work: Work, suite: type[StoreCase], where: Path, name: str, first: int, last: int
) -> Generator[Worker]:
    """A process that does a work at a place; it is ended behind the block."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=work, args=(suite, str(where), name, first, last, theirs))
    process.start()
    theirs.close()
    try:
        yield Worker(process, ours)
    finally:
        process.kill()
        process.join()
        process.close()
        ours.close()


def ask(suite: type[StoreCase], where: str, name: str, first: int, last: int, line: Line) -> None:
    """Say that it is ready, and when it hears of it ask for a lamp each time; say what it got."""
    one = suite()
    store = one.open(Path(where))
    granted: list[str] = []
    line.send("ready")
    line.recv()
    for i in range(first, last):
        id = f"{name}-{i}"
        try:
            store.commit(of_books(Claimed(holder(id), LAMPS, 1), key=id))
        except Short:
            continue
        granted.append(id)
    line.send(tuple(granted))
    one.close(store)


def live(suite: type[StoreCase], where: str, name: str, first: int, last: int, line: Line) -> None:
    """Carry out commands, one after the other, and say of each that it is done."""
    one = suite()
    store = one.open(Path(where))
    for i in range(first, last):
        clock = FixedClock(MORNING + timedelta(seconds=i))
        Workflow(store, RULES, clock=clock).apply(command(i), key=key_of(i))
        line.send(i)
    one.close(store)


def key_of(i: int) -> str:
    """The key of the i-th command of a stream."""
    return f"stream-{i}"


def command(i: int) -> Call[Document]:
    """The i-th command of a stream: goods, an order, what is allocated for it."""
    id = f"o-{i // 3}"
    if i % 3 == 0:
        return receive.on("BRASS-LAMP", LAMPS, 2)
    if i % 3 == 1:
        return place.on(id, order_of((LAMP, 2), cash_on_delivery=True))
    return allocate.on(id)
