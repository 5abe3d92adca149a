"""Where to look for help against what is said of money, prices and invoices.

It knows the figures of these refusals, and refuses to know whether a candidate helps.

A price that waits to be fixed may be fixed at its estimate, and a paper that stands in the way may
be credited: both are for a clerk to decide. A weight is measured and a rate is law, so neither is
ever offered. More credit is for a clerk to grant; what a customer owes cannot be made to come, so
it is never offered as paid.
"""

from __future__ import annotations

from typing import Final, cast

import attrs

from orderflow import invoices, on_account, refunds, repricing
from orderflow.agreed import NewOrder
from orderflow.money import Money, Price
from orderflow.pricing import estimated, prices_of, to_invoice_in_advance
from orderflow.records import Fixing, Instalment, credit_id
from orderflow.remedies.asked import Asked, Candidates, Figures, Finder
from orderflow.remedies.units import without_line


def _settle(asked: Asked, figures: Figures) -> Candidates:
    """What is owed back can be paid back; what is owed to us cannot be made to come."""
    if int(figures["balance"]) < 0:
        yield asked.first(refunds.refund.on(str(figures["order"])))


def _as_owed(asked: Asked, figures: Figures) -> Candidates:
    owed = int(figures["owed"])
    if owed:
        yield asked.instead(amount=Money(owed, str(figures["currency"])))


def _as_due(asked: Asked, figures: Figures) -> Candidates:
    yield from _with_share(asked, str(figures["order"]), int(figures["due"]))


def _as_there(asked: Asked, figures: Figures) -> Candidates:
    """As much money as is there."""
    args, free = asked.args(), int(figures["free"])
    if "amount" in args and "orders" not in args:
        if free:
            yield asked.instead(amount=Money(free, str(figures["currency"])))
        return
    shares: list[tuple[str, int]] = []
    for order, amount in asked.pairs("orders"):
        if free:
            shares.append((order, min(amount, free)))
            free -= shares[-1][1]
    if shares:
        yield asked.instead(orders=tuple(shares))


def _with_share(asked: Asked, order: str, amount: int) -> Candidates:
    shares = asked.pairs("orders")
    kept = [(id, amount if id == order else asked_for) for id, asked_for in shares]
    yield asked.instead(orders=tuple((id, minor) for id, minor in kept if minor))


def _as_free(asked: Asked, figures: Figures) -> Candidates:
    free = int(figures["free"])
    if free:
        yield asked.instead(amount=Money(free, str(figures["currency"])))


def _paid_back_by_hand(asked: Asked, figures: Figures) -> Candidates:
    """Only what a gateway has; or what it has not is paid back by hand first."""
    part = Money(int(figures["amount"]), str(figures["currency"]))
    given, id = asked.args()["amount"], str(figures["payment"])
    if isinstance(given, Money) and given.minor > part.minor:
        yield asked.instead(amount=Money(given.minor - part.minor, given.currency))
    if asked.call.ref.kind == "order":
        yield asked.first(refunds.refund.on(asked.call.ref.id, part, id))
    else:
        yield asked.first(refunds.pay_back.on(id, part))


def _as_left(asked: Asked, figures: Figures) -> Candidates:
    left = int(figures["left"])
    if left:
        yield asked.instead(amount=Money(left, str(figures["currency"])))


def _else_paid_back(asked: Asked, figures: Figures) -> Candidates:
    """As much as is left of the payments, or what is left of any payment of the order."""
    yield from _as_left(asked, figures)
    yield from _to_any_payment(asked, figures)


def _to_any_payment(asked: Asked, figures: Figures) -> Candidates:
    del figures
    yield asked.instead(payment="")


def _granted(asked: Asked, figures: Figures) -> Candidates:
    """The customer is granted as much more credit as is asked, or the order is paid before."""
    customer, currency = str(figures["customer"]), str(figures["currency"])
    id, more = credit_id(customer, currency), int(figures["asked"]) - int(figures.get("left", 0))
    line = asked.credit_line(id)
    if line is None:
        yield asked.first(on_account.set_credit.on(id, Money(more, currency)))
    else:
        limit = Money(line.limit + more, currency)
        yield asked.first(on_account.set_credit.on(id, limit, line.terms_days))
    yield from _paid_before(asked, figures)


def _paid_before(asked: Asked, figures: Figures) -> Candidates:
    """An order that was to go on account is placed to be paid; money cannot be made to come."""
    del figures
    new = asked.args().get("new")
    if isinstance(new, NewOrder) and new.on_account:
        yield asked.instead(new=attrs.evolve(new, on_account=False))


def _last_part(asked: Asked, figures: Figures) -> Candidates:
    """The last instalment takes the difference, where it is more than that."""
    parts = cast("tuple[Instalment, ...]", asked.args().get("parts", ()))
    last = parts[-1].amount + int(figures["cost"]) - int(figures["planned"])
    if last > 0:
        yield asked.instead(parts=(*parts[:-1], attrs.evolve(parts[-1], amount=last)))


def _at_estimate(asked: Asked, figures: Figures) -> Candidates:
    """The price is fixed as it was estimated, or what is not fixed is left for later."""
    order = asked.order(figures["order"])
    line = None if order is None else order.line(str(figures["line"]))
    if order is not None and line is not None and line.fixed is not Fixing.WEIGHING:
        prices = {(one.price, one.per, one.version) for one in prices_of(line, estimated(line))}
        for price, per, version in sorted(prices):
            agreed = ((line.id, Price(price, order.currency, per)),)
            yield asked.first(repricing.reprice.on(order.ref.id, agreed, version))
    yield from without_line(asked, figures)


def _invoiced_too(asked: Asked, figures: Figures) -> Candidates:
    """What is on an invoice too: a further invoice or a credit note says the difference.

    Or an invoice that the line is on is credited whole, in the series of the last credit note.
    """
    if "invoiced" in asked.args():
        yield asked.instead(invoiced=True)
    order = asked.order(figures["order"])
    if order is None:
        return
    notes = [id.rpartition("/")[2] for id in order.credit_notes]
    for id in order.invoices:
        invoice = asked.invoice(id)
        if invoice is not None:
            number = notes[-1] if notes else invoice.number
            series = number.rpartition("-")[0]
            yield asked.first(invoices.credit.on(id, series, whole=True))
    yield from without_line(asked, figures)


def _invoice_else(asked: Asked, figures: Figures) -> Candidates:
    """The other parcels, or in advance what has not left yet."""
    nothing = str(figures["what"])
    parcels = cast("tuple[str, ...]", asked.args().get("parcels", ()))
    kept = tuple([one for one in parcels if nothing != f"parcel {one}"])
    if kept:
        yield asked.instead(parcels=kept)
    order = asked.order(asked.call.ref.id)
    lines = () if order is None or parcels else order.lines
    counts = [
        (line.id, sum([stop - start for start, stop in to_invoice_in_advance(line)]))
        for line in lines
        if not estimated(line)
    ]
    ahead = tuple([(id, n) for id, n in counts if n])
    if ahead:
        yield asked.instead(lines=ahead)


OF_AMOUNTS: Final[dict[str, Finder]] = {
    "money_owed": _settle,
    "over_refund": _as_owed,
    "over_asked": _as_free,
    "captured_in_one_go": _as_free,
    "not_by_gateway": _paid_back_by_hand,
    "overpaid": _as_due,
    "over_applied": _as_there,
    "over_credit": _as_left,
    "over_compensation": _as_left,
    "over_left": _else_paid_back,
    "no_credit": _granted,
    "credit_exceeded": _granted,
    "credit_overdue": _paid_before,
    "plan_differs": _last_part,
    "not_paid_by": _to_any_payment,
    "over_pay_back": _as_free,
    "not_fixed": _at_estimate,
    "invoiced": _invoiced_too,
    "none_kept": without_line,
    "not_lower": without_line,
    "below_discounts": without_line,
    "nothing_to_invoice": _invoice_else,
}
"""Where help is looked for, by the code of the refusal."""
