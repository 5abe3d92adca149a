"""What lines carry of each tax, by a convention.

It knows whole numbers of coins and rates, and refuses to know where either comes from.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import lcm

import attrs

from orderflow.errors import BadInput
from orderflow.money import divided, spread
from orderflow.taxes.conventions import By, Convention, Level
from orderflow.taxes.rates import Rate, of_net
from orderflow.values import MINOR_MAX, text, unique, whole


@attrs.frozen
class TaxLine:
    """`n` units cost `amount` minor units, without their taxes or with them, as the convention
    says."""

    line: str
    n: int
    amount: int
    rates: tuple[Rate, ...]

    def __attrs_post_init__(self) -> None:
        path = f"line {text(self.line, 'tax.line')}"
        whole(self.n, f"{path}.n")
        whole(self.amount, f"{path}.amount", least=0, most=MINOR_MAX)
        if not isinstance(self.rates, tuple):
            raise BadInput(f"{path}.rates", "a tuple of Rate is wanted")
        for i, rate in enumerate(self.rates):
            if not isinstance(rate, Rate):
                raise BadInput(f"{path}.rates[{i}]", "a Rate is wanted")
        unique((rate.id for rate in self.rates), f"{path}.rates")


@attrs.frozen
class TaxedLine:
    """What a line is without its taxes, and each tax, in the order of its rates."""

    line: str
    net: int
    taxes: tuple[tuple[Rate, int], ...]

    @property
    def tax(self) -> int:
        """All taxes of the line."""
        return sum([tax for _, tax in self.taxes])

    @property
    def gross(self) -> int:
        """The line with its taxes."""
        return self.net + self.tax


@attrs.frozen(weakref_slot=False)
class RateTotal:
    """What stands under one rate: so much tax on so much net, with the taxes that it is on."""

    rate: Rate
    base: int
    tax: int


@attrs.frozen
class Taxed:
    """Lines with their taxes."""

    lines: tuple[TaxedLine, ...]

    @property
    def net(self) -> int:
        """All lines without their taxes."""
        return sum([line.net for line in self.lines])

    @property
    def tax(self) -> int:
        """All taxes."""
        return sum([line.tax for line in self.lines])

    @property
    def by_rate(self) -> tuple[RateTotal, ...]:
        """Base and tax by rate, in the order in which the lines name them."""
        return rate_totals((line.net, line.taxes) for line in self.lines)


def rate_totals(
    lines: Iterable[tuple[int, Iterable[tuple[Rate, int]]]],
) -> tuple[RateTotal, ...]:
    """Base and tax by rate over (net, taxes) of lines, in the order in which they name them."""
    sums: dict[Rate, tuple[int, int]] = {}
    for net, taxes in lines:
        with_taxes = net
        for rate, tax in taxes:
            base, before = sums.get(rate, (0, 0))
            sums[rate] = (base + (with_taxes if rate.on_taxes else net), before + tax)
            with_taxes += tax
    return tuple([RateTotal(rate, base, tax) for rate, (base, tax) in sums.items()])


def taxed(lines: Sequence[TaxLine], convention: Convention) -> Taxed:
    """Each line with its taxes, by a convention.

    >>> from orderflow.taxes import NET_BY_LINE, NET_BY_UNIT
    >>> vat = Rate.of("VAT", "19")
    >>> taxed([TaxLine("1", 3, 324, (vat,))], NET_BY_LINE).tax
    62
    >>> taxed([TaxLine("1", 3, 324, (vat,))], NET_BY_UNIT).tax
    63
    """
    if not isinstance(convention, Convention):
        raise BadInput("convention", "a Convention is wanted")
    if not isinstance(lines, tuple | list):
        raise BadInput("lines", "a tuple of TaxLine is wanted")
    for i, line in enumerate(lines):
        if not isinstance(line, TaxLine):
            raise BadInput(f"lines[{i}]", "a TaxLine is wanted")
    if convention.level is Level.TOTAL:
        together = convention.by is By.COMBINATION or convention.rounds_net
        taxes = (_by_combination if together else _by_code)(lines, convention)
    else:
        taxes = [_by_line(line, convention) for line in lines]
    return Taxed(
        tuple(
            [
                TaxedLine(
                    line.line,
                    line.amount - sum(parts) if convention.inclusive else line.amount,
                    tuple(zip(line.rates, parts, strict=True)),
                )
                for line, parts in zip(lines, taxes, strict=True)
            ]
        )
    )


@attrs.frozen
class _Parts:
    """Rates as whole numbers: of `bottom` parts of an amount, `tops` are its taxes."""

    tops: tuple[int, ...]
    bottom: int

    @classmethod
    def of(cls, rates: tuple[Rate, ...], convention: Convention) -> _Parts:
        if any(rate.on_taxes for rate in rates):
            ratios = [part.as_integer_ratio() for part in of_net(rates)]
        else:  # without fractions, which are slow
            ratios = [rate.percent.as_integer_ratio() for rate in rates]
        fine = lcm(*[bottom for _, bottom in ratios])
        tops = tuple([top * (fine // bottom) for top, bottom in ratios])
        return cls(tops, 100 * fine + (sum(tops) if convention.inclusive else 0))


def _rounded(top: int, bottom: int, convention: Convention) -> int:
    return divided(top, bottom * convention.step, convention.rounding) * convention.step


def _together(amount: int, parts: _Parts, convention: Convention) -> int:
    """All taxes of an amount, rounded once; those of an inclusive price are never more than it."""
    every = sum(parts.tops)
    if convention.rounds_net:
        left = _rounded(amount * (parts.bottom - every), parts.bottom, convention)
        return max(0, amount - left)
    tax = _rounded(amount * every, parts.bottom, convention)
    return min(tax, amount) if convention.inclusive else tax


def _by_line(line: TaxLine, convention: Convention) -> list[int]:
    parts = _Parts.of(line.rates, convention)
    if convention.level is Level.LINE:
        return _of_amount(line.amount, parts, convention)
    # What units carry differs by one at most, so two amounts say it for any number of them.
    least, more = divmod(line.amount, line.n)
    low, high = (_of_amount(one, parts, convention) for one in (least, least + 1))
    return [(line.n - more) * a + more * b for a, b in zip(low, high, strict=True)]


def _of_amount(amount: int, parts: _Parts, convention: Convention) -> list[int]:
    """Each tax of one amount."""
    if convention.by is By.COMBINATION or convention.rounds_net:
        return list(spread(_together(amount, parts, convention), parts.tops)) if parts.tops else []
    taxes = [_rounded(amount * top, parts.bottom, convention) for top in parts.tops]
    if convention.inclusive and sum(taxes) > amount:
        return list(spread(amount, taxes))
    return taxes


def _by_code(lines: Sequence[TaxLine], convention: Convention) -> list[list[int]]:
    """Each tax rounded once for all lines that have it, and told to them."""
    parts = {rates: _Parts.of(rates, convention) for rates in dict.fromkeys(_rates(lines))}
    bottom = lcm(*[one.bottom for one in parts.values()])
    taxes = [[0] * len(line.rates) for line in lines]
    rooms = [line.amount for line in lines]
    cells: dict[Rate, list[tuple[int, int]]] = {}
    for i, line in enumerate(lines):
        for j, rate in enumerate(line.rates):
            cells.setdefault(rate, []).append((i, j))
    for places in cells.values():
        weights = [
            lines[i].amount
            * parts[lines[i].rates].tops[j]
            * (bottom // parts[lines[i].rates].bottom)
            for i, j in places
        ]
        tax = _rounded(sum(weights), bottom, convention)
        told = spread(tax, weights, convention.spread)
        if convention.inclusive:
            told = _within(told, [rooms[i] for i, _ in places])
        for (i, j), part in zip(places, told, strict=True):
            taxes[i][j] = part
            rooms[i] -= part
    return taxes


def _within(parts: Sequence[int], rooms: Sequence[int]) -> tuple[int, ...]:
    """Parts of which none is beyond its room: what is goes to the first that have some.

    Two taxes that give their coin to the same line of 0.01 would leave it less than nothing.
    """
    told = [min(part, room) for part, room in zip(parts, rooms, strict=True)]
    over = sum(parts) - sum(told)
    for i, room in enumerate(rooms):
        more = min(over, room - told[i])
        told[i] += more
        over -= more
    return tuple(told)


def _by_combination(lines: Sequence[TaxLine], convention: Convention) -> list[list[int]]:
    """All taxes of lines with the same ones rounded once, told to the lines and then to each tax.

    A line's taxes are told by what each is short of so far, so that they come out even in the end.
    """
    taxes: list[list[int]] = [[] for _ in lines]
    groups: dict[tuple[Rate, ...], list[int]] = {}
    for i, rates in enumerate(_rates(lines)):
        groups.setdefault(rates, []).append(i)
    for rates, members in groups.items():
        parts = _Parts.of(rates, convention)
        amounts = [lines[i].amount for i in members]
        every, so_far, given = sum(parts.tops), 0, [0] * len(rates)
        told = spread(_together(sum(amounts), parts, convention), amounts, convention.spread)
        if convention.inclusive:
            told = _within(told, amounts)
        for i, tax in zip(members, told, strict=True):
            so_far += tax
            short = [
                max(0, so_far * top - every * one)
                for top, one in zip(parts.tops, given, strict=True)
            ]
            taxes[i] = list(spread(tax, short)) if rates else []
            given = [a + b for a, b in zip(given, taxes[i], strict=True)]
    return taxes


def _rates(lines: Iterable[TaxLine]) -> list[tuple[Rate, ...]]:
    return [line.rates for line in lines]
