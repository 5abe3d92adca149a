"""What a store grants and refuses, in the same words for every store.

It knows when a claim may be changed, what is said when it may not, and what may be kept of a
person, and refuses to know how a store finds that out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from orderflow.books import ClaimChange, Postings, changes_on_shelf
from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.pools import COUPON, COUPON_OF, CREDIT, LIMIT, QUOTA, STORED, pool_name
from orderflow.records import Order
from orderflow.values import Position, text


class Kept(NamedTuple):
    """At least `n` units of a position must stay free of claims that are for before an instant.

    Claims for a later date may be on them; without an instant they are for nobody. What has no date
    is for now.
    """

    position: Position
    n: int = 0
    before: datetime | None = None


def shortage(position: Position, asked: int, free: int) -> Refusal:
    """A position has less free than is asked; of a pool, in the words of what it limits."""
    named = None if position.location else pool_name(position.sku)
    left = max(0, free)
    if named is not None and named.kind == LIMIT:
        sku, customer = named.parts
        return Refusal.of("over_limit", sku=sku, customer=customer, asked=asked, left=left)
    if named is not None and named.kind == QUOTA:
        return Refusal.of("over_quota", quota=named.parts[0], asked=asked, left=left)
    if named is not None and named.kind == STORED:
        return Refusal.of("stored_short", stored=named.parts[0], asked=asked, left=left)
    if named is not None and named.kind == COUPON:
        return Refusal.of("coupon_used_up", coupon=named.parts[0])
    if named is not None and named.kind == COUPON_OF:
        coupon, customer = named.parts
        return Refusal.of("coupon_used", coupon=coupon, customer=customer)
    if named is not None and named.kind == CREDIT:
        customer, currency = named.parts
        whose = {"customer": customer, "currency": currency}
        return Refusal.of("credit_exceeded", **whose, asked=asked, left=left)
    if named is not None:
        location, day = named.parts
        return Refusal.of("day_full", location=location, day=day, asked=asked, left=left)
    return Refusal.of(
        "short",
        sku=position.sku,
        location=position.location or "the pool",
        asked=asked,
        free=left,
    )


def unkept(
    postings: Postings,
    keep: Iterable[Kept],
    free: Callable[[Position], int],
    later: Callable[[Position, datetime], int],
) -> list[Refusal]:
    """What a change leaves too little of.

    `free` says what is free before it, below zero too, and `later` how much is claimed for an
    instant or after it.
    """
    refusals: list[Refusal] = []
    shelf = changes_on_shelf(postings)
    for position, least, before in keep:
        claims = [claim for claim in postings.claims if claim.position == position]
        asked = sum([claim.n for claim in claims]) - shelf.get(position, 0)
        left = free(position) - least
        if before is not None and asked > left:  # what is for later may be on what is kept
            asked -= sum([claim.n for claim in claims if claim.due and claim.due >= before])
            left += later(position, before)
        if asked > left:
            refusals.append(shortage(position, asked, left))
    return refusals


def hold_expired(change: ClaimChange) -> MoveRefused:
    """A claim that is to be changed has run out, or has been given back since."""
    until = "its time" if change.until is None else change.until.isoformat()
    return MoveRefused((Refusal.of("hold_expired", hold=change.holder.id, until=until),))


def number_taken(order: Order, by: str) -> MoveRefused:
    """A channel's number is unique in its shop."""
    channel = f"{order.channel} {order.shop}".strip() or "the channel"
    return MoveRefused((Refusal.of("number_taken", number=order.number, channel=channel, id=by),))


def must_run(change: ClaimChange) -> bool:
    """Whether the claim must be there and run: all but a first grant."""
    return change.n <= 0


def runs(change: ClaimChange, held: tuple[int, datetime | None] | None, at: datetime) -> bool:
    """Whether a claim (units, expiry) may be changed so at an instant."""
    if not must_run(change):
        return True
    if held is None:
        return False
    n, until = held
    return n + change.n >= 0 and (until is None or until > at)


def checked_details(ref: object, details: object) -> None:
    """A person's reference, and what is known of them: texts by name, of any length and script."""
    text(ref, "ref")
    if not isinstance(details, Mapping):
        raise BadInput("details", f"texts by name are wanted, not {type(details).__name__}")
    for name, value in details.items():
        text(name, "details")
        if type(value) is not str:
            raise BadInput(f"details.{name}", f"text is wanted, not {type(value).__name__}")
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise BadInput(f"details.{name}", "has half a character")
