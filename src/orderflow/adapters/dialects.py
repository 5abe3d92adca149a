"""How a database is told the statements that all stores in SQL share.

It knows what a placeholder looks like and by which names a database has our tables, and refuses to
know any statement.

A file of ours has nothing but our tables, under their own names.
In a database of a host they stand beside the host's: in a schema of their own in PostgreSQL, and
behind a prefix in SQLite, which has no schemas.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from orderflow.errors import BadInput

TABLES: Final = (
    "about",
    "archive",
    "claim",
    "counter",
    "document",
    "entry",
    "matter",
    "migration",
    "of_lot",
    "outbox",
    "person",
    "rules",
    "version",
)
"""Every table of ours, by its own name."""

_NAMED: Final = re.compile(
    rf"\b(from|into|update|join|on|table|index|indexed by|not exists) ({'|'.join(TABLES)})(?=\b|_)"
)
_NAME: Final = re.compile(r"[a-z_][a-z0-9_]{0,39}")


def schema_name(schema: object) -> str:
    """A name for our schema, as it needs no quotes: `BadInput` for any other."""
    if not isinstance(schema, str) or not _NAME.fullmatch(schema):
        raise BadInput("schema", "small letters, digits and underscores are wanted, at most 40")
    return schema


@cache
def said(statement: str, prefix: str, mark: str) -> str:
    """A shared statement with the names and the placeholder of a database."""
    named = _NAMED.sub(rf"\1 {prefix}\2", statement)
    return named if mark == "?" else named.replace("?", mark)
