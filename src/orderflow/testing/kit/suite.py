"""A suite of checks: collected by pytest, or run by `conformance` without any framework.

It knows how a check begins and ends, and refuses to know what is checked.

Problem: a check that needs the fixtures of one framework can be run by nobody else, and one that
stops at the first failure says little of an adapter that is new.
Decision: a check is a method without arguments that raises. What it needs is made before it and
taken down behind it, by the two methods that pytest calls by itself.
What a host has not declared its adapter to be able to is not asked, and the report says so.
"""

from __future__ import annotations

import unittest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar, Final

from orderflow.testing.kit.report import Checked, Report, Result

NotAsked = unittest.SkipTest
"""What a check raises where the host has not declared what it asks for; pytest skips it, too."""


class Suite:
    """Checks of one adapter. A host subclasses one of its kinds, and hands over a factory.

    `of` is how the report calls the adapter. Each check has an empty folder of its own, `where`.
    """

    of: ClassVar[str] = ""
    where: Path
    told: str = ""
    """What a check that passes has to tell: how many points it met, how many were granted."""

    def setup_method(self) -> None:
        """Make what a check needs."""
        self._folder = TemporaryDirectory(prefix="orderflow-", ignore_cleanup_errors=True)
        self.where = Path(self._folder.name)

    def teardown_method(self) -> None:
        """Take it down again."""
        self._folder.cleanup()

    @classmethod
    def capabilities(cls) -> tuple[tuple[str, str], ...]:
        """What the host has declared, by name, for the report."""
        return ()

    @classmethod
    def kind(cls) -> str:
        """The name of the suite that a host has subclassed."""
        ours = [one for one in cls.__mro__ if one.__module__.startswith("orderflow.")]
        return ours[0].__name__ if ours else cls.__name__

    @classmethod
    def checks(cls) -> tuple[str, ...]:
        """The names of the checks, in the order of their writing, base classes first."""
        names = (name for one in reversed(cls.__mro__) for name in vars(one))
        return tuple(dict.fromkeys(name for name in names if name.startswith("test_")))


def conformance(suite: type[Suite], *names: str) -> Report:
    """Run the checks of a suite, or those of these names, and report what became of each.

    It never stops at a failure. `ValueError` where the suite has no check of a name.
    """
    known = suite.checks()
    unknown = [name for name in names if name not in known]
    if unknown:
        raise ValueError(f"{suite.__name__} has no check {', '.join(unknown)}")
    checks = tuple(_checked(suite, name) for name in known if not names or name in names)
    return Report(suite.of or suite.__name__, suite.kind(), suite.capabilities(), checks)


def _checked(suite: type[Suite], name: str) -> Checked:
    one = suite()
    try:
        one.setup_method()
        try:
            getattr(one, name)()
        finally:
            one.teardown_method()
    except NotAsked as why:
        return Checked(name, Result.NOT_ASKED, str(why))
    except Exception as wrong:  # noqa: BLE001 - an adapter may raise anything; the report tells it
        said = str(wrong) if isinstance(wrong, AssertionError) else ""
        return Checked(name, Result.FAILED, said or f"{type(wrong).__name__}: {wrong}")
    return Checked(name, Result.PASSED, one.told)


def agree(found: object, wanted: object, what: str) -> None:
    """Raise `AssertionError` unless two values are equal; it says what they are of, and where they
    differ first.
    """
    if found != wanted:
        one, other = _written(found), _written(wanted)
        pairs = enumerate(zip(one, other, strict=False))
        same = next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))
        told = (_around(one, same), _around(other, same))
        raise AssertionError(f"{what}: {told[0]} was found, {told[1]} is wanted")


def _written(value: object) -> str:
    return str(value) if isinstance(value, str | int) else repr(value)


def _around(said: str, at: int) -> str:
    """A text, or as much of it as fits around the point from which on it is another."""
    start = max(0, at - _BEFORE) if len(said) > _LONGEST else 0
    end = start + _LONGEST
    before, behind = "..." if start else "", "..." if end < len(said) else ""
    return f"{before}{said[start:end]}{behind}"


_LONGEST: Final = 240
_BEFORE: Final = 60
