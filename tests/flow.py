"""Maximum flow by augmenting paths, as textbooks have it: a second opinion on assignments."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import pairwise

from orderflow.assignment import Lot, Wanted

Room = dict[str, dict[str, int]]
"""How much may flow from one place to another."""

SOURCE, SINK = "source", "sink"


def max_flow(room: Room) -> int:
    """The most that can flow from source to sink. `room` is used up."""
    flow = 0
    while path := _path(room):
        steps = list(pairwise(path))
        n = min(room[a][b] for a, b in steps)
        for a, b in steps:
            room[a][b] -= n
            room[b][a] = room.setdefault(b, {}).get(a, 0) + n
        flow += n
    return flow


def _path(room: Room) -> list[str]:
    """A shortest way with room on each step; empty when there is none."""
    came: dict[str, str] = {SOURCE: SOURCE}
    waiting = deque([SOURCE])
    while waiting and SINK not in came:
        place = waiting.popleft()
        for other, n in room.get(place, {}).items():
            if n > 0 and other not in came:
                came[other] = place
                waiting.append(other)
    if SINK not in came:
        return []
    path = [SINK]
    while path[-1] != SOURCE:
        path.append(came[path[-1]])
    return path[::-1]


def most_served(lots: Sequence[Lot[int]], demands: Sequence[Wanted[int]]) -> int:
    """How many units of these demands any assignment can serve at most."""
    room: Room = {SOURCE: {}}
    for i, lot in enumerate(lots):
        room[SOURCE][f"lot {i}"] = lot.n
        room[f"lot {i}"] = {
            f"demand {j}": lot.n
            for j, one in enumerate(demands)
            if lot.ready <= one.at and (lot.until is None or one.at < lot.until)
        }
    for j, one in enumerate(demands):
        room[f"demand {j}"] = {SINK: one.n}
    return max_flow(room)
