"""A line that is cut at one point: before a call has arrived, or when its reply is on the way back.

It knows how many calls went over it, and refuses to know what they are about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import attrs

T = TypeVar("T")


@attrs.define
class Cut:
    """The `at`-th call over this line gets no answer: `after` it was carried out, or before.

    `error` makes what is raised then, of what was asked and by which key. `met` says whether the
    line has got as far as its cut.
    """

    at: int
    after: bool
    error: Callable[[str, str], Exception]
    calls: int = 0
    met: bool = False

    def over(self, asked: str, key: str, act: Callable[[], T]) -> T:
        """Pass a call on, and its answer back, unless the line is cut there."""
        self.calls += 1
        cut = self.calls == self.at
        self.met = self.met or cut
        if cut and not self.after:
            raise self.error(asked, key)
        answer = act()
        if cut:
            raise self.error(asked, key)
        return answer
