"""Maximum flow by augmenting paths, as textbooks have it: a second opinion on assignments."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

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
