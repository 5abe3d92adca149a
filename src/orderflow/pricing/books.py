"""Which price a customer has: versions of prices, and the one that counts.

It knows prices, when they hold and for whom, and refuses to know offers, stock and orders.

Problem: the price of a SKU is in a list, in the agreement with a customer, in that of his tier, for
more units less, and all of them change; an order that only says "9.90" cannot be checked later.
Observation: every such price is the same kind of row, and the only question is which row counts.
Decision: a row is a *version* with an id, and it is never changed: another price is another
version. One named precedence picks: the customer's own agreement, then his tier, then the list;
among those the one for the most units that the order reaches, then the latest, then by id.
The answer names its version, so the line of an order can keep it.

What a supplier asks for his goods is such a book too, with the supplier as its agreement; what he
suggests to sell them for is another row.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.money import Price, exponent
from orderflow.values import Sku, instant, text, whole


@attrs.frozen
class Version:
    """A price of a SKU from `since` until before `until`, from so many units on.

    With an `agreement` it is for the customers who have that one, with a `tier` for theirs; with
    neither it is the list price.
    """

    id: str
    sku: str
    price: Price
    since: datetime | None = None
    until: datetime | None = None
    agreement: str = ""
    tier: str = ""
    least: int = 1

    def __attrs_post_init__(self) -> None:
        text(self.id, "version.id")
        path = f"version {self.id}"
        text(self.sku, f"{path}.sku")
        if not isinstance(self.price, Price):
            raise BadInput(f"{path}.price", "a Price is wanted")
        for name in ("since", "until"):
            at = getattr(self, name)
            if at is not None:
                object.__setattr__(self, name, instant(at, f"{path}.{name}"))
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise BadInput(f"{path}.until", "is not after its beginning")
        text(self.agreement, f"{path}.agreement", empty=True)
        text(self.tier, f"{path}.tier", empty=True)
        if self.agreement and self.tier:
            raise BadInput(f"{path}.tier", "an agreement is for whoever has it: no tier beside it")
        whole(self.least, f"{path}.least")

    def holds(self, at: datetime) -> bool:
        """Whether it is the price of an instant."""
        begun = self.since is None or self.since <= at
        return begun and (self.until is None or at < self.until)


@attrs.frozen
class Buyer:
    """Whom a price is for: the agreements that he has, and his tier."""

    agreements: tuple[str, ...] = ()
    tier: str = ""

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.agreements, tuple):
            raise BadInput("buyer.agreements", "a tuple of names is wanted")
        for i, name in enumerate(self.agreements):
            text(name, f"buyer.agreements[{i}]")
        text(self.tier, "buyer.tier", empty=True)


@attrs.frozen
class Book:
    """Price versions, with one id each."""

    versions: tuple[Version, ...]
    _by_sku: dict[str, tuple[Version, ...]] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.versions, tuple):
            raise BadInput("book.versions", "a tuple of versions is wanted")
        by_sku: dict[str, list[Version]] = {}
        seen: set[str] = set()
        for i, one in enumerate(self.versions):
            if not isinstance(one, Version):
                raise BadInput(f"book.versions[{i}]", "a Version is wanted")
            if one.id in seen:
                raise BadInput("book.versions", f"{one.id} comes twice")
            seen.add(one.id)
            by_sku.setdefault(one.sku, []).append(one)
        frozen = {sku: tuple(rows) for sku, rows in by_sku.items()}
        object.__setattr__(self, "_by_sku", frozen)

    def of(self, sku: str) -> Sequence[Version]:
        """The versions of a SKU, in the order of the book."""
        return self._by_sku.get(sku, ())


def price_of(
    book: Book, sku: Sku, n: int, currency: str, at: datetime, buyer: Buyer | None = None
) -> Version | None:
    """The version that is the price of so many units for a buyer at an instant; `None` without one.

    The list price counts where no buyer is named.
    """
    if not isinstance(book, Book):
        raise BadInput("book", "a Book is wanted")
    if not isinstance(sku, Sku):
        raise BadInput("sku", "a Sku is wanted")
    exponent(currency)
    who = Buyer() if buyer is None else buyer
    if not isinstance(who, Buyer):
        raise BadInput("buyer", "a Buyer is wanted")
    units, when = whole(n, "n"), instant(at, "at")
    open_ = [
        one
        for one in book.of(sku.code)
        if one.price.currency == currency and one.least <= units and one.holds(when)
    ]
    ours = _nearest(open_, who)
    return max(ours, key=_precedence, default=None)


def _nearest(versions: Iterable[Version], buyer: Buyer) -> list[Version]:
    """The versions that are for a buyer: of an agreement, else of his tier, else of the list."""
    agreed: list[Version] = []
    tier: list[Version] = []
    listed: list[Version] = []
    for one in versions:
        if one.agreement:
            if one.agreement in buyer.agreements:
                agreed.append(one)
        elif one.tier:
            if one.tier == buyer.tier:
                tier.append(one)
        else:
            listed.append(one)
    return agreed or tier or listed


def _precedence(one: Version) -> tuple[int, datetime, str]:
    return one.least, one.since or _EVER, one.id


_EVER: Final = datetime.min.replace(tzinfo=UTC)
