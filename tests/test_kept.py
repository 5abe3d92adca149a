"""No text is kept that no test speaks of."""

from __future__ import annotations

from pathlib import Path

from tests.kept import GOLDEN

TESTS = Path(__file__).parent


def test_each_kept_text_is_named_by_a_test() -> None:
    said = "".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("*.py"))

    alone = [path.name for path in GOLDEN.rglob("*.txt") if f'"{path.stem}"' not in said]

    assert alone == []
