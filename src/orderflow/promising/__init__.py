"""Available to promise: by date, by place, with the supply that each promise rests on.

It knows sources, live promises and what is wanted, and refuses to know quotas, limits and prices.

A promise and its claim are one thing: what was found to be free is what is claimed, by the
conditional decrement of the counter that it was read from.
So a promise is exact under any number of writers: its pegs were an assignment of all live promises
when it was made, and every later step keeps it one.
"""

from orderflow.promising.engine import available, promise
from orderflow.promising.values import (
    AtOnce,
    Dated,
    Figures,
    Instead,
    Limit,
    Limited,
    LinePromise,
    Part,
    Peg,
    Pegged,
    Promise,
    PromisePolicy,
    Repeg,
    Safety,
    Source,
    Terms,
    Wanted,
    Way,
)

__all__ = [
    "AtOnce",
    "Dated",
    "Figures",
    "Instead",
    "Limit",
    "Limited",
    "LinePromise",
    "Part",
    "Peg",
    "Pegged",
    "Promise",
    "PromisePolicy",
    "Repeg",
    "Safety",
    "Source",
    "Terms",
    "Wanted",
    "Way",
    "available",
    "promise",
]
