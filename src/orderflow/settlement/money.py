"""What customers, carriers and finance owe: what orders cost, and where the money for them stands.

It knows accounts and charges, and refuses to know goods of suppliers.

All three together owe what the orders cost, what was forfeited and what has lapsed, less the fees
of carriers, what was issued and what was converted: as much as the ledger says of them.
What is on balances that we keep is told by their kind, and is owed to whoever has them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from orderflow.ledger import CompensationAccount, Posting
from orderflow.pricing import kept, parts_carried, shares_of, units_kept
from orderflow.pricing.carrying import is_owed
from orderflow.records import CarrierClaim, MoneyAccount, Order, Parcel, Payment
from orderflow.settlement.replaying import Known
from orderflow.settlement.sums import Cause, Party, Sums
from orderflow.settlement.values import Reason, Role
from orderflow.states import CARRIER_CLAIM

_GONE: Final = (
    MoneyAccount.PAYER,
    MoneyAccount.REFUNDED,
    MoneyAccount.CHARGED_BACK,
    MoneyAccount.CARRIER,
    MoneyAccount.FEES,
)
"""Where money of a payment stands that is not with us; what the payer gave counts below zero."""


def add_orders(sums: Sums, orders: Iterable[Order]) -> None:
    """What orders cost their customers, for the units that are kept; not what nobody owes yet."""
    for order in orders:
        if not is_owed(order):
            continue
        customer = Party(Role.CUSTOMER, order.customer, order.currency)
        shares = shares_of(order.charges)
        for line in order.lines:
            ranges = kept(line)
            n = sum([stop - start for start, stop in ranges])
            for charge, part in parts_carried(shares.get(line.id, ()), ranges):
                reason = Reason(charge.kind.value)
                cause = Cause(reason, order.ref.id, line.id, bearer=charge.bearer)
                sums.add(customer, cause, part, sums.uncounted(customer, cause, n))
        if units_kept(order):
            for charge in order.charges:
                if not charge.spans:
                    reason = Reason(charge.kind.value)
                    cause = Cause(reason, order.ref.id, bearer=charge.bearer)
                    sums.add(customer, cause, charge.amount)


def add_money(sums: Sums, posted: Iterable[Posting], known: Known, carriers: Carriers) -> None:
    """What customers have paid, what carriers owe, what is with us, and what is on balances."""
    payments = {one.ref.id: one for one in known.payments()}
    balances = {one.ref.id: one for one in known.balances()}
    for one in posted:
        out = one.to(CompensationAccount.PAID_OUT)
        if out:
            bank = Party(Role.FINANCE, "compensation", one.currency)
            sums.add(bank, Cause(Reason.PAID_OUT, one.order), -out)
        payment = payments.get(one.payment)
        if payment is not None:
            _add_payment(sums, one, payment, carriers)
        stored = one.to(MoneyAccount.STORED)
        if stored:
            kind = Party(Role.FINANCE, balances[one.stored].kind.value, one.currency)
            sums.add(kind, Cause(Reason.STORED, document=one.stored), -stored)


def _add_payment(sums: Sums, one: Posting, payment: Payment, carriers: Carriers) -> None:
    """What a posting of a payment changes between its customer, its carrier and finance."""
    name = payment.ref.id
    customer = Party(Role.CUSTOMER, one.customer, one.currency)
    paid, spare = one.to(MoneyAccount.APPLIED), one.to(MoneyAccount.UNAPPLIED)
    if paid:
        sums.add(customer, Cause(Reason.PAID, one.order, document=name), -paid)
    if spare:
        sums.add(customer, Cause(Reason.UNAPPLIED, document=name), -spare)
    if MoneyAccount.CARRIER in (one.source, one.target):
        carrier = Party(Role.CARRIER, carriers.of(payment), one.currency)
        cause = Cause(_at_door(one), payment.due_for, document=name)
        sums.add(carrier, cause, one.to(MoneyAccount.CARRIER))
    with_us = -sum([one.to(account) for account in _GONE])
    if with_us:
        finance = Party(Role.FINANCE, payment.method, one.currency)
        sums.add(finance, Cause(Reason.HELD, document=name), with_us)


def add_compensations(
    sums: Sums, order: Order, suppliers: Collection[str], carriers: Collection[str]
) -> None:
    """What those owe us who make good what the customer of an order was paid beyond it."""
    for one in order.compensations:
        if one.bearer:
            of = Role.CARRIER if one.bearer in carriers else Role.BEARER
            role = Role.SUPPLIER if one.bearer in suppliers else of
            cause = Cause(Reason.COMPENSATION, order.ref.id, bearer=one.bearer)
            sums.add(Party(role, one.bearer, order.currency), cause, one.amount)


def add_carrier_claims(sums: Sums, claims: Iterable[CarrierClaim]) -> None:
    """What carriers owe for parcels, what they have paid, and what they have not answered yet."""
    for one in claims:
        carrier = Party(Role.CARRIER, one.carrier, one.currency)
        name = one.ref.id
        if one.owed or one.paid:
            sums.add(carrier, Cause(Reason.CLAIMED, document=name), one.owed + one.paid)
        if one.paid:
            sums.add(carrier, Cause(Reason.CLAIM_PAID, document=name), -one.paid)
            bank = Party(Role.FINANCE, "claims", one.currency)
            sums.add(bank, Cause(Reason.CLAIM_PAID, document=name), one.paid)
        if one.state not in CARRIER_CLAIM.ends and not one.owed:
            sums.wait(carrier, one.amount)


def _at_door(one: Posting) -> Reason:
    if one.target is MoneyAccount.CARRIER:
        return Reason.COLLECTED
    return Reason.KEPT_AS_FEE if one.target is MoneyAccount.FEES else Reason.REMITTED


class Carriers:
    """Which carrier has the cash of a payment."""

    def __init__(self, parcels: Mapping[str, Parcel]) -> None:
        self._of_parcel = {id: parcel.carrier for id, parcel in parcels.items()}
        self._of_order: dict[str, set[str]] = {}
        for parcel in parcels.values():
            for order in parcel.orders:
                self._of_order.setdefault(order, set()).add(parcel.carrier)

    def of(self, payment: Payment) -> str:
        """That of its parcel, or the one of its order; empty where nobody can tell.

        An order whose parcels go by several carriers names the parcel of each payment.
        """
        if payment.parcel:
            return self._of_parcel.get(payment.parcel, "")
        of_order = self._of_order.get(payment.due_for, set()) - {""}
        return of_order.pop() if len(of_order) == 1 else ""
