"""What importing the library loads: attrs and nothing else that is not Python's own."""

from __future__ import annotations

import subprocess
import sys

ALLOWED = {"attr", "attrs", "orderflow"}
NOT_YET = {"asyncio", "email", "http", "json", "logging", "random", "socket", "sqlite3", "uuid"}
"""Parts of Python that only an edge needs, and that whoever imports it pays for."""


SEARCH = ("orderflow.sourcing", "orderflow.sending", "orderflow.posing", "orderflow.whatif")
"""What decides for an order: whoever imports the library has no order yet."""


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that a statement loads in a fresh interpreter."""
    return {name.partition(".")[0] for name in modules_loaded_by(statement)}


def modules_loaded_by(statement: str) -> list[str]:
    """All modules that a statement loads in a fresh interpreter."""
    program = (
        f"import sys; before = set(sys.modules); {statement}; print(*set(sys.modules) - before)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return done.stdout.split()


def test_importing_the_library_loads_no_extra_and_no_machine() -> None:
    loaded = loaded_by("from orderflow import Workflow")

    assert loaded - sys.stdlib_module_names == ALLOWED
    assert loaded & NOT_YET == set()


def test_importing_the_library_loads_no_search_and_no_freight() -> None:
    loaded = modules_loaded_by("import orderflow, orderflow.adapters.sqlite; orderflow.Rules()")

    assert [name for name in loaded if name.startswith(SEARCH)] == []


def test_a_policy_is_imported_without_a_solver() -> None:
    loaded = loaded_by("from orderflow.sourcing.policies import NEAREST")

    assert loaded - sys.stdlib_module_names == ALLOWED


def test_the_machine_of_a_chart_is_made_when_it_is_asked_for() -> None:
    loaded = loaded_by("from orderflow.states import ORDER; ORDER.machine")

    assert "transitions" in loaded


def test_dateutil_is_loaded_when_a_rule_of_a_calendar_is_first_asked() -> None:
    makes = "from orderflow.calendars import Calendar; Calendar('UTC', open_rules=('FREQ=DAILY',))"

    assert loaded_by(makes) & {"dateutil", "holidays"} == set()


def test_offers_are_loaded_when_an_order_is_first_priced() -> None:
    there = "print('orderflow.pricing.offers' in sys.modules)"
    asked = f"import sys; from orderflow import Workflow; {there}"
    asked += f"; from orderflow.pricing import Offer; {there}"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "True"]
