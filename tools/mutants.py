"""Changes money and pricing in small ways, and tells which changes no test notices.

Runs mutmut as `tool.mutmut` of pyproject.toml says, and prints the share of mutants that were
killed and those that survived. Exit status 1 where the share is below what is asked.
A mutant that no test reaches counts as one that survived.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
ASKED: Final = 0.9
NOTICED: Final = ("killed", "timeout", "caught by type check", "segfault")
LOOKED_AT: Final = (*NOTICED, "survived", "no tests", "suspicious")


def verdicts(lines: Iterable[str]) -> dict[str, str]:
    """What became of each mutant, from the lines of `mutmut results --all true`."""
    found: dict[str, str] = {}
    for line in lines:
        name, _, verdict = line.strip().partition(": ")
        if verdict in LOOKED_AT:
            found[name] = verdict
    return found


def report(found: dict[str, str]) -> tuple[float, list[str]]:
    """The share that was noticed, and a line for each that was not. Of none, none was noticed."""
    noticed = sum(verdict in NOTICED for verdict in found.values())
    left = [f"{name}: {verdict}" for name, verdict in found.items() if verdict not in NOTICED]
    return (noticed / len(found) if found else 0.0), sorted(left)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1, help="processes")
    options = parser.parse_args(argv)
    # Random orders are few here: what is changed breaks the first of them.
    told = {**os.environ, "ORDERFLOW_PRICES": "40"}
    told.pop("PYTHONPATH", None)  # the changed sources come first
    mutmut = [sys.executable, "-m", "mutmut"]
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    children = ["--max-children", str(options.children)]
    subprocess.run([*mutmut, "run", *children], cwd=ROOT, env=told, check=False)
    said = subprocess.run(
        [*mutmut, "results", "--all", "true"],
        cwd=ROOT,
        env=told,
        check=True,
        capture_output=True,
        text=True,
    )
    found = verdicts(said.stdout.splitlines())
    share, left = report(found)
    print("\n".join(left))
    print(f"{share:.1%} of {len(found)} mutants are killed (asked: {ASKED:.0%})")
    return int(share < ASKED)


if __name__ == "__main__":
    sys.exit(main())
