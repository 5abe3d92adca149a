"""A supplier's own stock: what he says that he has, and what may be promised of it.

It knows assertions, their age, and what was ordered since, and refuses to know who is promised
what.

Problem: a shop sells goods that stand at its supplier, who sells them to others too; his list is
old when it comes, and what we have ordered ourselves is on it or not.
Observation: his word is no stock, so it stands in no ledger; but it bounds promises, as a pool
does.
Decision: a feed is one more source, at a peg of its own: `n` less the buffer, less what was ordered
that the assertion does not know of; promises claim there under the guard of its counter.
Ordering takes as much off the feed as off the claims on it, in one step: nothing is free in
between, and nothing is counted twice.
An assertion knows of a purchase that was sent before it was counted, and of none that is not sent.
What leaves a purchase before it was sent comes back to the feed; later only a new word brings it
back.

One order on its way. He has 10, and 2 are the buffer: 8 are free.
3 are promised, for the end of the day on which they would be there if they were ordered today: 5
are free, and if the order is cancelled now, 8 again.
They are ordered by a purchase: 5 are there, and 5 are free.
He says 9. Counted before the purchase was sent, that is 9 - 2 - 3 = 4; counted after it, the 3 are
off his list already: 9 - 2 = 7.
The order is cancelled after all: its units are taken out of the purchase first, and if that was
never sent, its supplier has 3 more for us again.
Where his word leaves less than is promised, those promises are in danger as over-committed; where
they are not ordered in time, as late; where his word is older than he stands by, as too old.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final

import attrs

from orderflow.calls import Ref
from orderflow.errors import BadInput, MoveRefused, Refusal, Refused
from orderflow.facts import Described, Limited
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import (
    Document,
    Feed,
    Ordered,
    Purchase,
    feed_id,
    feed_of,
    feed_supplier,
    is_fed,
)
from orderflow.rules import Rules
from orderflow.states import PURCHASE
from orderflow.values import LAST_INSTANT, Position, instant, later, place, text, warehouse, whole

LEAD_DAYS_MAX: Final = 1_000
"""The longest lead time, as calendars have it."""


@verb("record_feed", Feed)
def record_feed(
    case: Case,
    context: Context,
    location: str,
    n: int,
    as_of: datetime,
    buffer: int = 0,
    lead_days: int = 0,
    until: datetime | None = None,
) -> Step:
    """Record what a supplier says that he has of a SKU, counted at an instant.

    The id is `SUPPLIER/SKU`, as `feed_id` makes it. What is ordered comes to `location`, and is
    there when `lead_days` are over. `buffer` units are never promised, and from `until` on the
    whole counts for nothing. It takes the place of what was said for an earlier instant; what was
    counted no later than that is refused.
    """
    step = Step(case, context)
    said = _checked(case, context, location, n, as_of, buffer, lead_days, until)
    known = case.find(said.ref)
    if known is None:
        step.open(said)
        return step
    if said.location != known.location:
        raise BadInput("location", f"goods of {known.ref} come to {known.location}")
    if said.as_of <= known.as_of:
        raise MoveRefused(
            (
                Refusal.of(
                    "feed_not_newer",
                    supplier=known.supplier,
                    sku=known.sku,
                    known=known.as_of.isoformat(),
                    said=said.as_of.isoformat(),
                ),
            )
        )
    unknown = tuple([row for row in known.ordered if not _is_known(step, row, said.as_of)])
    _say(step, attrs.evolve(said, ordered=unknown))
    return step


# --- what is ordered ----------------------------------------------------------------------------


def take_off(step: Step, supplier: str, counts: Mapping[str, int], by: Ref[Document]) -> None:
    """So many units of SKUs are ordered from a supplier: they are off what he has for us."""
    for sku, n in sorted(counts.items()):
        feed = _of(step, supplier, sku)
        if feed is not None:
            rows = (*feed.ordered, Ordered(by, n, step.context.at))
            _say(step, attrs.evolve(feed, ordered=rows))


def bring_back(step: Step, purchase: Purchase, counts: Mapping[str, int]) -> None:
    """So many units of SKUs leave a purchase: its supplier has them still, if it was never sent.

    Not so where he has refused it: he said that he has not.
    """
    if purchase.sent_at is not None:
        return
    for sku, n in sorted(counts.items()):
        feed = _of(step, purchase.supplier, sku)
        if feed is not None:
            rows = [
                attrs.evolve(row, n=row.n - min(n, row.n)) if row.ref == purchase.ref else row
                for row in feed.ordered
            ]
            _say(step, attrs.evolve(feed, ordered=tuple([row for row in rows if row.n])))


def _of(step: Step, supplier: str, sku: str) -> Feed | None:
    ref = step.case.feed(feed_id(supplier, sku))
    return None if step.case.find(ref) is None else step.now(ref)


def _is_known(step: Step, row: Ordered, as_of: datetime) -> bool:
    """Whether a supplier who counted at an instant had been asked for a row by then.

    A purchase that was never sent and has ended all the same was told in some other way.
    """
    if row.ref.kind != "purchase":
        return row.at < as_of
    purchase = step.case.get(step.case.purchase(row.ref.id))
    if purchase.sent_at is not None:
        return purchase.sent_at < as_of
    return purchase.state in PURCHASE.ends and row.at < as_of


def _say(step: Step, feed: Feed) -> None:
    """A feed is so from here on, and so is its counter."""
    more = feed.there - step.now(feed.ref).there
    step.add(Described(feed))
    if more:
        step.add(Limited(feed.position, more))


# --- what may be promised -----------------------------------------------------------------------


def feed_at(case: Case, at: Position) -> Feed | None:
    """The feed whose promises are counted at a position; `None` where nobody said anything."""
    return case.find(case.feed(feed_id(feed_supplier(at.peg), at.sku)))


def refuse_stale(step: Step, at: Position) -> None:
    """Refuse a claim on what a supplier no longer stands by."""
    feed = feed_at(step.case, at) if is_fed(at.peg) else None
    if feed is not None and feed.until is not None and is_stale(feed, step.context.at):
        until = feed.until.isoformat()
        reason = Refusal.of("feed_too_old", supplier=feed.supplier, sku=feed.sku, until=until)
        raise MoveRefused((reason,))


def is_stale(feed: Feed, at: datetime) -> bool:
    """Whether an assertion is too old to count at an instant."""
    return feed.until is not None and feed.until <= at


def there_from(feed: Feed, at: datetime, rules: Rules) -> datetime:
    """When goods are there that are ordered at an instant: at the end of the last day of lead time.

    Days are working days of the location, where it says how it ships, else those of UTC. So what is
    promised for the first date that there is must be ordered on the same day, at any hour.
    """
    for one in rules.locations:
        if one.id == warehouse(feed.location) and one.ships is not None:
            try:
                return one.ships.comes(at, feed.lead_days)
            except (Refused, BadInput):  # closed too long, or a year that no calendar has
                return LAST_INSTANT
    midnight = datetime.combine(at.date(), time(), at.tzinfo)
    return later(midnight, timedelta(days=feed.lead_days + 1)) - timedelta.resolution


def _checked(
    case: Case,
    context: Context,
    location: str,
    n: int,
    as_of: datetime,
    buffer: int,
    lead_days: int,
    until: datetime | None,
) -> Feed:
    ref = case.own(Feed)
    supplier, sku = feed_of(text(ref.id, "feed"))
    if not supplier:
        raise BadInput("feed", "SUPPLIER/SKU is wanted, as feed_id makes it")
    counted = instant(as_of, "as_of")
    if counted > context.at:
        raise BadInput("as_of", "is still to come")
    end = None if until is None else instant(until, "until")
    if end is not None and end <= counted:
        raise BadInput("until", "is not after as_of")
    return Feed(
        ref,
        supplier,
        sku,
        place(location, "location"),
        whole(n, "n", least=0),
        counted,
        whole(buffer, "buffer", least=0),
        whole(lead_days, "lead_days", least=0, most=LEAD_DAYS_MAX),
        end,
    )
