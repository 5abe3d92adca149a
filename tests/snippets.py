"""Runs the Python blocks of a Markdown page, and compares what they print with what is shown.

The blocks of a page share one namespace and run in their order.
What a block prints is shown in one of two ways: by a `text` block that follows it, or by comments
behind its `print(...)` lines, such as `print(3 + 4)  # 7`.  A block that prints must show it.
"""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

_FENCE = re.compile(r"^```(?P<kind>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_SHOWN = re.compile(r"^\s*print\(.*\)  # (?P<said>.+)$", re.MULTILINE)


class Block(NamedTuple):
    """A Python block: the line it begins on, its code, and what it should print."""

    line: int
    code: str
    shown: str


def blocks(page: str) -> list[Block]:
    """The Python blocks of a page, in order."""
    fences = list(_FENCE.finditer(page))
    found = []
    for i, fence in enumerate(fences):
        if fence["kind"] != "python":
            continue
        code = fence["body"]
        after = fences[i + 1] if i + 1 < len(fences) else None
        if after is not None and after["kind"] == "text":
            shown = after["body"]
        else:
            shown = "".join(f"{said}\n" for said in _SHOWN.findall(code))
        found.append(Block(page.count("\n", 0, fence.start()) + 2, code, shown))
    return found


def run(path: Path) -> dict[str, Any]:
    """Run a page's blocks; what they leave behind. A store that is left open is closed."""
    namespace: dict[str, Any] = {"__name__": path.stem}
    try:
        for block in blocks(path.read_text(encoding="utf-8")):
            # Empty lines in front, so that a traceback names the line of the page.
            code = compile("\n" * (block.line - 1) + block.code, str(path), "exec")
            printed = io.StringIO()
            with redirect_stdout(printed):
                exec(code, namespace)  # noqa: S102 - the project's own documents
            said = printed.getvalue()
            assert said == block.shown, f"{path.name}, line {block.line}: it prints\n{said}"
    finally:
        for value in namespace.values():
            close = getattr(value, "close", None)
            if close is not None and not isinstance(value, type):
                close()
    return namespace
