"""Several works at one instant, in threads that change often.

It knows threads, and refuses to know what they do.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from threading import Barrier, Thread

PATIENCE_SECONDS = 120.0
"""How long works may take before they are said to wait for each other."""


def together(
    *works: Callable[[], object], patience_seconds: float = PATIENCE_SECONDS
) -> list[BaseException]:
    """Do all of it at once; what went wrong, one error for each work that failed.

    A work that is not done in time is an `AssertionError`: it may wait for ever.
    """
    gate, wrong = Barrier(len(works)), list[BaseException]()

    def do(work: Callable[[], object]) -> None:
        gate.wait()
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
            wrong.append(error)

    threads = [Thread(target=do, args=(work,), daemon=True) for work in works]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(patience_seconds)
    finally:
        sys.setswitchinterval(before)
    if any(thread.is_alive() for thread in threads):
        wrong.append(AssertionError(f"a thread is still at work after {patience_seconds:.0f} s"))
    return wrong
