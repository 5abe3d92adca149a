"""How quotas are set, changed and released.

It knows what a quota keeps and for whom, and refuses to know who takes it.

A quota is pegged to named supply: goods on hand at a position, or a supply row that is to come, so
a presale is a quota of a supply row.
Its release needs no job: from that instant its claim counts as free, as every claim with an expiry.
"""

from __future__ import annotations

from datetime import datetime

import attrs

from orderflow.books import kept_at
from orderflow.claiming.quotas import chain_of, runs
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import RELEASED, Claimed, Limited
from orderflow.grants import shortage
from orderflow.items import describe, planned
from orderflow.journal import Case, Context, Step, verb
from orderflow.pools import quota_pool
from orderflow.records import Quota
from orderflow.values import Position, instant, text, whole


@verb("set_quota", Quota)
def set_quota(
    case: Case,
    context: Context,
    position: Position,
    n: int,
    channel: str = "",
    customer: str = "",
    until: datetime | None = None,
    within: str = "",
) -> Step:
    """Keep `n` units at a position for orders of a channel or customer, who get no more there.

    With a `peg` the position is a supply row that is to come. `within` names the quota that it is a
    part of. A quota that runs is set to another `n`; all else of it stays as it was said first.
    """
    step = Step(case, context)
    quota = _checked(case, position, n, channel, customer, until, within)
    if quota.until is not None and quota.until <= context.at:
        raise BadInput("until", "is over already")
    if step.case.find(quota.ref) is not None:
        _change(step, quota)
        return step
    _check_within(step, quota)
    step.open(quota)
    item = planned(step, quota.position.sku)
    running = [id for id in item.quotas if runs(step, chain_of(step, id))]
    describe(step, attrs.evolve(item, quotas=(*running, quota.ref.id)))
    return step


@verb("release_quota", Quota)
def release_quota(case: Case, context: Context) -> Step:
    """Let a quota end before its time: what it still keeps is free to all.

    Not while stock holds keep units of it, or of its parts: their goods would go to others.
    """
    step = Step(case, context)
    quota = step.now(case.own(Quota))
    if not runs(step, chain_of(step, quota.ref.id)):
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(quota.ref), move="release"),))
    held = _held(step, quota)
    if held:
        raise MoveRefused((Refusal.of("quota_held", quota=quota.ref.id, n=held),))
    if quota.left:
        step.add(Claimed(quota.ref, kept_at(quota), -quota.left, quota.until))
    step.note(quota.ref, RELEASED, until=context.at.isoformat())
    return step


def _held(step: Step, quota: Quota) -> int:
    """How many units of a quota and its parts stock holds keep."""
    chains = [chain_of(step, id) for id in planned(step, quota.position.sku).quotas]
    pools = {quota_pool(chain[0].ref.id) for chain in chains if quota in chain}
    claims = step.case.claims(sorted(pools)) if pools else ()
    return sum([claim.n for claim in claims if claim.holder.kind == "stock hold"])


def _checked(
    case: Case,
    position: object,
    n: int,
    channel: str,
    customer: str,
    until: datetime | None,
    within: str,
) -> Quota:
    text(case.ref.id, "quota")
    if not isinstance(position, Position):
        raise BadInput("position", "a Position is wanted")
    position.checked("position")
    if not position.location:
        raise BadInput("position.location", "must not be empty")
    for_whom = (text(channel, "channel", empty=True), text(customer, "customer", empty=True))
    if not any(for_whom):
        raise BadInput("channel", "a channel or a customer is wanted")
    end = None if until is None else instant(until, "until")
    part_of = text(within, "within", empty=True)
    return Quota(case.own(Quota), position, whole(n, "n"), n, *for_whom, part_of, end)


def _check_within(step: Step, quota: Quota) -> None:
    """A part of a quota keeps goods of the same source, and no longer than the whole."""
    if not quota.within:
        return
    chain = chain_of(step, quota.within)
    outer = chain[0]
    if not runs(step, chain):
        raise BadInput("within", f"quota {outer.ref.id} is over")
    if outer.position != quota.position:
        raise BadInput("position", f"is not that of quota {outer.ref.id}")
    ends = [one.until for one in chain if one.until is not None]
    if ends and (quota.until is None or quota.until > min(ends)):
        raise BadInput("until", f"is after the end of quota {outer.ref.id}")


def _change(step: Step, said: Quota) -> None:
    """Make a quota larger or smaller; what its members have, they keep."""
    quota = step.now(said.ref)
    same = attrs.evolve(said, n=quota.n, left=quota.left)
    if same != quota or not runs(step, chain_of(step, quota.ref.id)):
        raise MoveRefused((Refusal.of("already_there", kind="quota", id=quota.ref.id),))
    more = said.n - quota.n
    if not more:
        raise MoveRefused((Refusal.of("nothing_to_do", what=str(quota.ref), move="set"),))
    pool = Position(quota_pool(quota.ref.id))
    room = step.case.counter(pool).left
    if room + more < 0:
        raise MoveRefused((shortage(pool, quota.n - said.n, room),))
    step.add(Limited(pool, more, quota.ref))
    kept = more if more > 0 else -min(quota.left, -more)
    if kept:
        step.add(Claimed(quota.ref, kept_at(quota), kept, quota.until))
