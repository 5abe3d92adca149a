"""What is planned for a SKU, apart from any goods of it.

It knows the planning data of a SKU, and refuses to know what follows from them.

A SKU that nobody has described has none: no limit and no quota, and no document.
What is decided about its goods relies on what is planned for it, so that a new plan and a grant
under the old one never cross.
"""

from __future__ import annotations

import attrs

from orderflow.facts import Described
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Item
from orderflow.values import text, whole


@verb("describe_item", Item)
def describe_item(case: Case, context: Context, limit_per_buyer: int | None = None) -> Step:
    """Say what is planned for a SKU: how many each buyer may have in all, or any number.

    It takes the place of what was said before. Who has more already keeps it.
    """
    step = Step(case, context)
    text(case.ref.id, "item")
    if limit_per_buyer is not None:
        whole(limit_per_buyer, "limit_per_buyer")
    before = planned(step, case.ref.id)
    describe(step, attrs.evolve(before, limit_per_buyer=limit_per_buyer))
    return step


def planned(step: Step, sku: str) -> Item:
    """What is planned for a SKU; nothing, where nobody has said."""
    ref = step.case.item(sku)
    return Item(ref) if step.case.find(ref) is None else step.now(ref)


def describe(step: Step, item: Item) -> None:
    """Say what is planned for a SKU, for the first time or anew."""
    if step.case.find(item.ref) is None:
        step.open(item)
    else:
        step.add(Described(item))
