"""What stands on an invoice: lines of slices, their discounts and taxes, and what they differ by.

It knows the amounts that units carry and the rates of their tax point, and refuses to know which
units are asked for.

Problem: an order fixes its amounts when it is placed, an invoice when goods leave. In between lie
roundings, for each invoice rounds its own tax, and sometimes another rate.

Observations:

- What units carry of goods and discounts is fixed and sums exactly, however a line is parted. Price
  x quantity of a part does not: the line shows the coin between them as its `rounding`.
- A tax is right when base x rate is, on each document. The taxes of three invoices then differ from
  the tax of their order by coins, or by more where the rate has changed.
- A discount that was given after the tax is of the price with it: a part of it is tax.

Decision: the invoice computes its own taxes, and what units come to on it and what they carry on
the order differ by one signed charge over just these units: ROUNDING where roundings explain it,
TAX where more has changed. So an order costs what its invoices say, and the account is on it.
Where prices include their tax, amounts stay and no such charge is needed.

What is charged more for units that are on an invoice already is the price with its tax, as what is
taken off them is: a line of no units has it, at the rates of the line whose amount it raises.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import attrs

from orderflow.bills import BillLine, Discount, LineTax
from orderflow.errors import MoveRefused, Refusal
from orderflow.invoices.differing import Draft, Over, differences, over_of
from orderflow.invoices.papers import DIFFERENCES, is_cost, is_off
from orderflow.invoices.raises import Missing
from orderflow.money import Money, Price, scale, spread
from orderflow.pricing import parts_carried, prices_of, quantity, same_weighing, shares_of
from orderflow.records import Charge, ChargeKind, Cut, Line, Order, PriceRange
from orderflow.taxes import (
    NET_BY_TOTAL,
    Convention,
    Rate,
    TaxedLine,
    Taxing,
    TaxLine,
    TaxQuestion,
    percents,
    taxed,
)
from orderflow.taxing import GROUPS, no_rate, rooms


@attrs.frozen
class Piece:
    """Unit indices of a line that are to be invoiced, with their parcel and tax point."""

    line: Line
    cut: Cut
    at: datetime


@attrs.frozen
class Part:
    """What an invoice is to say of an order: pieces of its lines, charges of the order as a whole,
    with their tax point, and what is missing on its invoices.
    """

    order: Order
    pieces: tuple[Piece, ...]
    charges: tuple[Charge, ...]
    at: datetime
    missing: tuple[Missing, ...] = ()


class Drawn(NamedTuple):
    """The lines of an invoice, and the charges by which each of its orders comes to the same."""

    lines: tuple[BillLine, ...]
    differences: tuple[tuple[Charge, ...], ...]


def convention_of(taxing: Taxing | None) -> Convention:
    """How an invoice is taxed; without any taxing, nothing is taxed."""
    return NET_BY_TOTAL if taxing is None else taxing.convention


def draw(parts: Sequence[Part], taxing: Taxing | None, id: str) -> Drawn:
    """The lines of an invoice over parts of one order or of several, taxed together.

    Raises `MoveRefused` with every rate that is missing.
    """
    convention = convention_of(taxing)
    unknown: dict[Refusal, None] = {}
    drafts = [_drafts(part, taxing, unknown, several=len(parts) > 1) for part in parts]
    if unknown:
        raise MoveRefused(tuple(unknown))
    done = taxed(
        [TaxLine(one.line.line, one.n, one.line.amount, one.rates) for of in drafts for one in of],
        convention,
    )
    taxes = iter(done.lines)
    lines = [[_with_taxes(draft.line, next(taxes)) for draft in of] for of in drafts]
    differing = [
        differences(of, made, part.charges, convention, id)
        for part, of, made in zip(parts, drafts, lines, strict=True)
    ]
    return Drawn(tuple([one for made in lines for one in made]), tuple(differing))


def _drafts(
    part: Part, taxing: Taxing | None, unknown: dict[Refusal, None], *, several: bool
) -> list[Draft]:
    """The lines of an order before their taxes; one of several is named on each."""
    order, convention = part.order, convention_of(taxing)
    rating = _Rating(order, taxing, unknown)
    drafts = [
        *_goods(order, part.pieces, rating, convention),
        *[_raise(one, convention) for one in part.missing],
        *_charges(order, part.charges, rating, part.at, convention),
    ]
    name = order.ref.id if several else ""
    return [attrs.evolve(one, line=attrs.evolve(one.line, order=name)) for one in drafts]


class _Rating:
    """The rates of an order, now and when it was placed; what has none is remembered."""

    def __init__(self, order: Order, taxing: Taxing | None, unknown: dict[Refusal, None]) -> None:
        self.order = order
        self.taxing = taxing
        self.unknown = unknown

    def rates(self, sku: str, group: str, at: datetime) -> tuple[Rate, ...]:
        if self.taxing is None:
            return ()
        place = self.taxing.where(self.order.destination.region)
        found = self.taxing.table.rates(TaxQuestion(sku, group, place, at))
        if not found:
            self.unknown[no_rate(sku or group, place, at)] = None
        return found

    def same(self, sku: str, group: str, rates: tuple[Rate, ...]) -> bool:
        """Whether they were the rates of the day on which the order was placed."""
        if self.taxing is None:
            return True
        place = self.taxing.where(self.order.destination.region)
        asked = TaxQuestion(sku, group, place, self.order.placed_at)
        return self.taxing.table.rates(asked) == rates


def _goods(
    order: Order, pieces: Sequence[Piece], rating: _Rating, convention: Convention
) -> Iterable[Draft]:
    shares = shares_of(order.charges)
    for one in pieces:
        line = one.line
        rates = rating.rates(line.sku, "", one.at)
        same = rating.same(line.sku, "", rates)
        prices = prices_of(line, [(one.cut.start, one.cut.stop)])
        for priced in same_weighing(prices):
            parts = parts_carried(shares.get(line.id, ()), [(priced.start, priced.stop)])
            carried, discounts = _split(parts, rates, convention)
            all_in = sum([part for _, part in parts])
            price = Price(priced.price, order.currency, priced.per)
            goods = price.times(quantity(line, priced), line.rounding)
            left = carried + sum([one.amount for one in discounts])
            # What is given away costs nothing, however its tax was rounded.
            beside = min(0, left) if all_in else left
            drawn = BillLine(
                line.id,
                goods,
                (),
                one.at,
                line.sku,
                priced.start,
                priced.stop,
                line.unit,
                line.scale,
                priced.price,
                priced.per,
                rounding=carried - goods - beside,
                discounts=discounts,
                parcel=one.cut.document,
                version=priced.version,
                grams=priced.grams,
            )
            alike = [(sub.start, sub.stop) for sub in prices if _is_within(sub, priced)]
            over = [over_of(pair, parts_carried(shares[line.id], [pair])) for pair in alike[1:]]
            first = (priced.start, alike[0][1])
            if over:
                parts = parts_carried(shares[line.id], [first])
            yield Draft(drawn, rates, same, (over_of(first, parts), *over))


def _is_within(one: PriceRange, other: PriceRange) -> bool:
    return other.start <= one.start < other.stop


def _raise(missing: Missing, convention: Convention) -> Draft:
    """What is missing on a line of an invoice, at its rates."""
    line = missing.book.line
    rates = tuple([tax.rate for tax in line.taxes])
    drawn = attrs.evolve(
        line,
        stop=line.start,
        goods=0,
        grams=0,
        rounding=0,
        discounts=(),
        taxes=(),
        correction=_without_tax(missing.amount, rates, convention),
        changes=missing.book.invoice.ref.id,
    )
    over = Over(*missing.dearest, missing.amount, missing.amount)
    return Draft(drawn, rates, same_rates=True, over=(over,))


def _split(
    parts: Iterable[tuple[Charge, int]], rates: tuple[Rate, ...], convention: Convention
) -> tuple[int, tuple[Discount, ...]]:
    """What goods carry, and each discount; of one given after the tax, the part that is none.

    A discount that takes the place of another gives that one back just as it was given.
    """
    goods, discounts = 0, []
    taxes: list[int] = []
    before_tax: Tally[tuple[str, str]] = Tally()
    for charge, part in parts:
        if charge.kind in DIFFERENCES:
            taxes.append(part)
        elif charge.kind is ChargeKind.DISCOUNT:
            # Of a tax that was taken back, a part of its units may keep a coin for each charge.
            taxed = abs(sum(taxes)) >= len(taxes) > 0
            name = (charge.bearer, charge.reason)
            net = min(part, before_tax[name]) if taxed and part > 0 else 0 if taxed else part
            before_tax[name] -= net
            more = _discount(charge, part - net, rates, convention)
            discounts.append(attrs.evolve(more, amount=net + more.amount))
        else:
            goods += part
    return goods, tuple(discounts)


def _charges(
    order: Order, charges: Sequence[Charge], rating: _Rating, at: datetime, convention: Convention
) -> Iterable[Draft]:
    """Freight and fees, each a line; what was given off them is shared between those of its kind.

    A discount on them comes from a credit note alone, and is of the price with its tax.
    """
    costs = [charge for charge in charges if is_cost(charge)]
    off = [charge for charge in charges if is_off(charge)]
    left = [charge.amount for charge in costs]
    discounts: list[list[tuple[Charge, int]]] = [[] for _ in costs]
    for charge in off:
        room = rooms(charge, [GROUPS[one.kind] for one in costs], left)
        for i, part in enumerate(spread(charge.amount, room)):
            left[i] += part
            discounts[i] += [(charge, part)] if part else []
    for charge, less in zip(costs, discounts, strict=True):
        group = GROUPS[charge.kind]
        rates = rating.rates("", group, at)
        line = BillLine(
            charge.id,
            charge.amount,
            (),
            at,
            stop=1,
            price=Money(charge.amount, order.currency).decimal,
            group=group,
            discounts=tuple([_discount(one, part, rates, convention) for one, part in less]),
        )
        yield Draft(line, rates, rating.same("", group, rates), ())


def _discount(
    charge: Charge, part: int, rates: tuple[Rate, ...], convention: Convention
) -> Discount:
    """What a discount takes off; of one of the price with its tax, the part that is no tax."""
    if charge.kind is ChargeKind.DISCOUNT:
        part = _without_tax(part, rates, convention)
    return Discount(charge.id, part, charge.bearer, charge.reason)


def _without_tax(amount: int, rates: tuple[Rate, ...], convention: Convention) -> int:
    """An amount with its taxes as the convention states it."""
    if convention.inclusive:
        return amount
    tax = percents(rates) / (1 + percents(rates))
    return amount - scale(amount, tax.numerator, tax.denominator)


def _with_taxes(line: BillLine, done: TaxedLine) -> BillLine:
    return attrs.evolve(line, taxes=tuple([LineTax(rate, tax) for rate, tax in done.taxes]))
