"""The command line: run a demo, files or a simulation, check a database, print a chart.

It knows options, exit statuses and the terminal, and refuses to know any rule.

Exit status 0: all is well. 1: a law is broken, or the demo did not show what it has to.
2: it could not be done (a missing file, another program's database, nothing to take), and a
sentence on stderr says why. 130: it was stopped by Ctrl-C.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final, Literal, TypeAlias

import attrs
import cyclopts
from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from orderflow import __version__, demo
from orderflow.adapters.codec import put_document
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.schema import APPLICATION_ID
from orderflow.adapters.sqlite import SqliteStore
from orderflow.audit import audit, reconcile
from orderflow.errors import BadInput, OrderflowError
from orderflow.intake import Columns, Finding, orders, stock
from orderflow.ports import Store
from orderflow.reporting import (
    Outcome,
    chart_named,
    check_ready,
    print_findings,
    print_laws,
    print_outcome,
    print_plans,
    write_report,
    written,
)
from orderflow.reporting.charts import Form
from orderflow.states import CHARTS

BAD: Final = 2
STOPPED: Final = 130

app = App(
    name="orderflow",
    help="Run orders from intake to refund, and check that nothing is oversold or lost.",
    version=__version__,
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)

Report: TypeAlias = Annotated[Path | None, Parameter(help="write the report here, as HTML")]
Json: TypeAlias = Annotated[bool, Parameter(name="--json", negative=(), help="print JSON instead")]
Pairs: TypeAlias = tuple[str, ...]


@app.command(name="demo")
def run_demo(
    *,
    scale: Annotated[float, Parameter(help="of TPC-H: 0.002 is 3,000 orders")] = 0.002,
    db: Annotated[Path, Parameter(help="where; an earlier demo is replaced")] = Path("demo.sqlite"),
    report: Report = None,
    seed: Annotated[int, Parameter(help="what people do is drawn by it")] = 7,
    as_json: Json = False,
) -> int:
    """Run the order stream of TPC-H through the library, and check every law."""
    demo.check_ready(scale)
    _check_report(report, db)
    _check_folder("db", db)
    _clear_demo(db)
    with SqliteStore(db, synchronous="normal") as store, _bar() as progress:
        outcome = demo.run_demo(store, scale, seed, progress)
    return _told(outcome, report, as_json=as_json)


@app.command(name="run")
def run_files(
    orders_csv: Annotated[Path, Parameter(help="one row a line of an order")],
    /,
    *,
    stock_csv: Annotated[Path, Parameter(name="--stock", help="one row a SKU and location")],
    heads_csv: Annotated[
        Path | None, Parameter(name="--heads", help="one row an order, where these are two files")
    ] = None,
    db: Annotated[Path | None, Parameter(help="a new file; without one, nothing is kept")] = None,
    report: Report = None,
    names: Annotated[
        Pairs,
        Parameter(name="--map", negative=(), help="THEIRS=ours, or THEIRS= to leave a column out"),
    ] = (),
    given: Annotated[
        Pairs, Parameter(name="--set", negative=(), help="ours=VALUE for every row")
    ] = (),
    stock_names: Annotated[
        Pairs, Parameter(name="--stock-map", negative=(), help="as --map, for stock")
    ] = (),
    stock_given: Annotated[
        Pairs, Parameter(name="--stock-set", negative=(), help="as --set, for stock")
    ] = (),
    zone: Annotated[str, Parameter(help="of times without one, such as Europe/London")] = "",
    as_json: Json = False,
) -> int:
    """Run orders of your own files: good orders go on, bad rows are findings."""
    _check_report(report, db)
    if db is not None:
        _check_folder("db", db)
        if db.exists():
            raise BadInput("db", f"{db} is there already; name a new file")
    columns = Columns(_pairs(names, "map"), _pairs(given, "set"), zone)
    stock_columns = Columns(_pairs(stock_names, "stock-map"), _pairs(stock_given, "stock-set"))
    heads = None if heads_csv is None else heads_csv.read_bytes()
    taken = orders(orders_csv.read_bytes(), columns, heads)
    shelves = stock(stock_csv.read_bytes(), stock_columns, taken.skus)
    findings = demo.findings_of(taken, shelves)
    if not taken.orders:
        return _nothing_taken(orders_csv, findings, as_json=as_json)
    if shelves.findings and not shelves.stock:
        return _nothing_taken(stock_csv, findings, as_json=as_json)
    now = datetime.now(UTC)
    if db is None:
        with _bar() as progress:
            outcome = demo.run_files(MemoryStore(), taken, shelves, now, progress)
    else:
        with SqliteStore(db, synchronous="normal") as store, _bar() as progress:
            outcome = demo.run_files(store, taken, shelves, now, progress)
    status = _told(outcome, report, as_json=as_json)
    return status or (0 if outcome.summary.orders else BAD)


@app.command(name="check")
def run_check(
    db: Annotated[Path, Parameter(help="the database to check")],
    *,
    repair: Annotated[
        bool, Parameter(negative=(), help="print every drift and its repair instead of the laws")
    ] = False,
    yes: Annotated[
        bool,
        Parameter(negative=(), help="with --repair: carry them out, all of a tenant or none"),
    ] = False,
    as_json: Json = False,
) -> int:
    """Check every law on a database. Nothing is changed, unless --repair --yes says so."""
    if yes and not repair:
        raise BadInput("yes", "it carries repairs out; say --repair too")
    if db.is_dir():
        raise BadInput("db", f"{db} is a folder; name the file in it")
    if not db.is_file():
        raise BadInput("db", f"there is no file {db}")
    if not os.access(db, os.R_OK | os.W_OK) or not os.access(db.absolute().parent, os.W_OK):
        raise BadInput("db", f"{db} or its folder may not be written here; check a copy of it")
    if not _is_ours(db):
        raise BadInput("db", f"{db} is no database of orderflow")
    if repair:
        return _repair(db, carry_out=yes, as_json=as_json)
    with SqliteStore(db) as store:
        try:
            laws = [
                attrs.evolve(law, name=f"{law.name} of {tenant}" if tenant else law.name)
                for tenant in store.tenants()
                for law in audit(store, tenant, encode=put_document)
            ]
        except BadInput as bad:
            raise BadInput("db", f"{bad}; see what hangs on it with --repair") from bad
    good = all(law.holds for law in laws)
    if as_json:
        told = [
            {"name": law.name, "holds": law.holds, "figure": law.figure, "breaches": law.breaches}
            for law in laws
        ]
        print(json.dumps({"laws": told, "all_laws_hold": good}, indent=1))
    else:
        print_laws(Console(highlight=False), laws)
    return 0 if good else 1


def _repair(db: Path, *, carry_out: bool, as_json: bool) -> int:
    """Tell how each tenant's part differs from its journal, and mend it when told to.

    1 where something differs still, or a journal is damaged.
    """
    with SqliteStore(db) as store:
        plans = [reconcile(store, tenant) for tenant in store.tenants()]
        if carry_out:
            for plan in plans:
                store.mend(plan.tenant, plan.repairs)
    if as_json:
        told = [
            {
                "tenant": plan.tenant,
                "drifts": [
                    {
                        "kind": one.kind,
                        "what": one.repair.what,
                        "kept": one.kept,
                        "should": one.should,
                    }
                    for one in plan.drifts
                ],
                "damage": plan.damage,
                "left_alone": plan.left_alone,
            }
            for plan in plans
        ]
        print(json.dumps({"plans": told, "carried_out": carry_out}, indent=1))
    else:
        print_plans(Console(highlight=False), plans, carried_out=carry_out)
    mended = carry_out and not any(plan.damage for plan in plans)
    return 0 if mended or all(plan.clean for plan in plans) else 1


@app.command(name="simulate")
def run_simulation(
    *,
    seed: Annotated[int, Parameter(help="what happens is drawn by it")] = 42,
    days: Annotated[int, Parameter(help="how long the world lasts")] = 30,
    store: Annotated[Literal["memory", "sqlite"], Parameter(help="where it is kept")] = "memory",
) -> int:
    """Let a world of customers, suppliers and carriers happen, with all that can go wrong.

    Every law is looked at as it goes; where one breaks, the shortest story that breaks it is told.
    """
    from orderflow.testing.simulating import Broke, simulate  # nothing else needs the simulator

    with ExitStack() as opened:
        folder = Path(opened.enter_context(TemporaryDirectory(prefix="orderflow-")))
        numbers = count()

        def on_disk() -> Store:
            file = folder / f"{next(numbers)}.sqlite"
            return opened.enter_context(SqliteStore(file, synchronous="normal"))

        try:
            print(simulate(seed, days, store=MemoryStore if store == "memory" else on_disk))
        except Broke as broke:
            print(broke)
            return 1
    return 0


@app.command(name="chart")
def run_chart(
    *name: Annotated[str, Parameter(help="such as order, or stock-hold; without one, all names")],
    form: Annotated[Form, Parameter(name="--format", help="how it is written")] = "mermaid",
) -> int:
    """Print the chart of a life: its states, its moves and their conditions."""
    if name:
        print(written(chart_named(" ".join(name)), form), end="")
    else:
        print("\n".join(CHARTS))
    return 0


def run(tokens: Sequence[str] | None = None) -> int:
    """Run a command line; its exit status."""
    try:
        status = app(tokens, exit_on_error=False)
    except cyclopts.CycloptsError:
        return BAD  # told already
    except KeyboardInterrupt:
        print("orderflow: stopped; a database keeps what was done so far", file=sys.stderr)
        return STOPPED
    except OSError as no:
        where = f"{no.filename}: " if no.filename else ""
        print(f"orderflow: {where}{no.strerror or no}", file=sys.stderr)
        return BAD
    except OrderflowError as no:
        print(f"orderflow: {no}", file=sys.stderr)
        return BAD
    return status if isinstance(status, int) else 0


def _told(outcome: Outcome, report: Path | None, *, as_json: bool) -> int:
    """Print an outcome and write its report; the exit status that it deserves."""
    if report is not None:
        write_report(report, outcome)
    if as_json:
        print(json.dumps(outcome.as_json(), indent=1))
    else:
        print_outcome(Console(highlight=False), outcome)
    return 0 if outcome.good else 1


def _nothing_taken(file: Path, findings: Sequence[Finding], *, as_json: bool) -> int:
    """Say why nothing was run. Nothing is written, so the mended file may take the same names."""
    if as_json:
        print(json.dumps({"findings": [attrs.asdict(one) for one in findings]}, indent=1))
    else:
        print_findings(Console(highlight=False), findings)
    print(f"orderflow: nothing could be taken from {file}; nothing was written", file=sys.stderr)
    return BAD


def _check_report(report: Path | None, db: Path | None) -> None:
    """Say what is in the way of the report before the work, not after it."""
    if report is None:
        return
    check_ready()
    _check_folder("report", report)
    if db is not None and report.absolute() == db.absolute():
        raise BadInput("report", f"{report} is to be the database; name another file")
    if report.is_dir():
        raise BadInput("report", f"{report} is a folder; name a file")
    if report.exists() and not _is_page(report):
        raise BadInput("report", f"{report} is there already, and is no report; name another file")


def _check_folder(option: str, file: Path) -> None:
    folder = file.absolute().parent
    if not folder.is_dir():
        raise BadInput(option, f"there is no folder {folder}")
    if not os.access(folder, os.W_OK):
        raise BadInput(option, f"nothing may be written into {folder}; name a file elsewhere")


def _is_page(file: Path) -> bool:
    """Whether a file is empty or a page, as an earlier report is."""
    with file.open("rb") as there:
        return there.read(15).lower() in (b"", b"<!doctype html>")


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not name or not equals:
            raise BadInput(f"--{option}", f"NAME=VALUE is wanted, not {text}")
        if name in pairs:
            raise BadInput(f"--{option}", f"{name} comes twice")
        pairs[name] = value
    return pairs


def _clear_demo(db: Path) -> None:
    """Remove an earlier demo; anything else stays, and is refused."""
    if not db.exists():
        return
    if db.is_file() and _is_ours(db):
        with SqliteStore(db) as store:
            first = next(store.entries(), None)
        if first is None or first.key.startswith(f"{demo.MARK}/"):
            for tail in ("", "-wal", "-shm"):
                db.with_name(db.name + tail).unlink(missing_ok=True)
            return
    raise BadInput("db", f"{db} is there already, and is no earlier demo; name another file")


def _is_ours(db: Path) -> bool:
    """Whether a file is a database of ours, without changing it."""
    try:
        with closing(sqlite3.connect(f"{db.absolute().as_uri()}?mode=ro", uri=True)) as peek:
            found: object = peek.execute("pragma application_id").fetchone()[0]
    except sqlite3.Error:
        return False
    return found == APPLICATION_ID


@contextmanager
def _bar() -> Generator[Callable[[float, str], None]]:
    """A progress bar on stderr, where that is a terminal."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("making orders", total=1.0)
        shown = [-1.0]

        def watch(part: float, day: str) -> None:
            if part - shown[0] >= 0.002 or part == 1.0:
                shown[0] = part
                bar.update(task, completed=part, description=day)

        yield watch
