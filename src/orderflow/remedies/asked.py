"""A refused call, and the same call made otherwise.

It knows a call's arguments and the documents that it was asked on, and refuses to know what would
help.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias, cast

import attrs

from orderflow.bills import Invoice
from orderflow.calls import Call, Ref, Remedy
from orderflow.errors import Figure
from orderflow.journal import VERBS
from orderflow.records import CreditLine, Document, Order
from orderflow.trial import Source
from orderflow.units import LineQuantities

Figures: TypeAlias = dict[str, Figure]
Candidates: TypeAlias = Iterable[Remedy[Document]]


@attrs.frozen
class Asked:
    """A call that was refused, and where."""

    call: Call[Document]
    source: Source

    def args(self) -> dict[str, object]:
        """The call's arguments by name, those at their default included."""
        given = dict(self.call.args)
        return {
            name: given.get(name, default)
            for name, default in VERBS[self.call.verb].defaults.items()
        }

    def pairs(self, name: str) -> LineQuantities:
        """An argument of pairs of an id and a count; empty where the verb has none."""
        return cast("LineQuantities", self.args().get(name, ()))

    def order(self, id: Figure) -> Order | None:
        """An order of the same tenant."""
        ref: Ref[Order] = Ref(self.call.ref.tenant, "order", str(id))
        stored = self.source.load(ref)
        return None if stored is None else stored.value

    def invoice(self, id: str) -> Invoice | None:
        """An invoice of the same tenant."""
        ref: Ref[Invoice] = Ref(self.call.ref.tenant, "invoice", id)
        stored = self.source.load(ref)
        return None if stored is None else stored.value

    def credit_line(self, id: str) -> CreditLine | None:
        """A customer's credit of the same tenant."""
        ref: Ref[CreditLine] = Ref(self.call.ref.tenant, "credit line", id)
        stored = self.source.load(ref)
        return None if stored is None else stored.value

    def instead(self, **changed: object) -> Remedy[Document]:
        """The same call with some arguments changed."""
        args = {name: changed.get(name, value) for name, value in self.args().items()}
        call: Call[Document] = VERBS[self.call.verb].of(self.call.ref, **args)
        return Remedy(call.verb, call.ref, call.args)

    def first(self, call: Call[Document]) -> Remedy[Document]:
        """Another call on a document of the same tenant, to be made before."""
        return Remedy(call.verb, call.ref._replace(tenant=self.call.ref.tenant), call.args)


Finder: TypeAlias = Callable[[Asked, Figures], Candidates]
"""Where candidates come from: a refused call and the figures of its refusal."""
