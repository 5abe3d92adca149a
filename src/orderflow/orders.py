"""The verbs of an order as a whole: draft, place, confirm, adjust, hold, cancel, expire.

It knows what an order must have and when it may be given up, and refuses to know stock and parcels.
Its review is in `reviewing`, its good end in `closing`.

An order is opened with all that is agreed: what, how much, at which price, with which discounts and
taxes, for whom, through which channel.
The amounts are fixed there, by one rounding a line, and never computed again: what changes later is
a charge of its own.

One file, though long: what an order is opened with is read beside how it is given up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import attrs

from orderflow.agreed import NewCharge, NewLine, NewOrder
from orderflow.bills import lowering_id
from orderflow.calls import Ref
from orderflow.claiming import Claiming, keep_again
from orderflow.cod.terms import bar_dearer, barred_from_cash, round_cash
from orderflow.coupons import use_coupons
from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal, all_told
from orderflow.facts import EXPIRED, Charged, CutMade, add_cut
from orderflow.holding import checked_blocks, set_hold
from orderflow.inventory import take_over
from orderflow.journal import Case, Context, Step, verb
from orderflow.kits import exploded, kit_spans, lines_named
from orderflow.missing_money import LOST_COMING_BACK
from orderflow.on_account import cover
from orderflow.payments.confirmation import confirm_if_ready
from orderflow.payments.ready import is_kept
from orderflow.plans import OVERDUE, confirmable
from orderflow.pricing import Ranges, charge_kept, due, give_up, kept, order_facts, part_charge
from orderflow.promising.reserving import reserve_placed
from orderflow.records import (
    PLAIN,
    Charge,
    ChargeKind,
    Fixing,
    Kit,
    Line,
    Order,
    PriceRange,
    Slice,
    Span,
    Spot,
)
from orderflow.sent_again import count_again
from orderflow.states import (
    ONWARD,
    ORDER,
    UNIT,
    OrderMove,
    OrderState,
    UnitMove,
    UnitState,
)
from orderflow.taxes import FREIGHT_GROUP
from orderflow.units import (
    UNCLAIMED,
    Chosen,
    LineQuantities,
    Tag,
    can_do,
    can_inspect,
    checked_quantities,
    refuse_sent_again,
    unit_of,
)
from orderflow.values import MINOR_MAX, text
from orderflow.withheld import CHARGED_BACK

_OWN_HOLDS: Final = frozenset({CHARGED_BACK, LOST_COMING_BACK, OVERDUE})
"""The holds that are lifted by themselves, when the money has come or is owed no more."""

CANCELLABLE: Final = (
    UnitState.OPEN,
    UnitState.BACKORDERED,
    UnitState.TO_BUY,
    UnitState.TO_MAKE,
    UnitState.RESERVED,
    UnitState.ALLOCATED,
    UnitState.LOST,
    UnitState.MISSING,
    UnitState.RECEIVED_BACK,
)
"""Least advanced first: a part cancel takes what costs least to give up."""


@verb("draft", Order)
def draft(case: Case, context: Context, new: NewOrder) -> Step:
    """Write an order down without placing it."""
    step = Step(case, context)
    _open(step, new)
    return step


@verb("place", Order)
def place(
    case: Case, context: Context, new: NewOrder | None = None, stock_holds: tuple[str, ...] = ()
) -> Step:
    """Place an order: a draft, or a new one. Its amounts are fixed from here on.

    Named stock holds become its reservation, with no gap between; each must still run.
    It uses each of its coupons once, and on account the credit of its customer. Its other goods are
    claimed in the same step, and orders that go out unpaid are confirmed at once, where the rules
    say so; the rules may round what is paid at the door to a coin, and say who may not pay so.
    """
    step = Step(case, context)
    if new is not None:
        _open(step, new)
    order = step.now(case.own(Order))
    step.advance(ORDER, order.ref, OrderMove.PLACE, order_facts(order))
    round_cash(step, order.ref)
    order = step.now(order.ref)
    reasons = (*barred_from_cash(step, order), *use_coupons(step, order, context.at))
    with all_told((*reasons, *cover(step, order))):
        claiming = Claiming(step, order)
        take_over(step, claiming, order.ref, stock_holds)
        reserve_placed(step, claiming, order.ref)
    confirm_if_ready(step, order.ref)
    return step


@verb("confirm", Order)
def confirm(case: Case, context: Context) -> Step:
    """Confirm that the order is valid and will be carried out: it is paid, as far as it is due."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    step.advance(ORDER, order.ref, OrderMove.CONFIRM, confirmable(order, context.at))
    return step


@verb("hold", Order)
def hold(
    case: Case, context: Context, code: str, reason: str, blocks: tuple[str, ...] = ONWARD
) -> Step:
    """Put a named hold on an order: it goes no further until the hold is lifted.

    `blocks` names the moves that it blocks, of the order or of its units: exactly those, a cancel
    too, and with none of them it is a mark that blocks nothing. `onward` stands for whatever brings
    the order further, which a cancel does not.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    blocked = checked_blocks(step, blocks, ORDER, UNIT)
    set_hold(step, order.ref, code, reason, blocked, ours=_OWN_HOLDS)
    return step


@verb("lift_hold", Order)
def lift_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    step.lift(order.ref, text(code, "code"))
    return step


@verb("adjust", Order)
def adjust(case: Case, context: Context, charge: NewCharge) -> Step:
    """Change what an order costs: goodwill as a discount, or a fee, freight or tax more.

    A discount or tax is shared over the units that are kept, by what each carries, so a later
    return gives back what its units carry then; it never takes a line below zero. A discount on
    goods that have a tax is of the price with it. An order that is paid at the door is made no
    dearer than the rules allow there: the rest is to be paid in another way first.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    if not isinstance(charge, NewCharge):
        raise BadInput("charge", "a NewCharge is wanted")
    if order.state is OrderState.ARCHIVED:
        raise IllegalMove(str(order.ref), order.state.value, "adjust", ())
    refusals = not_there(order, charge)
    if refusals:
        raise MoveRefused(tuple(refusals))
    add_charge(step, order, charge)
    bar_dearer(step, order)
    return step


def not_there(order: Order, charge: NewCharge) -> list[Refusal]:
    """A reason for each line that a charge names and the order does not have."""
    named = (*charge.lines, *[line for line, _ in charge.parts if line])
    there = order.by_id()
    return [
        Refusal.of("no_such_line", order=order.ref.id, line=name)
        for name in lines_named(order, named)
        if name not in there
    ]


def add_charge(
    step: Step, order: Order, charge: NewCharge, of: Callable[[Line], Ranges] = kept
) -> None:
    """Charge an order with what was agreed later; `of` says over which units of a line."""
    kind, names = charge.kind, lines_named(order, charge.lines)
    id = later_id(order, kind)
    if charge.is_of_order:
        if charge.amount < 0 and freight_left(step, order) + charge.amount < 0:
            raise BadInput("charge.amount", "the discount is more than the freight")
        made = Charge(id, kind, charge.amount)
    else:
        made = charge_kept(id, kind, charge.amount, order, names, charge.parts, of)
    step.add(Charged(order.ref, _as_told(made, charge)))


def _as_told(made: Charge, agreed: NewCharge) -> Charge:
    """A charge with who bears it and why, as it was agreed."""
    return attrs.evolve(made, bearer=agreed.bearer, reason=agreed.reason, terms=agreed.terms)


def freight_left(step: Step, order: Order) -> int:
    """What is left of the freight of an order: credit notes may have lowered some of it.

    What a note took off goods is off their units.
    """
    notes = [step.now(step.case.credit_note(id)) for id in order.credit_notes]
    of_freight = {
        lowering_id(note.ref.id)
        for note in notes
        if any(line.group == FREIGHT_GROUP for line in note.lines)
    }
    of_order = [one for one in order.charges if not one.spans]
    freight = [c for c in of_order if c.kind is ChargeKind.FREIGHT or c.id in of_freight]
    return sum([one.amount for one in freight])


def later_id(order: Order, kind: ChargeKind) -> str:
    """The id of a charge that comes after placing."""
    number = sum(one.kind is kind for one in order.charges) + 1
    return f"{kind.value}-later-{number}"


@verb("cancel", Order)
def cancel(case: Case, context: Context, lines: LineQuantities = (), reason: str = "") -> Step:
    """Cancel units of some lines, or the whole order; what was paid for them is owed back.

    The whole order can be cancelled while no unit is with the warehouse or beyond; from its release
    on, a cancel is a request to the warehouse. What came back undelivered goes on the shelf again;
    what came back in a return is inspected.
    """
    step = Step(case, context)
    cancel_order(step, case.own(Order), lines, reason)
    return step


def cancel_order(
    step: Step,
    ref: Ref[Order],
    lines: LineQuantities = (),
    reason: str = "",
    document: str = "cancel",
) -> None:
    """Cancel units of some lines of an order, or all of it."""
    order = step.now(ref)
    wanted = checked_quantities(lines)
    to_inspect = _returns_to_inspect(order)
    if not wanted:
        _check_all_can_go(step, order, to_inspect)
    if wanted or order.lines:  # one without lines has nothing to give up, and ends all the same
        cancel_units(
            step,
            order.ref,
            step.choose(
                order, "cancel", CANCELLABLE, wanted, lambda tag: tag.returning not in to_inspect
            ),
            document,
        )
    if text(reason, "reason", empty=True):
        step.note(order.ref, "cancelled", reason=reason)
    after = order_facts(step.now(order.ref))
    if after.units_kept == 0:
        step.advance(ORDER, order.ref, OrderMove.CANCEL, after)
    count_again(step, order.ref)


@verb("expire", Order)
def expire(case: Case, context: Context) -> Step:
    """End an order that was not paid in time.

    Not while a gateway keeps ready for it what is due: that is captured, or runs out first.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    if step.chart(ORDER).target(order.state, OrderMove.EXPIRE) is not None:
        # What costs nothing, or is paid at the door or on account, is not late.
        owing = not (order.cash_on_delivery or order.on_account) and due(order) > 0
        if order.pay_by is None or order.pay_by > context.at or not owing:
            until = order.pay_by.isoformat() if order.pay_by and owing else "any time"
            raise MoveRefused((Refusal.of("not_due", order=order.ref.id, until=until),))
        if order.applied == 0:
            if is_kept(order):
                raise MoveRefused((_money_ready(order),))
            chosen = step.choose(order, "expire", CANCELLABLE)
            cancel_units(step, order.ref, chosen, document=EXPIRED)
    step.advance(ORDER, order.ref, OrderMove.EXPIRE, order_facts(step.now(order.ref)))
    return step


def _money_ready(order: Order) -> Refusal:
    payments = ", ".join([one.payment for one in order.ready])
    amount = sum([one.amount for one in order.ready])
    which = {"order": order.ref.id, "payments": payments, "currency": order.currency}
    return Refusal.of("money_ready", **which, amount=amount)


def give_up_units(step: Step, ref: Ref[Order], chosen: Iterable[Chosen], document: str) -> None:
    """Cut the indices of chosen units, on a document: their customer owes nothing for them.

    Line by line and bill by bill in turn, so that each sees the cuts before it.
    """
    lines = step.now(ref).by_id()
    for line, spot, n in chosen:
        now = lines[line.id]
        cuts = now.cuts
        for cut in give_up(now, n, document, billed_on=spot.slice.invoice):
            step.add(CutMade(ref, line.id, cut))
            cuts = add_cut(cuts, cut)
        lines[line.id] = attrs.evolve(now, cuts=cuts)


def cancel_units(
    step: Step, ref: Ref[Order], chosen: list[Chosen], document: str = "cancel"
) -> None:
    """Cancel chosen units of an order: they are given up, and wherever they stood they are free."""
    order = step.now(ref)
    refuse_sent_again(order, chosen)
    give_up_units(step, order.ref, chosen, document)
    left: dict[str, Tag] = {**UNCLAIMED, "dispatch": ""}
    astray = [one for one in chosen if one.spot.state in _ASTRAY]
    here = [one for one in chosen if one.spot.state not in _ASTRAY]
    step.move(order, UnitMove.CANCEL, here, **{**left, "serial": ""})
    # What has left the house is found by its lot and serial, whoever has it.
    del left["lot"]
    step.move(order, UnitMove.CANCEL, astray, **left)
    keep_again(step, chosen)


_ASTRAY: Final = (UnitState.LOST, UnitState.MISSING)


def _returns_to_inspect(order: Order) -> frozenset[str]:
    """The returns whose goods wait for inspection: what becomes of those is decided there."""
    return frozenset(
        spot.slice.returning for _, spot in order.units() if spot.state is UnitState.RECEIVED_BACK
    ) - {""}


def _check_all_can_go(step: Step, order: Order, to_inspect: frozenset[str]) -> None:
    """Refuse to cancel a whole order that has a unit which cannot be cancelled."""
    process = step.context.rules.process
    for state in UnitState:
        if state in CANCELLABLE or state is UnitState.CANCELLED:
            continue
        standing = {spot.slice.stage for _, spot in order.units() if spot.state is state}
        for line in order.lines:
            if line.count(state):
                can = can_do(state, process, standing)
                raise IllegalMove(unit_of(order, line), state.value, "cancel", can)
    for line, spot in order.units():
        if spot.slice.returning in to_inspect:
            can = can_inspect(process)
            raise IllegalMove(unit_of(order, line), spot.state.value, "cancel", can)


def _open(step: Step, new: NewOrder) -> None:
    """Write the order down, with its goods at their price and then each charge in turn."""
    if not isinstance(new, NewOrder):
        raise BadInput("new", "a NewOrder is wanted")
    case, context = step.case, step.context
    lines = tuple([line for wanted in new.lines for line in opened_lines(wanted)])
    order = Order(
        ref=case.own(Order),
        state=ORDER.initial,
        currency=new.currency,
        customer=new.customer,
        lines=lines,
        charges=agreed_charges(new, lines),
        placed_at=context.at,
        seller=new.seller,
        channel=new.channel,
        shop=new.shop,
        number=new.number,
        cash_on_delivery=new.cash_on_delivery,
        priority=new.priority,
        pay_by=new.pay_by,
        destination=new.destination,
        coupons=new.coupons,
        on_account=new.on_account,
        tier=new.tier,
        kits=tuple([_kit(line) for line in new.lines if line.components]),
    )
    text(case.ref.id, "order")
    step.open(order)


def opened_line(new: NewLine) -> Line:
    """A line as it is when its order is opened: all its units are open."""
    tags = Slice(serial=new.serial) if new.serial else PLAIN
    price, per, fixed = new.price.amount, new.price.per, new.fixed is Fixing.PLACING
    of = (PriceRange(0, new.n, price, per, new.version, fixed=fixed),) if new.version else ()
    return Line(
        new.id,
        new.sku.code,
        new.n,
        price,
        per,
        new.sku.unit,
        new.sku.scale,
        (Spot(UnitState.OPEN, new.n, tags),),
        (),
        new.promised,
        new.service,
        "",
        0,
        new.rounding,
        new.fixed,
        new.grams_each,
        new.gift_for,
        of,
    )


def opened_lines(new: NewLine) -> tuple[Line, ...]:
    """The lines that it becomes, those of its parts where it is a kit."""
    line = opened_line(new)
    return exploded(line, new.price, new.components) if new.components else (line,)


def _kit(new: NewLine) -> Kit:
    return Kit(new.id, new.sku.code, new.n, new.price.amount, new.price.per, new.sku.unit)


def _goods(new: NewOrder, lines: tuple[Line, ...]) -> Iterator[Span]:
    """What each line carries of its price, rounded once; parts share what their kits cost."""
    left = iter(lines)
    for wanted in new.lines:
        if wanted.components:
            yield from kit_spans(wanted.amount, [next(left) for _ in wanted.components])
        else:
            yield Span(next(left).id, 0, wanted.n, wanted.amount)


def agreed_charges(new: NewOrder, lines: tuple[Line, ...]) -> tuple[Charge, ...]:
    """The goods of an order at their price, and then each charge in turn, over its lines."""
    goods = tuple(_goods(new, lines))
    whole_price = sum([span.amount for span in goods])
    if whole_price > MINOR_MAX:
        raise BadInput("lines", "the order costs more than can be kept")
    charges = [Charge("goods", ChargeKind.GOODS, whole_price, goods)]
    return with_charges(charges, new.charges, lines)


def with_charges(
    before: Sequence[Charge], agreed: Sequence[NewCharge], lines: tuple[Line, ...]
) -> tuple[Charge, ...]:
    """Charges and then those that were agreed, each in turn, over their lines."""
    charges = list(before)
    for i, charge in enumerate(agreed):
        id = f"{charge.kind.value}-{i + 1}"
        if charge.is_of_order:
            made = Charge(id, charge.kind, charge.amount)
        else:
            groups = _groups(charge, lines)
            made = part_charge(id, charge.kind, groups, charges, f"charges[{i}].amount")
        charges.append(_as_told(made, charge))
    return tuple(charges)


def _groups(charge: NewCharge, lines: tuple[Line, ...]) -> list[tuple[list[Line], int]]:
    """The lines that share an amount, with that amount; a kit's name stands for all its parts."""
    if charge.parts:
        named: dict[str, list[Line]] = {name: [] for name, _ in charge.parts}
        for line in lines:
            for name in {line.id, line.kit} & named.keys():
                named[name].append(line)
        return [(named[name], amount) for name, amount in charge.parts]
    names = set(charge.lines)
    meant = [line for line in lines if not names or line.id in names or line.kit in names]
    return [(meant, charge.amount)]
