"""What a store offers so that it can be mended: a look at one instant, and guarded repairs.

It knows what a row is and what it should be, and refuses to know how that was found out.

Problem: whoever mends a store while others write to it may undo what they have just done.
Observation: books are sums, and a writer adds the same to what is kept and to what it should be; so
where the value that was seen is there again, the value that was planned is right again.
That is not so of a document or of what is read off it: there a writer replaces what was.
Decision: a repair carries the value that was seen and is refused where that is not there any more;
what follows a document is guarded by that document's version too.
Repairs are made all together or not at all, and none of them is a command: the journal is the
record of what has happened, and nothing has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeAlias

import attrs

from orderflow.books import ClaimKey, claim_key
from orderflow.calls import Ref
from orderflow.journal import Entry, Stored
from orderflow.lookups import Lookup
from orderflow.ports import Books
from orderflow.records import Claim, Document, MatterKind
from orderflow.values import Position


@attrs.frozen
class Kept:
    """What a store keeps under a name: the document, its version, and what it is found by.

    `document` is `None` where it cannot be read; `text` is how a store writes it, empty where it
    writes nothing. Version 0: there is no document, only what it would be found by.
    `lookup` is `None` where a store looks at the document itself.
    """

    ref: Ref[Document]
    document: Document | None
    version: int
    lookup: Lookup | None = None
    text: str = ""


@attrs.frozen
class Unread:
    """An entry of the journal that is there and cannot be read."""

    seq: int
    reason: str


@attrs.frozen
class Instant:
    """All that a store holds of a tenant at one instant; it may be read again while it is open.

    `lost` are numbers, from first to last, of entries that were written, of whatever tenant, and
    are not there any more.
    """

    entries: Callable[[], Iterator[Entry | Unread]]
    documents: Callable[[], Iterator[Kept]]
    books: Books
    lost: tuple[tuple[int, int], ...] = ()


@attrs.frozen
class MendThere:
    """What is there at a position."""

    position: Position
    seen: int
    should: int

    @property
    def what(self) -> str:
        """What it is about, in words."""
        return f"what is there of {place(self.position)}"


@attrs.frozen
class MendClaimed:
    """What a counter says is claimed at a position."""

    position: Position
    seen: int
    should: int

    @property
    def what(self) -> str:
        """What it is about, in words."""
        return f"what is claimed of {place(self.position)}"


@attrs.frozen
class MendMatter:
    """A row of the ledger of goods; what is nothing has no row."""

    account: MatterKind
    position: Position
    seen: int
    should: int

    @property
    def what(self) -> str:
        """What it is about, in words."""
        return f"{self.account} of {place(self.position)}"


@attrs.frozen
class MendClaim:
    """A claim that is another, is lost (`seen` is `None`) or should not be (`should` is `None`).

    `version` is its holder's, 0 where there is none.
    """

    seen: Claim | None
    should: Claim | None
    version: int

    @property
    def claim(self) -> Claim:
        """The claim that it is about: as it should be, or else as it was seen."""
        found = self.should or self.seen
        if found is None:
            raise ValueError("a claim that was not seen and should not be")
        return found

    @property
    def rows(self) -> dict[ClaimKey, tuple[Claim | None, Claim | None]]:
        """What was seen and what should be of each row that it is about: two where a date moves."""
        seen = {} if self.seen is None else {claim_key(self.seen): self.seen}
        should = {} if self.should is None else {claim_key(self.should): self.should}
        return {key: (seen.get(key), should.get(key)) for key in seen | should}

    @property
    def what(self) -> str:
        """What it is about, in words."""
        return f"the claim of {self.claim.holder} on {place(self.claim.position)}"


@attrs.frozen
class MendDocument:
    """A document that is another, is lost (`seen` is `None`) or should not be."""

    ref: Ref[Document]
    seen: Kept | None
    should: Stored[Document] | None

    @property
    def what(self) -> str:
        """What it is about, in words."""
        return str(self.ref)


@attrs.frozen
class MendLookup:
    """What a document is found by; `version` is that document's, 0 where there is none."""

    ref: Ref[Document]
    seen: Lookup
    should: Lookup
    version: int

    @property
    def what(self) -> str:
        """What it is about, in words."""
        return f"what {self.ref} is found by"


Repair: TypeAlias = MendThere | MendClaimed | MendMatter | MendClaim | MendDocument | MendLookup


def place(at: Position) -> str:
    """A position in words."""
    named = zip(("owner", "lot", "grade", "supply"), at[2:], strict=True)
    more = ", ".join(f"{name} {part}" for name, part in named if part)
    where = f"{at.sku} at {at.location}" if at.location else at.sku
    return f"{where} ({more})" if more else where


class Mendable(Protocol):
    """A store that can be looked at in one instant and mended."""

    def instant(self, tenant: str) -> AbstractContextManager[Instant]:
        """All that it holds of a tenant, as it is at one instant, for as long as it is open."""
        ...

    def mend(self, tenant: str, repairs: Sequence[Repair]) -> None:
        """Make every repair, or raise and make none.

        Raises `Stale` where what was seen is not there any more.
        """
        ...
