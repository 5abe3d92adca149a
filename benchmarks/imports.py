"""What `from orderflow import Workflow` costs beside `import attrs, transitions`.

By `-X importtime` in fresh processes, both sides alternating.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from statistics import median

OURS = "from orderflow import Workflow"
THEIRS = "import attrs, transitions"


def micros(statement: str) -> int:
    """Microseconds that the imports of a statement take, the interpreter's own left out."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", f"import site\n'mark'\n{statement}"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},  # compiled once, as installed code is
    )
    total = 0
    started = False
    for line in done.stderr.splitlines():
        own, _, name = line.removeprefix("import time:").split("|")
        if started:
            total += int(own)
        started = started or name.strip() == "site"
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--processes", type=int, default=15, help="fresh processes a side")
    options = parser.parse_args()
    micros(OURS)  # the first compiles
    pairs = [(micros(OURS), micros(THEIRS)) for _ in range(options.processes)]
    result = {
        "import_ratio": round(median(ours / theirs for ours, theirs in pairs), 3),
        "least": round(min(ours / theirs for ours, theirs in pairs), 3),
        "most": round(max(ours / theirs for ours, theirs in pairs), 3),
        "ours_ms": round(median(ours for ours, _ in pairs) / 1000, 1),
        "theirs_ms": round(median(theirs for _, theirs in pairs) / 1000, 1),
        "asked": 2.5,
    }
    print(json.dumps(result) if options.json else result)


if __name__ == "__main__":
    main()
