"""Which rows of the features table the tests show, and which are open.

Reads the table in `docs/reference/features.md` and the marks `@pytest.mark.feature("F078", ...)` in
`tests/`, and prints both by group.  It reads the tests' text and runs none of them, so it says what
a test claims; that the claims hold is for the test run.

A mark counts on a test function, on a test class, in a module's `pytestmark` and on a
`pytest.param`.  A test that never runs shows nothing: one that is skipped whatever happens, or
expected to fail whatever happens, does not count.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = Path("docs/reference/features.md")
TESTS = Path("tests")

_GROUP = re.compile(r"## (?P<group>.+)")
_ROW = re.compile(r"\| *(?P<id>F\d+) *\| *(?P<what>.+?) *\| *(?P<side>host)? *\|")

TestNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Wrong(Exception):
    """The table or a mark cannot be read; the text says where and why."""


@dataclass(frozen=True)
class Row:
    """One feature: its id, what it is, the group it stands in, and whether it is the host's."""

    id: str
    what: str
    group: str
    host: bool = False


@dataclass(frozen=True)
class Mark:
    """A test (as pytest names it) that says it shows the feature `id`."""

    id: str
    test: str


def read_table(text: str) -> tuple[Row, ...]:
    """The rows of the table, in their order; a row that cannot be read is an error."""
    rows: dict[str, Row] = {}
    group = ""
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := _GROUP.fullmatch(line):
            group = heading["group"].strip()
        elif line.startswith("| F"):
            found = _ROW.fullmatch(line.strip())
            if found is None:
                raise Wrong(f"{TABLE}:{number}: not a row of the form | F001 | what | side |")
            if not group:
                raise Wrong(f"{TABLE}:{number}: {found['id']} stands in no group")
            if found["id"] in rows:
                raise Wrong(f"{TABLE}:{number}: {found['id']} is there twice")
            rows[found["id"]] = Row(found["id"], found["what"], group, bool(found["side"]))
    return tuple(rows.values())


def read_marks(source: str, path: str) -> Iterator[Mark]:
    """The marks of one test module, for every test in it that can run."""
    module = ast.parse(source, filename=path)
    shared = [value for node in module.body for value in _pytestmark(node)]
    if _never_runs(shared) or _skips(module.body):
        return
    yield from _marks_in(module.body, shared, path)


def _marks_in(body: Iterable[ast.stmt], outer: Sequence[ast.expr], path: str) -> Iterator[Mark]:
    for node in body:
        if not isinstance(node, TestNode) or not _is_test(node):
            continue
        own = list(node.decorator_list)
        test = f"{path}::{node.name}"
        if isinstance(node, ast.ClassDef):
            own += [value for child in node.body for value in _pytestmark(child)]
            if not _never_runs(own):
                yield from _marks_in(node.body, [*outer, *own], test)
        elif not _never_runs(own) and not _skips(node.body):
            for value in (*outer, *own):
                yield from (Mark(id_, test) for id_ in _ids(value, path))


def _is_test(node: TestNode) -> bool:
    return node.name.startswith("Test" if isinstance(node, ast.ClassDef) else "test")


def _pytestmark(node: ast.stmt) -> list[ast.expr]:
    """The marks in `pytestmark = mark` or `pytestmark = [mark, ...]`; none in another statement."""
    match node:
        case ast.Assign(targets=[ast.Name("pytestmark")], value=value):
            return list(value.elts) if isinstance(value, ast.List | ast.Tuple) else [value]
        case _:
            return []


def _dotted(node: ast.expr) -> str:
    """`pytest.mark.skip` for that expression, called or not."""
    match node:
        case ast.Call(func=func):
            return _dotted(func)
        case ast.Attribute(value=value, attr=attr):
            return f"{_dotted(value)}.{attr}"
        case ast.Name(id=name):
            return name
        case _:
            return ""


def _never_runs(values: Iterable[ast.expr]) -> bool:
    """Whether a mark among these takes its test out, whatever the machine or the moment."""
    return any(_takes_out(value) for value in values)


def _takes_out(value: ast.expr) -> bool:
    name = f".{_dotted(value)}"
    args = value.args if isinstance(value, ast.Call) else []
    if name.endswith((".mark.skip", ".unittest.skip")):
        return True
    always = not args or (isinstance(args[0], ast.Constant) and bool(args[0].value))
    if name.endswith(".mark.skipif"):
        return bool(args) and always
    return name.endswith(".mark.xfail") and always


def _skips(body: Iterable[ast.stmt]) -> bool:
    """Whether `pytest.skip(...)` stands in this body itself, under no condition."""
    return any(
        isinstance(node, ast.Expr) and _dotted(node.value) in {"pytest.skip", "pytest.xfail"}
        for node in body
    )


def _ids(value: ast.expr, path: str) -> Iterator[str]:
    """The ids of the feature marks in an expression, but for a `pytest.param` that never runs."""
    if isinstance(value, ast.Call):
        if f".{_dotted(value)}".endswith(".mark.feature"):
            if not value.args:
                raise Wrong(f"{path}:{value.lineno}: a feature mark without an id")
            for arg in value.args:
                if not isinstance(arg, ast.Constant) or not isinstance(arg.value, str):
                    raise Wrong(f"{path}:{value.lineno}: a feature id must be written out")
                yield arg.value
            return
        if _dotted(value) == "pytest.param":
            marks = next((word.value for word in value.keywords if word.arg == "marks"), None)
            several = marks.elts if isinstance(marks, ast.List | ast.Tuple) else [marks]
            if _never_runs(mark for mark in several if mark is not None):
                return
    for child in ast.iter_child_nodes(value):
        if isinstance(child, ast.expr):
            yield from _ids(child, path)
        elif isinstance(child, ast.keyword):
            yield from _ids(child.value, path)


def lines(rows: Sequence[Row], marks: Iterable[Mark]) -> Iterator[str]:
    """The report: each group with its covered rows, then its open ones, and the sum at the end."""
    tests: dict[str, list[str]] = {row.id: [] for row in rows}
    for mark in marks:
        if mark.id not in tests:
            raise Wrong(f"{mark.test}: no feature {mark.id} in {TABLE}")
        if mark.test not in tests[mark.id]:
            tests[mark.id].append(mark.test)
    for group, members in groupby(rows, key=lambda row: row.group):
        every = list(members)
        covered = [row for row in every if tests[row.id]]
        yield f"{group}: {len(covered)} of {len(every)}"
        for row in covered:
            yield f"  covered  {_line(row)}"
            yield from (f"                {test}" for test in sorted(tests[row.id]))
        yield from (f"  open     {_line(row)}" for row in every if not tests[row.id])
        yield ""
    yield f"{sum(map(bool, tests.values()))} of {len(rows)} covered"


def _line(row: Row) -> str:
    return f"{row.id}  {row.what}{' (host)' if row.host else ''}"


def main(root: Path = ROOT) -> int:
    """Print the report for the project at `root`; 1 when table or marks are wrong."""
    try:
        rows = read_table((root / TABLE).read_text(encoding="utf-8"))
        marks = [
            mark
            for path in sorted((root / TESTS).rglob("test_*.py"))
            for mark in read_marks(
                path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()
            )
        ]
        report = list(lines(rows, marks))
    except (Wrong, OSError, SyntaxError) as error:
        print(f"features: {error}", file=sys.stderr)
        return 1
    sys.stdout.write("\n".join([*report, ""]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
