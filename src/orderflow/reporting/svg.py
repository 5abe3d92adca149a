"""Text that is a picture already, and how other text gets into it.

It knows escaping, and refuses to know shapes.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import escape


class Svg(str):
    """A piece of SVG: what must not be escaped again, here or by the page's template."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def fill(template: str, *values: str | float) -> Svg:
    """A template of ours with values from anywhere: text is escaped, a piece of SVG is not.

    >>> fill("<text>{}</text>", "<b>")
    '<text>&lt;b&gt;</text>'
    """
    safe = (escape(v) if isinstance(v, str) and not isinstance(v, Svg) else v for v in values)
    return Svg(template.format(*safe))


def joined(pieces: Iterable[Svg]) -> Svg:
    """Pieces, one after the other."""
    return Svg("".join(pieces))
