"""How our tables come into a PostgreSQL database, and from one version to the next.

It knows which steps are done, and refuses to know what is in them.

Each step is a transaction of its own, and is done once, whoever comes first.
A step only adds, so the library of the version before goes on working on the same tables; of a
database that is further ahead than that, nothing is known, and it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Protocol

from orderflow.adapters.postgres_sql import (
    BOOT,
    MADE,
    MIGRATED,
    MIGRATED_TO,
    MIGRATIONS,
    MIGRATOR,
    NAMED,
)
from orderflow.errors import StoreUnavailable

AHEAD_MAX: Final = 1
"""How many steps a database may be ahead of the library that opens it."""


class Told(Protocol):
    """A connection in a transaction, or one that can begin one, that is told statements as are."""

    def one(self, statement: str) -> Any:
        """The first column of the first row."""
        ...

    def do(self, statement: str) -> None:
        """Carry statements out."""
        ...


def steps_done(told: Told, schema: str) -> int:
    """How many steps a database has behind it; 0 where our tables are not there."""
    if not told.one(MADE.format(s=schema)):
        return 0
    done: int = told.one(MIGRATED.format(p=f"{schema}."))
    return done


def check(done: int, name: str, steps: Sequence[str] = MIGRATIONS) -> None:
    """Refuse a database that is too far ahead."""
    if done > len(steps) + AHEAD_MAX:
        told = f"has tables of step {done}, and this orderflow knows {len(steps)}"
        raise StoreUnavailable(name, f"{told}: open it with a newer one")


def take_step(told: Told, schema: str, steps: Sequence[str] = MIGRATIONS) -> bool:
    """Take the next step within the open transaction; whether there may be another one."""
    prefix = f"{schema}."
    told.do(MIGRATOR.format(p=prefix))  # one at a time, until the transaction ends
    done = steps_done(told, schema)
    if done >= len(steps):
        return False
    if not done:
        if not told.one(NAMED.format(s=schema)):
            told.do(f"create schema {schema}")
        told.do(BOOT.format(p=prefix))
    told.do(steps[done].replace("{p}", prefix))
    told.do(MIGRATED_TO.format(p=prefix, n=done + 1))
    return done + 1 < len(steps)
