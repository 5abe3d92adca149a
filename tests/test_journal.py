from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any, Final, TypeVar, cast

import pytest

from orderflow import IllegalMove, MoveRefused, NotFound, Position, Ref, Rules
from orderflow.adapters.memory import MemoryStore
from orderflow.facts import Advanced, Held, Moved, Noted, fold, touches
from orderflow.journal import (
    VERBS,
    Case,
    Context,
    Reader,
    Step,
    Stored,
    stock_verb,
    verb,
)
from orderflow.records import KINDS, Claim, Counter, Document, Hold, Order, Parcel
from orderflow.states import ORDER, OrderMove, UnitMove, UnitState
from tests.builders import LAMP, MORNING, Shop, bag, new_order

D = TypeVar("D", bound=Document)
O_17: Final = Ref[Order]("", "order", "o-17")
RULES: Final = Rules()


class Counting:
    """Reads from a store, and counts how often."""

    def __init__(self, store: Reader) -> None:
        self.store = store
        self.loads = 0

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        self.loads += 1
        return self.store.load(ref)

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        return self.store.counters(tenant, skus, at)

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        return self.store.counters_at(tenant, location, at)

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        return self.store.claims_of(tenant, skus, at)


@pytest.fixture(autouse=True)
def _no_verb_stays() -> Iterator[None]:
    before = dict(VERBS)
    yield
    VERBS.clear()
    VERBS.update(before)


def step_on(reader: Reader) -> Step:
    case = Case(cast("Ref[Document]", O_17), reader, MORNING)
    return Step(case, Context(MORNING, "anna", RULES))


@pytest.fixture
def placed(shop: Shop) -> Shop:
    """A shop with order o-17 of five lamps."""
    shop.place("o-17", new_order((LAMP, 5)))
    return shop


# --- the case -----------------------------------------------------------------


def test_a_document_is_read_once_and_remembered_with_its_version(placed: Shop) -> None:
    reader = Counting(placed.store)
    step = step_on(reader)

    for _ in range(3):
        step.now(O_17)

    assert reader.loads == 1
    stored = step.case.read[cast("Ref[Document]", O_17)]
    assert stored is not None
    assert stored.version == 1


def test_a_document_that_is_not_there_is_remembered_too(placed: Shop) -> None:
    reader = Counting(placed.store)
    case = step_on(reader).case

    assert case.find(case.parcel("p-1")) is None
    assert case.find(case.parcel("p-1")) is None
    assert reader.loads == 1
    with pytest.raises(NotFound, match="there is no parcel p-1"):
        case.get(case.parcel("p-1"))


def test_a_case_names_documents_of_its_own_tenant() -> None:
    case = Case(Ref("north", "order", "o-17"), MemoryStore(), MORNING)

    named = (
        case.order("x"),
        case.payment("x"),
        case.dispatch("x"),
        case.parcel("x"),
        case.returned("x"),
        case.exchange("x"),
        case.reissue("x"),
        case.complaint("x"),
        case.carrier_claim("x"),
        case.purchase("x"),
        case.work_order("x"),
        case.stock_hold("x"),
        case.supply("x"),
        case.lot("x"),
        case.item("x"),
        case.quota("x"),
        case.feed("x"),
        case.invoice("x"),
        case.credit_note("x"),
        case.series("x"),
        case.stored_value("x"),
        case.coupon("x"),
        case.credit_line("x"),
        case.arrival("x"),
    )

    assert [ref.kind for ref in named] == list(KINDS)
    assert {ref.tenant for ref in named} == {"north"}


def test_a_case_knows_its_own_document_by_its_kind(placed: Shop) -> None:
    case = step_on(placed.store).case

    own: Ref[Order] = case.own(Order)

    assert own == O_17
    with pytest.raises(TypeError, match="order o-17 is not of the kind Parcel"):
        case.own(Parcel)


def test_figures_that_were_read_are_kept(placed: Shop) -> None:
    placed.stock(LAMP, "leith", 5)
    case = step_on(placed.store).case

    read = case.counters(("BRASS-LAMP",))

    assert case.figures == read == (Counter(Position("BRASS-LAMP", "leith"), 5, 0),)


# --- the step -----------------------------------------------------------------


def test_a_verb_sees_what_it_has_done_so_far(placed: Shop) -> None:
    step = step_on(placed.store)

    step.add(Held(O_17, Hold("fraud", "unknown", "anna")))
    assert [hold.code for hold in step.now(O_17).holds] == ["fraud"]
    step.add(Held(O_17, Hold("stock", "recount", "anna")))

    assert [hold.code for hold in step.now(O_17).holds] == ["fraud", "stock"]
    assert placed.order("o-17").holds == ()


def test_what_a_step_gives_is_what_its_facts_fold_to(placed: Shop) -> None:
    step = step_on(placed.store)
    order = step.now(O_17)

    step.move(order, UnitMove.BACKORDER, step.choose(order, "wait", (UnitState.OPEN,), (("1", 2),)))
    step.note(O_17, "called", n=3, who="the customer")
    after = step.now(O_17)
    step.move(after, UnitMove.CANCEL, step.choose(after, "cancel", (UnitState.BACKORDERED,)))

    assert step.after == {O_17: fold(order, step.facts)}
    assert bag(step.now(O_17)) == {"open": 3, "cancelled": 2}
    assert step.facts[1] == Noted(O_17, "called", (("n", 3), ("who", "the customer")))


def test_a_step_opens_what_is_not_there(placed: Shop) -> None:
    step = step_on(placed.store)

    with pytest.raises(MoveRefused, match="order o-17 is there already"):
        step.open(placed.order("o-17"))


def test_a_document_advances_only_along_its_chart(placed: Shop) -> None:
    step = step_on(placed.store)
    facts: Any = None

    with pytest.raises(IllegalMove, match="order o-17 is placed: cannot complete"):
        step.advance(ORDER, O_17, OrderMove.COMPLETE, facts)

    assert step.facts == []


def test_an_advance_names_both_states_and_its_time(placed: Shop) -> None:
    placed.hold("o-17", "fraud", "unknown")
    placed.cancel("o-17")

    facts = [fact for entry in placed.store.entries() for fact in entry.facts]
    advanced = [fact for fact in facts if isinstance(fact, Advanced)]

    assert [(fact.source, fact.move, fact.target) for fact in advanced] == [
        ("draft", "place", "placed"),
        ("placed", "cancel", "cancelled"),
    ]
    assert {fact.at for fact in advanced} == {MORNING}


def test_tags_of_other_names_are_told_apart_within_one_step(placed: Shop) -> None:
    step = step_on(placed.store)
    order = step.now(O_17)
    (chosen,) = step.choose(order, "tag", (UnitState.OPEN,))

    step.retag(order, [chosen._replace(n=2)], location="x")
    step.retag(order, [chosen._replace(n=3)], lot="x")

    moved = [fact for fact in step.facts if isinstance(fact, Moved)]
    assert [(fact.put.location, fact.put.lot) for fact in moved] == [("x", ""), ("", "x")]


# --- verbs --------------------------------------------------------------------


def test_a_name_is_given_to_one_verb_only() -> None:
    def place_again(case: Case, context: Context) -> Step:
        return Step(case, context)

    with pytest.raises(ValueError, match="there is a verb place already"):
        verb("place", Order)(place_again)
    with pytest.raises(ValueError, match="there is a verb receive already"):
        stock_verb("receive")(place_again)


@pytest.mark.feature("F339")
def test_a_host_adds_a_verb_of_its_own_with_the_same_commit_and_journal(shop: Shop) -> None:
    def engrave(case: Case, context: Context, words: str) -> Step:
        """Write down what shall be engraved."""
        step = Step(case, context)
        step.note(case.ref, "engraved", words=words)
        return step

    mine = verb("engrave", Order)(engrave)
    shop.place("o-17", new_order((LAMP, 1)))

    done = shop.apply(mine.on("o-17", "for Ada"), key="k-engrave", by="anna")

    assert done.facts == (Noted(O_17, "engraved", (("words", "for Ada"),)),)
    assert shop.apply(mine.on("o-17", "for Ada"), key="k-engrave", by="anna").repeated


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_verb_knows_the_types_of_its_parameters_and_says_what_it_does(name: str) -> None:
    known = VERBS[name]

    assert set(known.hints) == set(known.defaults)
    assert known.__doc__


def test_every_fact_of_a_journal_names_documents_that_the_entry_has_versions_of(
    shop: Shop,
) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell_and_deliver("o-17", "p-1", (LAMP, 2))

    for entry in shop.store.entries():
        touched = {ref for fact in entry.facts for ref in touches(fact) if ref.kind != "stock"}
        assert touched == {ref for ref, _ in entry.versions}
