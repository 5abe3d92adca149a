"""Any life of payments over a gateway: what it has really done is what stands in the books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

import attrs
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from orderflow import Price, Refused, Rules, Tendered
from orderflow.adapters.gateways import Effect, Fault, ScriptedGateway, send_open
from orderflow.adapters.memory import MemoryStore
from orderflow.payments import Notice
from orderflow.ports import GatewayAnswer, GatewayRequest
from orderflow.records import Outcome, RequestKind
from orderflow.rules import ReserveWhen
from orderflow.states import ORDER_OVER, OrderState, UnitState
from orderflow.tenders import MethodKind, PaymentMethod
from tests.builders import LAMP, LEITH, Clock, Shop, assert_laws, eur, new_order

AMOUNTS: Final = st.sampled_from((300, 700, 1000, 2000))
ORDERS: Final = st.sampled_from(("o-1", "o-2"))
NOTICES: Final = {
    RequestKind.AUTHORISE: Notice.AUTHORISED,
    RequestKind.CAPTURE: Notice.CAPTURED,
    RequestKind.VOID: Notice.VOIDED,
}
RULES: Final = (
    Rules(locations=(LEITH,)),
    Rules(locations=(LEITH,), reserve_when=ReserveWhen.PLACED),
    Rules(locations=(LEITH,), reserve_when=ReserveWhen.PAID),
)


CENTS: Final = Price.of("0.92", "EUR", per=100)
"""What dollar cents are worth."""


def dollars(minor: int) -> Tendered:
    """The fewest dollar cents that are worth so many cents."""
    card = PaymentMethod("dollars", MethodKind.CARD, unit="USD", rate=CENTS)
    return Tendered("USD", card.units_for(minor), CENTS)


class Wire(ScriptedGateway):
    """A gateway that may call all that it does with a charge by one name, and charge in dollars.

    All of it, every second request, or none.
    """

    def __init__(self, clock: Clock, *, names_the_charge: bool, in_dollars: int) -> None:
        super().__init__("stirling", clock)
        self.names_the_charge, self.every = names_the_charge, in_dollars

    def in_dollars(self, request: GatewayRequest) -> bool:
        number = int(request.request.rsplit("-")[-1])
        return request.kind is RequestKind.CAPTURE and self.every > 0 and number % self.every == 0

    def _answer(self, request: GatewayRequest, fault: Fault | None) -> GatewayAnswer:
        answer = super()._answer(request, fault)
        if self.names_the_charge and request.kind is not RequestKind.REFUND:
            answer = attrs.evolve(answer, event="ch-1")
        if self.in_dollars(request):
            answer = attrs.evolve(answer, tendered=dollars(request.amount.minor))
        return answer


class GatewayLife(RuleBasedStateMachine):
    """One payment that is meant for two orders, each of two of the three lamps that there are."""

    @initialize(
        rules=st.sampled_from(RULES),
        authorises=st.booleans(),
        limited=st.booleans(),
        names_the_charge=st.booleans(),
        in_dollars=st.sampled_from((0, 1, 2)),
    )
    def open(
        self,
        rules: Rules,
        authorises: bool,
        limited: bool,
        names_the_charge: bool,
        in_dollars: int,
    ) -> None:
        self.shop = Shop(MemoryStore(), rules)
        self.gateway = Wire(
            self.shop.clock, names_the_charge=names_the_charge, in_dollars=in_dollars
        )
        self.told: set[str] = set()
        self.shop.stock(LAMP, "leith", 3)
        until = self.shop.clock.at + timedelta(hours=1)
        for id in ("o-1", "o-2"):
            self.shop.place(id, new_order((LAMP, 2), pay_by=until))
        meant = (("o-1", 2000), ("o-2", 2000))
        limit = until if limited else None
        self.shop.await_payment("pay-1", eur(4000), "card", "c-7", limit, meant)
        if authorises:
            self.shop.ask_authorise("pay-1")
            send_open(self.shop, self.gateway, self.shop.clock.at)

    def attempt(self, deed: Callable[[], object]) -> None:
        try:
            deed()
        except Refused:
            return

    @rule(amount=st.one_of(st.none(), AMOUNTS))
    def ask_capture(self, amount: int | None) -> None:
        wanted = None if amount is None else eur(amount)
        self.attempt(lambda: self.shop.ask_capture("pay-1", wanted))

    @rule()
    def ask_void(self) -> None:
        self.attempt(lambda: self.shop.ask_void("pay-1", "wanted no more"))

    @rule(order=ORDERS, lines=st.sampled_from(((), (("1", 1),))))
    def cancel_and_ask_back(self, order: str, lines: tuple[tuple[str, int], ...]) -> None:
        self.attempt(lambda: self.shop.cancel(order, lines))
        self.attempt(lambda: self.shop.ask_refund(order))

    @rule(amount=st.one_of(st.none(), AMOUNTS))
    def ask_pay_back(self, amount: int | None) -> None:
        wanted = None if amount is None else eur(amount)
        self.attempt(lambda: self.shop.ask_pay_back("pay-1", wanted))

    @rule(faults=st.lists(st.sampled_from(Fault), max_size=3))
    def send(self, faults: list[Fault]) -> None:
        self.gateway.fail(*faults)
        send_open(self.shop, self.gateway, self.shop.clock.forward(minutes=2))

    @rule(outcome=st.sampled_from((Outcome.DONE, Outcome.FAILED)))
    def finish_what_is_pending(self, outcome: Outcome) -> None:
        for effect in self.gateway.pending:
            self.gateway.finish(effect.key, outcome)

    @rule(data=st.data(), named=st.booleans())
    def webhook(self, data: st.DataObject, named: bool) -> None:
        if not self.gateway.effects:
            return
        effect: Effect = data.draw(st.sampled_from(self.gateway.effects))
        asked, answer = effect.request, effect.answer
        if named or asked.kind not in NOTICES:
            self.shop.record_answer(
                "pay-1",
                asked.request,
                answer.outcome,
                event=answer.event,
                paid_at=answer.paid_at,
                tendered=answer.tendered,
            )
        else:
            at = answer.paid_at
            notice = NOTICES[asked.kind]
            self.shop.record_notice(
                "pay-1", notice, asked.amount, answer.event, at, answer.tendered
            )

    @rule(minutes=st.sampled_from((10, 59, 120)))
    def time_passes(self, minutes: int) -> None:
        self.shop.clock.forward(minutes=minutes)

    @rule()
    def what_is_due_happens(self) -> None:
        for found in self.shop.due(self.shop.clock.at):
            if found.call.verb == "expire":
                assert self.ready(found.ref.id) < 2000, "its payer has authorised what it costs"
            if found.call.verb in ("expire", "expire_payment"):
                self.attempt(lambda call=found.call: self.shop.apply(call))  # type: ignore[misc]

    def ready(self, order: str) -> int:
        """What the card is good for, the first order first; of those that nothing has paid yet."""
        payment = self.shop.payment("pay-1")
        if payment.state not in ("authorised", "part captured") or self.shop.order(order).applied:
            return 0
        first = self.shop.order("o-1")
        before = max(0, 2000 - first.applied) if order == "o-2" else 0
        given_up = self.gateway.moved(RequestKind.VOID, "pay-1")
        return payment.authorised - payment.captured - before - given_up

    @invariant()
    def no_order_has_lamps_that_another_has(self) -> None:
        if not hasattr(self, "shop"):
            return
        claimed = [
            self.shop.order(id).lines[0].count(UnitState.RESERVED, UnitState.ALLOCATED)
            for id in ("o-1", "o-2")
        ]
        assert sum(claimed) <= 3
        for id in ("o-1", "o-2"):
            order = self.shop.order(id)
            if order.state in (OrderState.CANCELLED, OrderState.EXPIRED):
                assert order.state in ORDER_OVER
                assert order.lines[0].count(UnitState.CANCELLED) == 2

    def teardown(self) -> None:
        if not hasattr(self, "shop"):
            return
        for _ in range(12):
            for effect in self.gateway.pending:
                self.gateway.finish(effect.key)
            send_open(self.shop, self.gateway, self.shop.clock.forward(days=1))
        payment = self.shop.payment("pay-1")
        assert payment.captured == self.gateway.moved(RequestKind.CAPTURE, "pay-1") <= 4000
        assert payment.refunded == self.gateway.moved(RequestKind.REFUND, "pay-1")
        assert payment.refunding == 0
        assert payment.captured == payment.applied + payment.unapplied + payment.refunded
        asked = [one.request for one in self.gateway.effects]
        came = [one.amount.minor for one in asked if self.gateway.in_dollars(one)]
        if came:
            book = payment.tendered
            assert book is not None
            assert book.captured == sum([dollars(minor).n for minor in came])
            assert book.refunded == sum([one.units for one in asked])
            in_dollars = sum([one.amount.minor for one in asked if one.unit])
            assert book.worth is not None
            assert in_dollars == book.worth.refunded <= sum(came)
        if payment.unapplied:
            assert payment.holds, "money is kept, and nobody is asked"
        assert_laws(self.shop.store)


TestGatewayLife = GatewayLife.TestCase
TestGatewayLife.settings = settings(max_examples=60, stateful_step_count=20)
