"""What a quota leaves to an order, and how its share goes from the quota to the order.

It knows the quotas on a SKU as one order sees them, and refuses to know how they are set.

A quota keeps its units by a claim on its source, so nobody else can have them, and counts what its
members have in a pool.
A member's units claim at the source themselves and carry the pool; in the same step the quota gives
back as much of its own claim, so at the source nothing changes but who claims.
A part of a quota keeps units of that quota's pool in the same way, and its members carry both.

Members get no more of the source than their quota, so what is free there is not for them.
What a member cancels is free to all; the quota has room for it again, and takes it from what is
free.
An order is a member where its channel and customer are those of the quota and of all that it is a
part of; the narrowest that fits counts, that of a customer before that of a channel.
"""

from __future__ import annotations

from collections.abc import Iterable

from orderflow.books import kept_at
from orderflow.errors import Refusal
from orderflow.facts import Claimed, Fact
from orderflow.grants import shortage
from orderflow.items import planned
from orderflow.journal import Step
from orderflow.pools import quota_pool
from orderflow.records import Counter, Order, Quota
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


class Quotas:
    """The quotas that an order is a member of, and what they have left, in one step."""

    def __init__(self, step: Step, order: Order) -> None:
        self._step = step
        self._order = order
        self._chains: dict[Position, list[Chain]] = {}
        self._left: dict[str, int] = {}
        self._free: dict[Position, int] = {}

    def read(self, sku: str, counters: Iterable[Counter]) -> None:
        """Look up the quotas on a SKU."""
        for row in counters:
            self._free[row.position] = row.there - row.claimed
        chains = [chain_of(self._step, id) for id in planned(self._step, sku).quotas]
        mine = [one for one in chains if runs(self._step, one) and self._is_member(one)]
        wider = {quota.ref for chain in mine for quota in chain[1:]}
        mine = [chain for chain in mine if chain[0].ref not in wider]
        for chain in sorted(mine, key=_rank):
            self._chains.setdefault(chain[0].position, []).append(chain)
            for quota in chain:
                self._left[quota.ref.id] = quota.left
        pools = sorted({quota_pool(quota.ref.id) for chain in mine for quota in chain})
        for row in self._step.case.counters(pools) if pools else ():
            self._free[row.position] = row.there - row.claimed

    @property
    def any(self) -> bool:
        """Whether the order is a member of any quota that was looked up."""
        return bool(self._chains)

    def room(self, at: Position) -> int | None:
        """What an order may have at a position by its quotas; `None` where it has none there."""
        chains = self._chains.get(at)
        if chains is None:
            return None
        left, free = dict(self._left), dict(self._free)
        room = sum([self._use(chain, self._room(chain))[1] for chain in chains])
        self._left, self._free = left, free
        return room

    def take(
        self, at: Position, n: int, facts: list[Fact], refusals: list[Refusal]
    ) -> list[tuple[int, tuple[str, ...]]]:
        """Draw units of a position from the quotas of the order, the narrowest first."""
        chains = self._chains.get(at)
        if chains is None:
            return [(n, ())]
        found: list[tuple[int, tuple[str, ...]]] = []
        asked = n
        for chain in chains:
            part = min(n, self._room(chain))
            if part:
                drawn, _ = self._use(chain, part)
                facts += [
                    Claimed(quota.ref, kept_at(quota), -less, quota.until)
                    for quota, less in zip(chain, drawn, strict=True)
                    if less
                ]
                found.append((part, tuple([quota_pool(quota.ref.id) for quota in chain])))
                n -= part
        if n:
            widest = Position(quota_pool(chains[-1][0].ref.id))
            refusals.append(shortage(widest, asked, asked - n))
        return found

    def give(self, at: Position, n: int) -> None:
        """So many units come free at a position, or of a pool."""
        self._free[at] = self._free.get(at, 0) + n

    def _is_member(self, chain: Chain) -> bool:
        order = self._order
        return all(  # a chain is never empty
            quota.channel in ("", order.channel) and quota.customer in ("", order.customer)
            for quota in chain
        )

    def _room(self, chain: Chain) -> int:
        """How many units a quota has for its members: its own, and as many as those above let."""
        room = self._free.get(Position(quota_pool(chain[0].ref.id)), 0)
        for quota in chain:
            room = min(room, self._left[quota.ref.id] + self._free.get(kept_at(quota), 0))
        return max(0, room)

    def _use(self, chain: Chain, n: int) -> tuple[list[int], int]:
        """Take units: what each quota of the chain gives back of its own claim, and how many."""
        drawn: list[int] = []
        self.give(Position(quota_pool(chain[0].ref.id)), -n)
        for quota in chain:
            less = min(n, self._left[quota.ref.id])
            self._left[quota.ref.id] -= less
            self.give(kept_at(quota), less - n)
            drawn.append(less)
        return drawn, n


def _rank(chain: Chain) -> tuple[bool, bool, int, str]:
    """The narrowest first: of a customer, of a channel, a part before a whole, by id."""
    quota = chain[0]
    return (not quota.customer, not quota.channel, -len(chain), quota.ref.id)
