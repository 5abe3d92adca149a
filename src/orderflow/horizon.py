"""What is there of one SKU at one place, instant by instant, and what of it can be promised.

It knows dated supply, dated demand and safety stock, and refuses to know orders, promises and who
is served first.
It is for hosts that keep such figures in memory and ask about them far more often than they change:
a planning board, a page that shows a date at each click, a feed of a sales channel.
It claims nothing. `promising` makes the promises; it reads the store anew for each and knows lots,
owners and the way to the customer, so a horizon made of one reading would be asked once there, and
save nothing.

Problem: what is there on a day is not free on that day, when a later demand rests on it.
A unit can be given away at an instant only if every balance from there to the last event stays
above safety stock without it; so what is available is the *smallest* of all that follow.
A scan over the events tells it, and is too slow where one SKU has a hundred thousand of them and
each promise asks twice and adds one.

Observation: nothing but running sums and their least are asked for.
For a stretch of events these two figures follow from those of its halves: the total of the left
half, and how far below its start the stretch falls.
A change touches one stretch of each size, and so does a question.

Decision: instants stand in sorted blocks, as plain lists, and a binary tree in two flat lists
stands over the blocks.
Inside a block C does the work (`bisect`, `accumulate`, `min`), so a handful of events is one block
and costs what a scan costs; over blocks the tree keeps both ends logarithmic.
A full block is halved; its new half needs a leaf, and where none is free beside it, the blocks of
the smallest stretch of leaves that is not crowded are spread evenly: the larger the stretch, the
more room it must have, so that this stays rare wherever events come in, also when all of them come
at the end.

Tried and left: a tree with a leaf for each instant must be built again for each new instant; a
list of blocks without a tree grows with the root of the events; wide nodes whose figures C sums up
lose more inside a node than they save in height; machine integers in arrays spare memory, and are
boxed at each look, which costs as much.

What happens at one instant happens at once: supply serves the demand of its own instant.
A demand that is late stays owed, and what comes in later serves it first.
An instant is anything that sorts, one kind in one horizon: times as `values.instant` gives them, or
whole numbers.
Each is looked at before anything is changed, by its type alone where that says enough.
A horizon is no value: it is changed in place, which is what it is for.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import accumulate
from typing import Final, Generic, TypeVar, cast

from orderflow.errors import BadInput
from orderflow.values import instant

At = TypeVar("At", int, datetime)

BLOCK: Final = 64
"""The most instants in a block: C is quick over so many, and the tree over them stays low."""


class Horizon(Generic[At]):
    """Dated events of one SKU at one place: supply counts up, demand down.

    >>> lamps = Horizon([(1, 10), (5, -4), (9, 20)])
    >>> lamps.balance(1), lamps.available(1), lamps.available(9)
    (10, 6, 26)
    >>> lamps.earliest(8, since=2)
    9
    """

    __slots__ = ("_kind", "_room", "_safety")

    def __init__(
        self, events: Iterable[tuple[At, int]] = (), safety: Iterable[tuple[At, int]] = ()
    ) -> None:
        """Of (instant, units) pairs; `safety` says by how much safety stock changes, and when."""
        self._kind: type | None = None
        self._room: _Sums[At] = _Sums(self._pairs(events, "events"))
        self._safety: _Sums[At] = _Sums(())
        for at, n in self._pairs(safety, "safety"):
            self.hold_back(at, n)

    def add(self, at: At, n: int) -> None:
        """`n` units come in at an instant, or go out when negative; the opposite takes it back."""
        if type(n) is not int or not self._fits(at):
            at, n = self._instant(at, "at"), units(n, "n")
        self._kind = type(at)
        self._room.add(at, n)

    def slip(self, n: int, at: At, to: At) -> None:
        """`n` units that were to come at an instant come at another."""
        n, at, to = units(n, "n"), self._instant(at, "at"), self._instant(to, "to")
        if type(at) is not type(to):
            raise BadInput("to", "an instant of the kind of `at` is wanted")
        self.add(at, -n)
        self.add(to, n)

    def hold_back(self, at: At, n: int) -> None:
        """From an instant on, `n` units more are safety stock, or fewer when negative."""
        at, n = self._instant(at, "at"), units(n, "n")
        self.add(at, -n)
        self._safety.add(at, n)

    def balance(self, at: At) -> int:
        """What is there once an instant's events have happened; below zero, what is owed."""
        if not self._fits(at):
            at = self._instant(at, "at")
        return self._room.until(at) + self._safety.until(at)

    def available(self, at: At) -> int:
        """The most units that can be given away for good at an instant."""
        if not self._fits(at):
            at = self._instant(at, "at")
        least = self._room.least(at)
        return least if least > 0 else 0

    def earliest(self, n: int, since: At) -> At | None:
        """The first instant, not before `since`, at which `n` units are available."""
        if not self._fits(since):
            since = self._instant(since, "since")
        if type(n) is not int or n < 1:
            raise BadInput("n", f"{units(n, 'n')} units are asked for, at least 1 is wanted")
        at = self._room.lasting(n)
        return since if at is not None and at < since else at

    def _fits(self, at: object) -> bool:
        """Whether an instant is plainly of the horizon's kind: nearly all are."""
        kind = self._kind
        return type(at) is kind and (kind is int or cast("datetime", at).tzinfo is UTC)

    def _instant(self, at: object, path: str) -> At:
        return cast("At", instant_of_kind(at, path, self._kind))

    def _pairs(self, pairs: object, path: str) -> list[tuple[At, int]]:
        """Pairs of instant and units; the first of all says of which kind the instants are."""
        if not isinstance(pairs, Iterable):
            raise BadInput(path, "pairs of instant and units are wanted")
        checked: list[tuple[At, int]] = []
        for i, pair in enumerate(pairs):
            if not isinstance(pair, tuple | list) or len(pair) != 2:
                raise BadInput(f"{path}[{i}]", "a pair of instant and units is wanted")
            at, n = pair
            if type(n) is not int or not self._fits(at):
                at, n = self._instant(at, f"{path}[{i}].at"), units(n, f"{path}[{i}].n")
                self._kind = type(at)
            checked.append((at, n))
        return checked


def units(value: object, path: str) -> int:
    """So many units, of any size, or so many fewer; neither `True` nor 1.0 is so many."""
    if type(value) is not int:
        raise BadInput(path, f"a whole number is wanted, not {type(value).__name__}")
    return value


def instant_of_kind(at: object, path: str, kind: type | None) -> int | datetime:
    """A whole number or a time, whichever all the others are; a time comes back in UTC."""
    given = at if type(at) is int else instant(at, path) if isinstance(at, datetime) else None
    if given is None:
        raise BadInput(path, f"a time or a whole number is wanted, not {type(at).__name__}")
    if kind is not None and type(given) is not kind:
        wanted = "a whole number" if kind is int else "a time"
        raise BadInput(path, f"{wanted} is wanted as for every other instant")
    return given


class _Sums(Generic[At]):
    """Running sums over instants, and the least of them from an instant on.

    Leaf `leaves[b]` of the tree is block `b`; a leaf without a block has nothing in it.
    Node 1 is the root, nodes `2 * p` and `2 * p + 1` are below node `p`, and the leaves come last.
    `left[p]` is the total of the left half below `p`; `low[p]` is the least sum within `p`, counted
    from its start, so never above zero.
    """

    __slots__ = ("blocks", "firsts", "leaves", "left", "low", "size", "sums_of", "total")

    def __init__(self, events: Iterable[tuple[At, int]]) -> None:
        sums: dict[At, int] = {}
        for at, n in events:
            sums[at] = sums.get(at, 0) + n
        instants = sorted(at for at, n in sums.items() if n)
        cuts = range(0, len(instants), BLOCK // 2)
        self.blocks: list[list[At]] = [instants[i : i + BLOCK // 2] for i in cuts] or [[]]
        self.sums_of: list[list[int]] = [[sums[at] for at in block] for block in self.blocks]
        self.firsts: list[At] = [block[0] for block in self.blocks[1:]]
        self.total = sum(sums.values())
        self._grow()

    def add(self, at: At, n: int) -> None:
        """Raise every sum from an instant on."""
        b = bisect_right(self.firsts, at)
        block, sums = self.blocks[b], self.sums_of[b]
        i = bisect_left(block, at)
        if i == len(block) or at < block[i]:
            block.insert(i, at)
            sums.insert(i, n)
        else:
            sums[i] += n
        if not sums[i]:
            del block[i], sums[i]
        self._climb(self.size + self.leaves[b], min(accumulate(sums, initial=0)), n)
        self.total += n
        if len(block) > BLOCK:
            self._halve(b)
        elif not block and self.firsts:
            del self.blocks[b], self.sums_of[b], self.leaves[b], self.firsts[max(b - 1, 0)]

    def until(self, at: At) -> int:
        """The sum up to an instant, which is included."""
        b = bisect_right(self.firsts, at)
        found = sum(self.sums_of[b][: bisect_right(self.blocks[b], at)])
        p = self.size + self.leaves[b]
        while p > 1:
            if p & 1:
                found += self.left[p >> 1]
            p >>= 1
        return found

    def least(self, at: At) -> int:
        """The least sum from an instant on, its own included."""
        b = bisect_right(self.firsts, at)
        sums = self.sums_of[b]
        i = bisect_right(self.blocks[b], at)
        found = min(accumulate(sums[i:], initial=sum(sums[:i])))
        left, low = self.left, self.low
        p = self.size + self.leaves[b]
        while p > 1:
            if p & 1:
                found += left[p >> 1]
            else:
                other = left[p >> 1] + low[p + 1]
                if other < found:
                    found = other
            p >>= 1
        return found

    def lasting(self, n: int) -> At | None:
        """The first instant from which no sum is below `n`, which is above zero."""
        if self.total < n:
            return None
        left, low, p = self.left, self.low, 1
        while p < self.size:  # to the last sum below n: nothing is before the first event
            rest = n - left[p]
            p *= 2
            if low[p + 1] < rest:
                n = rest
                p += 1
        b = bisect_left(self.leaves, p - self.size)
        sums = self.sums_of[b]
        i, found = len(sums), sum(sums)
        while found >= n:
            i -= 1
            found -= sums[i]
        return self.blocks[b][i]

    def _climb(self, p: int, least: int, n: int) -> None:
        """Put right what is above node `p`, whose total has changed by `n`."""
        left, low = self.left, self.low
        low[p] = least
        while p > 1:
            if p & 1:
                other = low[p - 1]
                p >>= 1
                least += left[p]
            else:
                other = low[p + 1]
                p >>= 1
                left[p] = after = left[p] + n
                other += after
            if other < least:
                least = other
            low[p] = least

    def _halve(self, b: int) -> None:
        """Make two blocks of a full one."""
        block, sums = self.blocks[b], self.sums_of[b]
        half = len(block) // 2
        self.blocks[b : b + 1] = [block[:half], block[half:]]
        self.sums_of[b : b + 1] = [sums[:half], sums[half:]]
        self.firsts.insert(b, block[half])
        self.leaves.insert(b + 1, self.leaves[b])
        height = self.size.bit_length()
        for level in range(1, height):
            width = 1 << level
            start = self.leaves[b] // width * width
            begin, end = bisect_left(self.leaves, start), bisect_left(self.leaves, start + width)
            # Few leaves may be nearly full, all of them no more than half: so the next block that
            # is halved in here finds room in a smaller stretch.
            if (end - begin) * 2 * height <= width * (2 * height - level):
                p = self._spread(start, width, begin, end)
                self._climb(p, self.low[p], 0)
                return
        self._grow()

    def _grow(self) -> None:
        """Make a tree with two leaves and more for each block."""
        blocks = len(self.blocks)
        self.size = 1 << (2 * blocks - 1).bit_length() if blocks > 1 else 1
        self.leaves = [0] * blocks
        self.left, self.low = [0] * self.size, [0] * (2 * self.size)
        self._spread(0, self.size, 0, blocks)

    def _spread(self, start: int, width: int, begin: int, end: int) -> int:
        """Spread some blocks evenly over leaves; the node over these leaves."""
        p = self.size + start
        totals = [0] * width
        self.low[p : p + width] = totals
        for b in range(begin, end):
            i = (b - begin) * width // (end - begin)
            self.leaves[b] = start + i
            totals[i] = sum(self.sums_of[b])
            self.low[p + i] = min(accumulate(self.sums_of[b], initial=0))
        while width > 1:
            p, width = p // 2, width // 2
            self.left[p : p + width] = totals[::2]
            for q in range(p, p + width):
                self.low[q] = min(self.low[2 * q], self.left[q] + self.low[2 * q + 1])
            totals = [a + b for a, b in zip(totals[::2], totals[1::2], strict=True)]
        return p
