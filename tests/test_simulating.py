"""Weeks of a trade in a moment: with all that can go wrong, no law is broken."""

from __future__ import annotations

import os
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest

from orderflow import BadInput, Ref, Rules
from orderflow.adapters.memory import MemoryStore
from orderflow.adapters.sqlite import SqliteStore
from orderflow.cli import run
from orderflow.ports import Store
from orderflow.records import Parcel
from orderflow.testing import Broke, Faults, simulate
from orderflow.testing.broken.stores import KeepsMoneyAsFloat, LosesTheKey
from orderflow.testing.samples import RULES
from orderflow.testing.simulating.laws import Broken, hold_to_the_wires
from orderflow.testing.simulating.story import Act, Happening, story_of
from orderflow.testing.simulating.world import World

SEEDS = int(os.environ.get("ORDERFLOW_SEEDS", "5"))
"""How many stories are told; `make test-slow` tells a thousand."""
DAYS = 30 if SEEDS > 100 else 12


@pytest.mark.parametrize("tenth", range(10 if SEEDS > 100 else 1))
def test_whatever_goes_wrong_no_law_is_broken(tenth: int) -> None:
    for seed in range(tenth, SEEDS, 10 if SEEDS > 100 else 1):
        simulate(seed, DAYS)


def test_a_story_has_much_in_it() -> None:
    told = simulate(7, 20)

    assert told.orders > 30
    assert told.delivered > 10
    assert told.sent_back > 0
    assert told.crashes > 10
    assert told.done > 300
    assert str(told).startswith("seed 7: ")
    assert "every law holds" in str(told)


def test_the_same_seed_is_the_same_story_to_the_byte_on_every_store(tmp_path: Path) -> None:
    numbers = count()
    opened: list[SqliteStore] = []

    def on_disk() -> Store:
        opened.append(SqliteStore(tmp_path / f"{next(numbers)}.sqlite", synchronous="normal"))
        return opened[-1]

    first, again = simulate(11, 6), simulate(11, 6)
    assert first == again == simulate(11, 6, store=on_disk)
    assert simulate(12, 6).digest != first.digest
    for store in opened:
        store.close()


def test_where_nothing_goes_wrong_nothing_has_to_be_sent_again() -> None:
    told = simulate(3, 8, faults=Faults.none())

    assert told.crashes == 0
    assert told.delivered > 0


def test_without_one_happening_the_others_stay_as_they_are() -> None:
    story = story_of(5, 9, Faults())

    assert list(story) == sorted(story, key=lambda one: one.at)
    assert {one.act for one in story} == set(Act)
    assert story_of(5, 9, Faults()) == story
    assert story_of(5, 6, Faults()) == tuple(one for one in story if one.at.days < 6)


# --- a law that is broken -----------------------------------------------------------------------


def test_a_broken_store_is_told_of_by_a_short_story() -> None:
    with pytest.raises(Broke) as caught:
        simulate(1, 10, store=KeepsMoneyAsFloat)

    broke = caught.value
    assert broke.seed == 1
    assert broke.law
    assert 0 < len(broke.story) <= 3
    assert str(broke).splitlines()[0] == f"seed 1: {broke.law}; after"
    assert len(str(broke).splitlines()) == 1 + len(broke.story)


def test_a_command_that_is_carried_out_twice_is_told_of() -> None:
    with pytest.raises(Broke, match=r"key w-\d+ was committed, and"):
        simulate(1, 10, store=LosesTheKey)


@pytest.fixture
def world() -> World:
    """A world in which six days have gone by without a fault."""
    made = World(3, RULES, Faults.none(), MemoryStore())
    made.live(story_of(3, 6, Faults.none()))
    return made


def test_a_label_that_nobody_uses_is_told_of(world: World) -> None:
    (first, *_) = world.carrier.running
    parcel: Ref[Parcel] = Ref("", "parcel", first.parcel)
    stored = world.store.load(parcel)
    assert stored is not None
    world.carrier.book(stored.value, "a key of nobody")

    with pytest.raises(Broken, match=f"parcel {first.parcel} has 2 labels that run"):
        hold_to_the_wires(world.store, world.carrier, world.gateway)


def test_money_that_the_books_do_not_know_is_told_of(world: World) -> None:
    taken = next(one for one in world.gateway.effects if one.request.kind == "capture")
    world.gateway.capture(taken.request, "a key of nobody")

    with pytest.raises(
        Broken, match=f"payment {taken.request.payment}: capture, .* at the gateway"
    ):
        hold_to_the_wires(world.store, world.carrier, world.gateway)


def test_a_happening_is_told_with_its_day_and_its_hour() -> None:
    at = timedelta(days=2, hours=9, minutes=30)

    assert str(Happening(at, Act.WORK, 7)) == "day 3, 09:30: the warehouse works (7)"


@pytest.mark.parametrize(
    ("path", "wrong"),
    (
        ("seed", {"seed": -1}),
        ("days", {"days": 0}),
        ("days", {"days": 400}),
        ("rules", {"rules": Rules()}),
    ),
)
def test_what_cannot_be_simulated_is_said(path: str, wrong: dict[str, object]) -> None:
    asked: dict[str, object] = {"seed": 1, "days": 2} | wrong

    with pytest.raises(BadInput) as bad:
        simulate(**asked)  # type: ignore[arg-type] # that is the question

    assert bad.value.path == path


def test_a_fault_happens_at_most_a_hundred_times_of_a_hundred() -> None:
    with pytest.raises(BadInput, match=r"faults\.crashes"):
        Faults(crashes=101)


# --- the command line ---------------------------------------------------------------------------


@pytest.mark.parametrize("kept", ("memory", "sqlite"))
def test_a_simulation_is_run_from_the_command_line(
    kept: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["simulate", "--seed", "42", "--days", "3", "--store", kept]) == 0

    assert capsys.readouterr().out == f"{simulate(42, 3)}\n"


def test_a_broken_law_is_exit_status_one_with_its_story(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orderflow.cli.MemoryStore", KeepsMoneyAsFloat)

    assert run(["simulate", "--seed", "1", "--days", "10"]) == 1

    assert capsys.readouterr().out.startswith("seed 1: ")


def test_a_store_that_is_not_there_is_no_simulation() -> None:
    assert run(["simulate", "--store", "paper"]) == 2
