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
Whose goods an order may have is asked in one place, for promises as for allocation.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from orderflow.calls import Ref
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
from orderflow.promising.values import Figures, Pegged, PromisePolicy, Source, Terms
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


def free_figures(case: Case, counters: Sequence[Counter], rules: Rules) -> Figures:
    """What nobody has claimed of some counters."""
    found = []
    for row in counters:
        if is_source(row.position) and row.free:
            source = _source(case, row.position, row.free, rules)
            if source is not None:
                found.append(source)
    return Figures(tuple(found))


def all_figures(
    case: Case,
    counters: Sequence[Counter],
    claims: Sequence[Claim],
    rules: Rules,
    supposed: Mapping[Ref[Supply], Supply] | None = None,
) -> Figures:
    """Every source less what is fixed there, and every live promise.

    `supposed` are supply rows as they might be, to ask what would come of that.
    """
    live: list[Pegged] = []
    fixed: dict[Position, int] = {}
    anybody = owners_for(rules, "")
    # Only where some goods are for one customer alone does it matter whose each promise is.
    private = any(row.position.owner not in anybody for row in counters if row.there)
    for claim in claims:
        at = claim.position
        if claim.due is not None and is_source(at):
            name = claim.holder.id
            customer = case.get(case.order(name)).customer if private else at.owner
            owners = owners_for(rules, customer)
            live.append(Pegged(name, at, claim.n, claim.due, owners))
        else:
            fixed[at] = fixed.get(at, 0) + claim.n
    pegged = {one.position for one in live}
    found = []
    for row in counters:
        n = row.there - fixed.get(row.position, 0)
        if is_source(row.position) and (n > 0 or row.position in pegged):
            source = _source(case, row.position, n, rules, supposed or {})
            if source is not None:
                found.append(source)
    return Figures(tuple(found), tuple(live))


def skus_of(case: Case, skus: Collection[str], rules: Rules) -> Figures:
    """All figures of some SKUs, read now."""
    names = sorted(set(skus))
    return all_figures(case, case.counters(names), case.claims(names), rules)


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
