"""Published cases of returns, exchanges and reissues: what others say of each, and what we do.

Facts and figures are carried over with their source; texts are not.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import attrs

from orderflow import BadInput, ChargeKind, NewCharge, Refused, verbs
from orderflow.adapters.memory import MemoryStore
from orderflow.calls import Call
from orderflow.conditions import Verdict
from orderflow.pricing import due
from orderflow.records import Outcome, RequestKind, credit_id
from tests.builders import BELL, LAMP, TWO_PLACES, Shop, bag, eur, line, new_order


class ToldReturn(NamedTuple):
    """What is asked, what is published, and what we answer by the rule that is named."""

    system: str
    source: str
    rule: str
    what: str
    published: str
    ours: Callable[[], str]


def shop_of(**rules: object) -> Shop:
    return Shop(MemoryStore(), attrs.evolve(TWO_PLACES, **rules))  # type: ignore[arg-type] # named


def delivered(n: int = 1, off: int = 0, freight: int = 0, **rules: object) -> Shop:
    """Order o-17 of so many lamps at ten euro, paid for and delivered."""
    shop = shop_of(**rules)
    shop.stock(LAMP, "leith", n)
    charges = (NewCharge(ChargeKind.DISCOUNT, -off), NewCharge(ChargeKind.FREIGHT, freight))
    shop.sell("o-17", line("1", LAMP, n), charges=charges)
    send(shop, "o-17")
    return shop


def send(shop: Shop, order: str) -> None:
    shop.allocate(order)
    shop.ship(order, f"p-{order}")
    shop.deliver(f"p-{order}")


def comes_back(shop: Shop, name: str, order: str = "o-17", n: int = 1) -> None:
    shop.ask_return(name, order, (("1", n),))
    shop.receive_return(name, "leith")
    shop.inspect(name)


def cents(*amounts: int) -> str:
    return ", ".join(f"{amount // 100}.{amount % 100:02}" for amount in amounts)


def owed(shop: Shop, order: str = "o-17") -> int:
    return max(0, -due(shop.order(order)))


def paid_back(shop: Shop) -> int:
    """Pay back all that is owed on o-17; what has gone back of its payment by then."""
    if owed(shop):
        shop.refund("o-17")
    return shop.payment("pay-o-17").refunded


def answer(shop: Shop, call: Call[Any]) -> str:
    """`done`, or the codes of all reasons why not."""
    try:
        shop.apply(call)
    except Refused as no:
        return " and ".join(one.code for one in no.refusals)
    return "done"


# --- what may come back ---------------------------------------------------------------------------


def asked_of_each_state() -> str:
    """A lamp in the warehouse, on the road, with its customer, and at last back for good."""
    shop = shop_of()
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 1))
    shop.allocate("o-17")
    asked = verbs.ask_return.on("r-1", "o-17", (("1", 1),))
    said = [answer(shop, asked)]
    shop.ship("o-17", "p-1")
    said.append(answer(shop, asked))
    shop.deliver("p-1")
    comes_back(shop, "r-0")
    said.append(answer(shop, asked))
    return ", ".join(said)


def asked_again_after(end: str) -> str:
    """A return that ends otherwise than with goods on the shelf; may its lamp be asked back?"""
    shop = delivered(approve_returns=False)
    shop.ask_return("r-1", "o-17")
    if end == "rejected":
        shop.reject_return("r-1", "worn")
    else:
        shop.close_return("r-1")
    return answer(shop, verbs.ask_return.on("r-2", "o-17"))


def inside_and_outside() -> str:
    shop = delivered(return_window_days=365)
    shop.clock.forward(days=364)
    said = [answer(shop, verbs.ask_return.on("r-1", "o-17"))]
    shop.close_return("r-1")
    shop.clock.forward(days=2)
    return ", ".join((*said, answer(shop, verbs.ask_return.on("r-2", "o-17"))))


def in_two_returns() -> str:
    """Another return of the same lamp while one is open, and of another lamp."""
    shop = delivered(2)
    shop.ask_return("r-1", "o-17", (("1", 1),))
    said = [answer(shop, verbs.ask_return.on("r-2", "o-17", (("1", 2),)))]
    return ", ".join((*said, answer(shop, verbs.ask_return.on("r-3", "o-17", (("1", 1),)))))


def cancelled_and_received() -> str:
    shop = delivered()
    shop.ask_return("r-1", "o-17")
    shop.close_return("r-1")
    said = [answer(shop, verbs.approve_return.on("r-1"))]
    said.append(answer(shop, verbs.receive_return.on("r-1", "leith", (("1", 1),))))
    holds = [hold.code for hold in shop.returned("r-1").holds]
    return f"{', '.join(said)} under hold {', '.join(holds)}; owed {cents(owed(shop))}"


def unsent_returned() -> str:
    shop = shop_of()
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))
    shop.allocate("o-17")
    shop.cancel("o-17", (("1", 2),))
    return f"{bag(shop.order('o-17'))['allocated']} unsent, {3 - shop.free(LAMP, 'leith')} claimed"


def out_and_in() -> str:
    """Five on the shelf, three ordered: one is cancelled, two go out and come back."""
    shop = shop_of()
    shop.stock(LAMP, "leith", 5)
    shop.sell("o-17", (LAMP, 3))
    shop.allocate("o-17")
    on_hand, claimed = [5], [3]

    def look() -> None:
        there = shop.there(LAMP, "leith")
        on_hand.append(there)
        claimed.append(there - shop.free(LAMP, "leith"))

    shop.cancel("o-17", (("1", 1),))
    look()
    shop.ship("o-17", "p-1")
    look()
    shop.turn_back("p-1")
    shop.receive_back("p-1", "leith")
    shop.take_back("o-17")
    look()
    return f"on hand {on_hand}, claimed {claimed}".replace("[", "").replace("]", "")


# --- what is owed ---------------------------------------------------------------------------------


def only_the_accepted() -> str:
    """Five lamps at 10.00: asked for, accepted, rejected, in doubt, and paid back before."""
    shop = delivered(5)
    comes_back(shop, "r-before")
    shop.refund("o-17")
    for name in ("r-asked", "r-accepted", "r-rejected", "r-in-doubt"):
        shop.ask_return(name, "o-17", (("1", 1),))
        if name != "r-asked":
            shop.receive_return(name, "leith")
    shop.inspect("r-accepted")
    shop.inspect("r-rejected", (("1", 1, Verdict.REJECTED),))
    shop.hold_return("r-in-doubt", "manager", "is it ours?")
    return cents(owed(shop))


def pending_and_accepted() -> str:
    shop = delivered()
    shop.ask_return("r-1", "o-17")
    said = [answer(shop, verbs.refund.on("o-17"))]
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    return ", ".join((*said, answer(shop, verbs.refund.on("o-17"))))


def one_of_two_with_a_discount() -> str:
    shop = delivered(2, off=200)
    comes_back(shop, "r-1")
    return cents(paid_back(shop))


def of_the_freight(*parts: int, unit: bool = False, freight: int = 2000) -> str:
    """So much of a freight is given back in turn, with a lamp or without."""
    shop = delivered(2, freight=freight)
    if unit:
        comes_back(shop, "r-1")
    said = ""
    for part in parts:
        try:
            shop.adjust("o-17", NewCharge(ChargeKind.FREIGHT, -part))
        except BadInput as no:
            said = f", then {no.path} is refused"
    return f"{cents(paid_back(shop))}{said}"


def owed_of(granted: int) -> str:
    """98.40 is paid; what is granted of it is owed back, and a coin more is not."""
    shop = shop_of()
    shop.sell("o-17", line("1", LAMP, 1, "98.40"))
    shop.adjust("o-17", NewCharge(ChargeKind.DISCOUNT, -granted))
    return f"overcharged by {cents(owed(shop))}"


def part_of_the_charge(total: str, paid: int) -> str:
    """What is still due of an order of which a part was charged."""
    shop = shop_of()
    shop.place("o-17", new_order(line("1", LAMP, 1, total)))
    shop.pay("pay-1", eur(paid), (("o-17", paid),))
    return f"{cents(due(shop.order('o-17')))} due"


def refund_by_card(*outcomes: Outcome | None) -> str:
    """What the last refund stands at, when one was asked for and its answers came in turn."""
    shop = shop_of()
    shop.place("o-17", new_order((LAMP, 1)))
    shop.await_payment("card", eur(1000), "card", "c-7", None, (("o-17", 1000),))
    shop.ask_capture("card")
    shop.record_answer("card", "capture-1", Outcome.DONE, event="ch-1")
    shop.cancel("o-17")
    if outcomes:
        shop.ask_refund("o-17")
    for one in outcomes:
        if one is not None:
            shop.record_answer("card", shop.payment("card").requests[-1].id, one)
    asked = shop.payment("card").requests[-1]
    return asked.outcome.value if asked.kind is RequestKind.REFUND else "none"


def refund_goes_on() -> str:
    """What is answered late is what has happened, whatever was answered before."""
    done, failed = Outcome.DONE, Outcome.FAILED
    pending = " or ".join(refund_by_card(one) for one in (done, failed))
    return f"{pending}; {refund_by_card(done, failed)}; {refund_by_card(failed, done)}"


def by_its_events() -> str:
    done, failed = Outcome.DONE, Outcome.FAILED
    ways = ((), (None,), (done,), (failed,), (done, failed))
    return ", ".join(refund_by_card(*way) for way in ways)


def freight_beyond(first: int, more: int) -> str:
    """Of a freight of 10.00, so much was given back, and so much more is to be."""
    return of_the_freight(first, more, freight=1000).rpartition("then ")[2]


# --- exchanges and reissues -----------------------------------------------------------------------


def exchange_for_bells(shop: Shop, n: int = 1, price: str = "10.00") -> None:
    """Lamps of o-17 for bells, as exchange x-1 with return r-1."""
    shop.ask_exchange("x-1", "o-17", "r-1", (("1", n),), (line("1", BELL, n, price),))
    shop.approve_exchange("x-1")


def the_new_ones_come_back() -> str:
    """A bell goes out in advance and unpaid; it comes back, and the old lamp never does."""
    shop = shop_of(replace_before_return=True)
    shop.stock(LAMP, "leith", 1)
    shop.stock(BELL, "leith", 1)
    shop.set_credit(credit_id("c-7", "EUR"), eur(100_000))
    shop.place("o-17", new_order((LAMP, 1), on_account=True))
    send(shop, "o-17")
    exchange_for_bells(shop)
    shop.send_replacement("x-1", "o-18")
    send(shop, "o-18")

    comes_back(shop, "r-2", "o-18")
    shop.undo_exchange("x-1")

    states = [shop.returned("r-2").state, *bag(shop.order("o-17")), *bag(shop.order("o-18"))]
    way = f"{shop.exchange('x-1').state}; {', '.join(states)}"
    return f"{way}; {cents(owed(shop, 'o-18'))}"


def with_and_without_stock() -> str:
    """Of twenty bells and of none."""
    said = []
    for there in (20, 0):
        shop = delivered(split=False)
        if there:
            shop.stock(BELL, "leith", there)
        exchange_for_bells(shop)
        shop.receive_return("r-1", "leith")
        shop.inspect("r-1")
        shop.send_replacement("x-1", "o-18")
        said.append(answer(shop, verbs.allocate.on("o-18")))
    return ", ".join(said)


def an_even_exchange_owes() -> str:
    shop = delivered()
    shop.stock(BELL, "leith", 1)
    exchange_for_bells(shop)
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.send_replacement("x-1", "o-18")
    return cents(owed(shop), due(shop.order("o-18")))


def replaced_and_unsent() -> str:
    """Three and two units, of which two and two are called off; two are sold anew."""
    shop = shop_of()
    shop.stock(LAMP, "leith", 3)
    shop.stock(BELL, "leith", 2)
    shop.sell("o-17", (LAMP, 3), (BELL, 2))
    shop.allocate("o-17")
    shop.cancel("o-17", (("1", 2), ("2", 2)))
    shop.place("o-18", new_order((LAMP, 2)))
    order = shop.order("o-17")
    left = [bag(order, line).get("allocated", 0) for line in ("1", "2")]
    price = shop.order("o-18").lines[0].price
    refunded = shop.payment("pay-o-17").refunded
    return f"{left[0]} and {left[1]} unsent, 2 anew at {price:.2f}, refunded {cents(refunded)}"


def sent_again_for_nothing() -> str:
    """Two of three that have arrived are faulty: they go out again, and cost nothing."""
    shop = delivered(3)
    shop.ask_reissue("s-1", "o-17", (("1", 2),), "faulty")
    shop.approve_reissue("s-1", "o-18")
    anew = shop.order("o-18").lines[0]
    return f"{anew.n} anew at {anew.price:.2f}, refunded {cents(paid_back(shop))}"


SOLIDUS: Final = "return_item_spec"
RMA: Final = "eligibility_validator/"
MEMO: Final = "Creditmemo/Total/ShippingTest"
PLUGIN: Final = "Sylius RefundPlugin"
SALEOR: Final = "test_order_actions_create_fulfillments_for_returned_products"

TOLD_RETURNS: Final = (
    ToldReturn(
        "Solidus, RET-007",
        SOLIDUS,
        "`undo_exchange`",
        "the new goods come back instead of the old: the exchange; the new return, "
        "the old unit, the new unit; what is owed",
        "unexchanged; received, shipped, returned; 0.00",
        the_new_ones_come_back,
    ),
    ToldReturn(
        "Solidus, RET-012",
        "reimbursement_spec",
        "given up when accepted",
        "owed for five at 10.00: asked for, accepted, rejected, in doubt, paid back before",
        "10.00",
        only_the_accepted,
    ),
    ToldReturn(
        "Solidus, RET-013",
        "exchange_spec",
        "`allocate` without `split`",
        "an exchange for goods of which there are 20, and none",
        "ready, unable to ship",
        with_and_without_stock,
    ),
    ToldReturn(
        "Saleor, RET-014",
        SALEOR,
        "`cancel`, and an order anew",
        "of 3 and 2 unsent, 2 and 2 returned, the first 2 to be replaced, no refund asked for",
        "1 and 0 unsent, 2 anew at 10.00, refunded 0.00",
        replaced_and_unsent,
    ),
    ToldReturn(
        "Saleor, RET-015",
        SALEOR,
        "`cancel`",
        "2 of 3 that were never sent are returned",
        "1 unsent, 1 claimed",
        unsent_returned,
    ),
    ToldReturn(
        "Solidus, STA-015",
        SOLIDUS,
        "given up when accepted",
        "pay back a unit that is asked back, and one that was accepted",
        "invalid, valid",
        pending_and_accepted,
    ),
    ToldReturn(
        "Medusa, STA-034",
        "order-change.spec",
        "a unit is in one return",
        "another return while one is open: of the same unit, and of another",
        "active_change_exists",
        in_two_returns,
    ),
    ToldReturn(
        "Medusa, STA-035",
        "returns.spec",
        "what has come is recorded",
        "confirm a cancelled return, and receive its goods",
        "not_found",
        cancelled_and_received,
    ),
    ToldReturn(
        "Vendure, RES-014",
        "stock-control.e2e-spec",
        "`cancel`, `take_back`",
        "5 on hand, 3 ordered: 1 cancelled before it goes out, 2 after",
        "on hand 5, 5, 3, 5, claimed 3, 2, 0, 0",
        out_and_in,
    ),
    ToldReturn(
        "Saleor, STA-030",
        "test_order",
        "due = cost − applied",
        "98.40 charged of 98.40, and 88.40 granted back",
        "overcharged",
        lambda: owed_of(8840),
    ),
    ToldReturn(
        "Saleor, STA-026",
        "test_order",
        "due = cost − applied",
        "11.00 charged of 98.40, and nothing granted back",
        "partial",
        lambda: part_of_the_charge("98.40", 1100),
    ),
    ToldReturn(
        "Saleor, STA-031",
        "test_order_utils",
        "`record_answer`",
        "a refund after the charge, when it is asked for, has gone, has failed, was taken back",
        "none, pending, success, failure, none",
        by_its_events,
    ),
    ToldReturn(
        "Vendure, STA-002",
        "default-refund-process",
        "`record_answer`",
        "what a refund may come to that is pending, settled, failed",
        "settled or failed; nothing; nothing",
        refund_goes_on,
    ),
    ToldReturn(
        "Magento",
        MEMO,
        "`adjust` of freight",
        "half, and a quarter, of a freight of 10.00",
        "5.00, 2.50",
        lambda: ", ".join(of_the_freight(part, freight=1000) for part in (500, 250)),
    ),
    ToldReturn(
        "Magento",
        MEMO,
        "`adjust` of freight",
        "6.00 of a freight of 10.00 of which 5.00 went back",
        "refused: 5.00 at most",
        lambda: freight_beyond(500, 600),
    ),
    ToldReturn(
        "Solidus",
        f"{RMA}inventory_shipped_spec",
        "`eligible.delivered`",
        "ask back a unit that is not sent, on the road, paid back before",
        "ineligible, eligible, ineligible",
        asked_of_each_state,
    ),
    ToldReturn(
        "Solidus",
        f"{RMA}no_reimbursements_spec",
        "tags are taken off",
        "ask a unit back whose return was cancelled",
        "eligible",
        lambda: asked_again_after("closed"),
    ),
    ToldReturn(
        "Solidus",
        f"{RMA}time_since_purchase_spec",
        "`return_window_days`",
        "a window of 365 days: a day before its end, and a day after",
        "eligible, ineligible",
        inside_and_outside,
    ),
    ToldReturn(
        "Solidus",
        SOLIDUS,
        "one difference of both",
        "owed back for a unit that is exchanged for one of its price, and due for that",
        "0.00, 0.00",
        an_even_exchange_owes,
    ),
    ToldReturn(
        PLUGIN,
        "refunding_single_order_unit_with_promotion_applied",
        "units give up their share",
        "one of two at 10.00 with 1.00 off each",
        "9.00",
        one_of_two_with_a_discount,
    ),
    ToldReturn(
        PLUGIN,
        "refunding_order_shipping_cost",
        "`adjust` of freight",
        "freight of 20.00, alone and with a unit of 10.00",
        "20.00, 30.00",
        lambda: f"{of_the_freight(2000)}, {of_the_freight(2000, unit=True)}",
    ),
    ToldReturn(
        PLUGIN,
        "refunding_part_of_shipment",
        "`adjust` of freight",
        "of a freight of 20.00: 8.00; 5.00 and the rest; 5.00 and 18.00",
        "8.00; 20.00; 5.00, then amount is refused",
        lambda: "; ".join(
            (of_the_freight(800), of_the_freight(500, 1500), of_the_freight(500, 1800))
        ),
    ),
    ToldReturn(
        "Saleor, RET-014",
        SALEOR,
        "`ask_reissue`",
        "2 of 3 that have arrived are replaced, no refund asked for",
        "2 anew at 10.00, refunded 0.00",
        sent_again_for_nothing,
    ),
)
"""Each case, with what we answer."""
