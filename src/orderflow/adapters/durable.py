"""What is due and what is to be told, done by DBOS: durable on SQLite or PostgreSQL, no server.

It knows what a tick of a schedule does, step by step, and refuses to know when ticks come: that is
the host's schedule.

Problem: a worker that dies between two limits has acted upon the one, and nobody knows.
Observation: each limit has a key, so a call that is made again has no second effect.
Decision: what is due is written down as the first step of a tick, and each call is a step of its
own. After a crash the engine goes on with the steps that are left, under the same keys.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, TypeAlias

import attrs

from orderflow.adapters import codec
from orderflow.calls import Call, Ref
from orderflow.errors import BadInput, Refused
from orderflow.records import Document
from orderflow.values import text
from orderflow.workflow import Workflow

TRIES: Final = 3
"""How often a step is tried before its tick is given up, and left to the next one."""


@attrs.frozen
class Tick:
    """What one tick has done: the keys of what was made, what was refused and why, what was told.

    Refused is what others have changed since it was looked for; that is no failure.
    """

    made: tuple[str, ...]
    refused: tuple[tuple[str, str], ...]
    told: int


Ticking: TypeAlias = Callable[[datetime, Any], Tick]
"""A workflow of DBOS as its schedules call it: with the instant that was planned, and a context."""

_Limit: TypeAlias = tuple[str, str, str, str, str, str]
"""Key, verb, tenant, kind, id and arguments of a call that is due, as it is written down."""


def ticking(
    shop: Workflow,
    tell: Callable[[], int] | None = None,
    *,
    name: str = "orderflow",
    limit: int = 1_000,
) -> Ticking:
    """A workflow of DBOS that acts upon what is due at an instant, and tells what has happened.

    Register it before `DBOS.launch()`, under a `name` of its own. `tell` hands some of what has not
    left yet to others and says how much that was, as `drain` does; it is called until nothing is
    left. At most `limit` calls are made in a tick.
    """
    from dbos import DBOS, StepOptions  # here: the names of this module are known without it

    text(name, "name")
    if tell is not None and not callable(tell):
        raise BadInput("tell", "something to call is wanted")

    def step(name: str) -> StepOptions:
        return StepOptions(name=name, retries_allowed=True, max_attempts=TRIES)

    def tick(at: datetime, context: Any) -> Tick:
        del context
        made: list[str] = []
        refused: list[tuple[str, str]] = []
        for row in DBOS.run_step(step("due"), _due, shop, at, limit):
            no = DBOS.run_step(step(row[1]), _make, shop, row)
            if no:
                refused.append((row[0], no))
            else:
                made.append(row[0])
        told = 0
        while tell is not None and (left := DBOS.run_step(step("tell"), tell)):
            told += left
        return Tick(tuple(made), tuple(refused), told)

    durable: Ticking = DBOS.workflow(name=f"{name}.tick")(tick)
    return durable


def _due(shop: Workflow, at: datetime, limit: int) -> list[_Limit]:
    return [_written(due.key, due.call) for due in shop.due(at, limit=limit)]


def _written(key: str, call: Call[Document]) -> _Limit:
    ref = call.ref
    return (key, call.verb, ref.tenant, ref.kind, ref.id, codec.put_args(call.verb, call.args))


def _make(shop: Workflow, row: _Limit) -> str:
    """Make a call under the key of its limit; why not, where it is refused."""
    key, verb, tenant, kind, id, args = row
    ref: Ref[Any] = Ref(tenant, kind, id)
    try:
        shop.apply(Call(verb, ref, codec.read_args(verb, args)), key=key, by="due")
    except Refused as no:
        return str(no)
    return ""
