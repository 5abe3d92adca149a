"""The law of what comes back: any sequence of it conserves money, and any order ends alike."""

from __future__ import annotations

import os
from contextlib import suppress
from random import Random
from typing import Final, NamedTuple, TypeAlias

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orderflow import Refused
from orderflow.audit import audit
from orderflow.states import UnitState
from orderflow.taxes import Taxing
from tests.by_unit import amounts_of, cost_of, given_up
from tests.refund_lives import Life
from tests.refund_worlds import CURRENCIES, TAXED

# ORDERFLOW_REFUNDS=20000 looks at as many lives; see `make laws`.
REFUNDS: Final = int(os.environ.get("ORDERFLOW_REFUNDS", "100"))
SEEDS: Final = st.integers(0, 2**40)


@pytest.mark.feature("F230", "F231")
@settings(max_examples=REFUNDS, deadline=None)
@given(SEEDS, st.sampled_from(CURRENCIES), st.sampled_from(TAXED))
def test_whatever_comes_back_money_is_conserved_and_nothing_falls_below_zero(
    seed: int, currency: str, taxing: Taxing | None
) -> None:
    assert_conserved(Random(seed), currency, taxing)


@pytest.mark.feature("F230", "F231")
def test_money_is_conserved_in_each_of_the_178_currencies() -> None:
    assert len(CURRENCIES) == 178

    for i, currency in enumerate(CURRENCIES):
        assert_conserved(Random(currency), currency, TAXED[i % len(TAXED)])


def assert_conserved(chance: Random, currency: str, taxing: Taxing | None) -> None:
    """A life of chance, looked at after each step; at its end the papers say what is left."""
    life = Life.begun(chance, currency, taxing)
    life.look()

    for _ in range(chance.randint(3, 12)):
        life.act()
        life.look()
    life.wind_up()
    life.look()

    for id in life.orders:
        order = life.order(id)
        assert order.applied <= cost_of(order)
        notes = [life.house.credited(one) for one in order.credit_notes]
        invoices = [life.house.invoiced(one) for one in order.invoices]
        billed = sum(one.gross for one in invoices) - sum(one.gross for one in notes)
        left = life.house.account(id)
        assert left.to_credit == 0
        assert billed == cost_of(order) - left.to_invoice
    for law in audit(life.house.store):
        assert not law.breaches, law


# --- any order of the same returns ------------------------------------------------------------


class Ended(NamedTuple):
    """What an order comes to, whatever the way there: its cost, its units, and what each carries.

    Of a shop without rules of its own also what was applied, paid back and credited.
    """

    cost: int
    kept: dict[str, list[int]]
    money: tuple[int, int, int] = (0, 0, 0)


Piece: TypeAlias = tuple[str, int, str]
"""So many units of a line that come back, and why."""


def settled_life(seed: int, currency: str, taxing: Taxing | None) -> Life:
    """The same order each time, wholly delivered and invoiced: nobody owes anything."""
    life = Life.begun(Random(seed), currency, taxing)
    while life.order("o").applied < cost_of(life.order("o")):
        life.act("pay")
    life.act("allocate")
    life.act("of_a_line")
    while any(line.count(UnitState.ALLOCATED) for line in life.order("o").lines):
        life.act("ship")
    for act in ("invoice", "goodwill"):
        life.act(act)
    while life.order("o").applied < cost_of(life.order("o")):  # what the invoice has rounded up
        life.act("pay")
    assert credited(life) >= 0
    life.act("refund")
    return life


def credited(life: Life) -> int:
    """All that is to be credited is; how much that is."""
    before = len(life.order("o").credit_notes)
    for paper in life.order("o").invoices:
        with suppress(Refused):
            life.house.credit(paper, "C")
    return sum(life.house.credited(id).gross for id in life.order("o").credit_notes[before:])


def sent_back(life: Life, pieces: list[Piece]) -> Ended:
    """Each piece comes back in its turn; what its units carry is credited and paid back.

    Where the shop or an offer has rules of what is kept of that, they come on top: then the totals
    are looked at, and not the steps to them.
    """
    terms = [charge for charge in life.order("o").charges if charge.terms is not None]
    plain, papers = life.house.rules.refunding is None and not terms, 0
    for line, n, why in pieces:
        before, units = given_up(life.order("o")), amounts_of(life.order("o"))
        name = life.name("r")
        life.house.ask_return(name, "o", ((line, n),), why)
        life.house.receive_return(name, "leith")
        life.house.inspect(name)
        now = life.order("o")
        gone = given_up(now)[line] - before[line]
        assert len(gone) == n
        if plain:
            carried = sum(units[line][i] for i in gone)
            assert now.applied - cost_of(now) == carried
            assert credited(life) == carried
            papers += carried
        life.act("refund")
        life.look()
    order = life.order("o")
    gone_at_last = given_up(order)
    kept = {
        line: [amount for i, amount in enumerate(units) if i not in gone_at_last[line]]
        for line, units in amounts_of(order).items()
    }
    if not plain:  # coins of what is kept may lie on another unit
        return Ended(cost_of(order), {line: [len(units)] for line, units in kept.items()})
    return Ended(cost_of(order), kept, (order.applied, life.back.total(), papers))


def some_pieces(chance: Random, life: Life) -> list[Piece]:
    """Units of each line in returns of one or more; some are kept."""
    pieces = []
    for line in life.order("o").lines:
        left = line.count(UnitState.DELIVERED)
        while left and chance.random() < 0.9:
            n = chance.randint(1, left)
            pieces.append((line.id, n, life.why()))
            left -= n
    return pieces


@pytest.mark.feature("F230", "F231")
@settings(max_examples=REFUNDS, deadline=None)
@given(SEEDS, st.sampled_from(CURRENCIES), st.sampled_from(TAXED))
@example(527_064_391, "AED", TAXED[2])  # goodwill took more than goods cost before taxes
def test_the_same_returns_end_at_the_same_totals_in_whatever_order_they_come(
    seed: int, currency: str, taxing: Taxing | None
) -> None:
    chance = Random(seed)
    life = settled_life(seed, currency, taxing)
    pieces = some_pieces(chance, life)
    there = sent_back(life, pieces)

    for _ in range(2):
        chance.shuffle(pieces)
        assert sent_back(settled_life(seed, currency, taxing), pieces) == there
