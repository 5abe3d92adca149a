"""The host's own stages: how units enter them, and what waits for them."""

from __future__ import annotations

from typing import Any, Final

import attrs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderflow import BadInput, Call, Refusal, Refused
from orderflow.adapters.memory import MemoryStore
from orderflow.audit import audit
from orderflow.chart import Guard
from orderflow.facts import Moved
from orderflow.inspecting import inspect as inspect_return
from orderflow.process import Close, Piece, Process, Require, Stage, own_guard
from orderflow.records import Order
from orderflow.states import UNIT, OrderState, UnitFacts, UnitMove, UnitState
from orderflow.verbs import (
    allocate,
    cancel,
    deliver,
    enter_stage,
    hand_over,
    pack,
    pick,
    recall,
    release,
    reopen,
    reserve,
    turn_back,
    unreserve,
)
from orderflow.views import headline
from tests.builders import LAMP, TWO_PLACES, Shop, bag

PICKED: Final = UnitState.PICKED

ENGRAVING: Final = Stage("engraving", PICKED)
POLISHING: Final = Stage("polishing", PICKED, after=("engraving",), obligatory=True)


def with_process(shop: Shop, *pieces: Piece) -> Shop:
    return shop.under(attrs.evolve(TWO_PLACES, process=Process.of(*pieces)))


def picked(shop: Shop, n: int = 5) -> Shop:
    """A shop with an order o-17 of so many lamps that are picked, as dispatch d-1."""
    shop.stock(LAMP, "leith", n)
    shop.sell("o-17", (LAMP, n))
    shop.allocate("o-17")
    shop.release("o-17", "d-1")
    shop.pick("d-1")
    return shop


def stages(shop: Shop) -> dict[str, int]:
    """How many units of o-17 stand in each stage, with their state where they are in none."""
    counts: dict[str, int] = {}
    for _, spot in shop.order("o-17").units():
        name = spot.slice.stage or spot.state.value
        counts[name] = counts.get(name, 0) + spot.n
    return counts


# --- entering -----------------------------------------------------------------


@pytest.mark.feature("F089", "F090")
def test_units_pass_the_hosts_own_stages_in_part(any_shop: Shop) -> None:
    shop = picked(with_process(any_shop, ENGRAVING, POLISHING))

    shop.enter_stage("o-17", "engraving")
    done = shop.enter_stage("o-17", "polishing", (("1", 3),))

    assert stages(shop) == {"polishing": 3, "engraving": 2}
    assert bag(done.document) == {"picked": 5}
    assert all(isinstance(fact, Moved) and fact.source is fact.target for fact in done.facts)
    shop.assert_lawful()


@pytest.mark.feature("F069", "F089")
def test_no_obligatory_stage_is_skipped(any_shop: Shop) -> None:
    shop = picked(with_process(any_shop, ENGRAVING, POLISHING))
    left_out = Refusal.of("stage_left_out", order="o-17", state="picked", stage="polishing")

    assert shop.reasons(pack.on("p-1", ("d-1",))) == (left_out,)
    shop.enter_stage("o-17", "engraving")
    assert shop.reasons(pack.on("p-1", ("d-1",))) == (left_out,)
    assert str(left_out) == "order o-17: picked units must pass polishing first"
    shop.enter_stage("o-17", "polishing")
    shop.pack("p-1", ("d-1",))

    assert stages(shop) == {"packed": 5}, "units that go on leave their stage behind"
    told = [entry.call for entry in shop.store.entries() if entry.call.verb == "enter_stage"]
    assert [dict(one.args)["stage"] for one in told] == ["engraving", "polishing"]
    shop.assert_lawful()


@pytest.mark.feature("F069", "F089")
def test_those_that_have_passed_go_on_before_the_others(any_shop: Shop) -> None:
    shop = picked(with_process(any_shop, ENGRAVING, POLISHING))
    shop.enter_stage("o-17", "engraving")
    shop.enter_stage("o-17", "polishing", (("1", 3),))

    assert shop.codes(pack.on("p-1", ("d-1",))) == ["stage_left_out"]
    assert shop.codes(pack.on("p-1", ("d-1",), 0, (("1", 4),))) == ["stage_left_out"]
    shop.pack("p-1", ("d-1",), lines=(("1", 3),))
    shop.hand_over("p-1")

    assert stages(shop) == {"shipped": 3, "engraving": 2}
    shop.assert_lawful()


def test_a_bag_in_any_order_gives_those_that_are_ready(shop: Shop) -> None:
    check = Stage("check", PICKED, after=("", "rework"), obligatory=True)
    shop = picked(with_process(shop, check, Stage("rework", PICKED, after=("check",))))
    shop.enter_stage("o-17", "check")
    shop.enter_stage("o-17", "rework", (("1", 2),))
    first = shop.order("o-17").lines[0].spots[0]
    assert first.slice.stage == "rework"

    shop.pack("p-1", ("d-1",), lines=(("1", 5),))

    assert stages(shop) == {"packed": 5}, "rework lies behind the check, so it was passed"


def test_a_stage_is_entered_only_from_where_it_may_be(any_shop: Shop) -> None:
    shop = picked(with_process(any_shop, ENGRAVING, POLISHING))

    said = shop.refuses(enter_stage.on("o-17", "polishing"))
    assert said == (
        "a unit of line 1 of order o-17 is picked: cannot enter polishing "
        "(can: enter engraving, recall)"
    )
    shop.enter_stage("o-17", "engraving")
    said = shop.refuses(enter_stage.on("o-17", "engraving"))
    assert said == (
        "a unit of line 1 of order o-17 is picked, engraving: cannot enter engraving "
        "(can: enter polishing, recall)"
    )
    said = shop.refuses(enter_stage.on("o-17", "polishing", (("1", 6), ("2", 1))))
    assert said == (
        "line 1 of order o-17: 6 asked to enter polishing, 5 can; order o-17 has no line 2"
    )


def test_units_of_another_state_enter_no_stage_of_it(any_shop: Shop) -> None:
    shop = with_process(any_shop, ENGRAVING)
    shop.sell("o-17", (LAMP, 1))

    said = shop.refuses(enter_stage.on("o-17", "engraving"))

    assert said.startswith("a unit of line 1 of order o-17 is open: cannot enter engraving (can: ")


def test_a_stage_that_is_not_there_is_bad_input(any_shop: Shop) -> None:
    shop = picked(with_process(any_shop, ENGRAVING, POLISHING))

    with pytest.raises(BadInput, match=r"^stage: .* \(can: engraving, polishing\)$"):
        shop.enter_stage("o-17", "gilding")
    with pytest.raises(BadInput, match=r"^stage: there is no stage of this name \(can: none\)$"):
        shop.under(TWO_PLACES).enter_stage("o-17", "engraving")


def test_a_held_order_enters_no_stage(any_shop: Shop) -> None:
    shop = picked(with_process(any_shop, ENGRAVING))
    shop.hold("o-17", "spelling", "is it ENGRAVE or ENGRAFE?")

    assert shop.codes(enter_stage.on("o-17", "engraving")) == ["on_hold"]
    shop.lift_hold("o-17", "spelling")
    shop.enter_stage("o-17", "engraving")
    assert stages(shop) == {"engraving": 5}


def test_what_is_taken_back_starts_its_stages_again(any_shop: Shop) -> None:
    shop = picked(with_process(any_shop, ENGRAVING, POLISHING))
    shop.enter_stage("o-17", "engraving")

    shop.recall("d-1")

    assert stages(shop) == {"allocated": 5}, "taking back asks for no stage"
    shop.release("o-17", "d-2")
    shop.pick("d-2")
    assert shop.codes(pack.on("p-1", ("d-2",))) == ["stage_left_out"]
    shop.assert_lawful()


def test_a_stage_that_the_process_no_longer_has_counts_as_none(any_shop: Shop) -> None:
    shop = picked(with_process(any_shop, Stage("gilding", PICKED)))
    shop.enter_stage("o-17", "gilding")

    later = with_process(shop, ENGRAVING, POLISHING)

    assert later.codes(pack.on("p-1", ("d-1",))) == ["stage_left_out"]
    later.enter_stage("o-17", "engraving")
    assert stages(later) == {"engraving": 5}
    shop.under(TWO_PLACES).pack("p-1", ("d-1",))
    assert stages(later) == {"packed": 5}, "a host without stages asks for none"


# --- in other states ----------------------------------------------------------


@pytest.mark.feature("F069")
def test_what_waits_for_its_stage_is_neither_allocated_nor_backordered(any_shop: Shop) -> None:
    approval = Stage("approval", UnitState.OPEN, obligatory=True)
    shop = with_process(any_shop, approval)
    shop.sell("o-17", (LAMP, 3))

    assert shop.codes(allocate.on("o-17")) == ["stage_left_out"]
    assert shop.codes(reserve.on("o-17")) == ["stage_left_out"]
    shop.enter_stage("o-17", "approval", (("1", 2),))
    shop.stock(LAMP, "leith", 1)
    shop.allocate("o-17", (("1", 2),))

    assert shop.bag("o-17") == {"allocated": 1, "backordered": 1, "open": 1}
    shop.cancel("o-17", (("1", 1),))
    shop.assert_lawful()


def test_a_host_without_backorders_leaves_open_what_finds_no_supply(any_shop: Shop) -> None:
    shop = with_process(any_shop, Close(UNIT, UnitState.BACKORDERED))
    shop.stock(LAMP, "leith", 1)
    shop.sell("o-17", (LAMP, 3))

    shop.allocate("o-17")

    assert shop.bag("o-17") == {"allocated": 1, "open": 2}
    assert shop.codes(allocate.on("o-17")) == ["short"]


def test_a_hosts_own_guard_is_asked_before_anything_is_backordered(any_shop: Shop) -> None:
    asked: Guard[UnitFacts] = own_guard("asked", lambda facts: facts.line != "1", "ask the buyer")
    shop = with_process(any_shop, Require(UNIT, UnitState.OPEN, UnitMove.ALLOCATE, asked))
    shop.sell("o-17", (LAMP, 3))

    assert shop.codes(allocate.on("o-17")) == ["own_rule"]
    assert shop.bag("o-17") == {"open": 3}


@pytest.mark.feature("F069", "F090")
def test_goods_that_came_back_pass_their_stage_before_anybody_decides(any_shop: Shop) -> None:
    cleaning = Stage("cleaning", UnitState.RECEIVED_BACK, obligatory=True)
    shop = with_process(any_shop, cleaning)
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))
    shop.ask_return("r-1", "o-17")
    shop.receive_return("r-1", "leith")

    assert shop.codes(inspect_return.on("r-1")) == ["stage_left_out"]
    shop.enter_stage("o-17", "cleaning")
    shop.inspect("r-1")

    assert shop.bag("o-17") == {"returned": 2}
    shop.assert_lawful()


@pytest.mark.feature("F091")
def test_a_unit_in_a_stage_follows_what_happens_outside(any_shop: Shop) -> None:
    shop = with_process(any_shop, Stage("on the ferry", UnitState.SHIPPED))
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3))
    shop.allocate("o-17")
    for parcel in ("p-1", "p-2", "p-3"):
        shop.ship("o-17", parcel, lines=(("1", 1),))
    shop.enter_stage("o-17", "on the ferry")

    shop.deliver("p-1")
    shop.lose("p-2")
    shop.turn_back("p-3")

    assert stages(shop) == {"delivered": 1, "lost": 1, "going back": 1}
    shop.assert_lawful()


# --- what is wrong with stages ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "said"),
    (
        ((ENGRAVING, ENGRAVING), "pieces[1].name: there is a stage engraving already"),
        ((Stage("", PICKED),), "pieces[0].name: must not be empty"),
        (
            (ENGRAVING, Stage("gilding", PICKED, after=("engrafing",))),
            "pieces[1].after[0]: there is no stage engrafing within picked (can: engraving)",
        ),
        (
            (ENGRAVING, Stage("gilding", UnitState.PACKED, after=("engraving",))),
            "pieces[1].after[0]: there is no stage engraving within packed (can: none)",
        ),
        (
            (Stage("a", PICKED, after=("b",)), Stage("b", PICKED, after=("a",)), ENGRAVING),
            "pieces[0].after: no way from picked leads to a (can: engraving)",
        ),
        (
            (Stage("a", UnitState.RETURNED),),
            "pieces[0].within: returned is an end (can: ",
        ),
        (
            (Stage("a", UnitState.SHIPPED, obligatory=True),),
            "pieces[0].obligatory: no move of our own leads on from shipped (can: allocated, ",
        ),
        (
            (Stage("a", PICKED, obligatory=True), Stage("b", PICKED, obligatory=True)),
            "pieces[0].after: units in a could never leave picked: "
            "some way to it leaves out b, and none leads back",
        ),
        (
            (
                Stage("a", PICKED, obligatory=True),
                Stage("b", PICKED),
                Stage("c", PICKED, after=("a", "b")),
            ),
            "pieces[1].after: units in b could never leave picked: "
            "some way to it leaves out a, and none leads back",
        ),
        ((Stage("a", PICKED, after=("", "")),), "pieces[0].after:  comes twice"),
        ((Stage("a", PICKED, after="b"),), "pieces[0].after: a tuple of stages is wanted"),  # type: ignore[arg-type]
        ((Stage("a", PICKED, obligatory=1),), "pieces[0].obligatory: true or false is wanted"),  # type: ignore[arg-type]
        (
            tuple(Stage(f"s-{i}", PICKED) for i in range(101)),
            "pieces[100]: more than 100 stages",
        ),
    ),
)
def test_stages_that_do_not_fit_together_are_named(given: tuple[Stage, ...], said: str) -> None:
    with pytest.raises(BadInput) as bad:
        Process.of(*given)

    assert str(bad.value).startswith(said)


@pytest.mark.parametrize(
    ("standing", "missing"),
    (("", "a"), ("b", "a"), ("a", "c"), ("d", "c"), ("c", None), ("e", None)),
)
def test_the_first_stage_that_is_missing_is_named(standing: str, missing: str | None) -> None:
    process = Process.of(
        Stage("c", PICKED, after=("d", "a"), obligatory=True),
        Stage("a", PICKED, after=("", "b"), obligatory=True),
        Stage("b", PICKED),
        Stage("d", PICKED, after=("a", "e")),
        Stage("e", PICKED, after=("c",)),
    )

    guard = next(
        guard
        for row in process.chart(UNIT).rows
        if row.source is PICKED and row.move == "pack"
        for guard in row.when
    )
    reasons = guard.refuse(UnitFacts("o-17", OrderState.CONFIRMED, stage=standing))
    assert [dict(reason.facts)["stage"] for reason in reasons] == ([missing] if missing else [])
    assert process.passed(PICKED, standing) is (missing is None)


# --- random stages and lives -------------------------------------------------------------------

NAMES: Final = ("a", "b", "c", "d")
DIVIDED: Final = (UnitState.OPEN, UnitState.ALLOCATED, PICKED, UnitState.PACKED)

some_stages = st.lists(
    st.builds(
        Stage,
        st.sampled_from(NAMES),
        st.sampled_from(DIVIDED),
        st.lists(st.sampled_from(("", *NAMES)), unique=True, max_size=2).map(tuple),
        st.booleans(),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda stage: stage.name,
)


@st.composite
def processes(draw: st.DrawFn) -> Process:
    """Stages at random; what does not fit the others is left out."""
    kept: tuple[Stage, ...] = ()
    for stage in draw(some_stages):
        here = {one.name for one in kept if one.within is stage.within} | {"", stage.name}
        after = tuple(name for name in stage.after if name in here)
        try:
            kept = Process.of(*kept, attrs.evolve(stage, after=after)).stages
        except BadInput:
            continue
    return Process.of(*kept)


deeds = st.lists(
    st.tuples(st.integers(0, 13), st.sampled_from(NAMES), st.integers(0, 3), st.integers(1, 3)),
    max_size=25,
)


def call(deed: int, stage: str, n: int, k: int) -> Call[Any]:
    """What is attempted: entering stages, and a life around them."""
    lines = (("1", n),) if n else ()
    d, p = f"d-{k}", f"p-{k}"
    return (
        enter_stage.on("o-17", stage, lines),
        enter_stage.on("o-17", stage),
        enter_stage.on("o-17", stage, lines),
        allocate.on("o-17", lines),
        reserve.on("o-17", lines=lines),
        release.on("o-17", d, "leith", lines),
        pick.on(d, lines),
        pack.on(p, (d,), 0, lines),
        hand_over.on(p),
        deliver.on(p),
        turn_back.on(p),
        recall.on(d),
        (unreserve if k == 1 else reopen).on("o-17", lines),
        cancel.on("o-17", lines),
    )[deed]


def say(shop: Shop, asked: Call[Any]) -> tuple[str, ...]:
    """The codes of the refusals; none when it was done."""
    try:
        shop.apply(asked)
    except Refused as no:
        return tuple(reason.code for reason in no.refusals)
    return ()


def counts(order: Order) -> tuple[str, dict[str, int]]:
    return headline(order).value, bag(order)


@pytest.mark.feature("F089", "F091")
@given(process=processes(), life=deeds)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_stage_changes_neither_headline_nor_books(process: Process, life: list[Any]) -> None:
    names = {stage.name for stage in process.stages}
    shop = Shop(MemoryStore(), attrs.evolve(TWO_PLACES, process=process))
    plain = Shop(MemoryStore())
    for one in (shop, plain):
        one.stock(LAMP, "leith", 4)
        one.sell("o-17", (LAMP, 3))

    for deed in life:
        asked = call(*deed)
        if asked.verb == "enter_stage":
            before = counts(shop.order("o-17")), shop.store.books("")
            if deed[1] in names:
                say(shop, asked)
            assert (counts(shop.order("o-17")), shop.store.books("")) == before
            continue
        codes = say(shop, asked)
        if not codes:
            assert say(plain, asked) == (), "a host's process only tightens"
        elif "stage_left_out" not in codes:
            assert codes == say(plain, asked)
        assert counts(shop.order("o-17")) == counts(plain.order("o-17"))
        assert shop.store.books("") == plain.store.books("")

    shop.assert_lawful()
    assert [law.breaches for law in audit(shop.store, rules=shop.rules)] == [
        law.breaches for law in audit(plain.store, rules=plain.rules)
    ]
