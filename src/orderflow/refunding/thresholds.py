"""Discounts whose threshold the kept goods do not reach any more: clawed back, or capped.

It knows what a discount was given for and what came back, and refuses to know why it was given.

Problem: 10 % from 300.00 on for six lamps at 50.00, five come back. Kept, the sixth costs 45.00;
clawed back, 50.00. Worked out return by return, a discount is taken back once too often, or a coin
of it is left behind on units that come back later.

Decision: what is to be taken back of a discount is a function of what is kept. The kept units carry
so much of it, and it is earned so often still; what they carry beyond that is taken back, as one
charge over them with the same bearer. Each return charges the difference to what was charged before
and is still carried: units that come back later take their part of it with them.

- *Reached* is measured on what was agreed: later changes of a price take no discount away. What
  came back by the fault of the seller or the carrier, or was cancelled, counts as if it were there.
- What is capped costs no more than the kept goods would with the cheapest of those that came back
  that reach the threshold again: so before taxes nobody pays more for keeping less. Several
  discounts on the same goods, and on freight, fill that room one after the other. Clawed back, it
  may be more: 200 off from 300 on, and what is kept below costs 299.
- Freight that was free is charged again in the same way; not in a withdrawal by law.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from math import floor
from typing import Final, NamedTuple

import attrs

from orderflow.currencies import in_main_unit
from orderflow.kits import lines_named
from orderflow.money import scale, spread
from orderflow.orders import later_id
from orderflow.pricing import carried, kept, parts_carried, shares_of
from orderflow.reasons import Fault
from orderflow.records import Because, Charge, ChargeKind, Line, Order, Span
from orderflow.refunding.came import (
    TAXES,
    Asked,
    agreed,
    by_line,
    costs,
    nothing_kept,
    part_of,
    with_tax,
)
from orderflow.thresholds import Reached, Terms, Unmet

CLAWED_BACK: Final = "clawed_back"
CAPPED: Final = "capped"
FREIGHT_AGAIN: Final = "freight_again"

_HIS: Final = (Fault.CUSTOMER, Fault.NOBODY)
"""What comes back by these faults counts as not bought."""

_GOODS: Final = (ChargeKind.GOODS, ChargeKind.PRICE)


def unearned(asked: Asked) -> Iterator[Charge]:
    """What is to be taken back of each discount that is not earned any more, or given again.

    Each sees what was taken back of those before it.
    """
    for at, charge in enumerate(asked.order.charges):
        if charge.terms is None or charge.because is not None:
            continue
        unmet = charge.terms.unmet or asked.refunding.unmet
        if unmet is Unmet.KEEP:
            continue
        on_goods = bool(charge.spans)
        back = asked.back(*_HIS, statutory=on_goods)
        given = _Given(asked, charge, charge.terms, unmet, at, back)
        made = tuple(_off_goods(given) if on_goods else _off_freight(given))
        yield from made
        order = asked.order
        asked = attrs.evolve(asked, order=attrs.evolve(order, charges=(*order.charges, *made)))


@attrs.frozen
class _Given:
    """A discount of an order, the charge at that place, and what came back that counts."""

    asked: Asked
    charge: Charge
    terms: Terms
    unmet: Unmet
    at: int
    back: Tally[str]

    @property
    def order(self) -> Order:
        return self.asked.order

    @property
    def lines(self) -> list[Line]:
        """The lines that it was given for."""
        names = lines_named(self.order, self.terms.lines)
        return [line for line in self.order.lines if line.id in names or not names]

    def costs(self, *, listed: bool) -> Tally[str]:
        """What each line cost before it: without any discount, or after those before it."""
        kinds = _GOODS if listed else (*_GOODS, ChargeKind.DISCOUNT)
        before = agreed(self.order.charges[: self.at])
        return by_line([one for one in before if one.kind in kinds])

    def reached(self, back: Mapping[str, int]) -> Reached:
        """What the goods that it was given for come to without those that came back."""
        costs, lines = self.costs(listed=self.terms.listed), self.lines
        worth = sum([part_of(one, costs[one.id], one.n - back.get(one.id, 0)) for one in lines])
        units = sum([one.n - back.get(one.id, 0) for one in lines])
        each = [self.units(names, back) for names, _ in self.terms.together]
        return Reached(worth, units, tuple(each))

    def units(self, names: Iterable[str], back: Mapping[str, int]) -> int:
        """How many units of some lines did not come back; of a kit, how many whole ones."""
        found = 0
        for name in names:
            line = self.order.line(name)
            if line is None:
                parts = [one for one in self.order.lines if one.kit == name]
                found += min([(one.n - back.get(one.id, 0)) // one.per_kit for one in parts])
            else:
                found += line.n - back.get(name, 0)
        return found

    @property
    def earned(self) -> tuple[int, int]:
        """How often it is earned still, and how often it was at first."""
        return self.terms.earned(self.reached(self.back)), self.terms.earned(self.reached({}))

    def after(self, made: Charge) -> _Given:
        """The same when a charge was made for it."""
        order = attrs.evolve(self.order, charges=(*self.order.charges, made))
        return attrs.evolve(self, asked=attrs.evolve(self.asked, order=order))

    def because(self, rule: str) -> Because:
        terms, left = self.terms, self.reached(self.back)
        next_ = 1 + terms.earned(left)
        by_worth = terms.least and left.worth < next_ * terms.least
        currency = self.order.currency
        figures = (str(left.units), str(next_ * terms.units))
        if terms.together:
            figures = (str(next_ - 1), str(next_))
        if by_worth:
            amounts = (floor(left.worth), next_ * terms.least)
            figures = (in_main_unit(amounts[0], currency), in_main_unit(amounts[1], currency))
        told = tuple(zip(("left", "least"), figures, strict=True))
        return Because(rule, self.asked.returned, self.charge.id, told)


def _off_goods(given: _Given) -> Iterator[Charge]:
    """The charges by which kept units carry no more of a discount than is earned."""
    charge = given.charge
    wanted = _to_take_back(given)
    rule = CAPPED if given.unmet is Unmet.CAP else CLAWED_BACK
    every = costs(given.order)
    for kind in (ChargeKind.DISCOUNT, ChargeKind.TAX):
        spans: list[Span] = []
        for line in given.order.lines:
            amount = wanted[line.id]
            if kind is ChargeKind.TAX:
                amount = with_tax(given.order, line.id, amount, every[line.id])
            amount -= _taken_back(given.order, line, charge.id, kind)
            spans += _over_kept(given.order, line, amount)
        if spans:
            made = Charge(
                later_id(given.order, kind),
                kind,
                sum([span.amount for span in spans]),
                tuple(spans),
                charge.bearer if kind is ChargeKind.DISCOUNT else "",
                charge.reason if kind is ChargeKind.DISCOUNT else "",
                because=given.because(rule),
            )
            yield made
            given = given.after(made)


def _to_take_back(given: _Given) -> Tally[str]:
    """How much of a discount the kept units of each line are to lose in all."""
    carry = _carry_of_it(given)
    every = sum(carry.values())
    still, first = given.earned
    if still >= first or every <= 0:
        return Tally()
    amount = max(0, every - scale(-given.charge.amount, still, first))
    if given.unmet is Unmet.CAP:
        amount = min(amount, _room(given))
    return Tally(dict(zip(carry, spread(amount, list(carry.values())), strict=True)))


def _carry_of_it(given: _Given) -> dict[str, int]:
    """What the kept units of each line carry of a discount, from zero up.

    Less of one that has been taken back since, when others took its place.
    """
    charge, shares = given.charge, shares_of(agreed(given.order.charges))
    name = (charge.bearer, charge.reason)
    found: dict[str, int] = {}
    for line in given.order.lines:
        parts = parts_carried(shares.get(line.id, ()), kept(line))
        own = -sum([part for one, part in parts if one.id == charge.id])
        alike = -sum(
            [
                part
                for one, part in parts
                if one.kind is ChargeKind.DISCOUNT and (one.bearer, one.reason) == name
            ]
        )
        if min(own, alike) > 0:
            found[line.id] = min(own, alike)
    return found


def _room(given: _Given) -> int:
    """The most that a cap lets be taken back of a discount, beside what was of those before it.

    That is what the cheapest goods cost, of those that came back, with which it would be earned
    once more: whoever had kept them too would pay so much.
    """
    left, every = given.reached(given.back), costs(given.order)
    before, times = given.costs(listed=given.terms.listed), given.earned[0] + 1
    shares = shares_of(agreed(given.order.charges))
    worth, units = list[_Fill](), list[_Fill]()
    coins, kept_cost = 0, Fraction(0)  # what kept units carry to the coin, and exactly
    for line in given.lines:
        n, ranges = given.back[line.id], kept(line)
        cost = part_of(line, every[line.id], n)
        worth.append(_Fill(cost, part_of(line, before[line.id], n)))
        units.append(_Fill(cost, Fraction(n)))
        parts = parts_carried(shares.get(line.id, ()), ranges)
        coins += sum([part for one, part in parts if one.kind not in TAXES])
        kept_cost += part_of(line, every[line.id], sum([stop - start for start, stop in ranges]))
    by_worth = _cheapest(worth, times * given.terms.least - left.worth)
    by_units = _cheapest(units, times * given.terms.units - left.units)
    dearer = floor(kept_cost + max(by_worth, by_units, _cheapest_together(given, times)))
    return max(0, dearer - coins - _taken_before(given))


def _cheapest_together(given: _Given, times: int) -> Fraction:
    """What the cheapest goods cost, of those that came back, that make bundles so often again."""
    found, every = Fraction(0), costs(given.order)
    for names, n in given.terms.together:
        goods: list[_Fill] = []
        for name in names:
            of = [one for one in given.order.lines if one.id in lines_named(given.order, (name,))]
            cost = sum([part_of(one, every[one.id], given.back[one.id]) for one in of], Fraction(0))
            came = given.units((name,), {}) - given.units((name,), given.back)
            goods.append(_Fill(cost, Fraction(came)))
        found += _cheapest(goods, times * n - given.units(names, given.back))
    return found


class _Fill(NamedTuple):
    """Goods that came back: what they cost, and how far they would fill what is lacking."""

    cost: Fraction
    fills: Fraction


def _cheapest(goods: Iterable[_Fill], lacking: Fraction | int) -> Fraction:
    """What the cheapest part of goods costs that fills what is lacking, or all of them."""
    cost, left = Fraction(0), Fraction(max(0, lacking))
    for one in sorted([one for one in goods if one.fills], key=lambda one: one.cost / one.fills):
        part = min(left, one.fills)
        cost, left = cost + one.cost * part / one.fills, left - part
    return cost


def _taken_before(given: _Given) -> int:
    """What was taken back of the discounts before one, on its goods and on freight.

    So two of them do not both ask for what is missing once.
    """
    charges, lines = given.order.charges, {line.id for line in given.lines}
    before = {one.id for one in charges[: given.at]}
    told = [one for one in charges if one.because is not None and one.because.of in before]
    whole = sum([one.amount for one in told if not one.spans])
    return whole + sum(
        [
            _taken_back(given.order, line, id, ChargeKind.DISCOUNT)
            for line in given.order.lines
            if line.id in lines
            for id in before
        ]
    )


def _taken_back(order: Order, line: Line, charge: str, kind: ChargeKind) -> int:
    """What kept units carry of what was taken back of a discount before."""
    parts = parts_carried(shares_of(order.charges).get(line.id, ()), kept(line))
    return sum(
        [
            part
            for one, part in parts
            if one.kind is kind and one.because is not None and one.because.of == charge
        ]
    )


def _over_kept(order: Order, line: Line, amount: int) -> list[Span]:
    """An amount over the kept units of a line, by what they carry.

    What is given again of a discount is never more than that: they may have been lowered since.
    """
    ranges = kept(line)
    weights = [max(0, carried(line, order.charges, [pair])) for pair in ranges]
    amount = max(amount, -sum(weights))
    if not (amount and ranges):
        return []
    pairs = zip(ranges, spread(amount, weights), strict=True)
    return [Span(line.id, *pair, part) for pair, part in pairs if part]


def _off_freight(given: _Given) -> Iterator[Charge]:
    """The charge by which freight costs what it does without a discount that is not earned."""
    off = -given.charge.amount
    still, first = given.earned
    wanted = 0
    if still < first and not nothing_kept(given.order):
        wanted = off - scale(off, still, first)
        if given.unmet is Unmet.CAP:
            wanted = min(wanted, _room(given))
    charges, of = given.order.charges, given.charge.id
    told = [one.amount for one in charges if one.because is not None and one.because.of == of]
    amount = wanted - sum(told)
    if amount:
        charge = given.charge
        because = given.because(FREIGHT_AGAIN)
        id = later_id(given.order, charge.kind)
        yield Charge(id, charge.kind, amount, (), charge.bearer, charge.reason, because=because)
