"""The stores that there are, and which tests are told on which. A new store is one line here."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import create_engine

from orderflow.adapters.dialects import TABLES
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.postgres import PostgresStore
from orderflow.adapters.sqlalchemy import SqlAlchemyStore, make_tables
from orderflow.adapters.sqlite import SqliteStore
from orderflow.ports import Store
from tests import servers


class Hosted(SqlAlchemyStore):
    """A store on an engine of its own, that ends with it."""

    def __init__(self, url: str, schema: str) -> None:
        self.engine = create_engine(url)
        make_tables(self.engine, schema=schema)
        super().__init__(self.engine, schema=schema)

    def close(self) -> None:
        self.engine.dispose()


def psycopg_url() -> str:
    """The server as SQLAlchemy is told of it."""
    return servers.url().replace("postgresql://", "postgresql+psycopg://", 1)


STORES: Final[dict[str, Callable[[Path], Store]]] = {
    "memory": lambda folder: MemoryStore(),
    "postgres": lambda folder: PostgresStore(servers.url(), schema=schema_of(folder)),
    "sqlalchemy on postgres": lambda folder: Hosted(psycopg_url(), schema_of(folder)),
    "sqlalchemy on sqlite": lambda folder: Hosted(f"sqlite:///{folder / 'host.sqlite'}", "of"),
    "sqlite": lambda folder: SqliteStore(folder / "orders.sqlite", synchronous="normal"),
}
ON_A_SERVER: Final = frozenset({"postgres", "sqlalchemy on postgres"})
"""The stores for which a server is asked at each step."""

EVERYWHERE: Final = bool(os.environ.get("ORDERFLOW_STORES"))
"""Whether every test that is about a store is told on all of them; `make test-slow` says so."""


def opened(database: str | Path) -> PostgresStore | SqliteStore:
    """The store that stands where a name says: its ending tells of which kind it is."""
    path = Path(database)
    if path.suffix == ".postgres":
        return PostgresStore(servers.url(), schema=schema_of(path))
    return SqliteStore(path, synchronous="normal")


KINDS: Final = ("postgres", "sqlite")
"""The stores that several processes may open: the endings of their names."""


def stores_of(module: str) -> list[str]:
    """The stores that a test of a module is told on.

    What a store promises and what a whole story needs is shown on each; what a rule of the business
    says is the same on all, and is told where that takes no time.
    """
    if EVERYWHERE or module.startswith(("test_stores", "test_outbox", "test_archiving")):
        return sorted(STORES)
    return ["memory", "postgres", "sqlite"] if "stories." in module else ["memory", "sqlite"]


def empty(name: str, folder: Path) -> Store:
    """A store with nothing in it, for one test; on a server it is used again after that."""
    if name not in ON_A_SERVER:
        return STORES[name](folder)
    used = Path(f"used again by {os.getpid()}")
    store = STORES[name](used)
    wipe(schema_of(used))
    return store


def schema_of(folder: Path) -> str:
    """The schema in PostgreSQL that belongs to a folder."""
    return "t" + hashlib.sha256(str(folder).encode()).hexdigest()[:24]


def wipe(schema: str) -> None:
    """Forget all that stands in a schema, and count from one again; what is empty costs little."""
    with psycopg.connect(servers.url(), autocommit=True) as line:
        for table in TABLES:
            if table != "migration":
                line.execute(f"delete from {schema}.{table}".encode())
        for table, column in (("entry", "seq"), ("document", "n"), ("rules", "n")):
            count = f"pg_get_serial_sequence('{schema}.{table}', '{column}')"
            line.execute(f"select setval({count}, 1, false)".encode())
