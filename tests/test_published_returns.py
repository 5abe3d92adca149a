"""Published returns, exchanges and reissues: each is held against what we do, and told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from tests.told_returns import TOLD_RETURNS, ToldReturn

PAGE: Final = Path(__file__).resolve().parent.parent / "docs/explanation/refunds.md"
BEGIN: Final = "| system | source | our rule | what is asked | published | ours |"


def row(told: ToldReturn) -> str:
    """A line of the table of the page."""
    return f"| {' | '.join((*told[:5], told.ours()))} |"


def test_the_page_has_each_published_case_and_what_we_answer() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    begin = lines.index(BEGIN) + 2
    wanted = [row(told) for told in TOLD_RETURNS]
    if os.environ.get("ORDERFLOW_WRITE_RETURNS"):
        rest = [line for line in lines[begin:] if not line.startswith("| ")]
        PAGE.write_text("\n".join((*lines[:begin], *wanted, *rest, "")), encoding="utf-8")
        lines = PAGE.read_text(encoding="utf-8").splitlines()

    assert lines[begin : begin + len(wanted)] == wanted


def test_what_is_answered_in_other_words_is_told_above_the_table() -> None:
    """Where systems differ is a sentence each; where they agree the answers are the same text."""
    differing = {told.source for told in TOLD_RETURNS if told.ours() != told.published}

    assert differing == {
        "return_item_spec",  # undone there is unexchanged, and nothing_owed is invalid
        "exchange_spec",
        "test_order_actions_create_fulfillments_for_returned_products",  # sent again for nothing
        "order-change.spec",
        "returns.spec",
        "test_order",
        "eligibility_validator/inventory_shipped_spec",
        "eligibility_validator/no_reimbursements_spec",
        "eligibility_validator/time_since_purchase_spec",
        "refunding_part_of_shipment",
        "test_order_utils",  # what has gone is done, and what was taken back has failed
        "default-refund-process",  # here what is answered late counts
        "Creditmemo/Total/ShippingTest",
    }
