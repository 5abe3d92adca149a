from __future__ import annotations

import importlib
import sys
from datetime import date
from typing import Any

import pytest

from orderflow import BadInput
from orderflow.adapters.holidays import closed_days
from orderflow.calendars import Calendar, is_working_day


def test_public_holidays_are_days_off() -> None:
    closed = closed_days("DE", range(2025, 2027))
    berlin = Calendar("Europe/Berlin", closed=closed)

    assert {date(2025, 12, 25), date(2026, 12, 25)} <= closed
    assert {day.year for day in closed} == {2025, 2026}
    assert not is_working_day(berlin, date(2026, 12, 25))


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    corpus_christi = date(2026, 6, 4)

    assert corpus_christi in closed_days("DE", (2026,), subdivision="BY")
    assert corpus_christi not in closed_days("DE", (2026,), subdivision="BE")
    assert corpus_christi not in closed_days("DE", (2026,))
    assert closed_days("DE", ()) == frozenset()


@pytest.mark.parametrize(
    ("country", "years", "subdivision", "path"),
    (
        ("XX", (2026,), "", "country"),
        ("", (2026,), "", "country"),
        ("DE", (2026,), "Leith", "subdivision"),
        ("DE", ("2026",), "", "years"),
        ("DE", (1,), "", "years"),
        ("DE", 2026, "", "years"),
    ),
)
def test_holidays_of_nowhere_are_bad_input(
    country: str, years: Any, subdivision: str, path: str
) -> None:
    with pytest.raises(BadInput) as caught:
        closed_days(country, years, subdivision=subdivision)

    assert caught.value.path == path


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "holidays", None)  # as if it were not there
    monkeypatch.delitem(sys.modules, "orderflow.adapters.holidays")

    with pytest.raises(ModuleNotFoundError, match=r"pip install 'orderflow-oms\[holidays\]'"):
        importlib.import_module("orderflow.adapters.holidays")
