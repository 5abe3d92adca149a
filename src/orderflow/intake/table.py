"""Rows out of CSV text, whatever is wrong with it.

It knows lines, quotes and headers, and refuses to know what a column means.

Problem: one quote that is never closed makes a reader swallow every row behind it as one long cell.
Decision: only the *line* on which an unreadable record begins is given up; reading goes on with the
next line.
So a row's number is that of its line in an editor, the header's being 1, and nothing but the broken
line is lost.
Cells over several lines are read where their column is left out (notes, addresses), and taken for a
broken quote anywhere else.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches
from typing import Final, TypeAlias, TypeVar

import attrs

from orderflow.errors import BadInput

T = TypeVar("T")

Source: TypeAlias = Iterable[str] | Iterable[bytes] | bytes
"""Lines of text, or of UTF-8; a whole text or a whole file's bytes will do as well."""

RECORD_LINES_MAX: Final = 100
"""The most lines that one record may go over; it bounds the work on a broken quote."""

_SHOWN_MAX: Final = 200
_BARE_RETURN: Final = "a carriage return stands inside a line"


@attrs.frozen
class Finding:
    """What is wrong with a file: in which row (the header's is 1), which column, and why."""

    row: int
    column: str
    reason: str


@attrs.frozen
class Columns:
    """How a foreign file is read: its names for our columns, and what it does not say.

    `names` maps a column of the file to one of ours, or to nothing when it is to be left out;
    `given` has cells for every row of columns that the file lacks; `zone` is the time zone of times
    that name none, such as `Europe/London`.
    """

    names: Mapping[str, str] = attrs.field(factory=dict)
    given: Mapping[str, str] = attrs.field(factory=dict)
    zone: str = ""

    def check(self, known: Collection[str]) -> None:
        """Refuse a name that is none of ours: that is a mistake of the caller, not of the file."""
        for path, names in (("map", self.names.values()), ("set", self.given)):
            for name in names:
                if name and name not in known:
                    raise BadInput(path, f"there is no column {name} (there are: {_listed(known)})")


AS_OURS: Final = Columns()
"""A file whose columns are named as ours are."""


@attrs.frozen
class TableRow:
    """One row: its number and its cells by our column names, without the empty ones.

    A row that could not be read has a `fault`; its cells are then a guess.
    """

    number: int
    cells: Mapping[str, str]
    fault: str = ""

    def cell(self, column: str, given: Mapping[str, str]) -> str:
        """What the row says, or else what is given for every row; empty when neither does."""
        return self.cells.get(column) or given.get(column, "")


@attrs.frozen
class Table:
    """The rows of a file and what is wrong with its header; with findings, there are no rows."""

    rows: tuple[TableRow, ...]
    columns: frozenset[str]
    findings: tuple[Finding, ...] = ()
    unused: frozenset[str] = frozenset()


def read_table(source: Source, known: Collection[str], columns: Columns) -> Table:
    """Read rows with a header. A column that is unknown or comes twice breaks the table."""
    records = _Records(source)
    header = next(records, None)
    while header is not None and not header.cells and not header.fault:
        header = next(records, None)
    if header is None:
        return Table((), frozenset(), (finding(1, "", "the file is empty"),))
    if header.fault:
        return Table((), frozenset(), (finding(header.number, "", header.fault),))
    theirs = [cell.strip() for cell in header.cells]
    ours = [columns.names.get(name, name) for name in theirs]
    findings = _header_findings(header.number, theirs, ours, known)
    unused = frozenset(columns.names) - frozenset(theirs)
    if findings:
        return Table((), frozenset(ours), findings, unused)
    records.used = frozenset(i for i, name in enumerate(ours) if name)
    rows = tuple(_row(record, ours) for record in records if record.cells or record.fault)
    return Table(rows, frozenset(ours) | frozenset(columns.given), (), unused)


class Cells:
    """Reads cells of one row, or of one order, and remembers every finding."""

    def __init__(self, findings: list[Finding], prefix: str = "") -> None:
        self.findings = findings
        self.prefix = prefix
        self.sound = True

    def fault(self, row: int, column: str, reason: str) -> None:
        """Write a finding down."""
        self.sound = False
        self.findings.append(finding(row, self.prefix + column, reason))

    def take(self, row: int, column: str, cell: str, parse: Callable[[str], T], absent: T) -> T:
        """What a cell says; `absent` when it is empty, or wrong, which is a finding."""
        if not cell:
            return absent
        try:
            return parse(cell)
        except BadInput as no:
            self.fault(row, column, no.reason)
            return absent


def missing(required: Iterable[str], there: Collection[str]) -> Iterator[Finding]:
    """A finding for each column that must be there and is not."""
    return (finding(1, name, "this column is missing") for name in required if name not in there)


def not_there(unused: Iterable[str]) -> Iterator[Finding]:
    """A finding for each column that was to be mapped and is not in the file."""
    return (finding(1, name, "is to be mapped, but is not there") for name in sorted(unused))


def finding(row: int, column: str, reason: str) -> Finding:
    """A finding that can be printed, whatever the file held."""
    return Finding(row, _shown(column), _shown(reason))


@attrs.frozen
class _Record:
    number: int
    cells: list[str]
    fault: str = ""


class _Records:
    """Records out of lines; see the module's docstring for what happens to broken ones."""

    def __init__(self, source: Source) -> None:
        self.used: frozenset[int] = frozenset()
        self._lines = _decoded(source)
        self._waiting: deque[str] = deque()
        self._number = 0

    def __iter__(self) -> Iterator[_Record]:
        return self

    def __next__(self) -> _Record:
        taken: list[str] = []
        number = self._number + 1
        try:
            cells = next(csv.reader(self._feed(taken), strict=True), None)
        except csv.Error as no:
            why = _BARE_RETURN if "new-line character" in str(no) else str(no)
            return self._give_up(taken, f"cannot be read: {why}")
        if cells is None:
            raise StopIteration
        if any("\n" in cell or "\r" in cell for i, cell in enumerate(cells) if i in self.used):
            return self._give_up(taken, "cannot be read: a quote is never closed")
        self._number += len(taken)
        return _Record(number, cells)

    def _feed(self, taken: list[str]) -> Iterator[str]:
        while len(taken) < RECORD_LINES_MAX:
            line = self._waiting.popleft() if self._waiting else next(self._lines, None)
            if line is None:
                return
            taken.append(line)
            yield line

    def _give_up(self, taken: list[str], fault: str) -> _Record:
        """Lose one line; its cells are guessed at, to know whose order it may belong to."""
        self._waiting.extendleft(reversed(taken[1:]))
        self._number += 1
        guess = [cell.strip() for cell in taken[0].replace('"', "").split(",")]
        return _Record(self._number, guess, fault)


def _decoded(source: Source) -> Iterator[str]:
    """Lines of text. What is no UTF-8 becomes characters that every cell refuses."""
    lines: Iterable[str | bytes]
    if isinstance(source, str):
        lines = io.StringIO(source, newline="")
    elif isinstance(source, bytes | bytearray):
        lines = io.BytesIO(source)
    else:
        lines = source
    first = True
    for line in lines:
        text = line if isinstance(line, str) else line.decode("utf-8", "surrogateescape")
        yield text.removeprefix("\ufeff") if first else text
        first = False


def _header_findings(
    row: int, theirs: list[str], ours: list[str], known: Collection[str]
) -> tuple[Finding, ...]:
    other = _not_ours(theirs)
    if other:
        return (finding(row, "", other),)
    findings = []
    listed = False
    seen: dict[str, str] = {}
    for name, column in zip(theirs, ours, strict=True):
        if not column and name:
            continue
        if column not in known:
            near = get_close_matches(column.casefold(), sorted(known), 1, 0.75)
            hint = f" (did you mean {near[0]}?)" if near else ""
            if not near and not listed:
                hint, listed = f" (there are: {_listed(known)})", True
            findings.append(finding(row, name, f"is not a column{hint}; map it, or leave it out"))
        elif column in seen:
            findings.append(finding(row, name, f"is the same column as {seen[column]}"))
        seen.setdefault(column, name)
    return tuple(findings)


def _not_ours(header: list[str]) -> str:
    """Why a header is none of CSV in UTF-8 with commas, where that can be told; else empty."""
    if any("\0" in name for name in header):
        return "is not UTF-8 text; save the file as CSV in UTF-8"
    for mark, called in ((";", "semicolons"), ("\t", "tabs")):
        if len(header) == 1 and mark in header[0]:
            return f"cells are parted by {called}; commas are wanted"
    return ""


def _row(record: _Record, ours: list[str]) -> TableRow:
    fault = record.fault
    if not fault and len(record.cells) != len(ours):
        fault = f"has {len(record.cells)} cells where the header has {len(ours)}"
    cells = {name: cell for name, cell in zip(ours, record.cells, strict=False) if name and cell}
    return TableRow(record.number, cells, fault)


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))


def _shown(text: str) -> str:
    cut = text if len(text) <= _SHOWN_MAX * 3 else text[: _SHOWN_MAX * 3] + "..."
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in cut
    )
