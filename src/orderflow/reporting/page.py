"""The report: one HTML file that needs no network and runs no script.

It knows which figures and pictures stand where, and refuses to know how they were counted.

Whatever came from outside (a SKU, a customer's words, a name in a file) is escaped on its way into
the page, in the text and in the pictures alike.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Final

from orderflow.errors import OrderflowError
from orderflow.money import Money
from orderflow.reporting.outcome import Outcome
from orderflow.states import ORDER, UNIT

TEMPLATE: Final = "report.html.jinja"
FINDINGS_SHOWN: Final = 200


class ReportingMissing(OrderflowError):
    """The extra that writes reports is not installed."""


def check_ready() -> None:
    """Raise `ReportingMissing` unless a report could be written."""
    if find_spec("jinja2") is None:
        raise ReportingMissing(
            "a report needs jinja2: install it with pip install 'orderflow-oms[report]'"
        )


def render(outcome: Outcome) -> str:
    """The report of an outcome, as HTML."""
    check_ready()
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from orderflow.reporting.bars import draw_bars, draw_months
    from orderflow.reporting.chart_svg import draw_chart

    loader = FileSystemLoader(Path(__file__).parent)
    page = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True
    ).get_template(TEMPLATE)
    summary = outcome.summary
    shipments = [
        (("none" if not times else f"{times} shipment{'s' * (times > 1)}"), n)
        for times, n in summary.shipments
    ]
    refusals = [(one.code, one.n) for one in summary.refusals]
    return page.render(
        outcome=outcome,
        summary=summary,
        pace=outcome.pace,
        findings=outcome.findings[:FINDINGS_SHOWN],
        more_findings=max(0, len(outcome.findings) - FINDINGS_SHOWN),
        units=sum(n for _, n in summary.units),
        money=lambda minor, currency: f"{Money(minor, currency).decimal:,}",
        orders_by_status=draw_bars("orders by status", summary.headlines),
        units_by_state=draw_bars("units by state", summary.units, "#5b8f6a"),
        orders_by_shipments=draw_bars("orders by number of shipments", shipments, "#7b6ba8"),
        refusals_by_code=draw_bars("refusals by code", refusals, "#b5673b"),
        orders_by_month=draw_months("orders placed in each month", summary.months),
        order_chart=draw_chart(ORDER),
        unit_chart=draw_chart(UNIT),
    )


def write_report(path: Path, outcome: Outcome) -> None:
    """Write the report of an outcome into a file."""
    path.write_text(render(outcome), encoding="utf-8")
