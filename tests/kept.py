"""Texts that are kept: what the library says to people in a case, agreed to once.

They stand in `tests/golden`, a folder for each kind. `ORDERFLOW_WRITE_KEPT=1` writes them anew;
look at each before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

GOLDEN: Final = Path(__file__).parent / "golden"


def assert_kept(folder: str, name: str, said: str) -> None:
    """A text reads as it was agreed to."""
    path = GOLDEN / folder / f"{name}.txt"
    if os.environ.get("ORDERFLOW_WRITE_KEPT"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text(encoding="utf-8")


def kept(folder: str) -> set[str]:
    """The names of the texts in a folder."""
    return {path.stem for path in (GOLDEN / folder).iterdir()}
