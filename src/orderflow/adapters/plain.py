"""The reads of a store that follow from three: its counters, its claims, and its ledger of goods.

It knows in which order things are told and what of them is meant, and refuses to know any table.

A host that writes a store begins with these, and gives each that is asked for often a statement of
its own later: they read all that a tenant has, each time.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from orderflow.books import by_claim, claim_key
from orderflow.ports import Books
from orderflow.records import Claim, Counter, MatterKind
from orderflow.values import Position, within


class PlainReads(ABC):
    """What a `Store` tells of counters and claims, read off `levels`, `reserved` and `matter`."""

    @abstractmethod
    def levels(self, tenant: str, at: datetime | None = None) -> Iterable[Counter]:
        """Every counter; claims that have run out at `at` are left out, without it none are."""

    @abstractmethod
    def reserved(self, tenant: str) -> Iterable[Claim]:
        """Every claim that is kept, run out or not."""

    @abstractmethod
    def matter(self, tenant: str) -> Mapping[tuple[MatterKind, Position], int]:
        """What stands on each account but *sellable*."""

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        """Every counter of these SKUs, sorted; claims that have run out at `at` are left out."""
        return tuple(one for one in self._sorted(tenant, at) if one.position.sku in skus)

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        """Every counter at a location and within it, sorted; what has run out is left out."""
        found = self._sorted(tenant, at)
        return tuple(one for one in found if within(one.position.location, location))

    def over_committed(self, tenant: str, at: datetime) -> tuple[Counter, ...]:
        """Every counter whose claims are beyond what is there, sorted."""
        return tuple(one for one in self._sorted(tenant, at) if one.over_committed)

    def claims(self, tenant: str, position: Position) -> tuple[Claim, ...]:
        """Who claims how much at a position, sorted by holder."""
        return tuple(one for one in self._claims(tenant) if one.position == position)

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        """Every claim on these SKUs that runs at `at`, sorted by position, holder and date."""
        running = [one for one in self._claims(tenant) if one.until is None or one.until > at]
        return tuple(one for one in running if one.position.sku in skus)

    def books(self, tenant: str, sku: str = "", location: str = "") -> Books:
        """Both books as they are, of a SKU and of what stands within a location, where named."""

        def meant(at: Position) -> bool:
            return sku in ("", at.sku) and within(at.location, location)

        return Books(
            tuple(
                one
                for one in self._sorted(tenant)
                if (one.there or one.claimed) and meant(one.position)
            ),
            {key: n for key, n in sorted(self.matter(tenant).items()) if n and meant(key[1])},
            tuple(one for one in self._claims(tenant) if meant(one.position)),
        )

    def _sorted(self, tenant: str, at: datetime | None = None) -> list[Counter]:
        return sorted(self.levels(tenant, at), key=lambda one: one.position)

    def _claims(self, tenant: str) -> list[Claim]:
        return sorted(self.reserved(tenant), key=lambda one: by_claim(claim_key(one)))
