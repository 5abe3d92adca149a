"""The freight that goes back with goods that come back.

It knows how much of it goes back for which fault, and refuses to know what freight costs a carrier.

All of it with the first unit, with the last one, by what the units are worth, or none: the host
says so for each fault. How much has gone back in all is a function of what came back, so each
return gives the difference. The tax on it goes with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from orderflow.money import scale
from orderflow.paid_back import FreightBack
from orderflow.reasons import Fault
from orderflow.records import Because, Charge, ChargeKind
from orderflow.refunding.came import TAXES, Asked, agreed, costs, nothing_kept, part_of

FREIGHT_BACK: Final = "freight_back"


def freight_back(asked: Asked) -> Iterator[Charge]:
    """What goes back of the freight, and of the tax on it.

    On an invoice freight stands with its tax, and one amount is off both; else each is its own,
    and freight has its part of what freight and fees are taxed together.
    """
    whole = [one for one in asked.order.charges if not one.spans]
    billed = agreed(whole)
    freight = sum([one.amount for one in billed if one.kind is ChargeKind.FREIGHT])
    rate = asked.freight_tax
    if rate is None:
        taxed = freight + sum([one.amount for one in billed if one.kind is ChargeKind.FEE])
        tax = sum([one.amount for one in billed if one.kind in TAXES])
        rate = Fraction(tax, taxed) if taxed > 0 else Fraction(0)
    part = _part(asked)
    wanted = _times(freight, part)
    of_tax = _times(wanted, rate)
    told = [one for one in whole if one.because is not None and one.because.rule == FREIGHT_BACK]
    gone = -sum([one.amount for one in told])
    gone_tax = -sum([one.amount for one in told if one.kind is ChargeKind.TAX])
    left = freight + _times(freight, rate) - asked.lowered - gone
    off = max(0, min(wanted + of_tax - gone, left))
    off_tax = 0 if asked.freight_tax is not None else max(0, min(of_tax - gone_tax, off))
    because = Because(FREIGHT_BACK, asked.returned)
    if off > off_tax:
        yield Charge("", ChargeKind.FREIGHT, off_tax - off, because=because)
    if off_tax:
        yield Charge("", ChargeKind.TAX, -off_tax, because=because)


def _times(amount: int, part: Fraction) -> int:
    """A part of an amount, rounded once."""
    return scale(amount, part.numerator, part.denominator)


def _part(asked: Asked) -> Fraction:
    """Which part of the freight has gone back when this return has."""
    rules = asked.refunding
    ways: dict[FreightBack, list[Fault]] = {}
    for fault in Fault:
        ways.setdefault(rules.freight_for(fault), []).append(fault)
    if asked.back(*ways.get(FreightBack.ALL, ())):
        return Fraction(1)
    counted = list(ways.get(FreightBack.PRO_RATA, ()))
    if nothing_kept(asked.order):
        counted += ways.get(FreightBack.LAST, ())
    return _share_of_goods(asked, *counted)


def _share_of_goods(asked: Asked, *faults: Fault) -> Fraction:
    """What came back by these faults, as a part of all goods; of free ones, by their number."""
    lines, back = asked.order.lines, asked.back(*faults)
    every = costs(asked.order)
    whole = sum([every[line.id] for line in lines])
    if whole > 0:
        parts = [part_of(line, every[line.id], back[line.id]) for line in lines]
        return sum(parts, Fraction(0)) / whole
    return Fraction(back.total(), sum([line.n for line in lines]))
