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

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from orderflow.sourcing.freight import Freight, Load, Rates, Tariff
from orderflow.sourcing.quantities import Quantities
from orderflow.sourcing.values import Place, Want

FINE: Final = 1 << 20
"""Prices of further grams are counted in this fraction of a minor unit, always rounded down."""


class Row(NamedTuple):
    """Wants that are alike, as one: so many units, each of these parts."""

    parts: tuple[tuple[str, int], ...]
    n: int
    priority: int
    promised: int | None
    together: bool
    lines: tuple[tuple[str, int], ...]
    grams: int
    cm3: int
    pieces: int


class Parcel(NamedTuple):
    """What a parcel costs, and how many grams more of it would cost the same."""

    cost: int
    room: int


class Grid:
    """Rows by places; `has[i][p]` is how much of a row a place could give, were it the only one."""

    __slots__ = (
        "_enough",
        "_parcels",
        "at",
        "bits",
        "capacity",
        "coupled",
        "days",
        "freight",
        "further",
        "has",
        "least",
        "order",
        "paid",
        "places",
        "rates",
        "rows",
        "some",
        "stock",
        "target",
        "unit",
    )

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
        self.freight = freight
        self.days = days
        self.capacity = capacity
        self.bits = [1 << i for i in range(len(places) - 1, -1, -1)]
        self.has = [self._row(row) for row in rows]
        self.at = [list(column) for column in zip(*self.has, strict=True)] if rows else []
        self.some = [
            sum([bit for bit, n in zip(self.bits, row, strict=True) if n]) for row in self.has
        ]
        self.target = [min(row.n, sum(has)) for row, has in zip(rows, self.has, strict=True)]
        self.coupled = self._is_coupled()
        self._enough: list[dict[int, int]] = [{} for _ in rows]
        self._parcels: list[dict[tuple[int, int], Parcel]] = [{} for _ in places]
        self.rates: list[Tariff] | None = None
        self.least: list[int] = []
        self.order = list(range(len(places)))
        self.paid: list[int] = []
        self.unit = 1
        self.further: list[int] = []

    def price(self) -> None:
        """Look up what each place costs at the least, how much that pays for, and what follows.

        From here on `order` has the cheapest place first. Further grams are counted in units: the
        step of all tariffs, or single grams where steps differ.
        """
        if self.least:
            return
        load = Load(
            min([row.grams for row in self.rows], default=0),
            min([row.cm3 for row in self.rows], default=0),
        )
        if not isinstance(self.freight, Rates):
            self.least = [place.handling + self.freight(place, load) for place in self.places]
            self.paid = self.further = [0] * len(self.places)
        else:
            self.rates = rates = [self.freight.tariff(place.id) for place in self.places]
            steps = {tariff.step_grams for tariff in rates}
            self.unit = unit = steps.pop() if len(steps) == 1 else 1
            for place, tariff in zip(self.places, rates, strict=True):
                self.least.append(place.handling + tariff.of(load))
                self.paid.append(load.grams + tariff.room(load))
                self.further.append(tariff.step * unit * FINE // tariff.step_grams)
        self.order.sort(key=self.least.__getitem__)

    def parcel(self, p: int, grams: int, cm3: int) -> Parcel:
        """What a parcel from a place costs: its handling and its freight; and its room."""
        known = self._parcels[p].get((grams, cm3))
        if known is None:
            place, load = self.places[p], Load(grams, cm3)
            if self.rates is None:
                known = Parcel(place.handling + self.freight(place, load), 0)
            else:
                tariff = self.rates[p]
                known = Parcel(place.handling + tariff.of(load), tariff.room(load))
            self._parcels[p][grams, cm3] = known
        return known

    def enough(self, i: int, n: int) -> int:
        """The places that have so many units of a row, as a mask."""
        found = self._enough[i].get(n)
        if found is None:
            pairs = zip(self.bits, self.has[i], strict=True)
            found = self._enough[i][n] = sum([bit for bit, there in pairs if there >= n])
        return found

    def some_of(self, p: int) -> bool:
        """Whether a place has anything of what is wanted."""
        return bool(self.rows) and any(self.at[p])

    def indices(self, mask: int) -> Iterator[int]:
        """The places of a mask, by id."""
        most = len(self.places)
        while mask:
            length = mask.bit_length()
            yield most - length
            mask ^= 1 << (length - 1)

    def _row(self, row: Row) -> list[int]:
        """How much of a row each place could give."""
        parts, n = row.parts, row.n
        if len(parts) == 1 and parts[0][1] == 1:
            sku = parts[0][0]
            there = [min(n, shelf.get(sku, 0)) for shelf in self.stock]
        else:
            there = [
                min(n, min([shelf.get(sku, 0) // each for sku, each in parts]))
                for shelf in self.stock
            ]
        for p, capacity in enumerate(self.capacity):
            if capacity is not None:
                there[p] = min(there[p], capacity // row.pieces)
        return [have if have == n else 0 for have in there] if row.together else there

    def _is_coupled(self) -> bool:
        skus = [sku for row in self.rows for sku, _ in row.parts]
        if len(skus) != len(set(skus)):
            return True
        for p, capacity in enumerate(self.capacity):
            if capacity is not None and self.rows:
                pairs = zip(self.rows, self.at[p], strict=True)
                if capacity < sum([row.pieces * n for row, n in pairs]):
                    return True
        return False


def rows_of(wants: Sequence[Want], grams: Quantities, cm3: Quantities) -> list[Row]:
    """Wants that are alike merged, in an order that knows nothing of the order of lines.

    What counts more comes first, so that it is served first where it is all the same.
    """
    alike: dict[tuple[object, ...], list[Want]] = {}
    for want in sorted(wants, key=lambda want: want.line):
        alone = want.line if want.together else ""
        key = (want.parts, want.priority, want.promised, want.together, alone)
        alike.setdefault(key, []).append(want)
    rows = [_merged(same, grams, cm3) for same in alike.values()]
    return sorted(rows, key=_place_in_line)


def _merged(same: Sequence[Want], grams: Quantities, cm3: Quantities) -> Row:
    one = same[0]
    parts = tuple(one.parts.plain.items())
    weights, volumes = grams.plain, cm3.plain
    return Row(
        parts,
        sum([want.n for want in same]),
        one.priority,
        one.promised,
        one.together,
        tuple([(want.line, want.n) for want in same]),
        sum([weights.get(sku, 0) * n for sku, n in parts]),
        sum([volumes.get(sku, 0) * n for sku, n in parts]),
        sum([n for _, n in parts]),
    )


def _place_in_line(row: Row) -> tuple[object, ...]:
    promised = (1, 0) if row.promised is None else (0, row.promised)
    return (-row.priority, promised, row.parts, row.together, row.lines[0][0])


Stop = Callable[[], bool]
"""Asked now and then; `True` ends a search where it stands."""
