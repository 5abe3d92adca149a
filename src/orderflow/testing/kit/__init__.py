"""What every conformance suite is made of: checks with names, a report, and threads at one gate.

It knows how a check is run and what became of it, and refuses to know what is checked, and any test
framework: a suite is a class whose checks are methods named `test_...`, which pytest collects and
`conformance` runs without it.
"""

from orderflow.testing.kit.passing import Passing
from orderflow.testing.kit.report import Checked, Report, Result
from orderflow.testing.kit.suite import NotAsked, Suite, agree, conformance
from orderflow.testing.kit.together import together

__all__ = [
    "Checked",
    "NotAsked",
    "Passing",
    "Report",
    "Result",
    "Suite",
    "agree",
    "conformance",
    "together",
]
