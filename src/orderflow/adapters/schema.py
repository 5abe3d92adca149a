"""The tables of the SQLite store, and the connection that is set and checked.

It knows names, types and pragmas, and refuses to know what a command is.

Measured, with eight processes on one file: a read before a deferred write oversells or fails at
once with a stale snapshot; a version on stock costs five conflicts a grant; so every write begins
with `BEGIN IMMEDIATE`, and counters are guarded in the statement that changes them.
`STRICT` tables, since SQLite otherwise stores a float where a count belongs, in silence.
"""

from __future__ import annotations

import sqlite3
import time
from os import PathLike, fspath
from typing import Final, Literal

from orderflow.errors import BadInput, StoreUnavailable

APPLICATION_ID: Final = 0x6F666C77  # "oflw", in the file's header
SCHEMA_VERSION: Final = 5
AHEAD_MAX: Final = 1
"""How many steps a file may be ahead of the library that opens it, since a step only adds."""
BUSY_SECONDS: Final = 30
AGAIN_SECONDS: Final = 0.005
"""How long to wait before asking again for a lock that SQLite does not wait for itself."""

Synchronous = Literal["full", "normal"]

_LEVELS: Final = {"full": 2, "normal": 1}

_POSITION: Final = "tenant, sku, location, owner, lot, grade, peg"
_POSITION_COLUMNS: Final = """
    tenant text not null, sku text not null, location text not null, owner text not null,
    lot text not null, grade text not null, peg text not null"""

TABLES: Final = f"""
create table document (
    n integer primary key,
    tenant text not null, kind text not null, id text not null,
    version integer not null,
    headline text, customer text, channel text, shop text, number text,
    next_due integer, holds text,
    body text not null,
    unique (tenant, kind, id)
) strict;
create index document_headline on document (tenant, headline, id) where headline is not null;
create index document_customer on document (tenant, customer, id) where customer is not null;
create index document_due on document (tenant, kind, next_due) where next_due is not null;
create index document_holds on document (tenant, kind, id) where holds is not null;
create unique index document_number on document (tenant, number, channel, shop)
    where number is not null;

create table about (
    tenant text not null, "order" text not null, kind text not null, id text not null,
    primary key (tenant, "order", kind, id)
) strict, without rowid;

create table of_lot (
    tenant text not null, lot text not null, id text not null,
    primary key (tenant, lot, id)
) strict, without rowid;
create index of_lot_id on of_lot (tenant, id);

create table entry (
    seq integer primary key,
    tenant text not null, key text not null,
    verb text not null, kind text not null, id text not null, args text not null,
    by text not null, at integer not null, rules integer not null,
    figures text not null, facts text not null,
    unique (tenant, key)
) strict;
create table rules (n integer primary key, fingerprint text not null unique) strict;
create table version (
    tenant text not null, kind text not null, id text not null,
    version integer not null, seq integer not null,
    primary key (tenant, kind, id, version)
) strict, without rowid;
create index version_seq on version (seq);

create table counter ({_POSITION_COLUMNS},
    there integer not null, claimed integer not null,
    primary key ({_POSITION})
) strict, without rowid;
create index counter_location on counter (tenant, location);
create table claim ({_POSITION_COLUMNS},
    holder_kind text not null, holder text not null, due integer not null,
    n integer not null, until integer,
    primary key ({_POSITION}, holder_kind, holder, due)
) strict, without rowid;
create index claim_until on claim ({_POSITION}, until) where until is not null;
create table matter ({_POSITION_COLUMNS},
    account text not null, n integer not null,
    primary key ({_POSITION}, account)
) strict, without rowid;
create index matter_location on matter (tenant, location);

create table outbox (seq integer primary key) strict;

create table person (ref text primary key, details text not null) strict, without rowid;

pragma application_id = {APPLICATION_ID};
pragma user_version = {SCHEMA_VERSION};
"""

ARCHIVE: Final = """
create table archive (
    tenant text not null, kind text not null, id text not null,
    version integer not null,
    headline text, customer text, channel text, shop text, number text,
    next_due integer, holds text,
    body text not null,
    n integer not null,
    primary key (tenant, kind, id)
) strict;
create index archive_customer on archive (tenant, customer, id) where customer is not null;
create unique index archive_number on archive (tenant, number, channel, shop)
    where number is not null"""
"""Where documents are kept that were put away."""


def connect(path: str | PathLike[str], synchronous: Synchronous = "full") -> sqlite3.Connection:
    """Open a database of ours, making it where there is none; every pragma is set and checked.

    Raises `StoreUnavailable` when it cannot be opened, is no database, or is somebody else's.
    """
    name = fspath(path)
    if synchronous not in _LEVELS:
        raise BadInput("synchronous", f"one of {', '.join(_LEVELS)} is wanted")
    try:
        connection = sqlite3.connect(
            name, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
    except sqlite3.Error as error:
        raise StoreUnavailable(name, str(error)) from error
    try:
        _prepare(connection, name, synchronous)
    except sqlite3.Error as error:
        connection.close()
        raise StoreUnavailable(name, str(error)) from error
    except StoreUnavailable:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, name: str, synchronous: Synchronous) -> None:
    _set(connection, name, "busy_timeout", BUSY_SECONDS * 1000)
    made = _is_made(connection, name)
    _set_journal(connection, name, "memory" if name == ":memory:" else "wal")
    _set(connection, name, "synchronous", _LEVELS[synchronous])
    _set(connection, name, "foreign_keys", 1)
    _set(connection, name, "secure_delete", 1)  # who is erased is in no free page
    if not made:
        connection.execute("begin immediate")
        if not _is_made(connection, name):  # another process may have been quicker
            for statement in f"{ARCHIVE};{TABLES}".split(";"):
                if statement.strip():
                    connection.execute(statement)
        connection.execute("commit")
    version = int(_brought(connection))
    if not SCHEMA_VERSION <= version <= SCHEMA_VERSION + AHEAD_MAX:
        told = f"has tables of version {version}, not {SCHEMA_VERSION}"
        raise StoreUnavailable(name, f"{told}: open it with the orderflow that made it")


STEPS: Final = {
    3: ("create table outbox (seq integer primary key) strict",),
    4: tuple(ARCHIVE.split(";")),
}
"""What brings tables from a version to the next; a step only adds."""


def _brought(connection: sqlite3.Connection) -> int | str:
    """Bring tables of an earlier version to ours, step by step; the version that they have."""
    while (version := _pragma(connection, "user_version")) in STEPS:
        connection.execute("begin immediate")
        if _pragma(connection, "user_version") == version:  # another may have been quicker
            for statement in STEPS[int(version)]:
                connection.execute(statement)
            connection.execute(f"pragma user_version = {int(version) + 1}")
        connection.execute("commit")
    return version


def _is_made(connection: sqlite3.Connection, name: str) -> bool:
    """Whether our tables are there; somebody else's database is left alone.

    One statement, so that what it sees is of one instant.
    """
    ours, tables = connection.execute(
        "select application_id, (select count(*) from sqlite_schema) from pragma_application_id"
    ).fetchone()
    if ours == APPLICATION_ID:
        return True
    if ours or tables:
        raise StoreUnavailable(name, "is a database of another program")
    return False


def _set_journal(connection: sqlite3.Connection, name: str, mode: str) -> None:
    """Set the mode of the journal; where another is about to write, SQLite refuses at once."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            return _set(connection, name, "journal_mode", mode)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() >= until:
                raise
        time.sleep(AGAIN_SECONDS)


def _pragma(connection: sqlite3.Connection, pragma: str) -> int | str:
    value: int | str = connection.execute(f"pragma {pragma}").fetchone()[0]
    return value


def _set(connection: sqlite3.Connection, name: str, pragma: str, value: int | str) -> None:
    connection.execute(f"pragma {pragma} = {value}")
    found = _pragma(connection, pragma)
    if found != value:
        raise StoreUnavailable(name, f"{pragma} stays {found}, {value} is needed")
