from __future__ import annotations

from tools.mutants import report, verdicts

SAID = """
    orderflow.money.sharing.x_share__mutmut_1: killed
    orderflow.money.sharing.x_share__mutmut_2: survived
    orderflow.pricing.books.x__nearest__mutmut_1: timeout
    orderflow.pricing.books.x__nearest__mutmut_2: no tests
    orderflow.pricing.books.x__nearest__mutmut_3: not checked
"""


def test_mutants_that_nothing_notices_are_named() -> None:
    share, left = report(verdicts(SAID.splitlines()))

    assert share == 0.5
    assert left == [
        "orderflow.money.sharing.x_share__mutmut_2: survived",
        "orderflow.pricing.books.x__nearest__mutmut_2: no tests",
    ]


def test_where_nothing_was_changed_nothing_was_noticed() -> None:
    assert report({}) == (0.0, [])
