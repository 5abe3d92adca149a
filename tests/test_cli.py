"""The command line: what it prints, what it writes and how it ends."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from orderflow import Position, Workflow
from orderflow.adapters.sqlite import SqliteStore
from orderflow.cli import run
from orderflow.reporting import chart_data, draw_chart, mermaid
from orderflow.states import CHARTS, ORDER

ORDERS = (
    "order,line,sku,quantity,price,currency,customer\n"
    "o-1,1,LAMP,2,9.90,EUR,c-7\n"
    "o-2,1,LAMP,x,9.90,EUR,c-7\n"
    "o-3,1,LAMP,1,9.90,EUR,c-[bold]8\n"
)
STOCK = "sku,location,quantity\nLAMP,leith,12\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "orders.csv").write_text(ORDERS)
    (tmp_path / "stock.csv").write_text(STOCK)
    return tmp_path


def on(files: Path, *more: str) -> list[str]:
    return ["run", str(files / "orders.csv"), "--stock", str(files / "stock.csv"), *more]


# --- demo and check -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    db = folder / "demo.sqlite"
    report = folder / "report.html"

    status = run(["demo", "--scale", "0.0001", "--db", str(db), "--report", str(report)])

    assert status == 0
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")
    return db


def test_a_demo_leaves_a_database_on_which_all_laws_hold(
    demo_db: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(["check", "--db", str(demo_db)])

    out = capsys.readouterr().out
    assert status == 0
    assert out.splitlines()[-1] == "all laws hold"
    for law in ("units", "goods", "claims", "money", "journal"):
        assert law in out


def test_check_prints_json(demo_db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["check", "--db", str(demo_db), "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["all_laws_hold"] is True


def test_a_broken_law_is_told_and_is_exit_status_1(
    demo_db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.sqlite"
    shutil.copy(demo_db, broken)
    db = sqlite3.connect(broken)
    db.execute("update counter set there = there + 1 where sku = 'part-1'")
    db.commit()
    db.close()

    status = run(["check", "--db", str(broken)])

    out = capsys.readouterr().out
    assert status == 1
    assert "BROKEN" in out
    assert out.splitlines()[-1] == "a law is broken"


def test_check_looks_at_every_tenant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "two.sqlite"
    shelf = Position("BRASS-LAMP", "leith")
    with SqliteStore(file) as store:
        Workflow(store).receive(shelf, 5)
        Workflow(store, tenant="north").receive(shelf, 3)
    assert run(["check", "--db", str(file)]) == 0
    assert "goods of north" in capsys.readouterr().out
    with closing(sqlite3.connect(file)) as db:
        db.execute("update counter set there = 99 where tenant = 'north'")
        db.commit()

    assert run(["check", "--db", str(file)]) == 1

    assert "goods of north: BRASS-LAMP at leith: 99 there, 3 by the journal" in (
        capsys.readouterr().out
    )


def test_a_demo_replaces_an_earlier_demo_and_prints_json(
    demo_db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = tmp_path / "demo.sqlite"
    shutil.copy(demo_db, db)

    status = run(["demo", "--scale", "0.0001", "--db", str(db), "--seed", "3", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert status == 0
    assert told["all_laws_hold"] is True
    assert told["orders"] == 150
    assert told["missed"] == []
    assert set(told["refusals"]) >= {"short", "illegal_move", "window_closed", "over_refund"}
    assert told["pace"]["orders_a_second"] > 0


def test_a_demo_that_cannot_start_leaves_the_earlier_one(demo_db: Path, tmp_path: Path) -> None:
    db = tmp_path / "demo.sqlite"
    shutil.copy(demo_db, db)
    before = db.read_bytes()

    assert run(["demo", "--scale", "5", "--db", str(db)]) == 2

    assert db.read_bytes() == before


def test_check_takes_the_database_by_its_place_too(demo_db: Path) -> None:
    assert run(["check", str(demo_db)]) == 0


def test_what_is_stopped_ends_in_a_sentence(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("orderflow.demo.run_files", stop)

    assert run(on(files)) == 130

    assert "stopped" in capsys.readouterr().err


def test_a_demo_leaves_other_files_alone(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = files / "shop.sqlite"
    assert run(on(files, "--db", str(db))) == 0
    before = db.read_bytes()

    for other in (db, files / "orders.csv", files):
        assert run(["demo", "--db", str(other)]) == 2
        assert "no earlier demo" in capsys.readouterr().err
    assert db.read_bytes() == before


# --- files of one's own ---------------------------------------------------------------------------


@pytest.mark.feature("F021")
def test_bad_rows_are_told_and_good_orders_go_on(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    db = files / "shop.sqlite"

    status = run(on(files, "--db", str(db)))

    out = capsys.readouterr().out
    assert status == 0
    assert "a plain decimal number is wanted" in out
    assert "2 orders taken from 3 rows, 1 left out" in out
    assert "promised day" not in out
    assert out.splitlines()[-1] == "all laws hold"
    assert run(["check", "--db", str(db)]) == 0


def test_without_a_database_nothing_is_kept(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(on(files, "--json")) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["orders_by_headline"] == {"received": 2}
    assert told["findings"] == [
        {"row": 3, "column": "quantity", "reason": "a plain decimal number is wanted"}
    ]
    assert sorted(path.name for path in files.iterdir()) == ["orders.csv", "stock.csv"]


def test_a_file_with_no_good_order_is_exit_status_2(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "orders.csv").write_bytes(b'\x00\xff"\n"')

    assert run(on(files)) == 2

    assert "findings" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", ("orders.csv", "stock.csv"))
def test_a_file_that_cannot_be_taken_leaves_no_database(
    files: Path, wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    db, report = files / "shop.sqlite", files / "report.html"
    file = files / wrong
    file.write_text(file.read_text().replace("quantity", "quantitty"))

    assert run(on(files, "--db", str(db), "--report", str(report))) == 2

    said = capsys.readouterr()
    assert "did you mean quantity?" in " ".join(said.out.split())
    assert "laws" not in said.out
    assert f"nothing could be taken from {file}; nothing was written" in said.err
    assert not db.exists()
    assert not report.exists()


def test_nothing_taken_is_told_as_json(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "orders.csv").write_text("")

    assert run(on(files, "--json")) == 2

    assert json.loads(capsys.readouterr().out) == {
        "findings": [{"row": 1, "column": "", "reason": "the file is empty"}]
    }


def test_an_earlier_report_is_replaced(files: Path) -> None:
    report = files / "report.html"

    assert run(on(files, "--report", str(report))) == 0
    assert run(on(files, "--report", str(report))) == 0


def test_foreign_columns_are_mapped_on_the_command_line(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "orders.csv").write_text("No,Item,quantity,price,Memo\n17,LAMP,1,2.50,hello\n")
    (files / "heads.csv").write_text("No,customer,When\n17,c-7,2026-01-31 09:30:00\n")
    (files / "stock.csv").write_text("Item,Shop,quantity\nLAMP,leith,1\n")
    maps = ("No=order", "Item=sku", "Memo=", "When=placed_at")

    status = run(
        on(
            files,
            *(part for one in maps for part in ("--map", one)),
            *("--set", "currency=GBP", "--zone", "Europe/London"),
            *("--heads", str(files / "heads.csv")),
            *("--stock-map", "Item=sku", "--stock-map", "Shop=location", "--json"),
        )
    )

    told = json.loads(capsys.readouterr().out)
    assert (status, told["findings"], told["orders"]) == (0, [], 1)
    assert told["money"]["GBP"]["captured"] == 250


# --- what cannot be done --------------------------------------------------------------------------


def test_what_is_in_the_way_is_said_in_a_sentence(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty, other = files / "empty.sqlite", files / "other.sqlite"
    empty.touch()
    sqlite3.connect(other).execute("create table t (x)").connection.close()
    there = str(files / "stock.csv")
    for tokens, sentence in (
        (["check", "--db", str(files / "none.sqlite")], "there is no file"),
        (["check", "--db", str(files)], "is a folder"),
        (["check", "--db", str(files / "orders.csv")], "is no database of orderflow"),
        (["check", "--db", str(empty)], "is no database of orderflow"),
        (["check", "--db", str(other)], "is no database of orderflow"),
        (["demo", "--db", str(files / "d.sqlite"), "--scale", "nan"], "scale: a number above 0"),
        (["run", str(files / "none.csv"), "--stock", there], "No such file"),
        (["run", str(files), "--stock", there], "Is a directory"),
        (on(files, "--db", there), "is there already"),
        (on(files, "--map", "price"), "NAME=VALUE is wanted"),
        (on(files, "--map", "price=prize"), "there is no column prize"),
        (on(files, "--set", "currency=EUR", "--set", "currency=USD"), "comes twice"),
        (on(files, "--zone", "Leith/Shore"), "there is no time zone"),
        (on(files, "--report", str(files / "no" / "report.html")), "there is no folder"),
        (on(files, "--db", str(files / "no" / "shop.sqlite")), "there is no folder"),
        (on(files, "--report", str(files)), "is a folder"),
        (on(files, "--report", str(files / "orders.csv")), "is no report"),
        (on(files, "--report", str(files / "x"), "--db", str(files / "x")), "is to be the data"),
    ):
        assert run(tokens) == 2, tokens
        said = capsys.readouterr()
        assert sentence in said.err
        assert said.out == ""
    assert empty.read_bytes() == b""


# --- chart ----------------------------------------------------------------------------------------


def test_a_chart_is_printed_as_mermaid_unless_another_form_is_asked_for(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["chart", "order"]) == 0

    out = capsys.readouterr().out
    assert out.startswith("stateDiagram-v2\n")
    assert "\n    [*] --> draft\n" in out
    assert "\n    draft --> placed: place [has_lines]\n" in out
    assert out == mermaid(ORDER)


def test_a_chart_is_printed_as_json_and_as_svg(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chart", "order", "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert run(["chart", "order", "--format", "svg"]) == 0
    drawn = capsys.readouterr().out

    assert told == chart_data(ORDER)
    assert drawn.startswith('<svg xmlns="http://www.w3.org/2000/svg" ')
    assert drawn.replace("\n", "").split(">", 1)[1] == str(draw_chart(ORDER)).split(">", 1)[1]


@pytest.mark.parametrize(
    "tokens", (["stock hold"], ["stock-hold"], ["stock", "hold"], ["Stock_Hold"])
)
def test_a_name_of_several_words_may_be_typed_in_any_way(
    tokens: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["chart", *tokens, "--format", "json"]) == 0

    assert json.loads(capsys.readouterr().out)["name"] == "stock hold"


def test_without_a_name_the_charts_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["chart"]) == 0

    assert capsys.readouterr().out.splitlines() == list(CHARTS)


def test_an_unknown_chart_is_a_sentence_and_exit_status_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["chart", "flight"]) == 2

    said = capsys.readouterr()
    assert said.out == ""
    assert (
        said.err == f"orderflow: chart: there is no chart flight; there are {', '.join(CHARTS)}\n"
    )


def test_a_chart_needs_no_extra_but_the_command_line() -> None:
    code = (
        "import sys, runpy; "
        "sys.modules.update(dict.fromkeys(('jinja2', 'orjson', 'tpchgen_cli'))); "
        "sys.argv = ['orderflow', 'chart', 'order', '--format', 'svg']; "
        "runpy.run_module('orderflow', run_name='__main__')"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("</svg>\n")


@pytest.mark.parametrize(
    "tokens",
    (["fly"], ["run"], ["demo", "--scale", "much"], ["chart", "order", "--format", "png"]),
)
def test_a_wrong_command_line_is_exit_status_2(tokens: list[str]) -> None:
    assert run(tokens) == 2


def test_without_the_extra_a_sentence_says_what_to_install() -> None:
    code = (
        "import sys, runpy; sys.modules['cyclopts'] = None; sys.argv = ['orderflow']; "
        "runpy.run_module('orderflow', run_name='__main__')"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=os.environ
    )

    assert done.returncode == 2
    assert done.stderr.strip() == (
        "orderflow: the command line needs cyclopts and rich: pip install 'orderflow-oms[cli]'"
    )


# --- repairs ------------------------------------------------------------------------------------


@pytest.fixture
def drifted(tmp_path: Path) -> Path:
    """A database of two tenants, each with a drift."""
    file = tmp_path / "two.sqlite"
    shelf = Position("BRASS-LAMP", "leith")
    with SqliteStore(file) as store:
        Workflow(store).receive(shelf, 5)
        Workflow(store, tenant="north").receive(shelf, 3)
    with closing(sqlite3.connect(file)) as db:
        db.execute("update counter set there = 99")
        db.commit()
    return file


def test_a_plan_of_repairs_is_printed_and_nothing_is_changed(
    drifted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "--db", str(drifted), "--repair"]) == 1
    assert run(["check", "--db", str(drifted), "--repair"]) == 1

    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [
        "wrong there: what is there of BRASS-LAMP at leith: kept is 99, should be 5",
        "north: wrong there: what is there of BRASS-LAMP at leith: kept is 99, should be 3",
        "2 repairs would mend it; nothing was changed",
    ]


def test_repairs_are_made_when_that_is_said(
    drifted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "--db", str(drifted), "--repair", "--yes"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 repairs were made"

    assert run(["check", "--db", str(drifted), "--repair"]) == 0
    assert capsys.readouterr().out == "nothing differs from the journal\n"
    assert run(["check", "--db", str(drifted)]) == 0


def test_a_plan_of_repairs_is_printed_as_json(
    drifted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "--db", str(drifted), "--repair", "--json"]) == 1

    told = json.loads(capsys.readouterr().out)
    assert told["carried_out"] is False
    assert told["plans"][1] == {
        "tenant": "north",
        "drifts": [
            {
                "kind": "wrong there",
                "what": "what is there of BRASS-LAMP at leith",
                "kept": "99",
                "should": "3",
            }
        ],
        "damage": [],
        "left_alone": [],
    }


def test_a_damaged_journal_is_told_and_stays_exit_status_1(
    drifted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(drifted)) as db:
        db.execute("delete from entry where tenant = ''")
        db.commit()

    assert run(["check", "--db", str(drifted), "--repair", "--yes"]) == 1

    out = capsys.readouterr().out
    assert "the journal is damaged: entries 1 to 1 are lost" in out
    assert "left alone: every document, and both books" in out


def test_a_plan_that_leaves_everything_alone_does_not_say_that_nothing_differs(
    drifted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(drifted)) as db:
        db.execute("update entry set facts = 'nonsense'")
        db.commit()

    assert run(["check", "--db", str(drifted), "--repair"]) == 1

    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "nothing that was looked at differs from the journal"


@pytest.mark.parametrize(
    ("spoil", "what"),
    (
        ("update entry set facts = 'nonsense'", "entry 1.facts: "),
        ("update entry set at = 1 << 62", "entry 1.at: no date is "),
    ),
)
def test_laws_that_cannot_be_checked_lead_to_what_hangs_on_it(
    drifted: Path, capsys: pytest.CaptureFixture[str], spoil: str, what: str
) -> None:
    with closing(sqlite3.connect(drifted)) as db:
        db.execute(spoil)
        db.commit()

    assert run(["check", "--db", str(drifted)]) == 2

    said = capsys.readouterr().err
    assert what in said
    assert "see what hangs on it with --repair" in said


def test_repairs_are_not_carried_out_by_half_a_word(
    drifted: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["check", "--db", str(drifted), "--yes"]) == 2

    assert "say --repair too" in capsys.readouterr().err
