"""No text is kept that no test speaks of."""

from __future__ import annotations

from pathlib import Path

from tests.kept import kept

TESTS = Path(__file__).parent


def test_each_kept_text_is_named_by_a_test() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py"))

    folders = ("ledgers", "returned", "roads")  # the others have a case for each by its name
    names = {name for folder in folders for name in kept(folder)}
    alone = [name for name in sorted(names) if f'"{name}"' not in said]

    assert alone == []
