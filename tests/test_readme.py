"""The README: its Python runs and prints what is shown, and what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import snippets

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"


def test_its_python_runs_as_it_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    snippets.run(README)

    assert (tmp_path / "shop.sqlite").exists()


def test_twenty_lines_are_about_twenty() -> None:
    (block,) = snippets.blocks(README.read_text(encoding="utf-8"))

    assert len([line for line in block.code.splitlines() if line]) <= 25


def test_the_second_run_is_refused_as_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orderflow import MoveRefused

    monkeypatch.chdir(tmp_path)
    snippets.run(README)

    with pytest.raises(MoveRefused, match="order o-17 is there already"):
        snippets.run(README)


def test_the_make_targets_that_documents_name_are_there() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for page in (README, ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        named = re.findall(r"(?:^|`)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(named) <= targets, page.name


def test_the_command_line_has_the_commands_and_options_that_it_names() -> None:
    from orderflow.cli import app

    named = re.findall(r"^python -m orderflow (\w+)(.*?)(?:#|$)", README.read_text(), re.MULTILINE)

    assert list(dict(named)) == ["demo", "run", "check", "chart", "simulate"]
    for command, arguments in named:
        app.parse_args([command, *arguments.split()], exit_on_error=False, print_error=False)


def test_no_document_says_to_install_what_belongs_to_somebody_else() -> None:
    for page in (README, ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")):
        for named in re.findall(r"pip install (?:-\S+ )*['\"]?([\w-]+)", page.read_text("utf-8")):
            assert named == "orderflow-oms", page.name
