"""What must not pass the type checkers: each mistake of `tests/typing/` is found by both.

A line with a mistake says so itself: `# E: mypy arg-type, pyright reportArgumentType`.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests/typing").glob("*.py"))

# The codes of the errors on each line, by file and line; lines without one are not there.
Found: TypeAlias = dict[tuple[str, int], set[str]]


def marked(checker: str) -> Found:
    """What the comments of the files say that a checker finds."""
    found: Found = {}
    for file in FILES:
        for n, line in enumerate((ROOT / file).read_text(encoding="utf-8").splitlines(), 1):
            for codes in re.findall(rf"# E: .*?\b{checker} ([\w -]+)", line):
                found[file, n] = set(codes.split())
    return found


def by_mypy() -> Found:
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-pretty", "--hide-error-context", *FILES],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: Found = {}
    for file, line, code in re.findall(
        r"^(.+?):(\d+): error: .*\[([\w-]+)\]$", done.stdout, re.MULTILINE
    ):
        found.setdefault((file, int(line)), set()).add(code)
    return found


def by_pyright() -> Found:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "basedpyright", "--pythonpath", sys.executable),
            *("--outputjson", *FILES),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    told: list[dict[str, Any]] = json.loads(done.stdout)["generalDiagnostics"]
    found: Found = {}
    for one in told:
        file = Path(one["file"]).resolve().relative_to(ROOT).as_posix()
        found.setdefault((file, one["range"]["start"]["line"] + 1), set()).add(one["rule"])
    return found


@pytest.mark.parametrize(
    ("checker", "find"), (("mypy", by_mypy), ("pyright", by_pyright)), ids=("mypy", "pyright")
)
def test_each_mistake_is_found_and_nothing_else(checker: str, find: Callable[[], Found]) -> None:
    expected = marked(checker)

    assert find() == expected
    assert {file for file, _ in expected} == set(FILES) - {"tests/typing/right.py"}


def test_each_mistake_is_found_by_both() -> None:
    assert marked("mypy").keys() == marked("pyright").keys()


def test_each_row_of_the_tables_is_made_through_its_types() -> None:
    tables = sorted((ROOT / "src/orderflow/states").glob("*.py"))

    bare = [table.name for table in tables if re.search(r"\bRow\(", table.read_text("utf-8"))]

    assert tables
    assert bare == []
