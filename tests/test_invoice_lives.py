"""Random lives of an order and its papers: whatever happens, they come to the same."""

from __future__ import annotations

import os
from contextlib import suppress
from itertools import count
from typing import Any, Final

import attrs
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import (
    BadInput,
    ChargeKind,
    Location,
    Money,
    NewCharge,
    NewLine,
    NewOrder,
    Position,
    Price,
    Refused,
    Rules,
    Sku,
    Workflow,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.audit import audit
from orderflow.bills import CreditNote, Invoice, gross
from orderflow.conditions import Verdict
from orderflow.currencies import EXPONENTS
from orderflow.invoices import left_of
from orderflow.invoices.papers import Papers
from orderflow.invoices.raises import missing
from orderflow.money import Rounding, Spread, divided
from orderflow.pricing import carried, total
from orderflow.records import Destination, Fixing, Order
from orderflow.taxes import By, Convention, Level, Rate, Table, Taxing, TaxRow
from orderflow.taxing import tax_charges
from tests.builders import MORNING

# ORDERFLOW_INVOICES=20000 tries as many lives; it takes some ten minutes.
LIVES: Final = int(os.environ.get("ORDERFLOW_INVOICES", "150"))

LATER: Final = MORNING.replace(year=2027)
TABLE: Final = Table(
    "two",
    (
        TaxRow("X", Rate.of("A", "19"), until=LATER),
        TaxRow("X", Rate.of("A", "20"), since=LATER),
        TaxRow("X", Rate.of("B", "6.5"), group="b"),
        TaxRow("X", Rate.of("C", "3"), group="b"),
        TaxRow("X", Rate.zero("Z", "post"), group="freight"),
    ),
    groups=(("SKU-2", "b"),),
)

ACTS: Final = (
    *("ship", "ship", "invoice", "return", "credit", "whole", "amount", "later", "off", "fee"),
    *("advance", "cancel", "reprice", "protect", "freight", "tax", "tax", "anew", "anew"),
    *("weigh", "weigh"),
)

conventions = st.builds(
    Convention,
    st.just("any"),
    st.booleans(),
    st.sampled_from(Level),
    st.sampled_from(By),
    st.sampled_from(Rounding),
    st.just(1),
    st.sampled_from([Spread.LARGEST_REMAINDER, Spread.FRONT_FIRST]),
)
prices = st.decimals(0, 100, places=5) | st.sampled_from(["0.01", "0.00333", "9.99"])


@attrs.define
class Life:
    """One order in its own store, with what was done so far."""

    house: Workflow
    data: st.DataObject
    id: str = "o"
    names: Any = attrs.field(factory=lambda: count(1))

    @property
    def order(self) -> Order:
        return self.house.order(self.id)

    def papers(self) -> tuple[list[Invoice], list[CreditNote]]:
        return (
            [self.house.invoiced(id) for id in self.order.invoices],
            [self.house.credited(id) for id in self.order.credit_notes],
        )

    def act(self, what: str = "") -> None:
        what = what or self.data.draw(st.sampled_from(ACTS))
        line = self.data.draw(st.sampled_from(["1", "2"]))
        n = self.data.draw(st.integers(1, 3))
        with suppress(Refused):
            getattr(self, f"_{what}")(line, n)

    def _ship(self, line: str, n: int) -> None:
        name = f"p-{self.id}-{next(self.names)}"
        self.house.release(self.id, f"d-{name}", "leith", ((line, n),))
        self.house.pick(f"d-{name}")
        self.house.pack(name, (f"d-{name}",))
        self.house.hand_over(name)
        self.house.deliver(name)

    def _invoice(self, line: str, n: int) -> None:
        self.house.invoice(self.id, "I")

    def _joint(self, line: str, n: int) -> None:
        self.house.invoice("o", "I", others=("q",))

    def _advance(self, line: str, n: int) -> None:
        self.house.invoice(self.id, "I", lines=((line, n),))

    def _return(self, line: str, n: int) -> None:
        name = f"r-{self.id}-{next(self.names)}"
        self.house.ask_return(name, self.id, ((line, n),), "no")
        self.house.receive_return(name, "leith")
        self.house.inspect(name, ((line, n, Verdict.SOUND),))

    def _cancel(self, line: str, n: int) -> None:
        self.house.cancel(self.id, ((line, n),))

    def _some(self) -> str:
        ids = self.order.invoices
        return self.data.draw(st.sampled_from(ids)) if ids else "none"

    def _credit(self, line: str, n: int) -> None:
        self.house.credit(self._some(), "C")

    def _whole(self, line: str, n: int) -> None:
        self.house.credit(self._some(), "C", whole=True)

    def _amount(self, line: str, n: int) -> None:
        line = self.data.draw(st.sampled_from([line, "freight-2"]))
        amount = Money(self.data.draw(st.integers(1, 300)), self.order.currency)
        self.house.credit(self._some(), "C", line, amount, order=self.id)

    def _off(self, line: str, n: int) -> None:
        amount = -self.data.draw(st.integers(1, 200))
        with suppress(BadInput):  # more off than there is
            self.house.adjust(self.id, NewCharge(ChargeKind.DISCOUNT, amount, (line,)))

    def _reprice(self, line: str, n: int) -> None:
        price = Price.of(self.data.draw(prices), self.order.currency, n)
        self.house.reprice(self.id, ((line, price),))

    def _anew(self, line: str, n: int) -> None:
        price = Price.of(self.data.draw(prices), self.order.currency, n)
        self.house.reprice(self.id, ((line, price),), invoiced=True)

    def _protect(self, line: str, n: int) -> None:
        price = Price.of(self.data.draw(prices), self.order.currency, n)
        self.house.protect_price(self.id, ((line, price),))

    def _weigh(self, line: str, n: int) -> None:
        grams = self.data.draw(st.integers(n * 9, n * 90))
        self.house.weigh_line(self.id, line, grams, invoiced=self.data.draw(st.booleans()))

    def _tax(self, line: str, n: int) -> None:
        taxing = self.house.rules.taxing
        if taxing is None or taxing.convention.inclusive:  # it would be taxed twice
            return
        amount = self.data.draw(st.integers(-100, 200))
        with suppress(BadInput):  # more off than there is
            self.house.adjust(self.id, NewCharge(ChargeKind.TAX, amount, (line,)))

    def _fee(self, line: str, n: int) -> None:
        self.house.adjust(self.id, NewCharge(ChargeKind.FEE, n))

    def _freight(self, line: str, n: int) -> None:
        amount = self.data.draw(st.integers(-100, 100))
        with suppress(BadInput):  # more off than there is
            self.house.adjust(self.id, NewCharge(ChargeKind.FREIGHT, amount))

    def _later(self, line: str, n: int) -> None:
        self.house._clock = lambda: LATER
        self.house.allocate(self.id)


def new_life(data: st.DataObject, *, weighed: bool = False) -> Life:
    currency = data.draw(st.sampled_from(sorted(EXPONENTS)))
    taxing = Taxing(TABLE, data.draw(conventions))
    house = Workflow(
        MemoryStore(),
        Rules(locations=(Location("leith"),), taxing=taxing, price_protection_days=9),
        clock=lambda: MORNING,
    )
    return begun(house, data, "o", currency, weighed=weighed)


def begun(
    house: Workflow, data: st.DataObject, id: str, currency: str, *, weighed: bool = False
) -> Life:
    """An order that is placed and allocated."""
    taxing = house.rules.taxing
    assert taxing is not None
    lines = []
    for i in ("1", "2"):
        price = Price.of(data.draw(prices), currency, data.draw(st.sampled_from([1, 1, 3])))
        n, sku = data.draw(st.integers(1, 9)), Sku(f"SKU-{i}")
        if weighed and data.draw(st.booleans()):
            lines.append(NewLine(i, sku, n, price, fixed=Fixing.WEIGHING, grams_each=30))
        else:
            lines.append(NewLine(i, sku, n, price))
        house.receive(Position(f"SKU-{i}", "leith"), 9)
    worth = sum(line.price.times(line.n * (line.grams_each or 1)) for line in lines)
    off = data.draw(st.integers(0, worth))
    charges = (
        NewCharge(ChargeKind.DISCOUNT, -off, bearer="platform"),
        NewCharge(ChargeKind.FREIGHT, data.draw(st.integers(0, 500))),
    )
    new = NewOrder(
        "c-7",
        currency,
        tuple(lines),
        charges,
        cash_on_delivery=True,
        destination=Destination(region="X"),
    )
    house.place(id, tax_charges(new, taxing, MORNING))
    house.allocate(id)
    return Life(house, data, id)


def standing_lines(life: Life) -> None:
    """No line of an invoice is credited beyond what it came to, and none below nothing."""
    invoices, notes = life.papers()
    for one in invoices:
        own = [note for note in notes if note.invoice == one.ref.id]
        assert 0 <= left_of(one, notes) <= one.gross
        for line in one.of(life.id):
            back = [
                had
                for note in own
                for had in note.lines
                if (had.order, had.line, had.changes) == (line.order, line.line, line.changes)
                and line.start <= had.start < max(line.stop, line.start + 1)
            ]
            given = sum(gross(had, inclusive=one.inclusive) for had in back)
            assert 0 <= given <= gross(line, inclusive=one.inclusive)
            assert sum(had.n for had in back) <= line.n
            if line.n and sum(had.n for had in back) == line.n:  # all of it has come back
                assert given == gross(line, inclusive=one.inclusive)
                assert sum(had.tax for had in back) == line.tax


def agree_with_themselves(life: Life) -> None:
    """Price x quantity, base x rate, and the sums of each paper."""
    invoices, notes = life.papers()
    taxing = life.house.rules.taxing
    assert taxing is not None
    convention = taxing.convention
    papers: list[Invoice | CreditNote] = [*invoices, *notes]
    for paper in papers:
        assert paper.tax == sum(row.tax for row in paper.by_rate)
        assert paper.gross == paper.net + paper.tax
        for line in paper.lines:
            of = life.house.order(paper.order_of(line)).line(line.line)
            price = Price(line.price, paper.currency, line.per)
            if line.n and of is not None:
                assert line.goods == price.times(line.grams or line.n, of.rounding)
    on_total = convention.level is Level.TOTAL and convention.by is By.CODE
    for invoice in invoices if on_total and not convention.inclusive else ():
        for row in invoice.by_rate:
            top, bottom = (row.rate.percent / 100).as_integer_ratio()
            assert row.tax == divided(row.base * top, bottom, convention.rounding)


@settings(max_examples=LIVES)
@given(st.data())
def test_whatever_happens_an_order_costs_what_its_papers_say(data: st.DataObject) -> None:
    life = new_life(data, weighed=True)
    for line in life.order.lines:
        if line.grams_each and data.draw(st.booleans()):
            life.house.weigh_line("o", line.id, line.n * 31)

    if data.draw(st.booleans()):  # most of what may happen happens to what is invoiced
        for line in life.order.lines:
            with suppress(Refused):
                life._ship(line.id, data.draw(st.integers(1, line.n)))
        life.act("invoice")
        life.act(data.draw(st.sampled_from(["anew", "tax", "weigh", "off", "protect"])))
        life.act("invoice")

    for _ in range(data.draw(st.integers(3, 12))):
        life.act()
        account = life.house.account("o")
        assert account.to_credit >= 0
        assert account.total == total(life.order)
        standing_lines(life)
    agree_with_themselves(life)

    for id in life.order.invoices:  # what is to be credited is credited, and then they agree
        with suppress(Refused):
            life.house.credit(id, "C")
    assert life.house.account("o").to_credit == 0
    standing_lines(life)
    for line in life.order.lines:  # nothing is invoiced beside what is still to be weighed
        with suppress(Refused):
            life.house.weigh_line("o", line.id, 30 * line.n)
    with suppress(Refused):  # and what was charged more is invoiced
        life.house.invoice("o", "I")
    invoices, notes = life.papers()
    assert life.house.account("o").to_credit == 0
    assert missing(life.order, Papers(tuple(invoices), tuple(notes))) == ()
    standing_lines(life)
    agree_with_themselves(life)


@settings(max_examples=LIVES)
@given(st.data())
def test_orders_that_share_their_papers_cost_what_these_say_of_each(data: st.DataObject) -> None:
    one = new_life(data)
    other = begun(one.house, data, "q", one.order.currency)
    lives = (one, other)
    for life in lives:
        life._ship("1", data.draw(st.integers(1, life.order.lines[0].n)))
    one.act("joint")

    for _ in range(data.draw(st.integers(3, 12))):
        data.draw(st.sampled_from(lives)).act(data.draw(st.sampled_from([*ACTS, "joint", "joint"])))
        for life in lives:
            account = one.house.account(life.id)
            assert account.to_credit >= 0
            assert account.total == total(life.order)
            standing_lines(life)
    for life in lives:
        agree_with_themselves(life)

    for id in {*one.order.invoices, *other.order.invoices}:
        with suppress(Refused):
            one.house.credit(id, "C")
    assert [one.house.account(life.id).to_credit for life in lives] == [0, 0]
    for law in audit(one.house.store):
        assert not law.breaches, law


@settings(max_examples=LIVES)
@given(st.data())
def test_any_slicing_into_parcels_and_invoices_bills_a_line_to_the_unit(
    data: st.DataObject,
) -> None:
    life = new_life(data)
    net = {
        line.id: carried(
            line,
            [one for one in life.order.charges if one.kind is not ChargeKind.TAX],
            [(0, line.n)],
        )
        for line in life.order.lines
    }

    for line in life.order.lines:
        left = line.n
        while left:
            n = data.draw(st.integers(1, left))
            life._ship(line.id, n)
            left -= n
            if data.draw(st.booleans()):
                life.house.invoice("o", "I")
    with suppress(Refused):
        life.house.invoice("o", "I")

    invoices, _ = life.papers()
    billed = [line for one in invoices for line in one.lines]
    for id, amount in net.items():
        assert sum(line.amount for line in billed if line.line == id) == amount
    assert sum(one.gross for one in invoices) == total(life.order)
    agree_with_themselves(life)
    account = life.house.account("o")
    assert (account.to_invoice, account.to_credit) == (0, 0)
