"""What suppliers ask for units: the price of their purchase, or the quote of the day.

It knows prices, and refuses to know whether units are kept.

A purchase of one SKU says what all of it costs, so each of its units costs its part of that, and
all of them cost no cent more. Where it is of several, or none was made, the supplier's quote of the
day on which the customer's order was placed counts; so a new quote changes nothing that was sold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.money import share
from orderflow.records import Line, Order, Purchase
from orderflow.settlement.replaying import Bought
from orderflow.settlement.values import Quote
from orderflow.values import unique

_EVER: Final = datetime.min.replace(tzinfo=UTC)


@attrs.frozen
class Asking:
    """What units cost, in minor units of a currency."""

    amount: int
    currency: str


class Prices:
    """What suppliers ask."""

    def __init__(
        self,
        quotes: Iterable[Quote],
        purchases: Mapping[str, Purchase],
        asked: Mapping[Bought, int],
    ) -> None:
        self._quotes: dict[tuple[str, str], list[Quote]] = {}
        for one in _checked(quotes):
            self._quotes.setdefault((one.supplier, one.sku), []).append(one)
        self._purchases = purchases
        self._starts: dict[Bought, int] = {}
        """Before each line, the units of its purchase that are asked for other lines."""
        self._whole: dict[str, int] = {}
        skus: dict[str, set[str]] = {}
        for of, n in asked.items():
            self._starts[of] = self._whole.get(of.purchase, 0)
            self._whole[of.purchase] = self._starts[of] + n
            skus.setdefault(of.purchase, set()).add(of.sku)
        self._of_one_sku = {id for id, several in skus.items() if len(several) == 1}

    def of(
        self, supplier: str, purchase: str, order: Order, line: Line, first: int, n: int
    ) -> Asking | None:
        """What `n` units of a line cost, beginning with the one of index `first` in its purchase.

        `None` where nobody knows.
        """
        bought = self._purchases.get(purchase)
        of = Bought(purchase, order.ref.id, line.id, line.sku)
        if bought is not None and bought.currency and purchase in self._of_one_sku:
            start = self._starts[of] + first
            cost = share(bought.cost, self._whole[purchase], start, start + n)
            return Asking(cost, bought.currency)
        quote = self._quoted(supplier, line.sku, order.placed_at)
        if quote is None:
            return None
        cost = quote.price.times(first + n) - quote.price.times(first)
        return Asking(cost, quote.price.currency)

    def suppliers(self) -> frozenset[str]:
        """All who have quoted, or were asked."""
        asked = {one.supplier for one in self._purchases.values()}
        return frozenset({supplier for supplier, _ in self._quotes} | asked)

    def _quoted(self, supplier: str, sku: str, at: datetime) -> Quote | None:
        """The last quote that had begun."""
        quotes = self._quotes.get((supplier, sku), [])
        begun = [one for one in quotes if (one.since or _EVER) <= at]
        return max(begun, key=lambda one: one.since or _EVER, default=None)


def _checked(quotes: Iterable[Quote]) -> tuple[Quote, ...]:
    """Quotes of which no two of a supplier for a SKU begin together."""
    if not isinstance(quotes, tuple | list):
        raise BadInput("quotes", "a tuple of Quote is wanted")
    for i, one in enumerate(quotes):
        if not isinstance(one, Quote):
            raise BadInput(f"quotes[{i}]", "a Quote is wanted")
    unique((f"{one.supplier} for {one.sku} from {one.since}" for one in quotes), "quotes")
    return tuple(quotes)
