"""What each policy of returns comes to: worked out by hand, told on a page, and compared."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from tests.told_policies import TOLD_POLICIES, ToldPolicy

PAGE: Final = Path(__file__).resolve().parent.parent / "docs/explanation/refunds.md"
BEGIN: Final = "| policy | what is asked | goes back |"


@pytest.mark.feature("F230", "F244")
@pytest.mark.parametrize("told", TOLD_POLICIES, ids=lambda told: f"{told.policy} {told.what}")
def test_a_policy_gives_back_what_was_worked_out_by_hand(told: ToldPolicy) -> None:
    assert told.ours() == told.by_hand


def test_the_page_has_each_policy_and_what_it_gives_back() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    begin = lines.index(BEGIN) + 2
    wanted = [f"| {' | '.join(told[:3])} |" for told in TOLD_POLICIES]
    if os.environ.get("ORDERFLOW_WRITE_RETURNS"):
        end = begin + next(i for i, one in enumerate(lines[begin:]) if not one.startswith("| "))
        PAGE.write_text("\n".join((*lines[:begin], *wanted, *lines[end:], "")), encoding="utf-8")
        lines = PAGE.read_text(encoding="utf-8").splitlines()

    assert lines[begin : begin + len(wanted) + 1] == [*wanted, ""]
