"""The small worlds that are walked whole: each a part of the trade, with the verbs of it.

Together they call every verb; a single world that calls them all is too large to be walked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import attrs

from orderflow import Instalment, Location, Money, Patience, Price, Ref, Rules, StoredKind, verbs
from orderflow.compensations import Compensable
from orderflow.conditions import Verdict
from orderflow.journal import STOCK
from orderflow.payments import Notice
from orderflow.records import Outcome
from orderflow.tender_order import Means, Portion
from orderflow.testing import Bounds
from orderflow.testing.walk import PLACE, START
from orderflow.tracking import Incident, Scan, TrackingStatus
from orderflow.values import Position
from tests.business import Business
from tests.stores import EVERYWHERE

WINDOW: Final = timedelta(days=14)
DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)


def of(text: str) -> frozenset[str]:
    return frozenset(text.split())


LIFE: Final = of(
    "place confirm pay refund cancel allocate release pick pack hand_over deliver complete"
)
TO_THE_DOOR: Final = of("place pay refund allocate release pick pack hand_over deliver complete")
SHELF: Final = of(
    "reserve unreserve recall ask_cancel_dispatch refuse_cancel_dispatch cancel_parcel"
)
ROAD: Final = of("turn_back lose receive_back reopen take_back")
BACK: Final = of(
    "ask_return approve_return reject_return close_return receive_return inspect deliver_again"
)
REPORTS: Final = of("report_missing found lift_hold")
EUR: Final = "EUR"
A_LOT: Final = Position("GOODS-1", PLACE, lot="L-1")
A_FEED: Final = "supplier/GOODS-1"
UNKNOWN: Final = (("9", 1),)
"""A line that no order has: what is said of it is written down."""


@attrs.frozen
class Small:
    """A small world: how large it is, and by which rules and opinion it is judged."""

    bounds: Bounds
    days: dict[str, Any] = attrs.field(factory=dict)
    business: Business = Business()

    @property
    def rules(self) -> Rules:
        """The rules of a host with one warehouse."""
        return Rules(locations=(Location(PLACE),), **self.days)


def goods(
    only: frozenset[str], units: tuple[int, ...] = (1,), stock: int = 0, **more: Any
) -> Small:
    return Small(Bounds(units, stock=stock or sum(units), only=only, **more))


MUST_STAY: Final = (
    verbs.hold.on("o", "stay", "it must not be cancelled", ("cancel",)),
    verbs.lift_hold.on("o", "stay"),
)
ASKED_TWICE: Final = (
    *MUST_STAY,
    verbs.hold.on("o", "look", "somebody should look at it", ()),
    verbs.lift_hold.on("o", "look"),
)

MONEY_STAYS: Final = (
    verbs.hold_payment.on("o-pay1", "all", "not yet", ("refund",)),
    verbs.hold_payment.on("o-pay1", "part", "not in part", ("refund part",)),
    verbs.lift_payment_hold.on("o-pay1", "all"),
    verbs.lift_payment_hold.on("o-pay1", "part"),
)

TOLD_ALL: Final = tuple(
    verbs.record_notice.on("o-pay1", told, Money(50, EUR))
    for told in (Notice.AUTHORISED, Notice.FAILED, Notice.VOIDED, Notice.CAPTURED)
)
"""What a gateway may say of 0.50, and last that it has come."""

REFUNDED: Final = tuple(
    verbs.record_answer.on("o-pay1", "refund-1", outcome)
    for outcome in (Outcome.DONE, Outcome.FAILED)
)

PARTS: Final[dict[str, Small]] = {
    "prepaid goods, parcels and returns": goods(
        LIFE
        | ROAD
        | of("reserve recall cancel_parcel")
        | of("ask_return close_return receive_return inspect deliver_again"),
        (2,),
        most={"parcel": 2},
    ),
    "repairs": goods(
        LIFE
        | of("ask_repair approve_return close_return receive_return mend inspect deliver_again")
    ),
    "returns in part": goods(LIFE | BACK | of("record_return_scan hold_return lift_return_hold")),
    "a shelf that has less": Small(
        Bounds((2,), stock=1, only=LIFE | SHELF | of("plan_to_buy give_up_plan"))
    ),
    "two lines": goods(LIFE | SHELF, (1, 1)),
    "the road and its reports": goods(
        LIFE | ROAD | REPORTS | of("record_scan make_ready hold_parcel lift_parcel_hold"),
        also=(verbs.report_missing.on("o", UNKNOWN), verbs.found.on("o", UNKNOWN)),
    ),
    "scans and their story": goods(
        of("place confirm pay refund allocate release pick pack hand_over complete")
        | of("record_scans receive_back take_back"),
        also=tuple(
            verbs.record_scans.on("o-d1-p1", (Scan("o-d1-p1", *said),))
            for said in (
                (TrackingStatus.ON_HOLD, START - 3 * HOUR, "", Incident.CARRIER_PARCEL_LOST),
                (TrackingStatus.READY_FOR_PICKUP, START - 2 * HOUR),
                (TrackingStatus.DELIVERED, START - HOUR),
            )
        ),
    ),
    "parcels of which nothing is heard": Small(
        Bounds(
            (1,),
            stock=1,
            only=LIFE | ROAD | of("chase lift_parcel_hold number_parcel redirect"),
            waits=(2 * DAY,),
            first=(verbs.add_waybills.of(Ref("", STOCK, "post"), "post", "NP-1", 1),),
        ),
        {"silent_days": 1},
    ),
    "labels that are booked": Small(
        Bounds(
            (1,),
            stock=1,
            only=LIFE | of("cancel_parcel ask_booking send_booking record_booking cancel_booking"),
            waits=(HOUR,),
            requests=1,
        )
    ),
    "labels of what comes back": Small(
        Bounds(
            (1,),
            stock=1,
            only=TO_THE_DOOR
            | of("ask_return close_return receive_return inspect deliver_again")
            | of("ask_return_label send_return_label record_return_label cancel_return_label"),
            waits=(HOUR,),
            requests=1,
        )
    ),
    "scans of what comes back": Small(
        Bounds(
            (1,),
            stock=1,
            only=TO_THE_DOOR
            | of("ask_return close_return receive_return inspect deliver_again")
            | of("cancel record_return_scans"),
        )
    ),
    "the warehouse and its reports": goods(
        LIFE
        | SHELF
        | of("send_dispatch accept_dispatch refuse_dispatch lift_dispatch_hold")
        | of("scan_serials hold lift_hold weigh mark")
    ),
    "another's warehouse": goods(
        LIFE
        | of("recall ask_cancel_dispatch pick_short scan_pick report_shipped lift_parcel_hold"),
        most={"parcel": 2},
        times=1,
    ),
    "parcels that are packed anew": goods(
        LIFE | of("cancel_parcel recall repack"), (2,), most={"parcel": 2}, times=1
    ),
    "cash on delivery": goods(
        LIFE - {"pay"} | ROAD | of("collect_on_delivery expect_cash remit pay_back apply_payment"),
        cash_on_delivery=True,
        also=(
            verbs.collect_on_delivery.on("o-pay1", "o", Money(100, EUR)),
            verbs.apply_payment.on("o-pay1", (("o", 100),)),
        ),
    ),
    "cash in part": goods(
        of("place cancel refund collect_on_delivery expect_cash void_payment remit pay_back")
        | of("apply_payment"),
        times=1,
        cash_on_delivery=True,
        also=(
            verbs.remit.on("o-pay1", Money(50, EUR)),
            verbs.apply_payment.on("o-pay1", (("o", 50),)),
            verbs.refund.on("o", Money(50, EUR)),
        ),
    ),
    "parcels that are taken in part": goods(
        of("place allocate release pick pack hand_over deliver complete refund cancel recall")
        | of("turn_back receive_back take_back take_in_part collect_on_delivery pay_back"),
        (2,),
        most={"parcel": 2},
        times=1,
        cash_on_delivery=True,
    ),
    "cash that changes on its way": goods(
        of("place cancel allocate release pick pack hand_over deliver complete expect_cash")
        | of("change_cash answer_cash_change collect_on_delivery pay_back refund"),
        cash_on_delivery=True,
        also=(
            verbs.change_cash.on("o-pay1", Money(50, EUR)),
            verbs.collect_on_delivery.on("o-pay1", "o", Money(100, EUR)),
            verbs.apply_payment.on("o-pay1", (("o", 100),)),
        ),
    ),
    "review and holds": goods(
        of("place review ask_customer answer reject confirm pay cancel hold lift_hold refund"),
        also=ASKED_TWICE,
    ),
    "money": goods(
        of("pay place refund pay_back record_notice charge_back settle_dispute await_payment")
        | of("apply_payment void_payment cancel"),
        times=1,
    ),
    "money on hold": goods(
        of("pay place cancel refund pay_back hold_payment lift_payment_hold"),
        also=(
            *MONEY_STAYS,
            verbs.refund.on("o", Money(50, EUR)),
            verbs.refund.on("o", Money(25, EUR)),
        ),
    ),
    "deposits": goods(
        of("place cancel refund pay_back take_deposit open_balance pay_balance miss_balance")
        | of("charge_back settle_dispute apply_payment forfeit_deposit"),
        times=1,
        waits=(timedelta(days=8),),
        also=(verbs.forfeit_deposit.on("o-pay1", Money(50, EUR)),),
    ),
    "instalments": Small(
        Bounds(
            (2,),
            only=of("place confirm pay cancel refund allocate miss_instalment lift_hold expire"),
            times=1,
            most={"payment": 2},
            waits=(DAY, DAY),
            also=(
                verbs.agree_plan.on("o", (Instalment(80, START), Instalment(120, START + DAY))),
                verbs.agree_plan.on("o", (Instalment(200, START + 2 * DAY),), ("allocate",)),
                verbs.pay.on("o-pay1", Money(80, EUR), (("o", 80),)),
            ),
        )
    ),
    "balances that are kept": goods(
        of("place cancel refund pay_back lapse_stored_value charge_back settle_dispute")
        | of("apply_payment"),
        stock=200,  # so that as many minor units may come onto a balance
        times=3,
        waits=(DAY,),
        first=(
            verbs.open_stored_value.on("g", StoredKind.VOUCHER, EUR, 150, "", START + DAY),
            verbs.open_stored_value.on("c", StoredKind.STORE_CREDIT, EUR),
        ),
        most={"stored value": 2},
        also=(
            verbs.top_up.on("g", 50, "as agreed"),
            verbs.spend.on("o-pay1", "g", Money(150, EUR), (("o", 100),)),
            verbs.refund.on("o", Money(50, EUR)),
            verbs.refund.on("o", to="c"),
            verbs.refund.on("o", to="g"),
            verbs.pay_back.on("o-pay1", to="g"),
            verbs.pay_back.on("o-pay1", to="c"),
        ),
    ),
    "fees and partial refunds": goods(
        of("place pay cancel refund adjust charge_back settle_dispute pay_back apply_payment"),
        most={"payment": 2 if EVERYWHERE else 1},  # with two they are half a million ways
        times=1,
        also=(verbs.refund.on("o", Money(50, EUR)),),
    ),
    "partial refunds of two payments": goods(
        of("place pay cancel refund charge_back settle_dispute pay_back apply_payment"),
        most={"payment": 2},
        times=1,
        also=(verbs.refund.on("o", Money(50, EUR)),),
    ),
    "prices that change": Small(
        Bounds(
            (2,),
            only=of("place pay cancel refund confirm reprice protect_price allocate"),
            times=1,
            most={"payment": 2},
            charges=3,
            waits=(DAY,),
            also=tuple(
                [
                    call
                    for price in ("0.50", "1.50")
                    for call in (
                        verbs.reprice.on("o", (("1", Price.of(price, EUR)),)),
                        verbs.protect_price.on("o", (("1", Price.of(price, EUR)),)),
                    )
                ]
            ),
        ),
        {"price_protection_days": 1},
        Business(protection_days=1),
    ),
    "goods by weight": goods(
        LIFE | of("weigh_line"),
        times=1,
        charges=2,
        grams_each=500,
        also=(verbs.weigh_line.on("o", "1", 250),),
    ),
    "invoices": goods(
        LIFE | of("invoice credit ask_return receive_return close_return inspect deliver_again"),
        most={"invoice": 2, "credit note": 2},
        also=(
            verbs.invoice.on("o", "bills", lines=(("1", 1),)),
            verbs.credit.on("bills-000001", "credits", whole=True),
            verbs.credit.on("bills-000001", "credits", "1", Money(60, EUR)),
        ),
    ),
    "purchases": goods(
        of("place pay cancel refund plan_to_buy give_up_plan purchase send_purchase")
        | of("accept_purchase refuse_purchase record_shortfall stop_buying ask_cancel_purchase")
        | of("refuse_cancel_purchase cancel_purchase receive_purchase lift_hold hold"),
    ),
    "suppliers who ship": goods(
        of("place pay refund cancel plan_to_buy purchase ship_direct deliver lose turn_back")
        | of("receive_back take_back complete lift_parcel_hold"),
        most={"parcel": 2},
        also=(verbs.ship_direct.on("o-buy1-p1", "o-buy1", UNKNOWN, "o"),),
    ),
    "work orders": goods(
        of("place pay cancel refund plan_to_make give_up_plan plan_production start_production")
        | of("inspect_production rework finish_production stop_production lift_work_order_hold")
        | of("hold lift_hold"),
        also=(verbs.finish_production.on("o-make1", UNKNOWN, "o"),),
    ),
    "services": Small(
        Bounds(
            (2,),
            service=True,
            only=LIFE | of("reserve redeem lapse plan_to_buy plan_to_make hold lift_hold"),
            waits=(DAY,),
        )
    ),
    "sent again": goods(
        LIFE - of("lose confirm")
        | of("report_missing found ask_reissue approve_reissue reject_reissue lift_hold")
        | of("cancel_reissue settle_reissue"),
        stock=2,
        most={"order": 2, "dispatch": 2, "parcel": 2},
    ),
    "sent again, when nothing holds it": goods(
        of("place pay allocate release pick pack hand_over deliver lose ask_reissue")
        | of("approve_reissue reject_reissue cancel_reissue settle_reissue hold_reissue")
        | of("lift_reissue_hold complete cancel refund"),
        stock=2,
        most={"order": 2, "dispatch": 2, "parcel": 2},
    ),
    "exchanges": goods(
        LIFE
        | of("receive_return inspect deliver_again ask_exchange approve_exchange reject_exchange")
        | of("cancel_exchange send_replacement settle_exchange hold_exchange lift_exchange_hold")
        | of("pay_over"),
        most={"order": 2, "dispatch": 2, "parcel": 2},
    ),
    "sent again, and the first came back": goods(
        of("place pay allocate release pick pack hand_over deliver lose turn_back receive_back")
        | of("ask_reissue approve_reissue cancel_reissue settle_reissue restock take_back refund")
        | of("cancel complete archive"),
        stock=2,
        most={"order": 2, "dispatch": 2, "parcel": 2},
    ),
    "exchanges that go out first": Small(
        Bounds(
            (1,),
            stock=2,
            only=LIFE
            | of(
                "receive_return inspect deliver_again ask_exchange approve_exchange cancel_exchange"
            )
            | of("send_replacement settle_exchange undo_exchange pay_over")
            | of("hold_exchange lift_exchange_hold"),
            most={"order": 2, "dispatch": 2, "parcel": 2},
        ),
        {"replace_before_return": True},
        Business(replace_first=True),
    ),
    "time": Small(
        Bounds(
            (1,),
            stock=1,
            only=LIFE
            | of("expire review ask_return close_return confirm_receipt archive")
            | of("await_payment expire_payment lift_hold recall"),
            waits=(DAY, timedelta(days=7), WINDOW),
            also=(verbs.await_payment.on("o-pay1", Money(100, EUR), expires_at=START + DAY / 2),),
        ),
        {"receipt_days": 7},
        Business(receipt_days=7),
    ),
    "stock that is kept": goods(
        of("place cancel confirm_stock_hold release_stock_hold reserve unreserve allocate pay")
        | of("receive_supply free_surplus refund"),
        first=(
            verbs.hold_stock.on("h", Position("GOODS-1", PLACE), 1),
            verbs.expect.on("s", Position("GOODS-1", PLACE), 1, START + DAY),
        ),
        also=(
            verbs.place.on("o", stock_holds=("h",)),
            verbs.reserve.on("o", "s"),
            verbs.receive_supply.on("s", 1, last=True),
        ),
    ),
    "promises": goods(
        of(
            "place cancel promise repeg repromise unreserve allocate pay slip receive_supply refund"
        ),
        (2,),
        first=(
            verbs.expect.on("s", Position("GOODS-1", PLACE), 2, START + DAY),
            verbs.hold_stock.on("h", Position("GOODS-1", PLACE), 1),
        ),
        times=1,
        also=(
            verbs.slip.on("s", START + DAY, 0),
            verbs.receive_supply.on("s", 1),
            verbs.release_stock_hold.on("h"),
        ),
    ),
    "lots": Small(
        Bounds(
            (1,),
            stock=0,
            only=of("place pay cancel refund reserve unreserve allocate set_expiry hold_lot")
            | of("lift_lot_hold"),
            first=(verbs.receive.of(Ref("", STOCK, "GOODS-1"), A_LOT, 1),),
            also=(verbs.set_expiry.on("GOODS-1/L-1", START),),
        )
    ),
    "goods from another warehouse": goods(
        of("place pay cancel reserve unreserve allocate receive_supply free_surplus")
        | of("send_transfer refund"),
        times=1,
        also=(
            verbs.send_transfer.on("t", Position("GOODS-1", PLACE), "york", 1, START + DAY),
            verbs.reserve.on("o", "t"),
            verbs.receive_supply.on("t", 1, last=True),
            verbs.receive_supply.on("t", 0, rejected=1, last=True),
        ),
    ),
    "goods that are kept for some": goods(
        of("place cancel reserve unreserve allocate release_quota"),
        (2,),
        first=(
            verbs.set_quota.on("q", Position("GOODS-1", PLACE), 1, "elsewhere"),
            verbs.describe_item.on("GOODS-1", 2),
        ),
        also=(verbs.set_quota.on("q", Position("GOODS-1", PLACE), 2, "elsewhere"),),
    ),
    "what a supplier has himself": Small(
        Bounds(
            (1,),
            stock=0,
            cash_on_delivery=True,
            only=of("place cancel promise repromise reserve unreserve allocate purchase")
            | of("stop_buying send_purchase cancel_purchase receive_purchase record_feed"),
            first=(verbs.record_feed.on(A_FEED, PLACE, 1, START - DAY),),
            waits=(DAY,),
            also=(
                verbs.reserve.on("o", "feed:supplier"),
                verbs.record_feed.on(A_FEED, PLACE, 0, START),
            ),
        )
    ),
    "on account, with a coupon": goods(
        of("place confirm pay refund cancel allocate release pick pack hand_over deliver")
        | of(
            "complete charge_back settle_dispute set_credit hold_credit lift_credit_hold miss_terms"
        )
        | of("set_coupon turn_back receive_back pay_back"),
        on_account=True,
        coupons=("once",),
        times=1,
        first=(
            verbs.set_coupon.on("once", 1, 1),
            verbs.set_credit.on("c-7/EUR", Money(100, EUR), 0),
        ),
        also=(
            verbs.set_credit.on("c-7/EUR", Money(50, EUR), 0),
            verbs.set_coupon.on("once", 1, until=START),
        ),
    ),
    "on account, and late": goods(
        of("place pay cancel refund allocate release pick pack hand_over deliver complete")
        | of("miss_terms"),
        stock=200,  # so that as many minor units of credit may be granted
        on_account=True,
        first=(verbs.set_credit.on("c-7/EUR", Money(200, EUR), 0),),
        also=(verbs.miss_terms.on("o"),),
    ),
    "credit that runs out": goods(
        LIFE | of("adjust expire set_credit charge_back miss_terms"),
        on_account=True,
        times=1,
        charges=2,
        waits=(DAY,),
        first=(verbs.set_credit.on("c-7/EUR", Money(200, EUR), 0),),
        also=(
            verbs.set_credit.on("c-7/EUR", Money(99, EUR), 0),
            verbs.miss_terms.on("o"),
        ),
    ),
    "nothing at all": Small(
        Bounds(
            (),
            stock=1,
            without=of(
                "record_notice charge_back settle_dispute pay_balance open_balance miss_balance"
            )
            | of("remit adjust hold_payment apply_payment hold expect_cash take_deposit")
            | of("await_payment collect_on_delivery"),
        )
    ),
}
"""A world for each part of the trade."""

CORNERS: Final[dict[str, Small]] = {
    "claims on carriers": Small(
        Bounds(
            (1,),
            stock=1,
            only=of("place pay allocate release pick pack hand_over deliver lose complete cancel")
            | of("refund claim_on_carrier accept_carrier_claim record_claim_payment")
            | of("reject_carrier_claim withdraw_carrier_claim miss_carrier_claim"),
            times=1,
            waits=(31 * DAY,),
        ),
        {"patience": Patience()},
    ),
    "what is shown and said of a return": goods(
        of("place confirm pay refund allocate release pick pack hand_over deliver complete")
        | of("ask_return receive_return close_return inspect deliver_again")
        | of("add_evidence record_talk"),
    ),
    "what is rejected goes again or stays": goods(
        of("place confirm pay refund allocate release pick pack hand_over deliver complete")
        | of("ask_return receive_return close_return inspect deliver_again")
        | of("send_rejected receive_rejected keep_rejected"),
    ),
    "goods that nobody asked for": goods(
        of("place pay refund allocate release pick pack hand_over deliver complete")
        | of("ask_return receive_return close_return inspect deliver_again"),
        also=(
            verbs.record_arrival.on("a", PLACE, (("GOODS-1", 2),), "no name on it"),
            verbs.attach_arrival.on("a", "o-r1"),
            verbs.attach_arrival.on("a", "o-r1", (("1", 1),)),
            verbs.send_back_arrival.on("a", "NP-2"),
            verbs.keep_arrival.on("a"),
            verbs.keep_arrival.on("a", (("GOODS-1", 1, Verdict.SOUND),)),
        ),
    ),
    "money back as it was proposed": goods(
        of("place pay cancel confirm_refund"),
        (2,),
        most={"payment": 2},
        times=1,
        also=(
            *MONEY_STAYS,
            verbs.pay.on("o-pay2", Money(80, EUR), (("o", 80),)),
            verbs.confirm_refund.on("o", Money(100, EUR), (Portion("o-pay1", 60, Means.BY_HAND),)),
        ),
    ),
    "compensation": Small(
        Bounds(
            (1,),
            stock=200,  # so that as many minor units may come onto a balance
            only=of("place pay cancel refund compensate return_compensation"),
            first=(verbs.open_stored_value.on("c", StoredKind.STORE_CREDIT, EUR),),
            also=(
                verbs.compensate.on("o", "late", Money(200, EUR), "", "c"),
                verbs.compensate.on("o", "late", Money(600, EUR), "account"),
                verbs.return_compensation.on("o", "late", Money(100, EUR), "account of c-7"),
            ),
        ),
        {"compensable": (Compensable("late", most=Money(500, EUR)),)},
        Business(compensated_most=500),
    ),
    "complaints": Small(
        Bounds(
            (1,),
            stock=1,
            only=of("place pay allocate release pick pack hand_over deliver complete refund")
            | of("ask_refund_only complain answer_complaint reject_complaint withdraw_complaint")
            | of("grant_complaint miss_complaint add_complaint_evidence record_complaint_talk"),
            times=1,
            waits=(3 * DAY,),
        ),
        {"patience": Patience()},
    ),
    "a desk where parcels wait": goods(
        LIFE
        | of("make_ready lose turn_back receive_back take_back report_missing found lift_hold")
        | of("hold_parcel lift_parcel_hold"),
    ),
    "returns that come in part": goods(
        LIFE | of("ask_return receive_return close_return inspect deliver_again"),
        (2,),
        most={"parcel": 2},
        also=(
            verbs.receive_return.on("o-r1", PLACE, (("1", 1),)),
            verbs.receive_return.on("o-r1", PLACE, UNKNOWN),
        ),
    ),
    "returns that somebody approves": Small(
        Bounds((1,), stock=1, only=LIFE | BACK | REPORTS | of("hold_return lift_return_hold")),
        {"approve_returns": False},
    ),
    "goods that never come, and must not be given up": Small(
        Bounds(
            (2,),
            stock=0,
            cash_on_delivery=True,
            only=of("place cancel allocate plan_to_buy plan_to_make give_up_plan hold lift_hold"),
            also=MUST_STAY,
        )
    ),
    "goods that went astray, and must not be given up": goods(
        of("place reserve allocate release pick recall pack hand_over lose receive_back")
        | of("report_missing cancel lift_hold"),
        (2,),
        cash_on_delivery=True,
        also=MUST_STAY,
    ),
    "gateways": goods(
        of("place cancel await_payment record_notice apply_payment pay_back void_payment")
        | of("expire_payment refund"),
        times=1,
        waits=(DAY,),
        also=(
            verbs.await_payment.on("o-pay1", Money(100, EUR), expires_at=START + DAY),
            verbs.apply_payment.on("o-pay1", (("o", 100),)),
        ),
    ),
    "what a gateway is asked": goods(
        of("place cancel await_payment ask_authorise ask_void send_request lift_payment_hold")
        | of("pay_back"),
        times=1,
        also=(
            verbs.ask_capture.on("o-pay1", Money(40, EUR)),
            verbs.record_answer.on("o-pay1", "authorise-1", Outcome.DONE),
            verbs.record_answer.on("o-pay1", "capture-2", Outcome.DONE),
            verbs.record_answer.on("o-pay1", "void-2", Outcome.DONE),
            verbs.hold_payment.on("o-pay1", "all", "not yet"),
            verbs.hold_payment.on("o-pay1", "void", "not yet", ("ask void",)),
        ),
    ),
    "a gateway that captures in part": goods(
        of("place cancel pay_back"),
        times=1,
        first=(
            verbs.await_payment.on("o-pay1", Money(100, EUR)),
            verbs.record_notice.on("o-pay1", Notice.AUTHORISED, Money(100, EUR)),
        ),
        also=(
            verbs.record_notice.on("o-pay1", Notice.CAPTURED, Money(40, EUR)),
            verbs.record_notice.on("o-pay1", Notice.VOIDED, Money(60, EUR)),
            verbs.pay_back.on("o-pay1", Money(20, EUR)),
            verbs.charge_back.on("o-pay1", Money(40, EUR)),
            verbs.hold_payment.on("o-pay1", "all", "not yet", ("refund", "refund part")),
            verbs.lift_payment_hold.on("o-pay1", "all"),
        ),
    ),
    "paid in time, and told of too late": goods(
        of("place cancel expire expire_payment refund pay_back ask_pay_back"),
        times=1,
        waits=(DAY,),
        also=(
            verbs.await_payment.on(
                "o-pay1", Money(100, EUR), expires_at=START + DAY / 2, orders=(("o", 100),)
            ),
            verbs.record_notice.on("o-pay1", Notice.CAPTURED, Money(100, EUR), paid_at=START),
            verbs.record_notice.on("o-pay1", Notice.CAPTURED, Money(100, EUR)),
        ),
    ),
    "a card that keeps its order": goods(
        of("place cancel expire expire_payment refund pay_back ask_capture record_answer"),
        times=1,
        waits=(DAY, DAY),
        first=(
            verbs.place.on("o"),
            verbs.await_payment.on(
                "o-pay1", Money(100, EUR), expires_at=START + DAY * 1.5, orders=(("o", 100),)
            ),
        ),
        also=(
            verbs.record_notice.on("o-pay1", Notice.AUTHORISED, Money(100, EUR), paid_at=START),
            verbs.record_notice.on("o-pay1", Notice.AUTHORISED, Money(90, EUR)),
            verbs.record_notice.on("o-pay1", Notice.VOIDED, Money(100, EUR)),
        ),
    ),
    "a card without a limit": goods(
        of("place cancel expire expire_payment ask_authorise ask_void record_answer"),
        times=1,
        waits=(DAY,),
        first=(
            verbs.place.on("o"),
            verbs.await_payment.on("o-pay1", Money(100, EUR), orders=(("o", 100),)),
        ),
        also=(
            verbs.pay.on("o-pay2", Money(100, EUR), (("o", 100),)),
            verbs.lift_payment_hold.on("o-pay1", "void_failed"),
        ),
    ),
    "a card for an order that is paid in another way": goods(
        of("cancel ask_authorise ask_capture ask_void record_answer expire_payment")
        | of("refund pay_back"),
        times=1,
        waits=(DAY,),
        first=(
            verbs.place.on("o"),
            verbs.await_payment.on(
                "o-pay1", Money(100, EUR), expires_at=START + DAY, orders=(("o", 100),)
            ),
        ),
        also=(
            verbs.pay.on("o-pay2", Money(40, EUR), (("o", 40),)),
            verbs.pay.on("o-pay2", Money(100, EUR), (("o", 100),)),
            verbs.ask_capture.on("o-pay1", Money(60, EUR)),
        ),
    ),
    "a balance in time, and told of too late": goods(
        of("cancel miss_balance forfeit_deposit refund pay_back"),
        times=1,
        waits=(timedelta(days=8),),
        first=(
            verbs.place.on("o"),
            verbs.take_deposit.on("o-pay1", Money(100, EUR), Money(50, EUR), (("o", 50),)),
            verbs.open_balance.on("o-pay1", START + DAY),
        ),
        also=(
            verbs.record_notice.on("o-pay1", Notice.CAPTURED, Money(50, EUR), paid_at=START),
            verbs.record_notice.on("o-pay1", Notice.CAPTURED, Money(50, EUR)),
        ),
    ),
    "a refund that fails": goods(
        of("place cancel ask_pay_back pay_back record_answer ask_refund refund"),
        first=(
            verbs.await_payment.on("o-pay1", Money(100, EUR)),
            verbs.record_notice.on("o-pay1", Notice.CAPTURED, Money(100, EUR)),
        ),
        also=(
            verbs.ask_pay_back.on("o-pay1", Money(40, EUR)),
            verbs.apply_payment.on("o-pay1", (("o", 100),)),
        ),
    ),
    "a deposit over a gateway": goods(
        of("place cancel ask_capture record_answer plan_balance open_balance miss_balance")
        | of("forfeit_deposit refund pay_back"),
        times=1,
        waits=(timedelta(days=8),),
        first=(
            verbs.place.on("o"),
            verbs.await_payment.on(
                *("o-pay1", Money(200, EUR)),
                orders=(("o", 50),),
                deposit=Money(50, EUR),
            ),
        ),
    ),
    "a deposit whose refund fails": goods(
        of("place cancel ask_pay_back pay_back record_answer miss_balance"),
        times=1,
        waits=(timedelta(days=8),),
        first=(
            verbs.take_deposit.on("o-pay1", Money(100, EUR), Money(50, EUR), ()),
            verbs.record_notice.on("o-pay1", Notice.CAPTURED, Money(20, EUR)),
        ),
        also=(verbs.open_balance.on("o-pay1", START + DAY), *REFUNDED[:1]),
    ),
    "a deposit over a gateway, and told of too late": goods(
        of("cancel pay_back expire_payment"),
        times=1,
        waits=(DAY,),
        first=(
            verbs.await_payment.on(
                *("o-pay1", Money(200, EUR)), deposit=Money(50, EUR), expires_at=START + DAY
            ),
        ),
        also=TOLD_ALL,
    ),
    "what a gateway is asked to give up": goods(
        of("cancel pay_back expire_payment ask_void lift_payment_hold"),
        times=1,
        waits=(DAY,),
        first=(verbs.await_payment.on("o-pay1", Money(50, EUR), expires_at=START + DAY),),
        also=(
            *TOLD_ALL[:-1],
            verbs.hold_payment.on("o-pay1", "stay", "not yet", ("ask void",)),
        ),
    ),
    "a balance that must not be asked for": goods(
        of("place cancel pay_back refund miss_balance ask_capture lift_payment_hold"),
        times=1,
        waits=(timedelta(days=8),),
        first=(
            verbs.place.on("o"),
            verbs.await_payment.on(
                *("o-pay1", Money(100, EUR)), deposit=Money(50, EUR), orders=(("o", 50),)
            ),
        ),
        also=(
            verbs.hold_payment.on("o-pay1", "stay", "not yet", ("ask capture",)),
            verbs.open_balance.on("o-pay1", START + DAY),
            TOLD_ALL[-1],
        ),
    ),
    "a deposit for nothing, and it must stay": goods(
        of("cancel miss_balance lift_payment_hold pay_back"),
        times=1,
        waits=(timedelta(days=8),),
        first=(verbs.take_deposit.on("o-pay1", Money(100, EUR), Money(50, EUR), ()),),
        also=(
            *MONEY_STAYS,
            verbs.open_balance.on("o-pay1", START + DAY),
            verbs.pay_back.on("o-pay1", Money(25, EUR)),
        ),
    ),
    "a refund that fails, and is done after all": goods(
        of("ask_pay_back pay_back record_answer cancel"),
        first=(
            verbs.await_payment.on("o-pay1", Money(100, EUR)),
            verbs.record_notice.on("o-pay1", Notice.CAPTURED, Money(100, EUR)),
        ),
        also=(
            verbs.ask_pay_back.on("o-pay1", Money(40, EUR)),
            *REFUNDED,
        ),
    ),
    "cash at a door that something else has paid": goods(
        of("cancel refund void_payment pay_back remit"),
        cash_on_delivery=True,
        first=(verbs.place.on("o"), verbs.expect_cash.on("o-pay1", "o", Money(100, EUR))),
        also=(
            verbs.record_notice.on("o-pay1", Notice.CAPTURED, Money(50, EUR)),
            verbs.collect_on_delivery.on("o-pay1", "o", Money(50, EUR)),
        ),
    ),
    "cash that a carrier has, and was paid back": goods(
        of("place cancel collect_on_delivery remit pay_back refund deliver"),
        cash_on_delivery=True,
        also=(
            verbs.remit.on("o-pay1", Money(50, EUR)),
            verbs.remit.on("o-pay1", Money(25, EUR)),
            verbs.refund.on("o", Money(50, EUR)),
            verbs.collect_on_delivery.on("o-pay1", "o", Money(100, EUR)),
        ),
    ),
    "deposits that must stay": goods(
        of("place cancel pay_back take_deposit open_balance miss_balance lift_payment_hold")
        | of("refund charge_back forfeit_deposit"),
        times=1,
        waits=(timedelta(days=8),),
        also=(
            *MONEY_STAYS,
            verbs.refund.on("o", Money(25, EUR)),
            verbs.hold_payment.on("o-pay1", "late", "the customer is asked", ("forfeit",)),
        ),
    ),
    "a part in dispute": goods(
        of("place pay cancel refund pay_back settle_dispute"),
        times=1,
        also=(verbs.charge_back.on("o-pay1", Money(50, EUR), "o"),),
    ),
    "disputed money that must stay": goods(
        of("place pay cancel refund"),
        times=1,
        also=(
            *MONEY_STAYS,
            verbs.charge_back.on("o-pay1", Money(50, EUR), "o"),
            verbs.refund.on("o", Money(25, EUR)),
        ),
    ),
    "cash that must stay": goods(
        of("place cancel collect_on_delivery remit pay_back refund"),
        cash_on_delivery=True,
        times=1,
        also=(
            *MONEY_STAYS,
            verbs.remit.on("o-pay1", Money(50, EUR)),
            verbs.refund.on("o", Money(50, EUR)),
        ),
    ),
    "money for nothing, and it must stay": goods(
        of("await_payment expect_cash pay_back cancel"),
        cash_on_delivery=True,
        also=(
            *MONEY_STAYS,
            verbs.record_notice.on("o-pay1", Notice.CAPTURED, Money(100, EUR)),
            verbs.pay_back.on("o-pay1", Money(50, EUR)),
        ),
    ),
    "goods are no service": goods(
        of("place pay cancel refund"),
        waits=(DAY,),
        also=(verbs.redeem.on("o", (("1", 1),)), verbs.lapse.on("o", (("1", 1),))),
    ),
    "cash at the door in part": goods(
        of("place cancel collect_on_delivery expect_cash void_payment remit pay_back refund"),
        cash_on_delivery=True,
        times=1,
        also=(
            verbs.collect_on_delivery.on("o-pay1", "o", Money(100, EUR)),
            verbs.remit.on("o-pay1", Money(25, EUR)),
            verbs.apply_payment.on("o-pay1", (("o", 100),)),
            verbs.refund.on("o", Money(50, EUR)),
        ),
    ),
    "a purchase": goods(
        of("place pay cancel plan_to_buy purchase send_purchase accept_purchase refuse_purchase")
        | of("ask_cancel_purchase refuse_cancel_purchase cancel_purchase receive_purchase refund")
        | of("give_up_plan stop_buying lift_purchase_hold"),
        also=(
            verbs.plan_to_make.on("o"),
            verbs.give_up_plan.on("o"),
            verbs.receive_purchase.on("o-buy1", UNKNOWN, PLACE, "o"),
            verbs.record_shortfall.on("o-buy1", "o", UNKNOWN, "one is cracked"),
        ),
    ),
    "a question that nobody answers": goods(
        of("place review ask_customer answer cancel expire lift_hold"), waits=(DAY,)
    ),
    "orders that are put away": goods(
        LIFE | of("archive hold lift_hold pay_back"),
        most={"payment": 2},
        times=1,
        waits=(WINDOW + DAY,),
        also=(
            verbs.charge_back.on("o-pay1", Money(100, EUR), "o"),
            verbs.settle_dispute.on("o-pay1", won=False),
        ),
    ),
    "nothing, and it must stay": Small(
        Bounds((), stock=1, only=of("place cancel lift_hold"), also=MUST_STAY)
    ),
}
"""Smaller worlds still, for what matters in a corner only."""

WORLDS: Final[dict[str, Small]] = PARTS | CORNERS
"""Every small world by its name."""
