"""What became of the checks of a suite, as a text that a host may publish.

It knows checks and what became of them, and refuses to know how they are run.
"""

from __future__ import annotations

from enum import StrEnum

import attrs

from orderflow import __version__


class Result(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ASKED = "not asked"


@attrs.frozen
class Checked:
    """A check, by the name of its method, and what became of it.

    `why` is what was found where it failed, what the host has not declared where it was not asked,
    and what there is to tell where it passed, such as how many points were tried.
    """

    name: str
    result: Result
    why: str = ""

    @property
    def sentence(self) -> str:
        """The check in words."""
        return self.name.removeprefix("test_").replace("_", " ")


@attrs.frozen
class Report:
    """What became of every check of one suite, in the order of the suite.

    `of` names what was checked, `capabilities` says what its host has declared of it.
    """

    of: str
    kind: str
    capabilities: tuple[tuple[str, str], ...]
    checks: tuple[Checked, ...]

    @property
    def passed(self) -> bool:
        """Whether something was checked, and no check failed."""
        asked = [one for one in self.checks if one.result is not Result.NOT_ASKED]
        return bool(asked) and not self.failed

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the checks that failed."""
        return tuple(one.name for one in self.checks if one.result is Result.FAILED)

    def __str__(self) -> str:
        counts = {
            result: len([one for one in self.checks if one.result is result]) for result in Result
        }
        told = ", ".join(f"{n} {result}" for result, n in counts.items())
        verdict = "conforms" if self.passed else "does not conform"
        lines = [
            f"# {self.of}: {verdict}",
            "",
            f"{self.kind} of orderflow {__version__}: {told}.",
            "",
            *[f"- {name}: {value}" for name, value in self.capabilities],
            *([""] if self.capabilities else []),
            "| check | result |",
            "|---|---|",
        ]
        for one in self.checks:
            why = f": {_in_a_cell(one.why)}" if one.why else ""
            lines.append(f"| {one.sentence} | {one.result}{why} |")
        return "\n".join(lines)


def _in_a_cell(words: str) -> str:
    return " ".join(words.split()).replace("|", "\\|")
