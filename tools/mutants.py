"""Changes money, prices, returns and refunds in small ways, and tells what no test notices.

Runs mutmut as `tool.mutmut` of pyproject.toml says, and prints the mutants that survived and, by
package, the share of those that were killed. Exit status 1 where a share is below what is asked.
A mutant that no test reaches counts as one that survived.
With names, as `orderflow.returns*`, only these are looked at.

mutmut leaves what is decorated as it is, and so every verb. It is run on a copy of the tree, in
which the body of each verb is a function of its own: `ask_return__body` for `ask_return`.
"""

from __future__ import annotations

import argparse
import ast
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
COPY: Final = ROOT / "mutants"
COPIED: Final = ("src", "tests", "docs", "pyproject.toml")
VERBS: Final = ("verb", "stock_verb")


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


def bodies_apart(code: str) -> str:
    """A module with the body of each verb in a function of its own, which the verb calls."""
    lines = code.splitlines()
    for node in reversed(ast.parse(code).body):
        if isinstance(node, ast.FunctionDef) and any(_makes_a_verb(n) for n in node.decorator_list):
            first, stop = node.body[0].lineno - 1, node.end_lineno
            head = lines[node.lineno - 1 : first]
            given = ", ".join(each.arg for each in node.args.args)
            made = lines[node.decorator_list[0].lineno - 1 : node.lineno - 1]
            body = [head[0].replace(f" {node.name}(", f" {node.name}__body(", 1), *head[1:]]
            calls = f"    return {node.name}__body({given})"
            lines[node.decorator_list[0].lineno - 1 : stop] = [
                *(*body, *lines[first:stop], "", ""),
                *(*made, *head, calls),
            ]
    return "\n".join(lines) + "\n"


def _makes_a_verb(node: ast.expr) -> bool:
    called = node.func if isinstance(node, ast.Call) else node
    return isinstance(called, ast.Name) and called.id in VERBS


def _copy() -> None:
    """The tree as it is changed, beside it; what was there before is gone."""
    shutil.rmtree(COPY, ignore_errors=True)
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, COPY / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, COPY / name)
    for path in (COPY / "src" / "orderflow").rglob("*.py"):
        path.write_text(bodies_apart(path.read_text(encoding="utf-8")), encoding="utf-8")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--children", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("names", nargs="*", help="which mutants, as orderflow.returns*")
    options = parser.parse_args(argv)
    # Random orders are few here: what is changed breaks the first of them.
    told = {**os.environ, **dict.fromkeys(FEW, "40")}
    told.pop("PYTHONPATH", None)  # the changed sources come first
    mutmut = [sys.executable, "-m", "mutmut"]
    _copy()
    children = ["--max-children", str(options.children)]
    subprocess.run([*mutmut, "run", *children, *options.names], cwd=COPY, env=told, check=False)
    said = subprocess.run(
        [*mutmut, "results", "--all", "true"],
        cwd=COPY,
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
