"""Orders and stock from rows."""

from __future__ import annotations

import csv
import io
import os
from datetime import UTC, datetime
from decimal import Context, localcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow.errors import BadInput
from orderflow.intake import Columns, Finding, Status, TakenOrders, orders, stock
from orderflow.money import Money, Price, Rounding
from orderflow.records import ChargeKind, Fixing
from orderflow.values import Position, Sku

HEADER = "order,line,sku,quantity,price,currency,customer\n"
GOOD = "o-1,1,BRASS-LAMP,2,9.90,EUR,c-7\n"
OTHER = "o-2,1,OAK-CHAIR,1,49.00,EUR,c-8\n"


def read(*rows: str, header: str = HEADER, columns: Columns = Columns()) -> TakenOrders:  # noqa: B008
    return orders(header + "".join(rows), columns)


def ids(taken: TakenOrders) -> list[str]:
    return [order.id for order in taken.orders]


def only(taken: TakenOrders) -> Finding:
    (finding,) = taken.findings
    return finding


# --- what is good ---------------------------------------------------------------------------------


@pytest.mark.feature("F010", "F012")
def test_every_column_of_an_order_is_taken() -> None:
    header = (
        "order,line,sku,quantity,price,unit,scale,per,discount,tax,currency,customer,freight,"
        "placed_at,cash_on_delivery,priority,region,latitude,longitude,address,channel,shop,"
        "number,seller,pay_by,status,rounding,version,gift_for\n"
    )
    row = (
        "o-1,a,TEA,1.318,15.80,kg,3,1000,0.82,1.20,EUR,c-7,4.90,2026-01-31T10:30:00+01:00,yes,2,"
        "Leith,55.9752,-3.16661234,a-7,web,leith,W-17,us,2026-02-03T00:00:00+00:00,Paid,"
        "Half even,list-2,spring\n"
    )

    taken = read(row, header=header)

    (order,) = taken.orders
    new, line = order.new, order.new.lines[0]
    assert taken.findings == ()
    assert (order.id, order.status) == ("o-1", Status.PAID)
    assert order.placed_at == datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
    assert (line.id, line.sku, line.n) == ("a", Sku("TEA", "kg", 3, 1000), 1318)
    assert line.price.times(line.n) == 2082
    assert (line.rounding, line.version, line.gift_for) == (
        Rounding.HALF_EVEN,
        "list-2",
        ("spring",),
    )
    assert [(one.kind, one.amount, one.lines) for one in new.charges] == [
        (ChargeKind.DISCOUNT, -82, ("a",)),
        (ChargeKind.TAX, 120, ("a",)),
        (ChargeKind.FREIGHT, 490, ()),
    ]
    assert (new.channel, new.shop, new.number, new.seller) == ("web", "leith", "W-17", "us")
    assert (new.cash_on_delivery, new.priority) == (True, 2)
    assert (new.destination.region, new.destination.address) == ("Leith", "a-7")
    assert (new.destination.latitude_e6, new.destination.longitude_e6) == (55_975_200, -3_166_612)
    assert new.pay_by == datetime(2026, 2, 3, tzinfo=UTC)


def test_a_rounding_that_is_none_is_a_finding() -> None:
    taken = read("o-1,1,LAMP,2,9.90,EUR,c-7,nearest\n", header=HEADER.rstrip() + ",rounding\n")

    (found,) = taken.findings
    assert (found.column, found.reason) == (
        "rounding",
        "one of half_up, half_even, half_down, down, up is wanted",
    )


@pytest.mark.feature("F010")
def test_goods_by_weight_are_read_at_the_price_of_a_kilogram() -> None:
    header = HEADER.rstrip() + ",grams_each,per,fixed\n"

    taken = read(
        "o-1,1,HAM,2,15.80,EUR,c-7,600,,\n",
        "o-1,2,FISH,1,1.20,EUR,c-7,300,100,Weighing\n",
        "o-1,3,LAMP,1,299.00,EUR,c-7,,,balance\n",
        header=header,
    )

    (order,) = taken.orders
    lines = [(one.sku, one.n, one.price, one.fixed, one.grams_each) for one in order.new.lines]
    assert lines == [
        (Sku("HAM"), 2, Price.of("15.80", "EUR", 1000), Fixing.WEIGHING, 600),
        (Sku("FISH"), 1, Price.of("1.20", "EUR", 100), Fixing.WEIGHING, 300),
        (Sku("LAMP"), 1, Price.of("299.00", "EUR"), Fixing.BALANCE, 0),
    ]
    assert [one.amount for one in order.new.lines] == [1896, 360, 29900]


def test_degrees_are_read_whatever_the_hosts_decimals_do() -> None:
    header = HEADER.rstrip() + ",latitude,longitude\n"

    with localcontext(Context(prec=3)):
        taken = read("o-1,1,LAMP,2,9.90,EUR,c-7,55.97521234,-3.1666149\n", header=header)

    destination = taken.orders[0].new.destination
    assert (destination.latitude_e6, destination.longitude_e6) == (55_975_212, -3_166_615)


@pytest.mark.parametrize(
    ("cells", "column", "reason"),
    (
        ("EUR,c-7,600,0,placing", "grams_each", "goes with an amount that is fixed at weighing"),
        ("EUR,c-7,,0,weighing", "grams_each", "goes with an amount that is fixed at weighing"),
        ("EUR,c-7,600,3,", "grams_each", "only goods by the piece are weighed so"),
        ("EUR,c-7,0,0,", "grams_each", "0 is not between 1 and 1000000000"),
        ("EUR,c-7,6.5,0,", "grams_each", "a whole number is wanted"),
        ("EUR,c-7,,0,later", "fixed", "one of placing, balance, weighing, delivery is wanted"),
        ("EUR,c-7,1000000000,0,", "grams_each", "2000000000 is not between 1 and 1000000000"),
    ),
)
def test_what_goes_not_with_goods_by_weight_is_a_finding(
    cells: str, column: str, reason: str
) -> None:
    header = HEADER.rstrip() + ",grams_each,scale,fixed\n"

    taken = read(f"o-1,1,HAM,2,15.80,{cells}\n", header=header)

    assert (only(taken).column, taken.orders) == (column, ())
    assert only(taken).reason.startswith(reason)


def test_rows_of_one_order_may_stand_apart_and_lines_number_themselves() -> None:
    header = "order,sku,quantity,price,currency,customer\n"

    taken = read("o-1,A,1,1,EUR,c\n", "o-2,B,1,1,EUR,c\n", "\n", "o-1,A,2,1,EUR,\n", header=header)

    assert ids(taken) == ["o-1", "o-2"]
    assert [(line.id, line.n) for line in taken.orders[0].new.lines] == [("1", 1), ("2", 2)]


@pytest.mark.feature("F002", "F003", "F032")
def test_orders_of_several_channels_come_in_one_file_and_keep_their_source() -> None:
    header = "order,sku,quantity,price,currency,customer,channel,shop,number\n"

    taken = read(
        "o-1,A,1,1,EUR,c,web,leith,7\n",
        "o-2,A,1,1,EUR,c,market,leith,7\n",
        "o-3,A,1,1,EUR,c,web,york,7\n",
        header=header,
    )

    assert taken.findings == ()
    assert [(o.new.channel, o.new.shop) for o in taken.orders] == [
        ("web", "leith"),
        ("market", "leith"),
        ("web", "york"),
    ]


def test_a_byte_order_mark_and_line_ends_of_every_kind_are_taken() -> None:
    text = "\ufeff" + (HEADER + GOOD).replace("\n", "\r\n") + OTHER

    for source in (text.encode(), io.BytesIO(text.encode()), text.splitlines(keepends=True), text):
        assert ids(orders(source)) == ["o-1", "o-2"]


def test_foreign_names_are_mapped_left_out_and_filled_in() -> None:
    columns = Columns(
        {"InvoiceNo": "order", "Code": "sku", "Note": "", "When": "placed_at"},
        {"currency": "GBP", "customer": "c-7"},
        "Europe/London",
    )

    taken = orders(
        'InvoiceNo,Code,quantity,price,Note,When\n17,A,1,2.50,"two\nlines",2026-07-01 12:00:00\n'
        "18,A,1,2.50,,2026-01-01 12:00:00\n",
        columns,
    )

    assert [(order.id, order.placed_at) for order in taken.orders] == [
        ("17", datetime(2026, 7, 1, 11, tzinfo=UTC)),
        ("18", datetime(2026, 1, 1, 12, tzinfo=UTC)),
    ]


def test_what_is_said_of_an_order_may_stand_in_a_file_of_heads() -> None:
    lines = "order,sku,quantity,price\no-1,A,1,2.50\no-2,A,1,2.50\no-4,A,1,1\n"
    heads = "order,currency,customer\no-1,EUR,c-7\no-2,EURO,c-8\no-3,EUR,c-9\n"

    taken = orders(lines, heads=heads)

    assert ids(taken) == ["o-1"]
    found = [(one.row, one.column) for one in taken.findings]
    assert found == [
        *((3, "heads.currency"), (4, "currency"), (4, "customer"), (4, "order"), (4, "order")),
    ]


# --- what is wrong --------------------------------------------------------------------------------


@pytest.mark.feature("F014", "F015", "F021", "F022")
def test_a_bad_row_is_a_finding_and_leaves_out_its_whole_order_and_no_other() -> None:
    taken = read(GOOD, OTHER, "o-1,2,BRASS-LAMP,NaN,9.90,EUR,c-7\n")

    assert ids(taken) == ["o-2"]
    assert only(taken) == Finding(4, "quantity", "a plain decimal number is wanted")


@pytest.mark.feature("F014", "F021")
@pytest.mark.parametrize(
    ("row", "column", "reason"),
    (
        ("o-1,1,A,NaN,1,EUR,c\n", "quantity", "a plain decimal number is wanted"),
        ("o-1,1,A,-1,1,EUR,c\n", "quantity", "-1 is not between 1 and 1000000000"),
        ("o-1,1,A,0,1,EUR,c\n", "quantity", "0 is not between 1 and 1000000000"),
        ("o-1,1,A,1.5,1,EUR,c\n", "quantity", "1.5 is finer than the unit of A"),
        ("o-1,1,A,True,1,EUR,c\n", "quantity", "a plain decimal number is wanted"),
        ("o-1,1,A,１２,1,EUR,c\n", "quantity", "a plain decimal number is wanted"),
        (f"o-1,1,A,{'9' * 5000},1,EUR,c\n", "quantity", "a plain decimal number is wanted"),
        ("o-1,1,A,,1,EUR,c\n", "quantity", "must not be empty"),
        ("o-1,1,A,1,-1,EUR,c\n", "price", "must not be negative"),
        ("o-1,1,A,1,1e5,EUR,c\n", "price", "a plain decimal number is wanted"),
        ("o-1,1,A,1,1,EURO,c\n", "currency", "EURO is not a currency of ISO 4217"),
        ("o-1,1,A,1,1,,c\n", "currency", "must not be empty"),
        ("o-1,1,A,1,1,EUR,\n", "customer", "must not be empty"),
        ("o-1,1,A,1,1,EUR, c\n", "customer", "begins or ends with a space"),
        ("o-1,1,A\u200b,1,1,EUR,c\n", "sku", "has a character that cannot be seen"),
        ("o-1,1,A\x00,1,1,EUR,c\n", "sku", "has a character that cannot be seen"),
        ("o-1,1,,1,1,EUR,c\n", "sku", "must not be empty"),
        (",1,A,1,1,EUR,c\n", "order", "must not be empty"),
        (f"{'o' * 201},1,A,1,1,EUR,c\n", "order", "longer than 200 characters"),
        ("o-1,1,A,1,1,EUR\n", "", "has 6 cells where the header has 7"),
        ('o-1,1,"A"B,1,1,EUR,c\n', "", "cannot be read: ',' expected after '\"'"),
        ('o-1,1,"A,1,1,EUR,c\n', "", "cannot be read: unexpected end of data"),
        (
            f"o-1,1,{'A' * 140_000},1,1,EUR,c\n",
            "",
            "cannot be read: field larger than field limit (131072)",
        ),
    ),
)
def test_each_bad_cell_is_one_finding_with_its_row_and_column(
    row: str, column: str, reason: str
) -> None:
    taken = read(OTHER, row, OTHER.replace("o-2", "o-3"))

    assert ids(taken) == ["o-2", "o-3"]
    assert only(taken) == Finding(3, column, reason)


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    (
        ("placed_at", "2026-01-31T09:30:00", "the time has no time zone"),
        ("placed_at", "31.1.2026", "a time such as 2026-01-31T09:30:00+01:00 is wanted"),
        ("placed_at", "9999-12-31T23:59:59-12:00", "the time is out of range"),
        ("placed_at", "0201-01-31T09:30:00Z", "is not between 1900 and 2199"),
        ("cash_on_delivery", "maybe", "yes or no is wanted"),
        ("priority", "1.5", "a whole number is wanted"),
        ("latitude", "91", "is not between -90 and 90 degrees"),
        ("freight", "-1", "-100 is not between 0 and 1000000000000000"),
        ("freight", "0.001", "0.001 is finer than the smallest coin of EUR"),
        ("discount", "20.00", "is more than the line costs"),
        ("tax", "much", "a plain decimal number is wanted"),
        ("scale", "10", "10 is not between 0 and 9"),
    ),
)
def test_optional_cells_are_checked_too(column: str, cell: str, reason: str) -> None:
    header = HEADER.replace("\n", f",{column}\n")

    taken = read(GOOD.replace("\n", f",{cell}\n"), header=header)

    assert ids(taken) == []
    assert only(taken) == Finding(2, column, reason)


def test_a_latitude_alone_is_a_finding() -> None:
    taken = read(GOOD.replace("\n", ",55.9\n"), header=HEADER.replace("\n", ",latitude\n"))

    assert only(taken).reason == "latitude and longitude go together"


def test_a_line_that_comes_twice_is_a_finding() -> None:
    assert only(read(GOOD, GOOD)) == Finding(3, "line", "1 comes twice")


def test_an_order_in_two_currencies_is_a_finding() -> None:
    finding = only(read(GOOD, "o-1,2,OAK-CHAIR,1,49.00,USD,c-7\n"))

    assert finding == Finding(3, "currency", "row 2 of this order says EUR")


def test_a_sku_that_is_counted_in_two_ways_is_a_finding() -> None:
    header = HEADER.replace("\n", ",unit\n")

    taken = read("o-1,1,A,1,1,EUR,c,\n", "o-2,1,A,1,1,EUR,c,kg\n", header=header)

    assert ids(taken) == ["o-1"]
    assert only(taken) == Finding(3, "sku", "row 2 says otherwise what a unit of it is")


def test_a_number_that_comes_twice_in_a_shop_is_a_finding() -> None:
    header = HEADER.replace("\n", ",channel,number\n")

    taken = read("o-1,1,A,1,1,EUR,c,web,7\n", "o-2,1,A,1,1,EUR,c,web,7\n", header=header)

    assert ids(taken) == ["o-1"]
    assert only(taken) == Finding(3, "number", "7 is the number of order o-1")


def test_every_reason_against_a_row_is_found_at_once() -> None:
    taken = read("o-1,1,A,NaN,-,EURO, \n")

    assert {one.column for one in taken.findings} == {"quantity", "price", "currency", "customer"}


@pytest.mark.parametrize("order", ("first", "last"))
def test_a_broken_quote_costs_its_own_line_and_its_order(order: str) -> None:
    broken = 'o-9,1,"LAMP,2,9.90,EUR,c-7\n'
    rest = "o-9,2,LAMP,1,9.90,EUR,c-7\n"

    taken = read(*((broken, rest) if order == "first" else (rest, broken)), GOOD, OTHER)

    assert ids(taken) == ["o-1", "o-2"]
    assert only(taken).reason == "cannot be read: unexpected end of data"


def test_a_quoted_line_end_in_a_sku_swallows_no_row() -> None:
    taken = read('o-9,1,"LAMP\n', GOOD, 'o-9,2,x",1,1,EUR,c\n', OTHER)

    assert ids(taken) == ["o-1", "o-2"]


def test_bytes_that_are_no_utf_8_are_a_finding_in_their_cell() -> None:
    taken = orders((HEADER + GOOD).encode() + b"o-3,1,L\xc4MP,1,1,EUR,c\n" + OTHER.encode())

    assert ids(taken) == ["o-1", "o-2"]
    assert only(taken) == Finding(3, "sku", "is not UTF-8")


# --- the header -----------------------------------------------------------------------------------


@pytest.mark.feature("F016")
@pytest.mark.parametrize(
    ("header", "column", "part"),
    (
        (HEADER.replace("line", "lime"), "lime", "is not a column"),
        (HEADER.replace("line", "sku"), "sku", "is the same column as sku"),
        (HEADER.replace("line", ""), "", "is not a column"),
        (HEADER.replace("price", "per"), "price", "this column is missing"),
    ),
)
def test_a_wrong_header_stops_the_file(header: str, column: str, part: str) -> None:
    taken = read(GOOD, header=header)

    assert ids(taken) == []
    finding = only(taken)
    assert (finding.row, finding.column) == (1, column)
    assert part in finding.reason


@pytest.mark.parametrize(
    ("text", "part"),
    (
        ((HEADER + GOOD).replace(",", ";").encode(), "parted by semicolons"),
        ((HEADER + GOOD).replace(",", "\t").encode(), "parted by tabs"),
        ((HEADER + GOOD).encode("utf-16"), "is not UTF-8"),
        ((HEADER + GOOD).replace("\n", "\r").encode(), "a carriage return"),
    ),
)
def test_another_kind_of_file_is_one_finding(text: bytes, part: str) -> None:
    taken = orders(text)

    assert ids(taken) == []
    assert part in only(taken).reason


def test_a_column_like_one_of_ours_is_asked_after_and_the_list_comes_once() -> None:
    taken = orders("order,sku,Quantity,colour,memo\n")

    reasons = [one.reason for one in taken.findings]
    assert [reason.count("did you mean quantity?") for reason in reasons] == [1, 0, 0]
    assert [reason.count("there are:") for reason in reasons] == [0, 1, 0]


def test_an_empty_file_is_a_finding() -> None:
    assert orders(b"").findings == (Finding(1, "", "the file is empty"),)


def test_a_mapped_column_that_is_not_there_is_a_finding() -> None:
    assert only(read(GOOD, columns=Columns({"Price": "price"}))).column == "Price"


def test_a_mapping_to_no_column_of_ours_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(BadInput, match="there is no column prize"):
        read(GOOD, columns=Columns({"price": "prize"}))
    with pytest.raises(BadInput, match="there is no time zone"):
        read(GOOD, columns=Columns(zone="Leith/Shore"))


# --- stock ----------------------------------------------------------------------------------------


def test_stock_is_read_in_the_unit_of_the_orders() -> None:
    taken = stock(
        "sku,location,quantity,owner,lot,grade,latitude,longitude,priority\n"
        "TEA,leith,1.5,,L-1,,55.9752,-3.1666,1\n"
        "LAMP,york,0,our-friends,,second,,,\n",
        skus={"TEA": Sku("TEA", "kg", 3, 1000)},
    )

    assert taken.findings == ()
    assert [(row.position, row.n) for row in taken.stock] == [
        (Position("TEA", "leith", "", "L-1"), 1500),
        (Position("LAMP", "york", "our-friends", "", "second"), 0),
    ]
    leith, york = taken.locations
    assert (leith.id, leith.priority, leith.latitude_e6) == ("leith", 1, 55_975_200)
    assert (york.id, york.latitude_e6) == ("york", None)


@pytest.mark.feature("F021")
def test_a_bad_stock_row_is_a_finding_and_the_others_go_on() -> None:
    taken = stock(
        "sku,location,quantity,priority\nA,leith,1,\nA,,1,\nA,leith,2,\nB,leith,1.5,\nC,york,-1,\n"
        "C,leith,1,7\nD,york,1,\n"
    )

    assert [row.position.sku for row in taken.stock] == ["A", "D"]
    assert [(one.row, one.column) for one in taken.findings] == [
        (3, "location"),
        (4, "sku"),
        (5, "quantity"),
        (6, "quantity"),
        (7, "location"),
    ]


def test_stock_without_a_location_column_is_stopped() -> None:
    taken = stock("sku,quantity\nA,1\n")

    assert taken.stock == ()
    assert [(one.row, one.column) for one in taken.findings] == [(1, "location")]


# --- whatever comes -------------------------------------------------------------------------------

CELLS = st.sampled_from(
    ["o-1", "o-2", "1", "2.5", "-1", "NaN", "EUR", "USD", "c", "", " ", '"', '"a', "a\n", "\x00"]
)


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything(data: bytes) -> None:
    assert orders(data).findings
    assert stock(data).findings


@given(st.lists(st.lists(CELLS, min_size=5, max_size=8), max_size=12), st.booleans())
def test_no_rows_raise_anything_and_nothing_is_half_taken(
    rows: list[list[str]], quoted: bool
) -> None:
    if quoted:
        out = io.StringIO()
        csv.writer(out).writerows(rows)
        body = out.getvalue()
    else:
        body = "".join(",".join(row) + "\n" for row in rows)

    taken = orders((HEADER + body).encode())

    for order in taken.orders:
        assert len(order.new.lines) == sum(row[0] == order.id for row in rows if row)


@given(st.binary(max_size=60), st.integers(0, 200))
def test_a_good_file_with_a_few_bytes_broken_gives_findings_only(noise: bytes, at: int) -> None:
    data = (HEADER + GOOD + OTHER).encode()

    taken = orders(data[:at] + noise + data[at:])

    assert len(taken.orders) + len(taken.findings) >= 1
    assert all(order.new.lines for order in taken.orders)


# --- real files, where they are here --------------------------------------------------------------

SHARED = Path(os.environ.get("ORDERFLOW_DATA", "../shared/data"))


if SHARED.exists():  # it is no part of the project, and may not be here

    def test_a_year_of_a_gift_wholesaler_is_taken_to_the_penny() -> None:
        columns = Columns(
            {
                "InvoiceNo": "order",
                "StockCode": "sku",
                "Description": "",
                "Quantity": "quantity",
                "InvoiceDate": "placed_at",
                "UnitPrice": "price",
                "CustomerID": "customer",
                "Country": "region",
            },
            {"currency": "GBP"},
            "Europe/London",
        )
        source = SHARED / "uci_online_retail" / "demo_customers_mod25_eq21.csv"

        taken = orders(source.read_bytes(), columns)

        sales = sum(line.price.times(line.n) for order in taken.orders for line in order.new.lines)
        assert (taken.rows, len(taken.orders), len(taken.findings)) == (24_263, 831, 425)
        assert {one.column for one in taken.findings} == {"quantity"}
        assert Money(sales, "GBP") == Money.of("847292.00", "GBP")
