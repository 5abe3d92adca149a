"""The pytest plugin: fixtures for tests of hosts, and the report of the conformance suites.

pytest imports it in each of its runs wherever the library is installed, so it stands beside the
package and imports nothing of it until a test asks.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from orderflow.adapters.carriers import ScriptedCarrier
    from orderflow.adapters.gateways import ScriptedGateway
    from orderflow.testing import Report, Suite
    from orderflow.testing.samples import CountedIds, FixedClock
    from orderflow.workflow import Workflow

_PROPERTY: Final = "orderflow conformance"


# --- fixtures -----------------------------------------------------------------------------------


@pytest.fixture
def orderflow_clock() -> FixedClock:
    """A clock that stands at nine on 2 March 2026, in UTC, until it is put forward."""
    from orderflow.testing.samples import FixedClock

    return FixedClock()


@pytest.fixture
def orderflow_ids() -> CountedIds:
    """Ids that count: `k-1`, `k-2`, and so on."""
    from orderflow.testing.samples import CountedIds

    return CountedIds()


@pytest.fixture
def orderflow_workflow(orderflow_clock: FixedClock, orderflow_ids: CountedIds) -> Workflow:
    """A workflow in memory, with that clock and those ids as its keys."""
    from orderflow.adapters.memory import MemoryStore
    from orderflow.workflow import Workflow

    return Workflow(MemoryStore(), clock=orderflow_clock, keys=orderflow_ids)


@pytest.fixture
def orderflow_carrier(orderflow_clock: FixedClock) -> ScriptedCarrier:
    """A carrier named `carrier` that does as its script says, by that clock."""
    from orderflow.adapters.carriers import ScriptedCarrier

    return ScriptedCarrier("carrier", orderflow_clock)


@pytest.fixture
def orderflow_gateway(orderflow_clock: FixedClock) -> ScriptedGateway:
    """A payment gateway named `gateway` that does as its script says, by that clock."""
    from orderflow.adapters.gateways import ScriptedGateway

    return ScriptedGateway("gateway", orderflow_clock)


# --- the report of conformance suites -----------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that asks for the report."""
    parser.getgroup("orderflow").addoption(
        "--conformance-report",
        metavar="FILE",
        help="write what became of each check of orderflow's conformance suites; - prints it",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note what became of a check, where the test is one; so workers of xdist tell it, too."""
    report = yield
    suite = _suite_of(item)
    over = report.when == "call" or report.outcome != "passed"
    if suite is not None and over and isinstance(item, pytest.Function):
        why = getattr(item.instance, "told", "")
        if call.excinfo is not None:
            why = str(call.excinfo.value) or call.excinfo.typename
        head = (suite.of or suite.__name__, suite.kind(), suite.capabilities())
        told = (*head, item.originalname, report.outcome, why)
        report.user_properties.append((_PROPERTY, json.dumps(told)))
    return report


def _suite_of(item: pytest.Item) -> type[Suite] | None:
    """The suite that a test is a check of; `None` where it is none, or the kit is not in use."""
    cls = getattr(item, "cls", None)
    if "orderflow.testing.kit" not in sys.modules or not isinstance(cls, type):
        return None
    from orderflow.testing.kit import Suite

    return cls if issubclass(cls, Suite) else None


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the report of each suite that was run, or write all of them to the file."""
    wanted = config.getoption("--conformance-report")
    if not wanted:
        return
    every = [test for tests in terminalreporter.stats.values() for test in tests]
    told = [
        value
        for test in every
        for name, value in getattr(test, "user_properties", ())
        if name == _PROPERTY
    ]
    text = "\n\n".join(str(report) for report in _reports(told))
    if wanted == "-":
        terminalreporter.write_line(text)
    else:
        Path(wanted).write_text(f"{text}\n", encoding="utf-8")


def _reports(told: list[str]) -> list[Report]:
    """The reports of what was told of each check, suites by name."""
    from orderflow.testing import Checked, Report, Result

    results = {"passed": Result.PASSED, "skipped": Result.NOT_ASKED, "failed": Result.FAILED}
    checks: dict[str, dict[str, Checked]] = {}
    for one in dict.fromkeys(told):
        *head, check, outcome, why = json.loads(one)
        found = checks.setdefault(json.dumps(head), {})
        found[check] = Checked(check, results[outcome], why)
    reports: list[Report] = []
    for name in sorted(checks):
        of, kind, capabilities = json.loads(name)
        named = tuple((what, value) for what, value in capabilities)
        ordered = tuple(checks[name][check] for check in sorted(checks[name]))
        reports.append(Report(of, kind, named, ordered))
    return reports
