"""Changes money, prices, returns and refunds in small ways, and tells what no test notices.

Runs mutmut as `tool.mutmut` of pyproject.toml says, and prints the mutants that survived and, by
package, the share of those that were killed. Exit status 1 where a share is below what is asked.
A mutant that no test reaches counts as one that survived.
With names, as `orderflow.returns*`, only these are looked at.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
ASKED: Final = 0.9
NOTICED: Final = ("killed", "timeout", "caught by type check", "segfault")
FEW: Final = ("ORDERFLOW_PRICES", "ORDERFLOW_REFUNDS")
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


def by_package(found: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """The verdicts by what was changed: the package or module beneath `orderflow`."""
    packages: dict[str, dict[str, str]] = {}
    for name, verdict in sorted(found.items()):
        packages.setdefault(name.split(".")[1], {})[name] = verdict
    return packages


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("names", nargs="*", help="which mutants, as orderflow.returns*")
    options = parser.parse_args(argv)
    # Random orders are few here: what is changed breaks the first of them.
    told = {**os.environ, **dict.fromkeys(FEW, "40")}
    told.pop("PYTHONPATH", None)  # the changed sources come first
    mutmut = [sys.executable, "-m", "mutmut"]
    shutil.rmtree(ROOT / "mutants", ignore_errors=True)
    children = ["--max-children", str(options.children)]
    subprocess.run([*mutmut, "run", *children, *options.names], cwd=ROOT, env=told, check=False)
    said = subprocess.run(
        [*mutmut, "results", "--all", "true"],
        cwd=ROOT,
        env=told,
        check=True,
        capture_output=True,
        text=True,
    )
    found = verdicts(said.stdout.splitlines())
    shares = []
    for package, verdicts_of in by_package(found).items():
        share, left = report(verdicts_of)
        shares.append(share)
        print("\n".join(left))
        print(f"{package}: {share:.1%} of {len(verdicts_of)} mutants are killed")
    print(f"asked of each: {ASKED:.0%}")
    return int(min(shares, default=0.0) < ASKED)


if __name__ == "__main__":
    sys.exit(main())
