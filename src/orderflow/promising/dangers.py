"""Which promises are in danger, and what a slip would break and what would save them.

It knows supply and lots as they are and as they might be, and refuses to decide: a person chooses
whose promise is broken, by the calls that are named here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from orderflow.calls import Call, Ref
from orderflow.inventory import feed_at, good_until, is_held, is_stale, known_lot
from orderflow.journal import Case
from orderflow.promising.committing import repeg
from orderflow.promising.figures import all_figures, skus_of, terms_of
from orderflow.promising.mending import lost, mend
from orderflow.promising.promised_units import is_live
from orderflow.promising.slipping import slip
from orderflow.promising.values import Pegged
from orderflow.records import Claim, Counter, Document, Feed, Lot, Order, Supply, is_fed
from orderflow.rules import Rules
from orderflow.values import Position


class Why(StrEnum):
    """Why a promise may not be kept."""

    OVER_COMMITTED = "over-committed"  # more is claimed than is there
    LATE = "late"  # its supply is ready after its date
    EXPIRES = "expires"  # its lot is not good until its date, or is no longer good
    TOO_OLD = "too old"  # its supplier no longer stands by what he said that he has
    ON_HOLD = "on hold"  # its lot is for nobody until somebody has looked


@attrs.frozen
class Danger:
    """Claims that their goods do not serve, whose they are, and why not.

    Where more is claimed than is there, all claims are listed, since any of them may be hit.
    """

    counter: Counter
    claims: tuple[Claim, ...]
    why: Why = Why.OVER_COMMITTED


@attrs.frozen
class Slipped:
    """What a slip would do: the promises that it breaks, and those that nothing would save.

    Both come least harm first: by the orders' priority, the least urgent first, then by id. After
    `calls`, one by one, as many are saved as any plan could save, and the most urgent of them.
    """

    broken: tuple[Pegged, ...]
    lost: tuple[Pegged, ...]
    calls: tuple[Call[Document], ...]


MAY_FAIL: Final = ("feed", "supply", "lot")
"""The kinds of documents that can make a source fail those who were promised of it."""

_PROMISED_TO: Final = ("order", "stock hold")
"""The kinds of documents that somebody waits behind: supply rows and quotas claim for others."""


def may_fail(document: Document) -> str:
    """The SKU of which a document may make promises fail as things are; of none, no name.

    Only what is still to come can be late, and only a lot that expires or is on hold can fail, and
    a supplier who no longer stands by his word.
    """
    if isinstance(document, Feed):
        return document.sku
    if isinstance(document, Supply):
        return document.position.sku if document.received < document.expected else ""
    if isinstance(document, Lot):
        return document.sku if document.expires_at is not None or is_held(document) else ""
    return ""


def failing(case: Case, skus: Iterable[str], rules: Rules) -> tuple[Danger, ...]:
    """The claims on some SKUs that their source fails as it is now, by position.

    What has a date must be served by then; what has none must be good now.
    """
    counts: dict[Pegged, int] = {}
    for one in lost(skus_of(case, set(skus), rules), case.at):
        name = attrs.evolve(one, n=0, quota="")  # a claim is one, whatever quotas its units are of
        counts[name] = counts.get(name, 0) + one.n
    failed: dict[tuple[Position, Why], list[Claim]] = {}
    for one, n in counts.items():
        claim = Claim(case.order(one.order), one.position, n, None, one.ready_by)
        failed.setdefault((one.position, _why(case, one, rules)), []).append(claim)
    for claim in case.claims(sorted(set(skus))):
        undated = claim.due is None and claim.holder.kind in _PROMISED_TO
        spoiled = _spoiled(case, claim.position, case.at, rules) if undated else None
        if spoiled is not None:
            failed.setdefault((claim.position, spoiled), []).append(claim)
    rows = {row.position: row for row in case.figures if isinstance(row, Counter)}
    return tuple(
        [Danger(rows[at], tuple(claims), why) for (at, why), claims in sorted(failed.items())]
    )


def broken(case: Case, order: Order, rules: Rules) -> tuple[Pegged, ...]:
    """The promises of one order that cannot be kept as things are: what `repromise` would mend."""
    skus = {line.sku for line, spot in order.units() if is_live(spot)}
    if not skus:
        return ()
    failed = lost(skus_of(case, skus, rules), case.at)
    return tuple([one for one in failed if one.order == order.ref.id])


def _spoiled(case: Case, at: Position, by: datetime, rules: Rules) -> Why | None:
    """Why goods of a lot are for nobody at an instant; `None` where they are good or of no lot."""
    lot = known_lot(case, at)
    if lot is None:
        return None
    if is_held(lot):
        return Why.ON_HOLD
    until = good_until(lot, rules)
    return Why.EXPIRES if until is not None and until <= by else None


def _why(case: Case, one: Pegged, rules: Rules) -> Why:
    if is_fed(one.position.peg):
        feed = feed_at(case, one.position)
        return Why.TOO_OLD if feed is None or is_stale(feed, case.at) else Why.LATE
    return _spoiled(case, one.position, max(one.ready_by, case.at), rules) or Why.LATE


def slipped(
    case: Case, ref: Ref[Supply], due: datetime, to_come: int | None, rules: Rules
) -> Slipped:
    """What would come of a supply row that comes at another time, or short."""
    supply = case.get(ref)
    expected = supply.expected if to_come is None else supply.received + to_come
    supposed = attrs.evolve(supply, due=due, expected=expected)
    peg = supply.position._replace(peg=ref.id)
    skus = (peg.sku,)
    supposing = {ref: supposed}
    figures = all_figures(case, case.counters(skus), case.claims(skus), rules, supposing)
    orders = sorted({one.order for one in figures.live if one.position == peg})
    harm = {name: case.get(case.order(name)).priority for name in orders}
    # Nobody mends anything here: it is asked which fail, the least urgent first.
    broken = tuple(
        sorted(
            [one for one in lost(figures, case.at, harm) if one.position == peg],
            key=lambda one: (-harm[one.order], one.order, one.ready_by),
        )
    )
    names = {one.order for one in broken}
    if not names:
        return Slipped((), (), ())
    found = mend(figures, case.at, harm, names, terms_of(rules))
    left = tuple([one for one in found.lost if one.position == peg])
    moved = {move.order for move in found.repegs if move.source == peg} & names
    first: Call[Document] = slip.on(ref.id, due, to_come)
    rest = sorted(moved, key=lambda name: (harm[name], name))
    return Slipped(broken, left, (first, *[repeg.on(name) for name in rest]))
