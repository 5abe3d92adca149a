"""What is planned for a SKU, apart from any goods of it.

It knows the planning data of a SKU, and refuses to know what follows from them.

A SKU that nobody has described has none: no limit, no quota and no safety stock, and no document.
What is decided about its goods relies on what is planned for it, so that a new plan and a grant
under the old one never cross.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, TypeAlias

import attrs

from orderflow.errors import BadInput
from orderflow.facts import Described
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Item, SafetyRow
from orderflow.values import instant, place, text, unique, warehouse, whole

SafetyRows: TypeAlias = tuple[tuple[str, int, datetime | None], ...]
"""(warehouse, units, since when) of safety stock, as a verb's argument; `None`: from ever."""

_EVER: Final = datetime.min.replace(tzinfo=UTC)


@verb("describe_item", Item)
def describe_item(
    case: Case,
    context: Context,
    limit_per_buyer: int | None = None,
    safety: SafetyRows = (),
) -> Step:
    """Say what is planned for a SKU: how many each buyer may have in all, and its safety stock.

    Of safety stock, so many units of a warehouse stay unpromised from an instant on, until the next
    row of that warehouse begins. It all takes the place of what was said before. Who has more
    already, or was promised goods that are safety stock now, keeps them.
    """
    step = Step(case, context)
    text(case.ref.id, "item")
    if limit_per_buyer is not None:
        whole(limit_per_buyer, "limit_per_buyer")
    before = planned(step, case.ref.id)
    rows = _checked_rows(safety)
    describe(step, attrs.evolve(before, limit_per_buyer=limit_per_buyer, safety=rows))
    return step


def _checked_rows(rows: object) -> tuple[SafetyRow, ...]:
    """Rows of safety stock by warehouse and instant, each once."""
    if not isinstance(rows, tuple | list):
        raise BadInput("safety", "a tuple of (warehouse, units, since) is wanted")
    found: list[SafetyRow] = []
    for i, row in enumerate(rows):
        path = f"safety[{i}]"
        if not isinstance(row, tuple | list) or len(row) != 3:
            raise BadInput(path, "(warehouse, units, since) is wanted")
        location, n, since = row
        if warehouse(place(location, f"{path}.location")) != location:
            raise BadInput(f"{path}.location", "a warehouse is wanted, and no place in it")
        begins = None if since is None else instant(since, f"{path}.since")
        found.append(SafetyRow(location, whole(n, f"{path}.n", least=0), begins))
    unique((f"{row.location} since {row.since or 'ever'}" for row in found), "safety")
    found.sort(key=lambda row: (row.location, row.since or _EVER))
    return tuple(found)


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
