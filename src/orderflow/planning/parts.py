"""A product and its parts: what is wanted of each, when, when the product is.

It knows what goes into what and how many, and refuses to know how things are made.

Problem: three ways to explode a bill of materials are in use, and two of them buy too much.
Without netting, the parts of a lamp that stands on the shelf are bought again. Netting the bought
parts alone does the same for a base that was assembled before.
Observation: stock of a base shields everything below it, and a part that goes into two products
must wait until both have said what they want.
Decision: each item is netted once, at its level: after everything that it goes into, before
everything that goes into it. Parts are wanted in the period in which the order above them is
released.

The other two ways are this one with less stock told: with none at all, or with that of the bought
parts alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from orderflow.errors import BadInput
from orderflow.planning.lots import PLAIN, Item, Netted, net
from orderflow.planning.timeline import DAY_MAX, Dated, dated
from orderflow.values import QUANTITY_MAX, text, whole

Bill: TypeAlias = Mapping[str, Mapping[str, int]]
"""How many of which parts go into one of each item."""


def explode(
    bill: Bill,
    wanted: Mapping[str, Sequence[Dated]],
    items: Mapping[str, Item] | None = None,
) -> Mapping[str, Netted]:
    """Net each item of a bill at its level, from the products down.

    An item that `items` does not name has no stock and no lead time, and is ordered lot for lot.
    Each record has the periods in which anything is wanted, and those in which its own parents are
    released.

    Five tables on period 4, two of them there; each has four legs, and ten legs are there:

    >>> plan = explode(
    ...     {"table": {"top": 1, "leg": 4}},
    ...     {"table": ((4, 5),)},
    ...     {"table": Item(1, on_hand=2), "leg": Item(2, on_hand=10)},
    ... )
    >>> for name, record in plan.items():
    ...     print(name, record.missing, record.releases)
    table 3 ((3, 3),)
    leg 2 ((1, 2),)
    top 3 ((3, 3),)
    """
    parts = _checked(bill)
    asked = {
        text(name, "wanted"): dated(pairs, f"wanted.{name}", least=0)
        for name, pairs in _mapping(wanted, "wanted").items()
    }
    known = _known(parts, asked)
    told = dict(_told(items, known))
    periods = {period for pairs in asked.values() for period, _ in pairs}
    nothing = [(period, 0) for period in sorted(periods)]
    gross = {name: [*nothing, *asked.get(name, ())] for name in known}
    plan: dict[str, Netted] = {}
    for name in _levels(parts, known):
        plan[name] = net(gross[name], told.get(name, PLAIN))
        for part, per in parts.get(name, {}).items():
            gross[part] += _derived(name, part, per, plan[name].releases)
    return plan


def _derived(name: str, part: str, per: int, releases: Sequence[Dated]) -> Iterator[Dated]:
    """What is wanted of a part for what is released of an item above it."""
    for period, order in releases:
        if period < -DAY_MAX:
            raise BadInput(f"items.{name}.lead_time", f"{name} is released before all periods")
        if order * per > QUANTITY_MAX:
            more = f"{order} of {name} need more than {QUANTITY_MAX} of {part}"
            raise BadInput(f"bill.{name}.{part}", more)
        yield period, order * per


def _known(parts: Bill, asked: Mapping[str, object]) -> list[str]:
    return sorted({*asked, *parts, *(part for below in parts.values() for part in below)})


def _told(items: object, known: Sequence[str]) -> Iterator[tuple[str, Item]]:
    for name, item in _mapping({} if items is None else items, "items").items():
        if name not in known:
            raise BadInput(f"items.{name}", "is neither wanted nor part of anything")
        if not isinstance(item, Item):
            raise BadInput(f"items.{name}", "an Item is wanted")
        yield name, item


def _levels(parts: Bill, known: Sequence[str]) -> Iterator[str]:
    """Every item after all that it goes into; those of one level by name."""
    above = Counter(part for below in parts.values() for part in below)
    level = [name for name in known if not above[name]]
    done = 0
    while level:
        done += len(level)
        yield from level
        freed = []
        for name in level:
            for part in parts.get(name, {}):
                above[part] -= 1
                if not above[part]:
                    freed.append(part)
        level = sorted(freed)
    if done < len(known):
        circle = min(name for name in known if above[name] and _in_itself(parts, name))
        raise BadInput(f"bill.{circle}", f"{circle} is part of itself")


def _in_itself(parts: Bill, name: str) -> bool:
    seen: set[str] = set()
    ahead = list(parts.get(name, {}))
    while ahead:
        part = ahead.pop()
        if part == name:
            return True
        if part not in seen:
            seen.add(part)
            ahead += parts.get(part, {})
    return False


def _checked(bill: object) -> Bill:
    return {
        text(name, "bill"): {
            text(part, f"bill.{name}"): whole(per, f"bill.{name}.{part}")
            for part, per in _mapping(below, f"bill.{name}").items()
        }
        for name, below in _mapping(bill, "bill").items()
    }


def _mapping(value: object, path: str) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise BadInput(path, "a mapping by item is wanted")
    return value
