from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tools import features
from tools.features import Mark, Row, Wrong

TABLE = """\
# Features

## A. Intake

| id | what | side |
|---|---|---|
| F001 | Orders come in by phone | |
| F002 | Staff rosters | host |

## B. Review

| id | what | side |
|---|---|---|
| F003 | Prices agree | |
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "docs/reference").mkdir(parents=True)
    (tmp_path / "docs/reference/features.md").write_text(TABLE, encoding="utf-8")
    (tmp_path / "tests/stories").mkdir(parents=True)
    return tmp_path


def marks_of(source: str) -> list[Mark]:
    return list(features.read_marks(textwrap.dedent(source), "tests/test_lamp.py"))


def ids_of(source: str) -> list[str]:
    return [mark.id for mark in marks_of(source)]


def test_the_table_gives_its_rows_in_order_with_group_and_side() -> None:
    rows = features.read_table(TABLE)

    assert rows == (
        Row("F001", "Orders come in by phone", "A. Intake"),
        Row("F002", "Staff rosters", "A. Intake", host=True),
        Row("F003", "Prices agree", "B. Review"),
    )


def test_the_projects_own_table_has_every_id_once_and_in_order() -> None:
    rows = features.read_table((features.ROOT / features.TABLE).read_text(encoding="utf-8"))

    assert [row.id for row in rows] == [f"F{number:03}" for number in range(1, 346)]
    assert len({row.group for row in rows}) == 16


@pytest.mark.parametrize(
    ("table", "complaint"),
    (
        ("## A\n| F001 | one | |\n| F001 | again | |\n", "features.md:3: F001 is there twice"),
        ("## A\n| F001 | one\n", "features.md:2: not a row"),
        ("## A\n| F001 | one | guest |\n", "features.md:2: not a row"),
        ("| F001 | one | |\n", "features.md:1: F001 stands in no group"),
    ),
)
def test_a_table_that_cannot_be_read_is_an_error_with_its_line(table: str, complaint: str) -> None:
    with pytest.raises(Wrong, match=complaint):
        features.read_table(table)


def test_a_mark_on_a_test_names_all_its_features() -> None:
    marks = marks_of("""
        @pytest.mark.feature("F001", "F003")
        def test_a_lamp_is_ordered(): ...
    """)

    test = "tests/test_lamp.py::test_a_lamp_is_ordered"
    assert marks == [Mark("F001", test), Mark("F003", test)]


def test_marks_of_class_and_module_count_for_each_test_in_them() -> None:
    marks = marks_of("""
        pytestmark = [pytest.mark.feature("F001")]

        @pytest.mark.feature("F002")
        class TestLamps:
            pytestmark = pytest.mark.feature("F003")

            async def test_a_lamp_is_lit(self): ...
    """)

    test = "tests/test_lamp.py::TestLamps::test_a_lamp_is_lit"
    assert marks == [Mark("F001", test), Mark("F002", test), Mark("F003", test)]


def test_a_mark_of_a_module_without_tests_counts_for_nothing() -> None:
    assert ids_of('pytestmark = pytest.mark.feature("F001")') == []


def test_a_mark_on_a_parameter_counts_unless_that_parameter_is_skipped() -> None:
    ids = ids_of("""
        @pytest.mark.parametrize("n", [
            1,
            pytest.param(2, marks=pytest.mark.feature("F001")),
            pytest.param(3, marks=[pytest.mark.feature("F002"), pytest.mark.skip]),
        ])
        def test_lamps_are_counted(n): ...
    """)

    assert ids == ["F001"]


def test_a_helper_that_is_no_test_shows_nothing() -> None:
    assert ids_of('@pytest.mark.feature("F001")\ndef lamp(): ...') == []


@pytest.mark.parametrize(
    "decorator",
    (
        "@pytest.mark.skip",
        '@pytest.mark.skip(reason="later")',
        '@pytest.mark.skipif(True, reason="later")',
        '@unittest.skip("later")',
        "@pytest.mark.xfail",
        '@pytest.mark.xfail(reason="not yet")',
    ),
)
def test_a_test_that_never_runs_shows_nothing(decorator: str) -> None:
    test = '@pytest.mark.feature("F001")\ndef test_a_lamp(): ...\n'

    assert ids_of(f"{decorator}\n{test}") == []


@pytest.mark.parametrize(
    "source",
    (
        'pytestmark = pytest.mark.skip\n@pytest.mark.feature("F001")\ndef test_a_lamp(): ...',
        'pytest.skip(allow_module_level=True)\n@pytest.mark.feature("F001")\ndef test_a(): ...',
        '@pytest.mark.feature("F001")\ndef test_a_lamp():\n    pytest.skip("later")',
        '@pytest.mark.skip\nclass TestA:\n    @pytest.mark.feature("F001")\n    def test_b(s): ...',
    ),
)
def test_a_skip_of_module_class_or_body_takes_its_tests_out(source: str) -> None:
    assert ids_of(source) == []


@pytest.mark.parametrize(
    "source",
    (
        '@pytest.mark.skipif(NO_SERVER, reason="no server")\n{test}    pass',
        '@pytest.mark.xfail(WINDOWS, reason="slow")\n{test}    pass',
        '{test}    if NO_SERVER:\n        pytest.skip("no server")',
    ),
)
def test_a_test_that_is_skipped_on_a_condition_still_counts(source: str) -> None:
    test = '@pytest.mark.feature("F001")\ndef test_a_lamp():\n'

    assert ids_of(source.format(test=test)) == ["F001"]


@pytest.mark.parametrize("arguments", ("", "ID", "1"))
def test_an_id_that_is_not_written_out_is_an_error(arguments: str) -> None:
    with pytest.raises(Wrong, match=r"tests/test_lamp\.py:1: .*id"):
        marks_of(f"@pytest.mark.feature({arguments})\ndef test_a_lamp(): ...")


def test_the_report_lists_each_group_and_ends_with_the_sum(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "tests/stories/test_lamp.py").write_text(
        '@pytest.mark.feature("F001")\ndef test_a_lamp(): ...\n', encoding="utf-8"
    )

    status = features.main(project)

    assert status == 0
    assert capsys.readouterr().out.splitlines() == [
        "A. Intake: 1 of 2",
        "  covered  F001  Orders come in by phone",
        "                tests/stories/test_lamp.py::test_a_lamp",
        "  open     F002  Staff rosters (host)",
        "",
        "B. Review: 0 of 1",
        "  open     F003  Prices agree",
        "",
        "1 of 3 covered",
    ]


def test_an_unknown_feature_id_is_an_error(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "tests/test_lamp.py").write_text(
        '@pytest.mark.feature("F999")\ndef test_a_lamp(): ...\n', encoding="utf-8"
    )

    status = features.main(project)

    captured = capsys.readouterr()
    assert status == 1
    assert captured.out == ""
    assert "tests/test_lamp.py::test_a_lamp: no feature F999" in captured.err


def test_a_missing_table_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = features.main(tmp_path)

    assert status == 1
    assert "features.md" in capsys.readouterr().err
