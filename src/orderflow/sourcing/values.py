"""What is asked, and what is answered: wants, places, the problem, the plan.

It knows them as plain frozen values, and refuses to know how a plan is found.

A kit and a plain SKU are one thing here: a want is so many times some parts, and the parts of one
kit leave from one place, or they would be no kit.
Days are whole numbers in one reckoning for promises and places, so a host may count from today or
from any day it likes.
"""

from __future__ import annotations

from enum import StrEnum
from math import asin, cos, radians, sin, sqrt
from typing import Final, TypeAlias

import attrs

from orderflow.errors import BadInput
from orderflow.sourcing.freight import Freight, Rates
from orderflow.sourcing.quantities import Quantities
from orderflow.values import MINOR_MAX, text, unique, whole

EARTH_RADIUS_KM: Final = 6371
WEIGHT_MAX: Final = 1_000_000
DAY_MAX: Final = 10**6
_NONE: Final = Quantities()


class Goal(StrEnum):
    """What can be made small."""

    LEFT = "left out"  # units left out, each as much as its line's priority
    LATE = "late"  # units that come after the day that was promised
    COST = "cost"  # freight, and the handling of each parcel
    SHIPMENTS = "shipments"  # places that ship
    DAYS = "days"  # the day on which the last unit comes


Objective: TypeAlias = tuple[Goal, ...]
"""What is made small first, second and so on; what is not named does not count."""

Score: TypeAlias = tuple[int, ...]
"""One figure for each goal of the objective, in its order; less is better."""

DEFAULT: Final[Objective] = (Goal.LEFT, Goal.LATE, Goal.COST, Goal.SHIPMENTS, Goal.DAYS)
"""Units left out, late ones, money, parcels, days."""

LEAST_SHIPMENTS: Final[Objective] = (Goal.LEFT, Goal.LATE, Goal.SHIPMENTS, Goal.COST, Goal.DAYS)
"""Of what is served and in time, the fewest parcels."""

LEAST_COST: Final[Objective] = (Goal.LEFT, Goal.COST, Goal.SHIPMENTS, Goal.LATE, Goal.DAYS)
"""Of what is served, the least money, in time or not."""

LEAST_DAYS: Final[Objective] = (Goal.LEFT, Goal.LATE, Goal.DAYS, Goal.COST, Goal.SHIPMENTS)
"""Of what is served and in time, the first day on which all has come."""


@attrs.frozen
class Point:
    """A point on the earth, in millionths of a degree."""

    latitude_e6: int
    longitude_e6: int

    def __attrs_post_init__(self) -> None:
        whole(self.latitude_e6, "point.latitude_e6", least=-90_000_000, most=90_000_000)
        whole(self.longitude_e6, "point.longitude_e6", least=-180_000_000, most=180_000_000)

    def km(self, other: Point) -> int:
        """The great-circle distance, in whole kilometres."""
        a, b = radians(self.latitude_e6 / 1e6), radians(other.latitude_e6 / 1e6)
        across = radians((other.longitude_e6 - self.longitude_e6) / 1e6)
        h = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(across / 2) ** 2
        return round(2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, h))))


@attrs.frozen
class Want:
    """What a line still wants: `n` times its `parts`, which are one SKU or those of a kit.

    A unit that is left out counts as much as its `priority`. `together` says that the line is not
    split: one place ships all of it, or nobody. `promised` is the day by which it should come;
    `value` what the whole line is worth.
    """

    line: str
    parts: Quantities
    n: int
    priority: int = 1
    together: bool = False
    promised: int | None = None
    value: int = 0

    def __attrs_post_init__(self) -> None:
        path = f"want {text(self.line, 'want.line')}"
        if not isinstance(self.parts, Quantities):
            raise BadInput(f"{path}.parts", "Quantities are wanted")
        if not self.parts:
            raise BadInput(f"{path}.parts", "at least one SKU is wanted")
        whole(self.n, f"{path}.n")
        whole(self.priority, f"{path}.priority", most=WEIGHT_MAX)
        _yes_or_no(self.together, f"{path}.together")
        if self.promised is not None:
            whole(self.promised, f"{path}.promised", least=-DAY_MAX, most=DAY_MAX)
        whole(self.value, f"{path}.value", least=0, most=MINOR_MAX)

    @classmethod
    def of(
        cls,
        line: str,
        sku: str,
        n: int,
        *,
        priority: int = 1,
        together: bool = False,
        promised: int | None = None,
        value: int = 0,
    ) -> Want:
        """So many units of one SKU."""
        parts = Quantities({text(sku, "want.sku"): 1})
        return cls(line, parts, n, priority, together, promised, value)


@attrs.frozen
class Place:
    """Where goods are: what is free there, what it may still ship, and how far it is.

    `capacity` is how many units it may still send, `None` where nothing limits it. `days` is the
    day on which the customer has what leaves from there; `handling` what each of its parcels costs
    besides the freight. `priority` (lower first), `point`, `region`, `tags`, `load` (what it has to
    do already) and `expires` (the day on which the first of its stock does) are for the stages of
    a pipeline.
    """

    id: str
    stock: Quantities = _NONE
    capacity: int | None = None
    days: int = 0
    handling: int = 0
    priority: int = 0
    point: Point | None = None
    region: str = ""
    tags: frozenset[str] = frozenset()
    load: int = 0
    expires: int | None = None

    def __attrs_post_init__(self) -> None:
        path = f"place {text(self.id, 'place.id')}"
        if not isinstance(self.stock, Quantities):
            raise BadInput(f"{path}.stock", "Quantities are wanted")
        if self.capacity is not None:
            whole(self.capacity, f"{path}.capacity", least=0)
        whole(self.days, f"{path}.days", least=0, most=DAY_MAX)
        whole(self.handling, f"{path}.handling", least=0, most=MINOR_MAX)
        whole(self.priority, f"{path}.priority", least=-WEIGHT_MAX, most=WEIGHT_MAX)
        whole(self.load, f"{path}.load", least=0)
        if self.expires is not None:
            whole(self.expires, f"{path}.expires", least=-DAY_MAX, most=DAY_MAX)
        if self.point is not None and not isinstance(self.point, Point):
            raise BadInput(f"{path}.point", "a Point is wanted")
        text(self.region, f"{path}.region", empty=True)
        if not isinstance(self.tags, frozenset):
            raise BadInput(f"{path}.tags", "a frozenset is wanted")


@attrs.frozen
class Problem:
    """What is wanted, what there is, and what it costs to send.

    `grams` and `cm3` are of one unit of each SKU. At most `shipments_max` places ship; an order
    worth less than `split_from` is shipped from one place. `to` and `region` are where it goes,
    `channel` is where it was sold.
    """

    wants: tuple[Want, ...]
    places: tuple[Place, ...]
    freight: Freight = attrs.field(factory=Rates)
    grams: Quantities = _NONE
    cm3: Quantities = _NONE
    shipments_max: int | None = None
    split_from: int = 0
    to: Point | None = None
    region: str = ""
    channel: str = ""

    def __attrs_post_init__(self) -> None:
        for name, kind in (("wants", Want), ("places", Place)):
            given = getattr(self, name)
            if not isinstance(given, tuple) or not all(isinstance(one, kind) for one in given):
                raise BadInput(name, f"a tuple of {kind.__name__} is wanted")  # none is one too
        unique((one.line for one in self.wants), "wants")
        unique((one.id for one in self.places), "places")
        if not callable(self.freight):
            raise BadInput("freight", "a function of place and load is wanted")
        for name in ("grams", "cm3"):
            if not isinstance(getattr(self, name), Quantities):
                raise BadInput(name, "Quantities are wanted")
        if self.shipments_max is not None:
            whole(self.shipments_max, "shipments_max", least=0)
        whole(self.split_from, "split_from", least=0, most=MINOR_MAX)

    @property
    def most_shipments(self) -> int:
        """How many places may ship: what is worth too little to be split leaves from one."""
        most = len(self.places)
        if self.shipments_max is not None:
            most = min(most, self.shipments_max)
        return most if self.may_be_split else min(most, 1)

    @property
    def may_be_split(self) -> bool:
        """Whether all that is wanted is worth enough to leave from several places."""
        return sum([want.value for want in self.wants]) >= self.split_from


@attrs.frozen
class Share:
    """So many units of a line leave from a place."""

    line: str
    place: str
    n: int


class Proof(StrEnum):
    """Why no plan is better."""

    BOUND = "bound"  # no plan can be better than the figure that is read off the problem
    EXHAUSTION = "exhaustion"  # all others were looked through, or ruled out on the way
    NONE = "none"  # the budget ended first


@attrs.frozen
class Certificate:
    """What is claimed of a plan: no plan is better than `bound`, for this reason.

    `nodes` is how many steps it took to find out.
    """

    proof: Proof
    bound: Score
    nodes: int


@attrs.frozen
class Gap:
    """The first goal in which a better plan may be there, and how much better at the most."""

    goal: Goal
    most: int


@attrs.frozen
class Plan:
    """Which place ships how much of which line, how good that is, and how it is known."""

    objective: Objective
    score: Score
    shares: tuple[Share, ...]
    left: tuple[tuple[str, int], ...]
    certificate: Certificate

    @property
    def places(self) -> tuple[str, ...]:
        """The places that ship, by id."""
        return tuple(sorted({share.place for share in self.shares}))

    @property
    def nodes(self) -> int:
        """How many steps the search took."""
        return self.certificate.nodes

    @property
    def gap(self) -> Gap | None:
        """How far it may be from the best; `None` where it is proved to be the best."""
        pairs = zip(self.objective, self.score, self.certificate.bound, strict=True)
        gaps = (Gap(goal, is_ - may) for goal, is_, may in pairs if is_ != may)
        return next(gaps, None)

    def figure(self, goal: Goal) -> int:
        """How many units, parcels, days or minor units of a goal that the objective names."""
        return figure(goal, self.objective, self.score)


def figure(goal: Goal, objective: Objective, score: Score) -> int:
    """The figure of one goal; `ValueError` where the objective does not name it."""
    if goal not in objective:
        raise ValueError(f"the objective does not name {goal}: score_of counts by another")
    return score[objective.index(goal)]


def checked_objective(objective: object) -> Objective:
    """Each goal once, and units left out among them, or to ship nothing would be the best plan."""
    if not isinstance(objective, tuple) or not all(isinstance(one, Goal) for one in objective):
        raise BadInput("objective", "a tuple of Goal is wanted")  # none is refused below
    unique(objective, "objective")
    if Goal.LEFT not in objective:
        raise BadInput("objective", f"must name {Goal.LEFT}")
    return objective


def checked_problem(problem: object) -> Problem:
    """A problem, and nothing else."""
    if not isinstance(problem, Problem):
        raise BadInput("problem", f"a Problem is wanted, not {type(problem).__name__}")
    return problem


def _yes_or_no(value: object, path: str) -> None:
    if type(value) is not bool:
        raise BadInput(path, f"True or False is wanted, not {type(value).__name__}")
