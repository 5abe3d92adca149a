"""Facts leave once at least, in order for each order, and as CloudEvents."""

from __future__ import annotations

import json
from typing import Any, cast

import pytest

from orderflow import BadInput, Short, Workflow
from orderflow.adapters.codec import put_facts
from orderflow.adapters.outbox import Event, Outgoing, drain, event_of
from orderflow.ports import Store
from tests.builders import LAMP, MORNING, Clock, Shop, new_order
from tests.test_stores import LAMPS


class Heard:
    """A publisher that hears events, and dies at one of them."""

    def __init__(self, dies_at: int = -1, *, after: bool = False) -> None:
        self.events: list[Event] = []
        self.dies_at, self.after = dies_at, after

    def publish(self, event: Event) -> None:
        dies = len(self.events) == self.dies_at
        if dies and not self.after:
            raise KeyboardInterrupt
        self.events.append(event)
        if dies:
            raise KeyboardInterrupt


def outgoing(store: Store) -> Outgoing:
    return cast("Outgoing", store)


@pytest.mark.feature("F334")
def test_what_has_happened_leaves_once_in_order_and_what_was_refused_does_not(
    any_shop: Shop,
) -> None:
    any_shop.stock(LAMP, "leith", 2)
    any_shop.sell("o-17", (LAMP, 2))
    any_shop.allocate("o-17")
    with pytest.raises(Short):
        any_shop.hold_stock("h-1", LAMPS, 1)
    heard = Heard()

    batches = [drain(outgoing(any_shop.store), heard, 2) for _ in range(4)]

    entries = list(any_shop.store.entries())
    assert batches == [2, 2, 0, 0]
    assert heard.events == [event_of(entry) for entry in entries]
    any_shop.hold("o-17", "check", "an odd address")
    assert drain(outgoing(any_shop.store), heard) == 1


def test_an_event_is_a_cloud_event_with_all_that_the_entry_tells(store: Store) -> None:
    house = Workflow(store, tenant="north", clock=Clock())
    house.receive(LAMPS, 5)
    placed = house.place("o-17", new_order((LAMP, 1)), key="k-17", by="anna")
    heard = Heard()
    drain(outgoing(store), heard, source="/erp/orders")

    event = heard.events[-1]

    assert json.loads(event.text) == {
        "specversion": "1.0",
        "id": str(placed.seq),
        "source": "/erp/orders/north",
        "type": "orderflow.place",
        "subject": "order/o-17",
        "time": MORNING.isoformat(),
        "datacontenttype": "application/json",
        "data": {
            "verb": "place",
            "key": "k-17",
            "by": "anna",
            "documents": [["order", "o-17", 1]],
            "facts": json.loads(put_facts(placed.facts)),
        },
    }


@pytest.mark.parametrize("after", (False, True), ids=("before", "after"))
def test_whoever_dies_while_publishing_leaves_the_rest_in_its_order(
    store: Store, after: bool
) -> None:
    house = Workflow(store, clock=Clock())
    for i in range(6):
        house.receive(LAMPS, 1, key=f"k-{i}")
    first, second = Heard(3, after=after), Heard()

    with pytest.raises(KeyboardInterrupt):
        drain(outgoing(store), first)
    drain(outgoing(store), second)

    told = [json.loads(event.data)["key"] for event in (*first.events, *second.events)]
    again = ["k-3"] if after else []  # it had left, and nobody had noted it
    assert told == ["k-0", "k-1", "k-2", *again, "k-3", "k-4", "k-5"]


def test_whoever_is_killed_between_publishing_and_noting_it_tells_it_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = Workflow(store, clock=Clock())
    for i in range(3):
        house.receive(LAMPS, 1, key=f"k-{i}")
    heard = Heard()

    def killed(seqs: tuple[int, ...]) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "sent", killed)
        with pytest.raises(KeyboardInterrupt):
            drain(outgoing(store), heard)
    drain(outgoing(store), heard)

    assert heard.events[:3] == heard.events[3:]
    assert len(heard.events) == 6
    assert drain(outgoing(store), heard) == 0


def test_two_who_drain_at_once_tell_no_order_of_what_follows_first(any_shop: Shop) -> None:
    any_shop.place("o-17", new_order((LAMP, 1)))
    any_shop.hold("o-17", "check", "an odd address")
    store, heard = outgoing(any_shop.store), Heard()

    class Slow:
        def publish(self, event: Event) -> None:
            if not heard.events:
                drain(store, heard)  # another is quicker
            heard.events.append(event)

    drain(store, Slow())

    versions = [json.loads(event.data)["documents"][0][2] for event in heard.events]
    assert versions[:2] == [1, 2]
    assert sorted(versions) == [1, 1, 2, 2]


@pytest.mark.parametrize("batch", (0, -1, 1001, 1.5, True, None))
def test_no_batch_is_empty_or_endless(store: Store, batch: Any) -> None:
    with pytest.raises(BadInput, match="batch"):
        drain(outgoing(store), Heard(), batch)
