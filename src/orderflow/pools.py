"""The names of pools: what is limited, and is no goods on a shelf.

It knows how a buyer's limit, a quota, a day's capacity, a kept balance, a coupon's uses, a
credit and a carrier's waybill numbers are named, and refuses to know how much they give.

A pool is counted like goods, under its name.
Names are made of others' names, so each part but the last is written so that no two pools share a
name, whatever colons a host's own codes have.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

LIMIT: Final = "limit"
QUOTA: Final = "quota"
CAPACITY: Final = "capacity"
STORED: Final = "stored"
CREDIT: Final = "credit line"
COUPON: Final = "coupon uses"
COUPON_OF: Final = "coupon uses of"
REFUSED: Final = "refused"
WAYBILLS: Final = "waybills"
WAYBILL_RANGES: Final = "waybill ranges"


OF_ORDERS: Final = frozenset({COUPON, COUPON_OF, CREDIT})
"""The kinds of pools that orders claim as a whole, and nobody else."""


class PoolName(NamedTuple):
    """What a pool limits: its kind, and the names it is made of."""

    kind: str
    parts: tuple[str, ...]


def limit_pool(sku: str, customer: str) -> str:
    """How much a customer may have of a SKU."""
    return f"{LIMIT}:{_escaped(sku)}:{customer}"


def quota_pool(quota: str) -> str:
    """What the members of a quota may have."""
    return f"{QUOTA}:{quota}"


def capacity_pool(location: str, day: date) -> str:
    """What may leave a location on a day."""
    return f"{CAPACITY}:{_escaped(location)}:{day.isoformat()}"


def stored_pool(stored: str) -> str:
    """What may be spent of a balance that is kept."""
    return f"{STORED}:{stored}"


def credit_pool(customer: str, currency: str) -> str:
    """How much a customer may owe on account, in minor units."""
    return f"{CREDIT}:{_escaped(customer)}:{currency}"


def coupon_pool(code: str) -> str:
    """How often a coupon may be used in all."""
    return f"{COUPON}:{code}"


def coupon_pool_of(code: str, customer: str) -> str:
    """How often a customer may use a coupon."""
    return f"{COUPON_OF}:{_escaped(code)}:{customer}"


def refused_pool(customer: str) -> str:
    """How many parcels a customer has refused at the door: it gives nothing, and only counts."""
    return f"{REFUSED}:{customer}"


def waybill_pool(carrier: str) -> str:
    """How many waybill numbers of a carrier are left, range by range."""
    return f"{WAYBILLS}:{carrier}"


def waybill_ranges(carrier: str) -> str:
    """The ranges of waybill numbers that a carrier has ever handed out."""
    return f"{WAYBILL_RANGES}:{carrier}"


_PARTS: Final = {
    LIMIT: 2,
    QUOTA: 1,
    CAPACITY: 2,
    STORED: 1,
    COUPON: 1,
    COUPON_OF: 2,
    CREDIT: 2,
    REFUSED: 1,
    WAYBILLS: 1,
    WAYBILL_RANGES: 1,
}


def pool_name(pool: str) -> PoolName | None:
    """What a pool is by its name; `None` for those that a host has named itself."""
    kind, colon, rest = pool.partition(":")
    parts = rest.split(":", _PARTS.get(kind, 1) - 1)
    if not colon or len(parts) != _PARTS.get(kind):
        return None
    return PoolName(kind, (*map(_plain, parts[:-1]), parts[-1]))


def quota_named(pool: str) -> str:
    """The quota that a pool counts for; of no quota's pool, no name."""
    named = pool_name(pool)
    return named.parts[0] if named is not None and named.kind == QUOTA else ""


def _escaped(part: str) -> str:
    return part.replace("%", "%25").replace(":", "%3A")


def _plain(part: str) -> str:
    return part.replace("%3A", ":").replace("%25", "%")
