"""A statement as a value: its parts sum to its total.

It knows how charges become rows, and refuses to know words.

A tax that is in the prices is no charge, so it is no part of the sum: it is told beneath, where the
taxing of the host is handed in, for what is on no paper yet. The papers say their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Final

import attrs

from orderflow.bills import BillLine, CreditNote, Invoice, checked_papers, net
from orderflow.errors import BadInput
from orderflow.invoices.papers import Papers
from orderflow.invoices.upcoming import upcoming
from orderflow.money import Price
from orderflow.pricing import (
    Ranges,
    due,
    given_up,
    kept,
    parts_carried,
    prices_of,
    quantity,
    shares_of,
    total,
    units_kept,
)
from orderflow.records import (
    Because,
    Charge,
    ChargeKind,
    Compensation,
    Fixing,
    Kit,
    Line,
    Order,
    Span,
    Tender,
)
from orderflow.taxes import RateTotal, Taxing, rate_totals


@attrs.frozen
class Part:
    """What a charge adds to some units, or takes off them, in minor units.

    `because` says which rule of a refund made it, and the figures that it looked at.
    """

    kind: ChargeKind
    amount: int
    bearer: str = ""
    reason: str = ""
    because: Because | None = None


@attrs.frozen
class AtPrice:
    """Units at one price: `quantity` of them, or so many grams, cost `amount`, rounded once.

    `quantity` and `per` are in the line's smallest unit, or in grams where it is sold by weight. An
    amount that is not `fixed` is an estimate.
    """

    n: int
    quantity: int
    price: Decimal
    per: int
    amount: int
    version: str = ""
    fixed: bool = True


@attrs.frozen
class LineStated:
    """The units of a line that are kept: their prices, and what each charge does to them.

    The amounts of `prices`, `rounding` and `parts` sum to `amount`. `rounding` is what the units
    cost beside their price x quantity, since an amount is shared over all units of a line.
    `changes` of the price are in the prices already. `given_up` is what the units that were given
    up cost. `included` are the taxes in the amount, of the units that are on no paper yet.
    """

    id: str
    sku: str
    n: int
    kept: int
    unit: str
    scale: int
    prices: tuple[AtPrice, ...]
    rounding: int
    changes: tuple[Part, ...]
    parts: tuple[Part, ...]
    amount: int
    given_up: int
    kit: str = ""
    gift_for: tuple[str, ...] = ()
    fixed: Fixing = Fixing.PLACING
    by_weight: bool = False
    included: tuple[RateTotal, ...] = ()


@attrs.frozen
class Bill:
    """An invoice or a credit note: its number, and its gross amount and tax for this order.

    What a credit note gives back is below zero; both may come to nothing.
    """

    number: str
    amount: int
    tax: int
    is_credit: bool


@attrs.frozen
class Statement:
    """What an order costs and why, in minor units of its currency.

    The amounts of `lines` and of `parts`, which are of the order as a whole, sum to `total`; that
    and `given_up` are all that was ever charged. `due` is `total` less what was `paid`; below zero
    it is owed back. `reversed` are the discounts on what was given up, by who bears them, as parts
    of it: who bore them owes them no more. `compensations` were paid beside it, and are part of
    none of that. `included_in_parts` are the taxes in freight and fees that are on no paper yet.
    """

    order: str
    customer: str
    currency: str
    lines: tuple[LineStated, ...]
    kits: tuple[Kit, ...]
    parts: tuple[Part, ...]
    given_up: int
    total: int
    paid: tuple[Tender, ...]
    due: int
    bills: tuple[Bill, ...] = ()
    included_in_parts: tuple[RateTotal, ...] = ()
    compensations: tuple[Compensation, ...] = ()
    reversed: tuple[Part, ...] = ()

    @property
    def included(self) -> tuple[RateTotal, ...]:
        """The taxes in all that is on no paper yet, by rate, with what it costs without them."""
        told = [one for line in self.lines for one in line.included]
        return rate_totals(
            (one.base, [(one.rate, one.tax)]) for one in (*told, *self.included_in_parts)
        )

    @property
    def is_estimate(self) -> bool:
        """Whether any amount is not fixed yet."""
        return any(not one.fixed for line in self.lines for one in line.prices)


_OF_GOODS: Final = (ChargeKind.GOODS, ChargeKind.PRICE)


def statement(
    order: Order, bills: Sequence[Invoice | CreditNote] = (), taxing: Taxing | None = None
) -> Statement:
    """Explain an order as it is now, and with them its invoices and credit notes.

    `taxing` is that of the host's rules: where prices include their taxes, what is on none of
    `bills` tells those of the day of its placing. Then all papers of the order are wanted. A paper
    that is missing, or of another order, is `BadInput`; raises `MoveRefused` with every rate that
    is missing.
    """
    if not isinstance(order, Order):
        raise BadInput("order", "an Order is wanted")
    if taxing is not None and not isinstance(taxing, Taxing):
        raise BadInput("taxing", "a Taxing is wanted")
    checked_papers(bills, "bills")
    for i, one in enumerate(bills):
        if order.ref.id not in one.orders:
            raise BadInput(f"bills[{i}]", f"is of order {', '.join(one.orders)}")
    included = _included(order, bills, taxing)
    shares = shares_of(order.charges)
    lines = tuple(
        [
            _line(order, line, shares.get(line.id, ()), included.get(line.id, ()))
            for line in order.lines
        ]
    )
    whole = [charge for charge in order.charges if not charge.spans and charge.amount]
    left = whole if units_kept(order) else []
    gone = sum([line.given_up for line in lines])
    if not left:
        gone += sum([charge.amount for charge in whole])
    return Statement(
        order.ref.id,
        order.customer,
        order.currency,
        lines,
        order.kits,
        tuple([_part(charge, charge.amount) for charge in left]),
        gone,
        total(order),
        tuple([tender for tender in order.tenders if tender.applied]),
        due(order),
        tuple([_bill(order, one) for one in bills]),
        included.get(None, ()),
        order.compensations,
        _reversed(order, shares, [] if left else whole),
    )


def _reversed(
    order: Order, shares: Mapping[str, Sequence[tuple[Charge, Span]]], whole: Iterable[Charge]
) -> tuple[Part, ...]:
    """The discounts on units that were given up, and those of the `whole` order that went along;
    each with all that one bearer bore for one reason, in the order in which they were given."""
    gone = [(charge, charge.amount) for charge in whole]
    for line in order.lines:
        gone += parts_carried(shares.get(line.id, ()), given_up(line))
    sums: dict[tuple[ChargeKind, str, str], int] = {}
    for charge, amount in gone:
        off_freight = charge.kind is ChargeKind.FREIGHT and charge.amount < 0
        if charge.because is None and (off_freight or charge.kind is ChargeKind.DISCOUNT):
            key = (charge.kind, charge.bearer, charge.reason)
            sums[key] = sums.get(key, 0) + amount
    return tuple(
        [
            Part(kind, amount, bearer, reason)
            for (kind, bearer, reason), amount in sums.items()
            if amount
        ]
    )


def _included(
    order: Order, bills: Sequence[Invoice | CreditNote], taxing: Taxing | None
) -> dict[str | None, tuple[RateTotal, ...]]:
    """The taxes in what is on no paper yet, by line; those of freight and fees are of no line.

    An order with a tax of its own has none in its prices.
    """
    has_tax = any(charge.kind is ChargeKind.TAX for charge in order.charges)
    if taxing is None or not taxing.convention.inclusive or has_tax:
        return {}
    invoices = tuple([one for one in bills if isinstance(one, Invoice)])
    notes = tuple([one for one in bills if isinstance(one, CreditNote)])
    there = {*[one.ref.id for one in invoices], *[one.ref.id for one in notes]}
    for id in (*order.invoices, *order.credit_notes):
        if id not in there:
            raise BadInput("bills", f"are without {id}")
    drawn: dict[str | None, list[BillLine]] = {}
    for line in upcoming(order, Papers(invoices, notes), taxing):
        drawn.setdefault(None if line.group else line.line, []).append(line)
    return {
        id: rate_totals(
            (net(one, inclusive=True), [(tax.rate, tax.amount) for tax in one.taxes])
            for one in of
            if one.amount
        )
        for id, of in drawn.items()
    }


def _line(
    order: Order,
    line: Line,
    shares: Sequence[tuple[Charge, Span]],
    included: tuple[RateTotal, ...],
) -> LineStated:
    """The kept units of a line."""
    ranges, gone = kept(line), given_up(line)
    carried = parts_carried(shares, ranges) if ranges else ()
    goods = sum([amount for charge, amount in carried if charge.kind in _OF_GOODS])
    prices = _at_prices(order, line, ranges)
    return LineStated(
        line.id,
        line.sku,
        line.n,
        sum([stop - start for start, stop in ranges]),
        line.unit,
        line.scale,
        prices,
        goods - sum([one.amount for one in prices]),
        tuple([_part(*pair) for pair in carried if pair[0].kind is ChargeKind.PRICE]),
        tuple([_part(*pair) for pair in carried if pair[0].kind not in _OF_GOODS]),
        sum([amount for _, amount in carried]),
        sum([amount for _, amount in parts_carried(shares, gone)]) if gone else 0,
        line.kit,
        line.gift_for,
        line.fixed,
        line.grams_each > 0,
        included,
    )


def _at_prices(order: Order, line: Line, ranges: Ranges) -> tuple[AtPrice, ...]:
    """The prices of some units, each with all units that are at it, in the order of the units."""
    sums: dict[tuple[Decimal, int, str, bool], tuple[int, int]] = {}
    for one in prices_of(line, ranges):
        key = (one.price, one.per, one.version, one.fixed)
        n, much = sums.get(key, (0, 0))
        sums[key] = (n + one.stop - one.start, much + quantity(line, one))
    return tuple(
        [
            AtPrice(
                n,
                much,
                price,
                per,
                Price(price, order.currency, per).times(much, line.rounding),
                version,
                fixed,
            )
            for (price, per, version, fixed), (n, much) in sums.items()
        ]
    )


def _part(charge: Charge, amount: int) -> Part:
    return Part(charge.kind, amount, charge.bearer, charge.reason, charge.because)


def _bill(order: Order, one: Invoice | CreditNote) -> Bill:
    id, is_credit = order.ref.id, isinstance(one, CreditNote)
    sign = -1 if is_credit else 1
    return Bill(one.number, sign * one.gross_of(id), sign * one.tax_of(id), is_credit)
