"""An engraver's process, kept in a file: what is picked is engraved, checked, and only then packed.

python examples/own_process.py
"""

from __future__ import annotations

from orderflow import NewLine, NewOrder, Position, Price, Rules, Sku, Workflow, verbs
from orderflow.adapters.memory import MemoryStore
from orderflow.process import Process, own_guard
from orderflow.states import ParcelFacts

PROCESS = """
[[stage]]
name = "engraving"
within = "picked"
after = ["", "check"]  # what the check finds wrong is engraved again

[[stage]]
name = "check"
within = "picked"
after = ["engraving"]
obligatory = true

[chart.unit]  # an engraver has everything, or has it made
close = ["to buy", "buying"]

[[chart.parcel.require]]
from = "packed"
move = "hand over"
guard = "weighed"
"""


def is_weighed(parcel: ParcelFacts) -> bool:
    """Whether the parcel has a weight."""
    return parcel.weight_grams > 0


WEIGHED = own_guard("weighed", is_weighed, "put it on the scales first")


def say(shop: Workflow) -> None:
    """Where the units of the order stand."""
    spots = [f"{spot.n} {spot.slice.stage or spot.state}" for _, spot in shop.order("o-1").units()]
    print(", ".join(sorted(spots)))


def main() -> None:
    process = Process.from_toml(PROCESS, {"weighed": WEIGHED})
    shop = Workflow(MemoryStore(), Rules(process=process))
    shop.receive(Position("TANKARD", "workshop"), 10)
    tankards = NewLine("1", Sku("TANKARD"), 5, Price.of("85.00", "EUR"))
    shop.place("o-1", NewOrder("c-7", "EUR", (tankards,), cash_on_delivery=True))
    shop.allocate("o-1")
    shop.release("o-1", "d-1")
    shop.pick("d-1")
    say(shop)

    shop.enter_stage("o-1", "engraving")
    shop.enter_stage("o-1", "check", (("1", 4),))
    shop.enter_stage("o-1", "engraving", (("1", 1),))  # one is misspelt
    say(shop)
    print("no:", *shop.why_not(verbs.pack.on("p-1", ("d-1",))))

    shop.pack("p-1", ("d-1",), lines=(("1", 3),))
    print("no:", *shop.why_not(verbs.hand_over.on("p-1")))
    shop.enter_stage("o-1", "check")
    shop.pack("p-2", ("d-1",), weight_grams=1_900)
    shop.hand_over("p-2")
    say(shop)


if __name__ == "__main__":
    main()
