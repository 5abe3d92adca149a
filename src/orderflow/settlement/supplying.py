"""What suppliers are owed: for units that customers keep for good, and for what came to us.

It knows whose units are, and refuses to know what else is settled with whom.

What a supplier ships straight to the customer, and what he has given us on consignment, is his own
until the customer keeps it for good. What he has sent to our warehouse is ours from then on; when
its customer gives it back and it goes on to him (`Fate.SUPPLIER`), he owes what it cost. Goods that
nobody bought for an order have come from whoever the host's own books say, and so does their claim.

Where faulty goods are sent again, their customer keeps both; who has supplied both was paid for the
first, and is paid nothing for the second, unless its purchase says what it costs. For what was lost
or was never in the box nobody was paid, so what is sent in its stead is owed like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from orderflow.calls import Ref
from orderflow.conditions import TO_SUPPLIER
from orderflow.records import Line, Order, Purchase
from orderflow.settlement.asking import Prices
from orderflow.settlement.keeping import Keeping, for_good
from orderflow.settlement.replaying import Bought, Known
from orderflow.settlement.sums import Cause, Party, Sums
from orderflow.settlement.values import Reason, Role
from orderflow.states import UnitState

_GONE: Final = frozenset({UnitState.CANCELLED, UnitState.RETURNED})


class _From(NamedTuple):
    """Whose units of a line are, how they were sold, and by which purchase, if any."""

    supplier: str
    reason: Reason
    purchase: str


def add_supplied(sums: Sums, order: Order, keeping: Keeping, known: Known, prices: Prices) -> None:
    """What suppliers are owed for units of an order that never were ours."""
    over = keeping.over(order)
    for line in order.lines:
        for of, (kept, under_way) in _supplied(order, line, over, known).items():
            for_nothing = min(kept, _made_good(order, line, of, known))
            if for_nothing:
                party = Party(Role.SUPPLIER, of.supplier, order.currency)
                cause = Cause(Reason.MADE_GOOD, order.ref.id, line.id, of.purchase)
                sums.add(party, cause, 0, for_nothing)
                kept -= for_nothing
            bought = Bought(of.purchase, order.ref.id, line.id, line.sku)
            first = known.came.get(bought, 0)  # those that came to us are the first ones
            if kept:
                _owe(sums, order, line, of, prices, first, kept)
            more = prices.of(of.supplier, of.purchase, order, line, first + kept, under_way)
            if more is not None and more.amount:
                sums.wait(Party(Role.SUPPLIER, of.supplier, more.currency), -more.amount)


def add_bought(
    sums: Sums,
    orders: Iterable[Order],
    purchases: Mapping[str, Purchase],
    known: Known,
    prices: Prices,
) -> None:
    """What suppliers are owed for units that came to our warehouse, less what went back to them."""
    of_id = {order.ref.id: order for order in orders}
    gone: dict[tuple[str, str], int] = {}
    for bought, n in sorted(known.came.items()):
        order, purchase = of_id[bought.order], purchases.get(bought.purchase)
        line = order.line(bought.line)
        if purchase is None or line is None:  # what was made came by a work order
            continue
        of = _From(purchase.supplier, Reason.BOUGHT, bought.purchase)
        _owe(sums, order, line, of, prices, 0, n)
        key = (bought.order, bought.line)
        back = min(n, _sent_back(line) - gone.get(key, 0))
        gone[key] = gone.get(key, 0) + back
        if back:  # the last of those that came
            of = of._replace(reason=Reason.SENT_BACK)
            _owe(sums, order, line, of, prices, n - back, back, sign=-1)


def _sent_back(line: Line) -> int:
    """How many units of a line came back from their customer and went on to who had sold them to
    us; what never was ours is owed nothing for anyway."""
    return sum(
        spot.n
        for spot in line.spots
        if spot.state is UnitState.RETURNED
        and spot.slice.grade == TO_SUPPLIER
        and not (spot.slice.supplier or spot.slice.owner)
    )


def _owe(
    sums: Sums,
    order: Order,
    line: Line,
    of: _From,
    prices: Prices,
    first: int,
    n: int,
    sign: int = 1,
) -> None:
    """Owe a supplier for units of a line, or be owed for them, with a `sign` of -1.

    Without a price they are told, and nothing is owed.
    """
    asking = prices.of(of.supplier, of.purchase, order, line, first, n)
    if asking is None:
        party = Party(Role.SUPPLIER, of.supplier, order.currency)
        cause = Cause(Reason.UNQUOTED, order.ref.id, line.id, of.purchase)
        sums.add(party, cause, 0, n * sign)
    else:
        party = Party(Role.SUPPLIER, of.supplier, asking.currency)
        cause = Cause(of.reason, order.ref.id, line.id, of.purchase)
        sums.add(party, cause, -asking.amount * sign, n)


def _made_good(order: Order, line: Line, of: _From, known: Known) -> int:
    """How many units of a line stand for others of the same supplier that their customer kept."""
    tenant = order.ref.tenant
    old = known.documents.get(Ref(tenant, "order", order.parent))
    asked = known.documents.get(Ref(tenant, "purchase", of.purchase))
    first = old.line(line.id) if isinstance(old, Order) else None
    if not isinstance(old, Order) or first is None:
        return 0
    if isinstance(asked, Purchase) and asked.currency:
        return 0
    by = {one.ref.id for one in known.reissues() if one.anew == order.ref.id}
    faulty = sum(
        row.n - row.astray for row in old.sent_again if row.reissue in by and row.line == line.id
    )
    theirs = sum(
        spot.n
        for spot in first.spots
        if spot.state is UnitState.DELIVERED
        and of.supplier in (spot.slice.supplier, spot.slice.owner)
    )
    return min(faulty, theirs)


def _supplied(
    order: Order, line: Line, over: frozenset[str], known: Known
) -> dict[_From, tuple[int, int]]:
    """How many units of a line that are a supplier's are kept for good, and how many not yet."""
    found: dict[_From, tuple[int, int]] = {}
    for spot in line.spots:
        tag = spot.slice
        owner = "" if tag.owner == order.customer else tag.owner  # his own goods cost him nothing
        if spot.state in _GONE or not (tag.supplier or owner):
            continue
        purchase = known.shipped_for.get(tag.parcel, tag.peg if tag.supplier else "")
        reason = Reason.SHIPPED if tag.supplier else Reason.CONSIGNED
        of = _From(tag.supplier or owner, reason, purchase)
        kept, under_way = found.get(of, (0, 0))
        if for_good(spot, over):
            kept += spot.n
        else:
            under_way += spot.n
        found[of] = (kept, under_way)
    return found
