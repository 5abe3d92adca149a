"""Promises on plain figures: exact against a maximum flow, and honest about what limits them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import product
from math import prod
from sys import getrecursionlimit
from typing import Final, cast

import attrs
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orderflow import BadInput, Position
from orderflow.horizon import Horizon
from orderflow.promising import (
    Dated,
    Figures,
    Instead,
    Limit,
    Limited,
    LinePromise,
    Part,
    Peg,
    Pegged,
    Promise,
    PromisePolicy,
    Repeg,
    Safety,
    Source,
    Terms,
    Wanted,
    available,
    promise,
)
from orderflow.promising.mending import lost, mend
from orderflow.promising.values import OURS
from tests.matching import exhaustive, feasible, largest

NOW: Final = datetime(2026, 3, 2, tzinfo=UTC)
WHOLE: Final = Terms(PromisePolicy.ALL_OR_NOTHING)
TOGETHER: Final = Terms(PromisePolicy.ONE_DATE)


def day(n: int) -> datetime:
    """Midnight, so many days from now."""
    return NOW + timedelta(days=n)


def at(peg: str = "", location: str = "leith", sku: str = "BRASS-LAMP", lot: str = "") -> Position:
    return Position(sku, location, lot=lot, peg=peg)


def shelf(n: int, **where: str) -> Source:
    return Source(at(**where), n)


def coming(peg: str, n: int, ready: int, **where: str) -> Source:
    return Source(at(peg, **where), n, day(ready))


def lamps(n: int, by: int | None = None, line: str = "1", location: str = "") -> Wanted:
    return Wanted(line, "BRASS-LAMP", n, None if by is None else day(by), location)


def schedule(answer: Promise, line: int = 0) -> list[tuple[int, int]]:
    """What a line is promised: so many by this day, so many by that."""
    return [(one.n, (one.date - NOW).days) for one in answer.lines[line].dated]


# --- examples -----------------------------------------------------------------------------------


def test_what_is_on_the_shelf_is_promised_at_once() -> None:
    figures = Figures((shelf(10),))

    answer = promise([lamps(4)], figures, NOW)

    pegs = (Peg(at(), 4, NOW),)
    assert answer == Promise((LinePromise("1", (Dated(4, NOW, pegs),), 0),))


@pytest.mark.parametrize("terms", (WHOLE, TOGETHER))
def test_a_cart_may_have_more_lines_than_python_has_frames(terms: Terms) -> None:
    skus = [f"LAMP-{i}" for i in range(getrecursionlimit())]
    figures = Figures(tuple([shelf(1, sku=sku) for sku in skus]))

    answer = promise([Wanted(sku, sku, 1, day(1)) for sku in skus], figures, NOW, terms)

    assert answer.short == 0


def test_many_that_may_stand_in_for_a_pair_are_asked_at_once() -> None:
    pairs = [f"PAIR-{i}" for i in range(30)]
    figures = Figures(tuple([shelf(20, sku=sku) for sku in pairs]))
    instead = tuple([Instead(sku, 1, 2) for sku in pairs])

    answer = promise([Wanted("1", "BRASS-LAMP", 39, day(1), instead=instead)], figures, NOW)

    assert answer.short == 1


def test_a_line_is_promised_in_parts_the_earliest_first() -> None:
    figures = Figures((shelf(6), coming("po-1", 3, 12), coming("po-2", 9, 20)))

    answer = promise([lamps(10)], figures, NOW)

    assert schedule(answer) == [(6, 0), (3, 12), (1, 20)]


def test_what_misses_its_date_is_promised_for_the_next() -> None:
    figures = Figures((shelf(6), coming("po-1", 10, 12)))

    answer = promise([lamps(10, by=4)], figures, NOW)

    assert schedule(answer) == [(6, 4), (4, 12)]
    assert answer.lines[0].limited == (Limited(Limit.LATE, "BRASS-LAMP", 10),)
    assert answer.lines[0].by(day(4)) == 6


def test_all_or_nothing_promises_nothing_where_a_unit_is_late() -> None:
    figures = Figures((shelf(6), coming("po-1", 10, 12)))

    late = promise([lamps(10, by=4)], figures, NOW, WHOLE)
    early = promise([lamps(10, by=12)], figures, NOW, WHOLE)

    assert (late.lines[0].dated, late.short) == ((), 10)
    assert late.lines[0].limited
    assert schedule(early) == [(10, 12)]


def test_one_date_for_all_is_the_first_on_which_all_can_be_had() -> None:
    figures = Figures((shelf(9), coming("po-1", 4, 5, sku="SHIP-BELL")))
    bells = Wanted("2", "SHIP-BELL", 2)

    together = promise([lamps(3), bells], figures, NOW, TOGETHER)
    apart = promise([lamps(3), bells], figures, NOW)

    assert (schedule(together), schedule(together, 1)) == ([(3, 5)], [(2, 5)])
    assert (schedule(apart), schedule(apart, 1)) == ([(3, 0)], [(2, 5)])


def test_one_date_for_all_is_none_where_there_is_none() -> None:
    figures = Figures((shelf(9),))

    answer = promise([lamps(3), Wanted("2", "SHIP-BELL", 2)], figures, NOW, TOGETHER)

    assert (answer.lines[0].dated, answer.short) == ((), 5)
    assert answer.lines[1].limited == (Limited(Limit.NO_SUPPLY, "SHIP-BELL", 0),)


@pytest.mark.feature("F125")
def test_a_late_source_is_taken_first_so_that_early_goods_stay_for_early_promises() -> None:
    figures = Figures((shelf(5), coming("po-1", 5, 3)))

    answer = promise([lamps(5, by=4)], figures, NOW)

    assert answer.lines[0].dated[0].pegs == (Peg(at("po-1"), 5, day(4)),)


def test_an_earlier_promise_makes_room_by_taking_a_later_source() -> None:
    figures = Figures((shelf(5), coming("po-1", 5, 3)), (Pegged("o-1", at(), 5, day(9)),))

    answer = promise([lamps(4, by=1)], figures, NOW)

    assert schedule(answer) == [(4, 1)]
    assert answer.repegs == (Repeg("o-1", at(), at("po-1"), 4, day(9)),)


def test_a_promise_that_cannot_move_is_not_moved() -> None:
    figures = Figures((shelf(5), coming("po-1", 5, 3)), (Pegged("o-1", at(), 5, day(2)),))

    answer = promise([lamps(4, by=1)], figures, NOW, WHOLE)

    assert answer.short == 4
    assert answer.lines[0].limited == (
        Limited(Limit.LATE, "BRASS-LAMP", 5),
        Limited(Limit.PROMISED, "BRASS-LAMP", 5),
    )


@pytest.mark.feature("F116")
def test_a_lot_that_expires_on_day_five_is_promised_on_day_one_and_not_on_day_six() -> None:
    figures = Figures((Source(at(lot="a"), 10, until=day(5)),))

    early, last, late = (promise([lamps(10, by=n)], figures, NOW) for n in (1, 4, 6))

    assert (schedule(early), schedule(last), schedule(late)) == ([(10, 1)], [(10, 4)], [])
    assert available(figures, "BRASS-LAMP", day(1), NOW) == 10
    assert available(figures, "BRASS-LAMP", day(5), NOW) == 0
    assert late.lines[0].limited == (Limited(Limit.EXPIRY, "BRASS-LAMP", 10),)


def test_what_expires_first_is_promised_first() -> None:
    figures = Figures(
        (Source(at(lot="a"), 5, until=day(9)), Source(at(lot="b"), 5, until=day(5)), shelf(5))
    )

    answer = promise([lamps(7, by=2)], figures, NOW)

    assert [peg.position.lot for peg in answer.lines[0].dated[0].pegs] == ["a", "b"]
    assert {peg.position.lot: peg.n for peg in answer.lines[0].dated[0].pegs} == {"b": 5, "a": 2}


def test_lines_of_one_sku_never_get_more_than_there_is() -> None:
    figures = Figures((shelf(10),))

    answer = promise([lamps(6, by=1), lamps(6, by=1, line="2")], figures, NOW)

    assert (schedule(answer), schedule(answer, 1)) == ([(6, 1)], [(4, 1)])
    assert answer.short == 2


def test_nothing_is_promised_for_a_date_that_is_gone() -> None:
    figures = Figures((shelf(10),))

    answer = promise([lamps(6, by=-1)], figures, NOW)

    assert schedule(answer) == [(6, 0)]
    assert promise([lamps(6, by=-1)], figures, NOW, WHOLE).short == 6


def test_safety_stock_is_kept_back_until_a_later_supply_makes_up_for_it() -> None:
    figures = Figures((shelf(10), coming("po-1", 5, 7)), safety=(Safety("BRASS-LAMP", "leith", 4),))

    answer = promise([lamps(15)], figures, NOW)

    assert schedule(answer) == [(6, 0), (5, 7)]
    assert available(figures, "BRASS-LAMP", day(6), NOW) == 6
    assert answer.lines[0].limited == (Limited(Limit.SAFETY, "BRASS-LAMP", 4),)


def test_what_has_come_for_a_promise_is_no_safety_stock_beyond_its_date() -> None:
    come = Source(at("po-1", "leith"), 2, day(4), here=2)
    figures = Figures(
        (shelf(3), come),
        (Pegged("o-1", come.position, 1, day(5)),),
        (Safety("BRASS-LAMP", "leith", 2), Safety("BRASS-LAMP", "leith", 0, day(8))),
    )

    # By day 5 four are left, of which two are kept.
    assert available(figures, "BRASS-LAMP", day(5), NOW) == 2


def test_safety_stock_that_is_asked_for_later_is_kept_back_now() -> None:
    later = Safety("BRASS-LAMP", "leith", 8, day(5))
    figures = Figures((shelf(10), coming("po-1", 5, 9)), safety=(later,))

    assert [available(figures, "BRASS-LAMP", day(n), NOW) for n in (0, 5, 8, 9)] == [2, 2, 2, 7]


def test_safety_stock_keeps_the_lots_that_keep_longest() -> None:
    figures = Figures(
        (Source(at(lot="a"), 5, until=day(5)), Source(at(lot="b"), 5, until=day(20))),
        safety=(Safety("BRASS-LAMP", "leith", 5),),
    )

    answer = promise([lamps(10, by=1)], figures, NOW)

    assert answer.lines[0].dated == (Dated(5, day(1), (Peg(at(lot="a"), 5, day(1)),)),)


def test_a_kit_is_promised_whole() -> None:
    kit = (Part("LAMP-BODY", 1), Part("LAMP-WICK", 2))
    figures = Figures((shelf(9, sku="LAMP-BODY"), shelf(7, sku="LAMP-WICK")))

    answer = promise([Wanted("1", "LAMP-KIT", 5, day(1), kit=kit)], figures, NOW)

    assert schedule(answer) == [(3, 1)]
    assert {peg.position.sku: peg.n for peg in answer.lines[0].dated[0].pegs} == {
        "LAMP-BODY": 3,
        "LAMP-WICK": 6,
    }
    assert answer.lines[0].limited == (Limited(Limit.NO_SUPPLY, "LAMP-WICK", 0),)


@pytest.mark.feature("F122")
def test_what_stands_in_is_taken_after_the_own_sku_and_in_whole_batches() -> None:
    figures = Figures((shelf(4), shelf(10, sku="BRASS-LAMP-B")))
    wanted = Wanted("1", "BRASS-LAMP", 9, day(1), instead=(Instead("BRASS-LAMP-B", 3, 2),))

    answer = promise([wanted], figures, NOW, WHOLE)

    pegs = {peg.position.sku: peg.n for peg in answer.lines[0].dated[0].pegs}
    assert pegs == {"BRASS-LAMP": 3, "BRASS-LAMP-B": 9}


def test_a_sku_that_stands_in_is_given_to_the_line_that_can_take_it() -> None:
    figures = Figures((shelf(5), shelf(5, sku="BRASS-LAMP-B")))
    either = Wanted("1", "BRASS-LAMP", 5, day(1), instead=(Instead("BRASS-LAMP-B"),))

    answer = promise([either, lamps(5, by=1, line="2")], figures, NOW)

    assert (answer.short, answer.proven) == (0, True)


def test_a_search_that_is_cut_short_says_so() -> None:
    figures = Figures((shelf(5), shelf(5, sku="BRASS-LAMP-B")))
    either = Wanted("1", "BRASS-LAMP", 5, day(1), instead=(Instead("BRASS-LAMP-B"),))
    terms = Terms(steps_max=1)

    answer = promise([either, lamps(5, by=1, line="2")], figures, NOW, terms)

    assert (answer.short, answer.proven) == (5, False)


def test_a_line_may_ask_for_one_location() -> None:
    figures = Figures((shelf(5), shelf(5, location="york")))

    answer = promise([lamps(8, by=1, location="york")], figures, NOW)

    assert schedule(answer) == [(5, 1)]
    assert answer.lines[0].limited == (Limited(Limit.ELSEWHERE, "BRASS-LAMP", 5),)


def test_of_equal_sources_the_better_location_is_taken() -> None:
    figures = Figures((shelf(5), shelf(5, location="york")))

    answer = promise([lamps(3)], figures, NOW, Terms(locations=("york", "leith")))

    assert answer.lines[0].dated[0].pegs == (Peg(at(location="york"), 3, NOW),)


class TwoDays:
    """Two days from the shelf to the customer, four from york."""

    def days(self, location: str) -> timedelta:
        return timedelta(days=4 if location == "york" else 2)

    def arrives(self, location: str, ready: datetime) -> datetime:
        return ready + self.days(location)

    def ready_by(self, location: str, promised: datetime) -> datetime:
        return promised - self.days(location)


def test_goods_must_be_ready_before_their_way_to_the_customer() -> None:
    figures = Figures((shelf(5), coming("po-1", 5, 3), shelf(5, location="york")))
    terms = Terms(way=TwoDays())

    soon = promise([lamps(15)], figures, NOW, terms)
    by_five = promise([lamps(15, by=4)], figures, NOW, terms)

    assert schedule(soon) == [(5, 2), (5, 4), (5, 5)]
    assert soon.lines[0].dated[2].pegs == (Peg(at("po-1"), 5, day(3)),)
    assert schedule(by_five) == [(10, 4), (5, 5)]
    assert {peg.ready_by for peg in by_five.lines[0].dated[0].pegs} == {day(2), day(0)}


def test_a_source_that_is_claimed_beyond_its_units_is_entered_by_nobody() -> None:
    figures = Figures((shelf(3), coming("po-1", 5, 3)), (Pegged("o-1", at(), 4, day(9)),))

    answer = promise([lamps(2, by=1)], figures, NOW)

    assert schedule(answer) == [(2, 3)]
    assert answer.repegs == ()


def test_a_promise_that_its_source_fails_makes_room_where_it_can() -> None:
    figures = Figures((shelf(5), coming("po-1", 5, 6)), (Pegged("o-1", at("po-1"), 5, day(4)),))

    answer = promise([lamps(5, by=7)], figures, NOW)

    assert answer.lines[0].dated[0].pegs == (Peg(at(), 5, day(7)),)
    assert available(figures, "BRASS-LAMP", day(4), NOW) == 5


def test_a_line_comes_once_and_shares_no_sku_with_what_stands_in() -> None:
    with pytest.raises(BadInput, match="comes twice"):
        promise([lamps(1), lamps(1)], Figures(()), NOW)
    with pytest.raises(BadInput, match="comes twice"):
        promise([Wanted("1", "BRASS-LAMP", 1, instead=(Instead("BRASS-LAMP"),))], Figures(()), NOW)
    with pytest.raises(BadInput):
        Wanted("1", "BRASS-LAMP", 0)


@pytest.mark.parametrize(
    ("made", "says"),
    (
        (lambda: Wanted("", "LAMP", 1), "line: must not be empty"),
        (lambda: Wanted("1", "", 1), "sku: must not be empty"),
        (lambda: Wanted("1", "LAMP", 0), "n: 0 is not between"),
        (lambda: Wanted("1", "LAMP", 1, cast("datetime", "friday")), "by: a time is wanted"),
        (lambda: Wanted("1", "LAMP", 1, datetime(2026, 3, 2)), "by: the time has no time zone"),  # noqa: DTZ001
        (
            lambda: Wanted("1", "LAMP", 1, instead=cast("tuple[Instead, ...]", ("B",))),
            r"instead\[0\]: Instead is wanted",
        ),
        (
            lambda: Wanted("1", "LAMP", 1, kit=cast("tuple[Part, ...]", "AB")),
            "kit: a tuple of Part is wanted",
        ),
        (lambda: Part("", 1), "sku: must not be empty"),
        (lambda: Instead("LAMP", per=0), "per: 0 is not between"),
        (lambda: Instead("LAMP", per=1_001), "per: 1001 is not between 1 and 1000"),
    ),
)
def test_what_nobody_can_want_says_what_is_wrong(made: Callable[[], object], says: str) -> None:
    with pytest.raises(BadInput, match=says):
        made()


def test_an_empty_cart_is_promised() -> None:
    assert promise([], Figures(()), NOW, TOGETHER) == Promise(())


# --- laws ---------------------------------------------------------------------------------------

SKUS: Final = ("A", "B")
PLACES: Final = ("leith", "york")
OWNED: Final = (
    ("", OURS),
    ("", OURS),
    ("", OURS),
    ("", ("", "c-8")),
    ("c-8", ("", "c-8")),
    ("c-9", ("", "c-9")),
)
"""Whose a source is, and whose goods its promise may have."""
small: Final = st.integers(1, 3)
days: Final = st.integers(0, 5)
# One number a row, taken apart by hand: drawing each field by itself takes longer than promising.
SOURCE: Final = (4, 3, 4, 10, 20, 4, 6, 6)
LINE: Final = (4, 3, 6, 5, 3, 2, 2)
_SOURCES: Final = st.lists(st.integers(0, prod(SOURCE) - 1), min_size=2, max_size=6)
_LINES: Final = st.integers(0, prod(LINE) - 1)


def digits(number: int, *bases: int) -> list[int]:
    found = []
    for base in bases:
        number, digit = divmod(number, base)
        found.append(digit)
    return found


def as_figures(rows: list[int]) -> Figures:
    """Shelves, lots and supply rows, of some owners.

    Some promises wait for one that no longer serves them.
    """
    sources, live = [], []
    for i, row in enumerate(rows):
        sku, place, n, ready, until, pegged, by, whose = digits(row, *SOURCE)
        owner, owners = OWNED[whose]
        where = Position(SKUS[sku == 3], PLACES[place == 2], owner, peg=f"s-{i}")
        begins, ends = day(ready - 4) if ready > 3 else None, day(until) if until < 6 else None
        sources.append(Source(where, n + 1, begins, ends))
        if pegged:
            live.append(Pegged(f"o-{i}", where, min(n + 1, pegged), day(by), owners))
    return Figures(tuple(sources), tuple(live))


def as_line(i: int, row: int, *, plain: bool) -> Wanted:
    """A plain line, a kit, or one for which another SKU may stand in."""
    which, n, by, place, kind, more, per = digits(row, *LINE)
    sku, other = SKUS[which == 3], SKUS[which != 3]
    kit = (Part(sku, more + 1), Part(other, per + 1)) if kind == 1 and not plain else ()
    instead = (Instead(other, more + 1, per + 1),) if kind == 2 and not plain else ()
    return Wanted(f"l-{i}", sku, n + 1, day(by), ("", "", "", *PLACES)[place], kit, instead)


figure_sets: Final = _SOURCES.map(as_figures)
carts: Final = st.lists(_LINES, min_size=1, max_size=3).map(
    lambda rows: [as_line(i, row, plain=True) for i, row in enumerate(rows)]
)
odd_carts: Final = st.lists(_LINES, min_size=1, max_size=4).map(
    lambda rows: [as_line(i, row, plain=False) for i, row in enumerate(rows)]
)


def assert_sound(figures: Figures, cart: list[Wanted], answer: Promise, now: datetime) -> None:
    """Pegs sum to what is promised, serve their dates, and keep within their sources."""
    sources = {source.position: source for source in figures.sources}
    claimed = dict.fromkeys(sources, 0)
    for one in figures.live:
        claimed[one.position] += one.n
    before = dict(claimed)
    for move in answer.repegs:
        claimed[move.source] -= move.n
        claimed[move.target] += move.n
        assert move.source.location == move.target.location
        assert_serves(sources[move.target], move.ready_by)
    for wanted, line in zip(cart, answer.lines, strict=True):
        assert line.n + line.short == wanted.n
        for dated in line.dated:
            assert dated.date >= now
            if not wanted.kit and not wanted.instead:
                assert sum(peg.n for peg in dated.pegs) == dated.n
            for peg in dated.pegs:
                assert wanted.location in ("", peg.position.location)
                claimed[peg.position] += peg.n
                assert_serves(sources[peg.position], peg.ready_by)
    for position, n in claimed.items():
        assert 0 <= n <= max(sources[position].n, before[position])


def assert_serves(source: Source, date: datetime) -> None:
    assert source.ready is None or source.ready <= date
    assert source.until is None or date < source.until


def by_their_dates(answer: Promise, cart: list[Wanted]) -> bool:
    return all(
        wanted.by is not None and line.by(wanted.by) == wanted.n
        for wanted, line in zip(cart, answer.lines, strict=True)
    )


QUICK: Final = settings(
    max_examples=5_000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


@QUICK
@given(figure_sets, carts)
def test_a_promise_is_granted_exactly_when_a_maximum_flow_finds_room(
    figures: Figures, cart: list[Wanted]
) -> None:
    needs = [(one.sku, one.by or NOW, one.location, one.n, -1, OURS) for one in cart]

    answer = promise(cart, figures, NOW)

    assert by_their_dates(answer, cart) == feasible(figures, needs)
    assert_sound(figures, cart, answer, NOW)


@settings(QUICK, max_examples=1_000)
@given(figure_sets, carts)
def test_who_has_goods_of_his_own_is_granted_exactly_what_a_maximum_flow_finds_for_him(
    figures: Figures, cart: list[Wanted]
) -> None:
    owners = ("", "c-8")
    needs = [(one.sku, one.by or NOW, one.location, one.n, -1, owners) for one in cart]

    answer = promise(cart, figures, NOW, Terms(owners=owners))

    assert by_their_dates(answer, cart) == feasible(figures, needs)
    assert_sound(figures, cart, answer, NOW)


@settings(QUICK, max_examples=1_000)
@given(figure_sets, odd_carts)
def test_kits_and_what_stands_in_are_granted_exactly_when_a_search_of_all_finds_a_way(
    figures: Figures, cart: list[Wanted]
) -> None:
    answer = promise(cart, figures, NOW, WHOLE)

    assert (answer.short == 0) == exhaustive(figures, cart)
    assert answer.proven
    assert_sound(figures, cart, answer, NOW)


@settings(QUICK, max_examples=500)
@given(figure_sets, carts)
def test_one_date_for_all_is_the_first_that_a_maximum_flow_finds(
    figures: Figures, cart: list[Wanted]
) -> None:
    first = max(one.by or NOW for one in cart)
    tried = [first, *(day(n) for n in range(8) if day(n) > first)]
    found = [
        date
        for date in tried
        if feasible(figures, [(one.sku, date, one.location, one.n, -1, OURS) for one in cart])
    ]

    answer = promise(cart, figures, NOW, TOGETHER)

    dates = {dated.date for line in answer.lines for dated in line.dated}
    assert dates == ({found[0]} if found else set())
    assert (answer.short == 0) == bool(found)


@settings(QUICK, max_examples=500)
@given(figure_sets, st.sampled_from(SKUS), days, small, small)
def test_two_lines_of_one_sku_are_promised_like_one(
    figures: Figures, sku: str, by: int, n: int, m: int
) -> None:
    two = [Wanted("1", sku, n, day(by)), Wanted("2", sku, m, day(by))]
    one = [Wanted("1", sku, n + m, day(by))]

    apart, merged = promise(two, figures, NOW), promise(one, figures, NOW)

    sums: dict[datetime, int] = {}
    for line in apart.lines:
        for dated in line.dated:
            sums[dated.date] = sums.get(dated.date, 0) + dated.n
    assert sums == {dated.date: dated.n for dated in merged.lines[0].dated}
    assert apart.repegs == merged.repegs


_PAIRS: Final = st.lists(st.tuples(st.integers(1, 9), days), max_size=5)


def guarded(coming: list[tuple[int, int]], kept: list[tuple[int, int]]) -> Figures:
    """Sources of one SKU at one place, with safety stock."""
    sources = tuple(Source(at(f"s-{i}"), n, day(ready)) for i, (n, ready) in enumerate(coming))
    levels = {since: n for n, since in kept}
    rows = tuple(Safety("BRASS-LAMP", "leith", n, day(since)) for since, n in levels.items())
    return Figures(sources, (), rows)


def least_left(figures: Figures, by: datetime) -> int:
    """Available by a date: the least, from then on, of the projected balance less safety."""
    left = []
    for n in range(10):
        if day(n) >= by:
            arrived = sum(one.n for one in figures.sources if one.ready and one.ready <= day(n))
            promised = sum(one.n for one in figures.live if one.ready_by <= day(n))
            rows = [row for row in figures.safety if row.since and row.since <= day(n)]
            kept = max(rows, key=lambda row: row.since or NOW).n if rows else 0
            left.append((arrived - kept, promised))
    # Safety stock that is short of itself takes nothing from what is promised already.
    return min(max(0, more) - promised for more, promised in left)


@settings(QUICK, max_examples=1_000)
@given(_PAIRS, _PAIRS, _PAIRS)
def test_what_is_available_is_the_least_balance_from_the_date_on(
    coming: list[tuple[int, int]], kept: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    figures = guarded(coming, kept)
    for i, (n, by) in enumerate(asked):
        assert available(figures, "BRASS-LAMP", day(by), NOW) == least_left(figures, day(by))
        answer = promise([lamps(n, by=by)], figures, NOW, WHOLE)
        assert (answer.short == 0) == (n <= least_left(figures, day(by)))
        figures = after(figures, answer, f"o-{i}")


@settings(QUICK, max_examples=500)
@given(_PAIRS, _PAIRS)
def test_a_horizon_that_is_kept_beside_the_promises_answers_as_they_do(
    coming: list[tuple[int, int]], asked: list[tuple[int, int]]
) -> None:
    figures = guarded(coming, [])
    kept = Horizon([(day(ready), n) for n, ready in coming])

    for i, (n, by) in enumerate(asked):
        assert kept.available(day(by)) == available(figures, "BRASS-LAMP", day(by), NOW)
        answer = promise([lamps(n, by=by)], figures, NOW, WHOLE)
        if not answer.short:
            kept.add(day(by), -n)
        figures = after(figures, answer, f"o-{i}")


def after(figures: Figures, answer: Promise, order: str) -> Figures:
    """The figures when a promise has been carried out."""
    counts = {(one.order, one.position, one.ready_by): one.n for one in figures.live}
    for move in answer.repegs:
        counts[move.order, move.source, move.ready_by] -= move.n
        key = (move.order, move.target, move.ready_by)
        counts[key] = counts.get(key, 0) + move.n
    for line in answer.lines:
        for dated in line.dated:
            for peg in dated.pegs:
                key = (order, peg.position, peg.ready_by)
                counts[key] = counts.get(key, 0) + peg.n
    live = tuple(Pegged(one, where, n, by) for (one, where, by), n in sorted(counts.items()) if n)
    return Figures(figures.sources, live, figures.safety)


@settings(QUICK, max_examples=500)
@given(figure_sets, st.lists(st.integers(0, 6), max_size=3, unique=True), st.data())
def test_safety_stock_is_never_entered_by_lots_that_expire(
    drawn: Figures, begins: list[int], data: st.DataObject
) -> None:
    sources = tuple(
        Source(at(f"s-{i}"), one.n, one.ready, one.until) for i, one in enumerate(drawn.sources)
    )
    safety = tuple(
        Safety("BRASS-LAMP", "leith", data.draw(st.integers(0, 6)), day(since)) for since in begins
    )
    figures = Figures(sources, (), safety)
    for i in range(3):
        answer = promise([lamps(data.draw(small), by=data.draw(days))], figures, NOW)
        figures = after(figures, answer, f"o-{i}")

    for n in range(9):
        there = {
            one.position: one.n
            for one in sources
            if (one.ready or NOW) <= day(n) and (one.until is None or day(n) < one.until)
        }
        gone = sum(
            one.n for one in figures.live if one.ready_by <= day(n) and one.position in there
        )
        rows = [row for row in safety if row.since and row.since <= day(n)]
        kept = max(rows, key=lambda row: row.since or NOW).n if rows else 0
        assert sum(there.values()) - gone >= min(kept, sum(there.values()))


@settings(QUICK, max_examples=300)
@given(figure_sets, odd_carts)
def test_the_order_of_the_figures_changes_nothing(figures: Figures, cart: list[Wanted]) -> None:
    sources, live = list(figures.sources)[::-1], list(figures.live)[::-1]

    again = promise(cart, Figures(tuple(sources), tuple(live)), NOW)

    assert again == promise(cart, figures, NOW)


# --- what fails ---------------------------------------------------------------------------------


def broken(figures: Figures) -> list[int]:
    """Which live promises their source fails, one index a unit."""
    sources = {source.position: source for source in figures.sources}
    found = []
    for i, one in enumerate(figures.live):
        source = sources[one.position]
        late = source.ready is not None and source.ready > one.ready_by
        if late or (source.until is not None and source.until <= one.ready_by):
            found += [i] * one.n
    return found


def can_keep(figures: Figures, kept: tuple[int, ...]) -> bool:
    """Whether these failed units find other sources, while the other failed ones stay."""
    failed = broken(figures)
    needs = []
    for i, one in enumerate(figures.live):
        sku, place = one.position.sku, one.position.location
        own = next(j for j, source in enumerate(figures.sources) if source.position == one.position)
        saved = kept.count(i)
        if i not in failed:
            needs.append((sku, one.ready_by, place, one.n, -1, one.owners))
        else:
            needs.append((sku, one.ready_by, place, saved, -1, one.owners))
            stays = Figures(figures.sources).sources[own].position
            needs.append((f"stay {stays.peg}", one.ready_by, place, one.n - saved, own, OURS))
    return largest(figures.sources, needs) == sum(need[3] for need in needs)


def least_lost(figures: Figures, ranks: Mapping[str, int], asked: Sequence[str]) -> list[int]:
    """The least that any plan loses: of the most urgent rank, then of the next, and so on."""
    failed = [broken(figures).count(i) for i in range(len(figures.live))]

    def loses(kept: tuple[int, ...]) -> list[int]:
        left = [attrs.evolve(figures.live[i], n=n - kept[i]) for i, n in enumerate(failed)]
        return by_rank(left, ranks, asked)

    plans = sorted(product(*[range(n + 1) for n in failed]), key=loses)
    units = [(kept, tuple([i for i, n in enumerate(kept) for _ in range(n)])) for kept in plans]
    return next(loses(kept) for kept, found in units if can_keep(figures, found))


def by_rank(left: Iterable[Pegged], ranks: Mapping[str, int], asked: Sequence[str]) -> list[int]:
    """How many units of each rank are lost, of the orders that were asked for."""
    counts = dict.fromkeys(sorted(set(ranks.values())), 0)
    for one in left:
        if one.order in asked:
            counts[ranks[one.order]] += one.n
    return list(counts.values())


def as_crowd(rows: list[int], promised: list[int]) -> Figures:
    """The same sources with several promises at each, as many as it has units for."""
    sources = as_figures(rows).sources
    room = [source.n for source in sources]
    live = []
    for k, row in enumerate(promised):
        i, n, by, whose = digits(row, len(sources), 3, 6, 2)
        units = min(n + 1, room[i])
        if units:
            where = sources[i].position
            owners = ("", where.owner or "c-8") if whose or where.owner else OURS
            live.append(Pegged(f"o-{k}", where, units, day(by), owners))
            room[i] -= units
    return Figures(sources, tuple(live))


_PROMISED: Final = st.lists(st.integers(0, 6 * 3 * 6 * 2 - 1), max_size=6)
crowds: Final = st.builds(as_crowd, _SOURCES, _PROMISED)


@settings(QUICK, max_examples=400)
@example(as_figures([3036, 9612, 30504, 525480]), [1])
@given(st.one_of(figure_sets, crowds), st.lists(st.integers(0, 3), min_size=1, max_size=4))
def test_pegging_anew_saves_as_many_promises_as_any_plan(
    figures: Figures, drawn: list[int]
) -> None:
    ranks = {one.order: drawn[i % len(drawn)] for i, one in enumerate(figures.live)}
    some = [order for order, rank in ranks.items() if rank]  # of nobody else is it asked
    asked = some or list(ranks)

    found = mend(figures, NOW, ranks, some)

    assert by_rank(found.lost, ranks, asked) == least_lost(figures, ranks, asked)
    if not found.lost:
        assert lost(after(figures, Promise((), found.repegs), ""), NOW) == ()
    assert_sound(figures, [], Promise((), found.repegs), NOW)


def test_a_unit_goes_back_to_its_late_source_where_two_others_are_saved_by_that() -> None:
    figures = Figures(
        (shelf(2), coming("po-1", 2, 9), coming("po-2", 1, 1), coming("po-3", 1, 9)),
        (
            Pegged("o-1", at("po-1"), 1, day(0)),
            Pegged("o-2", at("po-1"), 1, day(0)),
            Pegged("o-3", at("po-2"), 1, day(0)),
            Pegged("o-4", at("po-3"), 1, day(1)),
        ),
    )

    alike = mend(figures, NOW, {})
    urgent = mend(figures, NOW, {"o-1": 1, "o-2": 1, "o-3": 2, "o-4": 2})

    assert [one.order for one in alike.lost] == ["o-1"]
    assert [one.order for one in urgent.lost] == ["o-3", "o-4"]


def test_who_is_more_urgent_leaves_a_source_with_too_many_claims_for_the_place_of_another() -> None:
    figures = Figures(
        (shelf(1), Source(at("a"), 1), coming("po-1", 1, 9)),
        (Pegged("o-1", at("a"), 2, day(3)), Pegged("o-2", at("po-1"), 1, day(3))),
    )

    found = mend(figures, NOW, {"o-1": 1, "o-2": 5})

    assert found.repegs == (Repeg("o-1", at("a"), at(), 1, day(3)),)
    assert found.lost == (Pegged("o-2", at("po-1"), 1, day(3)),)


def test_nobody_makes_room_by_a_source_with_too_many_claims() -> None:
    figures = Figures(
        (shelf(1), Source(at("a"), 1, until=day(5))),
        (Pegged("o-1", at("a"), 3, day(6)), Pegged("o-2", at(), 1, day(2))),
    )

    found = mend(figures, NOW, {})

    assert found.repegs == ()
    assert found.lost == (Pegged("o-1", at("a"), 3, day(6)),)


def test_who_has_too_much_of_what_has_come_waits_for_what_others_leave_of_the_rest() -> None:
    figures = Figures(
        (Source(at("po-1"), 4, day(6), here=2), Source(at(), 2, until=day(6))),
        (
            Pegged("o-1", at("po-1"), 2, day(4)),
            Pegged("o-2", at("po-1"), 2, day(5)),
            Pegged("o-3", at("po-1"), 2, day(6)),
        ),
    )

    found = mend(figures, NOW, {})

    assert found.repegs == (Repeg("o-2", at("po-1"), at(), 2, day(5)),)
    assert found.lost == ()
    assert lost(after(figures, Promise((), found.repegs), ""), NOW) == ()


def test_the_most_urgent_promise_is_saved_and_the_least_urgent_is_lost_first() -> None:
    figures = Figures(
        (coming("po-1", 4, 9), shelf(2)),
        (Pegged("o-1", at("po-1"), 2, day(3)), Pegged("o-2", at("po-1"), 2, day(3))),
    )

    found = mend(figures, NOW, {"o-1": 5, "o-2": 1})

    assert found.repegs == (Repeg("o-2", at("po-1"), at(), 2, day(3)),)
    assert found.lost == (Pegged("o-1", at("po-1"), 2, day(3)),)
    assert [one.order for one in mend(figures, NOW, {"o-1": 1, "o-2": 5}).lost] == ["o-2"]


def test_claims_beyond_the_units_of_a_source_are_pegged_elsewhere() -> None:
    figures = Figures((shelf(2), coming("po-1", 1, 2)), (Pegged("o-1", at(), 4, day(3)),))

    found = mend(figures, NOW, {})

    assert found.repegs == (Repeg("o-1", at(), at("po-1"), 1, day(3)),)
    assert found.lost == (Pegged("o-1", at(), 1, day(3)),)


def test_what_has_come_of_a_late_source_serves_the_earliest_promises() -> None:
    figures = Figures(
        (Source(at("po-1"), 5, day(9), here=2),),
        (Pegged("o-1", at("po-1"), 2, day(3)), Pegged("o-2", at("po-1"), 2, day(2))),
    )

    assert lost(figures, NOW) == (Pegged("o-1", at("po-1"), 2, day(3)),)
    assert available(figures, "BRASS-LAMP", day(3), NOW) == 0
    assert available(figures, "BRASS-LAMP", day(9), NOW) == 1


def test_a_promise_whose_source_is_gone_is_lost() -> None:
    live = Pegged("o-1", at("po-1"), 2, day(3))

    assert lost(Figures((), (live,)), NOW) == (live,)
