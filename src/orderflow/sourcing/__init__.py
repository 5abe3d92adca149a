"""Which place ships what: policies that read like the business rule, and plans with a proof.

It knows places, what is wanted and what a parcel costs, and refuses to know orders, stores and
journals: plain frozen values go in, and a `Plan` comes out.

Problem: most shops fill each line from the first warehouse that has it.
That sends three parcels where one would do, and nobody can say why the fourth warehouse was left
out, or whether a better plan was there.
Observation: an order is small.
A handful of lines over some dozens of places has astronomically many plans, but few *sets of
places* matter, because most orders need one, two or three.
Whether a set can serve the order is a question to a bitmask; and what stands in a set costs at
least the first kilogram of each place in it.
Decision: the search deepens on the number of places.
It takes the sets of one size after the other, always by the line that fewest places still have,
closes the last place with one bitwise *and*, and divides the lines among the places of a set only
where the set itself could be better than the best that was found.
No floating point, no chance and no clock is in it, and every tie ends in the ids of places: same
input, same plan.

The hardest case in ten lines: two lamps in York, two in Leith, three are wanted, the bell is in
York alone, and York may ship two more units today.

>>> places = (
...     Place("leith", Quantities({"LAMP": 2}), days=1),
...     Place("york", Quantities({"LAMP": 2, "BELL": 1}), days=2, capacity=2),
... )
>>> wants = (Want.of("1", "LAMP", 3), Want.of("2", "BELL", 1))
>>> plan = best(Problem(wants, places))
>>> [(one.line, one.place, one.n) for one in plan.shares]
[('1', 'leith', 2), ('1', 'york', 1), ('2', 'york', 1)]
>>> plan.certificate.proof, verify(plan, Problem(wants, places))
(<Proof.BOUND: 'bound'>, ())

What a plan claims, `verify` looks at again: separate, short, and slow on purpose.
"""

from orderflow.sourcing.floor import Order, Wave
from orderflow.sourcing.freight import Freight, Load, Rates, Surcharge, Tariff
from orderflow.sourcing.quantities import Quantities
from orderflow.sourcing.solving import BUDGET, best
from orderflow.sourcing.values import (
    DEFAULT,
    LEAST_COST,
    LEAST_DAYS,
    LEAST_SHIPMENTS,
    Certificate,
    Gap,
    Goal,
    Objective,
    Place,
    Plan,
    Point,
    Problem,
    Proof,
    Score,
    Share,
    Want,
)
from orderflow.sourcing.verifying import score_of, verify
from orderflow.sourcing.waves import Served, Turns, WavePlan, allocate_wave

__all__ = [
    "BUDGET",
    "DEFAULT",
    "LEAST_COST",
    "LEAST_DAYS",
    "LEAST_SHIPMENTS",
    "Certificate",
    "Freight",
    "Gap",
    "Goal",
    "Load",
    "Objective",
    "Order",
    "Place",
    "Plan",
    "Point",
    "Problem",
    "Proof",
    "Quantities",
    "Rates",
    "Score",
    "Served",
    "Share",
    "Surcharge",
    "Tariff",
    "Turns",
    "Want",
    "Wave",
    "WavePlan",
    "allocate_wave",
    "best",
    "score_of",
    "verify",
]
