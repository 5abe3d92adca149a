"""What became of the orders, for people: figures, charts, and one HTML file that opens from disk.

It knows how figures and charts are counted, drawn and written, and refuses to know how they came
to be.
"""

from orderflow.reporting.chart_svg import draw_chart
from orderflow.reporting.chart_text import chart_data, mermaid
from orderflow.reporting.charts import chart_named, written
from orderflow.reporting.outcome import Outcome, Pace
from orderflow.reporting.page import ReportingMissing, check_ready, render, write_report
from orderflow.reporting.summary import MoneyFlow, RefusedFor, Summary, summarise
from orderflow.reporting.terminal import print_findings, print_laws, print_outcome, print_plans

__all__ = [
    "MoneyFlow",
    "Outcome",
    "Pace",
    "RefusedFor",
    "ReportingMissing",
    "Summary",
    "chart_data",
    "chart_named",
    "check_ready",
    "draw_chart",
    "mermaid",
    "print_findings",
    "print_laws",
    "print_outcome",
    "print_plans",
    "render",
    "summarise",
    "write_report",
    "written",
]
