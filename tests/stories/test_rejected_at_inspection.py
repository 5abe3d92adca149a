"""Rejected at inspection: what is worn goes back to its customer, who does not take it, and pays.

The kept texts stand in `tests/golden/returned`; `ORDERFLOW_WRITE_KEPT=1` writes them anew. Look
at each before it is committed.
"""

from __future__ import annotations

import pytest

from orderflow import ChargeKind, NewCharge, Patience, Rules, Verdict
from orderflow.audit import audit
from orderflow.conditions import Condition, Fate
from orderflow.pricing import due
from orderflow.records import MatterKind
from orderflow.statements import statement, text
from orderflow.states import OrderState
from orderflow.views import Dossier, purchaser_view
from tests.builders import LAMP, LEITH, Shop, eur, new_order
from tests.kept import assert_kept

RULES = Rules(
    locations=(LEITH,),
    patience=Patience(),
    conditions=(
        Condition("opened", Fate.SHELF, "second"),
        Condition("worn", Fate.REJECT),
        Condition("loose screw", Fate.REPAIR),
    ),
)


@pytest.mark.feature("F195", "F230", "F232", "F233")
def test_one_of_three_is_rejected_and_never_taken(any_shop: Shop) -> None:
    shop = any_shop.under(RULES)
    shop.stock(LAMP, "leith", 4)
    off = NewCharge(ChargeKind.DISCOUNT, -200, ("1",), "seller", "spring")
    shop.place("o-17", new_order((LAMP, 4), charges=(off, NewCharge(ChargeKind.FREIGHT, 490))))
    shop.pay("pay-1", eur(4290), (("o-17", 4290),))
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    shop.invoice("o-17", "2026")
    said = [text(statement(shop.order("o-17")))]

    shop.ask_return("r-1", "o-17", (("1", 3),), "too bright")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1", (("1", 1, "opened"), ("1", 1, "loose screw"), ("1", 1, "worn")))

    assert shop.bag("o-17") == {"delivered": 1, "sent back": 1, "returned": 2}
    assert due(shop.order("o-17")) == -1900
    shop.credit("2026-000001", "CN")
    assert shop.credited("CN-000001").gross == 1900
    shop.refund("o-17")
    (seen,) = purchaser_view(Dossier(shop.order("o-17"))).lines
    assert seen.conditions == (("loose screw", 1), ("opened", 1), ("worn", 1))
    said.append(text(statement(shop.order("o-17"))))

    shop.send_rejected("r-1", "NP-9", "north post")
    shop.clock.forward(days=5)
    shop.receive_rejected("r-1")
    shop.clock.forward(days=30)
    (one,) = [one for one in shop.due(shop.clock.at) if one.ref.kind == "return"]
    shop.apply(one.call, key=one.key)

    assert shop.bag("o-17") == {"delivered": 2, "returned": 2}
    assert due(shop.order("o-17")) == 0
    assert [
        (shop.there(LAMP, "leith", grade=grade)) for grade in ("second", "to repair", "to inspect")
    ] == [1, 1, 1]
    assert shop.matter(MatterKind.CUSTOMER, LAMP) == 1
    assert shop.complete("o-17").document.state is OrderState.COMPLETED
    shop.assert_lawful()
    assert [law.name for law in audit(shop.store, rules=shop.rules) if not law.holds] == []
    said += [text(statement(shop.order("o-17"))), text(statement(shop.order("o-17")), "zh")]
    assert_kept("returned", "rejected-at-inspection", "\n".join(said))


def test_what_is_accepted_and_what_is_rejected_in_any_order_is_owed_the_same(shop: Shop) -> None:
    owed = set()
    for i, verdicts in enumerate(
        (
            (("1", 1, Verdict.REJECTED), ("1", 1, Verdict.SOUND)),
            (("1", 1, Verdict.SOUND), ("1", 1, Verdict.REJECTED)),
        )
    ):
        shop.stock(LAMP, "leith", 3)
        shop.sell_and_deliver(f"o-{i}", f"p-{i}", (LAMP, 3))
        shop.ask_return(f"r-{i}", f"o-{i}", (("1", 2),))
        shop.receive_return(f"r-{i}", "leith")
        shop.inspect(f"r-{i}", verdicts)
        owed.add(due(shop.order(f"o-{i}")))

    assert owed == {-1000}
