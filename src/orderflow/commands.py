"""The typed names of the verbs: each is one call with a key.

It knows nothing but names: what a verb asks for and does stands in its own module.

It is long since each method is written out: signatures that were made at run time would be hidden
from type checkers and editors. A test holds them to their verbs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Generic, TypeVar

import attrs

from orderflow import (
    allocation,
    arrivals,
    bookings,
    carrier_claims,
    chasing,
    closing,
    compensating,
    complaints,
    coupons,
    deposits,
    doorstep,
    fulfilment,
    inspecting,
    instalments,
    inventory,
    invoices,
    items,
    on_account,
    orders,
    payments,
    production,
    proving,
    receiving,
    redirecting,
    refunds,
    rejecting,
    repairs,
    replacements,
    repricing,
    return_labels,
    return_scans,
    returns,
    reviewing,
    scanning,
    services,
    stages,
    waybills,
)
from orderflow.agreed import NewCharge, NewOrder
from orderflow.bills import Invoice
from orderflow.calls import Call, Ref
from orderflow.claiming import setting
from orderflow.errors import BadInput
from orderflow.facts import Fact
from orderflow.fulfilment import ScanStatus
from orderflow.inspecting import Verdicts
from orderflow.items import SafetyRows
from orderflow.journal import STOCK
from orderflow.money import Money
from orderflow.payments import PATIENCE_SECONDS, Notice, Shares
from orderflow.promising import committing, slipping, stock_holds
from orderflow.records import (
    AddedServices,
    Arrival,
    CarrierClaim,
    ClaimCause,
    Complaint,
    Coupon,
    CreditLine,
    Dispatch,
    Document,
    Exchange,
    Feed,
    Instalment,
    Item,
    Lot,
    Order,
    Origin,
    Outcome,
    Parcel,
    Payment,
    Purchase,
    Quota,
    Reissue,
    Return,
    StockHold,
    Supply,
    WorkOrder,
)
from orderflow.replacements import NewLines
from orderflow.repricing import LinePrices, NewCharges
from orderflow.states import ONWARD
from orderflow.tender_order import Portions
from orderflow.tenders import StoredKind, StoredValue, Tendered
from orderflow.tracking import Scan
from orderflow.units import LineQuantities
from orderflow.values import Position

D = TypeVar("D", bound=Document)


@attrs.frozen
class Done(Generic[D]):
    """What a command has done: its facts, and the document as it is now.

    `repeated` when the key had been seen before: then these are the facts of the first time.
    A call on stock has no document.
    """

    seq: int
    facts: tuple[Fact, ...]
    repeated: bool
    _document: D | None

    @property
    def document(self) -> D:
        """The document that the call was on."""
        if self._document is None:
            raise ValueError("a call on stock has no document: read `facts` for what it did")
        return self._document


class Commands:
    """Every verb as a method: `id` is the document that it is called on.

    `key` makes the command safe to repeat, `by` is who asks; both go to `apply`.
    """

    tenant: str

    def apply(self, call: Call[D], *, key: str | None = None, by: str = "") -> Done[D]:
        """Carry out a call, whole or not at all."""
        raise NotImplementedError

    # --- orders -----------------------------------------------------------------------------------

    def draft(self, id: str, new: NewOrder, *, key: str | None = None, by: str = "") -> Done[Order]:
        """Write an order down without placing it."""
        call = orders.draft.of(Ref(self.tenant, "order", id), new)
        return self.apply(call, key=key, by=by)

    def place(
        self,
        id: str,
        new: NewOrder | None = None,
        stock_holds: tuple[str, ...] = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Place an order: a draft, or a new one. Its amounts are fixed from here on."""
        call = orders.place.of(Ref(self.tenant, "order", id), new, stock_holds)
        return self.apply(call, key=key, by=by)

    def confirm(self, id: str, *, key: str | None = None, by: str = "") -> Done[Order]:
        """Confirm that the order is valid and will be carried out."""
        call = orders.confirm.of(Ref(self.tenant, "order", id))
        return self.apply(call, key=key, by=by)

    def hold(
        self,
        id: str,
        code: str,
        reason: str,
        blocks: tuple[str, ...] = ONWARD,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Put a named hold on an order: it goes no further until the hold is lifted."""
        call = orders.hold.of(Ref(self.tenant, "order", id), code, reason, blocks)
        return self.apply(call, key=key, by=by)

    def lift_hold(self, id: str, code: str, *, key: str | None = None, by: str = "") -> Done[Order]:
        """Lift a named hold."""
        call = orders.lift_hold.of(Ref(self.tenant, "order", id), code)
        return self.apply(call, key=key, by=by)

    def adjust(
        self, id: str, charge: NewCharge, *, key: str | None = None, by: str = ""
    ) -> Done[Order]:
        """Change what an order costs: goodwill as a discount, or a fee, freight or tax more."""
        call = orders.adjust.of(Ref(self.tenant, "order", id), charge)
        return self.apply(call, key=key, by=by)

    def reprice(
        self,
        id: str,
        prices: LinePrices,
        version: str = "",
        reason: str = "",
        charges: NewCharges = (),
        invoiced: bool = False,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Change the price of lines (改价), for their kept units that are on no invoice, or all."""
        ref = Ref(self.tenant, "order", id)
        call = repricing.reprice.of(ref, prices, version, reason, charges, invoiced)
        return self.apply(call, key=key, by=by)

    def agree_plan(
        self,
        id: str,
        parts: tuple[Instalment, ...],
        blocks: tuple[str, ...] = ONWARD,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Agree by when an order is paid in which parts; they sum to what it costs."""
        ref = Ref(self.tenant, "order", id)
        return self.apply(instalments.agree_plan.of(ref, parts, blocks), key=key, by=by)

    def miss_terms(self, id: str, *, key: str | None = None, by: str = "") -> Done[Order]:
        """Say that an order on account was not paid by its day: a hold asks for it until it is."""
        return self.apply(on_account.miss_terms.of(Ref(self.tenant, "order", id)), key=key, by=by)

    def miss_instalment(self, id: str, *, key: str | None = None, by: str = "") -> Done[Order]:
        """Say that an instalment has not come in time: the order is on hold until it has."""
        call = instalments.miss_instalment.of(Ref(self.tenant, "order", id))
        return self.apply(call, key=key, by=by)

    def weigh_line(
        self,
        id: str,
        line: str,
        grams: int,
        pieces: int = 0,
        invoiced: bool = False,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Say what the pieces of a line weigh together: that fixes their amount."""
        ref = Ref(self.tenant, "order", id)
        call = repricing.weigh_line.of(ref, line, grams, pieces, invoiced)
        return self.apply(call, key=key, by=by)

    def protect_price(
        self,
        id: str,
        prices: LinePrices,
        version: str = "",
        reason: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Lower the price of units that were bought at a higher one (价保)."""
        ref = Ref(self.tenant, "order", id)
        call = repricing.protect_price.of(ref, prices, version, reason)
        return self.apply(call, key=key, by=by)

    def cancel(
        self,
        id: str,
        lines: LineQuantities = (),
        reason: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Cancel units of some lines, or the whole order; what was paid for them is owed back."""
        call = orders.cancel.of(Ref(self.tenant, "order", id), lines, reason)
        return self.apply(call, key=key, by=by)

    def expire(self, id: str, *, key: str | None = None, by: str = "") -> Done[Order]:
        """End an order that was not paid in time."""
        call = orders.expire.of(Ref(self.tenant, "order", id))
        return self.apply(call, key=key, by=by)

    def complete(self, id: str, *, key: str | None = None, by: str = "") -> Done[Order]:
        """Close an order: every unit has ended its outward life and nothing is owed either way."""
        call = closing.complete.of(Ref(self.tenant, "order", id))
        return self.apply(call, key=key, by=by)

    def review(self, id: str, *, key: str | None = None, by: str = "") -> Done[Order]:
        """Take a placed order into review: from here on a person confirms or rejects it."""
        call = reviewing.review.of(Ref(self.tenant, "order", id))
        return self.apply(call, key=key, by=by)

    def ask_customer(
        self, id: str, question: str, *, key: str | None = None, by: str = ""
    ) -> Done[Order]:
        """Ask the customer what only the customer can answer; the question is written down."""
        call = reviewing.ask_customer.of(Ref(self.tenant, "order", id), question)
        return self.apply(call, key=key, by=by)

    def answer(self, id: str, text: str, *, key: str | None = None, by: str = "") -> Done[Order]:
        """Record what the customer says, in any state: an order that waits is in review again."""
        call = reviewing.answer.of(Ref(self.tenant, "order", id), text)
        return self.apply(call, key=key, by=by)

    def reject(self, id: str, reason: str, *, key: str | None = None, by: str = "") -> Done[Order]:
        """End an order that review found wanting; its units are given up, money is owed back."""
        call = reviewing.reject.of(Ref(self.tenant, "order", id), reason)
        return self.apply(call, key=key, by=by)

    def confirm_receipt(self, id: str, *, key: str | None = None, by: str = "") -> Done[Order]:
        """Record that the customer says that the goods have come, in any state."""
        call = closing.confirm_receipt.of(Ref(self.tenant, "order", id))
        return self.apply(call, key=key, by=by)

    def archive(self, id: str, *, key: str | None = None, by: str = "") -> Done[Order]:
        """Put a completed order away: its after-sales are over."""
        call = closing.archive.of(Ref(self.tenant, "order", id))
        return self.apply(call, key=key, by=by)

    def enter_stage(
        self,
        id: str,
        stage: str,
        lines: LineQuantities = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Record that units have entered a stage of the host's own process."""
        call = stages.enter_stage.of(Ref(self.tenant, "order", id), stage, lines)
        return self.apply(call, key=key, by=by)

    # --- money in ---------------------------------------------------------------------------------

    def pay(
        self,
        id: str,
        amount: Money,
        orders: Shares,
        method: str = "",
        payer: str = "",
        tendered: Tendered | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Record money that has come in, and apply it to orders."""
        ref = Ref(self.tenant, "payment", id)
        call = payments.pay.of(ref, amount, orders, method, payer, tendered)
        return self.apply(call, key=key, by=by)

    def spend(
        self,
        id: str,
        stored: str,
        amount: Money,
        orders: Shares,
        tendered: Tendered | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Pay orders from a balance that is kept; refused where it has less."""
        ref = Ref(self.tenant, "payment", id)
        call = payments.spend.of(ref, stored, amount, orders, tendered)
        return self.apply(call, key=key, by=by)

    def open_stored_value(
        self,
        id: str,
        kind: StoredKind,
        unit: str,
        units: int = 0,
        holder: str = "",
        until: datetime | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[StoredValue]:
        """Open a balance for a customer: a voucher, a gift card, store credit, points."""
        ref = Ref[StoredValue](self.tenant, "stored value", id)
        call = payments.open_stored_value.of(ref, kind, unit, units, holder, until)
        return self.apply(call, key=key, by=by)

    def top_up(
        self, id: str, units: int, reason: str, *, key: str | None = None, by: str = ""
    ) -> Done[StoredValue]:
        """Put more on a balance: points that were earned, or goodwill."""
        ref = Ref[StoredValue](self.tenant, "stored value", id)
        return self.apply(payments.top_up.of(ref, units, reason), key=key, by=by)

    def lapse_stored_value(
        self, id: str, *, key: str | None = None, by: str = ""
    ) -> Done[StoredValue]:
        """Let what nobody has spent of a balance in time be nobody's any more."""
        ref = Ref[StoredValue](self.tenant, "stored value", id)
        return self.apply(payments.lapse_stored_value.of(ref), key=key, by=by)

    def await_payment(
        self,
        id: str,
        amount: Money,
        method: str = "",
        payer: str = "",
        expires_at: datetime | None = None,
        orders: Shares = (),
        deposit: Money | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Open a payment that a gateway will answer for; it may expire."""
        call = payments.await_payment.of(
            Ref(self.tenant, "payment", id), amount, method, payer, expires_at, orders, deposit
        )
        return self.apply(call, key=key, by=by)

    def record_notice(
        self,
        id: str,
        notice: Notice,
        amount: Money,
        event: str = "",
        paid_at: datetime | None = None,
        tendered: Tendered | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Record what a gateway says has happened, in any state of the payment."""
        call = payments.record_notice.of(
            Ref(self.tenant, "payment", id), notice, amount, event, paid_at, tendered
        )
        return self.apply(call, key=key, by=by)

    def ask_authorise(self, id: str, *, key: str | None = None, by: str = "") -> Done[Payment]:
        """Ask the gateway to keep the amount of a payment ready."""
        call = payments.ask_authorise.of(Ref(self.tenant, "payment", id))
        return self.apply(call, key=key, by=by)

    def ask_capture(
        self, id: str, amount: Money | None = None, *, key: str | None = None, by: str = ""
    ) -> Done[Payment]:
        """Ask the gateway for money of a payment: all that can be asked for, or less."""
        call = payments.ask_capture.of(Ref(self.tenant, "payment", id), amount)
        return self.apply(call, key=key, by=by)

    def ask_void(
        self, id: str, reason: str, *, key: str | None = None, by: str = ""
    ) -> Done[Payment]:
        """Ask the gateway to give up what was authorised and not captured."""
        call = payments.ask_void.of(Ref(self.tenant, "payment", id), reason)
        return self.apply(call, key=key, by=by)

    def send_request(
        self,
        id: str,
        request: str,
        patience_seconds: int = PATIENCE_SECONDS,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Write down that a request goes over the wire now."""
        call = payments.send_request.of(Ref(self.tenant, "payment", id), request, patience_seconds)
        return self.apply(call, key=key, by=by)

    def record_answer(
        self,
        id: str,
        request: str,
        outcome: Outcome,
        amount: Money | None = None,
        reference: str = "",
        event: str = "",
        paid_at: datetime | None = None,
        tendered: Tendered | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Record what the gateway has answered to a request, in any state of the payment."""
        ref = Ref(self.tenant, "payment", id)
        call = payments.record_answer.of(
            ref, request, outcome, amount, reference, event, paid_at, tendered
        )
        return self.apply(call, key=key, by=by)

    def hold_payment(
        self,
        id: str,
        code: str,
        reason: str,
        blocks: tuple[str, ...] = ONWARD,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Put a named hold on a payment, until it is lifted."""
        call = payments.hold_payment.of(Ref(self.tenant, "payment", id), code, reason, blocks)
        return self.apply(call, key=key, by=by)

    def lift_payment_hold(
        self, id: str, code: str, *, key: str | None = None, by: str = ""
    ) -> Done[Payment]:
        """Lift a named hold of a payment: somebody has looked into it."""
        call = payments.lift_payment_hold.of(Ref(self.tenant, "payment", id), code)
        return self.apply(call, key=key, by=by)

    def expire_payment(self, id: str, *, key: str | None = None, by: str = "") -> Done[Payment]:
        """End a payment that the gateway has not answered for in time."""
        call = payments.expire_payment.of(Ref(self.tenant, "payment", id))
        return self.apply(call, key=key, by=by)

    def apply_payment(
        self, id: str, orders: Shares, *, key: str | None = None, by: str = ""
    ) -> Done[Payment]:
        """Apply money of a payment to orders: what is unapplied, and then what its orders owe back.

        What is owed back is set off between orders of one customer alone: what he has paid for
        goods that he gave back pays his next order.
        """
        call = payments.apply_payment.of(Ref(self.tenant, "payment", id), orders)
        return self.apply(call, key=key, by=by)

    def void_payment(
        self, id: str, reason: str, *, key: str | None = None, by: str = ""
    ) -> Done[Payment]:
        """End a payment that no money has come of, since none is wanted any more."""
        call = payments.void_payment.of(Ref(self.tenant, "payment", id), reason)
        return self.apply(call, key=key, by=by)

    def take_deposit(
        self,
        id: str,
        amount: Money,
        deposit: Money,
        orders: Shares,
        method: str = "",
        payer: str = "",
        tendered: Tendered | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Record that the deposit of a price has come in, and apply it to orders."""
        call = deposits.take_deposit.of(
            Ref(self.tenant, "payment", id), amount, deposit, orders, method, payer, tendered
        )
        return self.apply(call, key=key, by=by)

    def open_balance(
        self,
        id: str,
        until: datetime | None = None,
        forfeit: bool = False,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Ask for the balance of a payment: it is to come before `until`, or as it was planned."""
        call = deposits.open_balance.of(Ref(self.tenant, "payment", id), until, forfeit)
        return self.apply(call, key=key, by=by)

    def plan_balance(
        self,
        id: str,
        opens_at: datetime,
        until: datetime,
        forfeit: bool = False,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Say from when on a balance is to be asked for, and until when it is to come then."""
        call = deposits.plan_balance.of(Ref(self.tenant, "payment", id), opens_at, until, forfeit)
        return self.apply(call, key=key, by=by)

    def miss_balance(self, id: str, *, key: str | None = None, by: str = "") -> Done[Payment]:
        """Say that a balance has not come in time: from now on it is overdue."""
        call = deposits.miss_balance.of(Ref(self.tenant, "payment", id))
        return self.apply(call, key=key, by=by)

    def forfeit_deposit(
        self, id: str, amount: Money | None = None, *, key: str | None = None, by: str = ""
    ) -> Done[Payment]:
        """Keep the deposit of a payment whose balance is overdue; its orders are cancelled."""
        call = deposits.forfeit_deposit.of(Ref(self.tenant, "payment", id), amount)
        return self.apply(call, key=key, by=by)

    def pay_balance(
        self,
        id: str,
        amount: Money,
        orders: Shares,
        tendered: Tendered | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Record that a balance has come in, or a part of it, and apply it to orders."""
        call = deposits.pay_balance.of(Ref(self.tenant, "payment", id), amount, orders, tendered)
        return self.apply(call, key=key, by=by)

    def expect_cash(
        self,
        id: str,
        order: str,
        amount: Money | None = None,
        parcel: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Open a payment that is due at the door, of what its parcel carries or of an amount."""
        call = payments.expect_cash.of(Ref(self.tenant, "payment", id), order, amount, parcel)
        return self.apply(call, key=key, by=by)

    def change_cash(
        self, id: str, amount: Money, *, key: str | None = None, by: str = ""
    ) -> Done[Payment]:
        """Change what a carrier is to collect at the door, or ask it to."""
        call = payments.change_cash.of(Ref(self.tenant, "payment", id), amount)
        return self.apply(call, key=key, by=by)

    def answer_cash_change(
        self, id: str, agreed: bool, *, key: str | None = None, by: str = ""
    ) -> Done[Payment]:
        """Record whether a carrier collects the other amount that it was asked for."""
        call = payments.answer_cash_change.of(Ref(self.tenant, "payment", id), agreed)
        return self.apply(call, key=key, by=by)

    def collect_on_delivery(
        self, id: str, order: str, amount: Money, *, key: str | None = None, by: str = ""
    ) -> Done[Payment]:
        """Record that the carrier has taken cash at the door: the order is paid from here on."""
        call = payments.collect_on_delivery.of(Ref(self.tenant, "payment", id), order, amount)
        return self.apply(call, key=key, by=by)

    def remit(
        self,
        id: str,
        amount: Money,
        fee: Money | None = None,
        remittance: str = "",
        row: int = 0,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Record that the carrier has handed over cash that it had collected, less its fee."""
        ref: Ref[Payment] = Ref(self.tenant, "payment", id)
        call = payments.remit.of(ref, amount, fee, remittance, row)
        return self.apply(call, key=key, by=by)

    def charge_back(
        self, id: str, amount: Money, order: str = "", *, key: str | None = None, by: str = ""
    ) -> Done[Payment]:
        """Record that the payer's bank has taken money back, from an order or unapplied money."""
        call = payments.charge_back.of(Ref(self.tenant, "payment", id), amount, order)
        return self.apply(call, key=key, by=by)

    def settle_dispute(
        self, id: str, won: bool, *, key: str | None = None, by: str = ""
    ) -> Done[Payment]:
        """Record how the payer's bank has decided about all money that it had taken back."""
        call = payments.settle_dispute.of(Ref(self.tenant, "payment", id), won)
        return self.apply(call, key=key, by=by)

    # --- claims of orders -------------------------------------------------------------------------

    def reserve(
        self,
        id: str,
        supply: str = "",
        lines: LineQuantities = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Claim goods for an order: out of a supply row, or on hand by the rules' policy."""
        call = allocation.reserve.of(Ref(self.tenant, "order", id), supply, lines)
        return self.apply(call, key=key, by=by)

    def unreserve(
        self, id: str, lines: LineQuantities = (), *, key: str | None = None, by: str = ""
    ) -> Done[Order]:
        """Give claims of an order back; its units wait again."""
        call = allocation.unreserve.of(Ref(self.tenant, "order", id), lines)
        return self.apply(call, key=key, by=by)

    def promise(
        self,
        id: str,
        lines: LineQuantities = (),
        date: datetime | None = None,
        policy: str = "all or nothing",
        location: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Promise units by a date, each pegged to goods on hand or to supply that is to come."""
        ref = Ref[Order](self.tenant, "order", id)
        call = committing.promise.of(ref, lines, date, policy, location)
        return self.apply(call, key=key, by=by)

    def repeg(self, id: str, *, key: str | None = None, by: str = "") -> Done[Order]:
        """Peg promises of an order to other supply where theirs fails them; their dates stay."""
        call = committing.repeg.of(Ref(self.tenant, "order", id))
        return self.apply(call, key=key, by=by)

    def repromise(
        self, id: str, agreed: str = "", *, key: str | None = None, by: str = ""
    ) -> Done[Order]:
        """Give promises of an order that cannot be kept the earliest date that can."""
        call = committing.repromise.of(Ref(self.tenant, "order", id), agreed)
        return self.apply(call, key=key, by=by)

    def allocate(
        self, id: str, lines: LineQuantities = (), *, key: str | None = None, by: str = ""
    ) -> Done[Order]:
        """Decide which location ships what, and claim it there."""
        call = allocation.allocate.of(Ref(self.tenant, "order", id), lines)
        return self.apply(call, key=key, by=by)

    # --- make and buy -----------------------------------------------------------------------------

    def plan_to_buy(
        self,
        id: str,
        lines: LineQuantities = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Decide that units are bought for this order: all that wait, or so many of some lines."""
        call = production.plan_to_buy.of(Ref(self.tenant, "order", id), lines)
        return self.apply(call, key=key, by=by)

    def plan_to_make(
        self,
        id: str,
        lines: LineQuantities = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Decide that units are made for this order: all that wait, or so many of some lines."""
        call = production.plan_to_make.of(Ref(self.tenant, "order", id), lines)
        return self.apply(call, key=key, by=by)

    def give_up_plan(
        self,
        id: str,
        lines: LineQuantities = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Let units that were to be bought or made wait for goods of the shelf again."""
        call = production.give_up_plan.of(Ref(self.tenant, "order", id), lines)
        return self.apply(call, key=key, by=by)

    def purchase(
        self,
        id: str,
        orders: tuple[str, ...],
        supplier: str,
        location: str = "",
        lines: LineQuantities = (),
        cost: Money | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Purchase]:
        """Make a purchase out to a supplier, for all units to buy of some orders."""
        call = production.purchase.of(
            Ref(self.tenant, "purchase", id), orders, supplier, location, lines, cost
        )
        return self.apply(call, key=key, by=by)

    def send_purchase(
        self,
        id: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Purchase]:
        """Write down that the purchase has been sent to its supplier."""
        call = production.send_purchase.of(Ref(self.tenant, "purchase", id))
        return self.apply(call, key=key, by=by)

    def accept_purchase(
        self,
        id: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Purchase]:
        """Record that the supplier will supply."""
        call = production.accept_purchase.of(Ref(self.tenant, "purchase", id))
        return self.apply(call, key=key, by=by)

    def refuse_purchase(
        self,
        id: str,
        reason: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Purchase]:
        """Record that the supplier will not supply: the units are to be bought again."""
        call = production.refuse_purchase.of(Ref(self.tenant, "purchase", id), reason)
        return self.apply(call, key=key, by=by)

    def record_shortfall(
        self,
        id: str,
        order: str,
        lines: LineQuantities,
        reason: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Purchase]:
        """Record that the supplier cannot supply a part: its order is held, the rest goes on."""
        call = production.record_shortfall.of(
            Ref(self.tenant, "purchase", id), order, lines, reason
        )
        return self.apply(call, key=key, by=by)

    def stop_buying(
        self,
        id: str,
        order: str,
        lines: LineQuantities = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Purchase]:
        """Take units of an order out of the purchase: they are to be bought again, or given up."""
        call = production.stop_buying.of(Ref(self.tenant, "purchase", id), order, lines)
        return self.apply(call, key=key, by=by)

    def ask_cancel_purchase(
        self,
        id: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Purchase]:
        """Ask the supplier to stop; it may be too late, and the supplier says so."""
        call = production.ask_cancel_purchase.of(Ref(self.tenant, "purchase", id))
        return self.apply(call, key=key, by=by)

    def refuse_cancel_purchase(
        self,
        id: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Purchase]:
        """Record that the supplier goes on."""
        call = production.refuse_cancel_purchase.of(Ref(self.tenant, "purchase", id))
        return self.apply(call, key=key, by=by)

    def cancel_purchase(
        self,
        id: str,
        reason: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Purchase]:
        """Record that the purchase has ended: what has not come is to be bought again."""
        call = production.cancel_purchase.of(Ref(self.tenant, "purchase", id), reason)
        return self.apply(call, key=key, by=by)

    def receive_purchase(
        self,
        id: str,
        lines: LineQuantities = (),
        location: str = "",
        order: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Purchase]:
        """Record goods that came of a purchase: all, or so many of some lines of an order."""
        call = production.receive_purchase.of(
            Ref(self.tenant, "purchase", id), lines, location, order
        )
        return self.apply(call, key=key, by=by)

    def lift_purchase_hold(
        self,
        id: str,
        code: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Purchase]:
        """Lift a named hold of a purchase: somebody has looked into it."""
        call = production.lift_purchase_hold.of(Ref(self.tenant, "purchase", id), code)
        return self.apply(call, key=key, by=by)

    def plan_production(
        self,
        id: str,
        orders: tuple[str, ...],
        location: str,
        lines: LineQuantities = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[WorkOrder]:
        """Plan to make all units to make of some orders; they will stand at `location`."""
        call = production.plan_production.of(
            Ref(self.tenant, "work order", id), orders, location, lines
        )
        return self.apply(call, key=key, by=by)

    def start_production(
        self,
        id: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[WorkOrder]:
        """Begin to make what was planned; to cancel any of it, stop first."""
        call = production.start_production.of(Ref(self.tenant, "work order", id))
        return self.apply(call, key=key, by=by)

    def inspect_production(
        self,
        id: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[WorkOrder]:
        """Record that what was made is being inspected."""
        call = production.inspect_production.of(Ref(self.tenant, "work order", id))
        return self.apply(call, key=key, by=by)

    def rework(
        self,
        id: str,
        reason: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[WorkOrder]:
        """Record that inspection has found faults: production goes on."""
        call = production.rework.of(Ref(self.tenant, "work order", id), reason)
        return self.apply(call, key=key, by=by)

    def finish_production(
        self,
        id: str,
        lines: LineQuantities = (),
        order: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[WorkOrder]:
        """Record goods that are made: all, or so many of some lines of an order."""
        call = production.finish_production.of(Ref(self.tenant, "work order", id), lines, order)
        return self.apply(call, key=key, by=by)

    def stop_production(
        self,
        id: str,
        reason: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[WorkOrder]:
        """Stop making, or give the plan up: the units are to be made, by another work order."""
        call = production.stop_production.of(Ref(self.tenant, "work order", id), reason)
        return self.apply(call, key=key, by=by)

    def lift_work_order_hold(
        self,
        id: str,
        code: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[WorkOrder]:
        """Lift a named hold of a work order: somebody has looked into it."""
        call = production.lift_work_order_hold.of(Ref(self.tenant, "work order", id), code)
        return self.apply(call, key=key, by=by)

    # --- warehouse and road -----------------------------------------------------------------------

    def release(
        self,
        id: str,
        dispatch: str,
        location: str = "",
        lines: LineQuantities = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Give the warehouse the work: open a dispatch for the units allocated at a location."""
        call = fulfilment.release.of(Ref(self.tenant, "order", id), dispatch, location, lines)
        return self.apply(call, key=key, by=by)

    def send_dispatch(
        self,
        id: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Dispatch]:
        """Write down that the warehouse was told of the work."""
        call = fulfilment.send_dispatch.of(Ref(self.tenant, "dispatch", id))
        return self.apply(call, key=key, by=by)

    def accept_dispatch(
        self,
        id: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Dispatch]:
        """Record that the warehouse takes the work; who takes it was told of it."""
        call = fulfilment.accept_dispatch.of(Ref(self.tenant, "dispatch", id))
        return self.apply(call, key=key, by=by)

    def refuse_dispatch(
        self,
        id: str,
        reason: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Dispatch]:
        """Record that the warehouse does not take the work: its units are allocated again."""
        call = fulfilment.refuse_dispatch.of(Ref(self.tenant, "dispatch", id), reason)
        return self.apply(call, key=key, by=by)

    def ask_cancel_dispatch(
        self, id: str, *, key: str | None = None, by: str = ""
    ) -> Done[Dispatch]:
        """Ask the warehouse to stop; it may be too late, and it says so."""
        call = fulfilment.ask_cancel_dispatch.of(Ref(self.tenant, "dispatch", id))
        return self.apply(call, key=key, by=by)

    def refuse_cancel_dispatch(
        self, id: str, *, key: str | None = None, by: str = ""
    ) -> Done[Dispatch]:
        """Record that the warehouse goes on: it was too late to stop."""
        call = fulfilment.refuse_cancel_dispatch.of(Ref(self.tenant, "dispatch", id))
        return self.apply(call, key=key, by=by)

    def lift_dispatch_hold(
        self,
        id: str,
        code: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Dispatch]:
        """Lift a named hold of a dispatch: somebody has looked into it."""
        call = fulfilment.lift_dispatch_hold.of(Ref(self.tenant, "dispatch", id), code)
        return self.apply(call, key=key, by=by)

    def recall(self, id: str, *, key: str | None = None, by: str = "") -> Done[Dispatch]:
        """The warehouse gives back what it has not packed: it is allocated again, on the shelf."""
        call = fulfilment.recall.of(Ref(self.tenant, "dispatch", id))
        return self.apply(call, key=key, by=by)

    def pick(
        self, id: str, lines: LineQuantities = (), *, key: str | None = None, by: str = ""
    ) -> Done[Dispatch]:
        """Record that units were taken off the shelf: all, or so many of some lines."""
        call = fulfilment.pick.of(Ref(self.tenant, "dispatch", id), lines)
        return self.apply(call, key=key, by=by)

    def pick_short(
        self,
        id: str,
        lines: LineQuantities = (),
        reason: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Dispatch]:
        """Record that units of a dispatch are not on their shelf: all that are not picked."""
        call = fulfilment.pick_short.of(Ref(self.tenant, "dispatch", id), lines, reason)
        return self.apply(call, key=key, by=by)

    def scan_pick(
        self,
        id: str,
        sku: str,
        n: int = 1,
        lot: str = "",
        serial: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Dispatch]:
        """Check what is scanned at the shelf against the pick list, and pick it."""
        call = fulfilment.scan_pick.of(Ref(self.tenant, "dispatch", id), sku, n, lot, serial)
        return self.apply(call, key=key, by=by)

    def scan_serials(
        self, id: str, line: str, serials: tuple[str, ...], *, key: str | None = None, by: str = ""
    ) -> Done[Order]:
        """Record the serial numbers of units of a line that the warehouse has: one unit each."""
        call = fulfilment.scan_serials.of(Ref(self.tenant, "order", id), line, serials)
        return self.apply(call, key=key, by=by)

    def pack(
        self,
        id: str,
        dispatches: tuple[str, ...],
        weight_grams: int = 0,
        lines: LineQuantities = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Parcel]:
        """Put picked units into a new parcel; they must go from one place to one place."""
        call = fulfilment.pack.of(Ref(self.tenant, "parcel", id), dispatches, weight_grams, lines)
        return self.apply(call, key=key, by=by)

    def repack(
        self,
        id: str,
        into: str,
        lines: LineQuantities = (),
        order: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Parcel]:
        """Move what is packed into another parcel, while neither has left."""
        call = fulfilment.repack.of(Ref(self.tenant, "parcel", id), into, lines, order)
        return self.apply(call, key=key, by=by)

    def report_shipped(
        self,
        id: str,
        dispatch: str,
        lines: LineQuantities = (),
        carrier: str = "",
        tracking: str = "",
        weight_grams: int = 0,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Parcel]:
        """Record that another's warehouse has shipped units of a dispatch."""
        ref: Ref[Parcel] = Ref(self.tenant, "parcel", id)
        call = fulfilment.report_shipped.of(ref, dispatch, lines, carrier, tracking, weight_grams)
        return self.apply(call, key=key, by=by)

    def weigh(
        self,
        id: str,
        weight_grams: int,
        accepted: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Parcel]:
        """Record what a packed parcel weighs, in grams."""
        call = fulfilment.weigh.of(Ref(self.tenant, "parcel", id), weight_grams, accepted)
        return self.apply(call, key=key, by=by)

    def mark(
        self, id: str, marks: tuple[str, ...], *, key: str | None = None, by: str = ""
    ) -> Done[Parcel]:
        """Record marks that were put on a packed parcel, such as "fragile" or "this way up"."""
        call = fulfilment.mark.of(Ref(self.tenant, "parcel", id), marks)
        return self.apply(call, key=key, by=by)

    def cancel_parcel(self, id: str, *, key: str | None = None, by: str = "") -> Done[Parcel]:
        """Unpack a parcel that has not left: its units are allocated again, on the shelf."""
        call = fulfilment.cancel_parcel.of(Ref(self.tenant, "parcel", id))
        return self.apply(call, key=key, by=by)

    def hand_over(
        self,
        id: str,
        carrier: str = "",
        tracking: str = "",
        waybill: str = "",
        manifest: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Parcel]:
        """Give a parcel to its carrier: its units are shipped, and billed."""
        ref: Ref[Parcel] = Ref(self.tenant, "parcel", id)
        call = fulfilment.hand_over.of(ref, carrier, tracking, waybill, manifest)
        return self.apply(call, key=key, by=by)

    def ship_direct(
        self,
        id: str,
        purchase: str,
        lines: LineQuantities = (),
        order: str = "",
        carrier: str = "",
        tracking: str = "",
        weight_grams: int = 0,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Parcel]:
        """Record that a supplier has shipped straight to the customer: all of it, or a part."""
        call = fulfilment.ship_direct.of(
            Ref(self.tenant, "parcel", id), purchase, lines, order, carrier, tracking, weight_grams
        )
        return self.apply(call, key=key, by=by)

    def hold_parcel(
        self,
        id: str,
        code: str,
        reason: str,
        blocks: tuple[str, ...] = ONWARD,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Parcel]:
        """Put a named hold on a parcel: it is not handed over until the hold is lifted."""
        call = fulfilment.hold_parcel.of(Ref(self.tenant, "parcel", id), code, reason, blocks)
        return self.apply(call, key=key, by=by)

    def make_ready(
        self,
        id: str,
        desk: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Parcel]:
        """Record that a parcel waits for its customer at a desk (待自提)."""
        call = fulfilment.make_ready.of(Ref(self.tenant, "parcel", id), desk)
        return self.apply(call, key=key, by=by)

    def deliver(self, id: str, *, key: str | None = None, by: str = "") -> Done[Parcel]:
        """Record that a parcel has reached its customer."""
        call = fulfilment.deliver.of(Ref(self.tenant, "parcel", id))
        return self.apply(call, key=key, by=by)

    def turn_back(
        self, id: str, reason: str = "", *, key: str | None = None, by: str = ""
    ) -> Done[Parcel]:
        """Record that a parcel is on its way back: refused, intercepted or undeliverable."""
        call = fulfilment.turn_back.of(Ref(self.tenant, "parcel", id), reason)
        return self.apply(call, key=key, by=by)

    def take_in_part(
        self,
        id: str,
        back: str,
        taken: LineQuantities,
        order: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Parcel]:
        """Record that a customer keeps a part of a parcel at the door, and sends the rest back."""
        ref: Ref[Parcel] = Ref(self.tenant, "parcel", id)
        call = doorstep.take_in_part.of(ref, back, taken, order)
        return self.apply(call, key=key, by=by)

    def lose(self, id: str, *, key: str | None = None, by: str = "") -> Done[Parcel]:
        """Record that a parcel is lost; it may be found again."""
        call = fulfilment.lose.of(Ref(self.tenant, "parcel", id))
        return self.apply(call, key=key, by=by)

    def receive_back(
        self, id: str, location: str = "", *, key: str | None = None, by: str = ""
    ) -> Done[Parcel]:
        """Record that a parcel came back; its units wait: reopen, take back or restock."""
        call = fulfilment.receive_back.of(Ref(self.tenant, "parcel", id), location)
        return self.apply(call, key=key, by=by)

    def reopen(
        self, id: str, lines: LineQuantities = (), *, key: str | None = None, by: str = ""
    ) -> Done[Order]:
        """Put units that came back on the shelf, and let the order wait for goods again."""
        call = fulfilment.reopen.of(Ref(self.tenant, "order", id), lines)
        return self.apply(call, key=key, by=by)

    def record_scan(
        self,
        id: str,
        status: ScanStatus,
        place: str = "",
        event: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Parcel]:
        """Record a carrier's scan, in any state of the parcel."""
        call = fulfilment.record_scan.of(Ref(self.tenant, "parcel", id), status, place, event)
        return self.apply(call, key=key, by=by)

    def record_scans(
        self, id: str, scans: tuple[Scan, ...], *, key: str | None = None, by: str = ""
    ) -> Done[Parcel]:
        """Record what a carrier saw of a parcel, in any state, order and number."""
        call = scanning.record_scans.of(Ref(self.tenant, "parcel", id), scans)
        return self.apply(call, key=key, by=by)

    def number_parcel(
        self, id: str, carrier: str, *, key: str | None = None, by: str = ""
    ) -> Done[Parcel]:
        """Give a packed parcel the next waybill number of a carrier."""
        call = waybills.number_parcel.of(Ref(self.tenant, "parcel", id), carrier)
        return self.apply(call, key=key, by=by)

    def ask_booking(
        self,
        id: str,
        carrier: str,
        service: str = "",
        added: AddedServices | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Parcel]:
        """Ask a carrier for a label of a packed parcel that has no waybill number yet."""
        ref: Ref[Parcel] = Ref(self.tenant, "parcel", id)
        call = bookings.ask_booking.of(ref, carrier, service, added)
        return self.apply(call, key=key, by=by)

    def send_booking(
        self,
        id: str,
        booking: str,
        patience_seconds: int = bookings.PATIENCE_SECONDS,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Parcel]:
        """Write down that a booking, or its cancelling, goes over the wire now."""
        ref: Ref[Parcel] = Ref(self.tenant, "parcel", id)
        call = bookings.send_booking.of(ref, booking, patience_seconds)
        return self.apply(call, key=key, by=by)

    def record_booking(
        self,
        id: str,
        booking: str,
        outcome: Outcome,
        tracking: str = "",
        reference: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Parcel]:
        """Record what a carrier has answered to a booking or to its cancelling, in any state."""
        ref: Ref[Parcel] = Ref(self.tenant, "parcel", id)
        call = bookings.record_booking.of(ref, booking, outcome, tracking, reference)
        return self.apply(call, key=key, by=by)

    def cancel_booking(
        self, id: str, booking: str, *, key: str | None = None, by: str = ""
    ) -> Done[Parcel]:
        """Ask a carrier to take a booked label back that its packed parcel is not to go with."""
        call = bookings.cancel_booking.of(Ref(self.tenant, "parcel", id), booking)
        return self.apply(call, key=key, by=by)

    def redirect(
        self, id: str, address: str, reason: str = "", *, key: str | None = None, by: str = ""
    ) -> Done[Parcel]:
        """Ask the carrier of a parcel on its road to bring it to another address."""
        call = redirecting.redirect.of(Ref(self.tenant, "parcel", id), address, reason)
        return self.apply(call, key=key, by=by)

    def chase(self, id: str, *, key: str | None = None, by: str = "") -> Done[Parcel]:
        """Put a parcel that is silent or late on a hold of that name, which blocks nothing."""
        return self.apply(chasing.chase.of(Ref(self.tenant, "parcel", id)), key=key, by=by)

    def lift_parcel_hold(
        self, id: str, code: str, *, key: str | None = None, by: str = ""
    ) -> Done[Parcel]:
        """Lift a named hold of a parcel: somebody has looked into it."""
        call = fulfilment.lift_parcel_hold.of(Ref(self.tenant, "parcel", id), code)
        return self.apply(call, key=key, by=by)

    def report_missing(
        self,
        id: str,
        lines: LineQuantities,
        reason: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Record that a customer says that units are not there: sent ones count as missing."""
        call = fulfilment.report_missing.of(Ref(self.tenant, "order", id), lines, reason)
        return self.apply(call, key=key, by=by)

    def found(
        self, id: str, lines: LineQuantities = (), *, key: str | None = None, by: str = ""
    ) -> Done[Order]:
        """Record that units are with the customer after all: missing ones, or lost in a return."""
        call = fulfilment.found.of(Ref(self.tenant, "order", id), lines)
        return self.apply(call, key=key, by=by)

    def redeem(
        self,
        id: str,
        lines: LineQuantities = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Record that services were used: all that are open, or so many of some lines."""
        call = services.redeem.of(Ref(self.tenant, "order", id), lines)
        return self.apply(call, key=key, by=by)

    def lapse(
        self,
        id: str,
        lines: LineQuantities = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """End services that were not used until their promised date."""
        call = services.lapse.of(Ref(self.tenant, "order", id), lines)
        return self.apply(call, key=key, by=by)

    # --- coming back ------------------------------------------------------------------------------

    def ask_return(
        self,
        id: str,
        order: str,
        lines: LineQuantities = (),
        reason: str = "",
        evidence: tuple[str, ...] = (),
        words: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Return]:
        """Ask to give back delivered units of an order: all, or so many of some lines."""
        ref: Ref[Return] = Ref(self.tenant, "return", id)
        call = returns.ask_return.of(ref, order, lines, reason, evidence, words)
        return self.apply(call, key=key, by=by)

    def add_evidence(
        self,
        id: str,
        evidence: tuple[str, ...] = (),
        words: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Return]:
        """Add references of pictures or films to a return that is not over, or words about it."""
        call = proving.add_evidence.of(Ref(self.tenant, "return", id), evidence, words)
        return self.apply(call, key=key, by=by)

    def record_talk(
        self, id: str, reference: str, *, key: str | None = None, by: str = ""
    ) -> Done[Return]:
        """Record that staff and customer have talked about a return: the talk's own reference."""
        call = proving.record_talk.of(Ref(self.tenant, "return", id), reference)
        return self.apply(call, key=key, by=by)

    def approve_return(self, id: str, *, key: str | None = None, by: str = "") -> Done[Return]:
        """Agree that the goods may come back."""
        call = returns.approve_return.of(Ref(self.tenant, "return", id))
        return self.apply(call, key=key, by=by)

    def reject_return(
        self, id: str, reason: str, *, key: str | None = None, by: str = ""
    ) -> Done[Return]:
        """Refuse a return; its units are as before."""
        call = returns.reject_return.of(Ref(self.tenant, "return", id), reason)
        return self.apply(call, key=key, by=by)

    def close_return(self, id: str, *, key: str | None = None, by: str = "") -> Done[Return]:
        """End a return: what has not come back stays with the customer."""
        call = returns.close_return.of(Ref(self.tenant, "return", id))
        return self.apply(call, key=key, by=by)

    def complain(
        self,
        id: str,
        order: str,
        words: str,
        reason: str = "",
        evidence: tuple[str, ...] = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Complaint]:
        """Ask for an answer about an order: a question, a complaint or a suggestion."""
        ref: Ref[Complaint] = Ref(self.tenant, "complaint", id)
        call = complaints.complain.of(ref, order, words, reason, evidence)
        return self.apply(call, key=key, by=by)

    def ask_refund_only(
        self,
        id: str,
        order: str,
        amount: Money | None = None,
        lines: LineQuantities = (),
        reason: str = "",
        evidence: tuple[str, ...] = (),
        words: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Complaint]:
        """Ask for money and give nothing back: so much, or all that the units carry."""
        ref: Ref[Complaint] = Ref(self.tenant, "complaint", id)
        given = (order, amount, lines, reason, evidence, words)
        return self.apply(complaints.ask_refund_only.of(ref, *given), key=key, by=by)

    def add_complaint_evidence(
        self,
        id: str,
        evidence: tuple[str, ...] = (),
        words: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Complaint]:
        """Add references of pictures or films to a complaint that is not over, or words."""
        ref: Ref[Complaint] = Ref(self.tenant, "complaint", id)
        call = complaints.add_complaint_evidence.of(ref, evidence, words)
        return self.apply(call, key=key, by=by)

    def record_complaint_talk(
        self, id: str, reference: str, *, key: str | None = None, by: str = ""
    ) -> Done[Complaint]:
        """Record that staff and customer have talked about a complaint."""
        ref: Ref[Complaint] = Ref(self.tenant, "complaint", id)
        call = complaints.record_complaint_talk.of(ref, reference)
        return self.apply(call, key=key, by=by)

    def grant_complaint(
        self,
        id: str,
        amount: Money | None = None,
        answer: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Complaint]:
        """Give in: the goods cost less by what was asked, or by another amount."""
        ref: Ref[Complaint] = Ref(self.tenant, "complaint", id)
        call = complaints.grant_complaint.of(ref, amount, answer)
        return self.apply(call, key=key, by=by)

    def answer_complaint(
        self, id: str, answer: str, *, key: str | None = None, by: str = ""
    ) -> Done[Complaint]:
        """Answer a complaint, and give nothing."""
        ref: Ref[Complaint] = Ref(self.tenant, "complaint", id)
        return self.apply(complaints.answer_complaint.of(ref, answer), key=key, by=by)

    def reject_complaint(
        self, id: str, reason: str, *, key: str | None = None, by: str = ""
    ) -> Done[Complaint]:
        """Refuse a complaint, and say why."""
        ref: Ref[Complaint] = Ref(self.tenant, "complaint", id)
        return self.apply(complaints.reject_complaint.of(ref, reason), key=key, by=by)

    def withdraw_complaint(
        self, id: str, *, key: str | None = None, by: str = ""
    ) -> Done[Complaint]:
        """End a complaint that its customer does not keep up."""
        ref: Ref[Complaint] = Ref(self.tenant, "complaint", id)
        return self.apply(complaints.withdraw_complaint.of(ref), key=key, by=by)

    def miss_complaint(self, id: str, *, key: str | None = None, by: str = "") -> Done[Complaint]:
        """Write down that nobody has answered a complaint in time."""
        ref: Ref[Complaint] = Ref(self.tenant, "complaint", id)
        return self.apply(complaints.miss_complaint.of(ref), key=key, by=by)

    def record_return_scans(
        self, id: str, scans: tuple[Scan, ...], *, key: str | None = None, by: str = ""
    ) -> Done[Return]:
        """Record what a carrier saw of goods that a customer sends back, in any state and order."""
        call = return_scans.record_return_scans.of(Ref(self.tenant, "return", id), scans)
        return self.apply(call, key=key, by=by)

    def ask_return_label(
        self,
        id: str,
        carrier: str,
        service: str = "",
        added: AddedServices | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Return]:
        """Ask a carrier for the label by which a customer sends an agreed return."""
        ref: Ref[Return] = Ref(self.tenant, "return", id)
        call = return_labels.ask_return_label.of(ref, carrier, service, added)
        return self.apply(call, key=key, by=by)

    def send_return_label(
        self,
        id: str,
        booking: str,
        patience_seconds: int = bookings.PATIENCE_SECONDS,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Return]:
        """Write down that the label of a return, or its cancelling, goes over the wire now."""
        ref: Ref[Return] = Ref(self.tenant, "return", id)
        call = return_labels.send_return_label.of(ref, booking, patience_seconds)
        return self.apply(call, key=key, by=by)

    def record_return_label(
        self,
        id: str,
        booking: str,
        outcome: Outcome,
        tracking: str = "",
        reference: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Return]:
        """Record what a carrier has answered to the booking of a return's label, in any state."""
        ref: Ref[Return] = Ref(self.tenant, "return", id)
        call = return_labels.record_return_label.of(ref, booking, outcome, tracking, reference)
        return self.apply(call, key=key, by=by)

    def cancel_return_label(
        self, id: str, booking: str, *, key: str | None = None, by: str = ""
    ) -> Done[Return]:
        """Ask a carrier to take a booked label back that goods are not to come by."""
        call = return_labels.cancel_return_label.of(Ref(self.tenant, "return", id), booking)
        return self.apply(call, key=key, by=by)

    def record_return_scan(
        self,
        id: str,
        status: ScanStatus,
        tracking: str = "",
        event: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Return]:
        """Record a scan of what a customer sends back, in any state of the return."""
        call = returns.record_return_scan.of(
            Ref(self.tenant, "return", id), status, tracking, event
        )
        return self.apply(call, key=key, by=by)

    def receive_return(
        self,
        id: str,
        location: str,
        lines: LineQuantities = (),
        serials: tuple[str, ...] = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Return]:
        """Record what came back of a return, and where: all that was announced, or so many."""
        ref: Ref[Return] = Ref(self.tenant, "return", id)
        call = receiving.receive_return.of(ref, location, lines, serials)
        return self.apply(call, key=key, by=by)

    def hold_return(
        self,
        id: str,
        code: str,
        reason: str,
        blocks: tuple[str, ...] = ONWARD,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Return]:
        """Put a named hold on a return: it is not approved or settled until the hold is lifted."""
        call = returns.hold_return.of(Ref(self.tenant, "return", id), code, reason, blocks)
        return self.apply(call, key=key, by=by)

    def lift_return_hold(
        self, id: str, code: str, *, key: str | None = None, by: str = ""
    ) -> Done[Return]:
        """Lift a named hold of a return: somebody has looked into it."""
        call = returns.lift_return_hold.of(Ref(self.tenant, "return", id), code)
        return self.apply(call, key=key, by=by)

    def claim_on_carrier(
        self,
        id: str,
        parcel: str,
        amount: Money,
        cause: ClaimCause,
        reason: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[CarrierClaim]:
        """Ask the carrier of a parcel to make good that it was lost, damaged or late."""
        ref: Ref[CarrierClaim] = Ref(self.tenant, "carrier claim", id)
        call = carrier_claims.claim_on_carrier.of(ref, parcel, amount, cause, reason)
        return self.apply(call, key=key, by=by)

    def accept_carrier_claim(
        self,
        id: str,
        amount: Money | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[CarrierClaim]:
        """Record that a carrier agrees to a claim, and owes it: all of it, or a smaller amount."""
        ref: Ref[CarrierClaim] = Ref(self.tenant, "carrier claim", id)
        call = carrier_claims.accept_carrier_claim.of(ref, amount)
        return self.apply(call, key=key, by=by)

    def record_claim_payment(
        self,
        id: str,
        amount: Money,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[CarrierClaim]:
        """Record what a carrier has paid for a claim: that ends it."""
        ref: Ref[CarrierClaim] = Ref(self.tenant, "carrier claim", id)
        call = carrier_claims.record_claim_payment.of(ref, amount)
        return self.apply(call, key=key, by=by)

    def reject_carrier_claim(
        self,
        id: str,
        reason: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[CarrierClaim]:
        """Record that a carrier refuses a claim: it owes nothing."""
        ref: Ref[CarrierClaim] = Ref(self.tenant, "carrier claim", id)
        call = carrier_claims.reject_carrier_claim.of(ref, reason)
        return self.apply(call, key=key, by=by)

    def withdraw_carrier_claim(
        self,
        id: str,
        reason: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[CarrierClaim]:
        """Give a claim up, such as for a parcel that was found."""
        ref: Ref[CarrierClaim] = Ref(self.tenant, "carrier claim", id)
        call = carrier_claims.withdraw_carrier_claim.of(ref, reason)
        return self.apply(call, key=key, by=by)

    def miss_carrier_claim(
        self,
        id: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[CarrierClaim]:
        """Write down that a carrier has not answered, or not paid, in time."""
        ref: Ref[CarrierClaim] = Ref(self.tenant, "carrier claim", id)
        call = carrier_claims.miss_carrier_claim.of(ref)
        return self.apply(call, key=key, by=by)

    def ask_repair(
        self,
        id: str,
        order: str,
        lines: LineQuantities = (),
        reason: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Return]:
        """Ask that delivered units of an order be mended: all, or so many of some lines."""
        call = repairs.ask_repair.of(Ref(self.tenant, "return", id), order, lines, reason)
        return self.apply(call, key=key, by=by)

    def mend(
        self, id: str, lines: LineQuantities = (), *, key: str | None = None, by: str = ""
    ) -> Done[Return]:
        """Record that goods of a repair were mended: all that came, or so many of some lines."""
        call = repairs.mend.of(Ref(self.tenant, "return", id), lines)
        return self.apply(call, key=key, by=by)

    def inspect(
        self, id: str, verdicts: Verdicts = (), *, key: str | None = None, by: str = ""
    ) -> Done[Return]:
        """Decide about what came back: all sound, or a verdict for so many of some lines."""
        call = inspecting.inspect.of(Ref(self.tenant, "return", id), verdicts)
        return self.apply(call, key=key, by=by)

    def send_rejected(
        self, id: str, tracking: str, carrier: str = "", *, key: str | None = None, by: str = ""
    ) -> Done[Return]:
        """Send what was rejected of a return to its customer again, by a parcel of its own."""
        call = rejecting.send_rejected.of(Ref(self.tenant, "return", id), tracking, carrier)
        return self.apply(call, key=key, by=by)

    def receive_rejected(
        self, id: str, location: str = "", *, key: str | None = None, by: str = ""
    ) -> Done[Return]:
        """Record that rejected goods came back: their customer has not taken them."""
        call = rejecting.receive_rejected.of(Ref(self.tenant, "return", id), location)
        return self.apply(call, key=key, by=by)

    def record_arrival(
        self,
        id: str,
        location: str,
        goods: LineQuantities,
        words: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Arrival]:
        """Record goods that came back and nobody waited for, in quarantine: so many of each SKU."""
        ref: Ref[Arrival] = Ref(self.tenant, "arrival", id)
        call = arrivals.record_arrival.of(ref, location, goods, words)
        return self.apply(call, key=key, by=by)

    def attach_arrival(
        self,
        id: str,
        returned: str,
        lines: LineQuantities = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Arrival]:
        """Say that goods which came unasked are those of a return."""
        ref: Ref[Arrival] = Ref(self.tenant, "arrival", id)
        return self.apply(arrivals.attach_arrival.of(ref, returned, lines), key=key, by=by)

    def send_back_arrival(
        self, id: str, tracking: str = "", *, key: str | None = None, by: str = ""
    ) -> Done[Arrival]:
        """Send what is left of goods that came unasked back to whoever has sent them."""
        ref: Ref[Arrival] = Ref(self.tenant, "arrival", id)
        return self.apply(arrivals.send_back_arrival.of(ref, tracking), key=key, by=by)

    def keep_arrival(
        self, id: str, verdicts: Verdicts = (), *, key: str | None = None, by: str = ""
    ) -> Done[Arrival]:
        """Keep goods that came unasked: they are ours, and wait to be inspected."""
        ref: Ref[Arrival] = Ref(self.tenant, "arrival", id)
        return self.apply(arrivals.keep_arrival.of(ref, verdicts), key=key, by=by)

    def keep_rejected(
        self, id: str, verdicts: Verdicts = (), *, key: str | None = None, by: str = ""
    ) -> Done[Return]:
        """Keep rejected goods that their customer does not take: they stay sold."""
        call = rejecting.keep_rejected.of(Ref(self.tenant, "return", id), verdicts)
        return self.apply(call, key=key, by=by)

    def take_back(
        self, id: str, verdicts: Verdicts = (), *, key: str | None = None, by: str = ""
    ) -> Done[Order]:
        """Accept units that came back undelivered for good: they are given up, and owed back."""
        call = inspecting.take_back.of(Ref(self.tenant, "order", id), verdicts)
        return self.apply(call, key=key, by=by)

    def restock(
        self, id: str, verdicts: Verdicts = (), *, key: str | None = None, by: str = ""
    ) -> Done[Order]:
        """Put goods that came back on the shelf, in whose stead others are sent again."""
        call = inspecting.restock.of(Ref(self.tenant, "order", id), verdicts)
        return self.apply(call, key=key, by=by)

    def deliver_again(
        self, id: str, lines: LineQuantities = (), *, key: str | None = None, by: str = ""
    ) -> Done[Order]:
        """Record that rejected units have reached their customer again."""
        call = inspecting.deliver_again.of(Ref(self.tenant, "order", id), lines)
        return self.apply(call, key=key, by=by)

    # --- reissues and exchanges ------------------------------------------------------------------

    def ask_reissue(
        self,
        id: str,
        order: str,
        lines: LineQuantities,
        reason: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Reissue]:
        """Ask that units of an order go out again: so many, or all that went astray."""
        call = replacements.ask_reissue.of(Ref(self.tenant, "reissue", id), order, lines, reason)
        return self.apply(call, key=key, by=by)

    def approve_reissue(
        self, id: str, anew: str, *, key: str | None = None, by: str = ""
    ) -> Done[Reissue]:
        """Agree to a reissue: the order `anew` is opened and confirmed, and costs nothing."""
        call = replacements.approve_reissue.of(Ref(self.tenant, "reissue", id), anew)
        return self.apply(call, key=key, by=by)

    def reject_reissue(
        self, id: str, reason: str, *, key: str | None = None, by: str = ""
    ) -> Done[Reissue]:
        """Refuse a reissue; its units may be paid back, or asked for again."""
        call = replacements.reject_reissue.of(Ref(self.tenant, "reissue", id), reason)
        return self.apply(call, key=key, by=by)

    def cancel_reissue(self, id: str, *, key: str | None = None, by: str = "") -> Done[Reissue]:
        """Call a reissue off, with its order, while no unit is with the warehouse."""
        call = replacements.cancel_reissue.of(Ref(self.tenant, "reissue", id))
        return self.apply(call, key=key, by=by)

    def settle_reissue(self, id: str, *, key: str | None = None, by: str = "") -> Done[Reissue]:
        """End a reissue: every unit that went out has ended its outward life."""
        call = replacements.settle_reissue.of(Ref(self.tenant, "reissue", id))
        return self.apply(call, key=key, by=by)

    def hold_reissue(
        self, id: str, code: str, reason: str, *, key: str | None = None, by: str = ""
    ) -> Done[Reissue]:
        """Put a named hold on a reissue: it goes no further until that is lifted."""
        call = replacements.hold_reissue.of(Ref(self.tenant, "reissue", id), code, reason)
        return self.apply(call, key=key, by=by)

    def lift_reissue_hold(
        self, id: str, code: str, *, key: str | None = None, by: str = ""
    ) -> Done[Reissue]:
        """Lift a named hold of a reissue."""
        call = replacements.lift_reissue_hold.of(Ref(self.tenant, "reissue", id), code)
        return self.apply(call, key=key, by=by)

    def ask_exchange(
        self,
        id: str,
        order: str,
        returned: str,
        lines: LineQuantities,
        new: NewLines,
        reason: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Exchange]:
        """Ask to give back delivered units of an order for other goods, at agreed prices."""
        call = replacements.ask_exchange.of(
            Ref(self.tenant, "exchange", id), order, returned, lines, new, reason
        )
        return self.apply(call, key=key, by=by)

    def approve_exchange(self, id: str, *, key: str | None = None, by: str = "") -> Done[Exchange]:
        """Agree to an exchange and to its return: the goods may come back."""
        call = replacements.approve_exchange.of(Ref(self.tenant, "exchange", id))
        return self.apply(call, key=key, by=by)

    def reject_exchange(
        self, id: str, reason: str, *, key: str | None = None, by: str = ""
    ) -> Done[Exchange]:
        """Refuse an exchange and its return; the units are as before."""
        call = replacements.reject_exchange.of(Ref(self.tenant, "exchange", id), reason)
        return self.apply(call, key=key, by=by)

    def cancel_exchange(self, id: str, *, key: str | None = None, by: str = "") -> Done[Exchange]:
        """Call an exchange off, with its return and its new order."""
        call = replacements.cancel_exchange.of(Ref(self.tenant, "exchange", id))
        return self.apply(call, key=key, by=by)

    def send_replacement(
        self, id: str, anew: str, *, key: str | None = None, by: str = ""
    ) -> Done[Exchange]:
        """Open the order `anew` with the new goods; what the old ones have brought pays it."""
        call = replacements.send_replacement.of(Ref(self.tenant, "exchange", id), anew)
        return self.apply(call, key=key, by=by)

    def pay_over(self, id: str, *, key: str | None = None, by: str = "") -> Done[Exchange]:
        """Pay what the new order still costs out of what the old goods have brought."""
        call = replacements.pay_over.of(Ref(self.tenant, "exchange", id))
        return self.apply(call, key=key, by=by)

    def settle_exchange(self, id: str, *, key: str | None = None, by: str = "") -> Done[Exchange]:
        """End an exchange: its return is settled, and what went out has ended its way."""
        call = replacements.settle_exchange.of(Ref(self.tenant, "exchange", id))
        return self.apply(call, key=key, by=by)

    def undo_exchange(self, id: str, *, key: str | None = None, by: str = "") -> Done[Exchange]:
        """End an exchange whose new goods were sent for, and whose old ones never came."""
        call = replacements.undo_exchange.of(Ref(self.tenant, "exchange", id))
        return self.apply(call, key=key, by=by)

    def hold_exchange(
        self, id: str, code: str, reason: str, *, key: str | None = None, by: str = ""
    ) -> Done[Exchange]:
        """Put a named hold on an exchange: it goes no further until that is lifted."""
        call = replacements.hold_exchange.of(Ref(self.tenant, "exchange", id), code, reason)
        return self.apply(call, key=key, by=by)

    def lift_exchange_hold(
        self, id: str, code: str, *, key: str | None = None, by: str = ""
    ) -> Done[Exchange]:
        """Lift a named hold of an exchange."""
        call = replacements.lift_exchange_hold.of(Ref(self.tenant, "exchange", id), code)
        return self.apply(call, key=key, by=by)

    # --- money back -------------------------------------------------------------------------------

    def refund(
        self,
        id: str,
        amount: Money | None = None,
        payment: str = "",
        to: str = "",
        payee: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Pay back what is owed on an order: all of it, or a smaller amount."""
        call = refunds.refund.of(Ref(self.tenant, "order", id), amount, payment, to, payee)
        return self.apply(call, key=key, by=by)

    def compensate(
        self,
        id: str,
        reason: str,
        amount: Money,
        payee: str = "",
        to: str = "",
        bearer: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Pay a customer money beyond what his order costs: late shipping, a fake, postage."""
        ref = Ref[Order](self.tenant, "order", id)
        call = compensating.compensate.of(ref, reason, amount, payee, to, bearer)
        return self.apply(call, key=key, by=by)

    def return_compensation(
        self,
        id: str,
        reason: str,
        amount: Money,
        payee: str,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Record that a compensation has not reached its customer: his bank has sent it back."""
        ref = Ref[Order](self.tenant, "order", id)
        call = compensating.return_compensation.of(ref, reason, amount, payee)
        return self.apply(call, key=key, by=by)

    def confirm_refund(
        self,
        id: str,
        owed: Money,
        plan: Portions,
        payee: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Pay back what was proposed, in one step: gateways are asked, balances credited."""
        call = refunds.confirm_refund.of(Ref(self.tenant, "order", id), owed, plan, payee)
        return self.apply(call, key=key, by=by)

    def ask_refund(
        self,
        id: str,
        amount: Money | None = None,
        payment: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Ask the gateways to pay back what is owed on an order."""
        call = refunds.ask_refund.of(Ref(self.tenant, "order", id), amount, payment)
        return self.apply(call, key=key, by=by)

    def ask_pay_back(
        self, id: str, amount: Money | None = None, *, key: str | None = None, by: str = ""
    ) -> Done[Payment]:
        """Ask the gateway to pay back money of a payment that no order has used."""
        call = refunds.ask_pay_back.of(Ref(self.tenant, "payment", id), amount)
        return self.apply(call, key=key, by=by)

    def pay_back(
        self,
        id: str,
        amount: Money | None = None,
        to: str = "",
        payee: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Payment]:
        """Pay back money of a payment that no order has used: all of it, or a smaller amount."""
        call = refunds.pay_back.of(Ref(self.tenant, "payment", id), amount, to, payee)
        return self.apply(call, key=key, by=by)

    # --- invoices ---------------------------------------------------------------------------------

    def invoice(
        self,
        id: str,
        series: str,
        parcels: tuple[str, ...] = (),
        lines: LineQuantities = (),
        others: tuple[str, ...] = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Order]:
        """Issue an invoice over an order and others: what has left, or some lines in advance."""
        ref = Ref[Order](self.tenant, "order", id)
        call = invoices.invoice.of(ref, series, parcels, lines, others)
        return self.apply(call, key=key, by=by)

    def credit(
        self,
        id: str,
        series: str,
        line: str = "",
        amount: Money | None = None,
        whole: bool = False,
        reason: str = "",
        order: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Invoice]:
        """Issue a credit note: for what was given up or lowered, for an amount, or for all."""
        ref = Ref[Invoice](self.tenant, "invoice", id)
        return self.apply(
            invoices.credit.of(ref, series, line, amount, whole, reason, order), key=key, by=by
        )

    # --- stock ------------------------------------------------------------------------------------

    def _shelf(self, position: Position) -> Ref[Document]:
        if not isinstance(position, Position):
            raise BadInput("position", "a Position is wanted")
        return Ref(self.tenant, STOCK, position.checked("position").sku)

    def receive(
        self,
        position: Position,
        n: int,
        source: str = "",
        *,
        expires_at: datetime | None = None,
        serial: bool = False,
        inspect: bool = False,
        key: str | None = None,
        by: str = "",
    ) -> Done[Document]:
        """Record goods that came in, sellable from here on; `source` refers to the supplier."""
        call = inventory.receive.of(
            self._shelf(position),
            position,
            n,
            source,
            expires_at=expires_at,
            serial=serial,
            inspect=inspect,
        )
        return self.apply(call, key=key, by=by)

    def release_quarantine(
        self, position: Position, n: int, supply: str = "", *, key: str | None = None, by: str = ""
    ) -> Done[Document]:
        """Let goods in quarantine be sold at a position: they have passed their inspection."""
        call = inventory.release_quarantine.of(self._shelf(position), position, n, supply)
        return self.apply(call, key=key, by=by)

    def reject_quarantine(
        self,
        position: Position,
        n: int,
        reason: str,
        supply: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Document]:
        """Take goods in quarantine as damaged: they have not passed their inspection."""
        call = inventory.reject_quarantine.of(self._shelf(position), position, n, reason, supply)
        return self.apply(call, key=key, by=by)

    def regrade(
        self,
        position: Position,
        n: int,
        grade: str,
        reason: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Document]:
        """Let free goods stand in another grade: they were mended, or looked at again."""
        call = inventory.regrade.of(self._shelf(position), position, n, grade, reason)
        return self.apply(call, key=key, by=by)

    def move_stock(
        self, position: Position, to: str, n: int, *, key: str | None = None, by: str = ""
    ) -> Done[Document]:
        """Bring free goods to another place of the same warehouse."""
        call = inventory.move_stock.of(self._shelf(position), position, to, n)
        return self.apply(call, key=key, by=by)

    def count(
        self,
        position: Position,
        counted: int,
        reason: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Document]:
        """Record what a stocktake found on the shelf; the difference to the book is posted."""
        call = inventory.count.of(self._shelf(position), position, counted, reason)
        return self.apply(call, key=key, by=by)

    def take_stock(
        self,
        location: str,
        counted: tuple[tuple[Position, int], ...],
        reason: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Document]:
        """Record the stocktake of a place and all that lies in it: what was found where."""
        ref = Ref[Document](self.tenant, STOCK, location)
        call = inventory.take_stock.of(ref, location, counted, reason)
        return self.apply(call, key=key, by=by)

    def record_breakage(
        self, position: Position, n: int, reason: str = "", *, key: str | None = None, by: str = ""
    ) -> Done[Document]:
        """Record goods that broke on the shelf, claimed or not."""
        call = inventory.record_breakage.of(self._shelf(position), position, n, reason)
        return self.apply(call, key=key, by=by)

    def write_off(
        self, position: Position, n: int, reason: str, *, key: str | None = None, by: str = ""
    ) -> Done[Document]:
        """Record that goods are gone for good, claimed or not."""
        call = inventory.write_off.of(self._shelf(position), position, n, reason)
        return self.apply(call, key=key, by=by)

    # --- lots ------------------------------------------------------------------------------------

    def set_expiry(
        self, id: str, until: datetime | None = None, *, key: str | None = None, by: str = ""
    ) -> Done[Lot]:
        """Decide from which instant on a lot is no good any more; never, without one."""
        call = inventory.set_expiry.of(Ref(self.tenant, "lot", id), until)
        return self.apply(call, key=key, by=by)

    def hold_lot(
        self, id: str, code: str, reason: str, *, key: str | None = None, by: str = ""
    ) -> Done[Lot]:
        """Let nobody have more of a lot: it is recalled, or somebody must look at it."""
        call = inventory.hold_lot.of(Ref(self.tenant, "lot", id), code, reason)
        return self.apply(call, key=key, by=by)

    def lift_lot_hold(
        self, id: str, code: str, *, key: str | None = None, by: str = ""
    ) -> Done[Lot]:
        """Lift a named hold of a lot: somebody has looked into it."""
        call = inventory.lift_lot_hold.of(Ref(self.tenant, "lot", id), code)
        return self.apply(call, key=key, by=by)

    # --- pools -----------------------------------------------------------------------------------

    def describe_item(
        self,
        id: str,
        limit_per_buyer: int | None = None,
        safety: SafetyRows = (),
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Item]:
        """Say what is planned for a SKU: how many each buyer may have in all, and its safety stock.

        Safety stock is told by rows of (warehouse, units, since when), `None` for ever. It all
        takes the place of what was said before.
        """
        call = items.describe_item.of(Ref(self.tenant, "item", id), limit_per_buyer, safety)
        return self.apply(call, key=key, by=by)

    def set_quota(
        self,
        id: str,
        position: Position,
        n: int,
        channel: str = "",
        customer: str = "",
        until: datetime | None = None,
        within: str = "",
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Quota]:
        """Keep units at a position for a channel or customer, who get no more there."""
        ref = Ref[Quota](self.tenant, "quota", id)
        call = setting.set_quota.of(ref, position, n, channel, customer, until, within)
        return self.apply(call, key=key, by=by)

    def release_quota(self, id: str, *, key: str | None = None, by: str = "") -> Done[Quota]:
        """Let a quota end before its time: what it still keeps is free to all."""
        call = setting.release_quota.of(Ref(self.tenant, "quota", id))
        return self.apply(call, key=key, by=by)

    def set_coupon(
        self,
        id: str,
        uses: int | None = None,
        per_customer: int | None = None,
        until: datetime | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Coupon]:
        """Say how often a code may be used: in all, by each customer, and until when."""
        ref = Ref[Coupon](self.tenant, "coupon", id)
        call = coupons.set_coupon.of(ref, uses, per_customer, until)
        return self.apply(call, key=key, by=by)

    def set_credit(
        self, id: str, limit: Money, terms_days: int = 30, *, key: str | None = None, by: str = ""
    ) -> Done[CreditLine]:
        """Say how much a customer may owe on account, and in how many days it is to be paid."""
        ref = Ref[CreditLine](self.tenant, "credit line", id)
        return self.apply(on_account.set_credit.of(ref, limit, terms_days), key=key, by=by)

    def hold_credit(
        self, id: str, code: str, reason: str, *, key: str | None = None, by: str = ""
    ) -> Done[CreditLine]:
        """Let a customer have nothing more on account, until the hold is lifted."""
        ref = Ref[CreditLine](self.tenant, "credit line", id)
        return self.apply(on_account.hold_credit.of(ref, code, reason), key=key, by=by)

    def lift_credit_hold(
        self, id: str, code: str, *, key: str | None = None, by: str = ""
    ) -> Done[CreditLine]:
        """Lift a named hold of a customer's credit: somebody has looked into it."""
        ref = Ref[CreditLine](self.tenant, "credit line", id)
        return self.apply(on_account.lift_credit_hold.of(ref, code), key=key, by=by)

    def record_feed(
        self,
        id: str,
        location: str,
        n: int,
        as_of: datetime,
        buffer: int = 0,
        lead_days: int = 0,
        until: datetime | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Feed]:
        """Record what a supplier says that he has of a SKU, counted at an instant."""
        ref = Ref[Feed](self.tenant, "feed", id)
        call = inventory.record_feed.of(ref, location, n, as_of, buffer, lead_days, until)
        return self.apply(call, key=key, by=by)

    def set_limit(
        self, pool: str, limit: int, *, key: str | None = None, by: str = ""
    ) -> Done[Document]:
        """Set how much a pool of a host's own gives in all: the uses of a coupon, or the like."""
        call = inventory.set_limit.of(Ref(self.tenant, STOCK, pool), pool, limit)
        return self.apply(call, key=key, by=by)

    def add_waybills(
        self, carrier: str, first: str, n: int, *, key: str | None = None, by: str = ""
    ) -> Done[Document]:
        """Enter waybill numbers that a carrier has handed out, from the first on."""
        call = waybills.add_waybills.of(Ref(self.tenant, STOCK, carrier), carrier, first, n)
        return self.apply(call, key=key, by=by)

    def hold_stock(
        self,
        id: str,
        position: Position,
        n: int,
        until: datetime | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[StockHold]:
        """Claim `n` units at a position, or of a pool, until an instant; for good without one."""
        call = stock_holds.hold_stock.of(Ref(self.tenant, "stock hold", id), position, n, until)
        return self.apply(call, key=key, by=by)

    def confirm_stock_hold(
        self, id: str, *, key: str | None = None, by: str = ""
    ) -> Done[StockHold]:
        """Keep a hold for good. It must still run."""
        call = inventory.confirm_stock_hold.of(Ref(self.tenant, "stock hold", id))
        return self.apply(call, key=key, by=by)

    def release_stock_hold(
        self, id: str, *, key: str | None = None, by: str = ""
    ) -> Done[StockHold]:
        """Give a hold back before it runs out. One that has run out has given itself back."""
        call = inventory.release_stock_hold.of(Ref(self.tenant, "stock hold", id))
        return self.apply(call, key=key, by=by)

    def expect(
        self,
        id: str,
        position: Position,
        n: int,
        due: datetime,
        *,
        origin: Origin = Origin.SUPPLIER,
        source: str = "",
        key: str | None = None,
        by: str = "",
    ) -> Done[Supply]:
        """Announce goods that are to come, so that orders can be promised out of them."""
        ref = Ref[Supply](self.tenant, "supply", id)
        call = inventory.expect.of(ref, position, n, due, origin=origin, source=source)
        return self.apply(call, key=key, by=by)

    def send_transfer(
        self,
        id: str,
        position: Position,
        to: str,
        n: int,
        due: datetime,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Supply]:
        """Send free goods to another warehouse: from here on they are on the road."""
        ref = Ref[Supply](self.tenant, "supply", id)
        call = inventory.send_transfer.of(ref, position, to, n, due)
        return self.apply(call, key=key, by=by)

    def receive_supply(
        self,
        id: str,
        n: int,
        *,
        rejected: int = 0,
        inspect: bool = False,
        last: bool = False,
        expires_at: datetime | None = None,
        key: str | None = None,
        by: str = "",
    ) -> Done[Supply]:
        """Record what has come of a supply row; `last` says that no more will come."""
        call = inventory.receive_supply.of(
            Ref[Supply](self.tenant, "supply", id),
            n,
            rejected=rejected,
            inspect=inspect,
            last=last,
            expires_at=expires_at,
        )
        return self.apply(call, key=key, by=by)

    def slip(
        self,
        id: str,
        due: datetime,
        to_come: int | None = None,
        *,
        key: str | None = None,
        by: str = "",
    ) -> Done[Supply]:
        """Record that supply comes at another time, and how much will still come."""
        call = slipping.slip.of(Ref(self.tenant, "supply", id), due, to_come)
        return self.apply(call, key=key, by=by)

    def free_surplus(self, id: str, *, key: str | None = None, by: str = "") -> Done[Supply]:
        """Give free what waits for promises that are no longer there, since they were cancelled."""
        call = inventory.free_surplus.of(Ref(self.tenant, "supply", id))
        return self.apply(call, key=key, by=by)
