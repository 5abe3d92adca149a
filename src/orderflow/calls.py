"""The names of documents, and the questions that are asked of them.

It knows what a reference and a call look like, and refuses to know any document or verb.

They stand below everything else, since a refusal names calls too: the remedies that were tried.
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

import attrs

T_co = TypeVar("T_co", covariant=True)


class Ref(NamedTuple, Generic[T_co]):
    """The name of a document: tenant, kind and id. Its type parameter is the document's type.

    A `NamedTuple`, unlike most values here: refs are dictionary keys and sort keys on every path,
    and tuples do both at the speed of C.
    """

    tenant: str
    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


@attrs.frozen(weakref_slot=False)
class Call(Generic[T_co]):
    """A verb's name, the document that it is called on, and its arguments by name.

    A value: the same call serves `apply`, `why_not`, a remedy, the journal and `due`.
    """

    verb: str
    ref: Ref[T_co]
    args: tuple[tuple[str, object], ...] = ()  # values of a verb's own types; checked by that verb


@attrs.frozen(weakref_slot=False)
class Remedy(Call[T_co]):
    """A call that helps against a refusal, tried before it was offered.

    On the same document and of the same verb as what was refused, it is to be made *instead*: less
    of it, or the very same from the instant `at` on.
    Any other is to be made *first*: after it the refusal is gone.
    """

    at: datetime | None = None
