from __future__ import annotations

from typing import Any

import pytest

from orderflow import BadInput, Rules
from orderflow.tender_order import (
    CashBack,
    Means,
    PaidBy,
    PayingBack,
    Portion,
    TenderOrder,
    checked_plan,
    in_order,
)

PAID = (
    PaidBy("p-1", ("visa", "card"), 500),
    PaidBy("p-2", ("points",), 200),
    PaidBy("p-3", ("wechat", "wallet"), 900),
    PaidBy("p-4", ("voucher",), 200),
)


def ids(rule: PayingBack) -> list[str]:
    return [one.payment for one in in_order(rule, PAID)]


@pytest.mark.feature("F231")
@pytest.mark.parametrize(
    ("order", "expected"),
    (
        (TenderOrder.AS_APPLIED, ["p-1", "p-2", "p-3", "p-4"]),
        (TenderOrder.LAST_FIRST, ["p-4", "p-3", "p-2", "p-1"]),
        (TenderOrder.LEAST_FIRST, ["p-2", "p-4", "p-1", "p-3"]),
        (TenderOrder.MOST_FIRST, ["p-3", "p-1", "p-2", "p-4"]),
    ),
)
def test_the_order_of_tenders_has_a_name(order: TenderOrder, expected: list[str]) -> None:
    assert ids(PayingBack(order)) == expected


def test_points_and_vouchers_come_first_or_last_as_the_host_says() -> None:
    assert ids(PayingBack(last=("points", "voucher"))) == ["p-1", "p-3", "p-2", "p-4"]
    assert ids(PayingBack(first=("voucher", "points"))) == ["p-4", "p-2", "p-1", "p-3"]
    both = PayingBack(TenderOrder.LAST_FIRST, ("wallet",), ("card",))
    assert ids(both) == ["p-3", "p-4", "p-2", "p-1"]


def test_a_hosts_own_list_names_methods_or_their_kinds() -> None:
    assert ids(PayingBack(first=("wallet", "visa", "points"))) == ["p-3", "p-1", "p-2", "p-4"]
    assert ids(PayingBack(first=("cheque",))) == ["p-1", "p-2", "p-3", "p-4"]


def test_an_order_that_nobody_has_paid_has_no_tenders_to_order() -> None:
    assert in_order(PayingBack(), ()) == ()


@pytest.mark.parametrize(
    ("wrong", "path"),
    (
        ({"tenders": "as applied"}, "paying_back.tenders"),
        ({"cash": "transfer"}, "paying_back.cash"),
        ({"first": ["card"]}, "paying_back.first"),
        ({"last": ("card", "card")}, "paying_back.last"),
        ({"first": ("card",), "last": ("card",)}, "paying_back"),
    ),
)
def test_a_wrong_rule_says_where_it_is_wrong(wrong: dict[str, Any], path: str) -> None:
    with pytest.raises(BadInput) as no:
        PayingBack(**wrong)
    assert no.value.path == path


@pytest.mark.parametrize(
    ("wrong", "path"),
    (
        (("", 1, Means.BY_HAND), "portion.payment"),
        (("p-1", 0, Means.BY_HAND), "portion.amount"),
        (("p-1", 1, "by hand"), "portion.means"),
        (("p-1", 1, Means.STORE_CREDIT), "portion.to"),
        (("p-1", 1, Means.GATEWAY, "credit-1"), "portion.to"),
    ),
)
def test_a_portion_says_where_it_is_wrong(wrong: tuple[Any, ...], path: str) -> None:
    with pytest.raises(BadInput) as no:
        Portion(*wrong)
    assert no.value.path == path


def test_a_plan_has_portions_and_one_balance_at_most() -> None:
    one = Portion("p-1", 5, Means.STORE_CREDIT, "credit-1")
    other = Portion("p-2", 5, Means.STORE_CREDIT, "credit-2")
    plain = Portion("p-3", 5, Means.GATEWAY)
    wrongs: tuple[Any, ...] = ((), "p-1", (one, other), ("p-1",), None)

    assert checked_plan([one, plain]) == (one, plain)
    for wrong in wrongs:
        with pytest.raises(BadInput):
            checked_plan(wrong)


def test_the_rules_know_how_money_goes_back_only_where_it_was_decided() -> None:
    decided = Rules(paying_back=PayingBack(cash=CashBack.TRANSFER))

    assert "paying_back" not in Rules().fingerprint
    assert "paying_back" in decided.fingerprint
    with pytest.raises(BadInput, match="a PayingBack is wanted"):
        Rules(paying_back="last first")  # type: ignore[arg-type] # what a host may hand over
