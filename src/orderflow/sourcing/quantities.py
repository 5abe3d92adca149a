"""So many units of each SKU, as one value.

It knows units by SKU, and refuses to know where they stand.

Problem: a loop over lines, SKUs and shelves, with a count to keep in each, is where an allocation
takes more than there is.
Decision: what is wanted, what is there and what is taken are the same kind of value, and three
operators say it all: what is taken is `wanted & there`, and both are lessened by it.
Less than nothing is a mistake of the program, so `-` refuses it.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, Mapping
from typing import Final

from orderflow.errors import BadInput
from orderflow.values import QUANTITY_MAX, text, whole


class Quantities(Mapping[str, int]):
    """Units by SKU; what is not named is zero, so `there["BELL"]` always answers.

    >>> wanted, there = Quantities({"LAMP": 3, "BELL": 1}), Quantities({"LAMP": 2})
    >>> taken = wanted & there
    >>> taken, wanted - taken, there + taken
    (Quantities({'LAMP': 2}), Quantities({'BELL': 1, 'LAMP': 1}), Quantities({'LAMP': 4}))
    """

    __slots__ = ("_by_sku",)

    def __init__(self, by_sku: Mapping[str, int] | None = None) -> None:
        """Units by SKU, each zero or more; those of zero are left out."""
        given = {} if by_sku is None else by_sku
        if not isinstance(given, Mapping):
            raise BadInput("quantities", f"a mapping is wanted, not {type(given).__name__}")
        for sku, n in given.items():
            text(sku, "quantities")
            if type(n) is not int or not 0 <= n <= QUANTITY_MAX:
                whole(n, f"quantities {sku}", least=0)
        self._by_sku: Final = {sku: given[sku] for sku in sorted(given) if given[sku]}

    @property
    def total(self) -> int:
        """All units together."""
        return sum(self._by_sku.values())

    @property
    def plain(self) -> Mapping[str, int]:
        """The same as a plain mapping, which has nothing to say of what is not named."""
        return self._by_sku

    def __getitem__(self, sku: str) -> int:
        return self._by_sku.get(sku, 0)

    def __contains__(self, sku: object) -> bool:
        return sku in self._by_sku

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_sku)

    def __len__(self) -> int:
        return len(self._by_sku)

    def items(self) -> ItemsView[str, int]:
        """Each SKU with its units, by SKU."""
        return self._by_sku.items()  # that of a mapping looks each SKU up again

    def __add__(self, other: Quantities) -> Quantities:
        """Both together."""
        if not isinstance(other, Quantities):
            return NotImplemented
        skus = self._by_sku.keys() | other._by_sku.keys()
        return Quantities({sku: self[sku] + other[sku] for sku in skus})

    def __sub__(self, other: Quantities) -> Quantities:
        """What is left; `ValueError` where more is taken than there is."""
        if not isinstance(other, Quantities):
            return NotImplemented
        for sku, n in other._by_sku.items():
            if n > self[sku]:
                raise ValueError(f"{n} {sku} cannot be taken of {self[sku]}")
        return Quantities({sku: n - other[sku] for sku, n in self._by_sku.items()})

    def __and__(self, other: Quantities) -> Quantities:
        """What both have."""
        if not isinstance(other, Quantities):
            return NotImplemented
        return Quantities({sku: min(n, other[sku]) for sku, n in self._by_sku.items()})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantities) and self._by_sku == other._by_sku

    def __hash__(self) -> int:
        return hash(tuple(self._by_sku.items()))

    def __repr__(self) -> str:
        return f"Quantities({self._by_sku!r})"
