"""The examples run, and end as they say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from examples import allocation_study, custom_shop, existing_erp, own_process

ROOT = Path(__file__).resolve().parent.parent


DAY = """\
o-4 waits for 3 lamps
o-1 keeps 49.90 EUR
no: a unit of line 1 of order o-2 is delivered: cannot cancel (can: ask return, report missing)
order o-3: the order was not paid in time: it ends, and its stock is free again
order o-1: the receipt was confirmed, or nobody complained in time: the order is completed
order o-2: the receipt was confirmed, or nobody complained in time: the order is completed
o-1: partly returned
o-2: completed
o-3: cancelled
o-4: waiting for stock
all laws hold
"""


def test_a_small_shops_day_ends_lawfully_and_may_be_run_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    custom_shop.main(tmp_path / "shop.sqlite")
    first = capsys.readouterr().out
    custom_shop.main(tmp_path / "shop.sqlite")
    second = capsys.readouterr().out

    assert first == DAY
    assert second == "".join(
        line for line in DAY.splitlines(keepends=True) if not line.startswith("order ")
    )


def test_an_erp_mirrors_orders_into_its_own_table(capsys: pytest.CaptureFixture[str]) -> None:
    existing_erp.main()

    placed, shipped, again = capsys.readouterr().out.splitlines()
    assert placed == "2 awaiting payment"
    assert shipped.startswith("1 {'customer': 'c-7', 'status': 'shipped', 'status_zh': '已发货'")
    assert again == "0 {'p-100/book': 'VAN-0001'}"


ENGRAVED = """\
5 picked
2 engraving, 3 check
no: order o-1: picked units must pass check first
no: put it on the scales first (weighed)
2 shipped, 3 packed
"""


@pytest.mark.feature("F089", "F090")
def test_an_engraver_keeps_its_process_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    own_process.main()

    assert capsys.readouterr().out == ENGRAVED


TABLES = {
    "stores.csv": """\
store_id,store_name,latitude,longitude
1,Online,,
2,Boston,42.36,-71.06
3,Chicago,41.88,-87.64
4,London,51.52,-0.09
""",
    "inventory.csv": """\
product_id,store_id,product_inventory
1,2,2
2,3,4
1,4,2
2,4,4
1,3,2
""",
    "products.csv": """\
product_id,product_name,unit_price
1,Boy's Coat (Brown),21.16
2,Women's Socks (Grey),9.89
""",
    "orders.csv": """\
order_id,order_tms,customer_id,store_id,order_status
1,2021-02-04 13:20:22,3,1,COMPLETE
2,2021-02-04 14:20:22,3,1,CANCELLED
3,2021-02-04 15:20:22,4,1,COMPLETE
""",
    "order_items.csv": """\
order_id,line_item_id,product_id,unit_price,quantity,shipment_id
1,1,1,21.16,2,1
1,2,2,9.89,3,1
2,1,1,21.16,2,
3,1,1,21.16,1,2
""",
    "shipments.csv": """\
shipment_id,store_id,customer_id,delivery_address,shipment_status
1,1,3,"Spencer, MA 01562 USA",DELIVERED
2,1,4,"Bath, ME 04530 USA",DELIVERED
""",
}

STUDY = """\
2 orders with an address, 3 stores
                        money  parcels   days   late  left  proved
nearest first           29.00        3    2.0      0     0       1
fewest shipments        26.50        2    2.0      0     0       2
cheapest                26.50        2    2.0      0     0       2
default                 26.50        2    2.0      0     0       2
"""


def test_policies_are_compared_on_the_same_orders(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, table in TABLES.items():
        (tmp_path / name).write_text(table, encoding="utf-8")

    allocation_study.main(tmp_path, tmp_path / "study.svg")
    studied = capsys.readouterr().out
    allocation_study.main(None)

    assert studied == STUDY
    picture = ElementTree.parse(tmp_path / "study.svg").getroot()  # noqa: S314 - our own
    bars = [one.get("aria-label") for one in picture.iter("{http://www.w3.org/2000/svg}svg")]
    assert [one for one in bars if one][1:3] == [
        "parcels",
        "days until the last parcel is there, all orders",
    ]
    assert "https://github.com/oracle-samples" in capsys.readouterr().out


def test_a_study_without_its_tables_says_which_are_missing(tmp_path: Path) -> None:
    (tmp_path / "stores.csv").touch()

    with pytest.raises(SystemExit, match=r"has no inventory.csv, products.csv, orders.csv, "):
        allocation_study.main(tmp_path)


def test_the_tests_offline_pass() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "examples/offline_test.py",
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
