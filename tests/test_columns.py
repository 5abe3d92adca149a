"""Titles and amounts in columns: signs of any width end at the same edge."""

from __future__ import annotations

from orderflow.columns import row


def test_a_chinese_sign_takes_two_columns() -> None:
    assert row("灯", "3.33", width=12) == "灯      3.33"
    assert row("lamp", "应收", width=12) == "lamp    应收"


def test_amounts_stand_beneath_a_title_that_would_touch_them() -> None:
    title = "x" * 48

    assert row(title, "1.00") == f"{title}{'1.00':>13}"
    assert row(title + "yz", "12345678.00") == f"{title}yz\n{'12345678.00':>61}"
    assert row(title * 2, "", "1.00") == f"{title * 2}\n{'1.00':>74}"


def test_an_amount_that_is_too_long_for_its_column_moves_those_after_it() -> None:
    assert row("", "1" * 70, "2.00", "3.00") == f"{'1' * 70} 2.00{'3.00':>12}"
