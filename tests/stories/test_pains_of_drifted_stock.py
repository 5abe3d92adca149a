"""What users of other systems report of stock that no longer adds up, and what becomes of it here.

Pain 10: what is salable is wrong after a failure, and nobody can say by how much.
Pain 11: an order cannot give back its reservation, for the books hold less than it reserved.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from orderflow import MoveRefused, Position, Short, Workflow
from orderflow.adapters.sqlite import SqliteStore
from orderflow.audit import DriftKind, reconcile
from tests.builders import LAMP, MORNING, Clock, assert_laws, new_order

LEITH_LAMPS = Position("BRASS-LAMP", "leith")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "orders.sqlite"


@pytest.fixture
def shop(file: Path) -> Iterator[Workflow]:
    """Ten lamps, of which o-17 has four."""
    with SqliteStore(file, synchronous="normal") as store:
        shop = Workflow(store, clock=Clock())
        shop.receive(LEITH_LAMPS, 10)
        shop.place("o-17", new_order((LAMP, 4), cash_on_delivery=True))
        shop.reserve("o-17")
        yield shop


def by_hand(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute(statement)
        db.commit()


def free(shop: Workflow) -> int:
    (row,) = shop.store.counters("", ["BRASS-LAMP"], MORNING)
    return row.free


@pytest.mark.feature("F138")
def test_pain_10_what_is_salable_is_right_again_after_a_repair(file: Path, shop: Workflow) -> None:
    assert isinstance(shop.store, SqliteStore)
    by_hand(file, "update counter set claimed = 9")
    assert free(shop) == 1, "six are free, and five of them cannot be sold"

    plan = reconcile(shop.store)
    shop.store.mend(plan.tenant, plan.repairs)

    assert [(one.kind, one.kept, one.should) for one in plan.drifts] == [
        (DriftKind.WRONG_CLAIMED, "9", "4")
    ]
    assert free(shop) == 6
    assert_laws(shop.store)


@pytest.mark.feature("F138")
def test_pain_10_what_seems_to_be_salable_and_is_not_is_not_sold_after_a_repair(
    file: Path, shop: Workflow
) -> None:
    assert isinstance(shop.store, SqliteStore)
    by_hand(file, "update counter set claimed = 0")
    by_hand(file, "delete from claim")

    shop.store.mend("", reconcile(shop.store).repairs)

    with pytest.raises(Short):
        shop.hold_stock("h-1", LEITH_LAMPS, 7)
    assert_laws(shop.store)


@pytest.mark.feature("F138")
def test_pain_11_an_order_whose_claim_was_lost_gives_it_back_after_a_repair(
    file: Path, shop: Workflow
) -> None:
    assert isinstance(shop.store, SqliteStore)
    by_hand(file, "delete from claim")
    with pytest.raises(MoveRefused):
        shop.unreserve("o-17")

    plan = reconcile(shop.store)
    shop.store.mend(plan.tenant, plan.repairs)
    shop.unreserve("o-17")

    assert [one.kind for one in plan.drifts] == [DriftKind.LOST_CLAIM]
    assert free(shop) == 10
    assert_laws(shop.store)
