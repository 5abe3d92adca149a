from __future__ import annotations

from tools.mutants import bodies_apart, by_package, report, verdicts

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


MODULE = '''
@verb("ask", Return)
def ask(
    case: Case, n: int = 1
) -> Step:
    """Ask for it."""
    return case, n


def plain() -> None: ...


@final
class Kept: ...


@verb("end", Return)
def end(case: Case) -> Step:
    return ask(case, 2)
'''

APART = '''
def ask__body(
    case: Case, n: int = 1
) -> Step:
    """Ask for it."""
    return case, n


@verb("ask", Return)
def ask(
    case: Case, n: int = 1
) -> Step:
    return ask__body(case, n)


def plain() -> None: ...


@final
class Kept: ...


def end__body(case: Case) -> Step:
    return ask(case, 2)


@verb("end", Return)
def end(case: Case) -> Step:
    return end__body(case)
'''


def test_the_body_of_a_verb_is_changed_as_any_function_is() -> None:
    assert bodies_apart(MODULE) == APART
