"""How fast stock turns, how long it lasts and what to buy, measured on the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import BadInput, Position, Price
from orderflow.adapters.memory import MemoryStore
from orderflow.facts import Posted
from orderflow.journal import Entry
from orderflow.measures import Advice, Level, SteadyDemand, Stocking, Turned, advise, turned
from orderflow.records import MatterKind, Transfer
from orderflow.verbs import receive
from tests.builders import BELL, LAMP, MORNING, Shop

SHELF = Position("BRASS-LAMP", "leith")
SOMEWHERE = Position("BRASS-LAMP")


def day(n: int) -> datetime:
    return MORNING + timedelta(days=n)


def period(sold: int, mean: int, days: int = 365) -> Turned:
    """A period in which so many were sold, and so many lay there in the mean."""
    rest = (mean, mean, sold, 0, Fraction(mean * days))
    return Turned("BRASS-LAMP", "", MORNING, day(days), *rest)


def lamps(shop: Shop, start: int, end: int, location: str = "") -> Turned:
    found = [one for one in shop.turned(day(start), day(end), location) if one.sku == LAMP.code]
    return found[0]


def sell_and_ship(shop: Shop, id: str, n: int) -> None:
    shop.sell_and_deliver(id, f"p-{id}", (LAMP, n))


# --- published figures ----------------------------------------------------------------------------


@pytest.mark.feature("F133")
def test_600_000_sold_over_a_mean_of_120_000_is_five_turns_and_73_days() -> None:
    """The example that introductions to the ratio work out: 600,000 / 120,000, and 365 / 5."""
    year = period(600_000, 120_000)

    assert (year.turnover, year.days_on_hand) == (Fraction(5), Fraction(73))


@pytest.mark.feature("F133")
def test_a_million_in_stock_and_six_million_sold_is_sixty_one_days() -> None:
    """Days' sales in inventory: 1,000,000 / 6,000,000 x 365 days."""
    year = period(6_000_000, 1_000_000)

    assert year.turnover == 6
    assert year.days_on_hand == Fraction(365, 6)


@attrs.frozen
class Pace:
    """A forecast of a host's own: so many a day."""

    a_day: int

    def expected(self, sku: str, location: str, start: datetime, end: datetime) -> int:
        assert (sku, location) == ("BRASS-LAMP", "")
        return self.a_day * (end - start).days


@pytest.mark.feature("F134", "F135")
def test_forty_a_day_for_ten_days_and_two_hundred_to_spare_is_reordered_at_six_hundred() -> None:
    """calculator.academy, reorder point: 40 x 10 + 200 = 600."""
    bars = Stocking("BRASS-LAMP", 10, 200)

    at_point = advise(bars, Level(600), Pace(40), MORNING)
    below = advise(bars, Level(599), Pace(40), MORNING)

    assert (at_point.buy, at_point.cover_days) == (0, Fraction(15))
    assert below.buy == 1


@pytest.mark.feature("F134", "F135", "F136")
def test_a_stock_of_2100_that_should_be_3660_lacks_1560() -> None:
    """mfgcalcs.com, high daily demand: 360 a day, 9 days, 420 to spare, 2,100 there."""
    found = advise(Stocking("BRASS-LAMP", 9, 420), Level(2_100), Pace(360), MORNING)

    assert (found.demand, found.buy) == (Fraction(3_240), 1_560)


# --- turnover, off the journal --------------------------------------------------------------------


@pytest.mark.feature("F133")
def test_stock_is_measured_at_each_instant_and_not_at_the_ends_of_a_period(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 10)
    shop.clock.at = day(5)
    sell_and_ship(shop, "o-1", 6)

    found = lamps(shop, 0, 10)

    assert (found.opening, found.closing, found.issued, found.sold) == (10, 4, 6, 6)
    assert found.mean == Fraction(10 * 5 + 4 * 5, 10)
    assert found.turnover == Fraction(6, 7)
    assert found.days_on_hand == Fraction(70, 6)


@pytest.mark.feature("F133", "F138")
def test_a_sale_that_comes_back_turns_no_stock(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 10)
    shop.clock.at = day(1)
    sell_and_ship(shop, "o-1", 6)
    as_sold = lamps(shop, 0, 2)

    shop.ask_return("r-1", "o-1", (("1", 4),))
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    shop.clock.at = day(2)

    after = lamps(shop, 0, 2)
    assert (as_sold.sold, after.sold) == (6, 2)
    assert (after.issued, after.returned, after.closing) == (6, 4, 8)


@pytest.mark.feature("F138")
def test_goods_that_are_kept_back_show_as_days_on_hand(any_shop: Shop) -> None:
    shop = any_shop
    for position in (SHELF, Position("SHIP-BELL", "leith")):
        shop.receive(position, 10)
    shop.clock.at = day(2)
    shop.sell_and_deliver("o-1", "p-1", (LAMP, 8), (BELL, 1))

    kept = {one.sku: one.days_on_hand for one in shop.turned(day(0), day(10))}

    assert kept == {"BRASS-LAMP": Fraction(36, 8), "SHIP-BELL": Fraction(92, 1)}


def test_counts_and_receipts_are_no_sale_and_picked_goods_still_lie_there(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 10)
    shop.clock.at = day(1)
    shop.count(SHELF, 7, "three are gone")
    shop.sell("o-1", (LAMP, 2))
    shop.allocate("o-1")
    shop.pack_up("o-1", "p-1")

    found = lamps(shop, 0, 2)

    assert (found.issued, found.returned, found.closing) == (0, 0, 7)
    assert found.turnover == 0
    assert found.days_on_hand is None


def test_a_place_is_measured_by_itself_and_a_transfer_is_no_sale(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 10)
    shop.clock.at = day(1)
    shop.send_transfer("t-1", SHELF, "york", 4, day(3))

    leith, york, both = (lamps(shop, 0, 2, place) for place in ("leith", "york", ""))

    assert [one.closing for one in (leith, york, both)] == [6, 4, 10]
    assert [one.issued for one in (leith, york, both)] == [0, 0, 0]
    assert both.unit_days == leith.unit_days + york.unit_days == 20


def test_goods_of_others_tie_up_nothing_of_ours(shop: Shop) -> None:
    shop.receive(SHELF._replace(owner="c-9"), 10)

    assert shop.turned(day(0), day(1)) == ()


def test_another_tenant_s_goods_are_not_measured(shop: Shop) -> None:
    other = Shop(shop.store, tenant="other", clock=shop.clock)
    other._keys = lambda: f"other-{next(other._numbers)}"
    other.receive(SHELF, 5)
    shop.receive(SHELF, 2)

    assert [one.opening for one in shop.turned(day(0), day(1))] == [2]
    assert [one.opening for one in other.turned(day(0), day(1))] == [5]


@pytest.mark.feature("F133", "F136")
def test_money_is_tied_up_only_at_a_cost_that_somebody_knows(shop: Shop) -> None:
    shop.receive(SHELF, 10)

    found = lamps(shop, 0, 4)

    assert found.tied_up(Price.of("2.505", "EUR")) == 2505
    assert found.tied_up(Price.of("3", "JPY", per=4)) == Fraction(15, 2)


def test_a_period_ends_after_it_begins(shop: Shop) -> None:
    with pytest.raises(BadInput) as bad:
        shop.turned(day(1), day(1))

    assert bad.value.path == "end"


# --- laws -----------------------------------------------------------------------------------------

ROAD, SUPPLIER = MatterKind.ROAD_OUT, MatterKind.SUPPLIER
EVENTS = st.lists(
    st.tuples(
        st.integers(0, 40),  # the hour
        st.sampled_from([SUPPLIER, ROAD, MatterKind.STAGED]),
        st.booleans(),  # into the house, or out of it
        st.integers(1, 9),
    ),
    max_size=12,
)


def entry(seq: int, hour: int, kind: MatterKind, comes: bool, n: int) -> Entry:
    """One transfer between the shelf and an account at an hour."""
    ends = ((kind, SOMEWHERE), (MatterKind.SELLABLE, SHELF))
    if kind is MatterKind.STAGED:
        ends = ((kind, SHELF), ends[1])
    source, target = ends if comes else ends[::-1]
    fact = Posted(Transfer(*source, *target, n))
    at = MORNING + timedelta(hours=hour)
    return Entry(seq, str(seq), receive.on("", SHELF, 1), "", at, "", (), (fact,), ())


def measured(entries: Sequence[Entry], start: datetime, end: datetime) -> Turned:
    """The lamps of a period; where nothing was ever there, a row of nothing."""
    none = Turned("BRASS-LAMP", "", start, end, 0, 0, 0, 0, Fraction(0))
    return next(iter(turned(entries, start, end)), none)


@pytest.mark.feature("F133")
@given(EVENTS, st.integers(1, 39))
def test_two_periods_that_meet_are_measured_as_the_one_that_they_make(
    events: list[tuple[int, MatterKind, bool, int]], hour: int
) -> None:
    entries = [entry(i, *event) for i, event in enumerate(events, 1)]
    start, middle, end = (MORNING + timedelta(hours=n) for n in (0, hour, 40))

    whole = measured(entries, start, end)
    first, second = measured(entries, start, middle), measured(entries, middle, end)

    assert first.then(second) == whole
    assert whole.issued == first.issued + second.issued
    assert whole.mean == (first.mean * first.days + second.mean * second.days) / whole.days


@given(EVENTS)
def test_units_times_days_are_what_an_hourly_look_adds_up(
    events: list[tuple[int, MatterKind, bool, int]],
) -> None:
    entries = [entry(i, *event) for i, event in enumerate(events, 1)]

    def there(hour: int) -> int:
        moved = [one for one in events if one[0] <= hour and one[1] is not MatterKind.STAGED]
        return sum(n if comes else -n for _, _, comes, n in moved)

    found = measured(entries, MORNING, MORNING + timedelta(hours=40))

    assert found.unit_days == Fraction(sum(there(hour) for hour in range(40)), 24)
    assert (found.opening, found.closing) == (there(0), there(40))


def test_periods_that_do_not_meet_are_not_joined() -> None:
    with pytest.raises(ValueError, match="does not follow"):
        period(1, 1).then(period(1, 1))


# --- cover, shortage and surplus ------------------------------------------------------------------


def plan(shop: Shop, *stockings: Stocking, pace: int = 2) -> Sequence[Advice]:
    return shop.stock_advice(stockings, Pace(pace))


def figures(one: Advice) -> tuple[int | Fraction, ...]:
    return (one.on_hand, one.coming, one.demand, one.buy)


@pytest.mark.feature("F134", "F136")
def test_what_is_bought_covers_the_lead_time_and_the_safety_stock_and_no_more(
    any_shop: Shop,
) -> None:
    shop = any_shop
    shop.receive(SHELF, 5)
    shop.expect("po-1", SHELF, 3, day(6))
    shop.expect("po-2", SHELF, 50, day(8))

    (found,) = plan(shop, Stocking("BRASS-LAMP", 7, 4))

    assert figures(found) == (5, 3, 14, 10)
    assert found.cover_days == Fraction(5, 2)
    shop.expect("po-3", SHELF, found.buy, day(7))
    assert plan(shop, Stocking("BRASS-LAMP", 7, 4))[0].buy == 0


def test_promises_are_a_part_of_what_is_forecast(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 30)
    for n in (1, 2):
        shop.sell(f"o-{n}", (LAMP, 10))
        shop.promise(f"o-{n}", date=day(5 * n))

    week, more = (plan(shop, Stocking("BRASS-LAMP", days), pace=1)[0] for days in (7, 12))

    assert week.demand == 10, "seven are forecast, and ten of them are known"
    assert more.demand == 20
    assert plan(shop, Stocking("BRASS-LAMP", 7), pace=3)[0].demand == 21


def test_what_waits_without_a_claim_is_bought_on_top(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 1)
    shop.sell("o-1", (LAMP, 4))
    shop.allocate("o-1")

    (found,) = plan(shop, Stocking("BRASS-LAMP", 5), pace=0)

    assert shop.bag("o-1") == {"allocated": 1, "backordered": 3}
    assert figures(found) == (1, 0, 4, 3)


def test_what_waited_and_has_a_claim_now_waits_nowhere(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 1)
    shop.sell("o-1", (LAMP, 4))
    shop.allocate("o-1")
    shop.receive(SHELF, 2)
    shop.allocate("o-1")

    waiting = [lamps(shop, -1, 1, place).waiting for place in ("", "leith")]

    assert shop.bag("o-1") == {"allocated": 3, "backordered": 1}
    assert waiting == [1, 0]


def test_what_has_come_for_a_promise_counts_once(any_shop: Shop) -> None:
    shop = any_shop
    shop.expect("po-1", SHELF, 5, day(3))
    shop.sell("o-1", (LAMP, 4))
    shop.promise("o-1", date=day(3))
    shop.clock.at = day(3)
    shop.receive_supply("po-1", 2)

    (found,) = plan(shop, Stocking("BRASS-LAMP", 5), pace=0)

    assert figures(found) == (2, 3, 4, 0)


@pytest.mark.feature("F134")
def test_what_lasts_too_long_is_listed_last_with_what_is_too_much(any_shop: Shop) -> None:
    shop = any_shop
    shop.receive(SHELF, 60)
    shop.receive(Position("SHIP-BELL", "leith"), 5)
    shop.receive(Position("OIL", "leith"), 9)
    shop.clock.at = day(10)
    shop.sell_and_deliver("o-1", "p-1", (LAMP, 10), (BELL, 4))
    shop.clock.at = day(20)
    stockings = [Stocking(sku, 5, 1, most_days=30) for sku in ("OIL", "BRASS-LAMP", "SHIP-BELL")]

    found = shop.stock_advice(stockings, window_days=20)

    assert [(one.sku, one.cover_days, one.buy, one.over) for one in found] == [
        ("SHIP-BELL", 5, 1, 0),
        ("BRASS-LAMP", 100, 0, 34),
        ("OIL", None, 0, 8),
    ]


@pytest.mark.feature("F135")
def test_without_a_forecast_a_day_to_come_is_as_a_mean_day_of_the_window() -> None:
    window = (period(28, 5, days=14),)

    steady = SteadyDemand(window)

    assert steady.expected("BRASS-LAMP", "", day(20), day(23)) == 6
    assert steady.expected("BRASS-LAMP", "york", day(20), day(23)) == 0
    assert steady.expected("SHIP-BELL", "", day(20), day(23)) == 0


def test_more_that_came_back_than_went_out_is_no_demand_below_zero() -> None:
    back = attrs.evolve(period(0, 5, days=14), returned=3)

    assert SteadyDemand((back,)).expected("BRASS-LAMP", "", day(20), day(23)) == 0


@pytest.mark.parametrize(
    ("wrong", "path"),
    (
        ({"lead_days": 0}, "lead_days"),
        ({"safety": -1}, "safety"),
        ({"most_days": 0}, "most_days"),
        ({"sku": ""}, "sku"),
        ({"location": " "}, "location"),
    ),
)
def test_how_goods_are_stocked_is_checked(wrong: dict[str, object], path: str) -> None:
    given: dict[str, object] = {"sku": "BRASS-LAMP", "lead_days": 3} | wrong

    with pytest.raises(BadInput) as bad:
        Stocking(**given)  # type: ignore[arg-type]  # wrong on purpose

    assert bad.value.path == path


@pytest.mark.parametrize("stockings", (None, 7, "BRASS-LAMP", (("BRASS-LAMP", 3),)))
def test_advice_is_given_on_stockings_alone(shop: Shop, stockings: Any) -> None:
    with pytest.raises(BadInput, match="stockings"):
        shop.stock_advice(stockings)


@pytest.mark.parametrize("forecast", (7, "much", ()))
def test_advice_is_given_by_a_forecast_that_can_be_asked(shop: Shop, forecast: Any) -> None:
    with pytest.raises(BadInput, match="forecast"):
        shop.stock_advice((), forecast)


def test_a_moving_average_joins_the_rows_of_a_sku_and_place() -> None:
    rows = (period(10, 1, days=5), period(30, 1, days=10), period(-8, 1, days=2))

    forecast = SteadyDemand((*rows, attrs.evolve(rows[0], sku="SHIP-BELL")))

    assert forecast.expected("BRASS-LAMP", "", day(0), day(3)) == 15
    assert forecast.expected("BRASS-LAMP", "york", day(0), day(3)) == 0


def test_the_window_is_so_many_days(shop: Shop) -> None:
    with pytest.raises(BadInput) as bad:
        shop.stock_advice((), window_days=0)

    assert bad.value.path == "window_days"


def test_an_empty_journal_has_nothing_to_measure() -> None:
    shop = Shop(MemoryStore())

    assert shop.turned(day(0), day(1)) == ()
    assert shop.stock_advice(()) == ()
    assert plan(shop, Stocking("BRASS-LAMP", 2))[0].buy == 4
