"""What is available to promise in each period: discrete, cumulative, and with look-ahead.

It knows supply, demand and what is on hand, and refuses to know who asks.

Problem: "available to promise" names at least five rows that differ, and systems that are right
under one of them oversell under the next.
Observation: they differ in three answers alone. Does a figure stand for a period or for all the
time until the next receipt? Is what is left over carried on? And how far ahead is a promise looked
after?

===============================  =================================================================
row                              who
===============================  =================================================================
discrete, EACH_PERIOD            Oracle Inventory R11 (period ATP), NetSuite (discrete)
discrete, TO_NEXT_RECEIPT        APICS dictionary, Orlicky's MRP, Bozarth and Handfield,
                                 JD Edwards, QAD
cumulative, NONE                 APICS (without look-ahead), Infor LN (uncorrected)
cumulative, NEXT_RECEIPT         APICS (with look-ahead, bucket sums added), JD Edwards
cumulative, HORIZON              Infor LN (corrected); Dynamics 365, which shows none below zero
===============================  =================================================================

Decision: two functions, and the answer is an argument with a name.
Only the row with HORIZON is a promise that no later period has to break.

What is kept back comes off what is on hand, and so off the first period: `free_stock`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import accumulate

from orderflow.planning.rows import (
    Row,
    Sparse,
    figures,
    filled,
    member,
    quantities,
    running,
    stock,
)
from orderflow.values import whole


class Bucket(StrEnum):
    """How long one figure of a discrete row holds."""

    EACH_PERIOD = "each_period"
    TO_NEXT_RECEIPT = "to_next_receipt"  # the periods between two receipts have no figure


class LookAhead(StrEnum):
    """How far ahead a cumulative row looks after what it promises."""

    NONE = "none"
    NEXT_RECEIPT = "next_receipt"  # all demand before the next receipt is met first
    HORIZON = "horizon"  # all demand of the table is met first


def free_stock(on_hand: int, *, allocated: int = 0, safety_stock: int = 0) -> int:
    """What is on hand less what is allocated already and what is never promised.

    It may be below zero: then later supply restores it first.

    >>> free_stock(8, allocated=8), free_stock(50, allocated=20, safety_stock=40)
    (0, -10)
    """
    kept = whole(allocated, "allocated", least=0) + whole(safety_stock, "safety_stock", least=0)
    return stock(on_hand) - kept


def projected(supply: Sequence[int], demand: Sequence[int], on_hand: int = 0) -> Row:
    """The balance at the end of each period: what is on hand, plus supply, less demand.

    With the demand that is `expected` it is the projected available balance of a master schedule.

    >>> projected((250, 0, 0), (47, 150, 56), 65)
    (268, 118, 62)
    """
    return tuple(accumulate(_changes(supply, demand, on_hand)))


def discrete(
    supply: Sequence[int],
    demand: Sequence[int],
    on_hand: int = 0,
    *,
    bucket: Bucket = Bucket.TO_NEXT_RECEIPT,
) -> Sparse:
    """What each receipt leaves over; demand is what was ordered, never what was forecast.

    What is on hand belongs to the first period. Shortages are left standing: `consume` resolves
    them.

    65 on hand, 250 received at once and 200 in period 4; orders of 25, 150 and 49 come before:

    >>> discrete((250, 0, 0, 200), (25, 150, 49, 26), 65)
    (91, None, None, 174)
    >>> discrete((250, 0, 0, 200), (25, 150, 49, 26), 65, bucket=Bucket.EACH_PERIOD)
    (290, -150, -49, 174)
    """
    changes = _changes(supply, demand, on_hand)
    if member(bucket, Bucket, "bucket") is Bucket.EACH_PERIOD:
        return changes
    return tuple(_to_next_receipt(changes, supply))


def cumulative(
    supply: Sequence[int],
    demand: Sequence[int],
    on_hand: int = 0,
    *,
    look_ahead: LookAhead = LookAhead.HORIZON,
) -> Row:
    """What can be promised by each period out of all that has come until then.

    10 on hand and 5 more in period 3; orders of 7 in period 2 and of 6 in period 4 leave 2:

    >>> table = ((0, 0, 5, 0), (0, 7, 0, 6), 10)
    >>> cumulative(*table, look_ahead=LookAhead.NONE)
    (10, 3, 8, 2)
    >>> cumulative(*table, look_ahead=LookAhead.NEXT_RECEIPT)
    (3, 3, 2, 2)
    >>> cumulative(*table, look_ahead=LookAhead.HORIZON)
    (2, 2, 2, 2)
    """
    if member(look_ahead, LookAhead, "look_ahead") is LookAhead.NEXT_RECEIPT:
        return running(discrete(supply, demand, on_hand))
    balance = projected(supply, demand, on_hand)
    if look_ahead is LookAhead.NONE:
        return balance
    return tuple(accumulate(reversed(balance), min))[::-1]


def never_below(row: Sequence[int | None], least: int = 0) -> Sparse:
    """The row with nothing below `least`: a shortage that is not shown, as in Dynamics 365.

    >>> never_below((-75, 125, None))
    (0, 125, None)
    """
    least = stock(least, "least")
    return tuple([None if cell is None else max(cell, least) for cell in figures(row, "row")])


def capped(row: Sequence[int | None], limits: Sequence[int]) -> Row:
    """A cumulative row under a quota: no more than `limits` allow a channel by each period.

    >>> capped((10, 10, 40), (5, 20, 20))
    (5, 10, 20)
    """
    ours = filled(figures(row, "row"))
    theirs = quantities(limits, "limits", len(ours))
    return tuple(map(min, ours, theirs))


def _changes(supply: Sequence[int], demand: Sequence[int], on_hand: int) -> Row:
    comes = quantities(supply, "supply")
    goes = quantities(demand, "demand", len(comes))
    first, *later = [plus - minus for plus, minus in zip(comes, goes, strict=True)]
    return (first + stock(on_hand), *later)


def _to_next_receipt(changes: Row, supply: Sequence[int]) -> Iterator[int | None]:
    starts = [i for i, comes in enumerate(supply) if i == 0 or comes]
    for start, end in zip(starts, [*starts[1:], len(changes)], strict=True):
        yield sum(changes[start:end])
        yield from [None] * (end - start - 1)
