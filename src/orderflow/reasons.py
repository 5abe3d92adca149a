"""Why customers complain of what they got: whose fault it is, and where each reason leads.

It knows reasons as a host names them, and refuses to know windows, money and units: what follows
from a reason is read by whoever decides that.

Problem: "it does not fit" and "it came broken" are both a return, but who pays the postage, whether
a picture is wanted, and whether goods are sent anew differ; read out of free text, nobody knows.
Decision: a host lists its reasons once. Each has a code, whose fault it is, and the ways that it
may go: a quality fault leads to return or exchange, a question of usage to support, and to nothing
else. A host that lists none takes any words, as plain shops do.

>>> FAULTY.ways[0].value, USAGE.allows(Way.RETURN), WITHDRAWAL.statutory
('return', False, True)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import attrs

from orderflow.errors import BadInput, Refusal
from orderflow.values import text, unique, whole

if TYPE_CHECKING:
    from orderflow.windows import Window

EVIDENCE_MAX: Final = 20
"""The most pictures and films that are wanted or kept at once."""


NONE: Final = "-"
"""Stands where no word is."""


class Fault(StrEnum):
    """Whose fault it is that something is asked for."""

    CUSTOMER = "customer"  # he has changed his mind, or ordered wrong
    SELLER = "seller"  # faulty, wrong or missing goods
    CARRIER = "carrier"  # damaged on the road
    NOBODY = "nobody"


class Way(StrEnum):
    """What a customer may ask for."""

    RETURN = "return"
    EXCHANGE = "exchange"
    REISSUE = "reissue"  # 补发
    REFUND = "refund"  # without a return (仅退款)
    REPAIR = "repair"
    SUPPORT = "support"  # an answer: nothing goes back or out


@attrs.frozen
class Reason:
    """A reason by its code: whose `fault` it is, and the `ways` that it may go, the best first.

    So many pieces of `evidence` (pictures, films) are wanted before somebody agrees. A `statutory`
    reason is a withdrawal by law (七天无理由退货, fourteen days): it is nobody's fault, needs no
    evidence, and costs the customer no fee. With a `window` it may be given until that closes, and
    not until that of the rules does.
    """

    code: str
    fault: Fault = Fault.CUSTOMER
    ways: tuple[Way, ...] = (Way.RETURN,)
    evidence: int = 0
    statutory: bool = False
    window: Window | None = None

    def __attrs_post_init__(self) -> None:
        path = f"reason {text(self.code, 'reason.code')}"
        if type(self.fault) is not Fault:
            raise BadInput(f"{path}.fault", f"one of {', '.join(Fault)} is wanted")
        if type(self.ways) is not tuple or self.ways == ():
            raise BadInput(f"{path}.ways", "a tuple of at least one Way is wanted")
        if any(type(way) is not Way for way in self.ways):
            raise BadInput(f"{path}.ways", f"some of {', '.join(Way)} are wanted")
        unique(self.ways, f"{path}.ways")
        whole(self.evidence, f"{path}.evidence", least=0, most=EVIDENCE_MAX)
        if type(self.statutory) is not bool:
            raise BadInput(f"{path}.statutory", "true or false is wanted")
        if self.statutory and (self.fault is not Fault.NOBODY or self.evidence):
            raise BadInput(f"{path}.statutory", "is nobody's fault and needs no evidence")
        if self.window is not None:
            check_window(self.window, f"{path}.window")

    def allows(self, way: Way) -> bool:
        """Whether it may go that way."""
        return way in self.ways


WITHDRAWAL: Final = Reason("withdrawal", Fault.NOBODY, statutory=True)
"""A withdrawal by law, without a reason."""
FAULTY: Final = Reason("faulty", Fault.SELLER, (Way.RETURN, Way.EXCHANGE, Way.REFUND))
"""A fault of quality: it leads to return or exchange, or to money where the goods are kept."""
WRONG_ITEM: Final = Reason("wrong item", Fault.SELLER, (Way.RETURN, Way.EXCHANGE))
"""Other goods came than were ordered."""
MISSING: Final = Reason("missing", Fault.CARRIER, (Way.REISSUE, Way.REFUND))
"""Goods did not come: there is nothing to give back."""
USAGE: Final = Reason("usage", Fault.NOBODY, (Way.SUPPORT,))
"""A question of how something is used: it leads to support."""


def checked_reasons(reasons: object) -> tuple[Reason, ...]:
    """A host's reasons, each code once."""
    if not isinstance(reasons, tuple) or any(not isinstance(one, Reason) for one in reasons):
        raise BadInput("reasons", "a tuple of Reason is wanted")
    unique((one.code for one in reasons), "reasons")
    return reasons


def not_for(reasons: tuple[Reason, ...], code: str, way: Way) -> Iterator[Refusal]:
    """Why a reason does not lead to what is asked for; a host without reasons takes any words."""
    if not reasons:
        return
    found = named(reasons, code)
    which = ", ".join([one.code for one in reasons if one.allows(way)])
    if found is None and not which:
        yield Refusal.of("no_reason_leads", move=way.value)
    elif found is None and not code:
        yield Refusal.of("reason_wanted", reasons=which)
    elif found is None:
        yield Refusal.of("no_such_reason", given=code, reasons=which)
    elif not found.allows(way):
        yield Refusal.of("another_way", given=code, move=way.value, can=", ".join(found.ways))


def check_window(window: object, path: str) -> None:
    """Refuse what is no window."""
    from orderflow.windows import Window  # here, so that the library is imported without zones

    if not isinstance(window, Window):
        raise BadInput(path, "a Window is wanted")


def named(reasons: Iterable[Reason], code: str) -> Reason | None:
    """The reason of that code, where it is one of them."""
    return next((one for one in reasons if one.code == code), None)
