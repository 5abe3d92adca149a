from __future__ import annotations

from typing import Any

import attrs
import pytest

from orderflow import BadInput, Location, Rules
from orderflow.aftercare import Aftercare
from orderflow.cash import CashRounding, CashRule
from orderflow.compensations import Compensable
from orderflow.conditions import Condition, Fate
from orderflow.packing import Packing
from orderflow.paid_back import Refunding
from orderflow.patience import Patience
from orderflow.process import Process, Stage
from orderflow.reasons import FAULTY
from orderflow.rules import DEFAULT_POLICY, FIRST_IN, ReserveWhen
from orderflow.sending import Sending
from orderflow.sourcing.policies import FEWEST_SHIPMENTS, NEAREST, PRIORITY
from orderflow.states import UnitState
from orderflow.taxes import Table, Taxing
from orderflow.tender_order import PayingBack
from orderflow.tenders import MethodKind, PaymentMethod
from orderflow.windows import Window


def test_equal_rules_have_one_fingerprint() -> None:
    one = Rules(locations=(Location("leith"),), policy=NEAREST)
    other = Rules(locations=(Location("leith"),), policy=NEAREST)

    assert one.fingerprint == other.fingerprint


@pytest.mark.parametrize(
    "other",
    (
        Rules(locations=(Location("leith"),)),
        Rules(policy=NEAREST),
        Rules(policy=PRIORITY),
        Rules(confirm_when_paid=False),
        Rules(split=False),
        Rules(return_window_days=30),
        Rules(approve_returns=False),
        Rules(tries_max=3),
        Rules(receipt_days=7),
        Rules(replace_before_return=True),
        Rules(pick_rule=FIRST_IN),
        Rules(life_days=3),
        Rules(sells_for=("maker-3",)),
        Rules(reserve_when=ReserveWhen.PLACED),
        Rules(capacity=(("leith", 200),)),
        Rules(sending=Sending("2026")),
        Rules(taxing=Taxing(Table("2026", ()))),
        Rules(price_protection_days=7),
        Rules(remind_days=(3, 1)),
        Rules(patience=Patience()),
        Rules(silent_days=3),
        Rules(aftercare=(Aftercare("gold", "anna"),)),
        Rules(compensable=(Compensable("late", 30),)),
        Rules(paying_back=PayingBack(last=("points",))),
        Rules(reasons=(FAULTY,)),
        Rules(refunding=Refunding()),
        Rules(whole_kits=True),
        Rules(gifts_back=True),
        Rules(return_window=Window(7, "Asia/Shanghai")),
        Rules(conditions=(Condition("used", Fate.SHELF),)),
        Rules(methods=(PaymentMethod("card", MethodKind.CARD),)),
        Rules(cash_on_delivery=CashRule(refused_most=1)),
        Rules(cash_rounding=(CashRounding("EUR", 5),)),
        Rules(sending=Sending("2026", shipments_max=2)),
        Rules(locations=(Location("leith", tags=("store",)),)),
        Rules(locations=(Location("leith", handling=120),)),
        Rules(packing=Packing("2026")),
        Rules(first_scan_ships=True),
        Rules(process=Process.of(Stage("polishing", UnitState.PICKED))),
    ),
)
def test_another_decision_is_another_fingerprint(other: Rules) -> None:
    assert other.fingerprint != Rules().fingerprint


def test_the_policy_that_is_not_named_has_its_name_in_the_fingerprint() -> None:
    assert Rules().fingerprint == Rules(policy=FEWEST_SHIPMENTS).fingerprint
    assert FEWEST_SHIPMENTS.name == DEFAULT_POLICY
    assert DEFAULT_POLICY in Rules().fingerprint


def test_every_decision_counts_in_the_fingerprint() -> None:
    assert len(attrs.fields(Rules)) == 35, "a new rule needs its line in the test above"


@pytest.mark.parametrize(
    ("locations", "path"), ((("leith",), r"locations\[0\]"), ("leith", "locations"))
)
def test_what_is_no_location_is_refused(locations: object, path: str) -> None:
    with pytest.raises(BadInput, match=path):
        Rules(locations=locations)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("name", "wrong"),
    (
        ("return_window_days", -1),
        ("return_window_days", 10**7),
        ("return_window_days", 14.0),
        ("price_protection_days", -1),
        ("remind_days", (0,)),
        ("remind_days", 3),
        ("aftercare", Aftercare("gold")),
        ("aftercare", (Aftercare("gold"), Aftercare("gold", "anna"))),
        ("patience", 3),
        ("silent_days", -1),
        ("reasons", ("faulty",)),
        ("reasons", (FAULTY, FAULTY)),
        ("tries_max", 0),
        ("tries_max", True),
    ),
)
def test_a_window_or_a_bound_that_cannot_be_kept_is_refused(name: str, wrong: Any) -> None:
    with pytest.raises(BadInput, match=name):
        Rules(**{name: wrong})
