"""A settlement: what has changed between two instants, party by party.

It knows the two ends of a period, and refuses to know how either came about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from orderflow.aftercare import Aftercare, checked_aftercare
from orderflow.journal import Entry
from orderflow.ledger import Posting, postings
from orderflow.ledger.stated import span
from orderflow.reasons import check_window
from orderflow.rules import WINDOW_DAYS_MAX
from orderflow.settlement.asking import Prices
from orderflow.settlement.keeping import Keeping, add_bearers
from orderflow.settlement.money import (
    Carriers,
    add_carrier_claims,
    add_compensations,
    add_money,
    add_orders,
)
from orderflow.settlement.replaying import Known, replayed
from orderflow.settlement.sums import Cause, Party, Sums
from orderflow.settlement.supplying import add_bought, add_supplied
from orderflow.settlement.values import (
    PartySettled,
    Quote,
    Reason,
    Role,
    Settlement,
    SettlementRow,
)
from orderflow.values import whole

if TYPE_CHECKING:
    from orderflow.windows import Window

_ROLES: Final = {role: i for i, role in enumerate(Role)}
_REASONS: Final = {reason: i for i, reason in enumerate(Reason)}


def settlement(
    entries: Iterable[Entry],
    since: datetime,
    until: datetime,
    quotes: Sequence[Quote] = (),
    *,
    window_days: int = 14,
    window: Window | None = None,
    aftercare: tuple[Aftercare, ...] = (),
    tenant: str = "",
) -> Settlement:
    """What everybody and we owe each other from `since` until `until`, by a whole journal.

    Units are kept for good when `window_days` have passed since their parcel was delivered, or when
    the `window` is over that takes their place, and those that `aftercare` gives besides. What the
    suppliers ask for units follows from their purchases, and else from the `quotes`.
    """
    since, until = span(since, until)
    days = timedelta(days=whole(window_days, "window_days", least=0, most=WINDOW_DAYS_MAX))
    if window is not None:
        check_window(window, "window")
    checked_aftercare(aftercare)
    kept_after = days if window is None else window
    journal, instants = tuple(entries), (since, until)
    posted = postings(journal, tenant)
    before, after = (
        _standing(known, posted, quotes, Keeping(at, kept_after, known.parcels(), aftercare))
        for known, at in zip(replayed(journal, tenant, instants), instants, strict=True)
    )
    parties = {*before.rows, *after.rows, *after.waiting}
    told = sorted(parties, key=lambda one: (_ROLES[one.role], one.id, one.currency))
    settled = [_settled(party, before, after) for party in told]
    open_yet = [one for one in settled if one.rows or one.opening or one.waiting]
    return Settlement(since, until, tuple(open_yet))


def _standing(
    known: Known,
    posted: Iterable[Posting],
    quotes: Sequence[Quote],
    keeping: Keeping,
) -> Sums:
    """What everybody owes at an instant, by what was known then: nothing later changes it."""
    sums = Sums()
    orders, purchases = known.orders(), known.purchases()
    prices = Prices(quotes, purchases, known.asked)
    owners = {
        spot.slice.owner
        for order in orders
        for _, spot in order.units()
        if spot.slice.owner != order.customer
    }
    suppliers = prices.suppliers() | (owners - {""})
    add_orders(sums, orders)
    carriers = {parcel.carrier for parcel in keeping.parcels.values()} - {""}
    done = [one for one in posted if one.seq <= known.seq]
    add_money(sums, done, known, Carriers(keeping.parcels))
    for order in orders:
        add_supplied(sums, order, keeping, known, prices)
        add_bearers(sums, order, keeping, suppliers)
        add_compensations(sums, order, suppliers, carriers)
    add_bought(sums, orders, purchases, known, prices)
    add_carrier_claims(sums, known.carrier_claims())
    return sums


def _settled(party: Party, before: Sums, after: Sums) -> PartySettled:
    """One party: what it owed, what changed, and what it owes."""
    was, now = before.rows.get(party, {}), after.rows.get(party, {})
    rows: list[SettlementRow] = []
    for cause in sorted({*was, *now}, key=_place):
        (n, amount), (n_before, amount_before) = (now.get(cause, (0, 0)), was.get(cause, (0, 0)))
        if n != n_before or amount != amount_before:
            rows.append(SettlementRow(*cause, n - n_before, amount - amount_before))
    opening, closing = (sum([amount for _, amount in sums.values()]) for sums in (was, now))
    waiting = after.waiting.get(party, 0)
    return PartySettled(*party, opening, tuple(rows), closing, waiting)


def _place(cause: Cause) -> tuple[str, str, int, str, str]:
    """Where a cause is told: order by order, and of each its lines."""
    return (cause.order, cause.line, _REASONS[cause.reason], cause.document, cause.bearer)
