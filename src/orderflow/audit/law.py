"""What became of one law. It knows nothing of what was looked at."""

from __future__ import annotations

import attrs


@attrs.frozen
class Law:
    """What became of one law: how many things it looked at, in a sentence too, and its breaches."""

    name: str
    checked: int
    figure: str
    breaches: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing breaks it."""
        return not self.breaches
