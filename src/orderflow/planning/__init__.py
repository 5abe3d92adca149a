"""The tables of planning: published conventions of available to promise, as pure functions.

It knows rows of figures by period, and refuses to know orders, stores and clocks.

Problem: two systems answer the same question about the same table differently, and each calls its
answer *available to promise*. Whoever takes over figures from one cannot tell which rule the other
has.
Observation: publishers differ in few places, and each place has a handful of answers.
Decision: a few functions, each over one table, that are composed; the answer of each place is an
argument with a name. The docstring of each module says which publisher answers how, and the tests
hold published tables against them.

=============  ===================================================================================
to be decided  by
=============  ===================================================================================
which demand   `expected`: forecast, orders or the greater, on each side of a demand time fence
what is kept   `free_stock`, `capped`
what is late   `timeline`: drops out, or counts so many days from today
what a figure  `discrete` (a period, or until the next receipt), `cumulative` (to date, to the next
stands for     receipt, to the horizon), `projected`
shortages      `consume`: backward, forward or both, `accumulated` and `running` after it
requests       `promise` and `take`: within one period or over several; unlimited from a fence on
parts          `net` and `explode`: stock, safety stock, lots and lead times, level by level
=============  ===================================================================================

Periods are numbered from 1. All figures are whole numbers of the smallest unit that is sold.
"""

from orderflow.planning.available import (
    Bucket,
    LookAhead,
    capped,
    cumulative,
    discrete,
    free_stock,
    never_below,
    projected,
)
from orderflow.planning.demand import Counted, expected
from orderflow.planning.lots import Item, Lot, Netted, net
from orderflow.planning.parts import explode
from orderflow.planning.promises import Spans, promise, take
from orderflow.planning.rows import filled, running
from orderflow.planning.shortages import Left, Toward, accumulated, consume
from orderflow.planning.timeline import Late, Timeline, timeline

__all__ = [
    "Bucket",
    "Counted",
    "Item",
    "Late",
    "Left",
    "LookAhead",
    "Lot",
    "Netted",
    "Spans",
    "Timeline",
    "Toward",
    "accumulated",
    "capped",
    "consume",
    "cumulative",
    "discrete",
    "expected",
    "explode",
    "filled",
    "free_stock",
    "net",
    "never_below",
    "projected",
    "promise",
    "running",
    "take",
    "timeline",
]
