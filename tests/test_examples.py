"""The examples run, and end as they say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from examples import custom_shop, existing_erp, own_process

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
