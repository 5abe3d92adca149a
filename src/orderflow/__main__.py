"""`python -m orderflow`: the command line, or a sentence that says what it needs."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line; its exit status."""
    try:
        from orderflow.cli import run
    except ModuleNotFoundError as missing:
        if missing.name not in ("cyclopts", "rich"):
            raise
        need = "the command line needs cyclopts and rich: pip install 'orderflow-oms[cli]'"
        print(f"orderflow: {need}", file=sys.stderr)
        return 2
    return run()


if __name__ == "__main__":
    sys.exit(main())
