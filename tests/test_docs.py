"""The documents: their Python runs and prints what is shown, their links lead somewhere."""

from __future__ import annotations

import ast
import importlib
import re
from inspect import isfunction
from pathlib import Path

import pytest

import orderflow
from orderflow import states, verbs
from orderflow.chart import Chart
from orderflow.journal import VERBS
from orderflow.ports import Store
from orderflow.sentences import SENTENCES
from tests import servers, snippets
from tools import reference

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
NAMES = [str(page.relative_to(DOCS)) for page in PAGES]
ELSEWHERE = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md"]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_the_python_of_a_page_runs_as_it_is_shown(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if "SHOP_DATABASE" in page.read_text(encoding="utf-8"):
        monkeypatch.setenv("SHOP_DATABASE", servers.url())

    snippets.run(page)


@pytest.mark.parametrize("page", (*PAGES, *ELSEWHERE), ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        name, _, heading = target.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), f"{page.name}: {target}"
        if heading:
            headings = re.findall(r"^#+ (.+)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
            assert heading in slugs, f"{page.name}: {target}"


def test_every_name_that_a_page_imports_is_a_verb_or_on_the_page_of_public_names() -> None:
    public = {(module, name) for module, names in reference.BESIDE.items() for name in names}
    public |= {("orderflow", name) for name in (*orderflow.__all__, "verbs")}
    public |= {("orderflow.verbs", name) for name in verbs.__all__}
    public |= {("orderflow.states", chart.name.upper()) for chart in states.CHARTS.values()}

    imported = {
        (node.module, one.name)
        for page in (*PAGES, ROOT / "README.md")
        for block in snippets.blocks(page.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(block.code))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("orderflow")
        for one in node.names
    }

    assert imported - public == set()


def test_whoever_makes_a_store_is_told_of_each_of_its_methods() -> None:
    page = (DOCS / "how-to/use-your-own-tables.md").read_text(encoding="utf-8")
    methods = {name for name, it in vars(Store).items() if isfunction(it) and name[0] != "_"}

    assert {name for name in methods if f"**`{name}(" not in page} == set()


def test_every_page_is_in_the_navigation() -> None:
    named = re.findall(r": (\S+\.md)$", (ROOT / "mkdocs.yml").read_text(), re.MULTILINE)

    assert sorted(named) == NAMES


@pytest.mark.parametrize(
    "start", (DOCS / "index.md", ROOT / "README.md"), ids=lambda page: page.name
)
def test_every_page_is_one_link_away(start: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+\.md)\)", start.read_text(encoding="utf-8"))
    linked = {(start.parent / target).resolve() for target in targets}

    assert set(PAGES) - linked == {DOCS / "index.md"}


# --- the pages that are read off the code ------------------------------------------------------


def test_the_pages_of_the_reference_are_what_the_code_says() -> None:
    assert list(reference.stale(ROOT)) == [], "run python tools/reference.py"


def test_there_is_no_picture_of_a_chart_that_is_gone() -> None:
    there = {f"charts/{path.name}" for path in (DOCS / "reference/charts").iterdir()}

    assert there == {name for name in reference.PAGES if name.endswith(".svg")}


def test_a_stale_page_is_named_and_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reference, "ROOT", tmp_path)
    (tmp_path / reference.REFERENCE).mkdir(parents=True)

    assert reference.main(["--check"]) == 1
    assert "verbs.md is stale" in capsys.readouterr().out
    assert reference.main([]) == 0
    assert reference.main(["--check"]) == 0


def test_every_verb_refusal_and_row_is_in_the_reference() -> None:
    verbs, refusals, charts = reference.verbs_page(), reference.refusals_page(), ""
    charts = reference.charts_page()

    assert all(f"\n### {name}\n" in verbs for name in VERBS)
    assert all(f"\n## {code}\n" in refusals for code in SENTENCES)
    for chart in vars(states).values():
        if isinstance(chart, Chart):
            for row in chart.rows:
                assert f"| {row.source} | {row.move} | {row.target} |" in charts


@pytest.mark.parametrize(
    ("verb", "codes"),
    (
        ("receive", ()),
        ("record_scan", ("not_found",)),
        (
            "hold_stock",
            (
                "already_there",
                "short",
                "over_limit",
                "over_quota",
                "quota_over",
                "quota_ends",
                "feed_too_old",
                "stored_short",
                "day_full",
                "safety_stock",
            ),
        ),
        ("confirm", ("illegal_move", "not_found", "on_hold", "not_paid")),
        ("pay", ("not_found", "already_there", "wrong_currency", "over_applied", "overpaid")),
        (
            "expire",
            (
                "illegal_move",
                "not_found",
                "on_hold",
                "not_all_ended",
                "money_owed",
                "not_due",
                "money_ready",
            ),
        ),
    ),
)
def test_what_a_verb_refuses_is_read_off_its_code(verb: str, codes: tuple[str, ...]) -> None:
    assert reference.refused_by(VERBS[verb]) == codes


# --- what the explanations say -----------------------------------------------------------------


def test_each_law_names_where_it_is_proved() -> None:
    page = (DOCS / "explanation/laws.md").read_text(encoding="utf-8")

    laws = re.split(r"^## \d+\. ", page, flags=re.MULTILINE)[1:]

    assert len(laws) == 11
    for law in laws:
        named = re.findall(r"`(tests/\S+\.py)`", law)
        assert named, law
        assert [one for one in named if not (ROOT / one).exists()] == []


def test_each_promise_names_where_it_is_shown() -> None:
    page = (DOCS / "explanation/promises.md").read_text(encoding="utf-8")

    rows = re.findall(r"^\| (?!promise|-)(.+)", page, flags=re.MULTILINE)

    assert len(rows) > 20
    for row in rows:
        named = re.findall(r"`(tests/\S+\.py)`", row)
        assert named, row
        assert [one for one in named if not (ROOT / one).exists()] == []


def test_the_map_names_every_module_and_none_that_is_not_there() -> None:
    page = (DOCS / "explanation/architecture.md").read_text(encoding="utf-8")
    floors = page.split("## The few ideas")[0]
    rows = re.findall(r"^\| *\w* *\| (`.+?`) \|", floors, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}

    there = {path.stem for path in (ROOT / "src/orderflow").iterdir()}
    assert named == {name for name in there if not name.startswith("__")} - {"py"}


def test_the_modules_that_the_map_names_come_in_the_order_of_their_floors() -> None:
    layers = (ROOT / "pyproject.toml").read_text().split("layers = [")[1].split("\n]")[0]
    rank = {name: -i for i, name in enumerate(re.findall(r"\((\w+)\)", layers))}
    page = (DOCS / "explanation/architecture.md").read_text(encoding="utf-8")
    rules = page.split("| rules | ")[1].split("| shell |")[0]
    listed = re.findall(r"`(\w+)` \|", rules)

    assert listed
    assert listed == sorted(listed, key=lambda name: rank[name])


def test_what_one_order_passes_is_there() -> None:
    page = (DOCS / "explanation/architecture.md").read_text(encoding="utf-8")
    walk = page.split("## One order, file by file")[1].split("## ")[0]
    modules = {path.stem for path in (ROOT / "src/orderflow").glob("*.py")}

    named = re.findall(r"`(\w+(?:\.\w+)+)`", walk)

    assert named
    for dotted in named:
        module, *names = dotted.split(".")
        if module in modules:
            thing: object = importlib.import_module(f"orderflow.{module}")
            for name in names:
                thing = getattr(thing, name)
