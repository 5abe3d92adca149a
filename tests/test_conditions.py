"""What goods are like that came back, and what becomes of them, by the host's own names."""

from __future__ import annotations

from typing import Any

import pytest

from orderflow import BadInput, Position, Rules, Verdict
from orderflow.audit import audit
from orderflow.conditions import Condition, Fate
from orderflow.inspecting import inspect, restock
from orderflow.inventory import regrade
from orderflow.pricing import due
from orderflow.records import MatterKind
from orderflow.states import ReturnState
from orderflow.views import Dossier, platform_view
from tests.builders import LAMP, LEITH, Shop

CONDITIONS = (
    Condition("opened", Fate.SHELF),
    Condition("used", Fate.SHELF, "second"),
    Condition("odd smell", Fate.QUARANTINE),
    Condition("loose screw", Fate.REPAIR),
    Condition("broken", Fate.DAMAGED),
    Condition("hygiene", Fate.WRITE_OFF),
    Condition("factory fault", Fate.SUPPLIER),
    Condition("worn out", Fate.REJECT),
)
RULES = Rules(locations=(LEITH,), conditions=CONDITIONS)
SHELF = Position("BRASS-LAMP", "leith")


def came_back(any_shop: Shop, n: int = 2, rules: Rules = RULES) -> Shop:
    """Order o-17 of so many lamps, all of them in return r-1 and at leith again."""
    shop = any_shop.under(rules)
    shop.stock(LAMP, "leith", n)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, n))
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")
    return shop


FATES = {
    "opened": (MatterKind.SELLABLE, ""),
    "used": (MatterKind.SELLABLE, "second"),
    "odd smell": (MatterKind.SELLABLE, "to inspect"),
    "loose screw": (MatterKind.SELLABLE, "to repair"),
    "broken": (MatterKind.DAMAGED, "damaged"),
    "hygiene": (MatterKind.WRITTEN_OFF, "written off"),
    "factory fault": (MatterKind.SUPPLIER, "to supplier"),
}


def assert_all_holds(shop: Shop) -> None:
    shop.assert_lawful()
    assert [law.name for law in audit(shop.store, rules=shop.rules) if not law.holds] == []


def stands(shop: Shop, kind: MatterKind, grade: str) -> int:
    at = SHELF._replace(grade=grade)
    if kind is MatterKind.SELLABLE:
        return shop.counter(at).there
    return shop.store.books("").matter.get((kind, at), 0)


@pytest.mark.feature("F232", "F233")
@pytest.mark.parametrize("code", sorted(FATES))
def test_a_condition_decides_where_goods_stand_that_came_back(any_shop: Shop, code: str) -> None:
    kind, grade = FATES[code]
    shop = came_back(any_shop)

    done = shop.inspect("r-1", (("1", 2, code),))

    assert done.document.state is ReturnState.SETTLED
    assert stands(shop, kind, grade) == 2
    assert shop.free(LAMP, "leith") == (2 if code == "opened" else 0)
    assert shop.bag("o-17") == {"returned": 2}
    assert due(shop.order("o-17")) == -2000
    assert_all_holds(shop)


@pytest.mark.feature("F233")
def test_units_of_one_return_may_be_in_conditions_of_their_own(any_shop: Shop) -> None:
    shop = came_back(any_shop, 4)

    judged = (("1", 1, "used"), ("1", 1, "worn out"), ("1", 1, "used"), ("1", 1, Verdict.SOUND))
    shop.inspect("r-1", judged)

    assert shop.bag("o-17") == {"returned": 3, "sent back": 1}
    (seen,) = platform_view(Dossier(shop.order("o-17"))).lines
    assert seen.conditions == (("used", 2), ("worn out", 1))
    assert due(shop.order("o-17")) == -3000
    shop.deliver_again("o-17")
    (seen,) = platform_view(Dossier(shop.order("o-17"))).lines
    assert seen.conditions == (("used", 2),)
    shop.assert_lawful()


def test_goods_that_were_sold_as_second_come_back_as_second_unless_a_condition_says_other() -> None:
    assert Condition("opened", Fate.SHELF).graded("second") == "second"
    assert Condition("new again", Fate.SHELF, "sound").graded("second") == "sound"
    assert Condition("broken", Fate.DAMAGED).graded("second") == "damaged"


def test_what_came_back_undelivered_is_judged_by_conditions_too(any_shop: Shop) -> None:
    shop = any_shop.under(RULES)
    shop.stock(LAMP, "leith", 3)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 3))
    shop.turn_back("p-1")
    shop.receive_back("p-1", "leith")

    shop.take_back("o-17", (("1", 2, "hygiene"),))

    assert stands(shop, MatterKind.WRITTEN_OFF, "written off") == 2
    assert shop.bag("o-17") == {"returned": 2, "received back": 1}
    assert_all_holds(shop)


@pytest.mark.parametrize("code", ("used", "broken", "hygiene", "factory fault", "loose screw"))
def test_what_comes_back_after_it_was_sent_again_goes_where_its_condition_says(
    any_shop: Shop, code: str
) -> None:
    shop = any_shop.under(RULES)
    kind, grade = FATES[code]
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_ship("o-17", "p-1", (LAMP, 1))
    shop.lose("p-1")
    shop.ask_reissue("i-1", "o-17", (("1", 1),), "lost")
    shop.approve_reissue("i-1", "o-18")
    shop.turn_back("p-1")
    shop.receive_back("p-1", "leith")
    assert shop.cannot_take(restock.on("o-17", (("1", 1, "worn out"),))) == "verdicts[0].verdict"

    shop.restock("o-17", (("1", 1, code),))

    assert stands(shop, kind, grade) == 1
    assert_all_holds(shop)


@pytest.mark.parametrize("verdict", ("no such thing", "sound", "", None, 3))
def test_a_condition_that_the_rules_do_not_have_is_bad_input(shop: Shop, verdict: Any) -> None:
    there = came_back(shop)

    call = inspect.on("r-1", (("1", 1, Verdict.SOUND), ("1", 1, verdict)))

    assert there.cannot_take(call) == "verdicts[1].verdict"


@pytest.mark.parametrize(
    ("of", "path"),
    (
        (("", Fate.SHELF), "condition.code"),
        (("used", "shelf"), "condition used.fate"),
        (("used", Fate.REPAIR, "second"), "condition used.grade"),
        (("used", Fate.SHELF, "to inspect"), "condition used.grade"),
        (("used", Fate.SHELF, 3), "condition used.grade"),
    ),
)
def test_a_condition_is_checked_when_it_is_made(of: tuple[Any, ...], path: str) -> None:
    with pytest.raises(BadInput) as bad:
        Condition(*of)

    assert bad.value.path == path


@pytest.mark.parametrize(
    "conditions",
    (
        [Condition("used", Fate.SHELF)],
        ("used",),
        (Condition("used", Fate.SHELF), Condition("used", Fate.REPAIR)),
        (Condition("sound", Fate.REJECT),),
    ),
)
def test_conditions_have_names_of_their_own_which_are_no_verdicts(conditions: Any) -> None:
    with pytest.raises(BadInput, match="conditions"):
        Rules(conditions=conditions)


# --- another grade ------------------------------------------------------------------------------


@pytest.mark.feature("F232")
def test_goods_that_are_to_be_mended_are_sold_when_they_are(any_shop: Shop) -> None:
    shop = came_back(any_shop)
    shop.inspect("r-1", (("1", 2, "loose screw"),))
    bench = SHELF._replace(grade="to repair")
    (row,) = shop.standing(LAMP.code)
    assert (row.position, row.there, row.quarantine) == (SHELF, 0, 2)

    shop.regrade(bench, 1, "")
    shop.regrade(bench, 1, "damaged", "it fell apart")

    assert shop.free(LAMP, "leith") == 1
    assert stands(shop, MatterKind.DAMAGED, "damaged") == 1
    assert_all_holds(shop)


def test_no_more_goods_are_regraded_than_are_free(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 2)
    any_shop.sell("o-17", (LAMP, 1))
    any_shop.allocate("o-17")

    assert any_shop.refuses(regrade.on("BRASS-LAMP", SHELF, 2, "second")) == (
        "BRASS-LAMP at leith: 2 asked, 1 free"
    )


@pytest.mark.parametrize(
    ("grade", "to", "path"),
    (
        ("", "", "grade"),
        ("second", "second", "grade"),
        ("", "written off", "grade"),
        ("", "to supplier", "grade"),
        ("damaged", "", "position.grade"),
    ),
)
def test_a_grade_is_another_one_in_which_goods_stand(
    shop: Shop, grade: str, to: str, path: str
) -> None:
    assert shop.cannot_take(regrade.on("x", SHELF._replace(grade=grade), 1, to)) == path
