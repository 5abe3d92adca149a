"""What cannot be taken is named with its place and changes nothing, on every store."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from inspect import signature
from pathlib import Path
from typing import Any, Final, cast, get_type_hints
from zoneinfo import ZoneInfo

import attrs
import pytest

from orderflow import (
    AddedServices,
    BadInput,
    ChargeKind,
    Compensable,
    Destination,
    Instalment,
    Money,
    NewCharge,
    NewLine,
    NewOrder,
    OrderflowError,
    Patience,
    Position,
    Price,
    Refused,
    Rules,
    Sku,
    StoredKind,
    Tendered,
    Workflow,
)
from orderflow.adapters.dialects import TABLES
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.sqlite import SqliteStore
from orderflow.conditions import Verdict
from orderflow.fulfilment import ScanStatus
from orderflow.items import SafetyRows
from orderflow.journal import VERBS
from orderflow.payments import Notice
from orderflow.ports import Store
from orderflow.process import Process, Stage
from orderflow.records import ClaimCause, Fixing, Origin, Outcome
from orderflow.replacements import NewLines
from orderflow.repricing import LinePrices, NewCharges
from orderflow.states import UnitState
from orderflow.tender_order import Means, Portion, Portions
from orderflow.tracking import Scan, TrackingStatus
from tests.builders import (
    BELL,
    LAMP,
    LEITH,
    MORNING,
    TEA,
    YORK,
    Clock,
    Everything,
    assert_laws,
    eur,
    everything,
    line,
    new_order,
)
from tests.stores import EVERYWHERE, STORES, stores_of

# --- a house in which every verb has something to do --------------------------------------------

TODAY: Final = MORNING + timedelta(hours=2)
TOMORROW: Final = MORNING + timedelta(days=1)
SHELF: Final = Position("BRASS-LAMP", "leith")
OF_LOT: Final = SHELF._replace(lot="L-1")
ONE: Final = (("1", 1),)
SCAN: Final = Scan("NP-1", TrackingStatus.IN_TRANSIT, MORNING)

TENDERED: Final = Tendered("points", 1500, Price.of("1.00", "EUR", per=300))

CALLS: Final[dict[str, dict[str, Any]]] = {
    "draft": {"id": "o-new", "new": new_order((LAMP, 1))},
    "place": {"id": "o-new", "new": new_order((LAMP, 1)), "stock_holds": ("h-runs",)},
    "confirm": {"id": "o-paid"},
    "hold": {
        "id": "o-paid",
        "code": "check",
        "reason": "an unusual amount",
        "blocks": ("allocate", "cancel"),
    },
    "lift_hold": {"id": "o-held", "code": "check"},
    "adjust": {"id": "o-ready", "charge": NewCharge(ChargeKind.DISCOUNT, -100, reason="scratched")},
    "reprice": {
        "id": "o-ready",
        "prices": (("1", Price.of("9", "EUR")),),
        "version": "list-2",
        "reason": "agreed",
        "charges": (NewCharge(ChargeKind.DISCOUNT, -100, reason="scratched"),),
        "invoiced": True,
    },
    "weigh_line": {"id": "o-weighed", "line": "1", "grams": 1254, "pieces": 1, "invoiced": True},
    "agree_plan": {
        "id": "o-unpaid",
        "parts": (Instalment(400, MORNING), Instalment(600, TOMORROW)),
        "blocks": ("allocate",),
    },
    "miss_instalment": {"id": "o-planned"},
    "miss_terms": {"id": "o-terms"},
    "protect_price": {
        "id": "o-ready",
        "prices": (("1", Price.of("9", "EUR")),),
        "version": "list-2",
        "reason": "a sale",
    },
    "cancel": {"id": "o-ready", "lines": ONE, "reason": "changed my mind"},
    "expire": {"id": "o-unpaid"},
    "complete": {"id": "o-delivered"},
    "enter_stage": {"id": "o-picked", "stage": "polishing", "lines": ONE},
    "review": {"id": "o-paid"},
    "ask_customer": {"id": "o-reviewed", "question": "which colour?"},
    "answer": {"id": "o-questioned", "text": "the brass one"},
    "reject": {"id": "o-reviewed", "reason": "a false address"},
    "confirm_receipt": {"id": "o-delivered"},
    "archive": {"id": "o-old"},
    "pay": {
        "id": "pay-new",
        "amount": eur(500),
        "orders": (("o-unpaid", 400),),
        "method": "card",
        "payer": "c-7",
        "tendered": TENDERED,
    },
    "spend": {
        "id": "pay-new",
        "stored": "points-c-7",
        "amount": eur(500),
        "orders": (("o-unpaid", 400),),
        "tendered": TENDERED,
    },
    "open_stored_value": {
        "id": "g-new",
        "kind": StoredKind.STORED_VALUE,
        "unit": "EUR",
        "units": 5000,
        "holder": "c-7",
        "until": TOMORROW,
    },
    "top_up": {"id": "points-c-7", "units": 50, "reason": "earned by o-17"},
    "lapse_stored_value": {"id": "g-over"},
    "await_payment": {
        "id": "pay-new",
        "amount": eur(500),
        "method": "card",
        "payer": "c-7",
        "expires_at": TOMORROW,
        "orders": (("o-unpaid", 200),),
        "deposit": eur(200),
    },
    "record_notice": {
        "id": "pay-awaited",
        "notice": Notice.CAPTURED,
        "amount": eur(500),
        "event": "evt-1",
        "paid_at": MORNING,
        "tendered": TENDERED,
    },
    "ask_authorise": {"id": "pay-awaited"},
    "ask_capture": {"id": "pay-awaited", "amount": eur(500)},
    "ask_void": {"id": "pay-awaited", "reason": "paid in another way"},
    "send_request": {"id": "pay-asked", "request": "refund-1", "patience_seconds": 30},
    "record_answer": {
        "id": "pay-asked",
        "request": "refund-1",
        "outcome": Outcome.DONE,
        "amount": eur(100),
        "reference": "re-1",
        "event": "evt-2",
        "paid_at": MORNING,
        "tendered": attrs.evolve(TENDERED, n=300),
    },
    "ask_pay_back": {"id": "pay-spare", "amount": eur(100)},
    "ask_refund": {"id": "o-owed", "amount": eur(100), "payment": "pay-o-owed"},
    "expire_payment": {"id": "pay-late"},
    "hold_payment": {
        "id": "pay-spare",
        "code": "check",
        "reason": "whose is it?",
        "blocks": ("refund", "refund part"),
    },
    "void_payment": {"id": "pay-awaited", "reason": "paid in another way"},
    "take_deposit": {
        "id": "pay-new",
        "amount": eur(900),
        "deposit": eur(300),
        "orders": (("o-unpaid", 300),),
        "method": "card",
        "payer": "c-7",
        "tendered": attrs.evolve(TENDERED, n=900),
    },
    "plan_balance": {
        "id": "pay-deposit",
        "opens_at": MORNING + timedelta(hours=1),
        "until": TOMORROW,
        "forfeit": True,
    },
    "open_balance": {"id": "pay-deposit", "until": TOMORROW, "forfeit": True},
    "forfeit_deposit": {"id": "pay-overdue", "amount": eur(50)},
    "miss_balance": {"id": "pay-missed"},
    "pay_balance": {
        "id": "pay-deposit",
        "amount": eur(200),
        "orders": (("o-unpaid", 100),),
        "tendered": attrs.evolve(TENDERED, n=600),
    },
    "expect_cash": {
        "id": "pay-new",
        "order": "o-cod",
        "amount": eur(3500),
        "parcel": "p-new",
    },
    "change_cash": {"id": "pay-due", "amount": eur(300)},
    "answer_cash_change": {"id": "pay-due", "agreed": True},
    "lift_payment_hold": {"id": "pay-odd", "code": "unexpected_notice"},
    "apply_payment": {"id": "pay-spare", "orders": (("o-unpaid", 100),)},
    "collect_on_delivery": {"id": "pay-new", "order": "o-cod", "amount": eur(4000)},
    "remit": {
        "id": "pay-door",
        "amount": eur(100),
        "fee": eur(5),
        "remittance": "R-7",
        "row": 2,
    },
    "charge_back": {"id": "pay-o-ready", "amount": eur(100), "order": "o-ready"},
    "settle_dispute": {"id": "pay-spare", "won": True},
    "invoice": {
        "id": "o-delivered",
        "series": "2026",
        "parcels": ("p-o-delivered", "p-o-also"),
        "lines": (),
        "others": ("o-also",),
    },
    "credit": {
        "id": "2026-000001",
        "series": "CN",
        "line": "1",
        "amount": eur(100),
        "whole": False,
        "reason": "scratched",
        "order": "o-invoiced",
    },
    "reserve": {"id": "o-ready", "supply": "s-open", "lines": ONE},
    "unreserve": {"id": "o-reserved", "lines": ONE},
    "promise": {
        "id": "o-ready",
        "lines": ONE,
        "date": TOMORROW,
        "policy": "partial",
        "location": "leith",
    },
    "repeg": {"id": "o-late"},
    "repromise": {"id": "o-late", "agreed": "with the customer"},
    "allocate": {"id": "o-ready", "lines": ONE},
    "release": {"id": "o-allocated", "dispatch": "d-new", "location": "leith", "lines": ONE},
    "send_dispatch": {"id": "d-o-released"},
    "accept_dispatch": {"id": "d-o-released"},
    "refuse_dispatch": {"id": "d-o-released", "reason": "the roof leaks"},
    "lift_dispatch_hold": {"id": "d-o-shipped", "code": "unexpected_answer"},
    "ask_cancel_dispatch": {"id": "d-o-released"},
    "refuse_cancel_dispatch": {"id": "d-o-asked"},
    "recall": {"id": "d-o-released"},
    "pick": {"id": "d-o-released", "lines": ONE},
    "scan_serials": {"id": "o-released", "line": "1", "serials": ("SN-1", "SN-2")},
    "pack": {"id": "p-new", "dispatches": ("d-o-picked",), "weight_grams": 900, "lines": ONE},
    "cancel_parcel": {"id": "p-o-packed"},
    "hand_over": {
        "id": "p-o-packed",
        "carrier": "sea mail",
        "tracking": "T-1",
        "waybill": "T-0",
        "manifest": "M-7",
    },
    "hold_parcel": {
        "id": "p-o-packed",
        "code": "label",
        "reason": "torn",
        "blocks": ("hand over",),
    },
    "pick_short": {"id": "d-o-released", "lines": ONE, "reason": "the bin is empty"},
    "scan_pick": {"id": "d-o-released", "sku": "BRASS-LAMP", "n": 1, "lot": "", "serial": "S-9"},
    "repack": {"id": "p-o-packed", "into": "p-new", "lines": ONE, "order": "o-packed"},
    "report_shipped": {
        "id": "p-new",
        "dispatch": "d-o-released",
        "lines": ONE,
        "carrier": "north post",
        "tracking": "NP-17",
        "weight_grams": 900,
    },
    "weigh": {"id": "p-o-packed", "weight_grams": 900, "accepted": "looked into"},
    "mark": {"id": "p-o-packed", "marks": ("fragile",)},
    "make_ready": {"id": "p-o-shipped", "desk": "the kiosk"},
    "deliver": {"id": "p-o-shipped"},
    "turn_back": {"id": "p-o-shipped", "reason": "nobody there"},
    "take_in_part": {
        "id": "p-o-door",
        "back": "p-new",
        "taken": ONE,
        "order": "o-door",
    },
    "lose": {"id": "p-o-shipped"},
    "receive_back": {"id": "p-o-turned", "location": "york"},
    "reopen": {"id": "o-back", "lines": ONE},
    "record_scan": {
        "id": "p-o-shipped",
        "status": ScanStatus.IN_TRANSIT,
        "place": "Perth",
        "event": "e-1",
    },
    "record_scans": {"id": "p-o-shipped", "scans": (SCAN,)},
    "ask_booking": {
        "id": "p-o-packed",
        "carrier": "north post",
        "service": "express",
        "added": AddedServices(Money(9_950, "EUR"), signature=True),
    },
    "send_booking": {"id": "p-o-asked-for", "booking": "book-1", "patience_seconds": 90},
    "record_booking": {
        "id": "p-o-asked-for",
        "booking": "book-1",
        "outcome": Outcome.DONE,
        "tracking": "NP-17",
        "reference": "shp-17",
    },
    "cancel_booking": {"id": "p-o-labelled", "booking": "book-1"},
    "number_parcel": {"id": "p-o-packed", "carrier": "north post"},
    "chase": {"id": "p-o-silent"},
    "redirect": {"id": "p-o-shipped", "address": "address-7", "reason": "has moved"},
    "lift_parcel_hold": {"id": "p-o-delivered", "code": "unexpected_scan"},
    "report_missing": {"id": "o-delivered", "lines": ONE, "reason": "not in the box"},
    "found": {"id": "o-missing", "lines": ONE},
    "redeem": {"id": "o-service", "lines": ONE},
    "lapse": {"id": "o-service", "lines": ONE},
    "ask_return": {
        "id": "r-new",
        "order": "o-delivered",
        "lines": ONE,
        "reason": "too bright",
        "evidence": ("pic-1", "film-2"),
        "words": "it hurts the eyes",
    },
    "add_evidence": {"id": "r-o-asking", "evidence": ("pic-3",), "words": "seen from behind"},
    "record_talk": {"id": "r-o-asking", "reference": "call-7"},
    "complain": {
        "id": "q-new",
        "order": "o-delivered",
        "words": "when does it come?",
        "reason": "impatience",
        "evidence": ("pic-1",),
    },
    "ask_refund_only": {
        "id": "q-new",
        "order": "o-delivered",
        "amount": eur(100),
        "lines": ONE,
        "reason": "scratched",
        "evidence": ("pic-1",),
        "words": "at the foot",
    },
    "add_complaint_evidence": {"id": "q-asked", "evidence": ("pic-3",), "words": "from behind"},
    "record_complaint_talk": {"id": "q-asked", "reference": "call-7"},
    "grant_complaint": {"id": "q-asked", "amount": eur(50), "answer": "half of it"},
    "answer_complaint": {"id": "q-asked", "answer": "it comes tomorrow"},
    "reject_complaint": {"id": "q-asked", "reason": "worn"},
    "withdraw_complaint": {"id": "q-asked"},
    "miss_complaint": {"id": "q-late"},
    "claim_on_carrier": {
        "id": "n-new",
        "parcel": "p-o-again",
        "amount": eur(500),
        "cause": ClaimCause.DAMAGED,
        "reason": "never seen again",
    },
    "accept_carrier_claim": {"id": "n-asked", "amount": eur(50)},
    "record_claim_payment": {"id": "n-asked", "amount": eur(50)},
    "reject_carrier_claim": {"id": "n-asked", "reason": "badly packed"},
    "withdraw_carrier_claim": {"id": "n-asked", "reason": "it was found"},
    "miss_carrier_claim": {"id": "n-asked"},
    "approve_return": {"id": "r-o-asking"},
    "reject_return": {"id": "r-o-asking", "reason": "worn"},
    "close_return": {"id": "r-o-coming"},
    "receive_return": {
        "id": "r-o-coming",
        "location": "leith",
        "lines": ONE,
        "serials": ("SB-9",),
    },
    "record_return_scan": {
        "id": "r-o-coming",
        "status": ScanStatus.IN_TRANSIT,
        "tracking": "T-2",
        "event": "e-2",
    },
    "record_return_scans": {"id": "r-o-coming", "scans": (SCAN,)},
    "ask_return_label": {
        "id": "r-o-coming",
        "carrier": "north post",
        "service": "parcel",
        "added": AddedServices(Money(9_950, "EUR"), signature=True),
    },
    "send_return_label": {"id": "r-o-sticker", "booking": "back-1", "patience_seconds": 90},
    "record_return_label": {
        "id": "r-o-sticker",
        "booking": "back-1",
        "outcome": Outcome.DONE,
        "tracking": "NP-18",
        "reference": "shp-18",
    },
    "cancel_return_label": {"id": "r-o-stuck", "booking": "back-1"},
    "hold_return": {
        "id": "r-o-asking",
        "code": "photo",
        "reason": "a photo is wanted",
        "blocks": ("settle",),
    },
    "lift_return_hold": {"id": "r-o-rejected", "code": "came_unasked"},
    "ask_repair": {"id": "r-new", "order": "o-delivered", "lines": ONE, "reason": "broken"},
    "mend": {"id": "r-o-broken", "lines": ONE},
    "inspect": {"id": "r-o-came", "verdicts": (("1", 1, Verdict.SOUND),)},
    "take_back": {"id": "o-back", "verdicts": (("1", 1, Verdict.SOUND),)},
    "restock": {"id": "o-again", "verdicts": (("1", 1, Verdict.SOUND),)},
    "record_arrival": {
        "id": "a-new",
        "location": "leith",
        "goods": (("BRASS-LAMP", 1),),
        "words": "of A. Customer",
    },
    "attach_arrival": {"id": "a-1", "returned": "r-o-coming", "lines": ONE},
    "send_back_arrival": {"id": "a-1", "tracking": "T-9"},
    "keep_arrival": {"id": "a-1", "verdicts": (("BRASS-LAMP", 1, Verdict.SOUND),)},
    "send_rejected": {"id": "r-o-rejected", "tracking": "T-9", "carrier": "north post"},
    "receive_rejected": {"id": "r-o-rejected", "location": "leith"},
    "keep_rejected": {"id": "r-o-rejected", "verdicts": (("1", 1, Verdict.SECOND),)},
    "deliver_again": {"id": "o-rejected", "lines": ONE},
    "ask_reissue": {"id": "i-new", "order": "o-delivered", "lines": ONE, "reason": "faulty"},
    "approve_reissue": {"id": "i-asked", "anew": "o-new"},
    "reject_reissue": {"id": "i-asked", "reason": "worn"},
    "cancel_reissue": {"id": "i-approved"},
    "settle_reissue": {"id": "i-done"},
    "hold_reissue": {"id": "i-asked", "code": "check", "reason": "the third this month"},
    "lift_reissue_hold": {"id": "i-held", "code": "check"},
    "ask_exchange": {
        "id": "e-new",
        "order": "o-delivered",
        "returned": "r-new",
        "lines": ONE,
        "new": (line("1", LAMP, 1),),
        "reason": "too bright",
    },
    "approve_exchange": {"id": "e-asked"},
    "reject_exchange": {"id": "e-asked", "reason": "worn"},
    "cancel_exchange": {"id": "e-asked"},
    "send_replacement": {"id": "e-approved", "anew": "o-new"},
    "pay_over": {"id": "e-paid"},
    "settle_exchange": {"id": "e-done"},
    "undo_exchange": {"id": "e-gone"},
    "hold_exchange": {"id": "e-asked", "code": "check", "reason": "the third this month"},
    "lift_exchange_hold": {"id": "e-held", "code": "check"},
    "refund": {
        "id": "o-owed",
        "amount": eur(100),
        "payment": "pay-o-owed",
        "to": "credit-c-7",
        "payee": "account-c-7",
    },
    "compensate": {
        "id": "o-owed",
        "reason": "late",
        "amount": eur(100),
        "payee": "account-c-7",
        "to": "credit-c-7",
        "bearer": "sf-express",
    },
    "return_compensation": {
        "id": "o-compensated",
        "reason": "late",
        "amount": eur(100),
        "payee": "account-c-7",
    },
    "confirm_refund": {
        "id": "o-owed",
        "owed": eur(2000),
        "plan": (Portion("pay-o-owed", 2000, Means.GATEWAY),),
        "payee": "account-c-7",
    },
    "pay_back": {
        "id": "pay-spare",
        "amount": eur(100),
        "to": "credit-c-7",
        "payee": "account-c-7",
    },
    "receive": {
        "position": OF_LOT,
        "n": 5,
        "source": "s-7",
        "expires_at": TOMORROW,
        "serial": True,
        "inspect": True,
    },
    "release_quarantine": {"position": SHELF, "n": 1, "supply": "s-caged"},
    "reject_quarantine": {"position": SHELF, "n": 1, "reason": "dented", "supply": "s-caged"},
    "regrade": {"position": SHELF, "n": 1, "grade": "second", "reason": "scratched"},
    "move_stock": {"position": SHELF, "to": "leith/a-03/bin-7", "n": 1},
    "count": {"position": SHELF, "counted": 900, "reason": "the yearly count"},
    "take_stock": {
        "location": "leith",
        "counted": ((SHELF, 900),),
        "reason": "the yearly count",
    },
    "write_off": {"position": SHELF, "n": 1, "reason": "stolen"},
    "set_expiry": {"id": "BRASS-LAMP/L-1", "until": TOMORROW},
    "hold_lot": {"id": "BRASS-LAMP/L-1", "code": "recall", "reason": "it gets too hot"},
    "lift_lot_hold": {"id": "BRASS-LAMP/L-2", "code": "recall"},
    "record_breakage": {"position": SHELF, "n": 1, "reason": "dropped"},
    "add_waybills": {"carrier": "south post", "first": "SP-0001", "n": 500},
    "set_limit": {"pool": "COUPON-10", "limit": 5},
    "describe_item": {
        "id": "BRASS-LAMP",
        "limit_per_buyer": 900,
        "safety": (("leith", 1, None), ("leith", 2, TOMORROW)),
    },
    "set_quota": {
        "id": "q-new",
        "position": SHELF,
        "n": 2,
        "channel": "web",
        "customer": "c-9",
        "until": TOMORROW,
        "within": "q-web",
    },
    "release_quota": {"id": "q-web"},
    "set_coupon": {"id": "SPRING", "uses": 900, "per_customer": 2, "until": TOMORROW},
    "set_credit": {"id": "d-1/EUR", "limit": eur(50_000), "terms_days": 10},
    "hold_credit": {"id": "d-1/EUR", "code": "insolvent", "reason": "in the papers"},
    "lift_credit_hold": {"id": "d-2/EUR", "code": "insolvent"},
    "record_feed": {
        "id": "acme/BRASS-LAMP",
        "location": "leith",
        "n": 900,
        "as_of": TODAY,
        "buffer": 2,
        "lead_days": 3,
        "until": TOMORROW,
    },
    "hold_stock": {"id": "h-new", "position": SHELF, "n": 1, "until": TOMORROW},
    "confirm_stock_hold": {"id": "h-runs"},
    "release_stock_hold": {"id": "h-runs"},
    "expect": {
        "id": "s-new",
        "position": SHELF,
        "n": 5,
        "due": TOMORROW,
        "origin": Origin.PRODUCTION,
        "source": "s-7",
    },
    "send_transfer": {
        "id": "s-new",
        "position": SHELF,
        "to": "york/a-1",
        "n": 1,
        "due": TOMORROW,
    },
    "receive_supply": {
        "id": "s-lot",
        "n": 2,
        "rejected": 1,
        "inspect": True,
        "last": True,
        "expires_at": TOMORROW,
    },
    "free_surplus": {"id": "s-surplus"},
    "slip": {"id": "s-open", "due": TOMORROW, "to_come": 40},
    "plan_to_buy": {"id": "o-ready", "lines": ONE},
    "plan_to_make": {"id": "o-ready", "lines": ONE},
    "give_up_plan": {"id": "o-to-buy", "lines": ONE},
    "purchase": {
        "id": "pu-new",
        "orders": ("o-to-buy",),
        "supplier": "s-7",
        "location": "leith",
        "lines": ONE,
        "cost": eur(500),
    },
    "send_purchase": {"id": "pu-created"},
    "accept_purchase": {"id": "pu-sent"},
    "refuse_purchase": {"id": "pu-sent", "reason": "out of brass"},
    "record_shortfall": {
        "id": "pu-sent",
        "order": "o-pu-sent",
        "lines": ONE,
        "reason": "out of brass",
    },
    "stop_buying": {"id": "pu-sent", "order": "o-pu-sent", "lines": ONE},
    "ask_cancel_purchase": {"id": "pu-sent"},
    "refuse_cancel_purchase": {"id": "pu-asked"},
    "cancel_purchase": {"id": "pu-asked", "reason": "too late"},
    "receive_purchase": {
        "id": "pu-sent",
        "lines": ONE,
        "location": "york",
        "order": "o-pu-sent",
    },
    "lift_purchase_hold": {"id": "pu-asked", "code": "unexpected_report"},
    "ship_direct": {
        "id": "p-new",
        "purchase": "pu-sent",
        "lines": ONE,
        "order": "o-pu-sent",
        "carrier": "sea mail",
        "tracking": "T-2",
        "weight_grams": 900,
    },
    "plan_production": {
        "id": "w-new",
        "orders": ("o-to-make",),
        "location": "leith",
        "lines": ONE,
    },
    "start_production": {"id": "w-planned"},
    "inspect_production": {"id": "w-started"},
    "rework": {"id": "w-inspecting", "reason": "a crack"},
    "finish_production": {"id": "w-started", "lines": ONE, "order": "o-w-started"},
    "stop_production": {"id": "w-started", "reason": "no brass"},
    "lift_work_order_hold": {"id": "w-inspecting", "code": "unexpected_report"},
}
"""For each verb, arguments with which it would succeed."""

STAGES: Final = (
    "paid",
    "ready",
    "allocated",
    "released",
    "picked",
    "packed",
    "shipped",
    "delivered",
)


def furnish(house: Workflow, clock: Clock) -> None:
    """Bring an order to each stage of its life, and open a document of every kind."""

    def sell(id: str, upto: str) -> None:
        stage = STAGES.index(upto)
        steps: tuple[Callable[[], object], ...] = (
            lambda: house.confirm(id),
            lambda: house.allocate(id),
            lambda: house.release(id, f"d-{id}"),
            lambda: house.pick(f"d-{id}"),
            lambda: house.pack(f"p-{id}", (f"d-{id}",)),
            lambda: house.hand_over(f"p-{id}"),
            lambda: house.deliver(f"p-{id}"),
        )
        house.place(id, new_order((LAMP, 4)))
        house.await_payment(f"pay-{id}", eur(4000), orders=((id, 4000),))
        house.record_notice(f"pay-{id}", Notice.CAPTURED, eur(4000))
        for step in steps[:stage]:
            step()

    clock.at = MORNING - timedelta(days=30)
    house.receive(SHELF, 1000)
    sell("o-old", "delivered")
    house.complete("o-old")
    clock.at = MORNING
    house.set_limit("COUPON-10", 3)
    house.add_waybills("north post", "NP-0100", 50)
    house.set_coupon("SPRING", 9)
    for dealer in ("d-1/EUR", "d-2/EUR"):
        house.set_credit(dealer, eur(10_000))
    house.hold_credit("d-2/EUR", "insolvent", "in the papers")
    house.describe_item("BRASS-LAMP")
    house.record_feed("acme/BRASS-LAMP", "leith", 9, MORNING - timedelta(days=1))
    house.set_quota("q-web", SHELF, 5, "web", until=TOMORROW)
    for stage in STAGES:
        sell(f"o-{stage}", stage)
    for id in ("o-reviewed", "o-questioned"):
        house.place(id, new_order((LAMP, 1)))
        house.review(id)
    house.ask_customer("o-questioned", "which colour?")
    house.place("o-held", new_order((LAMP, 1)))
    house.hold("o-held", "check", "an unusual amount")
    house.place("o-unpaid", new_order((LAMP, 1), pay_by=MORNING + timedelta(hours=1)))
    house.set_credit("d-3/EUR", eur(10_000))
    terms = MORNING + timedelta(seconds=1)
    house.place("o-terms", new_order((LAMP, 1), customer="d-3", on_account=True, pay_by=terms))
    house.place("o-planned", new_order((LAMP, 1)))
    house.agree_plan("o-planned", (Instalment(1000, MORNING),))
    house.place("o-cod", new_order((LAMP, 4), cash_on_delivery=True))
    house.collect_on_delivery("pay-door", "o-cod", eur(500))
    house.open_stored_value("points-c-7", StoredKind.POINTS, "points", 5000)
    house.open_stored_value("credit-c-7", StoredKind.STORE_CREDIT, "EUR")
    house.open_stored_value("g-over", StoredKind.VOUCHER, "EUR", 5, until=TODAY)
    house.place("o-door", new_order((LAMP, 4), cash_on_delivery=True))
    house.confirm("o-door")
    house.expect_cash("pay-due", "o-door", eur(4000))
    house.allocate("o-door")
    house.release("o-door", "d-o-door")
    house.pick("d-o-door")
    house.pack("p-o-door", ("d-o-door",))
    house.hand_over("p-o-door")
    house.await_payment("pay-awaited", eur(500))
    house.await_payment("pay-late", eur(500), expires_at=MORNING + timedelta(hours=1))
    for id in ("pay-spare", "pay-odd", "pay-asked"):
        house.await_payment(id, eur(500))
        house.record_notice(id, Notice.CAPTURED, eur(500))
    house.ask_pay_back("pay-asked", eur(100))
    for id in ("pay-deposit", "pay-missed", "pay-overdue"):
        house.take_deposit(id, eur(500), eur(100), ())
    house.open_balance("pay-missed", MORNING + timedelta(hours=1))
    house.open_balance("pay-overdue", MORNING)
    house.miss_balance("pay-overdue")
    house.record_notice("pay-odd", Notice.FAILED, eur(500))
    house.record_scan("p-o-delivered", ScanStatus.LOST)
    house.accept_dispatch("d-o-shipped")
    house.expect("s-open", SHELF, 50, TOMORROW)
    for lot in ("L-1", "L-2"):
        house.receive(SHELF._replace(lot=lot), 1)
    house.hold_lot("BRASS-LAMP/L-2", "recall", "it gets too hot")
    house.expect("s-lot", OF_LOT, 50, TOMORROW)
    house.expect("s-caged", SHELF, 2, TOMORROW)
    house.receive_supply("s-caged", 2, inspect=True)
    house.expect("s-surplus", SHELF, 4, TOMORROW)
    house.expect("s-late", SHELF, 4, TOMORROW)
    for id in ("o-reserved", "o-surplus", "o-late"):
        sell(id, "ready")
    house.promise("o-late", date=TOMORROW)
    house.slip("s-late", TOMORROW + timedelta(days=7))
    house.reserve("o-reserved", "s-open")
    house.reserve("o-surplus", "s-surplus")
    house.receive_supply("s-surplus", 4)
    house.unreserve("o-surplus")
    polishing = line("1", LAMP, 4, service=True, promised=MORNING)
    house.place("o-service", new_order(polishing))
    house.pay("pay-o-service", eur(4000), (("o-service", 4000),))
    house.confirm("o-service")
    sell("o-asked", "released")
    house.ask_cancel_dispatch("d-o-asked")
    for id in ("o-turned", "o-back"):
        sell(id, "shipped")
        house.turn_back(f"p-{id}")
    house.receive_back("p-o-back")
    for id in ("o-asked-for", "o-labelled"):
        sell(id, "packed")
        house.ask_booking(f"p-{id}", "north post")
    house.record_booking("p-o-labelled", "book-1", Outcome.DONE, "NP-1")
    clock.at = MORNING - timedelta(days=30)
    sell("o-silent", "shipped")
    clock.at = MORNING
    for id in ("o-missing", "o-asking", "o-coming", "o-came", "o-rejected", "o-broken"):
        sell(id, "delivered")
    for id in ("o-sticker", "o-stuck"):
        sell(id, "delivered")
        house.ask_return(f"r-{id}", id)
        house.approve_return(f"r-{id}")
        house.ask_return_label(f"r-{id}", "north post")
    house.record_return_label("r-o-stuck", "back-1", Outcome.DONE, "NP-19")
    house.ask_repair("r-o-broken", "o-broken", ONE)
    house.approve_return("r-o-broken")
    house.receive_return("r-o-broken", "leith")
    house.report_missing("o-missing", ())
    house.record_arrival("a-1", "leith", (("BRASS-LAMP", 2),))
    sell("o-complained", "delivered")
    house.ask_refund_only("q-asked", "o-complained", eur(100))
    patient = Workflow(house.store, attrs.evolve(house.rules, patience=Patience()), clock=clock)
    clock.at = MORNING - timedelta(days=3)
    patient.complain("q-late", "o-complained", "how is it switched on?")
    clock.at = MORNING
    sell("o-also", "delivered")
    sell("o-invoiced", "delivered")
    house.invoice("o-invoiced", "2026")
    for id in ("o-asking", "o-coming", "o-came", "o-rejected"):
        house.ask_return(f"r-{id}", id)
    for id in ("o-coming", "o-came", "o-rejected"):
        house.approve_return(f"r-{id}")
    for id in ("o-came", "o-rejected"):
        house.receive_return(f"r-{id}", "leith")
    house.inspect("r-o-rejected", (("1", 4, Verdict.REJECTED),))
    house.receive_return("r-o-rejected", "leith")
    sell("o-owed", "ready")
    house.cancel("o-owed", (("1", 2),))
    sell("o-compensated", "ready")
    paying = attrs.evolve(house.rules, compensable=(Compensable("late", 30),))
    generous = Workflow(house.store, paying, clock=clock)
    generous.compensate("o-compensated", "late", eur(200), "account-c-7")
    house.hold_stock("h-runs", SHELF, 1, TOMORROW)
    sell("o-faulty", "delivered")
    by_weight = line("1", LAMP, 2, fixed=Fixing.WEIGHING, grams_each=600)
    house.place("o-weighed", new_order(by_weight))
    sell("o-swapped", "delivered")
    sell("o-first-out", "delivered")
    sell("o-paid-over", "delivered")
    sell("o-again", "shipped")
    house.lose("p-o-again")
    house.ask_reissue("i-again", "o-again", (), "lost")
    clock.at = MORNING - timedelta(days=60)
    patient.claim_on_carrier("n-asked", "p-o-again", eur(100), ClaimCause.LATE)
    clock.at = MORNING
    house.receive_back("p-o-again")
    furnish_replacements(house)
    for id in ("o-to-buy", "o-pu-created", "o-pu-sent", "o-pu-asked"):
        sell(id, "ready")
    for id in ("o-to-make", "o-w-planned", "o-w-started", "o-w-inspecting"):
        sell(id, "ready")
    furnish_production(house)
    clock.at = TODAY


def furnish_replacements(house: Workflow) -> None:
    """Bring a reissue and an exchange to each stage of its life."""

    def send(order: str) -> None:
        house.allocate(order)
        house.release(order, f"d-{order}")
        house.pick(f"d-{order}")
        house.pack(f"p-{order}", (f"d-{order}",))
        house.hand_over(f"p-{order}")
        house.deliver(f"p-{order}")

    for stage in ("asked", "approved", "done", "held"):
        house.ask_reissue(f"i-{stage}", "o-faulty", ONE, "faulty")
        house.ask_exchange(
            f"e-{stage}", "o-swapped", f"r-e-{stage}", ONE, (line("1", LAMP, 1),), "too bright"
        )
    for stage in ("approved", "done"):
        house.approve_reissue(f"i-{stage}", f"o-i-{stage}")
        house.approve_exchange(f"e-{stage}")
        house.receive_return(f"r-e-{stage}", "leith")
        house.inspect(f"r-e-{stage}")
    house.send_replacement("e-done", "o-e-done")
    house.confirm("o-e-done")
    first = Workflow(
        house.store,
        attrs.evolve(house.rules, replace_before_return=True),
        clock=lambda: house.order("o-first-out").placed_at,
    )
    dearer = (line("1", LAMP, 1, "20.00"),)
    house.ask_exchange("e-paid", "o-paid-over", "r-e-paid", ONE, dearer, "too bright")
    house.approve_exchange("e-paid")
    first.send_replacement("e-paid", "o-e-paid")
    house.receive_return("r-e-paid", "leith")
    house.inspect("r-e-paid")
    for order in ("o-i-done", "o-e-done"):
        send(order)
    house.hold_reissue("i-held", "check", "the third this month")
    house.hold_exchange("e-held", "check", "the third this month")
    house.ask_exchange(
        "e-gone", "o-first-out", "r-e-gone", ONE, (line("1", LAMP, 1),), "too bright"
    )
    house.approve_exchange("e-gone")
    first.send_replacement("e-gone", "o-e-gone")


def furnish_production(house: Workflow) -> None:
    """Bring a purchase and a work order to each state that a verb below asks for."""
    house.plan_to_buy("o-to-buy")
    for id in ("pu-created", "pu-sent", "pu-asked"):
        house.plan_to_buy(f"o-{id}")
        house.purchase(id, (f"o-{id}",), "s-7", "leith")
    for id in ("pu-sent", "pu-asked"):
        house.send_purchase(id)
    house.ask_cancel_purchase("pu-asked")
    house.accept_purchase("pu-asked")
    house.plan_to_make("o-to-make")
    for id in ("w-planned", "w-started", "w-inspecting"):
        house.plan_to_make(f"o-{id}")
        house.plan_production(id, (f"o-{id}",), "leith")
    for id in ("w-started", "w-inspecting"):
        house.start_production(id)
    for _ in ("once", "again"):
        house.inspect_production("w-inspecting")


class House:
    """A furnished workflow, and what its store held before anybody asked for anything wrong."""

    def __init__(self, store: Store) -> None:
        self.clock = Clock()
        rules = Rules(
            locations=(LEITH, YORK),
            confirm_when_paid=False,
            approve_returns=False,
            price_protection_days=30,
            silent_days=14,
            compensable=(Compensable("late", 30),),
            process=Process.of(Stage("polishing", UnitState.PICKED)),
        )
        self.workflow = Workflow(store, rules, clock=self.clock)
        furnish(self.workflow, self.clock)
        self.before: Everything = everything(store)

    def ask(self, verb: str, **args: Any) -> object:
        return getattr(self.workflow, verb)(**{"key": "k-bad", **args})

    def assert_untouched(self) -> None:
        assert everything(self.workflow.store) == self.before
        assert self.workflow.store.seen("", "k-bad") is None


@pytest.fixture(scope="module", params=stores_of("test_bad_input"))
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(STORES[cast("str", request.param)](tmp_path_factory.mktemp("house")))


def test_every_verb_would_succeed_with_what_is_altered_below(house: House) -> None:
    assert set(CALLS) == set(VERBS)
    for name, args in CALLS.items():
        own = {key: value for key, value in args.items() if key in VERBS[name].defaults}
        id = args.get("id", "BRASS-LAMP")
        assert house.workflow.why_not(VERBS[name].on(id, **own)) == (), name
        named = set(signature(getattr(house.workflow, name)).parameters) - {"key", "by"}
        assert set(args) == named


# --- every parameter of every verb --------------------------------------------------------------


class Loud(str):
    """Text that is not quite text."""


HOSTILE_TEXTS: Final = (
    "\x00",
    "o-17\x00'; drop table entry; --",
    "line\nbreak",
    "o\u202e71-o",  # written backwards
    "\u2066o-17",
    "o\u200b-17",  # a space of no width
    "\ufeffo-17",
    "o-17\U000e0041",
    "half a letter \ud83d",
    " o-17",
    "o-17\u3000",
    "o" * 201,
    "o" * 1_000_000,
)
NO_TEXTS: Final[tuple[object, ...]] = (
    None,
    object(),
    [],
    {},
    (),
    b"o-17",
    1.5,
    17,
    True,
    Loud("o-17"),
    Decimal("NaN"),
)
NO_COUNTS: Final[tuple[object, ...]] = (
    *(None, object(), [], {}, (), b"1", "1", "１", "1_0", ""),
    *(1.0, 1.9, float("nan"), float("inf"), True, Fraction(1), 1j),
    *(Decimal(1), Decimal("NaN"), Decimal("1e2000000")),
    *(-1, 10**9 + 1, 2**63, 10**5000, -(10**5000)),
)
MAY_BE_NOTHING: Final = ("set_credit.limit", "remit.amount")
"""The amounts of which nothing is one: a credit that is taken away, no cash but a fee."""

NO_MONEY: Final[tuple[object, ...]] = (
    None,
    object(),
    [],
    {},
    b"5",
    "5.00",
    "5 EUR",
    5,
    5.0,
    True,
    Decimal(5),
)
NO_TIMES: Final[tuple[object, ...]] = (
    *(None, object(), [], {}, b"now", "2026-03-03T09:00:00+00:00", 1_772_442_000, 1.5, True),
    MORNING.date(),
    MORNING.replace(tzinfo=None),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))),
)
NO_TUPLES: Final[tuple[object, ...]] = (
    None,
    object(),
    {},
    {"1": 1},
    {1},
    b"11",
    "11",
    5,
    1.5,
    True,
    iter("11"),
)


def no_pairs() -> Iterator[object]:
    """What is no tuple of (name, count) pairs."""
    yield from NO_TUPLES
    yield from (("1",), ("11",), ((),), (("1",),), (("1", 1, 1, 1),), ({"1": 1},), ("1", 1))
    yield (("1", 1), ("1", 1))
    for count in NO_COUNTS:
        if count != 10**9 + 1:
            yield (("1", count),)
    for name in (*NO_TEXTS, *HOSTILE_TEXTS, ""):
        yield ((name, 1),)


def no_positions() -> Iterator[object]:
    yield from (None, object(), [], {}, b"", "BRASS-LAMP", 5, True, ("BRASS-LAMP", "leith"))
    yield Position("BRASS-LAMP", "leith", peg="\x00")
    yield Position("")
    for part in (*NO_TEXTS, *HOSTILE_TEXTS):
        yield Position(cast("str", part), "leith")
        yield Position("BRASS-LAMP", "leith", lot=cast("str", part))


def bad_values(hint: Any, name: str) -> Iterator[object]:
    """Values that a parameter of this type cannot take; `name` is `verb.parameter`."""
    kind = str(hint)
    if hint is str:
        yield from (*NO_TEXTS, *HOSTILE_TEXTS)
    elif hint is int and name.endswith(".units"):
        yield from (value for value in NO_COUNTS if value not in (0, 10**9 + 1))
    elif hint is int:
        yield from NO_COUNTS
    elif hint == int | None:
        yield from (value for value in NO_COUNTS if value is not None)
    elif hint is bool:
        yield from (None, object(), [], {}, b"", "yes", "", 0, 1, 1.0)
    elif hint is Position:
        yield from no_positions()
    elif hint is Money or hint == Money | None:
        yield from (value for value in NO_MONEY if value is not None or hint is Money)
        yield from (eur(-500),) if name in MAY_BE_NOTHING else (eur(0), eur(-500))
    elif hint is datetime or hint == datetime | None:
        yield from (value for value in NO_TIMES if value is not None or hint is datetime)
    elif hint is NewCharge or hint is NewOrder or hint == NewOrder | None:
        yield from (object(), [], {}, b"", "o-17", 5, 1.5, True, line("1", LAMP, 1))
    elif hint in (ClaimCause, Notice, Outcome, ScanStatus, StoredKind):
        yield from (None, object(), [], {}, b"", "captured", "delivered", 5, True, Verdict.SOUND)
    elif kind == "tuple[str, ...]":
        yield from NO_TUPLES
        yield from (("d-1", "d-1"), ("",))
        for part in (*NO_TEXTS, *HOSTILE_TEXTS):
            yield (part,)
    elif hint is Origin:
        yield from (None, object(), [], {}, b"", "supplier", 5, True, Origin.TRANSFER)
    elif kind == "tuple[tuple[orderflow.values.Position, int], ...]":
        yield from NO_TUPLES
        yield from (((SHELF,),), (SHELF,), ((SHELF, 1, 1),), ((SHELF, 1), (SHELF, 2)))
        for at in no_positions():
            yield ((at, 1),)
        for count in NO_COUNTS:
            if count != 0:
                yield ((SHELF, count),)
    elif kind == "tuple[tuple[str, int], ...]":
        yield from no_pairs()
    elif kind == "tuple[orderflow.tracking.words.Scan, ...]":
        yield from NO_TUPLES
        yield from ((None,), ("delivered",), (SCAN, SCAN.status), (SCAN,) * 1001)
    elif hint == SafetyRows:
        yield from NO_TUPLES
        yield from ((None,), ("leith",), (("leith", 1),), (("leith", 1, None, None),))
        yield from ((("leith", 1, None), ("leith", 2, None)), (("leith/a-1", 1, None),))
        for part in (*NO_TEXTS, *HOSTILE_TEXTS):
            yield ((part, 1, None),)
        for count in NO_COUNTS:
            if count != 0:
                yield (("leith", count, None),)
        for since in NO_TIMES:
            if since is not None:
                yield (("leith", 1, since),)
    elif hint == LinePrices:
        yield from NO_TUPLES
        yield from ((), (None,), ("1",), (("1", 5),), (("1", Price.of("9", "USD")),))
        yield (("1", Price.of("9", "EUR")), ("1", Price.of("8", "EUR")))
        for part in (*NO_TEXTS, *HOSTILE_TEXTS):
            yield ((part, Price.of("9", "EUR")),)
    elif hint == NewCharges:
        yield from (None, 5, "tax", {}, object(), (None,), ("tax",))
        yield (NewCharge(ChargeKind.FEE, 5),)
    elif kind == "tuple[orderflow.records.Instalment, ...]":
        yield from NO_TUPLES
        yield from ((), (None,), (1000,), ((1000, MORNING),), (Instalment(1000, TOMORROW),) * 2)
        for count in NO_COUNTS:
            if count != 10**9 + 1:
                yield (Instalment(cast("int", count), MORNING),)
        for at in NO_TIMES:
            yield (Instalment(1000, cast("datetime", at)),)
    elif hint == Tendered | None:
        yield from (5, "1500 points", {}, (), object(), eur(500), TENDERED.rate)
    elif hint == AddedServices | None:
        yield from (5, "insured", {}, (), object(), eur(500))
    elif hint == Portions:
        yield from NO_TUPLES
        two = [Portion("pay-1", 1, Means.STORE_CREDIT, to) for to in ("credit-1", "credit-2")]
        yield from ((), (None,), ("pay-o-owed",), ONE, tuple(two))
        yield (Portion("pay-o-owed", 2001, Means.GATEWAY),)
    elif hint == NewLines:
        yield from NO_TUPLES
        yield from ((), (None,), ("1",), (LAMP,), (line("1", LAMP, 1), line("1", BELL, 1)))
    elif name.endswith(".verdicts"):
        yield from NO_TUPLES
        yield from (ONE, (("1", 1, "sound"),), (("1", 1, None),), (("1", 1.5, Verdict.SOUND),))
        yield from ((("1", 0, Verdict.SOUND),), (("\x00", 1, Verdict.SOUND),))
    else:
        raise AssertionError(f"what is no {hint}?")


def answer(house: House, verb: str, args: dict[str, Any]) -> object:
    """What comes of asking: an error of the library, or what was done."""
    try:
        return house.ask(verb, **args)
    except OrderflowError as no:
        return no


def shown(value: object) -> str:
    return ascii(value)[:60] if not isinstance(value, int) else f"{value.bit_length()} bits"


@pytest.mark.parametrize("name", sorted(CALLS))
def test_no_parameter_takes_what_is_not_of_its_kind(house: House, name: str) -> None:
    hints = get_type_hints(getattr(house.workflow, name))
    wrong = []

    for parameter in CALLS[name]:
        for value in bad_values(hints[parameter], f"{name}.{parameter}"):
            said = answer(house, name, {**CALLS[name], parameter: value})
            if type(said) is not BadInput or not said.path or len(str(said)) > 600:
                wrong.append((parameter, shown(value), said))

    assert wrong == []
    house.assert_untouched()


@pytest.mark.parametrize("name", sorted(CALLS))
def test_neither_key_nor_actor_is_taken_unless_it_is_text(house: House, name: str) -> None:
    for value in (*NO_TEXTS, *HOSTILE_TEXTS):
        with pytest.raises(BadInput, match=r"^by: "):
            house.ask(name, **CALLS[name], by=value)
        if value is not None:  # the workflow makes a key of its own
            with pytest.raises(BadInput, match=r"^key: "):
                house.ask(name, **{**CALLS[name], "key": value})

    house.assert_untouched()


@pytest.mark.parametrize("name", sorted(CALLS))
def test_what_is_missing_or_unknown_is_a_mistake_of_the_caller(house: House, name: str) -> None:
    with pytest.raises(TypeError):
        house.ask(name, **CALLS[name], colour="red")
    with pytest.raises(TypeError):
        house.ask(name)

    house.assert_untouched()


SAID_ANEW = {"describe_item", "record_feed", "report_shipped", "set_coupon", "set_credit"}
"""The verbs that open a document or say it anew, whichever there is to do."""


@pytest.mark.parametrize(
    "name", sorted(name for name, args in CALLS.items() if "id" in args and name not in SAID_ANEW)
)
def test_a_document_that_is_not_there_or_is_there_already_is_refused(
    house: House, name: str
) -> None:
    makes_one = CALLS[name]["id"].endswith("-new")
    kind = VERBS[name].kind
    there = next(
        stored.value.ref.id for stored in house.before.documents if stored.value.ref.kind == kind
    )

    unknown = "x'; drop table entry; --" + "/L-1" * (kind == "lot")  # it is named with its SKU
    with pytest.raises(Refused) as caught:
        house.ask(name, **{**CALLS[name], "id": there if makes_one else unknown})

    code = "already_there" if makes_one else "not_found"
    assert [refusal.code for refusal in caught.value.refusals] == [code]
    house.assert_untouched()


@pytest.mark.parametrize(
    ("name", "changed", "path"),
    (
        ("pay", {"amount": Money(500, "USD"), "tendered": None}, None),
        ("pay", {"amount": Money(500, "USD")}, "tendered.rate"),
        ("pay", {"amount": eur(400)}, "tendered"),
        ("record_notice", {"amount": Money(500, "USD")}, "amount"),
        ("remit", {"amount": Money(100, "JPY")}, "amount"),
        ("charge_back", {"amount": Money(100, "USD")}, "amount"),
        ("refund", {"amount": Money(100, "USD")}, "amount"),
        ("pay_back", {"amount": Money(100, "USD")}, "amount"),
        ("hold_stock", {"until": TODAY}, "until"),
        ("receive", {"position": Position("BRASS-LAMP")}, "position.location"),
        ("receive", {"position": Position("BRASS-LAMP", "leith", peg="s-1")}, "position.peg"),
        ("place", {"stock_holds": ("h-runs", "h-runs")}, "stock_holds"),
        ("cancel", {"lines": (("9", 1),)}, None),
        ("cancel", {"lines": (("1", 10**9),)}, None),
        ("pay", {"orders": (("o-unpaid", 10**15),)}, None),
        ("pay", {"orders": (("o-unpaid", 10**15 + 1),)}, "orders[0].amount"),
        ("purchase", {"orders": ("o-to-buy", "o-ready")}, "lines"),
        ("plan_production", {"orders": ("o-to-make", "o-ready")}, "lines"),
        ("receive_purchase", {"order": "o-nowhere"}, None),
        ("finish_production", {"order": "o-nowhere"}, None),
        ("record_shortfall", {"order": "o-nowhere"}, None),
        ("ship_direct", {"order": "o-nowhere"}, None),
        ("stop_buying", {"order": "o-ready"}, "order"),
        ("take_deposit", {"deposit": eur(900)}, "deposit"),
        ("await_payment", {"deposit": eur(500)}, "deposit"),
        ("await_payment", {"deposit": eur(199)}, "orders"),
        ("plan_balance", {"until": MORNING + timedelta(hours=1)}, "until"),
        ("take_deposit", {"deposit": Money(300, "USD")}, "deposit"),
        ("pay_balance", {"amount": Money(200, "USD")}, "amount"),
        ("expect_cash", {"amount": Money(4000, "USD")}, "amount"),
        ("hold_payment", {"code": "charged_back"}, "code"),
        ("hold_payment", {"blocks": ("capture",)}, "blocks[0]"),
        ("hold_payment", {"blocks": ("refund", "refund")}, "blocks"),
    ),
)
def test_what_does_not_fit_is_bad_input_or_a_refusal_and_changes_nothing(
    house: House, name: str, changed: dict[str, Any], path: str | None
) -> None:
    with pytest.raises(Refused if path is None else BadInput) as caught:
        house.ask(name, **{**CALLS[name], **changed})

    if isinstance(caught.value, BadInput):
        assert caught.value.path == path
    house.assert_untouched()


# --- the values themselves ----------------------------------------------------------------------

PRICE: Final = Price.of("10.00", "EUR")
ROPE: Final = Sku("HEMP-ROPE", "m", scale=3, per=1000)
HUGE: Final = "9" * 5000


@pytest.mark.feature("F014")
@pytest.mark.parametrize(
    ("make", "path"),
    (
        (lambda: ROPE.units("2.0005"), "quantity"),
        (lambda: LAMP.units("0.5"), "quantity"),
        (lambda: LAMP.units("-1"), "quantity"),
        (lambda: LAMP.units(HUGE), "quantity"),
        (lambda: LAMP.units(Decimal(HUGE)), "quantity"),
        (lambda: LAMP.units(Decimal("1e2000000")), "quantity"),
        (lambda: LAMP.units(Decimal("NaN")), "quantity"),
        (lambda: LAMP.units(Decimal("sNaN")), "quantity"),
        (lambda: LAMP.units(float("nan")), "quantity"),
        (lambda: LAMP.units(1.0), "quantity"),
        (lambda: LAMP.units(True), "quantity"),
        (lambda: LAMP.units("１２"), "quantity"),
        (lambda: LAMP.units("1_000"), "quantity"),
        (lambda: LAMP.units("1", "crate"), "quantity"),
        (lambda: NewLine("1", LAMP, 0, PRICE), "line 1.n"),
        (lambda: NewLine("1", LAMP, -2, PRICE), "line 1.n"),
        (lambda: NewLine("1", LAMP, cast("int", True), PRICE), "line 1.n"),
        (lambda: NewLine("1", LAMP, cast("int", 2.0), PRICE), "line 1.n"),
        (lambda: NewLine("1", LAMP, 10**5000, PRICE), "line 1.n"),
        (lambda: NewLine("\x00", LAMP, 1, PRICE), "line.id"),
        (lambda: NewLine("1", cast("Sku", "BRASS-LAMP"), 1, PRICE), "line 1.sku"),
        (lambda: NewLine("1", LAMP, 1, cast("Price", 10)), "line 1.price"),
        (lambda: line("1", LAMP, 1, promised=datetime(2026, 3, 3)), "line 1.promised"),  # noqa: DTZ001
        (lambda: line("1", LAMP, 1, promised=date(2026, 3, 3)), "line 1.promised"),
        (lambda: line("1", LAMP, 1, serial="\u202e"), "line 1.serial"),
        (lambda: line("1", LAMP, 2, serial="SN-1"), "line 1.serial"),
        (lambda: Price.of("NaN", "EUR"), "price"),
        (lambda: Price.of(Decimal("Infinity"), "EUR"), "price"),
        (lambda: Price.of("-1", "EUR"), "price"),
        (lambda: Price.of(9.99, "EUR"), "price"),
        (lambda: Price.of(HUGE, "EUR"), "price"),
        (lambda: Price.of("1", "EURO"), "currency"),
        (lambda: Price.of("1", "eur"), "currency"),
        (lambda: Price.of("1", cast("str", None)), "currency"),
        (lambda: Price.of("1", "EUR", per=0), "price.per"),
        (lambda: Money(cast("int", 1.5), "EUR"), "amount"),
        (lambda: Money(10**15 + 1, "EUR"), "amount"),
        (lambda: Money.of("0.001", "EUR"), "amount"),
        (lambda: Money.of("1", "XYZ"), "currency"),
        (lambda: Sku(""), "sku.code"),
        (lambda: Sku("A\x00"), "sku.code"),
        (lambda: Sku("A", scale=10), "sku.scale"),
        (lambda: Sku("A", scale=cast("int", True)), "sku.scale"),
        (lambda: Sku("A", per=0), "sku.per"),
        (lambda: Sku("A", packs=(("box", 0),)), "sku.packs.box"),
        (lambda: Sku("A", packs=(("box", 6), ("box", 12))), "sku.packs"),
        (lambda: Sku("A", packs=cast("Any", [["box", 6]])), "sku.packs"),
        (lambda: Sku("A", packs=cast("Any", None)), "sku.packs"),
        (lambda: Sku("A", packs=cast("Any", ("box",))), "sku.packs"),
        (lambda: NewCharge(ChargeKind.GOODS, 5), "charge.kind"),
        (lambda: NewCharge(cast("ChargeKind", "tax"), 5), "charge.kind"),
        (lambda: NewCharge(ChargeKind.TAX, -5), "charge.amount"),
        (lambda: NewCharge(ChargeKind.DISCOUNT, 5), "charge.amount"),
        (lambda: NewCharge(ChargeKind.TAX, cast("int", True)), "charge.amount"),
        (lambda: NewCharge(ChargeKind.TAX, 5, cast("Any", "12")), "charge.lines"),
        (lambda: NewCharge(ChargeKind.TAX, 5, cast("Any", ["1"])), "charge.lines"),
        (lambda: NewCharge(ChargeKind.TAX, 5, ("1", "1")), "charge.lines"),
        (lambda: NewCharge(ChargeKind.PRICE, 5), "charge.kind"),
        (lambda: NewCharge(ChargeKind.TAX, 5, parts=cast("Any", [("1", 5)])), "charge.parts"),
        (lambda: NewCharge(ChargeKind.TAX, 5, parts=cast("Any", ("15",))), "charge.parts[0]"),
        (lambda: NewCharge(ChargeKind.DISCOUNT, -5, parts=(("", -5),)), "charge.parts[0].line"),
        (lambda: NewCharge(ChargeKind.TAX, 5, parts=(("1", 6), ("2", -1))), "charge.parts[1]"),
        (lambda: NewCharge(ChargeKind.TAX, 5, parts=(("1", 2), ("1", 3))), "charge.parts"),
        (lambda: NewCharge(ChargeKind.TAX, 5, parts=(("1", 4),)), "charge.parts"),
        (lambda: NewCharge(ChargeKind.TAX, 5, ("1",), parts=(("1", 5),)), "charge.parts"),
        (lambda: NewCharge(ChargeKind.FEE, 5, parts=(("1", 5),)), "charge.parts"),
        (lambda: line("1", LAMP, 1, rounding="up"), "line 1.rounding"),
        (lambda: line("1", LAMP, 1, fixed="weighing"), "line 1.fixed"),
        (lambda: line("1", LAMP, 1, fixed=Fixing.WEIGHING), "line 1.grams_each"),
        (lambda: line("1", LAMP, 1, grams_each=250), "line 1.grams_each"),
        (lambda: line("1", LAMP, 1, fixed=Fixing.WEIGHING, grams_each=True), "line 1.grams_each"),
        (
            lambda: line("1", LAMP, 5, fixed=Fixing.WEIGHING, grams_each=10**9),
            "line 1.grams_each",
        ),
        (lambda: line("1", TEA, 5, fixed=Fixing.WEIGHING, grams_each=9), "line 1.grams_each"),
        (lambda: line("1", LAMP, 1, gift_for=[]), "line 1.gift_for"),
        (lambda: line("1", LAMP, 1, gift_for=("2", "2")), "line 1.gift_for"),
        (lambda: line("1", LAMP, 1, version="\u202e"), "line 1.version"),
        (lambda: new_order(customer=""), "customer"),
        (lambda: new_order(customer="x" * 201), "customer"),
        (lambda: new_order(number="\u202e71"), "number"),
        (lambda: new_order(priority=-1), "priority"),
        (lambda: new_order(priority=True), "priority"),
        (lambda: new_order(cash_on_delivery="no"), "cash_on_delivery"),
        (lambda: new_order(on_account="no"), "on_account"),
        (lambda: new_order(on_account=True, cash_on_delivery=True), "on_account"),
        (lambda: new_order(coupons="SPRING"), "coupons"),
        (lambda: new_order(coupons=("SPRING", "SPRING")), "coupons"),
        (lambda: new_order(coupons=("\u202e",)), "coupons[0]"),
        (lambda: new_order(pay_by=MORNING.replace(tzinfo=None)), "pay_by"),
        (lambda: new_order((LAMP, 1), destination="Leith"), "destination"),
        (
            lambda: new_order(destination=Destination(latitude_e6=cast("int", 1.5))),
            "destination.latitude_e6",
        ),
        (lambda: new_order(destination=Destination(latitude_e6=1)), "destination"),
        (lambda: new_order(line("1", LAMP, 1), line("1", BELL, 1)), "lines"),
        (lambda: NewOrder("c-7", "EUR", cast("Any", [line("1", LAMP, 1)])), "lines"),
        (lambda: NewOrder("c-7", "EUR", cast("Any", (LAMP,))), "lines[0]"),
        (lambda: NewOrder("c-7", "USD", (line("1", LAMP, 1),)), "line 1.price"),
        (lambda: NewOrder("c-7", "EURO", ()), "currency"),
        (lambda: new_order((LAMP, 1), charges=(NewCharge(ChargeKind.TAX, 5, ("9",)),)), "charge"),
        (
            lambda: new_order(
                (LAMP, 1), charges=(NewCharge(ChargeKind.TAX, 5, parts=(("9", 5),)),)
            ),
            "charge.parts",
        ),
        (lambda: Workflow(MemoryStore(), tenant="\x00"), "tenant"),
        (lambda: Workflow(MemoryStore(), tenant=cast("str", None)), "tenant"),
        (lambda: Workflow(MemoryStore()).due(datetime(2026, 3, 3)), "at"),  # noqa: DTZ001
        (lambda: Workflow(MemoryStore(), clock=datetime.now).in_danger(), "clock"),
        (lambda: Workflow(MemoryStore(), clock=datetime.now).confirm("o-17"), "clock"),
    ),
)
def test_a_value_that_is_none_cannot_be_made(make: Callable[[], object], path: str) -> None:
    with pytest.raises(BadInput) as caught:
        make()

    assert caught.value.path.startswith(path)


# --- what looks like an attack is only text -----------------------------------------------------

ODD_BUT_PROPER: Final = (
    "'; drop table entry; --",
    '" or 1=1 --',
    "x'); delete from document where ('1'='1",
    "%s %(id)s {0} ${id} ?",
    "../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "&amp;&#x27;",
    "\\u0000 \\x00 \\",
    '{"ref":["","order","o-17"]}',
    "NULL",
    "Ünïcödé",
    "e\u0301 is not é",
    "铜灯 東京 ١٢٣ שלום",
    "🪔" * 200,
    "x" * 200,
    "a\u00a0b",
)


SCRAPS: Final = (
    *("'", '"', ";", "--", "/*", "*/", "\\", "`", "%s", "%(id)s", ":id", "$1", "?", "{0}", "${id}"),
    *(
        "drop table entry",
        "or 1=1",
        "union select",
        "<b>",
        "</script>",
        "&#x27;",
        "=cmd|",
        "@",
        "+",
    ),
    *("é", "東京", "שלום", "🪔", "e\u0301", "a\u00a0b", "x", "0", ",", ".", "(", ")", "[", "]"),
)


def odd_texts(n: int) -> tuple[str, ...]:
    """So many texts put together of scraps, the same ones each time."""
    chance = random.Random(21)
    return tuple("".join(chance.choices(SCRAPS, k=chance.randint(1, 9))) for _ in range(n))


ODD: Final = (*ODD_BUT_PROPER, *odd_texts(983 if EVERYWHERE else 3))


@pytest.mark.parametrize("odd", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("made", sorted(STORES))
def test_odd_text_is_kept_as_it_is_in_every_field(
    odd: str, made: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    store = STORES[made](tmp_path)
    if not isinstance(store, MemoryStore):
        request.addfinalizer(cast("SqliteStore", store).close)
    clock = Clock()
    shop = Workflow(store, Rules(), tenant=odd, clock=clock)
    sku, at = Sku(odd, odd), Position(odd, odd, lot=odd)
    wanted = NewOrder(
        odd,
        "EUR",
        (NewLine(odd, sku, 1, PRICE, serial=odd, promised=TOMORROW),),
        (NewCharge(ChargeKind.TAX, 10, (odd,), odd, odd),),
        seller=odd,
        channel=odd,
        shop=odd,
        number=odd,
        destination=Destination(odd, odd),
    )

    shop.receive(Position(odd, odd), 5, odd, key=odd, by=odd)
    shop.place(odd, wanted)
    shop.pay(odd, eur(1010), ((odd, 1010),), odd, odd)
    shop.hold_stock(odd, Position(odd, odd), 1)
    shop.allocate(odd)
    shop.release(odd, odd, odd, ((odd, 1),))
    shop.pick(odd, ((odd, 1),))
    shop.pack(odd, (odd,))
    shop.hand_over(odd, odd, odd)
    shop.record_scan(odd, ScanStatus.DELIVERED, odd, odd)
    shop.ask_return(odd, odd, (), odd)
    shop.expect(odd, at, 5, TOMORROW)
    shop.set_limit(odd, 5)
    shop.hold(odd, odd, odd, by=odd)

    order = shop.lift_hold(odd, odd).document
    read = store
    if made == "sqlite":
        read = again = SqliteStore(tmp_path / "orders.sqlite")
        request.addfinalizer(again.close)
    with_it = Workflow(read, Rules(), tenant=odd, clock=clock)
    assert (order.ref.id, order.customer, order.lines[0].id) == (odd, odd, odd)
    stored = read.load(order.ref)
    assert stored is not None
    assert stored.value == order
    assert {entry.call.ref.id for entry in read.entries()} == {odd}
    assert everything(read, odd) == everything(store, odd)
    seen = read.seen(odd, odd)
    assert seen is not None
    assert (seen.key, seen.by, seen.call.verb) == (odd, odd, "receive")
    assert with_it.receive(Position(odd, odd), 5, odd, key=odd, by=odd).repeated
    assert_laws(read, odd)
    if made == "sqlite":
        with closing(sqlite3.connect(tmp_path / "orders.sqlite")) as database:
            tables = database.execute("select name from sqlite_schema where type = 'table'")
            assert {name for (name,) in tables} == set(TABLES) - {"migration"}
        database.close()


def test_what_looks_alike_is_not_the_same() -> None:
    shop = Workflow(MemoryStore(), clock=Clock())
    composed, decomposed = "caf\u00e9", "cafe\u0301"

    shop.receive(Position(composed, "leith"), 5)

    with pytest.raises(Refused, match="0 free"):
        shop.hold_stock("h-1", Position(decomposed, "leith"), 1)


# --- a question is kept as it was put -----------------------------------------------------------


def test_lists_and_local_times_are_the_same_question_when_they_come_again(store: Store) -> None:
    shop = Workflow(store, clock=Clock())
    shop.receive(SHELF, 10)
    shop.place("o-17", new_order((LAMP, 2), cash_on_delivery=True))
    shop.allocate("o-17")
    lines: Any = [["1", 2]]
    # An hour that comes twice in Leith: it is never equal to a time of another zone.

    until = datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London"))

    first = shop.release("o-17", "d-1", "leith", lines, key="k-1")
    lines.append(["2", 5])
    again = shop.release("o-17", "d-1", "leith", [("1", 2)], key="k-1")  # type: ignore[arg-type]
    held = shop.hold_stock("h-1", SHELF, 1, until, key="k-2")
    held_again = shop.hold_stock("h-1", SHELF, 1, until, key="k-2")

    assert (first.repeated, again.repeated) == (False, True)
    assert (held.repeated, held_again.repeated) == (False, True)
    entry = store.seen("", "k-1")
    assert entry is not None
    assert dict(entry.call.args)["lines"] == (("1", 2),)
    assert held.document.until == until.astimezone(UTC)
