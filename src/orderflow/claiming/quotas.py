"""What quotas keep, for whom, and what a step takes from them and gives back.

It knows the quotas on a SKU as they stand in one step, and refuses to know how they are set.

A quota keeps its units by a claim on its source, so nobody else can have them, and counts what its
members have in a pool.
A member's units claim at the source themselves and carry the pool; in the same step the quota gives
back as much of its own claim, so at the source nothing changes but who claims.
A part of a quota keeps units of that quota's pool in the same way, and its members carry both.

Members get no more of the source than their quota, so what is free there is not for them.
An order is a member where its channel and customer are those of the quota and of all that it is a
part of; the narrowest that fits counts, that of a customer before that of a channel.

Problem: what a member gives up comes free at the source, and somebody outside could take it before
another member does; then the quota has room for units that it keeps no more.
Observation: while a quota runs, what it keeps and what its members carry are together what it was
set to.
Decision: that stays so. Units that come free at the source are kept again, in the very step that
gives them up. Units that come free elsewhere, or not at all since they are lost, are no longer the
quota's: it becomes smaller by them, and takes nothing in their stead from what is free to all.
So a quota is a source of its own, and whoever plans needs to know no more than how much it has.

Problem: where a count or a supplier leaves less at the source than is claimed, what a quota keeps
there is a number without goods; a member who draws from it changes who claims, and not how much, so
no guard of the source would see it.
Decision: what is claimed there beyond the goods is borne by what nobody has of the quotas, the
widest first. Whoever draws says what he has seen of that, and the store looks when it commits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from orderflow.books import CLAIMING, IN_HOUSE, STANDS, kept_at, matter_position, position_of
from orderflow.errors import MoveRefused, Refusal
from orderflow.facts import Claimed, Fact, Limited
from orderflow.grants import Kept, shortage
from orderflow.items import planned
from orderflow.journal import Case, Context, Step
from orderflow.pools import quota_named, quota_pool
from orderflow.records import Order, Quota, Spot
from orderflow.rules import Rules
from orderflow.units import Chosen
from orderflow.values import Position

Chain = tuple[Quota, ...]
"""A quota, and those that it is a part of, each in the next."""


def chain_of(step: Step, id: str) -> Chain:
    """A quota with all that it is a part of, the outermost last."""
    found: list[Quota] = []
    while id:
        quota = step.now(step.case.quota(id))
        found.append(quota)
        id = quota.within
    return tuple(found)


def runs(step: Step, chain: Chain) -> bool:
    """Whether a quota and all that it is a part of still keep their units."""
    at = step.context.at
    return all(one.until is None or at < one.until for one in chain)  # a chain is never empty


def pools_of(chain: Chain) -> tuple[str, ...]:
    """The pools that units of a quota carry."""
    return tuple([quota_pool(quota.ref.id) for quota in chain])


def is_quota_pool(pool: str) -> bool:
    """Whether a pool is that of a quota."""
    return bool(quota_named(pool))


class Quotas:
    """The running quotas on some SKUs, for anybody, in one step.

    What the step takes and gives back adds up, and becomes facts when it is `settled`.
    """

    def __init__(self, step: Step) -> None:
        self._step: Final = step
        self._chains: dict[str, dict[str, Chain]] = {}  # by SKU and quota, the narrowest first
        self._by_source: dict[Position, list[str]] = {}
        self._free: dict[str, int] = {}  # of each quota's pool
        self._kept: dict[str, int] = {}  # by each quota
        self._more: dict[str, int] = {}  # that each keeps since, or less
        self._lost: dict[str, int] = {}  # that each has no more
        self._over: dict[Position, int] = {}  # claimed at each source beyond what is there
        self._borne: dict[str, int] = {}  # of that, by what nobody has of each

    # --- asking --------------------------------------------------------------------------------

    def chains(self, sku: str) -> Iterable[Chain]:
        """The running quotas on a SKU, each with those that it is a part of."""
        return self._read(sku).values()

    def at(self, position: Position) -> list[str]:
        """The running quotas that keep units at a position, and parts of such."""
        self._read(position.sku)
        return self._by_source.get(position, [])

    def for_order(self, sku: str, order: Order) -> tuple[str, ...]:
        """The quotas on a SKU that an order draws from, the narrowest first."""
        mine = {id: one for id, one in self._read(sku).items() if _is_member(one, order)}
        wider = {quota.ref.id for chain in mine.values() for quota in chain[1:]}
        return tuple([id for id in mine if id not in wider])

    def room(self, sku: str, id: str) -> int:
        """How many units a quota has for its own members, beside those of its parts."""
        return max(0, self._unclaimed(self._read(sku)[id]) - self._borne.get(id, 0))

    def borne(self, position: Position) -> int:
        """How much of what is claimed at a position beyond its goods is room of quotas."""
        return sum([self._borne.get(id, 0) for id in self.at(position)])  # none there: nothing

    def of_unit(self, sku: str, pools: Iterable[str]) -> str:
        """The running quota that a unit counts against, the narrowest; none: an empty name."""
        carried = [id for id in map(quota_named, pools) if id]
        if not carried:
            return ""
        running = self._read(sku)
        found = [running[id] for id in carried if id in running]
        return max(found, key=len)[0].ref.id if found else ""

    def pools(self, sku: str, id: str) -> tuple[str, ...]:
        """The pools that units carry which are drawn from a quota; of none, none."""
        return pools_of(self._read(sku)[id]) if id else ()

    # --- changing ------------------------------------------------------------------------------

    def draw(self, sku: str, id: str, n: int) -> None:
        """Members take so many units that a quota keeps; of none, nothing changes."""
        self._keep(sku, id, -n)
        if id:
            self.rely_on(sku, id)

    def rely_on(self, sku: str, id: str) -> None:
        """The goods behind a quota must still be there when the step is committed."""
        source = self._read(sku)[id][0].position
        self._step.keep(Kept(source, -self._over[source]))
        for other in self.at(source):
            if self._borne.get(other):
                self._step.keep(Kept(Position(quota_pool(other)), self._borne[other]))

    def give(self, sku: str, id: str, n: int) -> None:
        """Members give up so many units at the source of a quota: it keeps them again."""
        self._keep(sku, id, n)

    def widen(self, id: str, n: int) -> None:
        """So many units of a quota's pool come free that no member has."""
        self._free[id] = self._free.get(id, 0) + n

    def let_go(self, sku: str, spot: Spot, n: int) -> None:
        """Units are let go: they are kept again where they come free at the quota's source."""
        tags = spot.slice
        id = self.of_unit(sku, tags.pools)
        if not id:
            return
        source = self._read(sku)[id][0].position
        if spot.state in CLAIMING:
            comes_free = position_of(sku, tags) == source
        else:
            comes_free = STANDS[spot.state] in IN_HOUSE and matter_position(sku, tags) == source
        if comes_free:
            self.give(sku, id, n)
            return
        for quota in self._read(sku)[id]:
            self._lost[quota.ref.id] = self._lost.get(quota.ref.id, 0) + n

    def settled(self) -> Iterator[Fact]:
        """The facts of all that was taken and given back since the last time."""
        for chain in [one for of_sku in self._chains.values() for one in of_sku.values()]:
            quota = chain[0]
            more, lost = self._more.pop(quota.ref.id, 0), self._lost.pop(quota.ref.id, 0)
            if more:
                yield Claimed(quota.ref, kept_at(quota), more, quota.until)
            if lost:
                yield Limited(Position(quota_pool(quota.ref.id)), -lost, quota.ref)

    # --- behind it -----------------------------------------------------------------------------

    def _keep(self, sku: str, id: str, more: int) -> None:
        if id:
            self.widen(id, more)
            for quota in self._read(sku)[id]:
                self._kept[quota.ref.id] += more
                self._more[quota.ref.id] = self._more.get(quota.ref.id, 0) + more

    def _read(self, sku: str) -> dict[str, Chain]:
        known = self._chains.get(sku)
        if known is not None:
            return known
        ids = planned(self._step, sku).quotas
        if not ids:  # most have none
            none = self._chains[sku] = {}
            return none
        chains = [chain_of(self._step, id) for id in ids]
        running = sorted([one for one in chains if runs(self._step, one)], key=_rank)
        found = self._chains[sku] = {one[0].ref.id: one for one in running}
        pools = {id: Position(quota_pool(id)) for id in sorted(found)}
        self._step.case.counters([pool.sku for pool in pools.values()])  # all in one look
        for id, pool in pools.items():
            self.widen(id, self._step.case.counter(pool).left)  # not goods of its name
        for id, chain in found.items():
            self._kept[id] = chain[0].left
            self._by_source.setdefault(chain[0].position, []).append(id)
        self._bear(sku, found)
        return found

    def _unclaimed(self, chain: Chain) -> int:
        """How much of a quota's pool is nobody's, as far as all that it is a part of keeps it."""
        kept = [self._kept[quota.ref.id] for quota in chain]
        return max(0, min([self._free[chain[0].ref.id], *kept]))

    def _bear(self, sku: str, found: dict[str, Chain]) -> None:
        """See what is claimed at the sources beyond their goods, and which quotas bear it."""
        sources = {chain[0].position for chain in found.values()}
        for row in self._step.case.counters((sku,)) if sources else ():
            if row.position in sources:
                self._over[row.position] = max(0, row.claimed - row.there)
        left = {source: self._over.setdefault(source, 0) for source in sources}
        for id, chain in reversed(found.items()):
            source = chain[0].position
            self._borne[id] = min(left[source], self._unclaimed(chain))
            left[source] -= self._borne[id]


def quotas_now(case: Case, rules: Rules) -> Quotas:
    """The quotas as they stand, for a question that changes nothing."""
    return Quotas(Step(case, Context(case.at, "", rules)))


def keep_again(step: Step, chosen: Iterable[Chosen]) -> None:
    """Units of an order are let go: quotas that they were drawn from keep them again."""
    quotas = Quotas(step)
    for line, spot, n in chosen:
        if any(map(is_quota_pool, spot.slice.pools)):
            quotas.let_go(line.sku, spot, n)
    step.add(*quotas.settled())


def hold_of_quota(step: Step, pool: Position, n: int, until: datetime | None) -> None:
    """Refuse to hold units of a quota's pool that have no goods behind them, or will have none.

    When a quota ends, its goods are free to all; so no hold lasts longer.
    """
    id = "" if pool.location else quota_named(pool.sku)
    quota = step.case.find(step.case.quota(id)) if id else None
    if quota is None:
        return
    chain = chain_of(step, quota.ref.id)
    if not runs(step, chain):
        raise MoveRefused((Refusal.of("quota_over", quota=quota.ref.id),))
    ends = [one.until for one in chain if one.until is not None]
    if ends and (until is None or until > min(ends)):
        end = min(ends).isoformat()
        raise MoveRefused((Refusal.of("quota_ends", quota=quota.ref.id, until=end),))
    quotas, sku = Quotas(step), quota.position.sku
    quotas.rely_on(sku, quota.ref.id)
    room = quotas.room(sku, quota.ref.id)
    if n > room and quotas.borne(quota.position):
        raise MoveRefused((shortage(pool, n, room),))


def _is_member(chain: Chain, order: Order) -> bool:
    return all(  # a chain is never empty
        quota.channel in ("", order.channel) and quota.customer in ("", order.customer)
        for quota in chain
    )


def _rank(chain: Chain) -> tuple[bool, bool, int, str]:
    """The narrowest first: of a customer, of a channel, a part before a whole, by id."""
    quota = chain[0]
    return (not quota.customer, not quota.channel, -len(chain), quota.ref.id)
