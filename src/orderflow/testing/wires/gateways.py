"""The conformance suite of payment gateways: one effect for each key, and no money that is unknown.

It knows the protocol `Gateway`, and refuses to know any gateway.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar, Final

from orderflow.adapters.gateways import send_open
from orderflow.adapters.memory import MemoryStore
from orderflow.errors import GatewayFailed, KeyReused, Refused
from orderflow.money import Money
from orderflow.ports import Gateway, GatewayAnswer, GatewayRequest
from orderflow.records import Outcome, RequestKind
from orderflow.testing.kit import NotAsked, Suite, agree, together
from orderflow.testing.samples import LAMP, RULES, CountedIds, FixedClock, order_of
from orderflow.testing.wires.cut import Cut
from orderflow.workflow import Workflow

_CALLS_MAX: Final = 40


class GatewayCase(Suite):
    """A gateway under check. A host says how it is made, and what it is able to.

    `method` is what its payments are made by. `threads` at once send the same key; one, where it is
    not called side by side.
    """

    method: ClassVar[str] = "card"
    threads: ClassVar[int] = 4

    @abstractmethod
    def gateway(self) -> Gateway:
        """A gateway of which nothing has been asked yet; one against a sandbox, or its double."""

    def moved(self, gateway: Gateway, kind: RequestKind, payment: str) -> int | None:
        """What it has really done of a kind for a payment, in minor units; `None`: unknown."""
        return None

    def lose_reply(self, gateway: Gateway) -> bool:
        """See to it that the next request is carried out, and its reply gets lost."""
        return False

    def decline(self, gateway: Gateway) -> bool:
        """See to it that the next request is declined."""
        return False

    @classmethod
    def capabilities(cls) -> tuple[tuple[str, str], ...]:
        """What the host has declared."""
        told = {True: "yes", False: "no"}
        return (
            ("looked at behind the adapter", told[cls.moved is not GatewayCase.moved]),
            ("replies can be lost", told[cls.lose_reply is not GatewayCase.lose_reply]),
            ("requests can be declined", told[cls.decline is not GatewayCase.decline]),
            ("threads", str(cls.threads)),
        )

    def request(
        self, kind: RequestKind, minor: int = 10_000, reference: str = ""
    ) -> GatewayRequest:
        """A request of a kind for payment pay-1, in euro."""
        amount = Money(minor, "EUR")
        return GatewayRequest(kind, "pay-1", f"{kind}-1", amount, self.method, "c-7", reference)

    def has_moved(self, gateway: Gateway, kind: RequestKind, minor: int, what: str) -> None:
        """Compare what it has really done with what it should, where anybody can look."""
        found = self.moved(gateway, kind, "pay-1")
        if found is not None:
            agree(found, minor, what)


class GatewaySuite(GatewayCase):
    """Whether a gateway keeps its promises: subclass it, and give it `gateway`."""

    def test_the_same_key_has_one_effect_and_one_answer(self) -> None:
        """However often it comes."""
        gateway = self.gateway()
        asked = self.request(RequestKind.CAPTURE)
        answers = [gateway.capture(asked, "k-1") for _ in range(3)]
        agree(answers[1:], [answers[0]] * 2, "the answer to a key that came again")
        agree(answers[0].outcome, Outcome.DONE, "what came of it")
        self.has_moved(gateway, RequestKind.CAPTURE, 10_000, "what was captured")

    def test_a_key_with_another_question_is_not_answered_as_the_first(self) -> None:
        """Another amount by the same key is a mistake of ours, and moves nothing."""
        gateway = self.gateway()
        gateway.capture(self.request(RequestKind.CAPTURE), "k-1")
        try:
            answer = gateway.capture(self.request(RequestKind.CAPTURE, 2_500), "k-1")
        except (KeyReused, Refused, GatewayFailed):
            pass
        else:
            agree(answer.outcome, Outcome.FAILED, "what came of a key with another amount")
        self.has_moved(gateway, RequestKind.CAPTURE, 10_000, "what was captured")

    def test_what_has_become_of_a_key_can_be_asked(self) -> None:
        """The same as its reply has said, by the same name of what has happened."""
        gateway = self.gateway()
        agree(gateway.query("k-1"), None, "what has become of a key that never came")
        answer = gateway.authorise(self.request(RequestKind.AUTHORISE), "k-1")
        found = gateway.query("k-1")
        assert found is not None, "nobody knows of a key that was answered"
        said = (answer.outcome, answer.amount, answer.reference, answer.event)
        told = (found.outcome, found.amount, found.reference, found.event)
        agree(told, said, "what a query tells, beside the reply")

    def test_each_kind_of_request_is_done(self) -> None:
        """Authorised and captured, paid back in part, and what was authorised given up."""
        gateway = self.gateway()
        kept = gateway.authorise(self.request(RequestKind.AUTHORISE), "k-1")
        taken = self.request(RequestKind.CAPTURE, 6_000, kept.reference)
        captured = gateway.capture(taken, "k-2")
        back = self.request(RequestKind.REFUND, 2_500, captured.reference)
        answers = [kept, captured, gateway.refund(back, "k-3")]
        given_up = self.request(RequestKind.VOID, 4_000, kept.reference)
        answers.append(gateway.void(given_up, "k-4"))
        agree([one.outcome for one in answers], [Outcome.DONE] * 4, "what came of each kind")
        for answer in answers:
            amount = answer.amount
            assert amount is None or amount.currency == "EUR", f"it answers in {amount}"
            assert amount is None or type(amount.minor) is int, f"it answers {amount!r}"
        for kind, minor in ((RequestKind.CAPTURE, 6_000), (RequestKind.REFUND, 2_500)):
            self.has_moved(gateway, kind, minor, f"what was done of {kind}")

    def test_a_lost_reply_is_no_answer(self) -> None:
        """It is `GatewayFailed`, and whoever asks about the key is told what was done."""
        gateway = self.gateway()
        if not self.lose_reply(gateway):
            raise NotAsked("nobody can have its replies lost")
        try:
            answer = gateway.capture(self.request(RequestKind.CAPTURE), "k-1")
        except GatewayFailed:
            pass
        else:
            raise AssertionError(f"nobody knows, and it says {answer.outcome}")
        found = gateway.query("k-1")
        assert found is not None, "it does not know of a key whose reply was lost"
        agree(found.outcome, Outcome.DONE, "what has become of it")
        gateway.capture(self.request(RequestKind.CAPTURE), "k-1")
        self.has_moved(gateway, RequestKind.CAPTURE, 10_000, "what was captured")

    def test_what_is_declined_is_an_answer(self) -> None:
        """It is no error, it moves nothing, and it is remembered."""
        gateway = self.gateway()
        if not self.decline(gateway):
            raise NotAsked("nobody can have its requests declined")
        try:
            answer = gateway.capture(self.request(RequestKind.CAPTURE), "k-1")
        except (GatewayFailed, Refused) as raised:
            raise AssertionError(f"what is declined is raised: {raised}") from raised
        agree(answer.outcome, Outcome.FAILED, "what came of it")
        self.has_moved(gateway, RequestKind.CAPTURE, 0, "what was captured")
        found = gateway.query("k-1")
        agree(found and found.outcome, Outcome.FAILED, "what has become of it")

    def test_a_key_that_many_send_at_once_has_one_effect(self) -> None:
        """Two workers of a host may meet."""
        if self.threads < 2:
            raise NotAsked("it is not called side by side")
        gateway = self.gateway()
        asked = self.request(RequestKind.CAPTURE)
        wrong = together(*[lambda: gateway.capture(asked, "k-1")] * self.threads)
        unknown = [error for error in wrong if not isinstance(error, GatewayFailed)]
        assert not unknown, f"sent by {self.threads} at once: {unknown[0]!r}"
        self.has_moved(gateway, RequestKind.CAPTURE, 10_000, "what was captured")

    def test_a_line_that_is_cut_anywhere_takes_the_money_once(self) -> None:
        """Before or behind any call; and the books say what was done."""
        points = 0
        for after in (False, True):
            for at in range(1, _CALLS_MAX):
                if not self._sent_over(Cut(at, after, self._failed)):
                    break
                points += 1
        self.told = f"{points} points"

    def _failed(self, asked: str, key: str) -> Exception:
        return GatewayFailed(self.of or "gateway", asked, key, "the line is cut")

    def _sent_over(self, cut: Cut) -> bool:
        """Whether the line got as far as its cut, once a payment went its way over it."""
        clock = FixedClock()
        shop = Workflow(MemoryStore(), RULES, clock=clock, keys=CountedIds())
        shop.place("o-1", order_of((LAMP, 10)))
        shop.await_payment("pay-1", Money(10_000, "EUR"), self.method, "c-7", None, _MEANT)
        line = CutLine(self.gateway(), cut)

        def until_quiet() -> None:
            for _ in range(6):
                send_open(shop, line, clock.forward(minutes=2))

        steps: tuple[Callable[[], object], ...] = (
            lambda: shop.ask_authorise("pay-1"),
            lambda: shop.ask_capture("pay-1", Money(6_000, "EUR")),
            lambda: shop.cancel("o-1", (("1", 5),)),
            lambda: shop.ask_refund("o-1"),
        )
        for step in steps:
            step()
            until_quiet()
        told = f"cut {'behind' if cut.after else 'before'} call {cut.at}"
        payment = shop.payment("pay-1")
        agree((payment.captured, payment.refunded), (6_000, 1_000), f"the books, {told}")
        for kind, minor in ((RequestKind.CAPTURE, 6_000), (RequestKind.REFUND, 1_000)):
            self.has_moved(line.gateway, kind, minor, f"what was done of {kind}, {told}")
        return cut.met


_MEANT: Final = (("o-1", 10_000),)


class CutLine:
    """A `Gateway` behind a line that is cut at one point."""

    def __init__(self, gateway: Gateway, cut: Cut) -> None:
        self.gateway, self._cut = gateway, cut

    def authorise(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Keep an amount of the payer ready."""
        return self._cut.over("authorise", key, lambda: self.gateway.authorise(request, key))

    def capture(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Take an amount."""
        return self._cut.over("capture", key, lambda: self.gateway.capture(request, key))

    def refund(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Pay an amount back."""
        return self._cut.over("refund", key, lambda: self.gateway.refund(request, key))

    def void(self, request: GatewayRequest, key: str) -> GatewayAnswer:
        """Give up what was authorised."""
        return self._cut.over("void", key, lambda: self.gateway.void(request, key))

    def query(self, key: str) -> GatewayAnswer | None:
        """What has become of a key."""
        return self._cut.over("query", key, lambda: self.gateway.query(key))
