"""An outcome as tables on a terminal.

It knows how tables are printed, and refuses to know how their figures were counted.

What came from outside is printed as it is: it is never read as markup.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from orderflow.audit import Law, Plan
from orderflow.intake import Finding
from orderflow.money import Money
from orderflow.reporting.outcome import Outcome, Pace

if TYPE_CHECKING:
    from rich.console import Console

FINDINGS_SHOWN: Final = 30
BREACHES_SHOWN: Final = 20


def print_outcome(console: Console, outcome: Outcome) -> None:
    """Print every figure, then the laws, then whether they hold."""
    summary = outcome.summary
    for note in outcome.notes:
        console.print(note, markup=False)
    print_findings(console, outcome.findings)
    _table(console, "orders by status", ("status", "orders"), _counts(summary.headlines))
    _table(console, "units by state", ("state", "units"), _counts(summary.units))
    shipments = [(str(times), n) for times, n in summary.shipments]
    _table(console, "shipments an order", ("shipments", "orders"), _counts(shipments))
    money = [
        (flow.currency, *(f"{Money(minor, flow.currency).decimal:,}" for minor in minors))
        for flow in summary.money
        for minors in [(flow.captured, flow.refunded, flow.charged_back, flow.kept)]
    ]
    names = ("money", "captured", "refunded", "charged back", "kept")
    _table(console, "money", names, money)
    refusals = [(one.code, f"{one.n:,}", one.sentence) for one in summary.refusals]
    _table(console, "refusals by code", ("code", "times", "for instance"), refusals)
    if outcome.pace is not None:
        _print_pace(console, outcome.pace, summary.split_permille)
    print_laws(console, outcome.laws, last=not outcome.missed)
    if outcome.missed:
        for one in outcome.missed:
            console.print(one, markup=False)
        console.print("all laws hold" if outcome.all_laws_hold else "a law is broken")
        console.print("the demo has not shown all that it has to")


def print_findings(console: Console, findings: Sequence[Finding]) -> None:
    """Print what is wrong with files: the first findings, and how many more there are."""
    rows = [(str(one.row or ""), one.column, one.reason) for one in findings[:FINDINGS_SHOWN]]
    _table(console, "findings", ("row", "column", "reason"), rows)
    if len(findings) > FINDINGS_SHOWN:
        console.print(f"and {len(findings) - FINDINGS_SHOWN:,} more findings")


def print_laws(console: Console, laws: Sequence[Law], *, last: bool = True) -> None:
    """Print each law with its figure and what breaks it, and at the end whether all hold."""
    rows = [(law.name, "holds" if law.holds else "BROKEN", law.figure) for law in laws]
    _table(console, "laws", ("law", "", "what was looked at"), rows)
    for law in laws:
        for breach in law.breaches[:BREACHES_SHOWN]:
            console.print(f"{law.name}: {breach}", markup=False)
        if len(law.breaches) > BREACHES_SHOWN:
            console.print(f"{law.name}: and {len(law.breaches) - BREACHES_SHOWN:,} more")
    if last:
        console.print("all laws hold" if all(law.holds for law in laws) else "a law is broken")


def print_plans(console: Console, plans: Sequence[Plan], *, carried_out: bool) -> None:
    """Print each drift with what it should be, what is damaged, and what has become of it."""
    for plan in plans:
        of = f"{plan.tenant}: " if plan.tenant else ""
        for drift in plan.drifts:
            console.print(f"{of}{drift}", markup=False, soft_wrap=True)
        for damage in plan.damage:
            console.print(f"{of}the journal is damaged: {damage}", markup=False, soft_wrap=True)
        for one in plan.left_alone:
            console.print(f"{of}left alone: {one}", markup=False, soft_wrap=True)
    n = sum(len(plan.drifts) for plan in plans)
    if not n:
        left = any(plan.left_alone for plan in plans)
        what = "nothing that was looked at differs" if left else "nothing differs"
        console.print(f"{what} from the journal")
    elif carried_out:
        console.print(f"{n:,} repairs were made")
    else:
        console.print(f"{n:,} repairs would mend it; nothing was changed")


def _print_pace(console: Console, pace: Pace, split_permille: int) -> None:
    console.print(
        f"{pace.orders:,} orders in {pace.seconds:.1f} s: {pace.orders_a_second:.1f} orders a "
        f"second, {pace.commands:,} commands, {pace.refused:,} refused"
    )
    late = f"; {pace.parcels_late:,} of {pace.parcels_promised:,} parcels came after a promised day"
    console.print(
        f"{pace.short_permille / 10:.1f} % of the units were short at first; "
        f"{split_permille / 10:.1f} % of the orders that left did so in several shipments"
        f"{late if pace.parcels_promised else ''}"
    )


def _counts(pairs: Iterable[tuple[str, int]]) -> list[tuple[str, str]]:
    return [(name, f"{n:,}") for name, n in pairs]


def _table(
    console: Console, title: str, names: Sequence[str], rows: Sequence[Sequence[str]]
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for i, name in enumerate(names):
        numbers = all(row[i].replace(",", "").replace(".", "").isdigit() for row in rows)
        table.add_column(name, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)
