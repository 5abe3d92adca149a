"""Chance that is drawn again alike: by a seed and by what it is about, not by when it is asked.

It knows digests, and refuses to know what is decided.
"""

from __future__ import annotations

from hashlib import blake2b


def draw(seed: int, below: int, *about: str) -> int:
    """A number from 0 to `below - 1`: the same for the same seed and subject, on every machine.

    >>> draw(7, 100, "o-17", "cancels") == draw(7, 100, "o-17", "cancels")
    True
    """
    digest = blake2b("\0".join((str(seed), *about)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % below
