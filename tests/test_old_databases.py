"""Databases that earlier versions have written: their journals still fold to what they say.

They stand in `tests/golden/databases`, one for each version, and are never written anew.
`python -m tests.test_old_databases VERSION` makes one when a version is released.
"""

from __future__ import annotations

import gzip
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from orderflow import Workflow
from orderflow.adapters.sqlite import SqliteStore
from orderflow.audit import audit
from orderflow.values import Position
from tests.kept import GOLDEN
from tests.test_bad_input import House

KEPT = sorted((GOLDEN / "databases").glob("*.sqlite.gz"))


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.name.partition(".sqlite")[0])
def test_a_journal_of_an_earlier_version_folds_to_what_it_says(
    kept: Path, tmp_path: Path, promise: Callable[[int, str], None]
) -> None:
    file = tmp_path / "old.sqlite"
    file.write_bytes(gzip.decompress(kept.read_bytes()))

    with SqliteStore(file, synchronous="normal") as store:
        entries = sum(1 for _ in store.entries())
        assert entries > 400
        assert [breach for law in audit(store) for breach in law.breaches] == []
        Workflow(store).receive(Position("BRASS-LAMP", "leith"), 1)  # and it is worked on
        assert [breach for law in audit(store) for breach in law.breaches] == []
    promise(27, f"{kept.name}: {entries} entries fold to equal documents")


def test_there_is_one_of_this_version() -> None:
    assert KEPT


def keep(version: str) -> None:
    """Write the database of a house in which everything has happened."""
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.sqlite", Path(folder) / "small.sqlite"
        with SqliteStore(whole, synchronous="normal") as store:
            House(store)
        with closing(sqlite3.connect(whole)) as file:
            file.execute("vacuum into ?", (str(small),))
        path = GOLDEN / "databases" / f"{version}.sqlite.gz"
        path.write_bytes(gzip.compress(small.read_bytes(), mtime=0))


if __name__ == "__main__":
    keep(sys.argv[1])
