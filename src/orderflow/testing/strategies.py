"""Hypothesis strategies: orders, stock, and whole journals, for properties of a host's own.

It knows how to draw what the library takes, and refuses to know what should come of it.
It needs Hypothesis, which the extra `testing` brings; nothing else of `orderflow.testing` does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from hypothesis import strategies as st

from orderflow.adapters.memory import MemoryStore
from orderflow.agreed import NewCharge, NewLine, NewOrder
from orderflow.calls import Call
from orderflow.errors import OrderflowError
from orderflow.journal import Context
from orderflow.money import Price, exponent
from orderflow.options import suggested
from orderflow.records import ChargeKind, Document
from orderflow.rules import Rules
from orderflow.testing.samples import BELL, LAMP, RULES, CountedIds, FixedClock, documents
from orderflow.values import Position, Sku
from orderflow.workflow import Workflow

SKUS: Final = (LAMP, BELL, Sku("HEMP-ROPE", "m", scale=3, per=1_000))
"""What is drawn where a host names no SKUs of its own."""

ONWARD: Final = frozenset(
    {
        *("pay", "allocate", "release", "pick", "pack", "hand_over", "deliver"),
        *("ask_return", "receive_return", "inspect", "refund", "complete"),
    }
)
"""The verbs that bring an order on, of which every other step is one."""


def prices(currency: str = "EUR", *, per: int = 1) -> st.SearchStrategy[Price]:
    """Prices of `per` units from nothing to ten thousand, some finer than a coin."""
    finest = exponent(currency) + 3
    return st.integers(0, 10_000 * 10**finest).map(
        lambda n: Price.of(f"{n // 10**finest}.{n % 10**finest:0{finest}}", currency, per)
    )


@st.composite
def orders(
    draw: st.DrawFn,
    skus: Sequence[Sku] = SKUS,
    currency: str = "EUR",
    *,
    lines_max: int = 4,
    units_max: int = 20,
    cash_on_delivery: bool | None = None,
) -> NewOrder:
    """Orders of one to `lines_max` lines; some SKUs come twice, some have freight or a discount.

    `cash_on_delivery` is drawn, too, unless it is said.
    """
    wanted = draw(st.lists(st.sampled_from(list(skus)), min_size=1, max_size=lines_max))
    lines = tuple(
        NewLine(
            str(i),
            sku,
            draw(st.integers(1, units_max)),
            draw(prices(currency, per=sku.per)),
        )
        for i, sku in enumerate(wanted, 1)
    )
    freight = draw(st.integers(0, 2_000))
    charges = (NewCharge(ChargeKind.FREIGHT, freight),) if freight else ()
    at_door = draw(st.booleans()) if cash_on_delivery is None else cash_on_delivery
    customer = f"c-{draw(st.integers(1, 9))}"
    return NewOrder(customer, currency, lines, charges, cash_on_delivery=at_door)


def stock(
    skus: Sequence[Sku] = SKUS, locations: Sequence[str] = ("leith", "york"), *, most: int = 50
) -> st.SearchStrategy[Mapping[Position, int]]:
    """What lies where: units by position, of some SKUs at some locations."""
    at = [Position(sku.code, location) for sku in skus for location in locations]
    return st.dictionaries(st.sampled_from(at), st.integers(1, most))


@st.composite
def journals(
    draw: st.DrawFn,
    skus: Sequence[Sku] = SKUS,
    rules: Rules = RULES,
    *,
    orders_max: int = 3,
    steps_max: int = 20,
) -> MemoryStore:
    """A store in memory with the journal of what some orders went through, by these rules.

    Each step is a call that one of its documents suggests, or a while in which nothing happens;
    what is refused leaves nothing behind. `store.entries()` is the journal.
    """
    store, clock = MemoryStore(), FixedClock()
    house = Workflow(store, rules, clock=clock, keys=CountedIds())
    locations = [location.id for location in rules.locations] or ["warehouse"]
    for position, n in draw(stock(skus, locations)).items():
        house.receive(position, n)
    for i in range(draw(st.integers(1, orders_max))):
        house.place(f"o-{i}", draw(orders(skus)))
    for _ in range(draw(st.integers(0, steps_max))):
        clock.forward(minutes=draw(st.sampled_from((0, 1, 60, 60 * 24))))
        document = draw(st.sampled_from([stored.value for stored in documents(store)]))
        calls = list(suggested(store, document, Context(clock.at, "", rules)))
        onward = [call for call in calls if call.verb in ONWARD]
        if draw(st.booleans()) and onward:
            calls = onward
        if calls:
            _try(house, draw(st.sampled_from(calls)))
    return store


def _try(house: Workflow, call: Call[Document]) -> None:
    try:
        house.apply(call)
    except OrderflowError:
        return  # it was not its time
