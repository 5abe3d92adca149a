"""How our tables come into a host's own database, beside its tables.

It knows the steps for both databases, and refuses to know whose transaction it is in.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from orderflow.adapters.dialects import said
from orderflow.adapters.postgres_sql import MIGRATIONS
from orderflow.adapters.postgres_tables import check, steps_done, take_step
from orderflow.adapters.schema import ARCHIVE, TABLES

_STEPS: Final = (
    tuple(part for part in TABLES.split(";") if part.strip() and "pragma" not in part),
    tuple(ARCHIVE.split(";")),
)
"""What makes our tables in a host's SQLite, step by step; what was released is never changed."""

_BOOT: Final = "create table if not exists migration (n integer primary key)"
_DONE: Final = "select coalesce(max(n), 0) from migration"
_STEP: Final = "insert into migration (n) values (?)"


class _Plain:
    """A connection that is told statements as they are."""

    def __init__(self, line: Connection) -> None:
        self._line = line

    def one(self, statement: str) -> Any:
        """The first column of the first row."""
        return self._line.exec_driver_sql(statement).scalar()

    def do(self, statement: str) -> None:
        """Carry statements out."""
        self._line.exec_driver_sql(statement)


def make_on_postgres(line: Connection, schema: str) -> None:
    """Take every step that is left, within the open transaction."""
    plain = _Plain(line)
    if steps_done(plain, schema) < len(MIGRATIONS):
        while take_step(plain, schema):
            pass
    check(steps_done(plain, schema), f"postgresql {schema}")


def make_on_sqlite(line: Connection, schema: str) -> None:
    """Take every step that is left, within the open transaction."""
    prefix = f"{schema}_"
    line.exec_driver_sql(said(_BOOT, prefix, "?"))
    done: int = line.exec_driver_sql(said(_DONE, prefix, "?")).scalar_one()
    for n, step in enumerate(_STEPS[done:], done + 1):
        for statement in step:
            line.exec_driver_sql(said(statement, prefix, "?"))
        line.exec_driver_sql(said(_STEP, prefix, "?"), (n,))
    check(done, f"sqlite {schema}", [""] * len(_STEPS))
