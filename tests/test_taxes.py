"""Taxes: what lines carry under each convention, and which rates a place and day have."""

from __future__ import annotations

import doctest
import itertools
import os
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import NewLine, NewOrder, Price, Sku
from orderflow.errors import BadInput
from orderflow.money import Rounding, Spread
from orderflow.taxes import (
    CONVENTIONS,
    GROSS_BY_LINE,
    GROSS_BY_TOTAL,
    GROSS_BY_UNIT,
    NET_BY_LINE,
    NET_BY_TOTAL,
    NET_BY_UNIT,
    NET_OF_LINE,
    NET_OF_UNIT,
    By,
    Convention,
    Level,
    Rate,
    Table,
    Taxation,
    Taxed,
    Taxing,
    TaxLine,
    TaxPlace,
    TaxQuestion,
    TaxRow,
    computing,
    percents,
    rates,
    taxed,
)
from orderflow.taxing import tax_charges
from tests.steps import lines_of
from tests.told_taxes import TAX_TOLD, TaxTold

NEW = NewOrder("c-7", "EUR", (NewLine("1", Sku("BRASS-LAMP"), 1, Price.of("10", "EUR")),))
ROOT = Path(__file__).parent.parent
EXAMPLES = int(os.environ.get("ORDERFLOW_TAXES", "300"))
"""How many tax lines the laws are tried on; 20,000 before a release."""

MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)

V1, V2 = Rate.of("V1", "10"), Rate.of("V2", "10")
VAT_19 = Rate.of("VAT-19", "19")

EUROPE = Table(
    "europe",
    (
        TaxRow("DE", VAT_19, until=JUNE),
        TaxRow("DE", Rate.of("VAT-20", "20"), since=JUNE),
        TaxRow("DE", Rate.of("VAT-7", "7"), group="books"),
        TaxRow("DE", Rate.zero("post", "Art. 132"), group="freight"),
        TaxRow("CA", Rate.of("GST", "5")),
        TaxRow("CA", Rate.of("QST", "9.975")),
    ),
    groups=(("NOVEL", "books"),),
)

# --- published cases ------------------------------------------------------------------------------


@pytest.mark.parametrize(("convention", "gross"), ((NET_BY_LINE, 386), (NET_BY_UNIT, 387)))
def test_three_at_1_08_cost_what_commercetools_says_by_line_and_by_unit(
    convention: Convention, gross: int
) -> None:
    # RT-01, commercetools docs, tax calculation mode: 3.86 by line, 3.87 by unit
    line = TaxLine("1", 3, 324, (VAT_19,))

    assert taxed([line], convention).lines[0].gross == gross


UP = Convention("up to a cent", rounding=Rounding.UP, spread=Spread.FRONT_FIRST)


@pytest.mark.parametrize(
    ("by", "level", "wanted"),
    (
        (By.CODE, Level.LINE, [[112], [223, 223], [334], [445, 445]]),
        (By.COMBINATION, Level.LINE, [[112], [223, 222], [334], [445, 444]]),
        (By.CODE, Level.TOTAL, [[112], [222, 223], [333], [444, 444]]),
        (By.COMBINATION, Level.TOTAL, [[112], [223, 222], [333], [444, 445]]),
    ),
)
def test_two_taxes_of_ten_percent_round_up_as_dynamics_publishes(
    by: By, level: Level, wanted: list[list[int]]
) -> None:
    # RT-03, Microsoft Dynamics 365 Finance docs, sales tax rounding: four settings, four answers
    lines = [
        TaxLine("1", 1, 1111, (V1,)),
        TaxLine("2", 1, 2222, (V1, V2)),
        TaxLine("3", 1, 3333, (V1,)),
        TaxLine("4", 1, 4444, (V1, V2)),
    ]

    done = taxed(lines, attrs.evolve(UP, by=by, level=level))

    assert [[tax for _, tax in line.taxes] for line in done.lines] == wanted


def test_a_part_of_freight_that_is_given_back_splits_into_net_and_tax() -> None:
    # REF-042, Sylius RefundPlugin: 5.75 of shipping at 15 % is 5.00 and 0.75
    part = TaxLine("freight", 1, 575, (Rate.of("VAT", "15"),))

    line = taxed([part], GROSS_BY_LINE).lines[0]

    assert (line.net, line.tax) == (500, 75)


def test_freight_at_half_price_is_taxed_on_what_is_left() -> None:
    # REF-045, Sylius RefundPlugin: 10.00 less half, at 23 %, is 6.15
    line = TaxLine("freight", 1, 1000 - 500, (Rate.of("VAT", "23"),))

    assert taxed([line], NET_BY_LINE).lines[0].gross == 615


@pytest.mark.parametrize(("convention", "net"), ((NET_OF_LINE, 5081), (NET_OF_UNIT, 5082)))
def test_three_discounted_lines_are_without_tax_what_vendure_publishes(
    convention: Convention, net: int
) -> None:
    # REF-088, Vendure order-calculator.spec.ts: 5082 by unit; its authors name 5081 beside it
    lines = [
        TaxLine("1", 2, 1700 - 137, (Rate.of("standard", "20"),)),
        TaxLine("2", 1, 3499 - 281, (Rate.of("reduced", "10"),)),
        TaxLine("3", 4, 1020 - 82, (Rate.of("reduced", "10"),)),
    ]

    done = taxed(lines, convention)

    assert done.net == net
    assert done.net + done.tax == 5719


def test_a_promotion_by_quantity_is_taxed_as_tryton_publishes() -> None:
    # REF-093, trytond sale_promotion: untaxed 470.00, tax 47.00
    vat = (Rate.of("VAT", "10"),)
    lines = [
        TaxLine("1", 5, 9000, vat),
        TaxLine("2", 10, 18000, vat),
        TaxLine("3", 5, 10000, vat),
        TaxLine("4", 5, 10000, vat),
    ]

    done = taxed(lines, NET_BY_TOTAL)

    assert (done.net, done.tax) == (47000, 4700)


@pytest.mark.parametrize("told", TAX_TOLD, ids=lambda one: one.case)
def test_each_published_case_stands_so_on_the_papers_of_an_order(told: TaxTold) -> None:
    assert told.ours() == told.published


def test_the_page_has_each_published_case_and_what_we_answer() -> None:
    page = (ROOT / "docs/explanation/taxes.md").read_text(encoding="utf-8")
    rows = [one for one in page.splitlines() if one.count("|") == 6]

    assert rows[2:] == [row(told) for told in TAX_TOLD]


def row(told: TaxTold) -> str:
    """A line of the table of the page."""
    return f"| {' | '.join((*told[:4], told.ours()))} |"


@pytest.mark.parametrize("module", (rates, computing), ids=lambda one: one.__name__)
def test_the_examples_in_the_docstrings_are_right(module: ModuleType) -> None:
    results = doctest.testmod(module)

    assert (results.failed, results.attempted > 0) == (0, True)


# --- the conventions ------------------------------------------------------------------------------


@pytest.mark.parametrize("by", By)
@pytest.mark.parametrize("level", Level)
def test_a_tax_on_a_tax_has_it_in_its_base(by: By, level: Level) -> None:
    # Oracle Fusion docs, tax compounding in Brazil: IPI 15.00 on 100.00, ICMS 20.70 on 115.00
    ipi, icms = Rate.of("IPI", "15"), Rate.of("ICMS", "18", on_taxes=True)

    apart = taxed([TaxLine("1", 1, 10000, (ipi, icms))], Convention("net", by=by, level=level))
    within = taxed(
        [TaxLine("1", 1, 13570, (ipi, icms))],
        Convention("gross", inclusive=True, by=by, level=level),
    )

    for done in (apart, within):
        assert (done.net, done.tax) == (10000, 3570)
        assert [(row.base, row.tax) for row in done.by_rate] == [(10000, 1500), (11500, 2070)]


def test_a_tax_on_taxes_that_stands_first_is_on_the_net_alone() -> None:
    ipi, icms = Rate.of("IPI", "15"), Rate.of("ICMS", "18", on_taxes=True)

    (line,) = taxed([TaxLine("1", 1, 10000, (icms, ipi))], NET_BY_LINE).lines

    assert [tax for _, tax in line.taxes] == [1800, 1500]


def test_a_price_that_includes_its_tax_stays_what_it_is() -> None:
    done = taxed([TaxLine("1", 1, 11900, (VAT_19,))], GROSS_BY_TOTAL)

    assert (done.lines[0].net, done.tax, done.lines[0].gross) == (10000, 1900, 11900)


def test_a_tax_on_the_total_is_told_to_the_lines_to_the_cent() -> None:
    lines = [TaxLine(str(i), 1, 10, (VAT_19,)) for i in range(3)]  # 1.9 cents each

    done = taxed(lines, NET_BY_TOTAL)

    assert done.tax == 6
    assert [line.tax for line in done.lines] == [2, 2, 2]


def test_base_times_rate_is_the_tax_of_each_rate_on_the_total() -> None:
    lines = [
        TaxLine("1", 3, 1001, (VAT_19,)),
        TaxLine("2", 1, 999, (Rate.of("VAT-7", "7"),)),
        TaxLine("3", 1, 1234, (VAT_19,)),
    ]

    rows = taxed(lines, NET_BY_TOTAL).by_rate

    assert [(row.rate.id, row.base, row.tax) for row in rows] == [
        ("VAT-19", 2235, 425),
        ("VAT-7", 999, 70),
    ]


def test_a_tax_may_be_rounded_to_five_cents() -> None:
    to_five = attrs.evolve(NET_BY_TOTAL, name="to five", step=5)

    assert taxed([TaxLine("1", 1, 1000, (VAT_19,))], to_five).tax == 190
    assert taxed([TaxLine("1", 1, 1010, (VAT_19,))], to_five).tax == 190  # 1.919
    assert taxed([TaxLine("1", 1, 1020, (VAT_19,))], to_five).tax == 195  # 1.938


@pytest.mark.parametrize(
    ("rounding", "tax"),
    (
        (Rounding.HALF_UP, 3),
        (Rounding.HALF_EVEN, 2),
        (Rounding.HALF_DOWN, 2),
        (Rounding.DOWN, 2),
        (Rounding.UP, 3),
    ),
)
def test_half_a_cent_goes_where_the_convention_says(rounding: Rounding, tax: int) -> None:
    line = TaxLine("1", 1, 25, (Rate.of("VAT", "10"),))

    assert taxed([line], attrs.evolve(NET_BY_LINE, rounding=rounding)).tax == tax


def test_a_thousand_million_units_are_taxed_by_unit_without_walking_them() -> None:
    line = TaxLine("1", 10**9, 3 * 10**9 + 1, (VAT_19,))  # 0.57 of a cent each, and one of 0.76

    assert taxed([line], NET_BY_UNIT).tax == 10**9


def test_zero_and_exempt_lines_have_their_rate_and_no_tax() -> None:
    export, stamps = Rate.zero("export", "Art. 146"), Rate.exempt("stamps", "Art. 135(1)(h)")

    done = taxed([TaxLine("1", 1, 500, (export,)), TaxLine("2", 1, 80, (stamps,))], NET_BY_TOTAL)

    assert done.tax == 0
    assert [(row.rate.kind, row.base) for row in done.by_rate] == [
        (Taxation.ZERO, 500),
        (Taxation.EXEMPT, 80),
    ]


def test_lines_without_any_tax_stay_as_they_are() -> None:
    for convention in CONVENTIONS.values():
        done = taxed([TaxLine("1", 2, 15, ())], convention)

        assert (done.net, done.tax, done.by_rate) == (15, 0, ())


def test_nothing_is_taxed_where_there_are_no_lines() -> None:
    for convention in CONVENTIONS.values():
        assert taxed([], convention) == Taxed(())


def test_two_taxes_never_take_more_than_a_price_that_includes_them() -> None:
    up = attrs.evolve(GROSS_BY_LINE, rounding=Rounding.UP)

    done = taxed([TaxLine("1", 1, 1, (V1, V2))], up)

    assert (done.net, done.tax) == (0, 1)


def test_two_taxes_do_not_give_their_coins_to_one_line_of_a_cent() -> None:
    gst, pst = Rate.of("GST", "5"), Rate.of("PST", "7")

    done = taxed([TaxLine(str(i), 1, 1, (gst, pst)) for i in range(20)], GROSS_BY_TOTAL)

    assert [(line.net, line.tax) for line in done.lines] == [(0, 1), (0, 1), *[(1, 0)] * 18]
    assert [row.tax for row in done.by_rate] == [1, 1]


def test_a_line_that_absorbs_a_tax_is_not_taxed_beyond_its_price() -> None:
    last = attrs.evolve(GROSS_BY_TOTAL, spread=Spread.LAST_ABSORBS_CUT)

    for convention in (last, attrs.evolve(last, by=By.COMBINATION)):
        done = taxed([TaxLine(str(i), 1, 1, (VAT_19,)) for i in range(20)], convention)

        assert (done.tax, done.lines[-1].net) == (3, 0)
        assert min(line.net for line in done.lines) == 0


tax_rates = st.lists(
    st.sampled_from(
        [
            V1,
            V2,
            VAT_19,
            Rate.of("VAT-6.5", "6.5"),
            Rate.of("tiny", "0.001"),
            Rate.of("heavy", "250"),
            Rate.of("surcharge", "5.5", on_taxes=True),
            Rate.zero("zero", "export"),
        ]
    ),
    unique=True,
    max_size=3,
).map(tuple)
tax_lines = st.lists(
    st.builds(
        TaxLine,
        st.just("1"),
        st.integers(1, 10**9),
        st.integers(0, 10**6) | st.integers(0, 10**12),
        tax_rates,
    ),
    max_size=6,
)
conventions = st.builds(
    Convention,
    st.just("any"),
    st.just(value=False),
    st.sampled_from(Level),
    st.sampled_from(By),
    st.sampled_from(Rounding),
    st.sampled_from([1, 1, 5, 10]),
    st.sampled_from(Spread),
)


@settings(max_examples=EXAMPLES)
@given(tax_lines, conventions, st.sampled_from([(False, False), (True, False), (True, True)]))
def test_lines_and_rates_tell_the_same_tax(
    lines: list[TaxLine], convention: Convention, kind: tuple[bool, bool]
) -> None:
    inclusive, rounds_net = kind
    convention = attrs.evolve(convention, inclusive=inclusive, rounds_net=rounds_net)

    done = taxed(lines, convention)

    assert sum(row.tax for row in done.by_rate) == done.tax
    for line, one in zip(lines, done.lines, strict=True):
        assert all(tax >= 0 for _, tax in one.taxes)  # without taxes, nothing to see
        assert (one.gross if inclusive else one.net) == line.amount
        assert one.net >= 0
        assert [rate for rate, _ in one.taxes] == list(line.rates)


@settings(max_examples=EXAMPLES)
@given(tax_lines, conventions)
def test_a_tax_that_is_rounded_is_less_than_a_step_from_the_exact_one(
    lines: list[TaxLine], convention: Convention
) -> None:
    done = taxed(lines, convention)

    exact = Fraction(0)
    for line in lines:
        exact += line.amount * percents(line.rates)
    by_unit = convention.level is Level.UNIT
    roundings = sum([(line.n if by_unit else 1) * len(line.rates) for line in lines])
    assert abs(done.tax - exact) <= roundings * convention.step


@settings(max_examples=EXAMPLES)
@given(st.integers(1, 10**6), st.integers(0, 10**9), st.integers(1, 40), st.data())
def test_units_of_a_line_are_taxed_by_unit_alike_however_it_is_parted(
    n: int, price: int, percent: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, n))
    vat = (Rate.of("VAT", str(percent)),)

    def tax(units: int) -> int:
        return taxed([TaxLine("1", units, units * price, vat)], NET_BY_UNIT).tax if units else 0

    if n * price <= 10**15:
        assert tax(first) + tax(n - first) == tax(n)


# --- rates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "make",
    (
        lambda: Rate.of("VAT", "-1"),
        lambda: Rate.of("VAT", "1001"),
        lambda: Rate.of("VAT", 19.0),
        lambda: Rate.of("VAT", "0"),
        lambda: Rate.of("VAT", "5", on_taxes=1),  # type: ignore[arg-type]  # on purpose
        lambda: Rate("VAT", Decimal(0), Taxation.ZERO),
        lambda: Rate("VAT", Decimal(19), Taxation.EXEMPT, "why"),
        lambda: Rate("VAT", Decimal(19), Taxation.STANDARD, "why"),
        lambda: Rate("VAT", Decimal(19), "standard"),  # type: ignore[arg-type]  # on purpose
        lambda: Convention("net", step=0),
        lambda: Convention("net", inclusive=1),  # type: ignore[arg-type]  # on purpose
        lambda: Convention("net", level="line"),  # type: ignore[arg-type]  # on purpose
        lambda: Convention("net", spread="x"),  # type: ignore[arg-type]  # on purpose
        lambda: Convention("net", rounds_net=True),
        lambda: TaxLine("1", 0, 5, ()),
        lambda: TaxLine("1", 1, -5, ()),
        lambda: TaxLine("1", 1, 5, [VAT_19]),  # type: ignore[arg-type]  # on purpose
        lambda: TaxLine("1", 1, 5, ("VAT",)),  # type: ignore[arg-type]  # on purpose
        lambda: TaxLine("1", 1, 5, (VAT_19, VAT_19)),
        lambda: TaxRow("DE", "19"),  # type: ignore[arg-type]  # on purpose
        lambda: TaxRow("DE", VAT_19, since=JUNE, until=MAY),
        lambda: Table("eu", [TaxRow("DE", VAT_19)]),  # type: ignore[arg-type]  # on purpose
        lambda: Table("eu", ("DE",)),  # type: ignore[arg-type]  # on purpose
        lambda: Table("eu", (), groups=[("A", "b")]),  # type: ignore[arg-type]  # on purpose
        lambda: Table("eu", (), groups=("Ab",)),  # type: ignore[arg-type]  # on purpose
        lambda: Table("eu", (), groups=(("A", "b"), ("A", "c"))),
        lambda: taxed(None, NET_BY_LINE),  # type: ignore[arg-type]  # on purpose
        lambda: taxed(iter(()), NET_BY_LINE),  # type: ignore[arg-type]  # on purpose
        lambda: taxed(("1",), NET_BY_LINE),  # type: ignore[arg-type]  # on purpose
        lambda: taxed((), "net"),  # type: ignore[arg-type]  # on purpose
        lambda: tax_charges(None, Taxing(EUROPE), MAY),  # type: ignore[arg-type]  # on purpose
        lambda: tax_charges(NEW, EUROPE, MAY),  # type: ignore[arg-type]  # on purpose
        lambda: tax_charges(NEW, Taxing(EUROPE), "now"),  # type: ignore[arg-type]  # on purpose
        lambda: Taxing("table"),  # type: ignore[arg-type]  # on purpose
        lambda: Taxing(EUROPE, "net"),  # type: ignore[arg-type]  # on purpose
        lambda: Taxing(EUROPE, place="home"),  # type: ignore[arg-type]  # on purpose
        lambda: Taxing(EUROPE, place=TaxPlace.SELLER),
    ),
)
def test_what_is_no_tax_is_refused(make: object) -> None:
    assert callable(make)

    with pytest.raises(BadInput):
        make()


def ask(sku: str, place: str, at: datetime, group: str = "") -> list[str]:
    return [rate.id for rate in EUROPE.rates(TaxQuestion(sku, group, place, at))]


def test_a_rate_is_that_of_the_day() -> None:
    assert ask("LAMP", "DE", MAY) == ["VAT-19"]
    assert ask("LAMP", "DE", JUNE - timedelta(microseconds=1)) == ["VAT-19"]
    assert ask("LAMP", "DE", JUNE) == ["VAT-20"]


def test_goods_of_a_group_have_its_rate_and_others_the_general_one() -> None:
    assert ask("NOVEL", "DE", JUNE) == ["VAT-7"]
    assert ask("", "DE", JUNE, "freight") == ["post"]
    assert ask("", "DE", JUNE, "fee") == ["VAT-20"]


def test_several_taxes_come_in_the_order_of_the_rows() -> None:
    assert ask("LAMP", "CA", MAY) == ["GST", "QST"]


def test_a_place_without_a_row_has_no_rate_rather_than_none_to_pay() -> None:
    assert ask("LAMP", "FR", MAY) == []


def test_two_rows_of_one_tax_may_follow_each_other_but_not_meet() -> None:
    first = TaxRow("DE", VAT_19, until=JUNE)
    Table("ok", (TaxRow("DE", VAT_19, since=JUNE), first))
    Table("ok", (first, TaxRow("DE", VAT_19, group="books")))

    for met in (TaxRow("DE", VAT_19), TaxRow("DE", VAT_19, since=MAY, until=JULY)):
        with pytest.raises(BadInput, match="another row at the same time"):
            Table("bad", (first, met))


moments = st.none() | st.integers(0, 12).map(lambda day: MAY + timedelta(days=day))


@given(
    st.lists(
        st.tuples(moments, moments).filter(lambda one: not (one[0] and one[1]) or one[0] < one[1]),
        max_size=6,
    )
)
def test_rows_of_one_tax_meet_in_whatever_order_they_stand(
    spans: list[tuple[datetime | None, datetime | None]],
) -> None:
    rows = tuple([TaxRow("DE", VAT_19, since=since, until=until) for since, until in spans])
    meet = any(one.meets(other) for i, one in enumerate(rows) for other in rows[:i])

    if meet:
        with pytest.raises(BadInput, match="another row at the same time"):
            Table("bad", rows)
    else:
        assert Table("ok", rows).rows == rows


def test_what_a_table_costs_to_check_grows_with_its_rows() -> None:
    def steps(n: int) -> int:
        days = [MAY + timedelta(days=i) for i in range(n + 1)]
        rows = [TaxRow("DE", VAT_19, since=a, until=b) for a, b in itertools.pairwise(days)]
        return lines_of(lambda: Table("daily", tuple(rows[::-1])))

    assert steps(2_000) < 12 * steps(200)


def test_the_place_that_applies_is_the_customers_unless_it_is_the_sellers() -> None:
    assert Taxing(EUROPE).where("DE") == "DE"
    assert Taxing(EUROPE, place=TaxPlace.SELLER, home="CA").where("DE") == "CA"


def test_other_rates_or_conventions_have_another_fingerprint() -> None:
    ours = Taxing(EUROPE)

    assert ours.fingerprint != Taxing(EUROPE, GROSS_BY_UNIT).fingerprint
    assert ours.fingerprint != Taxing(attrs.evolve(EUROPE, name="eu 2")).fingerprint
    assert ours.fingerprint != Taxing(EUROPE, home="CA").fingerprint
    assert ours.fingerprint == Taxing(EUROPE).fingerprint
