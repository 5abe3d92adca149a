"""The figures of a promise, read through a case: counters, supply rows and claims.

It knows which counters are sources and which claims are live promises, and refuses to know what is
wanted.

*Free* figures are what nobody has claimed: enough for most promises, and little to read, so that
many writers on one SKU hardly see one another.
*All* figures have every live promise beside its source, so that others can make room; they are read
where the free ones do not do.
A supply row that is overdue counts as coming at any moment: tell its new date by `slip`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from orderflow.calls import Ref
from orderflow.journal import Case
from orderflow.promising.values import Figures, Pegged, PromisePolicy, Source, Terms
from orderflow.records import Claim, Counter, Supply
from orderflow.rules import Rules
from orderflow.states import SupplyState
from orderflow.values import Position


def terms_of(rules: Rules, policy: PromisePolicy = PromisePolicy.PARTIAL) -> Terms:
    """How a host promises."""
    places = sorted(rules.locations, key=lambda place: (place.priority, place.id))
    return Terms(policy, locations=tuple(place.id for place in places))


def free_figures(case: Case, counters: Sequence[Counter]) -> Figures:
    """What nobody has claimed of some counters."""
    found = []
    for row in counters:
        if is_source(row.position) and row.free:
            source = _source(case, row.position, row.free)
            if source is not None:
                found.append(source)
    return Figures(tuple(found))


def all_figures(
    case: Case,
    counters: Sequence[Counter],
    claims: Sequence[Claim],
    supposed: Mapping[Ref[Supply], Supply] | None = None,
) -> Figures:
    """Every source less what is fixed there, and every live promise.

    `supposed` are supply rows as they might be, to ask what would come of that.
    """
    live: list[Pegged] = []
    fixed: dict[Position, int] = {}
    for claim in claims:
        if claim.due is not None and is_source(claim.position):
            live.append(Pegged(claim.holder.id, claim.position, claim.n, claim.due))
        else:
            fixed[claim.position] = fixed.get(claim.position, 0) + claim.n
    pegged = {one.position for one in live}
    found = []
    for row in counters:
        n = row.there - fixed.get(row.position, 0)
        if is_source(row.position) and (n > 0 or row.position in pegged):
            source = _source(case, row.position, n, supposed or {})
            if source is not None:
                found.append(source)
    return Figures(tuple(found), tuple(live))


def skus_of(case: Case, skus: Collection[str]) -> Figures:
    """All figures of some SKUs, read now."""
    names = sorted(set(skus))
    return all_figures(case, case.counters(names), case.claims(names))


def is_source(at: Position) -> bool:
    """Our own sound goods at a location, on hand or to come."""
    return bool(at.location) and not (at.owner or at.grade)


def _source(
    case: Case, at: Position, n: int, supposed: Mapping[Ref[Supply], Supply] | None = None
) -> Source | None:
    if not at.peg:
        return Source(at, n)
    ref = case.supply(at.peg)
    known = case.find(ref)
    if known is None:
        return None
    supply = (supposed or {}).get(ref, known)
    n += supply.expected - known.expected
    if supply.state is SupplyState.CLOSED or supply.received >= supply.expected:
        return Source(at, n)  # all that will come of it has come
    return Source(at, n, max(supply.due, case.at), here=supply.earmarked)
