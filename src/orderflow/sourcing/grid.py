"""A problem as plain numbers: what each place has of each want, as rows and as bitmasks.

It knows indices, and refuses to know which of them are chosen.

Lines that ask for the same parts in the same way are one row: their units are alike, so to merge or
to part them changes nothing.
Places are in the order of their ids, and an earlier place has the higher bit, so of two sets of one
size the larger mask is the one that ties fall to.

Where two rows want one SKU, or a place may ship less than it has, the rows are *coupled*: what a
place has for one of them is then a bound, and what is left of it is counted while it is given out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import compress
from operator import attrgetter
from typing import Final, NamedTuple, TypeAlias

from orderflow.sourcing.freight import Freight, Load, Rates, Tariff, charging
from orderflow.sourcing.quantities import Quantities
from orderflow.sourcing.values import Place, Want

FINE: Final = 1 << 20
"""Prices of further grams are counted in this fraction of a minor unit, always rounded down."""


Parts: TypeAlias = tuple[tuple[str, int], ...]
"""What one unit of a row is: a SKU or those of a kit, each with its number."""


class Row(NamedTuple):
    """Wants that are alike, as one: so many units, each of these parts."""

    parts: Parts
    n: int
    priority: int
    promised: int | None
    together: bool
    lines: tuple[tuple[str, int], ...]
    grams: int
    cm3: int
    pieces: int


Simple: TypeAlias = tuple[int, int, int, int]
"""A tariff that looks at grams alone: its first price with the handling, its first weight, and
what a step costs and weighs."""

Parcel: TypeAlias = tuple[int, int]
"""What a parcel costs, and how many grams more of it would cost the same."""


class Grid:
    """Rows by places; `has[i][p]` is how much of a row a place could give, were it the only one."""

    __slots__ = (
        "_enough", "_parcels", "_simple", "at", "bits", "capacity", "coupled", "days", "freight",
        "further", "has", "least", "paid", "places", "priced", "rates", "rows", "some", "stock",
        "target", "unit",
    )  # fmt: skip

    def __init__(
        self,
        rows: Sequence[Row],
        places: Sequence[Place],
        stock: Sequence[Mapping[str, int]],
        freight: Freight,
        days: Sequence[int],
        capacity: Sequence[int | None],
    ) -> None:
        """What each place has and may send, and when it arrives, in the order of their ids."""
        self.rows = rows
        self.places = places
        self.stock = stock
        self.freight = charging(freight)
        self.days = days
        self.capacity = capacity
        limits = [(p, most) for p, most in enumerate(capacity) if most is not None]
        self.bits = bits = _bits(len(places))
        self.has = has = [self._row(row, limits) for row in rows]
        self.at: list[tuple[int, ...]] = [()] * len(places)
        if rows:
            self.at = list(zip(*has, strict=True))
        self.some = [sum(compress(bits, there)) for there in has]
        self.target = [min(row.n, sum(there)) for row, there in zip(rows, has, strict=True)]
        self.coupled = self._is_coupled(limits)
        self._enough: list[dict[int, int]] = [{} for _ in rows]
        self._parcels: dict[tuple[int, int, int], Parcel] = {}
        self._simple: list[Simple | None] = []
        self.rates: list[Tariff] | None = None
        self.priced = False
        self.unit = 1
        self.least = self.paid = self.further = [0] * len(places)

    def price(self) -> None:
        """Look up what each place costs at the least, how much that pays for, and what follows.

        Further grams are counted in units: the step of all tariffs, or single grams where steps
        differ.
        """
        if self.priced:
            return
        self.priced = True
        grams = min([row.grams for row in self.rows], default=0)
        cm3 = min([row.cm3 for row in self.rows], default=0)
        freight = self.freight
        # One of another kind may cost what it likes.
        if isinstance(freight, Rates) and type(freight) is Rates:
            rates = [freight.by_place.get(place.id, freight.otherwise) for place in self.places]
            self.rates = rates
            self._simple = [
                None
                if tariff.surcharges or tariff.cm3_per_kilogram is not None
                else (
                    place.handling + tariff.first,
                    tariff.first_grams,
                    tariff.step,
                    tariff.step_grams,
                )
                for place, tariff in zip(self.places, rates, strict=True)
            ]
            steps = {tariff.step_grams for tariff in rates}
            self.unit = unit = steps.pop() if len(steps) == 1 else 1
            self.further = [tariff.step * unit * FINE // tariff.step_grams for tariff in rates]
        else:
            self._simple = [None] * len(self.places)
        parcels = [self.parcel(p, grams, cm3) for p in range(len(self.places))]
        self.least = [cost for cost, _ in parcels]
        self.paid = [grams + room for _, room in parcels]

    def parcel(self, p: int, grams: int, cm3: int) -> Parcel:
        """What a parcel from a place costs: its handling and its freight; and its room."""
        simple = self._simple[p]
        if simple is not None:
            first, first_grams, step, step_grams = simple
            over = grams - first_grams
            if over <= 0:
                return first, -over
            steps = -(-over // step_grams)
            return first + steps * step, steps * step_grams - over
        known = self._parcels.get((p, grams, cm3))
        if known is None:
            place, load = self.places[p], Load(grams, cm3)
            room = 0 if self.rates is None else self.rates[p].room(load)
            known = place.handling + self.freight(place, load), room
            self._parcels[p, grams, cm3] = known
        return known

    def enough(self, i: int, n: int) -> int:
        """The places that have so many units of a row, as a mask."""
        if n == 1:
            return self.some[i]
        found = self._enough[i].get(n)
        if found is None:
            enough = [there >= n for there in self.has[i]]
            found = self._enough[i][n] = sum(compress(self.bits, enough))
        return found

    def some_of(self, p: int) -> bool:
        """Whether a place has anything of what is wanted."""
        return any(self.at[p])  # nothing wanted: nothing of it

    def indices(self, mask: int) -> list[int]:
        """The places of a mask, by id."""
        most = len(self.places)
        if mask.bit_count() * 4 > most:
            return [p for p, bit in enumerate(self.bits) if bit & mask]
        found: list[int] = []
        while mask:
            length = mask.bit_length()
            found.append(most - length)
            mask ^= 1 << (length - 1)
        return found

    def _row(self, row: Row, limits: Sequence[tuple[int, int]]) -> list[int]:
        """How much of a row each place could give."""
        parts, n = row.parts, row.n
        if len(parts) == 1 and parts[0][1] == 1:
            sku = parts[0][0]
            there = [n if (have := shelf.get(sku, 0)) > n else have for shelf in self.stock]
        else:
            there = [
                min(n, min([shelf.get(sku, 0) // each for sku, each in parts]))
                for shelf in self.stock
            ]
        for p, most in limits:
            there[p] = min(there[p], most // row.pieces)
        return [have if have == n else 0 for have in there] if row.together else there

    def _is_coupled(self, limits: Sequence[tuple[int, int]]) -> bool:
        skus = [sku for row in self.rows for sku, _ in row.parts]
        if len(skus) != len(set(skus)):
            return True
        if not limits:
            return False
        return any(
            most < sum([row.pieces * n for row, n in zip(self.rows, self.at[p], strict=True)])
            for p, most in limits
        )


@lru_cache(64)
def _bits(places: int) -> tuple[int, ...]:
    return tuple([1 << i for i in range(places - 1, -1, -1)])


def rows_of(wants: Sequence[Want], grams: Quantities, cm3: Quantities) -> list[Row]:
    """Wants that are alike merged, in an order that knows nothing of the order of lines.

    What counts more comes first, so that it is served first where it is all the same.
    """
    alike: dict[tuple[Parts, int, int | None, bool, str], list[Want]] = {}
    for want in sorted(wants, key=attrgetter("line")):
        parts = tuple(want.parts.plain.items())
        alone = want.line if want.together else ""
        key = (parts, want.priority, want.promised, want.together, alone)
        if key in alike:
            alike[key].append(want)
        else:
            alike[key] = [want]
    rows = [_merged(key[0], same, grams.plain, cm3.plain) for key, same in alike.items()]
    return sorted(rows, key=_place_in_line) if len(rows) > 1 else rows


def _merged(
    parts: Parts, same: Sequence[Want], grams: Mapping[str, int], cm3: Mapping[str, int]
) -> Row:
    """Wants that are alike as a row."""
    one = same[0]
    weight = volume = pieces = 0
    for sku, n in parts:
        weight += grams.get(sku, 0) * n
        volume += cm3.get(sku, 0) * n
        pieces += n
    lines = tuple([(want.line, want.n) for want in same])
    n = one.n if len(same) == 1 else sum([want.n for want in same])
    return Row(parts, n, one.priority, one.promised, one.together, lines, weight, volume, pieces)


def _place_in_line(row: Row) -> tuple[object, ...]:
    promised = (1, 0) if row.promised is None else (0, row.promised)
    return (-row.priority, promised, row.parts, row.together, row.lines[0][0])


Stop = Callable[[], bool]
"""Asked now and then; `True` ends a search where it stands."""
