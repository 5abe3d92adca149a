"""How much a piece of work does: the same on every machine, whatever else it is busy with."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any


def calls_of(work: Callable[[], object]) -> int:
    """How many functions a piece of work calls, built-in ones too."""
    count = 0

    def see(_frame: FrameType, event: str, _arg: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    gc.disable()  # it comes when it likes, and calls whoever waits for it
    sys.setprofile(see)
    try:
        work()
    finally:
        sys.setprofile(before)
        gc.enable()
    return count


def lines_of(work: Callable[[], object]) -> int:
    """How many lines of Python a piece of work runs through, those of loops each time."""
    count = 0

    def see(_frame: FrameType, event: str, _arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return see

    before = sys.gettrace()
    gc.disable()
    sys.settrace(see)
    try:
        work()
    finally:
        sys.settrace(before)
        gc.enable()
    return count
