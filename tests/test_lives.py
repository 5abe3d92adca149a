"""Whole lives of orders, in any order of verbs, against a naive model.

After every step: units, goods in both books and money stand where the model says, and a verb that
was refused has left everything as it was (`Shop` looks at that, and at `why_not`).
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, TypeAlias

import attrs
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from orderflow import (
    Call,
    ChargeKind,
    NewCharge,
    NewOrder,
    Position,
    Price,
    Refused,
    Sku,
)
from orderflow import closing as closing_
from orderflow import orders as orders_
from orderflow.adapters.memory import MemoryStore
from orderflow.allocation import allocate, reserve, unreserve
from orderflow.conditions import Verdict
from orderflow.facts import Fact, Moved
from orderflow.fulfilment import (
    ScanStatus,
    cancel_parcel,
    deliver,
    found,
    hand_over,
    lose,
    make_ready,
    pack,
    pick,
    pick_short,
    recall,
    receive_back,
    record_scan,
    release,
    reopen,
    repack,
    report_missing,
    turn_back,
)
from orderflow.inspecting import deliver_again, inspect, take_back
from orderflow.inventory import (
    confirm_stock_hold,
    count,
    receive,
    record_breakage,
    release_stock_hold,
)
from orderflow.payments import charge_back, collect_on_delivery, pay, remit
from orderflow.pricing import due
from orderflow.promising.stock_holds import hold_stock
from orderflow.receiving import receive_return
from orderflow.records import MatterKind, Slice
from orderflow.refunds import refund
from orderflow.rejecting import keep_rejected, receive_rejected, send_rejected
from orderflow.returns import ask_return, close_return, lift_return_hold, record_return_scan
from tests.builders import BELL, LAMP, Shop, assert_claims, assert_goods, assert_units, eur, line
from tests.naive import (
    ACCOUNT,
    CANCELLABLE,
    Hold,
    Line,
    Money,
    Moves,
    Naive,
    Paper,
    Parcel,
    Return,
    Unit,
    Wanted,
    less,
    shared,
)

PLACES: Final = ("leith", "york")
SKUS: Final = (LAMP, BELL)
OUT_OR_LOST: Final = ("shipped", "ready to collect", "lost")
HERE: Final = (*("open", "backordered", "reserved", "allocated", "released", "picked", "packed"),)
MAY_BE_LOST: Final = ("shipped", "ready to collect", "going back")
WINDOW: Final = timedelta(days=14)
Given: TypeAlias = tuple[tuple[str, int, Verdict], ...]

PRICES: Final = ("9.90", "0.01", "3.333", "0.98765")


@attrs.frozen
class Dice:
    """What is drawn for one step."""

    i: int
    j: int
    n: int
    yes: bool
    sku: Sku
    place: str
    wanted: Wanted
    given: Given


parts = st.one_of(
    st.just(()),
    st.just(()),
    st.dictionaries(st.sampled_from("12"), st.integers(1, 3), min_size=1).map(
        lambda wanted: tuple(wanted.items())
    ),
)
verdicts = st.one_of(
    st.just(()),
    st.lists(
        st.tuples(st.sampled_from("12"), st.integers(1, 2), st.sampled_from(Verdict)), max_size=3
    ).map(tuple),
)
dices = st.builds(
    Dice,
    i=st.integers(0, 5),
    j=st.integers(0, 5),
    n=st.integers(1, 4),
    yes=st.booleans(),
    sku=st.sampled_from(SKUS),
    place=st.sampled_from(PLACES),
    wanted=parts,
    given=verdicts,
)


def tags(slice: Slice) -> tuple[str, ...]:
    return (
        slice.location,
        slice.grade,
        slice.dispatch,
        slice.parcel,
        slice.returning,
        slice.invoice,
    )


class Lives(RuleBasedStateMachine):
    """Orders, warehouses, carriers, customers and a clock, all at once."""

    def __init__(self) -> None:
        super().__init__()
        self.shop = Shop(MemoryStore())
        self.naive = Naive()
        self.made = 0

    # --- behind the rules ------------------------------------------------------------------------

    def new(self, prefix: str) -> str:
        self.made += 1
        return f"{prefix}-{self.made}"

    @staticmethod
    def one(names: dict[str, Any], i: int, otherwise: str) -> str:
        """One of the names there are; a name that is not there when there is none."""
        return list(names)[i % len(names)] if names else otherwise

    def order(self, i: int) -> Paper:
        return self.naive.orders[self.one(self.naive.orders, i, "")]

    def attempt(
        self, call: Call[Any], possible: bool | None, moves: Moves | None = None
    ) -> tuple[Fact, ...] | None:
        """Ask for a verb; it must happen exactly when the model says so, and move what it says."""
        try:
            done = self.shop.apply(call)
        except Refused as no:
            if possible:
                raise AssertionError(f"{call} was refused: {no}") from no
            return None
        assert possible is not False, f"{call} was not refused"
        self.follow(done.facts, moves or Tally())
        return done.facts

    def follow(self, facts: tuple[Fact, ...], moves: Moves) -> None:
        """Move the model's units as the facts say, which must be as the model has foreseen."""
        made: Moves = Tally()
        for fact in facts:
            if not isinstance(fact, Moved):
                continue
            naive_line = self.naive.orders[fact.order.id].lines[fact.line]
            if fact.source is not fact.target:
                made[fact.line, fact.source.value, fact.target.value] += fact.n
            meant = [
                unit
                for unit in naive_line.units
                if unit.state == fact.source.value and unit.tags() == tags(fact.taken)
            ]
            assert len(meant) >= fact.n, "units moved that are not there"
            for unit in meant[: fact.n]:
                self.naive.move(naive_line, unit, fact.target.value, tags(fact.put))
        assert made == moves

    # --- orders ----------------------------------------------------------------------------------

    @initialize(dice=dices)
    def open_the_shop(self, dice: Dice) -> None:
        for sku, place, n in (
            (LAMP, "leith", dice.n + 3),
            (LAMP, "york", dice.j),
            (BELL, "york", 3),
        ):
            if n:
                self.goods_come(sku, place, n)
        self.place(dice)
        paper = self.naive.orders["o-1"]
        if paper.due() > 0:
            self.pay(paper, half=False)

    @rule(dice=dices, turn=st.integers(0, 11))
    def a_life_goes_on(self, dice: Dice, turn: int) -> None:
        deeds = self.sensible(self.order(dice.i), dice)
        deeds[turn % len(deeds)]()

    @rule(dice=dices, turn=st.integers(0, 11))
    def and_on(self, dice: Dice, turn: int) -> None:
        self.a_life_goes_on(dice, turn)

    @rule(dice=dices, turn=st.integers(0, 11))
    def and_further(self, dice: Dice, turn: int) -> None:
        self.a_life_goes_on(dice, turn)

    @rule(dice=dices, deed=st.integers(0, 99))
    def anybody_does_anything(self, dice: Dice, deed: int) -> None:
        deeds = self.anything(dice)
        deeds[deed % len(deeds)]()

    def sensible(self, paper: Paper, dice: Dice) -> list[Callable[[], None]]:
        """What may come next for a unit of an order; a refusal is never far."""
        wanted, place, given = dice.wanted, dice.place, dice.given
        alive = [(one, unit) for one, unit in paper.units() if unit.state != "cancelled"]
        if not alive:
            return [lambda: self.place(dice), lambda: self.refund(paper, None)]
        one, unit = alive[dice.j % len(alive)]
        judged: Given = ((one.id, 1, list(Verdict)[dice.n % 4]),)
        next_for: dict[str, list[Callable[[], None]]] = {
            "reserved": [
                lambda: self.allocate(paper, wanted),
                lambda: self.allocate(paper, ()),
                lambda: self.unreserve(paper, wanted),
            ],
            "allocated": [lambda: self.release(paper, unit.location, wanted)] * 3
            + [lambda: self.unreserve(paper, wanted)],
            "released": [lambda: self.pick(unit.dispatch, wanted)] * 3
            + [lambda: self.recall(unit.dispatch)]
            + [lambda: self.pick_short(unit.dispatch, wanted)],
            "picked": [lambda: self.pack((unit.dispatch,), wanted)] * 3
            + [lambda: self.recall(unit.dispatch)],
            "packed": [lambda: self.hand_over(unit.parcel)] * 3
            + [lambda: self.cancel_parcel(unit.parcel)]
            + [lambda: self.repack(unit.parcel, wanted)],
            "shipped": [
                lambda: self.deliver(unit.parcel),
                lambda: self.deliver(unit.parcel),
                lambda: self.make_ready(unit.parcel),
                lambda: self.lose(unit.parcel),
                lambda: self.turn_back(unit.parcel),
            ],
            "ready to collect": [
                lambda: self.deliver(unit.parcel),
                lambda: self.report_missing(paper, wanted),
                lambda: self.turn_back(unit.parcel),
            ],
            "delivered": [
                lambda: self.ask_return(paper, wanted),
                lambda: self.complete(paper),
                lambda: self.report_missing(paper, wanted),
            ],
            "lost": [
                lambda: self.cancel(paper, wanted),
                lambda: self.deliver(unit.parcel),
                lambda: self.turn_back(unit.parcel),
            ],
            "missing": [lambda: self.found(paper, wanted), lambda: self.cancel(paper, wanted)],
            "going back": [
                lambda: self.receive_back(unit.parcel, place),
                lambda: self.receive_back(unit.parcel, place),
                lambda: self.lose(unit.parcel),
            ],
            "received back": [
                lambda: self.reopen(paper, wanted),
                lambda: self.cancel(paper, wanted),
                lambda: self.take_back(paper, given),
                lambda: self.take_back(paper, judged),
            ],
            "sent back": [
                lambda: self.deliver_again(paper, wanted),
                lambda: self.send_rejected(unit.returning or "r-0"),
                lambda: self.keep_rejected(unit.returning or "r-0"),
            ],
            "returned": [lambda: self.complete(paper), lambda: self.place(dice)],
        }
        deeds = next_for.get(unit.state) or [
            lambda: self.allocate(paper, wanted),
            lambda: self.goods_come(dice.sku, place, dice.n),
        ]
        if unit.returning and unit.state in ("delivered", "going back", "lost"):
            deeds = [
                lambda: self.scan_return(unit.returning, list(ScanStatus)[dice.i % 5]),
                lambda: self.lift_return_hold(unit.returning, "unexpected_scan"),
                lambda: self.receive_return(unit.returning, place, wanted),
                lambda: self.receive_return(unit.returning, place, ()),
                lambda: self.close_return(unit.returning),
            ]
        if unit.returning and unit.state == "received back":
            deeds = [
                lambda: self.inspect(unit.returning, given),
                lambda: self.inspect(unit.returning, judged),
                lambda: self.inspect(unit.returning, ()),
                lambda: self.close_return(unit.returning),
                lambda: self.lift_return_hold(unit.returning, "came_unasked"),
            ]
        if paper.state == "placed":
            deeds += [
                lambda: self.pay(paper, half=dice.yes),
                lambda: self.reserve(paper, wanted),
                lambda: self.hold(paper, "fraud"),
                lambda: self.confirm(paper),
                lambda: self.expire(paper),
                lambda: self.time_passes(1),
            ]
        if paper.cash_on_delivery and paper.due() > 0:
            deeds.append(lambda: self.collect(paper, 50 if dice.yes else 0))
        if paper.cash_on_delivery and self.naive.payments:
            payment = self.one(self.naive.payments, dice.i, "")
            deeds.append(lambda: self.remit(payment, 1 if dice.yes else 500))
        if paper.due() < 0:
            amount = dice.n if dice.yes else None
            deeds.append(lambda: self.refund(paper, amount, proposed=not dice.yes))
        if paper.may_be_confirmed():
            return [lambda: self.confirm(paper)]
        overdue = paper.pay_by is not None and paper.pay_by <= self.shop.clock.at
        if overdue and paper.state == "placed" and not paper.paid:
            return [lambda: self.expire(paper), lambda: self.pay(paper, half=True)]
        if paper.holds and paper.state == "placed":
            return [lambda: self.pay(paper, half=False), lambda: self.lift_hold(paper, "fraud")]
        if paper.holds:
            deeds.append(lambda: self.lift_hold(paper, min(paper.holds)))
        if paper.reports:
            deeds.append(lambda: self.lift_hold(paper, min(paper.reports)))
        return deeds

    def anything(self, dice: Dice) -> list[Callable[[], None]]:
        """Every verb there is, on whatever there is."""
        naive, i, n, yes, wanted = self.naive, dice.i, dice.n, dice.yes, dice.wanted
        paper, place, sku, given = self.order(dice.j), dice.place, dice.sku, dice.given
        dispatch, other = (self.one(naive.dispatches, k, "d-0") for k in (i, dice.j))
        parcel = self.one(naive.parcels, i, "p-0")
        back = self.one(naive.returns, i, "r-0")
        hold = self.one(naive.holds, i, "h-0")
        payment = self.one(naive.payments, i, "")
        code = "fraud" if yes else "stock"
        until = (None, 5, 60)[i % 3]
        deeds: list[Callable[[], None]] = [
            lambda: self.place(dice),
            lambda: self.place(dice, (hold,)),
            lambda: self.confirm(paper),
            lambda: self.hold(paper, code),
            lambda: self.lift_hold(paper, code),
            lambda: self.cancel(paper, wanted),
            lambda: self.expire(paper),
            lambda: self.complete(paper),
            lambda: self.pay(paper, half=yes),
            lambda: self.collect(paper, 0),
            lambda: self.refund(paper, n),
            lambda: self.remit(payment or "pay-0", 500 if yes else 1),
            lambda: self.goods_come(sku, place, n),
            lambda: self.count_goods(sku, place, n - 1),
            lambda: self.goods_break(sku, place, n),
            lambda: self.hold_stock(sku, place, n, until),
            lambda: self.hold_stock(sku, place, n, until),
            lambda: self.confirm_stock_hold(hold),
            lambda: self.release_stock_hold(hold),
            lambda: self.time_passes((0.1, 1, 48, 24 * 15)[i % 4]),
            lambda: self.allocate(paper, wanted),
            lambda: self.reserve(paper, wanted),
            lambda: self.unreserve(paper, wanted),
            lambda: self.release(paper, place if yes else "", wanted),
            lambda: self.recall(dispatch),
            lambda: self.pick(dispatch, wanted),
            lambda: self.pack(tuple(dict.fromkeys((dispatch, other))), wanted),
            lambda: self.cancel_parcel(parcel),
            lambda: self.hand_over(parcel),
            lambda: self.deliver(parcel),
            lambda: self.make_ready(parcel),
            lambda: self.turn_back(parcel),
            lambda: self.lose(parcel),
            lambda: self.receive_back(parcel, place),
            lambda: self.scan_return(back, list(ScanStatus)[dice.j % len(ScanStatus)]),
            lambda: self.scan(parcel, list(ScanStatus)[i % len(ScanStatus)]),
            lambda: self.report_missing(paper, wanted),
            lambda: self.found(paper, wanted),
            lambda: self.reopen(paper, wanted),
            lambda: self.take_back(paper, given),
            lambda: self.ask_return(paper, wanted),
            lambda: self.receive_return(back, place, wanted),
            lambda: self.inspect(back, given),
            lambda: self.close_return(back),
            lambda: self.deliver_again(paper, wanted),
            lambda: self.send_rejected(back),
            lambda: self.keep_rejected(back),
        ]
        if payment:
            deeds.append(lambda: self.charge_back(paper, payment, 700 if yes else 1))
        return deeds

    # --- orders ----------------------------------------------------------------------------------

    def place(self, dice: Dice, names: tuple[str, ...] = ()) -> None:
        n, m, sku, cash = dice.n, dice.j % 4, dice.sku, dice.j == 5
        price, freight = PRICES[dice.i % len(PRICES)], 490 if dice.yes else 0
        id, now = self.new("o"), self.shop.clock.at
        lines = [line("1", LAMP, n, price)] + ([line("2", sku, m)] if m else [])
        worth = shared(Price.of(price, "EUR").times(n), n)
        discount = min(dice.i, sum(worth))
        charges = [NewCharge(ChargeKind.DISCOUNT, -discount, ("1",))] if discount else []
        charges += [NewCharge(ChargeKind.FREIGHT, freight)] if freight else []
        until = now + timedelta(minutes=30) if dice.i % 2 else None
        paper = Paper(
            id,
            {
                "1": Line(
                    "1", LAMP.code, [Unit() for _ in range(n)], less(worth, discount), [*range(n)]
                )
            },
            cash,
            freight,
            until,
        )
        if m:
            each = shared(lines[1].price.times(m), m)
            paper.lines["2"] = Line("2", sku.code, [Unit() for _ in range(m)], each, [*range(m)])
        moves = self.taken_over(paper, names)
        order = NewOrder(
            "c-7", "EUR", tuple(lines), tuple(charges), cash_on_delivery=cash, pay_by=until
        )

        self.naive.orders[id] = paper
        if self.attempt(orders_.place.on(id, order, names), moves is not None, moves) is None:
            del self.naive.orders[id]
            return
        for name in names:
            self.naive.holds[name].state = "used"
        self.confirmed_by_itself(paper)

    def taken_over(self, paper: Paper, names: tuple[str, ...]) -> Moves | None:
        """How many units the stock holds reserve; nothing when one of them cannot."""
        moves: Moves = Tally()
        left = Tally({one.id: len(one.units) for one in paper.lines.values()})
        for name in names:
            hold = self.naive.holds.get(name)
            usable = hold is not None and hold.state in ("running", "confirmed")
            if hold is None or not usable or not hold.runs(self.shop.clock.at):
                return None
            n = hold.n
            for one in paper.lines.values():
                if one.sku == hold.sku:
                    part = min(n, left[one.id])
                    left[one.id] -= part
                    n -= part
                    if part:
                        moves[one.id, "open", "reserved"] += part
            if n == hold.n:
                return None
        return moves

    def confirmed_by_itself(self, paper: Paper) -> None:
        self.goods_may_go()
        if paper.may_be_confirmed():
            paper.state = "confirmed"

    def confirm(self, paper: Paper) -> None:
        if self.attempt(orders_.confirm.on(paper.id), paper.may_be_confirmed()) is not None:
            paper.state = "confirmed"

    def hold(self, paper: Paper, code: str) -> None:
        if self.attempt(orders_.hold.on(paper.id, code, "?"), code not in paper.holds) is not None:
            paper.holds.add(code)

    def lift_hold(self, paper: Paper, code: str) -> None:
        there = code in paper.holds | paper.reports
        if self.attempt(orders_.lift_hold.on(paper.id, code), there) is not None:
            paper.holds.discard(code)
            paper.reports.discard(code)

    def cancel(self, paper: Paper, wanted: Wanted) -> None:
        to_inspect = {u.returning for _, u in paper.units() if u.state == "received back"} - {""}
        chosen = self.naive.choose(
            paper, CANCELLABLE, wanted, lambda unit: unit.returning not in to_inspect
        )
        beyond = any(u.state not in (*CANCELLABLE, "cancelled") for _, u in paper.units())
        possible = chosen is not None and (bool(wanted) or not (beyond or to_inspect))
        moves = self.naive.moves(chosen or (), "cancelled")
        done = self.attempt(orders_.cancel.on(paper.id, wanted), possible, moves)
        if done is not None and not paper.kept():
            paper.state = "cancelled"

    def expire(self, paper: Paper) -> None:
        over = paper.pay_by is not None and paper.pay_by <= self.shop.clock.at
        chosen = self.naive.choose(paper, CANCELLABLE)
        possible = paper.state == "placed" and over and paper.paid == 0 and chosen is not None
        moves = self.naive.moves(chosen or (), "cancelled")
        if self.attempt(orders_.expire.on(paper.id), possible, moves) is not None:
            paper.state = "expired"

    def complete(self, paper: Paper) -> None:
        if self.attempt(closing_.complete.on(paper.id), paper.may_be_completed()) is not None:
            paper.state = "completed"

    # --- money -----------------------------------------------------------------------------------

    def pay(self, paper: Paper, half: bool) -> None:
        id = self.new("pay")
        owed = paper.due()
        amount = max(1, owed // 2 if half else owed)
        call = pay.on(id, eur(amount + 5), ((paper.id, amount),))
        if self.attempt(call, amount <= owed) is not None:
            paper.paid += amount
            self.naive.payments[id] = Money(amount + 5, 5)
            self.confirmed_by_itself(paper)

    def collect(self, paper: Paper, extra: int) -> None:
        id = self.new("cod")
        amount = max(1, paper.due()) + extra
        applied = min(amount, max(0, paper.due()))
        call = collect_on_delivery.on(id, paper.id, eur(amount))
        applied = applied if paper.cash_on_delivery else 0  # nobody agreed to cash: it waits
        if self.attempt(call, True) is not None:
            paper.paid += applied
            self.naive.payments[id] = Money(amount, amount - applied, with_carrier=amount)
            self.confirmed_by_itself(paper)

    def remit(self, id: str, amount: int) -> None:
        money = self.naive.payments.get(id, Money(0))
        if self.attempt(remit.on(id, eur(amount)), id in self.naive.payments) is not None:
            excess = max(0, amount - money.with_carrier)  # it has come all the same
            money.with_carrier -= amount - excess
            money.captured += excess
            money.unapplied += excess

    def refund(self, paper: Paper, amount: int | None, *, proposed: bool = False) -> None:
        owed = max(0, -paper.due())
        asked = owed if amount is None else amount
        before = {t.payment: t.applied for t in self.shop.order(paper.id).tenders}
        there = 0  # what a bank has taken back is not sent again
        for id, applied in before.items():
            money = self.naive.payments[id]
            left = money.captured - money.refunded - money.charged_back
            there += max(0, min(applied, left))
        call = refund.on(paper.id, None if amount is None else eur(amount))
        if proposed and min(owed, there):
            told, asked = self.shop.propose(paper.id), min(owed, there)
            assert (told.owed, sum(one.amount for one in told.plan)) == (owed, asked)
            call = told.confirm()
        if self.attempt(call, 0 < asked <= min(owed, there)) is not None:
            paper.paid -= asked
            for tender in self.shop.order(paper.id).tenders:
                back = before[tender.payment] - tender.applied
                assert back >= 0
                self.naive.payments[tender.payment].refunded += back

    def charge_back(self, paper: Paper, id: str, amount: int) -> None:
        tenders = self.shop.order(paper.id).tenders
        applied = min(amount, sum(t.applied for t in tenders if t.payment == id))
        self.attempt(charge_back.on(id, eur(amount), paper.id), True)
        money = self.naive.payments[id]
        money.charged_back += amount
        money.unapplied -= amount - applied
        paper.paid -= applied
        for other in self.naive.orders.values():
            of = {t.payment for t in self.shop.order(other.id).tenders}
            named = other is paper or money.unapplied < 0
            asked_at_door = other.cash_on_delivery and not self.is_short(other)
            if id in of and named and self.wants_money(other) and not asked_at_door:
                other.holds.add("charged_back")

    def is_short(self, paper: Paper) -> bool:
        """Whether a bank has taken more of a payment of an order than no order had used."""
        tenders = self.shop.order(paper.id).tenders
        of = [self.naive.payments[one.payment] for one in tenders if one.applied]
        return any(one.charged_back and one.unapplied < 0 for one in of)

    def wants_money(self, paper: Paper) -> bool:
        """Whether a bank has taken money back for goods that are here, and none has come since."""
        return paper.any(*HERE) and (paper.due() > 0 or self.is_short(paper))

    def goods_may_go(self) -> None:
        """Goods stay as long as their money is missing, and no door of these lives asks for it."""
        for paper in self.naive.orders.values():
            missing = max(0, paper.due()) if paper.any(*HERE) else 0
            if paper.cash_on_delivery and missing > paper.missing:
                tenders = self.shop.order(paper.id).tenders
                if any(self.naive.payments[one.payment].charged_back for one in tenders):
                    paper.holds.add("charged_back")
            paper.missing = missing
            if "charged_back" in paper.holds and not self.wants_money(paper):
                paper.holds.discard("charged_back")

    # --- stock -----------------------------------------------------------------------------------

    def goods_come(self, sku: Sku, place: str, n: int) -> None:
        self.attempt(receive.on(sku.code, Position(sku.code, place), n), True)
        self.naive.shelf[sku.code, place, ""] += n

    def count_goods(self, sku: Sku, place: str, n: int) -> None:
        self.attempt(count.on(sku.code, Position(sku.code, place), n), True)
        self.naive.shelf[sku.code, place, ""] = n

    def goods_break(self, sku: Sku, place: str, n: int) -> None:
        self.attempt(record_breakage.on(sku.code, Position(sku.code, place), n), True)
        self.naive.shelf[sku.code, place, ""] -= n
        self.naive.damaged[sku.code] += n

    def hold_stock(self, sku: Sku, place: str, n: int, minutes: int | None) -> None:
        id, now = self.new("h"), self.shop.clock.at
        until = now + timedelta(minutes=minutes) if minutes else None
        possible = n <= self.naive.free(sku.code, place, now)
        call = hold_stock.on(id, Position(sku.code, place), n, until)
        if self.attempt(call, possible) is not None:
            self.naive.holds[id] = Hold(sku.code, place, n, until)

    def confirm_stock_hold(self, id: str) -> None:
        hold = self.naive.holds.get(id)
        possible = hold is not None and hold.state == "running" and hold.runs(self.shop.clock.at)
        if self.attempt(confirm_stock_hold.on(id), possible) is not None and hold is not None:
            hold.state, hold.until = "confirmed", None

    def release_stock_hold(self, id: str) -> None:
        hold = self.naive.holds.get(id)
        live = hold is not None and hold.state in ("running", "confirmed")
        possible = hold is not None and live and hold.runs(self.shop.clock.at)
        if self.attempt(release_stock_hold.on(id), possible) is not None and hold is not None:
            hold.state = "released"

    def time_passes(self, hours: float) -> None:
        self.shop.clock.forward(hours=hours)

    # --- claims ----------------------------------------------------------------------------------

    def allocate(self, paper: Paper, wanted: Wanted) -> None:
        moves = self.naive.allocation(paper, wanted, self.shop.clock.at, PLACES)
        self.attempt(allocate.on(paper.id, wanted), moves is not None, moves)

    def reserve(self, paper: Paper, wanted: Wanted) -> None:
        moves = self.naive.reservation(paper, wanted, self.shop.clock.at, PLACES)
        self.attempt(reserve.on(paper.id, "", wanted), moves is not None, moves)

    def unreserve(self, paper: Paper, wanted: Wanted) -> None:
        chosen = self.naive.choose(paper, ("reserved", "allocated"), wanted)
        moves = self.naive.moves(chosen or (), "open")
        self.attempt(unreserve.on(paper.id, wanted), chosen is not None, moves)

    # --- the warehouse ---------------------------------------------------------------------------

    def release(self, paper: Paper, place: str, wanted: Wanted) -> None:
        id = self.new("d")
        there = {unit.location for _, unit in paper.units() if unit.state == "allocated"}
        at = place or (next(iter(there)) if len(there) == 1 else "")
        chosen = self.naive.choose(paper, ("allocated",), wanted, lambda unit: unit.location == at)
        possible = chosen is not None and paper.goes_on() and bool(at)
        moves = self.naive.moves(chosen or (), "released")
        if self.attempt(release.on(paper.id, id, place, wanted), possible, moves) is not None:
            self.naive.dispatches[id] = (paper.id, at)

    def recall(self, id: str) -> None:
        chosen = self.of_dispatch(id, ("released", "picked"))
        moves = self.naive.moves(chosen or (), "allocated")
        self.attempt(recall.on(id), chosen is not None or self.has_ended(id), moves)

    def pick(self, id: str, wanted: Wanted) -> None:
        chosen = self.of_dispatch(id, ("released",), wanted)
        moves = self.naive.moves(chosen or (), "picked")
        self.attempt(pick.on(id, wanted), chosen is not None or self.has_ended(id), moves)

    def pick_short(self, id: str, wanted: Wanted) -> None:
        if id not in self.naive.dispatches:
            self.attempt(pick_short.on(id, wanted), False)
            return
        paper = self.naive.orders[self.naive.dispatches[id][0]]
        chosen, _ = self.naive.reported(
            paper, ("released",), wanted, lambda unit: unit.dispatch == id
        )
        moves = self.naive.moves(chosen, "allocated")
        moves.update((one.id, "allocated", "open") for one, _ in chosen)
        missed = Tally((one.sku, unit.location, "") for one, unit in chosen)
        self.attempt(pick_short.on(id, wanted), True, moves)
        self.naive.shelf.subtract(missed)

    def repack(self, id: str, wanted: Wanted) -> None:
        into = self.new("p")
        parcel = self.naive.parcels.get(id)
        if parcel is None or parcel.state != "packed":
            self.attempt(repack.on(id, into), False)
            return
        wanted = wanted if len(parcel.orders) == 1 else ()
        paper = self.naive.orders[parcel.orders[0]]
        chosen = self.naive.choose(paper, ("packed",), wanted, lambda unit: unit.parcel == id)
        if self.attempt(repack.on(id, into, wanted), chosen is not None) is not None:
            self.naive.parcels[into] = Parcel(parcel.orders)
            if not self.naive.contents(id, "packed"):
                parcel.state = "cancelled"

    def has_ended(self, id: str) -> bool:
        """Whether nothing is left to do for a dispatch: what is said of it now is written down."""
        at_work = self.of_dispatch(id, ("released", "picked", "packed"))
        return id in self.naive.dispatches and at_work is None

    def of_dispatch(
        self, id: str, states: tuple[str, ...], wanted: Wanted = ()
    ) -> list[tuple[Line, Unit]] | None:
        if id not in self.naive.dispatches:
            return None
        paper = self.naive.orders[self.naive.dispatches[id][0]]
        return self.naive.choose(paper, states, wanted, lambda unit: unit.dispatch == id)

    def pack(self, names: tuple[str, ...], wanted: Wanted) -> None:
        if len(names) > 1:
            wanted = ()
        id = self.new("p")
        known = [self.naive.dispatches.get(name, ("", "")) for name in names]
        papers = [self.naive.orders[o] for o in dict.fromkeys(o for o, _ in known) if o]
        chosen = [
            self.naive.choose(paper, ("picked",), wanted, lambda unit: unit.dispatch in names)
            for paper in papers
        ]
        possible = len({at for _, at in known}) == 1 and ("", "") not in known and all(chosen)
        moves: Moves = Tally()
        for units in chosen:
            moves += self.naive.moves(units or (), "packed")
        if self.attempt(pack.on(id, names, 0, wanted), possible, moves) is not None:
            self.naive.parcels[id] = Parcel(tuple(paper.id for paper in papers))

    def cancel_parcel(self, id: str) -> None:
        self.parcel_moves(cancel_parcel.on(id), id, ("packed",), "cancelled", "allocated")

    def hand_over(self, id: str) -> None:
        parcel = self.naive.parcels.get(id)
        if parcel is not None and any(self.naive.orders[name].holds for name in parcel.orders):
            self.attempt(hand_over.on(id), False)
        else:
            self.parcel_moves(hand_over.on(id), id, ("packed",), "shipped", "shipped")

    # --- the road --------------------------------------------------------------------------------

    def parcel_moves(
        self, call: Call[Any], id: str, sources: tuple[str, ...], target: str, units_to: str
    ) -> None:
        """A parcel goes on, and those of its units that share its fate."""
        parcel = self.naive.parcels.get(id)
        if parcel is None or parcel.state not in sources:
            self.attempt(call, False)
            return
        self.attempt(call, True, self.shared_fate(id, parcel.state, units_to))
        parcel.state = target
        if target == "delivered":
            parcel.delivered_at = self.shop.clock.at

    def shared_fate(self, id: str, state: str, target: str) -> Moves:
        return Tally((one.id, state, target) for _, one, _ in self.naive.contents(id, state))

    def make_ready(self, id: str) -> None:
        at_desk = "ready to collect"
        self.parcel_moves(make_ready.on(id), id, ("shipped",), at_desk, at_desk)

    def deliver(self, id: str) -> None:
        self.parcel_moves(deliver.on(id), id, OUT_OR_LOST, "delivered", "delivered")

    def turn_back(self, id: str) -> None:
        self.parcel_moves(turn_back.on(id), id, OUT_OR_LOST, "going back", "going back")

    def lose(self, id: str) -> None:
        self.parcel_moves(lose.on(id), id, MAY_BE_LOST, "lost", "lost")

    def receive_back(self, id: str, place: str) -> None:
        call = receive_back.on(id, place)
        parcel = self.naive.parcels.get(id)
        if parcel is None or parcel.state not in (*OUT_OR_LOST, "going back"):
            self.attempt(call, parcel is not None)
            return
        moves = self.shared_fate(id, parcel.state, "going back")
        back: Moves = Tally()
        for (name, _, target), n in moves.items():
            back[name, target, "received back"] += n
        self.attempt(call, True, back if parcel.state == "going back" else moves + back)
        parcel.state = "returned"

    def scan(self, id: str, status: ScanStatus) -> None:
        parcel = self.naive.parcels.get(id)
        call = record_scan.on(id, status)
        if parcel is None:
            self.attempt(call, False)
            return
        sources, target = {
            ScanStatus.IN_TRANSIT: ((), ""),
            ScanStatus.READY_TO_COLLECT: (("shipped",), "ready to collect"),
            ScanStatus.DELIVERED: (OUT_OR_LOST, "delivered"),
            ScanStatus.RETURN_TO_SENDER: (OUT_OR_LOST, "going back"),
            ScanStatus.LOST: (MAY_BE_LOST, "lost"),
        }[status]
        if parcel.state in sources:
            self.parcel_moves(call, id, sources, target, target)
        else:
            self.attempt(call, True)

    def report_missing(self, paper: Paper, wanted: Wanted) -> None:
        sent = ("delivered", "shipped", "ready to collect", "sent back")
        meant = self.naive.reported(paper, sent, wanted)
        call = report_missing.on(paper.id, wanted)
        self.report(paper, call, meant, "missing")
        if meant[0]:
            self.reopened(paper)

    def found(self, paper: Paper, wanted: Wanted) -> None:
        missed = ("missing", "lost")
        meant = self.naive.reported(
            paper, missed, wanted, lambda unit: unit.state == "missing" or bool(unit.returning)
        )
        self.report(paper, found.on(paper.id, wanted), meant, "delivered")

    def report(
        self,
        paper: Paper,
        call: Call[Any],
        meant: tuple[list[tuple[Line, Unit]], bool],
        target: str,
    ) -> None:
        """A report is recorded; what it can be true of moves."""
        chosen, beyond = meant
        self.attempt(call, True, self.naive.moves(chosen, target))
        if beyond:
            paper.reports.add("reported_missing" if target == "missing" else "reported_found")

    def reopened(self, paper: Paper) -> None:
        if paper.state == "completed":
            paper.state = "confirmed"

    def reopen(self, paper: Paper, wanted: Wanted) -> None:
        chosen = self.naive.choose(
            paper, ("received back",), wanted, lambda unit: not unit.returning
        )
        moves = self.naive.moves(chosen or (), "open")
        self.attempt(reopen.on(paper.id, wanted), chosen is not None, moves)

    # --- coming back -----------------------------------------------------------------------------

    def ask_return(self, paper: Paper, wanted: Wanted) -> None:
        id = self.new("r")
        chosen = self.naive.choose(
            paper,
            ("delivered",),
            wanted,
            lambda unit: not unit.returning and self.open_window(unit),
        )
        late = any(
            unit.state == "delivered" and not unit.returning and not self.open_window(unit)
            for _, unit in paper.units()
        )
        possible = chosen is not None and (bool(wanted) or not late)
        if self.attempt(ask_return.on(id, paper.id, wanted), possible) is not None:
            self.naive.returns[id] = Return(paper.id)
            self.reopened(paper)

    def open_window(self, unit: Unit) -> bool:
        since = self.naive.parcels[unit.parcel].delivered_at
        return since is None or self.shop.clock.at <= since + WINDOW

    def of_return(
        self, id: str, states: tuple[str, ...], wanted: Wanted = ()
    ) -> list[tuple[Line, Unit]] | None:
        if id not in self.naive.returns:
            return None
        paper = self.naive.orders[self.naive.returns[id].order]
        return self.naive.choose(paper, states, wanted, lambda unit: unit.returning == id)

    def scan_return(self, id: str, status: ScanStatus) -> None:
        back = self.naive.returns.get(id)
        call = record_return_scan.on(id, status)
        if back is None:
            self.attempt(call, False)
            return
        gone, lost = status == "return to sender", status == "lost"
        fits = back.state in ("approved", "going back", "received") and not gone
        moves: Moves = Tally()
        if fits and back.state == "approved":
            posted = self.of_return(id, ("delivered",)) or []
            moves += self.naive.moves(posted, "going back")
            if lost:
                moves += Tally((one.id, "going back", "lost") for one, _ in posted)
        elif fits and lost:
            coming = self.of_return(id, ("going back",))
            moves += self.naive.moves(coming or (), "lost")
            fits = coming is not None or self.of_return(id, ("lost",)) is not None
        if fits and not lost:
            moves += self.naive.moves(self.of_return(id, ("lost",)) or (), "going back")
        self.attempt(call, True, moves)
        if not fits:
            back.holds.add("unexpected_scan")
        elif back.state == "approved":
            back.state = "going back"

    def lift_return_hold(self, id: str, code: str) -> None:
        back = self.naive.returns.get(id)
        there = back is not None and code in back.holds
        if self.attempt(lift_return_hold.on(id, code), there) is not None and back is not None:
            back.holds.discard(code)

    def receive_return(self, id: str, place: str, wanted: Wanted) -> None:
        back = self.naive.returns.get(id)
        call = receive_return.on(id, place, wanted)
        if back is None:
            self.attempt(call, False)
            return
        if back.state not in ("approved", "going back", "received"):
            self.attempt(call, True)
            back.holds.add("came_unasked")
            return
        chosen, beyond = self.naive.reported(
            self.naive.orders[back.order],
            ("going back", "delivered", "lost"),
            wanted,
            lambda unit: unit.returning == id,
        )
        moves = self.naive.moves([one for one in chosen if one[1].state != "lost"], "received back")
        for one, unit in chosen:
            if unit.state == "lost":
                moves += Tally(
                    [(one.id, "lost", "going back"), (one.id, "going back", "received back")]
                )
        if self.attempt(call, True, moves) is None:
            return
        if chosen:
            back.state = "received"
        if beyond:
            back.holds.add("came_unasked")

    def judged(self, paper: Paper, returning: str, given: Given) -> Moves | None:
        """What an inspection will move; nothing when it is refused."""
        moves: Moves = Tally()
        if not given:
            chosen = self.naive.choose(
                paper, ("received back",), (), lambda unit: unit.returning == returning
            )
            return None if chosen is None else self.naive.moves(chosen, "returned")
        left = Tally(
            one.id
            for one, unit in paper.units()
            if unit.state == "received back" and unit.returning == returning
        )
        for name, n, verdict in given:
            if left[name] < n:
                return None
            left[name] -= n
            target = "sent back" if verdict is Verdict.REJECTED else "returned"
            moves[name, "received back", target] += n
        return moves

    def inspect(self, id: str, given: Given) -> None:
        back = self.naive.returns.get(id)
        if back is None:
            self.attempt(inspect.on(id, given), False)
            return
        moves = self.judged(self.naive.orders[back.order], id, given)
        waiting = self.of_return(id, ("delivered", "going back", "lost", "received back"))
        settles = moves is not None and moves.total() == len(waiting or ())
        if self.attempt(inspect.on(id, given), moves is not None, moves) is not None and settles:
            back.state = "settled"

    def take_back(self, paper: Paper, given: Given) -> None:
        moves = self.judged(paper, "", given)
        self.attempt(take_back.on(paper.id, given), moves is not None, moves)

    def close_return(self, id: str) -> None:
        back = self.naive.returns.get(id)
        waits = self.of_return(id, ("received back",)) is not None
        under_way = back is not None and back.state in ("going back", "received")
        open_ = back is not None and (under_way or back.state == "approved")
        possible = open_ and not waits
        coming = self.of_return(id, ("going back",))
        moves = self.naive.moves(coming or (), "delivered")
        if self.attempt(close_return.on(id), possible, moves) is not None and back is not None:
            back.state = "settled" if under_way else "cancelled"

    def deliver_again(self, paper: Paper, wanted: Wanted) -> None:
        chosen = self.naive.choose(paper, ("sent back",), wanted)
        moves = self.naive.moves(chosen or (), "delivered")
        self.attempt(deliver_again.on(paper.id, wanted), chosen is not None, moves)

    def send_rejected(self, id: str) -> None:
        rejected = self.of_return(id, ("sent back",))
        self.attempt(send_rejected.on(id, "NP-9"), rejected is not None)
        self.attempt(receive_rejected.on(id), rejected is not None)

    def keep_rejected(self, id: str) -> None:
        rejected = self.of_return(id, ("sent back",))
        moves = self.naive.moves(rejected or (), "delivered")
        here = [(one.sku, unit.location, "to inspect") for one, unit in rejected or ()]
        if self.attempt(keep_rejected.on(id), rejected is not None, moves) is not None:
            self.naive.shelf.update(here)

    # --- after every step ------------------------------------------------------------------------

    @invariant()
    def units_stand_where_the_model_says(self) -> None:
        self.goods_may_go()
        real = [self.shop.order(id) for id in self.naive.orders]
        assert_units(real)
        for order, paper in zip(real, self.naive.orders.values(), strict=True):
            assert order.state.value == paper.state
            assert {hold.code for hold in order.holds} == paper.holds | paper.reports
            for one, naive_line in zip(order.lines, paper.lines.values(), strict=True):
                bag = {(spot.state.value, *tags(spot.slice)): spot.n for spot in one.spots}
                assert bag == Tally((unit.state, *unit.tags()) for unit in naive_line.units)
        for id, parcel in self.naive.parcels.items():
            assert self.shop.parcel(id).state.value == parcel.state
        for id, back in self.naive.returns.items():
            assert self.shop.returned(id).state.value == back.state
            assert {hold.code for hold in self.shop.returned(id).holds} == back.holds

    @invariant()
    def goods_stand_where_the_model_says(self) -> None:
        now, books = self.shop.clock.at, self.shop.store.books("")
        rows = self.shop.store.counters("", [sku.code for sku in SKUS], now)
        there = {row.position: row for row in rows}
        for (sku, place, grade), n in self.naive.shelf.items():
            row = there.get(Position(sku, place, grade=grade))
            assert (row.there if row else 0) == n
        for code in (sku.code for sku in SKUS):
            for place in PLACES:
                row = there.get(Position(code, place))
                assert (row.claimed if row else 0) == self.naive.claimed(code, place, now)
        staged: Tally[tuple[str, str]] = Tally()
        for paper in self.naive.orders.values():
            staged.update(
                (ACCOUNT[unit.state], one.sku)
                for one, unit in paper.units()
                if unit.state in ACCOUNT
            )
        found: Tally[tuple[str, str]] = Tally()
        for (kind, at), n in books.matter.items():
            if kind.value in ACCOUNT.values():
                found[kind.value, at.sku] += n
            assert kind is not MatterKind.DAMAGED or n >= 0
        assert found == staged
        damaged: Tally[str] = Tally()
        for (kind, at), n in books.matter.items():
            if kind is MatterKind.DAMAGED:
                damaged[at.sku] += n
        assert damaged == Tally({sku: n for sku, n in self.naive.damaged.items() if n})
        documents = self.shop.documents()
        assert_goods([self.shop.order(id) for id in self.naive.orders], books)
        assert_claims(documents, books)

    @invariant()
    def money_stands_where_the_model_says(self) -> None:
        for id, paper in self.naive.orders.items():
            order = self.shop.order(id)
            assert order.applied == paper.paid
            assert due(order) == paper.due()
        for id, money in self.naive.payments.items():
            real = self.shop.payment(id)
            assert (
                real.captured,
                real.unapplied,
                real.refunded,
                real.charged_back,
                real.with_carrier,
            ) == (
                money.captured,
                money.unapplied,
                money.refunded,
                money.charged_back,
                money.with_carrier,
            )
            assert real.captured == (
                real.applied + real.unapplied + real.refunded + real.charged_back
            )

    def teardown(self) -> None:
        self.shop.assert_lawful()


@pytest.mark.feature("F069", "F091", "F125", "F183")
@pytest.mark.parametrize("half", (1, 2))
def test_whatever_happens_units_goods_and_money_are_conserved(half: int) -> None:
    """Five hundred lives of forty steps, in two halves that may run side by side."""
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=250,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
