"""The figures of a promise, read through a case: counters, supply rows, lots and claims.

It knows which counters are sources and which claims are live promises, and refuses to know what is
wanted.

*Free* figures are what nobody has claimed: enough for most promises, and little to read, so that
many writers on one SKU hardly see one another.
*All* figures have every live promise beside its source, so that others can make room; they are read
where the free ones do not do.
A supply row that is overdue counts as coming at any moment: tell its new date by `slip`.
What a supplier has himself is there as soon as if it were ordered now; an assertion that is too old
is no source.
A lot serves what leaves the shelf while it is good for as long as the rules ask; one that is on
hold, or that is good for nobody now, is no source, and its promises are in danger.
Safety stock is a part of what is planned for each SKU; a new plan and a grant under the old one
never cross.
Whose goods an order may have is asked in one place, for promises as for allocation.
What quotas keep is a source beside the rest of its position, so that members make room for one
another there, and find room elsewhere for others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import attrs

from orderflow.calls import Ref
from orderflow.claiming import Quotas, quotas_now
from orderflow.inventory import (
    feed_at,
    good_until,
    is_held,
    is_stale,
    known_lot,
    owners_for,
    there_from,
)
from orderflow.journal import Case
from orderflow.promising.promised_units import promised_by_quota
from orderflow.promising.values import (
    Figures,
    Pegged,
    PromisePolicy,
    Safety,
    Source,
    Terms,
)
from orderflow.promising.ways import way_of
from orderflow.records import Claim, Counter, Order, Supply, is_fed
from orderflow.rules import Rules
from orderflow.states import SupplyState
from orderflow.values import Position


def terms_for(order: Order, rules: Rules, policy: PromisePolicy = PromisePolicy.PARTIAL) -> Terms:
    """How a host promises an order."""
    return terms_of(rules, policy, order.customer, order.destination.region)


def terms_of(
    rules: Rules,
    policy: PromisePolicy = PromisePolicy.PARTIAL,
    customer: str = "",
    region: str = "",
) -> Terms:
    """How a host promises: to a customer or to anybody, in a region or in any."""
    places = sorted(rules.locations, key=lambda place: (place.priority, place.id))
    return Terms(
        policy,
        way_of(rules.locations, region),
        locations=tuple(place.id for place in places),
        owners=owners_for(rules, customer),
    )


def free_figures(
    case: Case,
    counters: Sequence[Counter],
    rules: Rules,
    quotas: Quotas,
    mine: Collection[str] = (),
) -> Figures:
    """What nobody has claimed of some counters, and beside it what quotas of `mine` keep there."""
    found = []
    for row in counters:
        at = row.position
        if not is_source(at):
            continue
        own = [id for id in quotas.at(at) if id in mine]
        source = _source(case, at, row.free, rules) if row.free or own else None
        if source is not None:
            found.append(source)
            rooms = {id: quotas.room(at.sku, id) for id in own}
            found += [attrs.evolve(source, n=n, quota=id) for id, n in rooms.items()]
    return Figures(tuple(found), safety=safety_of(case, counters))


def all_figures(
    case: Case,
    counters: Sequence[Counter],
    claims: Sequence[Claim],
    rules: Rules,
    supposed: Mapping[Ref[Supply], Supply] | None = None,
    quotas: Quotas | None = None,
) -> Figures:
    """Every source less what is fixed there, and every live promise.

    `supposed` are supply rows as they might be, to ask what would come of that. `quotas` are what a
    step has left of them.
    """
    quotas = quotas or quotas_now(case, rules)
    live: list[Pegged] = []
    fixed: dict[Position, int] = {}
    anybody = owners_for(rules, "")
    # Only where some goods are for one customer alone does it matter whose each promise is.
    private = any(row.position.owner not in anybody for row in counters if row.there)
    for claim in claims:
        at = claim.position
        if claim.due is not None and is_source(at):
            order = None
            if private or quotas.chains(at.sku):
                order = case.get(case.order(claim.holder.id))
            live += _promised(claim, claim.due, order, rules, quotas)
        else:
            fixed[at] = fixed.get(at, 0) + claim.n
    pegged: dict[Position, list[Pegged]] = {}
    for one in live:
        pegged.setdefault(one.position, []).append(one)
    found: list[Source] = []
    for row in counters:
        n = row.there - fixed.get(row.position, 0)
        kept = quotas.at(row.position)
        if is_source(row.position) and (n > 0 or row.position in pegged or kept):
            source = _source(case, row.position, n, rules, supposed or {})
            if source is not None:
                here = pegged.get(row.position, [])
                rooms = {id: quotas.room(row.position.sku, id) for id in kept}
                found += _parted(source, here, rooms, quotas.borne(row.position))
    return Figures(tuple(found), tuple(live), safety_of(case, counters))


def skus_of(
    case: Case, skus: Collection[str], rules: Rules, quotas: Quotas | None = None
) -> Figures:
    """All figures of some SKUs, read now."""
    names = sorted(set(skus))
    return all_figures(case, case.counters(names), case.claims(names), rules, quotas=quotas)


def _promised(
    claim: Claim, due: datetime, order: Order | None, rules: Rules, quotas: Quotas
) -> Iterator[Pegged]:
    """A claim as live promises: by the quota that its units are of, where any keeps some."""
    at, name = claim.position, claim.holder.id
    if order is None:
        yield Pegged(name, at, claim.n, due, owners_for(rules, at.owner))
        return
    mine = quotas.for_order(at.sku, order)
    one = Pegged(name, at, claim.n, due, owners_for(rules, order.customer), quotas=mine)
    left = claim.n
    counts = promised_by_quota(order, at, due, quotas)
    for id in quotas.at(at) if counts.keys() - {""} else ():
        n = min(left, counts.get(id, 0))
        if n:
            yield attrs.evolve(one, n=n, quota=id)
            left -= n
    if left:
        yield attrs.evolve(one, n=left)


def _parted(
    source: Source, live: Sequence[Pegged], rooms: Mapping[str, int], borne: int
) -> Iterator[Source]:
    """What each quota keeps beside a source, with what its members have of it; and the rest.

    Where more is claimed than is there, the rest bears it first, then what nobody has of the quotas
    (so much is `borne` already), and what members have last. What has come serves the earliest.
    """
    if not rooms:
        yield source
        return
    units = {"": source.n + borne, **rooms}
    come = dict.fromkeys(units, 0)
    here = source.here
    for one in sorted(live, key=lambda one: (one.ready_by, one.order, one.quota)):
        if one.quota:
            units[one.quota] += one.n
            units[""] -= one.n
        part = min(here, one.n)
        come[one.quota] += part
        here -= part
    for id in rooms if units[""] < 0 else ():
        part = min(-units[""], units[id])
        units[id] -= part
        units[""] += part
    for id, n in units.items():
        more = min(here, max(0, n - come[id]))
        here -= more
        yield attrs.evolve(source, n=n, here=come[id] + more, quota=id)


def safety_of(case: Case, counters: Iterable[Counter]) -> tuple[Safety, ...]:
    """The safety stock of the SKUs of some counters."""
    skus = sorted({row.position.sku for row in counters})
    items = [case.find(case.item(sku)) for sku in skus]
    return tuple(
        [
            Safety(item.ref.id, row.location, row.n, row.since)
            for item in items
            if item is not None
            for row in item.safety
        ]
    )


def is_source(at: Position) -> bool:
    """Sound goods at a location, on hand or to come; whose they are is asked apart."""
    return bool(at.location) and not at.grade


def _source(
    case: Case,
    at: Position,
    n: int,
    rules: Rules,
    supposed: Mapping[Ref[Supply], Supply] | None = None,
) -> Source | None:
    lot = known_lot(case, at)
    until = None if lot is None else good_until(lot, rules)
    if lot is not None and (is_held(lot) or (until is not None and until <= case.at)):
        return None
    if not at.peg:
        return Source(at, n, until=until)
    if is_fed(at.peg):
        feed = feed_at(case, at)
        if feed is None or is_stale(feed, case.at):
            return None
        return Source(at, n, there_from(feed, case.at, rules))
    ref = case.supply(at.peg)
    known = case.find(ref)
    if known is None:
        return None
    supply = (supposed or {}).get(ref, known)
    n += supply.expected - known.expected
    if supply.state is SupplyState.CLOSED or supply.received >= supply.expected:
        return Source(at, n, until=until)  # all that will come of it has come
    return Source(at, n, max(supply.due, case.at), until, here=supply.earmarked)
