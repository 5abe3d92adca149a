from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from random import Random
from typing import Any, TypeAlias, cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import BadInput, horizon
from orderflow.horizon import Horizon
from tests.builders import MORNING

Events: TypeAlias = list[tuple[int, int]]

INSTANTS = st.integers(0, 12)
COUNTS = st.integers(-6, 6)
EVENTS = st.lists(st.tuples(INSTANTS, COUNTS), max_size=20)


class Scan:
    """The same answers by their definitions: every instant is looked at, each time."""

    def __init__(self, events: Events, safety: Events) -> None:
        self.events, self.safety = [*events], [*safety]

    def balance(self, at: int) -> int:
        return sum(n for when, n in self.events if when <= at)

    def room(self, at: int) -> int:
        return self.balance(at) - sum(n for when, n in self.safety if when <= at)

    def available(self, at: int) -> int:
        later = {when for when, _ in (*self.events, *self.safety) if when > at}
        return max(0, min(self.room(when) for when in {at, *later}))


@pytest.fixture(params=(2, 3, horizon.BLOCK))
def block(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Blocks so small that a few events make a high tree, and blocks as they are."""
    size = cast("int", request.param)
    monkeypatch.setattr(horizon, "BLOCK", size)
    return size


def agree(one: Horizon[int], other: Scan, instants: range = range(-1, 15)) -> None:
    """Both answer the same, at some instants that begin before the first event."""
    available = [other.available(at) for at in instants]
    assert [one.balance(at) for at in instants] == [other.balance(at) for at in instants]
    assert [one.available(at) for at in instants] == available
    for n in (1, 2, 3, 5, 9, 17):
        for since in instants[::3]:
            fits = [at for at, m in zip(instants, available, strict=True) if at >= since and m >= n]
            assert one.earliest(n, since) == (fits[0] if fits else None)


def test_what_a_later_demand_rests_on_is_not_available_before() -> None:
    lamps = Horizon([(1, 10), (5, -4), (9, 20)])

    assert [lamps.balance(at) for at in (0, 1, 4, 5, 9)] == [0, 10, 10, 6, 26]
    assert [lamps.available(at) for at in (0, 1, 4, 5, 9)] == [0, 6, 6, 6, 26]


def test_of_an_empty_horizon_nothing_is_available() -> None:
    nothing = Horizon[int]()

    assert nothing.balance(3) == 0
    assert nothing.available(3) == 0
    assert nothing.earliest(1, 3) is None


def test_supply_serves_the_demand_of_its_own_instant() -> None:
    lamps = Horizon([(5, -4), (5, 4)])

    assert lamps.balance(5) == 0

    lamps.add(5, 1)

    assert lamps.available(5) == 1
    assert lamps.earliest(1, 0) == 5


def test_nothing_below_zero_is_available_and_what_is_owed_is_served_first() -> None:
    lamps = Horizon([(1, 3), (2, -5), (4, 6)])

    assert lamps.balance(2) == -2
    assert lamps.available(1) == 0
    assert lamps.available(4) == 4


def test_the_earliest_date_is_never_before_the_one_asked_from() -> None:
    lamps = Horizon([(1, 5), (7, 5)])

    assert lamps.earliest(5, 0) == 1
    assert lamps.earliest(5, 3) == 3
    assert lamps.earliest(6, 3) == 7
    assert lamps.earliest(11, 3) is None


def test_no_date_is_told_for_no_units() -> None:
    with pytest.raises(ValueError, match="0 units are asked for, at least 1 is wanted"):
        Horizon([(1, 5)]).earliest(0, 0)


def test_a_supply_that_slips_is_available_at_its_new_instant_only() -> None:
    lamps = Horizon([(3, 5)])

    lamps.slip(5, 3, 8)

    assert lamps.available(3) == 0
    assert lamps.earliest(5, 0) == 8


def test_safety_stock_lowers_what_is_available_and_not_the_balance() -> None:
    lamps = Horizon([(1, 10)], safety=[(4, 3)])

    assert lamps.available(1) == 7

    lamps.hold_back(4, -3)
    lamps.hold_back(6, 2)

    assert lamps.balance(6) == 10
    assert lamps.available(1) == 8


def test_instants_are_exact_and_compared_across_zones() -> None:
    tokyo = timezone(timedelta(hours=9))
    tick = timedelta(microseconds=1)
    lamps = Horizon([(MORNING, 4)])

    lamps.add((MORNING + tick).astimezone(tokyo), -1)

    assert lamps.balance(MORNING) == 4
    assert lamps.balance(MORNING + tick) == 3
    assert lamps.earliest(3, datetime(2020, 1, 1, tzinfo=UTC)) == MORNING


def test_counts_of_any_size_are_exact() -> None:
    vast = 10**30

    lamps = Horizon([(1, vast), (2, 1 - vast)])

    assert lamps.balance(1) == vast
    assert lamps.available(1) == 1


@settings(max_examples=300)
@given(events=EVENTS, safety=EVENTS)
def test_a_horizon_answers_as_its_definition_does(events: Events, safety: Events) -> None:
    agree(Horizon(events, safety), Scan(events, safety))


CHANGES = st.lists(
    st.tuples(st.sampled_from(("add", "slip", "hold back")), INSTANTS, COUNTS, INSTANTS),
    max_size=30,
)


@settings(max_examples=300)
@given(events=EVENTS, changes=CHANGES, size=st.sampled_from((2, 3, 5)))
def test_a_changed_horizon_answers_as_one_made_anew(
    events: Events, changes: list[tuple[str, int, int, int]], size: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(horizon, "BLOCK", size)
        one, other = Horizon(events), Scan(events, [])
        for change, at, n, to in changes:
            if change == "add":
                one.add(at, n)
                other.events.append((at, n))
            elif change == "slip":
                one.slip(n, at, to)
                other.events += [(at, -n), (to, n)]
            else:
                one.hold_back(at, n)
                other.safety.append((at, n))

        agree(one, other)


@pytest.mark.usefixtures("block")
@pytest.mark.parametrize("order", ("rising", "falling", "shuffled", "between"))
def test_events_may_come_in_any_order_and_go_again(order: str) -> None:
    chance = Random(17)
    instants = list(range(200))
    if order == "falling":
        instants.reverse()
    elif order == "shuffled":
        chance.shuffle(instants)
    elif order == "between":
        instants.sort(key=lambda at: abs(at - 100))
    events = [(at, chance.choice((-5, -4, -3, 3, 4, 6))) for at in instants]
    one, other = Horizon[int](), Scan([], [])

    for at, n in events:
        one.add(at, n)
        other.events.append((at, n))
        assert one.available(at - 50) == other.available(at - 50)
    agree(one, other, range(-1, 202))
    for at, n in events[::2] + events[1::2]:
        one.add(at, -n)
        other.events.remove((at, n))
        assert one.available(at - 50) == other.available(at - 50)

    agree(one, other)


@pytest.mark.parametrize("step", (1, -1))
def test_events_that_come_at_one_end_seldom_spread_the_blocks(
    step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved: list[int] = []
    spread = horizon._Sums._spread

    def counted(self: horizon._Sums[int], start: int, width: int, begin: int, end: int) -> int:
        moved.append(end - begin)
        return spread(self, start, width, begin, end)

    monkeypatch.setattr(horizon._Sums, "_spread", counted)
    lamps = Horizon[int]()

    for i in range(40_000):
        lamps.add(i * step, 1)

    # 1,250 blocks are made. With no thought for the size of a stretch, each would move hundreds.
    assert sum(moved) < 1_250 * 60


# --- what is no figure and no instant -------------------------------------------------------------

NAN = float("nan")
NO_UNITS: tuple[object, ...] = (NAN, 1.0, True, "1", None, Decimal(1))
NO_INSTANTS: tuple[object, ...] = (NAN, 1.5, True, "1", None, date(2026, 3, 2), MORNING)


def as_it_is(one: Horizon[int]) -> list[tuple[int, int]]:
    return [(one.balance(at), one.available(at)) for at in range(12)]


@pytest.mark.parametrize(
    ("ask", "path"),
    [(ask, "n") for ask in ("add", "slip", "hold_back", "earliest")]
    + [(ask, "at") for ask in ("add", "slip", "hold_back", "balance", "available")]
    + [("slip", "to"), ("earliest", "since")],
)
def test_what_is_no_figure_or_instant_is_told_and_changes_nothing(ask: str, path: str) -> None:
    calls: dict[str, dict[str, object]] = {
        "add": {"at": 3, "n": 2},
        "slip": {"n": 2, "at": 3, "to": 8},
        "hold_back": {"at": 3, "n": 2},
        "balance": {"at": 3},
        "available": {"at": 3},
        "earliest": {"n": 2, "since": 3},
    }
    lamps = Horizon([(3, 5), (6, -1)], safety=[(4, 1)])
    before = as_it_is(lamps)

    for wrong in NO_UNITS if path == "n" else NO_INSTANTS:
        with pytest.raises(BadInput) as no:
            getattr(lamps, ask)(**{**calls[ask], path: wrong})
        assert no.value.path == path

    assert as_it_is(lamps) == before


@pytest.mark.parametrize(
    ("events", "path"),
    (
        (None, "events"),
        ("ab", "events[0]"),
        ([(1, 2), (3,)], "events[1]"),
        ([(1, 2), (3, NAN)], "events[1].n"),
        ([(1, 2), (3, True)], "events[1].n"),
        ([(NAN, 2)], "events[0].at"),
        ([(1, 2), (MORNING, 2)], "events[1].at"),
        ([(MORNING, 2), (MORNING.replace(tzinfo=None), 2)], "events[1].at"),
    ),
)
def test_a_horizon_is_made_of_instants_of_one_kind_and_whole_figures(
    events: Any, path: str
) -> None:
    with pytest.raises(BadInput) as no:
        Horizon(events)

    assert no.value.path == path
    with pytest.raises(BadInput) as also:
        Horizon((), events)
    assert also.value.path == path.replace("events", "safety")


def test_the_first_instant_says_of_which_kind_all_are() -> None:
    lamps = Horizon[Any]()
    assert (lamps.available(1), lamps.available(MORNING)) == (0, 0)

    with pytest.raises(BadInput, match=r"^to: "):
        lamps.slip(1, 3, MORNING)
    lamps.add(MORNING, 1)

    with pytest.raises(BadInput, match=r"^at: a time is wanted as for every other instant"):
        lamps.add(3, 1)
    assert lamps.balance(MORNING) == 1


def test_times_are_instants_where_clocks_show_an_hour_twice() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 2, 30, tzinfo=berlin)
    lamps = Horizon([(first.replace(fold=1), 4)])

    assert (lamps.balance(first), lamps.balance(first.replace(fold=1))) == (0, 4)
