"""The same scans by webhooks end the same, in whichever order and number their messages come."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import Position, WebhookRejected, Workflow
from orderflow.adapters.carriers import hear
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.webhooks import EASYPOST, Endpoint, scans_of
from orderflow.records import Order, Parcel
from orderflow.tracking import Scan
from tests.builders import LAMP, MORNING, TWO_PLACES, Clock, eur, new_order
from tests.test_webhooks import KEY, easypost, signed, stamp

# ORDERFLOW_SCANS=10000 looks at as many heaps of messages. See `make laws`.
HEAPS: Final = int(os.environ.get("ORDERFLOW_SCANS", "40"))

Entry: TypeAlias = dict[str, Any]
Message: TypeAlias = tuple[str, tuple[Entry, ...]]
"""The id of an event, and the details of its tracker."""

WORDS: Final = (
    *("pre_transit", "in_transit", "out_for_delivery", "delivered", "available_for_pickup"),
    *("return_to_sender", "failure", "cancelled", "error", "in the hands of fate"),
)
DETAILS: Final = ("", "refused", "lost", "damaged", "delayed", "return", "address_correction")


def entry(word: str, detail: str, hour: int) -> Entry:
    at = stamp(MORNING + timedelta(hours=hour))
    return {"status": word, "status_detail": detail, "datetime": at}


ENTRIES: Final = st.builds(
    entry, st.sampled_from(WORDS), st.sampled_from(DETAILS), st.integers(1, 9)
)
HEAP: Final = st.lists(ENTRIES, min_size=1, max_size=7)


def road() -> Workflow:
    """A shop with parcel p-1 on its road under the number NP-17."""
    shop = Workflow(MemoryStore(), TWO_PLACES, clock=Clock())
    shop.receive(Position("BRASS-LAMP", "leith"), 2)
    shop.place("o-17", new_order((LAMP, 2)))
    shop.pay("pay-1", eur(2000), (("o-17", 2000),))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",))
    shop.hand_over("p-1", "easypost", "NP-17")
    return shop


def scans_in(message: Message) -> tuple[str, tuple[Scan, ...]]:
    """The key and the scans of a message, as its endpoint lets it in."""
    id, details = message
    body = easypost(*details, id=id)
    delivery = Endpoint(EASYPOST, (KEY,)).open(signed(EASYPOST, body), body, at=MORNING)
    return delivery.key, scans_of(delivery)


def by_webhooks(messages: Iterable[Message]) -> tuple[Parcel, Order]:
    """What becomes of the parcel and its order by these messages, as they come."""
    shop = road()
    for id, details in messages:
        body = easypost(*details, id=id)
        try:
            delivery = Endpoint(EASYPOST, (KEY,)).open(
                signed(EASYPOST, body),
                body,
                at=MORNING,
                seen=lambda key: shop.store.seen("", f"{key}/p-1") is not None,
            )
        except WebhookRejected as no:
            if no.code != "repeated":
                raise
            continue
        hear(shop, scans_of(delivery), "easypost", key=delivery.key)
    return shop.parcel("p-1"), shop.order("o-17")


@settings(max_examples=HEAPS, deadline=None)
@given(heap=HEAP, data=st.data())
def test_the_same_scans_by_webhooks_end_the_same_in_any_order_and_number(
    heap: list[Entry], data: st.DataObject
) -> None:
    alone = [(f"evt_{i}", (one,)) for i, one in enumerate(heap)]
    histories = [(f"all_{n}", tuple(heap[:n])) for n in data.draw(st.sets(st.integers(1, 7)))]
    messages: list[Message] = [*alone, *histories]
    again = data.draw(st.lists(st.sampled_from(messages), max_size=4))
    shop = road()
    for message in alone:
        shop.record_scans("p-1", scans_in(message)[1])

    ended = by_webhooks(data.draw(st.permutations([*messages, *again])))

    assert ended == (shop.parcel("p-1"), shop.order("o-17"))


def test_the_same_message_a_hundred_times_has_one_effect() -> None:
    message: Message = ("evt_1", (entry("delivered", "", 1),))

    assert by_webhooks([message] * 100) == by_webhooks([message])
