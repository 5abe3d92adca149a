"""Promises to members of quotas: granted exactly when a maximum flow finds a way.

What a quota keeps serves its members and nobody else, and live promises of others may change their
source, each within what its own order may have.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import prod
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import NotFound, Position, Refused, verbs
from orderflow.adapters.memory import MemoryStore
from orderflow.pools import quota_pool
from orderflow.promising import (
    Figures,
    Limit,
    Limited,
    Pegged,
    Promise,
    Repeg,
    Source,
    Terms,
    Wanted,
    promise,
)
from orderflow.promising.mending import lost, mend
from orderflow.records import Order, Quota, Slice
from orderflow.states import UnitState
from orderflow.workflow import Workflow
from tests.builders import LAMP, MORNING, TWO_PLACES, Shop, new_order
from tests.builders import documents as documents_of
from tests.flow import SINK, SOURCE, Room, max_flow
from tests.test_promising import NOW, QUICK, at, by_their_dates, coming, day, digits, lamps

LEITH = Position("BRASS-LAMP", "leith")
WEB = Terms(quotas=("web",))


def kept(n: int, quota: str = "web", peg: str = "", ready: int | None = None) -> Source:
    return Source(at(peg), n, None if ready is None else day(ready), quota=quota)


def live(order: str, n: int, by: int, peg: str = "", quota: str = "", *quotas: str) -> Pegged:
    return Pegged(order, at(peg), n, day(by), quota=quota, quotas=quotas)


# --- on plain figures -----------------------------------------------------------------------------


def test_a_member_has_what_a_quota_keeps_and_no_other_goods_there() -> None:
    figures = Figures((Source(at(), 5), kept(2)))

    answer = promise([lamps(3, by=1)], figures, NOW, WEB)

    assert (answer.lines[0].by(day(1)), answer.short) == (2, 1)
    assert [peg.quota for peg in answer.lines[0].dated[0].pegs] == ["web"]
    assert answer.lines[0].limited == (Limited(Limit.KEPT, "BRASS-LAMP", 5),)


def test_others_have_nothing_that_a_quota_keeps_and_are_told_so() -> None:
    figures = Figures((Source(at(), 1), kept(2)))

    answer = promise([lamps(3, by=1)], figures, NOW)

    assert answer.short == 2
    assert Limited(Limit.KEPT, "BRASS-LAMP", 2) in answer.lines[0].limited


@pytest.mark.feature("F125")
def test_others_make_room_for_a_member_by_what_is_free_to_them() -> None:
    figures = Figures(
        (Source(at(), 2), kept(1), coming("po-1", 2, 0)), (live("o-1", 2, 9, "po-1"),)
    )

    answer = promise([lamps(3, by=1)], figures, NOW, WEB)

    assert answer.short == 0
    assert answer.repegs == (Repeg("o-1", at("po-1"), at(), 2, day(9)),)


def test_a_member_makes_room_for_a_member_and_by_its_quota_alone() -> None:
    sources = (Source(at(), 5), kept(2), coming("po-1", 1, 3))
    figures = Figures(sources, (live("o-1", 2, 9, "", "web", "web"),))

    answer = promise([lamps(2, by=1)], figures, NOW, WEB)

    assert answer.lines[0].by(day(1)) == 1
    assert answer.repegs == (Repeg("o-1", at(), at("po-1"), 1, day(9), "web", ""),)


def test_a_member_of_two_changes_between_what_they_keep() -> None:
    figures = Figures(
        (Source(at(), 0), kept(1), kept(1, "vip")), (live("o-1", 1, 2, "", "web", "vip", "web"),)
    )

    answer = promise([lamps(1, by=1)], figures, NOW, WEB)

    assert answer.short == 0
    assert answer.repegs == (Repeg("o-1", at(), at(), 1, day(2), "web", "vip"),)


def test_what_is_lost_is_pegged_to_what_its_own_quota_keeps() -> None:
    figures = Figures(
        (coming("po-1", 2, 9), Source(at(), 5), kept(1)),
        (live("o-1", 1, 2, "po-1", "", "web"), live("o-2", 1, 2, "po-1", "", "vip")),
    )

    found = mend(figures, NOW, {}, ("o-1",))

    assert found.repegs == (Repeg("o-1", at("po-1"), at(), 1, day(2), "", "web"),)
    assert [one.order for one in mend(figures, NOW, {}).lost] == []
    assert [one.order for one in lost(figures, NOW)] == ["o-1", "o-2"]


# One number a row: place, units, when ready, until, whose, who is pegged there, and by when.
ROW: Final = (3, 3, 6, 8, 3, 4, 6, 3)
IDS: Final = ("", "web", "vip")
MEMBERS: Final = ((), ("web",), ("vip", "web"))
_ROWS: Final = st.lists(st.integers(0, prod(ROW) - 1), min_size=2, max_size=6)
_LINE: Final = st.tuples(st.integers(1, 4), st.integers(0, 5), st.sampled_from(("", "leith")))
PLACES: Final = (("leith", ""), ("leith", "s-1"), ("york", ""))


def as_figures(rows: Sequence[int]) -> Figures:
    """Positions of which quotas keep parts, with promises of members and of others."""
    sources: dict[tuple[Position, str], Source] = {}
    promised = []
    for i, row in enumerate(rows):
        place, n, ready, until, whose, pegged, by, members = digits(row, *ROW)
        where = Position("A", *PLACES[place][:1], peg=PLACES[place][1])
        key = (where, IDS[whose])
        if key in sources:
            continue
        first = next((one for at, one in sources.items() if at[0] == where), None)
        begins = day(ready - 3) if ready > 3 else None
        ends = day(until) if until < 6 else None
        if first is not None:
            begins, ends = first.ready, first.until
        sources[key] = Source(where, n, begins, ends, quota=IDS[whose])
        units = min(n, pegged)
        if units:
            mine = MEMBERS[members]
            promised.append(Pegged(f"o-{i}", where, units, day(by), quota=IDS[whose], quotas=mine))
    return Figures(tuple(sources.values()), tuple(promised))


Need = tuple[str, datetime, str, int, tuple[str, ...], int]
"""Name, date, location, units, quotas, and the index of the source where it stands, or -1."""


def most(figures: Figures, needs: Sequence[Need]) -> int:
    """A maximum flow by hand."""
    room: Room = {SOURCE: {}}
    at_quota: dict[Position, set[str]] = {}
    for one in figures.sources:
        at_quota.setdefault(one.position, set()).update({one.quota} - {""})
    for name, date, location, n, mine, own in needs:
        room[SOURCE][name] = n
        room[name] = {}
        for i, one in enumerate(figures.sources):
            may = one.quota in mine if one.quota else not (at_quota[one.position] & set(mine))
            in_time = (one.ready or NOW) <= date and (one.until is None or date < one.until)
            near = location in ("", one.position.location)
            if i == own or (may and in_time and near):
                room[name][f"source {i}"] = n
    for i, one in enumerate(figures.sources):
        room[f"source {i}"] = {SINK: one.n}
    return max_flow(room)


@pytest.mark.feature("F125")
@settings(QUICK, max_examples=2_000)
@given(_ROWS, st.lists(_LINE, min_size=1, max_size=3), st.sampled_from(MEMBERS))
def test_a_member_is_granted_exactly_what_a_maximum_flow_finds(
    rows: list[int], asked: list[tuple[int, int, str]], mine: tuple[str, ...]
) -> None:
    figures = as_figures(rows)
    cart = [Wanted(f"l-{i}", "A", n, day(by), where) for i, (n, by, where) in enumerate(asked)]
    needs: list[Need] = []
    for i, one in enumerate(figures.live):
        own = [(source.position, source.quota) for source in figures.sources]
        index = own.index((one.position, one.quota))
        needs.append((f"o {i}", one.ready_by, one.position.location, one.n, one.quotas, index))
    needs += [(one.line, one.by or NOW, one.location, one.n, mine, -1) for one in cart]

    answer = promise(cart, figures, NOW, Terms(quotas=mine))

    assert by_their_dates(answer, cart) == (most(figures, needs) == sum(one[3] for one in needs))
    assert_within(figures, answer, mine)


def assert_within(figures: Figures, answer: Promise, mine: tuple[str, ...]) -> None:
    """Nobody has what others' quotas keep, and nothing is claimed beyond what is there."""
    left = {(one.position, one.quota): one.n for one in figures.sources}
    for one in figures.live:
        left[one.position, one.quota] -= one.n
    members = {one.order: one.quotas for one in figures.live}
    for move in answer.repegs:
        left[move.source, move.source_quota] += move.n
        left[move.target, move.target_quota] -= move.n
        assert move.target_quota in ("", *members[move.order])
    for line in answer.lines:
        for dated in line.dated:
            for peg in dated.pegs:
                left[peg.position, peg.quota] -= peg.n
                assert peg.quota in ("", *mine)
    assert min(left.values()) >= 0


# --- in a shop ------------------------------------------------------------------------------------


def place(shop: Workflow, id: str, n: int, channel: str = "", customer: str = "c-7") -> None:
    wanted = new_order((LAMP, n), cash_on_delivery=True, channel=channel, customer=customer)
    shop.place(id, wanted)


def pegs(shop: Shop, id: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for _, spot in shop.order(id).units():
        if spot.state is UnitState.RESERVED:
            name = f"{spot.slice.location} {spot.slice.peg} {' '.join(spot.slice.pools)}".strip()
            found[name] = found.get(name, 0) + spot.n
    return found


@pytest.mark.feature("F125")
def test_a_member_is_promised_what_others_make_room_for(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 4)
    any_shop.set_quota("web", LEITH, 2, "web")
    any_shop.expect("po-1", LEITH, 2, MORNING + timedelta(days=2))
    place(any_shop, "o-1", 2)
    any_shop.promise("o-1", date=MORNING + timedelta(days=9))
    place(any_shop, "o-2", 4, "web")

    any_shop.promise("o-2", date=MORNING + timedelta(days=3))

    assert pegs(any_shop, "o-1") == {"leith": 2}
    assert pegs(any_shop, "o-2") == {"leith  quota:web": 2, "leith po-1": 2}
    assert any_shop.quota("web").left == 0


def test_a_member_that_makes_room_leaves_its_units_to_its_quota(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 4)
    any_shop.set_quota("web", LEITH, 2, "web")
    place(any_shop, "o-1", 2, "web")
    any_shop.promise("o-1", date=MORNING + timedelta(days=9))
    any_shop.expect("po-1", LEITH, 2, MORNING + timedelta(days=2))
    place(any_shop, "o-2", 1, "web")

    any_shop.promise("o-2", date=MORNING)

    assert pegs(any_shop, "o-1") == {"leith  quota:web": 1, "leith po-1": 1}
    assert pegs(any_shop, "o-2") == {"leith  quota:web": 1}
    place(any_shop, "o-3", 3)
    assert any_shop.codes(verbs.promise.on("o-3", date=MORNING)) == ["not_in_time"]


@pytest.mark.feature("F125")
def test_pegging_anew_enters_nothing_that_a_quota_keeps(any_shop: Shop) -> None:
    any_shop.stock(LAMP, "leith", 2)
    any_shop.set_quota("web", LEITH, 2, "web")
    any_shop.expect("po-1", LEITH, 2, MORNING + timedelta(days=2))
    place(any_shop, "o-1", 2)
    any_shop.promise("o-1", date=MORNING + timedelta(days=3))

    foreseen = any_shop.slipped("po-1", MORNING + timedelta(days=9))
    any_shop.slip("po-1", MORNING + timedelta(days=9))

    assert (sum(one.n for one in foreseen.lost), len(foreseen.calls)) == (2, 1)
    assert any_shop.codes(verbs.repeg.on("o-1")) == ["no_other_supply"]
    any_shop.repromise("o-1")
    assert {spot.slice.promised for _, spot in any_shop.order("o-1").units()} == {
        MORNING + timedelta(days=9)
    }


@pytest.mark.feature("F125")
@pytest.mark.parametrize("anew", (verbs.repeg, verbs.repromise))
def test_a_member_is_pegged_anew_to_its_quota_and_no_further(any_shop: Shop, anew: Any) -> None:
    any_shop.stock(LAMP, "leith", 6)
    any_shop.set_quota("web", LEITH, 1, "web")
    any_shop.expect("po-1", LEITH, 2, MORNING + timedelta(days=2))
    place(any_shop, "o-1", 2, "web")
    any_shop.promise("o-1", date=MORNING + timedelta(days=3))
    any_shop.slip("po-1", MORNING + timedelta(days=9))

    any_shop.apply(anew.on("o-1"))

    assert pegs(any_shop, "o-1") == {"leith  quota:web": 1, "leith po-1": 1}
    assert any_shop.counter(Position(quota_pool("web"))).free == 0
    assert any_shop.free(LAMP, "leith") == 5


def test_a_member_that_is_pegged_elsewhere_counts_no_more(any_shop: Shop) -> None:
    any_shop.expect("po-1", LEITH, 2, MORNING + timedelta(days=2))
    any_shop.set_quota("presale", LEITH._replace(peg="po-1"), 2, "web")
    place(any_shop, "o-1", 2, "web")
    any_shop.promise("o-1", date=MORNING + timedelta(days=3))
    any_shop.slip("po-1", MORNING + timedelta(days=9))
    any_shop.stock(LAMP, "leith", 2)

    any_shop.repeg("o-1")

    assert pegs(any_shop, "o-1") == {"leith": 2}
    assert any_shop.quota("presale").left == 2


# --- exact in a shop ------------------------------------------------------------------------------

SHELF, SUPPLY, YORK = LEITH, LEITH._replace(peg="po-1"), LEITH._replace(location="york")
BUYERS: Final = (("", "c-1"), ("", "c-9"), ("web", "c-2"), ("web", "c-9"))
PROMISED: Final = st.tuples(
    st.sampled_from(("promise", "promise", "promise", "reserve", "cancel", "release", "slip")),
    st.integers(1, 4),
    st.sampled_from(BUYERS),
    st.integers(0, 5),
)
Quotad = tuple[str, Position, dict[str, str]]
SET: Final[tuple[Quotad, ...]] = (
    ("web", SHELF, {"channel": "web"}),
    ("vip", SHELF, {"customer": "c-9", "within": "web"}),
    ("own", SHELF, {"customer": "c-9"}),
    ("presale", SUPPLY, {"channel": "web"}),
)


def act(shop: Workflow, i: int, what: str, n: int, buyer: tuple[str, str], by: int) -> None:
    date = MORNING + timedelta(days=by)
    try:
        if what in ("promise", "reserve"):
            place(shop, f"o-{i}", n, *buyer)
            if what == "promise":
                shop.promise(f"o-{i}", date=date, policy="partial")
            else:
                shop.reserve(f"o-{i}")
        elif what == "cancel":
            shop.cancel(f"o-{by}")
        elif what == "release":
            shop.release_quota(SET[n - 1][0])
        else:
            shop.slip("po-1", date)
    except (Refused, NotFound):
        pass


def set_quotas(shop: Workflow, quotas: Sequence[Quotad], kept_back: Sequence[int]) -> None:
    for (id, position, more), n in zip(quotas, kept_back, strict=False):
        call = verbs.set_quota.on(id, position, n, **more)  # type: ignore[arg-type]
        if n and (id != "vip" or kept_back[0]) and not shop.why_not(call):
            shop.apply(call)


class Ledger:
    """What quotas keep of each position, counted unit by unit from the documents alone."""

    def __init__(self, shop: Workflow) -> None:
        documents = [stored.value for stored in documents_of(shop.store)]
        self.quotas = {one.ref.id: one for one in documents if isinstance(one, Quota)}
        self.orders = [one for one in documents if isinstance(one, Order)]
        self.running = sorted(id for id in self.quotas if all(map(self.runs, self.chain(id))))

    def chain(self, id: str) -> list[str]:
        found = []
        while id:
            found.append(id)
            id = self.quotas[id].within
        return found

    def runs(self, id: str) -> bool:
        until = self.quotas[id].until
        return until is None or until > MORNING

    def of(self, pools: Sequence[str]) -> str:
        """The narrowest running quota whose pool is among these."""
        ids = [id for id in self.running if quota_pool(id) in pools]
        return max(ids, key=lambda id: len(self.chain(id)), default="")

    def members(self, channel: str, customer: str) -> tuple[str, ...]:
        mine = [
            id
            for id in self.running
            if all(
                self.quotas[one].channel in ("", channel)
                and self.quotas[one].customer in ("", customer)
                for one in self.chain(id)
            )
        ]
        wider = {one for id in mine for one in self.chain(id)[1:]}
        return tuple(id for id in mine if id not in wider)

    def sources(self, shop: Workflow) -> list[Source]:
        found = []
        for place in (SHELF, SUPPLY, YORK):
            here = [id for id in self.running if self.quotas[id].position == place]
            left = {id: self.quotas[id].n for id in here}
            for id in here:
                if self.quotas[id].within:
                    left[self.quotas[id].within] -= self.quotas[id].n
            rest = there(shop, place) - sum(left.values())
            for order in self.orders:
                for _, spot in order.units():
                    fixed = spot.state is UnitState.RESERVED and spot.slice.ready_by is None
                    if fixed and stands(spot.slice, place):
                        id = self.of(spot.slice.pools)
                        if id:
                            left[id] -= spot.n
                        else:
                            rest -= spot.n
            ready = shop.supply("po-1").due if place.peg else None
            found.append(Source(place, rest, ready))
            found += [Source(place, n, ready, quota=id) for id, n in left.items()]
        return found


def there(shop: Workflow, at: Position) -> int:
    rows = shop.store.counters("", [at.sku], MORNING)
    return next((row.there for row in rows if row.position == at), 0)


def stands(tags: Slice, at: Position) -> bool:
    return (tags.location, tags.peg) == (at.location, at.peg)


def can_be_had(shop: Workflow, n: int, buyer: tuple[str, str], date: datetime) -> bool:
    """Whether a maximum flow serves every promise and the new one, counted from the documents."""
    ledger = Ledger(shop)
    sources = ledger.sources(shop)
    names = [(one.position, one.quota) for one in sources]
    needs: list[Need] = [("new", date, "", n, ledger.members(*buyer), -1)]
    for order in ledger.orders:
        for i, (_, spot) in enumerate(order.units()):
            tags = spot.slice
            if spot.state is UnitState.RESERVED and tags.ready_by is not None:
                at = next(one for one in (SHELF, SUPPLY, YORK) if stands(tags, one))
                own = names.index((at, ledger.of(tags.pools)))
                mine = ledger.members(order.channel, order.customer)
                name = f"{order.ref.id} {i}"
                needs.append((name, tags.ready_by, at.location, spot.n, mine, own))
    return most(Figures(tuple(sources)), needs) == sum(one[3] for one in needs)


@pytest.mark.feature("F125")
@settings(max_examples=200)
@given(
    st.tuples(*[st.integers(0, 3)] * len(SET)),
    st.lists(PROMISED, min_size=2, max_size=7),
    st.integers(1, 3),
    st.sampled_from(BUYERS),
    st.integers(0, 3),
)
def test_in_a_shop_a_member_is_granted_as_much_as_a_maximum_flow_finds_and_no_more(
    kept_back: tuple[int, ...],
    actions: list[tuple[str, int, tuple[str, str], int]],
    later: int,
    buyer: tuple[str, str],
    by: int,
) -> None:
    """Some are promised before there is news of supply, so that others have reason to move."""
    supervised = Shop(MemoryStore(), TWO_PLACES)
    shop = Workflow(supervised.store, TWO_PLACES, clock=supervised.clock)
    shop.receive(SHELF, 5)
    shop.receive(YORK, 1)
    set_quotas(shop, SET[:3], kept_back)
    for i, action in enumerate(actions[:later]):
        act(shop, i, *action)
    shop.expect("po-1", LEITH, 3, MORNING + timedelta(days=1))
    set_quotas(shop, SET[3:], kept_back[3:])
    for i, action in enumerate(actions[later:]):
        act(shop, later + i, *action)
    date = MORNING + timedelta(days=by)
    n = 0
    while can_be_had(shop, n + 1, buyer, date):
        n += 1
    place(shop, "o-more", n + 1, *buyer)
    assert shop.why_not(verbs.promise.on("o-more", date=date))

    if n:
        shop.promise("o-more", (("1", n),), date)

    pools = Tally[str]()
    ledger = Ledger(shop)
    for order in ledger.orders:
        for _, spot in order.units():
            for pool in spot.slice.pools:
                pools[pool] += spot.n
    for id in ledger.running:
        assert ledger.quotas[id].left + pools[quota_pool(id)] == ledger.quotas[id].n
    supervised.assert_lawful()
