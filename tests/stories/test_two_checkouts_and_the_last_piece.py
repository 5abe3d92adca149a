"""Two checkouts at one moment want the same last piece."""

from __future__ import annotations

from threading import Barrier, Thread

import attrs
import pytest

from orderflow import Position, Refused
from orderflow.rules import ReserveWhen
from orderflow.workflow import Workflow
from tests.builders import LAMP, Shop, new_order

SHELF = Position("BRASS-LAMP", "leith")


@pytest.mark.feature("F117", "F125")
def test_two_checkouts_at_once_sell_the_last_piece_to_one_of_them(any_shop: Shop) -> None:
    rules = attrs.evolve(any_shop.rules, reserve_when=ReserveWhen.PLACED, split=False)
    flow = Workflow(any_shop.store, rules, clock=any_shop.clock)
    sold: list[str] = []
    refused: list[str] = []

    def check_out(id: str, start: Barrier) -> None:
        start.wait()
        try:
            flow.place(id, new_order((LAMP, 1)))
        except Refused as no:
            refused.append(no.refusals[0].code)
        else:
            sold.append(id)

    for i in range(10):
        any_shop.receive(SHELF, 1)
        start = Barrier(2)
        both = [Thread(target=check_out, args=(f"o-{i}-{who}", start)) for who in ("ada", "ben")]
        for one in both:
            one.start()
        for one in both:
            one.join()

    assert (len(sold), refused) == (10, ["not_in_time"] * 10)
    assert any_shop.counter(SHELF).free == 0
    orders = [one.ref.id for one in any_shop.documents() if one.ref.kind == "order"]
    assert sorted(orders) == sorted(sold)  # who got no lamp has no order either
