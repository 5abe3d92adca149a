"""Every way that a small order can go, walked to its end under a second opinion."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

import attrs
import pytest

from orderflow.calls import Ref
from orderflow.chart import Guard
from orderflow.journal import STOCK, VERBS
from orderflow.process import Process, Remove, Require, own_guard
from orderflow.records import Parcel
from orderflow.states import (
    ORDER,
    UNIT,
    OrderMove,
    OrderState,
    ParcelState,
    UnitMove,
    UnitState,
)
from orderflow.testing import OUTSIDE, Bounds, Stuck, explore
from orderflow.testing.walk import PLACE, START
from orderflow.testing.world import digest_of
from tests.business import ROWS, Business
from tests.worlds import DAY, LIFE, WORLDS, of

LARGEST: Final = "prepaid goods, parcels and returns"
Record = Callable[[str, object], None]


@pytest.mark.feature("F069", "F088", "F091")
@pytest.mark.parametrize("name", sorted(WORLDS, key=lambda name: (name != LARGEST, name)))
def test_no_way_of_a_small_order_leads_astray(name: str, record_property: Record) -> None:
    small = WORLDS[name]

    walked = explore(
        Process(),
        small.bounds,
        rules=small.rules,
        allows=small.business.allows,
        comes=small.business.comes,
    )

    record_property("states", walked.states)
    print(f"{name}: {walked}")
    assert walked.ends
    if name == LARGEST:
        assert walked.states > 100_000


def test_the_business_has_an_opinion_about_every_verb_but_the_hosts_own() -> None:
    asked = {verb.name for verb in VERBS.values() if verb.kind != STOCK}

    assert asked - set(ROWS) == {"enter_stage"}  # only the host knows what its stages mean


def test_every_verb_is_called_in_some_world() -> None:
    asked = {verb.name for verb in VERBS.values() if verb.kind != STOCK}
    called = {call.verb for small in WORLDS.values() for call in small.bounds.first}
    for small in WORLDS.values():
        called |= small.bounds.only or asked - small.bounds.without

    # A draft is where each walk begins, and stages are the host's own.
    assert asked - called <= {"draft", "enter_stage"}
    assert called >= OUTSIDE


def test_an_order_without_lines_can_only_be_cancelled() -> None:
    reached: set[str] = set()

    def never_further(seen: Any, document: Any) -> str:
        reached.add(f"{document.ref.kind} {document.state}")
        return ""

    bounds = WORLDS["nothing at all"].bounds
    explore(Process(), bounds, invariants={"never further": never_further})

    assert {one for one in reached if one.startswith("order")} == {"order draft", "order cancelled"}
    assert not {one for one in reached if one.startswith(("dispatch", "parcel", "return"))}


def test_worlds_in_which_two_parcels_swap_their_days_are_two_worlds() -> None:
    ref: Ref[Parcel] = Ref("", "parcel", "p-1")
    other: Ref[Parcel] = Ref("", "parcel", "p-2")
    days = [START + n * DAY for n in range(20)]

    def sum_of(first: datetime, second: datetime) -> int:
        parcel = Parcel(ref, ParcelState.DELIVERED, ("o",), PLACE, delivered_at=first)
        late = attrs.evolve(parcel, ref=other, delivered_at=second)
        return digest_of(ref, parcel) + digest_of(other, late)

    sums = {sum_of(first, second) for first in days for second in days}

    assert len(sums) == len(days) ** 2


# --- what a walk finds ----------------------------------------------------------------------------

GOODS: Final = Bounds((1,), stock=1, only=LIFE)


def test_a_process_without_a_way_on_is_found_with_the_calls_that_lead_there() -> None:
    never: Guard[Any] = own_guard("never", lambda facts: False, "it is not done here")
    process = Process.of(Require(UNIT, UnitState.PACKED, UnitMove.SHIP, never))

    with pytest.raises(Stuck) as stuck:
        explore(process, GOODS)

    assert stuck.value.what == "no end can be reached any more"
    assert [call.verb for call in stuck.value.path][-1] == "release"


def test_a_process_that_forbids_what_the_business_wants_is_found() -> None:
    process = Process.of(Remove(ORDER, OrderState.PLACED, OrderMove.CANCEL))

    with pytest.raises(Stuck, match=r"cancel is refused .*, and the business allows it"):
        explore(process, GOODS, allows=Business().allows)


def test_a_process_that_allows_what_the_business_forbids_is_found() -> None:
    def nobody_cancels(seen: Any, call: Any) -> bool | None:
        return False if call.verb == "cancel" else None

    with pytest.raises(Stuck, match="cancel is carried out, and the business forbids it"):
        explore(Process(), GOODS, allows=nobody_cancels)


def test_an_invariant_that_breaks_is_named_with_its_document() -> None:
    def nothing_is_shipped(seen: Any, document: Any) -> str:
        return "it is on the road" if document.state == "shipped" else ""

    with pytest.raises(Stuck) as stuck:
        explore(Process(), GOODS, invariants={"nothing is shipped": nothing_is_shipped})

    assert stuck.value.what == "nothing is shipped: parcel o-d1-p1: it is on the road"
    assert [call.verb for call in stuck.value.path][-2:] == ["pack", "hand_over"]


def test_a_walk_says_how_far_it_went() -> None:
    walked = explore(Process(), attrs.evolve(GOODS, only=of("place cancel")))

    assert str(walked) == (
        "3 states; 3 calls carried out and 3 refused with reasons; 1 ends, 0 states at the bounds"
    )
