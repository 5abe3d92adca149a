from __future__ import annotations

from tools.mutants import by_package, report, verdicts

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


def test_mutants_are_told_by_the_package_that_was_changed() -> None:
    packages = by_package(verdicts(SAID.splitlines()))

    assert {name: len(found) for name, found in packages.items()} == {"money": 2, "pricing": 2}
