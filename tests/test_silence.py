"""What silence means stands in a table, and no waiting is forgotten in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import attrs
import pytest

from orderflow import Patience, Reason, Rules, Way
from orderflow.conditions import Verdict
from orderflow.fulfilment import ScanStatus
from orderflow.pricing import due
from orderflow.states import COMPLAINT, EXCHANGE, REISSUE, RETURN
from orderflow.waiting import AfterSale, Wait, wait_of
from tests.builders import BELL, LAMP, LEITH, YORK, Shop, eur, line

PATIENT: Final = Rules(
    locations=(LEITH, YORK), approve_returns=False, patience=Patience(), replace_before_return=True
)
Row: TypeAlias = tuple[str, str, Wait, Callable[[Shop], object], int, str, str]


def asked_back(shop: Shop) -> None:
    shop.ask_return("x-1", "o-17", (("1", 2),))


def agreed_back(shop: Shop) -> None:
    asked_back(shop)
    shop.approve_return("x-1")


def posted_back(shop: Shop) -> None:
    agreed_back(shop)
    shop.record_return_scan("x-1", ScanStatus.IN_TRANSIT)


def lost_coming_back(shop: Shop) -> None:
    posted_back(shop)
    shop.record_return_scan("x-1", ScanStatus.LOST)


def came_back(shop: Shop) -> None:
    agreed_back(shop)
    shop.receive_return("x-1", "leith")


def came_in_part(shop: Shop, *, posted: bool) -> None:
    if posted:
        posted_back(shop)
    else:
        agreed_back(shop)
    shop.receive_return("x-1", "leith", (("1", 1),))
    shop.inspect("x-1")


def asked_anew(shop: Shop) -> None:
    shop.ask_exchange("x-1", "o-17", "r-1", (("1", 1),), (line("1", BELL, 1),))


def refused_anew(shop: Shop) -> None:
    asked_anew(shop)
    shop.reject_return("r-1", "worn")


def agreed_anew(shop: Shop, *, came: bool = False) -> None:
    asked_anew(shop)
    shop.approve_exchange("x-1")
    if came:
        shop.receive_return("r-1", "leith")
        shop.inspect("r-1")
    else:
        shop.close_return("r-1")


def ordered_anew(shop: Shop, *, came: bool, paid: bool, sent: bool = False) -> None:
    agreed_anew(shop, came=came)
    shop.send_replacement("x-1", "o-18")
    if paid:
        left = due(shop.order("o-18"))
        shop.pay("pay-2", eur(left), (("o-18", left),))
    if sent:
        send(shop)


def send(shop: Shop) -> None:
    shop.allocate("o-18")
    shop.ship("o-18", "p-2")
    shop.deliver("p-2")


def asked_again(shop: Shop) -> None:
    shop.ask_reissue("x-1", "o-17", (("1", 2),), "faulty")


def agreed_again(shop: Shop) -> None:
    asked_again(shop)
    shop.approve_reissue("x-1", "o-18")


def sent_again(shop: Shop) -> None:
    agreed_again(shop)
    send(shop)


def lost_again(shop: Shop) -> None:
    agreed_again(shop)
    shop.allocate("o-18")
    shop.ship("o-18", "p-2")
    shop.lose("p-2")


def called_off_again(shop: Shop) -> None:
    agreed_again(shop)
    shop.cancel("o-18")


def to_mend(shop: Shop) -> None:
    shop.ask_repair("x-1", "o-17", (("1", 2),))
    shop.approve_return("x-1")
    shop.receive_return("x-1", "leith")


def rejected(shop: Shop, *, posted: bool) -> None:
    came_back(shop)
    shop.inspect("x-1", (("1", 2, Verdict.REJECTED),))
    if posted:
        shop.send_rejected("x-1", "A-7")


PROVED: Final = attrs.evolve(PATIENT, reasons=(Reason("faulty", ways=tuple(Way), evidence=1),))


def asked_back_unproved(shop: Shop) -> None:
    shop.under(PROVED).ask_return("x-1", "o-17", (("1", 2),), "faulty")


def asked_anew_unproved(shop: Shop) -> None:
    new = (line("1", BELL, 1),)
    shop.under(PROVED).ask_exchange("x-1", "o-17", "r-1", (("1", 1),), new, "faulty")


def asked_for_money(shop: Shop) -> None:
    shop.ask_refund_only("x-1", "o-17", eur(500))


def asked_for_money_unproved(shop: Shop) -> None:
    shop.under(PROVED).ask_refund_only("x-1", "o-17", eur(500), (), "faulty")


def asked_for_money_for_goods_that_came_back(shop: Shop) -> None:
    asked_for_money(shop)
    shop.ask_return("r-1", "o-17")
    shop.approve_return("r-1")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")


def complained(shop: Shop) -> None:
    shop.complain("x-1", "o-17", "the driver was rude")


W: Final = Wait
TABLE: Final[tuple[Row, ...]] = (
    ("return", "asked", W.DECISION, asked_back, 2, "seller", "approve_return"),
    ("return", "asked", W.EVIDENCE, asked_back_unproved, 7, "customer", "close_return"),
    ("return", "approved", W.POSTING, agreed_back, 7, "customer", "close_return"),
    ("return", "going back", W.ARRIVAL, posted_back, 10, "carrier", "record_return_scan"),
    ("return", "going back", W.STRAGGLERS, lost_coming_back, 10, "customer", "close_return"),
    ("return", "received", W.INSPECTION, came_back, 2, "seller", "inspect"),
    (
        *("return", "received", W.ARRIVAL, lambda shop: came_in_part(shop, posted=True)),
        *(10, "carrier", "record_return_scan"),
    ),
    (
        *("return", "received", W.STRAGGLERS, lambda shop: came_in_part(shop, posted=False)),
        *(10, "customer", "close_return"),
    ),
    ("return", "received", W.REPAIR, to_mend, 30, "seller", "inspect"),
    (
        *("return", "settled", W.REJECTED, lambda shop: rejected(shop, posted=False)),
        *(30, "customer", "keep_rejected"),
    ),
    (
        *("return", "settled", W.RESENT, lambda shop: rejected(shop, posted=True)),
        *(10, "carrier", "deliver_again"),
    ),
    ("exchange", "asked", W.DECISION, asked_anew, 2, "seller", "approve_exchange"),
    ("exchange", "asked", W.DECISION, refused_anew, 2, "seller", "cancel_exchange"),
    ("exchange", "asked", W.DECISION, asked_anew_unproved, 2, "customer", "cancel_exchange"),
    ("exchange", "approved", W.EXCHANGE, agreed_anew, 30, "seller", "cancel_exchange"),
    (
        *("exchange", "approved", W.EXCHANGE, lambda shop: agreed_anew(shop, came=True)),
        *(30, "seller", "cancel_exchange"),
    ),
    *(
        (
            *("exchange", "approved", W.EXCHANGE),
            lambda shop, far=far: ordered_anew(shop, **far),
            *(30, who, verb),
        )
        for far, who, verb in (
            ({"came": True, "paid": False}, "customer", "cancel_exchange"),
            ({"came": True, "paid": True}, "seller", "cancel_exchange"),
            ({"came": True, "paid": True, "sent": True}, "seller", "settle_exchange"),
            ({"came": False, "paid": False}, "customer", "cancel_exchange"),
            ({"came": False, "paid": True}, "customer", "undo_exchange"),
            ({"came": False, "paid": True, "sent": True}, "customer", "undo_exchange"),
        )
    ),
    ("reissue", "asked", W.DECISION, asked_again, 2, "seller", "approve_reissue"),
    ("reissue", "approved", W.SENDING, agreed_again, 14, "seller", "cancel_reissue"),
    ("reissue", "approved", W.SENDING, lost_again, 14, "seller", "cancel"),
    ("reissue", "approved", W.SENDING, sent_again, 0, "seller", "settle_reissue"),
    ("reissue", "approved", W.SENDING, called_off_again, 0, "seller", "cancel_reissue"),
    ("complaint", "asked", W.DECISION, asked_for_money, 2, "seller", "grant_complaint"),
    (
        *("complaint", "asked", W.DECISION, asked_for_money_for_goods_that_came_back),
        *(2, "customer", "withdraw_complaint"),
    ),
    ("complaint", "asked", W.DECISION, complained, 2, "seller", "miss_complaint"),
    (
        *("complaint", "asked", W.EVIDENCE, asked_for_money_unproved),
        *(7, "customer", "withdraw_complaint"),
    ),
)
"""Each waiting: of what, in which state, how it comes to be, and who is silent for how long."""


def standing(shop: Shop, kind: str) -> AfterSale:
    looks: dict[str, Callable[[str], Any]] = {
        "return": shop.returned,
        "exchange": shop.exchange,
        "reissue": shop.reissue,
        "complaint": shop.complaint,
    }
    found: AfterSale = looks[kind]("x-1")
    return found


@pytest.mark.feature("F226", "F228", "F236", "F242")
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]} {row[1]} {row[2]} {row[6]}")
def test_every_waiting_runs_into_its_silence_by_due_alone(shop: Shop, row: Row) -> None:
    kind, state, waits, begin, days, who, verb = row
    shop = shop.under(PATIENT)
    for sku in (LAMP, BELL):
        shop.stock(sku, "leith", 10)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 3))
    begin(shop)
    document = standing(shop, kind)
    assert (document.state, wait_of(document, shop.order)) == (state, waits)

    def listed() -> list[tuple[str, str]]:
        found = [one for one in shop.due(shop.clock.at) if one.ref == document.ref]
        return [(one.who, one.call.verb) for one in found]

    if days:
        shop.clock.forward(days=days, microseconds=-1)
        assert listed() == []
        shop.clock.forward(microseconds=1)
    assert listed() == [(who, verb)]
    (one,) = [one for one in shop.due(shop.clock.at) if one.ref == document.ref]
    shop.apply(one.call, key=one.key)

    if verb == "cancel":  # the document waits still, and its order has ended
        assert shop.order("o-18").state == "cancelled"
    else:
        after = standing(shop, kind)
        assert (after.state, wait_of(after, shop.order)) != (state, waits)
    shop.assert_lawful()


def test_no_waiting_is_forgotten() -> None:
    told = {(row[0], row[1]) for row in TABLE}
    waiting = {
        (chart.name, state.value)
        for chart in (RETURN, EXCHANGE, REISSUE, COMPLAINT)
        for state in set(chart.states) - set(chart.ends) - set(chart.closed)
    }

    resting = ("complaint", "unanswered")  # that waits for nobody any more
    on_the_way = ("return", "settled")  # what went back to its customer
    assert told == waiting - {resting} | {on_the_way}
    assert {row[2] for row in TABLE} == set(Wait)
